"""``liaosim sweep``: exit codes, what it says, and what programs can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.cli_sweep import duration
from simulator.parameters import names
from simulator.sweep.folder import locked
from simulator.sweep.manifest import load_sweep_manifest
from tests.commands import liaosim, lines
from tests.folders import edit
from tests.sweep.sweeping import LITTLE, files_of, rewrite, sweep_text


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run of the second draw fail."""
    from simulator.parameters import table_of
    from simulator.sweep import planning

    whole = planning.draws_of_spec

    def spoilt(spec: Any) -> Any:
        rows = whole(spec).values.copy()
        rows[1, list(names()).index("value_of_day")] = -50.0
        return table_of("prior", rows)

    monkeypatch.setattr(planning, "draws_of_spec", spoilt)


# From plan to end


def test_plan_says_runs_time_and_disk_and_writes_nothing(place: Path) -> None:
    before = files_of(place)
    result = liaosim("sweep", "little.toml", "--plan")
    assert result.exit_code == 0 and result.stderr == ""
    shown = {line.split()[0]: line for line in lines(result.stdout) if line.startswith(" ") or line[0].isupper()}
    assert shown["Runs"].split() == ["Runs", "12"]
    assert " s (measured on " in shown["Time"] and shown["Disk"].rstrip().endswith("MB")
    assert "grid, 2 points over rd_support" in result.stdout and "2: baseline, reform" in result.stdout
    assert "2 draws x 2 replications" in result.stdout
    assert "results/little" in shown["Folder"]
    assert lines(result.stdout)[-1] == "Nothing was run."
    assert files_of(place) == before


def test_plan_is_json_for_programs(place: Path) -> None:
    result = liaosim("sweep", "little.toml", "--plan", "--json", "--out", "there")
    found = json.loads(result.stdout)
    assert (found["runs"], found["missing"], found["points"], found["draws"]) == (12, 12, 2, 2)
    assert found["seconds"] > 0.0 and found["megabytes"] > 0.0 and found["folder"] == "there"
    assert found["scenarios"] == ["baseline", "reform"] and not (place / "there").exists()


def test_plan_names_combinations_that_are_left_out(place: Path) -> None:
    rewrite(place, sweep_text("runs = 1", 'combine = "compatible"', scenarios="baseline subsidy against"))
    result = liaosim("sweep", "little.toml", "--plan")
    assert result.exit_code == 0 and "1 left out" in result.stdout
    assert result.stderr.startswith("Left out: ") and "against" in result.stderr


def test_a_sweep_says_how_much_it_did_where_it_is_and_how_to_ask_it(place: Path) -> None:
    result = liaosim("sweep", "little.toml", "--threads", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    first, *_, second, third = lines(result.stdout)
    assert first.startswith("12 runs in ") and "a second)" in first
    assert (second, third) == ("Results: results/little", "Ask them: liaosim query results/little")
    assert load_sweep_manifest(place / "results/little").complete
    again = liaosim("sweep", "little.toml")
    assert lines(again.stdout)[0] == "All 12 runs were there before."
    assert lines(liaosim("sweep", "little.toml", "--plan").stdout)[-1] == "Nothing is left to run."


def test_an_enlarged_sweep_says_what_was_there_before(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    rewrite(place, LITTLE.replace("draws = 2", "draws = 3"))
    assert "12 of them there" in liaosim("sweep", "little.toml", "--plan").stdout
    assert "; 12 were there before" in liaosim("sweep", "little.toml").stdout


def test_lines_of_json_begin_and_end(place: Path) -> None:
    result = liaosim("sweep", "little.toml", "--json")
    told = [json.loads(line) for line in lines(result.stdout)]
    assert [line["event"] for line in told[:2]] == ["begin", "progress"] and told[-1]["event"] == "end"
    assert {line["event"] for line in told[1:-1]} == {"progress"}
    assert (told[0]["runs"], told[0]["folder"]) == (12, "results/little")
    assert (told[-1]["runs"], told[-1]["finished"], told[-1]["failed"]) == (12, 12, 0)
    assert told[-1]["seconds_left"] == 0.0 and told[-1]["folder"] == "results/little"


def test_a_folder_goes_on_by_its_name_or_by_that_of_its_file(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    for path in place.glob("*.toml"):
        path.unlink()
    before = files_of(place)
    for word in ("results/little", "results/little/sweep.toml"):
        result = liaosim("sweep", word)
        assert (result.exit_code, lines(result.stdout)[0]) == (0, "All 12 runs were there before.")
    assert files_of(place) == before


def test_help_teaches_by_examples() -> None:
    result = liaosim("sweep", "--help")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for taught in ("--plan", "--verify", "--overwrite", "--json", "liaosim sweep fta_terms.toml --plan",
                   "the same command goes on", "docs/sweeps.md"):  # fmt: skip
        assert taught in words, taught


# Failures


def test_failed_runs_exit_3_and_say_where_to_read_why(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch)
    result = liaosim("sweep", "little.toml")
    assert result.exit_code == 3
    assert lines(result.stderr) == [
        '6 of 12 runs failed; liaosim query results/little "SELECT * FROM failures" says why'
    ]
    assert lines(result.stdout)[-2] == "Results: results/little"
    told = liaosim("query", "results/little", "SELECT DISTINCT draw, stage, message FROM failures", "--format", "json")
    assert told.exit_code == 0 and "ZeroDivisionError" in told.stdout
    monkeypatch.undo()
    monkeypatch.chdir(place)
    assert liaosim("sweep", "results/little").exit_code == 3  # they are not tried again, and not forgotten
    as_json = liaosim("sweep", "results/little", "--json")
    assert as_json.exit_code == 3 and json.loads(lines(as_json.stdout)[-1])["failed"] == 6


def test_a_sweep_of_which_every_run_fails_exits_3_too(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr("simulator.sweep.chunk.prepare", broken)
    result = liaosim("sweep", "little.toml")
    assert result.exit_code == 3 and "12 of 12 runs failed" in result.stderr
    assert lines(result.stdout)[-2] == "Results: results/little"


# Refusals


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("draws = 2", "drawz = 2", "drawz"),
        ("reform.toml", "none.toml", "none.toml"),
        ('"2007Q4"', '"2045Q4"', "2045Q4"),
        ('["reform"]', '["refrom"]', '"refrom" is not a scenario of this sweep'),
        ("[sweep]", "[sweep", "not valid TOML"),
    ],
)
def test_a_wrong_sweep_file_exits_2_and_writes_nothing(old: str, new: str, said: str, place: Path) -> None:
    rewrite(place, LITTLE.replace(old, new))
    before = files_of(place)
    for words in ([], ["--plan"], ["--json"]):
        result = liaosim("sweep", "little.toml", *words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("Error: little.toml") or "none.toml" in result.stderr
        assert said in result.stderr
    assert files_of(place) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.toml"], "nowhere.toml: cannot be read"),
        (["empty"], "empty holds no sweep"),
        (["empty", "--verify"], "empty holds no sweep"),
        (["little.toml", "--verify"], "results/little holds no sweep"),
        (["little.toml", "--plan", "--verify"], "--plan or --verify"),
        (["results/made", "--out", "there"], "--out and --check go with a sweep file"),
        (["results/made", "--check"], "--out and --check go with a sweep file"),
        (["little.toml", "--out", "full"], "full is not empty and was not written by a sweep"),
        (["little.toml", "--out", "full", "--overwrite"], "full is not empty and was not written by a sweep"),
    ],
)
def test_what_cannot_be_exits_2_and_writes_nothing(words: list[str], said: str, place: Path) -> None:
    (place / "empty").mkdir()
    (place / "full").mkdir()
    (place / "full/notes.txt").touch()
    if "results/made" in words:
        assert liaosim("sweep", "little.toml", "--out", "results/made").exit_code == 0
    before = files_of(place)
    result = liaosim("sweep", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert files_of(place) == before and list((place / "empty").iterdir()) == []


def test_finished_runs_that_are_not_asked_for_need_overwrite(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    rewrite(place, LITTLE.replace("[0.1, 0.4]", "[0.1, 0.3]"))
    before = files_of(place / "results")
    result = liaosim("sweep", "little.toml")
    assert result.exit_code == 2 and "add --overwrite to remove them" in result.stderr
    assert files_of(place / "results") == before
    assert liaosim("sweep", "little.toml", "--overwrite").exit_code == 0
    assert liaosim("sweep", "results/little", "--verify").exit_code == 0


def test_a_second_sweep_on_a_folder_exits_2_and_changes_nothing(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    before = files_of(place)
    with locked(Path("results/little")):
        for word in ("little.toml", "results/little"):
            result = liaosim("sweep", word)
            assert result.exit_code == 2
            assert lines(result.stderr) == [
                "Error: another sweep is writing to results/little; wait for it, or name another folder with --out"
            ]
    assert files_of(place) == before


# Verifying


def test_verify_says_that_all_is_right(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    before = files_of(place)
    result = liaosim("sweep", "results/little", "--verify")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("All right: 12 of 12 runs in 2 shards; 2 simulated again, the same to the bit")
    found = json.loads(liaosim("sweep", "little.toml", "--verify", "--json").stdout)
    assert (found["finished"], found["runs"], found["problems"], found["simulated_again"]) == (12, 12, [], 2)
    assert files_of(place) == before


def test_verify_names_what_is_wrong_and_exits_1(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    path = min(Path("results/little/shards").iterdir())
    path.write_bytes(path.read_bytes()[:-9])
    result = liaosim("sweep", "results/little", "--verify")
    assert (result.exit_code, result.stdout) == (1, "")
    first, last = lines(result.stderr)
    assert first.startswith(f"Wrong: {path} is damaged: ")
    assert last.endswith("Remove the files that are wrong: the sweep, started again, mends them.")
    as_json = liaosim("sweep", "results/little", "--verify", "--json")
    assert as_json.exit_code == 1 and len(json.loads(as_json.stdout)["problems"]) == 1
    path.unlink()
    assert liaosim("sweep", "results/little").exit_code == 0
    assert liaosim("sweep", "results/little", "--verify").exit_code == 0


def test_verify_says_how_much_of_an_unfinished_sweep_is_there(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    min(Path("results/little/shards").iterdir()).unlink()
    edit(Path("results/little"), lambda manifest: manifest.update(finished=0, complete=False))
    result = liaosim("sweep", "results/little", "--verify")
    assert result.exit_code == 0 and result.stdout.startswith("All right: ")
    assert " of 12 runs in 1 shards" in result.stdout and not result.stdout.startswith("All right: 12 ")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (89.0, "89 s"), (91.0, "2 min"), (3600.0, "60 min"), (12_000.0, "3 h 20 min"), (10_800.0, "3 h"),
     (187_200.0, "2 d 4 h"), (172_800.0, "2 d")],
)  # fmt: skip
def test_times_are_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_scenario_that_does_nothing_until_the_end_is_named(place: Path) -> None:
    (place / "early.toml").write_text(
        '[sweep]\nname = "early"\nscenarios = ["baseline", "cjk_fta"]\nruns = 1\nuntil = "2007Q4"\n', encoding="utf-8"
    )
    result = liaosim("sweep", "early.toml", "--plan")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == ["Note: cjk_fta does the same as baseline until 2007Q4"]


def test_verify_of_a_file_that_asks_for_less_names_the_larger_sweep(place: Path) -> None:
    assert liaosim("sweep", "little.toml").exit_code == 0
    text = (place / "little.toml").read_text(encoding="utf-8")
    rewrite(place, text.replace("replications = 2", "replications = 1"))
    result = liaosim("sweep", "little.toml", "--verify")
    assert result.exit_code == 2
    assert "holds another sweep than little.toml asks for" in result.stderr
    assert "liaosim sweep results/little --verify" in result.stderr


def test_overwrite_goes_only_with_a_run(place: Path) -> None:
    for option in ("--plan", "--verify"):
        result = liaosim("sweep", "little.toml", option, "--overwrite")
        assert result.exit_code == 2 and "--overwrite goes with a run" in result.stderr
