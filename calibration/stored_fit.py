"""Find the finished fit to 2013 of a calibration again, so that what is judged is the very posterior that ships.

``draws.parquet`` keeps the fitted parameters of its draws only. A forecast also needs the sizes of discrepancy that
were drawn with them. Every draw is a place of a chain in the stored ensembles, which hold all coordinates: it is
looked up there by its parameters. Nothing is sampled or simulated, so the draws are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from calibration.fit.calibrate import LAST_YEARS, VALIDATION, WORK
from calibration.fit.emulator import Emulator
from calibration.fit.learn import likelihood_of
from calibration.fit.likelihood import Likelihood
from calibration.model_forecast import FloatArray, OriginFit
from calibration.targets import Row, observed_data
from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.parameters import parameters
from simulator.posterior import DRAWS, MANIFEST, Posterior, read_posterior

DRAWS_TAKEN: Final = 256
SAME: Final = 1e-9
"""Difference, relative to the width of its range, below which two values of a parameter are the same."""


def stored_fit(folder: Path, emulator: Emulator, rows: Sequence[Row], draws: int = DRAWS_TAKEN) -> OriginFit:
    """Return the fit to 2013 of a calibration, with some of its draws.

    Parameters
    ----------
    folder : Path
        Written by ``liaosim calibrate --out``.
    emulator, rows
        Of all fitted figures, from the same folder.
    draws : int
        Spread evenly over the stored ones.

    Raises
    ------
    InputError
        The folder has no fit to 2013, or it is damaged, of another version of the model or not of this emulator.
    """
    place, year = folder / VALIDATION, LAST_YEARS[VALIDATION]
    if not (place / MANIFEST).is_file():
        raise InputError(
            f"{folder} holds no fit to {year}: {place / MANIFEST} is missing; liaosim calibrate without --data makes it"
        )
    found = read_posterior(place)
    _check(found, place, year)
    data = observed_data(year)
    likelihood = likelihood_of(emulator, rows, data)
    if found.names != likelihood.space.names:
        odd = sorted({*found.names} ^ {*likelihood.space.names})
        raise InputError(f"{place / DRAWS} and the emulator are not of the same parameters: {', '.join(odd[:5])}")
    chosen = found.values[np.linspace(0, len(found.values) - 1, min(draws, len(found.values))).astype(np.int64)]
    return OriginFit(year, data.rows, likelihood, _looked_up(chosen, likelihood, folder / WORK / VALIDATION, place))


def _check(found: Posterior, place: Path, year: int) -> None:
    if found.name != VALIDATION or found.last_year != year:
        raise InputError(f'{place} is the posterior "{found.name}" to {found.last_year}, not the fit to {year}')
    if found.model_version != str(MODEL_VERSION):
        raise InputError(
            f"{place} is of model version {found.model_version}, this is {MODEL_VERSION}; calibrate again into another"
            " folder"
        )


def _looked_up(values: FloatArray, likelihood: Likelihood, ensembles: Path, place: Path) -> FloatArray:
    """Return the coordinates of draws, shape (draws, size), from the ensembles that they were chosen from."""
    space = likelihood.space
    known, first = np.unique(_scaled(values, likelihood), axis=0, return_inverse=True)
    mark = np.cos(1.0 + np.arange(known.shape[1]))
    order = np.argsort(known @ mark)
    marks = (known @ mark)[order]
    found = np.full((len(known), space.size), np.nan)
    for q in _stretches(ensembles, space.size):
        mine = _scaled(space.values(q), likelihood)
        after = np.searchsorted(marks, mine @ mark)
        for near in (after - 1, after):
            at = order[np.clip(near, 0, len(known) - 1)]
            same = np.abs(known[at] - mine).max(axis=1) <= SAME
            found[at[same]] = q[same]
        if not np.isnan(found).any():
            return np.asarray(found[first.reshape(-1)])
    missing = int(np.isnan(found[:, 0]).sum())
    raise InputError(
        f"{missing} draws of {place / DRAWS} are not in the ensembles of {ensembles}; the files are not of one"
        " calibration, or some were removed: liaosim calibrate with the same folder makes them again"
    )


def _scaled(values: FloatArray, likelihood: Likelihood) -> FloatArray:
    """Return parameters in the widths of their ranges, so that one tolerance suits all."""
    chosen = [parameters()[k] for k in likelihood.space.fitted]
    return np.asarray(values / np.array([p.high - p.low for p in chosen]))


def _stretches(folder: Path, size: int) -> Iterator[FloatArray]:
    """Yield coordinates of each stored stretch, (points, size), the last of the last round first: draws are there."""
    every = sorted(folder.glob("chains*/ensemble_*/*.npz"), key=lambda p: (p.parts[-3], p.name), reverse=True)
    for path in every:
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                draws = np.asarray(kept["draws"], dtype=np.float64)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            again = "liaosim calibrate with the same folder makes it again"
            raise InputError(f"{path} is damaged: {error}; {again}") from None
        if draws.ndim != 3 or draws.shape[2] != size:
            raise InputError(f"{path} is of another fit: its draws have shape {draws.shape}")
        yield draws.reshape(-1, size)
