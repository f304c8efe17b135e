"""What the what-if page says of an instrument: bounds in the words of its size, basis and rules in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from simulator.levers import INSTRUMENTS
from simulator.levers_text import GROUNDS
from simulator.wording import bounds_text, ends_text
from viz.structure.facts import equations_in
from viz.what_if.about import notes_of, parts_of
from viz.what_if.form import new_field
from viz.what_if.view import lever_text


@pytest.mark.parametrize(
    ("name", "lang", "ends", "bounds"),
    [
        ("rd_support", "en", ("0 %", "100 %"), "0 to 100 % of research spending"),
        ("rd_support", "zh", ("0%", "100%"), "研发支出的0%至100%"),
        ("ntb_cut", "en", ("0 points", "15 points"), "0 to 15 points of the traded price"),
        ("services_opening", "en", ("0 %", "64.9 %"), "0 to 64.9 % higher odds of choosing Liaoning"),
        ("merger_synergy", "zh", ("0%", "8%"), "单位成本的0%至8%"),
    ],
)
def test_bounds_are_told_as_sizes_are(name: str, lang: str, ends: tuple[str, str], bounds: str) -> None:
    assert ends_text(name, lang) == ends
    assert bounds_text(name, lang) == bounds


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_largest_size_reads_as_the_upper_bound(lang: str) -> None:
    for spec in INSTRUMENTS.values():
        if not spec.integer:
            text = lever_text(replace(new_field(spec.name), value=spec.high), lang)
            assert ends_text(spec.name, lang)[1] in text, spec.name


def test_notes_tell_bounds_basis_and_cost_and_no_code() -> None:
    notes = notes_of("rd_support", False, "en")
    assert "Allowed: 0 to 100 % of research spending." in notes
    assert "Basis: chosen by the policy; nothing is estimated." in notes
    assert INSTRUMENTS["rd_support"].cost in notes
    assert not re.search(r"\bE\d+\b|0\.\d", " ".join(notes))


def test_notes_tell_whether_the_size_is_drawn() -> None:
    drawn, exact = (notes_of("ntb_cut", drawn, "en")[0] for drawn in (True, False))
    assert drawn.startswith("The size is a range") and exact.startswith("Every run takes exactly this size")


def test_an_instrument_whose_sizes_add_up_says_so() -> None:
    adding = {name for name in INSTRUMENTS if "Several levers of this kind add up." in notes_of(name, False, "en")}
    assert adding == {name for name, spec in INSTRUMENTS.items() if spec.additive}


def test_no_english_is_left_in_chinese_notes() -> None:
    names = {"Kawasaki", "RCEP", "Tan", "Huang", "Woo", "Guo", "Liu", "Ma", "Li", "ADB", "TA", "GDP"}
    for name in INSTRUMENTS:
        text = " ".join(notes_of(name, False, "zh"))
        assert set(re.findall(r"[A-Za-z]{2,}", text)) <= names, text


def test_every_basis_is_told_and_none_is_idle() -> None:
    assert {spec.source.partition("; ")[2] for spec in INSTRUMENTS.values()} == set(GROUNDS)


def test_rules_that_read_an_instrument_are_named_with_their_equations() -> None:
    own, learns = parts_of("rd_support", "en")
    assert (learns.name, learns.step) == ("Total factor productivity (E13, E15)", 47)
    assert learns.sentence.startswith("Total factor productivity (E13, E15): own trend")
    assert own.name == "Own revenue (E60)"


def test_every_instrument_has_a_rule_in_both_languages() -> None:
    for name in INSTRUMENTS:
        english, chinese = parts_of(name, "en"), parts_of(name, "zh")
        assert len(english) == len(chinese) >= 1, name
        for one, other in zip(english, chinese, strict=True):
            assert equations_in(one.name) == equations_in(other.name) != ""
            assert re.search(r"[\u4e00-\u9fff]", other.name), other.name
            assert not one.name.startswith("(")
