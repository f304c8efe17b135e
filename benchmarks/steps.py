"""What each step of the quarter costs: the order of ``quarter.py`` compiled once more, with a clock after each step."""

from __future__ import annotations

import ctypes
import inspect
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from benchmarks.engine import schedule
from benchmarks.measure import Section, cost
from simulator.parameters import draw_table
from simulator.periods import count_until
from simulator.quarter import ORDER, Step
from simulator.run import State, advance, draws_of, new_outputs, policies_of, prepare
from simulator.variables import LEVELS
from simulator.world import load_world

ARRAYS = ("cities", "soes", "ports", "investors", "partners", "provinces", "path", "policies", "parameters")
LUCK = ("soe", "act", "place", "leave", "city", "province", "revision", "survey")
OUTPUTS = tuple(f"out_{level}" for level in LEVELS)
WHOLE = {
    "cities": "cities", "ports": "ports", "investors": "investors", "partners": "partners",
    "province": "provinces[0]", "nation": "path[t]", "policy": "policies[t]", "par": "parameters[0]",
    "u": "luck_soe[t, n]", "u_act": "luck_act[t, n]", "u_place": "luck_place[t, n]", "u_exit": "luck_leave[t, n]",
    "city_score": "luck_city[t, n]", "province_score": "luck_province[t]",
    "revision_score": "luck_revision[t]", "survey_score": "luck_survey[t]",
    **{name: f"{name}[t]" for name in OUTPUTS},
}  # fmt: skip
"""What a rule is given for each of its arguments, beside the agent who acts."""
MANY = {"partner": "partners", "city": "cities", "soe": "soes", "port": "ports", "investor": "investors"}


def call(rule: Callable[..., Any], agent: str) -> str:
    """Return the source of a call of one rule by agent number n."""
    own = {agent: f"{MANY[agent]}[n]"} if agent in MANY else {}
    if agent == "soe":
        own["city"] = "cities[soes[n].city]"
    names = inspect.signature(rule).parameters
    return f"{rule.__name__}({', '.join(own.get(name) or WHOLE[name] for name in names)})"


def source() -> str:
    """Return the source of the timed loop.

    ``spent[t, k]`` receives the nanoseconds of step k in quarter t, and in a last column those of nothing.
    """
    arguments = ", ".join((*ARRAYS, *(f"luck_{name}" for name in LUCK), *OUTPUTS, "clock", "spent"))
    lines = [f"def timed({arguments}):", "    for t in range(len(policies)):", "        last = now(clock)"]
    for k, step in enumerate(ORDER):
        lines += [f"        {line}" for line in body(step)]
        lines += ["        moment = now(clock)", f"        spent[t, {k}] = moment - last", "        last = moment"]
    lines += [f"        spent[t, {len(ORDER)}] = now(clock) - last"]
    return "\n".join(lines)


def body(step: Step) -> list[str]:
    calls = [call(rule, step.agent) for rule in step.rules]
    if step.agent == "province":
        return calls
    loop = f"for n in range(len({MANY[step.agent]})):"
    if step.agent != "soe":
        return [loop, *(f"    {line}" for line in calls)]
    lines = [loop, "    if soes[n].alive == 1:", f"        {calls[0]}"]
    return lines if len(calls) == 1 else [*lines, "    else:", f"        {calls[1]}"]


def compiled() -> Callable[..., None]:
    """Compile the timed loop (about a minute: it is not cached)."""
    get_time = ctypes.CDLL(None).clock_gettime
    get_time.argtypes, get_time.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_int
    monotonic = time.CLOCK_MONOTONIC

    @numba.njit
    def now(clock):  # type: ignore[no-untyped-def]
        get_time(monotonic, clock.ctypes.data)
        return clock[0] * 1_000_000_000 + clock[1]

    names: dict[str, Any] = {rule.__name__: rule for step in ORDER for rule in step.rules} | {"now": now}
    exec(source(), names)  # noqa: S102  # our own rules, written out in their order
    return numba.njit(names["timed"])  # type: ignore[no-any-return]


def steps(runs: int, repeats: int) -> tuple[Section, Section]:
    """Time every step; of identical repeats the median counts, so that what else the machine does drops out."""
    world, plan, quarters = load_world(), schedule("2035Q4"), count_until("2035Q4")
    parameters = draw_table("prior", runs, 1).records()
    timed = compiled()
    nanoseconds, plain = [], []
    for run in range(runs):
        draws, policies = draws_of(world, 1, run, quarters), policies_of(plan, quarters, 1, run)
        fresh, outputs = prepare(world, parameters[run : run + 1], draws), new_outputs(quarters)
        states = [fresh.copy() for _ in range(repeats)]
        plain.append(cost(lambda k: advance(states[k], policies, draws, 0, quarters, outputs), repeats).wall)  # noqa: B023
        spent = [_spent(timed, fresh.copy(), policies, draws, outputs) for _ in range(repeats)]
        nanoseconds.append(np.median(spent, axis=0).mean(axis=0))
    mean = np.mean(nanoseconds, axis=0) / 1000.0
    by_step = np.maximum(mean[:-1] - mean[-1], 0.0)
    whole = 1e6 * float(np.mean(plain)) / quarters
    what = (
        f"Loop with a clock after each step: {runs} runs of 2006-2035, each the median of {repeats} identical repeats, "
        f"the clock's own time taken off; outputs equal those of the loop without clock. Sum of steps "
        f"{by_step.sum():.0f}, loop without clock {whole:.0f} µs a quarter."
    )
    share = 100.0 * by_step / by_step.sum()
    headings = list(dict.fromkeys(step.heading for step in ORDER))
    mine = [np.array([step.heading == heading for step in ORDER]) for heading in headings]
    blocks = [(h, float(by_step[m].sum()), float(share[m].sum())) for h, m in zip(headings, mine, strict=True)]
    counts = {"city": len(world.cities), "soe": len(world.soes), "port": len(world.ports),
              "investor": len(world.investors), "partner": len(world.partners), "province": 1}  # fmt: skip
    dearest = [
        (" or ".join(rule.__name__ for rule in step.rules), step.agent, float(by_step[k]), float(share[k]),
         1000.0 * float(by_step[k]) / counts[step.agent])
        for k, step in sorted(enumerate(ORDER), key=lambda item: -by_step[item[0]])
    ]  # fmt: skip
    return (
        Section("blocks", "Parts of the quarter", what, ("Part", "µs a quarter", "%"), tuple(blocks)),
        Section("steps", "Dearest steps", "The same by step; the file has all.",
                ("Step", "agents", "µs a quarter", "%", "ns an agent"), tuple(dearest), shown=12),
    )  # fmt: skip


def _spent(timed: Callable[..., None], state: State, policies: Any, draws: Any, expected: Any) -> Any:
    """Return nanoseconds, shape (quarters, steps), of one run whose outputs must be those of the compiled loop."""
    quarters = len(policies)
    outputs = new_outputs(quarters)
    spent = np.zeros((quarters, len(ORDER) + 1), dtype=np.int64)
    records = (state.cities, state.soes, state.ports, state.investors, state.partners, state.province, state.path)
    luck = (getattr(draws, name) for name in LUCK)
    clock = np.zeros(2, dtype=np.int64)
    timed(*records, policies, state.parameters, *luck, *(outputs[level] for level in LEVELS), clock, spent)
    for level in LEVELS:
        if outputs[level].tobytes() != expected[level].tobytes():
            raise AssertionError(f"the timed loop and the compiled loop differ in {level}")
    return spent
