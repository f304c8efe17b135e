"""Whether two calibrations that differ in their seed give the same posterior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pandas import DataFrame

FloatArray: TypeAlias = npt.NDArray[np.float64]

MEDIAN_ERROR: Final = float(np.sqrt(np.pi / 2.0))
"""Standard error of the median of a normal sample, in standard errors of its mean."""
LEVEL: Final = 0.05
"""Probability that any figure of a table is called different although all are the same (Bonferroni)."""


def stability_table(
    one: FloatArray,
    other: FloatArray,
    names: Sequence[str],
    effective: tuple[float | FloatArray, float | FloatArray] | None = None,
) -> DataFrame:
    """Compare the draws of two posteriors, parameter by parameter.

    Parameters
    ----------
    one, other : ndarray, shapes (draws, parameters), (more draws, parameters)
        On any scale, the same for both.
    names : sequence of str
    effective : pair, optional
        Effective numbers of independent draws, one each or one a parameter; by default all draws are independent.

    Returns
    -------
    DataFrame
        parameter; median_difference, other less one, in pooled posterior standard deviations; median_error, its Monte
        Carlo standard error; median_z; sd_difference, log of the ratio of standard deviations; sd_error; sd_z; same:
        both z within what Monte Carlo error leaves to all figures of the table but 5 %. Errors are those of normal
        samples.
    """
    import pandas as pd
    from scipy.stats import norm

    most = float(norm.isf(LEVEL / (2.0 * 2.0 * len(names))))
    first, second = effective or (float(len(one)), float(len(other)))
    inverse = 1.0 / np.asarray(first, dtype=np.float64) + 1.0 / np.asarray(second, dtype=np.float64)
    inverse = np.broadcast_to(inverse, (len(names),))
    sd_one, sd_other = one.std(axis=0, ddof=1), other.std(axis=0, ddof=1)
    pooled = np.sqrt(0.5 * (sd_one**2 + sd_other**2))
    median = (np.median(other, axis=0) - np.median(one, axis=0)) / pooled
    median_error, sd_error = MEDIAN_ERROR * np.sqrt(inverse), np.sqrt(0.5 * inverse)
    ratio = np.log(sd_other / sd_one)
    return pd.DataFrame(
        {
            "parameter": names,
            "median_difference": median,
            "median_error": median_error,
            "median_z": median / median_error,
            "sd_difference": ratio,
            "sd_error": sd_error,
            "sd_z": ratio / sd_error,
            "same": (np.abs(median / median_error) < most) & (np.abs(ratio / sd_error) < most),
        }
    )


def added_by_design(table: DataFrame) -> float:
    """Return the root mean squared difference of medians beyond Monte Carlo error, in posterior standard deviations.

    What the finite design and its emulator add; 0 if Monte Carlo error alone explains the differences.
    """
    beyond = (table["median_difference"] ** 2 - table["median_error"] ** 2).mean()
    return float(np.sqrt(max(beyond, 0.0)))
