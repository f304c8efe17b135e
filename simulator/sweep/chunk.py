"""One chunk of a sweep: simulate its units, sharing what their policies have in common, and keep what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.draws import Draws, lever_sizes
from simulator.parameters import record_type
from simulator.run import State, advance, draws_of, new_outputs, not_finite, prepare
from simulator.schedule import Range, Schedule
from simulator.statistics import annualise
from simulator.sweep.plan import IntArray, Plan, Unit
from simulator.sweep.spec import Freq
from simulator.variables import ENTITIES, variables
from simulator.world import World

FloatArray = npt.NDArray[np.float64]
Block = tuple[str, Freq]

STAGES: Final = ("policy", "base quarter", "quarters", "outcomes")
"""Where a run can fail: putting its policy together, filling the first quarter, stepping, or in what came out."""


class StoppedError(Exception):
    """The sweep is to end before this chunk is done."""


class Failure(NamedTuple):
    """A run that failed: its place in the plan, in which stage, and why."""

    unit: int
    stage: str
    message: str


@dataclass(frozen=True)
class Chunk:
    """What came out of a chunk.

    Attributes
    ----------
    units : ndarray of int
        All units of the chunk, ascending.
    done : ndarray of int
        Those that did not fail.
    values : dict of (level, freq) to ndarray, shape (done, periods, entities, variables)
        What is kept, flows per quarter or year; variables as `keep` of the sweep names them.
    failures : tuple of Failure
    """

    units: IntArray
    done: IntArray
    values: Mapping[Block, FloatArray]
    failures: tuple[Failure, ...]


class Simulator:
    """Simulates chunks, one after the other; each thread has its own, with its own arrays.

    Parameters
    ----------
    world : World
    plan : Plan
    beat : callable, optional
        Called after each group with the number of units finished and of those that failed.
    stopping : callable, optional
        Asked before each group; if it says yes, `StoppedError` is raised.
    """

    def __init__(
        self,
        world: World,
        plan: Plan,
        beat: Callable[[int, int], None] = lambda units, failures: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._world, self._plan, self._beat, self._stopping = world, plan, beat, stopping
        self._outputs = new_outputs(plan.quarters)
        self._names = _needed(plan)
        self._floats = {level: _as_floats(self._outputs[level]) for level in {*self._names, "province"}}
        self._columns = {
            level: [j for j, v in enumerate(variables()[level]) if v.name in names]
            for level, names in self._names.items()
        }
        self._luck: tuple[int, Draws] | None = None

    def chunk(self, units: IntArray) -> Chunk:
        """Simulate some units of the plan, ascending; whatever goes wrong in a run is a failure of that run."""
        raw = {
            level: np.empty((len(units), self._plan.quarters, len(ENTITIES[level]), len(names)))
            for level, names in self._names.items()
        }
        failures: dict[int, Failure] = {}
        schedules: dict[tuple[int, int], Schedule] = {}
        policies: dict[tuple[int, int], Any] = {}
        order = {int(index): row for row, index in enumerate(units)}
        for _, group in groupby(order, key=self._plan.group_of):
            if self._stopping():
                raise StoppedError
            members = list(group)
            before = len(failures)
            _Group(self, members, order, raw, failures, schedules, policies).simulate()
            self._beat(len(members), len(failures) - before)
        good = np.array([index not in failures for index in order], dtype=bool)
        values = {(keep.level, keep.freq): self._kept(raw[keep.level][good], keep) for keep in self._plan.spec.keep}
        return Chunk(units, units[good], values, tuple(failures[index] for index in sorted(failures)))

    def luck(self, replication: int) -> Draws:
        """Return the luck of a replication; the last one is kept, as groups of one luck follow each other."""
        if self._luck is None or self._luck[0] != replication:
            draws = draws_of(self._world, self._plan.spec.seed, replication, self._plan.quarters)
            self._luck = (replication, draws)
        return self._luck[1]

    def _kept(self, raw: FloatArray, keep: Any) -> FloatArray:
        """Return the kept variables of a level, rounded and summed to years exactly as results of ``run`` are."""
        names = self._names[keep.level]
        quarterly = raw if keep.level == "province" else raw.astype(np.float32).astype(np.float64)
        values = annualise(quarterly, keep.level, names) if keep.freq == "A" else quarterly
        return values[..., [names.index(name) for name in keep.variables]]


class _Group:
    """The units of one group: same parameters, same draw, same luck; only their policies differ."""

    def __init__(
        self,
        simulator: Simulator,
        members: Sequence[int],
        rows: Mapping[int, int],
        raw: Mapping[str, FloatArray],
        failures: dict[int, Failure],
        schedules: dict[tuple[int, int], Schedule],
        policies: dict[tuple[int, int], Any],
    ) -> None:
        self._of, self._plan = simulator, simulator._plan
        self._members, self._rows, self._raw, self._failures = members, rows, raw, failures
        self._schedules, self._policies = schedules, policies
        self._units = {index: self._plan.unit(index) for index in members}

    def simulate(self) -> None:
        """Simulate every unit; the first part that all have in common is simulated once."""
        sizes: dict[tuple[str, Range], float] = {}
        policies: dict[int, Any] = {}
        for index in self._members:
            try:
                policies[index] = self._policy(self._units[index], sizes)
            except Exception as error:  # whatever it is, it must not cost the other runs
                self._fail([index], "policy", _said(error))
        if not policies:
            return
        try:
            unit = self._units[self._members[0]]
            self._draws = self._of.luck(unit.replication)
            row = np.ascontiguousarray(self._plan.parameters(unit)[None, :]).view(record_type())[:, 0]
            state = prepare(self._of._world, row, self._draws)
        except Exception as error:
            self._fail(list(policies), "base quarter", _said(error))
            return
        self._descend(state, 0, policies)

    def _policy(self, unit: Unit, sizes: dict[tuple[str, Range], float]) -> Any:
        """Return the policy of a unit in every quarter; a size is drawn once for all units of the group."""
        place = unit.scenario, unit.point
        schedule = self._schedules.get(place)
        if schedule is None:
            schedule = self._schedules[place] = self._plan.schedule(unit)
        ranges = schedule.ranges()
        if not ranges:  # the same in every run
            fixed = self._policies.get(place)
            if fixed is None:
                fixed = self._policies[place] = schedule.policy(self._plan.quarters, {})
            return fixed
        for item in ranges.items():
            if item not in sizes:
                sizes[item] = lever_sizes(dict([item]), self._plan.spec.seed, unit.draw)[item[0]]
        return schedule.policy(self._plan.quarters, {key: sizes[key, span] for key, span in ranges.items()})

    def _descend(self, state: State, first: int, policies: Mapping[int, Any]) -> None:
        """Simulate from quarter `first` to where policies part, and from there each part by itself."""
        indices = list(policies)
        parting = _parting(list(policies.values()), first)
        try:
            message = advance(
                state, policies[indices[0]], self._draws, first, parting, self._of._outputs, check=self._plan.check
            )
        except Exception as error:
            message = _said(error)
        if message:
            self._fail(indices, "quarters", message)
        elif parting == self._plan.quarters:
            self._collect(indices)
        else:
            parts: dict[bytes, dict[int, Any]] = {}
            for index, policy in policies.items():
                parts.setdefault(policy[parting].tobytes(), {})[index] = policy
            last = len(parts) - 1
            for i, part in enumerate(parts.values()):
                self._descend(state if i == last else state.copy(), parting, part)

    def _collect(self, indices: Sequence[int]) -> None:
        """Copy what is kept of the run that was just simulated to the rows of all units that it stands for."""
        try:
            finite = np.isfinite(self._of._floats["province"]).all()
            message = "" if finite else not_finite(self._of._outputs)
        except Exception as error:
            message = _said(error)
        if message:
            self._fail(indices, "outcomes", message)
            return
        for level, columns in self._of._columns.items():
            values = self._of._floats[level][..., columns]
            for index in indices:
                self._raw[level][self._rows[index]] = values

    def _fail(self, indices: Sequence[int], stage: str, message: str) -> None:
        for index in indices:
            self._failures[index] = Failure(index, stage, message)


def _needed(plan: Plan) -> dict[str, list[str]]:
    """Return level -> variables that are kept and those that ratios of them are made of, in the order of the level."""
    wanted: dict[str, set[str]] = {}
    for keep in plan.spec.keep:
        names = wanted.setdefault(keep.level, set())
        for v in variables()[keep.level]:
            if v.name in keep.variables:
                names |= {v.name, *(v.of or ())}
    return {level: [v.name for v in variables()[level] if v.name in names] for level, names in wanted.items()}


def _parting(policies: Sequence[Any], first: int) -> int:
    """Return the first quarter from `first` on in which policies differ; the number of quarters if in none."""
    own, *others = (_as_words(policy) for policy in policies)
    found = len(own)
    for other in others:
        wrong = (other[first:found] != own[first:found]).any(axis=1)
        if wrong.any():
            found = first + int(np.argmax(wrong))
    return found


def _as_words(records: Any) -> npt.NDArray[np.int64]:
    """Return the bits of records of numbers, one row a record, without a copy."""
    return np.ndarray((len(records), records.dtype.itemsize // 8), dtype=np.int64, buffer=records)


def _as_floats(records: Any) -> FloatArray:
    """Return outputs as numbers, shape (quarters, entities, variables), without a copy."""
    return np.ndarray((*records.shape, len(records.dtype.names)), dtype=np.float64, buffer=records)


def _said(error: Exception) -> str:
    """Return an exception as one line; what is no fault of a run is raised again.

    Raises
    ------
    OSError, MemoryError
        The machine has no room: nothing that a run can be blamed for.
    """
    if isinstance(error, OSError | MemoryError):
        raise error
    return " ".join(f"{type(error).__name__}: {error}".split())
