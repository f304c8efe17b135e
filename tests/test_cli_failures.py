"""Failed runs, interrupts and what goes wrong after the runs: exit codes, messages and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import SHORT, Engine, in_process, liaosim, lines, messages


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


def test_a_command_that_is_ended_cleans_up_behind_itself(tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from simulator import cli, cli_commands_inputs, cli_support, folder\n"
        "def wait(*_):\n"
        "    with cli_support.exits(), folder.staged(Path('out')) as part:\n"
        "        (part / 'x').write_text('x')\n"
        "        print('ready', flush=True)\n"
        "        time.sleep(30)\n"
        "cli_commands_inputs.show = wait\n"
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


# --- what goes wrong after the runs costs nothing


def broken_report(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(folder: Path, *_: object) -> None:
        (folder / "report.html").write_text("<p>half", encoding="utf-8")
        raise error

    monkeypatch.setattr(sys.modules["viz.reports.compare"], "write_report", fail)


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
