"""Fast calls of rules from Python.

Handing a record to a compiled rule costs about 50 microseconds: NumPy describes every field of it. Handing
over an array and an index costs two. Agents that come in thousands therefore call their rules through `act`,
with rows instead of records.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import numba
import numpy as np
from numba import types
from numba.extending import overload

Row: TypeAlias = tuple[np.ndarray[Any, np.dtype[Any]], int]
"""A record by its place: array and index."""


def record_of(argument: Any) -> Any:
    """Return the record of a row; any other argument as it is."""
    return argument[0][argument[1]] if isinstance(argument, tuple) else argument


@overload(record_of, inline="always")
def _record_of(argument):  # type: ignore[no-untyped-def]  # Numba compares its signature with the lambdas below
    if isinstance(argument, types.BaseTuple):
        return lambda argument: argument[0][argument[1]]
    return lambda argument: argument


@cache
def _caller(rule: Callable[..., Any], count: int) -> Callable[..., Any]:
    """Return a compiled function of `count` arguments that calls the rule on the records of its rows."""

    def two(a: Any, b: Any) -> Any:
        return rule(record_of(a), record_of(b))

    def three(a: Any, b: Any, c: Any) -> Any:
        return rule(record_of(a), record_of(b), record_of(c))

    def four(a: Any, b: Any, c: Any, d: Any) -> Any:
        return rule(record_of(a), record_of(b), record_of(c), record_of(d))

    def five(a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
        return rule(record_of(a), record_of(b), record_of(c), record_of(d), record_of(e))

    def nine(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any, i: Any) -> Any:
        return rule(
            record_of(a), record_of(b), record_of(c), record_of(d), record_of(e), record_of(f),
            record_of(g), record_of(h), record_of(i),
        )  # fmt: skip

    functions: dict[int, Callable[..., Any]] = {2: two, 3: three, 4: four, 5: five, 9: nine}
    compiled: Callable[..., Any] = numba.njit(nogil=True)(functions[count])
    return compiled


def act(rule: Callable[..., Any], *arguments: Any) -> Any:
    """Call a rule; arguments that are rows ``(array, index)`` stand for their records.

    The same compiled rule does the work, so the result has the same bits as a call with records.
    """
    return _caller(rule, len(arguments))(*arguments)
