"""The JSON Schema of sweep files: current, right about right files, and as strict as it says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.errors import InputError
from simulator.levers import INSTRUMENTS, TARGETS
from simulator.parameters import parameters
from simulator.sweep.file import parse_sweep
from simulator.sweep.schema import build_schema, schema_text
from simulator.variables import variables

DOCS = Path(__file__).resolve().parents[2] / "docs"
VALIDATOR = jsonschema.Draft7Validator(build_schema())

HEAD = '[sweep]\nname = "x"\nscenarios = ["baseline", "cjk_fta"]\n'
SOBOL = HEAD + '[design]\nmethod = "sobol"\nn = 64\n'
GRID = HEAD + '[design]\nmethod = "grid"\n'
NTB = (
    '[[design.levers]]\ninstrument = "ntb_cut"\npartners = ["Japan"]\nstart = "2026Q1"\n'
    "size = {low = 0.0, high = 0.05}\n"
)
OWN = '[[design.levers]]\ninstrument = "ntb_cut"\nsize = {low = 0.0, high = 0.05}\n'
ZONE = '[[design.levers]]\ninstrument = "free_trade_zone"\nsize = [0, 1]\n'
SHARE = "[design.parameters]\ncapital_share = "


def paths(text: str) -> list[str]:
    """Return where the schema finds something wrong in a TOML text."""
    return sorted("/".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(tomllib.loads(text)))


def test_the_file_in_the_docs_is_current() -> None:
    shipped = (DOCS / "sweep.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "run: python docs/build.py"


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + "combine = true\nruns = 100000\nseed = 0\n",
        HEAD + 'combine = "compatible"\ndraws = 1\nreplications = 4\nuntil = "2006Q4"\nparameters = "sub/p.toml"\n',
        HEAD + 'keep = [{level = "city"}, {level = "port", variables = "all", freq = "Q"}]\n',
        HEAD + 'keep = [{level = "city", variables = ["wage", "gdp_real"], freq = "A"}]\n',
        SOBOL + NTB,
        SOBOL + NTB + 'end = "2030Q4"\nphase_in = 8\nscenarios = ["cjk_fta"]\nname = "ntb"\n',
        SOBOL + OWN,
        GRID + ZONE,
        GRID + NTB.replace("{low = 0.0, high = 0.05}", "[0, 0.15]"),
        SOBOL + SHARE + '"prior"\n',
        GRID + "n = 2\n" + SHARE + "{low = 0.42, high = 0.55}\n",
        GRID + SHARE + "[0.42, 0.5, 0.55]\n",
    ],
)
def test_right_files_pass(text: str) -> None:
    assert paths(text) == []
    parse_sweep(text, "s.toml", None)


def keep(item: str) -> str:
    return f"{HEAD}keep = [{item}]\n"


WRONG: list[tuple[str, str]] = [
    ("", ""),
    (HEAD + "[desing]\n", ""),
    (HEAD + "rums = 3\n", "sweep"),
    (HEAD.replace('"x"', '"My sweep"'), "sweep/name"),
    ('[sweep]\nname = "x"\n', "sweep"),
    (HEAD.replace('["baseline", "cjk_fta"]', "[]"), "sweep/scenarios"),
    (HEAD + 'combine = "all"\n', "sweep/combine"),
    (HEAD + "runs = 0\n", "sweep/runs"),
    (HEAD + "runs = 1000001\n", "sweep/runs"),
    (HEAD + "draws = 3\n", "sweep"),
    (HEAD + "replications = 3\n", "sweep"),
    (HEAD + "runs = 3\ndraws = 3\nreplications = 3\n", "sweep"),
    (HEAD + 'until = "2036Q1"\n', "sweep/until"),
    (HEAD + "seed = -1\n", "sweep/seed"),
    (HEAD + 'parameters = "posteriors"\n', "sweep/parameters"),
    (keep(""), "sweep/keep"),
    (keep('{level = "cities"}'), "sweep/keep/0/level"),
    (keep('{freq = "A"}'), "sweep/keep/0"),
    (keep('{level = "city", freq = "M"}'), "sweep/keep/0/freq"),
    (keep('{level = "city", vars = "all"}'), "sweep/keep/0"),
    (keep('{level = "city", variables = "wage"}'), "sweep/keep/0/variables"),
    (keep('{level = "city", variables = []}'), "sweep/keep/0/variables"),
    (keep('{level = "city", variables = ["exports_usd"]}'), "sweep/keep/0/variables"),
    (keep('{level = "city", variables = ["wage", "wage"]}'), "sweep/keep/0/variables"),
    (SOBOL, "design"),
    (HEAD + "[design]\nn = 3\n" + OWN, "design"),
    (SOBOL.replace("sobol", "halton") + OWN, "design/method"),
    (SOBOL.replace("n = 64\n", "") + OWN, "design"),
    (SOBOL.replace("64", "0") + OWN, "design/n"),
    (SOBOL + "m = 3\n" + OWN, "design"),
    (SOBOL + OWN.replace("ntb_cut", "ntb_cuts"), "design/levers/0/instrument"),
    (SOBOL + OWN + "sise = 3\n", "design/levers/0"),
    (SOBOL + NTB.replace('partners = ["Japan"]\n', ""), "design/levers/0"),
    (SOBOL + NTB.replace("Japan", "Jpan"), "design/levers/0/partners"),
    (SOBOL + OWN + 'cities = "all"\n', "design/levers/0/cities"),
    (SOBOL + NTB.replace("2026Q1", "2026Q5"), "design/levers/0/start"),
    (SOBOL + OWN + 'end = "2030Q1"\n', "design/levers/0"),
    (SOBOL + OWN + "phase_in = 0\n", "design/levers/0"),
    (SOBOL + NTB + "phase_in = 121\n", "design/levers/0/phase_in"),
    (SOBOL + OWN.replace("0.05", "0.16"), "design/levers/0/size/high"),
    (SOBOL + OWN.replace("{low = 0.0, high = 0.05}", "0.05"), "design/levers/0/size"),
    (SOBOL + OWN.replace("{low = 0.0, high = 0.05}", "[0, 0.05]"), "design/levers/0/size"),
    (SOBOL + OWN.replace(", high = 0.05", ""), "design/levers/0/size"),
    (GRID + OWN.replace("{low = 0.0, high = 0.05}", "[0]"), "design/levers/0/size"),
    (GRID + OWN.replace("{low = 0.0, high = 0.05}", "[0.01, 0.16]"), "design/levers/0/size/1"),
    (GRID + "n = 2\n" + ZONE.replace("[0, 1]", "{low = 0, high = 1}"), "design/levers/0/size"),
    (GRID + ZONE.replace("[0, 1]", "[0, 0.5]"), "design/levers/0/size/1"),
    (SOBOL + OWN + 'name = "draw"\n', "design/levers/0/name"),
    (SOBOL + OWN + 'name = "Draws"\n', "design/levers/0/name"),
    (SOBOL + OWN + "scenarios = []\n", "design/levers/0/scenarios"),
    (SOBOL + "[design.parameters]\n", "design"),
    (SOBOL + '[design.parameters]\ncapital_shares = "prior"\n', "design/parameters"),
    (SOBOL + SHARE + "0.5\n", "design/parameters/capital_share"),
    (SOBOL + SHARE + '"point"\n', "design/parameters/capital_share"),
    (SOBOL + SHARE + "{low = 0.41, high = 0.5}\n", "design/parameters/capital_share/low"),
    (SOBOL + SHARE + "[0.45, 0.5]\n", "design/parameters/capital_share"),
    (GRID + SHARE + "[0.45, 0.56]\n", "design/parameters/capital_share/1"),
    (GRID + SHARE + "[0.45, 0.45]\n", "design/parameters/capital_share"),
]


@pytest.mark.parametrize(("text", "place"), WRONG, ids=[f"{i} {place}" for i, (_, place) in enumerate(WRONG)])
def test_wrong_files_are_refused_where_they_are_wrong(text: str, place: str) -> None:
    assert place in paths(text)
    with pytest.raises(InputError):
        parse_sweep(text, "s.toml", None)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_instrument_is_held_to_its_range_and_targets(name: str) -> None:
    """Each instrument's own rule, at the ends of its range and just beyond."""
    spec = INSTRUMENTS[name]
    lever: dict[str, Any] = {"instrument": name, "start": "2026Q1", "size": [spec.low, spec.high]}
    if spec.target != "none":
        lever[spec.target] = list(TARGETS[spec.target])
    whole = {"sweep": tomllib.loads(HEAD)["sweep"], "design": {"method": "grid", "levers": [lever]}}

    def right(**changes: Any) -> bool:
        return VALIDATOR.is_valid({**whole, "design": {"method": "grid", "levers": [{**lever, **changes}]}})

    assert right()
    assert right(size={"low": spec.low, "high": spec.high}) is not spec.integer
    assert not right(size=[spec.low - 0.001, spec.high])
    assert not right(size=[spec.low, spec.high + 0.001])
    assert not any(right(**{key: "all"}) for key in {"partners", "cities", "ports", "sectors"} - {spec.target})


def test_every_parameter_and_variable_is_named() -> None:
    schema = build_schema()["properties"]
    declared = schema["design"]["properties"]["parameters"]["properties"]
    assert list(declared) == [p.name for p in parameters()]
    for p in parameters():
        assert declared[p.name]["items"] == {"minimum": p.low, "maximum": p.high}
        assert p.unit in declared[p.name]["description"]
    rules = schema["sweep"]["properties"]["keep"]["items"]["allOf"]
    levels = [rule["if"]["properties"]["level"]["enum"] for rule in rules]
    names = [rule["then"]["properties"]["variables"]["anyOf"][1]["items"]["enum"] for rule in rules]
    assert levels == [[level] for level in variables()]
    assert names == [[v.name for v in found] for found in variables().values()]


def test_every_key_is_described() -> None:
    """No key of a table is without a text for the editor."""
    schema = build_schema()["properties"]
    sweep, design = schema["sweep"], schema["design"]
    tables = [sweep, sweep["properties"]["keep"]["items"], design, design["properties"]["levers"]["items"]]
    keys = [(key, shape) for table in tables for key, shape in table["properties"].items()]
    assert len(keys) == 10 + 3 + 4 + 11
    assert [key for key, shape in keys if not shape.get("description")] == []
