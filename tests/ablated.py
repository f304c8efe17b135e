"""A small ensemble with and without each mechanism, shared by the tests of facts and ablations."""

from __future__ import annotations

from functools import cache

from calibration.ablations import Effect
from calibration.stylised_facts import measure
from simulator.ensemble import Ensemble

RUNS = 20
SEED = 1


@cache
def measured() -> tuple[Ensemble, tuple[Effect, ...]]:
    """Return the baseline of 2006-2017 and the effect of every ablation on it."""
    return measure(RUNS, SEED)


def effect(key: str) -> Effect:
    (one,) = [e for e in measured()[1] if e.ablation.key == key]
    return one
