"""Folders of sweeps: whose they are, what is refused by name, and what goes on from a folder alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.sweep.folder import SWEEP_FILE, check_sweep_target, default_sweep_folder, locked, plan_of
from simulator.sweep.runner import run_sweep
from simulator.world import World
from tests.commands import SHORT, liaosim
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import KEEP, files_of, grid, sweep_text, swept

TEXT = sweep_text("draws = 3", "replications = 2", KEEP, scenarios="baseline reform", design=grid([0.1, 0.4]))


@pytest.fixture(scope="module")
def original(world: World, plan: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept(world, plan(TEXT), tmp_path_factory.mktemp("original") / "sweep")


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """Return a copy of a finished sweep, to be spoilt."""
    return shutil.copytree(original, tmp_path / "sweep")


def refused(world: World, plan: Maker, folder: Path, text: str = TEXT) -> str:
    """Return the message with which a sweep into a folder is refused; nothing in it may have changed."""
    before = files_of(folder) if folder.is_dir() else {}
    with pytest.raises(InputError) as error:
        run_sweep(world, plan(text), folder)
    assert (files_of(folder) if folder.is_dir() else {}) == before
    return str(error.value)


def alone(world: World, folder: Path) -> str:
    """Return the message with which a folder alone is refused."""
    with pytest.raises(InputError) as error:
        plan_of(folder, world)
    return str(error.value)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# Whose folder it is


def test_the_folder_holds_what_is_promised(original: Path) -> None:
    found = set(files_of(original))
    assert {name for name in found if not name.startswith("shards/")} == {
        "design.parquet", "failures.parquet", "manifest.json", "parameters.parquet", "sweep.toml",
        "scenarios/baseline.toml", "scenarios/reform.toml",
    }  # fmt: skip
    assert all(name.endswith(".parquet") for name in found if name.startswith("shards/"))
    assert json.loads((original / "manifest.json").read_text(encoding="utf-8"))["format"] == "liaosim sweep"


def test_a_folder_has_no_clock_times(original: Path) -> None:
    manifest = (original / "manifest.json").read_text(encoding="utf-8")
    assert not any(word in manifest for word in ("started", "finished_at", "seconds", "time"))


def test_the_file_of_a_sweep_is_kept_as_it_was_given(original: Path) -> None:
    assert (original / SWEEP_FILE).read_text(encoding="utf-8") == TEXT


def test_draws_and_points_are_tables(plan: Maker, original: Path) -> None:
    made = plan(TEXT)
    parameters = pq.read_table(original / "parameters.parquet")
    assert parameters["draw"].to_pylist() == [0, 1, 2]
    assert parameters["markup_adjustment"].to_pylist() == made.table.values[
        :, list(made.table.names).index("markup_adjustment")
    ].tolist()
    design = pq.read_table(original / "design.parquet")
    assert design["point"].to_pylist() == list(made.design.points)
    assert design[made.design.dimensions[0].name].to_pylist() == [0.1, 0.4]


def test_the_default_folder_has_the_name_of_the_sweep(plan: Maker) -> None:
    assert default_sweep_folder(plan(TEXT)) == Path("results/little")


def test_a_folder_with_other_files_is_refused(world: World, plan: Maker, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert refused(world, plan, tmp_path) == (
        f"--out {tmp_path} is not empty and was not written by a sweep; name a folder that is new or empty"
    )


def test_a_file_in_place_of_the_folder_is_refused(world: World, plan: Maker, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("mine", encoding="utf-8")
    assert "is a file" in refused(world, plan, tmp_path / "here")
    assert "is a file" in refused(world, plan, tmp_path / "here/there")
    assert (tmp_path / "here").read_text(encoding="utf-8") == "mine"


def test_results_of_run_are_refused(world: World, plan: Maker, tmp_path: Path) -> None:
    assert liaosim("run", "baseline", *SHORT, "--out", str(tmp_path / "run")).exit_code == 0
    assert "was not written by a sweep" in refused(world, plan, tmp_path / "run")


def test_run_does_not_write_into_a_sweep(world: World, folder: Path) -> None:
    before = files_of(folder)
    for words in ([], ["--overwrite"]):
        result = liaosim("run", "baseline", *SHORT, "--out", str(folder), *words)
        assert result.exit_code == 2
        assert str(folder) in result.stderr
    assert files_of(folder) == before


def test_an_empty_folder_is_taken(world: World, plan: Maker, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert run_sweep(world, plan(sweep_text("runs = 1")), tmp_path / "new").done == 2


@pytest.mark.parametrize("left", [[".lock"], [".lock", ".manifest.json.part-0123abcd"]])
def test_what_a_killed_sweep_left_in_a_new_folder_is_no_obstacle(
    left: list[str], world: World, plan: Maker, tmp_path: Path
) -> None:
    for name in left:
        (tmp_path / name).touch()
    assert run_sweep(world, plan(sweep_text("runs = 1")), tmp_path).done == 2
    assert not list(tmp_path.glob(".*.part-*"))


def test_what_a_killed_sweep_left_half_written_goes(world: World, plan: Maker, folder: Path) -> None:
    left = [
        folder / f"shards/.{'0' * 32}.part", folder / ".manifest.json.part-0123abcd",
        folder / ".failures.parquet.part-0123abcd", folder / "scenarios/.reform.toml.part-0123abcd",
    ]  # fmt: skip
    before = files_of(folder)
    for path in left:
        path.write_text("half", encoding="utf-8")
    run_sweep(world, plan(TEXT), folder)
    assert files_of(folder) == before


def test_scenarios_that_are_no_longer_asked_for_go(world: World, plan: Maker, folder: Path) -> None:
    smaller = plan(sweep_text("draws = 3", "replications = 2", KEEP, scenarios="baseline"))
    run_sweep(world, smaller, folder, overwrite=True)
    assert [path.name for path in (folder / "scenarios").iterdir()] == ["baseline.toml"]


def test_a_lock_is_free_once_its_holder_is_gone(folder: Path) -> None:
    with locked(folder), pytest.raises(InputError, match="another sweep"), locked(folder):
        pass
    with locked(folder):
        pass


# Damage, by the name of the file


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def first_shard(folder: Path) -> Path:
    return min((folder / "shards").glob("*.parquet"))


@pytest.mark.parametrize("spoil", [cut, Path.unlink], ids=["cut", "gone"])
def test_a_manifest_that_is_damaged_is_named(
    spoil: Callable[[Path], Any], world: World, plan: Maker, folder: Path
) -> None:
    spoil(folder / "manifest.json")
    expected = f"{folder / 'manifest.json'} is damaged or gone; put it back, or name another folder"
    assert refused(world, plan, folder) == expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"format_version": 1', '"format_version": 2', '"format_version" is 2, this liaosim reads 1'),
        ('"seed": 1', '"seed": "one"', '"seed" is missing or wrong'),
        ('"identity"', '"identitas"', '"identity" is missing or wrong'),
    ],
)
def test_a_manifest_with_a_wrong_entry_is_named(
    old: str, new: str, said: str, world: World, plan: Maker, folder: Path
) -> None:
    change(folder / "manifest.json", old, new)
    for message in (refused(world, plan, folder), alone(world, folder)):
        assert message.startswith(f"{folder / 'manifest.json'}: {said}")


def test_a_shard_that_is_cut_short_is_named(world: World, plan: Maker, folder: Path) -> None:
    path = first_shard(folder)
    cut(path)
    assert refused(world, plan, folder).startswith(f"{path} is damaged: ")


def test_a_shard_under_a_second_name_is_named(world: World, plan: Maker, folder: Path) -> None:
    copy = folder / f"shards/{'0' * 32}.parquet"
    shutil.copy(first_shard(folder), copy)
    assert refused(world, plan, folder) == f"{copy} is damaged: its name is not that of its units"


def test_a_shard_that_was_removed_is_computed_again(
    world: World, plan: Maker, folder: Path, original: Path
) -> None:
    first_shard(folder).unlink()
    done = run_sweep(world, plan(TEXT), folder)
    assert done.before < done.total == done.done
    assert files_of(folder) == files_of(original)


def test_a_shard_of_another_sweep_is_refused(world: World, plan: Maker, folder: Path, tmp_path: Path) -> None:
    other = swept(world, plan(sweep_text("runs = 2", "seed = 5")), tmp_path / "other")
    shutil.copy(first_shard(other), folder / "shards")
    assert "holds 4 finished runs that this sweep does not ask for" in refused(world, plan, folder)


def test_finished_runs_of_another_model_are_refused_as_such(
    world: World, plan: Maker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("plan", "shards", "folder"):
        monkeypatch.setattr(f"simulator.sweep.{module}.MODEL_VERSION", "next", raising=False)
    assert f"finished runs made by model version {MODEL_VERSION} (this is next)" in refused(world, plan, folder)


def test_a_check_that_was_not_asked_for_before_is_said_to_differ(world: World, plan: Maker, folder: Path) -> None:
    with pytest.raises(InputError, match=r"keep or --check\)"):
        run_sweep(world, plan(TEXT, check=True), folder)


# From the folder alone


def test_a_folder_alone_has_the_plan_that_it_was_made_with(world: World, plan: Maker, original: Path) -> None:
    made, again = plan(TEXT), plan_of(original, world)
    assert again.keys.tobytes() == made.keys.tobytes()
    assert again.table.values.tobytes() == made.table.values.tobytes()
    before = files_of(original)
    assert run_sweep(world, again, original).before == made.size
    assert files_of(original) == before


def test_a_folder_alone_remembers_that_invariants_are_checked(world: World, plan: Maker, tmp_path: Path) -> None:
    folder = swept(world, plan(sweep_text("runs = 1"), check=True), tmp_path / "sweep")
    assert plan_of(folder, world).check
    assert run_sweep(world, plan_of(folder, world), folder).before == 2


@pytest.mark.parametrize("name", ["sweep.toml", "parameters.parquet", "scenarios/reform.toml"])
def test_a_file_that_is_gone_or_cut_is_named(name: str, world: World, folder: Path) -> None:
    cut(folder / name)
    assert str(folder / name) in alone(world, folder) or "do not belong together" in alone(world, folder)
    (folder / name).unlink()
    assert Path(name).name.removesuffix(".toml") in alone(world, folder)


@pytest.mark.parametrize(
    ("old", "new"), [("draws = 3", "draws = 4"), ("replications = 2", "replications = 3"), ("[0.1, 0.4]", "[0.1, 0.3]")]
)
def test_a_sweep_file_that_was_changed_in_the_folder_is_refused(old: str, new: str, world: World, folder: Path) -> None:
    change(folder / SWEEP_FILE, old, new)
    message = alone(world, folder)
    assert message.startswith(f"{folder / SWEEP_FILE}, scenarios/ and manifest.json do not belong together: ")


def test_a_scenario_that_was_changed_in_the_folder_is_refused(world: World, folder: Path) -> None:
    change(folder / "scenarios/reform.toml", "size = 0.3", "size = 0.2")
    assert "do not belong together" in alone(world, folder)


def test_other_parameters_in_the_folder_are_refused(world: World, plan: Maker, folder: Path, tmp_path: Path) -> None:
    other = swept(world, plan(sweep_text("draws = 3", "replications = 1", "seed = 2")), tmp_path / "other")
    shutil.copy(other / "parameters.parquet", folder)
    assert alone(world, folder).startswith(f"{folder / 'parameters.parquet'} does not hold the parameters")


def test_a_sweep_that_was_killed_while_it_was_enlarged_goes_on_from_its_file(
    world: World, plan: Maker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest is that of the larger sweep already, the rest is that of the smaller one."""
    larger = plan(TEXT.replace("draws = 3", "draws = 5"))

    def killed(*_: object) -> None:
        raise OSError("killed")

    monkeypatch.setattr("simulator.sweep.folder.parameters_table", killed)
    with pytest.raises(RuntimeError):
        run_sweep(world, larger, folder)
    monkeypatch.undo()
    assert str(folder) in alone(world, folder)
    done = run_sweep(world, larger, folder)
    assert (done.before, done.done) == (18, 30)
    assert plan_of(folder, world).size == 30


def test_a_folder_that_holds_no_sweep_is_said_to(world: World, tmp_path: Path) -> None:
    assert alone(world, tmp_path).startswith(f"{tmp_path} holds no sweep")
    check_sweep_target(tmp_path)
