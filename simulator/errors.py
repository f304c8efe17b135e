"""Errors that a user can mend. The command line prints them as one message and exits with code 2."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

PREFIX = 5
"""Letters from which on the beginning of a word counts as that word."""


class InputError(ValueError):
    """Wrong input of the user: the message names file, key, value and what is allowed."""


class InvariantError(RuntimeError):
    """A run broke an accounting identity or a bound that must always hold."""


def closest(value: str, allowed: Iterable[str]) -> str:
    """Return the allowed word that a wrong one is most like, or an empty string if none is.

    A word that begins with the value is closer than any other.
    """
    words = {word.lower(): word for word in reversed(list(allowed))}
    longer = [word for word in words if word.startswith(value.lower())] if len(value) >= PREFIX else []
    match = sorted(longer, key=len)[:1] or difflib.get_close_matches(value.lower(), words, n=1, cutoff=0.6)
    return words[match[0]] if match else ""


def nearest(value: str, allowed: Iterable[str]) -> str:
    """Return ``'; did you mean "x"?'`` for the closest allowed word, or an empty string."""
    match = closest(value, allowed)
    return f'; did you mean "{match}"?' if match else ""
