"""The folder of a sweep: what it holds, who may write to it, what is done and what is missing.

It holds ``sweep.toml`` (the file as given), ``manifest.json``, ``scenarios/`` (one file a link of a chain),
``parameters.parquet`` (one row a draw), ``design.parquet`` (one row a point), ``shards/*.parquet`` and
``failures.parquet`` (one row a failed run). The shards are the truth: everything else can be made from the sweep
file, and the table of failures from the shards.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.folder import check_place
from simulator.manifest import MANIFEST, is_sweep
from simulator.parameters import ParameterTable, names, table_of
from simulator.store import size_column
from simulator.sweep.manifest import (
    SweepManifest,
    chains_of,
    identity_of,
    load_sweep_manifest,
    write_manifest,
)
from simulator.sweep.plan import Plan, Unit
from simulator.sweep.planning import make_plan, sampled_sizes
from simulator.sweep.shards import FOLDER, Shard, keep_units, places_of, read_shard, remove_parts
from simulator.text_file import replace_file, replace_with
from simulator.world import World

if TYPE_CHECKING:
    import pyarrow as pa

SWEEP_FILE: Final = "sweep.toml"
DESIGN: Final = "design.parquet"
PARAMETERS: Final = "parameters.parquet"
FAILURES: Final = "failures.parquet"
SCENARIOS: Final = "scenarios"
LOCK: Final = ".lock"
_UNFINISHED: Final = re.compile(rf"{re.escape(LOCK)}|\.{re.escape(MANIFEST)}\.part-[0-9a-f]{{8}}")
"""What a sweep that was killed at once may leave behind in a new folder."""


@dataclass(frozen=True)
class Stock:
    """What a folder has of a plan.

    Attributes
    ----------
    done : ndarray of bool, shape (units of the plan,)
        Units that need not be simulated again, failed ones included.
    failures : dict of int to (stage, message)
        Failed units.
    stale : tuple of (Shard, tuple of int)
        Shards that hold units which the plan does not ask for, and the places of those that it does ask for.
    """

    done: npt.NDArray[np.bool_]
    failures: Mapping[int, tuple[str, str]]
    stale: tuple[tuple[Shard, tuple[int, ...]], ...]

    @property
    def unused(self) -> int:
        """Number of finished units that the plan does not ask for."""
        return sum(len(shard.keys) - len(wanted) for shard, wanted in self.stale)


def default_sweep_folder(plan: Plan, root: Path = Path("results")) -> Path:
    """Return ``root/<name of the sweep>``: an enlarged sweep goes on in the same folder."""
    return root / plan.spec.name


def check_sweep_target(directory: Path) -> None:
    """Raise ``InputError`` unless a folder is new, empty or one of a sweep. Changes nothing."""
    check_place(directory)
    for name in (FOLDER, SCENARIOS):
        if (directory / name).is_symlink():
            raise InputError(f"{directory / name} is a link; a sweep writes to its own folder only")
    if is_sweep(directory):
        load_sweep_manifest(directory)
    elif directory.exists() and any(not _UNFINISHED.fullmatch(item.name) for item in directory.iterdir()):
        if (directory / SWEEP_FILE).is_file():
            raise InputError(f"{directory / MANIFEST} is damaged or gone; put it back, or name another folder")
        raise InputError(
            f"--out {directory} is not empty and was not written by a sweep; name a folder that is new or empty"
        )


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the folder for one sweep, until the block ends or the process does.

    Raises
    ------
    InputError
        Another sweep is writing to it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / LOCK).open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"another sweep is writing to {directory}; wait for it, or name another folder with --out"
            ) from None
        yield


def take_stock(directory: Path, plan: Plan) -> Stock:
    """Find out which units of a plan a folder has.

    Raises
    ------
    InputError
        A shard is damaged; the message names it.
    """
    done = np.zeros(plan.size, dtype=bool)
    failures: dict[int, tuple[str, str]] = {}
    stale = []
    for shard in shards_of(directory):
        places = places_of(plan, shard.keys)
        wanted = places >= 0
        if not wanted.all():
            stale.append((shard, tuple(np.flatnonzero(wanted).tolist())))
        done[places[wanted]] = True
        failures |= {
            int(places[unit]): (stage, message) for unit, stage, message in shard.failures if wanted[unit]
        }
    return Stock(done, failures, tuple(stale))


def shards_of(directory: Path) -> Iterator[Shard]:
    """Read what the shards of a folder say of themselves, by name; ``InputError`` if one is damaged."""
    folder = directory / FOLDER
    if folder.is_dir():
        for path in sorted(folder.glob("*.parquet")):
            yield read_shard(path)


def prepare_folder(
    directory: Path, plan: Plan, stock: Stock, overwrite: bool, environments: list[dict[str, Any]]
) -> None:
    """Write everything but the shards; only call it while holding the lock.

    Raises
    ------
    InputError
        Shards of the folder would become useless, and `overwrite` does not allow to remove them.
    """
    if stock.stale:
        if not overwrite:
            raise InputError(_superseded(directory, stock))
        for shard, asked in stock.stale:
            if asked:
                keep_units(shard, asked)
            else:
                shard.path.unlink(missing_ok=True)
    earlier = _own_files(directory)
    # First of all, because it makes the folder one of a sweep.
    write_manifest(directory, plan, stock.done, len(stock.failures), environments)
    (directory / FOLDER).mkdir(exist_ok=True)
    remove_parts(directory / FOLDER)
    for path in (*directory.glob(".*.part-*"), *directory.glob(f"{SCENARIOS}/.*.part-*")):
        path.unlink()  # of a sweep that was killed
    scenarios = directory / SCENARIOS
    scenarios.mkdir(exist_ok=True)
    wanted = chains_of(plan)
    for name in earlier - {name for files in wanted.values() for name in files}:
        (scenarios / name).unlink(missing_ok=True)
    for files in wanted.values():
        for name, text in files.items():
            replace_file(scenarios / name, text)
    _write_parquet(directory / PARAMETERS, parameters_table(plan))
    _write_parquet(directory / DESIGN, design_table(plan))
    write_failures(directory, plan, stock.failures)
    replace_file(directory / SWEEP_FILE, plan.spec.text)


def _own_files(directory: Path) -> set[str]:
    """Return the names of the scenario files that the manifest of a folder lists: all that may be removed."""
    if not is_sweep(directory):
        return set()
    found = {name for entry in load_sweep_manifest(directory).scenarios for name in entry.chain}
    return {name for name in found if Path(name).name == name}


def _superseded(directory: Path, stock: Stock) -> str:
    """Say why finished runs of a folder do not belong to a sweep, and what to do."""
    old = {shard.model_version for shard, _ in stock.stale} - {MODEL_VERSION}
    why = (
        f"made by model version {', '.join(sorted(old))} (this is {MODEL_VERSION})"
        if old
        else "that this sweep does not ask for (fewer runs, draws or replications, or other scenarios, design, seed,"
        " until, parameters, keep or --check)"
    )
    return (
        f"{directory} holds {stock.unused:,} finished runs {why}; name another folder with --out, "
        "or add --overwrite to remove them"
    )


def parameters_table(plan: Plan) -> pa.Table:
    """Return one row a draw: its parameters before the design changes them, and the sizes of levers that are sampled.

    A size that the design gives in place of a sampled one is not among them.
    """
    import pyarrow as pa

    table = plan.table
    columns: dict[str, npt.NDArray[Any]] = {"draw": np.arange(plan.spec.draws, dtype=np.int32)}
    columns |= {name: table.values[:, j] for j, name in enumerate(table.names)}
    schedules = {scenario.name: plan.schedule(Unit(s, 0, 0, 0)) for s, scenario in enumerate(plan.scenarios)}
    for scenario, sizes in sampled_sizes(schedules, plan.spec.draws, plan.spec.seed).items():
        for key, size in sizes.items():
            columns[size_column(columns, key, size, scenario)] = size
    return pa.table(columns)


def design_table(plan: Plan) -> pa.Table:
    """Return one row a point: its id, its number, and its value on every axis."""
    import pyarrow as pa

    design = plan.design
    columns: dict[str, Any] = {
        "point": pa.array(design.points, pa.string()),
        "number": pa.array(np.arange(len(design.points), dtype=np.int32)),
    }
    columns |= {axis.name: pa.array(design.values[:, j]) for j, axis in enumerate(design.dimensions)}
    return pa.table(columns)


def failures_table(plan: Plan, failures: Mapping[int, tuple[str, str]]) -> pa.Table:
    """Return one row a failed run, in the order of the plan."""
    import pyarrow as pa

    rows = [(plan.unit(index), *failures[index]) for index in sorted(failures)]
    return pa.table(
        {
            "scenario": pa.array([plan.scenarios[unit.scenario].name for unit, _, _ in rows], pa.string()),
            "point": pa.array([plan.point_name(unit.point) for unit, _, _ in rows], pa.string()),
            "draw": pa.array([unit.draw for unit, _, _ in rows], pa.int32()),
            "replication": pa.array([unit.replication for unit, _, _ in rows], pa.int32()),
            "run": pa.array([plan.run_of(unit) for unit, _, _ in rows], pa.int32()),
            "seed": pa.array([plan.spec.seed] * len(rows), pa.int64()),
            "stage": pa.array([stage for _, stage, _ in rows], pa.string()),
            "message": pa.array([message for _, _, message in rows], pa.string()),
        }
    )


def write_failures(directory: Path, plan: Plan, failures: Mapping[int, tuple[str, str]]) -> None:
    """Write the table of failed runs."""
    _write_parquet(directory / FAILURES, failures_table(plan, failures))


def _write_parquet(path: Path, table: pa.Table) -> None:
    import pyarrow.parquet as pq

    replace_with(path, lambda file: pq.write_table(table, file, compression="zstd"))


def plan_of(directory: Path, world: World) -> Plan:
    """Return the plan of a sweep from its folder alone: its own file, scenarios and parameters.

    Raises
    ------
    InputError
        The folder holds no sweep, or something in it is missing, damaged or no longer allowed.
    """
    from simulator.sweep.file import parse_sweep
    from simulator.text_file import read_text

    manifest = load_sweep_manifest(directory)
    path = directory / SWEEP_FILE
    if not path.exists():
        raise InputError(f"{directory} was left while it was being prepared; start the sweep from its file")
    spec = parse_sweep(read_text(path), str(path), None)
    table = _read_parameters(directory / PARAMETERS, manifest)
    scenarios = [entry.name for entry in manifest.scenarios]
    apart = InputError(
        f"{path}, {SCENARIOS}/ and {MANIFEST} do not belong together: one was changed, or the sweep was stopped while"
        " it prepared; start it from the file that it was made from"
    )
    if len(table.values) != spec.draws:
        raise apart
    plan = make_plan(
        spec, world, table, check=manifest.check, library=directory / SCENARIOS, given=scenarios,
        left_out=tuple(manifest.left_out),
    )  # fmt: skip
    same_model = (manifest.model_version, manifest.data) == (MODEL_VERSION, plan.data_hash)
    if same_model and manifest.identity != identity_of(plan):  # else its shards are refused, which says more
        raise apart
    return plan


def _read_parameters(path: Path, manifest: SweepManifest) -> ParameterTable:
    """Read the parameters of every draw; ``InputError`` unless they are those that the manifest names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_table(path, columns=list(names()))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    values = np.column_stack([found[name].to_numpy() for name in found.column_names])
    told = manifest.parameters
    table = table_of(told.kind, np.ascontiguousarray(values), told.calibration)
    if found.column_names != list(names()) or table.hash != told.hash:
        raise InputError(f"{path} does not hold the parameters that {MANIFEST} names; it was changed or is damaged")
    return table
