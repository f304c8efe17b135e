"""The skill card as a file: ``skill.csv``, written whole and read back strictly."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibration.csv_file import write_csv
from calibration.forecasts import METHODS
from simulator import skill_card
from simulator.errors import InputError, nearest
from simulator.records import CITIES
from simulator.skill_card import COLUMNS, Skill
from simulator.text_file import printable

if TYPE_CHECKING:
    import pandas as pd

HORIZONS: Final = ("1", "2", "3", "4")
ALL: Final = "all"
"""Horizon of a row over all years ahead together."""
PROVINCE: Final = "Liaoning"


def write_skill(table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV, whole or not at all: six digits, ``true`` and ``false``, empty where there is no MASE.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    write_csv(path, COLUMNS, table[list(COLUMNS)].itertuples(index=False))


def read_skill(path: Path) -> pd.DataFrame:
    """Return the table of a ``skill.csv``, columns ``COLUMNS``; stricter than what a run needs of it.

    Raises
    ------
    InputError
        If the file cannot be read, its columns are others, a value is wrong, a row stands twice or the rows of the
        years ahead do not add up to that of all; the message names line and column.
    """
    import pandas as pd

    shown = printable(str(path))
    rows = skill_card.read_skill(path)
    if not rows:
        raise InputError(f"{shown}: no row; a skill card has at least one")
    for line, row in enumerate(rows, 2):
        _check_row(f"{shown}, line {line}", row)
    _check_counts(shown, rows)
    return pd.DataFrame([astuple(row) for row in rows], columns=list(COLUMNS))


def check_entity(where: str, text: str) -> str:
    """Return the name of the province, a city, or cities joined by ``+``; ``InputError`` for anything else."""
    allowed = (PROVINCE, *CITIES)
    for part in text.split("+"):
        if part not in allowed:
            raise InputError(f'{where}: "{part}" is neither {PROVINCE} nor one of its cities{nearest(part, allowed)}')
    return text


def _check_row(where: str, row: Skill) -> None:
    check_entity(f"{where}, entity", row.entity)
    for column, value, allowed in (("horizon", row.horizon, (*HORIZONS, ALL)), ("method", row.method, METHODS)):
        if value not in allowed:
            raise InputError(f'{where}, {column}: "{value}" is none of {", ".join(allowed)}{nearest(value, allowed)}')
    for column, score in (("rmse", row.rmse), ("crps", row.crps), ("coverage90", row.coverage90)):
        if math.isnan(score):
            raise InputError(f"{where}, {column}: is empty; only mase may be")
    if row.coverage90 > 1.0:
        raise InputError(f"{where}, coverage90: {row.coverage90:g} is above 1; it is a share")
    if row.n < 1:
        raise InputError(f"{where}, n: {row.n} is not 1 or more")


def _check_counts(shown: str, rows: Sequence[Skill]) -> None:
    """Refuse a table whose counts by years ahead do not add up to those of all, as after a cut of the file."""
    single: Counter[tuple[str, str, str]] = Counter()
    total: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        (total if row.horizon == ALL else single)[row.series, row.entity, row.method] += row.n
    for key in {**single, **total}:
        if single[key] != total[key]:
            raise InputError(
                f"{shown}: {' '.join(key)}: n of the years ahead adds up to {single[key]}, that of all is "
                f"{total[key]}; the file is incomplete"
            )
