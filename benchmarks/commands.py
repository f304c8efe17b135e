"""What a user waits for: commands in processes of their own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.measure import Child, Section, child

LIAOSIM = ("-c", "from simulator.cli import main; main()")
SHORT = ("run", "baseline", "--runs", "1", "--until", "2006Q4", "--threads", "1")


def commands(runs: int, repeats: int, cold: bool) -> Section:
    """Time the commands; `cold` adds the very first one, which compiles the model into an empty cache."""
    pair = ("compare", "baseline", "cjk_fta", "--runs", str(runs))
    several = (
        ("liaosim --help", ("--help",), repeats),
        ("liaosim scenarios", ("scenarios",), repeats),
        ("one run of a year, compiled before", SHORT, repeats),
        (f"compare 2 scenarios x {runs} runs x 120 quarters", pair, repeats),
    )
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        if cold:
            empty = {"XDG_CACHE_HOME": str(Path(folder) / "cache")}
            rows.append(_row("one run of a year, compiling", [_timed(SHORT, folder, empty)]))
        for label, command, times in several:
            _timed(command, folder)
            rows.append(_row(label, [_timed(command, folder) for _ in range(times)]))
    return Section(
        "commands", "Commands",
        f"Each in a process of its own, all cores; median of {repeats} after a first one.",
        ("Command", "wall, s", "processor, s", "peak memory, MB"), tuple(rows),
    )  # fmt: skip


def _timed(command: tuple[str, ...], folder: str, env: dict[str, str] | None = None) -> Child:
    out = ("--out", f"{folder}/results", "--overwrite") if command[0] in ("run", "compare") else ()
    return child([*LIAOSIM, *command, *out], env)


def _row(label: str, found: list[Child]) -> tuple[str, float, float, float]:
    wall, cpu, peak = (median(getattr(one, name) for one in found) for name in ("wall", "cpu", "peak"))
    return label, wall, cpu, peak / 1e6
