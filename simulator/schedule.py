"""From the levers of a chain of scenarios to the policy in force in every quarter.

Semantics: a child's lever replaces what its ancestors set for the same instrument and target in the
quarters both cover; the ancestor's lever goes on outside, its phase-in still counted from its own
start. Two scenarios of which neither extends the other must not set the same instrument, target
and quarter unless the instrument is additive, in which case the sizes add up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from simulator import periods
from simulator.errors import InputError
from simulator.levers import INSTRUMENTS
from simulator.records import POLICY

LAST_INDEX: Final = periods.to_index(periods.HORIZON_END)


@dataclass(frozen=True, order=True)
class Range:
    """A sampled size: lowest, most likely and highest value, in the instrument's unit."""

    low: float
    mode: float
    high: float


@dataclass(frozen=True)
class Lever:
    """One ``[[lever]]`` of a scenario file, checked; quarters are indices, 0 is 2006Q1.

    Attributes
    ----------
    number : int
        Position in its file, from 1.
    instrument : str
    targets : tuple of str
        Names of targets; ``("",)`` if the instrument has none.
    start, end : int
        First and last quarter in force.
    phase_in : int
        Quarters until the full size is reached; 0 = at once.
    size : float or Range
        Full effect, in the instrument's unit.
    """

    number: int
    instrument: str
    targets: tuple[str, ...]
    start: int
    end: int
    phase_in: int
    size: float | Range


@dataclass(frozen=True)
class Layer:
    """The levers of one scenario file and the names of the scenarios that it extends, directly or not."""

    name: str
    ancestors: frozenset[str]
    levers: tuple[Lever, ...]


@dataclass(frozen=True)
class Entry:
    """A lever on one target in an unbroken stretch of quarters.

    Attributes
    ----------
    instrument, target : str
        Target is ``""`` for an instrument without target.
    start, end : int
        First and last quarter in which the entry holds, inclusive.
    phase_in : int
        Quarters until the full size, counted from ``origin``.
    size : float or Range
    origin : int
        First quarter of the lever; before ``start`` where another lever replaced its beginning.
    scenario : str
        Name of the scenario that holds the lever.
    lever : int
        Number of the lever in its file.
    """

    instrument: str
    target: str
    start: int
    end: int
    phase_in: int
    size: float | Range
    origin: int
    scenario: str
    lever: int

    @property
    def key(self) -> str:
        """Name of the draw of a sampled size: ``instrument:target``."""
        return f"{self.instrument}:{self.target}"

    def factors(self, start: int, end: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the share of the full size in force in quarters ``start`` to ``end``, shape (end - start + 1,)."""
        elapsed = np.arange(start - self.origin + 1, end - self.origin + 2, dtype=np.float64)
        return np.minimum(1.0, elapsed / max(1, self.phase_in))

    def canonical(self) -> list[Any]:
        """Return what the entry does, without where it comes from; a completed phase-in equals none."""
        done = self.phase_in == 0 or self.start - self.origin + 1 >= self.phase_in
        ramp = [0, 0] if done else [self.phase_in, self.origin]
        size = [self.size.low, self.size.mode, self.size.high] if isinstance(self.size, Range) else [self.size]
        return [self.instrument, self.target, self.start, self.end, *ramp, size]


@dataclass(frozen=True)
class Schedule:
    """The policy of every quarter from 2006Q1, with sampled sizes still open.

    Attributes
    ----------
    entries : tuple of Entry
        In canonical order; entries of size 0 are left out.
    quarters : int
        Number of quarters covered.
    notices : tuple of str
        What the user should know, such as levers without effect.
    """

    entries: tuple[Entry, ...]
    quarters: int
    notices: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of what the schedule does."""
        content = json.dumps([entry.canonical() for entry in self.entries], separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def ranges(self) -> dict[str, Range]:
        """Return the ranges of the sampled sizes by key ``instrument:target``."""
        return {entry.key: entry.size for entry in self.entries if isinstance(entry.size, Range)}

    def policy(self, quarters: int, sizes: Mapping[str, float]) -> np.ndarray[Any, np.dtype[Any]]:
        """Return the policy in force.

        Parameters
        ----------
        quarters : int
            Number of quarters from 2006Q1, at most ``self.quarters``.
        sizes : mapping of str to float
            The size drawn for each key of ``ranges()``.

        Returns
        -------
        ndarray of POLICY, shape (quarters,)

        Raises
        ------
        ValueError
            If too many quarters are asked for, or a sampled size is missing or outside its range.
        """
        if not 0 <= quarters <= self.quarters:
            raise ValueError(f"the schedule covers {self.quarters} quarters, not {quarters}")
        policy = np.zeros(quarters, POLICY)
        for entry in self.entries:
            size = _drawn(entry, sizes)
            end = min(entry.end, quarters - 1)
            if end < entry.start:
                continue
            field = policy[entry.instrument]
            if entry.target:
                field = field[:, INSTRUMENTS[entry.instrument].targets.index(entry.target)]
            field[entry.start : end + 1] += size * entry.factors(entry.start, end)
        return policy

    def _cells(self, quarters: int) -> list[dict[str, Any]]:
        """Return for every quarter: key -> (sum of fixed sizes, sampled ranges with their share in force)."""
        cells: list[dict[str, Any]] = [{} for _ in range(quarters)]
        for entry in self.entries:
            end = min(entry.end, quarters - 1)
            if end < entry.start:
                continue
            for quarter, factor in enumerate(entry.factors(entry.start, end).tolist(), entry.start):
                fixed, sampled = cells[quarter].get(entry.key, (0.0, ()))
                if isinstance(entry.size, Range):
                    sampled = (*sampled, (entry.size, factor))
                else:
                    fixed += entry.size * factor
                cells[quarter][entry.key] = (fixed, sampled)
        return cells


def first_difference(a: Schedule, b: Schedule, quarters: int) -> int | None:
    """Return the first quarter index below ``quarters`` in which two schedules can differ, None if in none.

    Sampled sizes are the same where key, range and share in force are: they are drawn by key.
    """
    empty = (0.0, ())
    for quarter, (left, right) in enumerate(zip(a._cells(quarters), b._cells(quarters), strict=True)):
        if any(left.get(key, empty) != right.get(key, empty) for key in left.keys() | right.keys()):
            return quarter
    return None


def changed_instruments(scenario: Schedule, base: Schedule) -> tuple[str, ...]:
    """Return the instruments whose path can differ between two schedules, in the order of ``INSTRUMENTS``.

    Compared as in ``first_difference``, over the quarters that both cover.
    """
    quarters = min(scenario.quarters, base.quarters)
    empty = (0.0, ())
    found = {
        key.partition(":")[0]
        for left, right in zip(scenario._cells(quarters), base._cells(quarters), strict=True)
        for key in left.keys() | right.keys()
        if left.get(key, empty) != right.get(key, empty)
    }
    return tuple(name for name in INSTRUMENTS if name in found)


def resolve(layers: Sequence[Layer]) -> tuple[Entry, ...]:
    """Return the entries that remain after replacement, over the whole horizon, in canonical order.

    Raises
    ------
    InputError
        If two scenarios set the same instrument, target and quarter, if sizes that add up leave the
        instrument's range, or if one key is sampled from two ranges.
    """
    setters: dict[tuple[str, str], list[tuple[Layer, Lever]]] = {}
    for layer in layers:
        for lever in layer.levers:
            for target in lever.targets:
                setters.setdefault((lever.instrument, target), []).append((layer, lever))
    entries = [entry for key, found in setters.items() for entry in _resolve_target(*key, found)]
    entries.sort(key=_order)
    _check_ranges(entries)
    return tuple(entries)


def build(entries: Iterable[Entry], until: str, own: Iterable[tuple[str, Lever]] = ()) -> Schedule:
    """Return the schedule of resolved entries up to and including quarter ``until``.

    Parameters
    ----------
    entries : iterable of Entry
        From ``resolve``.
    until : str
        Last quarter, such as ``"2035Q4"``.
    own : iterable of (scenario name, Lever)
        Levers to be named in a notice if they start later than ``until``.

    Raises
    ------
    InputError
        If ``until`` is not a quarter from 2006Q1 to 2035Q4.
    """
    last = periods.to_index(until)
    kept = tuple(
        replace(entry, end=min(entry.end, last)) for entry in entries if entry.start <= last and entry.size != 0.0
    )
    inert = [
        f"{name} lever {lever.number} ({lever.instrument}, from {periods.to_label(lever.start)})"
        for name, lever in own
        if lever.start > last
    ]
    more = [f"and {len(inert) - 3} more"] if len(inert) > 3 else []
    named = ", ".join(inert[:3] + more)
    notices = (f"without effect, because the run ends with {until}: {named}",) if inert else ()
    return Schedule(kept, last + 1, notices)


def overlaps(levers: Sequence[Lever]) -> list[str]:
    """Return a sentence for each pair of levers of one file that set the same thing without being additive."""
    found = []
    for i, first in enumerate(levers):
        for second in levers[i + 1 :]:
            start, end = max(first.start, second.start), min(first.end, second.end)
            if first.instrument != second.instrument or start > end or INSTRUMENTS[first.instrument].additive:
                continue
            shared = [target for target in first.targets if target in second.targets]
            if shared:
                what = _what(first.instrument, ", ".join(shared))
                found.append(
                    f"lever {first.number} and lever {second.number} both set {what} in {_span(start, end)};"
                    " keep one of them, or end one before the other starts"
                )
    return found


def _resolve_target(instrument: str, target: str, setters: list[tuple[Layer, Lever]]) -> list[Entry]:
    """Cut the levers on one target into stretches in which the same ones hold."""
    cuts = sorted({lever.start for _, lever in setters} | {lever.end + 1 for _, lever in setters})
    kept: dict[tuple[str, int], list[Entry]] = {}
    for start, after in zip(cuts, cuts[1:], strict=False):
        here = [(layer, lever) for layer, lever in setters if lever.start <= start <= lever.end]
        replaced = frozenset[str]().union(*(layer.ancestors for layer, _ in here))
        here = [(layer, lever) for layer, lever in here if layer.name not in replaced]
        if len(here) > 1:
            _check_together(instrument, target, start, after - 1, here)
        for layer, lever in here:
            entry = Entry(
                instrument, target, start, after - 1, lever.phase_in, lever.size, lever.start, layer.name, lever.number
            )
            stretches = kept.setdefault((layer.name, lever.number), [])
            if stretches and stretches[-1].end == start - 1:
                stretches[-1] = replace(stretches[-1], end=entry.end)
            else:
                stretches.append(entry)
    return [entry for stretches in kept.values() for entry in stretches]


def _check_together(instrument: str, target: str, start: int, end: int, here: list[tuple[Layer, Lever]]) -> None:
    """Refuse levers that must not hold together."""
    spec = INSTRUMENTS[instrument]
    what = _what(instrument, target)
    who = " and ".join(f"{layer.name} (lever {lever.number})" for layer, lever in here)
    if not spec.additive:
        raise InputError(
            f"{who} both set {what} in {_span(start, end)}; only levers on additive instruments can be combined there"
        )
    sizes = [lever.size if isinstance(lever.size, Range) else Range(*[lever.size] * 3) for _, lever in here]
    for total in (sum(size.low for size in sizes), sum(size.high for size in sizes)):
        if not spec.low - 1e-12 <= total <= spec.high + 1e-12:
            raise InputError(
                f"{who} add up to {total:g} for {what} in {_span(start, end)};"
                f" allowed: {spec.low:g} to {spec.high:g} ({spec.unit})"
            )


def _check_ranges(entries: Iterable[Entry]) -> None:
    """Refuse two ranges for one key: a key has one draw."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        if not isinstance(entry.size, Range):
            continue
        other = seen.setdefault(entry.key, entry)
        if other.size != entry.size:
            raise InputError(
                f"{other.scenario} (lever {other.lever}) and {entry.scenario} (lever {entry.lever}) sample"
                f" {_what(entry.instrument, entry.target)} from two ranges; give both the same range, or one a number"
            )


def _order(entry: Entry) -> tuple[Any, ...]:
    spec = INSTRUMENTS[entry.instrument]
    size = entry.size if isinstance(entry.size, Range) else Range(*[entry.size] * 3)
    names = list(INSTRUMENTS)
    place = (names.index(entry.instrument), spec.targets.index(entry.target), entry.start, entry.end)
    return (*place, entry.origin, entry.phase_in, size, entry.scenario, entry.lever)


def _drawn(entry: Entry, sizes: Mapping[str, float]) -> float:
    if not isinstance(entry.size, Range):
        return entry.size
    if entry.key not in sizes:
        raise ValueError(f"no size is given for the sampled lever {entry.key}")
    size = float(sizes[entry.key])
    if not entry.size.low <= size <= entry.size.high:
        raise ValueError(f"size {size} of {entry.key} is outside {entry.size.low:g} to {entry.size.high:g}")
    return size


def _what(instrument: str, target: str) -> str:
    return f"{instrument} for {target}" if target else instrument


def _span(start: int, end: int) -> str:
    first, last = periods.to_label(start), periods.to_label(end)
    return first if first == last else f"{first} to {last}"
