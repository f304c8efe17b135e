"""Scores of forecasts against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scoringrules
from scipy import stats

from calibration.forecasts import Forecast, History, random_walk
from calibration.scores import Point, crps, on_common_years, points, score
from simulator.errors import InputError


def normal_forecast(centre: float, sd: float, samples: int = 4000, origin: int = 2013) -> Forecast:
    draws = centre + sd * stats.norm.ppf((np.arange(samples) + 0.5) / samples)[:, None]
    return Forecast("x", "Liaoning", origin, "drift", (origin + 1,), draws)


@pytest.mark.parametrize(("came", "sd"), [(0.0, 1.0), (1.3, 1.0), (-0.4, 0.2)])
def test_crps_of_a_gaussian_is_the_closed_form(came: float, sd: float) -> None:
    z = came / sd
    closed = sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / math.sqrt(math.pi))
    draws = sd * np.random.default_rng(1).standard_normal((400_000, 1))
    assert crps(draws, np.array([came])) == pytest.approx([closed], abs=0.003 * sd)


def test_crps_is_the_fair_estimator() -> None:
    """Small ensembles: the unfair estimator would be 5 to 10 % off."""
    rng = np.random.default_rng(2)
    draws, came = rng.standard_normal((12, 5)), rng.standard_normal(5)
    fair = scoringrules.crps_ensemble(came, draws, m_axis=0, estimator="fair", backend="numpy")
    pairs = np.abs(draws[:, None, :] - draws[None, :, :]).sum(axis=(0, 1)) / (12 * 11)
    assert crps(draws, came) == pytest.approx(np.abs(draws - came).mean(axis=0) - pairs / 2, rel=1e-12)
    assert crps(draws, came) == pytest.approx(fair, rel=1e-12)


def test_points_compare_median_interval_and_step() -> None:
    truth = {2010: 1.0, 2011: 1.2, 2012: 1.1, 2013: 1.5, 2014: 2.0}
    (point,) = points(normal_forecast(1.7, 0.1), truth)
    assert (point.origin, point.year, point.horizon, point.method) == (2013, 2014, 1, "drift")
    assert point.error == pytest.approx(-0.3, abs=1e-9)
    assert point.step == pytest.approx((0.2 + 0.1 + 0.4) / 3)
    assert not point.inside
    assert points(normal_forecast(1.7, 0.2), truth)[0].inside  # 1.7 + 1.645 * 0.2 = 2.03


def test_step_never_looks_past_the_origin() -> None:
    truth = {2011: 1.0, 2012: 1.1, 2013: 1.2, 2014: 9.0, 2015: -9.0}
    (point,) = points(normal_forecast(1.2, 0.1), truth)
    assert point.step == pytest.approx(0.1)


def test_years_not_known_are_left_out() -> None:
    forecast = Forecast("x", "Liaoning", 2014, "random_walk", (2015, 2016, 2017), np.zeros((10, 3)))
    found = points(forecast, {2014: 1.0, 2015: 1.0, 2016: 1.0})
    assert [point.year for point in found] == [2015, 2016]
    with pytest.raises(InputError, match="nothing is known of 2015, 2016, 2017"):
        points(forecast, {2014: 1.0})
    with pytest.raises(InputError, match="no value for 2014"):
        points(forecast, {2015: 1.0})
    with pytest.raises(InputError, match="not finite"):
        points(forecast, {2014: 1.0, 2015: float("nan")})


def test_mase_of_the_random_walk_is_one_where_steps_are_equal() -> None:
    truth = {2006 + k: 0.3 * (k % 2) for k in range(12)}
    made = [
        random_walk(History.until("x", "Liaoning", truth, origin), 1, seed=1) for origin in range(2010, 2017)
    ]  # fmt: skip
    s = score([p for forecast in made for p in points(forecast, truth)])
    assert s.mase == pytest.approx(1.0, abs=1e-12)
    assert s.rmse == pytest.approx(0.3, abs=1e-12)
    assert s.n == 7


def point(error: float, step: float, crps: float, inside: bool, year: int = 2014, method: str = "drift") -> Point:
    return Point("x", "Liaoning", method, 2013, year, error, step, crps, inside)


def test_score_by_hand() -> None:
    """Each error is scaled by the step of its own origin: |3|/2 and |-4|/1, mean 2.75."""
    s = score([point(3.0, 2.0, 1.0, True), point(-4.0, 1.0, 2.0, False, 2015)])
    assert (s.rmse, s.mase, s.crps, s.coverage90, s.n) == (pytest.approx(math.sqrt(12.5)), 2.75, 1.5, 0.5, 2)


def test_no_history_no_mase() -> None:
    (lone,) = points(Forecast("x", "Liaoning", 2014, "random_walk", (2015,), np.ones((4, 1))), {2014: 1.0, 2015: 2.0})
    assert math.isnan(lone.step)
    assert math.isnan(score([lone]).mase)
    assert score([lone]).rmse == 1.0


def test_coverage_of_calibrated_forecasts_is_near_ninety() -> None:
    """Truth and draws from the same normal; 2,000 forecasts: standard error 0.7 points."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(2000):
        draws = rng.standard_normal((500, 1))
        forecast = Forecast("x", "Liaoning", 2013, "ar1", (2014,), draws)
        found.extend(points(forecast, {2013: 0.0, 2014: float(rng.standard_normal())}))
    assert 0.88 <= score(found).coverage90 <= 0.92


def test_nothing_to_score_is_refused() -> None:
    with pytest.raises(InputError, match="no forecast to score"):
        score([])


def test_common_years_drop_what_one_method_lacks() -> None:
    mine = [point(1.0, 1.0, 1.0, True, year, method) for year in (2014, 2015) for method in ("drift", "ar1")]
    lacking = [p for p in mine if (p.year, p.method) != (2015, "ar1")]
    assert [(p.year, p.method) for p in on_common_years(lacking, ("drift", "ar1"))] == [(2014, "drift"), (2014, "ar1")]
    assert on_common_years(mine, ("drift", "ar1")) == tuple(mine)
