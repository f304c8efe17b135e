"""The file of published results: complete, with the bands of the design, and read strictly."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from pathlib import Path

import pytest

from calibration.published_file import Published, load_published, read_published
from simulator.errors import InputError
from simulator.periods import to_index
from simulator.run import policies_of
from simulator.scenario import load_scenario
from simulator.schedule import first_difference
from tests.calibration.published_texts import SMALL

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


@pytest.fixture(scope="module")
def published() -> Published:
    return load_published()


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


def test_an_arm_differs_from_its_base_first_where_it_says(published: Published) -> None:
    for arm, base, first in (("korea_deep", "no_korea", "2018Q1"), ("cjk_tariffs", "baseline", "2026Q1")):
        one, other = published.schedules[arm], published.schedules[base]
        assert first_difference(one, other, min(one.quarters, other.quarters)) == to_index(first)


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
