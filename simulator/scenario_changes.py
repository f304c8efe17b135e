"""What a scenario does that its base does not, and what no longer applies: levers grouped by target and time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from simulator.levers import INSTRUMENTS
from simulator.scenario_diff import Stretch, effect, path
from simulator.schedule import Entry
from simulator.wording import Run, runs


@dataclass(frozen=True)
class Found:
    """Levers of a scenario on some targets, beside those of its base.

    Attributes
    ----------
    instrument : str
    targets : tuple of str
        Those on which the same happens.
    start, end : int
        First and last quarter.
    run : tuple of Entry
        One lever or equal steps of several; empty if something no longer applies.
    base : tuple of Entry
        What the base has there and then.
    adds : bool
        Whether all of that goes on, so that the lever comes on top of it.
    """

    instrument: str
    targets: tuple[str, ...]
    start: int
    end: int
    run: Run
    base: tuple[Entry, ...]
    adds: bool


def changes(differences: Iterable[Stretch]) -> Iterator[Found]:
    """Yield changes in the order of instruments and time; targets with the same path on both sides share one."""
    order = list(INSTRUMENTS)
    groups: dict[tuple[Any, ...], list[Found]] = {}
    for stretch in differences:
        for item in _of_stretch(stretch):
            sides = [tuple(path(entry) for entry in side) for side in (item.run, item.base)]
            groups.setdefault((order.index(item.instrument), item.start, item.end, *sides), []).append(item)
    for key in sorted(groups, key=lambda k: k[:3]):
        first = groups[key][0]
        yield replace(first, targets=tuple(item.targets[0] for item in groups[key]))


def _of_stretch(stretch: Stretch) -> Iterator[Found]:
    """Yield what the right side has and the left has not; where it has nothing, that something no longer applies."""
    fresh = [e for e in map(_within(stretch), stretch.right) if not _among(e, stretch.left)]
    for run in runs(fresh):
        start, end = run[0].start, run[-1].end
        base = tuple(e for e in stretch.left if e.start <= end and e.end >= start)
        adds = all(_among(_clipped(e, start, end), stretch.right) for e in base)
        yield Found(stretch.instrument, (stretch.target,), start, end, run, base, adds)
    covered = {q for e in fresh for q in range(e.start, e.end + 1)}
    gone = [e for e in map(_within(stretch), stretch.left) if not _among(e, stretch.right)]
    for start, end in _spans({q for e in gone for q in range(e.start, e.end + 1)} - covered):
        base = tuple(e for e in stretch.left if e.start <= end and e.end >= start)
        yield Found(stretch.instrument, (stretch.target,), start, end, (), base, False)


def _within(stretch: Stretch) -> Callable[[Entry], Entry]:
    return lambda entry: _clipped(entry, stretch.start, stretch.end)


def _clipped(entry: Entry, start: int, end: int) -> Entry:
    return replace(entry, start=max(entry.start, start), end=min(entry.end, end))


def _among(entry: Entry, others: Iterable[Entry]) -> bool:
    """Return whether one of the others does the same in all quarters of an entry."""
    what = effect([entry], entry.start, entry.end)
    return any(
        other.start <= entry.start and other.end >= entry.end and effect([other], entry.start, entry.end) == what
        for other in others
    )


def _spans(quarters: Iterable[int]) -> list[tuple[int, int]]:
    """Return the unbroken stretches of a set of quarters."""
    spans: list[tuple[int, int]] = []
    for quarter in sorted(quarters):
        if spans and spans[-1][1] == quarter - 1:
            spans[-1] = (spans[-1][0], quarter)
        else:
            spans.append((quarter, quarter))
    return spans
