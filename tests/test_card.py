# ruff: noqa: E501
"""The card of a scenario: what it says of shipped files, of children that replace part of a lever, and of the cost."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from simulator.base_costs import base_costs, cost_a_year, share_of_gdp
from simulator.card import Card, Change, describe
from simulator.cli import app
from simulator.cli_scenarios import render_card
from simulator.cli_wrap import CLOSING, OPENING, wrap
from simulator.ensemble import simulate
from simulator.levers import INSTRUMENTS
from simulator.parameters import draw_table
from simulator.periods import to_index
from simulator.records import CITIES, POLICY
from simulator.run import advance, draws_of, new_outputs, prepare
from simulator.scenario import base_of, list_scenarios, load_scenario
from simulator.world import World
from tests.scenario_files import lever, write
from tests.whole import PAST, series

SHIPPED = list_scenarios()
STAYS = "As in baseline: trade agreements, political disputes, free trade zones, audits, financing curb."


def card(folder: Path, levers: str, extends: str = "baseline", name: str = "mine", lang: str = "en") -> Card:
    return describe(load_scenario(write(folder, name, levers, extends)), lang=lang)


def only(found: Card) -> Change:
    (change,) = found.changes
    return change


def test_a_policy_is_told_in_full() -> None:
    found = describe(load_scenario("cjk_fta"))
    first, second, third = found.changes
    assert first.text == (
        "From 2026Q1, over ten years, tariffs that remain with Japan and Korea fall by 100 %; in baseline: none."
    )
    assert (first.instrument, first.label, first.where) == ("tariff_cut", "Cut of remaining tariffs", "Japan and Korea")
    assert (first.start, first.end, first.phase_in) == ("2026Q1", "", "over ten years")
    assert (first.size, first.base_size) == ("100 % of the remaining tariff", "nothing")
    assert (first.scenario, first.own, first.meaning) == ("cjk_fta", True, INSTRUMENTS["tariff_cut"].meaning)
    assert second.size == "2 to 6 points of the traded price, most likely 4 points"
    assert third.size == "0 to 22.1 % higher odds of choosing Liaoning, most likely 10.5 %"
    assert found.base == "baseline" and found.untouched == STAYS
    assert found.sources == load_scenario("cjk_fta").sources


def test_the_same_in_chinese() -> None:
    found = describe(load_scenario("cjk_fta"), lang="zh")
    assert found.changes[0].text == "自2026年一季度起，10年内，与日本和韩国之间剩余的关税下降100%；基准情景中：无。"
    assert found.changes[0].label == "剩余关税削减"
    assert found.untouched == "与基准情景相同：贸易协定、政治争端、自由贸易试验区、数据核查、融资约束。"
    assert found.base == "baseline" and found.notes.startswith("在RCEP与中韩自贸协定之上的增量")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cards_are_complete(name: str, lang: str) -> None:
    found = describe(load_scenario(name), lang=lang)
    assert found.changes and found.costs and found.sources
    for change in found.changes:
        assert all((change.text, change.label, change.where, change.size, change.base_size, change.meaning))
        assert "{" not in change.text + change.size and change.own
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in change.text)
        assert chinese == (lang == "zh")
        assert change.text.endswith("。" if lang == "zh" else ".") and change.text[0] == change.text[0].upper()


def test_the_baseline_stands_against_nothing() -> None:
    found = describe(load_scenario("baseline"))
    assert found.base == "" and found.untouched == "Nothing else is in force."
    texts = [change.text for change in found.changes]
    assert len(texts) == 19
    assert "In 2015Q1, a restatement of revenue and foreign investment removes 90 % of the padding." in texts
    assert texts[1] == (
        "From 2022Q1, over 20 years, agreements in force remove 85 % of the base tariff with Japan;"
        " 70 % of that is reached by 2035Q4."
    )
    assert texts[-1].startswith(
        "From 2017Q1, the flow of local-government financing that rests on land falls by 48.78 %"
    )
    assert texts[-1].endswith("and, in eight further steps to 2019Q1, 31 %.")


def test_switched_off_is_one_change_over_all_its_steps() -> None:
    change = only(describe(load_scenario("no_financing_curb")))
    assert change.text.startswith(
        'From 2014Q2, the lever "Curb on local-government financing" no longer applies; in base'
    )
    assert (change.size, change.phase_in, change.end, change.own) == ("nothing", "", "", True)
    assert "51 % of land-based local financing, over one year from 2014Q2, to 2016Q4" in change.base_size
    assert describe(load_scenario("no_financing_curb")).untouched == (
        "As in baseline: trade agreements, political disputes, free trade zones, audits."
    )


def test_a_lever_goes_on_after_a_child_replaced_its_beginning(tmp_path: Path) -> None:
    write(tmp_path, "up", lever(size=0.04, phase_in=20))
    path = write(tmp_path, "child", lever(size=0.01, end="2027Q4"), extends="up")
    child = load_scenario(path)
    change = only(describe(child))
    assert change.text == (
        "From 2026Q1 to 2027Q4, non-tariff barriers with Japan fall by 1 point of the traded price;"
        " in up: 4 points of the traded price, over five years from 2026Q1."
    )
    own, inherited = describe(child, load_scenario("baseline")).changes
    assert own.own and not inherited.own and inherited.scenario == "up"
    assert inherited.text == (
        "From 2028Q1 (begun in 2026Q1, over five years), non-tariff barriers with Japan fall by 4 points of the traded"
        " price; in baseline: none."
    )


def test_targets_with_the_same_path_are_one_change_and_others_are_not(tmp_path: Path) -> None:
    write(tmp_path, "up", lever(size=0.05))
    found = card(tmp_path, lever(targets='partners = ["Japan", "Korea", "EU"]', size=0.02), extends="up")
    assert [(change.where, change.base_size) for change in found.changes] == [
        ("Japan", "5 points of the traded price"),
        ("Korea and the EU", "nothing"),
    ]


def test_additive_levers_come_on_top(tmp_path: Path) -> None:
    write(tmp_path, "up", lever("public_consumption", "", size=2))
    up = load_scenario(tmp_path / "up.toml")
    other = load_scenario(write(tmp_path, "other", lever("public_consumption", "", size=3, end="2026Q4")))
    change = only(describe(load_scenario(f"{tmp_path}/up.toml+{tmp_path}/other.toml"), up))
    assert change.text == (
        "From 2026Q1 to 2026Q4, public consumption rises by 3 bn yuan of 2010 a quarter;"
        " on top of what up has: 2 bn yuan of 2010 a quarter."
    )
    assert change.own and other.name == change.scenario


@pytest.mark.parametrize(
    ("levers", "text"),
    [
        (lever("rail_corridor", "", size=1, phase_in=2), "From 2026Q1, over half a year, the rail corridor to Russia and Europe becomes 1 day faster"),
        (lever("rail_corridor", "", size=2, phase_in=6), "From 2026Q1, over six quarters, the rail corridor to Russia and Europe becomes 2 days faster"),
        (lever("rail_corridor", "", size=2, phase_in=4), "From 2026Q1, over one year, "),
        (lever("port_merger", 'ports = "all"', size=1), "From 2026Q1, one owner runs all six ports; in baseline: none."),
        (lever("ownership_dilution", 'sectors = ["other"]', size=0.01), "state firms in other industry sell 1 point of the state's share"),
        (lever("ntb_cut", size=0.04, phase_in=20, end="2027Q1"), "; 25 % of that is reached by 2027Q1; in baseline: none."),
        (lever("free_trade_zone", 'cities = ["Dalian"]', size=0, start="2030Q1"), 'From 2030Q1, the lever "Pilot free trade zone" no longer applies (Dalian); in baseline: zone in force.'),
    ],
)  # fmt: skip
def test_words_fit_their_numbers(tmp_path: Path, levers: str, text: str) -> None:
    assert text in only(card(tmp_path, levers)).text


def test_levers_that_change_nothing_are_named(tmp_path: Path) -> None:
    found = card(tmp_path, lever("rail_corridor", "", size=0) + lever(size=0.02))
    assert len(found.changes) == 1
    assert found.untouched == (
        f"{STAYS} Without effect, because baseline has the same or nothing to switch off: mine lever 1 (rail_corridor)."
    )


def test_a_file_without_levers_changes_nothing(tmp_path: Path) -> None:
    found = card(tmp_path, "")
    assert found.changes == () and found.costs == () and found.limits == ()
    assert found.untouched == "Nothing changes against baseline."


def test_against_a_stranger_both_sides_are_told() -> None:
    found = describe(load_scenario("talent_retention"), load_scenario("rd_push"))
    gone, new = sorted(found.changes, key=lambda change: change.size != "nothing")
    assert gone.text.startswith(
        'From 2026Q1, the lever "R&D support" no longer applies (all 14 cities); in rd_push: 20 to'
    )
    assert not gone.base_size.startswith("nothing") and new.base_size == "nothing"
    assert "R&D support: What rd_push pays falls away." in found.costs


def test_base_of_a_combination_is_what_all_parts_extend(tmp_path: Path) -> None:
    write(tmp_path, "up", lever(size=0.05))
    a = write(tmp_path, "a", lever("rail_corridor", "", size=3), extends="up")
    b = write(tmp_path, "b", lever("public_consumption", "", size=3), extends="up")
    shared = base_of(load_scenario(f"{a}+{b}"))
    assert shared is not None and shared.name == "up" and shared == load_scenario(tmp_path / "up.toml")
    stranger = base_of(load_scenario(f"{a}+rd_push"))
    assert stranger is not None and stranger == load_scenario("baseline")
    assert base_of(load_scenario("baseline")) is None


# Cost


def test_every_instrument_says_who_pays_in_both_languages() -> None:
    for spec in INSTRUMENTS.values():
        assert spec.cost.endswith(".") and spec.cost_zh.endswith("。")
    modelled = {name for name, spec in INSTRUMENTS.items() if not spec.cost.startswith("No budget cost is modelled")}
    assert modelled == {
        "talent_subsidy", "rd_support", "zombie_exit", "capacity_cut", "public_consumption", "public_investment",
    }  # fmt: skip


def test_public_spending_is_known_exactly(tmp_path: Path) -> None:
    (cost,) = card(tmp_path, lever("public_investment", "", size=2.5)).costs
    assert cost.endswith("The province, from 2026Q1: 10 bn yuan of 2010 a year at full size.")
    (cost,) = card(tmp_path, lever("public_investment", "", size=2.5), lang="zh").costs
    assert cost.endswith("全省自2026年一季度起：完全实施时每年100亿元（2010年价）。")


def test_a_range_of_spending_carries_its_unit(tmp_path: Path) -> None:
    levers = lever("public_consumption", "", size=1).replace("size = 1", "size = { low = 1, mode = 1.5, high = 3 }")
    found = card(tmp_path, levers)
    assert found.changes[0].size == "1 to 3 bn yuan of 2010 a quarter, most likely 1.5 bn yuan"
    assert "4 to 12 bn yuan of 2010, most likely 6 bn yuan, a year" in found.costs[0]
    found = card(tmp_path, levers, lang="zh")
    assert found.changes[0].size == "每季度10至30亿元（2010年价），最可能为15亿元"
    assert "40至120亿元（2010年价），最可能为60亿元" in found.costs[0]


def test_estimates_are_shares_of_gdp_and_name_their_year() -> None:
    (cost,) = describe(load_scenario("talent_retention")).costs
    assert "about 0.034 % of GDP a year (0.017 to 0.067 %) at full size" in cost
    assert "at the wages and graduates per GDP of 2006Q1" in cost and "bn yuan" not in cost
    (cost,) = describe(load_scenario("rd_push"), lang="zh").costs
    assert "每年约占GDP的0.38%（0.25%至0.51%）" in cost
    assert cost_a_year("port_merger", ("Dalian",), 1.0) is None
    assert share_of_gdp("port_merger", ("Dalian",), 1.0) is None


@pytest.mark.parametrize(("instrument", "size"), [("talent_subsidy", 0.1), ("rd_support", 0.3)])
def test_the_share_of_gdp_is_near_what_runs_pay_a_generation_later(
    world: World, tmp_path: Path, instrument: str, size: float
) -> None:
    """Median of eight runs at best-guess parameters in 2031-35: within 15 % of what the card says."""
    policy = load_scenario(write(tmp_path, "mine", lever(instrument, 'cities = "all"', size=size)))
    run = simulate(world, policy, runs=8, seed=1, until="2035Q4", parameters=draw_table("point", 8, 1))
    years = slice(to_index("2031Q1"), None)
    paid = series(run, "policy_cost")[:, years].sum(axis=1) / series(run, "gdp_nominal")[:, years].sum(axis=1)
    expected = share_of_gdp(instrument, CITIES, size)
    assert expected is not None
    assert 0.85 < np.median(paid) / expected < 1.15


def test_merging_ports_is_said_to_be_free() -> None:
    costs = describe(load_scenario("port_consolidation")).costs
    assert any("merging is free here" in cost and "flatters" in cost for cost in costs)


def test_estimates_are_what_the_model_pays_in_its_first_quarter(world: World) -> None:
    """With a size too small to move anybody, the arithmetic must give the run's own cost, city by city."""
    for instrument in ("talent_subsidy", "rd_support"):
        policy = np.zeros(1, POLICY)
        policy[instrument] = 1e-6
        draws = draws_of(world, 1, 0, 1)
        state = prepare(world, draw_table("point", 1, 1).records(), draws)
        advance(state, policy, draws, 0, 1, new_outputs(1))
        paid = 4.0 * state.cities["policy_cost"] / 1e-6
        expected = getattr(base_costs(), instrument)
        assert paid.shape == (len(CITIES),)
        np.testing.assert_allclose(paid, expected, rtol=1e-6)


# What the model cannot show


def test_every_instrument_says_what_the_model_cannot_show() -> None:
    for spec in INSTRUMENTS.values():
        assert spec.limit.endswith(".") and spec.limit_zh.endswith("。"), spec.name
        assert spec.limit.count(". ") == spec.limit_zh.count("。") - 1, "as many sentences in both languages"


def test_a_limit_shared_by_instruments_is_said_once() -> None:
    imports, customs, services = describe(load_scenario("cjk_fta")).limits
    assert imports.startswith(
        "Cut of remaining tariffs; Cut of non-tariff barriers: Imports displace purchases from the"
    )
    assert customs == "Cut of remaining tariffs: Customs revenue forgone is left out."
    assert services.startswith("Opening of services and investment: Only the location of foreign investors reacts")
    (synergy,) = describe(load_scenario("port_consolidation"), lang="zh").limits
    assert synergy == "港口整合、港口整合协同效应：协同效应的大小是假设的，没有辽宁的数据。"


@pytest.mark.parametrize("name", SHIPPED)
def test_limits_are_those_of_the_instruments_that_change(name: str) -> None:
    found = describe(load_scenario(name))
    changed = {change.instrument for change in found.changes}
    said = " ".join(found.limits)
    for spec in INSTRUMENTS.values():
        sentences = spec.limit.split(". ")
        assert all(sentence in said for sentence in sentences) == (
            spec.name in changed or any(INSTRUMENTS[other].limit.count(spec.limit) for other in changed)
        ), spec.name


def test_what_stays_fits_one_line() -> None:
    for name in SHIPPED:
        assert len(describe(load_scenario(name)).untouched) <= 96
    every = "+".join(
        name for name in SHIPPED if name not in ("baseline", *PAST, "port_consolidation_all")
    )
    text = describe(load_scenario("baseline"), load_scenario(every)).untouched
    assert text == STAYS.replace("baseline", every) or (len(text) > 96 and text.endswith(", and more."))


# The command


def fold(name: str, width: int, lang: str) -> list[str]:
    """Return the lines of a card in a terminal of some width."""
    console = Console(width=width, file=StringIO(), color_system=None)
    console.print(render_card(describe(load_scenario(name), lang=lang), lang), markup=False)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("name", SHIPPED)
def test_chinese_folds_between_characters_and_never_inside_numbers(name: str, width: int) -> None:
    lines = fold(name, width, "zh")
    assert max(cell_len(line) for line in lines) <= width
    assert any(cell_len(line) > width - 12 for line in lines), "something is folded"
    wanted = describe(load_scenario(name), lang="zh")
    texts = [c.text for c in wanted.changes] + [c.meaning for c in wanted.changes]
    texts += [*wanted.costs, *wanted.limits, *wanted.sources, wanted.summary, wanted.untouched, wanted.notes]
    words = set(re.findall(r"[A-Za-z0-9_.]*[A-Za-z0-9]", " ".join(texts)))
    for line in lines:
        assert not line.strip() or line.strip()[0] not in CLOSING, line
        assert not line or line[-1] not in OPENING, line
        assert set(re.findall(r"[A-Za-z0-9_.]*[A-Za-z0-9]", line)) <= words | {name}, line


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("自2026年起，出口", 8, ["自2026年", "起，出口"]),
        ("为12345十亿元", 6, ["为", "12345", "十亿元"]),
        ("甲乙丙丁；戊", 8, ["甲乙丙", "丁；戊"]),
        ("甲乙丙（丁）", 8, ["甲乙丙", "（丁）"]),
        ("cut by 5 % a year", 9, ["cut by", "5 % a", "year"]),
        ("baseline中：无", 10, ["baseline", "中：无"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("", 5, [""]),
    ],
)
def test_folding(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_show_prints_the_card_in_a_hundred_columns() -> None:
    result = CliRunner().invoke(app, ["scenarios", "show", "cjk_fta+talent_retention"])
    assert result.exit_code == 0, result.output
    flat = " ".join(result.stdout.split())
    assert "What changes against baseline" in flat and "Who pays" in flat and "Sources" in flat
    assert "What this model cannot show" in flat
    assert "tariffs that remain with Japan and Korea fall by 100 %; in baseline: none." in flat
    assert max(len(line.rstrip()) for line in result.stdout.splitlines()) <= 100


def test_a_meaning_is_said_once_in_a_card() -> None:
    """Two audits work alike: what they do stands below the first only."""
    assert " ".join(fold("baseline", 100, "en")).count("Inspectors check the published figures") == 1


def test_show_in_chinese_loses_nothing() -> None:
    result = CliRunner().invoke(app, ["scenarios", "show", "no_financing_curb", "--lang", "zh"])
    assert result.exit_code == 0 and "…" not in result.stdout
    change = only(describe(load_scenario("no_financing_curb"), lang="zh"))
    assert change.base_size in "".join(result.stdout.split())


def test_show_as_json_is_the_card() -> None:
    result = CliRunner().invoke(app, ["scenarios", "show", "rd_push", "--against", "cjk_fta", "--json"])
    expected = describe(load_scenario("rd_push"), load_scenario("cjk_fta"))
    assert json.loads(result.stdout) == json.loads(json.dumps(asdict(expected)))


def test_the_card_in_the_docs_is_what_the_command_prints(tmp_path: Path) -> None:
    docs = (Path(__file__).resolve().parent.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    path = tmp_path / "my_story.toml"
    path.write_text(docs.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    shown = " ".join(docs.split("```console\n")[1].split("```")[0].split())
    found = describe(load_scenario(path))
    assert len(found.changes) == 2
    for text in (f"{found.name}: {found.title}", found.summary, *(change.text for change in found.changes)):
        assert text in shown
