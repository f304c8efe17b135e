"""Levers as a form: the same policy as shipped, as saved and as a link; what is wrong with other links and files."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from simulator.errors import InputError
from simulator.levers import INSTRUMENTS
from simulator.periods import to_index
from simulator.scenario import load_scenario
from simulator.schedule import Range
from tests.scenario_files import FOLDER, SHIPPED
from viz.what_if.address import from_query, to_query
from viz.what_if.conflicts import ConflictError, conflict_of
from viz.what_if.form import (
    MAX_UPLOAD,
    Field,
    Form,
    ends,
    form_of_file,
    form_sent,
    new_field,
    own_form,
    scenario_of,
    slider_length,
    slider_position,
    slider_step,
    slider_value,
    starts,
    to_toml,
)

NTB = 1
"""Place of the cut of non-tariff barriers among the levers of cjk_fta."""


def changed() -> Form:
    """Return three levers of a shipped scenario, of which one is larger and one off, and one more."""
    form = own_form("cjk_fta")
    form = form.with_field(NTB, replace(form.fields[NTB], value=0.06))
    form = form.with_field(2, replace(form.fields[2], on=False))
    form = form.adding(new_field("talent_subsidy"))
    return form.with_field(3, replace(form.fields[3], targets=("Dalian", "Fushun"), end=to_index("2031Q2")))


def through_link(form: Form) -> tuple[Form, InputError | None]:
    return from_query(dict(parse_qsl(urlencode(to_query(form)))), "baseline")


# The same policy


@pytest.mark.parametrize("name", [*SHIPPED, "cjk_fta+talent_retention"])
def test_an_unchanged_form_is_the_shipped_scenario(name: str) -> None:
    assert scenario_of(own_form(name)).schedule().hash == load_scenario(name).schedule().hash


def test_the_saved_file_is_what_is_simulated(tmp_path: Path) -> None:
    path = tmp_path / "my_policy.toml"
    path.write_text(to_toml(changed()), encoding="utf-8")
    saved = load_scenario(path)
    assert saved == scenario_of(changed())
    assert (saved.name, saved.extends, saved.sources[0]) == ("my_policy", "baseline", "Set in the app")
    assert saved.title == f"{load_scenario('cjk_fta').title} (changed)"
    assert saved.title_zh == f"{load_scenario('cjk_fta').title_zh}（已修改）"


def test_a_lever_that_is_off_is_not_in_the_policy() -> None:
    instruments = [lever.instrument for lever in scenario_of(changed()).levers]
    assert instruments == ["tariff_cut", "ntb_cut", "talent_subsidy"]


def test_all_levers_off_is_the_baseline() -> None:
    form = own_form("talent_retention")
    off = form.with_field(0, replace(form.fields[0], on=False))
    assert scenario_of(off).schedule().hash == load_scenario("baseline").schedule().hash


def test_every_instrument_can_be_added() -> None:
    for name in INSTRUMENTS:
        added = scenario_of(own_form("baseline").adding(new_field(name))).levers
        assert [lever.instrument for lever in added] == [name]
        assert added[0].size == new_field(name).size


def test_levers_of_two_scenarios_together() -> None:
    form = own_form("cjk_fta").adding(*own_form("talent_retention").fields)
    assert scenario_of(form).schedule().hash == load_scenario("cjk_fta+talent_retention").schedule().hash


def test_a_form_has_so_many_levers_and_no_more() -> None:
    form = own_form("baseline").adding(*[new_field("public_consumption")] * 40)
    assert len(form.fields) == 40
    with pytest.raises(InputError, match="a policy has at most 40 levers here"):
        form.adding(new_field("tariff_cut"))


# Contradictions


def twice(**changes: object) -> tuple[Field, Field]:
    """Return support of research in all cities and once more, the second changed."""
    return new_field("rd_support"), replace(new_field("rd_support"), **changes)  # type: ignore[arg-type]


def test_a_lever_set_twice_is_told_in_the_words_of_the_page() -> None:
    conflict = conflict_of(twice(targets=("Dalian", "Fushun"), start=to_index("2030Q1")))
    assert conflict is not None
    assert conflict.text("en").startswith("R&D support is set twice for Dalian and Fushun from 2030Q1 to 2035Q4:")
    assert conflict.text("zh").startswith("“研发支持”自2030年一季度至2035年四季度对大连和抚顺设定了两次：")
    with pytest.raises(ConflictError, match="is set twice for Dalian and Fushun"):
        scenario_of(own_form("baseline").adding(*twice(targets=("Dalian", "Fushun"))))


@pytest.mark.parametrize(
    "fields",
    [
        (replace(new_field("rd_support"), targets=("Dalian",)), replace(new_field("rd_support"), targets=("Fushun",))),
        (replace(new_field("rd_support"), end=95), replace(new_field("rd_support"), start=96)),
        twice(on=False),
        (new_field("public_investment"), new_field("public_investment")),
    ],
    ids=["other cities", "later", "off", "additive"],
)  # fmt: skip
def test_levers_that_can_hold_together_are_a_policy(fields: tuple[Field, ...]) -> None:
    assert conflict_of(fields) is None
    assert scenario_of(own_form("baseline").adding(*fields)).levers


def test_sizes_that_add_up_to_too_much_are_told_with_the_bound() -> None:
    fields = [replace(new_field("public_investment"), value=value) for value in (11.0, 9.0)]
    assert conflict_of(fields) is None
    conflict = conflict_of([fields[0], replace(fields[1], value=9.2)])
    assert str(conflict).startswith("Extra public investment adds up to more than 20 bn yuan from 2026Q1 to 2035Q4")


def test_two_ranges_of_one_lever_are_told_and_an_exact_size_mends_it() -> None:
    first = replace(own_form("cjk_fta").fields[NTB], end=to_index("2029Q4"))
    later = replace(first, start=to_index("2030Q1"), end=to_index("2035Q4"), value=0.06)
    assert str(conflict_of([first, later])).startswith("Cut of non-tariff barriers has two ranges for Japan and Korea")
    exact = replace(later, exact=True)
    assert conflict_of([first, exact]) is None
    assert len(scenario_of(own_form("baseline").adding(first, exact)).levers) == 2


# Sizes


def test_a_range_moves_and_widens_with_its_most_likely_size() -> None:
    field = own_form("cjk_fta").fields[NTB]
    assert field.size == Range(0.02, 0.04, 0.06)
    assert replace(field, value=0.06).size == Range(0.03, 0.06, 0.09)
    assert replace(field, value=0.02).size == Range(0.01, 0.02, 0.03)


def test_a_range_stays_within_the_bounds_of_its_instrument() -> None:
    field = own_form("cjk_fta").fields[NTB]
    assert field.spec.high == 0.15
    assert replace(field, value=0.14).size == Range(0.07, 0.14, 0.15)
    assert replace(field, value=0.15).size == Range(0.075, 0.15, 0.15)


def test_a_range_comes_back_from_zero_as_it_was() -> None:
    field = own_form("cjk_fta").fields[NTB]
    nothing = replace(field, value=0.0)
    assert nothing.size == 0.0
    assert replace(nothing, value=field.value) == field


def test_a_range_from_zero_moves_as_it_is() -> None:
    field = replace(own_form("cjk_fta").fields[NTB], shape=Range(0.0, 0.0, 0.02), value=0.05)
    assert field.size == Range(0.05, 0.05, 0.07)


def test_an_exact_size_is_a_number() -> None:
    assert replace(own_form("cjk_fta").fields[NTB], exact=True).size == 0.04


@pytest.mark.parametrize(
    ("name", "step", "length"),
    [("ntb_cut", 0.002, 75), ("tariff_cut", 0.01, 100), ("merger_synergy", 0.001, 80), ("rail_corridor", 0.2, 100),
     ("metro_integration", 0.005, 50)],
)  # fmt: skip
def test_steps_of_a_slider(name: str, step: float, length: int) -> None:
    spec = INSTRUMENTS[name]
    assert (slider_step(spec), slider_length(spec)) == (step, length)
    assert (slider_value(spec, 0), slider_value(spec, length)) == (spec.low, spec.high)


def test_every_step_of_every_slider_is_a_size_that_is_allowed() -> None:
    for spec in INSTRUMENTS.values():
        field = new_field(spec.name)
        for position in range(slider_length(spec) + 1):
            value = slider_value(spec, position)
            assert spec.low <= value <= spec.high
            assert slider_position(replace(field, value=value)) == position


def test_shipped_sizes_lie_on_steps() -> None:
    """Else a slider would show another size than the lever has."""
    for name in SHIPPED:
        for field in own_form(name).fields:
            assert slider_value(field.spec, slider_position(field)) == field.value, (name, field.instrument)


# Quarters


def test_starts_begin_after_history_or_where_the_lever_does() -> None:
    assert starts(new_field("tariff_cut"))[0] == "2018Q1"
    assert starts(new_field("tariff_cut"))[-1] == "2035Q4"
    assert starts(own_form("no_financing_curb").fields[0])[:2] == ("2014Q2", "2018Q1")


def test_ends_do_not_lie_before_the_start() -> None:
    field = replace(new_field("tariff_cut"), start=to_index("2035Q3"))
    assert ends(field) == ("2035Q3", "2035Q4")


# Links


def test_a_link_reproduces_the_levers() -> None:
    form, problem = through_link(changed())
    assert problem is None
    assert scenario_of(form) == scenario_of(changed())
    assert [field.on for field in form.fields] == [True, True, False, True]
    assert to_query(form) == to_query(changed())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_link_to_a_shipped_scenario_is_short(name: str) -> None:
    assert to_query(own_form(name)) == {"policy": name}
    assert through_link(own_form(name)) == (own_form(name), None)


def test_the_parameters_of_a_link_stay_what_they_are() -> None:
    """Links that people keep must go on working."""
    assert to_query(changed()) == {
        "policy": "cjk_fta",
        "levers": "4",
        "lever1": "tariff_cut~Japan,Korea~2026Q1~2035Q4~40~1",
        "lever2": "ntb_cut~Japan,Korea~2026Q1~2035Q4~20~0.03..0.06..0.09",
        "lever3": "services_opening~Japan,Korea~2026Q1~2035Q4~20~0..0.1..0.2~off",
        "lever4": "talent_subsidy~Dalian,Fushun~2026Q1~2031Q2~8~0.125",
    }


def test_an_address_without_levers_is_the_default() -> None:
    assert from_query({"lang": "zh"}, "talent_retention") == (own_form("talent_retention"), None)


def test_a_link_without_any_lever() -> None:
    assert from_query({"policy": "cjk_fta", "levers": "0"}, "baseline")[0].fields == ()


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("policy", "cjkfta", '"cjkfta" is not a shipped scenario; did you mean "cjk_fta"?'),
        ("policy", "../secret.toml", '"../secret.toml" is not a shipped scenario'),
        ("policy", "baseline+cjk_fta", 'baseline+cjk_fta: "cjk_fta" already extends "baseline"'),
        ("extends", "/etc/passwd", 'extends: "/etc/passwd" is not a shipped scenario; allowed: baseline'),
        ("levers", "41", 'levers: "41" is not allowed; write a whole number from 0 to 40'),
        ("levers", "-1", 'levers: "-1" is not allowed; write a whole number from 0 to 40'),
        ("levers", "9" * 5000, "levers: "),
        ("levers", "5", "lever5: missing; levers = 5 announces it"),
        ("lever2", "ntb_cut", 'lever2: "ntb_cut" is not a lever; write instrument~targets~start~end~phase_in~size'),
        ("lever2", "ntb_cuts~all~2026Q1~2035Q4~8~0.1",
         'lever2, instrument: "ntb_cuts" is not an instrument; did you mean "ntb_cut"?'),
        ("lever2", "ntb_cut~Japna~2026Q1~2035Q4~8~0.1",
         'lever2 (ntb_cut), partners: "Japna" is not known; did you mean "Japan"?'),
        ("lever2", "ntb_cut~Japan~2026Q5~2035Q4~8~0.1", 'lever2 (ntb_cut), start: "2026Q5" is not a quarter'),
        ("lever2", "ntb_cut~Japan~2026Q1~2036Q1~8~0.1",
         'lever2 (ntb_cut), end: "2036Q1" is out of range; allowed: 2006Q1 to 2035Q4'),
        ("lever2", "ntb_cut~Japan~2026Q1~2025Q4~8~0.1",
         'lever2 (ntb_cut), end: "2025Q4" is before start, "2026Q1"'),
        ("lever2", "ntb_cut~Japan~2026Q1~2035Q4~121~0.1",
         'lever2 (ntb_cut), phase_in: "121" is not allowed; write a whole number of quarters, 0 to 120'),
        ("lever2", "ntb_cut~Japan~2026Q1~2035Q4~8~0.2",
         "lever2 (ntb_cut), size: 0.2 is out of range; allowed: 0 to 0.15 (ad-valorem points)"),
        ("lever2", "ntb_cut~Japan~2026Q1~2035Q4~8~0.1..0.2..0.3", "lever2 (ntb_cut), size: 0.2 is out of range"),
        ("lever2", "ntb_cut~Japan~2026Q1~2035Q4~8~0.1..0.05..0.12",
         'lever2 (ntb_cut), size: "0.1..0.05..0.12" is not in order'),
        ("lever2", "ntb_cut~Japan~2026Q1~2035Q4~8~nan",
         'lever2 (ntb_cut), size: "nan" is not allowed; write a number, or low..mode..high'),
        ("lever2", "ntb_cut~Japan~2026Q1~2035Q4~8~much", 'lever2 (ntb_cut), size: "much" is not allowed'),
        ("lever2", "port_merger~all~2026Q1~2035Q4~0~0.5", "lever2 (port_merger), size: 0.5 is not allowed"),
        ("lever2", "port_merger~all~2026Q1~2035Q4~4~1", "lever2 (port_merger), phase_in: 4 is not allowed"),
        ("lever2", "tariff_cut~Japan~2026Q1~2035Q4~8~0.1",
         "Cut of remaining tariffs is set twice for Japan from 2026Q1 to 2035Q4"),
    ],
)  # fmt: skip
def test_a_wrong_link_says_what_is_wrong_and_leaves_the_own_levers(key: str, value: str, sentence: str) -> None:
    form, problem = from_query(to_query(changed()) | {key: value}, "talent_retention")
    assert str(problem).startswith(sentence)
    assert form == own_form("talent_retention" if key == "policy" else "cjk_fta")


# Files that are sent


def test_a_shipped_file_that_is_sent_is_its_form() -> None:
    content = (FOLDER / "cjk_fta.toml").read_bytes()
    form = form_of_file(content, "cjk_fta.toml")
    assert form == replace(own_form("cjk_fta"), origin="baseline")


def test_a_saved_file_can_be_sent_back() -> None:
    form = form_of_file(to_toml(changed()).encode(), "my_policy.toml")
    assert scenario_of(form).schedule().hash == scenario_of(changed()).schedule().hash


def test_a_file_on_top_of_a_shipped_scenario_keeps_what_that_does() -> None:
    text = to_toml(own_form("talent_retention")).replace('extends = "baseline"', 'extends = "cjk_fta"')
    form = form_of_file(text.encode(), "mine.toml")
    assert (form.origin, form.extends, len(form.fields)) == ("cjk_fta", "cjk_fta", 1)
    together = load_scenario("cjk_fta+talent_retention").schedule().hash
    assert scenario_of(form).schedule().hash == together
    assert scenario_of(through_link(form)[0]).schedule().hash == together


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"#" * (MAX_UPLOAD + 1), "mine.toml: 65,537 bytes; a scenario file has at most 65,536"),
        (b"\xff\xfe", r"mine.toml: not UTF-8 text \(byte 0\)"),
        (b"not toml", "mine.toml: not valid TOML"),
        (b"", r"mine.toml: \[scenario\]: missing"),
        (to_toml(own_form("cjk_fta")).replace('"baseline"', '"elsewhere"').encode(),
         r'mine.toml: \[scenario\] extends: "elsewhere" is not a scenario'),
        (to_toml(own_form("cjk_fta")).replace("size = 1\n", "size = 2\n").encode(),
         r"mine.toml: lever 1 \(tariff_cut\), size: 2 is out of range"),
    ],
    ids=["large", "bytes", "text", "empty", "parent", "size"],
)  # fmt: skip
def test_a_wrong_file_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=f"^{sentence}"):
        form_of_file(content, "mine.toml")


def sent(content: bytes, name: str = "mine.toml") -> dict[str, object]:
    return {"name": name, "size": len(content), "content": base64.b64encode(content).decode()}


def test_what_a_browser_sends_is_the_file() -> None:
    form, name = form_sent(sent(to_toml(changed()).encode()))
    assert (scenario_of(form).schedule().hash, name) == (scenario_of(changed()).schedule().hash, "mine.toml")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "mine.toml", "size": MAX_UPLOAD + 1, "content": ""}, "mine.toml: more than 65,536 bytes"),
        ({"name": "mine.toml", "size": 1, "content": "A" * (2 * MAX_UPLOAD + 4)}, "mine.toml: more than 65,536 bytes"),
        ({"name": "mine.toml", "size": 1, "content": "A" * (2 * MAX_UPLOAD)}, "mine.toml: 98,304 bytes"),
        ({"name": "mine.toml", "size": 1, "content": "no base64!"}, "mine.toml: what arrived is not the file"),
        ({}, "file: .scenario.: missing"),
    ],
)
def test_what_no_browser_sends_is_refused(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=f"^{sentence}"):
        form_sent(given)


def test_a_file_that_lies_beside_the_server_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parent.toml").write_text(to_toml(own_form("cjk_fta"), "parent"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    child = to_toml(own_form("talent_retention")).replace('"baseline"', '"parent"')
    with pytest.raises(InputError, match='"parent" is not a scenario'):
        form_of_file(child.encode(), "mine.toml")
