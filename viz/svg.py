"""Charts as SVG text: no script, no outside file, so that a report opens and prints anywhere.

Colours and fonts come from the page's style sheet through class names; ``viz/templates/report.css`` is the one in use.
Every chart carries its values as tooltips and a description for screen readers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

import numpy as np

from simulator.numbers import plain
from simulator.statistics import FloatArray
from viz.shapes import text_width
from viz.wording import signed, typographic

WIDTH: Final = 480
FAN_HEIGHT: Final = 236
LEFT: Final = 58
RIGHT: Final = 18
TOP: Final = 22
BOTTOM: Final = 34
UNIT: Final = 13
"""Where the unit of a fan chart stands, in pixels of the drawing from above."""
TICK: Final = 10.5
"""Size of the letters of ticks."""
ROW: Final = 19
"""Height of a row of an interval chart, in pixels of the drawing."""

Style = Literal["base", "new"]


@dataclass(frozen=True)
class Fan:
    """Median and 90 % interval of one scenario by year; arrays of shape (years,), NaN where unknown."""

    label: str
    style: Style
    median: FloatArray
    low: FloatArray
    high: FloatArray
    name: str = ""
    """Of the scenario's file, for tables and tooltips."""


@dataclass(frozen=True)
class Marker:
    """An event on the time line: position in years (2016.5 = third quarter), number shown, text of the tooltip."""

    position: float
    key: str
    text: str
    style: Style


@dataclass(frozen=True)
class FanChart:
    """Fans over years.

    Attributes
    ----------
    title, unit : str
        `title` is read out by screen readers; the page shows it above the drawing.
    years : tuple of int
    fans : tuple of Fan
        The first lies underneath.
    observed : tuple of (year, value)
    observed_label : str
    markers : tuple of Marker
    difference : bool
        Values are changes: the zero line is drawn and belongs to the range.
    history_end : int, optional
        Last year of history; years up to it are shaded.
    interval_word : str
        Joins the two ends of an interval in tooltips.
    variable, base : str
        Names of the output and, of changes, of the base, as tables have them.
    """

    title: str
    unit: str
    years: tuple[int, ...]
    fans: tuple[Fan, ...]
    observed: tuple[tuple[int, float], ...] = ()
    observed_label: str = ""
    markers: tuple[Marker, ...] = ()
    difference: bool = False
    history_end: int | None = None
    interval_word: str = "to"
    variable: str = ""
    base: str = ""


@dataclass(frozen=True)
class IntervalRow:
    """One row of an interval chart."""

    label: str
    median: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 if the interval lies above zero, -1 if below, 0 if it holds zero."""
        return 1 if self.low > 0.0 else -1 if self.high < 0.0 else 0


@dataclass(frozen=True)
class Stretch:
    """Years of one kind, such as history: its name, first and last year, and whether they are set apart by a tint."""

    name: str
    first: int
    last: int
    tinted: bool = False


def ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Return round numbers that cover a range: steps of 1, 2, 2.5 or 5 times a power of ten, about `count` of them."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return (0.0, 1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)) + 1e-30:  # no width that a drawing could show
        pad = abs(low) * 0.1 if abs(low) > 1e-30 else 1.0
        low, high = low - pad, high + pad
    raw = (high - low) / max(1, count)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if power * m >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{i * step:.12g}") for i in range(first, last + 1))


def tick_labels(values: Sequence[float], sign: bool = False) -> tuple[str, ...]:
    """Return the labels of ticks: as many decimals as the step needs, thousands with a comma."""
    step = values[1] - values[0] if len(values) > 1 else 1.0
    digits = next((d for d in range(9) if abs(round(step, d) - step) < 1e-9 * abs(step)), 9)
    shown = "+," if sign else ","
    return tuple("0" if v == 0.0 else f"{v:{shown}.{digits}f}".replace("-", "\N{MINUS SIGN}") for v in values)


def fan_chart(chart: FanChart, stretches: Sequence[Stretch] = ()) -> str:
    """Return the SVG element of a fan chart; `stretches` say what its years are, if readers must be told."""
    years = np.asarray(chart.years, dtype=np.float64)
    values = [a for fan in chart.fans for a in (fan.median, fan.low, fan.high)]
    values.append(np.array([v for _, v in chart.observed] + ([0.0] if chart.difference else [])))
    pool = np.concatenate(values)
    pool = pool[np.isfinite(pool)]
    marks = ticks(float(pool.min()), float(pool.max())) if len(pool) else (0.0, 1.0)
    area = _Area(float(years[0]), float(years[-1]), marks[0], marks[-1], FAN_HEIGHT)
    parts = [*_history(chart, area), *_stretches(stretches, chart.unit, area), *_grid(chart, area, marks)]
    drawn = [_fan(fan, years, area) for fan in chart.fans if np.isfinite(fan.median).any()]
    parts += [band for band, _ in drawn]
    parts += [line for _, line in reversed(drawn)]  # the dashes of the base show on a scenario that does as it does
    parts += [
        f'<circle class="observed" cx="{area.x(year):.1f}" cy="{area.y(value):.1f}" r="2.4"/>'
        for year, value in chart.observed
        if years[0] <= year <= years[-1]
    ]
    parts += _markers(chart.markers, area)
    parts += _tooltips(chart, area)
    return drawing(FAN_HEIGHT, f"{chart.title} ({chart.unit})", _spoken(chart), parts)


def interval_chart(rows: Sequence[IntervalRow], title: str, unit: str, interval_word: str = "to") -> str:
    """Return the SVG element of a chart of medians and 90 % intervals, a row each, with a line at zero.

    A filled dot marks an interval that does not hold zero.
    """
    height = TOP + ROW * len(rows) + 26
    ends = [v for row in rows for v in (row.low, row.high) if math.isfinite(v)]
    marks = ticks(min([0.0, *ends]), max([0.0, *ends]), 4)
    left, right = 126, WIDTH - 18
    scale = (right - left) / (marks[-1] - marks[0])

    def x(value: float) -> float:
        return left + (value - marks[0]) * scale

    bottom = TOP + ROW * len(rows) + 4
    parts = [f'<text class="unit" x="{left}" y="12">{escape(unit)}</text>']
    for value, label in zip(marks, tick_labels(marks, sign=True), strict=True):
        kind = "zero" if value == 0.0 else "grid"
        parts.append(f'<line class="{kind}" x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{TOP - 4}" y2="{bottom}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{x(value):.1f}" y="{bottom + 13}">{label}</text>')
    for i, row in enumerate(rows):
        y = TOP + ROW * (i + 0.5)
        kind = {1: "up", -1: "down", 0: "open"}[row.sign]
        tip = f"{row.label}: {_with(row.median, row.low, row.high, interval_word, True)} {unit}"
        parts.append(f'<g class="{kind}"><title>{escape(tip)}</title>')
        parts.append(f'<rect class="hit" x="0" y="{y - ROW / 2:.1f}" width="{WIDTH}" height="{ROW}"/>')
        parts.append(f'<text class="row" text-anchor="end" x="{left - 8}" y="{y + 3.5:.1f}">{escape(row.label)}</text>')
        if math.isfinite(row.median):
            parts.append(
                f'<line class="whisker" x1="{x(row.low):.1f}" x2="{x(row.high):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            )
            parts.append(f'<circle class="dot" cx="{x(row.median):.1f}" cy="{y:.1f}" r="3.6"/>')
        parts.append("</g>")
    spoken = "; ".join(f"{row.label} {_with(row.median, row.low, row.high, interval_word, True)}" for row in rows)
    return drawing(height, f"{title} ({unit})", spoken, parts)


def share_bar(shares: Sequence[tuple[str, float, str]]) -> str:
    """Return one horizontal bar cut into shares: (label, share from 0 to 1, class name) each."""
    parts = []
    place = 0.0
    for label, share, kind in shares:
        width = max(0.0, share) * WIDTH
        text = f"{label}: {100.0 * share:.0f} %"
        parts.append(f'<g><title>{escape(text)}</title><rect class="share {escape(kind)}" x="{place:.1f}" y="0" ')
        parts.append(f'width="{width:.1f}" height="16"/>')
        if width > 26.0:
            parts.append(f'<text class="inbar {escape(kind)}" x="{place + 4:.1f}" y="12">{100.0 * share:.0f} %</text>')
        parts.append("</g>")
        place += width
    spoken = ", ".join(f"{label} {100.0 * share:.0f} %" for label, share, _ in shares)
    return drawing(16, spoken, "", parts)


def coefficient_mark(median: float, low: float, high: float) -> str:
    """Return a small whisker on the scale from -1 to 1, to stand in a row of a table."""
    width, height = 150, 14

    def x(value: float) -> float:
        return width / 2 + max(-1.0, min(1.0, value)) * (width / 2 - 4)

    kind = "up" if low > 0.0 else "down" if high < 0.0 else "open"
    return (
        f'<svg class="mark" viewBox="0 0 {width} {height}" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">'
        f'<line class="grid" x1="4" x2="{width - 4}" y1="7" y2="7"/><line class="zero" x1="{width / 2}" '
        f'x2="{width / 2}" y1="1" y2="13"/><g class="{kind}"><line class="whisker" x1="{x(low):.1f}" '
        f'x2="{x(high):.1f}" y1="7" y2="7"/><circle class="dot" cx="{x(median):.1f}" cy="7" r="3.4"/></g></svg>'
    )


@dataclass(frozen=True)
class _Area:
    """The plotting area of a fan chart and its two linear scales."""

    first: float
    last: float
    low: float
    high: float
    height: int

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM

    def x(self, year: float) -> float:
        span = max(1.0, self.last - self.first)
        return LEFT + (year - self.first) / span * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - TOP)


def drawing(height: int, title: str, description: str, parts: Iterable[str]) -> str:
    """Return the SVG element of a drawing as wide as all, with its title and description for screen readers."""
    spoken = f"<desc>{escape(description)}</desc>" if description else ""
    label = escape(title, quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg">'
        f"{spoken}{''.join(parts)}</svg>"
    )


def _history(chart: FanChart, area: _Area) -> list[str]:
    """Shade the years of history, if some are shown."""
    if chart.history_end is None or chart.history_end < area.first:
        return []
    end = area.x(min(chart.history_end + 0.5, area.last))
    return [f'<rect class="history" x="{LEFT}" y="{TOP}" width="{end - LEFT:.1f}" height="{area.bottom - TOP}"/>']


def _stretches(found: Sequence[Stretch], unit: str, area: _Area) -> list[str]:
    """Name what the years are above their right end, each where its name has room beside the unit."""
    parts = []
    free = LEFT + TICK * (text_width(unit) + 1.0)
    for one in found:
        first = area.x(max(one.first - 0.5, area.first))
        last = area.x(min(one.last + 0.5, area.last))
        if one.tinted:
            place = f'x="{first:.1f}" y="{TOP}" width="{last - first:.1f}" height="{area.bottom - TOP}"'
            parts.append(f'<rect class="heldout" {place}/>')
        if last - max(first, free) >= TICK * text_width(one.name):
            name = escape(one.name)
            parts.append(f'<text class="tick" text-anchor="end" x="{last - 2:.1f}" y="{UNIT}">{name}</text>')
    return parts


def _grid(chart: FanChart, area: _Area, marks: Sequence[float]) -> list[str]:
    parts = [f'<text class="unit" x="{LEFT}" y="{UNIT}">{escape(chart.unit)}</text>']
    for value, label in zip(marks, tick_labels(marks, sign=chart.difference), strict=True):
        y = area.y(value)
        kind = "zero" if chart.difference and value == 0.0 else "grid"
        parts.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{LEFT - 5}" y="{y + 3.5:.1f}">{label}</text>')
    first, last = int(area.first), int(area.last)
    step = next(s for s in (1, 2, 5, 10) if (last - first) / s <= 7)
    for year in range(first + -first % step, last + 1, step):
        x = area.x(year)
        parts.append(
            f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{area.bottom + 24}">{year}</text>'
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{area.bottom}" y2="{area.bottom + 3}"/>'
        )
    return parts


def _fan(fan: Fan, years: FloatArray, area: _Area) -> tuple[str, str]:
    """Draw band and median of a fan over the years in which it is known."""
    known = np.isfinite(fan.median)
    x = [area.x(year) for year in years[known]]
    low, median, high = ([area.y(v) for v in a[known]] for a in (fan.low, fan.median, fan.high))
    ring = " ".join(f"{a:.1f},{b:.1f}" for a, b in [*zip(x, high, strict=True), *zip(x[::-1], low[::-1], strict=True)])
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, median, strict=True))
    return (
        f'<polygon class="band {fan.style}" points="{ring}"/>',
        f'<polyline class="median {fan.style}" points="{line}"/>',
    )


def _markers(markers: Iterable[Marker], area: _Area) -> list[str]:
    """Draw events as numbered triangles below the axis and thin lines above it."""
    parts = []
    for m in markers:
        if not area.first <= m.position <= area.last:
            continue
        x, y = area.x(m.position), area.bottom
        parts.append(f'<g class="event {m.style}"><title>{escape(m.text)}</title>')
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{y}"/>')
        parts.append(f'<path d="M{x:.1f} {y}l-3.5 6h7z"/>')
        parts.append(f'<text text-anchor="middle" x="{x:.1f}" y="{y + 14}">{escape(m.key)}</text></g>')
    return parts


def _tooltips(chart: FanChart, area: _Area) -> list[str]:
    """Cover every year with a clear strip whose title holds the values."""
    half = (area.x(area.first + 1) - area.x(area.first)) / 2
    observed = dict(chart.observed)
    parts = []
    for i, year in enumerate(chart.years):
        lines = [
            f"{fan.label}: " + _with(fan.median[i], fan.low[i], fan.high[i], chart.interval_word, chart.difference)
            for fan in reversed(chart.fans)
            if np.isfinite(fan.median[i])
        ]
        if year in observed:
            lines.append(f"{chart.observed_label}: {plain(observed[year])}")
        if lines:
            text = "\n".join([f"{year}, {chart.unit}", *lines])
            x = max(float(LEFT), area.x(year) - half)
            parts.append(
                f'<rect class="hit" x="{x:.1f}" y="{TOP}" width="{2 * half:.1f}" height="{area.bottom - TOP}">'
                f"<title>{escape(text)}</title></rect>"
            )
    return parts


def _spoken(chart: FanChart) -> str:
    """Return first and last values in words, for screen readers."""
    lines = []
    for fan in chart.fans:
        known = np.flatnonzero(np.isfinite(fan.median))
        for i in (known[0], known[-1]) if len(known) else ():
            value = _with(fan.median[i], fan.low[i], fan.high[i], chart.interval_word, chart.difference)
            lines.append(f"{fan.label} {chart.years[i]}: {value}")
    return "; ".join(lines)


def _with(median: float, low: float, high: float, word: str, sign: bool) -> str:
    """Return a median and its interval as text."""
    number = signed if sign else plain
    text = f"{number(median)} ({number(low)} {word} {number(high)})" if math.isfinite(median) else "–"
    return typographic(text)
