"""Reading scenario files: what a valid one means, unreadable and oversized ones, and any text at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import InputError
from simulator.records import PARTNERS
from simulator.scenario_file import parse
from simulator.schedule import Range
from simulator.text_file import MAX_BYTES, read_text
from tests.scenario_texts import HEAD, LEVER_KEYS, NTB, VALID, message


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
