"""What the commands share: exit codes, messages, progress and tables in the terminal."""

from __future__ import annotations

import errno
import io
import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import typer

from simulator.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

FAILED: Final = 1
WRONG_INPUT: Final = 2
SOME_RUNS_FAILED: Final = 3
INTERRUPTED: Final = 130
TERMINATED: Final = 143

PIPE_WIDTH: Final = 160
"""Columns of a table that is written to a file or a pipe."""


class CommandError(RuntimeError):
    """The command cannot give a result, through no fault of the user; the message says why."""


class Terminated(KeyboardInterrupt):
    """Somebody ended the command (SIGTERM); cleaned up after like an interrupt."""


def _terminate(*_: object) -> None:
    raise Terminated


def prepare_process() -> None:
    """Set up what only the process of the command may: SIGTERM cleans up, and any text can be shown.

    A letter that the terminal or the file cannot hold is written as its number, and is no reason to fail.
    """
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def exits() -> Iterator[None]:
    """Turn what ends a command early into one message on stderr and the exit code that it stands for."""
    try:
        yield
    except InputError as error:
        _leave(f"Error: {error}", WRONG_INPUT)
    except CommandError as error:
        _leave(f"Failed: {error}", FAILED)
    except KeyboardInterrupt as error:
        told = " ".join(getattr(error, "__notes__", ())) or "nothing was written. The same command starts again."
        ended = isinstance(error, Terminated)
        _leave(f"{'Ended' if ended else 'Interrupted'}; {told}", TERMINATED if ended else INTERRUPTED)
    except OSError as error:
        if error.errno == errno.EPIPE:  # `liaosim scenarios | head`: the reader has seen enough
            raise
        _leave(f"Failed: {error}", FAILED)


def _leave(message: str, code: int) -> None:
    say(message)
    raise typer.Exit(code)


def say(message: str) -> None:
    """Write one message to stderr, where it never mixes with a result."""
    typer.echo(message, err=True)


def tell(message: str, wanted: bool = True) -> None:
    """Say what goes on, if wanted and if somebody looks on: stderr is a terminal."""
    if wanted and sys.stderr.isatty():
        say(message)


def print_json(value: Any) -> None:
    """Write a result as JSON to stdout."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table to stdout: as wide as the terminal, or ``PIPE_WIDTH`` columns in a pipe.

    Parameters
    ----------
    columns
        Headings. The first column is never folded.
    rows
        One text per column and row.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, no_wrap=i == 0, overflow="fold")
    for row in rows:
        table.add_row(*row)
    print_rich(table)


def print_rich(content: RenderableType) -> None:
    """Write what rich can render to stdout, without markup: as wide as the terminal, wide in a pipe."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
    console.print(content, markup=False)


@contextmanager
def progress_bars(wanted: bool, what: str = "runs") -> Iterator[Callable[[str, int], Callable[[int], None] | None]]:
    """Show one bar a scenario, which has so many of `what`, on stderr: if wanted and if stderr is a terminal.

    Yields
    ------
    callable
        ``start(name, total)`` opens a bar and returns what to call with the number of runs done so far,
        or None if no bar is shown.
    """
    if not (wanted and sys.stderr.isatty()):
        yield lambda name, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(what),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=Console(stderr=True),
        redirect_stdout=False,
    )

    def start(name: str, total: int) -> Callable[[int], None]:
        task = bars.add_task(name, total=total)
        return lambda done: bars.update(task, completed=done)

    with bars:
        yield start
