"""Padding as a calibration infers it, beside what the two vintages of GDP, officials and the controls say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from calibration.observed import CONTROLS, YEARS, load_observed
from calibration.padding import COLUMNS, FILE
from calibration.targets import targets
from simulator.errors import InputError
from simulator.numbers import plain
from simulator.tables import Table
from simulator.words import name_word, unit_word
from viz.reports.calibration_fit import WRITTEN, title_of
from viz.reports.tables import read_rows
from viz.reports.target_fan import TargetFigure, target_fan
from viz.wording import signed, typographic

GDP: Final = "gdp"
SERIES: Final = {
    "gdp": "cal_padding_gdp",
    "revenue": "cal_padding_revenue",
    "fdi": "cal_padding_fdi",
    "investment": "cal_padding_investment",
}
"""Padded series -> key of its words."""
LEAST: Final = "at least"
KINDS: Final = {LEAST: "cal_at_least", "about": "cal_about"}
REGIONS: Final = ("Liaoning", *CONTROLS)
FIRST_RELEASE: Final = "gdp_nominal_first_release"
RESTATED: Final = "gdp_nominal_census4"
STATEMENTS: Final = ("revenue_padding", "fdi_comparable")
"""Targets that are statements of sources about padding."""


@dataclass(frozen=True)
class Padding:
    """Padding of one series in one year, in per cent; NaN and empty where nothing is known beside it."""

    year: str
    median: float
    low: float
    high: float
    vintages: float
    control_low: float
    control_high: float
    statement: float
    kind: str


def padding_section(folder: Path, words: Mapping[str, str], bounds: bool = False) -> dict[str, Any] | None:
    """Return charts and a table of padding for a page; None if the calibration wrote none.

    Parameters
    ----------
    folder, words
        Of the calibration, and texts of the page.
    bounds
        Draw what is only a lower bound apart from what is known.

    Raises
    ------
    InputError
        The file is wrong; the message names line and column.
    """
    if not (folder / FILE).exists():
        return None
    found = _read(folder)
    charts = [{"title": _called(name, words), "svg": _chart(name, mine, words, bounds)} for name, mine in found.items()]
    return {
        "charts": charts,
        "columns": [*(_called(name, words) for name in found), words["cal_from_vintages"], words["cal_controls_range"]],
        "rows": _table(found, words),
    }


def _read(folder: Path) -> dict[str, list[Padding]]:
    found: dict[str, list[Padding]] = {}
    for row in read_rows(folder / FILE, COLUMNS, WRITTEN):
        name, kind = row.text("series"), row.cells["statement_kind"]
        if kind and kind not in KINDS:
            raise InputError(f'{row.where}, statement_kind: "{kind}"; allowed: {", ".join(KINDS)} and empty')
        found.setdefault(name, []).append(
            Padding(
                year=row.text("year"),
                median=100.0 * row.number("median"),
                low=100.0 * row.number("p05"),
                high=100.0 * row.number("p95"),
                vintages=100.0 * row.number("vintage_ratio", empty=True),
                control_low=100.0 * row.number("control_low", empty=True),
                control_high=100.0 * row.number("control_high", empty=True),
                statement=100.0 * row.number("statement", empty=True),
                kind=kind,
            )
        )
    return found


def _called(name: str, words: Mapping[str, str]) -> str:
    return words[SERIES[name]] if name in SERIES else name


def _chart(name: str, mine: list[Padding], words: Mapping[str, str], bounds: bool) -> Markup:
    """Return the chart of one series, with what is known beside the model as its points."""
    gap = math.nan
    figures = [
        TargetFigure(p.year, True, p.vintages if name == GDP else p.statement, p.median, p.low, p.high, gap, gap,
                     least=bounds and name != GDP and p.kind == LEAST)
        for p in mine  # fmt: skip
    ]
    said = words["cal_from_vintages" if name == GDP else "cal_from_source"]
    title = words["cal_padding_chart"].format(name=_called(name, words))
    return Markup(target_fan(title, "%", figures, {**words, "observed": said}))


def _table(found: Mapping[str, list[Padding]], words: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return one row a year: of each cell its text and what a source says."""
    years = sorted({p.year for mine in found.values() for p in mine})
    known = {(name, p.year): p for name, mine in found.items() for p in mine}
    rows = []
    for year in years:
        cells = [_cell(known.get((name, year)), words) for name in found]
        gdp = known.get((GDP, year))
        beside = ("–", "–")
        if gdp is not None:
            controls = f"{signed(gdp.control_low)} {words['to']} {signed(gdp.control_high)}"
            beside = (plain(gdp.vintages), controls if math.isfinite(gdp.control_low) else "–")
        rows.append((year, [*cells, *((typographic(text), "") for text in beside)]))
    return rows


def _cell(p: Padding | None, words: Mapping[str, str]) -> tuple[str, str]:
    if p is None:
        return "–", ""
    said = words[KINDS[p.kind]].format(value=plain(p.statement)) if p.kind else ""
    return typographic(f"{plain(p.median)} ({plain(p.low)} {words['to']} {plain(p.high)})"), said


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
