"""Mechanisms switched off: each setting silences its term and no other, and the fact weakens where it is said to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from calibration import ablations as module
from calibration.ablations import (
    ABLATIONS,
    NO_EFFECT,
    STRENGTHENS,
    UNCLEAR,
    VANISHES,
    WEAKENS,
    Ablation,
    Effect,
    Settings,
    ablate,
    merged,
    settled,
)
from calibration.run_statistics import RunPaths, level
from simulator.errors import InputError
from simulator.parameters import draw_table
from simulator.rules.city import city_invests, city_lends, city_plans_capacity
from simulator.rules.government import province_sets_budget
from simulator.rules.nation import market_reference
from simulator.rules.port import port_expands
from simulator.rules.reporting import city_reports
from simulator.rules.soe import soe_plans_investment
from simulator.rules.trade import city_exports
from simulator.run import State, advance, draws_of, new_outputs, prepare
from simulator.world import World
from tests.ablated import RUNS, SEED, effect, measured
from tests.whole import no_policy

QUARTERS = 6
BY_KEY = {ablation.key: ablation for ablation in ABLATIONS}


def state_with(world: World, settings: Settings) -> State:
    """Return the state after six quarters at point values with some parameters set."""
    table = settled(draw_table("point", 1, SEED), settings)
    draws = draws_of(world, SEED, 0, QUARTERS)
    state = prepare(world, table.records(), draws)
    assert advance(state, no_policy(QUARTERS), draws, 0, QUARTERS, new_outputs(QUARTERS), check=True) == ""
    return state


# --- one probe a mechanism: what the rule gives for two values of what the mechanism responds to


def downturn(state: State, weak: bool) -> float:
    """Exports to partners with the same demand, which is normal or far below its trend."""
    city = state.cities[0]
    state.partners["demand"] = 0.2
    state.partners["trend"] = 0.5 if weak else 0.2
    city_exports(city, state.province[0], state.path[0], state.partners, state.parameters[0])
    return float(city["exports_total"])


def variety(state: State, many: bool) -> float:
    city = state.cities[0]
    city["firms"] = 3.0 if many else 1.0
    city_plans_capacity(city, state.parameters[0])
    return float(city["lift"])


def agglomeration(state: State, near: bool) -> float:
    state.cities["market_access"] = 2.0 if near else 0.5
    market_reference(state.province[0], state.cities, state.parameters[0])
    return float(state.cities["agglomeration"].sum())


def credit_limit(state: State, short: bool) -> float:
    """Return private investment with no credit at all, in a slump, or with plenty."""
    city = state.cities[0]
    city["private_credit"] = 0.0 if short else 1e6
    city["hurdle_a"] = 0.0  # every firm wants as much as it may
    city["private_output"] *= 0.5
    city_invests(city, state.parameters[0])
    return float(city["private_investment"].sum())


def crowding(state: State, much: bool) -> float:
    city = state.cities[0]
    credit = state.path[QUARTERS]["credit"] * city["gdp"]
    city["soe_loans"] = (0.85 if much else 0.05) * credit
    city["loan_losses"] = city["written_off"] = (0.1 if much else 0.0) * credit
    city_lends(city, state.path[QUARTERS], state.parameters[0])
    return float(city["private_credit"])


def routes(state: State, busy: bool) -> float:
    port = state.ports[0]
    port["routes"] = port["routes_0"]
    port["throughput"] = port["throughput_0"] * (3.0 if busy else 1.0)
    port_expands(port, state.province[0], state.cities, state.parameters[0])
    return float(port["routes"])


def claw_back(state: State, padded: bool) -> float:
    state.cities["padding"] = 0.6 if padded else 0.0
    policy, par = no_policy(1)[0], state.parameters[0]
    province_sets_budget(state.province[0], state.cities, state.path[QUARTERS], policy, par)
    return float(state.province[0]["transfers"])


def padding(state: State, missed: bool) -> float:
    city = state.cities[0]
    city["padding"] = 0.1
    city["gdp_past"] = 1.0
    nation = state.path[QUARTERS : QUARTERS + 1].copy()
    nation["growth_target"] = 0.3 if missed else -0.3
    city_reports(city, nation[0], no_policy(1)[0], state.parameters[0])
    return float(np.abs(city["padding"] - 0.1).max())


def soft_budget(state: State, controlled: bool) -> float:
    """Return planned investment of an enterprise at low utilisation, controlled by the state or not."""
    soe = state.soes[int(np.argmax(state.soes["alive"]))]
    soe["identity"], soe["utilisation"], soe["zombie"] = int(controlled), 0.6, 0
    soe["growth_expected"] = 0.04
    soe_plans_investment(soe, state.cities[int(soe["city"])], state.parameters[0])
    return float(soe["plan"])


PROBES: dict[str, Callable[[State, bool], float]] = {
    "downturn": downturn,
    "variety": variety,
    "agglomeration": agglomeration,
    "credit limit": credit_limit,
    "credit limit, poor firms": credit_limit,
    "crowding out": crowding,
    "crowding out, poor firms": crowding,
    "routes": routes,
    "claw-back": claw_back,
    "padding of GDP": padding,
    "padding of revenue": padding,
    "padding of FDI": padding,
    "soft budget": soft_budget,
}


@pytest.mark.parametrize("key", PROBES)
def test_the_setting_silences_the_mechanism(key: str, world: World) -> None:
    """The rule responds with the mechanism, and gives the same figure without it."""
    ablation = BY_KEY[key]
    full, without = (state_with(world, settings) for settings in (ablation.both, ablation.without))
    high, low = (PROBES[key](full.copy(), on) for on in (True, False))
    assert abs(high - low) > 1e-3 * max(abs(high), abs(low))
    high, low = (PROBES[key](without.copy(), on) for on in (True, False))
    assert high == pytest.approx(low, rel=1e-12, abs=1e-15)


def test_every_ablation_has_a_probe() -> None:
    assert set(PROBES) == set(BY_KEY) and len(BY_KEY) == len(ABLATIONS)


def test_zero_weights_alone_do_not_switch_off_crowding_out(world: World) -> None:
    """Why half of the credit is kept apart: by the second bound private firms get what is left over."""
    state = state_with(world, module.CROWDING_OFF)
    assert crowding(state.copy(), True) < 0.5 * crowding(state.copy(), False)


def test_claw_back_is_neutral_in_the_base_quarter_too(world: World) -> None:
    """Else transfers would start at another level without it."""
    first = []
    for settings in ((), BY_KEY["claw-back"].off):
        table = settled(draw_table("point", 1, SEED), settings)
        draws, outputs = draws_of(world, SEED, 0, 1), new_outputs(1)
        assert advance(prepare(world, table.records(), draws), no_policy(1), draws, 0, 1, outputs) == ""
        first.append(float(outputs["province"]["transfers"][0, 0]))
    assert first[0] == pytest.approx(first[1], rel=2e-3)


# --- settings


def test_every_mechanism_of_the_design_is_there() -> None:
    equations = {part for ablation in ABLATIONS for part in ablation.equation.split(", ")}
    assert equations == {"E4", "E16", "E19", "E21", "E28", "E31", "E43", "E61", "E70"}
    speeds = {name for name in draw_table("point", 1, 1).names if name.startswith("padding_speed")}
    assert speeds == {name for name, _ in module.PADDING}


def test_settings_change_the_named_columns_and_no_others() -> None:
    table = draw_table("prior", 5, SEED)
    changed = settled(table, (("variety_weight", 0.0), ("income_elasticity_downturn", "income_elasticity")))
    names = table.names
    untouched = [k for k, n in enumerate(names) if n not in ("variety_weight", "income_elasticity_downturn")]
    np.testing.assert_array_equal(changed.values[:, untouched], table.values[:, untouched])
    assert (changed.values[:, names.index("variety_weight")] == 0.0).all()
    copied = changed.values[:, names.index("income_elasticity_downturn")]
    np.testing.assert_array_equal(copied, table.values[:, names.index("income_elasticity")])
    assert len(set(copied)) == 5 and changed.hash != table.hash
    assert settled(table, ()) is table
    assert merged((("a", 1.0), ("b", 2.0)), (("b", "c"),)) == (("a", 1.0), ("b", "c"))


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(InputError, match="varietyweight is not a parameter.*variety_weight"):
        settled(draw_table("point", 1, 1), (("varietyweight", 0.0),))


# --- pairs


def test_nothing_switched_off_changes_nothing(world: World) -> None:
    table = draw_table("prior", 3, SEED)
    same: Settings = (("tax_rate", "tax_rate"),)
    assert settled(table, same).hash != table.hash  # another table, the same values
    idle = Ablation("idle", "E60", "none", same, "", "", "", level("gdp_real", "2017"), 1)
    (found,) = ablate(world, runs=3, seed=SEED, ablations=(idle,))
    assert (found.differences == 0.0).all() and found.share_equal == 1.0 and found.share_weaker == 0.0
    assert found.verdict == NO_EFFECT


def test_the_full_side_is_the_baseline_or_has_the_settings_of_both() -> None:
    ensemble, effects = measured()
    assert ensemble.runs == RUNS and ensemble.parameters.kind == "prior" and ensemble.failures == ()
    table = draw_table("prior", RUNS, SEED)
    for one in effects:
        assert one.full.shape == one.without.shape == (RUNS,)
        if not one.ablation.both:
            np.testing.assert_array_equal(one.full, one.ablation.statistic(RunPaths(ensemble)))
        for name, value in one.ablation.both:
            assert value != table.values[0, table.names.index(name)]
    # Without a credit limit it does not matter how much firms keep: both lines have the same run without.
    np.testing.assert_array_equal(effect("credit limit").without, effect("credit limit, poor firms").without)


def hand_made(full: Any, without: Any, weaker: int = 1, from_zero: bool = True) -> Effect:
    ablation = Ablation("x", "E1", "m", (), "", "", "", level("gdp_real", "2017"), weaker, from_zero)
    return Effect(ablation, np.asarray(full, dtype=float), np.asarray(without, dtype=float))


def test_verdicts() -> None:
    fall = np.linspace(-21.0, -19.0, 21)
    assert hand_made(fall, fall + 5.0).verdict == WEAKENS
    assert hand_made(fall, fall + 18.1).verdict == VANISHES  # -1.9 of -20 are left
    assert hand_made(fall, fall + 17.9).verdict == WEAKENS
    assert hand_made(fall, fall + 25.0).verdict == VANISHES  # a rise instead
    assert hand_made(fall, fall + 25.0, from_zero=False).verdict == WEAKENS
    assert hand_made(fall, fall - 5.0).verdict == STRENGTHENS
    assert hand_made(fall, fall - 5.0, weaker=-1, from_zero=False).verdict == WEAKENS
    assert hand_made(-fall, -fall - 18.1, weaker=-1).verdict == VANISHES
    assert hand_made(fall, fall + 0.2).verdict == NO_EFFECT
    assert hand_made(fall, fall + np.linspace(-5.0, 5.0, 21)).verdict == UNCLEAR
    mostly = hand_made(fall, fall + np.r_[np.full(2, -1.0), np.full(2, 0.0), np.full(17, 4.0)])
    assert mostly.verdict == UNCLEAR
    assert (mostly.share_weaker, mostly.share_equal) == (17 / 21, 2 / 21)
    assert mostly.interval == pytest.approx((4.0, -1.0, 4.0))


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("downturn", WEAKENS), ("routes", WEAKENS), ("claw-back", VANISHES), ("padding of GDP", VANISHES),
        ("padding of revenue", VANISHES), ("padding of FDI", WEAKENS),
    ],
)  # fmt: skip
def test_facts_that_weaken(key: str, verdict: str) -> None:
    found = effect(key)
    assert found.verdict == verdict and found.share_weaker >= 0.95


def test_soft_budgets_lower_the_use_of_state_capacity() -> None:
    """Whether the gap vanishes depends on few runs; that it moves does not."""
    assert effect("soft budget").interval[1] > 0.0


def test_without_claw_back_transfers_follow_the_nation_exactly() -> None:
    np.testing.assert_allclose(effect("claw-back").without, 0.0, atol=1e-9)
