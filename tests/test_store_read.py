"""Reading a folder of results back: the same figures, and what is said of other and of broken folders."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.errors import InputError
from simulator.manifest import dump_manifest, identity_of, read_manifest
from simulator.results import Results
from simulator.store import round_as_stored
from simulator.store_read import load_chains, load_results
from simulator.variables import LEVELS
from tests.fakes import fake_ensemble
from tests.stored import two, write


def test_results_come_back(tmp_path: Path) -> None:
    ensembles = two(failures=((1, "broke"),))
    out = write(tmp_path / "out", ensembles)
    before, back = Results(ensembles), load_results(out)
    assert back.scenarios == before.scenarios
    assert back.kept().tolist() == [0, 2, 3]
    assert back.ensemble("other").failures == ((1, "broke"),)
    assert identity_of(back) == identity_of(before)
    assert back.base.parameters.names == before.base.parameters.names
    assert np.array_equal(back.base.parameters.values, before.base.parameters.values)
    kept = before.kept("other")
    for level in LEVELS:
        read, made = back.ensemble("other").levels[level], before.ensemble("other").levels[level]
        assert np.isnan(read[1]).all()
        if level == "province":
            assert np.array_equal(read[kept], made[kept])
        else:
            assert np.array_equal(read[kept], made[kept].astype(np.float32))
    assert back.medoids == before.medoids == read_manifest(out)["medoids"]
    province = before.differences[before.differences.level == "province"].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        back.differences[back.differences.level == "province"].reset_index(drop=True), province
    )


def test_stored_levels_behave_as_a_mapping(tmp_path: Path) -> None:
    levels = load_results(write(tmp_path / "out")).base.levels
    assert tuple(levels) == LEVELS and len(levels) == len(LEVELS)
    assert levels["city"] is levels["city"]
    with pytest.raises(KeyError):
        levels["village"]


def test_other_folders_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no manifest.json"):
        load_results(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": "webpack"}')
    with pytest.raises(InputError, match='"format" is not "liaosim results"'):
        load_results(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="not valid JSON"):
        load_results(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": "liaosim results", "format_version": 99}')
    with pytest.raises(InputError, match='"format_version" is 99'):
        load_results(tmp_path)


# --- the same figures from the runs and from the folder


def test_rounded_ensembles_give_what_the_folder_gives(tmp_path: Path) -> None:
    ensembles = two(failures=((1, "broke"),))
    exact = ensembles[1].levels["city"].copy()
    province = ensembles[1].levels["province"].copy()
    round_as_stored(ensembles)
    assert (ensembles[1].levels["city"] != exact).any()
    assert np.array_equal(ensembles[1].levels["province"], province)
    results = Results(ensembles)
    back = load_results(write(tmp_path / "out", ensembles))
    pd.testing.assert_frame_equal(back.summary, results.summary, check_exact=True)
    pd.testing.assert_frame_equal(back.differences, results.differences, check_exact=True)


# --- broken folders


@pytest.mark.parametrize(
    "key",
    ["version", "model_version", "git_commit", "command", "identity", "scenarios", "parameters", "seed", "runs",
     "until", "engine", "medoids", "failures", "warnings", "started", "finished", "python", "platform", "packages"],
)  # fmt: skip
def test_a_missing_entry_of_the_manifest_is_named(tmp_path: Path, key: str) -> None:
    out = write(tmp_path / "out")
    manifest = read_manifest(out)
    del manifest[key]
    (out / "manifest.json").write_text(dump_manifest(manifest), encoding="utf-8")
    with pytest.raises(InputError, match=f'"{key}" is missing or wrong'):
        load_results(out)


def test_broken_series_are_named_when_they_are_read(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (out / "series/lane.parquet").unlink()
    (out / "series/port.parquet").write_bytes((out / "series/port.parquet").read_bytes()[:-200])
    shutil.copy(out / "series/province.parquet", out / "series/city.parquet")
    shorter = [fake_ensemble(name, quarters=6) for name in ("baseline", "other")]
    shutil.copy(write(tmp_path / "b", shorter) / "series/origin.parquet", out / "series/origin.parquet")
    levels = load_results(out).ensemble("other").levels
    for level, message in (
        ("lane", "lane.parquet is missing"), ("port", "port.parquet cannot be read"),
        ("city", "city.parquet has no column"), ("origin", "origin.parquet: rows of 4 runs and 8 quarters"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=message):
            levels[level]
    (out / "parameters.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="parameters.parquet cannot be read"):
        load_results(out)


def test_a_manifest_that_is_no_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(InputError, match="is not a regular file"):
        load_results(tmp_path)


def test_a_chain_cannot_be_read_from_outside_the_folder(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (tmp_path / "secret.toml").write_text("x")
    manifest = read_manifest(out)
    manifest["scenarios"][0]["chain"] = ["../../secret.toml"]
    (out / "manifest.json").write_text(dump_manifest(manifest), encoding="utf-8")
    with pytest.raises(InputError, match="names a file outside scenarios/"):
        load_chains(out)
