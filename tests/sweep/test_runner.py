"""Running: the same rows however the work is done, stopped or enlarged; failures; full disks; one at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from simulator.errors import InputError
from simulator.parameters import names, table_of
from simulator.sweep import plan as plans
from simulator.sweep import runner
from simulator.sweep.folder import locked, plan_of
from simulator.sweep.manifest import load_sweep_manifest
from simulator.sweep.plan import Plan
from simulator.sweep.runner import Progress, SweepStoppedError, estimate, run_sweep
from simulator.sweep.verify import verify_sweep
from simulator.world import World
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import KEEP, described, files_of, grid, sampled, sorted_rows, sweep_text, swept, write_shelf

ROOT = Path(__file__).resolve().parents[2]
THREE = "baseline subsidy reform"
LINES = ("draws = 2", "replications = 2", KEEP)


def shards(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in files_of(folder).items() if name.startswith("shards/")}


def spoilt(plan: Plan, draw: int = 1, parameter: str = "value_of_day") -> Plan:
    """Return a plan in which one draw cannot be simulated."""
    rows = plan.table.values.copy()
    rows[draw, list(names()).index(parameter)] = -50.0
    return replace(plan, table=table_of("prior", rows))


# However the work is done


@pytest.fixture(scope="module")
def designed(plan: Maker) -> Plan:
    return plan(sweep_text(*LINES, scenarios=THREE, design=grid([0.1, 0.4], [0.3, 0.35])))


@pytest.fixture(scope="module")
def at_once(world: World, designed: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept(world, designed, tmp_path_factory.mktemp("at_once") / "sweep", threads=1)


def test_rows_are_those_of_the_plan(designed: Plan, at_once: Path) -> None:
    rows = sorted_rows(at_once)
    keys = ("scenario", "point", "draw", "replication")
    found = {tuple(row.values()) for row in rows.select(keys).to_pylist()}
    assert found == set(described(designed)) and len(found) == 48
    assert rows.num_rows == 48 * 2 * (1 + 14)
    assert set(rows["period"].to_pylist()) == {"2006", "2007"} and set(rows["freq"].to_pylist()) == {"A"}


@pytest.mark.parametrize(("threads", "chunk"), [(2, None), (1, 1), (3, 3), (2, 64)])
def test_rows_do_not_depend_on_threads_or_the_size_of_chunks(
    threads: int, chunk: int | None, world: World, designed: Plan, at_once: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if chunk is not None:
        monkeypatch.setattr(plans, "CHUNK", chunk)
        monkeypatch.setattr(plans, "SMALL", chunk)
    other = swept(world, designed, tmp_path / "other", threads=threads)
    assert sorted_rows(other).equals(sorted_rows(at_once))
    if chunk is None:
        assert files_of(other) == files_of(at_once)
    else:
        assert len(shards(other)) == {1: 48, 3: 16, 64: 1}[chunk]


def test_a_second_start_computes_nothing_and_changes_nothing(world: World, designed: Plan, at_once: Path) -> None:
    before = files_of(at_once)
    done = run_sweep(world, designed, at_once)
    assert (done.total, done.before, done.done, done.failed) == (48, 48, 48, 0)
    assert files_of(at_once) == before


def test_progress_begins_with_what_was_there_and_ends_with_all(world: World, designed: Plan, tmp_path: Path) -> None:
    told: list[Progress] = []
    done = run_sweep(world, designed, tmp_path / "sweep", threads=1, progress=told.append)
    assert {(at.before, at.total) for at in told} == {(0, 48)}
    assert [at.done for at in told] == sorted(at.done for at in told)
    assert (done.done, done.failed, done.before) == (48, 0, 0) and done.rate > 0.0 and done.left == 0.0
    assert told[-1].done == 48


# Enlarged

LEVERS = grid([0.1, 0.4])
ENLARGED = {
    "sobol": (LINES, sampled("sobol", 2), LINES, sampled("sobol", 4), 24),
    "grid": (LINES, LEVERS, LINES, grid([0.0, 0.1, 0.2, 0.4]), 24),
    "parameter": (LINES, grid(parameters=[0.3, 0.35]), LINES, grid(parameters=[0.25, 0.3, 0.35]), 36),
    "draws": (LINES, LEVERS, ("draws = 3", *LINES[1:]), LEVERS, 24),
    "replications": (LINES, LEVERS, (LINES[0], "replications = 5", KEEP), LEVERS, 40),
    "scenario": (LINES, LEVERS, LINES, LEVERS, 20),
    "runs": (("runs = 3", KEEP), LEVERS, ("runs = 5", KEEP), LEVERS, 20),
}


@pytest.mark.parametrize("what", ENLARGED)
def test_an_enlarged_sweep_keeps_its_shards_and_computes_only_what_is_new(
    what: str, world: World, plan: Maker, tmp_path: Path
) -> None:
    lines, design, more, wider, size = ENLARGED[what]
    more_scenarios = "baseline more subsidy reform" if what == "scenario" else THREE
    small = plan(sweep_text(*lines, scenarios=THREE, design=design))
    large = plan(sweep_text(*more, scenarios=more_scenarios, design=wider))
    folder = swept(world, small, tmp_path / "grown")
    before = shards(folder)
    told: list[Progress] = []
    done = run_sweep(world, large, folder, progress=told.append)
    assert {at.before for at in told} == {small.size}
    assert (done.total, done.before, done.done) == (size, small.size, size) and size > small.size
    after = shards(folder)
    assert {name: after[name] for name in before} == before
    made_at_once = swept(world, large, tmp_path / "at_once")
    assert sorted_rows(folder).equals(sorted_rows(made_at_once))
    others = [{k: v for k, v in files_of(one).items() if not k.startswith("shards/")} for one in (folder, made_at_once)]
    assert others[0] == others[1]
    check = verify_sweep(world, large, folder)
    assert (check.problems, check.done) == ((), size)


def test_a_sweep_that_no_longer_asks_for_finished_runs_is_refused_and_changes_nothing(
    world: World, plan: Maker, tmp_path: Path
) -> None:
    folder = swept(world, plan(sweep_text("runs = 4")), tmp_path / "sweep")
    before = files_of(folder)
    for lines in (["runs = 3"], ["runs = 4", "seed = 2"], ["runs = 4", 'keep = [{level="city"}]']):
        with pytest.raises(InputError, match=r"holds \d finished runs that this sweep does not ask for.*--overwrite"):
            run_sweep(world, plan(sweep_text(*lines)), folder)
    assert files_of(folder) == before


def test_overwrite_removes_only_what_is_not_asked_for(
    world: World, plan: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "SMALL", 2)
    folder = swept(world, plan(sweep_text("runs = 4")), tmp_path / "sweep")
    before = shards(folder)
    smaller = plan(sweep_text("runs = 3"))
    done = run_sweep(world, smaller, folder, overwrite=True)
    assert (done.before, done.done) == (6, 6)
    assert shards(folder).items() < before.items() and len(shards(folder)) == 3
    other = run_sweep(world, plan(sweep_text("runs = 3", "seed = 2")), folder, overwrite=True)
    assert (other.before, other.done) == (0, 6) and not shards(folder).items() & before.items()
    assert verify_sweep(world, plan_of(folder, world), folder).problems == ()


def test_overwrite_of_a_folder_of_a_later_format_removes_nothing(world: World, plan: Maker, tmp_path: Path) -> None:
    folder = swept(world, plan(sweep_text("runs = 2")), tmp_path / "sweep")
    path = folder / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"format_version": 1', '"format_version": 2'))
    before = files_of(folder)
    with pytest.raises(InputError, match=r'manifest\.json: "format_version" is 2'):
        run_sweep(world, plan(sweep_text("runs = 2", "seed = 2")), folder, overwrite=True)
    assert files_of(folder) == before


# Failures


def test_failed_runs_are_rows_with_place_seed_stage_and_message(world: World, plan: Maker, tmp_path: Path) -> None:
    clean = plan(sweep_text("seed = 7", *LINES, scenarios="baseline reform", design=grid([0.1, 0.4])))
    folder = swept(world, spoilt(clean), tmp_path / "sweep")
    rows = pq.read_table(folder / "failures.parquet").to_pylist()
    failed = [place for place in described(clean) if place[2] == 1]
    assert [(r["scenario"], r["point"], r["draw"], r["replication"]) for r in rows] == failed and len(failed) == 6
    assert {(r["seed"], r["stage"], r["message"]) for r in rows} == {
        (7, "base quarter", "ZeroDivisionError: division by zero")
    }
    manifest = load_sweep_manifest(folder)
    assert (manifest.runs, manifest.finished, manifest.failed, manifest.complete) == (12, 12, 6, True)
    whole = sorted_rows(swept(world, clean, tmp_path / "clean")).to_pylist()
    assert sorted_rows(folder).to_pylist() == [row for row in whole if row["draw"] != 1]


def test_failed_runs_are_not_computed_again_and_stay_failures(world: World, plan: Maker, tmp_path: Path) -> None:
    little = spoilt(plan(sweep_text(*LINES)))
    folder = swept(world, little, tmp_path / "sweep")
    before = files_of(folder)
    (folder / "failures.parquet").unlink()
    done = run_sweep(world, little, folder)
    assert (done.before, done.done, done.failed) == (8, 8, 4)
    assert files_of(folder) == before


def test_a_sweep_of_which_every_run_fails_comes_to_its_end(world: World, plan: Maker, tmp_path: Path) -> None:
    little = spoilt(plan(sweep_text("draws = 1", "replications = 2", KEEP)), draw=0)
    done = run_sweep(world, little, tmp_path / "sweep")
    assert (done.done, done.failed) == (4, 4)
    assert sorted_rows(tmp_path / "sweep").num_rows == 0
    check = verify_sweep(world, little, tmp_path / "sweep")
    assert (check.problems, check.done, check.failed) == ((), 4, 4)


# Killed, stopped


def test_a_sweep_that_was_killed_at_any_moment_has_the_same_files(shelf: Path, tmp_path: Path) -> None:
    write_shelf(tmp_path)
    text = sweep_text("draws = 3", "replications = 4", KEEP, scenarios="baseline reform", design=grid([0.1, 0.4]))
    (tmp_path / "little.toml").write_text(text, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "tests.sweep.killing", str(tmp_path / "little.toml"), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    never, calls, moments = ([int(word) for word in line.split()] for line in found.stdout.splitlines())
    expected = files_of(tmp_path / "never")
    whole = len(shards(tmp_path / "never"))
    assert never == [] and whole == 24
    assert calls[0] == 0 and len(set(calls)) > 8 and max(calls) >= whole - 2  # also between shards
    assert len(moments) > 0
    assert files_of(tmp_path / "calls") == expected
    assert files_of(tmp_path / "moments") == expected
    assert pq.read_table(tmp_path / "never/failures.parquet").num_rows == 12


def after(count: int, error: BaseException) -> Callable[[Progress], None]:
    """Return a reporter of progress that raises as soon as so many runs are done."""

    def report(at: Progress) -> None:
        if at.done >= count:
            raise error

    return report


def test_an_interrupt_keeps_what_is_finished_and_says_how_to_go_on(
    world: World, designed: Plan, at_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "TICK", 0.001)
    folder = tmp_path / "sweep"
    with pytest.raises(KeyboardInterrupt) as caught:
        run_sweep(world, designed, folder, threads=2, progress=after(10, KeyboardInterrupt()))
    manifest = load_sweep_manifest(folder)
    assert 0 < manifest.finished < 48 and not manifest.complete
    note = f"{manifest.finished} of 48 runs are kept in {folder}; the same command goes on."
    assert caught.value.__notes__ == [note]
    check = verify_sweep(world, designed, folder)
    assert (check.problems, check.done) == ((), manifest.finished)
    done = run_sweep(world, designed, folder)
    assert done.before == manifest.finished
    assert files_of(folder) == files_of(at_once)


def test_a_folder_alone_goes_on_when_all_files_that_it_came_from_are_gone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.sweep.sweeping import make

    source = write_shelf(tmp_path / "source") if (tmp_path / "source").mkdir() is None else tmp_path
    (source / "mine.toml").write_text("content_exports = 0.31\n", encoding="utf-8")
    text = sweep_text(
        "runs = 6", 'parameters = "mine.toml"', 'combine = "compatible"', KEEP,
        scenarios="baseline subsidy against more reform", design=grid([0.1, 0.4]),
    )  # fmt: skip
    original = make(world, source, text, check=True)
    whole = swept(world, original, tmp_path / "whole")
    monkeypatch.setattr(runner, "TICK", 0.001)
    with pytest.raises(KeyboardInterrupt):
        run_sweep(world, original, tmp_path / "part", threads=1, progress=after(10, KeyboardInterrupt()))
    for path in source.iterdir():
        path.unlink()
    source.rmdir()
    again = plan_of(tmp_path / "part", world)
    assert again.left_out == original.left_out and len(again.left_out) > 0
    done = run_sweep(world, again, tmp_path / "part")
    assert 0 < done.before < done.done == original.size
    assert files_of(tmp_path / "part") == files_of(whole)


# Disks


def test_a_write_that_fails_stops_the_sweep_and_loses_no_finished_chunk(
    world: World, designed: Plan, at_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    lock = threading.Lock()

    def replaced(*words: Any) -> None:
        with lock:
            if str(words[1]).endswith(".parquet") and "shards" in str(words[1]):
                written.append(1)
                if len(written) > 3:
                    raise OSError(28, "No space left on device", str(words[1]))
        os.rename(*words)

    folder = tmp_path / "sweep"
    monkeypatch.setattr("simulator.sweep.shards.os.replace", replaced)
    with pytest.raises(SweepStoppedError) as caught:
        run_sweep(world, designed, folder, threads=2)
    monkeypatch.undo()
    manifest = load_sweep_manifest(folder)
    found = shards(folder)
    assert len(found) == 3 and all(name.endswith(".parquet") for name in found)
    assert 0 < manifest.finished < 48
    message = str(caught.value)
    assert message.startswith("[Errno 28] No space left on device: ")
    assert message.endswith(f"{manifest.finished} of 48 runs are kept in {folder}; the same command goes on.")
    assert found.items() < shards(at_once).items()
    assert run_sweep(world, designed, folder).before == manifest.finished
    assert files_of(folder) == files_of(at_once)


def test_a_disk_that_takes_no_more_at_all_is_a_message_too(
    world: World, designed: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the manifest can be brought up to date."""

    def full(at: Progress) -> None:
        if at.done > 6:
            monkeypatch.setattr("simulator.text_file.os.replace", nothing)

    def nothing(*words: Any) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(SweepStoppedError, match="No space left on device"):
        run_sweep(world, designed, tmp_path / "sweep", progress=full)
    monkeypatch.undo()
    assert not list((tmp_path / "sweep").rglob(".*part*"))
    done = run_sweep(world, designed, tmp_path / "sweep")
    assert done.done == 48


def test_an_interrupt_on_a_full_disk_is_still_an_interrupt(
    world: World, designed: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*words: Any) -> None:
        raise OSError(28, "No space left on device")

    def interrupt(at: Progress) -> None:
        if at.done > 6:
            monkeypatch.setattr("simulator.text_file.os.replace", nothing)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(world, designed, tmp_path / "sweep", progress=interrupt)


def test_a_machine_without_memory_stops_the_sweep(
    world: World, designed: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*words: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("simulator.sweep.chunk.prepare", none)
    with pytest.raises(SweepStoppedError, match=r"^no memory left\. 0 of 48 runs are kept in "):
        run_sweep(world, designed, tmp_path / "sweep")
    assert pq.read_table(tmp_path / "sweep/failures.parquet").num_rows == 0


# One at a time


def test_two_sweeps_on_one_folder_are_refused_and_change_nothing(
    world: World, designed: Plan, at_once: Path
) -> None:
    before = files_of(at_once)
    with locked(at_once), pytest.raises(InputError, match="another sweep is writing to"):
        run_sweep(world, designed, at_once)
    assert files_of(at_once) == before
    assert run_sweep(world, designed, at_once).done == 48


# What it will take


def test_an_estimate_tries_some_runs_and_writes_nothing(world: World, designed: Plan, tmp_path: Path) -> None:
    found = estimate(world, designed, tmp_path / "new", threads=1)
    assert (found.runs, found.missing) == (48, 48) and 0 < found.tried <= 48
    assert found.seconds > 0.0 and found.megabytes > 0.0
    assert list(tmp_path.iterdir()) == []


def test_an_estimate_of_disk_is_near_what_the_shards_take(world: World, designed: Plan, at_once: Path) -> None:
    found = estimate(world, designed, at_once.parent / "new")
    taken = sum(len(content) for content in shards(at_once).values()) / 1e6
    assert 0.5 < found.megabytes / taken < 2.0


def test_an_estimate_counts_only_what_is_missing(world: World, plan: Maker, tmp_path: Path) -> None:
    folder = swept(world, plan(sweep_text("runs = 3")), tmp_path / "sweep")
    before = files_of(folder)
    found = estimate(world, plan(sweep_text("runs = 5")), folder)
    assert (found.runs, found.missing) == (10, 4)
    done = estimate(world, plan(sweep_text("runs = 3")), folder)
    assert (done.missing, done.tried, done.seconds, done.megabytes) == (0, 0, 0.0, 0.0)
    assert files_of(folder) == before
