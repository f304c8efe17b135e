"""Checking a stored sweep: every shard whole, every run where it belongs, some runs simulated again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError
from simulator.manifest import MANIFEST
from simulator.sweep.chunk import Simulator
from simulator.sweep.folder import DESIGN, FAILURES, PARAMETERS, design_table, failures_table, parameters_table
from simulator.sweep.manifest import load_sweep_manifest
from simulator.sweep.plan import IntArray, Plan
from simulator.sweep.shards import (
    FOLDER,
    KEYS,
    columns_of,
    key_columns,
    places_of,
    read_rows,
    read_shard,
    schema,
    tables_of,
)
from simulator.world import World

AGAIN: Final = 3
"""Runs that are simulated again by default, spread over the shards."""


@dataclass(frozen=True)
class Check:
    """What was found.

    Attributes
    ----------
    shards : int
        Shards read.
    total, done, failed, again : int
        Runs of the sweep; those that are there, and failed ones among them; those simulated again to the same bits.
    problems : tuple of str
        One sentence each, with the file.
    """

    shards: int
    total: int
    done: int
    failed: int
    again: int
    problems: tuple[str, ...]


def verify_sweep(
    world: World,
    plan: Plan,
    directory: Path,
    *,
    again: int = AGAIN,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Check:
    """Check every shard of a folder; changes nothing.

    Every page of every shard is read and its checksum compared; identities, labels, periods, entities and number of
    rows must be those of the plan, no run may be there twice, and the tables of design, parameters and failures must
    be those of the plan and the shards. Of `again` shards the first run is simulated anew and must be the same to the
    bit.

    Parameters
    ----------
    progress : callable
        Called with shards read and shards in all.
    """
    paths = sorted((directory / FOLDER).glob("*.parquet"))
    done = np.zeros(plan.size, dtype=bool)
    failures: dict[int, tuple[str, str]] = {}
    problems: list[str] = []
    chosen = {paths[i] for i in np.linspace(0, len(paths) - 1, min(again, len(paths))).astype(int)} if paths else set()
    simulator = Simulator(world, plan)
    same = 0
    for i, path in enumerate(paths):
        try:
            places, bad = _check_shard(plan, path)
            if done[places].any():
                raise InputError(f"{path} holds runs that another shard holds too")
            if path in chosen:
                same += _check_again(simulator, plan, path, places, bad)
            done[places] = True
            failures |= bad
        except InputError as error:
            problems.append(str(error))
        progress(i + 1, len(paths))
    problems += _check_tables(plan, directory, done, failures, whole=not problems)
    return Check(len(paths), plan.size, int(done.sum()), len(failures), same, tuple(problems))


def _check_shard(plan: Plan, path: Path) -> tuple[IntArray, dict[int, tuple[str, str]]]:
    """Return the places in the plan of the units of a shard, and its failures by place.

    Raises
    ------
    InputError
        The shard is not as the plan says.
    """
    shard = read_shard(path)
    places = places_of(plan, shard.keys)
    if (places < 0).any():
        raise InputError(f"{path} holds runs that this sweep does not ask for")
    rows = read_rows(path, checked=True)
    expected = schema(columns_of(plan.spec.keep))
    if rows.schema.names != expected.names:
        raise InputError(f"{path} is damaged: its columns are not those that the sweep keeps")
    bad = {int(places[unit]): (stage, message) for unit, stage, message in shard.failures}
    good = np.array([place for place in places if int(place) not in bad], dtype=np.int64)
    wanted = _labels(plan, good)
    if rows.num_rows != wanted.num_rows or not rows.select(list(KEYS)).equals(wanted):
        raise InputError(f"{path} is damaged: its rows are not those of its runs")
    return places, bad


def _labels(plan: Plan, units: IntArray) -> Any:
    """Return the key columns that a shard of some finished units must have."""
    import pyarrow as pa

    found = [plan.unit(index) for index in units]
    expected = schema([])
    parts = [pa.table(key_columns(plan, found, keep.level, keep.freq)).cast(expected) for keep in plan.spec.keep]
    return pa.concat_tables(parts).combine_chunks()


def _check_again(
    simulator: Simulator, plan: Plan, path: Path, places: IntArray, failures: Mapping[int, tuple[str, str]]
) -> int:
    """Simulate the first run of a shard anew and return 1; nothing to compare if it fails as it did, then 0.

    Raises
    ------
    InputError
        It does not give what the shard holds.
    """
    chunk = simulator.chunk(places[:1])
    if not len(chunk.done) and int(places[0]) in failures:
        return 0
    unit = plan.unit(int(places[0]))
    stored = read_rows(path)
    found = [table.cast(stored.schema) for table in tables_of(plan, chunk)]
    if not len(chunk.done) or not all(_rows_of(stored, unit.draw, unit.replication, f).equals(f) for f in found):
        name = plan.scenarios[unit.scenario].name
        raise InputError(
            f"{path}: draw {unit.draw}, replication {unit.replication} of {name}, simulated again, is not the same;"
            " it was changed, or made on another machine or with other versions (see manifest.json)"
        )
    return 1


def _rows_of(stored: Any, draw: int, replication: int, like: Any) -> Any:
    """Return the rows of the first run of a shard that stand where `like`, some rows of that run, should stand."""
    import pyarrow.compute as pc

    first = like.slice(0, 1)
    keys = ("scenario", "level", "freq")
    mask = pc.and_(pc.equal(stored["draw"], draw), pc.equal(stored["replication"], replication))
    for key in keys:
        mask = pc.and_(mask, pc.equal(stored[key], first[key][0]))
    point = first["point"][0]
    mask = pc.and_(mask, pc.equal(stored["point"], point) if point.is_valid else pc.is_null(stored["point"]))
    return stored.filter(mask).combine_chunks()


def _check_tables(
    plan: Plan, directory: Path, done: npt.NDArray[np.bool_], failures: Mapping[int, tuple[str, str]], whole: bool
) -> list[str]:
    """Compare what manifest and tables say with the shards; only if these are `whole`, as to how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    problems = []
    said, there = load_sweep_manifest(directory).finished, int(done.sum())
    if whole and said > there:
        problems.append(
            f"{directory / MANIFEST} says that {said:,} runs are finished, the shards hold {there:,};"
            " the sweep, started again, mends it"
        )
    tables = {DESIGN: design_table(plan), PARAMETERS: parameters_table(plan)}
    if said >= there:  # else the sweep is running, or was killed before it wrote down what had failed
        tables[FAILURES] = failures_table(plan, failures)
    for name, expected in tables.items():
        path = directory / name
        try:
            if path.is_symlink():
                problems.append(f"{path} is a link; a sweep holds its own files")
            elif not pq.read_table(path).equals(expected):
                problems.append(f"{path} does not hold what sweep and shards say; the sweep, started again, mends it")
        except (pa.ArrowException, OSError, ValueError) as error:
            problems.append(f"{path} cannot be read: {' '.join(str(error).split())}")
    return problems
