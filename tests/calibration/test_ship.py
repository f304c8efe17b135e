"""A calibration becomes the one that every run uses only if both of its posteriors are right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibration.ship import main, ship
from simulator.errors import InputError
from simulator.posterior import read_posterior
from tests.posteriors import write_posterior


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_posterior(tmp_path / "calibration")
    write_posterior(tmp_path / "calibration" / "validation", "validation", seed=6)
    return tmp_path / "calibration"


def changed(path: Path, **entries: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | entries), encoding="utf-8")


def test_both_posteriors_and_the_card_are_copied(folder: Path, tmp_path: Path) -> None:
    card = tmp_path / "skill.csv"
    card.write_bytes(b"series\n")
    ship(folder, card, tmp_path / "shipped")
    for name, source in (("shipped", folder), ("validation", folder / "validation")):
        assert read_posterior(tmp_path / "shipped" / name).hash == read_posterior(source).hash
    assert (tmp_path / "shipped" / "skill.csv").read_bytes() == b"series\n"
    assert sorted(p.name for p in (tmp_path / "shipped" / "shipped").iterdir()) == [
        "draws.parquet", "manifest.json", "parameters.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"model_version": "0"}, "model version 0"),
        ({"last_year": 2017}, "not \"validation\" to 2013"),
        ({"name": "mine"}, "posterior \"mine\""),
        ({"max_rhat": 1.3}, "R-hat 1.3"),
        ({"effective_sample_size": 12.0}, "12 effective draws"),
    ],
)
def test_a_posterior_that_is_not_right_is_refused(
    folder: Path, tmp_path: Path, entries: dict[str, object], words: str
) -> None:
    changed(folder / "validation" / "manifest.json", **entries)
    with pytest.raises(InputError, match=words):
        ship(folder, target=tmp_path / "shipped")
    assert not (tmp_path / "shipped").exists()


def test_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err
