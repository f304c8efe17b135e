"""What ``validate`` does: forecast years that a fit has not seen, and write the skill card. Heavy imports inside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from simulator.cli_calibrate import DEFAULT_FOLDER, check_packages, stages
from simulator.cli_support import CommandError, print_table, say
from simulator.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_OUT: Final = Path("results/validation")
MARK: Final = "skill.csv"
RUNS: Final = 256
METHODS: Final = ("model_realised", "model_frozen", "model_hindsight", "random_walk", "drift", "ar1", "arx")


@dataclass(frozen=True)
class ValidateRequest:
    """What ``validate`` was asked for."""

    calibration: Path | None
    out: Path | None
    seed: int
    threads: int | None
    overwrite: bool
    json: bool
    lang: str


def validate(request: ValidateRequest) -> None:
    """Make the skill card of a calibration and write it.

    Raises
    ------
    InputError
        There is no calibration, it is of another version of the model, or the folder holds something else.
    CommandError
        Something could not be written.
    """
    check_packages("validate")
    from calibration.fit.calibrate import EMULATOR, WORK
    from calibration.fit.emulator_store import load_emulator
    from calibration.stored_fit import stored_fit
    from calibration.validation import HEADLINE, validation, write_validation
    from simulator.parameters import draw_table
    from simulator.world import load_world

    folder, out = request.calibration or DEFAULT_FOLDER, request.out or DEFAULT_OUT
    _check_target(out, request.overwrite)
    emulator, rows = load_emulator(folder / WORK / EMULATOR)
    fits = {HEADLINE: stored_fit(folder, emulator, rows)}
    table = draw_table("posterior", RUNS, request.seed, file=folder)
    world = load_world()
    with stages(request.json) as tell:
        try:
            found = validation(
                world, emulator, rows, fits=fits, seed=request.seed, threads=request.threads, tell=tell
            )
            write_validation(out, world, found, table, seed=request.seed, threads=request.threads, tell=tell)
        except OSError as error:
            raise CommandError(str(error)) from None
    _report(out, request.lang)
    _say_card(out, request.json)


def _report(out: Path, lang: str) -> None:
    from viz.reports.validation import write_validation_report

    write_validation_report(out, lang)


def _check_target(out: Path, overwrite: bool) -> None:
    """Refuse a folder of something else, and one of a validation unless it may be replaced."""
    if out.is_file():
        raise InputError(f"--out: {out} is a file; give a folder")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not (out / MARK).is_file():
        raise InputError(f"--out: {out} is not empty and holds no validation; give another folder")
    if not overwrite:
        raise InputError(f"--out: {out} holds a validation already; give another folder, or --overwrite")


def _say_card(out: Path, as_json: bool) -> None:
    """Print the scores of forecasts from 2013, all years ahead together."""
    from calibration.skill import read_skill

    card = read_skill(out / MARK)
    whole = card[(card["horizon"] == "all") & (card["entity"] == "Liaoning")]
    if as_json:
        typer.echo(json.dumps({"event": "done", "folder": str(out)}))
        return
    say("RMSE of forecasts for 2014-2017 made with what was known in 2013 (log points x 100; a smaller one is better):")
    rows = [[str(series), *(_cell(whole, str(series), method) for method in METHODS)] for series in _shown(whole)]
    print_table(("Series", *METHODS), rows)
    say(f"Written to {out}; open {out / 'report.html'}. The structure was built knowing 2014-2017.")


def _shown(whole: pd.DataFrame) -> list[object]:
    chosen = whole[(whole["method"] == "model_frozen") & ~whole["padded"].astype(bool)]
    return list(dict.fromkeys(chosen["series"]))


def _cell(whole: pd.DataFrame, series: str, method: str) -> str:
    found = whole[(whole["series"] == series) & (whole["method"] == method)]["rmse"]
    return f"{100.0 * float(found.iloc[0]):.1f}" if len(found) else ""
