"""Naive forecasts: their known distributions, their priors where there is little data, and their reproducibility."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration.forecasts import METHODS, Forecast, History, ar1, arx, drift, panel, random_walk
from simulator.errors import InputError

VALUES = (1.00, 1.20, 1.25, 1.50, 1.45, 1.60, 1.72, 1.90)
HISTORY = History("exports_usd", "Liaoning", 2013, VALUES)
CHANGES = np.diff(VALUES)
MANY = 200_000


def quantiles(forecast: Forecast, year: int) -> np.ndarray:
    return np.quantile(forecast.draws[:, year], (0.05, 0.25, 0.5, 0.75, 0.95))


def t_quantiles(degrees: int, centre: float, scale: float) -> np.ndarray:
    return stats.t.ppf((0.05, 0.25, 0.5, 0.75, 0.95), degrees, centre, scale)


@pytest.mark.parametrize("year", [0, 3])
def test_random_walk_is_student_t_about_no_change(year: int) -> None:
    forecast = random_walk(HISTORY, 4, seed=1, samples=MANY)
    scale = np.sqrt((year + 1) * np.mean(CHANGES**2))
    assert quantiles(forecast, year) == pytest.approx(t_quantiles(7, 1.90, scale), abs=0.012)
    assert forecast.years == (2014, 2015, 2016, 2017)
    assert (forecast.series, forecast.entity, forecast.origin) == ("exports_usd", "Liaoning", 2013)


@pytest.mark.parametrize("year", [0, 3])
def test_drift_is_student_t_with_uncertain_mean(year: int) -> None:
    forecast = drift(HISTORY, 4, seed=1, samples=MANY)
    h = year + 1
    scale = np.sqrt(CHANGES.var(ddof=1) * h * (1 + h / 7))
    assert quantiles(forecast, year) == pytest.approx(t_quantiles(6, 1.90 + h * CHANGES.mean(), scale), abs=0.012)


@pytest.mark.parametrize("make", [random_walk, drift])
def test_median_of_linear_methods_is_exact(make: object) -> None:
    slope = CHANGES.mean() if make is drift else 0.0
    forecast = make(HISTORY, 4, seed=3)  # type: ignore[operator]
    assert np.median(forecast.draws, axis=0) == pytest.approx(1.90 + slope * np.arange(1, 5), abs=1e-12)


def test_drift_restarts_at_another_level() -> None:
    usual, restarted = drift(HISTORY, 4, seed=1), drift(HISTORY, 4, seed=1, level=1.5)
    assert restarted.draws == pytest.approx(usual.draws - 0.4, abs=1e-12)


def test_no_change_from_one_year_uses_the_stated_spread() -> None:
    lone = History("exports_to_Japan", "Liaoning", 2014, (4.0,))
    forecast = random_walk(lone, 2, seed=1, samples=MANY, spread=0.1)
    assert quantiles(forecast, 1) == pytest.approx(t_quantiles(4, 4.0, 0.1 * np.sqrt(2)), abs=0.003)
    with pytest.raises(InputError, match="1 years up to 2014; need 4 or more"):
        random_walk(lone, 2, seed=1)


def test_spread_counts_as_four_differences() -> None:
    forecast = random_walk(HISTORY, 1, seed=1, samples=MANY, spread=1.0)
    scale = np.sqrt((7 * np.mean(CHANGES**2) + 4.0) / 11)
    assert quantiles(forecast, 0) == pytest.approx(t_quantiles(11, 1.90, scale), abs=0.02)


def persistent(coefficient: float, n: int) -> History:
    rng = np.random.default_rng(5)
    changes = [0.1]
    for shock in 0.01 * rng.standard_normal(n):
        changes.append(0.1 + coefficient * (changes[-1] - 0.1) + shock)
    return History("x", "Liaoning", 2013, (0.0, *np.cumsum(changes)))


def test_ar1_finds_persistence_and_decays_to_the_mean() -> None:
    history = persistent(0.7, 400)
    changes = np.diff(history.values)
    steps = np.diff(np.median(ar1(history, 30, seed=1, samples=20_000).draws, axis=0), prepend=history.level)
    fit = stats.linregress(changes[:-1], changes[1:])
    assert steps[0] == pytest.approx(fit.intercept + fit.slope * changes[-1], abs=5e-4)
    assert steps[1] == pytest.approx(fit.intercept + fit.slope * steps[0], abs=1e-3)
    assert steps[-1] == pytest.approx(fit.intercept / (1 - fit.slope), abs=2e-3)


def test_ar1_prior_pulls_short_histories_towards_drift() -> None:
    """With 7 differences the coefficient lies between least squares and 0, and below the limit."""
    history = replace(HISTORY, values=(0.0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.1, 2.8))  # explosive: least squares give 1
    step = float(np.median(ar1(history, 1, seed=1, samples=MANY).draws)) - history.level
    before = np.diff(history.values)[:-1]
    variance = float(np.diff(history.values).var(ddof=1))
    squares = float(((before - before.mean()) ** 2).sum())
    shrunk = squares / (squares + 4 * variance)
    assert shrunk == pytest.approx(0.484, abs=0.001)
    assert step == pytest.approx(np.diff(history.values)[1:].mean() + shrunk * (0.7 - before.mean()), abs=0.003)


def test_ar1_of_explosive_growth_is_clipped() -> None:
    values = np.concatenate([[0.0], np.cumsum(1.3 ** np.arange(60) * 1e-6)])
    steps = np.diff(np.median(ar1(replace(HISTORY, values=tuple(values)), 4, seed=1).draws, axis=0))
    assert (np.diff(steps) < 0.0).all()  # 0.95 pulls back to the mean; 1.3 would go on growing


def test_arx_recovers_a_known_effect() -> None:
    rng = np.random.default_rng(2)
    x = rng.standard_normal((300, 2))
    changes = 0.02 + x @ [0.5, -0.3] + 0.01 * rng.standard_normal(300)
    history = replace(HISTORY, values=(0.0, *np.cumsum(changes)))
    ahead = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]])
    path = np.median(arx(history, x, ahead, seed=1).draws, axis=0) - history.level
    assert path == pytest.approx(np.cumsum([0.52, -0.28, 0.42]), abs=0.01)


def test_arx_works_with_seven_points_and_two_drivers() -> None:
    """The wished-for size: a ridge, whose centre is known in closed form, and an interval that is finite and wider
    when drivers leave the range of the history."""
    x = np.array([[0.1, 0.2], [0.2, 0.1], [0.0, -0.3], [0.3, 0.2], [0.25, 0.1], [0.1, 0.0], [0.1, 0.1]])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    slopes = np.linalg.solve(z.T @ z + 0.25 * np.eye(2), z.T @ (CHANGES - CHANGES.mean()))
    far = np.array([1.0, 1.0])
    usual = arx(HISTORY, x, [x.mean(axis=0)], seed=1, samples=MANY)
    extreme = arx(HISTORY, x, [far], seed=1, samples=MANY)
    assert np.median(usual.draws) == pytest.approx(1.90 + CHANGES.mean(), abs=1e-9)
    assert np.median(extreme.draws) == pytest.approx(
        1.90 + CHANGES.mean() + slopes @ ((far - x.mean(axis=0)) / x.std(axis=0)), abs=1e-9
    )
    squares = 0.5 * CHANGES.var(ddof=1) + CHANGES.var() * 7 - slopes @ z.T @ (CHANGES - CHANGES.mean())
    scale = np.sqrt(squares / 7 * (1 + 1 / 7))
    assert quantiles(usual, 0) == pytest.approx(t_quantiles(7, 1.90 + CHANGES.mean(), scale), abs=0.006)
    assert np.ptp(quantiles(extreme, 0)) > 1.5 * np.ptp(quantiles(usual, 0))


@pytest.mark.parametrize(
    ("past", "future", "message"),
    [
        (np.zeros(6), np.zeros(2), "one row a difference"),
        (np.arange(7.0), np.zeros((2, 2)), "the same drivers"),
        (np.zeros(7), np.zeros(2), "does not change up to 2013"),
        (np.array([1, 2, 3, 4, 5, 6, np.nan]), np.zeros(2), "not finite"),
    ],
)
def test_arx_refuses_drivers_that_do_not_fit(past: np.ndarray, future: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        arx(HISTORY, past, future, seed=1)


CITIES = ("Dalian", "Shenyang", "Anshan", "Fushun", "Benxi")


def cities(trends: dict[str, float], noise: float, n: int = 7) -> list[History]:
    rng = np.random.default_rng(4)
    return [
        History("gdp_share", name, 2013, (0.0, *np.cumsum(trend + noise * rng.standard_normal(n))))
        for name, trend in trends.items()
    ]


def first_steps(histories: list[History]) -> list[float]:
    made = panel(histories, 2, seed=1)
    return [float(np.median(f.draws[:, 0])) - h.level for f, h in zip(made, histories, strict=True)]


def test_panel_shares_the_mean_where_cities_do_not_differ() -> None:
    histories = cities(dict.fromkeys(CITIES, 0.1), 0.05)
    slopes = first_steps(histories)
    own = [h.differences().mean() for h in histories]
    assert np.std(slopes) < 0.25 * np.std(own)
    assert np.mean(slopes) == pytest.approx(np.mean(own), abs=0.01)


def test_panel_keeps_trends_that_differ() -> None:
    histories = cities(dict(zip(CITIES, (-0.4, -0.2, 0.0, 0.2, 0.4), strict=True)), 0.02)
    slopes = first_steps(histories)
    assert slopes == pytest.approx([h.differences().mean() for h in histories], abs=0.005)


def test_panel_sizes_make_small_cities_move_less() -> None:
    """Shares in points: with their sizes, the forecast is that of relative changes, put back to points."""
    histories = cities(dict.fromkeys(CITIES, 0.1), 0.05)
    sizes = (25.0, 24.0, 10.0, 5.0, 4.0)
    points = [replace(h, values=tuple(size * v for v in h.values)) for h, size in zip(histories, sizes, strict=True)]
    logs, levels = panel(histories, 3, seed=1), panel(points, 3, seed=1, sizes=sizes)
    for size, a, b in zip(sizes, logs, levels, strict=True):
        assert b.draws == pytest.approx(size * a.draws, rel=1e-9)


def test_panel_is_the_same_in_any_order() -> None:
    histories = cities(dict.fromkeys(CITIES, 0.1), 0.05)
    forward = {f.entity: f.draws for f in panel(histories, 3, seed=1)}
    backward = {f.entity: f.draws for f in panel(histories[::-1], 3, seed=1)}
    assert all(forward[name] == pytest.approx(backward[name], abs=1e-12) for name in CITIES)


def test_panel_refuses_cities_that_do_not_fit() -> None:
    histories = cities(dict.fromkeys(CITIES, 0.1), 0.05)
    with pytest.raises(InputError, match="3 or more different cities"):
        panel(histories[:2], 3, seed=1)
    with pytest.raises(InputError, match="3 or more different cities"):
        panel([*histories[:3], replace(histories[3], origin=2012)], 3, seed=1)
    with pytest.raises(InputError, match="one size above 0"):
        panel(histories, 3, seed=1, sizes=(1.0, 1.0, 1.0, 1.0, 0.0))


def all_draws(history: History, seed: int) -> dict[str, np.ndarray]:
    x = np.arange(len(history.values) - 1.0)
    made = (
        random_walk(history, 4, seed=seed), drift(history, 4, seed=seed), ar1(history, 4, seed=seed),
        arx(history, x, x[:4], seed=seed),
    )  # fmt: skip
    return {forecast.method: forecast.draws for forecast in made}


def test_draws_depend_on_their_address_only() -> None:
    first, again = all_draws(HISTORY, 1), all_draws(HISTORY, 1)
    others = (
        all_draws(HISTORY, 2), all_draws(replace(HISTORY, series="y"), 1), all_draws(replace(HISTORY, origin=2012), 1),
        all_draws(replace(HISTORY, entity="Dalian"), 1),
    )  # fmt: skip
    for method, draws in first.items():
        assert draws.shape == (2000, 4)
        assert (draws == again[method]).all()
        for other in others:
            assert (draws != other[method]).mean() > 0.99, method


@pytest.mark.parametrize("make", [random_walk, drift, ar1])
def test_one_step_intervals_hold_what_they_say(make: object) -> None:
    """Known truth: a random walk with small drift, seven differences. 1,000 replications: s.e. of coverage 1 point."""
    rng = np.random.default_rng(11)
    inside = 0
    for k in range(1000):
        path = np.cumsum((0.0 if make is random_walk else 0.05) + 0.1 * rng.standard_normal(9))
        history = History(str(k), "Liaoning", 2013, tuple(path[:8]))
        low, high = np.quantile(make(history, 1, seed=1, samples=400).draws[:, 0], (0.05, 0.95))  # type: ignore[operator]
        inside += low <= path[8] <= high
    assert 0.865 <= inside / 1000 <= 0.935


def test_history_stops_at_the_origin_and_at_a_gap() -> None:
    truth = {2004: 9.0, 2006: 1.0, 2007: 2.0, 2008: 3.0, 2009: 4.0, 2010: float("nan")}
    assert History.until("x", "Liaoning", truth, 2009).values == (1.0, 2.0, 3.0, 4.0)
    with pytest.raises(InputError, match="no value for 2012, the origin"):
        History.until("x", "Liaoning", truth, 2012)


@pytest.mark.parametrize("make", [random_walk, drift, ar1])
def test_short_history_is_refused(make: object) -> None:
    short = replace(HISTORY, values=(1.0, 2.0, 3.0))
    with pytest.raises(InputError, match=r"exports_usd \(Liaoning\): 3 years up to 2013; need 4 or more"):
        make(short, 2, seed=1)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "magic"}, "unknown method; allowed: model_realised"),
        ({"years": (2014, 2014)}, "must increase"),
        ({"years": (2013, 2014)}, "after the origin"),
        ({"years": ()}, "must increase"),
        ({"years": (2014,)}, r"shape \(4, 2\); need \(2 or more, 1\)"),
        ({"draws": np.full((4, 2), np.nan)}, "not finite"),
    ],
)
def test_forecast_checks_its_parts(change: dict[str, object], message: str) -> None:
    good = Forecast("x", "Liaoning", 2013, "drift", (2014, 2015), np.zeros((4, 2)))
    with pytest.raises(InputError, match=message):
        replace(good, **change)  # type: ignore[arg-type]


def test_odd_number_of_samples_is_refused() -> None:
    with pytest.raises(InputError, match="7 is not an even number"):
        random_walk(HISTORY, 1, seed=1, samples=7)


def test_methods_stand_in_the_order_of_the_card() -> None:
    assert METHODS == (
        "model_realised", "model_frozen", "model_hindsight", "random_walk", "drift", "ar1", "arx", "panel",
    )  # fmt: skip
