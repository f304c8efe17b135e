"""The command line: what it writes, what it says, and the exit codes. The engine is a fake with known numbers."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from simulator import MODEL_VERSION, __version__
from simulator.cli import app
from simulator.errors import InputError
from simulator.periods import count_until
from tests.fakes import FakeEnsemble, FakeParameters, fake_ensemble

SHORT = ["--runs", "4", "--until", "2007Q4"]


@dataclass
class Engine:
    """Stands in for world, parameters and ensemble; remembers what it was asked for."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    draws: list[tuple[str, int, int, str | None]] = field(default_factory=list)
    failures: dict[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    interrupt: bool = False
    compiled: bool = True

    def draw_table(self, kind: str, runs: int, seed: int, file: str | None = None) -> FakeParameters:
        self.draws.append((kind, runs, seed, file))
        return FakeParameters(kind, kind.encode().hex(), ("markup",), np.arange(1.0 * runs)[:, None])

    def simulate(self, world: object, scenario: Any, **options: Any) -> FakeEnsemble:
        if self.interrupt:
            raise KeyboardInterrupt
        self.calls.append({"scenario": scenario.name, **options})
        if options["progress"]:
            for done in range(options["runs"]):
                options["progress"](done + 1)
        ensemble = fake_ensemble(
            scenario.name,
            runs=options["runs"],
            quarters=count_until(options["until"]),
            seed=options["seed"],
            failures=self.failures.get(scenario.name, ()),
        )
        schedule = scenario.schedule(options["until"])
        return replace(ensemble, engine=options["engine"], parameters=options["parameters"], schedule=schedule)

    def agent_history(self, world: object, scenario: Any, run: int, like: FakeEnsemble) -> dict[str, pd.DataFrame]:
        return {kind: pd.DataFrame({"run": [run], "capital": [1.5]}) for kind in ("soe", "investor")}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """Replace what is slow, and stand in an empty folder."""
    fake = Engine()
    stand_ins: dict[str, dict[str, Callable[..., Any]]] = {
        "parameters": {"draw_table": fake.draw_table},
        "world": {"load_world": lambda: "world"},
        "ensemble": {"simulate": fake.simulate, "agent_history": fake.agent_history},
        "compilation": {"is_compiled": lambda: fake.compiled},
    }
    for name, members in stand_ins.items():
        module = ModuleType(f"simulator.{name}")
        for member, function in members.items():
            setattr(module, member, function)
        monkeypatch.setitem(sys.modules, f"simulator.{name}", module)
    page = ModuleType("viz.report")
    page.write_report = lambda folder, *_: (folder / "report.html").write_text("<!doctype html>")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "viz.report", page)
    monkeypatch.chdir(tmp_path)
    return fake


def liaosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def messages(result: Result) -> list[str]:
    """Return the lines on stderr except the notice on levers of the baseline that start after the short run."""
    return [line for line in lines(result.stderr) if "baseline lever 1 " not in line]


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_version() -> None:
    result = liaosim("--version")
    assert (result.exit_code, result.stdout) == (0, f"liaosim {__version__} (model {MODEL_VERSION})\n")


@pytest.mark.parametrize("words", [[], ["run"], ["compare"], ["quarter"], ["scenarios"], ["scenarios", "check"]])
def test_help_has_every_command_and_its_examples(words: list[str]) -> None:
    result = liaosim(*words, "--help")
    assert result.exit_code == 0
    assert words in ([], ["quarter"]) or f"\n    liaosim {' '.join(words)} " in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


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
        ("posterior", "this version ships no calibrated parameters; use prior, point or a TOML file"),
        ("priro", 'there is no file "priro"; allowed: prior, point or a TOML file; did you mean "prior"?'),
        ("mine.toml", 'there is no file "mine.toml"; allowed: prior, point or a TOML file'),
    ],
)
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


def test_results_are_written_and_named(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "here")
    assert result.exit_code == 0, result.output
    assert lines(result.stdout)[-1] == "Results: here"
    manifest = json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in manifest["scenarios"]] == ["baseline", "cjk_fta"]
    assert (manifest["runs"], manifest["until"], manifest["engine"]) == (4, "2007Q4", "compiled")
    assert sorted(path.stem for path in Path("here/scenarios").iterdir()) == ["baseline", "cjk_fta"]
    soe = pd.read_parquet("here/agents/soe.parquet")
    assert soe["scenario"].tolist() == ["baseline", "cjk_fta"]
    assert soe["run"].tolist() == [manifest["medoids"]["baseline"], manifest["medoids"]["cjk_fta"]]


def test_default_folder_is_the_same_again_and_another_for_another_seed(engine: Engine) -> None:
    for seed in ("1", "1", "2"):
        assert liaosim("run", "baseline", *SHORT, "--seed", seed).exit_code == 0
    folders = sorted(path.name for path in Path("results").iterdir())
    assert len(folders) == 2
    assert all(name.startswith("baseline-") and len(name) == len("baseline-") + 8 for name in folders)


def test_no_effect_prints_exactly_zero(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "no_financing_curb", *SHORT)
    (row,) = (line for line in result.stdout.splitlines() if line.strip().startswith("Real GDP"))
    assert row.split()[2:] == ["0", "0", "to", "0", "0", "bn", "yuan", "2010", "0.50", "0"]


def test_other_results_are_not_replaced_unless_asked(engine: Engine) -> None:
    assert liaosim("run", "baseline", *SHORT, "--out", "here").exit_code == 0
    before = Path("here/manifest.json").read_bytes()
    refused = liaosim("run", "cjk_fta", *SHORT, "--out", "here")
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert Path("here/manifest.json").read_bytes() == before
    assert len(engine.calls) == 1, "refused only after the runs"
    assert liaosim("run", "cjk_fta", *SHORT, "--out", "here", "--overwrite").exit_code == 0
    assert json.loads(Path("here/manifest.json").read_bytes())["scenarios"][0]["name"] == "cjk_fta"


def test_folder_of_somebody_else_is_never_replaced(engine: Engine) -> None:
    Path("thesis").mkdir()
    Path("thesis/chapter1.txt").write_text("years of work", encoding="utf-8")
    assert liaosim("run", "baseline", *SHORT, "--out", "thesis", "--overwrite").exit_code == 2
    assert Path("thesis/chapter1.txt").read_text(encoding="utf-8") == "years of work"
    assert not engine.calls


def test_json_is_all_that_stdout_holds(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "here", "--json", "--lang", "zh")
    value = json.loads(result.stdout)
    assert value["folder"] == "here"
    assert value["failures"] == []
    assert value["headline"]["scenarios"] == ["baseline", "cjk_fta"]
    gdp = next(x for x in value["headline"]["effects"] if x["variable"] == "gdp_real")
    assert gdp["label"] == "实际地区生产总值"
    assert gdp["prob_positive"] == 0.5
    assert gdp["absolute"] == {"median": 0.0, "p05": 0.0, "p95": 0.0}


def test_levers_after_the_last_quarter_are_noticed_once(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "talent_retention", *SHORT, "--out", "here")
    assert result.exit_code == 0
    (notice,) = messages(result)
    assert notice.startswith("Note: ")
    assert "talent_subsidy" in notice
    assert json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))["warnings"][1:] == [notice[6:]]


def test_failed_runs_exit_3_and_the_others_are_written(engine: Engine) -> None:
    engine.failures = {"cjk_fta": ((2, "population of Fuxin is negative in 2007Q1"),)}
    result = liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "here", "--json")
    assert result.exit_code == 3
    assert lines(result.stderr)[-1] == (
        "1 of 8 runs failed and are left out of the results; "
        "run 2 of cjk_fta: population of Fuxin is negative in 2007Q1"
    )
    assert json.loads(result.stdout)["failures"] == [
        {"scenario": "cjk_fta", "run": 2, "message": "population of Fuxin is negative in 2007Q1"}
    ]
    assert Path("here/manifest.json").is_file()


def test_all_runs_failed_exits_1_and_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    engine.failures = {"baseline": tuple((run, "not finite") for run in range(4))}
    result = liaosim("run", "baseline", *SHORT, "--out", "here")
    assert (result.exit_code, messages(result)) == (
        1, ["Failed: every run of baseline failed; run 0 of baseline: not finite"],
    )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_interrupt_exits_130_and_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    engine.interrupt = True
    result = liaosim("run", "baseline", *SHORT, "--out", "here")
    assert result.exit_code == 130
    assert messages(result) == ["Interrupted; nothing was written. The same command starts again."]
    assert list(tmp_path.iterdir()) == []


def test_interrupt_while_writing_leaves_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simulator.store._write_csv", interrupted)
    assert liaosim("run", "baseline", *SHORT, "--out", "here").exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written_exits_1(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("simulator.store._write_csv", full)
    result = liaosim("run", "baseline", *SHORT)
    assert result.exit_code == 1
    assert messages(result) == ["Failed: [Errno 28] No space left on device"]


def test_first_compilation_is_announced(engine: Engine) -> None:
    assert messages(liaosim("run", "baseline", *SHORT)) == []
    engine.compiled = False
    assert messages(liaosim("run", "baseline", *SHORT)) == [
        "Compiling the model for this machine (once, about a minute) ..."
    ]


def test_scenario_list_has_a_line_a_scenario() -> None:
    for words in (["scenarios"], ["scenarios", "list"]):
        result = liaosim(*words)
        assert result.exit_code == 0
        names = [line.split()[0] for line in lines(result.stdout)[2:]]
        assert names[0] == "baseline"
        assert {"cjk_fta", "port_consolidation", "talent_retention"} <= set(names)


def test_scenario_list_in_chinese_and_as_json() -> None:
    for words in (["scenarios", "list"], ["scenarios"]):
        found = json.loads(liaosim(*words, "--json", "--lang", "zh").stdout)
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in x["title"] + x["summary"]) for x in found)
        assert {x["name"]: x["extends"] for x in found}["cjk_fta"] == "baseline"


def test_scenarios_check_reports_each_file(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[scenario]\nname = 'wrong'\ntitel = 'x'\n", encoding="utf-8")
    result = liaosim("scenarios", "check", "cjk_fta", str(wrong), "cjk_fta+talent_retention")
    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in lines(result.stdout)] == ["cjk_fta", "cjk_fta+talent_retention"]
    assert len(lines(result.stderr)) >= 1
    assert str(wrong) in result.stderr
    assert "titel" in result.stderr
    assert liaosim("scenarios", "check", "baseline").exit_code == 0


def fake_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass
    class Row:
        step: int
        rule: str
        agent: str
        reads: list[str]
        writes: list[str]
        link: str

    module = ModuleType("simulator.quarter")
    rows = [Row(1, "soe_invest", "SOE", ["wage [t-1]", "credit [t]"], ["investment"], "credit")]
    module.table = lambda: rows  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "simulator.quarter", module)


def test_quarter_prints_brackets_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_quarter(monkeypatch)
    row = lines(liaosim("quarter").stdout)[-1]
    assert row.split() == ["1", "soe_invest", "SOE", "wage", "[t-1],", "credit", "[t]", "investment", "credit"]


def test_quarter_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_quarter(monkeypatch)
    assert json.loads(liaosim("quarter", "--json").stdout) == [
        {
            "step": 1, "rule": "soe_invest", "agent": "SOE", "reads": ["wage [t-1]", "credit [t]"],
            "writes": ["investment"], "link": "credit",
        }
    ]  # fmt: skip


def in_process(code: str, words: Sequence[str] = (), **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *words], **options)


def test_interrupt_by_signal_exits_130() -> None:
    code = (
        "import time\nfrom simulator.cli_support import exits\nimport typer\napp = typer.Typer()\n"
        "@app.command()\ndef wait():\n"
        "    with exits():\n        print('ready', flush=True)\n        time.sleep(30)\n"
        "app()"
    )
    process = in_process(code, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=20)
    assert process.returncode == 130
    assert message.startswith(b"Interrupted")


def test_reader_that_stops_early_is_no_error() -> None:
    code = "from simulator.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "scenarios", "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert b"Traceback" not in process.stderr.read()
    process.wait(timeout=20)


def test_progress_is_shown_only_in_a_terminal() -> None:
    code = (
        "from simulator.cli_support import progress_bars\n"
        "for wanted in (True, False):\n"
        "    with progress_bars(wanted) as start:\n"
        "        step = start('[cjk]', 2)\n"
        "        print(step is not None)\n"
        "        if step: step(1); step(2)\n"
    )
    ours, theirs = pty.openpty()
    with in_process(code, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"}) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"True\nFalse\n"
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "[cjk]" in shown
    assert "2/2" in shown
    with in_process(code, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"False\nFalse\n"


def test_input_errors_raised_anywhere_become_one_message(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InputError("mine.toml: markup: 3 is out of range; allowed: 0 to 1")

    monkeypatch.setattr(sys.modules["simulator.parameters"], "draw_table", refuse)
    result = liaosim("run", "baseline")
    assert (result.exit_code, result.stderr) == (2, "Error: mine.toml: markup: 3 is out of range; allowed: 0 to 1\n")


# --- what goes wrong after the runs costs nothing


def broken_report(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(folder: Path, *_: object) -> None:
        (folder / "report.html").write_text("<p>half", encoding="utf-8")
        raise error

    monkeypatch.setattr(sys.modules["viz.report"], "write_report", fail)


def test_a_report_that_cannot_be_made_costs_only_itself(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_report(monkeypatch, ZeroDivisionError("division by zero"))
    result = liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "here")
    assert result.exit_code == 1
    assert messages(result)[-1] == (
        "report.html could not be made: ZeroDivisionError: division by zero; `liaosim report here` tries again. "
        "The results are complete."
    )
    assert lines(result.stdout)[-1] == "Results: here" and "Real GDP" in result.stdout
    manifest = json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))
    assert sorted(p.relative_to("here").as_posix() for p in Path("here").rglob("*") if p.is_file()) == manifest["files"]
    assert "report.html" not in manifest["files"] and "series/province.parquet" in manifest["files"]


def test_an_interrupt_while_the_report_is_made_says_that_the_results_are_there(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_report(monkeypatch, KeyboardInterrupt())
    result = liaosim("run", "baseline", *SHORT, "--out", "here")
    assert (result.exit_code, messages(result)) == (
        130, ["Interrupted; the results are complete in here, but for report.html."],
    )  # fmt: skip
    assert [p.name for p in Path().iterdir()] == ["here"]
    assert "report.html" not in json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))["files"]


# --- names and letters


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


def test_words_that_are_not_utf8_are_kept_readable(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["liaosim", "run", "caf\udce9.toml", "辽宁"])
    result = liaosim("run", "baseline", *SHORT, "--out", "here")
    assert result.exit_code == 0, result.output
    manifest = json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == ["liaosim", "run", "caf\ufffd.toml", "辽宁"]


def test_a_folder_whose_name_is_not_utf8_is_refused_before_the_runs(engine: Engine, tmp_path: Path) -> None:
    result = liaosim("run", "baseline", *SHORT, "--out", "caf\udce9")
    assert result.exit_code == 2
    assert messages(result)[-1] == "Error: --out caf\ufffd: the name is not UTF-8 text; name another folder"
    assert not engine.calls and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_letters_that_the_output_cannot_hold_are_no_failure(encoding: str) -> None:
    for words in (["scenarios", "list", "--lang", "zh"], ["scenarios", "list", "--lang", "zh", "--json"]):
        with in_process(
            "import sys; from simulator.cli import main; main()", words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        ) as process:  # fmt: skip
            out, error = process.communicate(timeout=30)
        assert (process.returncode, error) == (0, b"")
        shown = b"\\u57fa\\u51c6" in out or "基准".encode() in out  # typer writes UTF-8 where ASCII is all there is
        assert b"cjk_fta" in out and shown


def test_what_goes_on_is_told_only_to_a_terminal(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Writing" not in liaosim("run", "baseline", *SHORT).stderr
    code = "from simulator.cli_support import tell; tell('Writing ...'); tell('secret', wanted=False)"
    ours, theirs = pty.openpty()
    with in_process(code, stderr=theirs) as process:
        process.wait(timeout=20)
    os.close(theirs)
    assert os.read(ours, 1000) == b"Writing ...\r\n"
    os.close(ours)
    with in_process(code, stderr=subprocess.PIPE) as process:
        assert process.communicate(timeout=20)[1] == b""


def test_a_command_that_is_ended_cleans_up_behind_itself(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from simulator import cli, cli_support, folder\n"
        "def wait(*_):\n"
        "    with cli_support.exits(), folder.staged(Path('out')) as part:\n"
        "        (part / 'x').write_text('x')\n"
        "        print('ready', flush=True)\n"
        "        time.sleep(30)\n"
        "cli.show = wait\n"
        "cli.main()"
    )
    with in_process(
        code, ["scenarios", "show", "baseline"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert len(list(tmp_path.glob(".out.part-*"))) == 1
        process.send_signal(signal.SIGTERM)
        _, message = process.communicate(timeout=20)
    assert process.returncode == 143
    assert message == b"Ended; nothing was written. The same command starts again.\n"
    assert list(tmp_path.iterdir()) == []
