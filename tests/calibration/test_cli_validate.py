"""``liaosim validate`` before it has anything to work on, and beside what is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli import app


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


@pytest.mark.parametrize(("name", "words"), [("mine.txt", "holds no validation"), ("skill.csv", "--overwrite")])
def test_folders_with_files_are_kept(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    assert words in refused("--calibration", tmp_path / "none", "--out", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
