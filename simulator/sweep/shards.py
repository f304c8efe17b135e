"""Shards: one Parquet file a chunk, written once and whole, without clock times, with the identities of its units.

A shard has a row for every finished unit, level, frequency, period and entity: the columns of ``KEYS``, then one a kept
variable (null where the level does not keep it, or where the figure has no meaning). Failed units have no rows; they
and the identities of all units stand in the file's metadata.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.periods import labels, years_of
from simulator.sweep.chunk import Chunk
from simulator.sweep.plan import IntArray, Plan, Unit
from simulator.variables import ENTITIES, LEVELS, variables

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER: Final = "shards"
KEYS: Final = ("scenario", "point", "draw", "replication", "level", "entity", "period", "freq")
_MARK: Final = b"liaosim"
_FORMAT: Final = "liaosim shard 1"
_PART: Final = re.compile(r"\.[0-9a-f]{32}\.part")


@dataclass(frozen=True)
class Shard:
    """What a shard says of itself.

    Attributes
    ----------
    path : Path
    keys : tuple of str
        Identities of its units, in the order of the plan.
    failures : tuple of (position, stage, message)
        Position counts within `keys`.
    model_version : str
    rows : int
    """

    path: Path
    keys: tuple[str, ...]
    failures: tuple[tuple[int, str, str], ...]
    model_version: str
    rows: int


class Kept(Protocol):
    """What is kept of one level: of a sweep file, or of the manifest of a sweep."""

    @property
    def level(self) -> str:
        """Name of the level."""
        ...

    @property
    def variables(self) -> Sequence[str]:
        """Names of its variables."""
        ...


def columns_of(keep: Iterable[Kept]) -> list[str]:
    """Return the kept variables of all levels, each name once: the number columns of a shard."""
    kept = {(item.level, name) for item in keep for name in item.variables}
    return list(dict.fromkeys(v.name for level in LEVELS for v in variables()[level] if (level, v.name) in kept))


def schema(names: Sequence[str]) -> pa.Schema:
    """Return the columns of a shard as a reader sees them: texts, whole numbers and floats."""
    import pyarrow as pa

    whole = ("draw", "replication")
    fields = [pa.field(key, pa.int32() if key in whole else pa.string()) for key in KEYS]
    return pa.schema([*fields, *(pa.field(name, pa.float64()) for name in names)])


def name_of(keys: Iterable[bytes]) -> str:
    """Return the name of the shard of some units: a hash of their identities."""
    return hashlib.sha256(b"\n".join(keys)).hexdigest()[:32]


def tables_of(plan: Plan, chunk: Chunk) -> Iterator[pa.Table]:
    """Yield the rows of a chunk, one table a level and frequency; rows in the order unit, period, entity."""
    import pyarrow as pa

    units = [plan.unit(index) for index in chunk.done]
    names = columns_of(plan.spec.keep)
    place = {int(index): position for position, index in enumerate(chunk.units)}
    about = _about(
        [plan.keys[index].decode() for index in chunk.units],
        [(place[f.unit], f.stage, f.message) for f in chunk.failures],
        MODEL_VERSION,
    )
    for keep in plan.spec.keep:
        values = chunk.values[keep.level, keep.freq]
        columns = key_columns(plan, units, keep.level, keep.freq)
        nothing = pa.nulls(values[..., 0].size, pa.float64())
        for name in names:
            if name in keep.variables:
                flat = values[..., keep.variables.index(name)].reshape(-1)
                columns[name] = pa.array(flat, pa.float64(), mask=np.isnan(flat))
            else:
                columns[name] = nothing
        yield pa.table(columns).replace_schema_metadata(about)


def _about(keys: Sequence[str], failures: Sequence[tuple[int, str, str]], model_version: str) -> dict[bytes, bytes]:
    """Return what a shard says of itself, as metadata of its file."""
    content = {"format": _FORMAT, "model_version": model_version, "units": keys, "failures": failures}
    return {_MARK: json.dumps(content, separators=(",", ":")).encode()}


def key_columns(plan: Plan, units: Sequence[Unit], level: str, freq: str) -> dict[str, Any]:
    """Return the key columns of one level and frequency."""
    import pyarrow as pa

    periods = labels(plan.quarters) if freq == "Q" else years_of(plan.quarters)
    entities = ENTITIES[level]
    each = len(periods) * len(entities)

    def words(codes: npt.NDArray[np.int32], texts: Sequence[str], mask: npt.NDArray[np.bool_] | None = None) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=mask), pa.array(texts, pa.string()))

    def repeated(values: Iterable[int]) -> npt.NDArray[np.int32]:
        return np.repeat(np.fromiter(values, dtype=np.int32), each)

    points = sorted({unit.point for unit in units if unit.point >= 0})
    place = {point: i for i, point in enumerate(points)}
    of_point = repeated(place.get(unit.point, -1) for unit in units)
    rows = len(units) * each
    return {
        "scenario": words(repeated(unit.scenario for unit in units), [s.name for s in plan.scenarios]),
        "point": words(np.maximum(of_point, 0), [plan.design.points[p] for p in points], of_point < 0),
        "draw": pa.array(repeated(unit.draw for unit in units)),
        "replication": pa.array(repeated(unit.replication for unit in units)),
        "level": words(np.zeros(rows, dtype=np.int32), [level]),
        "entity": words(np.tile(np.arange(len(entities), dtype=np.int32), rows // len(entities)), entities),
        "period": words(
            np.tile(np.repeat(np.arange(len(periods), dtype=np.int32), len(entities)), len(units)), periods
        ),
        "freq": words(np.zeros(rows, dtype=np.int32), [freq]),
    }


def write_shard(folder: Path, plan: Plan, chunk: Chunk) -> Path:
    """Write a chunk aside, bring it to the disk and give it its name; nothing half written ever has that name.

    Raises
    ------
    OSError
        There is no room, or the folder cannot be written. Nothing is left behind.
    """
    name = name_of(plan.keys[index] for index in chunk.units)
    return _write_whole(folder, name, lambda file: write_rows(plan, chunk, file))


def keep_units(shard: Shard, positions: Sequence[int]) -> Path:
    """Write a shard anew with some of its units only, to the bit as they are, then remove it.

    Parameters
    ----------
    positions : sequence of int
        Places of the units within ``shard.keys``, ascending.

    Raises
    ------
    InputError
        The shard is damaged.
    OSError
        There is no room, or the folder cannot be written. The shard is still there.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted, failed = set(positions), {unit for unit, *_ in shard.failures}
    new = {old: position for position, old in enumerate(positions)}
    keys = [shard.keys[position] for position in positions]
    failures = [(new[unit], stage, message) for unit, stage, message in shard.failures if unit in wanted]
    about = _about(keys, failures, shard.model_version)
    kept = np.array([unit in wanted for unit in range(len(shard.keys)) if unit not in failed], dtype=bool)
    tables = []
    with _reading(shard.path), pq.ParquetFile(shard.path) as source:
        for group in range(source.num_row_groups):
            table = source.read_row_group(group)
            rows = np.repeat(kept, table.num_rows // max(1, len(kept)))
            tables.append(table.filter(pa.array(rows)).combine_chunks().replace_schema_metadata(about))
    name = name_of(key.encode() for key in keys)
    path = _write_whole(shard.path.parent, name, lambda file: _write_groups(tables, file))
    shard.path.unlink()
    return path


def _write_whole(folder: Path, name: str, write: Callable[[IO[bytes]], object]) -> Path:
    """Let a shard be written aside, bring it to the disk and give it its name."""
    path, part = folder / f"{name}.parquet", folder / f".{name}.part"
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        _sync(folder)
    finally:
        part.unlink(missing_ok=True)
    return path


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, so that a power failure does not lose them."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def write_rows(plan: Plan, chunk: Chunk, file: Any) -> None:
    """Write the content of a shard to an open file or buffer, one row group a level and frequency."""
    _write_groups(tables_of(plan, chunk), file)


def _write_groups(tables: Iterable[pa.Table], file: Any) -> None:
    """Write tables of the same columns, each as one row group."""
    import pyarrow.parquet as pq

    writer = None
    try:
        for table in tables:
            if writer is None:
                writer = pq.ParquetWriter(
                    file,
                    table.schema,
                    compression="zstd",
                    use_dictionary=list(KEYS),
                    use_byte_stream_split=table.column_names[len(KEYS) :],
                    write_page_checksum=True,
                )
            writer.write_table(table, row_group_size=max(1, table.num_rows))
    finally:
        if writer is not None:
            writer.close()


def read_shard(path: Path) -> Shard:
    """Read what a shard says of itself, not its rows.

    Raises
    ------
    InputError
        The file is damaged or no shard of this program.
    """
    import pyarrow.parquet as pq

    if path.is_symlink():
        raise InputError(f"{path} is a link; a sweep reads and writes shards of its own folder only")
    with _reading(path):
        about = pq.read_metadata(path)
    return shard_of(path, about)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say that a shard is damaged in place of what Parquet or the operating system has to say."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{path} is damaged: {' '.join(str(error).split())}") from None


def shard_of(path: Path, about: Any) -> Shard:
    """Return what a shard says of itself in metadata that were read from it.

    Raises
    ------
    InputError
        The file is damaged or no shard of this program.
    """
    try:
        content = json.loads((about.metadata or {})[_MARK])
        shard = Shard(
            path,
            tuple(str(key) for key in content["units"]),
            tuple((int(unit), str(stage), str(message)) for unit, stage, message in content["failures"]),
            str(content["model_version"]),
            int(about.num_rows),
        )
        right = content["format"] == _FORMAT
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path} is damaged: it does not say which runs it holds") from None
    if any(not 0 <= unit < len(shard.keys) for unit, _, _ in shard.failures):
        raise InputError(f"{path} is damaged: it names failed runs that it does not hold")
    if not right or f"{name_of(key.encode() for key in shard.keys)}.parquet" != path.name:
        raise InputError(f"{path} is damaged: its name is not that of its units")
    return shard


def read_rows(path: Path, checked: bool = False) -> pa.Table:
    """Read the rows of a shard, texts as texts; `checked` compares the checksum of every page.

    Raises
    ------
    InputError
        The file is damaged.
    """
    import pyarrow.parquet as pq

    with _reading(path):
        table = pq.read_table(path, page_checksum_verification=checked, partitioning=None)
        if table.column_names[: len(KEYS)] != list(KEYS):
            raise ValueError("its columns are not those of a shard")
        return table.cast(schema(table.column_names[len(KEYS) :])).replace_schema_metadata(None).combine_chunks()


def remove_parts(folder: Path) -> None:
    """Remove what a sweep that was killed left half written; only call it while holding the folder's lock."""
    for path in folder.iterdir():
        if _PART.fullmatch(path.name):
            path.unlink(missing_ok=True)


def places_of(plan: Plan, keys: Iterable[str]) -> IntArray:
    """Return the place of each identity in the plan, -1 if it is none of its units."""
    wanted = np.fromiter((key.encode() for key in keys), dtype="S32")
    order = plan.sorted_keys
    found = np.searchsorted(plan.keys, wanted, sorter=order)
    place = order[np.minimum(found, len(order) - 1)]
    return np.where(plan.keys[place] == wanted, place, -1).astype(np.int64)
