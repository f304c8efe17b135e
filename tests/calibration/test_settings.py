"""Whether a folder belongs to a calibration: the same goes on, another is told what differs, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibration.fit.settings import STATE, Settings, claim, identity
from simulator import MODEL_VERSION
from simulator.errors import InputError

MINE = identity(Settings(points=64), "world 1", "data 1")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_identity_holds_what_decides_the_numbers() -> None:
    assert MINE["model_version"] == MODEL_VERSION
    assert (MINE["world"], MINE["data"]) == ("world 1", "data 1")
    assert MINE["settings"]["points"] == 64
    assert MINE["settings"]["seed"] == 1
    assert json.loads(json.dumps(MINE)) == MINE
    assert len(MINE["parameters"]) == len(MINE["targets"]) == 64
    assert MINE["parameters"] != MINE["targets"]


def test_a_new_folder_is_claimed_and_then_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "work"
    assert claim(folder, MINE) is False
    before = content(folder)
    (folder / "design").mkdir()
    assert claim(folder, MINE) is True
    (folder / "design").rmdir()
    assert content(folder) == before


def test_an_empty_folder_is_claimed(tmp_path: Path) -> None:
    assert claim(tmp_path, MINE) is False
    assert [path.name for path in tmp_path.iterdir()] == [STATE]


@pytest.mark.parametrize(
    ("key", "now", "said"),
    [
        ("model_version", "0.0", "version of the model"),
        ("parameters", "f" * 64, "parameters.toml"),
        ("targets", "e" * 64, "table of targets"),
        ("world", "world 2", "data of the model"),
        ("data", "data 2", "data file"),
        ("settings", {"seed": 7}, "seed or size"),
    ],
)
def test_another_calibration_is_refused_with_what_differs(tmp_path: Path, key: str, now: object, said: str) -> None:
    claim(tmp_path, MINE)
    before = content(tmp_path)
    with pytest.raises(InputError) as caught:
        claim(tmp_path, {**MINE, key: now})
    message = str(caught.value)
    assert f"another {key}" in message
    assert said in message
    assert json.dumps(now)[:20] in message
    assert str(tmp_path) in message
    assert content(tmp_path) == before


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is not empty and holds no calibration"):
        claim(tmp_path, MINE)
    assert content(tmp_path) == {"thesis.txt": b"mine"}


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        claim(path, MINE)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "another"}', "[" * 100_000])
def test_a_damaged_state_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / STATE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"state\.json is damaged"):
        claim(tmp_path, MINE)
    assert (tmp_path / STATE).read_text(encoding="utf-8") == text
