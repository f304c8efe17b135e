from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import simulator
from simulator import manifest
from simulator.manifest import Identity, build_manifest, dump_manifest, git_commit, identity_of, is_results
from simulator.results import Results
from tests.fakes import fake_ensemble

IDENTITY = Identity((("baseline", "aa"), ("other", "bb")), "cc", 1, 200, "2035Q4")


def build(**options: Any) -> dict[str, Any]:
    results = Results([fake_ensemble(), fake_ensemble("other", failures=((3, "broke"),))])
    return build_manifest(results, ["liaosim", "compare", "baseline", "other"], **options)


@pytest.mark.usefixtures("uncalibrated")
def test_the_manifest_says_what_was_run() -> None:
    made = build(warnings=["a lever is inert"])
    assert made["format"] == "liaosim results"
    assert made["version"] == simulator.__version__ and made["model_version"] == simulator.MODEL_VERSION
    assert made["command"] == ["liaosim", "compare", "baseline", "other"]
    assert [s["name"] for s in made["scenarios"]] == ["baseline", "other"]
    assert all(len(s["hash"]) == 64 for s in made["scenarios"])
    assert made["parameters"] == {"kind": "prior", "hash": "ab" * 32}
    assert (made["seed"], made["runs"], made["until"], made["engine"]) == (1, 4, "2007Q4", "compiled")
    assert made["medoids"] == {"baseline": 1, "other": 1}
    assert made["failures"] == {"baseline": [], "other": [[3, "broke"]]}
    assert made["warnings"] == ["a lever is inert"]
    assert set(made["packages"]) == {"numpy", "numba", "mesa", "pandas", "scipy", "pyarrow"}
    assert made["units"]["province"]["fdi"] == "bn USD"


def test_the_text_is_the_same_every_time() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=8)))
    text = dump_manifest(build(started=now, finished=now))
    assert text == dump_manifest(build(started=now, finished=now))
    assert list(json.loads(text))[:4] == ["format", "format_version", "version", "model_version"]
    assert json.loads(text)["started"] == "2026-01-01T19:04:05+00:00"


def test_times_are_optional() -> None:
    made = build()
    assert made["started"] is None
    assert abs(datetime.fromisoformat(made["finished"]) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"scenarios": (("baseline", "aa"), ("other", "b0"))},
        {"scenarios": (("other", "bb"), ("baseline", "aa"))},
        {"parameters": "c0"},
        {"seed": 2},
        {"runs": 201},
        {"until": "2035Q3"},
        {"model_version": "another"},
    ],
)
def test_whatever_changes_the_numbers_changes_the_identity(changes: dict[str, Any]) -> None:
    assert replace(IDENTITY, **changes).hash != IDENTITY.hash
    assert replace(IDENTITY).hash == IDENTITY.hash


def test_the_engine_is_no_part_of_the_identity() -> None:
    slow = replace(fake_ensemble(), engine="mesa")
    assert identity_of(Results([slow])) == identity_of(Results([fake_ensemble()]))


def test_a_checkout_has_a_commit_and_an_installation_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = Path(manifest.__file__).parent.parent
    if (root / ".git").exists():
        commit = git_commit()
        assert commit is not None and len(commit.removesuffix("-dirty")) == 40
    monkeypatch.setattr(manifest, "__file__", str(tmp_path / "simulator/manifest.py"))
    assert git_commit() is None
    (tmp_path / ".git").mkdir()
    assert git_commit() is None  # not a repository after all
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit() is None  # no git at all


def test_a_results_folder_is_known_by_its_marker(tmp_path: Path) -> None:
    assert not is_results(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    assert not is_results(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"\xff")
    assert not is_results(tmp_path)
    (tmp_path / "manifest.json").write_text(dump_manifest(build()), encoding="utf-8")
    assert is_results(tmp_path)
