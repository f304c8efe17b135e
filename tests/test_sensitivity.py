"""Drivers of an effect on results with a known truth, and the size of the tests behind them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from simulator.errors import InputError
from simulator.identification import QUALITIES
from simulator.parameters import names
from simulator.rank_regression import (
    by_draw,
    detectable,
    p_values,
    rank,
    rank_regression,
    screen,
    varying,
)
from simulator.results import Results
from simulator.sensitivity import NOTES, VERDICTS, EffectDrivers, effect_drivers, lean, leans
from simulator.sensitivity_words import WORDS
from tests.fakes import FakeParameters, FloatArray, changed, fake_ensemble

if TYPE_CHECKING:
    from simulator.world import World

NAMES = (
    "trade_elasticity_long_run", "tax_rate", "port_choice", "rollover_a", "port_markup", "capital_share", "congestion",
)  # fmt: skip


def uniform(runs: int, columns: int = len(NAMES), seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).random((runs, columns))


def world_of(
    effect: FloatArray,
    values: FloatArray,
    *,
    names: tuple[str, ...] = NAMES,
    sizes: Mapping[str, FloatArray] | None = None,
    failures: tuple[tuple[int, str], ...] = (),
) -> Results:
    """Return results in which real GDP of scenario ``reform`` lies `effect` percent above the base, run by run."""
    runs = len(effect)
    parameters = FakeParameters("prior", "ab" * 32, names, values)
    base = replace(fake_ensemble(runs=runs), parameters=parameters)
    reform = fake_ensemble("reform", runs=runs, sizes=dict(sizes or {}), failures=failures)
    reform = replace(reform, parameters=parameters)
    changed(reform, "province", "gdp_real", (1.0 + effect / 100.0)[:, None, None])
    return Results((base, reform))


def drivers_of(effect: FloatArray, values: FloatArray, **more: object) -> EffectDrivers:
    return effect_drivers(world_of(effect, values, **more), "reform", "gdp_real")  # type: ignore[arg-type]


def noise(runs: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(runs)


# ---- Known answers


def test_linear_truth_is_recovered() -> None:
    x = uniform(400)
    effect = 3.0 * x[:, 0] - 2.0 * x[:, 1] + 1.0 * x[:, 4] + 0.2 * noise(400)
    found = drivers_of(effect, x)
    assert [d.name for d in found.drivers] == ["trade_elasticity_long_run", "tax_rate", "port_markup"]
    assert [np.sign(d.coefficient) for d in found.drivers] == [1.0, -1.0, 1.0]
    signal = np.array([9.0, 4.0, 1.0]) / 12.0  # variance of a uniform is 1/12
    truth = signal / (signal.sum() + 0.04)
    assert [d.share for d in found.drivers] == pytest.approx(truth, abs=0.06)
    assert found.explained == pytest.approx(truth.sum(), abs=0.03)
    assert (found.note, found.measure, found.period, found.runs, found.tested) == (
        "drivers", "percent", "2006-2007", 400, 7,
    )  # fmt: skip


def test_an_exact_monotone_effect_is_explained_wholly() -> None:
    x = uniform(100)
    found = drivers_of(np.exp(9.0 * x[:, 2]), x)
    (driver,) = found.drivers
    assert driver.name == "port_choice"
    assert (driver.coefficient, driver.correlation, found.explained) == pytest.approx((1.0, 1.0, 1.0))
    assert found.by_quality["fair"] == pytest.approx(1.0)
    assert found.by_quality["rest"] == pytest.approx(0.0, abs=1e-12)


def test_nonlinear_monotone_effects_are_found() -> None:
    x = uniform(300)
    effect = np.exp(4.0 * x[:, 0]) / 20.0 - x[:, 5] ** 6 + 0.1 * noise(300)
    found = drivers_of(effect, x)
    assert [d.name for d in found.drivers] == ["trade_elasticity_long_run", "capital_share"]
    assert found.drivers[0].coefficient > 0.8 > 0.0 > found.drivers[1].coefficient


def test_an_interaction_counts_as_rest() -> None:
    x = uniform(2000)
    found = drivers_of((x[:, 0] - 0.5) * (x[:, 1] - 0.5), x)
    assert found.note == "none_found"
    assert found.by_quality["rest"] == 1.0


def test_shares_by_quality_sum_to_one_and_follow_the_table() -> None:
    x = uniform(300)
    found = drivers_of(x[:, 1] + x[:, 2] + x[:, 3] + x[:, 4] + 0.3 * noise(300), x)
    assert {d.name: d.quality for d in found.drivers} == {
        "tax_rate": "good", "port_choice": "fair", "rollover_a": "weak", "port_markup": "none",
    }  # fmt: skip
    assert list(found.by_quality) == [*QUALITIES, "rest"]
    assert sum(found.by_quality.values()) == pytest.approx(1.0)
    assert found.by_quality["weak"] == next(d.share for d in found.drivers if d.name == "rollover_a")
    assert found.by_quality["rest"] == pytest.approx(1.0 - found.explained)


def test_a_driver_is_described() -> None:
    x = uniform(100)
    (driver,) = drivers_of(x[:, 1], x).drivers
    assert (driver.label, driver.unit, driver.status) == ("own revenue over GDP", "share", "D")
    assert driver.kind == "parameter"


def test_a_parameter_of_another_version_is_named_as_it_is() -> None:
    x = uniform(100)
    names = ("forgotten", *NAMES[1:])
    (driver,) = drivers_of(x[:, 0], x, names=names).drivers
    assert (driver.name, driver.label, driver.quality) == ("forgotten", "forgotten", "none")


def test_the_model_itself(world: World) -> None:
    """A subsidy acts through its size and the part of the stay that it is paid for (E50, E53)."""
    from simulator.ensemble import simulate
    from simulator.scenario import load_scenario

    ensembles = [simulate(world, load_scenario(s), runs=80, until="2027Q4") for s in ("baseline", "talent_retention")]
    found = effect_drivers(Results(ensembles), "talent_retention", "graduates", window="2027")
    assert {d.name: d.low > 0.0 for d in found.drivers[:2]} == {"talent_subsidy": True, "subsidy_annuity": True}
    assert found.explained > 0.5
    assert found.tested == len(names()) + 1
    assert lean(found).verdict in ("assumptions", "size")


# ---- Independent oracles


def test_correlations_are_those_of_scipy() -> None:
    x = np.round(uniform(60), 1)  # ties
    y = np.round(x[:, 0] + noise(60), 1)
    fit = rank_regression(y, rank(x), 0.99)
    assert fit is not None
    for column, r in zip(fit.chosen, fit.correlation, strict=True):
        assert r == pytest.approx(spearmanr(x[:, column], y).statistic)
    every = np.array([spearmanr(x[:, k], y).statistic for k in range(x.shape[1])])
    assert p_values(every, 60) == pytest.approx([spearmanr(x[:, k], y).pvalue for k in range(x.shape[1])])


def test_coefficients_are_those_of_least_squares() -> None:
    x = uniform(200)
    x[:, 1] = 0.6 * x[:, 0] + 0.4 * x[:, 1]  # correlated, so that the joint regression matters
    y = x[:, 0] + x[:, 1] + x[:, 2] + noise(200) / 3.0
    fit = rank_regression(y, rank(x), 0.10)
    assert fit is not None and set(fit.chosen) == {0, 1, 2}
    z = np.column_stack([rankdata(v) for v in (*x[:, fit.chosen].T, y)])
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    expected, residual, *_ = np.linalg.lstsq(z[:, :-1], z[:, -1])
    assert fit.coefficient == pytest.approx(expected)
    r2 = 1.0 - residual[0] / 200.0
    assert fit.explained == pytest.approx(1.0 - (1.0 - r2) * 199.0 / 196.0)
    assert fit.share.sum() == pytest.approx(fit.explained)


def test_intervals_are_those_of_leaving_out_each_draw() -> None:
    from scipy.stats import t

    x = np.round(uniform(40, 2), 1)
    y = np.round(x @ [1.0, 2.0] + 0.2 * noise(40), 1)
    fit = rank_regression(y, rank(x), 0.5)
    assert fit is not None and len(fit.chosen) == 2
    left_out = []
    for i in range(40):
        z = np.column_stack([rankdata(np.delete(v, i)) for v in (*x[:, fit.chosen].T, y)])
        z = (z - z.mean(axis=0)) / z.std(axis=0)
        left_out.append(np.linalg.lstsq(z[:, :-1], z[:, -1])[0])
    error = np.sqrt(39.0 / 40.0 * ((left_out - np.mean(left_out, axis=0)) ** 2).sum(axis=0))
    margin = t.ppf(0.95, 37) * error
    assert fit.low == pytest.approx(fit.coefficient - margin)
    assert fit.high == pytest.approx(fit.coefficient + margin)


def test_the_jackknife_does_not_depend_on_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    x = uniform(100)
    y = x[:, 0] + x[:, 1] + noise(100) / 5.0
    whole = rank_regression(y, rank(x), 0.1)
    monkeypatch.setattr("simulator.rank_regression.BLOCK", 100 * 3 * 7)
    blocks = rank_regression(y, rank(x), 0.1)
    assert whole is not None and blocks is not None
    assert blocks.low == pytest.approx(whole.low, rel=1e-12)


def test_screening_is_benjamini_and_hochberg_by_hand() -> None:
    from scipy.stats import t

    p = np.array([0.5, 0.001, 0.039, 0.041, 0.019, 0.9, 0.8, 0.7, 0.6, 0.4])
    score = t.isf(p / 2.0, 98)
    r = score / np.sqrt(98 + score**2)
    # thresholds at rate 0.10 are 0.01, 0.02, 0.03, 0.04: the third value misses its own, the fourth misses too
    assert screen(r, 100, 0.10).tolist() == [1, 4]
    # at 0.12 they are 0.012, 0.024, 0.036, 0.048: the fourth meets its own and takes the third with it
    assert screen(r, 100, 0.12).tolist() == [1, 4, 2, 3]


def test_no_more_drivers_than_a_tenth_of_the_draws() -> None:
    r = np.linspace(0.9, 0.95, 50)
    assert screen(r, 100, 0.1).tolist() == list(range(49, 39, -1))
    assert len(screen(r, 1000, 0.1)) == 40


# ---- Size and coverage


def experiments(count: int, draws: int, columns: int, truth: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return ranks, shape (experiment, draw, column), and outcomes that depend on the first `truth` columns."""
    rng = np.random.default_rng(seed)
    x = rng.random((count, draws, columns))
    y = x[:, :, :truth].sum(axis=2) * np.sqrt(12.0) * 0.6 + rng.standard_normal((count, draws))
    return np.argsort(np.argsort(x, axis=1), axis=1) + 1.0, y


@pytest.mark.parametrize(("count", "draws", "excess"), [(500, 200, 0.0), (1000, 50, 0.0), (1000, 30, 0.03)])
def test_an_irrelevant_world_rarely_has_a_driver(count: int, draws: int, excess: float) -> None:
    """Where nothing drives the effect, any discovery is false: its probability is the rate, 0.10.

    With 30 draws the t test is a little too eager in the far tail: about 0.13.
    """
    columns = 270
    found = 0
    for part in range(10):
        ranks, y = experiments(count // 10, draws, columns, 0, seed=part)
        for i in range(count // 10):
            z = (ranks[i] - ranks[i].mean(axis=0)) / ranks[i].std(axis=0)
            score = rankdata(y[i])
            r = z.T @ (score - score.mean()) / score.std() / draws
            found += len(screen(r, draws, 0.10)) > 0
    share, spread = found / count, np.sqrt(0.09 / count)
    assert 0.10 - 3.0 * spread < share < 0.10 + excess + 3.0 * spread


def test_false_drivers_among_true_ones_are_few() -> None:
    false, missed = [], []
    for part in range(6):
        ranks, y = experiments(25, 200, 270, 5, seed=100 + part)
        for i in range(25):
            fit = rank_regression(y[i], ranks[i], 0.10)
            chosen = set() if fit is None else set(fit.chosen.tolist())
            false.append(len(chosen - set(range(5))) / max(1, len(chosen)))
            missed.append(len(set(range(5)) - chosen) / 5.0)
    assert np.mean(false) < 0.10 + 3.0 * np.std(false) / np.sqrt(len(false))
    assert np.mean(missed) < 0.10


def test_intervals_cover_the_true_coefficient() -> None:
    rng = np.random.default_rng(5)
    weights = np.array([2.0, 3.0, 4.0])

    def draw(n: int) -> tuple[FloatArray, FloatArray]:
        x = rng.random((n, 3))
        return x, np.exp(x @ weights + 0.8 * rng.standard_normal(n))

    x, y = draw(400_000)
    z = np.column_stack([rankdata(v) for v in (*x.T, y)])
    truth = np.linalg.solve(np.corrcoef(z[:, :3], rowvar=False), np.corrcoef(z, rowvar=False)[:3, 3])
    inside = []
    for _ in range(400):
        x, y = draw(200)
        fit = rank_regression(y, rank(x), 0.10)
        assert fit is not None and set(fit.chosen) == {0, 1, 2}
        inside.append((fit.low <= truth[fit.chosen]) & (truth[fit.chosen] <= fit.high))
    assert 0.90 - 0.035 < np.mean(inside) < 0.90 + 0.035


def test_what_is_said_to_be_detectable_is_the_threshold() -> None:
    edge = np.sqrt(detectable(200, 270, 0.10))
    r = np.zeros(270)
    r[7] = edge + 1e-9
    assert screen(r, 200, 0.10).tolist() == [7]
    r[7] = edge - 1e-9
    assert len(screen(r, 200, 0.10)) == 0


# ---- What must not matter


def test_order_of_columns_does_not_matter() -> None:
    x = uniform(200)
    effect = x[:, 0] - x[:, 3] + x[:, 6] + 0.5 * noise(200)
    turn = [6, 0, 3, 5, 1, 2, 4]
    one, other = drivers_of(effect, x), drivers_of(effect, x[:, turn], names=tuple(NAMES[k] for k in turn))
    assert [d.name for d in one.drivers] == [d.name for d in other.drivers]
    assert [d.low for d in one.drivers] == pytest.approx([d.low for d in other.drivers])
    assert one.explained == pytest.approx(other.explained)


def test_monotone_rescaling_of_a_parameter_does_not_matter() -> None:
    x = uniform(200)
    effect = x[:, 0] - x[:, 3] + 0.5 * noise(200)
    scaled = x.copy()
    scaled[:, 0] = np.exp(20.0 * x[:, 0])
    scaled[:, 3] = -1.0 / (x[:, 3] + 0.1)
    assert drivers_of(effect, x) == drivers_of(effect, scaled)


def test_the_answer_is_the_same_twice() -> None:
    x = uniform(100)
    effect = x[:, 0] + noise(100)
    assert drivers_of(effect, x) == drivers_of(effect, x)


# ---- Merging


def test_parameters_that_cannot_be_told_apart_are_one_driver() -> None:
    x = uniform(200)
    x[:, 4] = x[:, 1] ** 3  # port_markup ranks as tax_rate
    x[:, 6] = -x[:, 1]  # congestion ranks the other way
    found = drivers_of(x[:, 1], x)
    (driver,) = found.drivers
    assert driver.name == "tax_rate + port_markup + congestion"
    assert (driver.quality, driver.status, found.tested) == ("none", "A", 5)
    assert driver.label.startswith("own revenue over GDP; ")
    expected = "自有财政收入与GDP之比；完全集中时的港口加成率；劳动力每增加一个对数单位的生活与住房成本"
    assert driver.label_zh == expected


def test_targets_of_one_instrument_are_one_driver() -> None:
    x, u = uniform(200), uniform(200, 1, seed=9)[:, 0]
    sizes = {"talent_subsidy:Dalian": 0.05 + 0.1 * u, "talent_subsidy:Fuxin": 0.1 + 0.2 * u**2}
    found = drivers_of(u + 0.3 * noise(200), x, sizes=sizes)
    (driver,) = found.drivers
    assert (driver.name, driver.kind, driver.quality, driver.status) == ("talent_subsidy", "size", "none", "A")
    assert (driver.label, driver.label_zh, driver.unit) == ("Talent subsidy", "人才补贴", "share of first-year wage")
    assert found.tested == 8


def test_sizes_with_ranks_of_their_own_stay_apart() -> None:
    x, u = uniform(200), uniform(200, 2, seed=9)
    sizes = {"talent_subsidy:Dalian": u[:, 0], "talent_subsidy:Fuxin": u[:, 1]}
    found = drivers_of(u[:, 1] + 0.1 * noise(200), x, sizes=sizes)
    assert [d.name for d in found.drivers] == ["talent_subsidy:Fuxin"]
    assert found.drivers[0].label == "Talent subsidy (Fuxin)"


def test_a_size_of_the_base_is_tested_too() -> None:
    x, u = uniform(200), uniform(200, 1, seed=9)[:, 0]
    results = world_of(u + 0.1 * noise(200), x)
    base = replace(results.base, sizes={"ntb_cut:Japan": u})  # type: ignore[type-var]
    found = effect_drivers(Results((base, results.ensemble("reform"))), "reform", "gdp_real")
    assert [d.name for d in found.drivers] == ["ntb_cut"]


def test_constant_columns_and_mirrored_ranks_leave_the_test() -> None:
    v = np.array([1.0, 3.0, 2.0, 2.0])
    columns = varying({"a": v, "b": np.ones(4), "c": -v, "d": np.array([1.0, 2.0, 3.0, 4.0])}, 4)
    assert columns.names == (("a", "c"), ("d",))
    assert columns.ranks.tolist() == [[1.0, 1.0], [4.0, 2.0], [2.5, 3.0], [2.5, 4.0]]


def test_a_proxy_leaves_when_its_cause_is_known() -> None:
    """A column that only varies with a driver passes the screening, and stays as rarely as a 90 % interval misses."""
    stayed = 0
    for seed in range(200):
        x = uniform(200, 2, seed=seed)
        y = x[:, 0] + 0.1 * noise(200, seed=1000 + seed)
        x[:, 1] = 0.5 * x[:, 0] + 0.5 * x[:, 1]
        assert p_values(np.array([spearmanr(x[:, 1], y).statistic]), 200) < 1e-6
        fit = rank_regression(y, rank(x), 0.10)
        assert fit is not None and fit.chosen[0] == 0
        stayed += len(fit.chosen) > 1
    assert stayed / 200 < 0.10 + 3.0 * np.sqrt(0.09 / 200)


def test_an_exact_fit_leaves_nothing_to_others() -> None:
    """Rounding must not make a driver of a column whose coefficient is zero to the last digits."""
    x = uniform(200, 3)
    x[:, 1] = 0.5 * x[:, 0] + 0.5 * x[:, 1]
    fit = rank_regression(x[:, 0], rank(x), 0.10)
    assert fit is not None and fit.chosen.tolist() == [0]


def test_differences_by_rounding_are_ties() -> None:
    x = uniform(200)
    step = np.where(x[:, 0] > 0.5, 1.0, 2.0)
    exact = rank_regression(step, rank(x), 0.10)
    rounded = rank_regression(step * (1.0 + 1e-15 * noise(200)), rank(x), 0.10)
    assert exact is not None and rounded is not None
    assert rounded.coefficient.tolist() == exact.coefficient.tolist()


# ---- Runs that fail, repeat or are too few


def test_failed_runs_are_left_out() -> None:
    x = uniform(100)
    effect = x[:, 0] + 0.3 * noise(100)
    failures = ((3, "x"), (50, "x"))
    kept = [i for i in range(100) if i not in (3, 50)]
    spoilt = effect.copy()
    spoilt[[3, 50]] = [1e6, np.nan]
    one, other = drivers_of(spoilt, x, failures=failures), drivers_of(effect[kept], x[kept])
    assert one.runs == 98
    assert [d.coefficient for d in one.drivers] == pytest.approx([d.coefficient for d in other.drivers])


def test_runs_with_the_same_parameters_are_one_observation() -> None:
    x = np.repeat(uniform(40), 5, axis=0)
    effect = x[:, 0] + 0.3 * noise(200)
    found = drivers_of(effect, x)
    mean = drivers_of(effect.reshape(40, 5).mean(axis=1), x[::5])
    assert found.runs == 40
    assert [d.coefficient for d in found.drivers] == pytest.approx([d.coefficient for d in mean.drivers])


def test_averaging_by_draw_by_hand() -> None:
    values = np.array([[1.0], [2.0], [1.0]])
    effect, rows, sizes = by_draw(np.array([1.0, 5.0, 3.0]), values, {"s": np.array([0.0, 7.0, 1.0])})
    assert (effect.tolist(), rows.tolist(), sizes["s"].tolist()) == ([2.0, 5.0], [[1.0], [2.0]], [0.5, 7.0])


def test_repeated_draws_do_not_make_drivers() -> None:
    """Runs of a draw share whatever an unseen parameter does; counted singly, they would name false drivers."""
    named = 0
    for seed in range(60):
        x = uniform(40, 100, seed=1000 + seed)
        hidden = np.repeat(noise(40, seed=2000 + seed), 10)
        fit = rank_regression(*_averaged(hidden + 0.1 * noise(400, seed=seed), np.repeat(x, 10, axis=0)), 0.10)
        named += fit is not None
    assert named < 0.10 * 60 + 3.0 * np.sqrt(60 * 0.09)


def _averaged(effect: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean, rows, _ = by_draw(effect, values, {})
    return mean, rank(rows)


def test_sizes_count_run_by_run_where_parameters_are_fixed() -> None:
    x, u = np.ones((100, len(NAMES))), uniform(100, 1)[:, 0]
    found = drivers_of(u + 0.1 * noise(100), x, sizes={"ntb_cut:Japan": u})
    assert (found.runs, found.tested, [d.name for d in found.drivers]) == (100, 1, ["ntb_cut"])


@pytest.mark.parametrize(
    ("note", "effect", "values"),
    [
        ("no_effect", lambda: np.zeros(100), lambda: uniform(100)),
        ("no_effect", lambda: np.zeros(5), lambda: uniform(5)),
        ("too_few", lambda: uniform(29)[:, 0], lambda: uniform(29)),
        ("fixed", lambda: noise(100), lambda: np.ones((100, len(NAMES)))),
        ("constant", lambda: np.full(100, -100.0), lambda: uniform(100)),
        ("constant", lambda: np.ones(100), lambda: uniform(100)),  # the same but for rounding
        ("none_found", lambda: noise(100), lambda: uniform(100)),
    ],
)
def test_where_there_is_no_driver_to_name(
    note: str, effect: Callable[[], FloatArray], values: Callable[[], FloatArray]
) -> None:
    found = drivers_of(effect(), values())
    assert (found.note, found.drivers, found.explained, found.by_quality["rest"]) == (note, (), 0.0, 1.0)
    assert lean(found).verdict == ("unexplained" if note == "none_found" else note)


def test_thirty_runs_are_enough_to_say_something() -> None:
    x = uniform(30)
    assert [d.name for d in drivers_of(x[:, 0], x).drivers] == ["trade_elasticity_long_run"]


def test_an_effect_with_many_ties() -> None:
    x = uniform(200)
    effect = np.where(x[:, 0] > 0.7, 1.0, 0.0)  # most runs have none
    (driver,) = drivers_of(effect, x).drivers
    assert driver.name == "trade_elasticity_long_run"
    assert driver.coefficient == pytest.approx(spearmanr(x[:, 0], effect).statistic)


# ---- Which effect


def test_a_base_that_is_not_positive_gives_absolute_differences() -> None:
    x = uniform(100)
    results = world_of(np.zeros(100), x)
    old, new = (results.ensemble(s).levels["province"] for s in results.scenarios)
    from tests.fakes import column

    place = column("province", "fiscal_balance")
    old[..., place] = 0.0
    new[..., place] = x[:, 1][:, None, None]
    found = effect_drivers(results, "reform", "fiscal_balance")
    assert found.measure == "absolute"
    assert [d.name for d in found.drivers] == ["tax_rate"]


def test_the_window_and_the_entity_are_those_asked_for() -> None:
    x = uniform(100)
    results = world_of(np.zeros(100), x)
    cities = results.ensemble("reform").levels["city"]
    from tests.fakes import column

    cities[:, 4:, 1, column("city", "gdp_real")] *= 1.0 + x[:, [2]]  # second city, second year
    ask = {"level": "city", "entity": "Dalian"}
    later = effect_drivers(results, "reform", "gdp_real", window="2007", **ask)  # type: ignore[arg-type]
    assert [d.name for d in later.drivers] == ["port_choice"]
    assert (later.period, later.level, later.entity) == ("2007", "city", "Dalian")
    assert effect_drivers(results, "reform", "gdp_real", window="2006", **ask).note == "no_effect"  # type: ignore[arg-type]
    assert effect_drivers(results, "reform", "gdp_real", level="city", entity="Shenyang").note == "no_effect"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenario": "refrom"}, 'no scenario "refrom".*did you mean "reform"'),
        ({"variable": "gdp_rea"}, 'level province has no variable "gdp_rea"; did you mean "gdp_real"'),
        ({"level": "town"}, 'no level "town"; levels are province, city'),
        ({"level": "city", "entity": "Dalia"}, 'has no entity "Dalia"; did you mean "Dalian"'),
        ({"window": "2007-2006"}, "write a year or first-last within 2006-2007"),
        ({"window": "2005-2007"}, "within 2006-2007"),
        ({"rate": 0.0}, "rate = 0.0 must lie between 0 and 1"),
    ],
)
def test_wrong_questions_are_refused(change: dict[str, object], message: str) -> None:
    asked = {"scenario": "reform", "variable": "gdp_real", **change}
    with pytest.raises(InputError, match=message):
        effect_drivers(world_of(np.zeros(40), uniform(40)), **asked)  # type: ignore[arg-type]


def test_a_run_shorter_than_a_year_is_refused() -> None:
    short = (fake_ensemble(quarters=3), fake_ensemble("reform", quarters=3))
    with pytest.raises(InputError, match="no full year"):
        effect_drivers(Results(short), "reform", "gdp_real")


# ---- Verdicts


@pytest.mark.parametrize(
    ("weights", "size", "spread", "verdict"),
    [
        ({1: 1.0, 4: 0.3}, 0.0, 0.1, "data"),  # tax_rate is identified, port_markup is not
        ({1: 0.3, 4: 1.0}, 0.0, 0.1, "assumptions"),
        ({3: 1.0}, 0.0, 0.1, "assumptions"),  # weakly identified counts as assumed
        ({1: 0.3, 4: 0.3}, 1.0, 0.1, "size"),
        ({1: 1.0}, 0.0, 0.9, "unexplained"),
    ],
)
def test_verdicts(weights: dict[int, float], size: float, spread: float, verdict: str) -> None:
    x, u = uniform(300), uniform(300, 1, seed=9)[:, 0]
    effect = sum(w * x[:, k] for k, w in weights.items()) + size * u + spread * noise(300)
    (found,) = leans(world_of(effect, x, sizes={"ntb_cut:Japan": u}), "reform", ["gdp_real"])
    assert found.verdict == verdict
    assert found.effect.note == "drivers"
    assumed = found.effect.by_quality["weak"] + found.effect.by_quality["none"]
    assert found.assumed == pytest.approx(assumed / found.effect.explained)
    assert (found.sizes > 0.5) == (verdict == "size")


def test_leans_answer_for_every_variable_asked() -> None:
    x = uniform(100)
    found = leans(world_of(x[:, 4], x), "reform")
    assert [f.effect.variable for f in found][:3] == ["gdp_real", "exports", "imports"]
    assert [f.verdict for f in found][:2] == ["assumptions", "no_effect"]
    assert np.isnan(found[1].assumed) and np.isnan(found[1].sizes)


def test_words_for_every_note_and_verdict_in_both_languages() -> None:
    assert set(WORDS) == {"en", "zh"}
    assert set(WORDS["en"]) == set(WORDS["zh"])
    for words in WORDS.values():
        assert {f"note_{n}" for n in NOTES} == {k for k in words if k.startswith("note_")}
        assert {f"verdict_{v}" for v in VERDICTS} == {k for k in words if k.startswith("verdict_")}
    for key, text in WORDS["en"].items():
        fields = re.findall(r"{(\w+)}", text)
        assert fields == re.findall(r"{(\w+)}", WORDS["zh"][key]) or sorted(fields) == sorted(
            re.findall(r"{(\w+)}", WORDS["zh"][key])
        ), key
        assert any("\u4e00" <= c <= "\u9fff" for c in WORDS["zh"][key]), key
