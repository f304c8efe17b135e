"""Is one forecast more accurate than another, or is it luck? The Harvey-Leybourne-Newbold test, with its size checked.

The test compares mean losses of two methods over origins. Forecasts of h years ahead from neighbouring origins share
years, so losses are correlated up to h - 1 origins apart; with 4 to 6 origins the variance of the mean is then badly
estimated. Beside the nominal p-value from Student t stands one calibrated by simulation under equal accuracy for the
very origins and years compared.

Where the test has no power. With one origin there is none: a single validation fit decides nothing. With n origins
and h = n years ahead, as with 4 and 4, the factor of the small-sample correction is zero and the statistic with it,
whatever the forecasts: the nominal p-value is always 1. Calibration mends the size, not the power: with 5 origins, a
method with half the RMSE of the other is told apart at the 5 % level in about 15 of 100 cases one year ahead and in
about 7 four years ahead (squared errors; with 50 origins in 100 and in 73; ``size_of_test`` with ``rmse_ratio=2``).
So a large p-value says "the data cannot tell", never "they are equally good".

Sources: Diebold & Mariano (1995), J. Business & Economic Statistics 13, 253-263; Harvey, Leybourne & Newbold (1997),
International Journal of Forecasting 13, 281-291; Diebold (2015), JBES 33, 1-9, on comparing models by such tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from calibration.posterior_draws import FloatArray
from calibration.reproducible import stream
from calibration.scores import Point
from simulator.errors import InputError

Loss = Literal["squared", "crps"]
Place = tuple[int, int]
"""Origin and year of a forecast."""

LEVEL: Final = 0.05
REPLICATIONS: Final = 20_000
CORRELATION: Final = 0.5
"""Between the errors of the two methods under the null: they miss the same shocks."""
_NOTHING: Final = 1e-12


@dataclass(frozen=True)
class AccuracyTest:
    """Outcome of one test of equal accuracy, two-sided.

    Attributes
    ----------
    origins : int
        Number of loss differences compared.
    horizon : int
        Neighbouring origins whose forecasts share years, plus one.
    difference : float
        Mean loss of the first method less that of the second; below 0 = the first is better.
    statistic : float
        Modified Diebold-Mariano statistic; NaN where it does not exist.
    p_nominal : float
        From Student t with ``origins - 1`` degrees of freedom; NaN with fewer than two origins.
    p_value : float
        Calibrated by simulation under equal accuracy; NaN with fewer than two origins.
    size : float
        How often ``p_nominal`` would be below ``LEVEL`` under equal accuracy, by the same simulation; NaN likewise.
    """

    origins: int
    horizon: int
    difference: float
    statistic: float
    p_nominal: float
    p_value: float
    size: float


@dataclass(frozen=True)
class Size:
    """How often the nominal test rejects in a simulation.

    Attributes
    ----------
    n, horizon, overlap : int
        As asked for.
    level : float
        Nominal level of the two-sided test.
    rejected : float
        Share of replications rejected by the nominal p-value: its size if accuracy is equal, else its power.
    rejected_calibrated : float
        The same for the calibrated p-value.
    error : float
        Monte Carlo standard error of a share equal to the level.
    replications : int
    """

    n: int
    horizon: int
    overlap: int
    level: float
    rejected: float
    rejected_calibrated: float
    error: float
    replications: int


def modified_statistic(differences: FloatArray, horizon: int) -> tuple[FloatArray, FloatArray]:
    """Return the Harvey-Leybourne-Newbold statistic and its nominal two-sided p-value.

    ``sqrt((n + 1 - 2h + h(h - 1)/n)/n) * mean(d)/sqrt(V)``, ``V = (g[0] + 2*(g[1] + ... + g[h-1]))/n`` with
    autocovariances g of divisor n, against Student t with n - 1 degrees of freedom. Where V is not above 0, which
    happens in small samples, autocovariances are weighted by 1 - k/h (Bartlett).

    Parameters
    ----------
    differences : ndarray, shape (..., n)
        Loss of the first method less that of the second, in the order of origins.
    horizon : int
        h; at least 1, not above n.

    Returns
    -------
    statistic, p_nominal : ndarray, shape (...)
        NaN where the differences do not vary, or n is below 2.

    Raises
    ------
    InputError
        If the horizon is outside 1 to n.
    """
    n = differences.shape[-1]
    statistic = _factor(n, horizon) * _raw(differences, horizon)
    return statistic, _nominal(statistic, n)


def compare(
    ours: Iterable[Point],
    theirs: Iterable[Point],
    loss: Loss = "squared",
    *,
    seed: int = 1,
    replications: int = REPLICATIONS,
) -> AccuracyTest:
    """Test whether two methods are equally accurate for one series and entity.

    Losses of an origin are added over its years, so that the mean difference is that of all points; years ahead may
    be mixed, or points of one horizon chosen before.

    Parameters
    ----------
    ours, theirs : iterable of Point
        Of two methods, with the same origins and years.
    loss : {"squared", "crps"}
    seed, replications : int
        Of the simulation behind the calibrated p-value.

    Raises
    ------
    InputError
        If origins and years of the two differ, or there are none.
    """
    first, second = ({(p.origin, p.year): _loss(p, loss) for p in side} for side in (ours, theirs))
    if not first or first.keys() != second.keys():
        odd = sorted(first.keys() ^ second.keys())
        raise InputError(f"two methods to compare have different origins and years: {odd or 'none at all'}")
    design = tuple(sorted(first))
    differences = _by_origin(design, np.array([first[place] - second[place] for place in design]))
    lags = _horizon(design)
    if len(differences) < 2:
        nothing = float("nan")
        return AccuracyTest(len(differences), lags, float(differences.mean()), nothing, nothing, nothing, nothing)
    statistic, p_nominal = modified_statistic(differences, lags)
    null = _null(design, loss, seed, replications)
    return AccuracyTest(
        origins=len(differences),
        horizon=lags,
        difference=float(differences.mean()),
        statistic=float(statistic),
        p_nominal=float(p_nominal),
        p_value=float(_calibrated(_raw(differences, lags), null)),
        size=float(np.mean(_nominal(_factor(len(differences), lags) * null, len(differences)) < LEVEL)),
    )


def size_of_test(
    n: int,
    horizon: int,
    overlap: int,
    seed: int,
    replications: int,
    *,
    rmse_ratio: float = 1.0,
    loss: Loss = "squared",
) -> Size:
    """Simulate how often the test rejects at the 5 % level, under equal accuracy by default.

    Errors of h years ahead are sums of h yearly shocks, normal and correlated between the two methods by
    ``CORRELATION``. For squared losses the correlation does not matter under equal accuracy.

    Parameters
    ----------
    n : int
        Origins.
    horizon : int
        Years ahead.
    overlap : int
        Years that forecasts of neighbouring origins share: ``horizon - 1`` for yearly origins, 0 for none.
    seed, replications : int
    rmse_ratio : float
        RMSE of the first method over that of the second; other than 1 gives the power.
    loss : {"squared", "crps"}

    Raises
    ------
    InputError
        If there are fewer than 2 origins, or the overlap is outside 0 to ``horizon - 1``.
    """
    if n < 2 or not 0 <= overlap < horizon:
        raise InputError(f"size of a test: n {n}, horizon {horizon}, overlap {overlap}: need n of 2 or more and "
                         f"an overlap of 0 to {horizon - 1}")  # fmt: skip
    design = tuple((origin * (horizon - overlap), origin * (horizon - overlap) + horizon) for origin in range(n))
    lags = _horizon(design)
    differences = _simulated(design, loss, seed, replications, rmse_ratio)
    _, p_nominal = modified_statistic(differences, lags)
    p_value = _calibrated(_raw(differences, lags), _null(design, loss, seed + 1, replications))
    return Size(
        n, horizon, overlap, LEVEL, float(np.mean(p_nominal < LEVEL)), float(np.mean(p_value < LEVEL)),
        float(np.sqrt(LEVEL * (1.0 - LEVEL) / replications)), replications,
    )  # fmt: skip


def _nominal(statistic: FloatArray, n: int) -> FloatArray:
    """Return two-sided p-values of statistics from Student t with n - 1 degrees of freedom."""
    from scipy.special import stdtr

    return np.asarray(2.0 * stdtr(max(n - 1, 1), -np.abs(statistic)), dtype=np.float64)


def _raw(differences: FloatArray, horizon: int) -> FloatArray:
    """Return the Diebold-Mariano statistic before correction, shape (...); NaN where differences do not vary."""
    n = differences.shape[-1]
    mean = differences.mean(axis=-1)
    d = differences - mean[..., None]
    covariances = [(d[..., k:] * d[..., : n - k]).sum(axis=-1) / n for k in range(horizon)]
    flat = covariances[0] + 2.0 * sum(covariances[1:], np.zeros_like(mean))
    falling = covariances[0] + 2.0 * sum(
        ((1.0 - k / horizon) * g for k, g in enumerate(covariances) if k), np.zeros_like(mean)
    )
    least = _NOTHING * covariances[0]
    variance = np.where(flat > least, flat, falling) / n
    varies = covariances[0] > _NOTHING**2 * np.maximum(1e-300, (differences**2).mean(axis=-1))
    return np.where(varies, mean / np.sqrt(np.where(varies, variance, 1.0)), np.nan)


def _factor(n: int, horizon: int) -> float:
    """Return the small-sample factor of Harvey, Leybourne & Newbold."""
    if not 1 <= horizon <= n:
        raise InputError(f"test of accuracy: horizon {horizon} is outside 1 to {n}, the number of origins")
    return float(np.sqrt(max(0.0, n + 1.0 - 2.0 * horizon + horizon * (horizon - 1.0) / n) / n))


def _calibrated(raw: FloatArray, null: FloatArray) -> FloatArray:
    """Return the share of simulated statistics at least as large, shape of ``raw``; NaN stays NaN."""
    above = len(null) - np.searchsorted(null, np.abs(raw) * (1.0 - 1e-9), side="left")
    return np.where(np.isnan(raw), np.nan, (1.0 + above) / (1.0 + len(null)))


@lru_cache(maxsize=256)
def _null(design: tuple[Place, ...], loss: Loss, seed: int, replications: int) -> FloatArray:
    """Return absolute raw statistics under equal accuracy, sorted, shape (replications,)."""
    found = np.sort(np.abs(_raw(_simulated(design, loss, seed, replications, 1.0), _horizon(design))))
    found.flags.writeable = False
    return found


def _simulated(
    design: Sequence[Place], loss: Loss, seed: int, replications: int, rmse_ratio: float
) -> FloatArray:
    """Return loss differences by origin, shape (replications, origins)."""
    rng = stream([seed, len(design)])
    first, last = min(origin for origin, _ in design), max(year for _, year in design)
    common, own = rng.standard_normal((2, replications, last - first))
    shocks = (common * rmse_ratio, CORRELATION * common + np.sqrt(1.0 - CORRELATION**2) * own)
    sums = [np.concatenate([np.zeros((replications, 1)), np.cumsum(u, axis=1)], axis=1) for u in shocks]
    origins, years = (np.array([place[i] - first for place in design]) for i in (0, 1))
    errors = [walk[:, years] - walk[:, origins] for walk in sums]
    ahead = np.sqrt(years - origins)
    ours, theirs = (
        (error**2 for error in errors)
        if loss == "squared"
        else (_normal_crps(error, ahead * ratio) for error, ratio in zip(errors, (rmse_ratio, 1.0), strict=True))
    )
    return _by_origin(design, ours - theirs)


def _by_origin(design: Sequence[Place], differences: FloatArray) -> FloatArray:
    """Add differences, shape (..., places), over the years of each origin, so that the mean stays; (..., origins)."""
    origins = sorted({origin for origin, _ in design})
    member = np.array([[origin == place[0] for origin in origins] for place in design], dtype=np.float64)
    return np.asarray(differences @ member * (len(origins) / len(design)), dtype=np.float64)


def _horizon(design: Sequence[Place]) -> int:
    """Return the number of neighbouring origins whose forecasts share years, plus one; at most all origins."""
    origins = sorted({origin for origin, _ in design})
    if len(origins) < 2:
        return 1
    gap = min(later - earlier for earlier, later in zip(origins, origins[1:], strict=False))
    return min(-(-max(year - origin for origin, year in design) // gap), len(origins))


def _loss(point: Point, loss: Loss) -> float:
    return point.error**2 if loss == "squared" else point.crps


def _normal_crps(error: FloatArray, sd: FloatArray) -> FloatArray:
    """Return the CRPS of a normal distribution centred ``error`` away from what came (Gneiting & Raftery 2007)."""
    from scipy.special import ndtr

    z = error / sd
    density = np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi)
    return np.asarray(sd * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)), dtype=np.float64)
