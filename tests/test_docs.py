"""The documents say what the code does: generated blocks, links, and names in backticks."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import mesa
import numpy as np
import pytest

from simulator import quarter, records
from simulator.levers import INSTRUMENTS
from simulator.model import LiaoningModel
from simulator.parameters import parameters
from simulator.rules import base, base_ports, drivers
from simulator.tables import load_table
from simulator.variables import variables

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])
IDS = [page.name for page in PAGES]
PACKAGES = ("simulator", "calibration", "viz", "benchmarks")


@cache
def loaded() -> ModuleType:
    """Return ``docs/build.py`` as a module; it finds its neighbour as if it were run as a program."""
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(DOCS))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(DOCS))
    return module


def generators() -> ModuleType:
    """Return ``docs/blocks.py`` as a module."""
    loaded()
    return sys.modules["blocks"]


def prose(page: Path) -> str:
    """Return the text of a page without blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)


# --- generated blocks ------------------------------------------------------------------------------------------------


def test_every_generated_block_is_current() -> None:
    assert loaded().build(check=True) == [], "run: python docs/build.py"


def test_every_block_stands_somewhere() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in loaded().BLOCKS if f"<!-- generated: {name} -->" not in text] == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of one page with a word of a generated block changed, beside the files that are generated whole."""
    page = tmp_path / "model.md"
    for name in ("model.md", *loaded().files()):
        shutil.copy(DOCS / name, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.count("| `soe_survival` | 1 |") == 1
    page.write_text(text.replace("| `soe_survival` | 1 |", "| `soe_survival` | 2 |"), encoding="utf-8")
    return page


def test_a_stale_block_is_found_and_nothing_written(copy: Path) -> None:
    before = copy.read_text(encoding="utf-8")
    assert loaded().build(copy.parent, check=True) == ["model.md: streams"]
    assert copy.read_text(encoding="utf-8") == before


def test_a_file_that_is_generated_whole_is_written_again(copy: Path) -> None:
    schema = copy.parent / "scenario.schema.json"
    schema.write_text("{}", encoding="utf-8")
    assert loaded().build(copy.parent) == ["model.md: streams", schema.name]
    assert schema.read_text(encoding="utf-8") == (DOCS / schema.name).read_text(encoding="utf-8")


def test_a_stale_block_is_written_again(copy: Path) -> None:
    assert loaded().build(copy.parent) == ["model.md: streams"]
    assert copy.read_text(encoding="utf-8") == (DOCS / "model.md").read_text(encoding="utf-8")


def test_the_command_fails_on_a_stale_block(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = loaded()
    whole = module.build
    monkeypatch.setattr(module, "build", lambda check: whole(copy.parent, check))
    monkeypatch.setattr(sys, "argv", ["build.py", "--check"])
    assert module.main() == 1
    monkeypatch.setattr(sys, "argv", ["build.py"])
    assert module.main() == 0
    monkeypatch.setattr(sys, "argv", ["build.py", "--check"])
    assert module.main() == 0


def test_text_outside_the_blocks_is_left_alone() -> None:
    text = "before\n<!-- generated: streams -->\nold\n<!-- end -->\nafter\n"
    new, stale = loaded().current(text, "page.md")
    assert stale == ["streams"]
    assert new.startswith("before\n<!-- generated: streams -->\n| Stream |")
    assert new.endswith("|\n<!-- end -->\nafter\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- generated: stream -->\n<!-- end -->\n", "page.md: no generated block is called 'stream'"),
        ("<!-- generated: streams -->\n", "does not end"),
        ("<!-- generated: streams -->\n<!-- generated: links -->\n<!-- end -->\n", "does not end"),
    ],
)
def test_a_wrong_mark_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        loaded().current(text, "page.md")


def test_ranges_of_equations() -> None:
    assert generators().equations_in("(E2, E4-E6, E19), E70–E72; V18, E' = E (1 - d)") == (2, 4, 5, 6, 19, 70, 71, 72)
    assert generators().numbered((2, 4, 5, 6, 19, 20)) == "E2, E4–E6, E19, E20"


def test_a_bar_in_a_cell_does_not_break_a_table() -> None:
    assert generators().rows(("a",), [("x | y",)]) == "| a |\n| --- |\n| x \\| y |\n"


@pytest.mark.parametrize("record", ["CITY", "SOE", "PORT", "INVESTOR", "PROVINCE", "PARTNER", "NATION", "POLICY"])
def test_fields_and_shapes_are_those_of_the_record(record: str) -> None:
    kind = getattr(records, record)
    known = {name.lower().removeprefix("n_"): value for name, value in vars(records).items() if name.startswith("N_")}
    known["padded"] = len(records.PADDED)
    for _, name, shape, _ in generators().declared(record):
        sizes = [size.strip() for size in shape.split(",") if size]
        assert tuple(int(size) if size.isdigit() else known[size] for size in sizes) == kind[name].shape, name


@pytest.mark.parametrize("record", ["CITY", "SOE", "PORT", "INVESTOR", "PROVINCE", "PARTNER", "NATION", "POLICY"])
def test_every_field_has_a_meaning(record: str) -> None:
    table = generators().state_variables(record)
    found = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| (.*) \| [\d, ]*\|$", table, flags=re.M))
    assert tuple(found) == getattr(records, record).names
    assert [field for field, meaning in found.items() if not meaning.strip()] == []


# --- links -----------------------------------------------------------------------------------------------------------


def slug(heading: str) -> str:
    """Return the anchor that a heading gets on a web page of the repository."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower())
    return kept.strip().replace(" ", "-")


@cache
def anchors(page: Path) -> set[str]:
    return {slug(line.lstrip("#")) for line in prose(page).splitlines() if re.match(r"#{1,6} ", line)}


def broken_links(page: Path, text: str) -> list[str]:
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or not target.is_relative_to(ROOT) or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    assert broken_links(page, prose(page)) == []


def test_a_broken_link_is_seen() -> None:
    text = "[a](nowhere.md) [b](model.md#no-such-heading) [c](#evidence) [d](model.md) [e](../../elsewhere.md)"
    assert broken_links(DOCS / "model.md", text) == ["nowhere.md", "model.md#no-such-heading", "../../elsewhere.md"]


def test_pages_are_linked_from_somewhere() -> None:
    text = "".join(prose(page) for page in PAGES)
    linked = set(re.findall(r"\]\((?:docs/)?([\w.]+\.md)", text))
    assert {page.name for page in DOCS.glob("*.md")} - linked == set()


# --- names -----------------------------------------------------------------------------------------------------------


@cache
def declared_names() -> set[str]:
    """Return instruments, parameters, variables, fields, columns and scenarios: what a reader can look up."""
    found = set(INSTRUMENTS) | {v.name for some in variables().values() for v in some}
    found |= {p.name for p in parameters()} | {p.symbol for p in parameters()}
    found |= {p.name.rpartition("_")[0] for p in parameters() if p.name.endswith("_steel")}
    for value in vars(records).values():
        found |= set(getattr(value, "names", None) or ())
    for path in [*(ROOT / "simulator" / "data").glob("*.csv"), ROOT / "calibration" / "data" / "observed.csv"]:
        lines = path.read_text(encoding="utf-8").splitlines()
        found |= {line.split(",")[1] for line in lines[1:]} | set(lines[0].split(","))
    found |= {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
    for path in (ROOT / "simulator").glob("*.toml"):
        found |= set(tomllib.loads(path.read_text(encoding="utf-8")))
    return found


@cache
def names_of_the_code() -> set[str]:
    """Return what the sources define or are called with: functions, classes, arguments, attributes, keys, files."""
    found = set()
    for path in [path for package in (*PACKAGES, "docs") for path in (ROOT / package).rglob("*.py")]:
        found.add(path.stem)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.arg | ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"\A\w+\Z", node.value))
    return found


def unknown_names(text: str) -> list[str]:
    """Return words with an underscore that stand alone in backticks and are not the name of anything."""
    words = re.findall(r"(?<!`)`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`(?!`)", text)
    return sorted(set(words) - declared_names() - names_of_the_code())


def missing_paths(page: Path, text: str) -> list[str]:
    """Return paths of the repository in backticks that lead nowhere; results of a run are no such paths."""
    words = re.findall(r"`((?:simulator|docs|tests|scenarios|calibration|viz|benchmarks)/[\w./]*)`", text)
    return sorted({word for word in words if not (ROOT / word).exists()})


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_names_in_backticks_exist(page: Path) -> None:
    assert unknown_names(prose(page)) == []
    assert missing_paths(page, prose(page)) == []


def test_a_name_that_does_not_exist_is_seen() -> None:
    text = "`tariff_cut` and `tarif_cut`, `trade_elasticity_long_run` and `trade_elasticity_longrun`, `simulator/rule/`"
    assert unknown_names(text) == ["tarif_cut", "trade_elasticity_longrun"]
    assert missing_paths(DOCS / "x.md", text) == ["simulator/rule/"]


@cache
def known_equations() -> set[int]:
    modules = [*quarter.RULE_MODULES, base, base_ports, drivers]
    return {
        number
        for module in modules
        for _, function in generators().rules_of(module)
        for number in generators().equations_in(function.__doc__ or "")
    }


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_equations_exist(page: Path) -> None:
    """Single numbers and both ends of a range; a range may contain numbers that are not used."""
    ends = {int(n) for pair in generators().EQUATION.findall(prose(page)) for n in pair if n}
    assert ends <= known_equations()


def test_there_are_equations_to_speak_of() -> None:
    assert {1, 12, 21, 31, 45, 53, 64, 70, 76} <= known_equations()
    assert not {0, 35, 77} & known_equations()


def test_every_parameter_instrument_variable_and_rule_is_listed() -> None:
    """The pages that promise all of something hold all of it."""
    for page, wanted in {
        "parameters.md": {p.name for p in parameters()},
        "variables.md": {v.name for some in variables().values() for v in some},
        "scenarios.md": set(INSTRUMENTS),
        "process.md": {rule.__name__ for step in quarter.ORDER for rule in step.rules},
    }.items():
        text = (DOCS / page).read_text(encoding="utf-8")
        assert {name for name in wanted if f"`{name}`" not in text} == set(), page


def test_counts_in_the_model_page() -> None:
    """Numbers that the page gives in words."""
    text = prose(DOCS / "model.md")
    share = sum(p.status == "A" for p in parameters()) / len(parameters())
    assert "Four parameters of five are assumptions" in text and 0.75 <= share <= 0.85
    assert "the horizon is 120 quarters" in text
    assert "14 cities" in text and records.N_CITIES == 14
    assert load_table("soe").value("Liaoning", "count", "2006") == 2250.0


# --- claims ----------------------------------------------------------------------------------------------------------


def test_the_order_of_agents_does_not_matter() -> None:
    """The page says so of section 3: only the order of sums differs."""
    assert "nothing depends on the order of agents except by the order of sums" in prose(DOCS / "model.md")

    def outputs(turned: bool) -> dict[str, np.ndarray[Any, Any]]:
        model = LiaoningModel("baseline", parameters="prior", run=2, until="2006Q4")
        if turned:
            for name in ("cities", "enterprises", "ports", "investors"):
                agents = list(getattr(model, name))[::-1]
                setattr(model, name, mesa.agent.AgentSet(agents, random=model.random))
        for _ in range(4):
            model.step()
        return {level: np.array(values.tolist()) for level, values in model.outputs.items()}

    forward, backward = outputs(False), outputs(True)
    for level in forward:
        np.testing.assert_allclose(backward[level], forward[level], rtol=1e-9, atol=1e-9, err_msg=level)
    assert any(backward[level].tobytes() != forward[level].tobytes() for level in forward), "the order was not turned"
