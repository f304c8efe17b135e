"""Repeating a stored result that differs: where, since when, how much, and what else changed since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simulator import MODEL_VERSION, ensemble
from simulator.manifest import environment
from simulator.rerun import Change, changes
from simulator.world import World
from tests.commands import liaosim
from tests.folders import edit, rewrite
from tests.rerun.repeating import RUNS, SCENARIOS, make, report_of


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
