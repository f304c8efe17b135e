"""The folder of a sweep that is running or damaged, as tables: what is there is shown, what is wrong is named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator.errors import InputError
from simulator.sweep import Sweep
from tests.sweep.sweeping import shards, unfinished


def test_a_running_sweep_has_what_is_there(own: Path) -> None:
    gone = pq.read_metadata(shards(own)[0]).num_rows
    with Sweep.open(own) as sweep:
        assert (sweep.there, sweep.complete) == (48, True)
        rows = sweep.rows("outcomes")
    with Sweep.open(unfinished(own)) as sweep:
        assert (sweep.there, sweep.manifest.runs, sweep.complete) == (40, 48, False)
        assert sweep.rows("outcomes") == rows - gone > 0
        assert sweep.frame("gdp_real").shape[0] == (rows - gone) // (2 + 28 + 8) * 2


def test_a_sweep_that_has_just_begun_has_empty_views(own: Path) -> None:
    for path in shards(unfinished(own)):
        path.unlink()
    with Sweep.open(own) as sweep:
        assert (sweep.there, sweep.rows("outcomes"), len(sweep.frame())) == (0, 0, 0)
        assert sweep.sql("SELECT count(*) AS n, avg(gdp_real) AS m FROM outcomes")["n"].tolist() == [0]
        with pytest.raises(InputError, match="no pair of reform and baseline is there"):
            sweep.paired("reform", "baseline", "province", "gdp_real")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def rename(path: Path) -> None:
    path.rename(path.with_name("0" * 32 + ".parquet"))


def link(path: Path) -> None:
    path.rename(path.parent.parent / "moved")
    path.symlink_to(path.parent.parent / "moved")


def strip(path: Path) -> None:
    pq.write_table(pq.read_table(path, partitioning=None).replace_schema_metadata(None), path)


def drop_column(path: Path) -> None:
    table = pq.read_table(path, partitioning=None)
    pq.write_table(table.drop_columns(["wage"]), path)


def mix(path: Path) -> None:
    pq.write_table(pq.read_table(path, partitioning=None), path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (cut, r"{name} cannot be read: .*damaged"),
        (os.unlink, r"shards holds 40 of the 48 runs that were finished; shards are missing"),
        (rename, r"0{{32}}.parquet is damaged: its name is not that of its units"),
        (link, r"{name} is a link"),
        (strip, r"{name} is damaged: it does not say which runs it holds"),
        (drop_column, r"{name} has other columns than this sweep keeps"),
        (mix, r"{name} is damaged: a part of it has more than one level"),
    ],
)
def test_a_spoilt_shard_is_named(own: Path, spoil: Callable[[Path], object], message: str) -> None:
    path = shards(own)[2]
    spoil(path)
    with pytest.raises(InputError, match=message.format(name=path.name)):
        Sweep.open(own)


@pytest.mark.parametrize("late", [False, True])
def test_damage_that_only_a_query_meets_is_named(own: Path, late: bool) -> None:
    """A page in the middle of a shard is changed, or a shard vanishes while the folder is open."""
    path = shards(own)[4]
    if not late:
        content = bytearray(path.read_bytes())
        about = pq.read_metadata(path).row_group(0).column(8)
        middle = about.data_page_offset + about.total_compressed_size // 2
        content[middle] ^= 0xFF
        path.write_bytes(content)
    with Sweep.open(own) as sweep:
        if late:
            path.unlink()
        with pytest.raises(InputError, match=f"{path.name} (cannot be read|is missing)"):
            sweep.sql("SELECT sum(gdp_real) FROM outcomes")
        assert sweep.rows("design") == 2


@pytest.mark.parametrize("file", ["design", "failures", "parameters"])
def test_a_table_that_is_missing_is_named(own: Path, file: str) -> None:
    (own / f"{file}.parquet").unlink()
    with pytest.raises(InputError, match=f"{file}.parquet is missing"):
        Sweep.open(own)
