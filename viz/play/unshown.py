"""Why the Play page cannot show what its address asks for, and what the reader can do."""

from __future__ import annotations

from collections.abc import Iterable

from viz.errors import PageError


class UnshownError(PageError):
    """A run or a variable that is not there.

    Parameters
    ----------
    key, value, allowed, **places
        As of ``PageError``.
    advice : str
        Key of the sentence in ``texts.toml`` that says what to do.
    """

    def __init__(self, key: str, advice: str, value: str = "", allowed: Iterable[str] = (), **places: object) -> None:
        self.advice = advice
        super().__init__(key, value, allowed, **places)


def advice_of(error: BaseException) -> str:
    """Return the key of the sentence that says what to do about an error, by default to choose another result."""
    return error.advice if isinstance(error, UnshownError) else "play_broken"
