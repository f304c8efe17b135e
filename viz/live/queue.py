"""Who may simulate now: a few at once for all users, first pictures before refinements, then by arrival."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

PATIENCE: Final = 0.2
"""Seconds that somebody waits before his place is told: most waits are shorter."""


BETWEEN: Final = 0.5
"""Seconds between two words on it: pages of many users that are drawn all the time leave no time to simulate."""


class WithdrawnError(Exception):
    """The question is no longer asked; not an error."""


class Ticket:
    """One question of one user, from when it is asked until it is answered or cancelled. Given by ``Slots.ticket``."""

    def __init__(self, arrival: int, wake: Callable[[], None]) -> None:
        self.arrival = arrival
        self._wake = wake
        self._stop = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the question is no longer asked."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Take the question back: it leaves the queue, and what is being simulated for it stops after a run."""
        self._stop.set()
        self._wake()

    def check(self) -> None:
        """Raise ``WithdrawnError`` if the question is no longer asked."""
        if self.cancelled:
            raise WithdrawnError

    def pause(self, seconds: float) -> None:
        """Wait; ``WithdrawnError`` if the question is taken back meanwhile."""
        if self._stop.wait(seconds):
            raise WithdrawnError


class _Entry(NamedTuple):
    """Somebody who waits; the lower, the earlier."""

    stage: int
    arrival: int
    number: int


class Slots:
    """Places for ensembles, shared by all users of a server.

    Parameters
    ----------
    jobs : int
        Ensembles simulated at once.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._busy = 0
        self._waiting: list[_Entry] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()

    @property
    def busy(self) -> int:
        """Ensembles that are being simulated."""
        return self._busy

    @property
    def waiting(self) -> int:
        """Questions that wait for a place."""
        return len(self._waiting)

    def ticket(self) -> Ticket:
        """Return the ticket of a new question."""
        return Ticket(next(self._numbers), self._wake)

    @contextmanager
    def turn(self, ticket: Ticket, stage: int, tell: Callable[[int], None] = lambda before: None) -> Iterator[None]:
        """Wait for a place, and hold it while the body runs.

        Parameters
        ----------
        ticket : Ticket
        stage : int
            A lower one goes first, then the ticket that came first.
        tell : callable
            Called with the number of questions that wait before this one, when it changes.

        Raises
        ------
        WithdrawnError
            The question was taken back while it waited.
        """
        entry = _Entry(stage, ticket.arrival, next(self._numbers))
        with self._changed:
            self._waiting.append(entry)
        try:
            self._wait(ticket, entry, tell)
        except BaseException:
            with self._changed:
                self._waiting.remove(entry)
                self._changed.notify_all()
            raise
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def _wait(self, ticket: Ticket, entry: _Entry, tell: Callable[[int], None]) -> None:
        """Return once the place is taken. Others go on while somebody is told something."""
        said: int | None = None
        next_word = time.monotonic() + PATIENCE
        while True:
            with self._changed:
                ticket.check()
                before = sum(other < entry for other in self._waiting)
                if before == 0 and self._busy < self.jobs:
                    self._waiting.remove(entry)
                    self._busy += 1
                    self._changed.notify_all()
                    return
                silent = next_word - time.monotonic()
                if before == said or silent > 0.0:
                    self._changed.wait(None if before == said else silent)
                    continue
            said = before
            tell(before)
            next_word = time.monotonic() + BETWEEN

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
