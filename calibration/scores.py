"""How far forecasts were from what came: errors, scaled errors, CRPS and coverage, on the scale of a series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from calibration.forecasts import Forecast, History
from calibration.posterior_draws import FloatArray
from simulator.errors import InputError

LOW: Final = 0.05
HIGH: Final = 0.95


@dataclass(frozen=True)
class Point:
    """One forecast of one year, met by what came.

    Attributes
    ----------
    series, entity, method : str
    origin, year : int
    error : float
        Median of the predictive distribution less what came, on the scale of the series.
    step : float
        Mean absolute error of one-step no-change forecasts up to the origin (Hyndman & Koehler 2006); NaN where
        the history has no differences or never changes.
    crps : float
        Continuous ranked probability score, fair (unbiased) for the number of draws.
    inside : bool
        Whether what came lies between the 5 % and the 95 % quantile, both included.
    """

    series: str
    entity: str
    method: str
    origin: int
    year: int
    error: float
    step: float
    crps: float
    inside: bool

    @property
    def horizon(self) -> int:
        """Years from the origin."""
        return self.year - self.origin


@dataclass(frozen=True)
class Score:
    """Means over points.

    Attributes
    ----------
    rmse : float
        Root mean square error of the predictive medians, on the scale of the series.
    mase : float
        Mean absolute error, each in steps of its own origin (``Point.step``); NaN if a step is.
    crps : float
        Mean CRPS, on the scale of the series.
    coverage90 : float
        Share of points inside their 90 % interval, 0 to 1.
    n : int
        Number of points.
    """

    rmse: float
    mase: float
    crps: float
    coverage90: float
    n: int


def points(forecast: Forecast, truth: Mapping[int, float]) -> tuple[Point, ...]:
    """Compare a forecast with what came in those of its years that are known.

    Parameters
    ----------
    forecast : Forecast
    truth : mapping of year to value
        On the scale of the series; must hold the origin, and its years before the origin give the step of MASE.

    Raises
    ------
    InputError
        If the truth lacks the origin or every year of the forecast, or is not finite.
    """
    where = f"{forecast.series} ({forecast.entity})"
    known = [k for k, year in enumerate(forecast.years) if year in truth]
    if not known:
        raise InputError(f"{where}: nothing is known of {', '.join(map(str, forecast.years))}, the years forecast")
    came = np.array([truth[forecast.years[k]] for k in known], dtype=np.float64)
    if not np.isfinite(came).all():
        raise InputError(f"{where}: values to compare with are not finite")
    draws = forecast.draws[:, known]
    step = _step(History.until(forecast.series, forecast.entity, truth, forecast.origin))
    low, median, high = np.quantile(draws, (LOW, 0.5, HIGH), axis=0)
    scores = crps(draws, came)
    return tuple(
        Point(
            forecast.series, forecast.entity, forecast.method, forecast.origin, forecast.years[k],
            float(median[i] - came[i]), step, float(scores[i]), bool(low[i] <= came[i] <= high[i]),
        )
        for i, k in enumerate(known)
    )  # fmt: skip


def crps(draws: FloatArray, came: FloatArray) -> FloatArray:
    """Return the fair CRPS of draws, shape (samples, years), against what came, shape (years,).

    Uses ``scoringrules`` with probability weighted moments: the same number as its fair estimator, without the
    table of all pairs of draws (Zamo & Naveau 2018).
    """
    import scoringrules

    found = scoringrules.crps_ensemble(came, draws, m_axis=0, estimator="pwm", backend="numpy")
    return np.asarray(found, dtype=np.float64)


def score(chosen: Iterable[Point]) -> Score:
    """Return the means over points of one series, entity and method; ``InputError`` if there are none."""
    mine = list(chosen)
    if not mine:
        raise InputError("no forecast to score")
    errors = np.array([point.error for point in mine])
    steps = np.array([point.step for point in mine])
    return Score(
        rmse=float(np.sqrt(np.mean(errors**2))),
        mase=float(np.mean(np.abs(errors) / steps)),
        crps=float(np.mean([point.crps for point in mine])),
        coverage90=float(np.mean([point.inside for point in mine])),
        n=len(mine),
    )


def on_common_years(chosen: Sequence[Point], methods: Iterable[str]) -> tuple[Point, ...]:
    """Return the points whose series, entity, origin and year all of the methods have forecast."""
    places = [
        {(p.series, p.entity, p.origin, p.year) for p in chosen if p.method == method} for method in {*methods}
    ]
    common = set.intersection(*places) if places else set()
    return tuple(p for p in chosen if (p.series, p.entity, p.origin, p.year) in common)


def _step(history: History) -> float:
    changes = np.abs(history.differences(0))
    return float(changes.mean()) if len(changes) and changes.any() else float("nan")
