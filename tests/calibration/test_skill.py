"""The skill card: its table, verdicts, sentences about losses, the goal, and its file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration import skill
from calibration.forecasts import METHODS, Forecast, History, ar1, drift, panel, random_walk
from calibration.observed import load_observed
from calibration.scores import on_common_years
from simulator.errors import InputError
from simulator.records import CITIES


@dataclass(frozen=True)
class Flags:
    padded: bool = False
    base_year_known: bool = False


META = {
    "gdp_restated": Flags(),
    "exports_usd": Flags(),
    "imports_usd": Flags(),
    "gdp_first_release": Flags(padded=True),
    "exports_to_Japan": Flags(base_year_known=True),
    "gdp_share": Flags(padded=True),
    "population": Flags(),
}
YEARS = range(2006, 2018)
ORIGINS = (2011, 2012, 2013)
TRUTH = {(name, "Liaoning"): {year: 0.1 * (year - 2006) for year in YEARS} for name in META} | {
    ("gdp_share", city): {year: 10.0 for year in YEARS} for city in CITIES
}


def ensemble(series: str, method: str, miss: float, origin: int, entity: str = "Liaoning", sd: float = 0.1) -> Forecast:
    """Return a forecast whose median misses every year by `miss`, with a spread of `sd`."""
    years = tuple(range(origin + 1, min(origin + 5, 2018)))
    came = np.array([TRUTH[series, entity][year] for year in years])
    quantiles = np.linspace(-2.0, 2.0, 401)[:, None]
    return Forecast(series, entity, origin, method, years, came + miss + sd * quantiles)


def forecasts(series: str, misses: dict[str, float], **more: object) -> list[Forecast]:
    return [
        ensemble(series, method, miss, origin, **more)  # type: ignore[arg-type]
        for method, miss in misses.items()
        for origin in ORIGINS
    ]


MISSES = {"model_realised": 0.05, "model_frozen": 0.2, "random_walk": 0.1, "drift": 0.3, "ar1": 0.25, "arx": 0.15}
BETTER = {method: 0.01 if method.startswith("model") else miss for method, miss in MISSES.items()}


def card(*made: list[Forecast]) -> pd.DataFrame:
    return skill.skill_table([one for part in made for one in part], TRUTH, META)


def find(table: pd.DataFrame, **wanted: object) -> pd.Series:
    chosen = table
    for column, value in wanted.items():
        chosen = chosen[chosen[column] == value]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_table_has_the_columns_and_order_of_the_card() -> None:
    table = card(forecasts("exports_usd", MISSES), forecasts("gdp_restated", dict(reversed(MISSES.items()))))
    assert ",".join(table.columns) == (
        "series,entity,padded,base_year_known,horizon,method,rmse,mase,crps,coverage90,n"
    )
    order = [method for method in METHODS if method in MISSES]
    assert list(table["series"].unique()) == ["gdp_restated", "exports_usd"]  # as in meta, not as given
    assert list(table["method"][:12]) == order * 2
    assert list(dict.fromkeys(table["horizon"])) == ["1", "2", "3", "4", "all"]
    assert len(table) == 2 * 5 * 6
    assert not table.duplicated(["series", "entity", "horizon", "method"]).any()


def test_table_scores_by_horizon_and_over_all() -> None:
    made = [ensemble("exports_usd", "random_walk", miss, origin) for miss, origin in ((0.3, 2012), (0.4, 2013))]
    table = card(made)
    whole = find(table, horizon="all")
    assert whole["rmse"] == pytest.approx(math.sqrt((0.09 + 0.16) / 2))
    assert whole["mase"] == pytest.approx(3.5)  # yearly steps of 0.1
    assert (whole["n"], whole["coverage90"]) == (8, 0.0)
    assert (find(table, horizon="1")["n"], find(table, horizon="1")["rmse"]) == (2, whole["rmse"])
    exact = card([ensemble("exports_usd", "random_walk", 0.17, 2013)])
    assert find(exact, horizon="all")["coverage90"] == 1.0  # 0.17 is inside 1.8 * 0.1


def test_table_carries_the_flags_of_series() -> None:
    table = card(forecasts("gdp_first_release", MISSES), forecasts("exports_to_Japan", {"random_walk": 0.1}))
    assert find(table, series="gdp_first_release", horizon="all", method="drift")["padded"]
    lone = find(table, series="exports_to_Japan", horizon="all")
    assert lone["base_year_known"] and not lone["padded"]


def test_no_change_from_one_known_year_fits_the_table() -> None:
    """Partner trade: known in 2014 to 2016 only, held against no change; no MASE without earlier years."""
    truth = {("exports_to_Japan", "Liaoning"): {2014: 4.0, 2015: 3.9, 2016: 3.8}}
    history = History.until("exports_to_Japan", "Liaoning", truth["exports_to_Japan", "Liaoning"], 2014)
    naive = random_walk(history, 2, seed=1, spread=0.1)
    ours = Forecast("exports_to_Japan", "Liaoning", 2014, "model_realised", (2015, 2016), naive.draws - 0.1)
    table = skill.skill_table([naive, ours], truth, META)
    assert find(table, horizon="all", method="random_walk")["rmse"] == pytest.approx(math.sqrt((0.01 + 0.04) / 2))
    assert math.isnan(find(table, horizon="all", method="random_walk")["mase"])
    assert skill.headline(table) == []
    assert skill.losses(table) == {}


def test_rows_of_cities_stand_in_the_order_of_cities() -> None:
    made = [forecasts("gdp_share", {"random_walk": 0.1}, entity=city) for city in reversed(CITIES)]
    assert list(card(*made)["entity"].unique()) == list(CITIES)


def test_methods_must_forecast_the_same_years() -> None:
    made = forecasts("exports_usd", MISSES)
    lacking = [f for f in made if (f.method, f.origin) != ("drift", 2012)]
    with pytest.raises(InputError, match=r"exports_usd \(Liaoning\): drift lacks 2013 from 2012, 2014 from 2012"):
        card(lacking)
    common = on_common_years(skill.skill_points(lacking, TRUTH), MISSES)
    assert set(skill.table_of(common, META).query("horizon == 'all'")["n"]) == {8}


def test_hindsight_stands_apart() -> None:
    """It may have fewer origins than what is compared, and takes part in no verdict."""
    table = card(forecasts("exports_usd", MISSES), [ensemble("exports_usd", "model_hindsight", 0.0, 2013)])
    assert find(table, horizon="all", method="model_hindsight")["n"] == 4
    assert "model_hindsight" not in {word for v in skill.headline(table) for word in (v.ours, v.theirs)}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Forecast("wages", "Liaoning", 2013, "drift", (2014,), np.zeros((4, 1))), "wages .Liaoning.: forecast, but"),
        (Forecast("exports_usd", "Dalien", 2013, "drift", (2014,), np.zeros((4, 1))), "exports_usd .Dalien."),
        (ensemble("exports_usd", "drift", 0.1, 2013), "drift forecasts an origin and year twice"),
        (Forecast("exports_usd", "Liaoning", 2011, "drift", (2016,), np.zeros((4, 1))), "5 years ahead; at most 4"),
    ],
)
def test_table_refuses_what_does_not_fit(wrong: Forecast, message: str) -> None:
    with pytest.raises(InputError, match=message):
        card([ensemble("exports_usd", "drift", 0.1, 2013), wrong])


def test_series_must_be_of_the_card_and_entities_of_liaoning() -> None:
    places = (("x", "Liaoning"), ("exports_usd", "Dalien"))
    flat = {place: dict.fromkeys(YEARS, 1.0) for place in places}
    stray = [Forecast("x", "Liaoning", 2013, "drift", (2014,), np.zeros((4, 1)))]
    with pytest.raises(InputError, match="x: forecast, but not among the series of the card: gdp_restated"):
        skill.skill_table(stray, flat, META)
    lost = [Forecast("exports_usd", "Dalien", 2013, "drift", (2014,), np.zeros((4, 1)))]
    with pytest.raises(InputError, match='"Dalien" is neither Liaoning nor one of its cities; did you mean "Dalian"'):
        skill.skill_table(lost, flat, META)


def test_headline_compares_what_the_issue_names() -> None:
    verdicts = skill.headline(card(forecasts("exports_usd", MISSES), forecasts("gdp_first_release", MISSES)))
    assert {v.series for v in verdicts} == {"exports_usd"}  # padded series are never in it
    wins = {(v.comparison, v.ours, v.theirs): v.wins for v in verdicts if v.measure == "rmse"}
    assert wins == {
        ("forecast", "model_frozen", "random_walk"): False,
        ("forecast", "model_frozen", "drift"): True,
        ("realised drivers", "model_realised", "arx"): True,
        ("realised drivers", "model_realised", "random_walk"): True,
        ("realised drivers", "model_realised", "drift"): True,
        ("realised drivers", "model_realised", "ar1"): True,
    }
    walk = next(v for v in verdicts if (v.ours, v.theirs, v.measure) == ("model_frozen", "random_walk", "rmse"))
    assert (walk.value_ours, walk.value_theirs, walk.n) == (pytest.approx(0.2), pytest.approx(0.1), 12)


def test_coverage_counts_only_with_a_lower_crps_than_the_random_walk() -> None:
    """Both miss by the same amount; a spread so wide that it holds 11 of 12 does not make up for a higher CRPS."""

    def verdict(sd: float) -> skill.Verdict:
        ours = [ensemble("exports_usd", "model_frozen", 0.1, o, sd=sd) for o in ORIGINS]
        ours[0].draws[:, 0] += 100.0  # one year of twelve is missed
        walk = forecasts("exports_usd", {"random_walk": 0.1 if sd > 1.0 else 40.0})
        found = skill.headline(card(ours, walk))
        return next(v for v in found if v.measure == "coverage90")

    wide, close = verdict(5.0), verdict(0.1)
    assert wide.value_ours == close.value_ours == pytest.approx(11 / 12)
    assert not wide.wins
    assert close.wins


@pytest.mark.parametrize(("holds", "wins"), [(12, False), (11, True), (8, False)])
def test_coverage_must_lie_between_75_and_98_percent(holds: int, wins: bool) -> None:
    ours = forecasts("exports_usd", {"model_frozen": 0.0})
    columns = [(forecast, k) for forecast in ours for k in range(4)]
    for forecast, k in columns[holds:]:
        forecast.draws[:, k] += 0.5
    (found,) = (
        v for v in skill.headline(card(ours, forecasts("exports_usd", {"random_walk": 9.0})))
        if v.measure == "coverage90"
    )  # fmt: skip
    assert (found.value_ours, found.wins) == (pytest.approx(holds / 12), wins)


def test_shares_of_cities_are_compared_apart() -> None:
    misses = {"model_frozen": 0.2, "model_realised": 0.05, "random_walk": 0.1, "panel": 0.3}
    table = card(*(forecasts("gdp_share", misses, entity=city) for city in CITIES[:3]))
    assert skill.headline(table) == []
    verdicts = [v for v in skill.headline(table, cities=True) if v.measure == "crps"]
    assert {(v.ours, v.theirs, v.wins) for v in verdicts} == {
        ("model_frozen", "random_walk", False),
        ("model_frozen", "panel", True),
        ("model_realised", "random_walk", True),
        ("model_realised", "panel", True),
    }
    assert {v.entity for v in verdicts} == set(CITIES[:3])


def test_losses_say_against_what_the_model_loses() -> None:
    worse = MISSES | {"model_realised": 0.16, "model_frozen": 0.28}
    found = skill.losses(
        card(forecasts("exports_usd", MISSES), forecasts("imports_usd", worse), forecasts("population", BETTER))
    )
    assert set(found) == {"exports_usd", "imports_usd"}
    assert found["exports_usd"] == (
        "For this variable the model forecasts worse than a random walk.",
        "对该变量，模型的预测不如随机游走。",
    )
    assert found["imports_usd"] == (
        "For this variable the model forecasts worse than a random walk and an autoregression. Given the drivers as "
        "they were, it is worse than a random walk and a regression on the same drivers.",
        "对该变量，模型的预测不如随机游走和自回归模型。即使采用实际发生的驱动变量，模型也不如随机游走和使用同样驱动变量的回归。",
    )


def test_losses_name_the_measure_where_only_one_is_lost() -> None:
    """Lower error but a spread far too wide: the CRPS is higher."""
    ours = forecasts("exports_usd", {"model_frozen": 0.05}, sd=3.0)
    table = card(ours, forecasts("exports_usd", {"random_walk": 0.1, "drift": 0.1, "ar1": 0.1}))
    english, chinese = skill.losses(table)["exports_usd"]
    assert english == (
        "For this variable the model forecasts worse than a random walk (by CRPS only), a random walk with drift "
        "(by CRPS only) and an autoregression (by CRPS only)."
    )
    assert chinese == (
        "对该变量，模型的预测不如随机游走（仅按CRPS）、带漂移的随机游走（仅按CRPS）和自回归模型（仅按CRPS）。"
    )


def test_only_scored_series_count() -> None:
    table = card(forecasts("exports_usd", MISSES), forecasts("population", MISSES),
                 forecasts("gdp_share", MISSES, entity="Dalian"))  # fmt: skip
    assert set(skill.losses(table)) == {"exports_usd", "population", "gdp_share"}
    assert set(skill.losses(table, {"population"})) == {"population"}
    assert {v.series for v in skill.headline(table, scored={"population"})} == {"population"}
    assert skill.headline(table, scored={"population"}, cities=True) == []
    assert skill.goal(table, scored={"population"})[3].figures["series"] == 1.0


def test_a_tie_is_a_loss() -> None:
    table = card(forecasts("exports_usd", {"model_frozen": 0.1, "random_walk": 0.1}))
    assert "worse than a random walk." in skill.losses(table)["exports_usd"][0]


def test_losses_of_padded_series_are_not_spoken_of_and_cities_are_counted() -> None:
    misses = {"model_frozen": 0.2, "random_walk": 0.1}
    found = skill.losses(card(
        forecasts("gdp_first_release", MISSES),
        *(forecasts("gdp_share", misses, entity=city) for city in CITIES[:3]),
        forecasts("gdp_share", {"model_frozen": 0.05, "random_walk": 0.1}, entity=CITIES[3]),
    ))  # fmt: skip
    assert set(found) == {"gdp_share"}
    assert found["gdp_share"][0] == "In 3 of 4 cities the model forecasts this variable worse than a random walk."


def test_goal_is_judged_line_by_line() -> None:
    """GDP and exports reach it; imports lose to the regression; two series of three beat drift and AR(1)."""
    close = MISSES | {"model_realised": 0.2, "model_frozen": 0.5}
    table = card(
        forecasts("gdp_restated", MISSES), forecasts("exports_usd", MISSES), forecasts("imports_usd", close)
    )
    gdp, exports, imports, frozen, realised_cover, frozen_cover = skill.goal(table, titles={"gdp_restated": "GDP"})
    assert gdp.text.startswith("GDP: with realised drivers below random walk")
    assert (gdp.reached, exports.reached, imports.reached) == (True, True, False)
    assert imports.figures["model_realised rmse"] == pytest.approx(0.2)
    assert imports.figures["arx rmse"] == pytest.approx(0.15)
    assert frozen.reached
    assert (frozen.figures["series won"], frozen.figures["series"]) == (2.0, 3.0)
    assert frozen.figures["exports_usd rmse over that of the random walk"] == pytest.approx(2.0)
    assert not realised_cover.reached  # all inside: 100 % is above 98 %
    assert realised_cover.figures["coverage where it counts"] == 1.0
    assert realised_cover.figures["series that count"] == 2.0
    assert not frozen_cover.reached
    assert frozen_cover.figures["series that count"] == 0.0


def test_goal_is_not_reached_where_a_method_or_series_is_missing() -> None:
    table = card(forecasts("gdp_restated", {m: v for m, v in BETTER.items() if m != "arx"}))
    assert [line.reached for line in skill.goal(table)[:3]] == [False, False, False]
    assert skill.goal(table)[3].reached


def test_coverage_goal_is_reached_where_it_should_be() -> None:
    ours = forecasts("gdp_restated", {"model_realised": 0.0, "model_frozen": 0.0})
    for forecast in ours[::3]:
        forecast.draws[:, 1] += 0.3  # one year of twelve is missed by each
    lines = skill.goal(card(ours, forecasts("gdp_restated", {"random_walk": 2.0})))
    assert [line.reached for line in lines[-2:]] == [True, True]
    assert lines[-1].figures["coverage where it counts"] == pytest.approx(11 / 12)


def test_naive_forecasts_of_the_data_have_the_known_errors() -> None:
    """Independent figures: RMSE in log points * 100 over 2014-17 from 2013, computed when the model was designed."""
    known = {"gdp_nominal_census4": (7.5, 25.1), "exports_usd": (30.0, 62.0), "imports_usd": (11.1, 38.5),
             "population": (0.3, 1.4), "wage": (19.6, 13.4), "employment": (7.3, 13.5)}  # fmt: skip
    observed = load_observed()
    for variable, (walk, trend) in known.items():
        truth = {y: math.log(observed.value("Liaoning", variable, str(y))) for y in YEARS}
        history = History.until(variable, "Liaoning", truth, 2013)
        made = [random_walk(history, 4, seed=1), drift(history, 4, seed=1), ar1(history, 4, seed=1)]
        table = skill.skill_table(made, {(variable, "Liaoning"): truth}, {variable: Flags()})
        for method, value in (("random_walk", walk), ("drift", trend)):
            assert 100 * find(table, horizon="all", method=method)["rmse"] == pytest.approx(value, abs=0.1), variable


def test_panel_of_the_fourteen_cities_fits_the_card() -> None:
    observed = load_observed()
    truth = {
        ("gdp_share", city): {y: 100 * observed.value(city, "gdp_share", str(y)) for y in YEARS} for city in CITIES
    }
    made: list[Forecast] = []
    for origin in (2012, 2013):
        histories = [History.until("gdp_share", city, truth["gdp_share", city], origin) for city in CITIES]
        made += panel(histories, 4, seed=1, sizes=[history.level for history in histories])
        made += [random_walk(history, 4, seed=1) for history in histories]
    table = skill.skill_table(made, truth, META)
    assert len(table) == 14 * 2 * 5
    assert set(table.query("horizon == 'all'")["n"]) == {8}
    whole = table[table["horizon"] == "all"].groupby("method")["coverage90"].mean()
    assert 0.6 < whole["panel"] <= 1.0


# The file.


@pytest.fixture
def written(tmp_path: Path) -> Path:
    made = [*forecasts("exports_usd", MISSES), *forecasts("gdp_share", {"random_walk": 0.1}, entity="Dalian")]
    lone = {("exports_to_Japan", "Liaoning"): {2014: 4.0, 2015: 3.9}}
    naive = Forecast("exports_to_Japan", "Liaoning", 2014, "random_walk", (2015,), np.array([[3.9], [4.1]]))
    table = skill.skill_table([*made, naive], TRUTH | lone, META)
    path = tmp_path / "skill.csv"
    skill.write_skill(table, path)
    return path


def test_file_reads_back_as_written(written: Path) -> None:
    lines = written.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "series,entity,padded,base_year_known,horizon,method,rmse,mase,crps,coverage90,n"
    assert "exports_usd,Liaoning,false,false,all,random_walk,0.1,1,0.058187,1,12" in lines
    back = skill.read_skill(written)
    assert back.shape == (30 + 5 + 2, 11)
    assert [back[name].dtype.kind for name in ("padded", "rmse", "n")] == ["b", "f", "i"]
    assert back["mase"].isna().sum() == 5 + 2  # a share that never changed, a series without a past
    again = written.with_name("again.csv")
    skill.write_skill(back, again)
    assert again.read_bytes() == written.read_bytes()
    assert [p.name for p in written.parent.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("coverage90,n\n", "coverage,n\n", "first line must be series,entity,padded"),
        (",false,false,1,model_realised", ",no,false,1,model_realised", 'line 2: padded = "no"'),
        ("1,model_realised", "5,model_realised", 'line 2, horizon: "5" is none of 1, 2, 3, 4, all'),
        ("1,model_frozen", "1,model_froze", 'method: "model_froze" is none of .*; did you mean "model_frozen"'),
        ("Dalian", "Dalien", 'entity: "Dalien" is neither Liaoning nor one of its cities; did you mean "Dalian"'),
        ("1,drift,0.3,", "1,drift,abc,", 'line 5: rmse = "abc" is not a number'),
        ("1,drift,0.3,", "1,drift,-0.3,", 'line 5: rmse = "-0.3" is not a number'),
        ("1,drift,0.3,", "1,drift,,", "line 5, rmse: is empty; only mase may be"),
        ("0.058187,1,12", "0.058187,1.2,12", "coverage90: 1.2 is above 1; it is a share"),
        ("0.058187,1,12", "inf,1,12", 'crps = "inf"'),
        ("0.058187,1,12", "0.058187,1,0", "n: 0 is not 1 or more"),
        ("0.058187,1,12", "0.058187,1,11", "adds up to 12, that of all is 11; the file is incomplete"),
        ("0.058187,1,12", "0.058187,1", "10 cells; there must be 11"),
        ("1,drift", "1,ar1", "line 6: exports_usd, Liaoning, 1, ar1 is there twice"),
        ("exports_usd,Liaoning,false,false,1,drift", ",Liaoning,false,false,1,drift", "line 5: series is empty"),
    ],
)  # fmt: skip
def test_damaged_file_is_refused(written: Path, old: str, new: str, message: str) -> None:
    text = written.read_text(encoding="utf-8")
    assert old in text
    written.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        skill.read_skill(written)


def test_cut_or_missing_file_is_refused(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    header = text.splitlines(keepends=True)[0]
    for content, message in (("", "first line"), (header, "no row"), (text[:-200], "cells|incomplete")):
        written.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            skill.read_skill(written)
    with pytest.raises(InputError, match="cannot be read"):
        skill.read_skill(written.with_name("nothing.csv"))
