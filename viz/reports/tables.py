"""Tables that commands left in a folder, read strictly for a page: file, line and column of what is wrong."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import InputError
from simulator.text_file import is_file, printable, read_text


@dataclass(frozen=True)
class Row:
    """One row of a table, and where it stands."""

    where: str
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        cell = self.cells[column].strip()
        if not cell:
            raise InputError(f"{self.where}, {column}: is empty")
        return cell

    def number(self, column: str, *, empty: bool = False) -> float:
        """Return a finite number; NaN for an empty cell where that is allowed."""
        value = self._number(column, empty)
        if math.isinf(value):
            raise InputError(f"{self.where}, {column}: {value} is not a finite number")
        return value

    def end(self, column: str) -> float:
        """Return the end of a band: a number, infinite where it is open, NaN where there is no band."""
        return self._number(column, True)

    def flag(self, column: str, *, empty: bool = False) -> bool | None:
        """Return true or false; None for an empty cell where that is allowed."""
        cell = self.cells[column].strip().lower()
        if cell == "" and empty:
            return None
        if cell not in ("true", "false"):
            raise InputError(f'{self.where}, {column}: "{printable(cell[:60])}"; write true or false')
        return cell == "true"

    def _number(self, column: str, empty: bool) -> float:
        cell = self.cells[column].strip()
        if not cell and empty:
            return math.nan
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise InputError(f'{self.where}, {column}: "{printable(cell[:60])}" is not a number')
        return value


def read_rows(
    path: Path, columns: Sequence[str], needs: str, *, exact: bool = True, empty: bool = False
) -> tuple[Row, ...]:
    """Return the rows of a CSV file.

    Parameters
    ----------
    path
    columns
        That it must have.
    needs
        What the reader may do if the file is missing: the end of the message.
    exact
        Whether it may have these columns only, in this order.
    empty
        Whether it may have no row.

    Raises
    ------
    InputError
        The file is missing, is no table, has other columns or a row of another length, or has no row and must.
    """
    shown = printable(str(path))
    if not is_file(path):
        raise InputError(f"{shown} is missing; {needs}")
    try:
        head, *rows = list(csv.reader(io.StringIO(read_text(path)))) or [[]]
    except csv.Error as error:
        raise InputError(f"{shown} is not a table of comma-separated values: {error}") from None
    lacking = [column for column in columns if column not in head]
    if (exact and tuple(head) != tuple(columns)) or lacking or len(set(head)) < len(head):
        said = f"{', '.join(lacking)} missing; " if lacking else ""
        raise InputError(f"{shown}: {said}the first line must be {','.join(columns)}")
    found = []
    for line, cells in enumerate(rows, 2):
        if len(cells) != len(head):
            raise InputError(f"{shown}, line {line}: {len(cells)} cells; there must be {len(head)}")
        found.append(Row(f"{shown}, line {line}", dict(zip(head, cells, strict=True))))
    if not found and not empty:
        raise InputError(f"{shown}: there is no row")
    return tuple(found)
