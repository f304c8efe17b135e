"""The JSON Schema that editors use: current, right about every shipped file, and as strict as it says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import scenarios
from simulator import periods
from simulator.errors import InputError
from simulator.levers import INSTRUMENTS, TARGETS
from simulator.scenario import list_scenarios, load_scenario
from simulator.scenario_file import MAX_LEVERS, parse
from simulator.scenario_schema import QUARTER, build_schema, schema_text

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(scenarios.__path__[0])
VALIDATOR = jsonschema.Draft7Validator(build_schema())

HEAD = '[scenario]\nname = "x"\ntitle = "T"\nsummary = "S"\nsources = ["A"]\nextends = "baseline"\n'
NTB = 'instrument = "ntb_cut"\npartners = ["Japan"]\nstart = "2026Q1"\nsize = 0.04\n'
ZONE = 'instrument = "free_trade_zone"\ncities = ["Dandong"]\nstart = "2026Q1"\nsize = 1\n'
RAIL = 'instrument = "rail_corridor"\nstart = "2026Q1"\nsize = 4\n'


def file(lever: str) -> str:
    return f"{HEAD}\n[[lever]]\n{lever}"


def paths(text: str) -> list[str]:
    """Return where the schema finds something wrong in a TOML text."""
    return sorted("/".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(tomllib.loads(text)))


def test_the_file_in_the_docs_is_current() -> None:
    shipped = (ROOT / "docs" / "scenario.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "write simulator.scenario_schema.schema_text() to docs/scenario.schema.json"


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("name", list_scenarios())
def test_shipped_files_are_right(name: str) -> None:
    assert paths((FOLDER / f"{name}.toml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "lever",
    [
        NTB, ZONE, RAIL, NTB + 'end = "2030Q4"\nphase_in = 20\n', NTB.replace('["Japan"]', '"all"'),
        NTB.replace("0.04", "{low = 0.0, mode = 0.04, high = 0.15}"), ZONE.replace("size = 1", "size = 0"),
    ],
)  # fmt: skip
def test_right_files_pass(lever: str) -> None:
    assert paths(file(lever)) == []
    parse(file(lever), "x.toml")


WRONG: list[tuple[str, str]] = [
    (file(NTB.replace("ntb_cut", "ntb_cuts")), "lever/0/instrument"),
    (file(NTB.replace('partners = ["Japan"]\n', "")), "lever/0"),
    (file(NTB.replace("Japan", "Jpan")), "lever/0/partners"),
    (file(NTB.replace('"Japan"', '"Japan", "Japan"')), "lever/0/partners"),
    (file(NTB.replace('["Japan"]', "[]")), "lever/0/partners"),
    (file(NTB.replace('partners = ["Japan"]', 'cities = ["Dalian"]')), "lever/0/cities"),
    (file(NTB.replace("2026Q1", "2026Q5")), "lever/0/start"),
    (file(NTB.replace("2026Q1", "2036Q1")), "lever/0/start"),
    (file(NTB.replace("2026Q1", "2005Q4")), "lever/0/start"),
    (file(NTB.replace("0.04", "0.16")), "lever/0/size"),
    (file(NTB.replace("0.04", "-0.01")), "lever/0/size"),
    (file(NTB.replace("0.04", '"4%"')), "lever/0/size"),
    (file(NTB.replace("0.04", "{low = 0.0, high = 0.1}")), "lever/0/size"),
    (file(NTB.replace("0.04", "{low = 0.0, mode = 0.1, high = 0.2}")), "lever/0/size"),
    (file(NTB + "phase_in = -1\n"), "lever/0/phase_in"),
    (file(NTB + "phase_in = 2.5\n"), "lever/0/phase_in"),
    (file(NTB + "phase_in = 121\n"), "lever/0/phase_in"),
    (file(NTB + "sise = 3\n"), "lever/0"),
    (file(NTB.replace("size = 0.04\n", "")), "lever/0"),
    (file(ZONE.replace("size = 1", "size = 0.5")), "lever/0/size"),
    (file(ZONE.replace("size = 1", "size = {low = 0, mode = 1, high = 1}")), "lever/0/size"),
    (file(ZONE + "phase_in = 4\n"), "lever/0/phase_in"),
    (file(RAIL + 'partners = ["Russia"]\n'), "lever/0/partners"),
    (file(RAIL.replace("size = 4", "size = 21")), "lever/0/size"),
    (HEAD.replace('"x"', '"My story"'), "scenario/name"),
    (HEAD.replace('sources = ["A"]\n', ""), "scenario"),
    (HEAD.replace('["A"]', "[]"), "scenario/sources"),
    (HEAD.replace('"baseline"', '"../baseline"'), "scenario/extends"),
    (HEAD + 'sumary = "S"\n', "scenario"),
    (HEAD + "[[levers]]\n" + NTB, ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "place"), WRONG, ids=[f"{i} {place}" for i, (_, place) in enumerate(WRONG)])
def test_wrong_files_are_refused_where_they_are_wrong(text: str, place: str) -> None:
    assert place in paths(text)
    with pytest.raises(InputError):
        parse(text, "x.toml")


def test_too_many_levers() -> None:
    levers = "".join(f"[[lever]]\n{RAIL}" for _ in range(MAX_LEVERS + 1))
    assert paths(HEAD + levers) == ["lever"]


def test_quarters_are_those_of_the_model() -> None:
    labels = [f"{year}Q{quarter}" for year in range(1999, 2041) for quarter in range(6)]
    found = {label for label in labels if re.fullmatch(QUARTER, label)}
    assert found == set(periods.labels(periods.count_until(periods.HORIZON_END)))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_instrument_is_held_to_its_range_and_targets(name: str) -> None:
    """Each instrument's own rule, at the ends of its range and just beyond."""
    spec = INSTRUMENTS[name]
    lever: dict[str, Any] = {"instrument": name, "start": "2026Q1", "size": spec.high}
    if spec.target != "none":
        lever[spec.target] = list(TARGETS[spec.target])
    document = {"scenario": tomllib.loads(HEAD)["scenario"], "lever": [lever]}
    assert VALIDATOR.is_valid(document)
    for size in (spec.low - 0.001, spec.high + 0.001):
        assert not VALIDATOR.is_valid({**document, "lever": [{**lever, "size": size}]})
    for key in {"partners", "cities", "ports", "sectors"} - {spec.target}:
        assert not VALIDATOR.is_valid({**document, "lever": [{**lever, key: "all"}]})
    described = build_schema()["properties"]["lever"]["items"]["properties"]["instrument"]["oneOf"]
    assert spec.unit in next(x for x in described if x["enum"] == [name])["description"]


def test_the_line_that_names_the_schema_is_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(file(NTB), encoding="utf-8")
    plain = load_scenario(path).hash
    path.write_text("#:schema ../docs/scenario.schema.json\n" + file(NTB), encoding="utf-8")
    assert load_scenario(path).hash == plain
