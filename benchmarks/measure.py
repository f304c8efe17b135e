"""Clocks, child processes and tables of figures."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of one unit of ru_maxrss


@dataclass(frozen=True)
class Section:
    """One table: what it measures, its columns and rows, of which the first `shown` (or all) are printed."""

    name: str
    title: str
    what: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    shown: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Cost:
    """Seconds of one thing, median of several: wall clock and processor time of all threads."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Child:
    """What a finished child process took: seconds and bytes."""

    wall: float
    cpu: float
    peak: float
    output: str


def cost(action: Callable[[int], object], repeats: int) -> Cost:
    """Call ``action(0)`` ... ``action(repeats - 1)`` and return the median of each clock."""
    walls, cpus = [], []
    for number in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        action(number)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Cost(median(walls), median(cpus))


MEASURE = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
output = process.stdout.read()
_, status, used = os.wait4(process.pid, 0)
wall = time.perf_counter() - start
print(json.dumps([os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss, output]))
"""


def child(arguments: Sequence[str], env: Mapping[str, str] | None = None) -> Child:
    """Run Python with `arguments` in the project's root and return its cost.

    A small process stands between: the peak memory of a child is never less than that of its parent when it started.

    Raises
    ------
    RuntimeError
        If it fails; the message holds what it wrote.
    """
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(env or {})}
    command = [sys.executable, "-S", "-c", MEASURE, sys.executable, *arguments]
    measured = subprocess.run(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True, check=True)
    code, wall, cpu, peak, output = json.loads(measured.stdout)
    if code != 0:
        raise RuntimeError(f"python {' '.join(arguments)} ended with {code}:\n{output}")
    return Child(wall, cpu, float(peak * RSS_UNIT), output)


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, load and versions."""
    import numba
    import numpy as np

    from simulator import MODEL_VERSION, __version__

    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else ""
    return {
        "processor": model or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load of the last minute": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "liaosim": f"{__version__} (model {MODEL_VERSION})",
    }
