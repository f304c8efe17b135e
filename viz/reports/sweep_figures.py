"""What the page of a sweep shows, as numbers: effects, answers to the axes of a design, and what drives them.

An *outcome* is what the page is about: the difference of a scenario from the first one under the same draw and luck,
or the level of a sweep's only scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from simulator.paired_statistics import Figures, IntArray, mean_variance, paired_figures
from simulator.rank_regression import LEAST_DRAWS, ROUNDING, Fit, detectable, rank, rank_regression, varying
from simulator.statistics import FloatArray

if TYPE_CHECKING:
    import pandas as pd

BINS: Final = 10
LEAST_IN_BIN: Final = 4
"""Points that a bin should have on average; with few points there are fewer bins."""
WHOLE: Final = 0.9
"""Share of the points that a run must have for its bins to be compared."""
RATE: Final = 0.10
"""Share of false ones among the axes that are named."""
CONFIDENCE: Final = 0.95


def factor(clusters: int) -> float:
    """Return how many standard errors half a 95 % interval is wide, of a mean over so many draws or lucks."""
    from scipy.special import stdtrit

    return float(stdtrit(clusters - 1, 0.5 + CONFIDENCE / 2.0))


@dataclass(frozen=True)
class Estimate:
    """A mean over pairs with what is known of it.

    Attributes
    ----------
    mean, error, median, low, high : float
        `error` is the standard error of the mean; `low` and `high` are the 5 % and the 95 % quantile.
    positive : float
        Share of pairs above zero, ties counting half.
    pairs, draws, replications : int
    points : int
        Points of the design that count as a sample in `error`; 0 if they are taken as given.
    """

    mean: float
    error: float
    median: float
    low: float
    high: float
    positive: float
    pairs: int
    draws: int
    replications: int
    points: int = 0

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval of the mean, by Student's t; NaN if there is no standard error."""
        several = [number for number in (self.draws, self.replications, self.points) if number > 1]
        if not several or not np.isfinite(self.error):
            return float("nan")
        return factor(min(several)) * self.error

    @property
    def verdict(self) -> str:
        """``none`` (zero in every pair), ``unknown`` (no standard error), ``told`` or ``untold`` from zero."""
        if self.mean == self.low == self.high == 0.0 and not self.error > 0.0:
            return "none"
        if not np.isfinite(self.margin):
            return "unknown"
        return "told" if abs(self.mean) > self.margin else "untold"


@dataclass(frozen=True)
class Bin:
    """The outcome where an axis has one value (both ends), or lies within a range; estimates by variable.

    Attributes
    ----------
    low, high : float
    points : int
    estimates : tuple of Estimate
    beyond : tuple of Estimate
        How much more it is than in the first bin, run by run; zero there.
    """

    low: float
    high: float
    points: int
    estimates: tuple[Estimate, ...]
    beyond: tuple[Estimate, ...]

    @property
    def middle(self) -> float:
        """Value of the axis that stands for it."""
        return (self.low + self.high) / 2.0


@dataclass(frozen=True)
class Drivers:
    """Which axes move an outcome from point to point.

    Attributes
    ----------
    note : str
        ``drivers``, ``none_found``, ``too_few``, ``no_effect`` or ``constant``, as of ``simulator.sensitivity``.
    points, tested : int
    names : tuple of tuple of str
        Axes that were found; those of one entry have the same ranks at every point.
    fit : Fit or None
    detectable : float
    """

    note: str
    points: int
    tested: int
    names: tuple[tuple[str, ...], ...]
    fit: Fit | None
    detectable: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """An outcome of single runs in one year.

    Attributes
    ----------
    values : ndarray, shape (pair, variable)
    base : ndarray, shape (pair, variable)
        Of the first scenario; NaN of levels.
    number : ndarray of int, shape (pair,)
        Of the point of the design, -1 for none.
    cluster, replication : ndarray of int, shape (pair,)
        Of the draw, the same for draws that are the same; of the luck.
    run : ndarray of int, shape (pair,)
    """

    values: FloatArray
    base: FloatArray
    number: IntArray
    cluster: IntArray
    replication: IntArray
    run: IntArray

    @property
    def designed(self) -> bool:
        """Whether the design changes anything of it."""
        return bool((self.number >= 0).any())

    def estimates(self, chosen: npt.NDArray[np.bool_] | None = None) -> list[Estimate]:
        """Return what is known of each variable's mean over all pairs, or some."""
        rows = slice(None) if chosen is None else chosen
        return _estimates(paired_figures(self.values[rows], self.cluster[rows], self.replication[rows]))

    def percents(self) -> list[tuple[float, float]]:
        """Return the mean in % of the mean of the first scenario, and its standard error, by variable.

        NaN where a value of the first scenario is not positive. The error of the ratio is that of its residuals.
        """
        known = np.isfinite(self.values) & np.isfinite(self.base)
        usable = np.asarray(((self.base > 0.0) | ~known).all(axis=0) & known.any(axis=0))
        found = []
        for j, use in enumerate(usable):
            if not use:
                found.append((float("nan"), float("nan")))
                continue
            rows = known[:, j]
            change, base = self.values[rows, j], self.base[rows, j]
            ratio = change.mean() / base.mean()
            rest = (change - ratio * base) / base.mean()
            variance = mean_variance(rest[:, None], self.cluster[rows], self.replication[rows])[0]
            found.append((100.0 * float(ratio), 100.0 * float(np.sqrt(variance))))
        return found

    def answers(self, values: FloatArray, low: float, high: float, sampled: bool = False) -> list[Bin]:
        """Return the outcome where an axis has each of its values, or lies in each of some equal ranges.

        Parameters
        ----------
        values : ndarray, shape (points,)
            Of the axis at every point of the design.
        low, high : float
            Ends of the axis.
        sampled
            Points are a sample: ranges of the axis differ in the other axes by chance, and the standard errors count
            in how much points of a range differ. A range with a single point has none then.
        """
        place = self._at(values)
        there = values[np.unique(self.number[self.number >= 0])]
        chosen: list[tuple[float, float, int, npt.NDArray[np.bool_]]] = []
        for start, end, closed in _ranges(there, low, high):
            inside, mine = (
                (where >= start) & ((where <= end) if closed else (where < end)) for where in (place, there)
            )
            if inside.any():
                chosen.append((start, end, int(mine.sum()), inside))
        first = chosen[0][3] if chosen else np.zeros(0, dtype=np.bool_)
        found = []
        for start, end, points, inside in chosen:
            here, beyond = self.estimates(inside), self._beyond(inside, first)
            if sampled:
                own, others = self._of_points(inside), self._of_points(first)
                here = [_widened(e, own[j], points) for j, e in enumerate(here)]
                fewest = min(points, chosen[0][2])
                beyond = [_widened(e, own[j] + others[j], fewest) for j, e in enumerate(beyond)]
            found.append(Bin(start, end, points, tuple(here), tuple(beyond)))
        return found

    def _of_points(self, chosen: npt.NDArray[np.bool_]) -> FloatArray:
        """Return the variance of the mean over the points of some pairs, by variable; NaN for a single point."""
        numbers, means = self.by_point
        mine = means[np.isin(numbers, self.number[chosen])]
        if len(mine) < 2:
            return np.full(means.shape[1], np.nan)
        return np.asarray(mine.var(axis=0, ddof=1) / len(mine))

    def _at(self, values: FloatArray) -> FloatArray:
        """Return the value of an axis for each pair, NaN for those without a point."""
        return np.where(self.number >= 0, values[self.number], np.nan)

    def cells(self, down: FloatArray, across: FloatArray) -> dict[tuple[float, float], list[Estimate]]:
        """Return the outcome at every pair of values of two axes, whatever the other axes are."""
        y, x = self._at(down), self._at(across)
        pairs = {(float(a), float(b)) for a, b in zip(y, x, strict=True) if np.isfinite(a) and np.isfinite(b)}
        return {(a, b): self.estimates((y == a) & (x == b)) for a, b in sorted(pairs)}

    def _beyond(self, chosen: npt.NDArray[np.bool_], first: npt.NDArray[np.bool_]) -> list[Estimate]:
        """Return how much more the outcome is over some pairs than over others, run by run.

        What runs share falls out. Runs that lack points, of a sweep that is not finished, are left out: the others
        could not be compared.
        """
        runs, place, points = np.unique(self.run, return_inverse=True, return_counts=True)
        whole = (points >= WHOLE * points.max())[place]
        sides = [self._by_run(rows & whole) for rows in (chosen, first)]
        both = np.intersect1d(sides[0][0], sides[1][0])
        change = sides[0][1][np.isin(sides[0][0], both)] - sides[1][1][np.isin(sides[1][0], both)]
        row = np.unique(place, return_index=True)[1][np.isin(runs, both)]
        return _estimates(paired_figures(change, self.cluster[row], self.replication[row]))

    def _by_run(self, chosen: npt.NDArray[np.bool_]) -> tuple[IntArray, FloatArray]:
        """Return runs and their means over some pairs."""
        import pandas as pd

        means = pd.DataFrame(self.values[chosen]).groupby(self.run[chosen]).mean()
        return means.index.to_numpy(dtype=np.int64), means.to_numpy()

    @cached_property
    def by_point(self) -> tuple[IntArray, FloatArray]:
        """Numbers of points, and means at them, shape (point, variable).

        Every run is measured from its own mean over points, so that points which lack some runs can be compared.
        """
        import pandas as pd

        table = pd.DataFrame(self.values)
        table = table - table.groupby(self.run).transform("mean") + table.mean()
        means = table[self.number >= 0].groupby(self.number[self.number >= 0]).mean()
        return means.index.to_numpy(), means.to_numpy()

    def drivers(self, design: pd.DataFrame, axes: Sequence[str], j: int) -> Drivers:
        """Return which axes move variable number `j` from point to point; each point counts once."""
        numbers, means = self.by_point
        y = means[:, j]
        numbers, y = numbers[np.isfinite(y)], y[np.isfinite(y)]
        columns = varying({axis: design[axis].to_numpy()[numbers] for axis in axes}, len(y))
        note, fit = "too_few", None
        if not self.values[:, j].any():
            note = "no_effect"
        elif len(y) and np.ptp(y) <= ROUNDING * np.abs(y).max():
            note = "constant"
        elif len(y) >= LEAST_DRAWS and columns.names:
            fit = rank_regression(y, columns.ranks, RATE)
            note = "drivers" if fit else "none_found"
        names = tuple(columns.names[int(k)] for k in fit.chosen) if fit else ()
        tested = len(columns.names)
        return Drivers(note, len(y), tested, names, fit, detectable(len(y), tested, RATE))

    def correlation(self, design: pd.DataFrame, axis: str, j: int) -> float:
        """Return the rank correlation of an axis with variable number `j` over points; 0 where either is constant."""
        numbers, means = self.by_point
        known = np.isfinite(means[:, j])
        if not known.any():
            return 0.0
        y = means[known, j]
        x, y = rank(design[axis].to_numpy()[numbers[known]]), rank(np.rint(y / (np.abs(y).max() * ROUNDING or 1.0)))
        if np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
            return 0.0
        return float(np.corrcoef(x, y)[0, 1])


def _ranges(values: FloatArray, low: float, high: float) -> list[tuple[float, float, bool]]:
    """Return single values if there are few, otherwise equal ranges that cover all; True where the end belongs to it.

    Parameters
    ----------
    values : ndarray, shape (points,)
    low, high : float
    """
    distinct = np.unique(values)
    if (len(distinct) <= BINS and len(distinct) * 2 <= len(values)) or len(distinct) <= 2:
        return [(float(v), float(v), True) for v in distinct]
    count = int(np.clip(len(values) // LEAST_IN_BIN, 2, BINS))
    edges = np.linspace(min(low, distinct[0]), max(high, distinct[-1]), count + 1).tolist()
    return [(edges[i], edges[i + 1], i == count - 1) for i in range(count)]


def _widened(e: Estimate, variance: float, points: int) -> Estimate:
    """Return an estimate whose error also holds which points there happen to be."""
    return replace(e, error=float(np.sqrt(e.error**2 + variance)), points=points)


def _estimates(f: Figures) -> list[Estimate]:
    numbers = np.column_stack([f.mean, f.standard_error, f.median, f.p05, f.p95, f.prob_positive]).tolist()
    counts = np.column_stack([f.n, f.draws, f.replications]).tolist()
    return [Estimate(*row, *count) for row, count in zip(numbers, counts, strict=True)]
