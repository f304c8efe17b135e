"""A running app for tests: its server as a user starts it, without a network, and a browser that is told apart."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # no name leads anywhere
)  # fmt: skip
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: what the server asks of others fails."""
OFFLINE = {name: NOWHERE for kind in ("http", "https", "all") for name in (f"{kind}_proxy", f"{kind.upper()}_PROXY")}


def chromium() -> str:
    """Return the browser of this machine; without one the test is skipped, or fails where browsers are required."""
    if CHROMIUM is None:
        if os.environ.get("LIAOSIM_BROWSER") == "required":
            pytest.fail("LIAOSIM_BROWSER=required, but there is no chromium")
        pytest.skip("no chromium; LIAOSIM_BROWSER=required makes this a failure")
    return CHROMIUM


@dataclass(frozen=True)
class Served:
    """A server that runs: its address, the folder of its results, and what it has logged."""

    address: str
    results: Path
    log: Path
    process: subprocess.Popen[str]

    @property
    def said(self) -> str:
        """What the server wrote to its log so far."""
        return self.log.read_text(encoding="utf-8")


@contextmanager
def serving(results: Path, log: Path, *options: str) -> Iterator[Served]:
    """Start ``liaosim ui`` on a folder and wait until it is open; stop it in the end."""
    environment = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    command = [sys.executable, "-m", "tests.app.liaosim", "ui", str(results), "--port", "0", "--no-browser", *options]
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment | OFFLINE | {"NO_PROXY": ""}
        )
        try:
            yield Served(_address(process, log), results, log, process)
        finally:
            process.terminate()
            process.wait(timeout=30)
            if process.stdout is not None:
                process.stdout.close()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    output: IO[str] | None = process.stdout
    assert output is not None
    for line in output:
        if "is open at" in line:
            return line.split("is open at")[1].split()[0]
    raise AssertionError(f"the app did not start: {log.read_text(encoding='utf-8')}")
