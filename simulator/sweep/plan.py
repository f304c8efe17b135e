"""The runs of a sweep, in a fixed order: which there are, what each is made of, and how they are cut into chunks.

A *unit* is one run of one scenario at one point of the design, with one draw (a row of parameters and the sizes of
sampled levers) and one replication (a luck). Units that share parameters, draw and luck stand together in a *group*:
the engine simulates what their policies have in common once. Groups of one luck follow each other, so that the luck
is drawn once for many of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator import MODEL_VERSION
from simulator.parameters import ParameterTable
from simulator.periods import count_until
from simulator.scenario import Scenario
from simulator.schedule import Schedule
from simulator.sweep.design import Design, Variation, lever_columns, parameter_row
from simulator.sweep.spec import SweepSpec

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

CHUNK: Final = 64
"""Units that a chunk has at most: two or three seconds of work on one core."""
SMALL: Final = 8
"""Units of a chunk of a small sweep, so that all cores have work until the end."""


class Unit(NamedTuple):
    """One run: indices of scenario and point (-1: the design changes nothing of it), numbers of draw and luck."""

    scenario: int
    point: int
    draw: int
    replication: int


@dataclass(frozen=True)
class Plan:
    """All units of a sweep.

    Attributes
    ----------
    spec : SweepSpec
    scenarios : tuple of Scenario
        Combinations included, base first.
    left_out : tuple of str
        Why combinations that contradict themselves are not among them.
    design : Design
    table : ParameterTable
        Row d belongs to draw d, before the design changes it.
    data_hash : str
        Of the files that the world is built from.
    check : bool
        Whether invariants are tested in every quarter.
    """

    spec: SweepSpec
    scenarios: tuple[Scenario, ...]
    left_out: tuple[str, ...]
    design: Design
    table: ParameterTable
    data_hash: str
    check: bool = False

    @property
    def quarters(self) -> int:
        """Number of quarters of every run."""
        return count_until(self.spec.until)

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        """Schedule of each scenario, without the design."""
        return tuple(scenario.schedule(self.spec.until) for scenario in self.scenarios)

    @cached_property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """Columns of the design that change the policy of each scenario."""
        return tuple(lever_columns(self.design, scenario, self.scenarios) for scenario in self.scenarios)

    @cached_property
    def cells(self) -> IntArray:
        """Points that stand together in a group because they share their parameters, shape (cells, points of each).

        Without a design there is one cell of no point. Where points that share their parameters are not equally many
        everywhere (they are in a grid), each point is a cell of its own.
        """
        points = np.arange(len(self.design.points), dtype=np.int64)
        if not self.design.parameters:
            return points[None, :]
        rows = self.design.values[:, list(self.design.parameters)]
        _, which, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        if len(set(counts.tolist())) > 1:
            return points[:, None]
        cells = np.argsort(which.reshape(-1), kind="stable").reshape(len(counts), -1)
        return np.asarray(cells[np.argsort(cells[:, 0])], dtype=np.int64)

    @cached_property
    def members(self) -> tuple[tuple[int, int], ...]:
        """Units of a group: scenario, and place of the point in the cell (-1: the design changes nothing of it)."""
        places = range(self.cells.shape[1])
        return tuple(
            (s, place)
            for s in range(len(self.scenarios))
            for place in (places if self.design.parameters or self.columns[s] else (-1,))
        )

    @property
    def groups(self) -> int:
        """Number of groups."""
        return self.spec.runs * len(self.cells)

    @property
    def size(self) -> int:
        """Number of units."""
        return self.groups * len(self.members)

    def unit(self, index: int) -> Unit:
        """Return a unit by its place in the order of the plan."""
        group, member = divmod(int(index), len(self.members))
        run, cell = divmod(group, len(self.cells))
        scenario, place = self.members[member]
        point = -1 if place < 0 else int(self.cells[cell, place])
        replication, draw = (run, run) if self.spec.separate else divmod(run, self.spec.draws)
        return Unit(scenario, point, draw, replication)

    def run_of(self, unit: Unit) -> int:
        """Return the number of a run among those of its scenario and point: draw x replications + replication."""
        return unit.draw if self.spec.separate else unit.draw * self.spec.replications + unit.replication

    def group_of(self, index: int) -> int:
        """Return the group that a unit belongs to."""
        return int(index) // len(self.members)

    def point_name(self, point: int) -> str | None:
        """Return the id of a point; None for -1."""
        return None if point < 0 else self.design.points[point]

    def parameters(self, unit: Unit) -> FloatArray:
        """Return the parameter values of a unit, shape (parameters,)."""
        row = self.table.values[unit.draw]
        return row if unit.point < 0 else parameter_row(row, self.design, unit.point)

    @cached_property
    def variations(self) -> tuple[Variation | None, ...]:
        """What gives the schedule of a scenario at a point; None where the design changes nothing."""
        return tuple(
            Variation(scenario, self.design, columns, self.spec.until) if columns else None
            for scenario, columns in zip(self.scenarios, self.columns, strict=True)
        )

    def schedule(self, unit: Unit) -> Schedule:
        """Return the schedule of a unit."""
        variation = self.variations[unit.scenario]
        if variation is None:
            return self.schedules[unit.scenario]
        return variation.schedule(self.design.values[unit.point])

    @cached_property
    def keys(self) -> npt.NDArray[np.bytes_]:
        """Identity of every unit, shape (size,): 32 hexadecimal letters of a SHA-256 of everything that decides it."""
        common = self._common()
        policies = [
            hashlib.sha256(json.dumps([scenario.name, form]).encode()).digest()
            for scenario, form in zip(self.scenarios, self._policy_forms, strict=True)
        ]
        found = np.empty(self.size, dtype="S32")
        rows: dict[tuple[int, int], bytes] = {}
        for index in range(self.size):
            unit = self.unit(index)
            place = unit.draw, self.group_of(index) % len(self.cells)
            row = rows.get(place)
            if row is None:
                row = rows[place] = hashlib.sha256(self.parameters(unit).tobytes()).digest()
            rest = f"{self.point_name(unit.point) or ''} {unit.draw} {unit.replication}".encode()
            digest = hashlib.sha256(common + policies[unit.scenario] + row + rest)
            found[index] = digest.hexdigest()[:32].encode()
        return found

    @cached_property
    def sorted_keys(self) -> IntArray:
        """Order that sorts the identities, shape (size,)."""
        return np.argsort(self.keys, kind="stable")

    def _common(self) -> bytes:
        """Digest of what all units share."""
        keep = [[item.level, list(item.variables), item.freq] for item in self.spec.keep]
        content = [MODEL_VERSION, self.data_hash, self.spec.seed, self.spec.until, keep, self.check]
        return hashlib.sha256(json.dumps(content).encode()).digest()

    @cached_property
    def _policy_forms(self) -> tuple[str, ...]:
        """Hash of what each scenario does with the sizes of a point, whatever they are and whatever their range.

        It is that of the schedule at a point of made-up tiny sizes. The schedule without the design will not do: it
        has nothing of an own lever of size 0 that the design varies, and does not tell own levers from inherited ones.
        """
        order = sorted(range(len(self.design.dimensions)), key=lambda k: self.design.dimensions[k].name)
        sizes = np.empty(len(order))
        sizes[order] = 1e-9 * np.arange(1, len(order) + 1)
        return tuple(
            schedule.hash if variation is None else variation.schedule(sizes).hash
            for schedule, variation in zip(self.schedules, self.variations, strict=True)
        )

    def chunks(self, missing: npt.NDArray[np.bool_]) -> Iterator[IntArray]:
        """Cut the missing units into chunks: indices of units, ascending; the cut does not depend on what is missing.

        Parameters
        ----------
        missing : ndarray of bool, shape (size,)
        """
        width = len(self.members)
        size = CHUNK
        while size > SMALL and size > self.size // 32:
            size //= 2
        across = min(width, size)
        down = max(1, size // across)
        for first in range(0, self.groups, down):
            groups = np.arange(first, min(first + down, self.groups), dtype=np.int64)
            for left in range(0, width, across):
                members = np.arange(left, min(left + across, width), dtype=np.int64)
                units = (groups[:, None] * width + members[None, :]).reshape(-1)
                units = units[missing[units]]
                if len(units):
                    yield units
