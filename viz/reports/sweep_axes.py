"""Axes of a design in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.levers import INSTRUMENTS
from simulator.parameter_words import meaning
from simulator.parameters import parameters
from simulator.periods import to_label
from simulator.scenario import Scenario
from simulator.sweep.design import applies
from simulator.sweep.spec import Dimension, LeverDimension
from simulator.wording import place_text, plain_number
from simulator.words import unit_word
from viz.reports.page import punctuation
from viz.wording import texts, typographic


def axis_label(axis: Dimension, lang: str, named: bool = True) -> str:
    """Return what an axis varies: the name of an instrument, or the meaning of a parameter.

    A lever that the sweep file gives a name of its own is followed by that name, unless `named` is false.
    """
    if not isinstance(axis, LeverDimension):
        text = meaning(axis.name, lang)
        return f"{text[:1].upper()}{text[1:]}"
    label = INSTRUMENTS[axis.instrument].label_in(lang)
    if axis.name == axis.instrument or not named:
        return label
    return f"{label}（{axis.name}）" if lang == "zh" else f"{label} ({axis.name})"


def axis_unit(axis: Dimension, lang: str) -> str:
    """Return the unit of an axis."""
    if isinstance(axis, LeverDimension):
        spec = INSTRUMENTS[axis.instrument]
        return spec.unit_zh if lang == "zh" and spec.unit_zh else spec.unit
    return unit_word(next(p.unit for p in parameters() if p.name == axis.name), lang)


def axes_of(axes: Sequence[Dimension], scenario: Scenario, scenarios: Sequence[Scenario]) -> tuple[Dimension, ...]:
    """Return the axes that can change a scenario or the first one: their levers, and all parameters."""
    both = (scenario, scenarios[0])
    return tuple(
        axis for axis in axes
        if not isinstance(axis, LeverDimension) or any(applies(axis, one, scenarios) for one in both)
    )  # fmt: skip


def axis_row(axis: Dimension, values: Sequence[float], scenarios: Sequence[Scenario], lang: str) -> dict[str, Any]:
    """Return an axis as a row of the table of the design.

    Parameters
    ----------
    values
        Different values that it has at the points of the design, ascending.
    """
    words, marks = texts(lang), punctuation(lang)
    if axis.values is not None:
        span = marks["joint"].join(plain_number(value) for value in values)
    else:
        span = f"{plain_number(axis.low)} {words['to']} {plain_number(axis.high)}"
    label, unit = axis_label(axis, lang, named=False), axis_unit(axis, lang)
    row = {"name": axis.name, "label": label, "unit": unit, "span": typographic(span)}
    if not isinstance(axis, LeverDimension):
        return {**row, "where": words["sweep_prior"] if axis.prior else words["sweep_even"]}
    where = place_text(axis.instrument, axis.targets, lang) if axis.targets is not None else words["sweep_own"]
    when = words["from"].format(start=to_label(axis.start)) if axis.start is not None else ""
    varied = marks["joint"].join(s.name for s in scenarios if applies(axis, s, scenarios))
    place = marks["comma"].join(part for part in (where, when) if part)
    return {**row, "where": f"{place}{marks['semicolon']}{varied}"}
