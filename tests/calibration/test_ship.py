"""A calibration becomes the one that every run uses only if both of its posteriors are right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibration.ship import main, ship
from simulator.errors import InputError
from simulator.posterior import read_posterior
from tests.posteriors import write_posterior, write_skill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_posterior(tmp_path / "calibration")
    write_posterior(tmp_path / "calibration" / "validation", "validation", seed=6)
    return tmp_path / "calibration"


def card_in(place: Path) -> Path:
    """Write a skill card of one series, whole, and return its path."""
    path = write_skill(place, {("gdp_restated", "random_walk"): 0.08})
    path.write_text(path.read_text(encoding="utf-8").replace(",,", ",0.05,"), encoding="utf-8")
    return path


def changed(path: Path, **entries: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | entries), encoding="utf-8")


def test_both_posteriors_and_the_card_are_copied(folder: Path, tmp_path: Path) -> None:
    card = card_in(tmp_path)
    ship(folder, card, tmp_path / "shipped")
    for name, source in (("shipped", folder), ("validation", folder / "validation")):
        assert read_posterior(tmp_path / "shipped" / name).hash == read_posterior(source).hash
    assert (tmp_path / "shipped" / "skill.csv").read_bytes() == card.read_bytes()
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


def test_tables_of_the_document_come_along(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    (folder / "fit.csv").write_text("fit of all years\n", encoding="utf-8")
    (folder / "validation" / "fit.csv").write_text("fit to 2013\n", encoding="utf-8")
    (folder / "posterior.nc").write_bytes(b"large")
    card = card_in(tmp_path / "card").parent
    (card / "facts.csv").write_text("facts\n", encoding="utf-8")
    (card / "report.html").write_text("page", encoding="utf-8")
    recovery = tmp_path / "any.csv"
    recovery.write_text("recovered\n", encoding="utf-8")
    ship(folder, card, target, recovery=recovery)
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    kept = {f"{name}/{file}" for name in ("shipped", "validation")
            for file in ("draws.parquet", "manifest.json", "parameters.csv", "fit.csv")}  # fmt: skip
    assert found == kept | {"skill.csv", "facts.csv", "recovery.csv"}
    assert (target / "validation" / "fit.csv").read_text(encoding="utf-8") == "fit to 2013\n"
    assert (target / "recovery.csv").read_text(encoding="utf-8") == "recovered\n"


def test_a_table_of_an_earlier_calibration_does_not_stay(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    (folder / "pairs.csv").write_text("pairs\n", encoding="utf-8")
    ship(folder, target=target)
    assert (target / "shipped" / "pairs.csv").is_file()
    (folder / "pairs.csv").unlink()
    ship(folder, target=target)
    assert not (target / "shipped" / "pairs.csv").exists()


def test_a_damaged_card_or_a_missing_check_stops_all(folder: Path, tmp_path: Path) -> None:
    card = card_in(tmp_path)
    card.write_text(card.read_text(encoding="utf-8").replace("0.08", "much"), encoding="utf-8")
    with pytest.raises(InputError, match="much"):
        ship(folder, card, tmp_path / "shipped")
    with pytest.raises(InputError, match="nowhere.csv does not exist"):
        ship(folder, target=tmp_path / "shipped", stability=tmp_path / "nowhere.csv")
    assert not (tmp_path / "shipped").exists()
