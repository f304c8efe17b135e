"""What differs between two scenarios: rows of policy, sampled ranges, texts, and the command."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from simulator.card import describe
from simulator.cli import app
from simulator.errors import InputError
from simulator.periods import to_index
from simulator.scenario import list_scenarios, load_scenario
from simulator.scenario_diff import Row, diff, stretches
from simulator.schedule import first_difference
from simulator.wording import count_word, phase_text, place_text, plain_number
from tests.scenario_files import lever, write


def liaosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def rows(a: str, b: str, until: str = "2035Q4") -> tuple[Row, ...]:
    return diff(load_scenario(a), load_scenario(b), until).rows


def test_only_what_differs_is_listed() -> None:
    found = diff(load_scenario("port_consolidation"), load_scenario("port_consolidation_all"))
    assert not found.same
    assert [(row.instrument, row.where, row.start, row.end, row.a, row.b) for row in found.rows] == [
        ("port_merger", "the ports of Jinzhou, Dandong, Panjin and Huludao", "2026Q1", "", "nothing", "one owner"),
        ("merger_synergy", "the ports of Jinzhou, Dandong, Panjin and Huludao", "2026Q1", "", "nothing",
         "0 to 8 % of unit cost, most likely 3 %"),
    ]  # fmt: skip
    (sampled,) = found.sampled
    assert (sampled.a, sampled.b) == ("not sampled", "0 to 8 % of unit cost, most likely 3 %")
    assert [text.field for text in found.texts] == ["title", "summary", "notes"], "their sources are the same"


def test_a_path_is_one_stretch() -> None:
    (row,) = rows("baseline", "no_financing_curb")
    assert (row.start, row.end, row.b) == ("2014Q2", "", "nothing")
    steps = "48.78 % and, in eight further steps to 2019Q1, 31 % of land-based local financing, from 2017Q1"
    assert row.a.endswith(steps)


def test_the_other_way_round_swaps_the_sides() -> None:
    a, b = rows("baseline", "cjk_fta"), rows("cjk_fta", "baseline")
    assert [(row.a, row.b) for row in a] == [(row.b, row.a) for row in b] and len(a) == 3


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(list_scenarios(), 2)))
def test_rows_begin_where_the_runs_branch(a: str, b: str) -> None:
    """``first_difference`` decides where runs branch; it is found in another way."""
    one, other = load_scenario(a), load_scenario(b)
    found = stretches(one.entries, other.entries)
    first = first_difference(one.schedule(), other.schedule(), 120)
    assert min((stretch.start for stretch in found), default=None) == first


@pytest.mark.parametrize("name", list_scenarios())
def test_a_scenario_does_not_differ_from_itself(name: str) -> None:
    scenario = load_scenario(name)
    found = diff(scenario, scenario)
    assert (found.same, found.rows, found.sampled, found.texts) == (True, (), (), ())


def test_before_it_starts_nothing_differs() -> None:
    found = diff(load_scenario("baseline"), load_scenario("cjk_fta"), until="2025Q4")
    assert found.same and found.sampled == () and found.texts
    assert rows("baseline", "cjk_fta", "2026Q1")[0].start == "2026Q1"
    with pytest.raises(InputError, match="out of range"):
        rows("baseline", "cjk_fta", "2040Q1")


def test_the_same_written_otherwise_is_no_difference(tmp_path: Path) -> None:
    a = write(tmp_path, "a", lever("public_consumption", "", size=2) + lever("public_consumption", "", size=3))
    b = write(tmp_path, "b", lever("public_consumption", "", size=5) + lever("rail_corridor", "", size=0))
    assert rows(a, b) == ()
    c = write(tmp_path, "c", lever(size=0.04, end="2028Q4") + lever(size=0.04, start="2029Q1"))
    assert rows(write(tmp_path, "d", lever(size=0.04, phase_in=1)), c) == ()


def test_a_number_and_a_range_differ(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    a = write(tmp_path, "a", lever(size=0.04))
    write(tmp_path, "b", lever(size=0.04).replace("size = 0.04", "size = {low = 0.02, mode = 0.04, high = 0.06}"))
    (row,) = rows(a, str(path))
    assert (row.a, row.b) == (
        "4 points of the traded price", "2 to 6 points of the traded price, most likely 4 points",
    )  # fmt: skip


def test_a_difference_in_the_middle_ends(tmp_path: Path) -> None:
    write(tmp_path, "up", lever(size=0.05))
    (row,) = rows(
        str(tmp_path / "up.toml"),
        write(tmp_path, "c", lever(size=0.01, start="2028Q1", end="2029Q4"), extends="up"),
    )
    assert (row.start, row.end, row.a, row.b) == (
        "2028Q1", "2029Q4", "5 points of the traded price", "1 point of the traded price",
    )  # fmt: skip


def test_the_command_prints_and_exits_0() -> None:
    same = liaosim("diff", "baseline", "baseline")
    assert (same.exit_code, same.stdout.strip()) == (0, "No difference in what they do, to 2035Q4.")
    early = liaosim("diff", "baseline", "cjk_fta", "--until", "2025Q4")
    assert early.exit_code == 0 and early.stdout.startswith("No difference in what they do, to 2025Q4.")
    assert early.stdout.index("Texts that differ") > 0
    found = liaosim("diff", "baseline", "cjk_fta")
    assert found.exit_code == 0
    order = ["What they do differently", "Sampled sizes that differ", "Texts that differ"]
    assert sorted(order, key=found.stdout.index) == order
    assert max(len(line.rstrip()) for line in found.stdout.splitlines()) <= 100


def test_texts_that_differ_are_named_and_shown_on_demand() -> None:
    short = liaosim("diff", "baseline", "cjk_fta").stdout
    assert short.rstrip().endswith("Texts that differ: title, summary, notes, sources; --texts shows them.")
    assert "free trade agreement" not in short
    full = liaosim("diff", "baseline", "cjk_fta", "--texts").stdout
    assert "cjk_fta: China-Japan-Korea free trade agreement from 2026" in " ".join(full.split())
    assert "--texts" not in full
    chinese = liaosim("diff", "baseline", "cjk_fta", "--lang", "zh", "--texts").stdout
    assert "基准情景：基准情景：有据可查的历史" in chinese and "在RCEP与中韩自贸协定之上的增量" in chinese
    assert "--texts" not in liaosim("diff", "rd_push", "rd_push").stdout


def test_the_command_as_json_and_in_chinese() -> None:
    found = json.loads(liaosim("diff", "baseline", "cjk_fta", "--json", "--lang", "zh").stdout)
    assert (found["a"], found["b"], found["until"], found["same"]) == ("baseline", "cjk_fta", "2035Q4", False)
    assert found["rows"][0]["where"] == "日本和韩国" and found["rows"][0]["a"] == "无"
    assert json.loads(liaosim("diff", "cjk_fta", "cjk_fta", "--json").stdout)["same"] is True


# Words


@pytest.mark.parametrize(
    ("quarters", "en", "zh"),
    [
        (0, "in one step", "一步到位"), (1, "in one step", "一步到位"), (2, "over half a year", "2个季度内"),
        (3, "over three quarters", "3个季度内"), (4, "over one year", "1年内"), (20, "over five years", "5年内"),
        (80, "over 20 years", "20年内"), (13, "over 13 quarters", "13个季度内"),
    ],
)  # fmt: skip
def test_phase_in_in_words(quarters: int, en: str, zh: str) -> None:
    assert (phase_text(quarters), phase_text(quarters, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (100.0, "100"), (48.78, "48.78"), (0.05, "0.05"), (1e-5, "0.00001"), (1234567.0, "1234567")],
)
def test_numbers_have_no_exponent(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_places_in_words() -> None:
    assert place_text("ntb_cut", ("Rest of world",)) == "the rest of the world"
    assert place_text("ntb_cut", ("Japan", "EU", "USA")) == "Japan, the EU and the USA"
    assert place_text("port_merger", ("Dalian",)) == "the port of Dalian"
    assert place_text("port_merger", ("Dalian", "Yingkou"), "zh") == "大连港和营口港"
    assert place_text("public_investment", ("",)) == "the province"
    assert (count_word(0), count_word(12), count_word(13)) == ("no", "twelve", "13")


@pytest.mark.parametrize(("a", "b"), list(itertools.permutations(["baseline", "cjk_fta", "no_financing_curb"], 2)))
def test_a_card_speaks_of_every_quarter_that_differs(a: str, b: str) -> None:
    one, other = load_scenario(a), load_scenario(b)
    spoken = {
        (change.instrument, quarter)
        for change in describe(other, one).changes
        for quarter in range(to_index(change.start), to_index(change.end or "2035Q4") + 1)
    }
    found = stretches(one.entries, other.entries)
    assert found
    assert spoken == {(s.instrument, quarter) for s in found for quarter in range(s.start, s.end + 1)}


def test_three_files_add_up_in_any_order(tmp_path: Path) -> None:
    """In words and in numbers: 2 + 3 from 2027, and 1 for two quarters."""
    parts = [
        write(tmp_path, "a", lever("public_consumption", "", size=2)),
        write(tmp_path, "b", lever("public_consumption", "", size=3, start="2027Q1", phase_in=2)),
        write(tmp_path, "c", lever("public_consumption", "", size=1, start="2027Q1", end="2027Q2")),
    ]
    orders = [load_scenario("+".join(order)) for order in itertools.permutations(parts)]
    assert {scenario.schedule().hash for scenario in orders} == {orders[0].schedule().hash}
    policy = orders[0].schedule().policy(120, {})["public_consumption"]
    assert policy[[79, 80, 83, 84, 85, 86, 119]].tolist() == [0.0, 2.0, 2.0, 4.5, 6.0, 5.0, 5.0]
    assert [change.scenario for change in describe(orders[0]).changes] == ["a", "c", "b"]
