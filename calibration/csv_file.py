"""Tables as CSV files, written alike: six digits, ``true`` and ``false``, empty where there is no number."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from simulator.text_file import replace_file


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table, whole or not at all.

    Parameters
    ----------
    path : Path
    columns : sequence of str
    rows : iterable of sequences
        Cells: texts stand as they are; so a number of which no digit may be lost comes as a text.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    replace_file(path, out.getvalue())


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, float):
        return str(value).lower()  # bool or int, of Python or of NumPy
    return f"{value:.6g}" if math.isfinite(value) else ""
