"""Put a finished calibration where every run finds it: ``python -m calibration.ship DIR [SKILL.csv]``.

Copies draws, table and manifest of both fits into ``simulator/posteriors``, and the skill card beside them. Only a
calibration of this version of the model, with converged samplers, is taken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from calibration.fit.calibrate import LAST_YEARS, SHIPPED
from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.posterior import DRAWS, MANIFEST, POSTERIORS, TABLE, read_posterior
from simulator.text_file import replace_with

MAX_RHAT: Final = 1.05
LEAST_DRAWS: Final = 200
"""Effective draws, after weighting, that a shipped posterior needs."""
SKILL: Final = "skill.csv"


def ship(folder: Path, skill: Path | None = None, target: Path = POSTERIORS) -> None:
    """Check both posteriors of a calibration and copy them.

    Parameters
    ----------
    folder : Path
        Written by ``liaosim calibrate --out``.
    skill : Path, optional
        Written by ``liaosim validate --out``.
    target : Path

    Raises
    ------
    InputError
        A posterior is missing, damaged, of another version of the model or of other years, or has not converged;
        nothing is copied then.
    """
    places = {name: folder if name == SHIPPED else folder / name for name in LAST_YEARS}
    for name, place in places.items():
        posterior = read_posterior(place)
        wrong = ""
        if posterior.name != name or posterior.last_year != LAST_YEARS[name]:
            wrong = f'is the posterior "{posterior.name}" to {posterior.last_year}, not "{name}" to {LAST_YEARS[name]}'
        elif posterior.model_version != str(MODEL_VERSION):
            wrong = f"is of model version {posterior.model_version}; this is {MODEL_VERSION}"
        elif posterior.max_rhat > MAX_RHAT:
            wrong = f"has R-hat {posterior.max_rhat:g}; at most {MAX_RHAT:g} is taken"
        elif posterior.effective_sample_size < LEAST_DRAWS:
            wrong = f"has {posterior.effective_sample_size:g} effective draws; {LEAST_DRAWS} are needed"
        if wrong:
            raise InputError(f"{place} {wrong}")
    for name, place in places.items():
        (target / name).mkdir(parents=True, exist_ok=True)
        for file in (DRAWS, TABLE, MANIFEST):
            _copy(place / file, target / name / file)
    if skill is not None:
        _copy(skill, target / SKILL)


def _copy(source: Path, to: Path) -> None:
    content = source.read_bytes()
    replace_with(to, lambda file: file.write(content))


def main(arguments: Sequence[str] | None = None) -> int:
    """Ship the calibration that is named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.ship", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of liaosim calibrate --out")
    parser.add_argument("skill", type=Path, nargs="?", help="skill.csv of liaosim validate --out")
    given = parser.parse_args(arguments)
    try:
        ship(given.folder, given.skill)
    except (InputError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
