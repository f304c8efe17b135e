"""Arithmetic over runs: years from quarters, intervals, paired changes and the typical run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.variables import variables

FloatArray: TypeAlias = npt.NDArray[np.float64]

QUANTILES: Final = (0.5, 0.05, 0.95)
"""Median, lower and upper end of the 90 % interval, in the order in which :func:`spread` returns them."""


def annualise(values: FloatArray, level: str, names: Sequence[str] | None = None) -> FloatArray:
    """Turn quarters into calendar years by the rule of each variable.

    Parameters
    ----------
    values
        Quarterly values from the first quarter of a year on, shape (run, quarter, entity, variable).
    level
        Level of the values; fixes the variables and their rules (``sum``, ``last``, ``mean``, or
        ``ratio_of_sums``: annual sum over annual sum, NaN where the lower sum is zero).
    names
        Variables of the last axis, by default all of the level; a ratio needs the two it is made of.

    Returns
    -------
    Shape (run, year, entity, variable), same units except that flows are per year. A last year with
    fewer than four quarters is left out.
    """
    runs, quarters, entities, columns = values.shape
    years = quarters // 4
    q = values[:, : 4 * years].reshape(runs, years, 4, entities, columns)
    annual: FloatArray = q[:, :, 0] + q[:, :, 1] + q[:, :, 2] + q[:, :, 3]
    known = variables()[level] if names is None else [v for v in variables()[level] if v.name in names]
    index = {name: j for j, name in enumerate(names or [v.name for v in known])}
    for v in known:  # before the sums below them are overwritten
        if v.annual == "ratio_of_sums":
            assert v.of is not None
            top, bottom = annual[..., index[v.of[0]]], annual[..., index[v.of[1]]]
            ratio = np.full_like(top, np.nan)
            np.divide(top, bottom, out=ratio, where=bottom != 0.0)
            annual[..., index[v.name]] = ratio
    for v in known:
        if v.annual == "mean":
            annual[..., index[v.name]] /= 4.0
        elif v.annual == "last":
            annual[..., index[v.name]] = q[:, :, 3, :, index[v.name]]
    return annual


def spread(values: FloatArray) -> FloatArray:
    """Return median, 5 % and 95 % quantile over runs.

    Parameters
    ----------
    values
        Shape (run, ...). Values that are not finite are left out, run by run.

    Returns
    -------
    Shape (3, ...): linear interpolation between order statistics; NaN where no run has a finite value.
    """
    finite = np.isfinite(values)
    whole = finite.all(axis=0)
    if whole.all():
        return np.asarray(np.quantile(values, QUANTILES, axis=0))
    out = np.full((len(QUANTILES), *values.shape[1:]), np.nan)
    if whole.any():
        out[:, whole] = np.quantile(values[:, whole], QUANTILES, axis=0)
    out[:, ~whole] = _sparse_quantiles(values[:, ~whole], finite[:, ~whole])
    return out


def _sparse_quantiles(values: FloatArray, finite: npt.NDArray[np.bool_]) -> FloatArray:
    """Quantiles of each column (run, column) over its finite values; NaN for a column without any."""
    ordered = np.sort(np.where(finite, values, np.nan), axis=0)  # NaN sorts last
    count = finite.sum(axis=0)
    out = np.empty((len(QUANTILES), values.shape[1]))
    columns = np.arange(values.shape[1])
    for i, level in enumerate(QUANTILES):
        place = level * np.maximum(count - 1, 0)
        low = np.floor(place).astype(np.intp)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        below, above = ordered[low, columns], ordered[high, columns]
        out[i] = below + (above - below) * (place - low)
    return out


def probability_positive(differences: FloatArray) -> FloatArray:
    """Return the share of runs with a positive difference, ties counting half.

    Parameters
    ----------
    differences
        Shape (run, ...). Values that are not finite are left out, run by run.

    Returns
    -------
    Shape (...), from 0 to 1; exactly 0.5 where every run ties; NaN where no run has a finite value.
    """
    count = np.isfinite(differences).sum(axis=0)
    score = (
        (differences > 0.0).sum(axis=0) + 0.5 * (differences == 0.0).sum(axis=0) - np.isposinf(differences).sum(axis=0)
    )
    share = np.full(np.shape(score), np.nan)
    np.divide(score, count, out=share, where=count > 0)
    return share


def percent_change(values: FloatArray, base: FloatArray) -> FloatArray:
    """Return ``100 * (values / base - 1)``, NaN in every run where any run's base is not positive.

    Leaving out only the runs whose base is zero would bias the interval, and the sign of a percentage
    of a negative base misleads; such a variable has its absolute difference only.

    Parameters
    ----------
    values, base
        Shape (run, ...), the same runs in the same order.
    """
    usable = ((base > 0.0) | ~np.isfinite(base)).all(axis=0)
    change = np.full_like(values, np.nan)
    np.divide(values, base, out=change, where=usable & np.isfinite(base))
    change -= 1.0
    change *= 100.0
    return change


def medoid(paths: FloatArray) -> int:
    """Return the position of the run that lies closest to the median paths.

    Each series is divided by the mean over time of its absolute median path, so that all weigh alike and a
    quarter with a median of zero does no harm; the distance is the sum of absolute deviations from the median
    over quarters and series. The first of equally close runs wins.

    Parameters
    ----------
    paths
        Shape (run, quarter, series).
    """
    middle = np.median(paths, axis=0)
    scale = np.abs(middle).mean(axis=0)
    scale[scale == 0.0] = 1.0
    distance = (np.abs(paths - middle) / scale).sum(axis=(1, 2))
    return int(np.argmin(distance))
