"""The declared table of targets: observed series, output, observation operator, error, and whether it is fitted.

It stands in ``targets.toml``. A row is one figure of a target: its name and a period. Vectors and matrices over rows
are on the scales of their targets: natural logarithms, or the unit of the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from calibration.observed import last_year_of, load_observed
from calibration.operators import Remembered, figures
from calibration.run_statistics import FloatArray, Paths
from calibration.target_file import FACTORS, ROLES, Target, read
from simulator.errors import InputError, nearest
from simulator.tables import Table
from simulator.text_file import printable

__all__ = [
    "FILE", "LAST_YEAR", "NOT_COMPARED", "OBSERVED", "Row", "Target", "TargetData", "error_sd", "observed_data",
    "observed_figure", "observed_vector", "rows", "simulated_figures", "simulated_matrix", "target", "targets",
    "to_scale", "to_unit",
]  # fmt: skip

Row: TypeAlias = tuple[str, str]
"""Name of a target and a period: one figure."""

FILE: Final = "targets.toml"
LAST_YEAR: Final = 2017
OBSERVED: Final = "the observed figures"
"""Source of data that are the shipped observed figures."""

NOT_COMPARED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "growth_published": "quotes of the series of growth_published; its years have the smaller error",
        "fdi_growth_text": "the statement that fdi_comparable is made of",
        "soe_bankruptcies": "of all firms over seven years; the model has no firms but the state-owned",
        "gdp_nominal_census5": "a later vintage, which tells the error of gdp_restated",
        "population_census7": "another basis, which tells the error of population",
        "employment_other": "another collection, which tells the error of employment",
        "wage_on_post": "another basis, which tells the error of wage",
    }
)
"""Observed variables without a target, and why."""


@dataclass(frozen=True)
class TargetData:
    """Figures to fit to: the observed ones, or made ones in their place.

    Attributes
    ----------
    rows : tuple of Row
    values : ndarray, shape (rows,)
        In the units of the targets.
    source : str
        Where they come from.
    """

    rows: tuple[Row, ...]
    values: FloatArray
    source: str

    @property
    def vector(self) -> FloatArray:
        """Figures on the scales of their targets, shape (rows,)."""
        return to_scale(self.rows, self.values)

    @property
    def error(self) -> FloatArray:
        """Standard deviations of the observation errors on the scales, shape (rows,)."""
        return error_sd(self.rows)


def targets() -> Mapping[str, Target]:
    """Return name -> target, in the order of ``targets.toml``.

    Raises
    ------
    InputError
        ``targets.toml`` is wrong; see :func:`read`.
    """
    return _packaged()


def target(name: str) -> Target:
    """Return one target.

    Raises
    ------
    InputError
        No target has this name (with the nearest match).
    """
    known = targets()
    if name not in known:
        raise InputError(f'no target "{printable(name[:60])}"{nearest(name, known)}')
    return known[name]


def rows(last_year: int = LAST_YEAR, role: str = "fit") -> tuple[Row, ...]:
    """Return the figures of a role up to a year, without those that the model starts from, in the order of the table.

    Raises
    ------
    InputError
        Unknown role.
    """
    if role not in ROLES:
        raise InputError(f'role "{role}" is not known; allowed are {", ".join(ROLES)}{nearest(role, ROLES)}')
    return tuple(
        (t.name, period)
        for t in targets().values()
        if t.role == role
        for period in t.free
        if last_year_of(period) <= last_year
    )


def observed_figure(row: Row, observed: Table | None = None) -> float:
    """Return the observed figure of a row in the unit of its target.

    Raises
    ------
    simulator.tables.DataError
        If there is no such figure.
    """
    aim, period = target(row[0]), row[1]
    table = observed or load_observed()
    ends = (aim.variable, aim.upper) if aim.upper else (aim.variable,)
    found = [[table.row(entity, end, period) for entity in aim.entity.split("+")] for end in ends]
    return float(np.mean([sum(FACTORS[figure.unit, aim.unit] * figure.value for figure in end) for end in found]))


def observed_vector(chosen: Sequence[Row], observed: Table | None = None) -> FloatArray:
    """Return observed figures on the scales of their targets, shape (rows,)."""
    return to_scale(chosen, np.array([observed_figure(row, observed) for row in chosen], dtype=np.float64))


def error_sd(chosen: Sequence[Row]) -> FloatArray:
    """Return standard deviations of the observation errors on the scales of their targets, shape (rows,)."""
    return np.array([target(name).error_in(period) for name, period in chosen], dtype=np.float64)


def simulated_matrix(paths: Paths, chosen: Sequence[Row]) -> FloatArray:
    """Return what the operators make of runs, on the scales of the targets, shape (runs, rows).

    Raises
    ------
    InputError
        A row of a control, of which the model says nothing.
    """
    return to_scale(chosen, simulated_figures(paths, chosen))


def simulated_figures(paths: Paths, chosen: Sequence[Row]) -> FloatArray:
    """Return what the operators make of runs, in the units of the targets, shape (runs, rows)."""
    once = Remembered(paths)
    columns: dict[Row, FloatArray] = {}
    for name in dict.fromkeys(name for name, _ in chosen):
        aim = target(name)
        periods = [period for other, period in chosen if other == name]
        values = figures(once, aim.operator, aim.entity, periods)
        columns.update(((name, period), values[:, k]) for k, period in enumerate(periods))
    return np.column_stack([columns[row] for row in chosen])


def to_scale(chosen: Sequence[Row], values: FloatArray) -> FloatArray:
    """Return figures in units, rows last, on the scales of their targets."""
    logarithmic = np.array([target(name).scale == "log" for name, _ in chosen], dtype=np.bool_)
    out = np.array(values, dtype=np.float64)
    out[..., logarithmic] = np.log(out[..., logarithmic])
    return out


def to_unit(chosen: Sequence[Row], values: FloatArray) -> FloatArray:
    """Return figures on scales, rows last, in the units of their targets."""
    logarithmic = np.array([target(name).scale == "log" for name, _ in chosen], dtype=np.bool_)
    out = np.array(values, dtype=np.float64)
    out[..., logarithmic] = np.exp(out[..., logarithmic])
    return out


def observed_data(last_year: int = LAST_YEAR, role: str = "fit", path: Path | None = None) -> TargetData:
    """Return the observed figures of a role up to a year; later ones are not even in the table they are taken from.

    Parameters
    ----------
    last_year, role
        See :func:`rows`.
    path
        Another file of observed figures; by default the shipped one.

    Raises
    ------
    InputError
        Unknown role, or a wrong file.
    """
    table = load_observed(path, last_year)
    chosen = rows(last_year, role)
    values = np.array([observed_figure(row, table) for row in chosen], dtype=np.float64)
    return TargetData(chosen, values, OBSERVED if path is None else printable(str(path)))


@cache
def _packaged() -> Mapping[str, Target]:
    return read(files("calibration").joinpath(FILE).read_text(encoding="utf-8"), FILE, load_observed())
