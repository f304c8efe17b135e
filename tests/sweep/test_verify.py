"""Verifying a stored sweep: what is right is said to be, damage is found and named, nothing is changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.parameters import names, table_of
from simulator.sweep import chunk as chunks
from simulator.sweep import plan as plans
from simulator.sweep.chunk import Simulator
from simulator.sweep.folder import plan_of
from simulator.sweep.plan import Plan
from simulator.sweep.runner import run_sweep
from simulator.sweep.shards import KEYS, read_shard, write_shard
from simulator.sweep.verify import Check, verify_sweep
from simulator.world import World
from tests.folders import edit, rewrite
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import KEEP, files_of, grid, sweep_text, swept

AGAIN = "simulated again, is not the same; it was changed"


@pytest.fixture(scope="module")
def made(plan: Maker) -> Plan:
    """Return a plan of 36 runs in five shards, of which one draw fails."""
    runs = ("draws = 4", "replications = 3", KEEP)
    found = plan(sweep_text(*runs, scenarios="baseline reform", design=grid([0.1, 0.4])))
    rows = found.table.values.copy()
    rows[2, list(names()).index("value_of_day")] = -50.0
    return replace(found, table=table_of("prior", rows))


@pytest.fixture(scope="module")
def original(world: World, made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept(world, made, tmp_path_factory.mktemp("original") / "sweep")


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "sweep")


def verified(world: World, plan: Plan, folder: Path, again: int = 0) -> Check:
    """Verify a folder, in which nothing may change."""
    before = files_of(folder)
    found = verify_sweep(world, plan, folder, again=again)
    assert files_of(folder) == before
    return found


def shard(folder: Path, number: int = 1) -> Path:
    return sorted((folder / "shards").glob("*.parquet"))[number]


def with_value(path: Path, row: int, change: Callable[[float], float], group: int = 0) -> None:
    """Change a number of a shard and write it anew, with checksums that are right."""

    def changed(i: int, table: pa.Table) -> pa.Table:
        if i != group:
            return table
        values = table["gdp_real"].to_pylist()
        values[row] = change(values[row])
        return table.set_column(table.column_names.index("gdp_real"), "gdp_real", pa.array(values, pa.float64()))

    rewrite(path, changed)


def test_a_sweep_as_it_was_written_is_right(world: World, made: Plan, original: Path) -> None:
    told: list[tuple[int, int]] = []
    found = verify_sweep(world, made, original, again=5, progress=lambda done, total: told.append((done, total)))
    shards = len(list((original / "shards").iterdir()))
    assert found.problems == ()
    assert (found.shards, found.total, found.done, found.failed) == (shards, 36, 36, 9) and shards >= 5
    assert 1 <= found.again <= 5  # a shard that begins with a failed run has nothing to compare
    assert told == [(i + 1, shards) for i in range(shards)]


def test_an_incomplete_sweep_is_right_and_says_how_much_is_there(
    world: World, plan: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "SMALL", 2)
    monkeypatch.setattr("simulator.sweep.runner.TICK", 0.001)

    def stop(at: object) -> None:
        if any((tmp_path / "sweep/shards").glob("*.parquet")):
            raise KeyboardInterrupt

    little = plan(sweep_text("runs = 20", KEEP))
    with pytest.raises(KeyboardInterrupt):
        run_sweep(world, little, tmp_path / "sweep", threads=1, progress=stop)
    found = verified(world, little, tmp_path / "sweep", again=1)
    assert found.problems == () and 0 < found.done < found.total == 40
    assert found.done == 2 * found.shards


def test_a_killed_sweep_that_has_not_written_its_failures_down_is_right(
    world: World, made: Plan, folder: Path
) -> None:
    edit(folder, lambda manifest: manifest.update(finished=0, failed=0, complete=False))
    table = pq.read_table(folder / "failures.parquet")
    pq.write_table(table.slice(0, 0), folder / "failures.parquet")
    found = verified(world, made, folder)
    assert (found.problems, found.failed) == ((), 9)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flipped(path: Path) -> None:
    """Flip one bit of a number of the first variable."""
    column = pq.read_metadata(path).row_group(0).column(len(KEYS))
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [cut, flipped])
def test_a_shard_with_wrong_bytes_is_named(
    spoil: Callable[[Path], None], world: World, made: Plan, folder: Path
) -> None:
    path = shard(folder)
    whole = verified(world, made, folder)
    spoil(path)
    found = verified(world, made, folder)
    assert [problem for problem in found.problems if str(path) in problem][0].startswith(f"{path} is damaged: ")
    assert found.done < whole.done and all(str(path) in p or "failures" in p for p in found.problems)


def test_any_flipped_byte_of_the_numbers_is_found(world: World, made: Plan, folder: Path) -> None:
    """All pages have checksums; only bytes that no reader needs may be wrong."""
    path = shard(folder)
    content = path.read_bytes()
    about = pq.read_metadata(path)
    pages = [
        (about.row_group(g).column(c).data_page_offset, about.row_group(g).column(c).total_compressed_size)
        for g in range(about.num_row_groups)
        for c in range(len(KEYS), about.num_columns)
    ]
    expected = len(verified(world, made, folder).problems)
    assert expected == 0 and len(pages) > 20
    for first, length in pages[::5]:
        changed = bytearray(content)
        changed[first + length - 1] ^= 0x01
        path.write_bytes(changed)
        assert any(str(path) in problem for problem in verified(world, made, folder).problems), first


def test_a_renamed_and_a_copied_shard_are_named(world: World, made: Plan, folder: Path) -> None:
    copy = folder / f"shards/{'0' * 32}.parquet"
    shutil.copy(shard(folder), copy)
    assert verified(world, made, folder).problems == (f"{copy} is damaged: its name is not that of its units",)
    shard(folder, 2).unlink()
    assert f"{copy} is damaged: its name is not that of its units" in verified(world, made, folder).problems


def test_runs_that_are_there_twice_are_named(world: World, made: Plan, folder: Path) -> None:

    path = write_shard(folder / "shards", made, Simulator(world, made).chunk(np.array([0, 1])))
    problems = verified(world, made, folder).problems
    assert len(problems) == 1 and problems[0].endswith("holds runs that another shard holds too")
    assert path.exists()


def test_a_shard_of_another_sweep_is_named(world: World, plan: Maker, made: Plan, folder: Path, tmp_path: Path) -> None:
    other = swept(world, plan(sweep_text("runs = 1", "seed = 9")), tmp_path / "other")
    foreign = Path(shutil.copy(shard(other, 0), folder / "shards"))
    assert verified(world, made, folder).problems == (f"{foreign} holds runs that this sweep does not ask for",)


def test_a_shard_that_is_gone_is_missed(world: World, made: Plan, folder: Path) -> None:
    shard(folder).unlink()
    problems = verified(world, made, folder).problems
    assert any("manifest.json says that 36 runs are finished, the shards hold " in problem for problem in problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.slice(1), "its rows are not those of its runs"),
        (lambda table: table.slice(0, table.num_rows - 1), "its rows are not those of its runs"),
        (lambda table: table.take(list(reversed(range(table.num_rows)))), "its rows are not those of its runs"),
        (lambda table: table.drop_columns(["gdp_real"]), "its columns are not those that the sweep keeps"),
        (lambda table: table.rename_columns([*KEYS[:2], KEYS[3], KEYS[2], *table.column_names[4:]]),
         "its columns are not those of a shard"),
    ],
    ids=["first", "last", "order", "column", "names"],
)  # fmt: skip
def test_rows_and_columns_that_are_not_those_of_the_plan_are_named(
    change: Callable[[pa.Table], pa.Table], said: str, world: World, made: Plan, folder: Path
) -> None:
    path = shard(folder)
    rewrite(path, lambda i, table: change(table).replace_schema_metadata(table.schema.metadata))
    assert f"{path} is damaged: {said}" in verified(world, made, folder).problems


def first_of(folder: Path) -> Path:
    """Return a shard whose first run did not fail."""
    for path in sorted((folder / "shards").iterdir()):
        if all(position > 0 for position, *_ in read_shard(path).failures):
            return path
    raise AssertionError


def test_a_number_that_was_changed_with_right_checksums_is_found_by_simulating_again(
    world: World, made: Plan, folder: Path
) -> None:
    path = first_of(folder)
    with_value(path, 0, lambda value: value * (1.0 + 1e-15))
    assert verified(world, made, folder, again=0).problems == ()  # nothing else could tell
    problems = verified(world, made, folder, again=1000).problems
    assert len(problems) == 1 and problems[0].startswith(f"{path}: draw ") and AGAIN in problems[0]


def test_a_number_of_any_level_is_found_by_simulating_again(world: World, made: Plan, folder: Path) -> None:
    path = first_of(folder)
    with_value(path, 20, lambda value: value + 1e-6, group=1)
    assert any(AGAIN in problem for problem in verified(world, made, folder, again=1000).problems)


def test_a_null_in_place_of_a_number_is_found_by_simulating_again(world: World, made: Plan, folder: Path) -> None:
    with_value(first_of(folder), 1, lambda value: None)  # type: ignore[arg-type, return-value]
    assert any(AGAIN in problem for problem in verified(world, made, folder, again=1000).problems)


def test_a_stored_run_that_fails_when_it_is_simulated_again_is_wrong(
    world: World, made: Plan, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(chunks, "prepare", broken)
    problems = verified(world, made, folder, again=1000).problems
    assert problems and all(AGAIN in problem for problem in problems)


def test_a_run_that_is_stored_as_failed_but_does_not_fail_is_wrong(
    world: World, plan: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no")

    little = plan(sweep_text("runs = 1", KEEP))
    with monkeypatch.context() as patch:
        patch.setattr(chunks, "prepare", broken)
        assert run_sweep(world, little, tmp_path / "sweep").failed == 2
    assert any(AGAIN in problem for problem in verified(world, little, tmp_path / "sweep", again=1).problems)


@pytest.mark.parametrize("name", ["design.parquet", "failures.parquet"])
def test_tables_that_do_not_fit_are_named_and_mended(name: str, world: World, made: Plan, folder: Path) -> None:
    path = folder / name
    whole = path.read_bytes()
    pq.write_table(pq.read_table(path).slice(1), path)
    said = f"{path} does not hold what sweep and shards say; the sweep, started again, mends it"
    assert verified(world, made, folder).problems == (said,)
    cut(path)
    assert verified(world, made, folder).problems[0].startswith(f"{path} cannot be read: ")
    path.unlink()
    assert verified(world, made, folder).problems[0].startswith(f"{path} cannot be read: ")
    run_sweep(world, made, folder)
    assert path.read_bytes() == whole and verified(world, made, folder).problems == ()


def test_what_is_removed_as_the_message_says_is_mended_to_the_bit(
    world: World, made: Plan, folder: Path, original: Path
) -> None:
    path = shard(folder, 3)
    flipped(path)
    assert verified(world, made, folder).problems
    path.unlink()
    run_sweep(world, plan_of(folder, world), folder)
    assert files_of(folder) == files_of(original)
