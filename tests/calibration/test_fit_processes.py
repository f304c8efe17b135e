"""How a fit tells how far it is, and what is left of it when somebody ends it or one of its processes."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from calibration.fit.fit import fit
from calibration.fit.likelihood import Likelihood
from calibration.fit.sampler import CHECK_EVERY
from tests.calibration.linear import likelihood_of

LONG = 50_000
"""Steps that no test waits for."""


@pytest.fixture(scope="module")
def likelihood() -> Likelihood:
    return likelihood_of(np.array([[0.3, 0.2, 0.0, 0.1], [0.0, 0.2, 0.4, 0.1]]), np.array([0.05, 0.10, 0.12, 0.03]))


def test_progress_goes_by_steps_and_never_falls(likelihood: Likelihood) -> None:
    told: list[float] = []
    fit(likelihood, seed=3, ensembles=2, steps=300, most=300, processes=1, progress=told.append)
    np.testing.assert_allclose(told, [0.0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1.0])


def test_once_the_autocorrelation_is_known_progress_goes_to_the_end_by_it(likelihood: Likelihood) -> None:
    told: list[float] = []
    found = fit(likelihood, seed=3, ensembles=1, steps=200, most=LONG, processes=1, progress=told.append)
    assert len(found.chains.draws) == 1
    assert found.chains.draws.shape[1] < LONG / 20
    assert told == sorted(set(told))
    assert told[:2] == [0.0, CHECK_EVERY / LONG]
    assert told[2] > 20 * told[1], "the second stretch tells the autocorrelation time"
    assert told[-1] == 1.0


def test_processes_tell_their_steps_and_leave_the_bits_alone(likelihood: Likelihood) -> None:
    told: list[float] = []
    apart = fit(likelihood, seed=3, ensembles=3, steps=200, most=200, processes=2, progress=told.append)
    assert told == sorted(set(told))
    assert (told[0], told[-1]) == (0.0, 1.0)
    here = fit(likelihood, seed=3, ensembles=3, steps=200, most=200, processes=1)
    np.testing.assert_array_equal(apart.chains.draws, here.chains.draws)


def test_an_interrupt_stops_the_processes_and_the_fit_goes_on_to_the_same_bits(
    likelihood: Likelihood, tmp_path: Path
) -> None:
    def interrupted(share: float) -> None:
        if share > 0.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(likelihood, seed=3, ensembles=2, steps=LONG, most=LONG, folder=tmp_path, processes=2, progress=interrupted)
    kept = [len(list((tmp_path / f"ensemble_{k}").glob("*.npz"))) for k in range(2)]
    assert 0 < sum(kept) < LONG / CHECK_EVERY, "they stopped, and a share above 0 means a whole stretch"
    steps = CHECK_EVERY * (2 + kept[0])
    again = fit(likelihood, seed=3, ensembles=1, steps=steps, most=steps, folder=tmp_path, processes=1)
    fresh = fit(likelihood, seed=3, ensembles=1, steps=steps, most=steps, processes=1)
    np.testing.assert_array_equal(again.chains.draws, fresh.chains.draws)


class Deadly(Likelihood):
    """Ends the process that it is sent to, as a lack of memory would."""

    def __setstate__(self, state: object) -> None:
        os._exit(9)


def test_a_process_that_is_killed_is_said(likelihood: Likelihood) -> None:
    deadly = Deadly(**{field.name: getattr(likelihood, field.name) for field in fields(likelihood)})
    with pytest.raises(ChildProcessError, match="process of the samplers was killed"):
        fit(deadly, seed=3, ensembles=2, steps=100, most=100, processes=2)
