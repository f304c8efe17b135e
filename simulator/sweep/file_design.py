"""The design of a sweep file: what its axes and the number of its points must be."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeAlias

from simulator.errors import nearest
from simulator.file_errors import check_quarter, known, show
from simulator.lever_checks import (
    check_between,
    check_end,
    check_number,
    check_phase_in,
    check_targets,
    find_instrument,
    targets_of,
)
from simulator.levers import INSTRUMENTS, Instrument
from simulator.parameters import Parameter, parameters
from simulator.parameters import names as parameter_names
from simulator.schedule import LAST_INDEX
from simulator.sweep.file_model import MAX_COUNT, DesignTable, LeverTable, RangeTable
from simulator.sweep.spec import DesignSpec, Dimension, LeverDimension, ParameterDimension
from simulator.text_file import printable

MAX_AXES: Final = 400
RESERVED: Final = (
    "point", "number", "scenario", "draw", "replication", "run", "level", "entity", "period", "freq",
    "value", "base", "difference",
)  # fmt: skip
"""Columns of a sweep's tables and of its paired differences that no axis may be called after."""

_Span: TypeAlias = tuple[float, float, tuple[float, ...] | None]
"""Lowest value, highest value, and the values if they are given one by one."""


def check_design(
    model: DesignTable, scenarios: Sequence[str] | None, kept: Collection[str], problems: list[str]
) -> DesignSpec:
    """Return the design; what is wrong is added to `problems`.

    Parameters
    ----------
    model : DesignTable
    scenarios : sequence of str or None
        Names that a lever may give, alone or joined by a plus, as those it is varied in; None: not known yet.
    kept : collection of str
        Variables that are kept, which are columns of the outcomes beside the axes.
    problems : list of str
    """
    before = len(problems)
    grid = model.method == "grid"
    axes: list[Dimension | None] = [
        _lever_axis(number, lever, grid, scenarios, problems) for number, lever in enumerate(model.levers, 1)
    ]
    axes += _parameter_axes(model, grid, problems)
    _check_names(model, kept, problems)
    count = len(model.levers) + len(model.parameters)
    if count == 0:
        problems.append("[design]: nothing to vary; add [[design.levers]] or [design.parameters]")
    elif count > MAX_AXES:
        problems.append(f"[design]: {count} levers and parameters to vary; at most {MAX_AXES}")
    right = tuple(axis for axis in axes if axis is not None)
    if len(problems) == before:
        _check_points(model, right, problems)
    return DesignSpec(model.method, model.n, right)


def _check_points(model: DesignTable, axes: Sequence[Dimension], problems: list[str]) -> None:
    """Check ``n`` against the method, and the size of a grid."""
    n = model.n
    if model.method != "grid":
        if n is None:
            problems.append(f"[design] n: missing; write the number of points, 1 to {MAX_COUNT}")
        return
    open_ended = any(axis.values is None for axis in axes)
    if open_ended and n is None:
        problems.append("[design] n: missing; write how many values each range of the grid has, at least 2")
    elif open_ended and n == 1:
        problems.append("[design] n: 1 is not allowed; each range of a grid has at least 2 values")
    elif not open_ended and n is not None:
        problems.append(f"[design] n: {n} is not used; every axis lists its values; leave n out")
    else:
        counts = [len(axis.values) if axis.values is not None else n or 0 for axis in axes]
        points = math.prod(counts)
        if points > MAX_COUNT:
            size = str(points) if points < 10**15 else f"about 10^{len(str(points)) - 1}"
            problems.append(
                f"[design]: the grid has {size} points; at most {MAX_COUNT}; vary less, or write another method"
            )


def _check_names(model: DesignTable, kept: Collection[str], problems: list[str]) -> None:
    """Check that the axes have different names that no other column has."""
    taken = {name: f"[design.parameters] {name}" for name in model.parameters}
    for number, lever in enumerate(model.levers, 1):
        if lever.instrument not in INSTRUMENTS:
            continue
        name = lever.name or lever.instrument
        place = f"[[design.levers]] {number} ({lever.instrument})"
        if name in RESERVED:
            problems.append(f'{place}, name: "{name}" is not allowed; these are columns already: {", ".join(RESERVED)}')
        elif name in kept:
            problems.append(f'{place}, name: "{name}" is also a variable that is kept; write another name = "..."')
        elif name in taken:
            problems.append(f'{place}, name: "{name}" is also the name of {taken[name]}; write another name = "..."')
        elif name in parameter_names():
            problems.append(f'{place}, name: "{name}" is a parameter; write another name = "..."')
        else:
            taken[name] = place


# Levers


def _lever_axis(
    number: int, model: LeverTable, grid: bool, scenarios: Sequence[str] | None, problems: list[str]
) -> LeverDimension | None:
    """Return the axis of a lever, or None after adding what is wrong to `problems`."""
    place = f"[[design.levers]] {number}"
    spec = find_instrument(place, model.instrument, problems)
    if spec is None:
        return None
    before = len(problems)
    place = f"{place} ({spec.name})"
    targets = _check_targets(place, spec, model, problems)
    start, end = _check_time(place, spec, model, problems)
    span = _check_size(f"{place}, size", spec, model.size, grid, problems)
    _check_scenarios(f"{place}, scenarios", model.scenarios or [], scenarios, problems)
    if len(problems) > before or span is None:
        return None
    low, high, values = span
    return LeverDimension(
        name=model.name or spec.name, instrument=spec.name, targets=targets, start=start, end=end,
        phase_in=model.phase_in or 0, scenarios=None if model.scenarios is None else tuple(model.scenarios),
        low=low, high=high, values=values,
    )  # fmt: skip


def _check_targets(place: str, spec: Instrument, model: LeverTable, problems: list[str]) -> tuple[str, ...] | None:
    """Return the targets; None for those of the scenario's own levers."""
    given = targets_of(model)
    if model.start is None and spec.target != "none" and not given:
        return None
    return check_targets(place, spec, given, problems)


def _check_time(place: str, spec: Instrument, model: LeverTable, problems: list[str]) -> tuple[int | None, int]:
    """Return first quarter (None: the timing of the scenario's own levers) and last quarter."""
    check_phase_in(place, spec, model.phase_in or 0, problems)
    if model.start is None:
        for key in ("end", "phase_in"):
            if getattr(model, key) is not None:
                problems.append(
                    f"{place}, {key}: not allowed without start; then the levers of the scenario keep their timing"
                )
        return None, LAST_INDEX
    start = check_quarter(f"{place}, start", model.start, problems)
    end = LAST_INDEX if model.end is None else check_quarter(f"{place}, end", model.end, problems)
    problems += check_end(place, model.start, model.end, (start, end))
    return start, LAST_INDEX if end is None else end


def _check_size(
    place: str, spec: Instrument, size: RangeTable | list[float], grid: bool, problems: list[str]
) -> _Span | None:
    if spec.integer and (isinstance(size, RangeTable) or not grid):
        found = "a range" if isinstance(size, RangeTable) else "a list"
        problems.append(f"{place}: {found} is not allowed; {spec.name} is a switch: in a grid, write [0, 1]")
        return None

    def check(where: str, value: float) -> None:
        check_number(where, spec, value, problems)

    return _check_span(place, size, grid, check, problems)


def _check_scenarios(place: str, given: Sequence[str], allowed: Sequence[str] | None, problems: list[str]) -> None:
    for name in dict.fromkeys(given):
        if allowed is not None and not set(name.split("+")) <= set(allowed):
            problems.append(f"{place}: {show(name)} is not in [sweep] scenarios{known(name, allowed)}")
        elif given.count(name) > 1:
            problems.append(f"{place}: {show(name)} stands there twice; name each scenario once")


def _check_span(
    place: str, given: RangeTable | list[float], grid: bool, check: Callable[[str, float], None], problems: list[str]
) -> _Span:
    """Return the span of an axis; `check` looks at each of its numbers."""
    if isinstance(given, RangeTable):
        check(f"{place}.low", given.low)
        check(f"{place}.high", given.high)
        if not given.low < given.high:
            found = f"low = {given.low:g}, high = {given.high:g}"
            problems.append(f"{place}: {found} is not in order; low must be below high")
        return given.low, given.high, None
    if not grid:
        problems.append(f'{place}: a list is only for method = "grid"; write {{low = ..., high = ...}}')
    for number, value in enumerate(given, 1):
        check(f"{place} item {number}", value)
    twice = next((value for number, value in enumerate(given) if value in given[:number]), None)
    if twice is not None:
        problems.append(f"{place}: {twice:g} stands there twice; write each value once")
    return min(given), max(given), tuple(given)


# Parameters


def _parameter_axes(model: DesignTable, grid: bool, problems: list[str]) -> list[ParameterDimension]:
    """Return the axes of the parameters, in the order of ``parameters.toml`` whatever that of the file."""
    table = {p.name: p for p in parameters()}
    for name in model.parameters:
        if name not in table:
            near = nearest(printable(name[:60]), table) or "; docs/parameters.md lists them all"
            problems.append(f"[design.parameters]: {show(name)} is not a parameter{near}")
    return [
        _parameter_axis(p, model.parameters[p.name], grid, problems)
        for p in table.values()
        if p.name in model.parameters
    ]


def _parameter_axis(
    p: Parameter, given: RangeTable | list[float] | str, grid: bool, problems: list[str]
) -> ParameterDimension:
    if isinstance(given, str):
        return ParameterDimension(p.name, p.low, p.high, prior=True)

    def check(where: str, value: float) -> None:
        check_between(where, value, (p.low, p.high), p.unit, problems)

    return ParameterDimension(p.name, *_check_span(f"[design.parameters] {p.name}", given, grid, check, problems))
