"""Running a sweep: chunks on threads, each written as soon as it is done; what is there is not computed again."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from simulator.sweep.chunk import Chunk, Simulator
from simulator.sweep.folder import (
    Stock,
    check_sweep_target,
    locked,
    prepare_folder,
    take_stock,
    write_failures,
)
from simulator.sweep.manifest import environments_of, write_manifest
from simulator.sweep.plan import IntArray, Plan
from simulator.sweep.shards import FOLDER, write_rows, write_shard
from simulator.world import World

TICK: Final = 0.2
"""Seconds between two reports of progress."""
TRIAL: Final = 3.0
"""Seconds after which the trial of an estimate ends."""


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    total, before : int
        Runs of the sweep, and those that were there when it was started.
    done, failed : int
        Runs finished so far, earlier ones and failures included; failures so far.
    seconds : float
        Since the first run was begun.
    """

    total: int
    before: int
    done: int
    failed: int
    seconds: float

    @property
    def rate(self) -> float:
        """Runs a second."""
        return (self.done - self.before) / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left at this rate; None as long as there is none."""
        return (self.total - self.done) / self.rate if self.rate > 0.0 else None


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take, from a trial of some of its own runs.

    Attributes
    ----------
    runs, missing : int
        Runs of the sweep, and those that are not in its folder yet.
    tried : int
        Runs of the trial; 0 if nothing is missing.
    seconds : float
        For the missing runs, on all threads.
    megabytes : float
        Disk for the missing runs.
    unused : int
        Finished runs of the folder that are not asked for: `run_sweep` would refuse them.
    """

    runs: int
    missing: int
    tried: int
    seconds: float
    megabytes: float
    unused: int = 0


class SweepStoppedError(RuntimeError):
    """The sweep could not go on, such as for want of room on the disk; what is finished is kept."""


def run_sweep(
    world: World,
    plan: Plan,
    directory: Path,
    *,
    threads: int | None = None,
    overwrite: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Simulate what a folder does not have of a plan, and write it there.

    Parameters
    ----------
    world : World
        The one that the plan was made with.
    plan : Plan
    directory : Path
        New, empty, or of a sweep; finished runs of it that the plan asks for are kept.
    threads : int, optional
        Default: all processors. The result does not depend on it.
    overwrite : bool
        Remove finished runs that the plan does not ask for.
    progress : callable
        Called a few times a second, from this thread.

    Returns
    -------
    Progress
        At the end.

    Raises
    ------
    InputError
        The folder is not one of a sweep, is being written by another, is damaged, or holds runs of another plan.
    SweepStoppedError
        Something could not be written. Finished chunks stay, the same call goes on.
    KeyboardInterrupt
        As it came; finished chunks stay, the same call goes on.
    """
    check_sweep_target(directory)
    try:
        with locked(directory):
            stock = take_stock(directory, plan)
            environments = environments_of(directory, not stock.done.all())
            prepare_folder(directory, plan, stock, overwrite, environments)
            work = _Work(world, plan, directory, stock, environments)
            try:
                work.run(threads or os.cpu_count() or 1, progress)
            except BaseException as error:
                with suppress(OSError):  # what stopped it matters more; the next start brings the tables up to date
                    work.record()
                if isinstance(error, KeyboardInterrupt):
                    error.add_note(f"{work.kept}; the same command goes on.")
                if isinstance(error, OSError | MemoryError) and not isinstance(error, BrokenPipeError):
                    reason = str(error) or "no memory left"
                    raise SweepStoppedError(f"{reason}. {work.kept}; the same command goes on.") from None
                raise
            work.record()
    except BrokenPipeError:  # whoever read the progress has seen enough
        raise
    except OSError as error:
        raise SweepStoppedError(f"{error}. Finished runs of {directory}, if any, are kept.") from None
    except KeyboardInterrupt as error:
        if not getattr(error, "__notes__", ()):
            error.add_note(f"finished runs in {directory} are kept; the same command goes on.")
        raise
    return work.progress()


class _Work:
    """A sweep that is running: what is done, what failed, and how long it has taken."""

    def __init__(
        self, world: World, plan: Plan, directory: Path, stock: Stock, environments: list[dict[str, Any]]
    ) -> None:
        self._world, self._plan, self._directory, self._environments = world, plan, directory, environments
        self._done, self._failures = stock.done.copy(), dict(stock.failures)
        self._before = self._units = int(stock.done.sum())
        self._failed = len(stock.failures)
        self._stop = False
        self._lock, self._local = threading.Lock(), threading.local()
        self._start = time.perf_counter()

    @property
    def kept(self) -> str:
        """What the folder has now, in words."""
        return f"{int(self._done.sum()):,} of {self._plan.size:,} runs are kept in {self._directory}"

    def progress(self) -> Progress:
        """Return how far it is."""
        seconds = time.perf_counter() - self._start
        with self._lock:
            return Progress(self._plan.size, self._before, self._units, self._failed, seconds)

    def record(self) -> None:
        """Write down in the folder what is done and what failed."""
        write_failures(self._directory, self._plan, self._failures)
        write_manifest(self._directory, self._plan, self._done, len(self._failures), self._environments)

    def run(self, workers: int, report: Callable[[Progress], None]) -> None:
        """Simulate all missing chunks; no more of them are begun than there are threads, and one in waiting."""
        chunks = self._plan.chunks(~self._done)
        pending: set[Future[Chunk]] = set()
        with ThreadPoolExecutor(workers) as pool:
            try:
                while True:
                    while len(pending) <= workers and (units := next(chunks, None)) is not None:
                        pending.add(pool.submit(self._simulate, units))
                    report(self.progress())
                    if not pending:
                        return
                    for future in wait(pending, timeout=TICK, return_when=FIRST_COMPLETED).done:
                        self._take(future.result())  # if this one failed, `finally` still finds the others
                        pending.remove(future)
            finally:
                self._stop = True
                for future in wait(pending).done:
                    if future.exception() is None:
                        self._take(future.result())

    def _simulate(self, units: IntArray) -> Chunk:
        """Simulate and write one chunk; what comes back has no values."""
        simulator: Simulator | None = getattr(self._local, "simulator", None)
        if simulator is None:
            simulator = Simulator(self._world, self._plan, self._beat, lambda: self._stop)
            self._local.simulator = simulator
        chunk = simulator.chunk(units)
        write_shard(self._directory / FOLDER, self._plan, chunk)
        return replace(chunk, values={})

    def _beat(self, units: int, failures: int) -> None:
        with self._lock:
            self._units += units
            self._failed += failures

    def _take(self, chunk: Chunk) -> None:
        self._done[chunk.units] = True
        self._failures |= {failure.unit: (failure.stage, failure.message) for failure in chunk.failures}


def estimate(world: World, plan: Plan, directory: Path, threads: int | None = None) -> Estimate:
    """Return what a sweep will take, from a trial of some of the runs that its folder does not have; writes nothing.

    Raises
    ------
    InputError
        The folder is not one of a sweep, or is damaged.
    """
    check_sweep_target(directory)
    stock = take_stock(directory, plan)
    missing, count = ~stock.done, int((~stock.done).sum())
    units = next(plan.chunks(missing), None)
    if units is None:
        return Estimate(plan.size, 0, 0, 0.0, 0.0, stock.unused)
    simulator = Simulator(world, plan)
    first = units[[plan.group_of(index) == plan.group_of(units[0]) for index in units]]
    simulator.chunk(first)  # warms up: what is read or compiled once
    start = time.perf_counter()
    simulator.chunk(first)
    each = (time.perf_counter() - start) / len(first)
    units = units[: max(len(first), int(TRIAL / each))]
    start = time.perf_counter()
    chunk = simulator.chunk(units)
    buffer = io.BytesIO()
    write_rows(plan, chunk, buffer)
    each = (time.perf_counter() - start) / len(units)
    workers = min(threads or os.cpu_count() or 1, -(-count // len(units)))
    size = buffer.getbuffer().nbytes / len(units) / 1e6
    return Estimate(plan.size, count, len(units), each * count / workers, size * count, stock.unused)
