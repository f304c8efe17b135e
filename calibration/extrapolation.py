"""What could be known of the drivers in an earlier year: worlds for forecasts made at the end of that year.

The tables are cut first: all that lies after the origin goes, the stated long-run path too, for it was written later.
Then a plain rule continues every driver, and only then are years spread over quarters, so that the quarters before the
origin do not lean towards later years either. The rules:

- mean growth of the last three years: real GDP of China and of the partners, China's real investment, consumption,
  secondary sector and wages, domestic prices, GDP of Jilin and Heilongjiang, graduates, share of working age;
- flat: exchange rate, prices of commodities, manufactures and partners (USD), credit ratio, FDI inflow of China;
- growth target: that of the origin, for the plan of the next year is not out yet.

What later knowledge is left: the figures are today's revisions, not those first published; in the base quarter trade is
split over cities and partners by shares of 2014 and cargo over ports by shares of 2012, as there are none of 2006. With
an origin of 2009 the prices of 2010, in which quantities are counted, are those expected: levels at constant prices
have a base of their own, growth and nominal figures do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.drivers import DEVIATING, LAST_YEAR, Series, extend, fitted_process, path_from
from simulator.errors import InputError, nearest
from simulator.records import PARTNERS
from simulator.tables import Row, Table, load_table
from simulator.world import World, world_on

FIRST_ORIGIN: Final = 2009
LAST_ORIGIN: Final = 2017
"""Origins with at least four annual figures of every driver, up to the last year in which all are observed."""
GROWTH_YEARS: Final = 3
FIRST_YEAR_VARIANCE: Final = (16.0 + 9.0 + 4.0 + 1.0) / 16.0
"""Variance of the mean of the first four quarters of a random walk, over that of its innovation."""
FLAT: Final = ("fdi_inflow", "exchange_rate", "price_usd", "credit")
"""Drivers that stay at their last figure; all others keep their growth."""
DEVIATIONS: Final = ("fitted", "past_errors")
_FIELDS: Final = (
    ("gdp", None), ("investment", None), ("fdi_inflow", None), ("price_commodity", None), ("credit", None),
    ("hinterland", None), *(("partner_gdp", m) for m in range(len(PARTNERS))),
)  # fmt: skip
"""Fields of the path that deviate, and the column of each partner, in the order of `DEVIATING`."""
FIRST_STUDENTS: Final = 2010
"""First counted figure of students; those before are back-cast."""


@dataclass(frozen=True)
class PlainRule:
    """Continue a driver from its own figures alone: flat, or with the mean growth of its last years."""

    years: int = GROWTH_YEARS

    def __call__(
        self, name: str, known: Series, entity: str = "China", gdp: Series | None = None
    ) -> dict[int, float]:
        """Return figures to the last year of the path; see `simulator.drivers.Continuation`."""
        last = max(known)
        if last >= LAST_YEAR:
            return dict(known)
        first = max(min(known), last - self.years)
        if name in FLAT or first == last:
            return extend(known, 0.0)
        return extend(known, math.expm1(math.log(known[last] / known[first]) / (last - first)))


def world_at(origin: int, world: World | None = None, *, deviations: str = "fitted") -> World:
    """Return the world as it could be expected at the end of a year.

    Drivers are known to the year `origin` and continued by the rules of this module; they deviate from there on.

    Parameters
    ----------
    origin : int
        2009 to 2017.
    world : World, optional
        Only its scale counts (how many enterprises and investors); by default that of the shipped world.
    deviations : {"fitted", "past_errors"}
        An AR(1) about a line, fitted to 2006 to `origin`: the luck about an expectation that holds. Or a random walk as
        wide as the rules erred in the years before: drivers then stray as far as such expectations did.

    Raises
    ------
    InputError
        If `origin` is another year, or the deviations are others.
    """
    if not FIRST_ORIGIN <= origin <= LAST_ORIGIN:
        raise InputError(f"origin {origin}: allowed are the years {FIRST_ORIGIN} to {LAST_ORIGIN}")
    if deviations not in DEVIATIONS:
        guess = nearest(deviations, DEVIATIONS)
        raise InputError(f'deviations "{deviations}" are not known{guess}; allowed: {", ".join(DEVIATIONS)}')
    drivers, province = known_at(load_table("drivers"), origin), known_at(load_table("province"), origin)
    path = path_from(drivers, province, PlainRule())
    years = origin - 2005
    free = np.full(len(DEVIATING), 4 * years, dtype=np.int64)
    process = fitted_process(path, years) if deviations == "fitted" else past_errors(path, years)
    return world_on(path, process, free, world.scale if world is not None else 1.0)


def past_errors(path: np.ndarray[Any, np.dtype[Any]], years: int) -> npt.NDArray[np.float64]:
    """Return the random walk whose first year is as wide as the errors that the rules made a year ahead.

    Parameters
    ----------
    path : `NATION` records, shape (quarters,)
    years : int
        How many of its years, from 2006, are known; at least 4.

    Returns
    -------
    ndarray, shape (drivers, 2)
        Persistence, which is 1, and standard deviation of the innovation, per quarter; drivers as in `DEVIATING`.
    """
    process = np.ones((len(DEVIATING), 2))
    for k, (name, m) in enumerate(_FIELDS):
        values = path[name] if m is None else path[name][:, m]
        if name == "investment":  # moves with GDP; what it strays by itself is its ratio to GDP
            values = values / path["gdp"]
        growth = np.diff(np.log(values[: 4 * years].reshape(years, 4).mean(axis=1)))
        if name in (*FLAT, "price_commodity"):
            errors = growth
        else:
            expected = [growth[max(0, t - GROWTH_YEARS) : t].mean() for t in range(1, len(growth))]
            errors = growth[1:] - np.array(expected)
        process[k, 1] = math.sqrt(float(errors @ errors) / len(errors) / FIRST_YEAR_VARIANCE)
    return process


def known_at(table: Table, origin: int) -> Table:
    """Return a table without the figures after a year, and without figures that were made from such.

    Students before 2010 are back-cast with the rise of 2010-14; here with the rise known at the origin, or none.
    """
    kept = {
        (row.entity, row.variable, row.period): row
        for row in table.rows
        if not row.period or _year_known(row.period) <= origin
    }
    students = {int(p): row for (_, variable, p), row in kept.items() if variable == "students_to_population"}
    for row in _backcast(students):
        kept[row.entity, row.variable, row.period] = row
    return replace(table, rows=tuple(kept.values()), _index=MappingProxyType(kept))


def _year_known(period: str) -> int:
    """Return the last year of a period such as 2012, 2012Q1 or 2008-2014."""
    return int(period[:4] if "Q" in period else period[-4:])


def _backcast(students: dict[int, Row]) -> list[Row]:
    """Return the rows of students before the first counted figure, with the mean rise from it to the origin.

    The rise ends in 2014, as in the table. An origin before the first count has no figure of its own: the ratio stays
    at the table's for that year.
    """
    if not students:
        return []
    last = min(max(students), FIRST_STUDENTS + 4)
    first = min(last, FIRST_STUDENTS)
    rise = (students[last].value - students[first].value) / (last - first) if last > first else 0.0
    level = students[first].value
    return [
        replace(row, value=level + rise * (year - first))
        for year, row in students.items()
        if year < FIRST_STUDENTS
    ]
