"""All shards of a sweep as one table that is read as needed; the end of each file is read once, when it is opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from simulator.errors import InputError
from simulator.query import check_inside
from simulator.store_read import reading
from simulator.sweep.folder import SweepManifest
from simulator.sweep.shards import FOLDER, KEYS, name_of, schema
from simulator.variables import LEVELS, variables

if TYPE_CHECKING:
    import pyarrow.dataset as ds

_MARK: Final = b"liaosim"


class Outcomes(NamedTuple):
    """The shards of a sweep.

    Attributes
    ----------
    dataset : pyarrow.dataset.Dataset
    rows : int
    units : int
        Runs that are there, failed ones included.
    """

    dataset: ds.Dataset
    rows: int
    units: int


def kept_columns(manifest: SweepManifest) -> list[str]:
    """Return the kept variables of all levels, each name once: the number columns of a shard."""
    kept = {(keep.level, name) for keep in manifest.keep for name in keep.variables}
    return list(dict.fromkeys(v.name for level in LEVELS for v in variables()[level] if (level, v.name) in kept))


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
    names = kept_columns(manifest)
    system = LocalFileSystem()
    form = ds.ParquetFileFormat(default_fragment_scan_options=ds.ParquetFragmentScanOptions(
        page_checksum_verification=True))  # fmt: skip
    fragments = []
    rows = units = 0
    for path in sorted(folder.glob("*.parquet")) if folder.is_dir() else ():
        with reading(path):
            fragment = form.make_fragment(str(check_inside(directory, path)), filesystem=system)
            fragment.ensure_complete_metadata()
        units += _units(path, fragment.metadata, names)
        rows += fragment.metadata.num_rows
        fragments.append(fragment)
    if units < manifest.finished:
        raise InputError(
            f"{folder} holds {units:,} of the {manifest.finished:,} runs that were finished; shards are missing; "
            "the sweep started again computes them"
        )
    return Outcomes(ds.FileSystemDataset(fragments, schema(names), form, system), rows, units)


def _units(path: Path, about: Any, names: Sequence[str]) -> int:
    """Return how many runs a shard stands for, by its metadata; ``InputError`` unless it is one of this sweep."""
    try:
        keys = [str(key) for key in json.loads(about.metadata[_MARK])["units"]]
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path} is damaged: it does not say which runs it holds") from None
    if f"{name_of(key.encode() for key in keys)}.parquet" != path.name:
        raise InputError(f"{path} is damaged: its name is not that of its units")
    if about.schema.names != [*KEYS, *names]:
        raise InputError(f"{path} has other columns than this sweep keeps")
    return len(keys)
