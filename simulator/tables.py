"""The project's own tables of figures, read once and checked on load.

Every file has the columns ``entity,variable,period,value,unit,status,source``. A table is complete
(each figure that the model needs is there, exactly once, in its unit and within its range) or it does
not load. Money, people and tonnes keep the units of their source here; ``world.py`` converts them once.

A period is empty (a constant), a year, a quarter (``2012Q1``) or a span of years (``2008-2014``). An
assumption about the future stands in the first year in which it holds.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

from simulator.errors import InputError, nearest
from simulator.table_needs import RANGES, REQUIRED, UNITS, Need

COLUMNS: Final = ("entity", "variable", "period", "value", "unit", "status", "source")
STATUSES: Final = ("data", "derived", "modelled", "assumption")
"""As published; arithmetic on published figures; filled in by a stated rule; assumed."""

_PERIOD: Final = re.compile(r"(?:\d{4}(?:Q[1-4]|-\d{4})?)?")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


class DataError(InputError):
    """A table cannot be used: the message names file, line, column, value and what is allowed."""


@dataclass(frozen=True)
class Row:
    """One figure; `line` is its line in the file, counted from 1."""

    entity: str
    variable: str
    period: str
    value: float
    unit: str
    status: str
    source: str
    line: int


@dataclass(frozen=True)
class Table:
    """A checked table; rows are in the order of the file."""

    name: str
    rows: tuple[Row, ...]
    _index: Mapping[tuple[str, str, str], Row] = field(repr=False)

    def row(self, entity: str, variable: str, period: str = "") -> Row:
        """Return one row.

        Raises
        ------
        DataError
            If the table has no such row.
        """
        found = self._index.get((entity, variable, period))
        if found is not None:
            return found
        series = self.series(entity, variable)
        raise DataError(f'{self.name}: no period "{period}" for {entity}, {variable}; has {_listed(series)}')

    def value(self, entity: str, variable: str, period: str = "") -> float:
        """Return one figure in the unit of its row; see `row` for errors."""
        return self.row(entity, variable, period).value

    def series(self, entity: str, variable: str) -> dict[str, float]:
        """Return period -> figure, in order of period.

        Raises
        ------
        DataError
            If the entity or the variable is not in the table.
        """
        mine = [row for row in self.rows if row.entity == entity]
        if not mine:
            allowed = list(dict.fromkeys(row.entity for row in self.rows))
            raise DataError(f'{self.name}: no entity "{entity}"{nearest(entity, allowed)}')
        found = {row.period: row.value for row in mine if row.variable == variable}
        if not found:
            allowed = list(dict.fromkeys(row.variable for row in mine))
            raise DataError(f'{self.name}: {entity} has no variable "{variable}"{nearest(variable, allowed)}')
        return dict(sorted(found.items()))


def load_table(
    name: str,
    package: str = "simulator.data",
    *,
    path: Path | None = None,
    needs: tuple[Need, ...] | None = None,
) -> Table:
    """Read and check one table.

    Parameters
    ----------
    name
        Stem of the file, such as ``"cities"``.
    package
        Folder of the file, written as a package.
    path
        Read this file instead, against the same needs (for copies and tests).
    needs
        What the table must hold; by default ``REQUIRED[name]``.

    Raises
    ------
    DataError
        If the file is missing, malformed, incomplete or out of range.
    """
    if needs is None:
        if name not in REQUIRED:
            raise DataError(f'no table "{name}"{nearest(name, REQUIRED)}; allowed: {_listed(REQUIRED)}')
        needs = REQUIRED[name]
    return _checked(name, path, needs) if path is not None else _packaged(name, package, needs)


@cache
def _packaged(name: str, package: str, needs: tuple[Need, ...]) -> Table:
    top, *rest = package.split(".")
    return _parse(name, f"{name}.csv", files(top).joinpath(*rest, f"{name}.csv").read_bytes(), needs)


def _checked(name: str, path: Path, needs: tuple[Need, ...]) -> Table:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    return _parse(name, str(path), content, needs)


def _parse(name: str, file: str, content: bytes, needs: tuple[Need, ...]) -> Table:
    keys = {key: None for need in needs for key in need.keys()}
    allowed = _Allowed(file, tuple({k[0]: None for k in keys}), tuple({k[1]: None for k in keys}), frozenset(keys))
    index: dict[tuple[str, str, str], Row] = {}
    units: dict[str, Row] = {}
    for line, cells in _lines(file, content):
        row = _row(allowed, line, cells)
        key = (row.entity, row.variable, row.period)
        if key in index:
            where = f"first on line {index[key].line}"
            raise DataError(f"{file}, line {line}: duplicate of {_named(key)}, {where}")
        first = units.setdefault(row.variable, row)
        if first.unit != row.unit:
            raise allowed.fault(line, "unit", row.unit, f'"{first.unit}" as on line {first.line}')
        index[key] = row
    missing = [key for key in keys if key not in index]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise DataError(f"{file}: missing {_named(missing[0])}{more}")
    return Table(name, tuple(index.values()), MappingProxyType(index))


def _lines(file: str, content: bytes) -> Iterable[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: not UTF-8 text (byte {error.start})") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise DataError(f'{file}, line 1: header "{",".join(header)}"; allowed: "{",".join(COLUMNS)}"')
        for cells in reader:
            if len(cells) != len(COLUMNS):
                raise DataError(f"{file}, line {reader.line_num}: {len(cells)} columns; allowed: {len(COLUMNS)}")
            yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(f"{file}, line {reader.line_num}: {error}") from error


@dataclass(frozen=True)
class _Allowed:
    file: str
    entities: tuple[str, ...]
    variables: tuple[str, ...]
    keys: frozenset[tuple[str, str, str]]

    def fault(self, line: int, column: str, value: str, allowed: str) -> DataError:
        return DataError(f'{self.file}, line {line}, column {column}: "{value}"; allowed: {allowed}')


def _row(allowed: _Allowed, line: int, cells: list[str]) -> Row:
    entity, variable, period, value, unit, status, source = cells
    for column, cell in zip(COLUMNS, cells, strict=True):
        if cell != cell.strip():
            raise allowed.fault(line, column, cell, "no blanks at the ends")
    for column, cell, names in (("entity", entity, allowed.entities), ("variable", variable, allowed.variables)):
        if cell not in names:
            raise allowed.fault(line, column, cell, _listed(names) + nearest(cell, names))
    if not _PERIOD.fullmatch(period):
        raise allowed.fault(line, "period", period, "empty, 2006, 2006Q1 or 2006-2017")
    if (entity, variable, period) not in allowed.keys:
        known = [k[2] or "empty" for k in sorted(allowed.keys) if k[:2] == (entity, variable)]
        raise allowed.fault(line, "period", period, _listed(known) if known else f"{entity} takes no {variable}")
    if status not in STATUSES:
        raise allowed.fault(line, "status", status, _listed(STATUSES) + nearest(status, STATUSES))
    if not source:
        raise allowed.fault(line, "source", source, "the source, the arithmetic, the rule or the assumption")
    if unit not in UNITS:
        raise allowed.fault(line, "unit", unit, _listed(UNITS) + nearest(unit, UNITS))
    return Row(entity, variable, period, _number(allowed, line, variable, unit, value), unit, status, source, line)


def _number(allowed: _Allowed, line: int, variable: str, unit: str, text: str) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise allowed.fault(line, "value", text, "a finite number with a decimal point and no separators")
    value = float(text)
    low, high = RANGES.get(variable, UNITS[unit])
    if not low <= value <= high:
        raise allowed.fault(line, "value", text, f"from {low:g} to {high:g} ({variable}, {unit})")
    if unit in ("count", "year", "0 or 1") and value != int(value):
        raise allowed.fault(line, "value", text, f"a whole number ({unit})")
    return value


def _listed(names: Iterable[str], most: int = 12) -> str:
    words = [f'"{n}"' for n in names]
    return ", ".join(words[:most]) + (", …" if len(words) > most else "")


def _named(key: tuple[str, str, str]) -> str:
    return ", ".join(part for part in key if part)


def markdown(table: Table) -> str:
    """Return the contents of a table as a Markdown table: one line for each variable."""
    lines = ["| variable | of | periods | unit | rows: status | source (first) |", "|---|---|---|---|---|---|"]
    for variable in dict.fromkeys(row.variable for row in table.rows):
        rows = [row for row in table.rows if row.variable == variable]
        entities = list(dict.fromkeys(row.entity for row in rows))
        periods = sorted({row.period for row in rows if row.period})
        counts = [(sum(row.status == s for row in rows), s) for s in STATUSES]
        cells = (
            f"`{variable}`",
            ", ".join(entities) if len(entities) <= 3 else f"{len(entities)}: {entities[0]} … {entities[-1]}",
            "–".join(dict.fromkeys((periods[0], periods[-1]))) if periods else "constant",
            rows[0].unit,
            ", ".join(f"{n} {s}" for n, s in counts if n),
            rows[0].source if len(rows[0].source) <= 120 else rows[0].source[:119] + "…",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
