"""What went wrong, as a sentence in the page instead of a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import solara

from simulator.errors import InputError
from viz.errors import PageError
from viz.state import Session, library, use_session

_Value = TypeVar("_Value")
_log = logging.getLogger(__name__)


def sentence_of(error: BaseException, session: Session) -> str:
    """Return what a user is told of an error: its own sentence if it has one, else that something failed."""
    if isinstance(error, PageError):
        text = error.text(session.lang.value)
        stop = "" if text.endswith(("?", "？")) else session.text("app_stop")
        return f"{_begun(text) if session.lang.value == 'en' else text}{stop}"
    if isinstance(error, InputError | OSError):
        text = str(error).replace(f"{library().root}/", "")  # where results lie is nobody's business in a browser
        text = f"{_begun(text)}."
        return text if session.lang.value == "en" else session.text("app_said", text=text)
    _log.error("unexpected error", exc_info=error)
    return session.text("app_failed", kind=type(error).__name__)


def _begun(text: str) -> str:
    """Return a sentence with a capital letter, unless it begins with the name of a file or key."""
    return f"{text[:1].upper() if text.split(' ')[0].isalpha() else text[:1]}{text[1:]}"


def attempt(make: Callable[[], _Value], session: Session) -> tuple[_Value | None, str]:
    """Return what a function returns, or None and what went wrong as a sentence."""
    try:
        return make(), ""
    except Exception as error:
        return None, sentence_of(error, session)


@solara.component
def Problem(text: str) -> None:
    """Show what went wrong; screen readers say it at once."""
    solara.v.Html(tag="p", class_="liaosim-problem", children=[text], attributes={"role": "alert"})


@solara.component
def Guarded(page: Callable[[], Any]) -> None:
    """Draw a page; if that fails, say so in a sentence and leave the rest of the app alive."""
    session = use_session()
    error, again = solara.use_exception()
    if error is not None:
        Problem(sentence_of(error, session))
        solara.Button(session.text("app_again"), on_click=again)
    else:
        page()
