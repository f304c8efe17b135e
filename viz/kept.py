"""What was computed once is kept for all users: a bounded number of values, each computed by one thread only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar, cast

_Value = TypeVar("_Value")


class Kept:
    """Values by key, the least recently used dropped first. Safe to use from many threads.

    Parameters
    ----------
    size : int
        Values that are kept.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._found: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """Return the value of a key; the first who asks makes it, others wait. An error is told to all and not kept."""
        with self._lock:
            future = self._found.get(key)
            mine = future is None
            if future is None:
                future = self._found[key] = Future()
            self._found.move_to_end(key)
            while len(self._found) > self.size:
                self._found.popitem(last=False)
        if mine:
            self._fill(key, future, make)
        return cast(_Value, future.result())

    def _fill(self, key: Hashable, future: Future[Any], make: Callable[[], Any]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:
            with self._lock:
                if self._found.get(key) is future:
                    del self._found[key]
            future.set_exception(error)
