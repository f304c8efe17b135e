"""Commands that fit and judge the model, with their options and help: calibrate, synthetic, validate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli_options import Lang, Overwrite, Threads
from simulator.cli_support import exits


def calibrate_command(
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder.", show_default="results/calibration")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Fit these data: CSV target,period,value,unit.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", min=0, max=1_000_000, help="Of design, luck and samplers.")] = 1,
    points: Annotated[
        int | None,
        typer.Option(metavar="N", min=512, max=65_536, help="Points of the design.", show_default="20,480"),
    ] = None,
    threads: Threads = None,
    as_json: Annotated[bool, typer.Option("--json", help="Lines of JSON for other programs.")] = False,
    lang: Lang = "en",
) -> None:
    """Fit the parameters that data of 2006-2017 can inform, and say honestly what the data cannot tell.

    Two fits: to all years (what ``run`` uses), and to 2006-2013 (for judging forecasts). Takes about 20 minutes on two
    processors. Stopped at any moment, the same command goes on where it was.

    \b
    Examples:
      liaosim calibrate
      liaosim calibrate --points 2048 --out results/trial
      liaosim calibrate --data data.csv --out results/recovered
      liaosim run baseline --parameters results/calibration
    """
    with exits():
        from simulator.cli_calibrate import CalibrateRequest, calibrate

        calibrate(CalibrateRequest(out, data, seed, points, threads, as_json, lang))


def synthetic_command(
    out: Annotated[Path, typer.Option(metavar="FILE", help="CSV file to write.", show_default=False)],
    parameters: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file of lines name = value.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", min=0, help="Of the run's luck and the errors of observation.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace that file.")] = False,
) -> None:
    """Write the data that one run with known parameters would leave, in the form that calibrate --data takes.

    \b
    Examples:
      liaosim synthetic --parameters truth.toml --seed 7 --out data.csv
      liaosim calibrate --data data.csv --out results/recovered
    """
    with exits():
        from simulator.cli_calibrate import synthetic

        synthetic(parameters, seed, out, overwrite)


def validate_command(
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of calibrate --out.", show_default="results/calibration"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder.", show_default="results/validation")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", min=0, max=1_000_000, help="Of samplers and luck.")] = 1,
    threads: Threads = None,
    overwrite: Overwrite = False,
    as_json: Annotated[bool, typer.Option("--json", help="Lines of JSON for other programs.")] = False,
    lang: Lang = "en",
) -> None:
    """Forecast years that a fit has not seen and compare with naive forecasts, where the model loses too.

    Fits to 2013 and to earlier years, forecasts to 2017, with drivers as they were and as one would have continued
    them; then stylised facts and published results of the literature. Needs a finished liaosim calibrate.

    \b
    Examples:
      liaosim validate
      liaosim validate --calibration results/calibration --out results/validation --overwrite
    """
    with exits():
        from simulator.cli_validate import ValidateRequest, validate

        validate(ValidateRequest(calibration, out, seed, threads, overwrite, as_json, lang))
