"""Charts and tables as files to take away: CSV of their values, SVG that opens alone."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree

import numpy as np

from viz.charts import year_kind
from viz.svg import WIDTH, FanChart, IntervalRow, fan_chart, interval_chart

SVG: Final = "http://www.w3.org/2000/svg"
HEAD: Final = 62
"""Height of title and legend above a drawing that stands alone."""
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Begins a CSV file, so that spreadsheets read its Chinese."""
FAN_COLUMNS: Final = ("series", "year", "years_are", "unit", "median", "p05", "p95")
INTERVAL_COLUMNS: Final = ("name", "unit", "median", "p05", "p95")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV: numbers with ten significant digits as in the results, empty for what is not finite."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return BOM + out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.10g}" if math.isfinite(value) else ""
    return "" if value is None else value


def fan_csv(chart: FanChart, fitted_until: int | None = None) -> str:
    """Return the values of a fan chart as CSV, one row a series and year; observed figures stand as medians."""
    rows: list[tuple[object, ...]] = []
    for fan in chart.fans:
        for i, year in enumerate(chart.years):
            if np.isfinite(fan.median[i]):
                values = (float(fan.median[i]), float(fan.low[i]), float(fan.high[i]))
                rows.append((fan.label, year, year_kind(year, chart, fitted_until), chart.unit, *values))
    for year, value in chart.observed:
        kind = year_kind(year, chart, fitted_until)
        rows.append((chart.observed_label, year, kind, chart.unit, float(value), None, None))
    return csv_text(FAN_COLUMNS, rows)


def interval_csv(rows: Sequence[IntervalRow], unit: str) -> str:
    """Return the values of an interval chart as CSV."""
    return csv_text(INTERVAL_COLUMNS, ((row.label, unit, row.median, row.low, row.high) for row in rows))


def fan_svg(chart: FanChart, words: Mapping[str, str]) -> str:
    """Return a fan chart as an SVG file, drawn as the report draws it, with its title and a legend."""
    keys = [(fan.label, f"median {fan.style}") for fan in chart.fans]
    keys.append((words["legend_band"], f"band {chart.fans[-1].style}" if chart.fans else "band"))
    keys += [(chart.observed_label, "observed")] if chart.observed else []
    if chart.history_end is not None and chart.history_end >= chart.years[0]:
        keys.append((words["legend_history"], "history"))
    return standalone(fan_chart(chart), chart.title, keys)


def interval_svg(rows: Sequence[IntervalRow], title: str, unit: str, words: Mapping[str, str]) -> str:
    """Return an interval chart as an SVG file, drawn as the report draws it, with its title."""
    return standalone(interval_chart(rows, title, unit, words["to"]), title)


def standalone(drawing: str, title: str, keys: Sequence[tuple[str, str]] = ()) -> str:
    """Return a drawing of ``viz.svg`` as a file that opens anywhere: styles inside, with title and legend above.

    Parameters
    ----------
    drawing
        An SVG element.
    title
    keys
        Label of a line or dot and the class that draws it.
    """
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(drawing)
    height = float(root.attrib["viewBox"].split()[3])
    root.set("viewBox", f"0 {-HEAD} {WIDTH} {height + HEAD:g}")
    root.set("width", str(2 * WIDTH))
    root.set("height", f"{2 * (height + HEAD):g}")
    style = ElementTree.Element(f"{{{SVG}}}style")
    style.text = light_styles()
    paper = _element("rect", "paper", x="0", y=str(-HEAD), width=str(WIDTH), height=f"{height + HEAD:g}")
    heading = _element("text", "heading", x="12", y=str(18 - HEAD))
    heading.text = title
    place = 1 if len(root) and root[0].tag == f"{{{SVG}}}desc" else 0
    for offset, part in enumerate((style, paper, heading, *_legend(keys))):
        root.insert(place + offset, part)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _legend(keys: Sequence[tuple[str, str]]) -> Iterable[ElementTree.Element]:
    """Yield the parts of a legend, in lines as wide as the drawing."""
    x, y = 12.0, 36 - HEAD
    for label, kind in keys:
        wide = 45.0 + sum(11.0 if unicodedata.east_asian_width(c) in "WF" else 6.0 for c in label)
        if x > 12.0 and x + wide > WIDTH:
            x, y = 12.0, y + 15
        if kind.startswith(("band", "history")):
            yield _element("rect", kind, x=f"{x:g}", y=str(y - 9), width="22", height="10")
        elif kind == "observed":
            yield _element("circle", kind, cx=f"{x + 10:g}", cy=str(y - 4), r="2.4")
        else:
            yield _element("polyline", kind, points=f"{x:g},{y - 4} {x + 22:g},{y - 4}")
        text = _element("text", "key", x=f"{x + 27:g}", y=str(y))
        text.text = label
        yield text
        x += wide


def _element(tag: str, kind: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.Element(f"{{{SVG}}}{tag}", {"class": kind, **attributes})


@cache
def light_styles() -> str:
    """Return the rules of the report's style sheet for drawings, with their colours in the light theme filled in."""
    sheet = files("viz").joinpath("templates", "report.css").read_text(encoding="utf-8")
    colors = dict(re.findall(r"(--\w+):\s*([^;]+);", sheet[: sheet.index("@media")]))
    rules = [
        f"{selector.strip().removeprefix('svg ')} {{ {body.strip()} }}"
        for selector, body in re.findall(r"(?m)(?:^|(?<=\} ))(svg [^{}]*)\{([^}]*)\}", sheet)
        if selector.strip() != "svg" and not re.search(r"\.(mark|share|leans|inbar)\b", selector)
    ]
    font = next(iter(re.findall(r"font: 15px/1\.55 ([^;]+);", sheet)), "sans-serif")
    own = [
        f"text {{ font-family: {font} }}",
        ".paper { fill: var(--paper) }",
        ".heading { font-size: 14px; font-weight: 600; fill: var(--ink) }",
        ".key { font-size: 11px; fill: var(--ink) }",
    ]
    text = "\n".join([*(rule.replace(", svg ", ", ") for rule in rules), *own])
    return re.sub(r"var\((--\w+)\)", lambda found: colors[found[1]], text)
