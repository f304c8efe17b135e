"""How large a calibration is and from which seed, and whether a folder belongs to it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.text_file import read_text, replace_file

STATE: Final = "state.json"
_FORMAT: Final = "liaosim calibration 3"
"""Its number rises whenever samplers or likelihood give other draws from the same inputs."""
PACKAGES: Final = ("numpy", "scipy", "scikit-learn", "mici", "arviz")
_MEANING: Final = {
    "model_version": "the version of the model",
    "parameters": "the declaration of parameters (parameters.toml)",
    "targets": "the table of targets or the observed figures",
    "world": "the data of the model",
    "data": "the data file",
    "settings": "seed or size of the calibration",
    "packages": "the versions of the packages that calculate",
}


@dataclass(frozen=True)
class Settings:
    """Size of a calibration.

    Attributes
    ----------
    seed : int
        Of the design, luck and samplers.
    points, refocused : int
        Points of the design over the priors, and of the one where the posteriors lie.
    held_out, lucks : int
        Points that test the emulator in each of the two, and runs of each.
    draws : int
        Draws that are kept.
    steps, most : int
        Steps of an ensemble of chains, at least and at most.
    """

    seed: int = 1
    points: int = 20_480
    refocused: int = 8_192
    held_out: int = 192
    lucks: int = 16
    draws: int = 1_024
    steps: int = 800
    most: int = 4_000

    def smaller(self, points: int) -> Settings:
        """Return settings of a design of `points`, the refocused design and its tests in proportion, for trials."""
        share = points / self.points
        return replace(
            self, points=points, refocused=max(256, round(share * self.refocused)),
            held_out=max(8, round(share * self.held_out)), steps=200, most=600,
        )  # fmt: skip


def identity(settings: Settings, world: str, data: str) -> dict[str, Any]:
    """Return what decides the numbers of a calibration, as plain data.

    Parameters
    ----------
    settings : Settings
    world : str
        Hash of the data of the model.
    data : str
        Hash of the data file, or empty for the observed figures.
    """
    tables = (("calibration", "targets.toml"), ("calibration", "data/observed.csv"))
    return {
        "format": _FORMAT,
        "model_version": MODEL_VERSION,
        "parameters": _hash(("simulator", "parameters.toml")),
        "targets": _hash(*tables),
        "world": world,
        "data": data,
        "settings": asdict(settings),
        "packages": " ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def _hash(*places: tuple[str, str]) -> str:
    digest = hashlib.sha256()
    for package, name in places:
        digest.update(files(package).joinpath(name).read_bytes())
    return digest.hexdigest()


def claim(folder: Path, identity: dict[str, Any]) -> bool:
    """Write the identity into a folder, or find it there; return whether the folder has been worked in before.

    Raises
    ------
    InputError
        The folder is of another calibration, and what differs, or holds something else.
    """
    path = folder / STATE
    if not path.exists():
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file; give a folder with --out")
        # A process that was killed while it wrote the first file may have left the part of it that it had.
        if folder.exists() and any(not path.name.startswith(f".{STATE}") for path in folder.iterdir()):
            raise InputError(f"{folder} is not empty and holds no calibration; give another folder with --out")
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(identity, indent=1, sort_keys=True) + "\n")
        return False
    try:
        stored = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError):
        stored = None
    if isinstance(stored, dict) and str(stored.get("format")).startswith(_FORMAT[:-2]) and stored["format"] != _FORMAT:
        raise InputError(f"{folder} holds a calibration of an earlier version; give another folder with --out")
    if not isinstance(stored, dict) or stored.get("format") != _FORMAT:
        raise InputError(f"{path} is damaged; give another folder with --out")
    for key, meaning in _MEANING.items():
        if stored.get(key) != identity[key]:
            was, now = (json.dumps(value)[:80] for value in (stored.get(key), identity[key]))
            raise InputError(
                f"{folder} holds a calibration that was begun with another {key}: {meaning} was {was}, is now {now};"
                " continue it with what it was begun with, or give another folder with --out"
            )
    return True
