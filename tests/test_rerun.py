"""Repeating a stored result: the same to the bit, or what differs since when; broken folders are refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from simulator import MODEL_VERSION, ensemble
from simulator.cli import app
from simulator.errors import InputError
from simulator.manifest import environment
from simulator.parameters import draw_table, names
from simulator.rerun import Change, Report, changes, compare
from simulator.rerun_read import read_stored
from simulator.store_read import load_results
from simulator.variables import LEVELS
from simulator.world import World

SCENARIOS = ("baseline", "graduates", "graduates+building")
RUNS, UNTIL = 3, "2007Q2"
GRADUATES = """[scenario]
name = "graduates"
title = "Subsidy to graduates of Dalian"
summary = "A test."
sources = ["none"]
extends = "baseline"

[[lever]]
instrument = "talent_subsidy"
cities = ["Dalian"]
start = "2006Q3"
size = { low = 0.05, mode = 0.1, high = 0.2 }
"""
BUILDING = """[scenario]
name = "building"
title = "Public investment"
summary = "A test."
sources = ["none"]
extends = "baseline"

[[lever]]
instrument = "public_investment"
start = "2006Q4"
size = 0.01
"""

Make = Callable[..., Path]


def liaosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def make(place: Path, *words: str) -> Path:
    """Write a stored result of three scenarios, one of them a combination, one lever sampled."""
    (place / "graduates.toml").write_text(GRADUATES, encoding="utf-8")
    (place / "building.toml").write_text(BUILDING, encoding="utf-8")
    one, other = f"{place}/graduates.toml", f"{place}/building.toml"
    size = ["--runs", str(RUNS), "--until", UNTIL, "--out", f"{place}/out"]
    result = liaosim("compare", "baseline", one, f"{one}+{other}", *size, *words)
    assert result.exit_code in (0, 3), result.output
    return place / "out"


@pytest.fixture(autouse=True)
def commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commit stand still while others work on the sources."""
    monkeypatch.setattr("simulator.manifest.git_commit", lambda: "1234567")


@pytest.fixture(scope="module")
def original(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("simulator.manifest.git_commit", lambda: "1234567")
        return make(tmp_path_factory.mktemp("original"))


@pytest.fixture
def stored(original: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil, far from the scenario files that it was made of."""
    return Path(shutil.copytree(original, tmp_path / "copy"))


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of a folder."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def rewrite(path: Path, change: Callable[[int, pa.Table], pa.Table]) -> None:
    """Change a parquet file row group by row group."""
    with pq.ParquetFile(path) as file:
        groups = [change(i, file.read_row_group(i)) for i in range(file.num_row_groups)]
    with pq.ParquetWriter(path, groups[0].schema) as writer:
        for group in groups:
            writer.write_table(group, row_group_size=max(1, group.num_rows))


def scale(
    folder: Path, level: str, variable: str, factor: float, scenario: str, run: int, period: str, entity: str
) -> None:
    """Multiply one stored value of a folder; there is exactly one such value."""

    def change(_: int, table: pa.Table) -> pa.Table:
        frame = table.select(["scenario", "run", "period", "entity"]).to_pandas()
        here = frame.eq([scenario, run, period, entity]).all(axis=1).to_numpy()
        found.append(int(here.sum()))
        values = table.column(variable).to_numpy().copy()
        values[here] *= values.dtype.type(factor)
        return table.set_column(table.column_names.index(variable), variable, pa.array(values))

    found: list[int] = []
    rewrite(folder / "series" / f"{level}.parquet", change)
    assert sorted(found) == [0, 0, 1]


def report_of(folder: Path) -> dict[str, Any]:
    """Return the report of `rerun --json` of a folder that differs."""
    result = liaosim("rerun", str(folder), "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    value: dict[str, Any] = json.loads(result.stdout)
    assert value["same"] is False
    return value


def refused(folder: Path, *words: str) -> None:
    """Check that a folder is refused with one message on stderr that holds some words."""
    result = liaosim("rerun", str(folder))
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert len(result.stderr.splitlines()) == 1 and result.stderr.startswith("Error: ")
    for word in words:
        assert word in result.stderr, result.stderr


# --- the same


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


# --- what differs


def test_one_value_is_found_with_its_quarter_and_entity(stored: Path) -> None:
    scale(stored, "city", "workers", 1.25, "graduates", 2, "2007Q1", "Fushun")
    value = report_of(stored)
    (difference,) = value["series"]
    assert difference.pop("largest") == pytest.approx(0.2)
    assert difference == {
        "scenario": "graduates", "level": "city", "since": "2007Q1", "count": 1, "runs": 1,
        "places": [{"variable": "workers", "entity": "Fushun"}],
    }  # fmt: skip
    assert value["sizes"] == value["failures"] == value["medoids"] == []
    result = liaosim("rerun", str(stored))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "Not the same: graduates (3 scenarios x 3 runs x 6 quarters, 7 levels compared)."
    (row,) = (line.split() for line in lines if "Fushun" in line)
    assert row == ["graduates", "city", "2007Q1", "workers", "(Fushun)", "1", "of", "3", "2.0e-01"]
    assert lines[-1].startswith("Nothing else changed")


@pytest.mark.parametrize(
    ("level", "variable", "entity", "epsilon"),
    [("province", "gdp_real", "Liaoning", 2.0**-52), ("lane", "tonnage", "Dalian > Japan", 2.0**-23)],
)
def test_the_last_bit_counts(stored: Path, level: str, variable: str, entity: str, epsilon: float) -> None:
    scale(stored, level, variable, 1.0 + epsilon, "baseline", 0, "2006Q1", entity)
    (difference,) = report_of(stored)["series"]
    assert (difference["level"], difference["since"], difference["runs"]) == (level, "2006Q1", 1)
    assert 0.0 < difference["largest"] < 2.0 * epsilon


def test_the_first_quarter_is_named_and_all_runs_are_counted(stored: Path) -> None:
    scale(stored, "port", "throughput", 1.5, "baseline", 0, "2006Q2", "Yingkou")
    scale(stored, "port", "throughput", 1.1, "baseline", 1, "2006Q4", "Dalian")
    scale(stored, "port", "throughput", 1.1, "baseline", 1, "2006Q2", "Dalian")
    (difference,) = report_of(stored)["series"]
    assert (difference["since"], difference["count"], difference["runs"]) == ("2006Q2", 2, 2)
    assert [place["entity"] for place in difference["places"]] == ["Dalian", "Yingkou"]
    assert difference["largest"] == pytest.approx(1 / 3)


def test_annual_values_of_the_province_count_too(stored: Path) -> None:
    scale(stored, "province", "exports", 2.0, "graduates+building", 1, "2006", "Liaoning")
    (difference,) = report_of(stored)["series"]
    assert (difference["scenario"], difference["since"]) == ("graduates+building", "2006")


def test_places_beyond_the_first_few_are_counted(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        values = pa.array(table.column("workers").to_numpy() * np.float32(2.0))
        return table.set_column(table.column_names.index("workers"), "workers", values)

    rewrite(stored / "series/city.parquet", change)
    differences = report_of(stored)["series"]
    assert [x["scenario"] for x in differences] == list(SCENARIOS)
    assert [(x["since"], x["count"], len(x["places"]), x["runs"]) for x in differences] == [("2006Q1", 14, 5, 3)] * 3
    assert "; 9 more" in liaosim("rerun", str(stored)).stdout


def test_a_value_that_is_no_number_is_a_difference_without_size(stored: Path) -> None:
    scale(stored, "province", "gdp_real", np.nan, "baseline", 0, "2006Q3", "Liaoning")
    (difference,) = report_of(stored)["series"]
    assert (difference["since"], difference["largest"]) == ("2006Q3", None)
    assert "not finite" in liaosim("rerun", str(stored)).stdout


def test_a_changed_sampled_size_is_named(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        values = table.column("talent_subsidy:Dalian").to_numpy().copy()
        values[1] *= 2.0
        return table.set_column(table.column_names.index("talent_subsidy:Dalian"), "talent_subsidy:Dalian", [values])

    rewrite(stored / "parameters.parquet", change)
    value = report_of(stored)
    assert value["series"] == []
    assert value["sizes"] == [
        {"scenario": name, "key": "talent_subsidy:Dalian", "runs": 1, "largest": pytest.approx(0.5)}
        for name in SCENARIOS[1:]
    ]
    assert "Sampled size talent_subsidy:Dalian of graduates: 1 run, " in liaosim("rerun", str(stored)).stdout


def test_another_typical_run_is_named(stored: Path) -> None:
    typical = json.loads((stored / "manifest.json").read_text(encoding="utf-8"))["medoids"]["baseline"]
    edit(stored, lambda m: m["medoids"].update(baseline=typical + 1))
    assert report_of(stored)["medoids"] == [{"scenario": "baseline", "stored": typical + 1, "now": typical}]
    said = f"Typical run of baseline: {typical + 1} then, {typical} now."
    assert said in liaosim("rerun", str(stored)).stdout.splitlines()


def test_runs_that_fail_again_are_the_same_and_others_are_named(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        fail(patched, {1})
        folder = make(tmp_path, "--threads", "1")
        assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["failures"]["baseline"] == [
            [1, "2006Q2: made to fail"]
        ]
        assert liaosim("rerun", str(folder)).exit_code == 0
    value = report_of(folder)
    assert value["failures"] == [
        {"scenario": name, "run": 1, "stored": "2006Q2: made to fail", "now": None} for name in SCENARIOS
    ]
    assert value["series"] == [], "runs that finished both times are the same"
    said = 'Run 1 of graduates: "2006Q2: made to fail" then, no failure now.'
    assert said in liaosim("rerun", str(folder)).stdout.splitlines()
    scale(folder, "port", "throughput", 1.5, "graduates", 2, "2006Q3", "Yingkou")
    (difference,) = report_of(folder)["series"]
    assert (difference["since"], difference["runs"]) == ("2006Q3", 1)


def test_runs_that_all_fail_now_are_differences_not_an_error(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, {0, 1, 2})
    value = report_of(stored)
    assert len(value["failures"]) == RUNS * len(SCENARIOS)
    assert [x["now"] for x in value["medoids"]] == [None] * 3
    assert "... and 4 more failures that differ." in liaosim("rerun", str(stored)).stdout.splitlines()


def fail(monkeypatch: pytest.MonkeyPatch, runs: set[int]) -> None:
    """Make some runs of the engine fail."""
    real = ensemble._one_run

    def one_run(job: Any, run: int) -> Any:
        return ("2006Q2: made to fail", {}) if run in runs else real(job, run)

    monkeypatch.setattr(ensemble, "_one_run", one_run)


# --- the environment


def test_another_model_version_is_said_first(stored: Path) -> None:
    edit(stored, lambda m: m.update(model_version="0"))
    result = liaosim("rerun", str(stored))
    assert result.exit_code == 0, "the figures decide, not the number of the version"
    note = f"Note: {stored} was made by model version 0, this is {MODEL_VERSION}; figures may differ.\n"
    assert result.stderr == note
    scale(stored, "port", "throughput", 1.5, "baseline", 0, "2006Q2", "Yingkou")
    result = liaosim("rerun", str(stored))
    assert (result.exit_code, result.stderr) == (1, note)
    first = f"Model version 0 then, {MODEL_VERSION} now: figures are expected to differ."
    assert result.stdout.splitlines()[0] == first


def test_changes_of_the_environment_are_listed_with_a_difference(stored: Path) -> None:
    edit(stored, lambda m: (m["packages"].update(numpy="1.0"), m.update(python="3.0.0", git_commit=None)))
    assert len(liaosim("rerun", str(stored)).stdout.splitlines()) == 1
    scale(stored, "port", "throughput", 1.5, "baseline", 0, "2006Q2", "Yingkou")
    found = {x["what"]: (x["stored"], x["now"]) for x in report_of(stored)["environment"]}
    here = environment()
    assert found == {
        "python": ("3.0.0", here["python"]),
        "numpy": ("1.0", np.__version__),
        "git_commit": (None, "1234567"),
    }
    text = liaosim("rerun", str(stored)).stdout
    assert ["numpy", "1.0", np.__version__] in [line.split() for line in text.splitlines()]


def test_packages_that_came_or_went_are_changes() -> None:
    then = environment() | {"packages": {"numpy": "1", "old": "2"}}
    now = environment() | {"packages": {"numpy": "1", "new": None}, "model_version": "9"}
    assert changes(then, now) == (Change("model_version", MODEL_VERSION, "9"), Change("old", "2", None))


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


# --- folders that are refused


@pytest.mark.parametrize(
    "file",
    ["manifest.json", "parameters.parquet", "scenarios/baseline.toml", "scenarios/building.toml", "scenarios",
     "series", *(f"series/{level}.parquet" for level in LEVELS)],
)  # fmt: skip
def test_a_missing_file_is_named(stored: Path, file: str) -> None:
    path = stored / file
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    refused(stored, path.stem)


@pytest.mark.parametrize("file", ["parameters.parquet", "series/province.parquet", "series/lane.parquet"])
@pytest.mark.parametrize("part", [0.0, 0.5, 0.999])
def test_a_truncated_file_is_named(stored: Path, file: str, part: float) -> None:
    path = stored / file
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    refused(stored, str(path), "cannot be read")


def test_damage_inside_a_file_is_no_traceback(stored: Path) -> None:
    """Bytes of the values are overwritten, the footer is whole: found while values are read, or as a difference."""
    path = stored / "series/province.parquet"
    with pq.ParquetFile(path) as file:
        column = file.metadata.row_group(1).column(file.schema_arrow.names.index("gdp_real"))
        start, size = column.data_page_offset, column.total_compressed_size
    content = bytearray(path.read_bytes())
    content[start : start + size] = b"\xff" * size
    path.write_bytes(bytes(content))
    refused(stored, str(path), "cannot be read")


def test_changed_scenario_files_are_refused(stored: Path) -> None:
    path = stored / "scenarios/building.toml"
    path.write_text(BUILDING.replace("0.01", "0.011"), encoding="utf-8")
    refused(stored, "graduates+building", "is not the one that was simulated", "building.toml")
    path.write_text(BUILDING.replace("size", "sise"), encoding="utf-8")
    result = liaosim("rerun", str(stored))
    assert result.exit_code == 2
    assert str(path) in result.stderr and 'lever 1 (public_investment): unknown key "sise"' in result.stderr


def test_changed_parameters_are_refused(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        values = table.column("capital_share").to_numpy().copy()
        values[2] = np.nextafter(values[2], 1.0)
        return table.set_column(table.column_names.index("capital_share"), "capital_share", [values])

    rewrite(stored / "parameters.parquet", change)
    refused(stored, "parameters.parquet", "not the parameters that were simulated")


def test_parameters_of_another_model_are_named(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        return table.rename_columns(["old_name" if n == "capital_share" else n for n in table.column_names])

    rewrite(stored / "parameters.parquet", change)
    edit(stored, lambda m: m.update(model_version="0"))
    refused(stored, "unknown now: old_name; new since: capital_share; it was written by model version 0")


def test_parameters_in_another_order_are_refused(stored: Path) -> None:
    columns = pq.read_table(stored / "parameters.parquet").column_names
    columns[2:4] = columns[3:1:-1]
    rewrite(stored / "parameters.parquet", lambda _, table: table.select(columns))
    refused(stored, "they are in another order")


def test_variables_of_another_model_are_named(stored: Path) -> None:
    rewrite(stored / "series/port.parquet", lambda _, table: table.drop_columns(["throughput"]))
    refused(stored, "port.parquet", "variables", "new since: throughput")


def test_rows_in_another_order_are_refused(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        return table.take(list(range(table.num_rows))[::-1])

    rewrite(stored / "series/port.parquet", change)
    refused(stored, "port.parquet", 'column "run" of scenario "baseline" is not as liaosim writes it')


@pytest.mark.parametrize("strange", ["Yingkou", "Atlantis", None])
def test_a_row_of_another_entity_is_refused(stored: Path, strange: str | None) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        words = table.column("entity").to_pylist()
        words[0] = strange
        return table.set_column(table.column_names.index("entity"), "entity", [pa.array(words)])

    rewrite(stored / "series/port.parquet", change)
    refused(stored, "port.parquet", 'column "entity" of scenario "baseline" is not as liaosim writes it')


def test_keys_may_be_plain_texts(stored: Path) -> None:
    """Another program that wrote the file again may have dropped the dictionaries."""

    def change(_: int, table: pa.Table) -> pa.Table:
        words = pa.array(table.column("entity").to_pylist())
        return table.set_column(table.column_names.index("entity"), "entity", [words])

    rewrite(stored / "series/port.parquet", change)
    assert liaosim("rerun", str(stored)).exit_code == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.pop("seed"), ['"seed" is missing or wrong']),
        (lambda m: m.pop("scenarios"), ['"scenarios"']),
        (lambda m: m["scenarios"][1].pop("hash"), ['"scenarios.1.hash"']),
        (lambda m: m.update(scenarios=[]), ['"scenarios"']),
        (lambda m: m.update(runs="3"), ['"runs"', "integer"]),
        (lambda m: m.update(runs=4), ["parameters.parquet", "4 runs"]),
        (lambda m: m.update(until="2036Q1"), ['"until"', "2006Q1 to 2035Q4"]),
        (lambda m: m.update(until="2007Q1"), ["is not the one that was simulated", "manifest.json"]),
        (lambda m: m["failures"].pop("baseline"), ['"failures"', "baseline"]),
        (lambda m: m["failures"].update(baseline=[[3, "x"]]), ['"failures"', "not among 3"]),
        (lambda m: m["failures"].update(baseline=[[0, "x"]]), ["province.parquet"]),
        (lambda m: m["medoids"].pop("graduates"), ['"medoids"', "graduates"]),
        (lambda m: m["scenarios"][2].update(name="building"), ['"failures"', "building"]),
        (lambda m: m["scenarios"][1]["sizes"].update(x="y"), ["parameters.parquet", '"y"']),
        (lambda m: m.update(format="other"), ['"format" is not']),
        (lambda m: m.update(format_version=2), ['"format_version" is 2']),
    ],
)
def test_a_spoilt_manifest_is_refused(
    stored: Path, change: Callable[[dict[str, Any]], object], words: list[str]
) -> None:
    edit(stored, change)
    refused(stored, *words)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    refused(tmp_path, "holds no manifest.json")
    refused(tmp_path / "nowhere", "holds no manifest.json")
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    refused(tmp_path, "is not valid JSON")
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "manifest.json").mkdir()
    refused(tmp_path, "manifest.json")


def test_a_scenario_cannot_be_read_from_outside_the_folder(stored: Path, tmp_path: Path) -> None:
    outside = tmp_path / "graduates.toml"
    shutil.copy(stored / "scenarios/graduates.toml", outside)

    def change(m: dict[str, Any]) -> None:
        m["scenarios"][1]["name"] = str(outside)
        m["failures"][str(outside)], m["medoids"][str(outside)] = [], 0

    edit(stored, change)
    refused(stored, "is not the one that was simulated")


def test_hash_of_parameters_is_that_of_the_model(original: Path) -> None:
    found = read_stored(original)
    assert found.table.names == names()
    assert found.table.hash == draw_table("prior", RUNS, 1).hash == load_results(original).base.parameters.hash


def test_rerun_needs_a_folder() -> None:
    result = liaosim("rerun")
    assert result.exit_code == 2 and "DIR" in result.stderr


def test_read_stored_raises_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no manifest"):
        read_stored(tmp_path)
