"""Repeating a stored result that is the same to the bit, whatever engine and threads; the same from Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simulator import ensemble
from simulator.parameters import draw_table, names
from simulator.posterior import default_kind
from simulator.rerun import Report, compare
from simulator.rerun_read import read_stored
from simulator.store_read import load_results
from simulator.variables import LEVELS
from simulator.world import World
from tests.commands import liaosim
from tests.folders import edit, rewrite
from tests.rerun.repeating import RUNS, SCENARIOS, make, report_of


@pytest.mark.parametrize("words", [[], ["--threads", "1"], ["--threads", "2"], ["--engine", "mesa"]])
def test_a_stored_result_repeats_whatever_engine_and_threads(stored: Path, words: list[str]) -> None:
    before = {path: path.read_bytes() for path in stored.parent.rglob("*") if path.is_file()}
    result = liaosim("rerun", str(stored), *words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "The same to the bit: 3 scenarios x 3 runs x 6 quarters, 7 levels.\n"
    assert before == {path: path.read_bytes() for path in stored.parent.rglob("*") if path.is_file()}


def test_the_stored_result_tests_what_it_should(stored: Path) -> None:
    """Scenarios differ from each other within the horizon, and one size is sampled."""
    results = load_results(stored)
    assert results.scenarios == SCENARIOS
    sizes = results.ensemble("graduates").sizes["talent_subsidy:Dalian"]
    assert len(set(sizes)) == RUNS
    base, school, both = (results.values(name, "city", "Q") for name in SCENARIOS)
    assert (base != school).any() and (school != both).any()


def test_results_of_the_mesa_engine_repeat_compiled(world: World, tmp_path: Path) -> None:
    folder = make(tmp_path, "--engine", "mesa")
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["engine"] == "mesa"
    assert liaosim("rerun", str(folder)).exit_code == 0


def test_point_parameters_of_one_scenario_repeat(world: World, tmp_path: Path) -> None:
    words = ["--runs", "1", "--until", "2006Q2", "--parameters", "point", "--check"]
    assert liaosim("run", "baseline", *words, "--out", f"{tmp_path}/out").exit_code == 0
    result = liaosim("rerun", f"{tmp_path}/out")
    assert result.stdout == "The same to the bit: 1 scenario x 1 run x 2 quarters, 7 levels.\n"


def test_invariants_are_tested_again_if_they_were(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not read_stored(original).checked
    folder = make(tmp_path, "--check")
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["check"] is True
    assert read_stored(folder).checked
    checks: list[bool] = []
    real = ensemble.simulate

    def simulate(*given: Any, **options: Any) -> Any:
        checks.append(options["check"])
        return real(*given, **options)

    monkeypatch.setattr(ensemble, "simulate", simulate)
    assert liaosim("rerun", str(folder)).exit_code == 0
    assert checks == [True] * 3


def test_folders_of_before_say_in_the_command_whether_invariants_were_tested(stored: Path) -> None:
    edit(stored, lambda m: (m.pop("check"), m.update(command=["liaosim", "compare", "--check"])))
    assert read_stored(stored).checked
    edit(stored, lambda m: m.update(command=["liaosim", "compare"]))
    assert not read_stored(stored).checked
    edit(stored, lambda m: m.update(check=False, command=["liaosim", "compare", "--check"]))
    assert not read_stored(stored).checked, "the entry counts, not the command"


def test_series_in_double_precision_are_compared_in_it(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        values = pa.array(table.column("throughput").to_numpy().astype(np.float64))
        return table.set_column(table.column_names.index("throughput"), "throughput", values)

    rewrite(stored / "series/port.parquet", change)
    found = report_of(stored)["series"]
    assert {x["level"] for x in found} == {"port"}
    assert all(0.0 < x["largest"] < 1e-7 for x in found)


def test_comments_in_scenario_files_do_not_matter(stored: Path) -> None:
    path = stored / "scenarios/graduates.toml"
    path.write_text(f"# a remark\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert liaosim("rerun", str(stored)).exit_code == 0


def test_json_of_the_same(stored: Path) -> None:
    result = liaosim("rerun", str(stored), "--json")
    assert result.exit_code == 0
    value = json.loads(result.stdout)
    assert value.pop("environment") == []
    assert value == {
        "folder": str(stored), "same": True, "scenarios": list(SCENARIOS), "runs": RUNS, "quarters": 6,
        "levels": list(LEVELS), "series": [], "sizes": [], "failures": [], "medoids": [],
    }  # fmt: skip


def test_from_python(original: Path, world: World) -> None:
    found = read_stored(original)
    assert found.names == SCENARIOS
    assert set(found.sizes["graduates"]) == {"talent_subsidy:Dalian"}
    ensembles = (
        ensemble.simulate(world, s, runs=RUNS, seed=found.seed, until=found.until, parameters=found.table)
        for s in found.scenarios
    )
    report = compare(found, ensembles)
    assert isinstance(report, Report) and report.same and report.differing == ()


def test_keys_may_be_plain_texts(stored: Path) -> None:
    """Another program that wrote the file again may have dropped the dictionaries."""

    def change(_: int, table: pa.Table) -> pa.Table:
        words = pa.array(table.column("entity").to_pylist())
        return table.set_column(table.column_names.index("entity"), "entity", [words])

    rewrite(stored / "series/port.parquet", change)
    assert liaosim("rerun", str(stored)).exit_code == 0


def test_hash_of_parameters_is_that_of_the_model(original: Path) -> None:
    found = read_stored(original)
    assert found.table.names == names()
    assert found.table.kind == default_kind()
    assert found.table.hash == draw_table(default_kind(), RUNS, 1).hash == load_results(original).base.parameters.hash
