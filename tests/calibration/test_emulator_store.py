"""Emulators as files: the same comes back; what is damaged or of another model is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from calibration.fit import emulator_store
from calibration.fit.emulator import Emulator
from calibration.fit.emulator_store import load_emulator, save_emulator
from simulator.errors import InputError
from tests.calibration.linear import ROWS, emulator_of


@pytest.fixture
def emulator() -> Emulator:
    made = emulator_of(np.arange(8.0).reshape(2, 4), np.arange(4.0), np.full(4, 0.3))
    return replace(made, error=np.random.default_rng(1).random((4, 4)))


@pytest.fixture
def stored(emulator: Emulator, tmp_path: Path) -> Path:
    path = tmp_path / "emulator.npz"
    save_emulator(path, emulator, ROWS)
    return path


def test_what_is_written_is_read(emulator: Emulator, stored: Path) -> None:
    found, rows = load_emulator(stored)
    assert rows == ROWS
    for field in fields(Emulator):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(emulator, field.name))
    assert [path.name for path in stored.parent.iterdir()] == ["emulator.npz"]


def test_no_emulator_yet(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no emulator; run liaosim calibrate first"):
        load_emulator(tmp_path / "emulator.npz")


def test_another_version_of_the_model(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_store, "MODEL_VERSION", "99.9")
    with pytest.raises(InputError, match=r"is of model version .*, this is 99\.9"):
        load_emulator(stored)


def test_other_parameters(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_store, "names", lambda: ("one", "two"))
    with pytest.raises(InputError, match="of other parameters"):
        load_emulator(stored)


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99])
def test_a_file_cut_short_is_damaged(stored: Path, kept: float) -> None:
    whole = stored.read_bytes()
    stored.write_bytes(whole[: int(kept if kept >= 1 else kept * len(whole))])
    with pytest.raises(InputError, match="is damaged"):
        load_emulator(stored)


def test_a_changed_byte_is_damage(stored: Path) -> None:
    content = bytearray(stored.read_bytes())
    place = content.index(np.full(4, np.log(0.3)).tobytes())
    content[place] ^= 0xFF
    stored.write_bytes(bytes(content))
    with pytest.raises(InputError, match="is damaged"):
        load_emulator(stored)


def test_other_files_of_numpy_are_no_emulator(tmp_path: Path) -> None:
    for name, write in (("array.npy", np.save), ("array.npz", np.savez)):
        write(tmp_path / name, np.arange(3))
        with pytest.raises(InputError, match="is damaged"):
            load_emulator(tmp_path / name)


def test_arrays_of_another_program_are_no_emulator(emulator: Emulator, tmp_path: Path) -> None:
    arrays = {field.name: getattr(emulator, field.name) for field in fields(Emulator)}
    np.savez(tmp_path / "x.npz", about=np.array(["other", "1", "a", "b"]), **arrays)
    with pytest.raises(InputError, match="is no emulator of this program"):
        load_emulator(tmp_path / "x.npz")


def test_a_write_that_fails_leaves_the_old_file(
    stored: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored.read_bytes()

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_emulator(stored, emulator, ROWS)
    assert stored.read_bytes() == before
