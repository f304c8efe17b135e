"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from simulator.errors import InputError
from simulator.periods import to_index


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
