"""Meanings of parameters in Chinese: complete, in order, and wholly Chinese."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from simulator.parameter_words import chinese, meaning
from simulator.parameters import GROUP_SUFFIXES, names, parameters
from simulator.words import name_word

ABBREVIATIONS = {"GDP", "FDI", "TFP", "R&D"}


def headings(file: str) -> list[tuple[str, list[str]]]:
    """Return the comment headings of a file with the parameters under each, in order."""
    text = files("simulator").joinpath(file).read_text(encoding="utf-8")
    parts = re.split(r"^# ---- (.+)$", text, flags=re.M)[1:]
    found = [re.findall(r"^\[?([a-z0-9_]+)(?:\]| = \"[^\"]*[\u4e00-\u9fff])", part, re.M) for part in parts[1::2]]
    return list(zip(parts[::2], found, strict=True))


def test_every_parameter_has_a_chinese_meaning_in_the_same_order() -> None:
    assert tuple(chinese()) == names()
    assert len(names()) > 200


def test_both_files_have_the_same_headings_over_the_same_parameters() -> None:
    ours = headings("parameters_zh.toml")
    assert ours == headings("parameters.toml")
    assert [name for _, under in ours for name in under] == list(names())


@pytest.mark.parametrize("name", names())
def test_a_meaning_is_chinese(name: str) -> None:
    text = meaning(name, "zh")
    assert len(re.findall("[\u4e00-\u9fff]", text)) >= 2
    assert set(re.findall(r"[A-Za-z][A-Za-z&]*", text)) <= ABBREVIATIONS
    assert not re.search(r"[,;:()\s]", text), "punctuation of half width"
    assert "；" not in text, "meanings of joined parameters are joined by it"
    assert len(text) <= 32


def test_a_year_in_english_is_in_chinese_too() -> None:
    years = {p.name: re.findall(r"\b(?:19|20)\d\d\b", p.meaning) for p in parameters()}
    assert sum(map(bool, years.values())) > 15
    for name, found in years.items():
        assert re.findall(r"(?:19|20)\d\d", meaning(name, "zh")) == found, name


def test_industry_groups_differ_by_their_name_only() -> None:
    stems = [name.removesuffix(f"_{GROUP_SUFFIXES[0]}") for name in names() if name.endswith(f"_{GROUP_SUFFIXES[0]}")]
    assert len(stems) > 8
    for stem in stems:
        parts = [meaning(f"{stem}_{group}", "zh").rpartition("：") for group in GROUP_SUFFIXES]
        assert len({first for first, _, _ in parts}) == 1, stem
        assert [last for _, _, last in parts] == [name_word(group, "zh") for group in GROUP_SUFFIXES], stem


def test_no_two_parameters_have_the_same_meaning() -> None:
    assert [text for text, count in Counter(chinese().values()).items() if count > 1] == []


def test_english_is_what_the_declaration_says() -> None:
    assert {p.name: meaning(p.name) for p in parameters()} == {p.name: p.meaning for p in parameters()}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_unknown_name_is_a_key_error(lang: str) -> None:
    with pytest.raises(KeyError, match="tax_rat"):
        meaning("tax_rat", lang)
