"""What charts show: the right figures, units and events."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.comparison import compare
from calibration.observed import OUTPUTS
from simulator.ensemble import Ensemble
from simulator.headline import build_headline
from simulator.numbers import span
from simulator.records import CITIES
from simulator.results import Results
from simulator.scenario import load_scenario
from simulator.variables import ENTITIES, variable, variables
from simulator.words import name_word, unit_word
from tests.fakes import FakeEnsemble, changed, fake_ensemble
from viz import panels
from viz.svg import Fan, FanChart
from viz.wording import texts


def pair(factor: float = 1.1, level: str = "province", name: str = "gdp_real") -> Results:
    """Return a base and a scenario in which one output is larger by a factor everywhere."""
    policy = fake_ensemble("policy", quarters=24)
    changed(policy, level, name, factor)
    return Results((fake_ensemble(quarters=24), policy))


def test_change_is_paired_and_in_per_cent() -> None:
    chart = panels.change_chart(pair(1.1), "policy", "gdp_real", "en", texts("en"))
    (fan,) = chart.fans
    assert chart.unit == "%" and chart.difference
    np.testing.assert_allclose([fan.median, fan.low, fan.high], 10.0)


def test_change_is_in_the_unit_where_the_base_is_not_positive() -> None:
    results = pair(1.0)
    old, new = (e.levels["province"] for e in results.ensembles)
    column = [v.name for v in variables()["province"]].index("fiscal_balance")
    old[..., column], new[..., column] = -1.0, -0.5
    chart = panels.change_chart(Results(results.ensembles), "policy", "fiscal_balance", "en", texts("en"))
    assert chart.unit == "bn yuan"
    np.testing.assert_allclose(chart.fans[0].median, 2.0)  # four quarters of 0.5


def test_a_failed_run_enters_no_side_of_a_change() -> None:
    policy = fake_ensemble("policy", quarters=24, failures=((3, "broke"),))
    changed(policy, "province", "gdp_real", np.array([1.1, 1.1, 1.1, 9.0])[:, None, None])
    chart = panels.change_chart(Results((fake_ensemble(quarters=24), policy)), "policy", "gdp_real", "en", texts("en"))
    np.testing.assert_allclose(chart.fans[0].high, 10.0)


def test_levels_hold_the_years_asked_for() -> None:
    results = pair()
    chart = panels.level_chart(results, ("baseline", "policy"), "gdp_real", "en", texts("en"), (), 2008, 2010)
    assert chart.years == (2008, 2009, 2010)
    base, new = chart.fans
    assert (base.style, new.style) == ("base", "new")
    np.testing.assert_allclose(new.median, 1.1 * base.median)
    assert {year for year, _ in chart.observed} == {2008, 2009, 2010}


def test_entities_are_sorted_and_judged_by_their_interval() -> None:
    policy = fake_ensemble("policy", quarters=24)
    factors = np.ones((4, 1, len(CITIES)))
    factors[:, :, CITIES.index("Dalian")] = 1.2
    factors[:, :, CITIES.index("Fuxin")] = 0.9
    factors[:, 0, CITIES.index("Benxi")] = [0.8, 1.5, 0.8, 1.5]
    changed(policy, "city", "gdp_real", factors)
    found = panels.entity_effects(Results((fake_ensemble(quarters=24), policy)), "policy", "city", "gdp_real", "en")
    assert found.unit == "%"
    assert found.gain == ("Dalian",) and found.lose == ("Fuxin",)
    assert found.unclear == ("Benxi",) and len(found.none) == 11
    assert [row.median for row in found.rows] == sorted((row.median for row in found.rows), reverse=True)
    dalian = next(row for row in found.rows if row.label == "Dalian")
    assert (dalian.median, dalian.low, dalian.high) == pytest.approx((20.0, 20.0, 20.0))


def test_one_entity_without_a_positive_base_puts_all_into_the_unit() -> None:
    base, policy = fake_ensemble(quarters=24), fake_ensemble("policy", quarters=24)
    for ensemble, value in ((base, 0.0), (policy, 0.25)):
        column = [v.name for v in variables()["city"]].index("fdi")
        ensemble.levels["city"][:, :, 3, column] = value
    found = panels.entity_effects(Results((base, policy)), "policy", "city", "fdi", "en")
    assert found.unit == "bn USD"
    assert found.gain == ("Fushun",) and found.rows[0].median == pytest.approx(1.0)


def test_observed_figures_are_those_that_the_comparison_uses(base: Ensemble) -> None:
    compared = compare(base)
    for name in OUTPUTS:
        figures = panels.observed_figures(name)
        assert figures, name
        if name in ("secondary_share", "secondary_share_reported", "soe_capital_share", "graduate_stay_rate"):
            assert all(0.0 < value < 1.0 for _, value in figures)  # the comparison has them in per cent
            continue
        same = next(c for c in compared if c.output == name and c.group != "Partners")
        assert dict(figures) == pytest.approx({int(p): v for p, v in zip(same.periods, same.data, strict=True)}), name
        assert same.unit == variable("province", name).unit


def test_outputs_without_observed_figures_have_none() -> None:
    assert panels.observed_figures("fdi") == ()  # what arrived was never published


@pytest.mark.parametrize(
    "level_and_name", [("province", n) for n in (*panels.CHANGES, *panels.PAST)] + [*panels.ENTITY_CHANGES]
)
def test_charted_outputs_exist(level_and_name: tuple[str, str]) -> None:
    assert variable(*level_and_name)


def events(name: str, base: str | None = None, lang: str = "en") -> dict[int, str]:
    found = panels.events(load_scenario(name), load_scenario(base) if base else None, lang, " ends")
    return {event.year: event.text for event in found}


def test_events_of_the_baseline() -> None:
    found = events("baseline")
    assert "2017Q2 Pilot free trade zone (Shenyang, Dalian, Yingkou)" in found[2017]
    assert "Restatement of GDP and investment" in found[2016]
    assert "2016Q3 Political shock (Korea)" in found[2016]
    assert 2006 not in found  # an audit that holds from the start
    assert 2018 not in found  # a step of the financing curb that goes on


def test_an_event_on_all_targets_names_none() -> None:
    assert events("talent_retention", "baseline") == {2026: "2026Q1 Talent subsidy"}


def test_a_lever_switched_off_ends() -> None:
    (text,) = events("no_financing_curb", "baseline").values()
    assert text == "2014Q2 Curb on local-government financing ends"


def test_a_grandchild_tells_all_against_the_base() -> None:
    one = events("cjk_fta+talent_retention", "baseline")
    assert "Cut of remaining tariffs (Japan, Korea)" in one[2026] and "Talent subsidy" in one[2026]
    assert "Cut of remaining tariffs" not in events("cjk_fta+talent_retention", "cjk_fta")[2026]


def test_events_in_chinese_name_places_in_chinese() -> None:
    text = " ".join(events("baseline", lang="zh").values())
    assert "沈阳" in text and not any(city in text for city in CITIES)


def test_markers_are_numbers_for_a_scenario_and_letters_for_the_base() -> None:
    found = [panels.Event(2006 + i, str(i)) for i in range(30)]
    assert [m.key for m in panels.markers(found[:3], "new")] == ["1", "2", "3"]
    letters = [m.key for m in panels.markers(found, "base")]
    assert letters[:3] == ["a", "b", "c"] and letters[25:28] == ["z", "aa", "ab"]
    assert [m.position for m in panels.markers(found, "new", 2007)] == [2006.0, 2007.0]


def test_fit_counts_figures_after_the_start() -> None:
    nine = np.arange(9.0, 12.0)
    fan = Fan("base", "base", nine, nine - 0.5, nine + 0.5)
    chart = FanChart("t", "u", (2006, 2007, 2008), (fan,), observed=((2006, 99.0), (2007, 10.2), (2008, 22.0)))
    found = panels.fit_of(chart)
    assert found is not None and found[:2] == (1, 2)
    assert found[2] == pytest.approx(np.sqrt(((10 / 10.2 - 1) ** 2 + 0.25) / 2) * 100)
    assert panels.fit_of(FanChart("t", "u", (2006,), (fan,))) is None


def test_every_unit_and_name_has_a_chinese_word() -> None:
    for level, found in variables().items():
        for v in found:
            assert unit_word(v.unit, "zh") != v.unit or v.unit == "%", v.unit
            assert unit_word(v.unit) == v.unit
        for entity in ENTITIES[level]:
            assert not any("a" <= c.lower() <= "z" for c in name_word(entity, "zh")), entity
            assert name_word(entity) == entity


def test_window_label() -> None:
    one: FakeEnsemble = fake_ensemble(quarters=4)
    assert span(build_headline(Results((one,))).periods[0]) == "2006"
    assert span(build_headline(Results((fake_ensemble(quarters=40),))).periods[0]) == "2011–2015"
