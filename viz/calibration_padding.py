"""Padding as a calibration infers it, beside what the two vintages of GDP, officials and the controls say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from calibration.observed import CONTROLS, YEARS, load_observed
from calibration.targets import targets
from simulator.numbers import plain
from simulator.tables import Table
from simulator.words import name_word, unit_word
from viz.calibration_fit import WRITTEN, title_of
from viz.report_tables import read_rows
from viz.target_fan import TargetFigure, target_fan
from viz.wording import typographic

PADDING: Final = "padding.csv"
COLUMNS: Final = ("series", "year", "median", "p05", "p95")
SERIES: Final = {
    "gdp": "cal_padding_gdp",
    "revenue": "cal_padding_revenue",
    "fdi": "cal_padding_fdi",
    "investment": "cal_padding_investment",
}
"""Padded series -> key of its words."""
REGIONS: Final = ("Liaoning", *CONTROLS)
FIRST_RELEASE: Final = "gdp_nominal_first_release"
RESTATED: Final = "gdp_nominal_census4"
STATEMENTS: Final = ("revenue_padding", "fdi_comparable")
"""Targets that are statements of sources about padding."""


def padding_section(folder: Path, lang: str, words: Mapping[str, str]) -> dict[str, Any] | None:
    """Return charts and tables of padding for a page; None if the calibration wrote none.

    Raises
    ------
    InputError
        The file is wrong; the message names line and column.
    """
    if not (folder / PADDING).exists():
        return None
    found: dict[str, list[TargetFigure]] = {}
    for row in read_rows(folder / PADDING, COLUMNS, WRITTEN, exact=False):
        middle, low, high = (row.number(column) for column in ("median", "p05", "p95"))
        figure = TargetFigure(row.text("year"), True, math.nan, middle, low, high, math.nan, math.nan)
        found.setdefault(row.text("series"), []).append(figure)
    charts = []
    for name, figures in found.items():
        called = words[SERIES[name]] if name in SERIES else name
        title = words["cal_padding_chart"].format(name=called)
        charts.append({"title": called, "svg": Markup(target_fan(title, "%", figures, words))})
    return {"charts": charts, "years": _years(found, words), "names": [c["title"] for c in charts]}


def vintage_section(lang: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Return the vintage ratios of Liaoning and of the controls, and the statements of the sources."""
    observed = load_observed()
    rows = [(year, [f"{_ratio(observed, region, year):.2f}" for region in REGIONS]) for year in YEARS]
    statements = []
    for name in STATEMENTS:
        aim = targets()[name]
        for period in aim.periods:
            figure = observed.row(aim.entity, aim.variable, period)
            factor = 100.0 if figure.unit == "share" else 1.0
            value = f"{plain(factor * figure.value)} {unit_word(aim.unit, lang)}"
            statements.append({
                "title": title_of(aim, lang), "period": typographic(period).replace("-", "–"), "value": value,
                "source": figure.source,
            })  # fmt: skip
    return {"regions": [name_word(region, lang) for region in REGIONS], "rows": rows, "statements": statements}


def _ratio(observed: Table, region: str, year: str) -> float:
    return observed.row(region, FIRST_RELEASE, year).value / observed.row(region, RESTATED, year).value


def _years(found: Mapping[str, list[TargetFigure]], words: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return one row a year with median and interval of every padded series."""
    years = sorted({f.period for figures in found.values() for f in figures})
    cells = {(name, f.period): f for name, figures in found.items() for f in figures}
    rows = []
    for year in years:
        row = []
        for name in found:
            f = cells.get((name, year))
            row.append(_told(f, words["to"]) if f else "–")
        rows.append((year, row))
    return rows


def _told(f: TargetFigure, to: str) -> str:
    return typographic(f"{plain(f.median)} ({plain(f.low)} {to} {plain(f.high)})")
