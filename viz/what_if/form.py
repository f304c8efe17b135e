"""The levers of a policy as a form: what a user can change, and the scenario file that it gives.

What is simulated is always the scenario that the project's own parser makes of the file, so that it is exactly what can
be saved.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from simulator.errors import InputError
from simulator.levers import ALL, INSTRUMENTS, Instrument
from simulator.periods import HISTORY_END, HORIZON_END, to_index, to_label
from simulator.scenario import BASELINE, Scenario, base_of, list_scenarios, load_scenario, scenario_of_text
from simulator.schedule import LAST_INDEX, Lever, Range
from simulator.text_file import printable
from viz.errors import PageError
from viz.what_if.conflicts import conflict_of

NAME: Final = "my_policy"
"""Of the scenario that is simulated and saved."""
MAX_UPLOAD: Final = 64 * 1024
"""Bytes of a scenario file that is sent from a browser."""
MAX_FIELDS: Final = 40
"""Levers in a form; a page with more cannot be used."""
FIRST_START: Final = to_index(HISTORY_END) + 1
"""Earliest quarter offered for the start of a lever."""
NEW_START: Final = "2026Q1"
"""Start of a lever that is added."""


@dataclass(frozen=True)
class Field:
    """One lever as a user sees it.

    Attributes
    ----------
    instrument : str
    targets : tuple of str
        In the order of the policy arrays; ``("",)`` if the instrument has none.
    start, end : int
        First and last quarter in force, 0 is 2006Q1.
    phase_in : int
        Quarters until the full size.
    value : float
        The size, or the most likely one of a range.
    shape : Range, optional
        The range that the lever came with; it moves and widens in proportion to `value`.
    exact : bool
        Whether the size is `value` in every run, although there is a range.
    on : bool
        Whether the lever is part of the policy.
    """

    instrument: str
    targets: tuple[str, ...]
    start: int
    end: int
    phase_in: int
    value: float
    shape: Range | None = None
    exact: bool = False
    on: bool = True

    @property
    def spec(self) -> Instrument:
        """Its instrument."""
        return INSTRUMENTS[self.instrument]

    @property
    def size(self) -> float | Range:
        """What the file says: a number, or the range that every run samples."""
        if self.shape is None or self.exact or self.value == 0.0:
            return self.value
        return scaled(self.shape, self.value, self.spec)


@dataclass(frozen=True)
class Form:
    """The levers that a user can change.

    Attributes
    ----------
    origin : str
        Shipped scenario with which it began, or several: ``a+b``.
    extends : str
        Shipped scenario that stays as it is and on top of which the levers come.
    fields : tuple of Field
    """

    origin: str
    extends: str
    fields: tuple[Field, ...]

    def with_field(self, number: int, field: Field) -> Form:
        """Return the form with one field changed."""
        return replace(self, fields=(*self.fields[:number], field, *self.fields[number + 1 :]))

    def without(self, number: int) -> Form:
        """Return the form without one field."""
        return replace(self, fields=self.fields[:number] + self.fields[number + 1 :])

    def adding(self, *fields: Field) -> Form:
        """Return the form with levers added.

        Raises
        ------
        InputError
            They would be too many.
        """
        if len(self.fields) + len(fields) > MAX_FIELDS:
            raise PageError("what_if_full", most=MAX_FIELDS)
        return replace(self, fields=(*self.fields, *fields))


def scaled(shape: Range, value: float, spec: Instrument) -> Range:
    """Return a range whose most likely size is `value` and whose ends keep their ratio to it, within the bounds."""
    if value == shape.mode:
        return shape
    if shape.mode == 0.0:
        ends = (shape.low + value, shape.high + value)
    else:
        ends = (shape.low * value / shape.mode, shape.high * value / shape.mode)
    low, high = (float(f"{min(max(end, spec.low), spec.high):.6g}") for end in ends)
    return Range(min(low, value), value, max(high, value))


# Sliders


def slider_step(spec: Instrument) -> float:
    """Return the step of a slider: a round number, about a hundredth of the range."""
    raw = (spec.high - spec.low) / 100.0
    power = 10.0 ** math.floor(math.log10(raw))
    return float(f"{next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= raw * 0.999):.6g}")


def slider_length(spec: Instrument) -> int:
    """Return the number of steps of a slider."""
    return math.ceil((spec.high - spec.low) / slider_step(spec) - 1e-9)


def slider_position(field: Field) -> int:
    """Return the nearest step at which a slider stands."""
    return min(round((field.value - field.spec.low) / slider_step(field.spec)), slider_length(field.spec))


def slider_value(spec: Instrument, position: int) -> float:
    """Return the size at a step."""
    return min(float(f"{spec.low + position * slider_step(spec):.6g}"), spec.high)


def new_field(instrument: str) -> Field:
    """Return a lever to begin with: a switch that is on, else a quarter of its range, phased in over two years."""
    spec = INSTRUMENTS[instrument]
    value = 1.0 if spec.integer else slider_value(spec, slider_length(spec) // 4)
    return Field(instrument, spec.targets, to_index(NEW_START), LAST_INDEX, 0 if spec.integer else 8, value)


# From scenarios


def form_of(scenario: Scenario, origin: str) -> Form:
    """Return the levers of a scenario's own file (of all combined files) as a form.

    Raises
    ------
    InputError
        It has too many levers for a page.
    """
    parent = base_of(scenario)
    if parent is None:  # the baseline itself: its levers are history and agreements in force
        return Form(origin, BASELINE, ())
    if len(scenario.levers) > MAX_FIELDS:
        raise InputError(f"{scenario.name}: {len(scenario.levers)} levers; this page takes at most {MAX_FIELDS}")
    return Form(origin, parent.name, tuple(map(_field, scenario.levers)))


def own_form(origin: str) -> Form:
    """Return the form of a shipped scenario, or of several joined by ``+``.

    Raises
    ------
    InputError
        One is not shipped, or they cannot be combined.
    """
    shipped = list_scenarios()
    for part in origin.split("+"):
        if part not in shipped:
            name = printable(part[:60])
            raise PageError("what_if_not_shipped", name, shipped, name=name)
    return _own(origin)


@lru_cache(maxsize=64)
def _own(origin: str) -> Form:
    """Read the files once: a page asks for the form whenever a lever is moved."""
    scenario = load_scenario(origin)
    if len({load_scenario(part).extends for part in scenario.parts}) > 1:
        raise InputError(f"{origin}: they extend different scenarios and cannot share a form")
    return form_of(scenario, origin)


def form_of_file(content: bytes, file: str) -> Form:
    """Return the form of a scenario file that a browser sent. Nothing but its text is read.

    Raises
    ------
    InputError
        It is too large, not UTF-8, or no scenario file; or it extends anything but a shipped scenario.
    """
    shown = printable(file[:80]) or "file"
    if len(content) > MAX_UPLOAD:
        raise InputError(f"{shown}: {len(content):,} bytes; a scenario file has at most {MAX_UPLOAD:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{shown}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    scenario = scenario_of_text(text, shown)
    return form_of(scenario, scenario.extends or BASELINE)


def form_sent(sent: Mapping[str, Any]) -> tuple[Form, str]:
    """Return the form of what a browser sent, and the name of the file for the page.

    Parameters
    ----------
    sent
        ``name``, ``size`` (bytes) and ``content`` (base64; empty if the file is too large).

    Raises
    ------
    InputError
        See :func:`form_of_file`.
    """
    name, content = str(sent.get("name", ""))[:80], str(sent.get("content", ""))
    size = sent.get("size", 0)
    if len(content) > 2 * MAX_UPLOAD or (isinstance(size, int) and size > MAX_UPLOAD):
        raise InputError(f"{printable(name)}: more than {MAX_UPLOAD:,} bytes; a scenario file has at most so many")
    try:
        decoded = base64.b64decode(content, validate=True)
    except ValueError:
        raise InputError(f"{printable(name)}: what arrived is not the file") from None
    return form_of_file(decoded, name), printable(name)


def _field(lever: Lever) -> Field:
    shape = lever.size if isinstance(lever.size, Range) else None
    value = lever.size.mode if isinstance(lever.size, Range) else float(lever.size)
    return Field(lever.instrument, lever.targets, lever.start, lever.end, lever.phase_in, value, shape)


# To scenarios


def scenario_of(form: Form, name: str = NAME) -> Scenario:
    """Return the scenario that the saved file would be.

    Raises
    ------
    InputError
        Two levers contradict each other.
    """
    conflict = conflict_of(form.fields)
    if conflict is not None:
        raise conflict
    return scenario_of_text(to_toml(form, name), f"{name}.toml")


def to_toml(form: Form, name: str = NAME) -> str:
    """Return the scenario file; levers that are off are left out."""
    origin = load_scenario(form.origin)
    head = {
        "name": name,
        "extends": form.extends,
        "title": f"{origin.title} (changed)",
        "title_zh": f"{origin.title_zh or origin.title}（已修改）",
        "summary": f"Levers set in the app, beginning with {form.origin}.",
        "summary_zh": f"在应用中设定的政策杠杆，以{origin.title_zh or form.origin}为起点。",
    }
    lines = ["[scenario]", *(f"{key} = {_quoted(text)}" for key, text in head.items()), "sources = ["]
    lines += [f"  {_quoted(source)}," for source in dict.fromkeys(("Set in the app", *origin.sources))]
    lines += ["]", *(line for field in form.fields if field.on for line in _lever_lines(field))]
    return "\n".join(lines) + "\n"


def _lever_lines(field: Field) -> list[str]:
    lines = ["", "[[lever]]", f'instrument = "{field.instrument}"']
    if field.spec.target != "none":
        whole = len(field.targets) == len(field.spec.targets)
        names = _quoted(ALL) if whole else f"[{', '.join(map(_quoted, field.targets))}]"
        lines.append(f"{field.spec.target} = {names}")
    lines.append(f'start = "{to_label(field.start)}"')
    if field.end != LAST_INDEX:
        lines.append(f'end = "{to_label(field.end)}"')
    size = field.size
    if isinstance(size, Range):
        low, mode, high = map(number_text, (size.low, size.mode, size.high))
        lines.append(f"size = {{ low = {low}, mode = {mode}, high = {high} }}")
    else:
        lines.append(f"size = {number_text(size)}")
    if field.phase_in:
        lines.append(f"phase_in = {field.phase_in}")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def number_text(value: float) -> str:
    """Return a number as a file has it, to the last bit."""
    return repr(int(value)) if value == int(value) else repr(value)


# Choices of quarters


def starts(field: Field) -> tuple[str, ...]:
    """Return the quarters offered for the start of a lever: those after history, and its own."""
    return tuple(to_label(q) for q in sorted({*range(FIRST_START, to_index(HORIZON_END) + 1), field.start}))


def ends(field: Field) -> tuple[str, ...]:
    """Return the quarters offered for the end of a lever."""
    return tuple(to_label(q) for q in range(field.start, to_index(HORIZON_END) + 1))
