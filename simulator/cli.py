"""The ``liaosim`` command. What is slow to import is imported inside the commands that need it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from simulator import MODEL_VERSION, __version__
from simulator.cli_query import Format, ask
from simulator.cli_report import report_again
from simulator.cli_rerun import rerun_and_report
from simulator.cli_run import Request, simulate_and_report
from simulator.cli_scenarios import compare_inputs, show
from simulator.cli_support import WRONG_INPUT, exits, prepare_process, print_json, print_table, say
from simulator.cli_sweep import SweepRequest, sweep
from simulator.errors import InputError
from simulator.periods import HORIZON_END, to_index


def _quarter(label: str) -> str:
    try:
        to_index(label)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error
    return label


ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A shipped scenario (see `liaosim scenarios`), a file, or a combination such as A+B.",
        show_default=False,
    ),
]
Runs = Annotated[
    int, typer.Option(metavar="N", min=1, help="Runs of each scenario; each has its own luck and parameters.")
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Same seed, same luck.")]
Until = Annotated[str, typer.Option(metavar="QUARTER", callback=_quarter, help="Last quarter simulated.")]
Engine = Annotated[
    Literal["compiled", "mesa"],
    typer.Option(help="Compiled loop or Mesa agents: the same figures, the second much slower."),
]
Threads = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Threads; the figures do not depend on it.", show_default="all cores"),
]
Parameters = Annotated[
    str | None,
    typer.Option(
        metavar="posterior|prior|point|FILE|DIR",
        help="Fitted to data, drawn from the ranges of the evidence, its central values, `name = value` lines of a TOML"
        " file, or a posterior of your own (folder of `liaosim calibrate`).",
        show_default="posterior if this version ships one, else prior",
    ),
]
Check = Annotated[bool, typer.Option("--check", help="Test the accounting identities in every quarter.")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of results.", show_default="results/NAMES-HASH")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs instead of tables.")]
Lang = Annotated[Literal["en", "zh"], typer.Option(help="Language of labels.")]
CsvBom = Annotated[bool, typer.Option("--csv-bom", help="Mark the CSV files as UTF-8, so that Excel shows Chinese.")]
Xlsx = Annotated[bool, typer.Option("--xlsx", help="Also write results.xlsx, a workbook for spreadsheets.")]

app = typer.Typer(
    name="liaosim",
    help="""Simulate policy for Liaoning and Northeast Asia, quarter by quarter, and compare what-if scenarios.

    \b
    Begin with:
      liaosim scenarios                      what can be run
      liaosim run baseline --until 2020Q4    one scenario
      liaosim compare baseline cjk_fta       what a policy changes
    """,
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use or input, 3 done but some runs failed, 130 or 143 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
scenarios_app = typer.Typer(
    help="""List the shipped scenarios, say what one changes, or check files of your own.

    \b
    Examples:
      liaosim scenarios
      liaosim scenarios list --lang zh
      liaosim scenarios show cjk_fta
      liaosim scenarios check my_policy.toml
    """,
    invoke_without_command=True,
    rich_markup_mode=None,
)
app.add_typer(scenarios_app, name="scenarios")


def main() -> None:
    """Run the command line; entry point of ``liaosim``."""
    prepare_process()
    app(prog_name="liaosim")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"liaosim {__version__} (model {MODEL_VERSION})")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and stop.")
    ] = False,
) -> None:
    """Hold the options that stand before a command; their callbacks do the work."""


@scenarios_app.callback()
def _scenarios(context: typer.Context, as_json: Json = False, lang: Lang = "en") -> None:
    if context.invoked_subcommand is None:
        list_command(as_json, lang)
    elif as_json or lang != "en":
        right = f"liaosim scenarios {context.invoked_subcommand} ..."
        raise typer.BadParameter(f"options belong after the command: {right}")


@scenarios_app.command("list")
def list_command(as_json: Json = False, lang: Lang = "en") -> None:
    """List the shipped scenarios."""
    with exits():
        from simulator.scenario import list_scenarios, load_scenario

        found = [load_scenario(name) for name in list_scenarios()]
        zh = lang == "zh"
        if as_json:
            print_json(
                [
                    {
                        "name": s.name,
                        "extends": s.extends,
                        "title": s.text("title", lang),
                        "summary": s.text("summary", lang),
                    }
                    for s in found
                ]
            )
            return
        print_table(
            ("名称", "内容") if zh else ("Name", "What it asks"),
            [(s.name, s.text("title", lang)) for s in found],
        )


@scenarios_app.command("show")
def show_command(
    scenario: ScenarioName,
    against: Annotated[
        str | None,
        typer.Option(metavar="BASE", help="Say what differs from this scenario.", show_default="what it extends"),
    ] = None,
    as_json: Json = False,
    lang: Lang = "en",
) -> None:
    """Say in plain language what a scenario changes, where, when, by how much, on what source and who pays.

    \b
    Examples:
      liaosim scenarios show cjk_fta
      liaosim scenarios show my_policy.toml --against talent_retention
      liaosim scenarios show cjk_fta+talent_retention --lang zh
    """
    with exits():
        show(scenario, against, as_json, lang)


@scenarios_app.command("check")
def check_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Scenario files, names or combinations.")],
) -> None:
    """Check scenario files and say what is wrong with each.

    \b
    Examples:
      liaosim scenarios check my_policy.toml
      liaosim scenarios check my_policy.toml+talent_retention
    """
    with exits():
        from simulator.scenario import load_scenario

        wrong = 0
        for name in files:
            try:
                scenario = load_scenario(name)
            except InputError as error:
                wrong += 1
                say(f"Error: {error}")
                continue
            count = len(scenario.levers)
            typer.echo(f"{name}: right, {count} {'lever' if count == 1 else 'levers'} of its own")
        if wrong:
            raise typer.Exit(WRONG_INPUT)


@app.command("run")
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


@app.command("compare")
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


@app.command("rerun")
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


@app.command("report")
def report_command(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder written by run, compare or sweep.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write.", show_default="DIR/report.html")
    ] = None,
    lang: Lang = "en",
) -> None:
    """Make the report of a stored result anew, or of a sweep, finished or not; nothing is simulated.

    \b
    Examples:
      liaosim report results/demo --lang zh
      liaosim report results/demo --lang zh --out demo-zh.html
      liaosim report results/my_sweep
    """
    with exits():
        report_again(directory, lang, out)


@app.command("sweep")
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


@app.command("calibrate")
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


@app.command("synthetic")
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


@app.command("validate")
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


@app.command("query")
def query_command(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder written by run, compare or sweep.", show_default=False)
    ],
    sql: Annotated[
        str | None, typer.Argument(metavar="SQL", help="One SELECT, WITH or DESCRIBE.", show_default="list the views")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="How to give it.", show_default="table, or as FILE ends")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write, outside of DIR.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace that file.")] = False,
    iamc: Annotated[bool, typer.Option("--iamc", help="Yearly medians of the province in the IAMC layout.")] = False,
) -> None:
    """Ask a stored result in SQL (DuckDB's); without SQL, list its views and columns. Nothing in DIR changes.

    A table shows the first 40 rows, the other formats all. Periods are text, '2030' or '2030Q1'.

    \b
    Examples:
      liaosim query results/demo
      liaosim query results/demo "DESCRIBE series_city"
      liaosim query results/demo "SELECT scenario, entity, median FROM differences
        WHERE level = 'city' AND variable = 'fdi' AND measure = 'absolute' AND period = '2030'"
      liaosim query results/demo "SELECT * FROM summary" --out summary.parquet
      liaosim query results/demo --iamc --out demo_iamc.csv
    """
    with exits():
        ask(directory, sql, form, out, overwrite, iamc)


@app.command("diff")
def diff_command(
    a: Annotated[str, typer.Argument(metavar="A", help="A shipped scenario, a file or a combination.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    until: Until = HORIZON_END,
    texts: Annotated[bool, typer.Option("--texts", help="Show the titles, summaries and notes that differ.")] = False,
    as_json: Json = False,
    lang: Lang = "en",
) -> None:
    """List what differs between the inputs of two scenarios; nothing is run.

    \b
    Examples:
      liaosim diff port_consolidation port_consolidation_all
      liaosim diff cjk_fta my_policy.toml --until 2030Q4
    """
    with exits():
        compare_inputs(a, b, until, as_json, lang, texts)


@app.command("quarter")
def quarter_command(as_json: Json = False) -> None:
    """Print the order of events in one quarter: which rule, of whom, reading and writing what.

    `t` is a value of this quarter, `t-1` of the last; a link is a block that can be fed from another run.
    """
    with exits():
        from simulator.quarter import table

        rows = table()
        if as_json:
            names = ("step", "rule", "agent", "reads", "writes", "link")
            print_json([{name: getattr(row, name) for name in names} for row in rows])
            return
        print_table(
            ("Rule", "Agents", "Reads", "Writes", "Link"),
            [(f"{r.step} {r.rule}", r.agent, ", ".join(r.reads), ", ".join(r.writes), r.link or "") for r in rows],
        )
