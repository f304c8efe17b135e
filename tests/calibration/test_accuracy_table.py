"""The table of tests of accuracy: which comparisons it holds, that they are those of the test, and its file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.accuracy_table import COLUMNS, accuracy_table, write_accuracy
from calibration.accuracy_test import compare
from calibration.scores import Point

ORIGINS = (2009, 2010, 2011, 2012, 2013)
MISS = {"model_realised": 0.5, "model_frozen": 2.0, "random_walk": 1.0, "drift": 1.5, "arx": 0.7}


def points(series: str = "wage", origins: tuple[int, ...] = ORIGINS, entity: str = "Liaoning") -> list[Point]:
    random = np.random.default_rng(2)
    return [
        Point(series, entity, method, origin, origin + ahead, miss * float(random.normal()), 1.0,
              float(random.random()), True)
        for method, miss in MISS.items()
        for origin in origins
        for ahead in (1, 2, 3, 4)
    ]  # fmt: skip


def table(chosen: list[Point], **more: object) -> pd.DataFrame:
    return accuracy_table(chosen, replications=400, **more)  # type: ignore[arg-type]


def test_every_rival_is_tested_by_year_ahead_and_loss() -> None:
    found = table(points())
    assert tuple(found.columns) == COLUMNS
    pairs = {("model_frozen", "random_walk"), ("model_frozen", "drift"), ("model_realised", "random_walk"),
             ("model_realised", "drift"), ("model_realised", "arx")}  # fmt: skip
    assert set(zip(found["method"], found["rival"], strict=True)) == pairs
    assert len(found) == 5 * len(pairs) * 2
    assert set(zip(found["horizon"], found["n"], strict=True)) == {(h, 5) for h in "1234"} | {("all", 20)}
    assert (found["origins"] == 5).all()


def test_rows_are_those_of_the_test() -> None:
    chosen = points()
    sides = [[p for p in chosen if p.method == m and p.horizon == 2] for m in ("model_frozen", "drift")]
    test = compare(*sides, "crps", replications=400)
    row = table(chosen).query("method == 'model_frozen' and rival == 'drift' and horizon == '2' and loss == 'crps'")
    assert row[["difference", "statistic", "p_value", "p_value_calibrated", "size"]].to_numpy().tolist() == [
        [test.difference, test.statistic, test.p_nominal, test.p_value, test.size]
    ]
    assert 0.0 < test.p_value < 1.0 and test.p_value != test.p_nominal


def test_one_origin_gives_no_test() -> None:
    assert table(points(origins=(2013,))).empty
    assert tuple(table([]).columns) == COLUMNS


def test_series_can_be_left_out_and_cities_stand_apart() -> None:
    both = [*points(), *points("gdp_share", entity="Dalian"), *points("fdi_published")]
    found = table(both, without=["fdi_published"])
    assert set(zip(found["series"], found["entity"], strict=True)) == {("wage", "Liaoning"), ("gdp_share", "Dalian")}


def test_file_holds_six_digits_and_gaps(tmp_path: Path) -> None:
    found = table(points()[:0])
    key = ("wage", "Liaoning", "1", "model_frozen", "drift", "crps")
    found.loc[0] = [*key, 1 / 3, math.nan, math.nan, 0.25, 0.05, 5, 5]
    path = tmp_path / "accuracy_tests.csv"
    write_accuracy(found, path)
    assert path.read_text(encoding="utf-8").splitlines() == [
        "series,entity,horizon,method,rival,loss,difference,statistic,p_value,p_value_calibrated,size,origins,n",
        "wage,Liaoning,1,model_frozen,drift,crps,0.333333,,,0.25,0.05,5,5",
    ]


@pytest.mark.parametrize(("horizon", "low", "high"), [("1", 0.0, 0.04), ("2", 0.055, 0.2)])
def test_size_of_the_uncorrected_test_is_told(horizon: str, low: float, high: float) -> None:
    """Too shy one year ahead, too bold two years ahead, as with six origins."""
    found = accuracy_table(points(), replications=10_000)
    mine = found[(found["horizon"] == horizon) & (found["loss"] == "squared")]["size"]
    assert len(mine) == 5 and (mine == mine.iloc[0]).all()
    assert low < mine.iloc[0] < high
