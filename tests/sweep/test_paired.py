"""Paired differences of a sweep: what is paired with what, in which groups, and how sure the mean is."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulator.errors import InputError
from simulator.paired_statistics import mean_variance
from simulator.sweep import Sweep
from simulator.variables import ENTITIES

FIGURES = ["mean", "standard_error", "median", "p05", "p95", "prob_positive", "n", "draws", "replications"]


def changes(sweep: Sweep, point: str | None, scenario: str = "reform", city: str = "Fushun") -> pd.DataFrame:
    """Return GDP of a city in 2007 less that of the baseline, one row a run, worked out by hand."""
    asked = {"level": "city", "entity": city, "years": [2007]}
    new = sweep.frame("gdp_real", scenarios=scenario, where=f"point = '{point}'" if point else None, **asked)
    old = sweep.frame("gdp_real", scenarios="baseline", **asked)
    both = new.merge(old, on=["draw", "replication"], suffixes=("", "_base"))
    return both.assign(change=both["gdp_real"] - both["gdp_real_base"])


def test_a_base_without_points_is_paired_with_each(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        found = sweep.paired("reform", "baseline", "city", "gdp_real", "Fushun", [2007], by="point")
        assert found["point"].tolist() == sweep.design["point"].tolist()
        for row, point in enumerate(found["point"]):
            by_hand = changes(sweep, point)
            change = by_hand["change"].to_numpy()
            assert len(change) == 12
            error = np.sqrt(
                mean_variance(change[:, None], by_hand["draw"].to_numpy(), by_hand["replication"].to_numpy())
            )
            expected = [
                change.mean(), error[0], *np.quantile(change, [0.5, 0.05, 0.95]), (change > 0).mean(), 12, 4, 3,
            ]  # fmt: skip
            assert found.loc[row, FIGURES].tolist() == pytest.approx(expected, rel=1e-12)
    assert found["mean"][1] > 2 * found["mean"][0] > 0.0  # the lever is four times as large


def test_all_points_together_count_each_draw_once(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        found = sweep.paired("reform", "baseline", "city", "gdp_real", "Fushun", [2007])
        one = sweep.paired("reform", "baseline", "city", "gdp_real", "Fushun", [2007], by="point")
    assert found[["n", "draws", "replications"]].to_numpy().tolist() == [[24, 4, 3]]
    assert found["mean"][0] == pytest.approx(one["mean"].mean(), rel=1e-12)
    assert found["standard_error"][0] > one["standard_error"].mean() / np.sqrt(1.5)  # points are no new draws


def test_two_scenarios_with_points_are_paired_point_by_point(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        found = sweep.paired("reform", "reform", "province", "gdp_real", by="point")
    assert found[["mean", "standard_error", "prob_positive", "n"]].to_numpy().tolist() == [[0, 0, 0.5, 12]] * 4
    assert found["period"].tolist() == ["2006", "2007"] * 2


def test_a_scenario_without_points_is_paired_with_those_of_its_base(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        one = sweep.paired("reform", "subsidy", "city", "wage", ["Dalian", "Fushun"], by="point")
        other = sweep.paired("subsidy", "reform", "city", "wage", ["Dalian", "Fushun"], by="point")
    assert one["mean"].tolist() == pytest.approx((-other["mean"]).tolist(), rel=1e-12)
    assert one["standard_error"].tolist() == pytest.approx(other["standard_error"].tolist(), rel=1e-12)
    assert one["entity"].tolist() == ["Dalian", "Dalian", "Fushun", "Fushun"] * 2
    assert one["n"].tolist() == [12] * 8


def test_groups_are_those_of_the_axis(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        (axis,) = sweep.manifest.axes
        found = sweep.paired("reform", "baseline", "city", "gdp_real", "Fushun", [2007], by=(axis, "draw"))
        none = sweep.paired("subsidy", "baseline", "city", "wage", "Fushun", [2007], by=["point", axis])
    assert found[[axis, "draw"]].to_numpy().tolist() == [[size, d] for size in (0.1, 0.4) for d in range(4)]
    assert found[["n", "draws", "replications"]].to_numpy().tolist() == [[3, 1, 3]] * 8
    assert list(found.columns) == [axis, "draw", "entity", "variable", "unit", "period", *FIGURES]
    assert none[["point", axis]].isna().all(axis=None)


def test_a_condition_leaves_out_pairs(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        (axis,) = sweep.manifest.axes
        by_hand = changes(sweep, sweep.design["point"][1]).query("draw != 2 and replication > 0")
        asked = ("reform", "baseline", "city", "gdp_real", "Fushun", [2007])
        found = sweep.paired(*asked, where=f'"{axis}" > 0.2 AND draw <> 2 AND replication > 0 -- yes')
        inner = sweep.paired(*asked, where="draw IN (SELECT draw FROM parameters ORDER BY capital_share LIMIT 1)")
        some = sweep.paired(*asked, where="difference > 0 AND value > base AND run >= 9 AND period = '2007'")
    assert found["mean"].tolist() == pytest.approx([by_hand["change"].mean()], rel=1e-12)
    assert found[["n", "draws", "replications"]].to_numpy().tolist() == [[6, 3, 2]]
    assert inner[["n", "draws", "replications"]].to_numpy().tolist() == [[6, 1, 3]]
    assert set(some["draws"]) <= {1}


def test_quarters_are_paired_where_they_are_kept(designed: Path) -> None:
    with Sweep.open(designed) as sweep:
        found = sweep.paired("reform", "baseline", "province", "gdp_real", years=[2007], freq="Q")
        yearly = sweep.paired("reform", "baseline", "province", "gdp_real", years=[2007])
    assert found["period"].tolist() == [f"2007Q{q}" for q in (1, 2, 3, 4)]
    assert found["mean"].sum() == pytest.approx(yearly["mean"][0], rel=1e-9)


def test_work_in_several_parts_gives_the_same(designed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sweep.open(designed) as sweep:
        found = sweep.paired("reform", "baseline", "city", "wage", by="point")
        monkeypatch.setattr("simulator.sweep.views._BATCH", 1)
        pd.testing.assert_frame_equal(sweep.paired("reform", "baseline", "city", "wage", by="point"), found)
    assert found["entity"].tolist() == [city for _ in range(2) for city in ENTITIES["city"] for _ in range(2)]


def test_draws_of_the_same_parameters_are_one_draw(designed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(designed, tmp_path / "own"))
    table = pq.read_table(folder / "parameters.parquet")
    names = [name for name in table.column_names if not name.startswith(("draw", "talent_subsidy"))]
    for name in names:
        values = table[name].to_numpy().copy()
        values[3] = values[1]
        table = table.set_column(table.column_names.index(name), name, [values])
    assert len(names) > 100
    pq.write_table(table, folder / "parameters.parquet")
    with Sweep.open(folder) as sweep:
        by_hand = changes(sweep, sweep.design["point"][0])
        found = sweep.paired("reform", "baseline", "city", "gdp_real", "Fushun", [2007], by="point")
    draws, lucks = by_hand["draw"].replace(3, 1).to_numpy(), by_hand["replication"].to_numpy()
    error = np.sqrt(mean_variance(by_hand[["change"]].to_numpy(), draws, lucks))
    assert found["draws"].tolist() == [3, 3]
    assert found["standard_error"][0] == pytest.approx(error[0], rel=1e-12)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scenario": "reforms"}, '"reforms" is no scenario of .*did you mean "reform"'),
        ({"base": "more"}, '"more" is no scenario'),
        ({"level": "sector"}, r"keeps no sector \(A\); .*province \(A\), province \(Q\), city \(A\)"),
        ({"freq": "Q"}, r"keeps no city \(Q\)"),
        ({"variable": "wages"}, r'"wages" is no variable kept of city \(A\); did you mean "wage"'),
        ({"variable": "fdi"}, '"fdi" is no variable kept'),
        ({"entity": "Dalien"}, '"Dalien" is no entity of city; did you mean "Dalian"'),
        ({"years": [2008]}, "2008 is none of the full years of .*, 2006 to 2007"),
        ({"years": []}, "years: none is given"),
        ({"by": "scenario"}, '"scenario" is no column to group by'),
        ({"where": "draw > 99"}, "no pair of reform and baseline is there that meets the condition"),
        ({"where": "drow > 9"}, '"drow" not found'),
        ({"where": "true) UNION ALL SELECT 1, 2, 3, 4, 5, 6; DROP VIEW design --"}, "is not one condition"),
        ({"where": "draw IN (SELECT 1 FROM read_csv('/etc/passwd'))"}, "no file"),
    ],
)
def test_what_is_not_known_is_named(designed: Path, given: dict[str, object], message: str) -> None:
    asked: dict[str, object] = {"scenario": "reform", "base": "baseline", "level": "city", "variable": "wage"}
    with Sweep.open(designed) as sweep, pytest.raises(InputError, match=message):
        sweep.paired(**(asked | given))  # type: ignore[arg-type]
