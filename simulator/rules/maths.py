"""Small numeric helpers shared by the rules."""

from __future__ import annotations

import math

from simulator.compilation import rule


@rule
def clip(x: float, low: float, high: float) -> float:
    """Return `x` held between `low` and `high` (same unit)."""
    if x < low:
        return low
    if x > high:
        return high
    return x


@rule
def per_quarter(rate_a: float) -> float:
    """Turn a rate or probability per year into one per quarter, ``1 - (1 - x)**0.25``."""
    return 1.0 - math.sqrt(math.sqrt(1.0 - clip(rate_a, 0.0, 1.0)))
