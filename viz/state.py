"""What the app knows: settings of the server, the same for all, and the session of one user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlencode

import solara

from viz.library import Library
from viz.look import LANGS as LANGS
from viz.look import Lang as Lang
from viz.wording import texts

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Settings:
    """What the server was started with.

    Attributes
    ----------
    results : Path
        Folder of the results; nothing outside of it is read or written.
    jobs : int
        Ensembles simulated at once for all users; the others wait.
    threads : int
        Threads of each.
    """

    results: Path = Path("results")
    jobs: int = 2
    threads: int = 2


_settings = Settings()


def configure(settings: Settings) -> None:
    """Set what the server works with, before it starts."""
    global _settings
    _settings = settings
    library.cache_clear()


def settings() -> Settings:
    """Return what the server was started with."""
    return _settings


@cache
def library() -> Library:
    """Return the results that users may open."""
    return Library(settings().results)


@dataclass(frozen=True, eq=False)
class Session:
    """What one user has chosen; no other user sees it.

    Attributes
    ----------
    lang : Reactive of {"en", "zh"}
    dark : Reactive of bool
    folder : Reactive of str
        Name of the opened result; empty before one is opened.
    kept : dict of str to str
        Page -> query that leads back to what it shows, where that is more than its address said when it was opened.
    """

    lang: solara.Reactive[Lang]
    dark: solara.Reactive[bool]
    folder: solara.Reactive[str]
    kept: dict[str, str] = field(default_factory=dict)

    def text(self, key: str, **values: object) -> str:
        """Return a text of ``texts.toml`` in the user's language, with its places filled in."""
        found = texts(self.lang.value)[key]
        return found.format(**values) if values else found


session_context = solara.create_context(cast(Session | None, None))


def use_session() -> Session:
    """Return the session of the user for whom a component is drawn."""
    found: Session | None = solara.use_context(session_context)
    if found is None:
        raise RuntimeError("this component stands outside of the app's layout")
    return found


def query_of(search: str | None) -> dict[str, str]:
    """Return the parameters of an address; the last counts where one is given twice. None if there are too many."""
    try:
        return dict(parse_qsl(search or "", keep_blank_values=True, max_num_fields=200))
    except ValueError:
        return {}


def address(page: str, **parameters: str) -> str:
    """Return the address of a page, such as ``/compare?result=demo``; empty parameters are left out."""
    given = {key: value for key, value in parameters.items() if value}
    return f"/{page}" + (f"?{urlencode(given)}" if given else "")


def use_once(make: Callable[[], _Value]) -> _Value:
    """Return what `make` returns when a component is drawn for the first time."""
    return cast(_Value, solara.use_memo(cast(Any, make), dependencies=[]))
