"""Where results may go, what an interrupted or killed command leaves there, and the name by default."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator import store
from simulator.errors import InputError
from simulator.folder import check_target, default_directory
from simulator.manifest import Identity, identity_of, read_manifest
from simulator.results import Results
from simulator.store import UnfinishedError
from simulator.store_read import load_results
from simulator.text_file import replace_file
from tests.stored import agents, files, two, write


def test_the_same_command_replaces_its_results(tmp_path: Path) -> None:
    write(tmp_path / "out", agents=agents())
    write(tmp_path / "out")
    assert not (tmp_path / "out/agents").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_results_of_another_command_need_overwrite(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    with pytest.raises(InputError, match="results of another command; add --overwrite"):
        write(out, two(seed=2))
    assert read_manifest(out)["seed"] == 1
    write(out, two(seed=2), overwrite=True)
    assert read_manifest(out)["seed"] == 2


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not written by liaosim"):
        write(tmp_path / "out", overwrite=overwrite)
    (tmp_path / "out/manifest.json").write_text('{"format": "webpack"}')
    with pytest.raises(InputError, match="not written by liaosim"):
        write(tmp_path / "out", overwrite=overwrite)
    assert files(tmp_path) == ["out/manifest.json", "out/thesis.tex"]


def test_results_with_files_of_the_user_are_not_replaced(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (out / "series/notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds series/notes\.txt, which is not part"):
        write(out, overwrite=True)
    assert (out / "series/notes.txt").read_text() == "mine"


def test_a_file_is_refused_and_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        write(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert "manifest.json" in files(write(tmp_path / "empty"))


def test_a_link_to_a_folder_keeps_pointing_there(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real/manifest.json").is_file()


def test_checking_a_target_changes_nothing(tmp_path: Path) -> None:
    check_target(tmp_path / "a" / "b", identity_of(Results(two())))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("stage", ["_write_series", "_write_csv", "build_manifest"])
def test_an_interrupted_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, stage: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(store, stage, fail)
    with pytest.raises(type(error)):
        write(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_keeps_the_results_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = write(tmp_path / "out")
    before = {name: (out / name).read_bytes() for name in files(out)}
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if ".part-" in self.name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(KeyboardInterrupt):
        write(out, two(seed=2), overwrite=True)
    assert {name: (out / name).read_bytes() for name in files(out)} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_file_made_from_the_results_is_part_of_them(tmp_path: Path) -> None:
    def report(folder: Path) -> None:
        assert read_manifest(folder)["seed"] == 1
        (folder / "report.html").write_text("<p>report</p>")

    out = write(tmp_path / "out", finish={"report.html": report})
    assert read_manifest(out)["files"] == files(out)
    assert "report.html" in files(out)
    write(out)
    assert not (out / "report.html").exists()


def test_a_report_that_fails_costs_neither_the_runs_nor_the_workbook(tmp_path: Path) -> None:
    def report(folder: Path) -> None:
        (folder / "report.html").write_text("<p>half")
        raise ZeroDivisionError("division by zero")

    def workbook(folder: Path) -> None:
        (folder / "results.xlsx").write_text("whole")

    with pytest.raises(
        UnfinishedError, match=r"report\.html could not be made: ZeroDivisionError: division by"
    ) as caught:
        write(tmp_path / "out", finish={"report.html": report, "results.xlsx": workbook})
    out = tmp_path / "out"
    assert caught.value.folder == out and list(caught.value.failed) == ["report.html"]
    assert not (out / "report.html").exists()
    assert read_manifest(out)["files"] == files(out)
    assert {"results.xlsx", "series/lane.parquet", "differences.csv"} <= set(files(out))
    assert np.array_equal(load_results(out).summary["median"], load_results(write(tmp_path / "b")).summary["median"])
    write(out, two(seed=2), overwrite=True)  # nothing in it is foreign


def test_an_interrupt_while_the_report_is_made_keeps_the_runs(tmp_path: Path) -> None:
    def report(folder: Path) -> None:
        (folder / "report.html").write_text("<p>half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        write(tmp_path / "out", finish={"report.html": report})
    assert caught.value.__notes__ == [f"the results are complete in {tmp_path / 'out'}, but for report.html."]
    assert read_manifest(tmp_path / "out")["files"] == files(tmp_path / "out")
    assert load_results(tmp_path / "out").scenarios == ("baseline", "other")
    assert not (tmp_path / "out/report.html").exists()


# --- what killed commands leave


def test_what_a_killed_command_left_goes_after_a_day(tmp_path: Path) -> None:
    names = (".out.part-0123abcd", ".out.part-deadbeef", ".out.part-mine", ".other.part-0123abcd", ".out.old-0123abcd")
    for name in names:
        (tmp_path / name / "series").mkdir(parents=True)
        if name != ".out.part-deadbeef":
            os.utime(tmp_path / name, (time.time() - 90_000,) * 2)
    (tmp_path / ".out.part-00000000").symlink_to(tmp_path / ".other.part-0123abcd")
    write(tmp_path / "out")
    assert {p.name for p in tmp_path.iterdir()} == {"out", ".out.part-00000000", *names} - {".out.part-0123abcd"}


def test_a_file_that_a_killed_report_left_does_not_stand_in_the_way(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (out / ".report.html.part-0123abcd").write_text("half")
    write(out, two(seed=2), overwrite=True)
    assert not (out / ".report.html.part-0123abcd").exists()
    (out / ".report.html.part-notes").write_text("mine")
    with pytest.raises(InputError, match="which is not part of the results"):
        write(out, overwrite=True)


def test_a_file_is_replaced_whole_by_several_at_once(tmp_path: Path) -> None:
    texts = ["a" * 300_000, "b" * 300_000]

    def often(text: str) -> None:
        for _ in range(30):
            replace_file(tmp_path / "x", text)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(often, text) for text in texts]:
            done.result()
    assert (tmp_path / "x").read_text() in texts
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


# --- the default name


def test_the_default_name_holds_the_scenarios_and_a_hash() -> None:
    identity = Identity((("baseline", "aa"), ("cjk_fta+talent", "bb")), "cc", 1, 200, "2035Q4")
    path = default_directory(identity)
    assert path == Path("results") / f"baseline-cjk_fta+talent-{identity.hash[:8]}"
    many = replace(identity, scenarios=tuple((f"scenario_{i}", "aa") for i in range(40)))
    assert len(default_directory(many).name) == 80 + 9


def test_a_name_cannot_lead_elsewhere() -> None:
    identity = Identity((("../../etc/pass wd", "aa"),), "cc", 1, 200, "2035Q4")
    assert default_directory(identity, Path("r")).parent == Path("r")
