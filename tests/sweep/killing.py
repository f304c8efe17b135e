"""A process that runs a sweep in children and kills them: at every call that writes, or at random moments.

``python -m tests.sweep.killing SWEEP FOLDER`` fills FOLDER/never, FOLDER/calls and FOLDER/moments. The children are
copies of a process that has loaded everything, so that each of them is quick. One draw of the sweep fails. For each
folder a line is written: how many shards there were after each child that was killed.
"""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from simulator.parameters import names, table_of
from simulator.sweep import plan, planning, runner, shards
from simulator.sweep.chunk import Simulator
from simulator.sweep.file import read_sweep
from simulator.world import load_world

MOST = 60
SECONDS = 0.1


def main(file: Path, target: Path) -> None:
    plan.SMALL = 2
    world, spec = load_world(), read_sweep(file)
    rows = planning.draws_of_spec(spec).values.copy()
    rows[1, list(names()).index("value_of_day")] = -50.0
    little = planning.make_plan(spec, world, table_of("prior", rows))
    shards.write_rows(little, Simulator(world, little).chunk(np.arange(len(little.members))), io.BytesIO())

    for how in ("never", "calls", "moments"):
        print(*kill(lambda: runner.run_sweep(world, little, target / how, threads=2), target / how, how))  # noqa: B023


def kill(sweep: Callable[[], object], target: Path, how: str) -> list[int]:
    """Run a sweep until it comes to its end; return the number of shards after each child that did not."""
    luck = random.Random(1)
    counts: list[int] = []
    for attempt in range(1, MOST):
        event = attempt if how == "calls" else None
        child = os.fork()
        if child == 0:
            live(sweep, event)
        if how == "moments":
            time.sleep(luck.random() * SECONDS * attempt)  # so that one of them comes to the end
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, "the sweep could not go on"
            return counts
        counts.append(len(list(target.glob("shards/*.parquet"))))
    raise AssertionError(f"not finished after {MOST} attempts")


def live(sweep: Callable[[], object], event: int | None) -> None:
    """Run the sweep in this process, end it, and kill it at an event if one is given."""
    if event is not None:
        left, lock = [event], threading.Lock()

        def counted(function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*words: Any, **options: Any) -> Any:
                tick()
                result = function(*words, **options)
                tick()
                return result

            return call

        def tick() -> None:
            with lock:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        os.replace = counted(os.replace)
        os.fsync = counted(os.fsync)
    code = 1
    try:
        sweep()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
