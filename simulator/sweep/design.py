"""Designs on scenarios: which levers a design varies where, schedules at a point, and whether all of it is possible.

The points themselves are made in ``points.py``; what a design's dimensions mean is said in ``spec.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from simulator.errors import InputError, nearest
from simulator.levers import INSTRUMENTS
from simulator.periods import to_index, to_label
from simulator.scenario import Scenario, layers_of, own_levers
from simulator.schedule import Entry, Layer, Lever, Schedule, build, overlaps, resolve
from simulator.sweep.points import Design, FloatArray, make_design, parameter_row
from simulator.sweep.spec import DesignSpec, LeverDimension

__all__ = ["Design", "Variation", "applies", "check_design", "lever_columns", "make_design", "parameter_row"]

OVERLAY: Final = "[design]"
"""Name of the layer of the design's own levers; no scenario can be called so."""


def applies(dimension: LeverDimension, scenario: Scenario, scenarios: Sequence[Scenario]) -> bool:
    """Return whether a lever is varied in a scenario of a sweep, whose first scenario is the base.

    See ``LeverDimension.scenarios``. Without names and without `start`, a scenario counts if it sets the instrument
    itself on at least one of the targets that are varied.
    """
    if dimension.scenarios is not None:
        return not {scenario.name, *scenario.parts}.isdisjoint(dimension.scenarios)
    if dimension.start is None:
        return bool(_own_keys(dimension, scenario))
    return len(scenarios) == 1 or scenario.name != scenarios[0].name


def lever_columns(design: Design | DesignSpec, scenario: Scenario, scenarios: Sequence[Scenario]) -> tuple[int, ...]:
    """Return the columns of a design that change the policy of a scenario."""
    return tuple(
        column
        for column, axis in enumerate(design.dimensions)
        if isinstance(axis, LeverDimension) and applies(axis, scenario, scenarios)
    )


class Variation:
    """A scenario whose levers have the sizes of a point; built once, then quick.

    A lever with `start` lies in one more layer on top of all files of the scenario. So it replaces what these set for
    its instrument, targets and quarters, as a child's lever does: also on additive instruments, where it does not come
    on top of the scenario's sizes. Two such levers on an additive instrument add up.

    A lever without `start` gives the scenario's own levers on its instrument and targets the size of the point,
    whatever their size was, a number or a range; their quarters and phase-in stay. Of a combination these are the
    levers of all parts, or of the parts that the dimension names.

    Parameters
    ----------
    scenario : Scenario
    design : Design or DesignSpec
    columns : sequence of int
        Those of ``lever_columns``.
    until : str
        Last quarter of the schedules.

    Raises
    ------
    InputError
        If the highest sizes add up to more than the instrument allows, or `until` is not a quarter.
    """

    def __init__(self, scenario: Scenario, design: Design | DesignSpec, columns: Sequence[int], until: str) -> None:
        self._until, self._layers = until, layers_of(scenario)
        self._own: dict[tuple[str, str, str], int] = {}
        self._added: dict[int, tuple[int, Lever]] = {}
        size = np.full(len(design.dimensions), np.nan)
        for column, number, axis in _levers(design):
            if column not in columns:
                continue
            size[column] = axis.high
            if axis.start is None:
                self._own |= {key: column for key in _own_keys(axis, scenario)}
            else:
                self._added[number] = (column, _added_lever(number, axis, scenario))
        # Which levers hold where does not depend on sizes: it is found out once, with the highest ones.
        entries = self.entries(size)
        cut = build(entries, until)
        self._entries, self._quarters, self._notices = cut.entries, cut.quarters, scenario.schedule(until).notices
        found = [(k, self._column(entry)) for k, entry in enumerate(cut.entries)]
        self._slots = [(k, column) for k, column in found if column is not None]
        # Entries that add up in the same quarters stand in the order of their sizes.
        same = Counter(_but_size(entry) for entry in entries)
        self._by_size = any(same[_but_size(entry)] > 1 and self._column(entry) is not None for entry in entries)

    def schedule(self, values: FloatArray) -> Schedule:
        """Return the schedule at a point.

        Parameters
        ----------
        values : ndarray, shape (dimensions,)
            A row of ``Design.values``.
        """
        if self._by_size:
            entries = list(build(self.entries(values), self._until).entries)
        else:
            entries = list(self._entries)
            for k, column in self._slots:
                entries[k] = replace(entries[k], size=float(values[column]))
        return Schedule(tuple(entry for entry in entries if entry.size != 0.0), self._quarters, self._notices)

    def entries(self, values: FloatArray) -> tuple[Entry, ...]:
        """Return what remains of all levers at a point over the whole horizon, put together from the beginning.

        Raises
        ------
        InputError
            If sizes add up to what the instrument does not allow.
        """
        layers = [replace(layer, levers=tuple(self._sized(layer, values))) for layer in self._layers]
        added = tuple(replace(lever, size=float(values[column])) for column, lever in self._added.values())
        return resolve([*layers, Layer(OVERLAY, frozenset(layer.name for layer in layers), added)])

    def _sized(self, layer: Layer, values: FloatArray) -> Iterable[Lever]:
        """Yield the levers of a file; one of which a target is varied is split by targets."""
        for lever in layer.levers:
            columns = [self._own.get((layer.name, lever.instrument, target)) for target in lever.targets]
            if all(column is None for column in columns):
                yield lever
                continue
            for target, column in zip(lever.targets, columns, strict=True):
                size = lever.size if column is None else float(values[column])
                yield replace(lever, targets=(target,), size=size)

    def _column(self, entry: Entry) -> int | None:
        """Return the column that gives the size of an entry, None if no one does."""
        if entry.scenario == OVERLAY:
            return self._added[entry.lever][0]
        return self._own.get((entry.scenario, entry.instrument, entry.target))


def _levers(design: Design | DesignSpec) -> Iterable[tuple[int, int, LeverDimension]]:
    """Yield column, number among the levers of the sweep file (from 1) and dimension of each lever."""
    columns = [(column, axis) for column, axis in enumerate(design.dimensions) if isinstance(axis, LeverDimension)]
    return ((column, number, axis) for number, (column, axis) in enumerate(columns, 1))


def _added_lever(number: int, axis: LeverDimension, scenario: Scenario) -> Lever:
    assert axis.start is not None
    targets = _own_targets(axis, scenario) if axis.targets is None else axis.targets
    return Lever(number, axis.instrument, targets, axis.start, axis.end, axis.phase_in, axis.high)


def _own_levers(axis: LeverDimension, scenario: Scenario) -> list[tuple[str, Lever]]:
    """Return the scenario's own levers on the instrument, of the parts that the dimension names."""
    named = axis.scenarios is None or scenario.name in axis.scenarios
    return [
        (part, lever)
        for part, lever in own_levers(scenario)
        if lever.instrument == axis.instrument and (named or part in (axis.scenarios or ()))
    ]


def _own_targets(axis: LeverDimension, scenario: Scenario) -> tuple[str, ...]:
    """Return the targets of these levers in the order of the instrument, varied or not."""
    found = {target for _, lever in _own_levers(axis, scenario) for target in lever.targets}
    return tuple(target for target in INSTRUMENTS[axis.instrument].targets if target in found)


def _own_keys(axis: LeverDimension, scenario: Scenario) -> list[tuple[str, str, str]]:
    """Return (part, instrument, target) of everything that a lever without start varies."""
    return [
        (part, lever.instrument, target)
        for part, lever in _own_levers(axis, scenario)
        for target in _shares(axis, lever)
    ]


def _shares(axis: LeverDimension, lever: Lever) -> list[str]:
    """Return the targets of a lever that the dimension varies."""
    return [target for target in lever.targets if axis.targets is None or target in axis.targets]


def _but_size(entry: Entry) -> tuple[Any, ...]:
    return entry.instrument, entry.target, entry.start, entry.end, entry.origin, entry.phase_in


def check_design(design: DesignSpec, scenarios: Sequence[Scenario], until: str) -> None:
    """Refuse a design that does not fit the scenarios of a sweep; ranges of sizes are checked with the file.

    Parameters
    ----------
    design : DesignSpec
    scenarios : sequence of Scenario
        All of the sweep, combinations included, base first.
    until : str
        Last quarter of the runs.

    Raises
    ------
    InputError
        Naming the key of the sweep file, such as ``[[design.levers]] 2 (ntb_cut), scenarios``.
    """
    for _, number, axis in _levers(design):
        place = _place(number, axis)
        _check_names(place, axis, scenarios)
        if axis.start is None or axis.targets is None:
            _check_own(place, axis, scenarios)
        _check_begins(place, axis, scenarios, until)
    for scenario in scenarios:
        columns = lever_columns(design, scenario, scenarios)
        if columns:
            _check_together(design, scenario, columns, until)


def _place(number: int, axis: LeverDimension) -> str:
    return f"[[design.levers]] {number} ({axis.instrument})"


def _check_names(place: str, axis: LeverDimension, scenarios: Sequence[Scenario]) -> None:
    known = list(dict.fromkeys(name for scenario in scenarios for name in (scenario.name, *scenario.parts)))
    for name in axis.scenarios or ():
        if name not in known:
            raise InputError(
                f'{place}, scenarios: "{name}" is not a scenario of this sweep{nearest(name, known)};'
                f" allowed: {', '.join(known)}"
            )


def _check_own(place: str, axis: LeverDimension, scenarios: Sequence[Scenario]) -> None:
    """Refuse a lever that takes targets or quarters from scenarios that do not have them."""
    spec = INSTRUMENTS[axis.instrument]
    if axis.scenarios is None and axis.start is None:
        # It is varied wherever it is set, so that each target must be set somewhere.
        groups = [("no scenario of this sweep sets", list(scenarios))]
    else:
        groups = [(f'"{s.name}" does not set', [s]) for s in scenarios if applies(axis, s, scenarios)]
    for nobody_sets, group in groups:
        found = {target for scenario in group for target in _own_targets(axis, scenario)}
        if not found:
            mend = "write start to add it there" if axis.start is None else f"name its {spec.target}"
            raise InputError(f"{place}: {nobody_sets} {axis.instrument} itself; {mend}")
        missing = [target for target in axis.targets or () if target not in found]
        if missing:
            there = ", ".join(target for target in spec.targets if target in found)
            raise InputError(
                f"{place}, {spec.target}: {nobody_sets} {axis.instrument} itself for {', '.join(missing)};"
                f" allowed: {there}"
            )


def _check_begins(place: str, axis: LeverDimension, scenarios: Sequence[Scenario], until: str) -> None:
    """Refuse a lever that varies nothing because the runs end before it begins."""
    last = to_index(until)
    if axis.start is not None:
        if axis.start > last:
            start = to_label(axis.start)
            raise InputError(f'{place}, start: "{start}" is after until, "{until}"; nothing would be varied')
        return
    varied = [s for s in scenarios if applies(axis, s, scenarios)]
    levers = [lever for s in varied for _, lever in _own_levers(axis, s) if _shares(axis, lever)]
    if all(lever.start > last for lever in levers):
        start = to_label(min(lever.start for lever in levers))
        raise InputError(f'{place}: the levers that it varies begin in {start}, after until, "{until}"')


def _check_together(design: DesignSpec, scenario: Scenario, columns: Sequence[int], until: str) -> None:
    """Refuse levers of the design that contradict each other, or the scenario, in one scenario."""
    levers = [(number, axis) for column, number, axis in _levers(design) if column in columns]
    both = overlaps([_added_lever(number, axis, scenario) for number, axis in levers if axis.start is not None])
    if both:
        raise InputError(f"[[design.levers]]: {both[0]}")
    taken: dict[tuple[str, str, str], int] = {}
    for number, axis in levers:
        for key in _own_keys(axis, scenario) if axis.start is None else ():
            if taken.setdefault(key, number) != number:
                what = f"{axis.instrument} for {key[2]}" if key[2] else axis.instrument
                raise InputError(
                    f'[[design.levers]]: lever {taken[key]} and lever {number} both vary {what} of "{key[0]}";'
                    " keep one of them"
                )
    # Sums rise with every size, so that they are within the range everywhere if they are at both ends.
    try:
        corner = "highest"
        variation = Variation(scenario, design, columns, until)
        corner = "lowest"
        variation.entries(np.array([axis.low for axis in design.dimensions]))
    except InputError as error:
        adding = [_place(number, axis) for number, axis in levers if INSTRUMENTS[axis.instrument].additive]
        raise InputError(f"{' and '.join(adding)}, all sizes at their {corner}: {error}") from None
