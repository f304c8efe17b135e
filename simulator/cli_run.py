"""What ``run`` and ``compare`` do: load, simulate, write, report. Heavy imports stay inside the functions."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import typer

from simulator.cli_support import (
    FAILED,
    SOME_RUNS_FAILED,
    CommandError,
    print_json,
    print_rich,
    progress_bars,
    say,
    tell,
)
from simulator.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from simulator.ensemble import Ensemble
    from simulator.parameters import ParameterTable
    from simulator.results import Results
    from simulator.scenario import Scenario
    from simulator.store import UnfinishedError
    from simulator.world import World

PARAMETER_KINDS: Final = ("posterior", "prior", "point")

KEPT_STATES: Final = 1000
"""States of whole runs that may be held in memory to branch from, about 1 MB each."""


@dataclass(frozen=True)
class Request:
    """What ``run`` and ``compare`` were asked for, beside the scenarios; `parameters` None: nothing was said."""

    runs: int
    seed: int
    until: str
    engine: Literal["compiled", "mesa"]
    threads: int | None
    parameters: str | None
    check: bool
    out: Path | None
    overwrite: bool
    json: bool
    lang: Literal["en", "zh"]
    csv_bom: bool = False
    xlsx: bool = False


def load(names: Iterable[str]) -> list[Scenario]:
    """Load scenarios in the given order.

    Raises
    ------
    InputError
        If one is wrong or unknown, or two have the same name, or two that differ are built on files of one name.
    """
    from simulator.scenario import load_scenario
    from simulator.store import chain_files

    scenarios: list[Scenario] = []
    for name in names:
        scenario = load_scenario(name)
        if scenario.name in {other.name for other in scenarios}:
            raise InputError(f'scenario "{scenario.name}" is given twice; name each scenario once')
        scenarios.append(scenario)
    chain_files({scenario.name: scenario.chain for scenario in scenarios})
    return scenarios


def notices(scenarios: Iterable[Scenario], until: str) -> list[str]:
    """Return what the user should know about scenarios that are right, such as levers after the last quarter."""
    return [notice for scenario in scenarios for notice in scenario.schedule(until).notices]


def parameter_table(request: Request) -> ParameterTable:
    """Return the parameters of every run, the same for all scenarios of a command.

    Raises
    ------
    InputError
        If ``--parameters`` is neither a kind nor a file or folder, or what it names is wrong.
    """
    from simulator.parameters import draw_table
    from simulator.posterior import default_kind

    kind = request.parameters or default_kind()
    if kind == "posterior" and default_kind() != kind:
        raise InputError(
            "--parameters posterior: this version ships no calibrated parameters; use prior, point, a TOML file or a"
            " folder of liaosim calibrate"
        )
    if kind in PARAMETER_KINDS:
        return draw_table(kind, request.runs, request.seed)
    if not Path(kind).exists():
        raise InputError(
            f'--parameters: there is no file "{kind}"; allowed: posterior, prior, point, a TOML file or a folder of'
            f" liaosim calibrate{nearest(kind, PARAMETER_KINDS)}"
        )
    found = "posterior" if Path(kind).is_dir() else "file"
    return draw_table(found, request.runs, request.seed, file=kind)


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
        With code 3 if some runs failed; the others are written. With code 1 if report or workbook could not be made.
    """
    started = datetime.now(UTC)
    scenarios = load(names)
    table = parameter_table(request)
    remarks = [*notices(scenarios, request.until), *_remarks_on(table)]
    folder = _folder(scenarios, table, request)
    for remark in remarks:
        say(f"Note: {remark}")
    from simulator.world import load_world

    world = load_world()
    ensembles = _ensembles(world, scenarios, table, request)

    from simulator.results import Results
    from simulator.store import UnfinishedError, round_as_stored, write_results

    tell("Writing tables and report ...", wanted=not request.json)
    results = Results(ensembles)
    agents = _agents(world, scenarios, ensembles, results.medoids)
    round_as_stored(ensembles)
    unfinished: UnfinishedError | None = None
    try:
        write_results(
            results,
            folder,
            command=[_utf8(word) for word in ("liaosim", *sys.argv[1:])],
            chains={scenario.name: scenario.chain for scenario in scenarios},
            agents=agents,
            warnings=remarks,
            started=started,
            check=request.check,
            overwrite=request.overwrite,
            csv_bom=request.csv_bom,
            finish=_extras(results, scenarios, request),
        )
    except UnfinishedError as error:
        unfinished = error
    _print(results, folder, remarks, request)
    _say_failed_runs(ensembles)
    if unfinished is not None:
        _say_unfinished(unfinished)
        raise typer.Exit(FAILED)
    if any(ensemble.failures for ensemble in ensembles):
        raise typer.Exit(SOME_RUNS_FAILED)


def _remarks_on(table: ParameterTable) -> Iterable[str]:
    """Yield what must be said of the parameters before anything runs."""
    from simulator.posterior import version_warning

    warning = version_warning(table.calibration)
    if warning is not None:
        yield f"{warning[0].upper()}{warning[1:]}."


def _utf8(word: str) -> str:
    """Return a word of the command line as text, whatever bytes it was given in."""
    return os.fsencode(word).decode("utf-8", "replace")


def _extras(results: Results, scenarios: Sequence[Scenario], request: Request) -> dict[str, Callable[[Path], object]]:
    """Return what makes report and workbook in a folder that holds all else."""

    def report(folder: Path) -> None:
        from viz.reports.compare import write_report

        write_report(folder, results, scenarios, request.lang)

    def workbook(folder: Path) -> None:
        from simulator.manifest import read_manifest
        from simulator.workbook import WORKBOOK, write_results_workbook

        write_results_workbook(folder / WORKBOOK, results, scenarios, read_manifest(folder), request.lang)

    return {"report.html": report, **({"results.xlsx": workbook} if request.xlsx else {})}


def _say_unfinished(error: UnfinishedError) -> None:
    """Say what could not be made of the results that were written, and how to try again."""
    from simulator.store import reason_of

    for name, reason in error.failed.items():
        again = f"`liaosim report {error.folder}`" if name == "report.html" else "the same command"
        say(f"{name} could not be made: {reason_of(reason)}; {again} tries again. The results are complete.")


def _folder(scenarios: Sequence[Scenario], table: ParameterTable, request: Request) -> Path:
    """Return the folder of the results, checked to be free for them."""
    from simulator.folder import check_target, default_directory
    from simulator.manifest import Identity

    identity = Identity(
        scenarios=tuple((scenario.name, scenario.schedule(request.until).hash) for scenario in scenarios),
        parameters=table.hash,
        seed=request.seed,
        runs=request.runs,
        until=request.until,
    )
    folder = request.out or default_directory(identity)
    check_target(folder, identity, overwrite=request.overwrite)
    return folder


def _ensembles(world: World, scenarios: Sequence[Scenario], table: ParameterTable, request: Request) -> list[Ensemble]:
    """Simulate every scenario; ``CommandError`` as soon as all runs of one failed."""
    ensembles: list[Ensemble] = []
    with closing(simulate_each(world, scenarios, table, request)) as simulated:
        for ensemble in simulated:
            if len(ensemble.failures) == request.runs:
                raise CommandError(f"every run of {ensemble.scenario} failed; {_first_failure(ensemble)}")
            ensembles.append(ensemble)
    return ensembles


def simulate_each(
    world: World, scenarios: Sequence[Scenario], table: ParameterTable, request: Request
) -> Generator[Ensemble]:
    """Simulate one scenario after the other; one that differs from the first only later branches off there.

    Yields
    ------
    Ensemble
        Of each scenario in turn. The first is kept as long as the generator lives, the others are not.
    """
    from simulator.compilation import is_compiled
    from simulator.ensemble import simulate

    if not is_compiled():
        say("Compiling the model for this machine (once, about a minute) ...")
    keep = _branch_quarters(scenarios, request)
    base: Ensemble | None = None
    with progress_bars(wanted=not request.json) as start:
        for scenario in scenarios:
            ensemble = simulate(
                world,
                scenario,
                runs=request.runs,
                seed=request.seed,
                until=request.until,
                engine=request.engine,
                threads=request.threads or os.cpu_count(),
                parameters=table,
                check=request.check,
                base=base,
                keep=() if base else keep,
                progress=start(scenario.name, request.runs),
            )
            base = base or ensemble
            yield ensemble


def _branch_quarters(scenarios: Sequence[Scenario], request: Request) -> tuple[int, ...]:
    """Return the first quarter in which each other scenario can differ from the first.

    None for the Mesa engine, which does not branch, or if the states there would take too much memory.
    """
    from simulator.periods import count_until
    from simulator.schedule import first_difference

    if request.engine != "compiled":
        return ()
    quarters = count_until(request.until)
    base, *others = (scenario.schedule(request.until) for scenario in scenarios)
    found = {first_difference(base, other, quarters) for other in others}
    keep = tuple(sorted({quarters if quarter is None else quarter for quarter in found} - {0}))
    return keep if len(keep) * request.runs <= KEPT_STATES else ()


def _agents(
    world: World, scenarios: Sequence[Scenario], ensembles: Sequence[Ensemble], medoids: Mapping[str, int]
) -> dict[str, pd.DataFrame]:
    """Return the histories of the agents of each scenario's medoid run, by kind of agent."""
    import pandas as pd

    from simulator.ensemble import agent_history

    parts: dict[str, list[pd.DataFrame]] = {}
    for scenario, ensemble in zip(scenarios, ensembles, strict=True):
        history = agent_history(world, scenario, medoids[scenario.name], ensemble)
        for kind, frame in history.items():
            frame.insert(0, "scenario", scenario.name)
            parts.setdefault(kind, []).append(frame)
    return {kind: pd.concat(frames, ignore_index=True) for kind, frames in parts.items()}


def _print(results: Results, folder: Path, remarks: Sequence[str], request: Request) -> None:
    """Print the headline and where the files are."""
    from simulator.caveats import caveats
    from simulator.headline import as_json, build_headline
    from simulator.headline_text import render

    headline = build_headline(results)
    said = caveats(results, request.lang)
    if request.json:
        failures = [
            {"scenario": e.scenario, "run": run, "message": message}
            for e in results.ensembles
            for run, message in e.failures
        ]
        print_json(
            {
                "folder": str(folder),
                "notices": list(remarks),
                "failures": failures,
                "headline": as_json(headline, request.lang),
                "caveats": list(said),
            }
        )
        return
    print_rich(render(headline, request.lang, said))
    typer.echo(f"Results: {folder}")


def _say_failed_runs(ensembles: Sequence[Ensemble]) -> None:
    """Say which runs failed, if any."""
    failed = [ensemble for ensemble in ensembles if ensemble.failures]
    if failed:
        count = sum(len(ensemble.failures) for ensemble in failed)
        total = sum(ensemble.runs for ensemble in ensembles)
        say(f"{count} of {total} runs failed and are left out of the results; {_first_failure(failed[0])}")


def _first_failure(ensemble: Ensemble) -> str:
    run, message = ensemble.failures[0]
    return f"run {run} of {ensemble.scenario}: {message}"
