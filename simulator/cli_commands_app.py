"""The command that opens the app, with its options and help: ui."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli_options import Threads
from simulator.cli_support import exits
from simulator.cli_ui import UiRequest, ui


def ui_command(
    results: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder in which results lie; the app sees nothing else.")
    ] = Path("results"),
    host: Annotated[str, typer.Option(metavar="HOST", help="Where to listen; by default this machine alone.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0: any that is free.")] = 8765,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="Ensembles at once for all users; the others wait.")
    ] = 2,
    threads: Threads = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")] = True,
) -> None:
    """Open the app: play results on the map, compare scenarios, move a lever and see.

    It runs on this machine, needs no network, and sees the results in one folder only. If there are none, it
    compares four scenarios first. Ctrl-C stops it.

    \b
    Examples:
      liaosim ui
      liaosim ui my_results --port 0 --no-browser
    """
    with exits():
        ui(UiRequest(results, host, port, jobs, threads, browser))
