"""Little folders of stored results for tests: made by the command line in a few short runs, and spoilt afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.commands import liaosim

SUBSIDY = """[scenario]
name = "subsidy"
title = "Subsidy to graduates"
title_zh = "毕业生补贴"
summary = "A test."
sources = ["none"]
extends = "baseline"

[[lever]]
instrument = "talent_subsidy"
cities = ["Dalian"]
start = "2006Q2"
size = 0.1
"""


def compare(
    folder: Path,
    files: Mapping[str, str],
    asked: Sequence[str],
    *words: str,
    runs: int,
    until: str = "2007Q4",
    codes: tuple[int, ...] = (0,),
) -> Path:
    """Write scenario files beside a folder, compare the baseline with those asked for into it, and return it.

    Parameters
    ----------
    files : mapping of str to str
        Name of a scenario to the text of its file.
    asked : sequence of str
        Names among `files`, or several joined by ``+``.
    words : str
        Further words of the command.
    codes : tuple of int
        Exit codes that are expected; every other is an error.
    """
    place = folder.parent
    for name, text in files.items():
        (place / f"{name}.toml").write_text(text, encoding="utf-8")
    others = ["+".join(f"{place}/{name}.toml" for name in one.split("+")) for one in asked]
    size = ["--runs", str(runs), "--until", until, "--out", str(folder)]
    result = liaosim("compare", "baseline", *others, *size, *words)
    assert result.exit_code in codes, result.output
    return folder


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of a folder."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def rewrite(path: Path, change: Callable[[int, pa.Table], pa.Table]) -> None:
    """Change a parquet file row group by row group."""
    with pq.ParquetFile(path) as file:
        groups = [change(i, file.read_row_group(i)) for i in range(file.num_row_groups)]
    with pq.ParquetWriter(path, groups[0].schema) as writer:
        for group in groups:
            writer.write_table(group, row_group_size=max(1, group.num_rows))
