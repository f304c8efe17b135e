"""The finished fit to 2013 is found again as it was drawn, and nothing else is taken for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calibration.fit.emulator import Emulator
from calibration.fit.learn import likelihood_of
from calibration.fit.likelihood import Likelihood
from calibration.stored_fit import stored_fit
from calibration.targets import observed_data, rows
from simulator.errors import InputError
from tests.calibration.linear import FITTED, emulator_of
from tests.posteriors import write_posterior

EVERY = rows()
STEPS, WALKERS = 40, 24


def flat() -> Emulator:
    return emulator_of(np.zeros((2, len(EVERY))), np.zeros(len(EVERY)), np.full(len(EVERY), 0.1))


def likelihood() -> Likelihood:
    return likelihood_of(flat(), EVERY, observed_data(2013))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """Return a calibration whose 1,024 draws were chosen from two ensembles of two stretches, and their coordinates."""
    folder = tmp_path_factory.mktemp("calibration")
    space, generator = likelihood().space, np.random.default_rng(4)
    kept = []
    for ensemble in range(2):
        place = folder / "work" / "validation" / "chains" / f"ensemble_{ensemble}"
        place.mkdir(parents=True)
        for stretch in (1, 2):
            draws = generator.standard_normal((STEPS, WALKERS, space.size))
            np.savez(place / f"{stretch:04d}.npz", draws=draws, log=np.zeros((STEPS, WALKERS)), accepted=0.3)
            kept.append(draws.reshape(-1, space.size))
    pool = np.concatenate(kept)
    coordinates = pool[generator.integers(0, len(pool), 1024)]  # some are drawn twice
    place = write_posterior(folder / "validation", "validation", dict.fromkeys(space.names, 0.5))
    values = space.values(coordinates)
    pq.write_table(pa.table({name: values[:, k] for k, name in enumerate(space.names)}), place / "draws.parquet")
    return folder, coordinates


def test_draws_are_found_again_with_all_their_coordinates(made: tuple[Path, np.ndarray]) -> None:
    folder, coordinates = made
    assert len(np.unique(coordinates, axis=0)) < 1024, "a draw that is there twice is found twice"
    found = stored_fit(folder, flat(), EVERY, draws=1024)
    assert np.array_equal(found.coordinates, coordinates)
    assert found.origin == 2013 and found.rows == rows(2013)
    assert found.likelihood.observed == pytest.approx(observed_data(2013).vector)
    few = stored_fit(folder, flat(), EVERY, draws=3)
    assert np.array_equal(few.coordinates, coordinates[[0, 511, 1023]])


def test_values_that_another_machine_rounds_otherwise_are_found_too(
    made: tuple[Path, np.ndarray], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(made[0], tmp_path / "other"))
    path = folder / "validation" / "draws.parquet"
    table = pq.read_table(path)
    pq.write_table(
        pa.table({name: np.nextafter(table[name].to_numpy(), np.inf) for name in table.column_names}), path
    )
    assert np.array_equal(stored_fit(folder, flat(), EVERY, draws=50).coordinates, made[1][_spread(50)])


def _spread(count: int) -> np.ndarray:
    return np.linspace(0, 1023, count).astype(np.int64)


def refused(folder: Path, message: str) -> None:
    with pytest.raises(InputError, match=message):
        stored_fit(folder, flat(), EVERY, draws=8)


@pytest.fixture
def copy(made: tuple[Path, np.ndarray], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "copy"))


def test_a_calibration_without_a_fit_to_2013_says_how_to_make_one(copy: Path) -> None:
    shutil.rmtree(copy / "validation")
    refused(copy, "holds no fit to 2013: .*manifest.json is missing; liaosim calibrate without --data makes it")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("name", "shipped", 'is the posterior "shipped" to 2013, not the fit to 2013'),
        ("last_year", 2017, 'is the posterior "validation" to 2017, not the fit to 2013'),
        ("model_version", "0.5", "is of model version 0.5, this is .*; calibrate again into another folder"),
    ],
)
def test_another_posterior_is_refused(copy: Path, key: str, value: object, message: str) -> None:
    path = copy / "validation" / "manifest.json"
    entries = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(entries | {key: value}), encoding="utf-8")
    refused(copy, message)


def test_draws_of_other_parameters_are_refused(copy: Path) -> None:
    shutil.rmtree(copy / "validation")
    write_posterior(copy / "validation", "validation", {FITTED[0]: 0.5, "tax_rate": 0.5})
    refused(copy, "draws.parquet and the emulator are not of the same parameters: census_coverage, tax_rate")


def test_draws_of_other_ensembles_are_refused(copy: Path) -> None:
    shutil.rmtree(copy / "work" / "validation" / "chains" / "ensemble_1")
    refused(copy, r"\d draws of .*draws.parquet are not in the ensembles of .*; the files are not of one calibration")
    shutil.rmtree(copy / "work")
    refused(copy, "8 draws of .*draws.parquet are not in the ensembles")


def test_a_damaged_ensemble_is_named(copy: Path) -> None:
    (copy / "work" / "validation" / "chains" / "ensemble_0" / "0002.npz").write_bytes(b"PK")
    refused(copy, "ensemble_0/0002.npz is damaged: .*; liaosim calibrate with the same folder makes it again")


def test_an_ensemble_of_another_size_is_refused(copy: Path) -> None:
    np.savez(copy / "work" / "validation" / "chains" / "ensemble_0" / "0002.npz", draws=np.zeros((2, 3, 4)))
    refused(copy, r"0002.npz is of another fit: its draws have shape \(2, 3, 4\)")
