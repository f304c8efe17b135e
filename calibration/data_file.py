"""Data to fit to as a file: CSV ``target,period,value,unit``, one fitted figure a line, in the unit of its target."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from calibration.csv_file import write_csv
from calibration.targets import LAST_YEAR, Row, Target, TargetData, rows, targets
from simulator.errors import InputError, nearest
from simulator.text_file import printable, read_text

COLUMNS: Final = ("target", "period", "value", "unit")
SHOWN: Final = 12
"""Names listed in a message."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


def write_data(path: Path, data: TargetData) -> None:
    """Write data to a file, whole or not at all; figures keep all their digits.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    known = targets()
    lines = [
        (name, period, repr(float(value)), known[name].unit)
        for (name, period), value in zip(data.rows, data.values, strict=True)
    ]
    write_csv(path, COLUMNS, lines)


def read_data(path: Path, last_year: int = LAST_YEAR) -> TargetData:
    """Read data from a file: every fitted figure up to a year, and nothing later.

    Parameters
    ----------
    path : Path
    last_year : int
        Lines of later periods are checked and left out, so they cannot reach a fit. They may be missing.

    Returns
    -------
    TargetData
        Rows in the order of :func:`calibration.targets.rows`.

    Raises
    ------
    InputError
        Naming file, line and value: no such file, a wrong header, an unknown or unfitted target, a period that is not
        fitted, a wrong unit, not a number, a figure twice, or missing figures.
    """
    file = printable(str(path))
    found: dict[Row, tuple[float, int]] = {}
    for line, cells in _lines(file, read_text(path)):
        row, value = _figure(f"{file}, line {line}", cells)
        if row in found:
            raise InputError(f"{file}, line {line}: {row[0]}, {row[1]} stands on line {found[row][1]} already")
        found[row] = (value, line)
    wanted = rows(last_year)
    missing = [row for row in wanted if row not in found]
    if missing:
        raise InputError(f"{file}: missing {_gaps(missing)}; every fitted figure up to {last_year} is needed")
    return TargetData(wanted, np.array([found[row][0] for row in wanted], dtype=np.float64), file)


def _lines(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of every line after the header that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(cell.strip() for cell in header) != COLUMNS:
            shown = printable(",".join(header))[:80]
            raise InputError(f'{file}, line 1: header "{shown}"; needed: "{",".join(COLUMNS)}"')
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(COLUMNS):
                raise InputError(
                    f"{file}, line {reader.line_num}: {len(cells)} columns; needed are {len(COLUMNS)}: "
                    f"{','.join(COLUMNS)}"
                )
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise InputError(f"{file}, line {reader.line_num}: {error}") from None


def _figure(where: str, cells: Sequence[str]) -> tuple[Row, float]:
    """Return row and value of one line, checked."""
    name, period, text, unit = cells
    aim = _fitted(where, name)
    if period not in aim.free:
        given = " (the model starts from that one)" if period in aim.given else ""
        near = nearest(_short(period), aim.free) if period not in aim.given else ""
        raise InputError(
            f'{where}: {name} is not fitted in "{_short(period)}"{given}; its periods: {_listed(aim.free)}{near}'
        )
    if unit != aim.unit:
        raise InputError(f'{where}: {name} in "{_short(unit)}"; its unit is "{aim.unit}"')
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise InputError(f'{where}: {name}, {period}: "{_short(text)}" is not a number; write 1234.5, no separators')
    value = float(text)
    if aim.scale == "log" and value <= 0.0:
        raise InputError(f"{where}: {name}, {period}: {_short(text)} must be above zero ({aim.unit})")
    return (name, period), value


def _fitted(where: str, name: str) -> Target:
    """Return a target that is fitted."""
    known = targets()
    fitted = [t.name for t in known.values() if t.role == "fit"]
    if name not in known:
        near = nearest(_short(name), fitted) or f"; allowed are {_listed(fitted)}"
        raise InputError(f'{where}: no target "{_short(name)}"{near}')
    if name not in fitted:
        raise InputError(f"{where}: {name} is not fitted (it is there to {known[name].role}); leave its lines out")
    return known[name]


def _gaps(missing: Sequence[Row]) -> str:
    """Say which periods of which targets are missing."""
    names = list(dict.fromkeys(name for name, _ in missing))
    parts = [f"{name} in {_listed([p for other, p in missing if other == name])}" for name in names[:3]]
    return "; ".join(parts) + (f"; and of {len(names) - 3} more targets" if len(names) > 3 else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def _short(text: str) -> str:
    return printable(text[:60])
