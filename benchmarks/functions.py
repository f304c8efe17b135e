"""How much of the loop are exponentials and logarithms: their number in a quarter times their cost on this machine.

The rules are counted as ordinary Python (``NUMBA_DISABLE_JIT=1``) in a process of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from time import perf_counter
from typing import TypeAlias

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.engine import parts_of_a_run
from benchmarks.measure import Section, child
from simulator.periods import count_until
from simulator.world import load_world

Array: TypeAlias = npt.NDArray[np.float64]

COUNT_SCRIPT = """
import json, math, sys
from collections import Counter
seen, active = Counter(), []
def counting(name, function):
    def counted(*arguments):
        if active:
            seen[name] += 1
        return function(*arguments)
    return counted
for name in json.loads(sys.argv[1]):
    setattr(math, name, counting(name, getattr(math, name)))
from simulator.parameters import draw_table
from simulator.run import advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import load_scenario
from simulator.world import load_world
quarters = int(sys.argv[2])
world = load_world()
draws = draws_of(world, 1, 0, quarters)
policies = policies_of(load_scenario("baseline").schedule("2017Q4"), 48, 1, 0)[:quarters]
state = prepare(world, draw_table("point", 1, 1).records(), draws)
active.append(True)
advance(state, policies, draws, 0, quarters, new_outputs(quarters))
print(json.dumps({name: count / quarters for name, count in seen.items()}))
"""


@numba.njit
def _exp_waiting(n: int, values: Array) -> float:
    x = values[0]
    for _ in range(n):
        x = math.exp(-x)
    return x


@numba.njit
def _log_waiting(n: int, values: Array) -> float:
    x = values[0]
    for _ in range(n):
        x = 1.0 + math.log(x)
    return x


@numba.njit
def _exp_apart(n: int, values: Array) -> float:
    total = 0.0
    for k in range(n):
        total += math.exp(values[k & 1023])
    return total


@numba.njit
def _log_apart(n: int, values: Array) -> float:
    total = 0.0
    for k in range(n):
        total += math.log(values[k & 1023])
    return total


def nanoseconds(loop: Callable[[int, Array], float], n: int = 2_000_000, repeats: int = 7) -> float:
    """Return the cost of one call in a loop, the least of several, ns."""
    values = np.linspace(0.5, 1.5, 1024)
    loop(1, values)
    times = []
    for _ in range(repeats):
        start = perf_counter()
        loop(n, values)
        times.append(perf_counter() - start)
    return 1e9 * min(times) / n


LOOPS = {"exp": (_exp_apart, _exp_waiting), "log": (_log_apart, _log_waiting)}


def functions(runs: int, quarters: int = 2) -> Section:
    output = child(["-c", COUNT_SCRIPT, json.dumps(list(LOOPS)), str(quarters)], {"NUMBA_DISABLE_JIT": "1"}).output
    counts = json.loads(output.splitlines()[-1])
    quarter = 1000.0 * parts_of_a_run(load_world(), "2017Q4", runs)["quarters"] / count_until("2017Q4")
    rows = []
    for name, loops in LOOPS.items():
        least, most = (nanoseconds(loop) for loop in loops)
        shares = (0.1 * counts[name] * ns / quarter for ns in (least, most))
        rows.append((name, counts[name], least, most, *shares))
    rows.append(("both", *(sum(row[k] for row in rows) if k in (1, 4, 5) else "" for k in range(1, 6))))
    return Section(
        "functions", "Exponentials and logarithms",
        f"Calls in a quarter (mean of the first {quarters}; roots and powers not counted) times the cost of one "
        f"here, independent of each other or each waiting for the last; share of {quarter:.0f} µs a quarter.",
        ("Function", "calls a quarter", "ns, independent", "ns, waiting", "%, independent", "%, waiting"), tuple(rows),
    )  # fmt: skip
