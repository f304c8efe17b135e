# ruff: noqa: E501
"""Malformed input through the real commands: exit 2, one message that helps, no traceback, nothing written.

Messages of single keys are written out in full in ``test_scenario_file_messages.py``; here it is
the way to the user that counts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli import app

HEAD = '[scenario]\nname = "x"\ntitle = "T"\nsummary = "S"\nsources = ["A"]\nextends = "baseline"\n'
NTB = '[[lever]]\ninstrument = "ntb_cut"\npartners = ["Japan"]\nstart = "2026Q1"\nsize = 0.04\n'
SPEND = '[[lever]]\ninstrument = "public_consumption"\nstart = "2026Q1"\nsize = 15\n'
RIGHT = HEAD + NTB


@dataclass(frozen=True)
class Case:
    """Files to write (or a function that makes them), the command's words, and what its message must hold."""

    name: str
    files: dict[str, str | bytes] | Callable[[Path], None]
    words: tuple[str, ...]
    said: tuple[str, ...]


def edit(name: str, old: str, new: str, *said: str, words: tuple[str, ...] = ("scenarios", "check", "x.toml")) -> Case:
    """One changed piece of a right file."""
    assert RIGHT.count(old) == 1, old
    return Case(name, {"x.toml": RIGHT.replace(old, new)}, words, ("x.toml: ", *said))


def raw(name: str, content: str | bytes, *said: str, words: tuple[str, ...] = ("scenarios", "show", "x.toml")) -> Case:
    """A file given in full."""
    return Case(name, {"x.toml": content}, words, ("x.toml: ", *said))


def use(name: str, words: str, *said: str, files: dict[str, str | bytes] | Callable[[Path], None] | None = None) -> Case:
    """A wrong command, with right files or none."""
    return Case(name, files or {}, tuple(words.split()), said)


def named(name: str, levers: str = "", extends: str = "baseline") -> str:
    return HEAD.replace('"x"', f'"{name}"').replace('"baseline"', f'"{extends}"') + levers


def folder(path: Path) -> None:
    (path / "x.toml").mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path / "x.toml")


def link_loop(path: Path) -> None:
    (path / "x.toml").symlink_to("y.toml")
    (path / "y.toml").symlink_to("x.toml")


def dangling(path: Path) -> None:
    (path / "x.toml").symlink_to("nowhere.toml")


def zero(path: Path) -> None:
    (path / "x.toml").symlink_to("/dev/zero")


def pipe_of_parameters(path: Path) -> None:
    os.mkfifo(path / "p.toml")


def foreign_folder(path: Path) -> None:
    (path / "thesis").mkdir()
    (path / "thesis" / "chapter.txt").write_text("years of work", encoding="utf-8")


SYNTAX = [
    raw("empty file", "", "[scenario]: missing", "name, title, summary, sources and extends"),
    raw("not TOML", "name: x\n", "not valid TOML", "line 1"),
    raw("open bracket", HEAD + "[[lever]\n", "not valid TOML", "line 7"),
    raw("open string", HEAD + 'notes = "abc\n', "not valid TOML", "line 7"),
    raw("key twice", HEAD + 'title = "U"\n', "not valid TOML", "line 7"),
    raw("table twice", HEAD + "[scenario]\n", "not valid TOML", "line 7"),
    raw("JSON", '{"scenario": {}}', "not valid TOML"),
    raw("deep nesting", "a = " + "[" * 20_000, "nested too deeply"),
    raw("endless number", "a = " + "9" * 5_000, "a number is too long"),
    raw("merge conflict", "<<<<<<< HEAD\n" + RIGHT, "not valid TOML", "line 1"),
]
ENCODING = [
    raw("UTF-16", RIGHT.encode("utf-16"), "not UTF-8 text (byte 0)", "save it as UTF-8"),
    raw("UTF-16 without mark", RIGHT.encode("utf-16-le"), "null character", "save it as UTF-8"),
    raw("Latin-1", RIGHT.replace('"T"', '"Bénassy"').encode("latin-1"), "not UTF-8 text (byte ", "save it as UTF-8"),
    raw("GB 18030", RIGHT.replace('"T"', '"港口"').encode("gb18030"), "not UTF-8 text (byte ", "save it as UTF-8"),
    raw("null byte", RIGHT.encode() + b"\0", "null character"),
    raw("binary", bytes(range(256)) * 20, "not UTF-8 text (byte 128)"),
    raw("null in a text", RIGHT.replace('"T"', '"\\u0000"'), "[scenario] title", "control character"),
    raw("text that turns the direction", RIGHT.replace('"T"', '"\\u202e"'), "[scenario] title", "control character"),
    raw("escape sequence", RIGHT.replace('"ntb_cut"', '"\\u001b[31mntb"'), "lever 1, instrument", "is not an instrument"),
]
KEYS = [
    edit("unknown key", 'extends = "baseline"', 'extends = "baseline"\nsumary = "S"', '[scenario]: unknown key "sumary"', 'did you mean "summary"?'),
    edit("unknown table", "[[lever]]", "[[levers]]", 'unknown key "levers"', 'did you mean "lever"?'),
    edit("single brackets", "[[lever]]", "[lever]", "write [[lever]], with double brackets"),
    edit("unknown lever key", "size = 0.04", "size = 0.04\nphase = 4", 'lever 1 (ntb_cut): unknown key "phase"', 'did you mean "phase_in"?'),
    edit("no name", 'name = "x"\n', "", "[scenario] name: missing"),
    edit("no sources", 'sources = ["A"]\n', "", "[scenario] sources: missing", '["Assumption"]'),
    edit("no size", "size = 0.04\n", "", "lever 1 (ntb_cut), size: missing"),
    edit("no start", 'start = "2026Q1"\n', "", "lever 1 (ntb_cut), start: missing", '"2026Q1"'),
    edit("no target", 'partners = ["Japan"]\n', "", "lever 1 (ntb_cut), partners: missing", "Korea"),
    edit("target of another kind", 'partners = ["Japan"]', 'ports = ["Dalian"]', "lever 1 (ntb_cut), ports: not allowed here", "takes partners"),
    edit("no parent", 'extends = "baseline"\n', "", "[scenario] extends: missing", 'extends = "baseline"'),
]  # fmt: skip
VALUES = [
    edit("unknown instrument", '"ntb_cut"', '"ntb_cutt"', 'lever 1, instrument: "ntb_cutt"', 'did you mean "ntb_cut"?'),
    edit("unknown partner", '"Japan"', '"Jappan"', 'lever 1 (ntb_cut), partners: "Jappan"', 'did you mean "Japan"?'),
    edit("partner in Chinese", '"Japan"', '"日本"', '"日本" is not known', "allowed: Japan, Korea"),
    edit("partner twice", '"Japan"', '"Japan", "Japan"', '"Japan" stands there twice'),
    edit("no partner", '["Japan"]', "[]", "lever 1 (ntb_cut), partners: []", "must not be empty"),
    edit("text for a number", "0.04", '"4%"', 'lever 1 (ntb_cut), size: "4%"', "write a number"),
    edit("boolean for a number", "0.04", "true", "lever 1 (ntb_cut), size: true", "write a number"),
    edit("number for a text", '"T"', "5", "[scenario] title: 5", "write text in quotes"),
    edit("percentage", "0.04", "4", "size: 4 is out of range; allowed: 0 to 0.15", "write 0.04"),
    edit("negative", "0.04", "-0.01", "size: -0.01 is out of range; allowed: 0 to 0.15"),
    edit("not a number", "0.04", "nan", "size: nan", "write a finite number"),
    edit("infinity", "0.04", "-inf", "size: -inf", "write a finite number"),
    edit("huge number", "0.04", "1e308", "size: 1e+308 is out of range"),
    edit("range not in order", "0.04", "{low = 0.1, mode = 0.05, high = 0.12}", "is not in order"),
    edit("range without mode", "0.04", "{low = 0.0, high = 0.1}", "size.mode: missing"),
    edit("half a switch", NTB, '[[lever]]\ninstrument = "port_merger"\nports = "all"\nstart = "2026Q1"\nsize = 0.5\n', "port_merger is 0 or 1"),
    edit("phased switch", NTB, '[[lever]]\ninstrument = "port_merger"\nports = "all"\nstart = "2026Q1"\nsize = 1\nphase_in = 4\n', "phase_in: 4", "has no phase-in"),
    edit("long phase-in", "size = 0.04", "size = 0.04\nphase_in = 1000", "phase_in: 1000", "0 to 120"),
    edit("name with a path", '"x"', '"../x"', '[scenario] name: "../x"', "a plain name"),
    edit("parent above", '"baseline"', '"../baseline"', '[scenario] extends: "../baseline"', "a plain name"),
    edit("absolute parent", '"baseline"', '"/etc/passwd"', '[scenario] extends: "/etc/passwd"', "a plain name"),
    edit("parent with backslash", '"baseline"', '"..\\\\baseline"', "[scenario] extends", "a plain name"),
    edit("parent with suffix", '"baseline"', '"baseline.toml"', '[scenario] extends: "baseline.toml"', 'without .toml, "baseline"'),
    edit("unknown parent", '"baseline"', '"basline"', '[scenario] extends: "basline"', 'did you mean "baseline"?'),
]  # fmt: skip
DATES = [
    edit("date", '"2026Q1"', "2026-01-01", "start: 2026-01-01", '"2026Q1"'),
    edit("year", '"2026Q1"', '"2026"', 'start: "2026" is not a quarter', '"2026Q1"'),
    edit("fifth quarter", '"2026Q1"', '"2026Q5"', 'start: "2026Q5" is not a quarter'),
    edit("lower case", '"2026Q1"', '"2026q1"', 'start: "2026q1" is not a quarter'),
    edit("too early", '"2026Q1"', '"1999Q1"', "start", "allowed: 2006Q1 to 2035Q4"),
    edit("too late", '"2026Q1"', '"2040Q1"', "start", "allowed: 2006Q1 to 2035Q4"),
    edit("end before start", "size = 0.04", 'size = 0.04\nend = "2025Q4"', 'end: "2025Q4" is before start, "2026Q1"'),
    edit("other digits", '"2026Q1"', '"２０２６Q1"', "is not a quarter"),
]
LEVERS = [
    edit("same thing twice", NTB, NTB + NTB, "lever 1 and lever 2 both set ntb_cut for Japan in 2026Q1 to 2035Q4"),
    edit("sum out of range", NTB, SPEND + SPEND, "add up to 30 for public_consumption", "allowed: 0 to 20"),
    edit("two ranges for one key", NTB, SPEND.replace("15", "{low=1,mode=2,high=3}") + SPEND.replace("15", "{low=1,mode=2,high=4}"), "sample public_consumption from two ranges"),
    raw("too many levers", HEAD + NTB * 501, "[[lever]]: 501 of them; at most 500 in one file"),
    raw("many problems", HEAD + NTB.replace("0.04", "9") * 13, "13 problems", "and 3 more"),
]  # fmt: skip
FILES = [
    Case("folder", folder, ("scenarios", "check", "x.toml"), ("x.toml: a folder; name a file",)),
    Case("pipe", pipe, ("scenarios", "show", "x.toml"), ("x.toml: not a regular file",)),
    Case("loop of links", link_loop, ("diff", "baseline", "x.toml"), ("x.toml: cannot be read", "symbolic links")),
    Case("dangling link", dangling, ("scenarios", "show", "x.toml"), ("x.toml: cannot be read", "No such file")),
    Case("link to an endless device", zero, ("scenarios", "check", "x.toml"), ("x.toml: not a regular file",)),
    use("endless device", "run /dev/zero", "/dev/zero: not a regular file"),
    use("null device", "compare baseline /dev/null", "/dev/null: not a regular file"),
    use("terminal", "scenarios show /dev/tty", "/dev/tty: "),
    raw("too large", b"#" * 1_000_001, "1000001 bytes", "at most 1000000"),
    use("missing file", "scenarios show no/such.toml", "no/such.toml: cannot be read: No such file"),
    use("suffix on a shipped name", "run cjk_fta.toml", "cjk_fta.toml: no such file", '"cjk_fta"'),
    use("path above", "run ../nowhere/x.toml", "../nowhere/x.toml: cannot be read"),
    use("a folder by name", "scenarios check ./", ".: a folder; name a file"),
    use("a long name", "scenarios check " + "x" * 300 + ".toml", "cannot be read: File name too long"),
    Case("null in a name", {}, ("scenarios", "check", "a\0b.toml"), ("cannot hold a null character",)),
    Case("backslash", {}, ("scenarios", "show", "..\\x"), ('"..\\x" is not a scenario', "a file needs / or .toml")),
    use("a parent that is a folder", "scenarios check x.toml", 'extends: "up" is not a scenario', files=lambda p: ((p / "up.toml").mkdir(), (p / "x.toml").write_text(named("x", extends="up"), encoding="utf-8"))[0]),
    use("a wrong parent", "run x.toml", "up.toml: lever 1 (ntb_cut), size: 9 is out of range", files={"up.toml": named("up", NTB.replace("0.04", "9")), "x.toml": named("x", extends="up")}),
    use("a parent of another name", "scenarios show x.toml", 'up.toml: [scenario] name: "other" must be "up"', files={"up.toml": named("other"), "x.toml": named("x", extends="up")}),
    use("its own parent", "scenarios check x.toml", "the parents form a loop: x -> x", files={"x.toml": named("x", extends="x")}),
    use("loop of three", "diff baseline a.toml", "the parents form a loop: a -> b -> c -> a", files={"a.toml": named("a", extends="b"), "b.toml": named("b", extends="c"), "c.toml": named("c", extends="a")}),
    use("nine generations", "scenarios show s7.toml", "more than 8 files in a row", files={f"s{i}.toml": named(f"s{i}", extends=f"s{i - 1}" if i else "baseline") for i in range(8)}),
    use("name of its parent", "scenarios check x.toml", 'name: "baseline" is also the name of scenarios/baseline.toml', "choose another name", files={"x.toml": named("baseline")}),
]  # fmt: skip
COMBINATIONS = [
    use("nothing between", "run cjk_fta++rd_push", '"cjk_fta++rd_push": a scenario name is empty'),
    use("nothing behind", "scenarios show cjk_fta+", '"cjk_fta+": a scenario name is empty'),
    use("only a plus", "diff baseline +", '"+": a scenario name is empty'),
    Case("empty name", {}, ("scenarios", "check", ""), ("a scenario name is empty",)),
    use("unknown name", "run cjkfta", '"cjkfta" is not a scenario', 'did you mean "cjk_fta"?'),
    use("unknown part", "compare baseline cjk_fta+talent", '"talent" is not a scenario', "talent_retention"),
    use("the same twice", "scenarios show rd_push+rd_push", "the same scenario stands there twice"),
    use("with its parent", "run baseline+cjk_fta", '"cjk_fta" already extends "baseline"'),
    use("conflict", "compare baseline port_consolidation+port_consolidation_all", "port_consolidation (lever 1) and port_consolidation_all (lever 1) both set port_merger for Dalian in 2026Q1 to 2035Q4"),
    use("conflict of three", "scenarios check a.toml+rd_push+b.toml", "a (lever 1) and b (lever 1) both set ntb_cut for Japan", files={"a.toml": named("a", NTB), "b.toml": named("b", NTB)}),
    use("sums of three", "scenarios show a.toml+b.toml+rd_push", "a (lever 1) and b (lever 1) add up to 30 for public_consumption", "0 to 20", files={"a.toml": named("a", SPEND), "b.toml": named("b", SPEND)}),
    use("two files of one name", "diff baseline cjk_fta+./x.toml", 'two different files are called "cjk_fta"', "rename one", files={"x.toml": named("cjk_fta")}),
    use("the same scenario twice", "compare baseline rd_push rd_push", 'scenario "rd_push" is given twice'),
]  # fmt: skip
PARAMETERS = [
    use("missing parameters", "run baseline --parameters none.toml", '--parameters: there is no file "none.toml"', "prior, point, a TOML file or a folder"),
    use("misspelt kind", "run baseline --parameters pirot", 'did you mean "prior"?'),
    use("parameters not TOML", "run baseline --parameters p.toml", "p.toml: not valid TOML", "line 1", files={"p.toml": "markup: 3"}),
    use("parameters not UTF-8", "run baseline --parameters p.toml", "p.toml: not UTF-8 text", files={"p.toml": b"\xff\xfe"}),
    use("unknown parameter", "run baseline --parameters p.toml", "p.toml", "\"capital_shares\" is not a parameter", 'did you mean "capital_share"?', files={"p.toml": "capital_shares = 0.5"}),
    use("parameter as text", "run baseline --parameters p.toml", "p.toml", "capital_share = '0.5' is not a finite number", files={"p.toml": 'capital_share = "0.5"'}),
    use("parameter as a table", "run baseline --parameters p.toml", "p.toml", "capital_share", files={"p.toml": "[capital_share]\nvalue = 0.5"}),
    use("parameter out of range", "run baseline --parameters p.toml", "p.toml", "capital_share = 5", "0.42 to 0.55", files={"p.toml": "capital_share = 5"}),
    use("parameter infinite", "compare baseline rd_push --parameters p.toml", "p.toml", "capital_share = a number beyond all bounds", "0.42 to 0.55", files={"p.toml": "capital_share = inf"}),
    use("parameter too long a number", "run baseline --parameters p.toml", "p.toml: not valid TOML", files={"p.toml": "capital_share = 1" + "0" * 5000}),
    use("parameter beyond all bounds", "run baseline --parameters p.toml", "p.toml", "0.42 to 0.55", files={"p.toml": "capital_share = 1" + "0" * 400}),
    use("parameters nested too deeply", "run baseline --parameters p.toml", "p.toml: not valid TOML", files={"p.toml": "a = " + "[" * 5000}),
    use("parameters too large", "run baseline --parameters p.toml", "p.toml", "at most 1000000", files={"p.toml": "#" * 1_000_001}),
    use("parameters from a pipe", "run baseline --parameters p.toml", "p.toml", files=pipe_of_parameters),
    use("parameters from a device", "run baseline --parameters /dev/zero", "/dev/zero"),
    use("scenario as parameters", "run baseline --parameters x.toml", "x.toml", "\"scenario\" is not a parameter", files={"x.toml": RIGHT}),
]  # fmt: skip
OPTIONS = [
    use("end too late", "run baseline --until 2036Q1", "--until", "allowed: 2006Q1 to 2035Q4"),
    use("output below a file", "run baseline --out p.toml/deep", "--out", "p.toml is a file", files={"p.toml": ""}),
    use("end as a year", "diff baseline cjk_fta --until 2030", "--until", '"2030" is not a quarter'),
    use("end too early", "compare baseline cjk_fta --until 2005Q4", "--until", "allowed: 2006Q1 to 2035Q4"),
    use("unknown base", "scenarios show cjk_fta --against basline", '"basline" is not a scenario', 'did you mean "baseline"?'),
    use("unknown language", "diff baseline cjk_fta --lang fr", "--lang", "'en', 'zh'"),
    use("no second scenario", "diff baseline", "Missing argument 'B'"),
    use("no scenario", "scenarios show", "Missing argument 'SCENARIO'"),
    use("a folder of somebody else", "run baseline --runs 1 --until 2006Q4 --out thesis", "thesis", files=foreign_folder),
    use("the same, to be replaced", "run baseline --runs 1 --until 2006Q4 --out thesis --overwrite", "thesis", files=foreign_folder),
    use("results in a file", "run baseline --runs 1 --until 2006Q4 --out x.toml", "x.toml", files={"x.toml": RIGHT}),
    use("no runs", "run baseline --runs 0", "--runs"),
]
CASES = [*SYNTAX, *ENCODING, *KEYS, *VALUES, *DATES, *LEVERS, *FILES, *COMBINATIONS, *PARAMETERS, *OPTIONS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_malformed_input_is_one_message(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if callable(case.files):
        case.files(tmp_path)
    else:
        for name, content in case.files.items():
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))

    def no_run(*_: object, **__: object) -> None:
        raise AssertionError("the model was started")

    monkeypatch.setattr("simulator.cli_run._ensembles", no_run)
    result = CliRunner().invoke(app, list(case.words))

    assert (result.exit_code, result.stdout) == (2, ""), repr(result.exception)
    assert "Traceback" not in result.stderr
    assert result.stderr.count("Error: ") == 1 or result.stderr.startswith("Usage: ")
    for said in case.said:
        assert said in result.stderr
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_cases_are_distinct() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    inputs = [case for case in CASES if not callable(case.files)]
    assert len({(str(case.files), case.words) for case in inputs}) == len(inputs)
