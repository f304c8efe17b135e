"""Policies: none changes nothing, size 0 is no lever, full size bites, and the way that theory leaves no doubt of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.ensemble import Ensemble, simulate
from simulator.levers import INSTRUMENTS
from simulator.periods import to_index
from simulator.records import HOME_PARTNER, PARTNERS
from simulator.run import policies_of
from simulator.scenario import list_scenarios, load_scenario
from simulator.schedule import Lever, Range
from simulator.variables import variables
from simulator.world import World
from tests.whole import PAST, RUNS, SEED, differing, lever, no_policy, play, schedule, series, unequal

START = "2014Q1"
UNTIL = "2019Q4"
FIRST = to_index(START)
CORE = [v.name for v in variables()["province"] if v.core]

HEADER = '[scenario]\nname = "{name}"\nextends = "baseline"\ntitle = "t"\nsummary = "s"\nsources = ["assumption"]\n'


@pytest.fixture(scope="module")
def plain(world: World) -> Ensemble:
    """Six draws without any policy; others branch from it in 2014Q1, when figures are padded and plants half idle."""
    ensemble = simulate(world, schedule(until=UNTIL), runs=6, until=UNTIL, keep=[FIRST], check=True)
    assert ensemble.failures == ()
    return ensemble


def under(world: World, plain: Ensemble, *levers: Lever) -> Ensemble:
    """Return the ensemble under these levers from 2014Q1 on."""
    ensemble = simulate(world, schedule(*levers, until=UNTIL), runs=6, until=UNTIL, base=plain, check=True)
    assert ensemble.failures == ()
    return ensemble


def change(a: Ensemble, b: Ensemble, name: str, level: str = "province", entity: str = "") -> np.ndarray:
    """Return by how much the mean of a variable from 2014Q1 on is higher in `a` than in `b`, run by run."""
    gap = series(a, name, level, entity) - series(b, name, level, entity)
    return gap[:, FIRST:].mean(axis=1)


# --- nothing -------------------------------------------------------------------------------------------------------


def test_a_scenario_that_adds_nothing_differs_by_exactly_zero(world: World, base: Ensemble, tmp_path: Path) -> None:
    file = tmp_path / "same.toml"
    file.write_text(HEADER.format(name="same"), encoding="utf-8")
    same = simulate(world, load_scenario(file), runs=RUNS, seed=SEED)
    assert unequal(same, base) == []
    for name in CORE:
        assert not (series(same, name) - series(base, name)).any()


def test_levers_after_the_end_change_nothing(world: World, base: Ensemble) -> None:
    late = simulate(world, load_scenario("cjk_fta"), runs=RUNS, seed=SEED, until="2025Q4")
    assert unequal(late, base, to_index("2025Q4") + 1) == []
    assert late.schedule.notices


def test_before_its_first_lever_a_scenario_is_the_baseline(world: World, base: Ensemble) -> None:
    for name in list_scenarios():
        first = to_index("2014Q2" if name in PAST else "2026Q1")
        run = simulate(world, load_scenario(name), runs=RUNS, seed=SEED, until="2026Q2")
        assert unequal(replace(run, levels={k: v[:, :first] for k, v in run.levels.items()}), base, first) == [], name


# --- size 0 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_size_zero_is_no_lever(instrument: str, world: World) -> None:
    """As a schedule, as a policy record, and in the results; also where the lever is phased in or ends."""
    quarters = 12
    without = schedule(until="2008Q4")
    forms = [lever(instrument, 0.0), lever(instrument, 0.0, start="2007Q1", end="2007Q3")]
    forms += [] if INSTRUMENTS[instrument].integer else [lever(instrument, 0.0, phase_in=4)]
    for zero in forms:
        plan = schedule(zero, until="2008Q4")
        assert plan.hash == without.hash
        assert policies_of(plan, quarters, SEED, 0).tobytes() == no_policy(quarters).tobytes()
    signed = no_policy(quarters)
    signed[instrument] = -0.0
    assert differing(play(world, signed), play(world, no_policy(quarters))) == []


def test_size_zero_switches_off_what_the_baseline_holds(world: World, tmp_path: Path) -> None:
    """A zone of size 0 in a child stands for no zone from that quarter on."""
    file = tmp_path / "no_zone.toml"
    zones = 'cities = ["Dalian", "Shenyang", "Yingkou"]'
    lines = f'[[lever]]\ninstrument = "free_trade_zone"\n{zones}\nstart = "2017Q2"\nsize = 0\n'
    file.write_text(HEADER.format(name="no_zone") + lines, encoding="utf-8")
    quarters = to_index("2018Q4") + 1
    policies = policies_of(load_scenario("baseline").schedule(), quarters, SEED, 0)
    assert policies["free_trade_zone"].any()
    policies["free_trade_zone"] = 0.0
    seen = policies_of(load_scenario(file).schedule(), quarters, SEED, 0)
    assert differing(play(world, seen), play(world, policies)) == []


# --- full size -----------------------------------------------------------------------------------------------------

SIGNS = {
    "tariff_schedule": "+exports_real +imports_real -partner.trade_cost@Japan",
    "tariff_cut": "+exports_real +imports_real +partner.exports@Korea",
    "ntb_cut": "+exports_real +imports_real +port_throughput",
    "trade_facilitation": "+exports_real -partner.trade_cost@EU",
    "political_shock": "-exports_real +partner.trade_cost@Japan -origin.capital@Japan",
    "services_opening": "+fdi +city.foreign_capital",
    "port_merger": "+port.fee@Dalian -port.throughput@Dalian",
    "merger_synergy": "-port.fee@Dalian +port.throughput@Yingkou",
    "talent_subsidy": "+graduate_stay_rate +graduates +policy_cost",
    "free_trade_zone": "+exports_real +fdi +city.business_environment",
    "metro_integration": "+city.market_access +gdp_real",
    "rd_support": "+gdp_real +policy_cost",
    "business_reform": "+city.business_environment +fdi",
    "zombie_exit": "-soe_number -zombie_share -soe_debt",
    "ownership_dilution": "",
    "control_transfer": "",
    "capacity_cut": "+soe_utilisation +unemployment +policy_cost",
    "environmental_standard": "-emissions -gdp_real",
    "public_consumption": "+public_consumption +gdp_real +debt",
    "public_investment": "+city.infrastructure +gdp_real +debt",
    "rail_corridor": "+port.throughput@Rail_corridor -partner.trade_cost@Russia",
    "audit_revenue_fdi": "-padding_revenue -fdi_reported",
    "audit_gdp_investment": "-padding_gdp -gdp_reported",
    "restatement_revenue_fdi": "-padding_revenue -fdi_reported",
    "restatement_gdp_investment": "-padding_gdp -gdp_reported",
    "financing_curb": "-investment -gdp_real -debt",
}
"""What must rise (+) or fall (-) at full size: ``level.variable@entity``, by default of the province, and summed.

No sign is asked where theory leaves it open (dilution, change of control).
"""


def effect(full: Ensemble, without: Ensemble, what: str) -> np.ndarray:
    """Return the change run by run in the direction that a word of `SIGNS` asks for."""
    path, _, entity = what[1:].partition("@")
    level, _, name = path.rpartition(".")
    return float(f"{what[0]}1") * change(full, without, name, level or "province", entity.replace("_", " "))


def reference_of(instrument: str, world: World, plain: Ensemble) -> Ensemble:
    """Return what to compare with: a synergy needs a merger, whose own effect is left out."""
    return under(world, plain, lever("port_merger", start=START)) if instrument == "merger_synergy" else plain


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_full_size_bites(instrument: str, world: World, plain: Ensemble) -> None:
    without = reference_of(instrument, world, plain)
    merged = [lever("port_merger", start=START)] if instrument == "merger_synergy" else []
    full = under(world, plain, lever(instrument, start=START), *merged)
    assert unequal(full, without, FIRST) == [], "nothing moves before the lever"
    moved = [name for name in CORE if np.abs(change(full, without, name)).max() > 1e-9]
    assert moved, f"{instrument} moves none of {CORE}"
    for what in SIGNS[instrument].split():
        effects = effect(full, without, what)
        assert effects.mean() > 0.0 and (effects > 0.0).mean() > 0.8, (what, effects)


def test_every_instrument_is_judged() -> None:
    assert list(SIGNS) == list(INSTRUMENTS)


def idle_targets(instrument: str, world: World) -> set[str]:
    """Return targets on which an instrument has nothing to act: no investors from there, no tariff to cut."""
    if instrument == "services_opening":
        return set(PARTNERS) - {PARTNERS[k] for k in HOME_PARTNER}
    if instrument in ("tariff_schedule", "tariff_cut"):
        tariffs = world.partners["tariff_export"] + world.partners["tariff_import"]
        return {name for name, tariff in zip(PARTNERS, tariffs, strict=True) if tariff == 0.0}
    return set()


TARGETED = [n for n, i in INSTRUMENTS.items() if i.target != "none" and n not in ("port_merger", "merger_synergy")]


@pytest.mark.parametrize("instrument", TARGETED)
def test_each_target_is_reached(instrument: str, world: World, plain: Ensemble) -> None:
    """A lever on one target has an effect of its own; for metropolitan integration, which needs two, on all but one."""
    results, idle = set(), idle_targets(instrument, world)
    for target in INSTRUMENTS[instrument].targets:
        others = [t for t in INSTRUMENTS[instrument].targets if t != target]
        targets = others if instrument == "metro_integration" else [target]
        plan = schedule(lever(instrument, targets=targets, start=START), until="2016Q4")
        run = simulate(world, plan, runs=6, until="2016Q4", base=plain, check=True)
        assert (unequal(run, plain, run.quarters) == []) == (target in idle), target
        results.add(b"".join(run.levels[level].tobytes() for level in ("province", "city", "sector", "origin")))
    assert len(results) == len(INSTRUMENTS[instrument].targets) - max(0, len(idle) - 1)
    assert idle <= {"Hong Kong", "Russia", "Rest of world"}


def test_half_a_size_is_between(world: World, plain: Ensemble) -> None:
    """Smooth instruments: more of the policy, more of the effect."""
    for instrument, name in (("ntb_cut", "exports_real"), ("talent_subsidy", "graduates"), ("rd_support", "gdp_real")):
        high = INSTRUMENTS[instrument].high
        half, full = (under(world, plain, lever(instrument, share * high, start=START)) for share in (0.5, 1.0))
        assert (0.0 < change(half, plain, name)).all()
        assert (change(half, plain, name) < change(full, plain, name)).all()


def test_two_ways_to_zero_tariffs_are_one(world: World, plain: Ensemble) -> None:
    """An agreement that frees all trade and a cut of all that remains leave the same tariff."""
    ways = [under(world, plain, lever(name, 1.0, start=START)) for name in ("tariff_schedule", "tariff_cut")]
    assert unequal(*ways) == []


def test_one_port_alone_is_no_merger(world: World, plain: Ensemble) -> None:
    """Its owner group has one member: fees and concentration stay, only its rule of expansion is that of a group."""
    alone = under(world, plain, lever("port_merger", targets=["Huludao"], start=START))
    first = slice(FIRST, FIRST + 1)
    assert (series(alone, "fee", "port")[:, first] == series(plain, "fee", "port")[:, first]).all()


def test_synergy_without_a_merger_is_nothing(world: World, plain: Ensemble) -> None:
    assert unequal(under(world, plain, lever("merger_synergy", start=START)), plain) == []


def test_audits_of_gdp_move_figures_and_nothing_else(world: World, plain: Ensemble) -> None:
    """Padded GDP and investment are only published; what truly happens stays the same to the bit."""
    for name in ("audit_gdp_investment", "restatement_gdp_investment"):
        audited = under(world, plain, lever(name, 1.0, start=START))
        moved = {v.name for v in variables()["province"] if change(audited, plain, v.name).any()}
        assert moved == {
            "gdp_reported", "gdp_growth_reported", "investment_reported", "secondary_share_reported", "padding_gdp"
        }  # fmt: skip
        assert unequal(audited, plain) == ["province", "city"]


def test_a_shock_ends(world: World, plain: Ensemble) -> None:
    """Trade cost is back at once where the lever ends; exports come back slowly."""
    shock = under(world, plain, lever("political_shock", 1.0, ["Japan"], START, "2014Q4"))
    exports = series(shock, "exports", "partner", "Japan") / series(plain, "exports", "partner", "Japan") - 1.0
    worst = exports[:, FIRST : FIRST + 6].min(axis=1)
    assert (worst < -0.01).all()
    assert (np.abs(exports[:, -1]) < 0.5 * np.abs(worst)).all()


def test_phased_in_effects_grow(world: World, plain: Ensemble) -> None:
    slow = under(world, plain, lever("ntb_cut", 0.1, start=START, phase_in=16))
    cost = series(slow, "trade_cost", "partner", "Japan") - series(plain, "trade_cost", "partner", "Japan")
    steps = np.diff(cost[:, FIRST : FIRST + 16], axis=1)
    assert (steps < 0.0).all()
    np.testing.assert_allclose(cost[:, FIRST], -0.1 / 16.0, rtol=0.1)


def test_sampled_sizes_spread_the_effect(world: World, plain: Ensemble) -> None:
    drawn = under(world, plain, lever("rd_support", Range(0.1, 0.5, 0.9), ["Dalian"], START))
    sizes = drawn.sizes["rd_support:Dalian"]
    intensity = drawn.parameters.values[:, drawn.parameters.names.index("rd_intensity")]
    cost = series(drawn, "policy_cost", "city", "Dalian") / series(drawn, "gdp_real", "city", "Dalian")
    per_size = cost[:, FIRST] / (sizes * intensity)
    assert len(set(sizes)) == 6
    np.testing.assert_allclose(per_size, per_size[0], rtol=1e-9)  # the price level, the same in all runs


@pytest.mark.parametrize("name", [n for n in list_scenarios() if n != "baseline"])
def test_every_shipped_scenario_moves_core_outputs(name: str, world: World, base: Ensemble) -> None:
    result = simulate(world, load_scenario(name), runs=RUNS, seed=SEED, base=base, check=True)
    assert result.failures == ()
    moved = [core for core in CORE if np.abs(series(result, core) - series(base, core)).max() > 1e-6]
    assert len(moved) > len(CORE) // 2, moved
