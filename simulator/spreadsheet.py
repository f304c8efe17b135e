"""Sheets of a workbook as plain data, and how they are written: widths, number formats, frozen headings, filters."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypeGuard

import numpy as np

from simulator.statistics import FloatArray

Cell: TypeAlias = str | float | None
"""A text, a number, or nothing; a number that is not finite is written as nothing."""

Kind: TypeAlias = Literal["text", "long", "number", "signed", "share", "count", "series", "signed series"]
"""How a column is shown: ``number`` and ``signed`` with three significant digits, each cell by itself; ``series`` with
four, alike in all cells of a row; ``share`` with three decimals; ``count`` as it is; ``long`` text is wrapped."""

MADE: Final = datetime(2000, 1, 1)
"""Creation time of every workbook, so that the same results give the same file."""
HEADING_ROW: Final = 1
MOST_ROWS: Final = 1_048_576 - 100
"""Rows of a table that an Excel sheet holds, with room for remarks."""
DIGITS: Final = {"number": 3, "signed": 3, "series": 4, "signed series": 4}
FIXED: Final = {"share": "0.000", "count": "0", "text": "General", "long": "General"}
SMALLEST: Final = 1e-6
"""Below this a number is shown in scientific notation."""


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters, and what it holds."""

    heading: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes
    ----------
    name : str
    note : str
        First row: what the sheet shows.
    columns : sequence of Column
        Their headings are the second row; both rows stay in view.
    rows : sequence of sequences of Cell
        One cell a column, but for the columns of `series`.
    held : int
        Columns on the left that stay in view.
    below : sequence of str
        Remarks under the table, one a row.
    series : ndarray, optional, shape (row, period)
        Numbers of the last columns, all of kind ``series`` or ``signed series``.
    shares : set of int
        Positions of rows whose series are shares.
    """

    name: str
    note: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    held: int = 1
    below: Sequence[str] = ()
    series: FloatArray | None = None
    shares: Set[int] = frozenset()


def write_workbook(path: Path, sheets: Sequence[Sheet], title: str) -> None:
    """Write sheets to an ``.xlsx`` file; a text is never taken for a formula, a link or a number.

    The same sheets give the same bytes, whenever and wherever they are written.
    """
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title, "created": MADE})
        formats = _Formats(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)


class _Formats:
    """Formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[str, Any] = {}
        self.note = book.add_format({"italic": True, "font_color": "#555555"})
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"valign": "top"})
        self.long = book.add_format({"valign": "top", "text_wrap": True})

    def number(self, kind: Kind, size: float) -> Any:
        """Return the format of a number of some size in a column of some kind."""
        text = FIXED.get(kind) or number_format(size, DIGITS[kind], kind.startswith("signed"))
        if text not in self._numbers:
            self._numbers[text] = self._book.add_format({"num_format": text, "valign": "top"})
        return self._numbers[text]


def number_format(size: float, digits: int, signed: bool = False) -> str:
    """Return the format that shows a number of this size with some significant digits, and all before the point."""
    size = abs(size)
    if size == 0.0 or not math.isfinite(size):
        text = "0"
    elif size < SMALLEST:
        text = "0.0E+00"
    else:
        exponent = int(f"{size:.{digits - 1}e}".split("e")[1])  # after rounding, so that 9.999 is 10.0
        decimals = max(0, digits - 1 - exponent)
        text = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return f"+{text};-{text};0" if signed else text


def _write_sheet(target: Any, sheet: Sheet, formats: _Formats) -> None:
    rows = sheet.rows[:MOST_ROWS]
    cut = f" Only the first {len(rows)} of {len(sheet.rows)} rows fit." if len(rows) < len(sheet.rows) else ""
    target.write_string(0, 0, sheet.note + cut, formats.note)
    for j, column in enumerate(sheet.columns):
        target.set_column(j, j, column.width)
        target.write_string(HEADING_ROW, j, column.heading, formats.heading)
    target.freeze_panes(HEADING_ROW + 1, sheet.held)
    row = HEADING_ROW + 1
    for i, cells in enumerate(rows):
        _write_row(target, row + i, cells, sheet.columns, formats)
    if sheet.series is not None:
        _write_series(target, sheet, len(rows), formats)
    row += len(rows)
    target.autofilter(HEADING_ROW, 0, row - 1, len(sheet.columns) - 1)
    for text in sheet.below:
        row += 1
        target.write_string(row, 0, text)


def _write_row(target: Any, row: int, cells: Sequence[Cell], columns: Sequence[Column], formats: _Formats) -> None:
    """Write texts as texts and numbers with their format."""
    for j, (value, column) in enumerate(zip(cells, columns, strict=False)):
        if isinstance(value, str):
            target.write_string(row, j, value, formats.long if column.kind == "long" else formats.text)
        elif _is_number(value):
            target.write_number(row, j, value, formats.number(column.kind, value))


def _write_series(target: Any, sheet: Sheet, count: int, formats: _Formats) -> None:
    """Write the numbers of the first rows; those of one row share a format."""
    values = np.asarray(sheet.series)[:count]
    first, kind = len(sheet.columns) - values.shape[1], sheet.columns[-1].kind
    finite = np.isfinite(values)
    sizes = np.where(finite, np.abs(values), 0.0).max(axis=1, initial=0.0).tolist()
    for i, (numbers, known, size) in enumerate(zip(values.tolist(), finite.tolist(), sizes, strict=True)):
        shown = formats.number("share" if i in sheet.shares else kind, size)
        for j, (value, there) in enumerate(zip(numbers, known, strict=True), start=first):
            if there:
                target.write_number(HEADING_ROW + 1 + i, j, value, shown)


def _is_number(value: Cell) -> TypeGuard[float]:
    return not isinstance(value, str) and value is not None and math.isfinite(value)
