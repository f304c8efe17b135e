"""Put a finished calibration where every run finds it: ``python -m calibration.ship DIR [VALIDATION_DIR]``.

Copies draws, table and manifest of both fits into ``simulator/posteriors``, with the small tables that
``docs/calibration.md`` is made from; beside them the skill card and the other tables of the validation, and those of
the long checks. Only a calibration of this version of the model, with converged samplers, is taken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from calibration.fit.calibrate import LAST_YEARS, SHIPPED
from calibration.fit.reweighting import LEAST_DRAWS
from calibration.fit.sampler import MAX_RHAT
from calibration.skill_file import read_skill
from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.posterior import DRAWS, MANIFEST, POSTERIORS, TABLE, read_posterior
from simulator.text_file import replace_with

SKILL: Final = "skill.csv"
TABLES: Final = ("fit.csv", "emulator.csv", "identifiability.csv", "pairs.csv", "padding.csv")
"""Of each posterior, as far as the calibration wrote them."""
CARD: Final = (
    SKILL, "skill_rolling.csv", "accuracy_tests.csv", "points.csv", "ports.csv", "facts.csv", "published.csv",
)  # fmt: skip
"""Of the validation, as far as it wrote them."""
RECOVERY: Final = "recovery.csv"
STABILITY: Final = "stability.csv"


def ship(
    folder: Path,
    card: Path | None = None,
    target: Path = POSTERIORS,
    *,
    recovery: Path | None = None,
    stability: Path | None = None,
) -> None:
    """Check both posteriors of a calibration and copy them.

    Tables of an earlier calibration are removed where this one has none; without `card`, a skill card stays.

    Parameters
    ----------
    folder : Path
        Written by ``liaosim calibrate --out``.
    card : Path, optional
        Written by ``liaosim validate --out``: the folder, or only its ``skill.csv``.
    target : Path
    recovery, stability : Path, optional
        Written by ``python -m calibration.document_checks``.

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
    skill = card / SKILL if card is not None and card.is_dir() else card
    if skill is not None:
        read_skill(skill)
    others = {RECOVERY: recovery, STABILITY: stability}
    for path in others.values():
        if path is not None and not path.is_file():
            raise InputError(f"{path} does not exist")
    for name, place in places.items():
        (target / name).mkdir(parents=True, exist_ok=True)
        for file in (DRAWS, TABLE, MANIFEST, *TABLES):
            _copy(place / file, target / name / file)
    if card is not None and skill is not None:
        for file in CARD:
            _copy(skill if file == SKILL else card / file, target / file)
    for file, path in others.items():
        if path is not None:
            _copy(path, target / file)


def _copy(source: Path, to: Path) -> None:
    """Copy a file; where there is none, remove what an earlier calibration left in its place."""
    if not source.is_file():
        to.unlink(missing_ok=True)
        return
    content = source.read_bytes()
    replace_with(to, lambda file: file.write(content))


def main(arguments: Sequence[str] | None = None) -> int:
    """Ship the calibration that is named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.ship", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of liaosim calibrate --out")
    parser.add_argument("card", type=Path, nargs="?", help="folder of liaosim validate --out, or its skill.csv")
    parser.add_argument("--recovery", type=Path, metavar="FILE", help="of calibration.document_checks recovery")
    parser.add_argument("--stability", type=Path, metavar="FILE", help="of calibration.document_checks stability")
    given = parser.parse_args(arguments)
    try:
        ship(given.folder, given.card, recovery=given.recovery, stability=given.stability)
    except (InputError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
