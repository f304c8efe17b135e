"""Keep an emulator as plain arrays, and read it back."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from calibration.fit.emulator import Emulator
from calibration.targets import Row
from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.parameters import names
from simulator.text_file import replace_with

_FORMAT: Final = "liaosim emulator"


def save_emulator(path: Path, emulator: Emulator, rows: tuple[Row, ...]) -> None:
    """Write an emulator and the rows that it is of; no half-written file ever has that name."""
    arrays = {field.name: getattr(emulator, field.name) for field in fields(emulator)}
    about = np.array([_FORMAT, str(MODEL_VERSION), "\n".join(names()), "\n".join(f"{n} {p}" for n, p in rows)])
    replace_with(path, lambda file: np.savez(file, allow_pickle=False, about=about, **arrays))


def load_emulator(path: Path) -> tuple[Emulator, tuple[Row, ...]]:
    """Read an emulator and its rows.

    Raises
    ------
    InputError
        There is no such file, it is damaged, or it is of another version of the model.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = [str(text) for text in stored["about"]]
            arrays = {field.name: stored[field.name] for field in fields(Emulator)}
    except FileNotFoundError:
        raise InputError(f"{path}: there is no emulator; run liaosim calibrate first") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise InputError(f"{path} is damaged: {error}; remove it, liaosim calibrate makes it again") from None
    if len(about) != 4 or about[0] != _FORMAT:
        raise InputError(f"{path} is no emulator of this program; remove it, liaosim calibrate makes it again")
    if about[1] != str(MODEL_VERSION) or about[2] != "\n".join(names()):
        raise InputError(
            f"{path} is of model version {about[1]}, this is {MODEL_VERSION}, or of other parameters;"
            " calibrate again into another folder"
        )
    rows = tuple((line.split(" ")[0], line.split(" ")[1]) for line in about[3].split("\n"))
    return Emulator(**arrays), rows
