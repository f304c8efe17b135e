"""What a sweep leaves alone, what it keeps of a changed sweep, and what it says of its own figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.errors import InputError
from simulator.sweep import Sweep, run_sweep, verify_sweep
from simulator.sweep import chunk as chunks
from simulator.sweep.folder import check_sweep_target, plan_of
from simulator.sweep.shards import read_shard
from simulator.sweep.summary import summarise
from simulator.world import World
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import SUBSIDY, grid, make, sorted_rows, sweep_text, swept, write_scenario, write_shelf

THREE = "baseline subsidy reform"


@pytest.fixture
def own(world: World, plan: Maker, tmp_path: Path) -> Path:
    """Return a sweep of three scenarios that a test may spoil."""
    return swept(world, plan(sweep_text("runs = 2", scenarios=THREE)), tmp_path / "own")


# What is not its own


def test_files_of_others_beside_the_scenarios_stay(world: World, own: Path) -> None:
    mine = own / "scenarios" / "precious.toml"
    mine.write_text("mine", encoding="utf-8")
    run_sweep(world, plan_of(own, world), own)
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_scenario_that_is_no_longer_swept_goes(world: World, plan: Maker, own: Path) -> None:
    run_sweep(world, plan(sweep_text("runs = 2", scenarios="baseline subsidy")), own, overwrite=True)
    assert sorted(path.name for path in (own / "scenarios").iterdir()) == ["baseline.toml", "subsidy.toml"]


@pytest.mark.parametrize("name", ["scenarios", "shards"])
def test_a_folder_that_leads_elsewhere_is_refused_before_anything_is_written(
    name: str, own: Path, tmp_path: Path
) -> None:
    shutil.move(own / name, tmp_path / "elsewhere")
    (own / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=f"{name} is a link"):
        check_sweep_target(own)


def test_a_shard_that_is_a_link_is_refused(own: Path, tmp_path: Path) -> None:
    shard = next((own / "shards").iterdir())
    shutil.move(shard, tmp_path / shard.name)
    shard.symlink_to(tmp_path / shard.name)
    with pytest.raises(InputError, match="is a link"):
        read_shard(shard)


# What is kept of a changed sweep


def test_a_changed_scenario_costs_only_its_own_runs(world: World, tmp_path: Path) -> None:
    text = sweep_text("runs = 3", scenarios=THREE)
    shelf = write_shelf(tmp_path)
    folder = swept(world, make(world, shelf, text), tmp_path / "sweep")
    before = {key: rows for key, rows in rows_of(folder).items() if key != "subsidy"}
    write_scenario(shelf, "subsidy", SUBSIDY.format(start="2006Q2", size=0.3))
    changed = make(world, shelf, text)
    with pytest.raises(InputError, match="holds 3 finished runs that this sweep does not ask for"):
        run_sweep(world, changed, folder)
    done = run_sweep(world, changed, folder, overwrite=True)
    assert (done.total, done.before, done.done) == (9, 6, 9)
    after = rows_of(folder)
    assert all(after[name].equals(rows) for name, rows in before.items())
    at_once = swept(world, changed, tmp_path / "at once")
    assert sorted_rows(folder).equals(sorted_rows(at_once))
    assert verify_sweep(world, changed, folder).problems == ()


def rows_of(folder: Path) -> dict[str, pa.Table]:
    """Return the rows of each scenario."""
    rows = sorted_rows(folder)
    return {name: rows.filter(pa.compute.equal(rows["scenario"], name)) for name in set(rows["scenario"].to_pylist())}


def test_failures_of_kept_runs_stay_failures(
    world: World, plan: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = chunks.not_finite
    monkeypatch.setattr(chunks.np, "isfinite", lambda values: chunks.np.zeros(1, dtype=bool))
    monkeypatch.setattr(chunks, "not_finite", lambda outputs: "spoilt")
    folder = swept(world, plan(sweep_text("runs = 2", scenarios=THREE)), tmp_path / "sweep")
    monkeypatch.undo()
    assert real is chunks.not_finite
    done = run_sweep(world, plan(sweep_text("runs = 2", scenarios="baseline reform")), folder, overwrite=True)
    assert (done.total, done.before, done.failed) == (4, 4, 4)
    with Sweep.open(folder) as sweep:
        assert sorted(sweep.failures["scenario"]) == ["baseline", "baseline", "reform", "reform"]
        assert set(sweep.failures["message"]) == {"spoilt"}


# What is checked


def test_changed_parameters_are_found(world: World, own: Path) -> None:
    path = own / "parameters.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(0, "draw", pa.array([1, 0], pa.int32())), path)
    found = verify_sweep(world, plan_of(own, world), own)
    assert len(found.problems) == 1
    assert "parameters.parquet does not hold what sweep and shards say" in found.problems[0]


def test_a_condition_with_a_bracket_too_many_is_refused(own: Path) -> None:
    with Sweep.open(own) as sweep:
        for where in ("true) UNION ALL SELECT * FROM (SELECT 1", "true; SELECT 1", "(true"):
            with pytest.raises(InputError, match="is not one condition"):
                sweep.paired("subsidy", "baseline", "province", "gdp_real", where=where)
        one = sweep.paired("subsidy", "baseline", "province", "gdp_real", where="draw = 0 -- first", years="2007")
        assert one[["period", "n"]].values.tolist() == [["2007", 1]]


# What is said of figures


@pytest.mark.usefixtures("uncalibrated")
def test_a_summary_says_how_few_values_its_errors_rest_on(own: Path) -> None:
    with Sweep.open(own) as sweep:
        found = summarise(sweep)
    assert found is not None and "over 2 runs" in found.title
    assert found.notes == ("A 95 % interval is ± 12.7 standard errors (Student's t, 2 independent values).",)


@pytest.mark.parametrize(
    ("lines", "notes"),
    [
        (("draws = 1", "replications = 1"), ("One draw under one luck: no standard error can be told.",)),
        (("draws = 1", "replications = 12"), ("The standard errors hold for this one draw of what is uncertain.",)),
        (("draws = 12", "replications = 1"), ("The standard errors hold under this one luck.",)),
        (("runs = 12",), ()),
    ],
)
@pytest.mark.usefixtures("uncalibrated")
def test_a_summary_says_for_what_its_errors_hold(
    world: World, plan: Maker, tmp_path: Path, lines: tuple[str, ...], notes: tuple[str, ...]
) -> None:
    text = sweep_text(*lines, scenarios="baseline reform", design=grid([0.1, 0.2]), until="2006Q4")
    folder = swept(world, plan(text), tmp_path / "sweep")
    with Sweep.open(folder) as sweep:
        found = summarise(sweep)
    assert found is not None and found.notes == notes
    assert ("±" in found.rows[0][1]) == (lines != ("draws = 1", "replications = 1"))
