"""The layout of the IAMC and paired differences of any runs, from a results folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from simulator import __version__, iamc, open_results, paired
from simulator.errors import InputError
from simulator.store_read import load_results
from simulator.variables import ENTITIES, variables
from tests.fakes import column
from tests.query_folders import ensembles, write

# --- the layout of the IAMC


def test_iamc_holds_the_yearly_medians(stored: Path) -> None:
    frame = iamc(stored)
    assert frame.columns.tolist() == ["model", "scenario", "region", "variable", "unit", "2006", "2007"]
    assert set(frame["model"]) == {f"liaosim {__version__}"}
    assert frame["scenario"].drop_duplicates().tolist() == ["baseline", "fta", "subsidy"]
    assert frame["variable"].tolist()[: len(variables()["province"])] == [v.name for v in variables()["province"]]
    row = frame.query("scenario == 'fta' and variable == 'gdp_real'")
    values = load_results(stored).series("fta", "gdp_real")
    assert row[["region", "unit"]].to_numpy().tolist() == [["Liaoning", "bn yuan 2010"]]
    assert row[["2006", "2007"]].to_numpy()[0] == pytest.approx(np.median(values, axis=0), rel=1e-9)


def test_iamc_of_cities_has_them_as_regions(stored: Path) -> None:
    with open_results(stored) as opened:
        frame = iamc(opened, ["subsidy"], "city", "p95")
    assert len(frame) == len(ENTITIES["city"]) * len(variables()["city"])
    assert set(frame["scenario"]) == {"subsidy"}
    values = load_results(stored).series("subsidy", "wage", level="city", entity="Anshan")
    row = frame.query("region == 'Anshan' and variable == 'wage'")
    assert row["2007"].tolist() == pytest.approx([np.quantile(values[:, 1], 0.95)], rel=1e-9)


def test_iamc_of_partners_is_liaoning_s_trade_with_them(stored: Path) -> None:
    frame = iamc(stored, level="partner")
    assert set(frame["region"]) == {"Liaoning"}
    assert "exports|Japan" in set(frame["variable"])
    assert not frame.duplicated(["scenario", "region", "variable"]).any()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scenarios": ["ftas"]}, '"ftas" is no scenario of .*did you mean "fta"'),
        ({"scenarios": []}, "no scenario of .*is given"),
        ({"level": "cities"}, '"cities" is no level; did you mean "city"'),
        ({"statistic": "mean"}, '"mean" is no statistic'),
    ],
)
def test_iamc_names_what_it_does_not_know(stored: Path, given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        iamc(stored, **given)  # type: ignore[arg-type]


# --- paired differences


@pytest.mark.parametrize(
    ("level", "variable"),
    [("province", "gdp_real"), ("city", "wage"), ("sector", "utilisation"), ("sector", "value_added")],
)
def test_paired_differences_are_those_of_the_results(stored: Path, level: str, variable: str) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "fta", "baseline", level, variable)
    asked = f"scenario == 'fta' and level == '{level}' and variable == '{variable}' and measure == 'absolute'"
    expected = load_results(stored).differences.query(f"{asked} and freq == 'A'")
    columns = ["entity", "variable", "unit", "period", "median", "p05", "p95", "prob_positive"]
    assert found[columns].to_numpy().tolist() == expected[columns].to_numpy().tolist()
    assert len(found) == 2 * len(ENTITIES[level])
    assert set(found["n"]) == {5}


def test_paired_differences_of_any_subset_follow_numpy(stored: Path) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "subsidy", "fta", "city", "wage", ["Dalian", "Anshan"], years=[2007], runs=[5, 0, 1, 3])
    results = load_results(stored)
    assert found["entity"].tolist() == ["Dalian", "Anshan"]
    assert found["period"].tolist() == ["2007", "2007"]
    for row, city in enumerate(("Dalian", "Anshan")):
        new, old = (
            results.series(s, "wage", level="city", entity=city, runs=np.array([0, 3, 5]))[:, 1]
            for s in ("subsidy", "fta")
        )
        change = new - old  # run 1 failed in fta
        assert found["n"][row] == 3
        assert found["mean"][row] == pytest.approx(change.mean(), rel=1e-12)
        assert found["standard_error"][row] == pytest.approx(change.std(ddof=1) / np.sqrt(3), rel=1e-12)
        assert found["median"][row] == pytest.approx(np.median(change), rel=1e-12)
        assert found["p05"][row] == pytest.approx(np.quantile(change, 0.05), rel=1e-12)
        assert found["prob_positive"][row] == pytest.approx((change > 0).mean(), rel=1e-12)


def test_a_scenario_less_itself_is_nothing(stored: Path) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "fta", "fta", "province", "gdp_real")
    assert found[["mean", "standard_error", "median", "prob_positive"]].to_numpy().tolist() == [[0, 0, 0, 0.5]] * 2


def test_one_run_has_no_standard_error(stored: Path) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "fta", "baseline", "province", "gdp_real", runs=[2])
    assert found["n"].tolist() == [1, 1]
    assert found["standard_error"].isna().all()
    assert (found["mean"] == found["median"]).all()


def test_runs_without_a_value_are_not_counted(tmp_path: Path) -> None:
    base, other, _ = ensembles()
    other.levels["province"][2, 0, 0, column("province", "gdp_real")] = np.nan
    folder = write(tmp_path / "out", [base, other])
    with open_results(folder) as opened:
        found = paired(opened, "fta", "baseline", "province", "gdp_real")
        without = paired(opened, "fta", "baseline", "province", "gdp_real", runs=[0, 3, 4, 5])
    assert found["n"].tolist() == [4, 5]
    columns = ["mean", "standard_error", "median", "p05", "p95", "prob_positive"]
    assert found[columns].iloc[0].tolist() == pytest.approx(without[columns].iloc[0].tolist(), rel=1e-14)


def test_series_that_are_not_whole_are_refused(own: Path) -> None:
    path = own / "series" / "city.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, table.num_rows - 3), path)
    with open_results(own) as opened:
        assert len(paired(opened, "fta", "baseline", "city", "wage")) == 28
        with pytest.raises(InputError, match=r"the series of subsidy \(city\) are not whole"):
            paired(opened, "subsidy", "baseline", "city", "wage")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scenario": "nothing"}, '"nothing" is no scenario'),
        ({"base": "base"}, '"base" is no scenario'),
        ({"level": "towns"}, '"towns" is no level'),
        ({"variable": "wages"}, '"wages" is no variable of city; did you mean "wage"'),
        ({"entity": "Dalien"}, '"Dalien" is no entity of city; did you mean "Dalian"'),
        ({"entity": []}, "no entity of city is given"),
        ({"years": [2008]}, "2008 is none of the full years"),
        ({"years": []}, "years: none is given"),
        ({"runs": [6]}, "6 is none of the runs"),
        ({"runs": [-1]}, "-1 is none of the runs"),
        ({"runs": [1]}, "none is left"),
    ],
)
def test_paired_names_what_it_does_not_know(stored: Path, given: dict[str, object], message: str) -> None:
    asked: dict[str, object] = {"scenario": "fta", "base": "baseline", "level": "city", "variable": "wage"}
    with open_results(stored) as opened, pytest.raises(InputError, match=message):
        paired(opened, **(asked | given))  # type: ignore[arg-type]
