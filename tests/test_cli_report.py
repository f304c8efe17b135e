"""``liaosim report``: the page of a stored result made anew, where it may be written, and what is refused."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulator import MODEL_VERSION, cli_run
from simulator.headline import build_headline
from simulator.manifest import read_manifest
from simulator.results import Results
from simulator.scenario import load_scenario
from simulator.store_read import load_results
from simulator.variables import LEVELS
from simulator.world import World
from tests.commands import liaosim
from tests.folders import SUBSIDY, compare, edit
from viz.reports import compare as report


@pytest.fixture(scope="module")
def made(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results]:
    """Return a results folder, and the results in memory from which its report was made."""
    found: list[Results] = []
    real = report.write_report

    def write_report(folder: Path, results: Results, *rest: Any) -> Path:
        found.append(results)
        return real(folder, results, *rest)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "write_report", write_report)
        folder = compare(tmp_path_factory.mktemp("made") / "out", {"subsidy": SUBSIDY}, ["subsidy"], runs=3)
    return folder, found[0]


@pytest.fixture
def stored(made: tuple[Path, Results], tmp_path: Path) -> Path:
    """Return a copy that a test may spoil, without the report."""
    folder = Path(shutil.copytree(made[0], tmp_path / "out"))
    (folder / "report.html").unlink()
    return folder


def refused(*words: str, said: str) -> None:
    """Check that the command is refused with one message."""
    result = liaosim("report", *words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert len(result.stderr.splitlines()) == 1 and result.stderr.startswith("Error: ")
    assert said in result.stderr


# --- the same page


def test_the_folder_holds_the_very_values_that_the_first_page_was_made_of(made: tuple[Path, Results]) -> None:
    folder, first = made
    again = load_results(folder)
    for scenario in first.scenarios:
        for level in LEVELS:
            values = (results.values(scenario, level) for results in (first, again))
            assert np.array_equal(*values, equal_nan=True), (scenario, level)
    pd.testing.assert_frame_equal(again.summary, first.summary, check_exact=True)
    pd.testing.assert_frame_equal(again.differences, first.differences, check_exact=True)
    assert build_headline(again).effects == build_headline(first).effects


def test_report_after_compare_gives_the_page_of_compare(made: tuple[Path, Results], stored: Path) -> None:
    first = (made[0] / "report.html").read_text(encoding="utf-8")
    result = liaosim("report", str(stored))
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"Report: {stored}/report.html\n", "")
    assert (stored / "report.html").read_text(encoding="utf-8") == first
    assert read_manifest(stored) == read_manifest(made[0])


def test_a_report_in_chinese_elsewhere_leaves_the_folder_alone(stored: Path, tmp_path: Path) -> None:
    before = (stored / "manifest.json").read_bytes()
    page = tmp_path / "zh.html"
    assert liaosim("report", str(stored), "--lang", "zh", "--out", str(page)).exit_code == 0
    assert "毕业生补贴" in page.read_text(encoding="utf-8")
    assert (stored / "manifest.json").read_bytes() == before
    assert not (stored / "report.html").exists()
    assert liaosim("report", str(stored), "--out", str(page)).exit_code == 0, "an earlier report is replaced"
    assert "毕业生补贴" not in page.read_text(encoding="utf-8")


def test_the_folder_is_as_good_as_before(stored: Path) -> None:
    edit(stored, lambda m: m["files"].remove("report.html"))
    assert liaosim("report", str(stored)).exit_code == 0
    assert "report.html" in read_manifest(stored)["files"]
    assert liaosim("rerun", str(stored)).stdout.startswith("The same to the bit: ")
    words = ["--runs", "2", "--until", "2006Q4", "--out", str(stored)]
    assert liaosim("run", "baseline", *words, "--overwrite").exit_code == 0
    assert read_manifest(stored)["runs"] == 2


def test_a_report_that_failed_is_made_later(
    world: World, made: tuple[Path, Results], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no paper")

    with monkeypatch.context() as patched:
        patched.setattr(report, "write_report", fail)
        (tmp_path / "subsidy.toml").write_text(SUBSIDY, encoding="utf-8")
        words = ["--runs", "3", "--until", "2007Q4", "--out", f"{tmp_path}/out"]
        result = liaosim("compare", "baseline", f"{tmp_path}/subsidy.toml", *words)
    assert result.exit_code == 1
    said = re.search(r"`liaosim (report [^`]*)` tries again", result.stderr)
    assert said is not None
    assert liaosim(*said[1].split()).exit_code == 0
    first, later = ((folder / "report.html").read_text("utf-8") for folder in (made[0], tmp_path / "out"))
    assert later.count("<svg") == first.count("<svg") > 0


# --- folders of other versions and broken ones


def test_another_model_version_is_said(stored: Path) -> None:
    edit(stored, lambda m: m.update(model_version="0"))
    result = liaosim("report", str(stored))
    assert result.exit_code == 0
    assert result.stderr.startswith(f"Note: {stored} was made by model version 0, this is {MODEL_VERSION}; ")


def test_parameters_of_another_version_are_no_obstacle(stored: Path) -> None:
    path = stored / "parameters.parquet"
    table = pq.read_table(path)
    names = ["old_name" if name == "capital_share" else name for name in table.column_names]
    pq.write_table(table.rename_columns(names), path)
    assert liaosim("report", str(stored)).exit_code == 0


def test_only_what_the_page_shows_is_read(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = pq.ParquetFile

    def opened(path: Path, *rest: Any) -> Any:
        read.append(Path(path).stem)
        return real(path, *rest)

    monkeypatch.setattr(pq, "ParquetFile", opened)
    (stored / "agents/soe.parquet").unlink()
    assert liaosim("report", str(stored)).exit_code == 0
    assert "province" in read
    assert len(read) <= 2 * len(LEVELS), "each series of a scenario is opened once at most"


@pytest.mark.parametrize("key", ["finished", "engine", "warnings", "identity", "scenarios"])
def test_a_missing_entry_of_the_manifest_is_named(stored: Path, key: str) -> None:
    edit(stored, lambda m: m.pop(key))
    refused(str(stored), said=f'"{key}" is missing or wrong')


def test_changed_scenarios_are_refused(stored: Path) -> None:
    path = stored / "scenarios/subsidy.toml"
    path.write_text(SUBSIDY.replace("size = 0.1", "size = 0.2"), encoding="utf-8")
    refused(str(stored), said="is not the one that was simulated")
    path.unlink()
    refused(str(stored), said="cannot be read")
    assert not (stored / "report.html").exists()


def test_broken_series_are_refused(stored: Path) -> None:
    path = stored / "series/province.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    refused(str(stored), said=f"{path} cannot be read")
    path.unlink()
    refused(str(stored), said=f"{path} is missing")


# --- where it may be written


@pytest.mark.parametrize("name", ["series/report.html", "page.html", "series/page.html"])
def test_only_one_place_in_the_folder_is_for_the_report(stored: Path, name: str) -> None:
    refused(str(stored), "--out", f"{stored}/{name}", said=f"--out {stored}/{name}: the only report inside")
    assert not (stored / name).exists()


def test_the_place_may_be_named_in_other_ways(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(stored)
    edit(stored, lambda m: m["files"].remove("report.html"))
    monkeypatch.chdir(stored)
    for out in ("report.html", f"{tmp_path}/link/report.html", "../out/report.html"):
        assert liaosim("report", f"{tmp_path}/link", "--out", out).exit_code == 0
    assert read_manifest(stored)["files"].count("report.html") == 1


@pytest.mark.parametrize("name", ["report.html", "series/report.html", "page.html"])
def test_other_results_are_left_alone(stored: Path, tmp_path: Path, name: str) -> None:
    other = Path(shutil.copytree(stored, tmp_path / "other"))
    refused(str(stored), "--out", f"{other}/{name}", said=f"is inside the results folder {other}")
    assert not (other / name).exists()


def test_what_is_no_report_is_left_alone(stored: Path, tmp_path: Path) -> None:
    page = tmp_path / "thesis.html"
    page.write_text("years of work", encoding="utf-8")
    refused(str(stored), "--out", str(page), said=f"--out {page} exists and is not a report of liaosim")
    assert page.read_text(encoding="utf-8") == "years of work"
    os.mkfifo(tmp_path / "pipe")
    refused(str(stored), "--out", str(tmp_path / "pipe"), said="is not a report of liaosim")
    (tmp_path / "link.html").symlink_to(page)
    refused(str(stored), "--out", str(tmp_path / "link.html"), said="is not a report of liaosim")
    refused(str(stored), "--out", str(tmp_path), said="is a folder")
    refused(str(stored), "--out", f"{tmp_path}/no/page.html", said="there is no folder")


def test_the_message_names_an_option_only_if_it_was_given(stored: Path) -> None:
    (stored / "report.html").write_text("mine", encoding="utf-8")
    refused(str(stored), said=f"Error: {stored}/report.html exists and is not a report")


def test_nothing_stays_if_the_page_cannot_be_written(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(p.name for p in stored.iterdir())
    monkeypatch.setattr(os, "replace", full)
    result = liaosim("report", str(stored))
    assert (result.exit_code, result.stderr) == (1, "Failed: [Errno 28] No space left on device\n")
    assert sorted(p.name for p in stored.iterdir()) == before


# --- what compare checks before it runs


def test_scenarios_with_different_files_of_one_name_are_not_loaded(tmp_path: Path) -> None:
    assert [s.name for s in cli_run.load(["cjk_fta", "cjk_fta+talent_retention"])] == [
        "cjk_fta", load_scenario("cjk_fta+talent_retention").name,
    ]  # fmt: skip
