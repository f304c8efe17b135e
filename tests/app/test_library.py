"""The results that the app may open: those in its folder, told apart from damaged ones, and nothing elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.store_read import load_results
from viz.errors import PageError
from viz.library import KEPT, Library


@pytest.fixture
def root(results_folder: Path, tmp_path: Path) -> Path:
    """Return a folder of its own with the one result in it."""
    place = tmp_path / "results"
    place.mkdir()
    shutil.copytree(results_folder / "demo", place / "demo")
    return place


def test_it_lists_what_can_be_opened(root: Path) -> None:
    (root / "notes.txt").write_text("x", encoding="utf-8")
    (root / "empty").mkdir()
    (entry,) = Library(root).entries()
    assert (entry.name, entry.scenarios, entry.runs) == ("demo", ("baseline", "cjk_fta", "talent_retention"), 12)
    assert entry.until == "2035Q4" and entry.problem == ""
    assert Library(root).names() == ("demo",)


def test_what_it_opens_is_what_is_stored(root: Path) -> None:
    opened, stored = Library(root).open("demo"), load_results(root / "demo")
    assert [s.name for s in opened.scenarios] == list(stored.scenarios)
    assert opened.medoids == stored.medoids
    np.testing.assert_array_equal(
        opened.results.series("cjk_fta", "gdp_real"), stored.series("cjk_fta", "gdp_real")
    )
    assert opened.scenario("cjk_fta").name == "cjk_fta"
    with pytest.raises(InputError, match='no scenario "cjk_fat".*did you mean "cjk_fta"'):
        opened.scenario("cjk_fat")


@pytest.mark.parametrize("spoil", ["manifest", "no manifest", "cut"])
def test_a_damaged_result_is_listed_last_with_its_reason(root: Path, spoil: str) -> None:
    shutil.copytree(root / "demo", root / "broken")
    manifest = root / "broken" / "manifest.json"
    if spoil == "manifest":
        told = json.loads(manifest.read_text(encoding="utf-8"))
        del told["medoids"]
        manifest.write_text(json.dumps(told), encoding="utf-8")
    elif spoil == "no manifest":
        manifest.unlink()
    else:
        manifest.write_text(manifest.read_text(encoding="utf-8")[:100], encoding="utf-8")
    library = Library(root)
    first, last = library.entries()
    assert first.name == "demo" and last.name == "broken"
    assert "manifest.json" in last.problem and str(root) not in last.problem
    assert library.names() == ("demo",)
    with pytest.raises(InputError) as error:
        library.open("broken")
    assert str(root) not in str(error.value)


def test_a_damaged_series_is_told_when_it_is_looked_at(root: Path) -> None:
    (root / "demo" / "series" / "city.parquet").write_bytes(b"PAR1 and no more")
    opened = Library(root).open("demo")
    assert opened.results.series("baseline", "gdp_real").shape[0] == 12
    with pytest.raises(InputError, match=r"city\.parquet cannot be read"):
        opened.results.values("baseline", "city")


@pytest.mark.parametrize("name", ["..", "../demo", "demo/../demo", "/etc", "", ".", "demo/scenarios", "dem"])
def test_no_name_leads_out_of_the_folder(root: Path, name: str) -> None:
    shutil.copytree(root / "demo", root.parent / "demo")
    with pytest.raises(InputError, match="there is no result"):
        Library(root).open(name)


def test_a_link_that_leads_out_is_no_result(root: Path, results_folder: Path) -> None:
    (root / "elsewhere").symlink_to(results_folder / "demo", target_is_directory=True)
    assert Library(root).names() == ("demo",)
    with pytest.raises(InputError, match="there is no result"):
        Library(root).open("elsewhere")


def test_few_stay_open_and_a_rewritten_one_is_read_again(root: Path) -> None:
    for k in range(KEPT):
        shutil.copytree(root / "demo", root / f"other{k}")
    library = Library(root)
    opened = library.open("demo")
    assert library.open("demo") is opened
    for k in range(KEPT):
        library.open(f"other{k}")
    again = library.open("demo")
    assert again is not opened
    manifest = root / "demo" / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(told), encoding="utf-8")
    assert library.open("demo") is not again


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Library(tmp_path / "none").entries() == ()
    with pytest.raises(InputError, match='there is no result "demo"'):
        Library(tmp_path / "none").open("demo")


def test_what_is_wrong_is_told_in_both_languages(root: Path) -> None:
    with pytest.raises(PageError) as caught:
        Library(root).open("dem")
    assert caught.value.text("en") == str(caught.value) == 'there is no result "dem"; did you mean "demo"?'
    assert caught.value.text("zh") == "没有名为“dem”的结果；是否指“demo”？"
