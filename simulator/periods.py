"""Quarters and years: labels such as ``"2016Q4"`` and the quarter index that the arrays use.

Quarter 0 is 2006Q1. History ends with 2017Q4, what-if runs with 2035Q4.
"""

from __future__ import annotations

import re
from typing import Final

from simulator.errors import InputError

FIRST: Final = "2006Q1"
HISTORY_END: Final = "2017Q4"
HORIZON_END: Final = "2035Q4"
FIRST_YEAR: Final = 2006
QUARTERS_PER_YEAR: Final = 4

_LABEL: Final = re.compile(r"([0-9]{4})Q([1-4])")


def to_index(label: str, last: str | None = HORIZON_END) -> int:
    """Return the index of a quarter label; ``"2006Q1"`` is 0.

    Parameters
    ----------
    label : str
        A quarter such as ``"2016Q4"``.
    last : str or None
        Last quarter allowed; None allows any later quarter.

    Raises
    ------
    InputError
        If the label is not a quarter, or lies before 2006Q1 or after ``last``.
    """
    match = _LABEL.fullmatch(label) if isinstance(label, str) else None
    if match is None:
        raise InputError(f'{_quote(label)} is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"')
    index = (int(match[1]) - FIRST_YEAR) * QUARTERS_PER_YEAR + int(match[2]) - 1
    if index < 0 or (last is not None and index > to_index(last, None)):
        until = f" to {last}" if last is not None else " on"
        raise InputError(f'"{label}" is out of range; allowed: {FIRST}{until}')
    return index


def to_label(index: int) -> str:
    """Return the label of a quarter index; 3 gives ``"2006Q4"``.

    Raises
    ------
    ValueError
        If the index is negative.
    """
    if index < 0:
        raise ValueError(f"quarter index {index} is negative; 0 is {FIRST}")
    year, quarter = divmod(index, QUARTERS_PER_YEAR)
    return f"{FIRST_YEAR + year}Q{quarter + 1}"


def year_of(index: int) -> int:
    """Return the calendar year of a quarter index; 4 gives 2007."""
    return FIRST_YEAR + index // QUARTERS_PER_YEAR


def quarter_of(index: int) -> int:
    """Return the quarter of the year, 1 to 4, of a quarter index."""
    return index % QUARTERS_PER_YEAR + 1


def labels(n_quarters: int) -> tuple[str, ...]:
    """Return the labels of the first ``n_quarters`` quarters from 2006Q1."""
    return tuple(to_label(index) for index in range(n_quarters))


def years_of(n_quarters: int) -> tuple[str, ...]:
    """Return the complete calendar years, such as ``"2006"``, within the first ``n_quarters`` quarters."""
    return tuple(str(FIRST_YEAR + year) for year in range(n_quarters // QUARTERS_PER_YEAR))


def count_until(label: str) -> int:
    """Return the number of quarters from 2006Q1 to ``label`` inclusive; ``"2035Q4"`` gives 120.

    Raises
    ------
    InputError
        If the label is not a quarter from 2006Q1 to 2035Q4.
    """
    return to_index(label) + 1


def _quote(value: object) -> str:
    text = f'"{value[:40]}{"..." if len(value) > 40 else ""}"' if isinstance(value, str) else repr(value)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
