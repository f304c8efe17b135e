"""Rows of a skill card: which are compared, and by which measure a method loses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from calibration.skill_file import ALL, PROVINCE

if TYPE_CHECKING:
    import pandas as pd

MEASURES: Final = ("rmse", "crps")
COVERAGE: Final = (0.75, 0.98)
"""Share of what came that 90 % intervals should hold."""

Rows: TypeAlias = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""(series, entity, method) -> row over all years ahead."""


def overall(table: pd.DataFrame) -> Rows:
    """Return the rows over all years ahead by series, entity and method."""
    rows = table[table["horizon"] == ALL].to_dict("records")
    return {(row["series"], row["entity"], row["method"]): {str(k): v for k, v in row.items()} for row in rows}


def places(
    table: pd.DataFrame, cities: bool, scored: Collection[str] | None, *, base_year_known: bool = False
) -> list[tuple[str, str]]:
    """Return series and entities compared, in order: of the province without padded ones, or of cities.

    `scored` names the series that count; None = all.
    """
    if scored is not None:
        table = table[table["series"].isin(list(scored))]
    chosen = table if base_year_known else table[~table["base_year_known"].astype(bool)]
    of_cities = chosen["entity"] != PROVINCE
    chosen = chosen[of_cities] if cities else chosen[~of_cities & ~chosen["padded"].astype(bool)]
    return list(dict.fromkeys(zip(chosen["series"], chosen["entity"], strict=True)))


def losing_measures(rows: Rows, series: str, entity: str, ours: str, theirs: str) -> tuple[str, ...]:
    """Return the measures by which a method is not better than another; none if either is missing."""
    a, b = rows.get((series, entity, ours)), rows.get((series, entity, theirs))
    return () if a is None or b is None else tuple(m for m in MEASURES if not a[m] < b[m])


def covers(coverage: float) -> bool:
    """Tell whether 90 % intervals hold about as much as they say."""
    return COVERAGE[0] <= coverage <= COVERAGE[1]
