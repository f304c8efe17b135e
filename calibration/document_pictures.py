"""Pictures of ``docs/calibration.md``: fans against data, contraction, padding by year, as SVG that stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

from calibration.document_source import Source, nothing
from calibration.document_targets import EARLY
from calibration.identifiability import LEAST
from calibration.padding import FILE
from calibration.validation_points import POINTS
from simulator.posterior import Fitted, read_posterior
from viz.reports.calibration_fit import FIT, read_fit
from viz.reports.calibration_padding import padding_section
from viz.reports.rank_histogram import rank_histogram, read_ranks
from viz.reports.target_fan import HEIGHT, WIDTH, TargetFigure, target_fan
from viz.reports.validation_tables import charts, read_points
from viz.wording import texts

FANS: Final = "calibration_fit.svg"
CONTRACTION: Final = "calibration_contraction.svg"
RANKS: Final = "calibration_ranks.svg"
PADDING: Final = "calibration_padding.svg"
FORECASTS: Final = "calibration_forecasts.svg"
PICTURES: Final[Mapping[str, str]] = {
    FANS: "Fit against data: GDP, exports, imports and FDI; left fitted to all years, right without the shaded ones",
    CONTRACTION: "By how much the data narrow the prior of each fitted parameter",
    RANKS: "Ranks of known truths among draws of their posteriors, by tenths",
    PADDING: "Padding of GDP, revenue, FDI and investment by year, with 90 % intervals and what is known beside them",
    FORECASTS: "Pure forecasts made with what was known in 2013, with 90 % intervals, beside what came",
}
"""File -> what it shows, for those who do not see it."""
DRAWN: Final = ("gdp_restated", "exports_usd", "imports_usd", "fdi_published")
GAP: Final = 14
HEAD: Final = 20
"""Height of the title above a chart."""
ROW: Final = 15
NAMES: Final = 250
"""Width of the names beside the bars."""
BARS: Final = 380
STYLE: Final = """
text { font: 10.5px Helvetica, Arial, 'DejaVu Sans', sans-serif; fill: #5b6675; }
text.head { font-size: 12px; font-weight: 600; fill: #1c2430; }
text.name { fill: #1c2430; text-anchor: end; }
.grid { stroke: #d9dee5; stroke-width: 1; }
.history { fill: #e9edf2; }
.band { fill: #0b67b2; stroke: none; }
.band.predictive { fill-opacity: .17; }
.band.simulated { fill-opacity: .34; }
.median { fill: none; stroke: #0b67b2; stroke-width: 1.7; }
.observed { fill: #111827; stroke: #111827; stroke-width: 1.3; }
.observed.unfitted { fill: #ffffff; }
.informed { fill: #0b67b2; }
.literature { fill: #c4cad3; }
.limit { stroke: #b5460f; stroke-width: 1.2; stroke-dasharray: 4 3; }
"""


def pictures(source: Source) -> dict[str, str]:
    """Return the pictures that the tables of a source allow, as SVG text by file name."""
    found = {
        FANS: _fans(source), CONTRACTION: _contraction(source), RANKS: _ranks(source), PADDING: _padding(source),
        FORECASTS: _forecasts(source),
    }  # fmt: skip
    return {name: text for name, text in found.items() if text}


def picture(name: str, made_by: str, source: Source) -> str:
    """Return the block that shows a picture."""
    if name not in pictures(source):
        return nothing("this picture", made_by)
    return f"![{PICTURES[name]}]({name})\n"


def _svg(name: str, width: float, height: float, parts: Iterable[str]) -> str:
    title = escape(PICTURES[name])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{title}">'
    )
    body = "\n".join(parts)
    return f'{head}\n<style>{STYLE}</style>\n<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'


def _panels(drawn: Sequence[tuple[str, str]]) -> tuple[float, float, list[str]]:
    """Return width, height and pieces of charts, each with its title: two beside each other, rows below rows."""
    columns = 2
    parts = []
    for k, (title, chart) in enumerate(drawn):
        x = GAP + (k % columns) * (WIDTH + GAP)
        y = GAP + (k // columns) * (HEIGHT + HEAD + GAP)
        parts.append(f'<text class="head" x="{x}" y="{y + 12}">{escape(title)}</text>')
        # A picture in a page has no tooltips; without their strips it is half as large.
        bare = re.sub(r'<rect class="hit".*?</rect>', "", chart, flags=re.S)
        place = f'<svg x="{x}" y="{y + HEAD}" width="{WIDTH}" height="{HEIGHT}" '
        parts.append(bare.replace('<svg class="target" ', place, 1))
    height = GAP + -(-len(drawn) // columns) * (HEIGHT + HEAD + GAP)
    return GAP + columns * (WIDTH + GAP), height, parts


def _key(entries: Sequence[tuple[str, str]], y: float) -> list[str]:
    """Return a legend in one line: an SVG piece drawn about (0, 0), and its words."""
    parts, x = [], float(GAP)
    for mark, words in entries:
        parts.append(f'<g transform="translate({x + 10:g} {y:g})">{mark}</g>')
        parts.append(f'<text x="{x + 26:g}" y="{y + 3.5:g}">{escape(words)}</text>')
        x += 44 + 5.6 * len(words)
    return parts


_LINE: Final = '<polyline class="median" points="-10,0 10,0"/>'


def _block(kind: str) -> str:
    return f'<rect class="{kind}" x="-10" y="-5" width="20" height="10"/>'


def _dot(kind: str) -> str:
    return f'<circle class="{kind}" r="2.6"/>'


def _fans(source: Source) -> str:
    """Draw fans of four series, of the fit to all years on the left, of that to earlier ones on the right."""
    places = [place for place in (source.shipped, source.validation) if place is not None and (place / FIT).is_file()]
    fits = [({one.target.name: one for one in read_fit(place)}, read_posterior(place)) for place in places]
    if not fits:
        return ""
    drawn = []
    for name in DRAWN:
        for fitted, p in fits:
            if name in fitted:
                aim = fitted[name].target
                shown = [_past(figure) for figure in fitted[name].figures]
                title = f"{aim.title}, fitted to {p.last_year}"
                drawn.append((title, target_fan(title, aim.unit, shown)))
    width, height, parts = _panels(drawn)
    key = _key(
        [(_dot("observed"), "observed, fitted"), (_dot("observed unfitted"), "observed, not fitted"),
         (_LINE, "median of runs"), (_block("band simulated"), "90 % of runs"),
         (_block("band predictive"), "90 % of figures")],
        height + 4,
    )  # fmt: skip
    return _svg(FANS, width, height + 20, [*parts, *key])


def _past(figure: TargetFigure) -> TargetFigure:
    """Return a figure; one from which the model starts is not held out and not shaded."""
    given = figure.period <= str(EARLY) and not figure.fitted
    return figure if not given else TargetFigure(**{**figure.__dict__, "fitted": True})


def _contraction(source: Source) -> str:
    """Draw one bar a parameter, the most informed first."""
    if source.shipped is None:
        return ""
    rows = sorted(read_posterior(source.shipped).table, key=lambda row: -row.contraction)
    bottom = GAP + HEAD + ROW * len(rows)
    least = min(0.0, *(row.contraction for row in rows)) if rows else 0.0

    def x(share: float) -> float:
        return NAMES + (share - least) / (1.0 - least) * BARS

    parts = [f'<text class="head" x="{GAP}" y="{GAP + 8}">Contraction of the prior, %</text>']
    span = f'y1="{GAP + HEAD - 4}" y2="{bottom}"'
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        parts.append(f'<line class="grid" x1="{x(share):.1f}" x2="{x(share):.1f}" {span}/>')
        parts.append(f'<text text-anchor="middle" x="{x(share):.1f}" y="{bottom + 14}">{100 * share:.0f}</text>')
    parts += [_bar(row, GAP + HEAD + ROW * k, x(0.0), x(row.contraction)) for k, row in enumerate(rows)]
    parts.append(f'<line class="limit" x1="{x(LEAST):.1f}" x2="{x(LEAST):.1f}" {span}/>')
    key = _key(
        [(_block("informed"), "data-informed"), (_block("literature"), f"literature-driven: under {100 * LEAST:g} %")],
        bottom + 30,
    )
    return _svg(CONTRACTION, NAMES + BARS + 2 * GAP, bottom + 44, [*parts, *key])


def _bar(row: Fitted, y: float, start: float, end: float) -> str:
    kind = "literature" if row.contraction < LEAST else "informed"
    left, right = min(start, end), max(start, end)
    return (
        f'<text class="name" x="{NAMES - 6}" y="{y + 10:.1f}">{escape(row.name)}</text>'
        f'<rect class="{kind}" x="{left:.1f}" y="{y + 2:.1f}" width="{right - left:.1f}" height="{ROW - 4}"/>'
    )


def _ranks(source: Source) -> str:
    """Draw the ranks of known truths."""
    counts = [] if source.recovery is None else read_ranks(source.recovery)[0]
    if not sum(counts):
        return ""
    title = "Ranks of the truths among draws"
    width, height, parts = _panels([(title, rank_histogram(title, counts))])
    key = _key([(_LINE, "equal chances"), (_block("band predictive"), "nine bars of ten by luck")], height + 4)
    return _svg(RANKS, width / 2 + GAP, height + 20, [*parts, *key])


def _padding(source: Source) -> str:
    """Draw padding of the four published series by year."""
    folder = source.shipped
    section = padding_section(folder, texts("en")) if _has(folder, FILE) and folder is not None else None
    if section is None:
        return ""
    drawn = [(f"{chart['title']}, %", str(chart["svg"])) for chart in section["charts"]]
    width, height, parts = _panels(drawn)
    key = _key([(_LINE, "median"), (_block("band simulated"), "90 % interval"),
                (_dot("observed"), "vintage ratio over the common revision (GDP), statements of sources")],
               height + 4)  # fmt: skip
    return _svg(PADDING, width, height + 20, [*parts, *key])


def _forecasts(source: Source) -> str:
    """Draw the pure forecast of each scored series of the province, beside what was observed before and after."""
    if source.card is None or not _has(source.card, POINTS):
        return ""
    found = charts(read_points(source.card), texts("en"), "en")
    if not found:
        return ""
    # The key says that the band is an interval; the title of a narrow chart has no room for it.
    titles = [f"{chart['title']}: {str(chart['note']).replace(' the interval', '')}" for chart in found]
    width, height, parts = _panels([(title, str(chart["svg"])) for title, chart in zip(titles, found, strict=True)])
    key = _key([(_dot("observed"), "known to the forecaster"), (_dot("observed unfitted"), "what came"),
                (_LINE, "median"), (_block("band simulated"), "90 % interval")], height + 4)  # fmt: skip
    return _svg(FORECASTS, width, height + 20, [*parts, *key])


def _has(folder: Path | None, name: str) -> bool:
    return folder is not None and (folder / name).is_file()
