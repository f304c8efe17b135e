"""Commands that simulate, with their options and help: run, compare, rerun, sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli_options import (
    Check,
    CsvBom,
    Engine,
    Json,
    Lang,
    Out,
    Overwrite,
    Parameters,
    Runs,
    ScenarioName,
    Seed,
    Threads,
    Until,
    Xlsx,
)
from simulator.cli_rerun import rerun_and_report
from simulator.cli_run import Request, simulate_and_report
from simulator.cli_support import exits
from simulator.cli_sweep import SweepRequest, sweep
from simulator.periods import HORIZON_END


def run_command(
    scenario: ScenarioName,
    runs: Runs = 200,
    seed: Seed = 1,
    until: Until = HORIZON_END,
    engine: Engine = "compiled",
    threads: Threads = None,
    parameters: Parameters = None,
    check: Check = False,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    lang: Lang = "en",
    csv_bom: CsvBom = False,
    xlsx: Xlsx = False,
) -> None:
    """Simulate one scenario and write its results.

    \b
    Examples:
      liaosim run baseline
      liaosim run cjk_fta --runs 1000 --out results/fta
      liaosim run my_policy.toml --until 2030Q4 --parameters point
    """
    request = Request(
        runs, seed, until, engine, threads, parameters, check, out, overwrite, as_json, lang, csv_bom, xlsx
    )
    with exits():
        simulate_and_report([scenario], request)


def compare_command(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The scenario that the others are compared with.")],
    others: Annotated[list[str], typer.Argument(metavar="OTHER", help="Names, files or combinations A+B.")],
    runs: Runs = 200,
    seed: Seed = 1,
    until: Until = HORIZON_END,
    engine: Engine = "compiled",
    threads: Threads = None,
    parameters: Parameters = None,
    check: Check = False,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    lang: Lang = "en",
    csv_bom: CsvBom = False,
    xlsx: Xlsx = False,
) -> None:
    """Compare scenarios with a base, run by run under the same luck and parameters.

    \b
    Examples:
      liaosim compare baseline cjk_fta
      liaosim compare baseline cjk_fta talent_retention cjk_fta+talent_retention
      liaosim compare baseline my_policy.toml --out results/mine --overwrite
      liaosim compare baseline cjk_fta --lang zh --xlsx --csv-bom
    """
    request = Request(
        runs, seed, until, engine, threads, parameters, check, out, overwrite, as_json, lang, csv_bom, xlsx
    )
    with exits():
        simulate_and_report([base, *others], request)


def rerun_command(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A folder written by `liaosim run` or `compare`.")],
    engine: Engine = "compiled",
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Repeat a stored result: the same to the bit, or what differs since which quarter.

    Scenarios, parameters, seed, runs and horizon are those of the folder, wherever it comes from. Nothing is
    written. Exit code 0 if all is the same, 1 if anything differs.

    \b
    Examples:
      liaosim rerun results/demo
      liaosim rerun results/demo --engine mesa
      liaosim rerun results/demo --json
    """
    with exits():
        rerun_and_report(directory, engine, threads, as_json)


def sweep_command(
    place: Annotated[
        Path,
        typer.Argument(metavar="FILE|DIR", help="A sweep file, or the folder of a sweep.", show_default=False),
    ],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder.", show_default="results/NAME")] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say how many runs, how long and how much disk.")
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Check every shard that is there.")] = False,
    threads: Threads = None,
    check: Check = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Remove finished runs that the file no longer asks for.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a second for other programs.")] = False,
) -> None:
    """Run thousands of runs from a file: scenarios, draws, replications and a design of levers and parameters.

    Stopped at any moment, the same command goes on where it was; a larger design or more replications in the file
    compute only what is new. What a sweep file holds: docs/sweeps.md.

    \b
    Examples:
      liaosim sweep fta_terms.toml --plan
      liaosim sweep fta_terms.toml
      liaosim sweep results/fta_terms --verify
      liaosim query results/fta_terms
    """
    with exits():
        sweep(SweepRequest(place, out, plan, verify, threads, check, overwrite, as_json))
