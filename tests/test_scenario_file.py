# ruff: noqa: E501
"""Wrong scenario files: every message is written out in full, as a user would read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.levers import INSTRUMENTS
from simulator.records import CITIES, PARTNERS
from simulator.scenario_file import parse
from simulator.schedule import Range
from simulator.text_file import MAX_BYTES, read_text

HEAD = """[scenario]
name = "x"
title = "T"
summary = "S"
sources = ["A"]
extends = "baseline"
"""
NTB = """instrument = "ntb_cut"
partners = ["Japan"]
start = "2026Q1"
size = 0.04
"""
VALID = f"{HEAD}\n[[lever]]\n{NTB}"

INSTRUMENT_NAMES = ", ".join(INSTRUMENTS)
PARTNER_NAMES = ", ".join(PARTNERS)
CITY_NAMES = ", ".join(CITIES)
LEVER_KEYS = "instrument, start, size, end, phase_in, partners, cities, ports, sectors"

# What stands in VALID, what stands there instead, the message
EDITS = [
    ('name = "x"', "", "[scenario] name: missing"),
    ('sources = ["A"]', "", '[scenario] sources: missing; write a list of strings, such as ["Assumption"]'),
    (
        'name = "x"',
        'name = "My Scenario"',
        '[scenario] name: "My Scenario" is not allowed; write a plain name: a-z, 0-9 and _, starting with a letter, at most 60 characters',
    ),
    (
        'extends = "baseline"',
        'extends = "../secret"',
        '[scenario] extends: "../secret" is not allowed; write a plain name: a-z, 0-9 and _, starting with a letter, at most 60 characters',
    ),
    (
        'name = "x"',
        'name = ""',
        '[scenario] name: "" is not allowed; write a plain name: a-z, 0-9 and _, starting with a letter, at most 60 characters',
    ),
    ('title = "T"', "title = 5", "[scenario] title: 5 is not allowed; write text in quotes"),
    ('title = "T"', 'title = "  "', '[scenario] title: "  " is not allowed; write some text'),
    ('sources = ["A"]', "sources = []", "[scenario] sources: [] is not allowed; the list must not be empty"),
    ('sources = ["A"]', 'sources = "A"', '[scenario] sources: "A" is not allowed; write a list of strings'),
    ('sources = ["A"]', 'sources = ["A", 3]', "[scenario] sources item 2: 3 is not allowed; write text in quotes"),
    ('sources = ["A"]', 'sources = ["A", ""]', '[scenario] sources item 2: "" is not allowed; write some text'),
    (
        'extends = "baseline"',
        'extends = ["baseline"]',
        "[scenario] extends: a list is not allowed; write text in quotes",
    ),
    (
        'extends = "baseline"',
        'extends = "baseline"\nsumary = "S"',
        '[scenario]: unknown key "sumary"; did you mean "summary"?; allowed: name, title, summary, sources, extends, title_zh, summary_zh, notes, notes_zh',
    ),
    (
        "size = 0.04",
        "size = 0.04\nsise = 3",
        'lever 1 (ntb_cut): unknown key "sise"; did you mean "size"?; allowed: ' + LEVER_KEYS,
    ),
    (
        'instrument = "ntb_cut"',
        'instrument = "tarif_cut"',
        'lever 1, instrument: "tarif_cut" is not an instrument; did you mean "tariff_cut"?',
    ),
    (
        'instrument = "ntb_cut"',
        'instrument = "qqqq"',
        'lever 1, instrument: "qqqq" is not an instrument; allowed: ' + INSTRUMENT_NAMES,
    ),
    ('instrument = "ntb_cut"', "", "lever 1, instrument: missing; name the instrument that the lever sets"),
    ('instrument = "ntb_cut"', "instrument = 7", "lever 1, instrument: 7 is not allowed; write text in quotes"),
    ('start = "2026Q1"', "", 'lever 1 (ntb_cut), start: missing; write the first quarter in force, such as "2026Q1"'),
    (
        "size = 0.04",
        "",
        "lever 1 (ntb_cut), size: missing; write the full effect, a number or {low = ..., mode = ..., high = ...}",
    ),
    ('partners = ["Japan"]', "", 'lever 1 (ntb_cut), partners: missing; write "all" or a list of: ' + PARTNER_NAMES),
    (
        'partners = ["Japan"]',
        'cities = ["Dalian"]',
        "lever 1 (ntb_cut), cities: not allowed here; ntb_cut takes partners",
    ),
    (
        'partners = ["Japan"]',
        'partners = ["Jpan"]',
        'lever 1 (ntb_cut), partners: "Jpan" is not known; did you mean "Japan"?',
    ),
    (
        'partners = ["Japan"]',
        'partners = ["japan"]',
        'lever 1 (ntb_cut), partners: "japan" is not known; did you mean "Japan"?',
    ),
    (
        'partners = ["Japan"]',
        'partners = ["Japan", "Japan"]',
        'lever 1 (ntb_cut), partners: "Japan" stands there twice; name each target once',
    ),
    (
        'partners = ["Japan"]',
        "partners = []",
        "lever 1 (ntb_cut), partners: [] is not allowed; the list must not be empty",
    ),
    (
        'partners = ["Japan"]',
        'partners = "Japan"',
        'lever 1 (ntb_cut), partners: "Japan" is not allowed; write "all" or a list in brackets',
    ),
    (
        'partners = ["Japan"]',
        "partners = 5",
        'lever 1 (ntb_cut), partners: 5 is not allowed; write "all" or a list of names',
    ),
    (
        'partners = ["Japan"]',
        'partners = ["Japan", 5]',
        "lever 1 (ntb_cut), partners: 5 is not allowed; write text in quotes",
    ),
    (
        'start = "2026Q1"',
        "start = 2026-01-01",
        'lever 1 (ntb_cut), start: 2026-01-01 is not allowed; write text in quotes, such as "2026Q1"',
    ),
    (
        'start = "2026Q1"',
        "start = 2026",
        'lever 1 (ntb_cut), start: 2026 is not allowed; write text in quotes, such as "2026Q1"',
    ),
    (
        'start = "2026Q1"',
        'start = "2026-Q1"',
        'lever 1 (ntb_cut), start: "2026-Q1" is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"',
    ),
    (
        'start = "2026Q1"',
        'start = "2026Q5"',
        'lever 1 (ntb_cut), start: "2026Q5" is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"',
    ),
    (
        'start = "2026Q1"',
        'start = "2005Q4"',
        'lever 1 (ntb_cut), start: "2005Q4" is out of range; allowed: 2006Q1 to 2035Q4',
    ),
    (
        'start = "2026Q1"',
        'start = "2036Q1"',
        'lever 1 (ntb_cut), start: "2036Q1" is out of range; allowed: 2006Q1 to 2035Q4',
    ),
    ("size = 0.04", 'size = 0.04\nend = "2025Q4"', 'lever 1 (ntb_cut), end: "2025Q4" is before start, "2026Q1"'),
    (
        "size = 0.04",
        'size = 0.04\nend = "never"',
        'lever 1 (ntb_cut), end: "never" is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"',
    ),
    (
        "size = 0.04",
        'size = "4%"',
        'lever 1 (ntb_cut), size: "4%" is not allowed; write a number or {low = ..., mode = ..., high = ...}',
    ),
    (
        "size = 0.04",
        "size = true",
        "lever 1 (ntb_cut), size: true is not allowed; write a number or {low = ..., mode = ..., high = ...}",
    ),
    ("size = 0.04", "size = nan", "lever 1 (ntb_cut), size: nan is not allowed; write a finite number"),
    ("size = 0.04", "size = inf", "lever 1 (ntb_cut), size: inf is not allowed; write a finite number"),
    (
        "size = 0.04",
        "size = [0.1, 0.2]",
        "lever 1 (ntb_cut), size: a list is not allowed; write a number or {low = ..., mode = ..., high = ...}",
    ),
    (
        "size = 0.04",
        "size = 4",
        "lever 1 (ntb_cut), size: 4 is out of range; allowed: 0 to 0.15 (ad-valorem points); is it a percentage? write 0.04",
    ),
    (
        "size = 0.04",
        "size = 400",
        "lever 1 (ntb_cut), size: 400 is out of range; allowed: 0 to 0.15 (ad-valorem points)",
    ),
    (
        "size = 0.04",
        "size = -0.01",
        "lever 1 (ntb_cut), size: -0.01 is out of range; allowed: 0 to 0.15 (ad-valorem points)",
    ),
    ("size = 0.04", "size = {low = 0.0, high = 0.1}", "lever 1 (ntb_cut), size.mode: missing"),
    (
        "size = 0.04",
        "size = {low = 0.0, mode = 0.05, hi = 0.1}",
        '2 problems\n  lever 1 (ntb_cut), size.high: missing\n  lever 1 (ntb_cut), size: unknown key "hi"; did you mean "high"?; allowed: low, mode, high',
    ),
    (
        "size = 0.04",
        "size = {low = 0.05, mode = 0.02, high = 0.1}",
        "lever 1 (ntb_cut), size: low = 0.05, mode = 0.02, high = 0.1 is not in order; low must not exceed mode, nor mode high",
    ),
    (
        "size = 0.04",
        "size = {low = 0.0, mode = 0.05, high = 0.3}",
        "lever 1 (ntb_cut), size.high: 0.3 is out of range; allowed: 0 to 0.15 (ad-valorem points)",
    ),
    (
        "size = 0.04",
        'size = {low = 0.0, mode = "a", high = 0.1}',
        'lever 1 (ntb_cut), size.mode: "a" is not allowed; write a number',
    ),
    (
        "size = 0.04",
        "size = {low = 0.0, mode = nan, high = 0.1}",
        "lever 1 (ntb_cut), size.mode: nan is not allowed; write a finite number",
    ),
    (
        "size = 0.04",
        "size = 0.04\nphase_in = -1",
        "lever 1 (ntb_cut), phase_in: -1 is not allowed; write a whole number of quarters, 0 to 120",
    ),
    (
        "size = 0.04",
        "size = 0.04\nphase_in = 121",
        "lever 1 (ntb_cut), phase_in: 121 is not allowed; write a whole number of quarters, 0 to 120",
    ),
    (
        "size = 0.04",
        "size = 0.04\nphase_in = 2.5",
        "lever 1 (ntb_cut), phase_in: 2.5 is not allowed; write a whole number of quarters, 0 to 120",
    ),
    (
        "size = 0.04",
        'size = 0.04\nphase_in = "4"',
        'lever 1 (ntb_cut), phase_in: "4" is not allowed; write a whole number of quarters, 0 to 120',
    ),
]

# Whole files, the message
FILES = [
    ("", "[scenario]: missing; the file needs a [scenario] table with name, title, summary, sources and extends"),
    ("scenario = 1", "[scenario]: 1 is not allowed; write a table"),
    ("lever = [3]\n@", "lever 1: 3 is not allowed; write a table"),
    ("@[[levers]]\n#", 'unknown key "levers"; did you mean "lever"?; allowed: scenario, lever'),
    ("@[zzz]\na=1\n", 'unknown key "zzz"; allowed: scenario, lever'),
    ("@[lever]\n#", "[[lever]]: write [[lever]], with double brackets, before each lever"),
    ('@[[lever]]\n#cities = ["Dalian"]\n', "lever 1 (ntb_cut), cities: not allowed here; ntb_cut takes partners"),
    (
        '@[[lever]]\ninstrument = "rail_corridor"\ncities = ["Dalian"]\nstart = "2026Q1"\nsize = 2\n',
        "lever 1 (rail_corridor), cities: not allowed here; rail_corridor takes no target",
    ),
    (
        '@[[lever]]\ninstrument = "talent_subsidy"\ncities = ["Beijing"]\nstart = "2026Q1"\nsize = 0.1\n',
        'lever 1 (talent_subsidy), cities: "Beijing" is not known; allowed: ' + CITY_NAMES,
    ),
    (
        '@[[lever]]\ninstrument = "port_merger"\nports = "all"\nstart = "2026Q1"\nsize = 0.5\n',
        "lever 1 (port_merger), size: 0.5 is not allowed; port_merger is 0 or 1",
    ),
    (
        '@[[lever]]\ninstrument = "port_merger"\nports = "all"\nstart = "2026Q1"\nsize = {low=0,mode=1,high=1}\n',
        "lever 1 (port_merger), size: a range is not allowed; port_merger is 0 or 1",
    ),
    (
        '@[[lever]]\ninstrument = "port_merger"\nports = "all"\nstart = "2026Q1"\nsize = 1\nphase_in = 4\n',
        "lever 1 (port_merger), phase_in: 4 is not allowed; a switch of 0 or 1 has no phase-in",
    ),
    (
        '@[[lever]]\n#[[lever]]\ninstrument = "ntb_cut"\npartners = "all"\nstart = "2028Q1"\nsize = 0.04\n',
        "lever 1 and lever 2 both set ntb_cut for Japan in 2028Q1 to 2035Q4; keep one of them, or end one before the other starts",
    ),
    (
        '@[[lever]]\ninstrument = "ntb_cut"\npartners = ["Japan"]\nstart = "2026Q1"\nsize = 9\n[[lever]]\ninstrument = "ntb_cut"\npartners = ["Mars"]\nstart = "x"\nsize = 0.04\n',
        '3 problems\n  lever 1 (ntb_cut), size: 9 is out of range; allowed: 0 to 0.15 (ad-valorem points); is it a percentage? write 0.09\n  lever 2 (ntb_cut), partners: "Mars" is not known; allowed: Japan, Korea, Russia, ASEAN, EU, USA, Hong Kong, Rest of world\n  lever 2 (ntb_cut), start: "x" is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"',
    ),
]


def message(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse(text, "f.toml")
    return str(error.value)


@pytest.mark.parametrize(("old", "new", "expected"), EDITS, ids=[edit[1] for edit in EDITS])
def test_one_wrong_line(old: str, new: str, expected: str) -> None:
    assert VALID.count(old) == 1
    assert message(VALID.replace(old, new)) == f"f.toml: {expected}"


@pytest.mark.parametrize(("text", "expected"), FILES, ids=[str(i) for i in range(len(FILES))])
def test_wrong_file(text: str, expected: str) -> None:
    """``@`` stands for HEAD, ``#`` for NTB."""
    assert message(text.replace("@", HEAD).replace("#", NTB)) == f"f.toml: {expected}"


def test_toml_errors_say_where() -> None:
    assert message(HEAD + "[[lever]\n").startswith("f.toml: not valid TOML: ")
    assert "line 7" in message(HEAD + "[[lever]\n")


@pytest.mark.parametrize("text", ["a = " + "[" * 20_000, "a = " + "9" * 5_000])
def test_toml_that_the_parser_cannot_hold(text: str) -> None:
    assert message(text) == "f.toml: not valid TOML: a number is too long or values are nested too deeply"


def test_a_very_large_number() -> None:
    expected = "a very large number is not allowed; write a number or {low = ..., mode = ..., high = ...}"
    assert message(VALID.replace("0.04", "1" + "0" * 400)) == f"f.toml: lever 1 (ntb_cut), size: {expected}"


def test_long_values_are_shortened() -> None:
    shown = '"' + "a" * 56 + "..."
    assert message(VALID.replace('"T"', f'"{"a" * 6000}"')) == (
        f"f.toml: [scenario] title: {shown} is not allowed; at most 5000 characters"
    )


def test_control_characters_do_not_reach_the_terminal() -> None:
    found = message(VALID.replace("ntb_cut", "\\u001b[31m\\n"))
    assert found.startswith('f.toml: lever 1, instrument: "\ufffd[31m')
    assert found.isprintable()


def test_too_many_levers() -> None:
    assert message(HEAD + f"[[lever]]\n{NTB}" * 501) == (
        "f.toml: [[lever]]: 501 of them; at most 500 in one file"
    )


def test_many_problems_are_counted_and_ten_are_shown() -> None:
    lines = message(HEAD + f"[[lever]]\nfoo = 1\n{NTB}" * 13).splitlines()
    assert lines[0] == "f.toml: 13 problems"
    assert lines[1] == f'  lever 1 (ntb_cut): unknown key "foo"; allowed: {LEVER_KEYS}'
    assert len(lines) == 12 and lines[-1] == "  and 3 more"


def test_a_valid_file() -> None:
    document = parse(VALID + "end = '2030Q4'\nphase_in = 4\n", "f.toml")
    assert (document.name, document.title, document.extends, document.sources) == ("x", "T", "baseline", ("A",))
    (lever,) = document.levers
    assert (lever.instrument, lever.targets, lever.start, lever.end) == ("ntb_cut", ("Japan",), 80, 99)
    assert (lever.phase_in, lever.size, lever.number) == (4, 0.04, 1)


def test_all_means_every_target() -> None:
    (lever,) = parse(VALID.replace('["Japan"]', '"all"'), "f.toml").levers
    assert lever.targets == PARTNERS


def test_targets_stand_in_the_order_of_the_arrays() -> None:
    (lever,) = parse(VALID.replace('["Japan"]', '["ASEAN", "Japan"]'), "f.toml").levers
    assert lever.targets == ("Japan", "ASEAN")


def test_a_range_and_a_range_without_width() -> None:
    (lever,) = parse(VALID.replace("0.04", "{low = 0, mode = 0.04, high = 0.1}"), "f.toml").levers
    assert lever.size == Range(0.0, 0.04, 0.1)
    (lever,) = parse(VALID.replace("0.04", "{low = 0.04, mode = 0.04, high = 0.04}"), "f.toml").levers
    assert lever.size == 0.04


def test_a_file_may_have_no_levers() -> None:
    assert parse(HEAD, "f.toml").levers == ()


def test_the_same_target_at_different_times_is_no_conflict() -> None:
    text = VALID + 'end = "2026Q4"\n\n[[lever]]\n' + NTB.replace("2026Q1", "2027Q1")
    assert len(parse(text, "f.toml").levers) == 2


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_bytes(b"\xef\xbb\xbf" + VALID.encode())
    assert read_text(path) == VALID


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    cases = {"latin.toml": b"\xe9", "big.toml": b"#" * (MAX_BYTES + 1)}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    expected = {
        "latin.toml": "not UTF-8 text (byte 0); save it as UTF-8",
        "big.toml": "1000001 bytes; such a file has at most 1000000",
        "folder.toml": "a folder; name a file",
        "pipe.toml": "not a regular file",
        "none.toml": "cannot be read: No such file or directory",
        "a\0b.toml": "a file name cannot hold a null character",
        "x" * 300 + ".toml": "cannot be read: File name too long",
    }
    for name, text in expected.items():
        with pytest.raises(InputError) as error:
            read_text(tmp_path / name)
        assert str(error.value) == f"{tmp_path}/{name}: {text}".replace("\0", "\ufffd")


_values = st.sampled_from(
    [
        "1",
        "-1",
        "0.5",
        "true",
        '"x"',
        "[]",
        '["Japan"]',
        "[1]",
        "{}",
        "{low = 0}",
        "nan",
        "inf",
        "2026-01-01",
        '"2026Q1"',
    ]
    + ['"all"', "{low = 0, mode = 0, high = 0}", "[[1]]", '"cjk"', "[{a = 1}]", "1e400", '""', "-0.0", "07:32:00"]
)
_keys = st.sampled_from(
    [*LEVER_KEYS.split(", "), "name", "title", "summary", "sources", "extends", "title_zh", "notes", "low", "zzz"]
)
_tables = st.sampled_from(["[scenario]", "[[lever]]", "[lever]", "[[scenario]]", "[lever.size]", "[other]", ""])


@given(st.lists(st.tuples(_tables, st.dictionaries(_keys, _values, max_size=6)), max_size=4))
def test_any_file_is_accepted_or_refused_with_one_message(tables: list[tuple[str, dict[str, str]]]) -> None:
    lines = [line for table, items in tables for line in (table, *(f"{k} = {v}" for k, v in items.items()))]
    try:
        parse("\n".join(lines), "f.toml")
    except InputError as error:
        assert str(error).startswith("f.toml: ")


@given(st.text(max_size=200))
def test_any_text_is_accepted_or_refused_with_one_message(text: str) -> None:
    with pytest.raises(InputError, match=r"^f\.toml: "):
        parse(text, "f.toml")
