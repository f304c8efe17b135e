"""Events on the time line: the same as the report's, to the quarter, told apart by who does them."""

from __future__ import annotations

import pytest

from simulator.scenario import load_scenario
from viz.panels import events
from viz.play.events import play_events

BASE = load_scenario("baseline")


@pytest.mark.parametrize("name", ["cjk_fta", "port_consolidation", "no_financing_curb"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_they_are_those_of_the_report(name: str, lang: str) -> None:
    scenario = load_scenario(name)
    found = play_events(scenario, BASE, lang, "!", 120)
    for new, reported in ((False, events(BASE, None, lang, "!")), (True, events(scenario, BASE, lang, "!"))):
        stop = "；" if lang == "zh" else "; "
        said = [part for event in reported for part in event.text.split(stop)]
        assert [f"{event.label} {event.text}" for event in found if event.new is new] == said
        assert said


def test_the_base_alone_has_no_event_of_its_own_twice() -> None:
    found = play_events(BASE, BASE, "en", " ends", 120)
    assert not any(event.new for event in found)
    assert len({event.quarter for event in found}) == len(found)


def test_events_after_the_last_quarter_are_left_out() -> None:
    scenario = load_scenario("cjk_fta")
    assert [e.label for e in play_events(scenario, BASE, "en", "", 81) if e.new] == ["2026Q1"]
    assert [e.label for e in play_events(scenario, BASE, "en", "", 80) if e.new] == []


def test_what_a_scenario_leaves_out_ends() -> None:
    found = play_events(load_scenario("no_financing_curb"), BASE, "en", " ends", 120)
    assert any(event.new and event.text.endswith(" ends") for event in found)
