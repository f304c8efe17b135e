"""A chart of means with standard errors against one axis of a design, as SVG text like the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from simulator.numbers import plain, signed
from viz.svg import BOTTOM, LEFT, RIGHT, TOP, WIDTH, drawing, tick_labels, ticks
from viz.wording import typographic

HEIGHT: Final = 208
CAP: Final = 3.5
"""Half the width of the ends of a bar."""


@dataclass(frozen=True)
class Answer:
    """The mean of an outcome where an axis has a value, with its standard error (NaN if it has none)."""

    value: float
    label: str
    mean: float
    error: float


@dataclass(frozen=True)
class AnswerChart:
    """Means against an axis.

    Attributes
    ----------
    title, unit, axis : str
        `unit` is that of the means; `axis` names the axis and its unit.
    answers : tuple of Answer
        In the order of their values.
    difference : bool
        Means are differences: the zero line is drawn and belongs to the range.
    exact : bool
        Every value of the axis is one that was simulated, and is written below its mean; otherwise round numbers are.
    """

    title: str
    unit: str
    axis: str
    answers: tuple[Answer, ...]
    difference: bool
    exact: bool


def answer_chart(chart: AnswerChart) -> str:
    """Return the SVG element of a chart of means against an axis."""
    known = [a for a in chart.answers if math.isfinite(a.mean)]
    ends = [a.mean + sign * (a.error if math.isfinite(a.error) else 0.0) for a in known for sign in (-1.0, 1.0)]
    ends += [0.0] if chart.difference or not ends else []
    marks = ticks(min(ends), max(ends), 4)
    values = [a.value for a in chart.answers] or [0.0, 1.0]
    pad = 0.06 * ((max(values) - min(values)) or abs(values[0]) or 1.0)
    low, high = min(values) - pad, max(values) + pad
    bottom = HEIGHT - BOTTOM - 8

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return bottom - (value - marks[0]) / (marks[-1] - marks[0]) * (bottom - TOP)

    parts = [f'<text class="unit" x="{LEFT}" y="13">{escape(chart.unit)}</text>']
    for value, label in zip(marks, tick_labels(marks, sign=chart.difference), strict=True):
        kind = "zero" if chart.difference and value == 0.0 else "grid"
        parts.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{LEFT - 5}" y="{y(value) + 3.5:.1f}">{label}</text>')
    for value, label in _below(chart, low, high):
        parts.append(f'<line class="grid" x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{bottom}" y2="{bottom + 4}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{x(value):.1f}" y="{bottom + 16}">{label}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="tick" text-anchor="middle" x="{middle}" y="{HEIGHT - 8}">{escape(chart.axis)}</text>')
    line = " ".join(f"{x(a.value):.1f},{y(a.mean):.1f}" for a in known)
    parts.append(f'<polyline class="thin" points="{line}"/>')
    for a in known:
        parts += _mark(chart, a, x(a.value), y(a.mean), abs(y(0.0) - y(a.error)) if math.isfinite(a.error) else 0.0)
    spoken = "; ".join(f"{a.label}: {_text(chart, a)}" for a in known)
    return drawing(HEIGHT, f"{chart.title} ({chart.unit})", spoken, parts)


def _below(chart: AnswerChart, low: float, high: float) -> list[tuple[float, str]]:
    """Return places and labels below the axis."""
    if chart.exact:
        return [(a.value, escape(a.label)) for a in chart.answers]
    marks = ticks(low, high, 5)
    return [(v, label) for v, label in zip(marks, tick_labels(marks), strict=True) if low <= v <= high]


def _mark(chart: AnswerChart, a: Answer, x: float, y: float, reach: float) -> list[str]:
    tip = f"{a.label}: {_text(chart, a)} {chart.unit}"
    bar = f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{y - reach:.1f}" y2="{y + reach:.1f}"/>'
    caps: Sequence[float] = (y - reach, y + reach)
    ends = [f'<line class="whisker" x1="{x - CAP:.1f}" x2="{x + CAP:.1f}" y1="{e:.1f}" y2="{e:.1f}"/>' for e in caps]
    return [
        f'<g class="up"><title>{escape(tip)}</title>',
        *([bar, *ends] if reach > 0.0 else []),
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>',
        f'<circle class="hit" cx="{x:.1f}" cy="{y:.1f}" r="9"/></g>',
    ]


def _text(chart: AnswerChart, a: Answer) -> str:
    """Return a mean with its standard error."""
    mean = signed(a.mean) if chart.difference else plain(a.mean)
    return typographic(f"{mean} ± {plain(a.error)}")
