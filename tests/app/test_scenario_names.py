"""What readers see of scenarios: titles that fit a legend, in their language, and that tell scenarios apart."""

from __future__ import annotations

from dataclasses import replace

from simulator.scenario import list_scenarios, load_scenario
from viz.scenario_names import LONGEST, label_of, labels_of, said_of, title_of

BASE = load_scenario("baseline")
TRADE = load_scenario("cjk_fta")


def test_titles_stand_for_scenarios_and_one_word_for_the_baseline() -> None:
    assert labels_of([BASE, TRADE], "en") == {
        "baseline": "Baseline", "cjk_fta": "China-Japan-Korea free trade agreement from 2026",
    }  # fmt: skip
    assert labels_of([BASE, TRADE], "zh") == {"baseline": "基准情景", "cjk_fta": "2026年起实施中日韩自由贸易协定"}
    assert title_of(BASE, "en").startswith("Baseline: documented")


def test_in_a_sentence_a_title_has_quotation_marks() -> None:
    assert said_of(BASE, "en") == "the baseline" and said_of(BASE, "zh") == "基准情景"
    assert said_of(TRADE, "en") == "“China-Japan-Korea free trade agreement from 2026”"


def test_scenarios_of_one_title_are_told_apart_by_their_names() -> None:
    twin = replace(TRADE, name="mine")
    labels = labels_of([BASE, TRADE, twin], "en")
    assert labels["mine"] == f"{TRADE.title} (mine)" and labels["cjk_fta"] == f"{TRADE.title} (cjk_fta)"
    assert labels["baseline"] == "Baseline"


def test_a_title_without_end_is_cut_and_no_shipped_one_is() -> None:
    cut = label_of(replace(TRADE, title="a word " * 700), "en")
    assert len(cut) <= LONGEST and cut.endswith("word…")
    for name in list_scenarios():
        for lang in ("en", "zh"):
            assert not label_of(load_scenario(name), lang).endswith("…"), name
