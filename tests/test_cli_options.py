"""What ``run`` and ``compare`` are given: what is refused before the runs, and what reaches the engine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from simulator.errors import InputError
from tests.commands import SHORT, Engine, liaosim, lines, messages

FILES = "a TOML file or a folder of liaosim calibrate"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "Missing argument 'SCENARIO'"),
        (["compare", "baseline"], "Missing argument 'OTHER'"),
        (["run", "baseline", "--runs", "0"], "'--runs'"),
        (["run", "baseline", "--runs", "many"], "'--runs'"),
        (["run", "baseline", "--seed", "-1"], "'--seed'"),
        (["run", "baseline", "--threads", "0"], "'--threads'"),
        (["run", "baseline", "--engine", "julia"], "'--engine'"),
        (["run", "baseline", "--lang", "fr"], "'--lang'"),
        (["run", "baseline", "--until", "2036Q1"], "'--until': \"2036Q1\" is out of range; allowed: 2006Q1 to 2035Q4"),
        (["run", "baseline", "--until", "2030"], '"2030" is not a quarter'),
        (["run", "baseline", "--colour"], "No such option: --colour"),
        (["runn", "baseline"], "No such command 'runn'"),
        (["scenarios", "--json", "check", "baseline"], "options belong after the command"),
    ],
)
def test_wrong_use_exits_2(engine: Engine, tmp_path: Path, words: list[str], message: str) -> None:
    result = liaosim(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert not engine.calls
    assert list(tmp_path.iterdir()) == []


def test_unknown_scenario_is_one_message_with_the_nearest_name(engine: Engine, tmp_path: Path) -> None:
    result = liaosim("compare", "baseline", "cjk_ftaa")
    assert result.exit_code == 2
    assert len(lines(result.stderr)) == 1
    assert result.stderr.startswith("Error: ")
    assert 'did you mean "cjk_fta"?' in result.stderr
    assert not engine.calls
    assert list(tmp_path.iterdir()) == []


def test_scenarios_are_all_loaded_before_the_first_run(engine: Engine) -> None:
    assert liaosim("compare", "baseline", "cjk_fta", "nonsense").exit_code == 2
    assert not engine.calls


def test_same_scenario_twice_is_refused(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "cjk_fta", "cjk_fta")
    assert (result.exit_code, result.stderr) == (
        2, 'Error: scenario "cjk_fta" is given twice; name each scenario once\n',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("posterior", f"this version ships no calibrated parameters; use prior, point, {FILES}"),
        ("priro", f'there is no file "priro"; allowed: posterior, prior, point, {FILES}; did you mean "prior"?'),
        ("mine.toml", f'there is no file "mine.toml"; allowed: posterior, prior, point, {FILES}'),
    ],
)
@pytest.mark.usefixtures("uncalibrated")
def test_wrong_parameters_are_refused(engine: Engine, value: str, message: str) -> None:
    result = liaosim("run", "baseline", "--parameters", value)
    assert result.exit_code == 2
    assert result.stderr.endswith(f"{message}\n")
    assert not engine.calls


def test_run_passes_every_option_on(engine: Engine) -> None:
    words = ["--runs", "3", "--seed", "7", "--until", "2008Q4", "--engine", "mesa", "--threads", "2", "--check"]
    Path("mine.toml").write_text("markup = 0.1\n", encoding="utf-8")
    result = liaosim("run", "baseline", *words, "--parameters", "mine.toml", "--out", "here")
    assert result.exit_code == 0, result.output
    assert engine.draws == [("file", 3, 7, "mine.toml")]
    (call,) = engine.calls
    del call["parameters"]
    assert call == {
        "scenario": "baseline", "runs": 3, "seed": 7, "until": "2008Q4", "engine": "mesa", "threads": 2,
        "check": True, "base": None, "keep": (), "progress": None,
    }  # fmt: skip


def test_threads_default_to_all_cores(engine: Engine) -> None:
    assert liaosim("run", "baseline", *SHORT).exit_code == 0
    assert engine.calls[0]["threads"] == os.cpu_count()


def test_compare_shares_parameters_and_branches_from_the_base(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "cjk_fta", "talent_retention", *SHORT, "--parameters", "point")
    assert result.exit_code == 0, result.output
    assert [call["scenario"] for call in engine.calls] == ["baseline", "cjk_fta", "talent_retention"]
    assert engine.calls[0]["base"] is None
    assert [call["base"].scenario for call in engine.calls[1:]] == ["baseline", "baseline"]
    assert [call["keep"] for call in engine.calls] == [(8,), (), ()], "both equal the base until the end"
    assert engine.draws == [("point", 4, 1, None)]
    assert len({id(call["parameters"]) for call in engine.calls}) == 1


@pytest.mark.parametrize(
    ("states", "words", "keep"),
    [
        (8, [], (33, 80)),  # the curb bites from 2014Q2, the agreement starts in 2026Q1
        (7, [], ()),  # two states of four runs are too many for the memory
        (8, ["--engine", "mesa"], ()),
    ],
)
def test_base_keeps_the_states_that_others_branch_from(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, states: int, words: list[str], keep: tuple[int, ...]
) -> None:
    monkeypatch.setattr("simulator.cli_run.KEPT_STATES", states)
    assert liaosim("compare", "baseline", "no_financing_curb", "cjk_fta", "--runs", "4", *words).exit_code == 0
    assert engine.calls[0]["keep"] == keep


def test_input_errors_raised_anywhere_become_one_message(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InputError("mine.toml: markup: 3 is out of range; allowed: 0 to 1")

    monkeypatch.setattr(sys.modules["simulator.parameters"], "draw_table", refuse)
    result = liaosim("run", "baseline")
    assert (result.exit_code, result.stderr) == (2, "Error: mine.toml: markup: 3 is out of range; allowed: 0 to 1\n")


# --- names


def test_two_different_files_of_one_name_are_refused_before_the_runs(engine: Engine, tmp_path: Path) -> None:
    own = tmp_path / "cjk_fta.toml"
    own.write_text(
        '[scenario]\nname = "cjk_fta"\ntitle = "T"\nsummary = "S"\nsources = ["A"]\nextends = "baseline"\n',
        encoding="utf-8",
    )
    result = liaosim("compare", "baseline", "./cjk_fta.toml", "cjk_fta+talent_retention", *SHORT)
    assert (result.exit_code, result.stderr) == (
        2, 'Error: two different scenario files are called "cjk_fta.toml"; rename one of them\n',
    )  # fmt: skip
    assert not engine.calls and [p.name for p in tmp_path.iterdir()] == ["cjk_fta.toml"]


def test_a_folder_whose_name_is_not_utf8_is_refused_before_the_runs(engine: Engine, tmp_path: Path) -> None:
    result = liaosim("run", "baseline", *SHORT, "--out", "caf\udce9")
    assert result.exit_code == 2
    assert messages(result)[-1] == "Error: --out caf\ufffd: the name is not UTF-8 text; name another folder"
    assert not engine.calls and list(tmp_path.iterdir()) == []
