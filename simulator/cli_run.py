"""What ``run`` and ``compare`` do: load, simulate, write, report. Heavy imports stay inside the functions."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import typer

from simulator.cli_support import SOME_RUNS_FAILED, CommandError, print_json, progress_bars, say
from simulator.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from simulator.ensemble import Ensemble
    from simulator.parameters import ParameterTable
    from simulator.results import Results
    from simulator.scenario import Scenario
    from simulator.world import World

PARAMETER_KINDS: Final = ("prior", "point")


@dataclass(frozen=True)
class Request:
    """What ``run`` and ``compare`` were asked for, beside the scenarios."""

    runs: int
    seed: int
    until: str
    engine: Literal["compiled", "mesa"]
    threads: int | None
    parameters: str
    check: bool
    out: Path | None
    overwrite: bool
    json: bool
    lang: Literal["en", "zh"]


def load(names: Iterable[str]) -> list[Scenario]:
    """Load scenarios in the given order.

    Raises
    ------
    InputError
        If one is wrong or unknown, or two have the same name.
    """
    from simulator.scenario import load_scenario

    scenarios: list[Scenario] = []
    for name in names:
        scenario = load_scenario(name)
        if scenario.name in {other.name for other in scenarios}:
            raise InputError(f'scenario "{scenario.name}" is given twice; name each scenario once')
        scenarios.append(scenario)
    return scenarios


def notices(scenarios: Iterable[Scenario], until: str) -> list[str]:
    """Return what the user should know about scenarios that are right, such as levers after the last quarter."""
    return [notice for scenario in scenarios for notice in scenario.schedule(until).notices]


def simulate_and_report(names: Sequence[str], request: Request) -> None:
    """Simulate scenarios, the first as base of the others, write their results and print the headline.

    Whatever is wrong with the input is found before the first run.

    Raises
    ------
    InputError
        Unknown or wrong scenario, parameters or folder.
    CommandError
        Every run of a scenario failed.
    typer.Exit
        With code 3 if some runs failed; the others are written.
    """
    started = datetime.now(UTC)
    scenarios = load(names)
    remarks = notices(scenarios, request.until)
    table = parameter_table(request)
    folder = _folder(scenarios, table, request)
    for remark in remarks:
        say(f"Note: {remark}")
    ensembles, agents = _run(scenarios, table, request)

    from simulator.results import Results
    from simulator.store import write_results

    results = Results(ensembles)
    write_results(
        results,
        folder,
        command=["liaosim", *sys.argv[1:]],
        chains={scenario.name: scenario.chain for scenario in scenarios},
        agents=agents(results),
        warnings=remarks,
        started=started,
        overwrite=request.overwrite,
    )
    _report(results, folder, remarks, request)
    failed = sum(len(ensemble.failures) for ensemble in ensembles)
    if failed:
        run, message = next(e for e in ensembles if e.failures).failures[0]
        say(f"{failed} of {len(ensembles) * request.runs} runs failed and are left out; run {run}: {message}")
        raise typer.Exit(SOME_RUNS_FAILED)
