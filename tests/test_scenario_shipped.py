"""The scenarios that are shipped: complete, in range, and what each of them holds."""

from __future__ import annotations

import re

import numpy as np
import pytest

from simulator.levers import INSTRUMENTS
from simulator.periods import to_index
from simulator.records import CITIES, PARTNERS, PORTS
from simulator.scenario import load_scenario
from simulator.schedule import Range, first_difference
from tests.scenario_files import FOLDER, SHIPPED, policy
from tests.whole import PAST


def test_the_baseline_comes_first() -> None:
    assert SHIPPED[0] == "baseline"
    assert list(SHIPPED[1:]) == sorted(SHIPPED[1:])
    assert {"cjk_fta", "port_consolidation", "talent_retention", "no_financing_curb"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_file_is_complete(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name and scenario.parts == (name,)
    assert scenario.extends == (None if name == "baseline" else "baseline")
    assert all((scenario.title, scenario.summary, scenario.notes, scenario.sources, scenario.levers))
    for text in (scenario.title_zh, scenario.summary_zh, scenario.notes_zh):
        assert any("\u4e00" <= character <= "\u9fff" for character in text)
    assert scenario.chain[-1] == (name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [n for n in SHIPPED if load_scenario(n).schedule().ranges()])
def test_no_title_or_summary_states_a_sampled_size_as_a_fact(name: str) -> None:
    """A number or fraction of a sampled size stands beside words that say it is uncertain."""
    scenario = load_scenario(name)
    sized = re.compile(r"\d(\.\d)? ?%|\b0\.\d|half|one in|五分之|十分之|一半")
    for texts, words in (
        ((scenario.title, scenario.summary), ("uncertain", "most likely")),
        ((scenario.title_zh, scenario.summary_zh), ("不确定", "最可能")),
    ):
        for text in texts:
            assert not sized.search(text) or any(word in text for word in words), text


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_policy_stays_in_range(name: str) -> None:
    schedule = load_scenario(name).schedule()
    assert schedule.notices == ()
    for pick in ("low", "mode", "high"):
        values = schedule.policy(120, {key: getattr(span, pick) for key, span in schedule.ranges().items()})
        for field, spec in INSTRUMENTS.items():
            assert np.all((values[field] >= spec.low) & (values[field] <= spec.high))


@pytest.mark.parametrize("name", [n for n in SHIPPED if n not in ("baseline", *PAST)])
def test_hypothetical_policies_start_in_2026(name: str) -> None:
    base, other = load_scenario("baseline").schedule(), load_scenario(name).schedule()
    assert first_difference(base, other, 120) == to_index("2026Q1")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_policies_of_the_baseline_go_on(name: str) -> None:
    """No shipped file takes anything away from the baseline except those that leave out events of the past."""
    if name in PAST:
        return
    base, other = policy(load_scenario("baseline")), policy(load_scenario(name))
    assert all(np.all(other[field] >= base[field]) for field in INSTRUMENTS if field != "political_shock")


BASELINE = [
    ("tariff_schedule", "Korea", "2015Q4", 0.0),
    ("tariff_schedule", "Korea", "2016Q1", 0.85 / 80),
    ("tariff_schedule", "Korea", "2021Q4", 0.85 * 24 / 80),
    ("tariff_schedule", "Korea", "2022Q1", 0.85 * 25 / 80 + 0.05 / 80),
    ("tariff_schedule", "Korea", "2035Q4", 0.85 + 0.05 * 56 / 80),
    ("tariff_schedule", "Japan", "2021Q4", 0.0),
    ("tariff_schedule", "Japan", "2022Q4", 0.85 * 4 / 80),
    ("tariff_schedule", "USA", "2035Q4", 0.0),
    ("trade_facilitation", "ASEAN", "2022Q1", 0.01),
    ("trade_facilitation", "EU", "2022Q1", 0.0),
    ("political_shock", "Japan", "2012Q3", 0.0),
    ("political_shock", "Japan", "2013Q3", 1.0),
    ("political_shock", "Japan", "2013Q4", 0.0),
    ("political_shock", "Korea", "2016Q3", 1.0),
    ("political_shock", "Korea", "2018Q1", 0.0),
    ("free_trade_zone", "Dalian", "2017Q1", 0.0),
    ("free_trade_zone", "Yingkou", "2017Q2", 1.0),
    ("free_trade_zone", "Anshan", "2017Q2", 0.0),
    ("audit_revenue_fdi", "", "2006Q1", 0.05),
    ("audit_revenue_fdi", "", "2014Q2", 0.05),
    ("audit_revenue_fdi", "", "2014Q3", 0.3),
    ("audit_revenue_fdi", "", "2015Q4", 0.9),
    ("audit_revenue_fdi", "", "2016Q1", 0.3),
    ("audit_gdp_investment", "", "2015Q4", 0.3),
    ("audit_gdp_investment", "", "2016Q1", 0.9),
    ("audit_gdp_investment", "", "2017Q1", 0.3),
    ("restatement_revenue_fdi", "", "2015Q1", 0.9),
    ("restatement_revenue_fdi", "", "2015Q2", 0.0),
    ("restatement_gdp_investment", "", "2016Q1", 0.9),
    ("restatement_gdp_investment", "", "2016Q2", 0.0),
    ("financing_curb", "", "2014Q1", 0.0),
    ("financing_curb", "", "2014Q2", 0.1275),
    ("financing_curb", "", "2015Q1", 0.51),
    ("financing_curb", "", "2016Q4", 0.51),
    ("financing_curb", "", "2017Q3", 0.51 - 0.2 / 3),
    ("financing_curb", "", "2019Q1", 0.31),
    ("financing_curb", "", "2035Q4", 0.31),
]


@pytest.mark.parametrize(("instrument", "target", "quarter", "expected"), BASELINE)
def test_baseline_holds_the_documented_history(instrument: str, target: str, quarter: str, expected: float) -> None:
    value = policy(load_scenario("baseline"))[instrument][to_index(quarter)]
    if target:
        value = value[INSTRUMENTS[instrument].targets.index(target)]
    assert value == pytest.approx(expected, abs=5e-5)


def test_cjk_fta_comes_on_top_of_the_agreements_in_force() -> None:
    base, cjk = policy(load_scenario("baseline")), policy(load_scenario("cjk_fta"))
    japan = PARTNERS.index("Japan")
    for field in ("tariff_schedule", "trade_facilitation"):
        assert cjk[field].tobytes() == base[field].tobytes()
    assert cjk["tariff_cut"][[79, 80, 119], japan].tolist() == [0.0, 1 / 40, 1.0]
    assert cjk["ntb_cut"][[80, 99], japan].tolist() == pytest.approx([0.002, 0.04])
    assert load_scenario("cjk_fta").schedule().ranges()["ntb_cut:Korea"] == Range(0.02, 0.04, 0.06)


def test_port_mergers_name_the_ports_of_one_owner() -> None:
    two, six = policy(load_scenario("port_consolidation")), policy(load_scenario("port_consolidation_all"))
    assert [PORTS[i] for i in np.flatnonzero(two["port_merger"][80])] == ["Dalian", "Yingkou"]
    assert six["port_merger"][80].tolist() == [1.0] * 6
    assert not two["port_merger"][79].any()


def test_talent_retention_reaches_all_cities() -> None:
    values = policy(load_scenario("talent_retention"))["talent_subsidy"]
    assert values[80].tolist() == [0.10] * len(CITIES) and not values[79].any()


def test_the_ablation_removes_the_curb_and_nothing_else() -> None:
    base, without = policy(load_scenario("baseline")), policy(load_scenario("no_financing_curb"))
    base["financing_curb"] = 0.0
    assert without.tobytes() == base.tobytes()


def test_without_hindsight_there_is_no_curb_and_weak_audits_for_ever() -> None:
    base, without = policy(load_scenario("baseline")), policy(load_scenario("without_hindsight"))
    for name in ("financing_curb", "restatement_revenue_fdi", "restatement_gdp_investment"):
        assert base[name].any()
        base[name] = 0.0
    for name in ("audit_revenue_fdi", "audit_gdp_investment"):
        assert base[name].max() == 0.9 and base[name][:34].tolist() == [0.05] * 34
        base[name] = 0.05
    assert without.tobytes() == base.tobytes()
