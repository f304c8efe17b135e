"""Drivers of an effect with a known truth: which are found, what must not matter, where there is none to name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import spearmanr

from simulator.identification import QUALITIES
from simulator.parameters import names
from simulator.results import Results
from simulator.sensitivity import effect_drivers, lean
from tests.effects import NAMES, drivers_of, noise, uniform, world_of
from tests.fakes import FloatArray

pytestmark = pytest.mark.usefixtures("uncalibrated")  # qualities as judged in the table

if TYPE_CHECKING:
    from simulator.world import World


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
