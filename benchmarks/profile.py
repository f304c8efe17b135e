"""Where the time of a run goes: draws, preparation, functions such as exponentials, fetching records, the rest.

Every share but the last is measured by itself and set against the whole; the rest is what remains.
"""

from __future__ import annotations

from statistics import median
from time import thread_time
from typing import Any, Final, TypeAlias

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.engine import parts_of_a_run
from benchmarks.functions import LOOPS, calls, nanoseconds, state_in_mid_run
from benchmarks.measure import Section
from simulator.periods import count_until
from simulator.quarter import ORDER, access
from simulator.run import Records
from simulator.world import load_world

Words: TypeAlias = npt.NDArray[np.int64]

UNTIL: Final = "2035Q4"
LINE: Final = 8
"""Words (8 bytes) that memory hands over at a time."""
KINDS: Final = ("city", "soe", "port", "investor", "partner")


@numba.njit
def touch(
    quarters: int, cities: Any, soes: Any, ports: Any, investors: Any, partners: Any, steps: Any, lines: Any
) -> None:
    """Fetch the lines of memory that the steps of a quarter use, with no more work than a change of sign in each.

    `steps`: a row a step: kind of agent, number, words a record, and which of `lines` of a record it uses, from and to.
    """
    for _ in range(quarters):
        for row in range(len(steps)):
            kind, number, width, start, end = steps[row]
            words = cities
            if kind == 1:
                words = soes
            elif kind == 2:
                words = ports
            elif kind == 3:
                words = investors
            elif kind == 4:
                words = partners
            for n in range(number):
                for place in range(start, end):
                    word = n * width + LINE * lines[place]
                    words[word] = -words[word]


def lines_of_steps(records: dict[str, Records]) -> tuple[Words, Words]:
    """Return `steps` and `lines` of `touch`: for each step where the fields of its own agents lie that it uses."""
    steps: list[tuple[int, ...]] = []
    lines: list[int] = []
    for step in ORDER:
        if step.agent not in KINDS:
            continue
        values = records[step.agent]
        fields: Any = values.dtype.fields or {}
        own: set[int] = set()
        for used in (access(rule.__name__) for rule in step.rules):
            for kind, place, *_ in (fields[name] for agent, name in used.reads | used.writes if agent == step.agent):
                own |= set(range(place // (8 * LINE), (place + kind.itemsize - 1) // (8 * LINE) + 1))
        start = len(lines)
        lines += sorted(own)
        steps.append((KINDS.index(step.agent), len(values), values.dtype.itemsize // 8, start, len(lines)))
    return np.array(steps, dtype=np.int64), np.array(lines, dtype=np.int64)


def records_microseconds(repeats: int, quarters: int = 20) -> float:
    """Return what `touch` costs a quarter, median; enterprises out of business are passed over as well."""
    state = state_in_mid_run()
    arrays = (state.cities, state.soes, state.ports, state.investors, state.partners)
    steps, lines = lines_of_steps(dict(zip(KINDS, arrays, strict=True)))
    words = [values.view(np.int64) for values in arrays]
    touch(1, *words, steps, lines)
    times = []
    for _ in range(repeats):
        start = thread_time()
        touch(quarters, *words, steps, lines)
        times.append(thread_time() - start)
    return 1e6 * median(times) / quarters


def profile(runs: int, quarters: int = 2) -> Section:
    parts = parts_of_a_run(load_world(), UNTIL, runs)
    counts = calls(quarters)
    by_function = {name: 1e-6 * count_until(UNTIL) * counts[name] * nanoseconds(loops[0])
                   for name, loops in LOOPS.items()}  # fmt: skip
    records = 1e-3 * count_until(UNTIL) * records_microseconds(repeats=5 * runs)
    rows = [
        ("draws", parts["draws"]),
        ("policies, base quarter, arrays", parts["policies"] + parts["base quarter"] + parts["arrays"]),
        ("quarters: exponentials", by_function["exp"]),
        ("quarters: logarithms", by_function["log"] + by_function["log1p"]),
        ("quarters: powers and roots", by_function["pow"] + by_function["sqrt"]),
        ("quarters: records fetched from memory", records),
    ]
    whole = sum(parts.values())
    rows.append(("quarters: rest (arithmetic, loads, branches, waiting)", whole - sum(ms for _, ms in rows)))
    return Section(
        "profile", "Where a run goes",
        f"2006 to {UNTIL[:4]}, processor time, median of {runs} runs of the prior. Functions: calls times the cost of "
        "an independent one. Records: a word is changed in every line of memory that a step uses of its agents. The "
        "rest is what remains: too small where these overlap, too large where one waits for another.",
        ("Part", "ms a run", "%"), tuple((name, ms, 100.0 * ms / whole) for name, ms in rows),
    )  # fmt: skip
