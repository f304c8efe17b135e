"""In which quarters two scenarios set something else, and what each sets there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, get_args

from simulator import periods
from simulator.levers import INSTRUMENTS
from simulator.scenario import Scenario, TextField
from simulator.schedule import LAST_INDEX, Entry, Range
from simulator.wording import entries_text, place_text, size_text


@dataclass(frozen=True)
class Stretch:
    """Quarters in which two scenarios set one instrument of one target differently, and the levers in force there.

    Attributes
    ----------
    instrument, target : str
    start, end : int
        First and last quarter, inclusive.
    left, right : tuple of Entry
        What holds in the one and in the other; neither has entries of size 0.
    """

    instrument: str
    target: str
    start: int
    end: int
    left: tuple[Entry, ...]
    right: tuple[Entry, ...]


@dataclass(frozen=True)
class Row:
    """One difference of two schedules, in words: instrument, targets with the same difference, time, both sides."""

    instrument: str
    label: str
    where: str
    start: str
    end: str
    a: str
    b: str


@dataclass(frozen=True)
class Sampled:
    """A size that at least one of two scenarios samples: its range, or number, in each; ``nothing`` if not set."""

    instrument: str
    label: str
    where: str
    a: str
    b: str


@dataclass(frozen=True)
class TextChange:
    """A text that differs: ``title``, ``summary``, ``notes`` or ``sources``."""

    field: str
    a: str
    b: str


@dataclass(frozen=True)
class ScenarioDiff:
    """What differs between the inputs of two scenarios.

    Attributes
    ----------
    a, b : str
        Names.
    until : str
        Last quarter compared.
    same : bool
        Whether both do the same in every quarter and draw.
    rows : tuple of Row
    sampled : tuple of Sampled
    texts : tuple of TextChange
    """

    a: str
    b: str
    until: str
    same: bool
    rows: tuple[Row, ...]
    sampled: tuple[Sampled, ...]
    texts: tuple[TextChange, ...]


def stretches(left: Iterable[Entry], right: Iterable[Entry], last: int = LAST_INDEX) -> tuple[Stretch, ...]:
    """Return where two policies differ, by instrument, target and time, up to and including quarter ``last``.

    Levers that do the same count as the same whatever file they stand in: a completed phase-in equals none, and fixed
    sizes on additive instruments are compared by their sum.
    """
    sides = [_by_target(left, last), _by_target(right, last)]
    keys = sorted(sides[0].keys() | sides[1].keys(), key=_key_order)
    return tuple(stretch for key in keys for stretch in _of_target(*key, sides[0].get(key, []), sides[1].get(key, [])))


def diff(a: Scenario, b: Scenario, until: str = periods.HORIZON_END, lang: str = "en") -> ScenarioDiff:
    """Return what differs between two scenarios' inputs up to ``until``.

    Parameters
    ----------
    a, b : Scenario
    until : str
        Last quarter compared.
    lang : str
        ``en`` or ``zh``.

    Raises
    ------
    InputError
        If ``until`` is not a quarter from 2006Q1 to 2035Q4.
    """
    last = periods.to_index(until)
    found = stretches(a.entries, b.entries, last)
    return ScenarioDiff(
        a.name, b.name, until, not found, tuple(_rows(found, last, lang)), tuple(_sampled(a, b, last, lang)),
        tuple(_texts(a, b, lang)),
    )  # fmt: skip


def as_json(found: ScenarioDiff) -> dict[str, Any]:
    """Return the differences as plain data for ``--json``."""
    return asdict(found)


def effect(entries: Sequence[Entry], start: int, end: int) -> tuple[Any, ...]:
    """Return what entries do together in the quarters ``start`` to ``end``, fit for comparison."""
    fixed = [0.0] * (end - start + 1)
    sampled = []
    for entry in entries:
        factors = entry.factors(start, end).tolist()
        if isinstance(entry.size, Range):
            sampled.append((entry.size, tuple(factors)))
        else:
            fixed = [value + entry.size * factor for value, factor in zip(fixed, factors, strict=True)]
    return tuple(fixed), tuple(sorted(sampled))


def _by_target(entries: Iterable[Entry], last: int) -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.size != 0.0 and entry.start <= last:
            clipped = replace(entry, end=min(entry.end, last))
            found.setdefault((entry.instrument, entry.target), []).append(clipped)
    return found


def _key_order(key: tuple[str, str]) -> tuple[int, int]:
    spec = INSTRUMENTS[key[0]]
    return list(INSTRUMENTS).index(spec.name), spec.targets.index(key[1])


def _of_target(instrument: str, target: str, left: list[Entry], right: list[Entry]) -> list[Stretch]:
    """Cut time where levers begin and end; keep what differs, joined while one side goes on unchanged."""
    cuts = sorted({e.start for e in (*left, *right)} | {e.end + 1 for e in (*left, *right)})
    found: list[Stretch] = []
    for start, after in zip(cuts, cuts[1:], strict=False):
        here = Stretch(instrument, target, start, after - 1, _in_force(left, start), _in_force(right, start))
        if effect(here.left, start, after - 1) == effect(here.right, start, after - 1):
            continue
        last = found[-1] if found else None
        if last and last.end == start - 1 and (last.left == here.left or last.right == here.right):
            sides = [tuple(dict.fromkeys(a + b)) for a, b in ((last.left, here.left), (last.right, here.right))]
            found[-1] = replace(last, end=after - 1, left=sides[0], right=sides[1])
        else:
            found.append(here)
    return found


def _in_force(entries: Iterable[Entry], quarter: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.start <= quarter <= entry.end)


# In words


def _rows(found: Iterable[Stretch], last: int, lang: str) -> Iterator[Row]:
    """Yield a row for every stretch; targets with the same difference share one."""
    groups: dict[tuple[Any, ...], list[Stretch]] = {}
    for stretch in found:
        sides = [tuple(path(entry) for entry in side) for side in (stretch.left, stretch.right)]
        groups.setdefault((stretch.instrument, stretch.start, stretch.end, *sides), []).append(stretch)
    for first, *others in groups.values():
        spec = INSTRUMENTS[first.instrument]
        yield Row(
            first.instrument,
            spec.label_in(lang),
            place_text(first.instrument, [s.target for s in (first, *others)], lang),
            periods.to_label(first.start),
            periods.to_label(first.end) if first.end < last else "",
            entries_text(first.left, first.start, first.end, lang),
            entries_text(first.right, first.start, first.end, lang),
        )


def path(entry: Entry) -> tuple[Any, ...]:
    """Return what makes levers on different targets the same in words."""
    return entry.size, entry.phase_in, entry.origin, entry.start, entry.end, entry.scenario


def _sampled(a: Scenario, b: Scenario, last: int, lang: str) -> Iterator[Sampled]:
    """Yield the sizes of which one scenario samples a range that the other does not sample."""
    groups: dict[tuple[str, ...], list[str]] = {}
    sides = [_by_target(a.entries, last), _by_target(b.entries, last)]
    for key in sorted(sides[0].keys() | sides[1].keys(), key=_key_order):
        found = [[e for e in side.get(key, []) if isinstance(e.size, Range)] for side in sides]
        spans = [{e.size for e in entries} for entries in found]  # a key has one range
        if spans[0] != spans[1]:
            texts = [size_text((entries[0],), lang) if entries else _NOT_SAMPLED[lang] for entries in found]
            groups.setdefault((key[0], *texts), []).append(key[1])
    for (instrument, *texts), targets in groups.items():
        spec = INSTRUMENTS[instrument]
        label = spec.label_in(lang)
        yield Sampled(instrument, label, place_text(instrument, targets, lang), *texts)


_NOT_SAMPLED: Final = {"en": "not sampled", "zh": "不抽样"}


def _texts(a: Scenario, b: Scenario, lang: str) -> Iterator[TextChange]:
    for field in get_args(TextField):
        values = [scenario.text(field, lang) for scenario in (a, b)]
        if values[0] != values[1]:
            yield TextChange(field, *values)
    sources = ["\n".join(scenario.sources) for scenario in (a, b)]
    if sources[0] != sources[1]:
        yield TextChange("sources", *sources)
