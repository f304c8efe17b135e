"""How much of the loop are exponentials and the like: their number in a quarter times their cost on this machine.

The rules are counted as ordinary Python (``NUMBA_DISABLE_JIT=1``) in a process of its own.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable
from dataclasses import fields
from time import thread_time
from typing import TypeAlias

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.engine import parts_of_a_run, schedule
from benchmarks.measure import Section, child
from simulator.parameters import draw_table
from simulator.periods import count_until, to_label
from simulator.run import State, advance, draws_of, new_outputs, policies_of, prepare
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
import numpy as np
from simulator.compilation import for_rules
from simulator.run import State, advance, draws_of, new_outputs, policies_of
from simulator.scenario import load_scenario
from simulator.world import load_world
first, last = int(sys.argv[2]), int(sys.argv[3])
draws = draws_of(load_world(), 1, 0, last)
policies = policies_of(load_scenario("baseline").schedule("2035Q4"), last, 1, 0)
state = State(**{name: for_rules(values) for name, values in np.load(sys.argv[4]).items()})
active.append(True)
advance(state, policies, draws, first, last, new_outputs(last))
print(json.dumps({name: seen[name] / (last - first) for name in json.loads(sys.argv[1])}))
"""


Loop: TypeAlias = Callable[[int, Array], float]


def independent(call: Callable[[float], float]) -> Loop:
    """Return a compiled loop of calls of which none needs another."""
    function = numba.njit(call)

    @numba.njit
    def loop(n: int, values: Array) -> float:
        total = 0.0
        for k in range(n):
            total += function(values[k & 1023])
        return total

    return loop  # type: ignore[no-any-return]


def waiting(call: Callable[[float], float]) -> Loop:
    """Return a compiled loop of calls of which each needs the last."""
    function = numba.njit(call)

    @numba.njit
    def loop(n: int, values: Array) -> float:
        x = values[0]
        for _ in range(n):
            x = function(x)
        return x

    return loop  # type: ignore[no-any-return]


LOOPS = {
    "exp": (independent(lambda x: math.exp(x)), waiting(lambda x: math.exp(-x))),
    "log": (independent(lambda x: math.log(x)), waiting(lambda x: math.log(2.0 + x))),
    "log1p": (independent(lambda x: math.log1p(x)), waiting(lambda x: 1.0 + math.log1p(x))),
    "pow": (independent(lambda x: math.pow(x, 0.7)), waiting(lambda x: math.pow(1.0 + x, 0.7))),
    "sqrt": (independent(lambda x: math.sqrt(x)), waiting(lambda x: math.sqrt(1.0 + x))),
}
"""Function -> its cost in a loop of independent calls, and in one where each waits for the last."""


def nanoseconds(loop: Loop, n: int = 2_000_000, repeats: int = 7) -> float:
    """Return the cost of one call in a loop, the least of several, ns."""
    values = np.linspace(0.5, 1.5, 1024)
    if not math.isfinite(loop(1000, values)):
        raise AssertionError("the loop leaves the numbers: what it takes then says nothing of the function")
    times = []
    for _ in range(repeats):
        start = thread_time()
        loop(n, values)
        times.append(thread_time() - start)
    return 1e9 * min(times) / n


MID_RUN = 60
"""Quarter from which calls are counted: by then a part of the enterprises has left."""


def state_in_mid_run() -> State:
    """Return the state of a run of the prior at the start of quarter `MID_RUN`."""
    draws, policies = draws_of(load_world(), 1, 0, MID_RUN), policies_of(schedule("2035Q4"), MID_RUN, 1, 0)
    state = prepare(load_world(), draw_table("prior", 1, 1).records(), draws)
    advance(state, policies, draws, 0, MID_RUN, new_outputs(MID_RUN))
    return state


def calls(quarters: int) -> dict[str, float]:
    """Return how often a quarter calls each function of `LOOPS`, mean of `quarters` from `MID_RUN` on."""
    state = state_in_mid_run()
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/state.npz", **{item.name: getattr(state, item.name) for item in fields(state)})
        names, last = json.dumps(list(LOOPS)), str(MID_RUN + quarters)
        command = ["-c", COUNT_SCRIPT, names, str(MID_RUN), last, f"{folder}/state.npz"]
        output = child(command, {"NUMBA_DISABLE_JIT": "1"}).output
    return {name: float(number) for name, number in json.loads(output.splitlines()[-1]).items()}


def functions(runs: int, quarters: int = 2) -> Section:
    counts = calls(quarters)
    quarter = 1000.0 * parts_of_a_run(load_world(), "2035Q4", runs)["quarters"] / count_until("2035Q4")
    rows = []
    for name, loops in LOOPS.items():
        least, most = (nanoseconds(loop) for loop in loops)
        shares = (0.1 * counts[name] * ns / quarter for ns in (least, most))
        rows.append((name, counts[name], least, most, *shares))
    rows.append(("all", *(sum(row[k] for row in rows) if k in (1, 4, 5) else "" for k in range(1, 6))))
    return Section(
        "functions", "Exponentials, logarithms, powers, roots",
        f"Calls in a quarter (mean of {quarters} from {to_label(MID_RUN)} on) times the cost of one here, independent "
        f"of each other or each waiting for the last; share of {quarter:.0f} µs a quarter.",
        ("Function", "calls a quarter", "ns, independent", "ns, waiting", "%, independent", "%, waiting"), tuple(rows),
    )  # fmt: skip
