"""Who may simulate: so many at once, first pictures first, then by arrival; whoever gives up leaves the queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from viz.live.queue import PATIENCE, Slots, Ticket, WithdrawnError

PATIENT = 20.0
"""Seconds after which a test gives up."""


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as threads:
        yield threads


class Held:
    """Takes a turn and keeps it until it is let go."""

    def __init__(self, slots: Slots, ticket: Ticket, stage: int, pool: ThreadPoolExecutor, order: list[str]) -> None:
        self.let_go, self.told = threading.Event(), list[int]()
        self.name = f"{ticket.arrival} in stage {stage}"
        before = slots.waiting + slots.busy
        self.done: Future[None] = pool.submit(self._take, slots, ticket, stage, order)
        until(lambda: slots.waiting + slots.busy > before or self.done.done())

    def _take(self, slots: Slots, ticket: Ticket, stage: int, order: list[str]) -> None:
        with slots.turn(ticket, stage, self.told.append):
            order.append(self.name)
            assert self.let_go.wait(PATIENT)


def test_no_more_than_so_many_at_once(pool: ThreadPoolExecutor) -> None:
    slots, order = Slots(2), list[str]()
    users = [Held(slots, slots.ticket(), 0, pool, order) for _ in range(5)]
    assert (slots.busy, slots.waiting) == (2, 3)
    for number, user in enumerate(users):
        until(lambda seen=number: len(order) == min(5, seen + 2))  # type: ignore[misc]
        assert slots.busy <= 2
        user.let_go.set()
    until(lambda: slots.busy == 0)
    assert len(order) == 5
    assert slots.waiting == 0


def test_first_pictures_go_first_then_whoever_came_first(pool: ThreadPoolExecutor) -> None:
    slots, order = Slots(1), list[str]()
    tickets = [slots.ticket() for _ in range(5)]
    first = Held(slots, tickets[0], 2, pool, order)
    users = [Held(slots, tickets[i], stage, pool, order) for i, stage in ((4, 1), (2, 2), (1, 2), (3, 0))]
    for user in (first, *users):
        user.let_go.set()
    until(lambda: len(order) == 5)
    assert order == ["0 in stage 2", "3 in stage 0", "4 in stage 1", "1 in stage 2", "2 in stage 2"]


def test_those_who_wait_are_told_their_place(pool: ThreadPoolExecutor) -> None:
    slots, order = Slots(1), list[str]()
    first, second, third = (Held(slots, slots.ticket(), 0, pool, order) for _ in range(3))
    until(lambda: third.told == [1] and second.told == [0])
    first.let_go.set()
    until(lambda: third.told == [1, 0])
    second.let_go.set()
    third.let_go.set()
    until(lambda: len(order) == 3)
    assert (first.told, second.told, third.told) == ([], [0], [1, 0])


def test_a_place_that_changes_often_is_told_now_and_then(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each word draws a page; only the first place and the last one before a long silence are told."""
    monkeypatch.setattr("viz.live.queue.BETWEEN", PATIENT)
    slots, order = Slots(1), list[str]()
    users = [Held(slots, slots.ticket(), 0, pool, order) for _ in range(5)]
    until(lambda: users[4].told == [3])
    for number, user in enumerate(users):
        until(lambda seen=number: len(order) == seen + 1)  # type: ignore[misc]
        user.let_go.set()
    until(lambda: slots.busy == 0 and len(order) == 5)
    assert [user.told for user in users[1:]] == [[0], [1], [2], [3]]


def test_a_short_wait_is_not_told(pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PATIENCE == 0.2
    monkeypatch.setattr("viz.live.queue.PATIENCE", PATIENT)
    slots, order = Slots(1), list[str]()
    first, second = (Held(slots, slots.ticket(), 0, pool, order) for _ in range(2))
    first.let_go.set()
    second.let_go.set()
    until(lambda: len(order) == 2)
    assert second.told == []


def test_whoever_gives_up_leaves_the_queue(pool: ThreadPoolExecutor) -> None:
    slots, order = Slots(1), list[str]()
    tickets = [slots.ticket() for _ in range(3)]
    users = [Held(slots, ticket, 0, pool, order) for ticket in tickets]
    tickets[1].cancel()
    with pytest.raises(WithdrawnError):
        users[1].done.result(PATIENT)
    assert slots.waiting == 1
    users[0].let_go.set()
    users[2].let_go.set()
    until(lambda: len(order) == 2)
    assert order == ["0 in stage 0", "2 in stage 0"]


def test_a_cancelled_ticket_gets_no_turn_even_if_there_is_a_place() -> None:
    slots = Slots(1)
    ticket = slots.ticket()
    ticket.cancel()
    with pytest.raises(WithdrawnError), slots.turn(ticket, 0):
        pytest.fail("it got a turn")
    assert (slots.busy, slots.waiting) == (0, 0)


def test_an_error_frees_the_place() -> None:
    slots = Slots(1)
    with pytest.raises(RuntimeError, match="broken"), slots.turn(slots.ticket(), 0):
        raise RuntimeError("broken")
    assert slots.busy == 0


def test_an_error_of_what_is_told_leaves_the_queue(pool: ThreadPoolExecutor) -> None:
    """A page that was closed cannot be told anything."""

    def closed(before: int) -> None:
        raise RuntimeError("closed")

    slots = Slots(1)
    first = Held(slots, slots.ticket(), 0, pool, [])
    with pytest.raises(RuntimeError, match="closed"), slots.turn(slots.ticket(), 0, closed):
        pytest.fail("it got a turn")
    assert slots.waiting == 0
    first.let_go.set()


def test_a_pause_ends_when_the_ticket_is_cancelled() -> None:
    ticket = Slots(1).ticket()
    threading.Timer(0.01, ticket.cancel).start()
    with pytest.raises(WithdrawnError):
        ticket.pause(PATIENT)
