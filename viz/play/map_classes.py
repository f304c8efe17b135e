"""Classes of a map's shading: few, with round limits, the same in every quarter."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from simulator.statistics import FloatArray

CLASSES: Final = 6
"""Of levels; as many colours are in ``components/player.css``."""
SIDES: Final = 3
"""Classes of differences above and below the middle one, which holds zero."""


def level_limits(values: FloatArray, classes: int = CLASSES) -> tuple[float, ...]:
    """Return the limits between classes of about as many figures each, rounded; fewer if figures are much the same.

    Parameters
    ----------
    values
        All figures that are shown, of any shape.

    Returns
    -------
    tuple of float
        Ascending, at most ``classes - 1``; a figure on a limit belongs to the class above it.
    """
    known = values[np.isfinite(values)]
    if not len(known) or known.min() == known.max():
        return ()
    raw = np.quantile(known, np.arange(1, classes) / classes)
    for digits in range(1, 6):
        limits = sorted({_rounded(float(limit), digits) for limit in raw})
        if len(limits) == len(set(raw.tolist())):
            break
    return tuple(limit for limit in limits if known.min() < limit <= known.max())


def difference_limits(values: FloatArray, sides: int = SIDES) -> tuple[float, ...]:
    """Return the limits between classes of differences: the same above and below zero, fourfold outwards.

    Returns
    -------
    tuple of float
        ``2 * sides`` limits, ascending; empty if nothing differs.
    """
    sizes = np.abs(values[np.isfinite(values)])
    sizes = sizes[sizes > 0.0]
    if not len(sizes):
        return ()
    outer = _rounded(float(np.quantile(sizes, 0.9)), 1)
    above = [_rounded(outer / 4.0**i, 1) for i in range(sides - 1, -1, -1)]
    return (*(-limit for limit in reversed(above)), *above)


def _rounded(value: float, digits: int) -> float:
    """Return a number with so many significant digits."""
    if value == 0.0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
