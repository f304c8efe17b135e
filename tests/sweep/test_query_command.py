"""``liaosim query`` on the folder of a sweep."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from simulator.cli import app
from simulator.sweep import Sweep
from tests.query_folders import contents
from tests.sweep.sweeping import unfinished

MEANS = "SELECT scenario, avg(gdp_real) AS mean FROM outcomes WHERE level = 'province' GROUP BY ALL ORDER BY ALL"


def liaosim(*words: object) -> Result:
    return CliRunner().invoke(app, ["query", *map(str, words)])


def test_the_list_has_the_views_of_a_sweep(designed: Path) -> None:
    result = liaosim(designed)
    assert (result.exit_code, result.stderr) == (0, "")
    listed = json.loads(liaosim(designed, "--format", "json").stdout)
    assert [(v["name"], v["rows"]) for v in listed["views"]] == [
        ("design", 2), ("outcomes", 1824), ("failures", 0), ("parameters", 4),
    ]  # fmt: skip
    assert result.stdout.count("\n  liaosim query ") == 3


@pytest.mark.parametrize("which", ["designed", "separate"])
def test_the_examples_of_the_list_give_rows(which: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(which)
    mean, relation, failures = json.loads(liaosim(folder, "--format", "json").stdout)["examples"]
    assert ("JOIN design" in relation) == (which == "designed")
    for example, rows in ((mean, 3 - (which == "separate")), (relation, 2), (failures, 0)):
        result = liaosim(folder, example, "--format", "json")
        assert result.exit_code == 0, result.output
        assert len(json.loads(result.stdout)) == rows, example
        assert example in liaosim(folder).stdout


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_an_answer_is_written_to_a_file(designed: Path, tmp_path: Path, suffix: str) -> None:
    before = contents(designed)
    out = tmp_path / f"x.{suffix}"
    result = liaosim(designed, MEANS, "--out", out)
    assert (result.exit_code, result.stderr) == (0, "")
    found = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}[suffix](out)
    with Sweep.open(designed) as sweep:
        pd.testing.assert_frame_equal(found, sweep.sql(MEANS), check_dtype=False)
    assert contents(designed) == before


def test_iamc_is_written_as_it_is_computed(designed: Path, tmp_path: Path) -> None:
    assert liaosim(designed, "--iamc", "--out", tmp_path / "x.csv").exit_code == 0
    with Sweep.open(designed) as sweep:
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "x.csv"), sweep.iamc(), check_dtype=False)


@pytest.mark.parametrize("words", [[], [MEANS], [MEANS, "--format", "csv"], ["--iamc", "--format", "json"]])
def test_an_unfinished_sweep_says_so(designed: Path, tmp_path: Path, words: list[str]) -> None:
    folder = unfinished(Path(shutil.copytree(designed, tmp_path / "own")))
    result = liaosim(folder, *words)
    assert result.exit_code == 0, result.output
    assert result.stderr == "The sweep is not finished: 40 of 48 runs are there.\n"
    assert "not finished" not in result.stdout


def test_nothing_is_written_into_the_folder(designed: Path) -> None:
    result = liaosim(designed, MEANS, "--out", designed / "x.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is inside the results folder" in result.stderr


def test_a_spoilt_shard_ends_with_code_2(designed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(designed, tmp_path / "own"))
    path = sorted((folder / "shards").iterdir())[0]
    path.write_bytes(b"PAR1 and nothing")
    result = liaosim(folder, MEANS)
    assert (result.exit_code, result.stdout) == (2, "")
    assert path.name in result.stderr
