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

from viz.chart_parts import LIGHT
from viz.charts import svg_stretches, year_kind
from viz.panels import EntityEffects
from viz.svg import WIDTH, FanChart, fan_chart, interval_chart

SVG: Final = "http://www.w3.org/2000/svg"
SIDE: Final = 12
"""Room left and right of the words above a drawing."""
LINES: Final[Mapping[str, tuple[float, float]]] = {"heading": (14.0, 18.0), "about": (11.5, 15.0), "key": (11.0, 15.0)}
"""Class of the words above a drawing -> size of their letters, height of their lines."""
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Begins a CSV file, so that spreadsheets read its Chinese."""
FAN_COLUMNS: Final = (
    "variable", "scenario", "base", "series", "year", "years_are", "unit", "median", "p05", "p95",
)  # fmt: skip
"""``scenario`` and ``base`` are names of files; ``base`` is empty for levels, ``scenario`` for what was observed."""
INTERVAL_COLUMNS: Final = (
    "variable", "scenario", "base", "level", "name", "period", "unit", "median", "p05", "p95",
)  # fmt: skip


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
                kind = year_kind(year, chart, fitted_until)
                rows.append((chart.variable, fan.name, chart.base, fan.label, year, kind, chart.unit, *values))
    for year, value in chart.observed:
        kind = year_kind(year, chart, fitted_until)
        told = (chart.variable, "", "", chart.observed_label, year, kind, chart.unit)
        rows.append((*told, float(value), None, None))
    return csv_text(FAN_COLUMNS, rows)


def interval_csv(effects: EntityEffects) -> str:
    """Return the values of a chart of effects on many as CSV."""
    told = (effects.variable, effects.scenario, effects.base, effects.level)
    rows = ((*told, row.label, effects.period, effects.unit, row.median, row.low, row.high) for row in effects.rows)
    return csv_text(INTERVAL_COLUMNS, rows)


def fan_svg(chart: FanChart, words: Mapping[str, str], fitted_until: int | None = None) -> str:
    """Return a fan chart as an SVG file, drawn as the report draws it: title, legend, and what its years are."""
    keys = [(fan.label, f"median {fan.style}") for fan in chart.fans]
    keys.append((words["legend_band"], f"band {chart.fans[-1].style}" if chart.fans else "band"))
    keys += [(chart.observed_label, "observed")] if chart.observed else []
    if chart.history_end is not None and chart.history_end >= chart.years[0]:
        keys.append((words["legend_history"], "history"))
    found = svg_stretches(chart, words, fitted_until)
    keys += [(one.name, "heldout") for one in found if one.tinted]
    return standalone(fan_chart(chart, found), chart.title, "", keys)


def interval_svg(effects: EntityEffects, title: str, about: str, words: Mapping[str, str]) -> str:
    """Return a chart of effects on many as an SVG file, drawn as the report draws it.

    Parameters
    ----------
    title, about
        What it shows, and of which scenario and years.
    words
    """
    return standalone(interval_chart(effects.rows, title, effects.unit, words["to"]), title, about)


def standalone(drawing: str, title: str, about: str = "", keys: Sequence[tuple[str, str]] = ()) -> str:
    """Return a drawing of ``viz.svg`` as a file that opens anywhere: styles inside, with title and legend above.

    Parameters
    ----------
    drawing
        An SVG element.
    title, about
        Words above it; those of `about` are smaller.
    keys
        Label of a line or dot and the class that draws it.
    """
    words = [*_wrapped(title, "heading"), *_wrapped(about, "about"), *_legend(keys)]
    head = math.ceil(sum(LINES[line[0][0]][1] for line in words)) + SIDE
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(drawing)
    height = float(root.attrib["viewBox"].split()[3])
    root.set("viewBox", f"0 {-head} {WIDTH} {height + head:g}")
    root.set("width", str(2 * WIDTH))
    root.set("height", f"{2 * (height + head):g}")
    style = ElementTree.Element(f"{{{SVG}}}style")
    style.text = light_styles()
    paper = _element("rect", "paper", x="0", y=str(-head), width=str(WIDTH), height=f"{height + head:g}")
    place = 1 if len(root) and root[0].tag == f"{{{SVG}}}desc" else 0
    for offset, part in enumerate((style, paper, *_placed(words, -head))):
        root.insert(place + offset, part)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


_Piece = tuple[str, str, str]
"""Class and words of a piece of a line, and for keys the class of the sample before it."""


def _wide(text: str, kind: str) -> float:
    """Return about how wide words are, on the generous side: wide letters of Chinese are as wide as high."""
    size = LINES[kind][0]
    return sum(size if unicodedata.east_asian_width(c) in "WF" else 0.56 * size for c in text)


def _wrapped(text: str, kind: str) -> list[list[_Piece]]:
    """Return words in lines that fit the drawing; Chinese may break anywhere but before what closes."""
    lines: list[str] = []
    for part in re.findall(r"（?[\u2e80-\uffef][）。，；：、”]*|[^\s\u2e80-\uffef]+\s*|\s+", text):
        if lines and _wide(lines[-1] + part.rstrip(), kind) <= WIDTH - 2 * SIDE:
            lines[-1] += part
        else:
            lines.append(part)
    return [[(kind, line.rstrip(), "")] for line in lines]


def _legend(keys: Sequence[tuple[str, str]]) -> list[list[_Piece]]:
    """Return the keys of a legend in lines as wide as the drawing."""
    lines: list[list[_Piece]] = []
    left = 0.0
    for label, sample in keys:
        wide = 45.0 + _wide(label, "key")
        if not lines or wide > left:
            lines.append([])
            left = WIDTH - SIDE
        lines[-1].append(("key", label, sample))
        left -= wide
    return lines


def _placed(lines: Sequence[Sequence[_Piece]], top: float) -> Iterable[ElementTree.Element]:
    """Yield the lines of words and samples from `top` downwards."""
    y = top
    for line in lines:
        x, y = float(SIDE), y + LINES[line[0][0]][1]
        for kind, label, sample in line:
            yield from _sample(sample, x, y)
            text = _element("text", kind, x=f"{x + (27 if sample else 0):g}", y=f"{y:g}")
            text.text = label
            yield text
            x += 45.0 + _wide(label, kind)


def _sample(kind: str, x: float, y: float) -> Iterable[ElementTree.Element]:
    if kind.startswith(("band", "history", "heldout")):
        frame = {} if kind.startswith("band") else {"stroke": LIGHT.quiet, "stroke-width": "0.5"}
        yield _element("rect", kind, x=f"{x:g}", y=f"{y - 9:g}", width="22", height="10", **frame)
    elif kind == "observed":
        yield _element("circle", kind, cx=f"{x + 10:g}", cy=f"{y - 4:g}", r="2.4")
    elif kind:
        yield _element("polyline", kind, points=f"{x:g},{y - 4:g} {x + 22:g},{y - 4:g}")


def _element(tag: str, kind: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.Element(f"{{{SVG}}}{tag}", {"class": kind, **attributes})


@cache
def light_styles() -> str:
    """Return the rules of the report's style sheet for drawings, in the light colours of the app's own charts."""
    sheet = files("viz").joinpath("templates", "report.css").read_text(encoding="utf-8")
    colors = dict(re.findall(r"(--\w+):\s*([^;]+);", sheet[: sheet.index("@media")]))
    colors |= {
        "--ink": LIGHT.ink, "--soft": LIGHT.quiet, "--line": LIGHT.line, "--paper": LIGHT.ground, "--tint": LIGHT.panel,
        "--base": LIGHT.base, "--new": LIGHT.accent, "--up": LIGHT.up, "--down": LIGHT.down, "--dot": LIGHT.ink,
    }  # fmt: skip
    rules = [
        f"{selector.strip().removeprefix('svg ')} {{ {body.strip()} }}"
        for selector, body in re.findall(r"(?m)(?:^|(?<=\} ))(svg [^{}]*)\{([^}]*)\}", sheet)
        if selector.strip() != "svg" and not re.search(r"\.(mark|share|leans|inbar)\b", selector)
    ]
    font = next(iter(re.findall(r"font: 15px/1\.55 ([^;]+);", sheet)), "sans-serif")
    own = [
        f"text {{ font-family: {font} }}",
        ".paper { fill: var(--paper) }",
        *(f".{kind} {{ font-size: {size:g}px; fill: var(--ink) }}" for kind, (size, _) in LINES.items()),
        ".heading { font-weight: 600 }",
    ]
    text = "\n".join([*(rule.replace(", svg ", ", ") for rule in rules), *own])
    return re.sub(r"var\((--\w+)\)", lambda found: colors[found[1]], text)
