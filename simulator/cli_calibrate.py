"""What ``calibrate`` and ``synthetic`` do. Heavy imports stay inside the functions."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from simulator.cli_support import CommandError, print_table, say
from simulator.errors import InputError

if TYPE_CHECKING:
    from calibration.fit.calibrate import Calibration

NEEDED: Final = ("mici", "arviz", "sklearn", "h5netcdf")
"""Packages of the optional part ``calibration``."""
DEFAULT_FOLDER: Final = Path("results/calibration")
SHOWN: Final = 12


@dataclass(frozen=True)
class CalibrateRequest:
    """What ``calibrate`` was asked for."""

    out: Path | None
    data: Path | None
    seed: int
    points: int | None
    threads: int | None
    json: bool
    lang: str


def check_packages(command: str) -> None:
    """Raise ``InputError`` if the optional packages that a command needs are not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"liaosim {command} needs packages that are not installed ({', '.join(missing)});"
            " install them with: pip install 'liaosim[calibration]'"
        )


def calibrate(request: CalibrateRequest) -> None:
    """Fit the parameters to data and write what was found.

    Raises
    ------
    InputError
        The data file or the folder is wrong, or packages are missing.
    CommandError
        Something could not be written.
    """
    check_packages("calibrate")
    import hashlib

    from calibration.data_file import read_data
    from calibration.fit.calibrate import LAST_YEARS, SHIPPED, VALIDATION
    from calibration.fit.calibrate import calibrate as run
    from calibration.fit.outputs import write_posterior
    from calibration.fit.settings import Settings
    from calibration.targets import observed_data
    from simulator.sweep.runner import SweepStoppedError
    from simulator.world import load_world

    folder = request.out or DEFAULT_FOLDER
    settings = Settings(seed=request.seed)
    if request.points is not None:
        settings = settings.smaller(request.points)
    data_hash = ""
    if request.data is None:
        data = [(name, observed_data(LAST_YEARS[name])) for name in (SHIPPED, VALIDATION)]
    else:
        data = [("data", read_data(request.data))]
        data_hash = hashlib.sha256(request.data.read_bytes()).hexdigest()
    _stop_at_other_files(folder)
    with stages(request.json) as tell:
        try:
            found = run(load_world(), data, folder, settings, data_hash=data_hash, threads=request.threads, tell=tell)
            for posterior in found.posteriors:
                place = folder if posterior is found.posteriors[0] else folder / posterior.name
                write_posterior(place, found, posterior, data_hash, tell)
            _report(folder, request.lang)
        except SweepStoppedError as error:
            raise CommandError(str(error)) from None
        except BrokenPipeError:  # whoever read the progress has seen enough
            raise
        except OSError as error:
            raise CommandError(f"{error}. What was finished in {folder} is kept; the same command goes on.") from None
        except KeyboardInterrupt as error:
            if not getattr(error, "__notes__", ()):
                error.add_note(f"what was finished in {folder} is kept; the same command goes on.")
            raise
    _say_found(found, folder, request.json)


def _stop_at_other_files(folder: Path) -> None:
    """Refuse a folder that holds something else; one of another calibration is refused where that is looked into."""
    from calibration.fit.calibrate import WORK
    from calibration.fit.settings import STATE

    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out: {folder} is a file; give a folder")
    if (folder / WORK / STATE).is_file() or not folder.is_dir():
        return
    if any(path.name != WORK for path in folder.iterdir()):
        raise InputError(f"--out: {folder} is not empty and holds no calibration; give another folder")


def _report(folder: Path, lang: str) -> None:
    from viz.reports.calibration import write_calibration_report

    write_calibration_report(folder, lang)


def _say_found(found: Calibration, folder: Path, as_json: bool) -> None:
    """Say how well the samplers did, and which parameters the data informed most."""
    rows = []
    for posterior in found.posteriors:
        chains = posterior.fit.chains
        rows.append({
            "fit": posterior.name, "figures": len(posterior.data.rows),
            "fitted parameters": len(posterior.fit.likelihood.space.fitted),
            "R-hat": round(float(chains.rhat.max()), 3),
            "effective draws": int(chains.effective_size.min()),
            "after weighting": round(posterior.weights.effective), "doubts": list(posterior.doubts),
        })  # fmt: skip
    if as_json:
        typer.echo(json.dumps({"event": "done", "folder": str(folder), "fits": rows}))
        return
    columns = [column for column in rows[0] if column != "doubts"]
    print_table(columns, [[str(row[column]) for column in columns] for row in rows])
    for posterior in found.posteriors:
        for doubt in posterior.doubts:
            say(f"Doubtful: fit {posterior.name}: {doubt}.")
    say(f"Written to {folder}; open {folder / 'report.html'}. Use it with: liaosim run baseline --parameters {folder}")


@contextmanager
def stages(as_json: bool) -> Iterator[Callable[[str, float], None]]:
    """Show which stage is on and how much of it is done: lines for scripts, bars in a terminal, else nothing."""
    if as_json:
        last: list[tuple[str, int]] = []

        def line(stage: str, share: float) -> None:
            at = (stage, int(20 * share))
            if last != [at]:
                last[:] = [at]
                typer.echo(json.dumps({"event": "progress", "stage": stage, "share": round(share, 3)}))

        yield line
        return
    if not sys.stderr.isatty():
        yield lambda stage, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(), console=Console(stderr=True),
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}
    with bar:

        def show(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=share)

        yield show


def synthetic(parameters: Path | None, seed: int, out: Path, overwrite: bool) -> None:
    """Write the data that one run with known parameters would leave.

    Raises
    ------
    InputError
        The parameter file is wrong, or the file is there already.
    CommandError
        It could not be written.
    """
    from calibration.data_file import write_data
    from calibration.synthetic import synthetic as make
    from simulator.world import load_world

    if out.exists() and not overwrite:
        raise InputError(f"--out: {out} is there already; give another file, or --overwrite")
    if out.is_dir() or not out.parent.is_dir():
        raise InputError(f"--out: {out} must be a file in a folder that is there")
    if parameters is None:
        raise InputError("--parameters: name a TOML file of lines name = value; what it does not name is at its point")
    data = make(load_world(), parameters, seed)
    try:
        write_data(out, data)
    except OSError as error:
        raise CommandError(str(error)) from None
    say(f"{len(data.rows)} figures written to {out}. Fit them with: liaosim calibrate --data {out}")
