"""What ``rerun`` does: read a stored result, simulate it again, say what differs. Heavy imports stay inside."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import typer

from simulator.cli_run import Request, simulate_each
from simulator.cli_support import FAILED, print_json, print_table, say

if TYPE_CHECKING:
    from simulator.rerun import Report, SeriesDifference

SHOWN_FAILURES: Final = 5


def rerun_and_report(directory: Path, engine: Literal["compiled", "mesa"], threads: int | None, as_json: bool) -> None:
    """Repeat a stored result and print whether it is the same. Writes nothing.

    Raises
    ------
    InputError
        The folder is not complete, was edited, or belongs to a model with other parameters or variables.
    typer.Exit
        With code 1 if anything differs.
    """
    from simulator import MODEL_VERSION
    from simulator.rerun import compare
    from simulator.rerun_read import read_stored
    from simulator.world import load_world

    stored = read_stored(directory)
    version = stored.environment["model_version"]
    if version != MODEL_VERSION:
        say(f"Note: {directory} was made by model version {version}, this is {MODEL_VERSION}; figures may differ.")
    request = Request(
        runs=stored.runs,
        seed=stored.seed,
        until=stored.until,
        engine=engine,
        threads=threads,
        parameters=stored.table.kind,
        check=stored.checked,
        out=None,
        overwrite=False,
        json=as_json,
        lang="en",
    )
    with closing(simulate_each(load_world(), stored.scenarios, stored.table, request)) as ensembles:
        report = compare(stored, ensembles)
    if as_json:
        print_json(_as_json(report))
    elif report.same:
        typer.echo(f"The same to the bit: {_what(report)}.")
    else:
        _print_differences(report)
    if not report.same:
        raise typer.Exit(FAILED)


def _what(report: Report) -> str:
    parts = ((len(report.scenarios), "scenario"), (report.runs, "run"), (report.quarters, "quarter"))
    return f"{' x '.join(_count(n, word) for n, word in parts)}, {_count(len(report.levels), 'level')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _print_differences(report: Report) -> None:
    """Print a table of the series, a line for each other difference, and what of the environment changed."""
    model = [x for x in report.environment if x.what == "model_version"]
    for x in model:
        typer.echo(f"Model version {x.stored} then, {x.now} now: figures are expected to differ.")
    typer.echo(f"Not the same: {', '.join(report.differing)} ({_what(report)} compared).")
    if report.series:
        print_table(
            ("Scenario", "Level", "Since", "What differs there", "Runs", "Largest"),
            [
                (x.scenario, x.level, x.since, _places(x), f"{x.runs} of {report.runs}", _relative(x.largest))
                for x in report.series
            ],
        )
        typer.echo("Since: first quarter that differs (a year: annual values only). Largest: relative, any quarter.")
    for size in report.sizes:
        runs = _count(size.runs, "run")
        typer.echo(f"Sampled size {size.key} of {size.scenario}: {runs}, largest {_relative(size.largest)}.")
    for failure in report.failures[:SHOWN_FAILURES]:
        then, now = (f'"{x}"' if x is not None else "no failure" for x in (failure.stored, failure.now))
        typer.echo(f"Run {failure.run} of {failure.scenario}: {then} then, {now} now.")
    if len(report.failures) > SHOWN_FAILURES:
        typer.echo(f"... and {len(report.failures) - SHOWN_FAILURES} more failures that differ.")
    for medoid in report.medoids:
        now = "none" if medoid.now is None else str(medoid.now)
        typer.echo(f"Typical run of {medoid.scenario}: {medoid.stored} then, {now} now.")
    if report.environment:
        rows = [(x.what, *("absent" if y is None else str(y) for y in (x.stored, x.now))) for x in report.environment]
        print_table(("Changed since", "Then", "Now"), rows)
    else:
        typer.echo("Nothing else changed: versions, commit, Python, platform and packages are those of the manifest.")


def _places(difference: SeriesDifference) -> str:
    """Return ``variable (entities)`` for the places that are named, and how many are not."""
    found: dict[str, list[str]] = {}
    for variable, entity in difference.places:
        found.setdefault(variable, []).append(entity)
    text = "; ".join(f"{variable} ({', '.join(entities)})" for variable, entities in found.items())
    more = difference.count - len(difference.places)
    return f"{text}; {more} more" if more else text


def _relative(value: float) -> str:
    return f"{value:.1e}" if math.isfinite(value) else "not finite"


def _as_json(report: Report) -> dict[str, Any]:
    """Return the report as plain data; a relative difference that is not finite is null."""
    content = asdict(report)
    for difference in (*content["series"], *content["sizes"]):
        difference["largest"] = difference["largest"] if math.isfinite(difference["largest"]) else None
    for difference in content["series"]:
        difference["places"] = [{"variable": v, "entity": e} for v, e in difference["places"]]
    return {"folder": str(report.folder), "same": report.same, **{k: v for k, v in content.items() if k != "folder"}}
