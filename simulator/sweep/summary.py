"""What a sweep says at a glance: the mean effect of every scenario in the last year, with its standard error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.errors import InputError
from simulator.numbers import count, plain, signed
from simulator.variables import variable

if TYPE_CHECKING:
    from simulator.sweep.views import Sweep

LEVEL: Final = "province"
FIRST: Final[tuple[str, ...]] = ("gdp_real", "exports", "fdi", "wage", "population")
"""Variables that are shown, as far as they are kept."""
SHOWN: Final = 4


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
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


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
        rows = [(scenario, *(_effect(sweep, scenario, base, name, year) for name in names)) for scenario in others]
    else:
        title = f"{base} in {year}: median and 90 % interval of {_runs(sweep)}{over}"
        rows = [(base, *(_level(sweep, name, year) for name in names))]
    return Summary(title, ("Scenario", *units), tuple(rows))


def _runs(sweep: Sweep) -> str:
    """Return how many runs there are of each scenario and point, in words."""
    draws, replications = sweep.manifest.draws, sweep.manifest.replications
    if sweep.manifest.separate:
        return count(draws, "run")
    return f"{count(draws, 'draw')} and {count(replications, 'replication')}"


def _effect(sweep: Sweep, scenario: str, base: str, name: str, year: str) -> str:
    """Return a mean difference with its standard error, as precise as that allows."""
    try:
        row = sweep.paired(scenario, base, LEVEL, name, years=[year]).iloc[0]
    except InputError:  # every pair failed
        return "no pair"
    mean, error = float(row["mean"]), float(row["standard_error"])
    return f"{signed(mean)} ± {plain(error)}" if math.isfinite(error) else f"{signed(mean)} (one pair)"


def _level(sweep: Sweep, name: str, year: str) -> str:
    found = sweep.frame(name, years=[year])[name].dropna()
    if found.empty:
        return "no run"
    low, middle, high = (float(found.quantile(share)) for share in (0.05, 0.5, 0.95))
    return f"{plain(middle)} ({plain(low)} to {plain(high)})"
