"""The ``liaosim`` command. What is slow to import is imported inside the commands that need it."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator import MODEL_VERSION, __version__
from simulator.cli_commands_app import ui_command
from simulator.cli_commands_calibration import calibrate_command, synthetic_command, validate_command
from simulator.cli_commands_inputs import diff_command, quarter_command, scenarios_app
from simulator.cli_commands_results import query_command, report_command
from simulator.cli_commands_runs import compare_command, rerun_command, run_command, sweep_command
from simulator.cli_support import prepare_process

app = typer.Typer(
    name="liaosim",
    help="""Simulate policy for Liaoning and Northeast Asia, quarter by quarter, and compare what-if scenarios.

    \b
    Begin with:
      liaosim scenarios                      what can be run
      liaosim run baseline --until 2020Q4    one scenario
      liaosim compare baseline cjk_fta       what a policy changes
      liaosim ui                             the same in a browser
    """,
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use or input, 3 done but some runs failed, 130 or 143 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# In the order in which the help lists them, the group last.
app.command("run")(run_command)
app.command("compare")(compare_command)
app.command("rerun")(rerun_command)
app.command("ui")(ui_command)
app.command("report")(report_command)
app.command("sweep")(sweep_command)
app.command("calibrate")(calibrate_command)
app.command("synthetic")(synthetic_command)
app.command("validate")(validate_command)
app.command("query")(query_command)
app.command("diff")(diff_command)
app.command("quarter")(quarter_command)
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
