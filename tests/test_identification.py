"""How well data identify each parameter: the shipped table and what a wrong one is told."""

from __future__ import annotations

import pytest

from simulator.errors import InputError
from simulator.identification import QUALITIES, identification, identified, quality_words, read, worst
from simulator.levers import INSTRUMENTS
from simulator.parameters import names

HEAD = """
[rules.unlisted]
by = "a"
by_zh = "b"
[rules.size]
by = "c"
by_zh = "d"
""" + "".join(f'[words.{q}]\nlabel = "l"\nlabel_zh = "l"\nmeaning = "m"\nmeaning_zh = "m"\n' for q in QUALITIES)
GROUP = '[[group]]\nquality = "good"\nby = "x"\nby_zh = "y"\nparameters = ["one", "two"]\n'
KNOWN = ("one", "two", "three")


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_every_parameter_has_a_quality() -> None:
    assert tuple(identification()) == names()
    assert {entry.quality for entry in identification().values()} == set(QUALITIES)
    assert all(name == entry.name for name, entry in identification().items())


@pytest.mark.parametrize(
    ("name", "quality"),
    [
        ("income_elasticity_downturn", "good"),
        ("tax_rate", "good"),
        ("padding_speed", "good"),
        ("import_elasticity", "fair"),
        ("rollover_a", "weak"),
        ("migration_speed", "weak"),
        ("trade_elasticity_long_run", "none"),
        ("port_markup", "none"),
        ("control_catch_up_a", "none"),
        ("fdi_zone", "none"),
        ("capital_share", "none"),
    ],
)
def test_judgements_that_texts_rely_on(name: str, quality: str) -> None:
    assert identified(name).quality == quality


def test_what_no_group_lists_is_not_identified() -> None:
    entry = identified("capital_share")
    assert (entry.quality, entry.by) == ("none", "literature or assumption only")


def test_parameters_that_act_only_after_the_data_are_not_identified() -> None:
    for name in ("soe_birth_rate", "growth_deviation_china", "outside_size_growth_later"):
        assert identified(name).quality == "none"


def test_sizes_of_levers_are_never_identified() -> None:
    for name in INSTRUMENTS:
        assert identified(name).quality == "none"
    assert "size of a policy" in identified("ntb_cut:Japan").by
    assert not set(INSTRUMENTS) & set(names())


def test_texts_exist_in_both_languages() -> None:
    assert tuple(quality_words()) == QUALITIES
    for words in quality_words().values():
        assert chinese(words.label_zh) and chinese(words.meaning_zh)
        assert not chinese(words.label + words.meaning)
    for entry in (*identification().values(), identified("tariff_cut")):
        assert chinese(entry.by_zh), entry
        assert not chinese(entry.by), entry


def test_worst_quality() -> None:
    assert worst(["good", "weak", "fair"]) == "weak"
    assert worst(["none", "good"]) == "none"


def test_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(InputError, match='neither a parameter nor an instrument; did you mean "tax_rate"'):
        identified("tax_rat")


def test_reading_a_table() -> None:
    table = read(HEAD + GROUP, "t.toml", KNOWN)
    assert [(e.name, e.quality, e.by) for e in table.entries.values()] == [
        ("one", "good", "x"),
        ("two", "good", "x"),
        ("three", "none", "a"),
    ]
    assert (table.size_by, table.size_by_zh) == ("c", "d")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + GROUP.replace('"two"', '"twoo"'), "group 1: parameters: 'twoo' is not a parameter; did you mean"),
        (HEAD + GROUP + GROUP, "t.toml: group 2: parameters: 'one' is listed twice"),
        (HEAD + GROUP.replace('"two"', '"one"'), "group 1: parameters: 'one' is listed twice"),
        (HEAD + GROUP.replace('"good"', '"god"'), "quality = 'god'; allowed are good, fair, weak, none; did you mean"),
        (HEAD + GROUP.replace('by = "x"\n', ""), "group 1: by is missing"),
        (HEAD + GROUP.replace('by = "x"', 'by = " "'), "group 1: by must be a text"),
        (HEAD + GROUP.replace('"one", "two"', ""), "group 1: parameters must be a list"),
        (HEAD + GROUP + 'size = "x"\n', "group 1: size is not known"),
        (HEAD.replace("[words.none]", "[words.nothing]") + GROUP, "t.toml: words: none is missing"),
        (HEAD.replace('by_zh = "b"', "") + GROUP, "rules.unlisted: by_zh is missing"),
        (HEAD.replace('meaning = "m"', "meaning = 1") + GROUP, "words.good: meaning must be a text"),
        (HEAD, "t.toml: group is missing"),
        (HEAD + GROUP.replace("[[group]]", "[group]"), "write \\[\\[group\\]\\]"),
        ("[", "t.toml: not valid TOML"),
    ],
)
def test_wrong_tables_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text, "t.toml", KNOWN)
