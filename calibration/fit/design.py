"""The design: many runs with parameters spread over their priors, simulated once and kept; all fits learn from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.observed import YEARS
from simulator.parameters import names, quantiles, table_of
from simulator.periods import to_index
from simulator.statistics import annualise
from simulator.sweep import Progress, SweepSpec, make_plan, run_sweep
from simulator.sweep.shards import read_rows
from simulator.sweep.spec import Freq, Keep
from simulator.variables import ENTITIES, variables
from simulator.world import World

FloatArray: TypeAlias = npt.NDArray[np.float64]

UNTIL: Final = f"{YEARS[-1]}Q4"
SCENARIO: Final = "baseline"
KEPT: Final = (
    Keep("province", tuple(v.name for v in variables()["province"]), "A"),
    Keep("city", ("gdp_nominal", "gdp_reported", "fdi", "investment", "padding_gdp"), "A"),
    Keep("partner", ("exports_usd", "imports_usd"), "A"),
    Keep("port", ("throughput", "containers"), "Q"),
)
"""Outputs of every run that targets may be made of."""


@dataclass(frozen=True)
class Runs:
    """Outputs of many runs to the end of 2017, as arrays; what targets are computed from.

    Attributes
    ----------
    parameters : ndarray, shape (runs, parameters)
        In the order of ``parameters.names()``.
    values : dict of (level, freq) to ndarray, shape (runs, periods, entities, variables)
        As `KEPT` names them.
    """

    parameters: FloatArray
    values: dict[tuple[str, Freq], FloatArray]

    @cached_property
    def _kept(self) -> dict[tuple[str, Freq], tuple[str, ...]]:
        return {(keep.level, keep.freq): keep.variables for keep in KEPT}

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output in 2006-2017, shape (runs, 12).

        Raises
        ------
        KeyError
            If this output is not kept.
        """
        if (level, "A") in self.values and output in self._kept[level, "A"]:
            column = self._kept[level, "A"].index(output)
            return self.values[level, "A"][:, :, ENTITIES[level].index(entity), column]
        column = self._kept[level, "Q"].index(output) if (level, "Q") in self.values else -1
        if column < 0:
            raise KeyError(f"{output} of {level}")
        quarters = self.values[level, "Q"][:, :, [ENTITIES[level].index(entity)], column]
        return annualise(quarters[..., None], level, [output])[:, :, 0, 0]

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output in one quarter, shape (runs,), in its unit a quarter.

        Raises
        ------
        KeyError
            If this output is not kept by quarter.
        """
        if output not in self._kept.get((level, "Q"), ()):
            raise KeyError(f"{output} of {level} by quarter")
        column = self._kept[level, "Q"].index(output)
        return self.values[level, "Q"][:, to_index(period), ENTITIES[level].index(entity), column]


def joined(parts: tuple[Runs, ...]) -> Runs:
    """Return the runs of several designs as one."""
    return Runs(
        np.concatenate([p.parameters for p in parts]),
        {key: np.concatenate([p.values[key] for p in parts]) for key in parts[0].values},
    )


def sobol_points(points: int, seed: int) -> FloatArray:
    """Return parameters of a scrambled Sobol design over all priors, shape (points, parameters)."""
    from scipy.stats import qmc

    power = int(np.ceil(np.log2(max(points, 2))))
    u = qmc.Sobol(len(names()), scramble=True, rng=np.random.default_rng(seed)).random_base2(power)[:points]
    return quantiles(u)


def simulate_points(
    world: World,
    values: FloatArray,
    folder: Path,
    *,
    seed: int,
    threads: int | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Runs:
    """Simulate the baseline to 2017 with given parameters, or read what a folder already has of it.

    Parameters
    ----------
    world : World
    values : ndarray, shape (points, parameters)
    folder : Path
        Of this sweep; finished runs in it are kept, so that the same call goes on after it was stopped.
    seed : int
        Of the luck; every point has its own.
    threads, progress
        As of ``run_sweep``.

    Returns
    -------
    Runs
        Those that did not fail, point by point.

    Raises
    ------
    InputError
        The folder holds runs of other parameters or of another model, or is damaged.
    SweepStoppedError
        Nothing more could be written.
    """
    spec = SweepSpec(
        name=folder.name, scenarios=(SCENARIO,), draws=len(values), until=UNTIL, seed=seed, parameters="calibration",
        keep=KEPT, file="calibration",
    )  # fmt: skip
    plan = make_plan(replace(spec, text=_text(spec)), world, table_of("file", values))
    run_sweep(world, plan, folder, threads=threads, progress=progress)
    return read_runs(folder, values)


def _text(spec: SweepSpec) -> str:
    """Say in the folder what it holds; parameters cannot be written as a sweep file."""
    return (
        f"# Runs of a calibration: {spec.draws} points, seed {spec.seed}.\n"
        "# Made by `liaosim calibrate`; their parameters are in parameters.parquet.\n"
    )


def read_runs(folder: Path, values: FloatArray) -> Runs:
    """Read the runs of a folder, ordered by point; failed runs are left out."""
    import pyarrow.compute as pc

    parts: dict[tuple[str, Freq], list[FloatArray]] = {(keep.level, keep.freq): [] for keep in KEPT}
    drawn = []
    for path in sorted((folder / "shards").glob("*.parquet")):
        table = read_rows(path)
        for keep in KEPT:
            mine = table.filter(pc.and_(pc.equal(table["level"], keep.level), pc.equal(table["freq"], keep.freq)))
            each = len(ENTITIES[keep.level]) * (len(YEARS) if keep.freq == "A" else 4 * len(YEARS))
            columns = [mine[name].to_numpy() for name in keep.variables]
            parts[keep.level, keep.freq].append(
                np.stack(columns, axis=-1).reshape(len(mine) // each, -1, len(ENTITIES[keep.level]), len(columns))
            )
            if keep is KEPT[0]:
                drawn.append(mine["draw"].to_numpy()[::each])
    draw = np.concatenate(drawn).astype(np.int64)
    order = np.argsort(draw)
    arrays = {key: np.concatenate(blocks)[order] for key, blocks in parts.items()}
    return Runs(values[draw[order]], arrays)
