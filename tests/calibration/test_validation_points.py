"""Forecasts year by year in their units, and every figure of a port with its use."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from calibration.forecasts import Forecast
from calibration.run_statistics import RunPaths
from calibration.targets import observed_figure, simulated_figures, targets
from calibration.validation_points import (
    POINT_COLUMNS,
    PORT_COLUMNS,
    points_table,
    ports_table,
    write_points,
)
from calibration.validation_series import scored_series, truth_of

SERIES = scored_series()
TRUTH = truth_of(SERIES)


def forecast(
    series: str, origin: int, years: tuple[int, ...], values: np.ndarray, entity: str = "Liaoning"
) -> Forecast:
    return Forecast(series, entity, origin, "model_frozen", years, values)


def test_forecasts_are_told_in_units_beside_what_came() -> None:
    values = np.log(np.linspace(1.0, 101.0, 101))[:, None] + np.array([0.0, np.log(2.0)])
    share = np.linspace(10.0, 30.0, 101)[:, None] * np.ones(4)
    table = points_table(
        [
            forecast("gdp_share", 2013, (2014, 2015, 2016, 2017), share, "Dalian"),
            forecast("wage", 2013, (2014, 2017), values),
            forecast("wage", 2012, (2013,), values[:, :1]),
        ],
        TRUTH, SERIES, (2013,),
    )  # fmt: skip
    assert tuple(table.columns) == POINT_COLUMNS
    assert list(table["series"]) == ["wage"] * 2 + ["gdp_share"] * 4, "in the order of the card, one origin"
    first, last = table.iloc[0], table.iloc[1]
    assert (first["year"], first["unit"], first["method"]) == (2014, targets()["wage"].unit, "model_frozen")
    assert [first[c] for c in ("median", "p05", "p95")] == pytest.approx([51.0, 6.0, 96.0])
    assert last["median"] == pytest.approx(102.0)
    assert first["observed"] == pytest.approx(observed_figure(("wage", "2014")))
    assert last["observed"] == pytest.approx(observed_figure(("wage", "2017")))
    assert table.iloc[2]["median"] == pytest.approx(20.0) and table.iloc[2]["entity"] == "Dalian"
    assert table.iloc[2]["padded"] and not first["padded"]


def test_a_year_that_is_not_observed_has_a_gap(tmp_path: Path) -> None:
    draws = np.linspace(1.0, 3.0, 11)[:, None] * np.ones(4)
    made = [forecast("investment_share", 2013, (2014, 2015, 2016, 2017), draws, "Dalian")]
    path = tmp_path / "points.csv"
    write_points(points_table(made, TRUTH, SERIES, (2013,)), path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [row["observed"] == "" for row in rows] == [False, False, False, True], "published to 2016"
    assert {row["base_year_known"] for row in rows} == {"false"} and rows[0]["median"] == "2"


def test_every_figure_of_a_port_is_shown_with_its_use(paths: RunPaths) -> None:
    table = ports_table(paths, 2013)
    assert tuple(table.columns) == PORT_COLUMNS
    wanted = [(t.name, period) for t in targets().values() if t.group == "Ports" for period in t.periods]
    assert list(zip(table["target"], table["period"], strict=True)) == wanted and len(wanted) > 20
    use = {(row.target, row.period): row.use for row in table.itertuples()}
    assert use["port_throughput_dalian", "2012Q1"] == "given"
    assert use["port_throughput_dalian", "2014Q1"] == use["port_containers_dalian", "2017"] == "later"
    assert use["port_throughput_yingkou", "2008"] == "fitted" and use["port_throughput_jinzhou", "2012Q1"] == "given"
    row = table[(table["target"] == "port_throughput_dalian") & (table["period"] == "2016")].iloc[0]
    simulated = simulated_figures(paths, [("port_throughput_dalian", "2016")])[:, 0]
    assert row["simulated_median"] == pytest.approx(np.median(simulated)) and simulated.min() > 100.0
    assert (row["p05"], row["p95"]) == pytest.approx(tuple(np.quantile(simulated, (0.05, 0.95))))
    assert row["observed"] == 355.0
