"""The Mesa model and the compiled loop give the same bits: in every scenario, where its first lever begins to act."""

from __future__ import annotations

import pytest

from simulator.ensemble import Ensemble, simulate
from simulator.links import NAMES
from simulator.model import LiaoningModel
from simulator.periods import to_index, to_label
from simulator.run import LinkUse, State, advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import list_scenarios, load_scenario
from simulator.schedule import first_difference
from simulator.world import World
from tests.whole import PAST, RUNS, SEED, differing, row, series, states_differ, unequal

QUARTERS = 3


def first_lever(name: str) -> int:
    quarter = first_difference(load_scenario("baseline").schedule(), load_scenario(name).schedule(), 120)
    assert quarter is not None, f"{name} never differs from the baseline"
    return quarter


STARTS = [("baseline", to_index(label)) for label in ("2006Q1", "2015Q1", "2022Q1")]
STARTS += [(name, first_lever(name)) for name in list_scenarios() if name != "baseline"]


def state_at(world: World, base: Ensemble, quarter: int, run: int) -> State:
    """Return the state of a run of the baseline at the start of a quarter."""
    if quarter == 0:
        return prepare(world, base.parameters.records()[run : run + 1], draws_of(world, SEED, run, 120))
    state = base.states[quarter][run]
    assert state is not None
    return state.copy()


@pytest.mark.parametrize(("name", "first"), STARTS, ids=[f"{name}-{to_label(q)}" for name, q in STARTS])
def test_same_bits_from_the_first_lever_on(name: str, first: int, world: World, base: Ensemble) -> None:
    run, last = [n for n, _ in STARTS].index(name) % RUNS, first + QUARTERS
    policies = policies_of(load_scenario(name).schedule(), last, SEED, run)
    without = policies_of(load_scenario("baseline").schedule(), last, SEED, run)
    assert name == "baseline" or policies[first:].tobytes() != without[first:].tobytes()
    draws = draws_of(world, SEED, run, last)

    compiled, outputs = state_at(world, base, first, run), new_outputs(last)
    assert advance(compiled, policies, draws, first, last, outputs, check=True) == ""
    loose, seen = state_at(world, base, first, run), new_outputs(last)
    model = LiaoningModel.from_state(loose, policies, draws, seen, first)
    model.check = True
    for _ in range(QUARTERS):
        model.step()

    assert differing(outputs, seen, first, last) == []
    assert states_differ(compiled, loose) == []


def test_ensembles_of_both_engines(world: World) -> None:
    scenario = load_scenario("baseline")
    both = [simulate(world, scenario, runs=2, until="2006Q3", engine=engine) for engine in ("compiled", "mesa")]
    assert [ensemble.engine for ensemble in both] == ["compiled", "mesa"]
    assert unequal(*both) == []


def test_a_model_by_itself_is_a_run_of_the_ensemble(world: World, base: Ensemble) -> None:
    model = LiaoningModel("baseline", parameters="prior", seed=SEED, run=RUNS - 1, until="2006Q2", world=world)
    for _ in range(2):
        model.step()
    for name in ("gdp_real", "exports", "fdi", "graduates_stayed", "capacity_utilisation"):
        assert model.outputs["province"][name][:, 0].tolist() == series(base, name)[-1, :2].tolist()


def test_links_are_recorded_and_fed_alike(world: World) -> None:
    quarters, draws = 2, draws_of(world, SEED, 0, 2)
    plain = policies_of(load_scenario("baseline").schedule(), quarters, SEED, 0)
    other = plain.copy()
    other["ntb_cut"], other["control_transfer"], other["port_merger"] = 0.1, 0.5, 1.0
    tapes, runs = [], []
    for compiled in (True, False):
        use = LinkUse.recording(quarters)
        for policies, link_use in ((plain, use), (other, use.feeding()), (other, use.feeding("trade cost", "ports"))):
            state, outputs = prepare(world, row(), draws), new_outputs(quarters)
            if compiled:
                advance(state, policies.copy(), draws, 0, quarters, outputs, link_use)
            else:
                model = LiaoningModel.from_state(state, policies.copy(), draws, outputs)
                model.link_use = link_use
                for _ in range(quarters):
                    model.step()
            runs.append(outputs)
        tapes.append(use.tape)
    assert tapes[0].any(axis=1).all()
    assert tapes[0].tobytes() == tapes[1].tobytes()
    for k in range(3):
        assert differing(runs[k], runs[k + 3]) == []
    assert differing(runs[0], runs[1]) == [], f"fed by all of {NAMES}"
    assert differing(runs[0], runs[2]) != []


@pytest.mark.full
@pytest.mark.parametrize("name", ["baseline", "no_financing_curb"])
def test_same_bits_over_the_whole_history(name: str, world: World) -> None:
    scenario = load_scenario(name)
    both = [simulate(world, scenario, runs=2, until="2017Q4", engine=engine) for engine in ("compiled", "mesa")]
    assert both[0].failures == both[1].failures == ()
    assert unequal(*both) == []


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in list_scenarios() if name not in ("baseline", *PAST)])
def test_same_bits_over_ten_years_of_policy(name: str, world: World, base: Ensemble) -> None:
    first, last, run = first_lever(name), first_lever(name) + 40, 1
    policies, draws = policies_of(load_scenario(name).schedule(), last, SEED, run), draws_of(world, SEED, run, last)
    compiled, outputs = state_at(world, base, first, run), new_outputs(last)
    advance(compiled, policies, draws, first, last, outputs)
    loose, seen = state_at(world, base, first, run), new_outputs(last)
    model = LiaoningModel.from_state(loose, policies, draws, seen, first)
    for _ in range(first, last):
        model.step()
    assert differing(outputs, seen, first, last) == []
    assert states_differ(compiled, loose) == []
