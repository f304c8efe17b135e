"""Chunks: sharing what policies have in common changes no bit, a run has its own luck, a failure costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import run as runs
from simulator.ensemble import simulate
from simulator.parameters import names, record_type, table_of
from simulator.statistics import annualise
from simulator.sweep import chunk as chunks
from simulator.sweep.chunk import STAGES, Chunk, Failure, Simulator, StoppedError
from simulator.sweep.plan import Plan
from simulator.variables import variables
from simulator.world import World
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import REFORM, everything, grid, make, sweep_text, write_scenario

LEVELS = ("province", "city", "partner")
KEEP = "keep = [" + ", ".join(f'{{level="{k}", variables="all", freq="{f}"}}' for k in LEVELS for f in "AQ") + "]"
FAMILY = "baseline subsidy more later reform same"
"""Policies part in 2006Q2, 2006Q4, 2007Q1 and 2007Q3; the last two are the same."""


@pytest.fixture(scope="module")
def family(plan: Maker) -> Plan:
    return plan(sweep_text("runs = 3", KEEP, scenarios=FAMILY), check=True)


@pytest.fixture(scope="module")
def whole(world: World, family: Plan) -> Chunk:
    """Return all runs of the family, simulated together."""
    return simulated(world, family)


def simulated(world: World, plan: Plan, units: Sequence[int] | None = None) -> Chunk:
    return Simulator(world, plan).chunk(everything(plan) if units is None else np.array(units, dtype=np.int64))


def stored(values: np.ndarray[Any, Any], level: str, freq: str) -> np.ndarray[Any, Any]:
    """Return quarterly values of all variables of a level as a results folder holds them."""
    rounded = values if level == "province" else values.astype(np.float32).astype(np.float64)
    return annualise(rounded, level) if freq == "A" else rounded


def same_bits(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


# Sharing


@pytest.mark.parametrize("scenario", range(len(FAMILY.split())))
def test_scenarios_together_give_the_bits_of_each_alone(
    scenario: int, world: World, family: Plan, whole: Chunk
) -> None:
    alone = simulate(
        world, family.scenarios[scenario], runs=3, until="2007Q4", parameters=family.table, threads=1, check=True
    )
    assert not alone.failures and not whole.failures
    mine = [row for row, index in enumerate(whole.units) if family.unit(index).scenario == scenario]
    assert [family.unit(whole.units[row]).draw for row in mine] == [0, 1, 2]
    for level in LEVELS:
        for freq in ("A", "Q"):
            assert same_bits(whole.values[level, freq][mine], stored(alone.levels[level], level, freq)), (level, freq)


def test_the_scenarios_of_these_tests_differ(family: Plan, whole: Chunk) -> None:
    first = whole.values["province", "Q"][: len(family.scenarios)]
    assert len({run.tobytes() for run in first}) == len(family.scenarios) - 1
    assert first[4].tobytes() == first[5].tobytes()


def test_a_part_of_the_variables_has_the_bits_that_all_have(world: World, plan: Maker, whole: Chunk) -> None:
    names = [v.name for v in variables()["province"] if v.annual == "ratio_of_sums"][-2:]
    assert names  # years of such a variable are made of two others
    found = simulated(world, plan(sweep_text(
        "runs = 3", f'keep = [{{level="province", variables={names}}}]'.replace("'", '"'), scenarios=FAMILY
    ), check=True))  # fmt: skip
    places = [[v.name for v in variables()["province"]].index(name) for name in names]
    assert same_bits(found.values["province", "A"], np.ascontiguousarray(whole.values["province", "A"][..., places]))


def test_common_quarters_are_simulated_once(world: World, family: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    quarters = []

    def counted(*words: Any, **options: Any) -> str:
        quarters.append(words[4] - words[3])
        return runs.advance(*words, **options)

    monkeypatch.setattr(chunks, "advance", counted)
    simulated(world, family, range(len(family.scenarios)))
    # to 2006Q2; baseline and reform to 2006Q4, then each to the end; the three with the subsidy to 2007Q1;
    # "more" from there; the other two to 2007Q3, then each to the end
    assert sorted(quarters) == sorted([1, 2, 5, 5, 3, 4, 2, 2, 2])


def test_luck_is_drawn_once_for_all_runs_that_have_it(
    world: World, plan: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def counted(world: World, seed: int, run: int, quarters: int) -> Any:
        drawn.append((seed, run))
        return runs.draws_of(world, seed, run, quarters)

    monkeypatch.setattr(chunks, "draws_of", counted)
    simulated(world, plan(sweep_text("seed = 5", "draws = 3", "replications = 2", until="2006Q4")))
    assert drawn == [(5, 0), (5, 1)]


# What each run is made of


def alone(world: World, plan: Plan, row: Any, luck: int, schedule: Any, draw: int) -> np.ndarray[Any, Any]:
    """Return the quarterly province of one run that is put together by hand, shape (quarters, 1, variables)."""
    seed, quarters = plan.spec.seed, plan.quarters
    record = np.ascontiguousarray(row[None, :]).view(record_type())[:, 0]
    luck_of_run = runs.draws_of(world, seed, luck, quarters)
    outputs = runs.new_outputs(quarters)
    state = runs.prepare(world, record, luck_of_run)
    policies = runs.policies_of(schedule, quarters, seed, draw)
    assert runs.advance(state, policies, luck_of_run, 0, quarters, outputs, check=True) == ""
    return np.ascontiguousarray(outputs["province"]).view(np.float64).reshape(quarters, 1, -1)


QUARTERLY = 'keep = [{level="province", variables="all", freq="Q"}]'


def test_a_replication_has_its_luck_in_every_draw_and_a_draw_its_parameters_and_sizes_in_every_replication(
    world: World, plan: Maker
) -> None:
    found = plan(sweep_text("seed = 9", "draws = 2", "replications = 3", QUARTERLY))
    values = simulated(world, found).values["province", "Q"]
    assert len({run.tobytes() for run in values}) == found.size == 12
    for index in range(found.size):
        scenario, _, draw, luck = found.unit(index)
        schedule = found.scenarios[scenario].schedule("2007Q4")
        assert schedule.ranges() or scenario == 0
        assert same_bits(values[index], alone(world, found, found.table.values[draw], luck, schedule, draw))


def test_a_point_has_the_size_of_its_lever_and_no_other_luck(world: World, plan: Maker, tmp_path: Path) -> None:
    two = ("draws = 2", "replications = 2")
    found = plan(sweep_text(*two, QUARTERLY, scenarios="baseline reform", design=grid([0.05, 0.15])))
    values = simulated(world, found).values["province", "Q"]
    anshan = REFORM.format(city="Anshan", start="2006Q4", size=0.3)
    schedules = []
    for size in found.design.values[:, 0]:
        write_scenario(tmp_path, "byhand", anshan, REFORM.format(city="Fushun", start="2006Q3", size=size))
        by_hand = make(world, tmp_path, sweep_text("runs = 1", scenarios="byhand"))
        schedules.append(by_hand.scenarios[0].schedule("2007Q4"))
    for index in range(found.size):
        scenario, point, draw, luck = found.unit(index)
        schedule = schedules[point] if scenario else found.scenarios[0].schedule("2007Q4")
        assert same_bits(values[index], alone(world, found, found.table.values[draw], luck, schedule, draw))


def test_a_point_has_its_parameter_in_every_scenario(world: World, plan: Maker) -> None:
    found = plan(sweep_text("draws = 1", "replications = 2", QUARTERLY, design=grid(parameters=[0.25, 0.38])))
    values = simulated(world, found).values["province", "Q"]
    assert len({run.tobytes() for run in values}) == found.size == 8
    for index in range(found.size):
        scenario, point, draw, luck = found.unit(index)
        row = found.table.values[draw].copy()
        row[list(names()).index("content_exports")] = [0.25, 0.38][point]
        schedule = found.scenarios[scenario].schedule("2007Q4")
        assert same_bits(values[index], alone(world, found, row, luck, schedule, draw))


def test_runs_have_the_bits_that_they_have_in_any_other_company(world: World, family: Plan, whole: Chunk) -> None:
    for units in ([0, 3, 8, 17], [4], [13, 14, 15]):
        part = simulated(world, family, units)
        assert part.units.tolist() == units
        for block, values in part.values.items():
            assert same_bits(values, whole.values[block][units]), block


def test_a_simulator_remembers_nothing_of_the_chunk_before(world: World, family: Plan, whole: Chunk) -> None:
    simulator = Simulator(world, family)
    simulator.chunk(np.array([12, 13, 14, 15, 16, 17]))
    again = simulator.chunk(everything(family))
    assert all(same_bits(values, whole.values[block]) for block, values in again.values.items())


# Failures


def fails_for(function: Callable[..., Any], when: Callable[..., bool], what: Exception | str) -> Callable[..., Any]:
    """Return a function that does its work and then fails, by an exception or by a message, on some arguments."""

    def failing(*words: Any, **options: Any) -> Any:
        result = function(*words, **options)
        if not when(*words):
            return result
        if isinstance(what, Exception):
            raise what
        return what

    return failing


def failed_and_others(world: World, plan: Plan, whole: Chunk) -> Chunk:
    """Return what comes out, after a check that the runs without a failure are as they should be."""
    found = simulated(world, plan)
    failed = [failure.unit for failure in found.failures]
    assert failed and found.done.tolist() == [index for index in range(plan.size) if index not in failed]
    for block, values in found.values.items():
        assert same_bits(values, whole.values[block][found.done]), block
    return found


def test_an_exception_while_a_policy_is_made_is_a_failure_of_its_run(
    world: World, family: Plan, whole: Chunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Plan, "schedule", fails_for(Plan.schedule, lambda plan, unit: unit.scenario == 2, ValueError("too\nlarge"))
    )
    found = failed_and_others(world, family, whole)
    assert found.failures == tuple(Failure(unit, STAGES[0], "ValueError: too large") for unit in (2, 8, 14))


def test_an_exception_in_the_base_quarter_is_a_failure_of_all_runs_that_share_it(
    world: World, family: Plan, whole: Chunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = runs.draws_of(world, 1, 1, 8).city.tobytes()
    when = lambda world, parameters, draws: draws.city.tobytes() == wrong  # noqa: E731
    monkeypatch.setattr(chunks, "prepare", fails_for(runs.prepare, when, ZeroDivisionError("division by zero")))
    found = failed_and_others(world, family, whole)
    assert {failure.unit for failure in found.failures} == set(range(6, 12))
    assert {failure[1:] for failure in found.failures} == {(STAGES[1], "ZeroDivisionError: division by zero")}


@pytest.mark.parametrize("what", [FloatingPointError("overflow"), "2007Q1: population of Fuxin is negative"])
def test_a_failure_on_the_way_is_one_of_all_runs_that_go_that_way(
    what: Exception | str, world: World, family: Plan, whole: Chunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 2007Q1 on two runs go together; their brothers started from the same state."""

    def when(state: Any, policies: Any, draws: Any, first: int, last: int, *_: Any) -> bool:
        return (first, last) == (4, 6)

    monkeypatch.setattr(chunks, "advance", fails_for(runs.advance, when, what))
    found = failed_and_others(world, family, whole)
    message = what if isinstance(what, str) else "FloatingPointError: overflow"
    assert found.failures == tuple(Failure(u, STAGES[2], message) for u in (1, 3, 7, 9, 13, 15))


@pytest.mark.parametrize(
    ("parameter", "value", "check", "stage", "message"),
    [
        ("capital_share", -50.0, True, 2, "2006Q1: a stock is negative"),
        ("export_commodity_steel", 1e6, False, 3, "2006Q2: exports is not a finite number"),
        ("value_of_day", -50.0, False, 1, "ZeroDivisionError: division by zero"),
        ("frontier_gap", 1e6, False, 2, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_run_that_the_model_cannot_do_is_a_failure_that_says_why(
    parameter: str, value: float, check: bool, stage: int, message: str, world: World, family: Plan, whole: Chunk
) -> None:
    rows = family.table.values.copy()
    rows[1, list(names()).index(parameter)] = value
    found = failed_and_others(world, replace(family, table=table_of("prior", rows), check=check), whole)
    assert found.failures == tuple(Failure(unit, STAGES[stage], message) for unit in range(6, 12))


def test_an_exception_while_outcomes_are_taken_is_a_failure_of_its_run(
    world: World, family: Plan, whole: Chunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(outputs: object) -> str:
        raise RuntimeError("no figures")

    monkeypatch.setattr(chunks, "not_finite", broken)
    rows = family.table.values.copy()
    rows[1, list(names()).index("export_commodity_steel")] = 1e6
    found = failed_and_others(world, replace(family, table=table_of("prior", rows), check=False), whole)
    assert found.failures == tuple(Failure(unit, STAGES[3], "RuntimeError: no figures") for unit in range(6, 12))


def test_a_chunk_in_which_all_fail_has_no_values(world: World, family: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "prepare", fails_for(runs.prepare, lambda *_: True, KeyError("x")))
    found = simulated(world, family)
    assert len(found.failures) == family.size and len(found.done) == 0
    assert {failure[1:] for failure in found.failures} == {(STAGES[1], "KeyError: 'x'")}
    assert found.values["city", "A"].shape == (0, 2, 14, len(variables()["city"]))


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError()])
@pytest.mark.parametrize("stage", ["schedule", "prepare", "advance"])
def test_a_machine_without_room_is_no_failure_of_a_run(
    stage: str, error: Exception, world: World, family: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    if stage == "schedule":
        monkeypatch.setattr(Plan, "schedule", fails_for(Plan.schedule, lambda *_: True, error))
    else:
        monkeypatch.setattr(chunks, stage, fails_for(getattr(runs, stage), lambda *_: True, error))
    with pytest.raises(type(error)):
        simulated(world, family)


# On the way


def test_progress_counts_every_run_and_every_failure_once(
    world: World, family: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Plan, "schedule", fails_for(Plan.schedule, lambda plan, unit: unit.scenario == 2, ValueError("x"))
    )
    told: list[tuple[int, int]] = []
    Simulator(world, family, lambda units, failures: told.append((units, failures))).chunk(everything(family))
    assert told == [(6, 1)] * 3


def test_a_chunk_that_is_stopped_is_not_finished(world: World, family: Plan) -> None:
    told: list[int] = []
    simulator = Simulator(world, family, lambda units, failures: told.append(units), lambda: len(told) == 2)
    with pytest.raises(StoppedError):
        simulator.chunk(everything(family))
    assert told == [6, 6]
