"""Naive forecasts with predictive distributions: what a forecaster without a model would say.

Every function forecasts from the history of a series up to an origin, on the scale of the series (natural log of a
level, or points). Innovations are normal with unknown variance, so one-step predictions are Student t: with 4 to 8
points, known parameters would make the naive forecasts look more certain than they are. Draws come in mirrored pairs,
which puts the median of a linear method exactly on its point forecast. They are addressed by
(seed, series, entity, origin, method): the order in which forecasts are made does not matter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from calibration.posterior_draws import FloatArray, deviations, normals, regress
from simulator.errors import InputError

METHODS: Final = (
    "model_realised", "model_frozen", "model_hindsight", "random_walk", "drift", "ar1", "arx", "panel",
)  # fmt: skip
"""Every method of the skill card, in its order."""

SAMPLES: Final = 2000
MINIMUM_DIFFERENCES: Final = 3
"""Fewest yearly differences from which a variance is estimated; with fewer the CRPS of a t hardly exists."""
SPREAD_WEIGHT: Final = 4.0
"""Differences that a stated standard deviation is worth."""
PERSISTENCE_SD: Final = 0.5
"""Prior standard deviation of the AR(1) coefficient, about 0."""
PERSISTENCE_LIMIT: Final = 0.95
EFFECT_SD: Final = 2.0
"""Prior standard deviation of the effect of one standard deviation of a driver, in residual standard deviations."""
UNEXPLAINED: Final = 0.5
"""Share of the variance that drivers leave unexplained by the prior; worth one observation."""
PANEL_WEIGHT: Final = 4.0
"""Differences that the variance of all cities is worth for the variance of one."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """A predictive distribution of one series, made at one origin.

    Attributes
    ----------
    series, entity : str
        Name of the series; ``"Liaoning"`` or a city.
    origin : int
        Last year that the forecaster knew.
    method : str
        One of ``METHODS``.
    years : tuple of int
        Years forecast, increasing, after the origin.
    draws : ndarray, shape (samples, years)
        On the scale of the series.

    Raises
    ------
    InputError
        If the method is unknown, years and draws do not fit each other, or a draw is not a number.
    """

    series: str
    entity: str
    origin: int
    method: str
    years: tuple[int, ...]
    draws: FloatArray

    def __post_init__(self) -> None:
        """Check that the parts fit each other."""
        where = f"forecast of {self.series} ({self.entity}) at {self.origin} by {self.method}"
        if self.method not in METHODS:
            raise InputError(f"{where}: unknown method; allowed: {', '.join(METHODS)}")
        if not self.years or list(self.years) != sorted({*self.years}) or self.years[0] <= self.origin:
            raise InputError(f"{where}: years {self.years} must increase and lie after the origin")
        if self.draws.ndim != 2 or self.draws.shape[1] != len(self.years) or len(self.draws) < 2:
            raise InputError(f"{where}: draws have shape {self.draws.shape}; need (2 or more, {len(self.years)})")
        if not np.isfinite(self.draws).all():
            raise InputError(f"{where}: draws hold values that are not finite")


@dataclass(frozen=True)
class History:
    """A series as known at an origin: one value for each year up to it, without gaps.

    Attributes
    ----------
    series, entity : str
    origin : int
        Year of the last value.
    values : tuple of float
        On the scale of the series.
    """

    series: str
    entity: str
    origin: int
    values: tuple[float, ...]

    @classmethod
    def until(cls, series: str, entity: str, truth: Mapping[int, float], origin: int) -> History:
        """Return the unbroken years of a series that end at the origin; later years are not looked at.

        Raises
        ------
        InputError
            If the year of the origin is missing.
        """
        if origin not in truth:
            raise InputError(f"{series} ({entity}): no value for {origin}, the origin of a forecast")
        first = origin
        while first - 1 in truth:
            first -= 1
        return cls(series, entity, origin, tuple(float(truth[year]) for year in range(first, origin + 1)))

    @property
    def level(self) -> float:
        """Value at the origin."""
        return self.values[-1]

    def differences(self, least: int = MINIMUM_DIFFERENCES) -> FloatArray:
        """Return the yearly differences, shape (years - 1,); ``InputError`` if there are fewer than ``least``."""
        found = np.diff(np.asarray(self.values, dtype=np.float64))
        if len(found) < least:
            raise InputError(
                f"{self.series} ({self.entity}): {len(self.values)} years up to {self.origin}; need {least + 1} or more"
            )
        return found

    def forecast(self, method: str, draws: FloatArray) -> Forecast:
        """Return draws of the years that follow the origin as a forecast."""
        years = tuple(range(self.origin + 1, self.origin + 1 + draws.shape[1]))
        return Forecast(self.series, self.entity, self.origin, method, years, draws)


def random_walk(
    history: History, horizon: int, *, seed: int, samples: int = SAMPLES, spread: float | None = None
) -> Forecast:
    """Forecast no change: ``y[T+h] = y[T] + e[1] + ... + e[h]``, ``e ~ N(0, s2)``.

    With n differences d, ``s2 ~ scaled-inverse-chi2(n, mean(d^2))`` (Jeffreys), so ``y[T+h]`` is Student t with n
    degrees of freedom and scale ``sqrt(h * mean(d^2))``. Source: Hyndman & Athanasopoulos, *Forecasting: Principles
    and Practice* (3rd ed.), 5.2 and 5.5; Gelman et al., *Bayesian Data Analysis* (3rd ed.), 2.6.

    Parameters
    ----------
    history : History
    horizon : int
        Years to forecast.
    seed, samples : int
    spread : float, optional
        A standard deviation of yearly changes known from elsewhere, worth ``SPREAD_WEIGHT`` differences. Needed
        where the history has fewer than ``MINIMUM_DIFFERENCES`` differences.

    Raises
    ------
    InputError
        If the history is too short.
    """
    d = history.differences(MINIMUM_DIFFERENCES if spread is None else 0)
    weight, prior = (0.0, 0.0) if spread is None else (SPREAD_WEIGHT, spread**2)
    rng = _generator(seed, history, "random_walk")
    sd = deviations(rng, len(d) + weight, float(d @ d) + weight * prior, samples)
    steps = sd[:, None] * normals(rng, samples, horizon)
    return history.forecast("random_walk", history.level + np.cumsum(steps, axis=1))


def drift(
    history: History, horizon: int, *, seed: int, samples: int = SAMPLES, level: float | None = None
) -> Forecast:
    """Forecast the mean change: ``y[T+h] = y[T] + h*m + e[1] + ... + e[h]``, ``e ~ N(0, s2)``.

    With n differences of mean d and variance v (divisor n - 1), ``s2 ~ scaled-inverse-chi2(n - 1, v)`` and
    ``m ~ N(d, s2/n)``, so ``y[T+h]`` is Student t with n - 1 degrees of freedom, centre ``y[T] + h*d`` and scale
    ``sqrt(v*h*(1 + h/n))``. Source: Hyndman & Athanasopoulos, 5.2 and table 5.2; Gelman et al., 3.2.

    Parameters
    ----------
    history : History
    horizon : int
        Years to forecast.
    seed, samples : int
    level : float, optional
        Start from this value at the origin and not from the last of the history: the drift of a padded series,
        restarted at the restated level.

    Raises
    ------
    InputError
        If the history is too short.
    """
    d = history.differences()
    n = len(d)
    rng = _generator(seed, history, "drift")
    sd = deviations(rng, n - 1.0, float(((d - d.mean()) ** 2).sum()), samples)
    mean = d.mean() + sd * normals(rng, samples, 1)[:, 0] / np.sqrt(n)
    steps = mean[:, None] + sd[:, None] * normals(rng, samples, horizon)
    return history.forecast("drift", (history.level if level is None else level) + np.cumsum(steps, axis=1))


def ar1(history: History, horizon: int, *, seed: int, samples: int = SAMPLES) -> Forecast:
    """Forecast by an AR(1) of differences with a mean: ``d[t] = c + f*(d[t-1] - dbar) + e[t]``, ``e ~ N(0, s2)``.

    Least squares with a weak conjugate (normal-inverse-gamma) prior: ``f ~ N(0, PERSISTENCE_SD^2)`` where s2 equals
    the variance v of the differences, ``s2`` near v with the weight of one observation, c flat. Draws of f are
    clipped to +-``PERSISTENCE_LIMIT``. Paths are simulated from draws of (c, f, s2). Source: Hyndman &
    Athanasopoulos, 9.3 and 9.8 (ARIMA(1,1,0) with constant); Gelman et al., 14.8.

    Raises
    ------
    InputError
        If the history is too short.
    """
    d = history.differences()
    before, now = d[:-1], d[1:]
    variance = max(float(d.var(ddof=1)), 1e-18)
    rng = _generator(seed, history, "ar1")
    fit = regress(
        before[:, None], now, np.array([variance / PERSISTENCE_SD**2]), prior_variance=variance, rng=rng,
        samples=samples,
    )  # fmt: skip
    persistence = np.clip(fit.slopes[:, 0], -PERSISTENCE_LIMIT, PERSISTENCE_LIMIT)
    z = normals(rng, samples, horizon)
    steps = np.empty((samples, horizon))
    last = np.full(samples, d[-1])
    for h in range(horizon):
        last = fit.intercepts + persistence * (last - before.mean()) + fit.deviations * z[:, h]
        steps[:, h] = last
    return history.forecast("ar1", history.level + np.cumsum(steps, axis=1))


def arx(
    history: History, past: npt.ArrayLike, future: npt.ArrayLike, *, seed: int, samples: int = SAMPLES
) -> Forecast:
    """Forecast by a regression of differences on drivers: ``d[t] = c + x[t]'b + e[t]``, ``e ~ N(0, s2)``.

    Drivers are those that the model with realised drivers is given, so they are known over the forecast years as
    well. Each is standardised by its mean and standard deviation over the history. Conjugate Bayesian regression
    (ridge): ``b ~ N(0, EFFECT_SD^2 * s2)``, ``s2`` near ``UNEXPLAINED`` of the variance of d with the weight of one
    observation, c flat; 7 differences and 1 or 2 drivers are enough. Source: Hyndman & Athanasopoulos, 7.2 and 7.6
    (ex-post forecasts); Hoerl & Kennard (1970); Gelman et al., 14.8.

    Parameters
    ----------
    history : History
        Of n + 1 years.
    past : array_like, shape (n,) or (n, drivers)
        Drivers in the years of the n differences, such as log growth of national output.
    future : array_like, shape (horizon,) or (horizon, drivers)
        The same drivers in the years after the origin.
    seed, samples : int

    Raises
    ------
    InputError
        If the history is too short, or the drivers do not fit it.
    """
    d = history.differences()
    x, ahead = _columns(past), _columns(future)
    if len(x) != len(d) or x.shape[1] != ahead.shape[1] or not x.shape[1] or not len(ahead):
        raise InputError(
            f"{history.series} ({history.entity}): drivers of shape {x.shape} and {ahead.shape} for {len(d)} "
            "differences; need one row a difference, one row a year ahead and the same drivers in both"
        )
    if not (np.isfinite(x).all() and np.isfinite(ahead).all()):
        raise InputError(f"{history.series} ({history.entity}): drivers hold values that are not finite")
    centre, unit = x.mean(axis=0), x.std(axis=0)
    if (unit <= 1e-12).any():
        raise InputError(f"{history.series} ({history.entity}): a driver does not change up to {history.origin}")
    rng = _generator(seed, history, "arx")
    fit = regress(
        (x - centre) / unit, d, np.full(x.shape[1], EFFECT_SD**-2.0),
        prior_variance=UNEXPLAINED * float(d.var(ddof=1)), rng=rng, samples=samples,
    )  # fmt: skip
    expected = fit.intercepts[:, None] + fit.slopes @ ((ahead - centre) / unit).T
    steps = expected + fit.deviations[:, None] * normals(rng, samples, len(ahead))
    return history.forecast("arx", history.level + np.cumsum(steps, axis=1))


def panel(
    histories: Sequence[History],
    horizon: int,
    *,
    seed: int,
    samples: int = SAMPLES,
    sizes: Sequence[float] | None = None,
) -> tuple[Forecast, ...]:
    """Forecast all cities together: ``d[c,t] = g[c]*a[c] + g[c]*e[c,t]``, ``a[c] ~ N(m, t2)``, ``e ~ N(0, s2[c])``.

    A random walk with drift whose drifts a[c] are shrunk to their common mean m and whose variances are shrunk to
    their common variance. ``s2[c]`` has a scaled-inverse-chi2 prior at the variance within cities, worth
    ``PANEL_WEIGHT`` differences; m is flat; t2 is the moment estimate (variance of the cities' means less its
    expected sampling part, not below 0) and taken as known. g[c] is the size of the city. Source: Gelman et al.,
    5.4 (hierarchical normal model); Smyth (2004) for moderated variances; Baltagi, *Econometric Analysis of Panel
    Data*, ch. 2 (random effects).

    Parameters
    ----------
    histories : sequence of History
        One series, one origin, equal lengths; at least 3 cities.
    horizon : int
        Years to forecast.
    seed, samples : int
    sizes : sequence of float, optional
        What a city's changes are proportional to, shape (cities,): its share at the origin for shares in points.
        All 1 by default, right for logarithms.

    Returns
    -------
    tuple of Forecast
        In the order of the histories; the same numbers in any order.

    Raises
    ------
    InputError
        If the histories do not fit each other or are too short.
    """
    _check_panel(histories, sizes)
    scale = np.ones(len(histories)) if sizes is None else np.asarray(sizes, dtype=np.float64)
    d = np.stack([history.differences() for history in histories]) / scale[:, None]
    n = d.shape[1]
    means, squares = d.mean(axis=1), ((d - d.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    within = float(squares.sum()) / (len(d) * (n - 1))
    between = max(0.0, float(means.var(ddof=1)) - within / n)

    streams = [_generator(seed, history, "panel") for history in histories]
    sd = np.stack(
        [
            deviations(rng, PANEL_WEIGHT + n - 1.0, PANEL_WEIGHT * within + s, samples)
            for rng, s in zip(streams, squares, strict=True)
        ],
        axis=1,
    )
    noise = np.maximum(sd**2 / n, 1e-30)  # variance of a city's mean
    precision = 1.0 / (between + noise)
    common = (precision * means).sum(axis=1) / precision.sum(axis=1)
    shared = _generator(seed, History(histories[0].series, "", histories[0].origin, ()), "panel")
    common = common + normals(shared, samples, 1)[:, 0] / np.sqrt(precision.sum(axis=1))
    own = between * precision  # weight of the city's own mean
    centre = (1.0 - own) * common[:, None] + own * means
    spread = np.sqrt(own * noise)
    forecasts = []
    for c, (history, rng) in enumerate(zip(histories, streams, strict=True)):
        z = normals(rng, samples, horizon + 1)
        trend = centre[:, c] + spread[:, c] * z[:, 0]
        steps = scale[c] * (trend[:, None] + sd[:, c, None] * z[:, 1:])
        forecasts.append(history.forecast("panel", history.level + np.cumsum(steps, axis=1)))
    return tuple(forecasts)


def _generator(seed: int, history: History, method: str) -> np.random.Generator:
    address = json.dumps([seed, history.series, history.entity, history.origin, method])
    key = int.from_bytes(hashlib.sha256(address.encode()).digest()[:16], "big")
    return np.random.Generator(np.random.Philox(key=key))


def _columns(values: npt.ArrayLike) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    found: npt.NDArray[Any] = np.asarray(values, dtype=np.float64)
    return found.reshape(len(found), -1)


def _check_panel(histories: Sequence[History], sizes: Sequence[float] | None) -> None:
    kinds = {(history.series, history.origin, len(history.values)) for history in histories}
    if len(kinds) != 1 or len({history.entity for history in histories}) != len(histories) or len(histories) < 3:
        raise InputError(
            "panel: needs 3 or more different cities with the same series, origin and number of years; found "
            + ", ".join(f"{h.series} ({h.entity}) {len(h.values)} years to {h.origin}" for h in histories)
        )
    if sizes is not None and (len(sizes) != len(histories) or min(sizes) <= 0.0):
        raise InputError(f"panel: needs one size above 0 for each of {len(histories)} cities; found {list(sizes)}")
