"""What the values of a lever must be, beyond their types: its targets and its size, wherever a file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from simulator.file_errors import known, show
from simulator.levers import ALL, INSTRUMENTS, TARGETS, Instrument

TARGET_KEYS: Final = ("partners", "cities", "ports", "sectors")


def find_instrument(place: str, name: str, problems: list[str]) -> Instrument | None:
    """Return an instrument by name, or None after adding to `problems` that there is none."""
    spec = INSTRUMENTS.get(name)
    if spec is None:
        problems.append(f"{place}, instrument: {show(name)} is not an instrument{known(name, INSTRUMENTS)}")
    return spec


def targets_of(table: object) -> dict[str, list[str] | str]:
    """Return the keys of targets that a checked table of a file gives."""
    return {key: value for key in TARGET_KEYS if (value := getattr(table, key)) is not None}


def check_targets(
    place: str, spec: Instrument, given: Mapping[str, list[str] | str], problems: list[str]
) -> tuple[str, ...]:
    """Return the targets in the order of the policy array; what is wrong is added to `problems`."""
    for key in given:
        if key != spec.target:
            takes = "takes no target" if spec.target == "none" else f"takes {spec.target}"
            problems.append(f"{place}, {key}: not allowed here; {spec.name} {takes}")
    if spec.target == "none":
        return ("",)
    allowed = TARGETS[spec.target]
    names = given.get(spec.target)
    if names is None:
        if not given:
            problems.append(f'{place}, {spec.target}: missing; write "{ALL}" or a list of: {", ".join(allowed)}')
        return ()
    if names == ALL:
        return allowed
    for name in dict.fromkeys(names):
        if name not in allowed:
            problems.append(f"{place}, {spec.target}: {show(name)} is not known{known(name, allowed)}")
        elif names.count(name) > 1:
            problems.append(f"{place}, {spec.target}: {show(name)} stands there twice; name each target once")
    return tuple(name for name in allowed if name in names)


def check_end(place: str, start: str, end: str | None, quarters: tuple[int | None, int | None]) -> list[str]:
    """Return what is wrong with the order of two quarters, given as texts and as indices."""
    first, last = quarters
    if first is None or last is None or last >= first:
        return []
    return [f'{place}, end: "{end}" is before start, "{start}"']


def check_phase_in(place: str, spec: Instrument, phase_in: int, problems: list[str]) -> None:
    """Add to `problems` that a switch has no phase-in."""
    if spec.integer and phase_in:
        problems.append(f"{place}, phase_in: {phase_in} is not allowed; a switch of 0 or 1 has no phase-in")


def check_number(place: str, spec: Instrument, value: float, problems: list[str]) -> None:
    """Add to `problems` that a size is not one that the instrument takes."""
    if spec.integer and value not in (0.0, 1.0):
        problems.append(f"{place}: {value:g} is not allowed; {spec.name} is 0 or 1")
    elif not spec.integer:
        check_between(place, value, (spec.low, spec.high), spec.unit, problems)


def check_between(place: str, value: float, span: tuple[float, float], unit: str, problems: list[str]) -> None:
    """Add to `problems` that a value lies outside a range, and whether it looks like a percentage of a share."""
    low, high = span
    if low <= value <= high:
        return
    percent = max(1.0, high) < value <= 100 * high and ("share" in unit or "points" in unit)
    hint = f"; is it a percentage? write {value / 100:g}" if percent else ""
    problems.append(f"{place}: {value:g} is out of range; allowed: {low:g} to {high:g} ({unit}){hint}")
