"""Ensembles: independent of threads, order, number of runs and horizon; branches equal whole runs; failures as data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.draws import lever_sizes
from simulator.ensemble import Ensemble, agent_history, simulate
from simulator.errors import InputError
from simulator.parameters import draw_table, names, row_of_run, table_of
from simulator.periods import to_index
from simulator.run import advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import list_scenarios, load_scenario
from simulator.schedule import first_difference
from simulator.variables import LEVELS, output_type
from simulator.world import World
from tests.whole import RUNS, SEED, series, states_differ, unequal

SHORT = "2009Q4"
QUARTERS = to_index(SHORT) + 1


@pytest.fixture(scope="module")
def short(world: World) -> Ensemble:
    """Five runs of four years on one thread."""
    return simulate(world, load_scenario("baseline"), runs=5, seed=SEED, until=SHORT, threads=1)


def test_shape_and_contents(short: Ensemble) -> None:
    assert (short.scenario, short.runs, short.quarters, short.seed) == ("baseline", 5, QUARTERS, SEED)
    assert (short.engine, short.failures) == ("compiled", ())
    assert set(short.levels) == set(LEVELS)
    for level, values in short.levels.items():
        assert values.dtype == np.float64 and values.shape[:2] == (5, QUARTERS)
        assert values.shape[3] == len(output_type(level).names or ())
    assert short.parameters.kind == "prior" and short.parameters.values.shape == (5, len(names()))


def test_runs_differ(short: Ensemble) -> None:
    assert len({row.tobytes() for row in series(short, "gdp_real")}) == 5
    assert len({row.tobytes() for row in short.parameters.values}) == 5


def test_luck_alone_makes_runs_differ(world: World) -> None:
    point = draw_table("point", 3, SEED)
    runs = simulate(world, load_scenario("baseline"), runs=3, seed=SEED, until=SHORT, parameters=point)
    assert len({row.tobytes() for row in series(runs, "gdp_real")}) == 3


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_nothing(threads: int, world: World, short: Ensemble) -> None:
    assert unequal(simulate(world, load_scenario("baseline"), runs=5, until=SHORT, threads=threads), short) == []


def test_a_second_time_is_the_same(world: World, short: Ensemble) -> None:
    assert unequal(simulate(world, load_scenario("baseline"), runs=5, until=SHORT, threads=1), short) == []


@pytest.mark.parametrize("order", [(4, 0, 2), (1, 3)])
def test_order_changes_nothing(order: tuple[int, ...], world: World, short: Ensemble) -> None:
    """Runs by themselves, in any order and without the others, are the rows of the ensemble."""
    schedule = load_scenario("baseline").schedule(SHORT)
    for run in order:
        draws, outputs = draws_of(world, SEED, run, QUARTERS), new_outputs(QUARTERS)
        state = prepare(world, draw_table("prior", 5, SEED).records()[run : run + 1], draws)
        assert advance(state, policies_of(schedule, QUARTERS, SEED, run), draws, 0, QUARTERS, outputs) == ""
        for level in LEVELS:
            assert outputs[level].tobytes() == short.levels[level][run].tobytes()


def test_the_first_runs_do_not_depend_on_how_many_follow(world: World, short: Ensemble) -> None:
    few = simulate(world, load_scenario("baseline"), runs=3, until=SHORT)
    assert few.parameters.values.tobytes() == short.parameters.values[:3].tobytes()
    for level in LEVELS:
        assert few.levels[level].tobytes() == short.levels[level][:3].tobytes()


@pytest.mark.parametrize("name", ["baseline", "cjk_fta"])
@pytest.mark.parametrize("branched", [False, True])
def test_parts_are_the_whole(branched: bool, name: str, world: World, base: Ensemble) -> None:
    """The second scenario samples two sizes, so that a part must draw those of its own runs."""
    scenario = load_scenario(name)
    whole = simulate(world, scenario, runs=RUNS, seed=SEED)
    table = draw_table("prior", RUNS, SEED)
    branch = to_index("2026Q1")
    for first, last in ((0, 1), (1, RUNS)):
        rows = table_of("prior", table.values[first:last])
        given: dict[str, Any] = {"runs": last - first, "seed": SEED, "parameters": rows, "first_run": first}
        origin = simulate(world, load_scenario("baseline"), keep=(branch,), **given) if branched else None
        part = simulate(world, scenario, base=origin, **given)
        assert part.first_run == first
        assert [s.tobytes() for s in part.sizes.values()] == [s[first:last].tobytes() for s in whole.sizes.values()]
        assert not [v for v in LEVELS if part.levels[v].tobytes() != whole.levels[v][first:last].tobytes()]


def test_a_part_draws_its_own_rows_of_the_prior(world: World, base: Ensemble) -> None:
    part = simulate(world, load_scenario("baseline"), runs=1, seed=SEED, until="2006Q2", first_run=2)
    assert part.parameters.values.tobytes() == base.parameters.values[2:3].tobytes()
    assert part.levels["city"].tobytes() == base.levels["city"][2:3, :2].tobytes()


def test_agents_of_a_part_are_those_of_its_own_run(world: World, base: Ensemble) -> None:
    baseline = load_scenario("baseline")
    part = simulate(world, baseline, runs=1, seed=SEED, until="2006Q2", first_run=2)
    whole = simulate(world, baseline, runs=RUNS, seed=SEED, until="2006Q2")
    for kind, frame in agent_history(world, baseline, 0, part).items():
        same = agent_history(world, baseline, 2, whole)[kind]
        assert frame.drop(columns="run").equals(same.drop(columns="run")), kind


def test_a_negative_first_run_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="first_run: -1 is negative; the first run of an ensemble is 0"):
        simulate(world, load_scenario("baseline"), runs=1, until="2006Q1", first_run=-1)


def test_no_branch_from_another_part(world: World, base: Ensemble) -> None:
    """States of other runs with the same parameters, as a table of one point gives them, must not be taken."""
    rows = draw_table("point", RUNS, SEED)
    own = simulate(world, load_scenario("baseline"), runs=RUNS, seed=SEED, until="2006Q4", parameters=rows, keep=(2,))
    options: dict[str, Any] = {
        "runs": RUNS, "seed": SEED, "until": "2006Q4", "parameters": rows, "first_run": RUNS
    }  # fmt: skip
    after = simulate(world, load_scenario("baseline"), base=own, **options)
    alone = simulate(world, load_scenario("baseline"), **options)
    assert unequal(after, alone) == []
    assert unequal(after, own) != []


def test_rows_of_runs_are_a_permutation() -> None:
    rows = row_of_run(24, SEED, 8)
    assert sorted(rows[:8]) == list(range(8))
    assert rows[:8].tolist() == rows[8:16].tolist() == rows[16:].tolist()
    assert rows[:8].tolist() != list(range(8))
    assert row_of_run(8, SEED + 1, 8).tolist() != rows[:8].tolist()


def test_another_seed_gives_other_runs(world: World, short: Ensemble) -> None:
    other = simulate(world, load_scenario("baseline"), runs=2, seed=SEED + 1, until=SHORT)
    assert set(unequal(other, replace(short, levels={k: v[:2] for k, v in short.levels.items()}))) == set(LEVELS)


def test_a_longer_horizon_has_the_same_beginning(base: Ensemble, short: Ensemble) -> None:
    """Also of the runs to 2035Q4, in which the drivers deviate after their last observed year."""
    for level in LEVELS:
        assert base.levels[level][:, :QUARTERS].tobytes() == short.levels[level][:RUNS].tobytes()


@pytest.mark.parametrize("name", list_scenarios())
def test_branching_equals_the_whole_run(name: str, world: World, base: Ensemble) -> None:
    scenario = load_scenario(name)
    whole = simulate(world, scenario, runs=RUNS, seed=SEED, check=True)
    branched = simulate(world, scenario, runs=RUNS, seed=SEED, base=base, check=True)
    assert whole.failures == branched.failures == ()
    assert unequal(whole, branched) == []


def test_a_shorter_run_branches_too(world: World, base: Ensemble) -> None:
    scenario = load_scenario("cjk_fta")
    whole = simulate(world, scenario, runs=RUNS, seed=SEED, until="2028Q2")
    assert unequal(whole, simulate(world, scenario, runs=RUNS, seed=SEED, until="2028Q2", base=base)) == []


def marked(ensemble: Ensemble) -> Ensemble:
    """Return a copy in which every result is one number: what is copied from it can be recognised."""
    return replace(ensemble, levels={level: np.full_like(values, 7.0) for level, values in ensemble.levels.items()})


def copied(result: Ensemble) -> int:
    """Return how many quarters a result took over from a marked base."""
    quarters: np.ndarray[Any, Any] = (result.levels["city"] == 7.0).all(axis=(0, 2, 3))
    return int(quarters.sum())


@pytest.mark.parametrize("name", ["no_financing_curb", "cjk_fta", "baseline"])
def test_a_branch_takes_the_past_from_its_base(name: str, world: World, base: Ensemble) -> None:
    scenario = load_scenario(name)
    first = first_difference(base.schedule, scenario.schedule(), 120)
    result = simulate(world, scenario, runs=RUNS, seed=SEED, base=marked(base))
    assert copied(result) == (max(base.states) if first is None else first)


@pytest.mark.parametrize(
    "other",
    [
        {"seed": SEED + 1},
        {"runs": RUNS - 1},
        {"parameters": draw_table("point", RUNS, SEED)},
    ],
    ids=["seed", "runs", "parameters"],
)
def test_no_branch_from_other_luck_or_parameters(other: dict[str, Any], world: World, base: Ensemble) -> None:
    arguments = {"runs": RUNS, "seed": SEED, "until": "2014Q4", **other}
    scenario = load_scenario("no_financing_curb")
    result = simulate(world, scenario, base=marked(base), **arguments)
    assert copied(result) == 0
    assert unequal(result, simulate(world, scenario, **arguments)) == []


def test_no_branch_before_the_first_kept_state(world: World, base: Ensemble) -> None:
    late = replace(marked(base), states={q: s for q, s in base.states.items() if q > to_index("2014Q2")})
    result = simulate(world, load_scenario("no_financing_curb"), runs=RUNS, until="2014Q4", base=late)
    assert copied(result) == 0


def test_kept_states_are_those_at_the_start_of_the_quarter(world: World, base: Ensemble) -> None:
    kept = simulate(world, load_scenario("baseline"), runs=2, until=SHORT, keep=(8, 3))
    assert sorted(kept.states) == [3, 8]
    for quarter in (3, 8):
        for run in range(2):
            draws, outputs = draws_of(world, SEED, run, QUARTERS), new_outputs(QUARTERS)
            state = prepare(world, kept.parameters.records()[run : run + 1], draws)
            advance(state, policies_of(kept.schedule, QUARTERS, SEED, run), draws, 0, quarter, outputs)
            stored = kept.states[quarter][run]
            assert stored is not None
            assert states_differ(stored, state) == []


def test_a_branch_leaves_the_states_of_its_base_alone(world: World, base: Ensemble) -> None:
    quarter = to_index("2026Q1")
    before = [state.copy() for state in base.states[quarter] if state is not None]
    simulate(world, load_scenario("zombie_exit"), runs=RUNS, seed=SEED, base=base)
    for state, same in zip(base.states[quarter], before, strict=True):
        assert state is not None and states_differ(state, same) == []


def broken(runs: int, run: int, name: str, value: float) -> Any:
    """Return prior draws in which one run has a value with which the model cannot work."""
    values = draw_table("prior", runs, SEED).values.copy()
    values[run, names().index(name)] = value
    return table_of("file", values)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("revision_sd", np.nan, "2006Q1: gdp_revised is not a finite number"),
        ("time_to_build", 0.0, "division by zero"),
    ],
    ids=["not a number", "division by zero"],
)
def test_a_failed_run_is_data(
    name: str, value: float, why: str, check: bool, threads: int, world: World, short: Ensemble
) -> None:
    """The run that cannot be computed is named with its reason; the others are as they would be without it."""
    done: list[int] = []
    result = simulate(
        world, load_scenario("baseline"), runs=4, until=SHORT, check=check, threads=threads,
        parameters=broken(4, 2, name, value), progress=done.append, keep=(4,),
    )  # fmt: skip
    assert [run for run, _ in result.failures] == [2]
    assert result.failures[0][1] and why in result.failures[0][1]
    assert done == [1, 2, 3, 4]
    assert [state is not None for state in result.states[4]][:2] == [True, True]
    for level in LEVELS:
        assert np.isnan(result.levels[level][2]).all()
        good = [0, 1, 3]
        assert result.levels[level][good].tobytes() == short.levels[level][good].tobytes()


def test_a_broken_invariant_is_a_failure_only_where_it_is_checked(world: World) -> None:
    """Banks that lend one and a half times their credit break a law, but every output stays finite."""
    table = broken(2, 1, "credit_usable", 1.5)
    plan = load_scenario("baseline").schedule("2019Q4")
    free = simulate(world, plan, runs=2, until="2019Q4", parameters=table)
    checked = simulate(world, plan, runs=2, until="2019Q4", parameters=table, check=True)
    assert free.failures == ()
    assert [run for run, _ in checked.failures] == [1]
    assert checked.failures[0][1].endswith("more credit is used than there is")
    assert checked.failures[0][1][4] == "Q"


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_counts_every_run(threads: int, world: World) -> None:
    done: list[int] = []
    simulate(world, load_scenario("baseline"), runs=4, until="2006Q2", threads=threads, progress=done.append)
    assert done == [1, 2, 3, 4]


def test_an_interruption_stops_the_ensemble(world: World) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    for threads in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            simulate(world, load_scenario("baseline"), runs=50, until="2006Q2", threads=threads, progress=interrupt)


def test_unknown_engine(world: World) -> None:
    with pytest.raises(InputError) as error:
        simulate(world, load_scenario("baseline"), runs=1, engine="numpy")
    assert str(error.value) == 'engine "numpy" is not known; allowed are compiled, mesa'


def test_parameters_for_another_number_of_runs(world: World) -> None:
    with pytest.raises(InputError) as error:
        simulate(world, load_scenario("baseline"), runs=3, parameters=draw_table("point", 2, SEED))
    assert str(error.value) == "parameters: 2 rows given for 3 runs; one row a run is needed"


@pytest.mark.parametrize("label", ["2036Q1", "2005Q4", "2006", ""])
def test_horizon_out_of_range(label: str, world: World) -> None:
    with pytest.raises(InputError):
        simulate(world, load_scenario("baseline"), runs=1, until=label)


def test_sampled_sizes_are_reported(world: World, base: Ensemble) -> None:
    scenario = load_scenario("cjk_fta")
    result = simulate(world, scenario, runs=RUNS, seed=SEED, base=base)
    ranges = scenario.schedule().ranges()
    assert set(result.sizes) == set(ranges) and len(ranges) == 4
    for key, sizes in result.sizes.items():
        assert sizes.tolist() == [lever_sizes(ranges, SEED, run)[key] for run in range(RUNS)]
        assert ranges[key].low <= sizes.min() < sizes.max() <= ranges[key].high
    assert simulate(world, load_scenario("baseline"), runs=2, until="2006Q2").sizes == {}


def test_a_size_is_the_same_in_every_scenario_that_holds_the_lever(world: World) -> None:
    alone = load_scenario("cjk_fta").schedule().ranges()
    joined = load_scenario("cjk_fta+talent_retention+port_consolidation").schedule().ranges()
    assert set(alone) < set(joined)
    for run in range(5):
        sizes = lever_sizes(joined, SEED, run)
        assert lever_sizes(alone, SEED, run) == {key: sizes[key] for key in alone}


def test_agents_of_one_run(world: World, short: Ensemble) -> None:
    """The history of the agents is that of the run: its sums are the run's outputs."""
    frames = agent_history(world, load_scenario("baseline"), 3, short)
    soe, investor = frames["soe"], frames["investor"]
    assert len(soe) == QUARTERS * 2250 and len(investor) == QUARTERS * 400
    last = soe[soe["period"] == SHORT]
    assert last["alive"].sum() == series(short, "soe_number")[3, -1]
    assert last["debt"].sum() == pytest.approx(series(short, "soe_debt")[3, -1], rel=1e-12)
    arrived = investor.groupby("period", sort=True)["arrived_usd"].sum().to_numpy()
    np.testing.assert_allclose(arrived, series(short, "fdi")[3], rtol=1e-12)
    held = investor[investor["period"] == SHORT].groupby("home")["capital"].sum()
    assert held["Japan"] == pytest.approx(series(short, "capital", "origin", "Japan")[3, -1], rel=1e-12)
    assert set(soe["run"]) == set(investor["run"]) == {3}
