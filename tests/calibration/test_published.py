"""Published results: the file and its bands, effects by hand, rules of passing, pairing, robust signs of a few runs."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from calibration.published import COLUMNS, Found, compare, effect_of, published_table, table_of, write_published
from calibration.published_file import Published, Result, Term, load_published, read_published
from simulator.ensemble import simulate
from simulator.errors import InputError
from simulator.parameters import ParameterTable, draw_table
from simulator.periods import to_index
from simulator.results import Results
from simulator.run import policies_of
from simulator.scenario import load_scenario
from simulator.schedule import first_difference
from simulator.world import World
from tests.whole import lever, schedule

RUNS = 8
SHIPPED = files("calibration").joinpath("published.toml").read_text(encoding="utf-8")

NUMBERS = (1, 2, 3, 4, 5, 8, 9, 10, 12, 13, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 31, 32)
INF = math.inf
BANDS = {
    "V1": (26, 100), "V2a": (2, 11), "V2b": (2, 11), "V2c": (20, 40), "V2d": (20, 40), "V3a": (0, INF),
    "V3b": (-INF, 0), "V4a": (0, INF), "V4b": (-INF, 0), "V5a": (5, 15), "V5b": (0.1, 0.6), "V5c": (0, INF),
    "V8a": (0, INF), "V8b": (0, INF), "V9a": (-INF, 0), "V9b": (0, INF), "V10a": (0, INF), "V10b": (0, INF),
    "V10c": (0, INF), "V12": (-INF, 2.9), "V12b": (-INF, 1.54), "V15a": (0, INF), "V15b": (0, INF), "V18a": (-9, 9),
    "V18b": (0, INF), "V19": (0, INF), "V20": (0, INF), "V22a": (-1.2, 1.2), "V22b": (0, INF), "V23": (0, INF),
    "V24a": (5, 20), "V24b": (5, 20), "V24c": (-1, 1), "V25": (-INF, 0), "V26a": (0.5, 3), "V26b": (0, INF),
    "V28": (0.4, 1), "V30a": (0, INF), "V30b": (0, INF), "V31": (0, INF), "V32": (0, INF),
}  # fmt: skip
BY_MEDIAN = {
    "V1", "V2a", "V2b", "V2c", "V2d", "V5a", "V5b", "V12", "V12b", "V15b", "V18a", "V22a", "V24a", "V24b", "V24c",
    "V26a", "V28",
}  # fmt: skip

SMALL = """
[arm.plain]
extends = "baseline"
until = "2008Q4"
about = "a"

[arm.same]
extends = "plain"
until = "2008Q4"
about = "a"
levers = '''
[[lever]]
instrument = "ntb_cut"
partners = ["Korea"]
start = "2007Q1"
size = 0
'''

[arm.cut]
extends = "plain"
until = "2008Q4"
about = "a"
levers = '''
[[lever]]
instrument = "ntb_cut"
partners = ["Korea"]
start = "2007Q1"
size = 0.1
'''

[arm.deeper]
extends = "cut"
until = "2007Q4"
about = "a"
levers = '''
[[lever]]
instrument = "tariff_cut"
partners = ["Korea"]
start = "2006Q2"
size = 1.0
'''

[[result]]
key = "V1"
study = "s"
outcome = "nothing"
unit = "%"
published = "0"
low = 0.0
rule = "median"
status = "F"
comparable = "c"
term = [{ arm = "same", base = "plain", of = ["gdp_real"], years = ["2008"], measure = "percent" }]

[[result]]
key = "V2"
study = "s"
outcome = "trade"
unit = "%"
published = "sign +"
low = 0.0
rule = "sign"
status = "F"
comparable = "c"
[[result.term]]
arm = "cut"
base = "plain"
level = "partner"
entities = ["Korea"]
of = ["exports", "imports"]
years = ["2007", "2008"]
measure = "percent"

[[result]]
key = "V3"
study = "s"
outcome = "trade"
unit = "%"
published = "sign +"
low = 0.0
rule = "sign"
status = "F"
comparable = "c"
[[result.term]]
arm = "deeper"
base = "plain"
level = "partner"
entities = ["Korea"]
of = ["exports"]
years = ["2007"]
measure = "percent"
"""


@pytest.fixture(scope="module")
def published() -> Published:
    return load_published()


@pytest.fixture(scope="module")
def found(world: World) -> dict[str, Found]:
    """Return the shipped results for a few draws of the prior."""
    return {one.result.key: one for one in compare(world, draw_table("prior", RUNS, 1), runs=RUNS)}


def result(rule: Literal["median", "sign"] = "median", low: float = -INF, high: float = INF, *terms: Term) -> Result:
    return Result(
        key="V1", study="s", outcome="o", unit="%", published="p", rule=rule, status="F", comparable="c",
        term=list(terms) or [term()], low=low, high=high,
    )  # fmt: skip


def term(
    weight: float = 1.0,
    measure: Literal["percent", "log", "difference"] = "percent",
    of: Sequence[str] = ("gdp_real",),
    over: Sequence[str] = (),
    years: Sequence[str] = ("2007",),
) -> Term:
    return Term(
        arm="new", base="old", measure=measure, weight=weight, of=list(of), over=list(over), years=list(years)
    )  # fmt: skip


CELL = ("province", "gdp_real", "Liaoning")
OTHER = ("province", "exports", "Liaoning")
SERIES = {
    ("new", CELL): np.array([[1.0, 110.0, 130.0], [1.0, 90.0, 100.0]]),
    ("old", CELL): np.array([[1.0, 100.0, 100.0], [1.0, 100.0, 100.0]]),
    ("new", OTHER): np.array([[1.0, 20.0, 20.0], [1.0, 5.0, 5.0]]),
    ("old", OTHER): np.array([[1.0, 10.0, 10.0], [1.0, 10.0, 10.0]]),
}


# --- the shipped file


def test_every_published_result_is_met_or_said_not_to_be(published: Published) -> None:
    keys = [one.key for one in published.results] + [one.key for one in published.not_met]
    assert {int(re.findall(r"\d+", key)[0]) for key in keys} == set(NUMBERS)


def test_bands_and_rules_are_those_of_the_design(published: Published) -> None:
    assert {one.key: (one.low, one.high) for one in published.results} == BANDS
    assert {one.key for one in published.results if one.rule == "median"} == BY_MEDIAN


def test_arms_do_what_they_say(published: Published) -> None:
    """The Korea agreement, RCEP, the dispute and the zone are out where the name says so, and nowhere else."""
    quarters = to_index("2027Q4") + 1
    base, no_korea, no_rcep, no_zone = (
        policies_of(published.schedules[name], quarters, 1, 0)
        for name in ("baseline", "no_korea", "no_rcep", "no_zone")
    )
    late = to_index("2027Q1")
    assert base["tariff_schedule"][late, 1] > 0.4 and base["trade_facilitation"][late, 1] == 0.01
    assert not no_korea["tariff_schedule"][:, 1].any() and not no_korea["trade_facilitation"][:, 1].any()
    assert no_korea["tariff_schedule"][late, 0] == base["tariff_schedule"][late, 0] > 0.0
    assert no_rcep["tariff_schedule"][late, 1] == pytest.approx(0.85 * 45 / 80)
    assert not no_rcep["tariff_schedule"][:, [0, 3]].any() and not no_rcep["trade_facilitation"].any()
    assert base["free_trade_zone"].any() and not no_zone["free_trade_zone"].any()
    both = policies_of(published.schedules["no_korea_no_thaad"], to_index("2017Q4") + 1, 1, 0)
    assert base["political_shock"][to_index("2017Q1"), 1] == 1.0
    assert not both["political_shock"][:, 1].any() and not both["tariff_schedule"].any()
    assert both["political_shock"][to_index("2013Q1"), 0] == 1.0


@pytest.mark.parametrize(("arm", "scenario"), [("cjk_fta", "cjk_fta"), ("metro", "metro_integration")])
def test_shipped_scenarios_are_taken_as_they_are(published: Published, arm: str, scenario: str) -> None:
    assert published.schedules[arm].hash == load_scenario(scenario).schedule("2035Q4").hash


def test_a_combination_holds_both(published: Published) -> None:
    expected = load_scenario("cjk_fta+talent_retention").schedule("2035Q4")
    assert published.schedules["cjk_and_talent"].hash == expected.hash


# --- effects by hand


def test_measures() -> None:
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, term()), SERIES), [10.0, -10.0])
    logs = effect_of(result("median", 0.0, 1.0, term(measure="log")), SERIES)
    np.testing.assert_allclose(logs, [100.0 * math.log(1.1), 100.0 * math.log(0.9)])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, term(0.5, "difference")), SERIES), [5.0, -5.0])


def test_years_and_variables_are_added_before_they_are_compared() -> None:
    two = term(years=["2007", "2008"])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, two), SERIES), [20.0, -5.0])
    both = term(of=["gdp_real", "exports"])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, both), SERIES), [100 * 20 / 110, -100 * 15 / 110])


def test_ratio_of_two_variables() -> None:
    over = term(over=["exports"])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, over), SERIES), [-45.0, 80.0])


def test_terms_are_weighted_and_added() -> None:
    three = result("median", 0.0, 1.0, term(), term(-3.0, of=["exports"]))
    np.testing.assert_allclose(effect_of(three, SERIES), [10.0 - 300.0, -10.0 + 150.0])


def test_failed_runs_are_left_out_and_nothing_left_is_an_error() -> None:
    failed = {**SERIES, ("old", CELL): np.array([[np.nan] * 3, [1.0, 100.0, 100.0]])}
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0), failed), [-10.0])
    with pytest.raises(RuntimeError, match="result V1: no run is left"):
        effect_of(result("median", 0.0, 1.0), {**SERIES, ("old", CELL): np.full((2, 3), np.nan)})


# --- rules of passing


def test_sign_needs_nine_runs_of_ten() -> None:
    nine, eight = np.array([1.0] * 9 + [-1.0]), np.array([1.0] * 8 + [-1.0] * 2)
    assert Found(result("sign", low=0.0), nine).passed
    assert not Found(result("sign", low=0.0), eight).passed
    assert Found(result("sign", high=0.0), -nine).passed
    assert not Found(result("sign", high=0.0), nine).passed
    assert Found(result("sign", low=0.0), eight).share == pytest.approx(0.8)


def test_no_effect_has_no_sign() -> None:
    assert not Found(result("sign", low=0.0), np.zeros(10)).passed
    assert not Found(result("sign", high=0.0), np.zeros(10)).passed


def test_median_lies_in_the_band_ends_included() -> None:
    for value, passed in ((1.0, True), (2.0, True), (1.5, True), (0.999, False), (2.001, False)):
        assert Found(result("median", 1.0, 2.0), np.array([-50.0, value, 50.0])).passed is passed


# --- runs


def test_effects_are_those_of_whole_simulations(world: World) -> None:
    """Branching, extending another arm and leaving out cells change nothing, and no policy is exactly no effect."""
    parameters = draw_table("prior", 2, 1)
    nothing, cut, deeper = (
        one.values for one in compare(world, parameters, runs=2, published=read_published(SMALL, "x"))
    )
    assert nothing.tolist() == [0.0, 0.0]
    levers = [lever("ntb_cut", 0.1, ["Korea"], "2007Q1"), lever("tariff_cut", 1.0, ["Korea"], "2006Q2")]
    for values, chosen, flows, years in (
        (cut, levers[:1], ("exports", "imports"), slice(1, 3)), (deeper, levers, ("exports",), slice(1, 2)),
    ):  # fmt: skip
        # By 2008 nothing of the baseline but weak audits is in force.
        audits = [lever(f"audit_{name}", 0.05) for name in ("revenue_fdi", "gdp_investment")]
        new, old = (
            Results((simulate(world, schedule(*audits, *some, until="2008Q4"), runs=2, until="2008Q4",
                              parameters=parameters),))
            for some in (chosen, [])
        )  # fmt: skip
        amounts = [
            sum(one.series("scenario", flow, level="partner", entity="Korea")[:, years].sum(axis=1) for flow in flows)
            for one in (new, old)
        ]
        assert (values > 0.0).all()
        np.testing.assert_allclose(values, 100.0 * (amounts[0] / amounts[1] - 1.0), rtol=1e-9)


def test_the_same_numbers_with_one_thread_or_two(world: World) -> None:
    parameters, small = draw_table("prior", 3, 2), read_published(SMALL, "x")
    one, two = (compare(world, parameters, runs=3, seed=2, threads=n, published=small) for n in (1, 2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.values, b.values)


def test_every_arm_is_named_once_as_it_begins(world: World) -> None:
    names: list[str] = []
    compare(world, draw_table("point", 1, 1), runs=1, published=read_published(SMALL, "x"), progress=names.append)
    assert sorted(names) == ["cut", "deeper", "plain", "same"]


def test_parameters_need_a_row_a_run(world: World) -> None:
    with pytest.raises(InputError, match="3 rows given for 4 runs"):
        published_table(world, draw_table("prior", 3, 1), runs=4)


def test_theory_leaves_no_doubt_of_these(found: dict[str, Found]) -> None:
    """Directions and sizes far from any edge."""
    for key in ("V3a", "V4a", "V18b", "V23", "V30a"):
        assert (found[key].values > 0.0).all(), key
    for key in ("V3b", "V4b"):
        assert (found[key].values < 0.0).all(), key
    assert 0.4 < found["V28"].interval[0] < 1.0
    assert found["V2a"].interval[0] > found["V2b"].interval[0] > 1.0
    assert found["V2c"].interval[0] > 2.0 * found["V2a"].interval[0]
    assert found["V24b"].interval[0] > 3.0 * found["V24a"].interval[0] > 0.0


def test_results_that_share_runs_share_values(found: dict[str, Found]) -> None:
    np.testing.assert_array_equal(found["V8a"].values, -found["V10b"].values)
    np.testing.assert_array_equal(found["V10a"].values, found["V12"].values)
    assert not (found["V8a"].passed and found["V10b"].passed)
    assert {len(one.values) for one in found.values()} == {RUNS}


# --- the table


def test_the_table(found: dict[str, Found], tmp_path: Path) -> None:
    table = table_of(found.values())
    assert tuple(table.columns) == COLUMNS
    assert len(table) == len(BANDS) == len(set(zip(table["result"], table["outcome"], strict=True)))
    assert not table.isna().any(axis=None)
    assert (table["p05"] <= table["simulated_median"]).all() and (table["simulated_median"] <= table["p95"]).all()
    for row, one in zip(table.itertuples(index=False), found.values(), strict=True):
        assert row[0] == f"{one.result.key} {one.result.study}"
        assert row[3:8] == (one.result.low, one.result.high, *one.interval)
        assert bool(row[8]) is one.passed
    write_published(table, tmp_path / "published.csv")
    lines = (tmp_path / "published.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "result,outcome,published,low,high,simulated_median,p05,p95,pass"
    assert len(lines) == len(BANDS) + 1 and all(line.endswith(("True", "False")) for line in lines[1:])
    assert [path.name for path in tmp_path.iterdir()] == ["published.csv"]


@pytest.mark.full
def test_every_failure_has_a_reason(world: World) -> None:
    """With as many runs as the table has by default."""
    some = compare(world, draw_table("prior", 64, 1), runs=64)
    assert [one.result.key for one in some if not one.passed and not one.result.why] == []
    assert sum(one.passed for one in some) >= 20


# --- reading

WRONG = {
    "no TOML": ("[arm.no_korea]", "[arm]]", "not valid TOML"),
    "unknown key": ("low = 26.0\n", "low = 26.0\nlow2 = 1\n", 'result V1: unknown key "low2"; did you mean "low"?'),
    "missing key": ('unit = "%"\npublished = "+100"\n', 'unit = "%"\n', "result V1, published: missing"),
    "empty text": ('published = "+100"', 'published = ""', 'result V1, published: "": write some text'),
    "key": ('key = "V1"', 'key = "1"', 'result 1, key: "1" is not a key'),
    "key twice": ('key = "V2a"', 'key = "V1"', "result V1: stands twice"),
    "rule": ('rule = "median"', 'rule = "mean"', "result V1, rule: \"mean\": allowed: 'median' or 'sign'"),
    "status": ('status = "F"', 'status = "G"', 'result V1, status: "G" is not known; allowed: F, F±'),
    "band": ("low = 26.0", "low = 126.0", "result V1: low = 126 must be less than high = 100"),
    "no number": ("low = 26.0", "low = nan", "result V1: low = nan must be less"),
    "no band": ("low = 26.0\nhigh = 100.0\n", "", "result V1: the band has no end"),
    "measure": ('measure = "percent"', 'measure = "ratio"', "term 1, measure: \"ratio\": allowed: 'percent'"),
    "weight": ("weight = -1.0", 'weight = "x"', 'result V8a, term 2, weight: "x": write a number'),
    "arm": ('arm = "korea_deep"', 'arm = "korea_deap"', '"korea_deap" is not an arm; did you mean "korea_deep"'),
    "arm twice": ('arm = "korea_deep"', 'arm = "no_korea"', 'term 1: arm and base are both "no_korea"'),
    "unused arm": ("# --- Results", '[arm.x]\nextends = "baseline"\nuntil = "2017Q4"\nabout = "a"\n#',
                   "arm x: no result uses it"),
    "level": ('level = "partner"', 'level = "partners"', '"partners" is not known; did you mean "partner"?'),
    "variable": ('"exports", "imports"', '"exportz"', '"exportz" is not a variable of partner; did you mean "exports"'),
    "entity": ('entities = ["Korea"]', 'entities = ["Corea"]', '"Corea" is not in partner; did you mean "Korea"?'),
    "year": ('years = ["2027"]', 'years = ["2028"]', '"2028" is not simulated by both arms; allowed: 2006 to 2027'),
    "until": ('until = "2027Q4"', 'until = "2027"', 'arm no_korea, until: "2027" is not a quarter'),
    "extends": ('extends = "no_korea"', 'extends = "no_corea"', 'korea_deep, extends: "no_corea" is not a scenario'),
    "a path": ('extends = "no_korea"', 'extends = "./a.toml"', 'arm korea_deep, extends: "./a.toml"'),
    "lever": ("size = 1.0", "size = 2.0", "arm korea_deep: lever 1 (tariff_cut), size: 2 is out of range"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_named(old: str, new: str, message: str) -> None:
    assert old in SHIPPED
    with pytest.raises(InputError) as caught:
        read_published(SHIPPED.replace(old, new, 1), "mine.toml")
    assert str(caught.value).startswith("mine.toml: ")
    assert message in str(caught.value)


def test_arms_that_extend_each_other_are_refused() -> None:
    loop = SMALL.replace('[arm.cut]\nextends = "plain"', '[arm.cut]\nextends = "deeper"')
    with pytest.raises(InputError, match="the arms form a loop: cut -> deeper -> cut"):
        read_published(loop, "mine.toml")


def test_a_file_of_the_user_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert [one.key for one in load_published(path).results] == ["V1", "V2", "V3"]
    with pytest.raises(InputError, match="none.toml: cannot be read"):
        load_published(tmp_path / "none.toml")


def test_an_arm_differs_from_its_base_first_where_it_says(published: Published) -> None:
    for arm, base, first in (("korea_deep", "no_korea", "2018Q1"), ("cjk_tariffs", "baseline", "2026Q1")):
        one, other = published.schedules[arm], published.schedules[base]
        assert first_difference(one, other, min(one.quarters, other.quarters)) == to_index(first)


def test_the_table_takes_any_parameters(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a posterior, say: the table passes them on as they are."""
    monkeypatch.setattr("calibration.published.load_published", lambda: read_published(SMALL, "x"))
    drawn = draw_table("prior", 2, 1)
    other = ParameterTable("posterior", "0" * 64, drawn.names, drawn.values[::-1].copy())
    first, second = (published_table(world, table, runs=2) for table in (drawn, other))
    assert first["simulated_median"][1] != second["simulated_median"][1]
    assert tuple(second.columns) == COLUMNS and second["pass"].tolist() == [True, True, True]
