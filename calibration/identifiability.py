"""What the data say of each fitted parameter: contraction, profile likelihoods, and pairs that they confound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.likelihood import Likelihood
from calibration.fit.sampler import Reference
from calibration.fit.slopes import LogPosterior, prior_of_one
from calibration.fit.space import Space
from simulator.parameters import PRIOR_ROWS, names, prior_rows
from simulator.text_file import replace_file

if TYPE_CHECKING:
    from pandas import DataFrame

FloatArray: TypeAlias = npt.NDArray[np.float64]

LEAST: Final = 0.20
"""Contraction under which a parameter is driven by the literature, not by the data."""
LITERATURE: Final = "literature-driven"
DATA: Final = "data-informed"
TABLE: Final = "identifiability.csv"
PAIRS: Final = "pairs.csv"
REACH: Final = 2.5
"""Posterior standard deviations (of the coordinate) that a profile reaches to either side."""
MOST_STEPS: Final = 12
CLOSE: Final = 1e-3
"""Gain of log density below which the search on a profile ends."""


def contraction_table(space: Space, fitted: FloatArray, expected: FloatArray) -> DataFrame:
    """Return by how much each fitted parameter's prior was narrowed.

    Parameters
    ----------
    space : Space
    fitted : ndarray, shape (draws, fitted)
        Draws of the posterior, in the units of the parameters.
    expected : ndarray, shape (parameters,)
        Contraction that was expected of every parameter before the fit; see ``fit.expected_contraction``.

    Returns
    -------
    DataFrame
        parameter, prior_sd, posterior_sd, contraction (1 - posterior sd / prior sd; below 0 where the posterior is
        wider), expected, label (``literature-driven`` under 0.20, else ``data-informed``).
    """
    import pandas as pd

    prior = prior_rows(np.arange(PRIOR_ROWS))[:, space.fitted].std(axis=0)
    sd = fitted.std(axis=0)
    contraction = 1.0 - sd / prior
    return pd.DataFrame(
        {
            "parameter": space.names,
            "prior_sd": prior,
            "posterior_sd": sd,
            "contraction": contraction,
            "expected": expected[space.fitted],
            "label": np.where(contraction < LEAST, LITERATURE, DATA),
        }
    )


def profile_likelihoods(
    likelihood: Likelihood, reference: Reference, chosen: Sequence[str] | None = None, points: int = 9
) -> DataFrame:
    """Return the profile of each parameter: how well the data can be met at given values of it.

    At each value all other coordinates are moved to where likelihood times *their* priors is greatest; the prior of the
    parameter itself is left out, so a flat profile means that the data do not tell its values apart. The search starts
    at the best point of the normal approximation and takes Newton steps with the curvature of that approximation and
    exact slopes, halved until they gain, until one gains less than 0.001.

    Parameters
    ----------
    likelihood : Likelihood
    reference : Reference
        Its normal approximation.
    chosen : sequence of str, optional
        Names of fitted parameters; by default all.
    points : int
        Values of each, spread over 2.5 posterior standard deviations to either side of the mode.

    Returns
    -------
    DataFrame
        parameter, value (in its unit), log_profile (natural logarithm, 0 at the best of the values).

    Raises
    ------
    KeyError
        One of `chosen` is not fitted.
    """
    import pandas as pd

    tables = []
    for name in likelihood.space.names if chosen is None else chosen:
        if name not in likelihood.space.names:
            raise KeyError(f"{name} is not fitted")
        values, logs = profile(likelihood, reference, likelihood.space.names.index(name), points)
        tables.append(pd.DataFrame({"parameter": name, "value": values, "log_profile": logs}))
    return pd.concat(tables, ignore_index=True)


def profile(likelihood: Likelihood, reference: Reference, k: int, points: int) -> tuple[FloatArray, FloatArray]:
    """Return values of the fitted parameter number `k` and its log profile there, both of shape (points,)."""
    density = LogPosterior(likelihood)
    covariance = reference.factor @ reference.factor.T
    precision = np.linalg.inv(covariance)
    others = np.delete(np.arange(len(covariance)), k)
    inner = np.linalg.inv(precision[np.ix_(others, others)])
    away = np.linspace(-REACH, REACH, points) * np.sqrt(covariance[k, k])
    found = np.empty((points, len(covariance)))
    logs = np.empty(points)
    # From the middle outwards: each search starts where its inner neighbour ended, moved as the approximation says.
    for place in np.argsort(np.abs(away), kind="stable"):
        inner_place = place + 1 if away[place] < 0.0 else place - 1
        middle = place in (points // 2, (points - 1) // 2)
        start, at = (reference.centre, 0.0) if middle else (found[inner_place], away[inner_place])
        q = start + covariance[:, k] / covariance[k, k] * (away[place] - at)
        q[k] = reference.centre[k] + away[place]
        found[place], top = _climb(density, q, others, inner)
        logs[place] = top - prior_of_one(likelihood.space, k, found[place, k])
    return likelihood.space.values(found)[:, k], logs - logs.max()


def _climb(
    density: LogPosterior, q: FloatArray, others: npt.NDArray[np.int64], inner: FloatArray
) -> tuple[FloatArray, float]:
    """Move the coordinates `others` to the greatest log posterior; `inner` is their covariance given the rest."""
    value, slope = density(q)
    for _ in range(MOST_STEPS):
        move = np.zeros_like(q)
        move[others] = np.clip(inner @ slope[others], -1.5, 1.5)
        gain, size = -np.inf, 1.0
        while size > 0.01:
            new, there = density(q + size * move)
            gain = new - value
            if gain > 0.0:
                q, value, slope = q + size * move, new, there
                break
            size *= 0.5
        if gain < CLOSE:
            break
    return q, value


def profile_falls(profiles: DataFrame) -> dict[str, float]:
    """Return parameter -> how far its profile falls to the higher of its two ends, in log units.

    Below 1.92 (half the 95 % point of a chi-square with one degree of freedom) the data alone leave one side open over
    the range of the profile.
    """
    falls = {}
    for name, mine in profiles.groupby("parameter", sort=False):
        logs = mine.sort_values("value")["log_profile"].to_numpy()
        falls[str(name)] = float(logs.max() - max(logs[0], logs[-1]))
    return falls


def correlated_pairs(draws: FloatArray, of: Sequence[str], least: float = 0.5) -> DataFrame:
    """Return pairs of parameters whose posterior draws go together, the closest first.

    Parameters
    ----------
    draws : ndarray, shape (draws, parameters)
    of : sequence of str
        Names of the columns.
    least : float
        Absolute rank correlation from which a pair is shown.

    Returns
    -------
    DataFrame
        first, second, correlation (Spearman's).
    """
    import pandas as pd
    from scipy.stats import rankdata

    ranks = rankdata(draws, axis=0)
    # A column without any spread has no correlation; it is none for this purpose.
    sd = ranks.std(axis=0)
    z = (ranks - ranks.mean(axis=0)) / np.where(sd > 0.0, sd, 1.0)
    correlation = z.T @ z / len(z)
    first, second = np.triu_indices(len(of), 1)
    size = np.abs(correlation[first, second])
    order = np.argsort(-size, kind="stable")
    order = order[size[order] >= least]
    return pd.DataFrame(
        {
            "first": [of[k] for k in first[order]],
            "second": [of[k] for k in second[order]],
            "correlation": correlation[first[order], second[order]],
        }
    )


def identifiability_table(
    likelihood: Likelihood, reference: Reference, fitted: FloatArray, expected: FloatArray, points: int = 9
) -> tuple[DataFrame, DataFrame]:
    """Return :func:`contraction_table` with a column profile_fall, and the profiles it comes from."""
    table = contraction_table(likelihood.space, fitted, expected)
    profiles = profile_likelihoods(likelihood, reference, points=points)
    table.insert(5, "profile_fall", table["parameter"].map(profile_falls(profiles)))
    return table, profiles


def never_fitted(space: Space, expected: FloatArray) -> DataFrame:
    """Return the parameters that were not fitted: parameter, expected contraction; all are literature-driven."""
    import pandas as pd

    rest = np.setdiff1d(np.arange(len(names())), space.fitted)
    return pd.DataFrame({"parameter": [names()[k] for k in rest], "expected": expected[rest], "label": LITERATURE})


def write_identifiability(folder: Path, table: DataFrame) -> None:
    """Write ``identifiability.csv``."""
    _write(folder / TABLE, table)


def write_pairs(folder: Path, table: DataFrame) -> None:
    """Write ``pairs.csv``; only its head, if no pair is close."""
    _write(folder / PAIRS, table)


def _write(path: Path, table: Any) -> None:
    replace_file(path, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
