# ruff: noqa: E501
"""Wrong scenario files: every message is written out in full, as a user would read it."""

from __future__ import annotations

import pytest

from simulator.levers import INSTRUMENTS
from simulator.records import CITIES, PARTNERS
from tests.scenario_texts import HEAD, LEVER_KEYS, NTB, VALID, message

INSTRUMENT_NAMES = ", ".join(INSTRUMENTS)
PARTNER_NAMES = ", ".join(PARTNERS)
CITY_NAMES = ", ".join(CITIES)

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


@pytest.mark.parametrize(("old", "new", "expected"), EDITS, ids=[edit[1] for edit in EDITS])
def test_one_wrong_line(old: str, new: str, expected: str) -> None:
    assert VALID.count(old) == 1
    assert message(VALID.replace(old, new)) == f"f.toml: {expected}"


@pytest.mark.parametrize(("text", "expected"), FILES, ids=[str(i) for i in range(len(FILES))])
def test_wrong_file(text: str, expected: str) -> None:
    """``@`` stands for HEAD, ``#`` for NTB."""
    assert message(text.replace("@", HEAD).replace("#", NTB)) == f"f.toml: {expected}"
