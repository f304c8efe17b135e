"""Errors of the pages, told in the language of their reader."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.errors import InputError, closest
from viz.wording import texts


class PageError(InputError):
    """Wrong input to a page, such as an address that names what is not there.

    Parameters
    ----------
    key : str
        Of the sentence in ``texts.toml``, without a full stop.
    value, allowed
        If given, the closest allowed word to the value is suggested.
    **places
        Fill the places of the sentence.
    """

    def __init__(self, key: str, value: str = "", allowed: Iterable[str] = (), **places: object) -> None:
        self._key, self._places, self._close = key, places, closest(value, allowed) if value else ""
        super().__init__(self.text("en"))

    def text(self, lang: str) -> str:
        """Return the sentence in a language, ``en`` or ``zh``."""
        words = texts(lang)
        near = words["app_near"].format(name=self._close) if self._close else ""
        return words[self._key].format(**self._places) + near
