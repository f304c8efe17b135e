"""Cost of runs: on one core, by size of the world, by Mesa agents, on threads, in memory."""

from __future__ import annotations

from functools import cache
from statistics import median
from time import thread_time

from benchmarks.measure import Section, child, cost
from simulator.ensemble import simulate
from simulator.model import LiaoningModel
from simulator.parameters import draw_table
from simulator.periods import count_until
from simulator.run import advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import load_scenario
from simulator.schedule import Schedule
from simulator.world import World, load_world

HORIZONS = ("2017Q4", "2035Q4")


@cache
def schedule(until: str) -> Schedule:
    return load_scenario("baseline").schedule(until)


def parts_of_a_run(world: World, until: str, runs: int) -> dict[str, float]:
    """Return the median milliseconds of processor time of each part of a run, over runs of the prior."""
    quarters = count_until(until)
    parameters = draw_table("prior", runs, 1).records()
    plan = schedule(until)
    parts: dict[str, list[float]] = {}
    for run in (0, *range(runs)):
        if run == 0:
            parts = {name: [] for name in ("draws", "policies", "base quarter", "arrays", "quarters")}
        times = [thread_time()]
        draws = draws_of(world, 1, run, quarters)
        times.append(thread_time())
        policies = policies_of(plan, quarters, 1, run)
        times.append(thread_time())
        state = prepare(world, parameters[run : run + 1], draws)
        times.append(thread_time())
        outputs = new_outputs(quarters)
        times.append(thread_time())
        advance(state, policies, draws, 0, quarters, outputs)
        times.append(thread_time())
        for values, start, end in zip(parts.values(), times, times[1:], strict=False):
            values.append(end - start)
    return {name: 1000.0 * median(values) for name, values in parts.items()}


def runs_on_one_core(runs: int) -> Section:
    rows = []
    for until in HORIZONS:
        parts = parts_of_a_run(load_world(), until, runs)
        rest = parts["policies"] + parts["base quarter"] + parts["arrays"]
        total = sum(parts.values())
        rows.append((
            f"2006 to {until[:4]}", total, total - parts["draws"], parts["draws"], rest, parts["quarters"],
            1000.0 * parts["quarters"] / count_until(until), 100.0 * parts["draws"] / total,
        ))  # fmt: skip
    return Section(
        "runs", "A run on one core",
        f"Processor time, ms: median of {runs} runs of the prior. Base quarter: with policies and arrays.",
        ("Horizon", "whole", "without draws", "draws", "base quarter", "quarters", "µs a quarter", "draws, %"),
        tuple(rows),
    )  # fmt: skip


def sizes(runs: int) -> Section:
    rows = []
    for scale in (1.0, 4.0):
        world = load_world(scale)
        parts = parts_of_a_run(world, "2035Q4", runs)
        rows.append((f"x{scale:g}", float(len(world.soes)), float(len(world.investors)), sum(parts.values()),
                     parts["draws"], parts["quarters"]))  # fmt: skip
    return Section(
        "sizes", "Number of agents",
        f"Processor time, ms: a run of 2006-2035 with more enterprises and foreign investors; median of {runs}.",
        ("Agents", "enterprises", "investors", "whole", "draws", "quarters"), tuple(rows),
    )  # fmt: skip


def mesa(quarters: int) -> Section:
    """Step one run by Mesa agents and by the compiled loop; the outputs must be the same bits."""
    world = load_world()
    parameters = draw_table("prior", 1, 1).records()
    draws = draws_of(world, 1, 0, quarters)
    policies = policies_of(schedule("2035Q4"), 120, 1, 0)[:quarters]
    compiled = new_outputs(quarters)
    state = prepare(world, parameters, draws)
    advance(state.copy(), policies, draws, 0, quarters, new_outputs(quarters))
    loop = cost(lambda _: advance(state.copy(), policies, draws, 0, quarters, compiled), 5)
    stepped = new_outputs(quarters)
    model = LiaoningModel.from_state(prepare(world, parameters, draws), policies, draws, stepped)
    model.step()  # compiles what stands between agents and rules
    agents = cost(lambda _: model.step(), quarters - 1)
    for level, values in compiled.items():
        if values.tobytes() != stepped[level].tobytes():
            raise AssertionError(f"Mesa agents and compiled loop differ in {level}")
    per_quarter = loop.cpu / quarters
    row = (float(quarters), 1000.0 * agents.cpu, 1000.0 * per_quarter, agents.cpu / per_quarter)
    return Section(
        "mesa", "Mesa agents",
        "One run, processor time; Mesa: median of quarters after the first; all outputs compared: the same bits.",
        ("Quarters", "Mesa, ms a quarter", "compiled, ms a quarter", "ratio"), (row,),
    )  # fmt: skip


def threads(runs: int, repeats: int) -> Section:
    world, plan = load_world(), schedule("2035Q4")
    table = draw_table("prior", runs, 1)
    rows: list[tuple[float, ...]] = []
    for count in (1, 2):
        used = cost(lambda _, n=count: simulate(world, plan, runs=runs, threads=n, parameters=table), repeats)
        alone = rows[0][1] if rows else used.wall
        rows.append((float(count), used.wall, used.cpu, 1000.0 * used.wall / runs, alone / used.wall))
    return Section(
        "threads", "Threads",
        f"Ensemble of {runs} runs of 2006-2035; median of {repeats}; processor time is that of all threads.",
        ("Threads", "wall, s", "processor, s", "ms a run", "speed-up"), tuple(rows),
    )  # fmt: skip


MEMORY_SCRIPT = """
import resource, sys
from simulator.ensemble import simulate
from simulator.scenario import load_scenario
from simulator.world import load_world
unit = 1 if sys.platform == "darwin" else 1024
runs, keep = int(sys.argv[1]), [int(q) for q in sys.argv[2:]]
world, scenario = load_world(), load_scenario("baseline")
simulate(world, scenario, runs=1, threads=1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
ensemble = simulate(world, scenario, runs=runs, keep=keep)
arrays = sum(values.nbytes for values in ensemble.levels.values())
states = sum(state.nbytes for row in ensemble.states.values() for state in row)
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit, arrays, states)
"""


def memory(runs: int) -> Section:
    rows = []
    for label, keep in (("one scenario", ()), ("states kept for others", ("80",))):
        before, peak, arrays, states = (
            float(x) / 1e6 for x in child(["-c", MEMORY_SCRIPT, str(runs), *keep]).output.split()[-4:]
        )
        rows.append((label, peak, before, arrays, states))
    return Section(
        "memory", "Memory",
        f"Peak of a process with an ensemble of {runs} runs x 120 quarters, all cores, MB; before it: one run.",
        ("Ensemble", "peak", "before it", "results", "states"), tuple(rows),
    )  # fmt: skip

