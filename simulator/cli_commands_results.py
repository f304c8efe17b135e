"""Commands that read stored results, with their options and help: report, query."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli_options import Lang
from simulator.cli_query import Format, ask
from simulator.cli_report import report_again
from simulator.cli_support import exits


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
