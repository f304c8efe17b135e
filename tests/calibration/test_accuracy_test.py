"""The Harvey-Leybourne-Newbold test: its formula by hand, its size, and whether its power is as documented."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from calibration.accuracy_test import compare, modified_statistic, size_of_test
from calibration.scores import Point
from simulator.errors import InputError


def point(error: float, year: int, origin: int, method: str, crps: float = 1.0) -> Point:
    return Point("x", "Liaoning", method, origin, year, error, 1.0, crps, True)


def test_statistic_by_hand_one_year_ahead() -> None:
    """d = 1, 2, 3, 6: mean 3, g0 = (4+1+0+9)/4 = 3.5, DM = 3/sqrt(3.5/4), factor sqrt(3/4)."""
    statistic, p = modified_statistic(np.array([1.0, 2.0, 3.0, 6.0]), 1)
    assert statistic == pytest.approx(math.sqrt(0.75) * 3.0 / math.sqrt(0.875))
    assert p == pytest.approx(2 * stats.t.sf(float(statistic), 3))


def test_statistic_one_year_ahead_is_the_t_statistic() -> None:
    """Independent oracle: for h = 1 the correction turns the divisor n into n - 1."""
    d = np.random.default_rng(1).standard_normal(9) + 0.4
    statistic, p = modified_statistic(d, 1)
    oracle = stats.ttest_1samp(d, 0.0)
    assert (float(statistic), float(p)) == pytest.approx((oracle.statistic, oracle.pvalue), rel=1e-12)


def test_statistic_by_hand_two_years_ahead() -> None:
    """d = 1, 2, 4, 5: mean 3, deviations -2 -1 1 2, g0 = 10/4, g1 = (2-1+2)/4; V = (10+6)/16 = 1."""
    statistic, p = modified_statistic(np.array([1.0, 2.0, 4.0, 5.0]), 2)
    factor = math.sqrt((4 + 1 - 4 + 2 * 1 / 4) / 4)
    assert statistic == pytest.approx(factor * 3.0)
    assert p == pytest.approx(2 * stats.t.sf(factor * 3.0, 3))


def test_variance_below_zero_falls_back_to_bartlett() -> None:
    """d = 3, -1, 3, -1: g0 = 4, g1 = -3: g0 + 2*g1 = -2 is no variance; g0 + g1 = 1 is."""
    statistic, _ = modified_statistic(np.array([3.0, -1.0, 3.0, -1.0]), 2)
    assert statistic == pytest.approx(math.sqrt(1.5 / 4) * 1.0 / math.sqrt(1.0 / 4))


def test_differences_that_do_not_vary_have_no_statistic() -> None:
    statistic, p = modified_statistic(np.array([[0.5, 0.5, 0.5], [0.0, 0.0, 0.0]]), 1)
    assert np.isnan(statistic).all()
    assert np.isnan(p).all()


def test_as_many_years_ahead_as_origins_give_no_test() -> None:
    statistic, p = modified_statistic(np.array([10.0, 11.0, 9.0, 10.0]), 4)
    assert (float(statistic), float(p)) == (0.0, 1.0)
    with pytest.raises(InputError, match="horizon 5 is outside 1 to 4"):
        modified_statistic(np.array([10.0, 11.0, 9.0, 10.0]), 5)


@pytest.mark.parametrize(("horizon", "low", "high"), [(1, 0.042, 0.058), (2, 0.045, 0.068), (4, 0.055, 0.09)])
def test_nominal_size_with_fifty_origins(horizon: int, low: float, high: float) -> None:
    """Near 5 %; four years ahead the rectangular variance is known to reject too often even with 50."""
    size = size_of_test(50, horizon, horizon - 1, seed=1, replications=10_000)
    assert size.error == pytest.approx(0.0022, abs=1e-4)
    assert low < size.rejected < high


@pytest.mark.parametrize("loss", ["squared", "crps"])
@pytest.mark.parametrize("horizon", [1, 2, 3, 4])
@pytest.mark.parametrize("n", [4, 5, 6])
def test_calibrated_size_for_the_samples_we_have(n: int, horizon: int, loss: str) -> None:
    """The null is simulated apart from the data tested: both have a Monte Carlo error of 0.2 points."""
    size = size_of_test(n, horizon, horizon - 1, seed=1, replications=10_000, loss=loss)  # type: ignore[arg-type]
    assert 0.04 < size.rejected_calibrated < 0.06


def test_nominal_size_is_off_for_the_samples_we_have() -> None:
    """What calibration is for: too shy one year ahead, too bold two and three years ahead, blind at h = n."""
    found = {h: size_of_test(6, h, h - 1, seed=1, replications=10_000).rejected for h in (1, 2, 3)}
    assert found[1] < 0.035
    assert found[2] > 0.07
    assert found[3] > 0.08
    assert size_of_test(4, 4, 3, seed=1, replications=2_000).rejected == 0.0


def test_size_without_overlap_is_that_of_one_year_ahead() -> None:
    """Origins four years apart share nothing: independent errors, whatever the horizon."""
    apart, near = (size_of_test(6, h, 0, seed=1, replications=20_000).rejected for h in (4, 1))
    assert apart == pytest.approx(near, abs=0.006)


@pytest.mark.parametrize(
    ("n", "horizon", "power"), [(5, 1, 0.15), (5, 4, 0.07), (50, 1, 1.00), (50, 4, 0.73)]
)  # fmt: skip
def test_power_is_as_the_documentation_says(n: int, horizon: int, power: float) -> None:
    size = size_of_test(n, horizon, horizon - 1, seed=1, replications=10_000, rmse_ratio=2.0)
    assert size.rejected_calibrated == pytest.approx(power, abs=0.02)


def test_size_refuses_what_cannot_be() -> None:
    with pytest.raises(InputError, match="n 1, horizon 2"):
        size_of_test(1, 2, 1, seed=1, replications=100)
    with pytest.raises(InputError, match="an overlap of 0 to 1"):
        size_of_test(5, 2, 2, seed=1, replications=100)


def test_compare_agrees_with_the_statistic() -> None:
    errors = ((2.0, 1.0), (3.0, 1.0), (1.0, 2.0), (4.0, 1.0), (3.0, 0.0))
    ours = [point(a, 2010 + k, 2009 + k, "model_frozen") for k, (a, _) in enumerate(errors)]
    theirs = [point(b, 2010 + k, 2009 + k, "random_walk") for k, (_, b) in enumerate(errors)]
    test = compare(ours, theirs[::-1])
    d = np.array([a**2 - b**2 for a, b in errors])
    statistic, p = modified_statistic(d, 1)
    assert (test.origins, test.horizon, test.difference) == (5, 1, d.mean())
    assert (test.statistic, test.p_nominal) == pytest.approx((float(statistic), float(p)))
    assert test.p_value != pytest.approx(test.p_nominal, rel=0.05)
    back = compare(theirs, ours)
    assert (back.statistic, back.p_value) == (-test.statistic, test.p_value)


def test_compare_uses_the_loss_asked_for() -> None:
    ours = [point(0.0, 2010 + k, 2009 + k, "model_frozen", crps=2.0 + k % 2) for k in range(5)]
    theirs = [point(1.0 + k, 2010 + k, 2009 + k, "random_walk", crps=1.0) for k in range(5)]
    assert compare(ours, theirs, "squared").difference < 0.0
    assert compare(ours, theirs, "crps").difference == pytest.approx(1.4)


def test_mixed_horizons_keep_the_mean_of_all_points() -> None:
    """Unequal numbers of years an origin: differences are added by origin and the overall mean stays."""
    places = [(origin, year) for origin in range(2009, 2017) for year in range(origin + 1, min(origin + 5, 2018))]
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, len(places)))
    ours = [point(e, year, origin, "model_frozen") for e, (origin, year) in zip(a, places, strict=True)]
    theirs = [point(e, year, origin, "drift") for e, (origin, year) in zip(b, places, strict=True)]
    test = compare(ours, theirs, replications=2_000)
    assert test.difference == pytest.approx(np.mean(a**2 - b**2))
    assert (test.origins, test.horizon) == (8, 4)
    assert 0.0 < test.p_value <= 1.0


def test_one_origin_gives_no_p_value() -> None:
    ours = [point(1.0, 2014 + k, 2013, "model_frozen") for k in range(4)]
    theirs = [point(2.0, 2014 + k, 2013, "drift") for k in range(4)]
    test = compare(ours, theirs)
    assert test.difference == -3.0
    assert math.isnan(test.p_value)
    assert math.isnan(test.p_nominal)


def test_methods_must_share_origins_and_years() -> None:
    ours, theirs = [point(1.0, 2014, 2013, "model_frozen")], [point(1.0, 2015, 2013, "drift")]
    with pytest.raises(InputError, match=r"different origins and years: \[\(2013, 2014\), \(2013, 2015\)\]"):
        compare(ours, theirs)
    with pytest.raises(InputError, match="none at all"):
        compare([], [])
