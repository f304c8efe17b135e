"""The skill card as a file: ``skill.csv``, written whole and read back strictly."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from calibration.forecasts import METHODS
from simulator.errors import InputError, nearest
from simulator.records import CITIES
from simulator.text_file import printable, read_text, replace_file

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "series", "entity", "padded", "base_year_known", "horizon", "method", "rmse", "mase", "crps", "coverage90", "n",
)  # fmt: skip
HORIZONS: Final = ("1", "2", "3", "4")
ALL: Final = "all"
"""Horizon of a row over all years ahead together."""
PROVINCE: Final = "Liaoning"
KEY: Final = ("series", "entity", "horizon", "method")
"""Columns that name a row."""


def write_skill(table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV, whole or not at all: six digits, ``true`` and ``false``, empty where there is no MASE.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table[list(COLUMNS)].itertuples(index=False):
        writer.writerow([_cell(value) for value in row])
    replace_file(path, text.getvalue())


def read_skill(path: Path) -> pd.DataFrame:
    """Return the table of a ``skill.csv``, columns ``COLUMNS``.

    Raises
    ------
    InputError
        If the file cannot be read, its columns are others, a value is wrong, a row stands twice or the rows of the
        years ahead do not add up to that of all; the message names line and column.
    """
    import pandas as pd

    shown = printable(str(path))
    lines = csv.reader(io.StringIO(read_text(path)))
    header = next(lines, [])
    if tuple(header) != COLUMNS:
        raise InputError(f"{shown}: columns are {','.join(header) or 'none'}; they must be {','.join(COLUMNS)}")
    rows: list[dict[str, Any]] = []
    places: dict[tuple[str, ...], int] = {}
    for cells in lines:
        where = f"{shown}, line {lines.line_num}"
        if len(cells) != len(COLUMNS):
            raise InputError(f"{where}: {len(cells)} values; {len(COLUMNS)} are needed")
        named = zip(COLUMNS, cells, strict=True)
        row: dict[str, Any] = {name: _READERS[name](f"{where}, {name}", cell) for name, cell in named}
        key = tuple(str(row[name]) for name in KEY)
        if key in places:
            raise InputError(f"{where}: {' '.join(key)} stands on line {places[key]} already")
        places[key] = lines.line_num
        rows.append(row)
    if not rows:
        raise InputError(f"{shown}: no row; a skill card has at least one")
    _check_counts(shown, rows)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def check_entity(where: str, text: str) -> str:
    """Return the name of the province, a city, or cities joined by ``+``; ``InputError`` for anything else."""
    allowed = (PROVINCE, *CITIES)
    for part in text.split("+"):
        if part not in allowed:
            raise InputError(f'{where}: "{part}" is neither {PROVINCE} nor one of its cities{nearest(part, allowed)}')
    return text


def _check_counts(shown: str, rows: list[dict[str, Any]]) -> None:
    """Refuse a table whose counts by years ahead do not add up to those of all, as after a cut of the file."""
    single: dict[tuple[str, ...], int] = {}
    total: dict[tuple[str, ...], int] = {}
    for row in rows:
        key: tuple[str, ...] = (row["series"], row["entity"], row["method"])
        counts = total if row["horizon"] == ALL else single
        counts[key] = counts.get(key, 0) + row["n"]
    for key in {**single, **total}:
        if single.get(key) != total.get(key):
            raise InputError(
                f"{shown}: {' '.join(key)}: n of the years ahead adds up to {single.get(key, 0)}, that of all is "
                f"{total.get(key, 0)}; the file is incomplete"
            )


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, float):
        return str(value).lower()  # bool or int, of Python or of NumPy
    return "" if math.isnan(value) else f"{value:.6g}"


def _name(where: str, text: str) -> str:
    if not text.strip():
        raise InputError(f"{where}: is empty")
    return text


def _flag(where: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise InputError(f'{where}: "{text}" is neither true nor false')
    return text == "true"


def _one_of(allowed: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(where: str, text: str) -> str:
        if text not in allowed:
            raise InputError(f'{where}: "{text}" is none of {", ".join(allowed)}{nearest(text, allowed)}')
        return text

    return read


def _number(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(f'{where}: "{text}" is not a number') from None
    if not math.isfinite(value) or value < 0.0:
        raise InputError(f"{where}: {text} is not a number of 0 or more")
    return value


def _crps(where: str, text: str) -> float:
    """Read a CRPS: the fair estimator of a perfect forecast can fall a little below 0."""
    try:
        value = float(text)
    except ValueError:
        raise InputError(f'{where}: "{text}" is not a number') from None
    if not math.isfinite(value):
        raise InputError(f"{where}: {text} is not a finite number")
    return value


def _maybe(where: str, text: str) -> float:
    return _number(where, text) if text else math.nan


def _share(where: str, text: str) -> float:
    value = _number(where, text)
    if value > 1.0:
        raise InputError(f"{where}: {text} is above 1; it is a share")
    return value


def _count(where: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise InputError(f'{where}: "{text}" is not a whole number of 1 or more')
    return int(text)


_READERS: Final[Mapping[str, Callable[[str, str], object]]] = MappingProxyType(
    {
        "series": _name,
        "entity": check_entity,
        "padded": _flag,
        "base_year_known": _flag,
        "horizon": _one_of((*HORIZONS, ALL)),
        "method": _one_of(METHODS),
        "rmse": _number,
        "mase": _maybe,
        "crps": _crps,
        "coverage90": _share,
        "n": _count,
    }
)
