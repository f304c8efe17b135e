"""Charts that the app draws in the browser: from what a chart shows to options of ECharts, which are plain JSON.

Options hold no script. So what a tooltip says is put into words here, one text for each year or row, and hung on an
invisible strip that covers it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from simulator.numbers import plain
from simulator.statistics import FloatArray
from viz.chart_legend import Style, styles_of
from viz.chart_parts import (
    BELOW,
    CLEAR,
    FONT,
    HIDDEN,
    LINES,
    Palette,
    key,
    palette,
    room,
    safe,
    strips,
    tooltip,
    value_text,
)
from viz.panels import HISTORY_END
from viz.svg import Fan, FanChart, IntervalRow, Marker, Stretch, tick_labels, ticks
from viz.wording import typographic

KINDS: Final[Mapping[str, str]] = {
    "history": "chart_history", "held_out": "chart_held_out", "what_if": "chart_what_if",
}  # fmt: skip
"""What a year is -> its word among the texts."""
ROW: Final = 22
"""Height of a row of an interval chart, in pixels."""
ROWS_FRAME: Final = 40
"""Height of its frame."""


# Fans over years


def stretches(chart: FanChart, words: Mapping[str, str], fitted_until: int | None = None) -> list[tuple[str, int, int]]:
    """Return what the years of a chart are: (name, first position, last position) of each stretch.

    Parameters
    ----------
    chart, words
    fitted_until
        Last year of the data that the parameters were fitted to; later years of history are held out.
    """
    if chart.history_end is None:
        return []
    kinds = [year_kind(year, chart, fitted_until) for year in chart.years]
    found: list[tuple[str, int, int]] = []
    for i, kind in enumerate(kinds):
        if found and kinds[i - 1] == kind:
            found[-1] = (found[-1][0], found[-1][1], i)
        else:
            found.append((words[KINDS[kind]], i, i))
    return found


def year_words(years: Sequence[int], words: Mapping[str, str], fitted_until: int | None = None) -> str:
    """Return what years are, in words: ``what-if``, or ``history, what-if`` if they are of both kinds."""
    kinds = dict.fromkeys(kind_of(year, HISTORY_END, fitted_until) for year in years)
    return words["chart_joint"].join(words[KINDS[kind]] for kind in kinds)


def svg_stretches(chart: FanChart, words: Mapping[str, str], fitted_until: int | None = None) -> list[Stretch]:
    """Return what the years of a chart are, for ``viz.svg``; those held out have a tint of their own."""
    held = words["chart_held_out"]
    return [
        Stretch(name, chart.years[first], chart.years[last], name == held)
        for name, first, last in stretches(chart, words, fitted_until)
    ]


def year_kind(year: int, chart: FanChart, fitted_until: int | None = None) -> str:
    """Return whether a year is ``history``, ``held_out`` or ``what_if``; empty if the chart does not say."""
    return "" if chart.history_end is None else kind_of(year, chart.history_end, fitted_until)


def kind_of(year: int, history_end: int = HISTORY_END, fitted_until: int | None = None) -> str:
    """Return whether a year is ``history``, ``held_out`` or ``what_if``."""
    if year > history_end:
        return "what_if"
    return "history" if fitted_until is None or year <= fitted_until else "held_out"


def fan_option(
    chart: FanChart, words: Mapping[str, str], dark: bool = False, fitted_until: int | None = None
) -> dict[str, Any]:
    """Return the options of a fan chart, whose legend is for the page to draw (``viz.chart_legend``).

    Parameters
    ----------
    chart
    words
        Texts of the reader's language.
    dark
    fitted_until
        See :func:`stretches`.
    """
    p = palette(dark)
    marks = _range(chart)
    labels = tick_labels(marks, sign=chart.difference)
    styles = styles_of(chart.fans, p)
    series = [_frame(chart, words, p, fitted_until), _grid_lines(marks, labels, chart.difference, p)]
    for i, fan in enumerate(chart.fans):
        series += _fan(fan, f"fan{i}", styles[i])
    if chart.observed:
        series.append(_observed(chart, p))
    series.append(_events(chart.markers, chart, p))
    series.append(strips([_year_text(chart, i, styles, words, fitted_until) for i in range(len(chart.years))], p))
    count = len(chart.years)
    return {
        "animation": False,
        **BELOW,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": room(labels), "right": 14, "top": 22, "bottom": 34},
        "tooltip": tooltip(p),
        "xAxis": [
            {
                "type": "category", "data": [str(year) for year in chart.years], "boundaryGap": True,
                "axisLine": {"onZero": False, "lineStyle": {"color": p.quiet}},
                "axisTick": {"show": False},
                "axisLabel": {"color": p.quiet, "margin": 17, "fontSize": 11, "hideOverlap": True},
            },
            {"type": "value", "show": False, "min": -0.5, "max": count - 0.5},
        ],
        "yAxis": [
            {**HIDDEN, "min": marks[0], "max": marks[-1]},
            {**HIDDEN, "min": 0, "max": 1},
        ],
        "series": series,
    }  # fmt: skip


def _range(chart: FanChart) -> tuple[float, ...]:
    """Return the ticks of the axis of values, which cover all that is drawn."""
    values = [a for fan in chart.fans for a in (fan.median, fan.low, fan.high)]
    values.append(np.array([v for _, v in chart.observed] + ([0.0] if chart.difference else [])))
    pool = np.concatenate(values)
    pool = pool[np.isfinite(pool)]
    return ticks(float(pool.min()), float(pool.max())) if len(pool) else (0.0, 1.0)


def _numbers(values: FloatArray) -> list[float | None]:
    """Return values as JSON has them: None, a gap, for what is not finite."""
    return [float(v) if math.isfinite(v) else None for v in values]


def _fan(fan: Fan, stack: str, style: Style) -> list[dict[str, Any]]:
    """Return the series of one fan: a line at the low end, the band stacked on it, and the median.

    ECharts stacks values of unlike signs apart unless it is told to stack all, and then draws the band where it is not.
    """
    known = np.isfinite(fan.low) & np.isfinite(fan.high)
    low = np.where(known, fan.low, np.nan)
    side = {
        "type": "line", "stack": stack, "stackStrategy": "all", "symbol": "none", "silent": True, "z": 2,
        "lineStyle": {"width": 0, "color": style.color}, "itemStyle": {"color": style.color},
    }  # fmt: skip
    if style.outlined:  # where another band lies over this one, its ends still show
        side["lineStyle"] = {"width": 1, "color": style.color, "type": [2, 2], "opacity": 0.75}
    middle = {
        "type": "line", "name": fan.label, "data": _numbers(fan.median), "silent": True,
        "z": 4 if fan.style == "base" else 3,  # its dashes show on a scenario that does as the base does
        "symbol": "circle" if int(np.isfinite(fan.median).sum()) == 1 else "none", "symbolSize": 5,
        "lineStyle": {"width": 2.2, "color": style.color, "type": style.dash}, "itemStyle": {"color": style.color},
    }  # fmt: skip
    return [
        {**side, "name": f"{stack} low", "data": _numbers(low)},
        {
            **side, "name": f"{stack} band", "data": _numbers(np.where(known, fan.high - fan.low, np.nan)),
            "areaStyle": {"color": style.color, "opacity": style.opacity},
        },
        middle,
    ]  # fmt: skip


def _observed(chart: FanChart, p: Palette) -> dict[str, Any]:
    place = {year: i for i, year in enumerate(chart.years)}
    return {
        "type": "scatter", "name": chart.observed_label, "symbol": "diamond", "symbolSize": 8, "silent": True, "z": 5,
        "data": [[place[year], float(value)] for year, value in chart.observed if year in place],
        "itemStyle": {"color": p.ink, "borderColor": p.ground, "borderWidth": 1, "opacity": 1},
    }  # fmt: skip


def _frame(chart: FanChart, words: Mapping[str, str], p: Palette, fitted_until: int | None) -> dict[str, Any]:
    """Return what the years are: history shaded, each stretch named above the drawing."""
    tints = {words["chart_history"]: (p.panel, 1), words["chart_held_out"]: (p.line, 0.5)}
    areas = []
    for name, first, last in stretches(chart, words, fitted_until):
        color, opacity = tints.get(name, (CLEAR, 0))
        wide = (last - first + 1) / len(chart.years) > 0.08  # else its name would lie over that of its neighbour
        label = {"show": wide, "position": "top", "distance": 3, "color": p.quiet, "fontSize": 11}
        areas.append(
            [
                {"name": name, "xAxis": first - 0.5, "itemStyle": {"color": color, "opacity": opacity}, "label": label},
                {"xAxis": last + 0.5},
            ]
        )
    return {
        "type": "line", "name": "years", "data": [], "xAxisIndex": 1, "yAxisIndex": 1, "silent": True, "z": 0,
        "markArea": {"silent": True, "data": areas},
    }  # fmt: skip


def _grid_lines(marks: Sequence[float], labels: Sequence[str], zero: bool, p: Palette) -> dict[str, Any]:
    """Return the lines of the grid with labels as the report prints them; of changes, the zero line stands out."""
    lines = [
        {
            "yAxis": value,
            "lineStyle": {"color": p.ink if zero and value == 0.0 else p.line, "width": 1, "type": "solid"},
            "label": {"position": "start", "formatter": label, "color": p.quiet, "fontSize": 11},
        }
        for value, label in zip(marks, labels, strict=True)
    ]
    return {
        "type": "line", "name": "grid", "data": [], "silent": True, "z": 1,
        "markLine": {**LINES, "data": lines},
    }  # fmt: skip


def _events(markers: Sequence[Marker], chart: FanChart, p: Palette) -> dict[str, Any]:
    """Return events as thin lines with their keys below; those of one year share a line."""
    keys: dict[float, list[Marker]] = {}
    for marker in markers:
        if chart.years[0] <= marker.position <= chart.years[-1]:
            keys.setdefault(marker.position, []).append(marker)
    lines = []
    for position, found in sorted(keys.items()):
        color = p.accent if any(m.style == "new" for m in found) else p.quiet
        text = " ".join(m.key for m in found)
        lines.append(
            {
                "xAxis": position - chart.years[0],
                "lineStyle": {"color": color, "width": 1, "type": [2, 3], "opacity": 0.8},
                "label": {"position": "start", "distance": 3, "formatter": text, "color": color, "fontSize": 10},
            }
        )
    return {
        "type": "line", "name": "events", "data": [], "xAxisIndex": 1, "yAxisIndex": 1, "silent": True, "z": 5,
        "markLine": {**LINES, "data": lines},
    }  # fmt: skip


def _year_text(
    chart: FanChart, i: int, styles: Sequence[Style], words: Mapping[str, str], fitted_until: int | None
) -> str:
    """Return what the tooltip of a year says, as HTML; empty if nothing is known of it."""
    year = chart.years[i]
    kind = year_kind(year, chart, fitted_until)
    said = [
        key(style.color) + safe(f"{fan.label}: ") + safe(
            value_text(fan.median[i], fan.low[i], fan.high[i], chart.interval_word, chart.difference)
        )
        for fan, style in zip(chart.fans, styles, strict=True)
        if np.isfinite(fan.median[i])
    ]  # fmt: skip
    said += [safe(f"{chart.observed_label}: {typographic(plain(v))}") for y, v in chart.observed if y == year]
    if not said:
        return ""
    said += [safe(f"{m.key}: {m.text}") for m in chart.markers if int(m.position) == year]
    head = f"<b>{year}</b>, {safe(chart.unit)}" + (f" ({safe(words[KINDS[kind]])})" if kind else "")
    return "<br>".join([head, *said])


# Effects on many


def interval_option(
    rows: Sequence[IntervalRow], unit: str, words: Mapping[str, str], dark: bool = False
) -> dict[str, Any]:
    """Return the options of a chart of medians and 90 % intervals, a row each, with a line at zero.

    A filled dot marks an interval that does not hold zero. See :func:`interval_height` for its height.
    """
    p = palette(dark)
    ends = [v for row in rows for v in (row.low, row.high) if math.isfinite(v)]
    marks = ticks(min([0.0, *ends]), max([0.0, *ends]), 4)
    colors = {1: p.up, -1: p.down, 0: p.base}
    drawn = [(i, row) for i, row in enumerate(rows) if math.isfinite(row.median)]
    whiskers = [
        {"coords": [[row.low, i], [row.high, i]], "lineStyle": {"color": colors[row.sign], "width": 2.4, "opacity": 1}}
        for i, row in drawn
    ]
    dots = [
        {
            "value": [row.median, i],
            "itemStyle": {
                "color": colors[row.sign] if row.sign else p.ground, "borderColor": colors[row.sign], "borderWidth": 2,
                "opacity": 1,
            },
        }
        for i, row in drawn
    ]  # fmt: skip
    said = [
        safe(f"{row.label}: {value_text(row.median, row.low, row.high, words['to'], True)} {unit}") for row in rows
    ]
    lines = [
        {
            "xAxis": value,
            "lineStyle": {"color": p.ink if value == 0.0 else p.line, "width": 1, "type": "solid"},
            "label": {"position": "end", "formatter": label, "color": p.quiet, "fontSize": 11},
        }
        for value, label in zip(marks, tick_labels(marks, sign=True), strict=True)
    ]
    return {
        "animation": False,
        **BELOW,
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 6, "right": 22, "top": 8, "bottom": 28, "containLabel": True},
        "tooltip": tooltip(p),
        "xAxis": [{**HIDDEN, "min": marks[0], "max": marks[-1]}, {**HIDDEN, "min": 0, "max": 1}],
        "yAxis": [
            {
                "type": "category", "inverse": True, "data": [row.label for row in rows],
                "axisLine": {"show": False}, "axisTick": {"show": False},
                "axisLabel": {
                    "color": p.ink, "fontSize": 12, "interval": 0, "width": 150, "overflow": "truncate",
                },
            }
        ],
        "series": [
            {
                "type": "line", "name": "grid", "data": [], "silent": True, "z": 1,
                "markLine": {**LINES, "data": lines},
            },
            {
                "type": "lines", "name": "interval", "coordinateSystem": "cartesian2d", "silent": True, "z": 3,
                "data": whiskers,
            },
            {"type": "scatter", "name": "median", "symbolSize": 9, "silent": True, "z": 4, "data": dots},
            {**strips(said, p), "xAxisIndex": 1, "yAxisIndex": 0},
        ],
    }  # fmt: skip


def interval_height(rows: Sequence[IntervalRow]) -> int:
    """Return the height of an interval chart in pixels."""
    return ROWS_FRAME + ROW * len(rows)


# In words


def spoken(chart: FanChart, words: Mapping[str, str]) -> str:
    """Return a fan chart in words for screen readers: the last values of each scenario and the last observed one."""
    said = []
    for fan in chart.fans:
        known = np.flatnonzero(np.isfinite(fan.median))
        if len(known):
            i = int(known[-1])
            value = value_text(fan.median[i], fan.low[i], fan.high[i], chart.interval_word, chart.difference)
            said.append(f"{fan.label} {chart.years[i]}: {value}")
    if chart.observed:
        year, figure = chart.observed[-1]
        said.append(f"{chart.observed_label} {year}: {typographic(plain(figure))}")
    return words["chart_spoken"].format(title=chart.title, unit=chart.unit, values="; ".join(said))


def spoken_rows(rows: Sequence[IntervalRow], title: str, unit: str, words: Mapping[str, str]) -> str:
    """Return an interval chart in words for screen readers, every row of it."""
    said = "; ".join(f"{row.label}: {value_text(row.median, row.low, row.high, words['to'], True)}" for row in rows)
    return words["chart_spoken"].format(title=title, unit=unit, values=said)
