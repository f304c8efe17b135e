"""Errors that a user can mend. The command line prints them as one message and exits with code 2."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Wrong input of the user: the message names file, key, value and what is allowed."""


class InvariantError(RuntimeError):
    """A run broke an accounting identity or a bound that must always hold."""


def nearest(value: str, allowed: Iterable[str]) -> str:
    """Return ``'; did you mean "x"?'`` for the closest allowed word, or an empty string."""
    match = difflib.get_close_matches(value.lower(), [a.lower() for a in allowed], n=1, cutoff=0.6)
    if not match:
        return ""
    original = next(a for a in allowed if a.lower() == match[0])
    return f'; did you mean "{original}"?'
