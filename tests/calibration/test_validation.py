"""The validation: nothing after an origin is known there, forecasts condition on what is, and the card is whole."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration import validation as validated
from calibration.fit.emulator import Emulator
from calibration.fit.learn import likelihood_of
from calibration.fit.likelihood import PERSISTENCE
from calibration.model_forecast import (
    AtPricesOf,
    OriginFit,
    Simulated,
    anchored,
    conditioned,
    fit_to,
    kriged,
    model_forecasts,
    simulate_for,
)
from calibration.naive_forecasts import naive_forecasts, no_change_of_partners
from calibration.observed import YEARS
from calibration.run_statistics import yearly
from calibration.skill import read_skill
from calibration.targets import Row, TargetData, observed_data, observed_figure, rows, target, to_unit
from calibration.validation import Validation, card, validation, write_validation
from calibration.validation_series import (
    EXPLAINED,
    PARTNER,
    PROVINCIAL,
    SHARE,
    restated_level,
    scored_series,
    truth_of,
    years_ahead,
)
from simulator.errors import InputError
from simulator.parameters import draw_table
from simulator.records import CITIES
from simulator.world import World
from tests.calibration.linear import emulator_of

SERIES = scored_series()
TRUTH = truth_of(SERIES)
LUCK = 0.01


@dataclass(frozen=True)
class Straight:
    """Paths in which every output grows along one straight line of logs, the same in each run."""

    growth: float
    runs: int = 400

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> np.ndarray:
        return np.tile(10.0 * np.exp(self.growth * np.arange(len(YEARS))), (self.runs, 1))

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> np.ndarray:
        return np.full(self.runs, 10.0)


def flat_emulator(chosen: tuple[Row, ...] | None = None) -> tuple[Emulator, tuple[Row, ...]]:
    """Return an emulator on which no parameter does anything and luck is small and independent."""
    every = rows() if chosen is None else chosen
    return emulator_of(np.zeros((2, len(every))), np.zeros(len(every)), np.full(len(every), LUCK)), every


def fit_of(data: TargetData, origin: int, draws: int) -> tuple[OriginFit, Emulator, tuple[Row, ...]]:
    emulator, every = flat_emulator()
    likelihood = likelihood_of(emulator, every, data)
    middle = np.concatenate([np.zeros(2), np.log(likelihood.space.discrepancy)])
    return OriginFit(origin, data.rows, likelihood, np.tile(middle, (draws, 1))), emulator, every


def test_kriging_is_the_conditional_normal() -> None:
    years = np.arange(6.0)
    covariance = 0.7 ** np.abs(years[:, None] - years) + 0.1 * np.eye(6)
    generator = np.random.default_rng(1)
    z = 2.0 + np.linalg.cholesky(covariance) @ generator.standard_normal((6, 40_000))
    observed = np.array([3.0, 2.5, 1.0, 4.0])
    draws = kriged(z, covariance, observed)
    gain = covariance[4:, :4] @ np.linalg.inv(covariance[:4, :4])
    assert draws.mean(axis=1) == pytest.approx(2.0 + gain @ (observed - 2.0), abs=0.02)
    assert np.cov(draws) == pytest.approx(covariance[4:, 4:] - gain @ covariance[:4, 4:], abs=0.03)


def test_a_past_miss_goes_on_as_far_as_discrepancy_lasts() -> None:
    """Population observed 2 % above the simulated line in all years: the forecast starts above it and returns."""
    past = tuple(("population", str(year)) for year in range(2007, 2014))
    years = np.array([int(period) for _, period in past])
    line = math.log(10.0) + 0.03 * (years - 2006)
    data = TargetData(past, to_unit(past, line + 0.02), "made up")
    posterior, emulator, every = fit_of(data, 2013, 400)
    runs = Simulated("model_realised", posterior, Straight(0.03))
    future = [("population", str(year)) for year in (2014, 2017)]
    drawn = conditioned(runs, emulator, every, future, seed=3, repeats=32)

    aim = target("population")
    ahead = np.array([2014, 2017])
    inner = aim.discrepancy**2 * PERSISTENCE ** np.abs(years[:, None] - years) + (aim.error**2 + LUCK**2) * np.eye(7)
    across = aim.discrepancy**2 * PERSISTENCE ** np.abs(ahead[:, None] - years)
    miss = across @ np.linalg.solve(inner, np.full(7, 0.02))
    assert miss[0] > 0.005 and miss[1] == pytest.approx(PERSISTENCE**3 * miss[0])
    assert drawn.mean(axis=0) == pytest.approx(math.log(10.0) + 0.03 * (ahead - 2006) + miss, abs=2e-4)
    # Luck is in the simulated runs, which here have none: what is left varies by discrepancy and error.
    gain = across @ np.linalg.inv(inner)
    noise = inner - LUCK**2 * np.eye(7)
    variance = aim.discrepancy**2 + aim.error**2 - 2.0 * np.sum(gain * across, axis=1)
    variance += np.einsum("fp,pq,fq->f", gain, noise, gain)
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(variance), rel=0.03)


def test_an_anchored_series_moves_from_its_last_figure() -> None:
    aim = target("bank_deposits")
    paths = Straight(0.1, 20_000)
    years = (2014, 2017)
    moves = anchored(paths, target("exports_to_korea"), 2013, years, 5.0, np.random.default_rng(1), 1)
    rate = paths.annual("x")[0]
    growth = np.log(rate[[8, 11]] / rate[7])
    money = np.log(yearly("exchange_rate", mean=True))  # yuan are made of USD
    assert np.median(moves, axis=0) == pytest.approx(5.0 + growth + money[[8, 11]] - money[7], abs=0.01)
    steps = anchored(paths, aim, 2013, (2014, 2015, 2016, 2017), 0.0, np.random.default_rng(1), 1)
    low, high = np.quantile(steps, (0.25, 0.75), axis=0)
    wide = np.sqrt(1.0 - PERSISTENCE ** (2 * np.arange(1, 5)))
    assert (high - low) / (high - low)[0] == pytest.approx(wide / wide[0], rel=0.03)


def test_a_fit_that_knows_later_figures_is_refused() -> None:
    emulator, every = flat_emulator()
    with pytest.raises(InputError, match="fit to 2012: gdp_restated of 2013 lies after the origin"):
        fit_to(2012, emulator, every, data=observed_data(2013))


def test_a_fit_holds_the_figures_to_its_origin_only() -> None:
    emulator, every = flat_emulator()
    found = fit_to(2009, emulator, every, draws=16, steps=100)
    assert found.rows == rows(2009) and found.coordinates.shape == (16, found.likelihood.space.size)
    assert found.likelihood.observed == pytest.approx(observed_data(2009).vector)
    assert np.isfinite(found.likelihood.log_posterior(found.coordinates)).all()
    again = fit_to(2009, emulator, every, draws=16, steps=100)
    assert np.array_equal(again.coordinates, found.coordinates)


def test_nothing_later_moves_a_forecast() -> None:
    """A sentinel in every figure after the origin leaves all forecasts as they were."""
    planted = {
        key: {year: value if year <= 2012 else 1e6 for year, value in truth.items()} for key, truth in TRUTH.items()
    }
    pairs = zip(
        naive_forecasts(SERIES, TRUTH, 2012, seed=1, samples=50),
        naive_forecasts(SERIES, planted, 2012, seed=1, samples=50),
        strict=True,
    )
    assert all(np.array_equal(one.draws, other.draws) for one, other in pairs)
    assert max(max(truth) for truth in truth_of(SERIES, 2013).values() if truth) == 2013


def test_series_are_what_the_issue_of_validation_names() -> None:
    kinds = {kind: [one for one in SERIES if one.kind == kind] for kind in (PROVINCIAL, SHARE, PARTNER, EXPLAINED)}
    assert {one.series for one in kinds[PROVINCIAL]} == {
        "gdp_restated", "exports_usd", "imports_usd", "trade_usd", "population", "employment", "wage", "bank_deposits",
    }  # fmt: skip
    assert {one.entity for one in kinds[SHARE] if one.series == "gdp_share"} == set(CITIES)
    assert len(kinds[PARTNER]) == 6 and all(one.target.base_year_known for one in kinds[PARTNER])
    assert len(kinds[EXPLAINED]) == 3 and all(one.target.padded for one in kinds[EXPLAINED])
    assert years_ahead(2011) == (2012, 2013, 2014, 2015) and years_ahead(2016) == (2017,)
    with pytest.raises(InputError, match="nothing after it is observed"):
        years_ahead(2017)


def test_a_padded_series_restarts_below_what_was_published() -> None:
    def level(name: str) -> float:
        return math.exp(restated_level(name, TRUTH[name, "Liaoning"], 2013))

    assert level("gdp_first_release") == pytest.approx(observed_figure(("gdp_restated", "2013")))
    left = observed_figure(("fdi_comparable", "2014")) / observed_figure(("fdi_published", "2014"))
    assert level("fdi_published") == pytest.approx(left * observed_figure(("fdi_published", "2013")))
    assert level("fiscal_revenue_published") == pytest.approx(
        observed_figure(("fiscal_revenue_published", "2013")) / 1.2
    )
    with pytest.raises(InputError, match="wage: no restated level"):
        restated_level("wage", TRUTH["wage", "Liaoning"], 2013)


def test_naive_forecasts_suit_the_kind_of_series() -> None:
    methods: dict[str, set[str]] = {}
    for forecast in naive_forecasts(SERIES, TRUTH, 2013, seed=1, samples=10):
        methods.setdefault(forecast.series, set()).add(forecast.method)
    assert methods["exports_usd"] == {"random_walk", "drift", "ar1", "arx"}
    assert methods["population"] == {"random_walk", "drift", "ar1"}, "no driver suits"
    assert methods["gdp_share"] == {"random_walk", "drift", "ar1", "panel"}
    assert methods["fdi_published"] == {"random_walk", "drift"}
    earlier = naive_forecasts(SERIES, TRUTH, 2012, seed=1, samples=10)
    assert not {"fdi_published", "exports_to_korea"} & {forecast.series for forecast in earlier}
    partners = no_change_of_partners(SERIES, TRUTH, known=2013, seed=1, samples=10)
    assert {(p.origin, p.years) for p in partners} == {(2014, (2015, 2016))} and len(partners) == 6


def test_trade_is_the_sum_of_its_draws() -> None:
    posterior, emulator, every = fit_of(observed_data(2013), 2013, 6)
    runs = Simulated("model_frozen", posterior, Straight(0.03, 6))
    last = {one.key: TRUTH[one.key][2013] for one in SERIES if 2013 in TRUTH[one.key]}
    found = {f.series: f for f in model_forecasts(runs, emulator, every, SERIES, last, seed=1, repeats=2)}
    total = np.exp(found["exports_usd"].draws) + np.exp(found["imports_usd"].draws)
    assert np.exp(found["trade_usd"].draws) == pytest.approx(total)
    assert found["trade_usd"].draws.shape == (12, 4)
    assert not {"gdp_first_release", "exports_to_korea"} & set(found), "not forecast with extrapolated drivers"
    assert found["investment_share"].years == (2014, 2015, 2016), "published to 2016"


def test_prices_of_another_world_enter_what_is_made_of_prices(world: World) -> None:
    path = world.path.copy()
    path["price_gdp"] *= 1.25
    dearer = AtPricesOf(Straight(0.0, 2), replace(world, path=path))
    assert dearer.annual("consumption") == pytest.approx(12.5)
    assert dearer.annual("gdp_nominal") == pytest.approx(10.0)
    assert dearer.quarter("throughput", "2012Q1", "port", "Dalian") == pytest.approx(10.0)


def test_frozen_drivers_are_the_realised_ones_to_the_origin(world: World) -> None:
    posterior, _, _ = fit_of(observed_data(2013), 2013, 3)
    frozen, realised, hindsight = (
        simulate_for(world, posterior, method, seed=1, threads=1).paths.annual("gdp_nominal")
        for method in ("model_frozen", "model_realised", "model_hindsight")
    )
    assert frozen[:, :8] == pytest.approx(realised[:, :8], rel=0.02), "known years"
    assert realised[:, :8] == pytest.approx(hindsight[:, :8], rel=1e-12), "nothing is scripted before 2014"
    assert (frozen[:, 11] > 1.1 * realised[:, 11]).all(), "the slowdown of China was not expected"
    assert (realised[:, 11] != hindsight[:, 11]).all()
    with pytest.raises(InputError, match="model_realised"):
        simulate_for(world, posterior, "model_realized", seed=1)


def whole(world: World) -> Validation:
    posterior, emulator, every = fit_of(observed_data(2013), 2013, 4)
    return validation(world, emulator, every, origins=(2013,), fits={2013: posterior}, threads=1)


def test_the_card_is_whole(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = whole(world)
    table = card(found.forecasts, (2013,))
    overall = table[table["horizon"] == "all"]
    methods = overall.groupby("series")["method"].agg(set)
    models = {"model_realised", "model_frozen", "model_hindsight"}
    assert methods["gdp_restated"] == models | {"random_walk", "drift", "ar1", "arx"}
    assert methods["gdp_share"] == models | {"random_walk", "drift", "ar1", "panel"}
    assert methods["imports_from_russia"] == {"model_realised", "random_walk"}
    assert methods["fiscal_revenue_published"] == {"model_realised", "model_hindsight", "random_walk", "drift"}
    flags = overall.set_index("series")
    assert flags.loc[["imports_from_russia"], "base_year_known"].all() and flags.loc[["fdi_published"], "padded"].all()
    assert (overall.loc[overall["series"] == "gdp_restated", "n"] == 4).all()

    facts, published = pd.DataFrame({"fact": ["one"]}), pd.DataFrame({"result": ["two"]})
    monkeypatch.setattr(validated, "facts_table", lambda ensemble: facts)
    monkeypatch.setattr(validated, "simulate", lambda *a, **k: None)
    table_of_draws = draw_table("prior", 70, 1)

    def broken(*arguments: object, **options: object) -> pd.DataFrame:
        raise RuntimeError("an arm failed")

    monkeypatch.setattr(validated, "published_table", broken)
    with pytest.raises(RuntimeError, match="an arm failed"):
        write_validation(tmp_path / "v", world, found, table_of_draws)
    assert not (tmp_path / "v").exists(), "all or nothing"

    asked = []
    monkeypatch.setattr(validated, "published_table", lambda w, p, **k: asked.append(k["runs"]) or published)
    written = write_validation(tmp_path / "v", world, found, table_of_draws)
    assert [path.name for path in written] == [
        "skill.csv", "skill_rolling.csv", "accuracy_tests.csv", "points.csv", "ports.csv", "facts.csv", "published.csv",
    ]  # fmt: skip
    assert len(read_skill(tmp_path / "v" / "skill.csv")) == len(table) and asked == [64]
    assert (tmp_path / "v" / "facts.csv").read_text(encoding="utf-8") == "fact\none\n"
    tests = pd.read_csv(tmp_path / "v" / "accuracy_tests.csv")
    assert tests.empty and "p_value_calibrated" in tests, "one origin gives no test"
    points = pd.read_csv(tmp_path / "v" / "points.csv")
    assert set(points["series"]) == set(table["series"])
    assert set(points.query("series == 'exports_to_korea'")["origin"]) == {2014}
    median = points.query("series == 'wage' and method == 'model_frozen' and year == 2016")
    made = next(f for f in found.forecasts if (f.series, f.method) == ("wage", "model_frozen"))
    assert median["median"].item() == pytest.approx(np.exp(np.median(made.draws[:, 2])), rel=1e-5)
    assert median["observed"].item() == pytest.approx(observed_figure(("wage", "2016")), rel=1e-5)
    assert len(pd.read_csv(tmp_path / "v" / "ports.csv")) == len(found.ports) > 20
