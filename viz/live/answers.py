"""Answers to a changed policy while the user waits: more and more runs, branching from a baseline that all users share.

Run i of an answer and run i of the baseline share luck and parameters, so a few dozen runs already tell the change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from simulator.ensemble import simulate
from simulator.scenario import Scenario
from viz.live.base import PART, LiveBase, Status
from viz.live.figures import Figures, LiveResults, figures_of, joined
from viz.live.queue import Slots, Ticket

GOALS: Final = (30, 100, 400)
"""Runs of the first picture (at least), of the second and of the last."""
WITHIN: Final = 0.4
"""Seconds from the question to the end of the runs of the first picture, if 30 runs need no longer."""
SEED: Final = 1


@dataclass(frozen=True, eq=False)
class Answer:
    """What some runs say of a scenario beside the baseline.

    Attributes
    ----------
    scenario : Scenario
    results : LiveResults
        The baseline and the scenario.
    runs, total : int
        So far, and at the end.
    seconds : float
        From the question to this answer.
    """

    scenario: Scenario
    results: LiveResults
    runs: int
    total: int
    seconds: float

    @property
    def fingerprint(self) -> str:
        """What the levers do, as a short text: other levers, another text."""
        return fingerprint(self.scenario)

    @property
    def last(self) -> bool:
        """Whether no more runs follow."""
        return self.runs >= self.total


def fingerprint(scenario: Scenario) -> str:
    """Return a short text that is the same for scenarios that do the same."""
    return scenario.schedule().hash[:12]


class Live:
    """Answers questions of many users at once.

    Parameters
    ----------
    jobs : int
        Ensembles simulated at once; the others wait.
    threads : int
        Threads of each.
    goals : (int, int, int)
        See ``GOALS``; the last one is also the number of runs of the baseline.
    seed : int
    within : float
        See ``WITHIN``.
    """

    def __init__(
        self, *, jobs: int = 2, threads: int = 2, goals: tuple[int, int, int] = GOALS, seed: int = SEED,
        within: float = WITHIN,
    ) -> None:  # fmt: skip
        self.slots = Slots(jobs)
        self.base = LiveBase(self.slots, threads=threads, runs=goals[2], soon=goals[1], seed=seed)
        self.goals = goals
        self._threads, self._within = threads, within

    def ticket(self) -> Ticket:
        """Return the ticket of a new question; whoever asked cancels it when it is no longer asked."""
        return self.slots.ticket()

    def answers(
        self, scenario: Scenario, ticket: Ticket, tell: Callable[[Status], None] = lambda status: None
    ) -> Iterator[Answer]:
        """Yield a first answer within a second or so, one of 100 runs and one of 400.

        Parameters
        ----------
        scenario : Scenario
            Not called like the baseline.
        ticket : Ticket
        tell : callable
            Called with what the question waits for, when it changes.

        Raises
        ------
        WithdrawnError
            The ticket was cancelled; what was being simulated has stopped.
        InputError, RuntimeError
            The scenario cannot be simulated, or every run failed.
        """
        asked = time.monotonic()
        self.base.start()
        parts: list[Figures] = []
        done, pace = 0, 0.0
        for stage, goal in enumerate(self.goals):
            if done >= goal:
                continue  # the first picture was that large already
            first_part = self.goals[0] if stage == 0 else PART
            while done < goal:
                last = min(done + first_part, goal)
                self.base.wait(last, ticket, tell)
                began, part = self._simulate(scenario, (done, last), stage, ticket, tell)
                pace = (time.monotonic() - began) / (last - done)
                parts.append(part)
                done = last
                tell(Status("runs", done, self.goals[-1]))
                if stage == 0 and len(parts) == 1:
                    goal = done + self._more(asked, pace, done)
            parts = [joined(parts, self.base.rows(0, done))]
            results = LiveResults((self.base.figures(done), parts[0]))
            yield Answer(scenario, results, done, self.goals[-1], time.monotonic() - asked)

    def _more(self, asked: float, pace: float, done: int) -> int:
        """Return how many runs still fit into the first picture: none if somebody waits."""
        left = self._within - (time.monotonic() - asked)
        fit = int(max(0.0, left) / pace) // 10 * 10
        return 0 if self.slots.waiting else min(fit, self.goals[1] - done, max(0, self.base.done - done))

    def _simulate(
        self, scenario: Scenario, runs: tuple[int, int], stage: int, ticket: Ticket, tell: Callable[[Status], None]
    ) -> tuple[float, Figures]:
        """Simulate some runs when it is their turn; return when they began and their figures."""
        first, last = runs
        base = self.base.part(first, last)
        with self.slots.turn(ticket, stage, lambda before: tell(Status("queue", before))):
            began = time.monotonic()
            part = simulate(
                self.base.world, scenario, runs=last - first, seed=self.base.seed,
                threads=self._threads, parameters=base.parameters, base=base, progress=lambda done: ticket.check(),
                first_run=first,
            )  # fmt: skip
            return began, figures_of(part, scenario.name)
