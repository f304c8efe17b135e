"""What keeps numbers the same on every machine: addressed random numbers, and linear algebra on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np


def stream(address: Sequence[int]) -> np.random.Generator:
    """Return the random numbers of an address, such as (seed, purpose); other addresses are independent of it."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(address)))


def one_thread() -> AbstractContextManager[object]:
    """Let linear algebra use one thread: processes are as many as processors, and bits do not depend on threads.

    For good, or until the end of a block if it is used as its context.
    """
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
