"""``liaosim sweep`` stopped by signals or a disk with a limit, what a terminal shows meanwhile, and its memory."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.sweep.folder import locked
from simulator.sweep.manifest import load_sweep_manifest
from tests.commands import in_process, liaosim, lines
from tests.sweep.sweeping import KEEP, files_of, rewrite, sweep_text

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "from simulator.cli import main; main()"


# A disk with a limit


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_exits_1_keeps_what_is_there_and_the_same_command_goes_on(place: Path) -> None:
    levels = ("city", "port", "sector", "partner", "origin", "lane")
    items = [f'{{level="{level}", variables="all", freq="Q"}}' for level in levels]
    everything = f"keep = [{', '.join(items)}]"
    rewrite(place, sweep_text("draws = 2", "replications = 1", everything, until="2009Q4"))
    assert liaosim("sweep", "little.toml").exit_code == 0
    shards = Path("results/little/shards")
    there = files_of(shards)
    rewrite(place, sweep_text("draws = 2", "replications = 15", everything, until="2009Q4"))
    limit = Path("results/little/parameters.parquet").stat().st_size * 11 // 10
    with files_of_at_most(limit):
        result = liaosim("sweep", "little.toml")
    assert result.exit_code == 1
    assert result.stderr.startswith("Failed: [Errno 27] File too large") and "4 of 60 runs are kept in" in result.stderr
    assert result.stderr.endswith("the same command goes on.\n")
    assert files_of(shards) == there and not list(Path("results").rglob(".*part*"))
    assert liaosim("sweep", "little.toml", "--verify").exit_code == 0
    assert liaosim("sweep", "little.toml").exit_code == 0
    assert there.items() < files_of(shards).items()
    assert liaosim("sweep", "little.toml", "--verify").exit_code == 0


def test_a_file_in_place_of_the_shards_exits_1_and_names_it(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    shards = Path("results/little/shards")
    shards.rename("aside")
    shards.touch()
    result = liaosim("sweep", "little.toml")
    assert result.exit_code == 1 and result.stderr.startswith("Failed: ") and "results/little/shards" in result.stderr
    shards.unlink()
    Path("aside").rename(shards)
    assert lines(liaosim("sweep", "little.toml").stdout)[0] == "All 12 runs were there before."


# Signals and terminals, in a process of its own

LONG = sweep_text("runs = 600", KEEP)


def read_all(handle: int, found: list[bytes]) -> None:
    try:
        while content := os.read(handle, 65536):
            found.append(content)
    except OSError:  # the other side is closed
        return


def test_an_interrupt_in_a_terminal_exits_130_after_a_bar_and_says_how_to_go_on(place: Path) -> None:
    rewrite(place, LONG)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "PYTHONPATH": str(ROOT)}
    shown: list[bytes] = []
    with in_process(
        COMMAND, ["sweep", "little.toml", "--threads", "1"], stdout=subprocess.PIPE, stderr=theirs, cwd=place,
        env=environment,
    ) as process:  # fmt: skip
        os.close(theirs)
        reader = threading.Thread(target=read_all, args=(ours, shown))
        reader.start()
        wait_for(place / "results/little/shards")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        reader.join(timeout=10)
    os.close(ours)
    text = b"".join(shown).decode()
    assert process.returncode == 130 and out == b""
    assert "/1200" in text and " runs" in text and "/s" in text and " left" in text
    kept = load_sweep_manifest(place / "results/little").finished
    assert 0 < kept < 1200
    assert f"Interrupted; {kept:,} of 1,200 runs are kept in results/little; the same command goes on." in text
    result = liaosim("sweep", "results/little", "--verify")
    assert result.exit_code == 0 and f"{kept:,} of 1,200 runs" in result.stdout


def wait_for(shards: Path) -> None:
    """Wait until two shards are written."""
    import time

    for _ in range(6000):
        if len(list(shards.glob("*.parquet"))) >= 2:
            return
        time.sleep(0.01)
    raise AssertionError("no shard was written")


def test_a_sweep_that_is_ended_exits_143_and_one_that_is_killed_leaves_the_folder_free(place: Path) -> None:
    rewrite(place, LONG)
    for number, code in ((signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        with in_process(
            COMMAND, ["sweep", "little.toml", "--json", "--threads", "1", "--out", str(number)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as process:  # fmt: skip
            wait_for(place / str(number) / "shards")
            second = liaosim("sweep", "little.toml", "--out", str(number))
            assert second.exit_code == 2 and "another sweep is writing to" in second.stderr
            process.send_signal(number)
            out, message = process.communicate(timeout=60)
        assert process.returncode == code
        events = [json.loads(line)["event"] for line in out.decode().splitlines()]
        assert events[:2] == ["begin", "progress"] and "end" not in events
        if number == signal.SIGTERM:
            assert message.startswith(b"Ended; ") and message.endswith(b"the same command goes on.\n")
        with locked(place / str(number)):  # nobody holds it
            pass


def test_without_a_terminal_there_is_no_bar(place: Path) -> None:
    assert liaosim("sweep", "little.toml").stderr == ""


# Memory

PEAK = (
    "import resource; from simulator.cli import main\n"
    "try: main()\n"
    "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


@pytest.mark.full
def test_memory_does_not_grow_with_the_number_of_runs(place: Path) -> None:
    peaks = []
    for runs in (300, 1200):
        rewrite(place, sweep_text(f"runs = {runs // 2}", KEEP, until="2007Q4"))
        found = subprocess.run(
            [sys.executable, "-c", PEAK, "sweep", "little.toml", "--out", str(runs)], cwd=place, check=True,
            capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert f"{runs:,} runs in " in found.stdout
        peaks.append(int(found.stdout.split()[-1]) / 1024.0)
    assert peaks[1] < peaks[0] + 30.0, f"{peaks[0]:.0f} MB for 300 runs, {peaks[1]:.0f} MB for 1,200"
