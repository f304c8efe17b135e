"""Levers in the address of a page: a link that reproduces them, and what is wrong with a link that somebody changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from simulator.errors import InputError
from simulator.file_errors import check_quarter, known, show
from simulator.lever_checks import check_end, check_number, check_phase_in, check_targets, find_instrument
from simulator.levers import ALL, Instrument
from simulator.periods import to_label
from simulator.scenario import list_scenarios
from simulator.schedule import Range
from viz.what_if.form import MAX_FIELDS, Field, Form, number_text, own_form, scenario_of

_PARTS: Final = ("instrument", "targets", "start", "end", "phase_in", "size")
_OFF: Final = "off"
_BETWEEN: Final = ".."
MAX_PHASE: Final = 120


def to_query(form: Form) -> dict[str, str]:
    """Return the parameters of an address that reproduces the form; levers only if they are not the shipped ones."""
    query = {"policy": form.origin}
    own = own_form(form.origin)
    if form == own:
        return query
    if form.extends != own.extends:
        query["extends"] = form.extends
    query["levers"] = str(len(form.fields))
    return query | {f"lever{i}": _lever_value(field) for i, field in enumerate(form.fields, 1)}


def _lever_value(field: Field) -> str:
    whole = len(field.targets) == len(field.spec.targets)
    targets = ALL if whole else ",".join(field.targets)
    size = field.size
    ends = (size.low, size.mode, size.high) if isinstance(size, Range) else (size,)
    parts = [
        field.instrument, targets, to_label(field.start), to_label(field.end), str(field.phase_in),
        _BETWEEN.join(map(number_text, ends)),
    ]  # fmt: skip
    return "~".join([*parts, *([] if field.on else [_OFF])])


def from_query(query: Mapping[str, str], default: str) -> tuple[Form, InputError | None]:
    """Return the form of an address, and what is wrong with it; then the levers are those of the scenario itself.

    Parameters
    ----------
    query
    default
        Shipped scenario if the address names none.
    """
    origin = query.get("policy", default)
    try:
        own = own_form(origin)
    except InputError as error:
        return own_form(default), error
    try:
        return _read(query, own), None
    except InputError as error:
        return own, error


def _read(query: Mapping[str, str], own: Form) -> Form:
    extends = query.get("extends", own.extends)
    if extends not in list_scenarios():
        raise InputError(f"extends: {show(extends)} is not a shipped scenario{known(extends, list_scenarios())}")
    if "levers" not in query:
        return replace(own, extends=extends)
    count = query["levers"]
    if not count.isdecimal() or not count.isascii() or int(count[:9]) > MAX_FIELDS:
        raise InputError(f"levers: {show(count)} is not allowed; write a whole number from 0 to {MAX_FIELDS}")
    fields = []
    for number in range(1, int(count) + 1):
        key = f"lever{number}"
        if key not in query:
            raise InputError(f"{key}: missing; levers = {count} announces it")
        fields.append(_read_lever(key, query[key]))
    form = replace(own, extends=extends, fields=tuple(fields))
    scenario_of(form)  # refuses levers that contradict each other
    return form


def _read_lever(key: str, text: str) -> Field:
    """Return the lever of one parameter of an address."""
    parts = text.split("~")
    on = parts[-1] != _OFF
    given = parts if on else parts[:-1]
    if len(given) != len(_PARTS):
        raise InputError(f"{key}: {show(text)} is not a lever; write {'~'.join(_PARTS)}, and ~{_OFF} if it is off")
    name, targets, start, end, phase, size = given
    problems: list[str] = []
    spec = find_instrument(key, name, problems)
    if spec is None:
        raise InputError(problems[0])
    place = f"{key} ({spec.name})"
    named: dict[str, list[str] | str] = {}
    if spec.target != "none":
        named = {spec.target: ALL if targets == ALL else targets.split(",")}
    chosen = check_targets(place, spec, named, problems)
    first, last = check_quarter(f"{place}, start", start, problems), check_quarter(f"{place}, end", end, problems)
    problems += check_end(place, start, end, (first, last))
    numbers = _read_sizes(f"{place}, size", spec, size, problems)
    if not (phase.isdecimal() and phase.isascii() and int(phase[:9]) <= MAX_PHASE):
        problems.append(f"{place}, phase_in: {show(phase)} is not allowed; write a whole number of quarters, 0 to 120")
    else:
        check_phase_in(place, spec, int(phase), problems)
    if problems or first is None or last is None:
        raise InputError("; ".join(problems))
    shape = Range(numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None
    value = numbers[1] if shape else numbers[0]
    return Field(spec.name, chosen, first, last, int(phase), value, shape, on=on)


def _read_sizes(place: str, spec: Instrument, text: str, problems: list[str]) -> Sequence[float]:
    """Return one size, or the three of a range; what is wrong is added to `problems`."""
    try:
        numbers = [float(part) for part in text.split(_BETWEEN)]
    except ValueError:
        numbers = []
    if len(numbers) not in ((1,) if spec.integer else (1, 3)) or not all(map(math.isfinite, numbers)):
        write = "0 or 1" if spec.integer else f"a number, or low{_BETWEEN}mode{_BETWEEN}high"
        problems.append(f"{place}: {show(text)} is not allowed; write {write}")
        return (0.0,)
    for number in numbers:
        check_number(place, spec, number, problems)
    if numbers != sorted(numbers):
        problems.append(f"{place}: {show(text)} is not in order; low must not exceed mode, nor mode high")
    return numbers
