"""What is said of an output that the model forecast worse than a random walk, and what a damaged skill card is told."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from calibration.targets import targets
from simulator.caveats import caveats
from simulator.errors import InputError
from simulator.results import Results
from simulator.skill_card import COLUMNS, OUTPUTS, SERIES, losing, losses, read_skill, skill_card
from simulator.variables import variables
from tests.fakes import fake_ensemble
from tests.posteriors import write_skill

LOST = (
    "GDP at current prices: outside the years it was fitted to, the model forecast this worse than a random walk"
    " (RMSE 0.123 against 0.08)."
)
HEAD = ",".join(COLUMNS)
ROW = "exports_usd,Liaoning,false,true,all,model_frozen,0.1,1.1,0.05,0.75,4"


def test_a_loss_is_said_in_both_languages(calibrated: Path) -> None:
    assert losing("gdp_nominal") == losing("gdp_real") == LOST
    assert losing("gdp_real", "zh") == (
        "当年价地区生产总值：在拟合年份之外，模型的预测不如随机游走（均方根误差 0.123，后者 0.08）。"
    )


def test_nothing_is_said_of_a_win_or_of_what_was_not_scored(calibrated: Path) -> None:
    assert losing("exports") is None, "won"
    assert losing("imports") is None, "no row"
    assert losing("fdi") is None and losing("nonsense") is None, "no series"


@pytest.mark.usefixtures("uncalibrated")
def test_nothing_is_said_without_a_skill_card() -> None:
    assert skill_card() == () and losing("gdp_real") is None


def test_only_all_horizons_of_the_province_and_the_frozen_drivers_count(tmp_path: Path) -> None:
    other = ROW.replace("Liaoning", "Dalian").replace("0.1,", "9.0,", 1)
    rows = [
        ROW, ROW.replace("model_frozen,0.1", "random_walk,0.1"), other, ROW.replace(",all,", ",1,").replace("0.1", "9"),
        ROW.replace("model_frozen,0.1", "model_hindsight,9"), ROW.replace("model_frozen,0.1", "drift,0.01"),
    ]  # fmt: skip
    path = tmp_path / "skill.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    assert losing("exports", root=tmp_path) is None, "a draw is no loss"


def test_a_method_that_is_missing_is_no_loss(tmp_path: Path) -> None:
    write_skill(tmp_path, {("wage", "model_frozen"): 1.0})
    assert losing("wage", root=tmp_path) is None


def test_each_series_is_said_once(calibrated: Path) -> None:
    assert losses(("gdp_real", "exports", "gdp_nominal")) == (LOST,)
    assert losses(()) == ()


def test_the_summary_of_a_single_scenario_says_it(calibrated: Path) -> None:
    assert caveats(Results([fake_ensemble()])) == (LOST,)


def test_outputs_are_those_of_the_model_and_series_those_of_the_card() -> None:
    assert set(OUTPUTS) <= {v.name for v in variables()["province"]}
    assert set(OUTPUTS.values()) | {"trade_usd", "bank_deposits"} == set(SERIES)


def test_series_are_named_as_the_targets_that_are_scored() -> None:
    scored = {t.name for t in targets().values() if t.scored and not t.padded and not t.base_year_known}
    assert set(SERIES) == scored


def test_a_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "skill.csv"
    path.write_text(f"{HEAD}\n{ROW}\n{ROW.replace('all', '2').replace('0.05', 'nan')}\n", encoding="utf-8")
    first, second = read_skill(path)
    assert (first.series, first.padded, first.base_year_known, first.horizon) == ("exports_usd", False, True, "all")
    assert (first.rmse, first.mase, first.crps, first.coverage90, first.n) == (0.1, 1.1, 0.05, 0.75, 4)
    assert second.horizon == "2" and math.isnan(second.crps)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first line must be series,entity,padded,"),
        (f"{HEAD},p\n{ROW},1\n", "the first line must be series,entity,padded,"),
        (f"{HEAD}\n{ROW},1\n", "line 2: 12 cells; there must be 11"),
        (f"{HEAD}\n{ROW}\n{ROW}\n", "line 3: exports_usd, Liaoning, all, model_frozen is there twice"),
        (f"{HEAD}\n{ROW.replace('false', 'perhaps')}\n", 'line 2: padded = "perhaps"; write true or false'),
        (f"{HEAD}\n{ROW.replace('0.1,', 'x,', 1)}\n", 'line 2: rmse = "x" is not a number from 0'),
        (f"{HEAD}\n{ROW.replace('0.1,', '-1,', 1)}\n", 'line 2: rmse = "-1" is not a number from 0'),
        (f"{HEAD}\n{ROW.replace('0.1,', 'inf,', 1)}\n", 'line 2: rmse = "inf" is not a number from 0'),
        (f"{HEAD}\n{ROW.replace(',4', ',4.5')}\n", 'line 2: n = "4.5" is not a whole number'),
        (f"{HEAD}\n{ROW.replace('exports_usd', '')}\n", "line 2: series is empty"),
    ],
)
def test_a_damaged_card_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "skill.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        losing("exports", root=tmp_path)
    assert str(path) in str(error.value) and message in str(error.value)


def test_the_shipped_card_is_whole() -> None:
    """If there is one: scored series only, and both methods wherever something could be said."""
    rows = skill_card()
    for series in {row.series for row in rows if row.entity == "Liaoning"} & set(SERIES):
        methods = {row.method for row in rows if (row.series, row.entity, row.horizon) == (series, "Liaoning", "all")}
        assert {"model_frozen", "random_walk"} <= methods, series
