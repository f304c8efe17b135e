# ruff: noqa: E501
"""Sweep files: the message with which a wrong one is refused."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.levers import TARGETS
from simulator.parameters import names as parameter_names
from simulator.scenario import list_scenarios
from simulator.sweep.file import parse_sweep, read_sweep
from simulator.sweep.file_design import RESERVED
from simulator.sweep.spec import LeverDimension
from simulator.variables import LEVELS, variables
from tests.sweep.sweep_texts import GRID, GRID_3, HEAD, NTB, OWN, SHARE, SOBOL, ZONE, message, parse

COUNT = "write a whole number, 1 to 100000"
SPREAD = 'write {low = ..., high = ...}, "prior" or, in a grid, a list of numbers'
SIZE = "write {low = ..., high = ...} or, in a grid, a list of numbers"
QUARTER = 'is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"'
SWEEP_KEYS = "name, scenarios, combine, runs, draws, replications, until, seed, parameters, keep"
LEVER_KEYS = "instrument, size, partners, cities, ports, sectors, start, end, phase_in, scenarios, name"
LEVEL_NAMES = ", ".join(LEVELS)
COLUMNS = ", ".join(RESERVED)
PLAIN = "write a plain name: a-z, 0-9 and _, starting with a letter, at most 60 characters"
SHIPPED = f"shipped are: {', '.join(list_scenarios())}; a file needs / or .toml in its name"


def scenarios(value: str) -> str:
    return f'[sweep]\nname = "x"\nscenarios = {value}\n'


SWEEPS = [
    ("", "[sweep]: missing; the file needs a [sweep] table with name and scenarios"),
    ("sweep = 3", "[sweep]: 3 is not allowed; write a table"),
    (HEAD + "rums = 3", f'[sweep]: unknown key "rums"; did you mean "runs"?; allowed: {SWEEP_KEYS}'),
    ("number = 3\n" + HEAD, 'unknown key "number"; allowed: sweep, design'),
    (HEAD + "[desing]", 'unknown key "desing"; did you mean "design"?; allowed: sweep, design'),
    (HEAD.replace('name = "x"\n', ""), "[sweep] name: missing"),
    (HEAD.replace('"x"', '"../x"'), f'[sweep] name: "../x" is not allowed; {PLAIN}'),
    ('[sweep]\nname = "x"\n', '[sweep] scenarios: missing; write a list, the base first, such as ["baseline", "cjk_fta"]'),
    (scenarios("[]"), "[sweep] scenarios: [] is not allowed; the list must not be empty"),
    (scenarios('"baseline"'), '[sweep] scenarios: "baseline" is not allowed; write a list of strings, such as ["baseline", "cjk_fta"]'),
    (scenarios('["baseline", 3]'), "[sweep] scenarios item 2: 3 is not allowed; write text in quotes"),
    (scenarios(json.dumps([f"{i}.toml" for i in range(501)])), "[sweep] scenarios: 501 of them; at most 500"),
    (scenarios('["basline"]'), f'[sweep] scenarios item 1: "basline" is not a scenario; did you mean "baseline"?; {SHIPPED}'),
    (scenarios('["cjk_fta+zzz"]'), f'[sweep] scenarios item 1: "zzz" is not a scenario; {SHIPPED}'),
    (scenarios('["cjk_fta+"]'), "[sweep] scenarios item 1: a scenario name is empty; write NAME, FILE.toml or NAME+NAME"),
    (scenarios('["rd_push+rd_push"]'), '[sweep] scenarios item 1: "rd_push" stands there twice; name each scenario once'),
    (scenarios('["a.toml", "a.toml"]'), '[sweep] scenarios item 2: "a.toml" is the same as "a.toml"; name each scenario once'),
    (
        scenarios('["cjk_fta+rd_push", "rd_push + cjk_fta"]'),
        '[sweep] scenarios item 2: "rd_push+cjk_fta" is the same as "cjk_fta+rd_push"; name each scenario once',
    ),
    (HEAD + "combine = 1", '[sweep] combine: 1 is not allowed; write true, false or "compatible"'),
    (HEAD + 'combine = "all"', '[sweep] combine: "all" is not allowed; write true, false or "compatible"'),
    *((f"{HEAD}{key} = {value}\n{other}", f"[sweep] {key}: {value} is not allowed; {COUNT}")
      for key, other in (("runs", ""), ("draws", "replications = 1"), ("replications", "draws = 1"))
      for value in ("0", "1000001", "2.5", "true", '"many"')),
    (HEAD + "draws = 3", "[sweep] replications: missing; draws and replications stand together (or write runs)"),
    (HEAD + "replications = 3", "[sweep] draws: missing; draws and replications stand together (or write runs)"),
    (HEAD + "runs = 3\ndraws = 3", "[sweep] runs: not allowed with draws; write runs, or draws and replications"),
    (
        HEAD + "runs = 3\ndraws = 3\nreplications = 1",
        "[sweep] runs: not allowed with draws and replications; write runs, or draws and replications",
    ),
    (HEAD + "until = 2030", '[sweep] until: 2030 is not allowed; write text in quotes, such as "2035Q4"'),
    (HEAD + 'until = "2030"', f'[sweep] until: "2030" {QUARTER}'),
    (HEAD + 'until = "2036Q1"', '[sweep] until: "2036Q1" is out of range; allowed: 2006Q1 to 2035Q4'),
    (
        HEAD + 'until = "2006Q3"',
        '[sweep] until: "2006Q3" is before the end of the first year, and keep has values by year; write "2006Q4" or later, or freq = "Q"',
    ),
    (HEAD + "seed = -1", "[sweep] seed: -1 is not allowed; write a whole number, 0 to 9223372036854775807"),
    (HEAD + "seed = 1" + "0" * 400, "[sweep] seed: a very large number is not allowed; write a whole number, 0 to 9223372036854775807"),
    (HEAD + 'parameters = "pirot"', '[sweep] parameters: "pirot" is not known; allowed: posterior, prior, point, a TOML file or ./folder of liaosim calibrate; did you mean "prior"?'),
    (HEAD + "parameters = 3", "[sweep] parameters: 3 is not allowed; write text in quotes"),
]  # fmt: skip


def keep(value: str) -> str:
    return f"{HEAD}keep = {value}\n"


KEEPS = [
    (keep("[]"), "[sweep] keep: [] is not allowed; the list must not be empty"),
    (keep('"all"'), '[sweep] keep: "all" is not allowed; write a list of tables, such as [{level = "city"}]'),
    (keep('["city"]'), '[sweep] keep item 1: "city" is not allowed; write a table'),
    (keep("[{}]"), f"[sweep] keep item 1, level: missing; allowed: {LEVEL_NAMES}"),
    (
        keep('[{level = "cities"}]'),
        f'[sweep] keep item 1, level: "cities" is not allowed; did you mean "city"?; allowed: {LEVEL_NAMES}',
    ),
    (keep("[{level = 3}]"), f"[sweep] keep item 1, level: 3 is not allowed; allowed: {LEVEL_NAMES}"),
    (
        keep('[{level = "city"}, {level = "city", freq = "a"}]'),
        '[sweep] keep item 2, freq: "a" is not allowed; did you mean "A"?; allowed: A, Q',
    ),
    (
        keep('[{level = "city", vars = []}]'),
        '[sweep] keep item 1: unknown key "vars"; did you mean "variables"?; allowed: level, variables, freq',
    ),
    (
        keep('[{level = "city", variables = "wage"}]'),
        '[sweep] keep item 1, variables: "wage" is not allowed; write "all" or a list in brackets',
    ),
    (
        keep('[{level = "city", variables = 3}]'),
        '[sweep] keep item 1, variables: 3 is not allowed; write "all" or a list of names',
    ),
    (
        keep('[{level = "city", variables = []}]'),
        "[sweep] keep item 1, variables: [] is not allowed; the list must not be empty",
    ),
    (
        keep('[{level = "city", variables = ["wage", 3]}]'),
        "[sweep] keep item 1, variables item 2: 3 is not allowed; write text in quotes",
    ),
    (
        keep('[{level = "city", variables = ["gpd_real"]}]'),
        '[sweep] keep item 1, variables: "gpd_real" is not a variable of city; did you mean "gdp_real"?',
    ),
    (
        keep('[{level = "lane", variables = ["qqq"]}]'),
        f'[sweep] keep item 1, variables: "qqq" is not a variable of lane; allowed: {variables()["lane"][0].name}',
    ),
    (
        keep('[{level = "city", variables = ["wage", "wage"]}]'),
        '[sweep] keep item 1, variables: "wage" stands there twice; name each variable once',
    ),
]


def lever(old: str, new: str, text: str = SOBOL + NTB) -> str:
    assert text.count(old) == 1, old
    return HEAD + text.replace(old, new)


RANGE = "{low = 0.0, high = 0.05}"
OF_NTB = "[[design.levers]] 1 (ntb_cut)"
LEVERS = [
    (HEAD + SOBOL + "levers = 3", "[[design.levers]]: write [[design.levers]], with double brackets, before each lever"),
    (HEAD + SOBOL + "levers = [3]", "[[design.levers]] 1: 3 is not allowed; write a table"),
    (lever("[[design.levers]]", "[design.levers]"), "[[design.levers]]: write [[design.levers]], with double brackets, before each lever"),
    (lever('instrument = "ntb_cut"\n', ""), "[[design.levers]] 1, instrument: missing; name the instrument that the lever sets"),
    (lever("ntb_cut", "ntb_cuts"), '[[design.levers]] 1, instrument: "ntb_cuts" is not an instrument; did you mean "ntb_cut"?'),
    (lever("start", "strat"), f'{OF_NTB}: unknown key "strat"; did you mean "start"?; allowed: {LEVER_KEYS}'),
    (lever('["Japan"]', '["Jpan"]'), f'{OF_NTB}, partners: "Jpan" is not known; did you mean "Japan"?'),
    (lever('["Japan"]', '["Japan", "Japan"]'), f'{OF_NTB}, partners: "Japan" stands there twice; name each target once'),
    (lever('["Japan"]', '"Japan"'), f'{OF_NTB}, partners: "Japan" is not allowed; write "all" or a list in brackets'),
    (lever('["Japan"]', "3"), f'{OF_NTB}, partners: 3 is not allowed; write "all" or a list of names'),
    (lever('partners = ["Japan"]\n', ""), f'{OF_NTB}, partners: missing; write "all" or a list of: {", ".join(TARGETS["partners"])}'),
    (lever('partners = ["Japan"]', 'cities = "all"'), f"{OF_NTB}, cities: not allowed here; ntb_cut takes partners"),
    (HEAD + SOBOL + OWN + 'cities = "all"', f"{OF_NTB}, cities: not allowed here; ntb_cut takes partners"),
    (lever('"2026Q1"', "2026"), f'{OF_NTB}, start: 2026 is not allowed; write text in quotes, such as "2026Q1"'),
    (lever('"2026Q1"', '"2026Q5"'), f'{OF_NTB}, start: "2026Q5" {QUARTER}'),
    (lever('"2026Q1"', '"2026Q1"\nend = "2036Q1"'), f'{OF_NTB}, end: "2036Q1" is out of range; allowed: 2006Q1 to 2035Q4'),
    (lever('"2026Q1"', '"2026Q1"\nend = "2025Q4"'), f'{OF_NTB}, end: "2025Q4" is before start, "2026Q1"'),
    (lever('"2026Q1"', '"2026Q1"\nphase_in = 121'), f"{OF_NTB}, phase_in: 121 is not allowed; write a whole number of quarters, 0 to 120"),
    (HEAD + SOBOL + OWN + 'end = "2030Q4"', f"{OF_NTB}, end: not allowed without start; then the levers of the scenario keep their timing"),
    (HEAD + SOBOL + OWN + "phase_in = 0", f"{OF_NTB}, phase_in: not allowed without start; then the levers of the scenario keep their timing"),
    (lever(f"size = {RANGE}\n", ""), f"{OF_NTB}, size: missing; {SIZE}"),
    (lever(RANGE, "0.05"), f"{OF_NTB}, size: 0.05 is not allowed; {SIZE}"),
    (lever(RANGE, '"prior"'), f'{OF_NTB}, size: "prior" is not allowed; {SIZE}'),
    (lever(RANGE, "{low = 0.0}"), f"{OF_NTB}, size.high: missing"),
    (lever(RANGE, "{low = 0.0, high = 0.05, mode = 0.02}"), f'{OF_NTB}, size: unknown key "mode"; allowed: low, high'),
    (lever(RANGE, '{low = "0", high = 0.05}'), f'{OF_NTB}, size.low: "0" is not allowed; write a number'),
    (lever(RANGE, "{low = 0, high = inf}"), f"{OF_NTB}, size.high: inf is not allowed; write a finite number"),
    (lever(RANGE, "{low = 0, high = 0.2}"), f"{OF_NTB}, size.high: 0.2 is out of range; allowed: 0 to 0.15 (ad-valorem points)"),
    (
        lever(RANGE, "{low = 0, high = 5}"),
        f"{OF_NTB}, size.high: 5 is out of range; allowed: 0 to 0.15 (ad-valorem points); is it a percentage? write 0.05",
    ),
    (lever(RANGE, "{low = 0.05, high = 0.05}"), f"{OF_NTB}, size: low = 0.05, high = 0.05 is not in order; low must be below high"),
    (lever(RANGE, "[0.0, 0.05]"), f'{OF_NTB}, size: a list is only for method = "grid"; write {{low = ..., high = ...}}'),
    (lever(RANGE, "[0.05]", GRID + NTB), f"{OF_NTB}, size: 1 in the list; write 2 to 1000 different numbers"),
    (
        lever(RANGE, json.dumps([i / 10_000 for i in range(1001)]), GRID + NTB),
        f"{OF_NTB}, size: 1001 in the list; write 2 to 1000 different numbers",
    ),
    (lever(RANGE, "[0.05, 0.01, 0.05]", GRID + NTB), f"{OF_NTB}, size: 0.05 stands there twice; write each value once"),
    (lever(RANGE, "[0.05, true]", GRID + NTB), f"{OF_NTB}, size item 2: true is not allowed; write a number"),
    (lever(RANGE, "[0.05, -1]", GRID + NTB), f"{OF_NTB}, size item 2: -1 is out of range; allowed: 0 to 0.15 (ad-valorem points)"),
    (HEAD + SOBOL + ZONE, "[[design.levers]] 1 (free_trade_zone), size: a list is not allowed; free_trade_zone is a switch: in a grid, write [0, 1]"),
    (
        lever("[0, 1]", "{low = 0, high = 1}", GRID_3 + ZONE),
        "[[design.levers]] 1 (free_trade_zone), size: a range is not allowed; free_trade_zone is a switch: in a grid, write [0, 1]",
    ),
    (lever("[0, 1]", "[0, 0.5]", GRID + ZONE), "[[design.levers]] 1 (free_trade_zone), size item 2: 0.5 is not allowed; free_trade_zone is 0 or 1"),
    (HEAD + GRID + ZONE + "phase_in = 4", "[[design.levers]] 1 (free_trade_zone), phase_in: 4 is not allowed; a switch of 0 or 1 has no phase-in"),
    (HEAD + SOBOL + NTB + "scenarios = []", f"{OF_NTB}, scenarios: [] is not allowed; the list must not be empty"),
    (HEAD + SOBOL + NTB + 'scenarios = ["cjk"]', f'{OF_NTB}, scenarios: "cjk" is not in [sweep] scenarios; did you mean "cjk_fta"?'),
    (HEAD + SOBOL + NTB + 'scenarios = ["rd_push"]', f'{OF_NTB}, scenarios: "rd_push" is not in [sweep] scenarios; allowed: baseline, cjk_fta'),
    (HEAD + SOBOL + NTB + 'scenarios = ["cjk_fta", "cjk_fta"]', f'{OF_NTB}, scenarios: "cjk_fta" stands there twice; name each scenario once'),
    (HEAD + SOBOL + NTB + 'name = "Ntb"', f'{OF_NTB}, name: "Ntb" is not allowed; {PLAIN}'),
    *((f'{HEAD}{SOBOL}{NTB}name = "{name}"', f'{OF_NTB}, name: "{name}" is not allowed; these are columns already: {COLUMNS}') for name in RESERVED),
    (
        HEAD + SOBOL + NTB + NTB,
        '[[design.levers]] 2 (ntb_cut), name: "ntb_cut" is also the name of [[design.levers]] 1 (ntb_cut); write another name = "..."',
    ),
    (
        HEAD + SOBOL + NTB + 'name = "exports"',
        f'{OF_NTB}, name: "exports" is also a variable that is kept; write another name = "..."',
    ),
    (
        HEAD + SOBOL + NTB + 'name = "capital_share"\n' + SHARE,
        f'{OF_NTB}, name: "capital_share" is also the name of [design.parameters] capital_share; write another name = "..."',
    ),
]  # fmt: skip


def share(value: str, design: str = SOBOL) -> str:
    return f"{HEAD}{design}[design.parameters]\ncapital_share = {value}\n"


OF_SHARE = "[design.parameters] capital_share"
DESIGNS = [
    ("design = 3\n" + HEAD, "[design]: 3 is not allowed; write a table"),
    (HEAD + "[design]\nn = 3\n" + SHARE, "[design] method: missing; allowed: grid, lhs, sobol"),
    (HEAD + '[design]\nmethod = "Sobel"\n' + SHARE, '[design] method: "Sobel" is not allowed; did you mean "sobol"?; allowed: grid, lhs, sobol'),
    (HEAD + SOBOL + "m = 3\n" + SHARE, '[design]: unknown key "m"; allowed: method, n, levers, parameters'),
    (HEAD + SOBOL, "[design]: nothing to vary; add [[design.levers]] or [design.parameters]"),
    *((f"{HEAD}[design]\nmethod = \"lhs\"\nn = {n}\n{SHARE}", f"[design] n: {n} is not allowed; {COUNT}") for n in ("0", "1000001", "2.5")),
    (HEAD + '[design]\nmethod = "lhs"\n' + SHARE, "[design] n: missing; write the number of points, 1 to 100000"),
    (HEAD + GRID + SHARE, "[design] n: missing; write how many values each range of the grid has, at least 2"),
    (share('"prior"', GRID), "[design] n: missing; write how many values each range of the grid has, at least 2"),
    (HEAD + GRID + "n = 1\n" + SHARE, "[design] n: 1 is not allowed; each range of a grid has at least 2 values"),
    (HEAD + GRID_3 + ZONE, "[design] n: 3 is not used; every axis lists its values; leave n out"),
    (
        HEAD + GRID + "n = 50001\n" + ZONE + SHARE,
        "[design]: the grid has 100002 points; at most 100000; vary less, or write another method",
    ),
    (
        HEAD + GRID_3 + "[design.parameters]\n" + "".join(f'{name} = "prior"\n' for name in parameter_names()),
        "[design]: the grid has about 10^127 points; at most 100000; vary less, or write another method",
    ),
    (
        HEAD + SOBOL + "".join(f'{OWN}name = "a{i}"\n' for i in range(401)),
        "[design]: 401 levers and parameters to vary; at most 400",
    ),
    (HEAD + SOBOL + "parameters = 3", "[design.parameters]: 3 is not allowed; write a table"),
    (HEAD + SOBOL + '[design.parameters]\ncapital_shares = "prior"', '[design.parameters]: "capital_shares" is not a parameter; did you mean "capital_share"?'),
    (HEAD + SOBOL + '[design.parameters]\nqqq = "prior"', '[design.parameters]: "qqq" is not a parameter; docs/parameters.md lists them all'),
    (HEAD + SOBOL + '[design.parameters]\nlevel = "city"', f'[design.parameters] level: "city" is not allowed; {SPREAD}'),
    (HEAD + SOBOL + '[design.parameters]\n" capital_share" = "prior"', '[design.parameters]: " capital_share" is not a parameter; did you mean "capital_share"?'),
    (HEAD + SOBOL + '[design.parameters]\n"<list>" = 3', f"[design.parameters] <list>: 3 is not allowed; {SPREAD}"),
    (share("0.5"), f"{OF_SHARE}: 0.5 is not allowed; {SPREAD}"),
    (share('"point"'), f'{OF_SHARE}: "point" is not allowed; {SPREAD}'),
    (share("{low = 0.45}"), f"{OF_SHARE}.high: missing"),
    (share("{low = 0.45, hihg = 0.5, high = 0.5}"), f'{OF_SHARE}: unknown key "hihg"; did you mean "high"?; allowed: low, high'),
    (share("{low = 0.45, high = nan}"), f"{OF_SHARE}.high: nan is not allowed; write a finite number"),
    (share("{low = 0.45, high = 0.6}"), f"{OF_SHARE}.high: 0.6 is out of range; allowed: 0.42 to 0.55 (share)"),
    (share("{low = 0.45, high = 50}"), f"{OF_SHARE}.high: 50 is out of range; allowed: 0.42 to 0.55 (share); is it a percentage? write 0.5"),
    (share("{low = 0.5, high = 0.45}"), f"{OF_SHARE}: low = 0.5, high = 0.45 is not in order; low must be below high"),
    (share("[0.45, 0.5]"), f'{OF_SHARE}: a list is only for method = "grid"; write {{low = ..., high = ...}}'),
    (share("[]", GRID), f"{OF_SHARE}: 0 in the list; write 2 to 1000 different numbers"),
    (share("[0.45, 0.45]", GRID), f"{OF_SHARE}: 0.45 stands there twice; write each value once"),
    (share('[0.45, "a"]', GRID), f'{OF_SHARE} item 2: "a" is not allowed; write a number'),
    (share("[0.45, 0.6]", GRID), f"{OF_SHARE} item 2: 0.6 is out of range; allowed: 0.42 to 0.55 (share)"),
]  # fmt: skip
WRONG = [*SWEEPS, *KEEPS, *LEVERS, *DESIGNS]


@pytest.mark.parametrize(("text", "expected"), WRONG, ids=[expected[:60] for _, expected in WRONG])
def test_wrong_files_are_refused_in_one_sentence(text: str, expected: str) -> None:
    assert message(text) == f"s.toml: {expected}"


def test_cases_are_distinct() -> None:
    assert len({text for text, _ in WRONG}) == len(WRONG) > 100


def test_all_problems_stand_in_one_message() -> None:
    text = HEAD + 'until = "2036Q1"\nparameters = "pirot"\n' + SOBOL + NTB.replace("Japan", "Jpan") + 'name = "run"\n'
    lines = message(text.replace("cjk_fta", "cjk_ft")).splitlines()
    assert lines[0] == "s.toml: 5 problems"
    assert [line.split(":")[0] for line in lines[1:]] == [
        "  [sweep] scenarios item 2", "  [sweep] parameters", "  [sweep] until", f"  {OF_NTB}, partners", f"  {OF_NTB}, name",
    ]  # fmt: skip


def test_many_problems_are_counted_and_ten_are_shown() -> None:
    lines = message(scenarios(json.dumps([f"no_{i}" for i in range(13)]))).splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("s.toml: 13 problems", 12, "  and 3 more")


@pytest.mark.parametrize("name", ["baseline", "cjk_fta", "rd_push", "cjk_fta+rd_push"])
def test_scenarios_of_a_lever_are_parts_and_combinations(name: str) -> None:
    design = parse(scenarios('["baseline", "cjk_fta+rd_push"]') + SOBOL + NTB + f'scenarios = ["{name}"]\n').design
    assert design is not None
    (only,) = design.dimensions
    assert isinstance(only, LeverDimension) and only.scenarios == (name,)


def test_the_name_in_a_file_is_not_known_before_it_is_read() -> None:
    text = scenarios('["baseline", "sub/mine.toml"]') + SOBOL + NTB
    assert parse(text + 'scenarios = ["called_otherwise"]\n').design is not None


def test_a_plus_in_a_path_cannot_be_combined(tmp_path: Path) -> None:
    """Else the combination would be cut in the middle of the path."""
    folder = tmp_path / "a+b"
    assert "has a plus in a path" in message(scenarios('["cjk_fta+mine.toml"]'), folder)
    assert "has a plus in a path" in message(scenarios('["mine.toml", "cjk_fta"]') + "combine = true", folder)
    assert parse_sweep(scenarios('["mine.toml"]'), "s.toml", folder).scenarios == (f"{folder}/mine.toml",)


def test_the_copy_in_the_folder_of_a_sweep_can_be_read_without_its_files() -> None:
    assert parse(scenarios('["cjk_fta", "mine+yours.toml"]')).scenarios == ("cjk_fta", "mine+yours.toml")


def test_control_characters_do_not_reach_the_terminal() -> None:
    found = message(HEAD + SOBOL + '[design.parameters]\n"\\u001b[31m" = 3\n"\\u001b[32m" = {low = "a", high = 1}')
    assert "\x1b" not in found and "\ufffd[31m" in found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[sweep\n", "not valid TOML"),
        (HEAD.encode("utf-16"), "not UTF-8 text (byte 0)"),
        (b"#" * 1_000_001, "1000001 bytes; such a file has at most 1000000"),
        (b"a = " + b"[" * 20_000, "nested too deeply"),
        (HEAD.encode() + b"\0", "null characters"),
    ],
)
def test_files_that_cannot_be_read(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_sweep(path)
    assert str(error.value).startswith(f"{path}: ") and said in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_sweep(tmp_path / "s.toml")
    with pytest.raises(InputError, match="a folder; name a file"):
        read_sweep(tmp_path)
