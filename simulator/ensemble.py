"""Many runs of one scenario: over luck and over parameter draws, on threads, by either engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.draws import lever_sizes
from simulator.errors import InputError
from simulator.parameters import ParameterTable, draw_table, table_of
from simulator.periods import labels, to_index
from simulator.records import CITIES, GROUPS, HOMES, INVESTOR_TYPES
from simulator.run import State, advance, draws_of, new_outputs, not_finite, policies_of, prepare
from simulator.scenario import Scenario
from simulator.schedule import Schedule, first_difference
from simulator.variables import ENTITIES, LEVELS, output_type, variables
from simulator.world import World

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]

ENGINES: Final = ("compiled", "mesa")


@dataclass(frozen=True)
class Ensemble:
    """Results of the runs of one scenario.

    Attributes
    ----------
    scenario : str
    schedule : Schedule
    quarters, runs, seed : int
    engine : {"compiled", "mesa"}
    levels : dict of str to ndarray, shape (runs, quarters, entities, variables)
        Per level of ``variables.toml``; NaN in failed runs.
    parameters : ParameterTable
        Row i belongs to row i of the levels.
    sizes : dict of str to ndarray, shape (runs,)
        Sampled size of each sampled lever.
    failures : tuple of (run, message)
    states : dict of int to list of State
        States kept at the start of a quarter, one per run, from which other scenarios branch.
    first_run : int
        Luck of the first row; row i of everything here is run ``first_run + i`` of the whole ensemble.
    """

    scenario: str
    schedule: Schedule
    quarters: int
    runs: int
    seed: int
    engine: str
    levels: dict[str, FloatArray]
    parameters: ParameterTable
    sizes: dict[str, FloatArray]
    failures: tuple[tuple[int, str], ...] = ()
    states: Mapping[int, Sequence[State | None]] = field(default_factory=dict, repr=False, compare=False)
    first_run: int = 0


@dataclass(frozen=True)
class _Job:
    """What every run of an ensemble shares."""

    world: World
    schedule: Schedule
    quarters: int
    seed: int
    engine: str
    parameters: np.ndarray[Any, np.dtype[Any]]
    drawn: Sequence[Mapping[str, float]]
    levels: dict[str, FloatArray]
    check: bool
    keep: tuple[int, ...]
    base: Ensemble | None
    branch: int
    first_run: int


def simulate(
    world: World,
    scenario: Scenario | Schedule,
    *,
    runs: int = 200,
    seed: int = 1,
    until: str = "2035Q4",
    engine: str = "compiled",
    threads: int | None = None,
    parameters: ParameterTable | None = None,
    check: bool = False,
    base: Ensemble | None = None,
    keep: Sequence[int] = (),
    progress: Callable[[int], None] | None = None,
    first_run: int = 0,
) -> Ensemble:
    """Simulate an ensemble; run i has luck i and parameter row i, whatever the engine, threads or order.

    With ``first_run`` it is a part of a larger ensemble: its row i is run ``first_run + i`` of the whole, and it takes
    the parameter rows of these runs alone. Parts put together are the same bits as the whole.

    Parameters
    ----------
    world : World
    scenario : Scenario or Schedule
    runs, seed, until : int, int, str
    engine : {"compiled", "mesa"}
        Both give the same bits.
    threads : int, optional
        Default: all processors. The Mesa engine uses one.
    parameters : ParameterTable, optional
        Default: the prior.
    check : bool
        Test the invariants in every quarter; a run that breaks one is a failure.
    base : Ensemble, optional
        An ensemble of the same runs, seed and parameters. Where it kept the state of the first quarter in which the two
        scenarios can differ, runs branch there: the same bits in less time.
    keep : sequence of int
        Quarters at whose start the states are kept for others to branch from.
    progress : callable, optional
        Called with the number of runs done. What it raises stops the ensemble.
    first_run : int
        Luck of the first run; `base` must begin with the same.

    Raises
    ------
    InputError
        Unknown engine, parameters for another number of runs, states to keep beyond the horizon, or a negative first
        run.
    """
    if engine not in ENGINES:
        raise InputError(f'engine "{engine}" is not known; allowed are {", ".join(ENGINES)}')
    if first_run < 0:
        raise InputError(f"first_run: {first_run} is negative; the first run of an ensemble is 0")
    schedule = scenario if isinstance(scenario, Schedule) else scenario.schedule(until)
    name = "scenario" if isinstance(scenario, Schedule) else scenario.name
    quarters = to_index(until) + 1
    table = parameters if parameters is not None else _rows(draw_table("prior", first_run + runs, seed), first_run)
    if any(not 0 <= q <= quarters for q in keep):
        raise InputError(f"keep: {tuple(keep)} holds a quarter outside 0 to {quarters}")
    if len(table.values) != runs:
        raise InputError(f"parameters: {len(table.values)} rows given for {runs} runs; one row a run is needed")
    levels = {
        level: np.full((runs, quarters, len(ENTITIES[level]), len(variables()[level])), np.nan) for level in LEVELS
    }
    source, branch = _branch(base, schedule, quarters, (first_run, runs), seed, table, engine)
    ranges = schedule.ranges()
    drawn = [lever_sizes(ranges, seed, first_run + run) for run in range(runs)]
    stops = tuple(sorted(keep))
    job = _Job(
        world, schedule, quarters, seed, engine, table.records(), drawn, levels, check, stops, source, branch,
        first_run,
    )  # fmt: skip
    kept: dict[int, list[State | None]] = {q: [None] * runs for q in job.keep}
    failures: list[tuple[int, str]] = []

    def finish(run: int, outcome: tuple[str, dict[int, State]], done: int) -> None:
        message, states = outcome
        if message:
            failures.append((run, message))
            for values in levels.values():
                values[run] = np.nan
        for q, state in states.items():
            kept[q][run] = state
        if progress is not None:
            progress(done)

    workers = 1 if engine == "mesa" else max(1, threads or os.cpu_count() or 1)
    if workers == 1:
        for run in range(runs):
            finish(run, _one_run(job, run), run + 1)
    else:
        with ThreadPoolExecutor(workers) as pool:
            pending: dict[Future[tuple[str, dict[int, State]]], int] = {
                pool.submit(_one_run, job, run): run for run in range(runs)
            }
            try:
                for done, future in enumerate(as_completed(pending), start=1):
                    finish(pending[future], future.result(), done)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    sizes = {key: np.array([row[key] for row in drawn]) for key in sorted(ranges)}
    return Ensemble(
        name, schedule, quarters, runs, seed, engine, levels, table, sizes, tuple(sorted(failures)), kept,
        first_run,
    )  # fmt: skip


def _rows(table: ParameterTable, first: int) -> ParameterTable:
    return table_of(table.kind, table.values[first:], table.calibration) if first else table


def _branch(
    base: Ensemble | None,
    schedule: Schedule,
    quarters: int,
    runs: tuple[int, int],
    seed: int,
    table: ParameterTable,
    engine: str,
) -> tuple[Ensemble | None, int]:
    """Return the base ensemble and the latest quarter at which runs may branch from it, or (None, 0).

    `runs` are the first one and their number.
    """
    if base is None or engine != "compiled" or base.engine != "compiled":
        return None, 0
    same = ((base.first_run, base.runs), base.seed, base.parameters.hash) == (runs, seed, table.hash)
    if not same or base.quarters < quarters:
        return None, 0
    differs = first_difference(base.schedule, schedule, quarters)
    limit = quarters if differs is None else differs
    usable = [q for q in base.states if q <= limit and all(state is not None for state in base.states[q])]
    return (base, max(usable)) if usable else (None, 0)


def _one_run(job: _Job, run: int) -> tuple[str, dict[int, State]]:
    """Simulate one run; arithmetic that cannot be done is a failure of this run, not of the ensemble."""
    try:
        return _simulate_run(job, run)
    except (ArithmeticError, ValueError) as error:
        return f"{type(error).__name__}: {error}", {}


def _simulate_run(job: _Job, run: int) -> tuple[str, dict[int, State]]:
    """Simulate one run into its rows of the levels; return a failure message (or nothing) and the states kept."""
    outputs = {
        level: values[run].view(output_type(level))[..., 0] for level, values in job.levels.items()
    }
    policies = job.schedule.policy(job.quarters, job.drawn[run])
    first = job.branch if job.base is not None else 0
    draws = draws_of(job.world, job.seed, job.first_run + run, job.quarters, first)
    states: dict[int, State] = {}
    if job.engine == "mesa":
        from simulator.model import run_mesa

        message = run_mesa(job.world, policies, job.parameters[run : run + 1], draws, outputs, job.check)
        return message or not_finite(outputs), states
    if job.base is not None:
        origin = job.base.states[first][run]
        assert origin is not None
        state = origin.copy()
        for level, values in job.levels.items():
            values[run, :first] = job.base.levels[level][run, :first]
    else:
        state = prepare(job.world, job.parameters[run : run + 1], draws)
        if 0 in job.keep:
            states[0] = state.copy()
    for stop in (*(q for q in job.keep if q > first), job.quarters):
        message = advance(state, policies, draws, first, min(stop, job.quarters), outputs, check=job.check)
        if message:
            return message, states
        first = min(stop, job.quarters)
        if stop in job.keep:
            states[stop] = state.copy()
    return not_finite(outputs), states


def agent_history(world: World, scenario: Scenario | Schedule, run: int, like: Ensemble) -> dict[str, pd.DataFrame]:
    """Return every enterprise and investor of one run in every quarter.

    Parameters
    ----------
    run : int
        Which row of `like`, which also gives seed, parameters and horizon.

    Returns
    -------
    dict
        ``soe`` and ``investor`` -> DataFrame, one row an agent and quarter; units as in ``records.py``.
    """
    import pandas as pd

    schedule = scenario if isinstance(scenario, Schedule) else scenario.schedule(labels(like.quarters)[-1])
    draws = draws_of(world, like.seed, like.first_run + run, like.quarters)
    policies = policies_of(schedule, like.quarters, like.seed, like.first_run + run)
    state = prepare(world, like.parameters.records()[run : run + 1], draws)
    outputs = new_outputs(like.quarters)
    soe_fields = ("alive", "zombie", "capital", "debt", "labour", "output", "utilisation", "profit", "coverage")
    investor_fields = ("location", "stages_left", "arrived_usd", "return_a")
    history: dict[str, list[Any]] = {f: [] for f in (*soe_fields, *investor_fields, "investor_capital")}
    for t in range(like.quarters):
        advance(state, policies, draws, t, t + 1, outputs)
        for name in soe_fields:
            history[name].append(np.asarray(state.soes[name]).copy())
        for name in investor_fields:
            history[name].append(np.asarray(state.investors[name]).copy())
        history["investor_capital"].append(np.asarray(state.investors["capital"]).sum(axis=1))
    periods = labels(like.quarters)

    def frame(count: int, fixed: dict[str, Any], names: Sequence[str]) -> pd.DataFrame:
        columns: dict[str, Any] = {"run": run, "period": np.repeat(periods, count)}
        columns["agent"] = np.tile(np.arange(count), len(periods))
        columns |= {name: np.tile(values, len(periods)) for name, values in fixed.items()}
        columns |= {name.removeprefix("investor_"): np.concatenate(history[name]) for name in names}
        return pd.DataFrame(columns)

    soes, investors = world.soes, world.investors
    place = np.array([*CITIES, ""])
    result = {
        "soe": frame(
            len(soes),
            {"city": np.array(CITIES)[soes["city"]], "group": np.array(GROUPS)[soes["group"]]},
            soe_fields,
        ),
        "investor": frame(
            len(investors),
            {"home": np.array(HOMES)[investors["home"]], "type": np.array(INVESTOR_TYPES)[investors["type"]]},
            (*investor_fields, "investor_capital"),
        ),
    }
    busy = result["investor"]["stages_left"].to_numpy() > 0
    result["investor"]["location"] = place[np.where(busy, result["investor"]["location"].to_numpy(), -1)]
    return result
