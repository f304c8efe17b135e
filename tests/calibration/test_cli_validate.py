"""``liaosim validate`` before it has anything to work on, and beside what is not its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.fit.emulator_store import save_emulator
from calibration.targets import rows
from simulator.cli import app
from tests.calibration.linear import emulator_of


def refused(*words: str | Path) -> str:
    done = CliRunner().invoke(app, ["validate", *map(str, words)])
    assert done.exit_code == 2, done.output
    return done.stderr


def test_without_a_calibration_it_says_what_to_run(tmp_path: Path) -> None:
    said = refused("--calibration", tmp_path / "none", "--out", tmp_path / "card")
    assert "emulator.npz" in said and "run liaosim calibrate first" in said
    assert not (tmp_path / "card").exists()


def test_damaged_emulator_is_named(tmp_path: Path) -> None:
    path = tmp_path / "work" / "emulator.npz"
    path.parent.mkdir()
    path.write_bytes(b"PK nothing")
    said = refused("--calibration", tmp_path, "--out", tmp_path / "card")
    assert "emulator.npz is damaged" in said


def test_a_calibration_without_the_fit_to_2013_is_told(tmp_path: Path) -> None:
    every = rows()
    folder = tmp_path / "data_fit"
    (folder / "work").mkdir(parents=True)
    save_emulator(
        folder / "work" / "emulator.npz",
        emulator_of(np.zeros((2, len(every))), np.zeros(len(every)), np.full(len(every), 0.1)), every,
    )  # fmt: skip
    said = refused("--calibration", folder, "--out", tmp_path / "card")
    assert "holds no fit to 2013" in said and "liaosim calibrate without --data makes it" in " ".join(said.split())
    assert not (tmp_path / "card").exists()


@pytest.mark.parametrize(("name", "words"), [("mine.txt", "holds no validation"), ("skill.csv", "--overwrite")])
def test_folders_with_files_are_kept(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    assert words in refused("--calibration", tmp_path / "none", "--out", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
