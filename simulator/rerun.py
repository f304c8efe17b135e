"""Does a stored result repeat? What its folder holds against the same runs of today, bit by bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.manifest import environment
from simulator.periods import labels, years_of
from simulator.rerun_read import Stored, kept_runs, read_column
from simulator.results import Results
from simulator.statistics import FloatArray, annualise
from simulator.variables import ENTITIES, LEVELS, variables

if TYPE_CHECKING:
    from simulator.ensemble import Ensemble

SHOWN: Final = 5
"""Places of a difference that are named; the others are counted."""


@dataclass(frozen=True)
class SeriesDifference:
    """Stored series of one scenario and level that come out otherwise.

    Attributes
    ----------
    scenario, level : str
    since : str
        First quarter with a difference; a year if only annual values of the province differ.
    places : tuple of (variable, entity)
        What differs in that period, the first few.
    count : int
        How many pairs of variable and entity differ in that period.
    runs : int
        Runs with a difference in any period.
    largest : float
        Largest relative difference in any period, ``|new - old| / max(|new|, |old|)``; infinite where only one
        of the two is a finite number.
    """

    scenario: str
    level: str
    since: str
    places: tuple[tuple[str, str], ...]
    count: int
    runs: int
    largest: float


@dataclass(frozen=True)
class SizeDifference:
    """A sampled lever size (``instrument:target``) that is drawn otherwise; `largest` as in ``SeriesDifference``."""

    scenario: str
    key: str
    runs: int
    largest: float


@dataclass(frozen=True)
class FailureDifference:
    """A run that failed then or fails now, or fails with another message; None: it finishes."""

    scenario: str
    run: int
    stored: str | None
    now: str | None


@dataclass(frozen=True)
class MedoidDifference:
    """Another run is the typical one; None if all fail now."""

    scenario: str
    stored: int
    now: int | None


@dataclass(frozen=True)
class Change:
    """Something of the environment that is not as in the manifest; None: absent."""

    what: str
    stored: str | None
    now: str | None


@dataclass(frozen=True)
class Report:
    """What repeating a stored result showed; the result is the same if the four kinds of difference are empty."""

    folder: Path
    scenarios: tuple[str, ...]
    runs: int
    quarters: int
    levels: tuple[str, ...]
    series: tuple[SeriesDifference, ...]
    sizes: tuple[SizeDifference, ...]
    failures: tuple[FailureDifference, ...]
    medoids: tuple[MedoidDifference, ...]
    environment: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether every stored number comes out again, to the bit."""
        return not (self.series or self.sizes or self.failures or self.medoids)

    @property
    def differing(self) -> tuple[str, ...]:
        """Names of the scenarios that differ, in the order of the folder."""
        found = {x.scenario for kind in (self.series, self.sizes, self.failures, self.medoids) for x in kind}
        return tuple(name for name in self.scenarios if name in found)


def compare(stored: Stored, ensembles: Iterable[Ensemble]) -> Report:
    """Compare a stored result with its runs of today.

    Every stored series is compared in the precision in which it is stored, for the runs that finished both then
    and now, and so are sampled sizes, failures and medoids. Each ensemble is compared before the next is asked for.

    Parameters
    ----------
    stored : Stored
        From ``simulator.rerun_read.read_stored``.
    ensembles : iterable of Ensemble
        One for each scenario of `stored`, in its order, with its seed, parameters and horizon.

    Raises
    ------
    InputError
        A file of the folder cannot be read.
    """
    series: list[SeriesDifference] = []
    sizes: list[SizeDifference] = []
    failures: list[FailureDifference] = []
    medoids: list[MedoidDifference] = []
    for group, (name, ensemble) in enumerate(zip(stored.names, ensembles, strict=True)):
        series += [x for level in LEVELS if (x := _series(stored, group, level, ensemble)) is not None]
        sizes += _sizes(name, stored.sizes[name], ensemble.sizes)
        failures += _failures(name, stored.failures[name], dict(ensemble.failures))
        alive = len(ensemble.failures) < ensemble.runs
        medoid = Results([ensemble]).medoids[ensemble.scenario] if alive else None
        if medoid != stored.medoids[name]:
            medoids.append(MedoidDifference(name, stored.medoids[name], medoid))
    return Report(
        folder=stored.folder,
        scenarios=stored.names,
        runs=stored.runs,
        quarters=stored.quarters,
        levels=LEVELS,
        series=tuple(series),
        sizes=tuple(sizes),
        failures=tuple(failures),
        medoids=tuple(medoids),
        environment=changes(stored.environment, environment()),
    )


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what differs between two environments (see ``simulator.manifest.environment``), packages one by one."""
    old, new = _flat(then), _flat(now)
    names = {"model_version": None, **dict.fromkeys([*old, *new])}  # the model first: it explains most
    return tuple(Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _flat(content: Mapping[str, Any]) -> dict[str, str | None]:
    packages = content["packages"]
    return {**{key: value for key, value in content.items() if key != "packages"}, **packages}


def _series(stored: Stored, group: int, level: str, ensemble: Ensemble) -> SeriesDifference | None:
    """Compare one level of one scenario, variable by variable."""
    name = stored.names[group]
    then = kept_runs(stored.runs, stored.failures[name])
    both = [run for run in then if run not in dict(ensemble.failures)]
    rows = np.searchsorted(then, both)
    blocks = list(_blocks(ensemble.levels[level][both], level))
    periods = [label for names, _ in blocks for label in names]
    cells = np.zeros((len(periods), len(variables()[level]), len(ENTITIES[level])), dtype=bool)
    touched = np.zeros(len(both), dtype=bool)
    largest = 0.0
    for j, v in enumerate(variables()[level]):
        column = read_column(stored, group, level, v.name)
        first = row = 0
        for names, values in blocks:
            shape = (len(then), len(names), len(ENTITIES[level]))
            old = column[row : row + int(np.prod(shape))].reshape(shape)[rows]
            new = values[..., j].astype(old.dtype)
            differs = _bits(old) != _bits(new)
            if differs.any():
                cells[first : first + len(names), j] |= differs.any(axis=0)
                touched |= differs.any(axis=(1, 2))
                largest = max(largest, _largest(old[differs], new[differs]))
            row += int(np.prod(shape))
            first += len(names)
    if not cells.any():
        return None
    since = int(np.argmax(cells.any(axis=(1, 2))))
    places = [(variables()[level][j].name, ENTITIES[level][k]) for j, k in np.argwhere(cells[since])]
    return SeriesDifference(
        name, level, periods[since], tuple(places[:SHOWN]), len(places), int(touched.sum()), largest
    )


def _blocks(values: FloatArray, level: str) -> Iterator[tuple[Sequence[str], FloatArray]]:
    """Yield labels and values of the periods of a level as they are stored: quarters; years too for the province."""
    quarters = values.shape[1]
    yield labels(quarters), values
    if level == "province":
        yield years_of(quarters), annualise(values, level)


def _bits(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the bits as whole numbers: a missing number equals itself, and the two zeros differ."""
    return np.ascontiguousarray(values).view(f"u{values.itemsize}")


def _largest(old: npt.NDArray[Any], new: npt.NDArray[Any]) -> float:
    """Return the largest relative difference of two arrays of the same shape; infinite if one is not finite."""
    a, b = old.astype(np.float64), new.astype(np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    scale = np.maximum(np.abs(a), np.abs(b))
    share = np.zeros_like(scale)
    np.divide(np.abs(b - a), scale, out=share, where=scale > 0.0)
    return float(share.max(initial=0.0))


def _sizes(scenario: str, then: Mapping[str, FloatArray], now: Mapping[str, FloatArray]) -> Iterator[SizeDifference]:
    for key in sorted({*then, *now}):
        missing = np.full(len(next(iter([*then.values(), *now.values()]))), np.nan)
        old, new = then.get(key, missing), now.get(key, missing)
        differs = _bits(old) != _bits(new)
        if differs.any():
            yield SizeDifference(scenario, key, int(differs.sum()), _largest(old[differs], new[differs]))


def _failures(scenario: str, then: Mapping[int, str], now: Mapping[int, str]) -> Iterator[FailureDifference]:
    for run in sorted({*then, *now}):
        if then.get(run) != now.get(run):
            yield FailureDifference(scenario, run, then.get(run), now.get(run))
