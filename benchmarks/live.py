"""Cost of what-if answers: branching from the shared baseline against whole runs, seconds until pictures, memory."""

from __future__ import annotations

import os
import time
from functools import cache
from statistics import median

from benchmarks.measure import Section
from simulator.ensemble import simulate
from simulator.scenario import load_scenario
from viz.live.answers import Live
from viz.live.figures import figures_of

SCENARIO = "cjk_fta"
"""Begins in 2026, like all shipped policies."""
EARLY = "no_financing_curb"
"""Differs in 2014, so nothing can be taken from the baseline."""


@cache
def engine(goals: tuple[int, int, int]) -> Live:
    """Return an engine whose baseline is there."""
    live = Live(jobs=1, threads=os.cpu_count() or 1, goals=goals)
    live.base.start()
    live.base.wait(goals[-1], live.ticket(), lambda status: None)
    return live


def branching(runs: int, repeats: int) -> Section:
    """Compare the processor time of runs that branch with that of whole ones, in turn."""
    live = engine((runs, runs, runs))
    base, scenario = live.base.part(0, runs), load_scenario(SCENARIO)
    times: dict[str, list[float]] = {"branched": [], "whole": [], "figures": []}
    for _ in range(repeats):
        for name in ("branched", "whole"):
            start = time.process_time()
            part = simulate(
                live.base.world, scenario, runs=runs, parameters=base.parameters, threads=1,
                base=base if name == "branched" else None,
            )  # fmt: skip
            times[name].append(time.process_time() - start)
        start = time.process_time()
        figures_of(part, SCENARIO)
        times["figures"].append(time.process_time() - start)
    branched, whole, figures = (1000.0 * median(found) / runs for found in times.values())
    return Section(
        "branching", "What-if runs that branch from the baseline",
        f"Processor time, ms a run: {SCENARIO} from 2026 on against from 2006 on; median of {repeats} of {runs} runs.",
        ("Runs", "branched", "whole", "whole : branched", "their figures"),
        ((f"{runs} runs", branched, whole, whole / branched, figures),),
    )  # fmt: skip


def pictures(goals: tuple[int, int, int], repeats: int) -> Section:
    """Measure the seconds from a question to its answers, and what is kept for all users."""
    live = engine(goals)
    rows = []
    for name in (SCENARIO, EARLY):
        scenario = load_scenario(name)
        found = [[(a.runs, a.seconds) for a in live.answers(scenario, live.ticket())] for _ in range(repeats)]
        first, last = found[0], found[-1]
        seconds = [median(answers[i][1] for answers in found) for i in range(min(map(len, found)))]
        rows.append((name, float(first[0][0]), seconds[0], seconds[1] if len(last) > 2 else seconds[0], seconds[-1],
                     live.base.nbytes / 1e6))  # fmt: skip
    return Section(
        "pictures", "What-if answers",
        f"Seconds from the question to the first picture, to {goals[1]} and to {goals[2]} runs,"
        f" {os.cpu_count()} threads, median of {repeats}; the baseline that all users share, MB.",
        ("Scenario", "first runs", "first", f"{goals[1]} runs", f"{goals[2]} runs", "baseline, MB"), tuple(rows),
    )  # fmt: skip
