"""Blocks of ``docs/calibration.md`` about padding: by year, beside what vintages, controls and sources let one see."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from calibration.document_source import CALIBRATE, Source, nothing, rows_of, table
from calibration.observed import YEARS
from calibration.padding import COLUMNS, FILE, JILIN, vintages
from simulator.numbers import plain, signed
from simulator.posterior import read_posterior
from viz.reports.tables import Row
from viz.wording import typographic

TITLES: Final[Mapping[str, str]] = {
    "gdp": "GDP", "revenue": "Fiscal revenue", "fdi": "FDI", "investment": "Fixed investment",
}  # fmt: skip
COVERAGE: Final = "census_coverage"
"""Parameter: the revision common to the region."""


def padding_by_year(source: Source) -> str:
    """Return the padding of the four published series by year in per cent, beside what sources show."""
    rows = rows_of(source.shipped, FILE, COLUMNS)
    if rows is None:
        return nothing("padding by year", CALIBRATE)
    found = {(row.text("series"), row.text("year")): row for row in rows}
    lines = []
    for year in YEARS:
        gdp = found["gdp", year]
        controls = f"{signed(_hundred(gdp, 'control_low'))} to {signed(_hundred(gdp, 'control_high'))}"
        said = [_statement(found[series, year], title) for series, title in TITLES.items()]
        lines.append((
            year, *(_interval(found[series, year]) for series in TITLES), plain(_hundred(gdp, "vintage_ratio")),
            controls, "; ".join(filter(None, said)),
        ))  # fmt: skip
    head = ("Year", *(f"{title}, %" for title in TITLES.values()), "Vintages of GDP, %", "Controls, %", "Sources, %")
    return table(head, [tuple(map(typographic, line)) for line in lines])


def _hundred(row: Row, column: str) -> float:
    return 100.0 * row.number(column, empty=True)


def _interval(row: Row) -> str:
    median, low, high = (plain(_hundred(row, column)) for column in ("median", "p05", "p95"))
    return f"{median} ({low} to {high})"


def _statement(row: Row, title: str) -> str:
    value = _hundred(row, "statement")
    return "" if math.isnan(value) else f"{title}: {row.text('statement_kind')} {plain(value)}"


def padding_by_revision(source: Source) -> str:
    """Return the padding of GDP if the revision common to the region were not constant but followed Jilin's.

    What the runs publish and their truth stay as they are, so ``1 + padding`` is divided by the trend; quantiles
    follow, since the division keeps their order.
    """
    rows = rows_of(source.shipped, FILE, COLUMNS)
    if rows is None or source.shipped is None:
        return nothing("padding with Jilin's revision", CALIBRATE)
    gdp = {row.text("year"): row for row in rows if row.text("series") == "gdp"}
    jilin = vintages(JILIN)
    lines = []
    for k, year in enumerate(YEARS):
        trend = float(jilin[k] / jilin[0])
        own = [gdp[year].number(column) for column in ("median", "p05", "p95", "vintage_ratio")]
        moved = [100.0 * ((1.0 + value) / trend - 1.0) for value in own]
        lines.append((
            year, f"{trend:.3f}", _three([100.0 * value for value in own[:3]]), _three(moved[:3]), plain(moved[3]),
        ))  # fmt: skip
    head = ("Year", "Jilin's trend, 2006 = 1", "Constant revision, %", "Jilin's revision, %", "Vintages of GDP, %")
    return table(head, [tuple(map(typographic, line)) for line in lines]) + _coverage_line(source)


def _three(values: Sequence[float]) -> str:
    return f"{plain(values[0])} ({plain(values[1])} to {plain(values[2])})"


def _coverage_line(source: Source) -> str:
    """Say what the constant revision is, if it was fitted."""
    if source.shipped is None:
        return ""
    found = [row for row in read_posterior(source.shipped).table if row.name == COVERAGE]
    if not found:
        return f"\n`{COVERAGE}`, the constant revision, was not fitted.\n"
    values = _three([100.0 * found[0].median, 100.0 * found[0].p05, 100.0 * found[0].p95])
    return f"\n`{COVERAGE}`, the constant revision: {values} %.\n"
