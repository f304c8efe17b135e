"""All shards of a sweep as one view that is read as needed; the end of each file is read once, when it is opened.

A shard has a part (a row group) for every level and frequency. Each is a table of its own here, so that a question
about one of them reads no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.errors import InputError
from simulator.query import check_inside, quoted
from simulator.store_read import reading
from simulator.sweep.manifest import SweepManifest
from simulator.sweep.shards import FOLDER, KEYS, columns_of, schema, shard_of

if TYPE_CHECKING:
    import pyarrow.dataset as ds


class Outcomes(NamedTuple):
    """The shards of a sweep.

    Attributes
    ----------
    parts : mapping of (level, freq) to pyarrow dataset
    rows : mapping of (level, freq) to int
    units : int
        Runs that are there, failed ones included.
    """

    parts: Mapping[tuple[str, str], ds.Dataset]
    rows: Mapping[tuple[str, str], int]
    units: int


def open_outcomes(directory: Path, manifest: SweepManifest) -> Outcomes:
    """Open all shards that a folder has now; those that a running sweep adds later are not among them.

    Raises
    ------
    InputError
        A shard is damaged, a link or not one of this sweep, or shards are missing.
    """
    import pyarrow.dataset as ds
    from pyarrow.fs import LocalFileSystem

    folder = directory / FOLDER
    names = columns_of(manifest.keep)
    system = LocalFileSystem()
    options = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    form = ds.ParquetFileFormat(default_fragment_scan_options=options)
    found: dict[tuple[str, str], list[Any]] = {(keep.level, keep.freq): [] for keep in manifest.keep}
    rows = dict.fromkeys(found, 0)
    units = 0
    for path in sorted(folder.glob("*.parquet")) if folder.is_dir() else ():
        with reading(path):
            fragment = form.make_fragment(str(check_inside(directory, path)), filesystem=system)
            fragment.ensure_complete_metadata()
        about = fragment.metadata
        if about.schema.names != [*KEYS, *names]:
            raise InputError(f"{path} has other columns than this sweep keeps")
        units += len(shard_of(path, about).keys)
        for group in range(about.num_row_groups):
            if about.row_group(group).num_rows:
                part = _only(path, about, group, "level"), _only(path, about, group, "freq")
                if part not in found:
                    raise InputError(f"{path} holds {part[0]} ({part[1]}), which this sweep does not keep")
                found[part].append(fragment.subset(row_group_ids=[group]))
                rows[part] += about.row_group(group).num_rows
    if units < manifest.finished:
        raise InputError(
            f"{folder} holds {units:,} of the {manifest.finished:,} runs that were finished; shards are missing; "
            "the sweep started again computes them"
        )
    columns = schema(names)
    parts = {part: ds.FileSystemDataset(fragments, columns, form, system) for part, fragments in found.items()}
    return Outcomes(parts, rows, units)


def _only(path: Path, about: Any, group: int, key: str) -> str:
    """Return the one value that a column has in a part of a shard."""
    statistics = about.row_group(group).column(KEYS.index(key)).statistics
    if statistics is None or not statistics.has_min_max or statistics.min != statistics.max:
        raise InputError(f"{path} is damaged: a part of it has more than one {key}")
    return str(statistics.min)


def view_of(manifest: SweepManifest) -> tuple[dict[tuple[str, str], str], str]:
    """Return the name of the table of every level and frequency, and the statement that makes one view of them.

    Its column ``run`` is the draw where each run has its own draw and luck, otherwise draw x replications +
    replication; variables that a level does not keep are null.
    """
    names = columns_of(manifest.keep)
    run = "draw" if manifest.separate else f"draw * {manifest.replications} + replication"
    tables, parts = {}, []
    for keep in manifest.keep:
        name = tables[keep.level, keep.freq] = f"_{keep.level}_{keep.freq}"
        columns = [
            quoted(v) if v in keep.variables else f"CAST(NULL AS DOUBLE) AS {quoted(v)}" for v in names
        ]
        parts.append(
            f"SELECT scenario, point, draw, replication, CAST({run} AS INTEGER) AS run, '{keep.level}' AS level, "
            f"entity, period, '{keep.freq}' AS freq, {', '.join(columns)} FROM {quoted(name)}"
        )
    return tables, " UNION ALL ".join(parts)
