"""Ask the live engine from a page: answers arrive on a thread; whoever asks something else, or leaves, cancels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, cast

import pandas  # noqa: F401 - whole before any thread is: pages cannot be drawn while another thread imports it
import solara

from viz.components.messages import sentence_of
from viz.live.answers import Answer, Live
from viz.live.base import Status
from viz.live.queue import Ticket, WithdrawnError
from viz.state import settings, use_once, use_session
from viz.what_if.form import Form, scenario_of

PAUSE: Final = 0.09
"""Seconds that levers must rest before they are simulated, beside the 0.06 after which a slider tells where it is."""
RESTED: Final = 0.5
"""Seconds after which a move is no longer part of the one before: it is simulated at once."""


@cache
def _engine(jobs: int, threads: int) -> Live:
    return Live(jobs=jobs, threads=threads)


def engine() -> Live:
    """Return the engine of this server, which all users share."""
    return _engine(settings().jobs, settings().threads)


@dataclass(frozen=True, eq=False)
class Asked:
    """What is known of a question.

    Attributes
    ----------
    form : Form or None
        Which levers it is about.
    answer : Answer or None
        The largest so far.
    status : Status or None
        What it waits for.
    problem : str
        Why there is no answer, or no larger one; a sentence.
    stopped : bool
        Whether the user stopped it.
    """

    form: Form | None = None
    answer: Answer | None = None
    status: Status | None = None
    problem: str = ""
    stopped: bool = False


@dataclass(frozen=True, eq=False)
class Asking:
    """The question about the levers as they are now: what is known, and how to stop it and go on."""

    asked: Asked
    stop: Callable[[], None]
    go_on: Callable[[], None]


def use_answer(form: Form) -> Asking:
    """Ask about a form, and again whenever it changes; what is returned is never about another one."""
    session = use_session()
    known: solara.Reactive[Asked] = solara.use_reactive(use_once(Asked))
    ticket: Any = solara.use_ref(cast(Ticket | None, None))
    again = solara.use_reactive(0)
    last_asked: Any = solara.use_ref(float("-inf"))
    current = known.value if known.value.form == form else Asked(form)

    def ask() -> Callable[[], None]:
        mine = ticket.current = engine().ticket()
        now = time.monotonic()
        pause = 0.0 if now - last_asked.current > RESTED else PAUSE
        last_asked.current = now

        def learn(**news: object) -> None:
            if not mine.cancelled:
                before = known.peek()
                known.set(replace(before if before.form == form else Asked(form), **news))

        def work() -> None:
            try:
                mine.pause(pause)
                for answer in engine().answers(scenario_of(form), mine, lambda status: learn(status=status)):
                    learn(answer=larger(known.peek(), form, answer), status=None)
            except WithdrawnError:
                pass
            except Exception as error:
                if not mine.cancelled:
                    learn(problem=sentence_of(error, session))

        if not (current.answer is not None and current.answer.last):
            threading.Thread(target=work, name="liaosim what-if", daemon=True).start()
        return mine.cancel

    solara.use_effect(ask, [form, again.value])

    def stop() -> None:
        if ticket.current is not None:
            ticket.current.cancel()
        known.set(replace(current, stopped=True))

    def go_on() -> None:
        known.set(replace(current, stopped=False, problem=""))
        again.set(again.value + 1)

    return Asking(current, stop, go_on)


def larger(asked: Asked, form: Form, answer: Answer) -> Answer:
    """Return an answer, or one of more runs to the same question that was known before it was stopped."""
    before = asked.answer if asked.form == form else None
    return answer if before is None or before.runs < answer.runs else before
