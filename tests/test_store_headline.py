"""The file of the headline in a folder of results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.headline import HEADLINE, build_headline
from simulator.results import Results
from simulator.scenario import load_scenario
from tests.fakes import column, fake_ensemble
from tests.stored import two, write


def headline_of(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "headline.csv", dtype={"period": str, "base": str})


def test_the_headline_is_in_a_file(tmp_path: Path) -> None:
    ensembles = two()
    cost = column("province", "policy_cost")
    ensembles[0].levels["province"][..., cost], ensembles[1].levels["province"][..., cost] = 0.0, 0.25
    out = write(tmp_path / "out", ensembles)
    frame = headline_of(out)
    assert list(frame.columns) == [
        "scenario", "base", "variable", "unit", "measure", "period", "median", "p05", "p95", "prob_positive",
    ]  # fmt: skip
    headline = build_headline(Results(ensembles))
    assert not frame.duplicated(list(frame.columns[:6])).any()
    assert frame["measure"].value_counts().to_dict() | {"percent": 0} == {
        "level": 2 * 2 * len(HEADLINE), "absolute": 2 * len(HEADLINE), "percent": 0,
        "total": 1, "yearly": 1, "percent_of_gdp": 1,
    }  # fmt: skip
    keyed = frame.set_index(["scenario", "variable", "measure", "period"])
    for x in headline.effects:
        if x.variable.name in HEADLINE and x.percent is not None:
            row = keyed.loc[x.scenario, x.variable.name, "percent", x.period]
            assert row[["median", "p05", "p95", "prob_positive"]].tolist() == pytest.approx(
                [x.percent.median, x.percent.p05, x.percent.p95, x.prob_positive], rel=5e-10
            )
            assert (row["unit"], row["base"]) == ("%", "baseline")
    for level in headline.levels:
        row = keyed.loc[level.scenario, level.variable.name, "level", level.period]
        assert row["median"] == pytest.approx(level.value.median, rel=5e-10)
        assert np.isnan(row["prob_positive"]) and row["unit"] == level.variable.unit
    total = keyed.loc["other", "policy_cost", "total", "2006-2007"]
    assert (total["median"], total["unit"]) == (2.0, "bn yuan")
    assert keyed.loc["other", "policy_cost", "yearly", "2006-2007"]["p95"] == 1.0
    (of_gdp,) = (x.of_gdp.median for x in headline.costs)
    assert keyed.loc["other", "policy_cost", "percent_of_gdp", "2006-2007"]["median"] == pytest.approx(of_gdp)


def test_a_cost_that_is_not_modelled_is_not_a_zero(tmp_path: Path) -> None:
    ensembles = two()
    for e in ensembles:
        e.levels["province"][..., column("province", "policy_cost")] = 0.0
        object.__setattr__(e, "schedule", load_scenario("cjk_fta" if e.scenario == "other" else "baseline").schedule())
    frame = headline_of(write(tmp_path / "out", ensembles))
    assert len(frame) > 40 and "policy_cost" not in set(frame["variable"])


def test_one_scenario_has_levels_only(tmp_path: Path) -> None:
    frame = headline_of(write(tmp_path / "out", two()[:1], csv_bom=True))
    assert set(frame["measure"]) == {"level"} and frame["base"].isna().all()
    assert (tmp_path / "out/headline.csv").read_bytes().startswith(b"\xef\xbb\xbfscenario,base,")


def test_without_a_full_year_the_headline_has_no_rows(tmp_path: Path) -> None:
    ensembles = [fake_ensemble(name, quarters=2) for name in ("baseline", "other")]
    assert len(headline_of(write(tmp_path / "out", ensembles))) == 0
