"""A series that the model is held against, as a small chart: what was observed, and what the model says of it.

Two bands: the simulated one (parameters and luck), and the wider predictive one, which adds what the model is known to
miss and the error of the observation. Years that were not fitted are shaded and their observed points are hollow.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from simulator.numbers import plain
from viz.svg import tick_labels, ticks
from viz.wording import texts, typographic

WIDTH: Final = 330
HEIGHT: Final = 172
LEFT: Final = 46
RIGHT: Final = 8
TOP: Final = 18
BOTTOM: Final = 20
FIRST, LAST = 2006, 2017
"""Years that every chart shows, so that small charts beside each other share their axis."""
HALF: Final = 0.5
"""Half the width of a year."""
BAR: Final = 0.32
"""Half the width of the bar of a figure without neighbours, in years."""
POINT: Final = 2.6
"""Radius of an observed point."""
TIP: Final = 3.6
"""Half the width of the triangle of a lower bound."""


@dataclass(frozen=True)
class TargetFigure:
    """One figure of a series: observed, and as the model says it, in the unit of the series.

    Attributes
    ----------
    period : str
        A year ``2014``, a quarter ``2012Q1``, or years ``2011-2014``.
    fitted : bool
    observed : float
        NaN where nothing was observed.
    median, low, high : float
        Simulated median and ends of the simulated 90 % band; NaN where nothing was simulated.
    predictive_low, predictive_high : float
        Ends of the predictive 90 % band; NaN where there is none.
    least : bool
        The observed figure is only a lower bound: drawn as a triangle.
    """

    period: str
    fitted: bool
    observed: float
    median: float
    low: float
    high: float
    predictive_low: float
    predictive_high: float
    least: bool = False

    @property
    def inside(self) -> bool:
        """Whether the observed figure lies in the predictive band."""
        return self.predictive_low <= self.observed <= self.predictive_high

    @property
    def predicted(self) -> bool:
        """Whether it has a predictive band."""
        return math.isfinite(self.predictive_low) and math.isfinite(self.predictive_high)

    @property
    def span(self) -> tuple[float, float]:
        """First and last point on the time line; the year 2010 is 2009.5 to 2010.5.

        Raises
        ------
        ValueError
            The period is none of the three kinds.
        """
        found = re.fullmatch(r"(\d{4})(?:Q([1-4])|-(\d{4}))?", self.period)
        if found is None:
            raise ValueError(f"{self.period} is neither a year, nor a quarter, nor a range of years")
        year = int(found[1])
        if found[2]:
            start = year - HALF + (int(found[2]) - 1) / 4
            return start, start + 0.25
        return year - HALF, int(found[3] or year) + HALF


def target_fan(
    title: str, unit: str, figures: Sequence[TargetFigure], words: Mapping[str, str] | None = None
) -> str:
    """Return the SVG element of a chart of one series.

    Neighbouring years are joined to bands; a figure without neighbours is a bar over its period.

    Parameters
    ----------
    title : str
        Read out by screen readers; the page shows it above the drawing.
    unit : str
    figures : sequence of TargetFigure
        One a period, at least one, in order of time.
    words : mapping of str to str, optional
        Texts of the page in the reader's language; by default English.

    Raises
    ------
    ValueError
        No figure, or a period that is none of the known kinds.
    """
    if not figures:
        raise ValueError(f"{title}: there is no figure to draw")
    said = texts("en") if words is None else words
    area = _area(figures)
    parts = [*_unfitted(figures, area), *_grid(unit, area)]
    for joined in _neighbours(figures):
        parts += _fan(joined, area) if len(joined) > 1 else _bar(joined[0], area)
    parts += [line for figure in figures for line in _point(figure, area)]
    parts += [_tooltip(figure, unit, said, area) for figure in figures]
    label = escape(f"{title} ({unit})", quote=True)
    spoken = escape("; ".join(_told(figure, said) for figure in dict.fromkeys((figures[0], figures[-1]))))
    return (
        f'<svg class="target" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" '
        f'xmlns="http://www.w3.org/2000/svg"><desc>{spoken}</desc>{"".join(parts)}</svg>'
    )


@dataclass(frozen=True)
class _Area:
    """The plotting area: its two linear scales, and the marks of the upright one."""

    first: float
    last: float
    marks: tuple[float, ...]

    @property
    def bottom(self) -> int:
        return HEIGHT - BOTTOM

    def x(self, time: float) -> float:
        return LEFT + (time - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        low, high = self.marks[0], self.marks[-1]
        return self.bottom - (value - low) / (high - low) * (self.bottom - TOP)


def _area(figures: Sequence[TargetFigure]) -> _Area:
    values = [v for f in figures for v in (f.observed, f.low, f.high, f.predictive_low, f.predictive_high)]
    pool = [v for v in values if math.isfinite(v)]
    starts, ends = zip(*(f.span for f in figures), strict=True)
    return _Area(
        min(FIRST - HALF, *starts), max(LAST + HALF, *ends), ticks(min(pool), max(pool), 4) if pool else (0.0, 1.0)
    )


def _neighbours(figures: Sequence[TargetFigure]) -> list[list[TargetFigure]]:
    """Return figures in groups of years that follow each other and have a simulated value."""
    groups: list[list[TargetFigure]] = []
    for figure in figures:
        if not math.isfinite(figure.median):
            continue
        before = groups[-1][-1] if groups else None
        joins = before is not None and before.span[1] == figure.span[0] and _is_year(before) and _is_year(figure)
        if joins:
            groups[-1].append(figure)
        else:
            groups.append([figure])
    return groups


def _is_year(figure: TargetFigure) -> bool:
    return figure.period.isdecimal()


def _middle(figure: TargetFigure) -> float:
    return sum(figure.span) / 2


def _unfitted(figures: Sequence[TargetFigure], area: _Area) -> list[str]:
    """Shade the periods whose figures were not fitted, neighbours as one so that no seam shows."""
    spans: list[tuple[float, float]] = []
    for figure in figures:
        if figure.fitted:
            continue
        start, end = figure.span
        if spans and spans[-1][1] == start:
            start = spans.pop()[0]
        spans.append((start, end))
    return [
        f'<rect class="history" x="{area.x(start):.1f}" y="{TOP}" width="{area.x(end) - area.x(start):.1f}" '
        f'height="{area.bottom - TOP}"/>'
        for start, end in spans
    ]


def _grid(unit: str, area: _Area) -> list[str]:
    parts = [f'<text class="unit" x="{LEFT}" y="11">{escape(unit)}</text>']
    for value, label in zip(area.marks, tick_labels(area.marks), strict=True):
        y = area.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{LEFT - 4}" y="{y + 3.5:.1f}">{label}</text>')
    for year in range(math.ceil(area.first), math.floor(area.last) + 1):
        x = area.x(year)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{area.bottom}" y2="{area.bottom + 3}"/>')
        if year % 2 == 0:
            parts.append(
                f'<text class="tick" text-anchor="middle" x="{x:.1f}" y="{area.bottom + 14}">{year}</text>'
            )
    return parts


def _fan(figures: Sequence[TargetFigure], area: _Area) -> list[str]:
    """Draw bands and median over years that follow each other."""
    x = [area.x(_middle(f)) for f in figures]

    def ring(low: Sequence[float], high: Sequence[float]) -> str:
        upper = zip(x, high, strict=True)
        lower = zip(x[::-1], low[::-1], strict=True)
        return " ".join(f"{a:.1f},{area.y(b):.1f}" for a, b in (*upper, *lower))

    narrow = ring([f.low for f in figures], [f.high for f in figures])
    line = " ".join(f"{a:.1f},{area.y(f.median):.1f}" for a, f in zip(x, figures, strict=True))
    parts = [
        f'<polygon class="band new simulated" points="{narrow}"/>',
        f'<polyline class="median new" points="{line}"/>',
    ]
    if all(f.predicted for f in figures):
        wide = ring([f.predictive_low for f in figures], [f.predictive_high for f in figures])
        parts.insert(0, f'<polygon class="band new predictive" points="{wide}"/>')
    return parts


def _bar(figure: TargetFigure, area: _Area) -> list[str]:
    """Draw the bands of a figure without neighbours as bars over its period."""
    start, end = figure.span
    half = max(BAR, (end - start) / 2 - HALF + BAR)
    left, right = area.x(_middle(figure) - half), area.x(_middle(figure) + half)
    parts = []
    bands = [("simulated", figure.low, figure.high)]
    if figure.predicted:
        bands.insert(0, ("predictive", figure.predictive_low, figure.predictive_high))
    for kind, low, high in bands:
        y = area.y(high)
        parts.append(
            f'<rect class="band new {kind}" x="{left:.1f}" y="{y:.1f}" width="{right - left:.1f}" '
            f'height="{area.y(low) - y:.1f}"/>'
        )
    y = area.y(figure.median)
    parts.append(f'<polyline class="median new" points="{left:.1f},{y:.1f} {right:.1f},{y:.1f}"/>')
    return parts


def _point(figure: TargetFigure, area: _Area) -> list[str]:
    if not math.isfinite(figure.observed):
        return []
    kind = "observed" if figure.fitted else "observed unfitted"
    x, y = area.x(_middle(figure)), area.y(figure.observed)
    if figure.least:
        corners = ((x, y - TIP), (x - TIP, y + 0.8 * TIP), (x + TIP, y + 0.8 * TIP))
        return [f'<polygon class="{kind} least" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}"/>']
    return [f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{POINT}"/>']


def _tooltip(figure: TargetFigure, unit: str, words: Mapping[str, str], area: _Area) -> str:
    """Cover a period with a clear strip whose title holds its figures."""
    left, right = (area.x(end) for end in figure.span)
    kind = words["cal_is_fitted"] if figure.fitted else words["cal_not_fitted"]
    text = "\n".join([f"{figure.period}, {unit} ({kind})", *_lines(figure, words)])
    return (
        f'<rect class="hit" x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{area.bottom - TOP}">'
        f"<title>{escape(text)}</title></rect>"
    )


def _lines(figure: TargetFigure, words: Mapping[str, str]) -> list[str]:
    """Return what is known of a figure, a line each."""
    lines = []
    if math.isfinite(figure.observed):
        seen = plain(figure.observed)
        lines.append(f"{words['observed']}: {words['cal_at_least'].format(value=seen) if figure.least else seen}")
    if math.isfinite(figure.median):
        lines.append(f"{words['cal_median']}: {plain(figure.median)}")
        lines.append(f"{words['cal_band']}: {plain(figure.low)} {words['to']} {plain(figure.high)}")
    if figure.predicted:
        wide = f"{plain(figure.predictive_low)} {words['to']} {plain(figure.predictive_high)}"
        lines.append(f"{words['cal_predictive']}: {wide}")
    return [typographic(line) for line in lines]


def _told(figure: TargetFigure, words: Mapping[str, str]) -> str:
    return f"{figure.period}: {', '.join(_lines(figure, words))}"
