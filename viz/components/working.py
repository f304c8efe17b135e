"""Work on a thread while the page stays alive, with what is shown meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import solara
import solara.lab

from viz.components.messages import attempt
from viz.state import use_session

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Work(Generic[_Value]):
    """What a thread has made so far.

    Attributes
    ----------
    value : object or None
        The last that was made, perhaps for what was asked before.
    problem : str
        Why it could not be made, a sentence; empty if it could.
    pending : bool
        Whether it is still being made.
    """

    value: _Value | None
    problem: str
    pending: bool


def use_work(make: Callable[[], _Value], key: Hashable) -> Work[_Value]:
    """Return what a function returns that runs on a thread, again whenever the key changes."""
    session = use_session()

    def run() -> tuple[Hashable, _Value | None, str]:
        value, problem = attempt(make, session)  # not raised: Solara would log even what the user got wrong
        return key, value, problem

    task: Any = solara.lab.use_task(run, dependencies=[key], raise_error=False, prefer_threaded=True)
    if task.latest is None:
        return Work(None, "", True)
    made, value, problem = task.latest
    return Work(value, problem, task.pending or made != key)


@solara.component
def Working(text: str) -> None:
    """Say what is being made; screen readers hear it."""
    with solara.v.Html(tag="div", class_="liaosim-working", attributes={"role": "status"}):
        solara.v.ProgressLinear(indeterminate=True, height=3)
        solara.v.Html(tag="span", children=[text])
