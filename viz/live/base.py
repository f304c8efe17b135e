"""The baseline that what-if answers branch from: simulated once for all users, part by part while they wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from simulator.compilation import is_compiled
from simulator.ensemble import Ensemble, simulate
from simulator.parameters import ParameterTable, draw_table, table_of
from simulator.periods import HISTORY_END, to_index
from simulator.posterior import default_kind
from simulator.run import State
from simulator.scenario import BASELINE, list_scenarios, load_scenario
from simulator.schedule import first_difference
from simulator.statistics import FloatArray
from simulator.variables import ENTITIES, LEVELS, variables
from simulator.world import World, load_world
from viz.live.figures import Figures, figures_of, joined
from viz.live.queue import Slots, Ticket

PART: Final = 20
"""Runs simulated at a time: between parts, others may go first."""
LATER: Final = 2
"""Place in the queue of what nobody looks at yet."""


class Status(NamedTuple):
    """What a question waits for.

    Attributes
    ----------
    kind : {"compile", "base", "queue", "runs"}
        The model is being compiled; the baseline is simulated; others go first; the answer is simulated.
    number, total : int
        Runs of the baseline or of the answer, done and in all; questions before this one.
    """

    kind: Literal["compile", "base", "queue", "runs"]
    number: int = 0
    total: int = 0


def branch_quarter() -> int:
    """Return the first quarter after history in which a shipped scenario can differ from the baseline."""
    baseline = load_scenario(BASELINE).schedule()
    found = [
        first_difference(baseline, load_scenario(name).schedule(), baseline.quarters) for name in list_scenarios()
    ]
    return min((q for q in found if q is not None and q > to_index(HISTORY_END)), default=to_index(HISTORY_END) + 1)


class LiveBase:
    """The baseline, simulated once for all users: its figures, and its states at the quarter where policies begin.

    It grows part by part; nothing that is there ever changes, so all may read it.

    Parameters
    ----------
    slots : Slots
    threads, seed : int
    runs, soon : int
        In all, and those that answers need soon: the others are simulated when nobody waits for a first picture.
    """

    def __init__(self, slots: Slots, *, threads: int, runs: int, soon: int, seed: int) -> None:
        self._soon = soon
        self.runs, self.seed = runs, seed
        self.branch = branch_quarter()
        self._slots, self._threads = slots, threads
        self._parts: list[Figures] = []
        self._states: list[State | None] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None
        self.world: World
        self._table: ParameterTable
        self._past: FloatArray

    @property
    def done(self) -> int:
        """Runs that are there."""
        return len(self._states)

    @property
    def nbytes(self) -> int:
        """Memory of all that is kept, bytes."""
        figures = sum(v.nbytes for p in list(self._parts) for kept in (p.years, p.late) for v in kept.values())
        states = sum(state.nbytes for state in list(self._states) if state is not None)
        return figures + states + (self._past.nbytes if self.done else 0)

    def start(self) -> None:
        """Begin to simulate, unless somebody has; after an error, begin again."""
        with self._changed:
            if self._thread is None or (self._error is not None and not self._thread.is_alive()):
                self._error = None
                self._thread = threading.Thread(target=self._fill, name="liaosim baseline", daemon=True)
                self._thread.start()

    def wait(self, runs: int, ticket: Ticket, tell: Callable[[Status], None]) -> None:
        """Wait until so many runs are there.

        Raises
        ------
        WithdrawnError
            The question was taken back.
        Exception
            What stopped the baseline.
        """
        said: Status | None = None
        while True:
            ticket.check()
            with self._changed:
                if self._error is not None:
                    raise self._error
                if self.done >= runs:
                    return
                status = Status("base", self.done, self.runs) if self.done or is_compiled() else Status("compile")
                if status == said:
                    self._changed.wait(0.1)
                    continue
            said = status
            tell(status)

    def rows(self, first: int, last: int) -> ParameterTable:
        """Return the parameters of some runs."""
        return table_of(self._table.kind, self._table.values[first:last], self._table.calibration)

    def part(self, first: int, last: int) -> Ensemble:
        """Return runs to branch from: their states, and what the province was before; below it nothing is kept."""
        levels: dict[str, FloatArray] = {}
        for level in LEVELS:
            shape = (last - first, self.branch, len(ENTITIES[level]), len(variables()[level]))
            levels[level] = np.broadcast_to(np.float64(np.nan), shape)
        levels["province"] = self._past[first:last]
        states: dict[int, Sequence[State | None]] = {self.branch: self._states[first:last]}
        return Ensemble(
            BASELINE, self._parts[0].schedule, self._parts[0].quarters, last - first, self.seed, "compiled", levels,
            self.rows(first, last), {}, states=states, first_run=first,
        )  # fmt: skip

    def figures(self, runs: int) -> Figures:
        """Return the figures of the first runs."""
        parts = list(self._parts)
        whole = joined(parts, self.rows(0, sum(part.runs for part in parts)))
        return whole.first(self.rows(0, runs))

    def _fill(self) -> None:
        try:
            baseline = load_scenario(BASELINE)
            self.world = load_world()
            self._table = draw_table(default_kind(), self.runs, self.seed)
            ticket = self._slots.ticket()
            while self.done < self.runs:
                first, last = self.done, min(self.done + PART, self.runs)
                with self._slots.turn(ticket, 0 if first < self._soon else LATER):
                    self._add(simulate(
                        self.world, baseline, runs=last - first, seed=self.seed,
                        threads=self._threads, parameters=self.rows(first, last), keep=(self.branch,), first_run=first,
                    ))  # fmt: skip
        except Exception as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _add(self, part: Ensemble) -> None:
        figures = figures_of(part, BASELINE)
        province = part.levels["province"][:, : self.branch]
        if not self._parts:
            self._past = np.empty((self.runs, *province.shape[1:]))
        self._past[part.first_run : part.first_run + part.runs] = province
        with self._changed:
            self._parts.append(figures)
            self._states.extend(part.states[self.branch])
            self._changed.notify_all()
