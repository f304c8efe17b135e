"""What is shown only in a terminal, and what an output cannot hold."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.commands import SHORT, Engine, in_process, liaosim


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
