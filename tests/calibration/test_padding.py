"""Padding by year: of runs, and beside what the sources say of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.observed import YEARS, load_observed
from calibration.padding import (
    COLUMNS,
    SERIES,
    control_range,
    investment,
    padding_by_revision,
    padding_table,
    statements,
    vintages,
    write_padding,
)
from calibration.run_statistics import RunPaths, yearly
from simulator.ensemble import Ensemble
from simulator.results import Results
from simulator.world import load_world

RUNS = 101
COVERAGE = np.linspace(0.07, 0.09, RUNS)


class Padded:
    """Paths of 101 runs: run k pads GDP by k per mille, revenue by twice that, FDI and investment by three times."""

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> np.ndarray:
        share = np.repeat(0.001 * np.arange(RUNS)[:, None], len(YEARS), axis=1)
        if output.startswith("padding_"):
            return share if output == "padding_gdp" else 2.0 * share
        true = np.full((RUNS, len(YEARS)), 50.0)
        if output in ("fdi", "investment"):
            return true
        prices = yearly("price_industry", mean=True) if output == "investment_reported" else 1.0
        return true * prices * (1.0 + 3.0 * share)

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> np.ndarray:
        raise KeyError(output)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return padding_table(Padded(), COVERAGE)


def of(table: pd.DataFrame, series: str, year: int) -> pd.Series:
    return table[(table["series"] == series) & (table["year"] == year)].iloc[0]


def test_one_row_a_series_and_year(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 4 * 12
    assert list(dict.fromkeys(table["series"])) == ["gdp", "fdi", "revenue", "investment"]


@pytest.mark.parametrize(("series", "times"), [("gdp", 1.0), ("revenue", 2.0), ("fdi", 3.0), ("investment", 3.0)])
def test_median_and_interval(table: pd.DataFrame, series: str, times: float) -> None:
    for year in (2006, 2013, 2017):
        row = of(table, series, year)
        np.testing.assert_allclose(row[["p05", "median", "p95"]].astype(float), times * np.array([0.005, 0.05, 0.095]))


def test_vintage_ratio_by_hand(table: pd.DataFrame) -> None:
    observed = load_observed()
    first = observed.value("Liaoning", "gdp_nominal_first_release", "2014")
    restated = observed.value("Liaoning", "gdp_nominal_census4", "2014")
    assert of(table, "gdp", 2014)["vintage_ratio"] == pytest.approx(first / restated / 1.08 - 1.0)
    assert of(table, "gdp", 2014)["vintage_ratio"] > 0.2
    assert table[table["series"] != "gdp"][["vintage_ratio", "control_low", "control_high"]].isna().all(axis=None)


def test_controls_have_no_hump(table: pd.DataFrame) -> None:
    low, high = control_range()
    assert (low <= high).all()
    assert -0.06 < low.min() < 0.0 < high.max() < 0.12
    jilin = vintages("Jilin")
    assert jilin[0] == pytest.approx(4275.12 / 3226.5)
    assert jilin[0] / jilin.mean() - 1.0 in (pytest.approx(low[0]), pytest.approx(high[0]))
    assert of(table, "gdp", 2006)["control_low"] == low[0]


def test_statements_of_the_sources(table: pd.DataFrame) -> None:
    said = statements()
    assert {key for key in said if key[0] == "revenue"} == {("revenue", str(year)) for year in range(2011, 2015)}
    assert said["revenue", "2012"] == (0.2, "at least")
    published = load_observed().value("Liaoning", "fdi_published", "2014")
    assert said["fdi", "2014"] == (pytest.approx(published / 7.904 - 1.0), "about")
    assert of(table, "revenue", 2012)["statement"] == 0.2
    assert np.isnan(of(table, "revenue", 2010)["statement"])
    assert int(table["statement"].notna().sum()) == 5


def test_padding_if_the_common_revision_followed_jilin() -> None:
    both = padding_by_revision(Padded(), COVERAGE)
    constant, jilin = (both[both["revision"] == name].set_index("year") for name in ("constant", "jilin"))
    np.testing.assert_allclose(constant["median"], 0.05)
    np.testing.assert_allclose(constant["common"], 0.08)
    ratio = vintages("Jilin")
    np.testing.assert_allclose(jilin["median"], 1.05 * ratio[0] / ratio - 1.0)
    assert jilin.loc[2006, "common"] == pytest.approx(0.08)
    # Jilin's ratio rose until 2016, so less is left to padding.
    assert jilin.loc[2016, "median"] < constant.loc[2016, "median"] - 0.03
    mine = vintages("Liaoning")
    np.testing.assert_allclose(jilin["vintage_ratio"], mine / (1.08 * ratio / ratio[0]) - 1.0)


def test_padding_of_simulated_runs(paths: RunPaths) -> None:
    for series, padding in SERIES.items():
        values = padding(paths)
        assert values.shape == (5, 12), series
        assert (values > -0.01).all(), series
        assert values[:, YEARS.index("2013")].max() > 0.05, series


def test_padding_of_investment_is_close_to_that_of_quarters(history: Ensemble, paths: RunPaths) -> None:
    results = Results((history,))
    reported, true = (
        results.series(history.scenario, name, freq="Q") for name in ("investment_reported", "investment")
    )
    prices = np.asarray(load_world().path["price_industry"], dtype=np.float64)[: true.shape[1]]
    current = (true * prices).reshape(len(true), -1, 4).sum(axis=2)
    exact = reported.reshape(len(true), -1, 4).sum(axis=2) / current - 1.0
    np.testing.assert_allclose(investment(paths), exact, atol=0.01)


def test_file(table: pd.DataFrame, tmp_path: Path) -> None:
    write_padding(tmp_path, table)
    again = pd.read_csv(tmp_path / "padding.csv")
    assert tuple(again.columns) == COLUMNS
    np.testing.assert_allclose(again["median"], table["median"], rtol=1e-5)
    assert again.loc[again["series"] == "fdi", "statement_kind"].notna().sum() == 1
