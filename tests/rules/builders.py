"""Records for tests of single rules: zero except for what a test names."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulator import parameters as parameter_file
from simulator import records

Record = Any  # a numpy.void that views its array: the rules change it in place


def rows(dtype: np.dtype[Any], count: int, **values: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """Return `count` records of zeros with the named fields set; `index`, where there is one, counts up."""
    array = np.zeros(count, dtype)
    if "index" in (dtype.names or ()):
        array["index"] = np.arange(count)
    for name, value in values.items():
        array[name] = value
    return array


def record(dtype: np.dtype[Any], **values: Any) -> Record:
    """Return one record of zeros with the named fields set."""
    return rows(dtype, 1, **values)[0]


def par(**values: Any) -> Record:
    """Return a parameter record in which only the named parameters are known.

    All others are NaN: a test that gives a number names every parameter that the rule needs, and a change of a
    point value changes no test.
    """
    row = parameter_file.draw_table("point", 1, 1).records()[0]
    for name in row.dtype.names:
        row[name] = values.pop(name, np.nan)
    assert not values, f"not parameters: {sorted(values)}"
    return row


def point() -> Record:
    """Return the parameter record of the point values."""
    return parameter_file.draw_table("point", 1, 1).records()[0]


def city(**values: Any) -> Record:
    return record(records.CITY, **values)


def cities(**values: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return rows(records.CITY, records.N_CITIES, **values)


def province(**values: Any) -> Record:
    """Return a province whose commodity price in the base quarter was 1."""
    return record(records.PROVINCE, **{"price_commodity_0": 1.0, **values})


def policy(**values: Any) -> Record:
    """Return a policy row; without arguments, no policy."""
    return record(records.POLICY, **values)


def nation(**values: Any) -> Record:
    """Return the drivers of a quarter: indices and prices 1, progress on, clock 0, other rates 0."""
    row = record(records.NATION)
    for name in row.dtype.names:
        if name not in ("clock", "credit", "growth_target", "fdi_inflow", "graduates"):
            row[name] = 1.0
    for name, value in values.items():
        row[name] = value
    return row


def soe(**values: Any) -> Record:
    """Return a state-owned enterprise that is alive."""
    return record(records.SOE, **{"alive": 1, **values})


def ports(**values: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return rows(records.PORT, records.N_PORTS, **values)


def partners(**values: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return rows(records.PARTNER, records.N_PARTNERS, **values)


def investor(**values: Any) -> Record:
    return record(records.INVESTOR, **values)
