"""What a sweep says at a glance: the mean effect of every scenario in the last year, with its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.errors import InputError
from simulator.numbers import count, plain, signed
from simulator.skill_card import losses
from simulator.variables import variable

if TYPE_CHECKING:
    from simulator.sweep.views import Sweep

LEVEL: Final = "province"
FIRST: Final[tuple[str, ...]] = ("gdp_real", "exports", "fdi", "wage", "population")
"""Variables that are shown, as far as they are kept."""
SHOWN: Final = 4
FEW: Final = 10
"""Draws or replications below which Student's t differs much from the normal distribution."""


@dataclass(frozen=True)
class Summary:
    """A small table of one year.

    Attributes
    ----------
    title : str
        What is shown, of which year, from how many runs.
    columns : tuple of str
        Scenario, then variables with their units.
    rows : tuple of tuple of str
    notes : tuple of str
        What the standard errors do not say.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def summarise(sweep: Sweep) -> Summary | None:
    """Return effects against the first scenario, or levels if there is but one; None if nothing fits is kept.

    An effect is the mean over all pairs of runs and points of the design, plus or minus its standard error (see
    ``simulator.sweep.paired``).
    """
    kept = {(keep.level, keep.freq): keep.variables for keep in sweep.manifest.keep}.get((LEVEL, "A"), [])
    names = ([name for name in FIRST if name in kept] or list(kept))[:SHOWN]
    base, *others = [entry.name for entry in sweep.manifest.scenarios]
    if not names:
        return None
    year = sweep.periods("A", None)[-1]
    units = tuple(f"{variable(LEVEL, name).label}, {variable(LEVEL, name).unit}" for name in names)
    points = sweep.manifest.points
    over = f", all {points:,} points of the design together" if points else ""
    if others:
        title = f"Difference from {base} in {year}: mean and standard error over {_runs(sweep)}{over}"
        found = [[_effect(sweep, scenario, base, name, year) for name in names] for scenario in others]
        rows = [(scenario, *map(_cell, row)) for scenario, row in zip(others, found, strict=True)]
        notes = _notes(sweep, [effect for row in found for effect in row if effect is not None])
    else:
        notes = ()
        title = f"{base} in {year}: median and 90 % interval of {_runs(sweep)}{over}"
        rows = [(base, *(_level(sweep, name, year) for name in names))]
    return Summary(title, ("Scenario", *units), tuple(rows), (*notes, *losses(names)))


def _runs(sweep: Sweep) -> str:
    """Return how many runs there are of each scenario and point, in words."""
    draws, replications = sweep.manifest.draws, sweep.manifest.replications
    if sweep.manifest.separate:
        return count(draws, "run")
    return f"{count(draws, 'draw')} and {count(replications, 'replication')}"


class _Effect(NamedTuple):
    """A mean difference, its standard error (NaN if there is none), and of how many draws and lucks."""

    mean: float
    error: float
    draws: int
    replications: int


def _effect(sweep: Sweep, scenario: str, base: str, name: str, year: str) -> _Effect | None:
    """Return a mean difference; None if no pair of runs is there."""
    try:
        row = sweep.paired(scenario, base, LEVEL, name, years=[year]).iloc[0]
    except InputError:  # every pair failed
        return None
    return _Effect(float(row["mean"]), float(row["standard_error"]), int(row["draws"]), int(row["replications"]))


def _cell(effect: _Effect | None) -> str:
    if effect is None:
        return "no pair"
    if not math.isfinite(effect.error):
        return signed(effect.mean)
    return f"{signed(effect.mean)} ± {plain(effect.error)}"


def _notes(sweep: Sweep, effects: list[_Effect]) -> tuple[str, ...]:
    """Say what a reader of the standard errors must know: few draws or lucks, one of them only, failed runs."""
    from scipy.special import stdtrit

    notes = []
    failed = len(sweep.failures)
    if failed:
        notes.append(f"{count(failed, 'failed run')} left out, with all pairs in which one failed.")
    draws = min((effect.draws for effect in effects), default=0)
    replications = min((effect.replications for effect in effects), default=0)
    if draws == replications == 1:
        notes.append("One draw under one luck: no standard error can be told.")
    elif draws == 1:
        notes.append("The standard errors hold for this one draw of what is uncertain.")
    elif replications == 1:
        notes.append("The standard errors hold under this one luck.")
    clusters = min((number for number in (draws, replications) if number > 1), default=0)
    if 1 < clusters < FEW:
        width = float(stdtrit(clusters - 1, 0.975))
        notes.append(f"A 95 % interval is ± {width:.1f} standard errors (Student's t, {clusters} independent values).")
    return tuple(notes)


def _level(sweep: Sweep, name: str, year: str) -> str:
    found = sweep.frame(name, years=[year])[name].dropna()
    if found.empty:
        return "no run"
    low, middle, high = (float(found.quantile(share)) for share in (0.05, 0.5, 0.95))
    return f"{plain(middle)} ({plain(low)} to {plain(high)})"
