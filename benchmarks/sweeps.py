"""Sweeps: beside ``mesa.batch_run`` on our own Mesa model, on one and two workers, and what they add to the engine."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from benchmarks.measure import Child, Section, child
from simulator.parameters import draw_table
from simulator.run import advance, draws_of, new_outputs, policies_of, prepare
from simulator.sweep import chunk as chunks
from simulator.sweep.plan import CHUNK, Plan
from simulator.sweep.planning import make_plan
from simulator.sweep.shards import write_shard
from simulator.sweep.spec import Keep, SweepSpec
from simulator.variables import variables
from simulator.world import World, load_world

KEPT = ("gdp_real", "exports", "imports", "fdi", "population", "wage")

BATCH_SCRIPT = """
import hashlib, json, sys
import mesa
import numpy as np
from mesa.batchrunner import batch_run
from simulator.model import LiaoningModel
from simulator.periods import to_index

KEPT = json.loads(sys.argv[1])
runs, until = int(sys.argv[2]), sys.argv[3]

class Batch(LiaoningModel):
    def __init__(self, run, until):
        super().__init__("baseline", parameters="prior", seed=1, run=run, until=until)
        self.last = to_index(until)
        reporters = {name: (lambda model, name=name: model.reported(name)) for name in KEPT}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self):
        super().step()
        self.datacollector.collect(self)
        self.running = self.quarter < self.last

rows = batch_run(
    Batch, {"run": range(runs), "until": until}, number_processes=1, data_collection_period=1, display_progress=False
)
values = np.array([[row[name] for name in KEPT] for row in rows])
print(hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest())
"""

SWEEP_SCRIPT = """
import hashlib, json, sys
from pathlib import Path
import numpy as np
import pyarrow.parquet as pq
from simulator.parameters import draw_table
from simulator.sweep.planning import make_plan
from simulator.sweep.runner import run_sweep
from simulator.sweep.spec import Keep, SweepSpec
from simulator.world import load_world

kept, runs, until = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
folder, threads, keep = Path(sys.argv[4]), int(sys.argv[5]), json.loads(sys.argv[6])
spec = SweepSpec(
    name="benchmark", scenarios=("baseline",), draws=runs, until=until,
    keep=tuple(Keep(level, tuple(names), freq) for level, names, freq in keep),
)
world = load_world()
done = run_sweep(world, make_plan(spec, world, draw_table("prior", runs, 1)), folder, threads=threads)
shards = sorted((folder / "shards").glob("*.parquet"))
if kept:
    rows = pq.read_table(folder / "shards", columns=["draw", *kept]).sort_by("draw")
    values = np.column_stack([rows[name].to_numpy() for name in kept])
    print(hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest())
else:
    print(hashlib.sha256(b"".join(path.read_bytes() for path in shards)).hexdigest())
print(done.seconds)
"""


def sweep(runs: int, until: str, threads: int, keep: Any, compared: bool) -> tuple[Child, str, float]:
    """Run a sweep in a process of its own; return its cost, a hash of its outcomes and the seconds of its runs."""
    with tempfile.TemporaryDirectory() as folder:
        kept = json.dumps(KEPT if compared else [])
        used = child(["-c", SWEEP_SCRIPT, kept, str(runs), until, f"{folder}/out", str(threads), json.dumps(keep)])
    outcome, seconds = used.output.split()[-2:]
    return used, outcome, float(seconds)


def batch(runs: int, many: int, until: str) -> Section:
    """Simulate the same runs by ``mesa.batch_run`` and by a sweep: all kept values must be the same bits."""
    keep = [["province", KEPT, "Q"]]
    mesa = child(["-c", BATCH_SCRIPT, json.dumps(KEPT), str(runs), until])
    own, outcome, _ = sweep(runs, until, 1, keep, compared=True)
    if mesa.output.split()[-1] != outcome:
        raise AssertionError("mesa.batch_run and the sweep differ")
    large, _, _ = sweep(many, until, 1, keep, compared=True)
    rows = tuple(
        (label, float(count), used.wall, used.cpu, 1000.0 * used.cpu / count, used.peak / 1e6,
         (mesa.cpu / runs) / (used.cpu / count))
        for label, count, used in (
            ("mesa.batch_run, one process", runs, mesa), ("sweep, one worker", runs, own),
            ("sweep, one worker", many, large),
        )
    )  # fmt: skip
    return Section(
        "batch", "Beside mesa.batch_run",
        f"Whole processes, start included: baseline, 2006 to {until}, {len(KEPT)} variables of the province quarterly; "
        "values of the first two compared: the same bits.",
        ("Tool", "runs", "wall, s", "processor, s", "processor, ms a run", "peak memory, MB", "ratio"), rows,
    )  # fmt: skip


def workers(runs: int, repeats: int) -> Section:
    """Run the same sweep on one and on two workers, in turn; the shards must be the same bytes."""
    keep = [["province", [v.name for v in variables()["province"] if v.core], "A"]]
    found: dict[int, list[tuple[Child, float]]] = {1: [], 2: []}
    outcomes = set()
    for _ in range(repeats):
        for count in found:
            used, outcome, seconds = sweep(runs, "2035Q4", count, keep, compared=False)
            found[count].append((used, seconds))
            outcomes.add(outcome)
    if len(outcomes) != 1:
        raise AssertionError("shards differ between one worker and two")
    rows = []
    alone = median(seconds for _, seconds in found[1])
    for count, both in found.items():
        seconds = median(one for _, one in both)
        cpu, peak = median(used.cpu for used, _ in both), median(used.peak for used, _ in both)
        rows.append((float(count), seconds, cpu, runs / seconds, peak / 1e6, alone / seconds))
    return Section(
        "workers", "One worker against two",
        f"Sweep of {runs} runs of 2006-2035; wall of the runs, median of {repeats} in turn; shards: the same bytes.",
        ("Workers", "wall, s", "processor of the process, s", "runs a second", "peak memory, MB", "speed-up"),
        tuple(rows),
    )  # fmt: skip


def flat(few: int, many: int) -> Section:
    """Measure the peak memory of a sweep with few and with many runs."""
    keep = [[level, [v.name for v in variables()[level] if v.core or level == "city"], "A"]
            for level in ("province", "city")]  # fmt: skip
    rows = []
    for runs in (few, many):
        used, _, seconds = sweep(runs, "2035Q4", 2, keep, compared=False)
        rows.append((float(runs), used.peak / 1e6, seconds, 1000.0 * seconds / runs))
    return Section(
        "flat", "Memory of a sweep",
        "Peak of a process on two workers, 2006-2035, core variables of the province and all of the cities yearly.",
        ("Runs", "peak memory, MB", "wall, s", "ms a run"), tuple(rows),
    )  # fmt: skip


def overhead(repeats: int) -> Section:
    """Measure what a sweep does beside the engine, and compare the whole with the engine alone."""
    core = tuple(v.name for v in variables()["province"] if v.core)
    province, cities = Keep("province", core, "A"), Keep("city", ("gdp_real", "population", "wage"), "A")
    several = ("baseline", "cjk_fta", "talent_retention", "rd_push")
    cases = (
        ("province, yearly", (province,), several[:1]),
        ("province and 3 of cities, yearly", (province, cities), several[:1]),
        ("province; 4 scenarios that part in the 2020s", (province,), several),
    )
    world = load_world()
    rows = []
    for label, keep, scenarios in cases:
        draws = CHUNK // len(scenarios)
        spec = SweepSpec(name="benchmark", scenarios=scenarios, draws=draws, keep=keep)
        plan = make_plan(spec, world, draw_table("prior", draws, 1))
        simulator = chunks.Simulator(world, plan)
        engine, whole, beside = [], [], []
        for _ in range(repeats + 1):
            engine.append(_cpu(lambda: _engine_alone(world, plan)) / plan.size)  # noqa: B023
            whole.append(_cpu(lambda: _chunk(simulator, plan)) / plan.size)  # noqa: B023
            with _engine_stilled(world, plan):
                beside.append(_cpu(lambda: _chunk(simulator, plan)) / plan.size)  # noqa: B023
        rows.append((label, float(plan.size), min(engine[1:]), median(beside[1:]), min(whole[1:]) / min(engine[1:])))
    return Section(
        "overhead", "What a sweep adds to the engine",
        "Processor time, 2006-2035, one worker, in turn. Engine: luck, policy, base quarter and quarters of each run "
        "by itself. Beside it: a chunk and its shard with an engine that does nothing. Last: the whole chunk over the "
        f"engine, least of {repeats} each.",
        ("Kept", "runs", "engine, ms a run", "beside it, ms a run", "whole over engine"), tuple(rows),
    )  # fmt: skip


def _cpu(action: Callable[[], object]) -> float:
    start = process_time()
    action()
    return 1000.0 * (process_time() - start)


def _chunk(simulator: chunks.Simulator, plan: Plan) -> None:
    """Simulate all units of a plan as one chunk and write its shard."""
    with tempfile.TemporaryDirectory() as folder:
        write_shard(Path(folder), plan, simulator.chunk(np.arange(plan.size)))


def _engine_alone(world: World, plan: Plan) -> None:
    """Simulate every run of a plan by itself and keep nothing."""
    outputs, parameters = new_outputs(plan.quarters), plan.table.records()
    for index in range(plan.size):
        unit = plan.unit(index)
        draws = draws_of(world, plan.spec.seed, unit.replication, plan.quarters)
        policies = policies_of(plan.schedules[unit.scenario], plan.quarters, plan.spec.seed, unit.draw)
        state = prepare(world, parameters[unit.draw : unit.draw + 1], draws)
        advance(state, policies, draws, 0, plan.quarters, outputs)


class _NoState:
    def copy(self) -> _NoState:
        return self


@contextmanager
def _engine_stilled(world: World, plan: Plan) -> Iterator[None]:
    """Let the engine give at once what it gave before."""
    draws = draws_of(world, plan.spec.seed, 0, plan.quarters)
    policies = {id(schedule): policies_of(schedule, plan.quarters, plan.spec.seed, 0) for schedule in plan.schedules}
    still: dict[str, Callable[..., Any]] = {
        "draws_of": lambda *_: draws,
        "prepare": lambda *_: _NoState(),
        "advance": lambda *_, **options: "",
        "lever_sizes": lambda ranges, *_: {key: span.mode for key, span in ranges.items()},
    }
    before = {name: getattr(chunks, name) for name in still}
    policy = chunks.Schedule.policy
    for name, function in still.items():
        setattr(chunks, name, function)
    chunks.Schedule.policy = lambda self, *_: policies[id(self)]  # type: ignore[method-assign]
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(chunks, name, function)
        chunks.Schedule.policy = policy  # type: ignore[method-assign]
