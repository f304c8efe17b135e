"""The guide to sweeps: its files, commands and code run in the order of the page, and its examples and tables hold."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator.cli import app
from simulator.parameters import PRIOR_ROWS, draw_table
from simulator.query import MEMORY
from simulator.sweep.file import parse_sweep, read_sweep
from simulator.sweep.file_design import MAX_AXES
from simulator.sweep.file_model import MAX_COUNT, MAX_VALUES, DesignTable, KeepTable, LeverTable, SweepTable
from simulator.sweep.folder import SweepManifest, load_sweep_manifest
from simulator.sweep.planning import MAX_SCENARIOS, MAX_UNITS, draws_of_spec, make_plan
from simulator.sweep.shards import KEYS
from simulator.sweep.views import Sweep
from simulator.world import World
from tests.test_docs_code import Block, differs, execute

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.toml"))
PAGE = ROOT / "docs" / "sweeps.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCE = re.compile(
    r"(?:<!-- file: (?P<file>[\w.]+) -->\n)?```(?P<kind>toml|console|python)\n(?P<code>.*?)^```\n"
    r"(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.S | re.M,
)
MACHINE = re.compile(r"about [\d,]+ (s|min)|in [\d,]+ (s|min)\b|\(\d+ a second\)|measured on \d+ of them")
"""What depends on the machine."""


def commands(code: str) -> list[list[str]]:
    """Return the commands of a block, as words; one goes on over lines as long as its quotes are open."""
    return [shlex.split(part.strip(), comments=True) for part in re.split(r"^\$ ", code, flags=re.M) if part.strip()]


def same(text: str) -> str:
    return MACHINE.sub("TIME", text)


@dataclass
class Page:
    """What came out of running the page."""

    folder: Path
    wrong: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def page(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Run the page in a folder with the examples, as in the repository."""
    done = Page(tmp_path_factory.mktemp("sweeps"))
    shutil.copytree(ROOT / "docs" / "examples", done.folder / "docs" / "examples")
    names: dict[str, Any] = {"__name__": "documents"}
    before = Path.cwd()
    os.chdir(done.folder)
    try:
        for match in FENCE.finditer(TEXT):
            line = TEXT[: match.start("code")].count("\n")
            done.kinds.append(match["kind"])
            printed = ""
            if match["kind"] == "console":
                for words in commands(match["code"]):
                    assert words[0] == "liaosim", words
                    result = CliRunner().invoke(app, words[1:])
                    assert result.exit_code == 0, (line, words, result.output)
                    printed = result.stdout
                if match["output"] is None:  # what a command prints need not be shown
                    continue
            elif match["kind"] == "python":
                printed = execute(Block(match["code"], line, match["output"], None), names, PAGE.name)
            elif match["file"]:
                Path(match["file"]).write_text(match["code"], encoding="utf-8")
                continue
            difference = differs(same(match["output"] or ""), same(printed))
            if difference:
                done.wrong.append(f"{PAGE.name}, line {line}: {difference}")
        yield done
    finally:
        os.chdir(before)


def test_everything_runs_and_prints_what_the_page_says(page: Page) -> None:
    assert page.wrong == []
    assert page.kinds.count("console") >= 8 and page.kinds.count("python") >= 4


def test_no_block_is_overlooked() -> None:
    found = [match["kind"] for match in FENCE.finditer(TEXT)]
    for kind in ("toml", "console", "python"):
        assert found.count(kind) == TEXT.count(f"```{kind}\n")
    assert len(found) + sum(match["output"] is not None for match in FENCE.finditer(TEXT)) == TEXT.count("```") / 2


def test_a_command_over_several_lines_is_one() -> None:
    assert commands('$ liaosim query d "\n  SELECT 1"\n$ liaosim sweep a.toml # why\n') == [
        ["liaosim", "query", "d", "\n  SELECT 1"],
        ["liaosim", "sweep", "a.toml"],
    ]


def test_only_time_may_differ() -> None:
    shown, other = "100 runs in 3 s (36 a second); Time about 4 s", "100 runs in 12 s (9 a second); Time about 2 min"
    assert same(shown) == same(other)
    assert same("100 runs in 3 s") != same("200 runs in 3 s")


def test_fragments_of_files_are_right() -> None:
    """Blocks that are not saved hold a design that goes with any scenarios."""
    fragments = [m["code"] for m in FENCE.finditer(TEXT) if m["kind"] == "toml" and not m["file"]]
    assert len(fragments) >= 1
    for code in fragments:
        spec = parse_sweep(f'[sweep]\nname = "x"\nscenarios = ["baseline"]\n{code}', "x.toml", None)
        assert spec.design is not None


def test_every_key_is_explained() -> None:
    for model in (SweepTable, KeepTable, DesignTable, LeverTable):
        rows = [f"| `{key}` | " in TEXT for key in model.model_fields]
        assert all(rows), model


def table_after(heading: str) -> list[list[str]]:
    """Return the names in backticks in each line of the table whose head begins so."""
    lines = TEXT[TEXT.index(heading) :].split("\n\n")[0].splitlines()[2:]
    return [re.findall(r"`([\w.*/]+)`", line) for line in lines]


def test_every_key_of_the_manifest_is_explained() -> None:
    lines = TEXT[TEXT.index("| Key of `manifest.json`") :].split("\n\n")[0].splitlines()[2:]
    named = [name for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(named) == sorted(SweepManifest.model_fields)


def test_the_files_of_a_folder_are_those_of_the_page(page: Page) -> None:
    found = {p.name for p in (page.folder / "results" / "terms").iterdir() if not p.name.startswith(".")}
    named = {row[0].split("/")[0] for row in table_after("| File | Holds |")}
    assert named == found


def test_the_columns_of_the_tables_are_those_of_the_page(page: Page) -> None:
    rows = {row[0]: row[1:] for row in table_after("| File | Holds |")}
    with Sweep.open(page.folder / "results" / "terms") as sweep:
        assert rows["failures.parquet"] == sweep.failures.columns.tolist()
        assert rows["design.parquet"] == sweep.design.columns.tolist()[:2]
        assert rows["parameters.parquet"][0] == sweep.parameters.columns[0]
        assert "services_opening:Japan" in sweep.parameters.columns and "`services_opening:Japan`" in TEXT
    assert tuple(name for name in rows["shards/*.parquet"] if name in KEYS) == KEYS


def test_the_design_changes_nothing_of_the_base(page: Page) -> None:
    """100 runs, not 160, as the page says."""
    manifest = load_sweep_manifest(page.folder / "results" / "terms")
    assert (manifest.runs, manifest.points, manifest.draws) == (100, 4, 20)


def test_limits_are_those_of_the_code() -> None:
    limits = TEXT.partition("\n## Limits\n")[2]
    for number, what in (
        (MAX_COUNT, "each of"), (MAX_UNITS, "runs in all"), (MAX_SCENARIOS, "scenarios"), (MAX_AXES, "axes"),
        (MAX_VALUES, "values of one axis"), (PRIOR_ROWS, "draws of the prior"),
    ):  # fmt: skip
        assert f"{number:,} {what}" in " ".join(limits.split())
    assert f"{MEMORY[:-2]} GB" in limits


def test_files_for_editors_are_named_right() -> None:
    for path in EXAMPLES:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("#:schema ")
        assert (path.parent / first.removeprefix("#:schema ")).resolve() == ROOT / "docs" / "sweep.schema.json"


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_plans_as_its_comment_says(path: Path, world: World) -> None:
    spec = read_sweep(path)
    plan = make_plan(spec, world, draws_of_spec(spec))
    comment = path.read_text(encoding="utf-8").partition("\n[sweep]")[0]
    assert "?" in comment  # the question
    assert f"{plan.size:,} runs" in comment
    assert spec.name == path.stem
    assert path.name in TEXT


def test_combinations_that_contradict_themselves_are_left_out(world: World) -> None:
    spec = read_sweep(ROOT / "docs" / "examples" / "policy_combinations.toml")
    plan = make_plan(spec, world, draws_of_spec(spec))
    assert len(plan.scenarios) == 12
    assert len(plan.left_out) == 1 and "port_merger" in plan.left_out[0]


def test_the_screening_leaves_nothing_to_chance_but_luck(world: World) -> None:
    """Twenty-one axes; no size of a lever is sampled besides."""
    spec = read_sweep(ROOT / "docs" / "examples" / "prior_screening.toml")
    plan = make_plan(spec, world, draws_of_spec(spec))
    assert len(plan.design.dimensions) == 21
    assert [plan.schedule(plan.unit(index)).ranges() for index in range(len(plan.members))] == [{}, {}]
    raw = tomllib.loads(spec.text)
    assert set(raw["design"]["parameters"]) <= set(draw_table("point", 1, 1).names)
