"""What ``ui`` does: make something to look at if there is nothing, and serve the app. Heavy imports inside."""

from __future__ import annotations

import errno
import os
import webbrowser
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import typer

from simulator.cli_run import Request, simulate_and_report
from simulator.cli_support import CommandError, say
from simulator.errors import InputError

PACKAGES: Final = ("solara", "anywidget", "ipyvuetify", "solara_assets")
DEMO: Final = ("baseline", "cjk_fta", "port_consolidation", "talent_retention")
"""Scenarios of a first result; those of ``make demo``."""
DEMO_NAME: Final = "demo"


@dataclass(frozen=True)
class UiRequest:
    """What ``ui`` was asked for."""

    results: Path
    host: str
    port: int
    jobs: int
    threads: int | None
    browser: bool


def ui(request: UiRequest) -> None:
    """Serve the app until interrupted.

    Raises
    ------
    InputError
        The folder of results is a file or one result or cannot be written to, or the port is taken. Told before
        anything is simulated.
    CommandError
        Packages of the app are not installed.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise CommandError(f"the app needs packages that are not installed: pip install 'liaosim[app]' ({missing[0]})")
    _check(request.results)
    from viz.library import Library
    from viz.server import LOCAL, listen, prepare, serve

    try:
        listening = listen(request.host, request.port)
    except OSError as error:
        raise InputError(_refused(error, request)) from None

    def ready(address: str) -> None:
        typer.echo(f"liaosim is open at {address} (Ctrl-C stops it)")
        if request.browser:
            webbrowser.open(address)

    with listening:
        if not Library(request.results).names():
            _check_writable(request.results)
            say(f"There is no result in {request.results} yet: comparing {', '.join(DEMO)} first.")
            simulate_and_report(DEMO, _demo(request))
        if request.host not in LOCAL:
            say(
                f"Warning: everybody who can reach {request.host} can open the app, see the results in"
                f" {request.results} and use this machine to simulate; there is no password."
            )
        prepare()
        from viz.state import Settings  # imports Solara

        settings = Settings(request.results, request.jobs, request.threads or os.cpu_count() or 1)
        try:
            serve(settings, listening, request.host, ready)
        except KeyboardInterrupt:
            pass  # how one stops it
    say("The app has stopped.")


def _check(results: Path) -> None:
    from simulator.manifest import is_results, is_sweep

    if results.exists() and not results.is_dir():
        raise InputError(f"{results} is a file; name the folder in which results lie")
    if is_results(results) or is_sweep(results):
        raise InputError(f"{results} is one result; name the folder in which it lies: {results.resolve().parent}")


def _check_writable(results: Path) -> None:
    there = next(place for place in (results.resolve(), *results.resolve().parents) if place.exists())
    if not os.access(there, os.W_OK):
        raise InputError(f"{results} holds no result, and none can be made there: {there} cannot be written to")


def _demo(request: UiRequest) -> Request:
    """Return what ``make demo`` asks for, in the folder of results."""
    return Request(
        runs=200, seed=1, until="2035Q4", engine="compiled", threads=request.threads, parameters=None, check=False,
        out=request.results / DEMO_NAME, overwrite=False, json=False, lang="en",
    )  # fmt: skip


def _refused(error: OSError, request: UiRequest) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"--port {request.port} is taken, perhaps by another liaosim ui; name another one, or 0 for any"
    if error.errno == errno.EACCES:
        return f"--port {request.port} is reserved; name one above 1023, or 0 for any that is free"
    return f"--host {request.host}: {error.strerror or error}; 127.0.0.1 is this machine alone"
