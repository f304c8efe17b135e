"""What ``sweep`` does: plan, run, continue and verify. Heavy imports stay inside the functions."""

from __future__ import annotations

import json
import math
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from simulator.cli_support import FAILED, SOME_RUNS_FAILED, CommandError, print_json, print_table, say
from simulator.errors import InputError
from simulator.numbers import count

if TYPE_CHECKING:
    from simulator.sweep.plan import Plan
    from simulator.sweep.runner import Progress
    from simulator.world import World

EVERY: Final = 1.0
"""Seconds between two lines of progress for scripts."""
SHOWN: Final = 10
"""Problems and combinations that are named one by one."""


@dataclass(frozen=True)
class SweepRequest:
    """What ``sweep`` was asked for."""

    place: Path
    out: Path | None
    plan: bool
    verify: bool
    threads: int | None
    check: bool
    overwrite: bool
    json: bool


def sweep(request: SweepRequest) -> None:
    """Plan, run, continue or verify a sweep.

    Raises
    ------
    InputError
        The file or the folder is wrong, or options do not go together.
    CommandError
        Something could not be written.
    typer.Exit
        With code 3 if some runs failed, with code 1 if `verify` found something wrong.
    """
    if request.plan and request.verify:
        raise InputError("give --plan or --verify, not both")
    if request.overwrite and (request.plan or request.verify):
        raise InputError("--overwrite goes with a run, not with --plan or --verify, which change nothing")
    from simulator.world import load_world

    world = load_world()
    plan, folder = _load(request, world)
    if request.verify:
        _verify(world, plan, folder, request)
        return
    _compile_first()
    if request.plan:
        _show_plan(world, plan, folder, request)
    else:
        _run(world, plan, folder, request)


def _load(request: SweepRequest, world: World) -> tuple[Plan, Path]:
    """Return the plan and the folder of a sweep file, or of the folder of a sweep."""
    from simulator.manifest import is_sweep
    from simulator.sweep.file import read_sweep
    from simulator.sweep.folder import SWEEP_FILE, default_sweep_folder, plan_of
    from simulator.sweep.planning import draws_of_spec, make_plan

    place = request.place
    if place.name == SWEEP_FILE and is_sweep(place.parent):
        place = place.parent
    if place.is_dir():
        if request.out is not None or request.check:
            raise InputError(f"{place} is a folder: --out and --check go with a sweep file")
        return plan_of(place, world), place
    if not place.exists() and place.with_name(f"{place.name}.toml").exists():
        raise InputError(f'{place}: no such file; did you mean "{place}.toml"?')
    spec = read_sweep(place)
    plan = make_plan(spec, world, draws_of_spec(spec), check=request.check)
    return plan, request.out or default_sweep_folder(plan)


def _compile_first() -> None:
    from simulator.compilation import is_compiled

    if not is_compiled():
        say("Compiling the model for this machine (once, about a minute) ...")


def _show_plan(world: World, plan: Plan, folder: Path, request: SweepRequest) -> None:
    """Say how many runs there are, how long they take and how much disk; nothing is written."""
    from simulator.sweep.runner import estimate

    found = estimate(world, plan, folder, request.threads)
    if request.json:
        print_json({**_about(plan, folder), **asdict(found)})
        return
    there = found.runs - found.missing
    rows = [*_description(plan), ("Runs", f"{found.runs:,}" + (f", {there:,} of them there" if there else ""))]
    if found.missing:
        rows.append(("Time", f"about {duration(found.seconds)} (measured on {found.tried} of them)"))
        rows.append(("Disk", f"about {_size(found.megabytes)}"))
    rows.append(("Folder", str(folder)))
    print_table(("Sweep", plan.spec.name), rows)
    if found.unused:
        say(
            f"{folder} holds {found.unused:,} finished runs that this sweep does not ask for;"
            " run it with another --out, or with --overwrite to remove them"
        )
    _say_remarks(plan)
    typer.echo("Nothing was run." if found.missing else "Nothing is left to run.")


def _about(plan: Plan, folder: Path) -> dict[str, Any]:
    """Return what a sweep is, for scripts."""
    spec = plan.spec
    return {
        "name": spec.name,
        "folder": str(folder),
        "scenarios": [scenario.name for scenario in plan.scenarios],
        "left_out": list(plan.left_out),
        "points": len(plan.design.points),
        "draws": spec.draws,
        "replications": spec.replications,
        "runs": plan.size,
    }


def _description(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what a sweep is, in words."""
    spec, design = plan.spec, plan.design
    names = [scenario.name for scenario in plan.scenarios]
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    yield "Scenarios", f"{len(names)}: {shown}" + (f"; {len(plan.left_out)} left out" if plan.left_out else "")
    if spec.design is not None:
        axes = [axis.name for axis in design.dimensions]
        listed = ", ".join(axes[:SHOWN]) + (f" and {len(axes) - SHOWN} more" if len(axes) > SHOWN else "")
        yield "Design", f"{spec.design.method}, {len(design.points):,} points over {listed}"
    if spec.separate:
        yield "Runs of each", f"{spec.draws:,}, each with its own draw and luck"
    else:
        draws, replications = count(spec.draws, "draw"), count(spec.replications, "replication")
        yield "Runs of each", f"{draws} x {replications}"
    yield "Parameters", plan.table.kind if plan.table.kind != "file" else spec.parameters
    kept = ", ".join(f"{len(k.variables)} of {k.level} {'yearly' if k.freq == 'A' else 'quarterly'}" for k in spec.keep)
    yield "Kept", f"variables: {kept}, 2006Q1 to {spec.until}"


def _say_remarks(plan: Plan) -> None:
    """Say which combinations are left out, and which scenarios do nothing that the first does not do."""
    from simulator.posterior import version_warning
    from simulator.schedule import first_difference

    warning = version_warning(plan.table.calibration)
    remarks = [f"Note: {warning}"] if warning is not None else []
    remarks += [f"Left out: {reason}" for reason in plan.left_out]
    base, *others = plan.scenarios
    for i, scenario in enumerate(others, 1):
        if not plan.columns[i] and first_difference(plan.schedules[0], plan.schedules[i], plan.quarters) is None:
            remarks.append(f"Note: {scenario.name} does the same as {base.name} until {plan.spec.until}")
    for remark in remarks[:SHOWN]:
        say(remark)
    if len(remarks) > SHOWN:
        say(f"... and {len(remarks) - SHOWN} more remarks")


def _run(world: World, plan: Plan, folder: Path, request: SweepRequest) -> None:
    """Run what is missing, show how far it is, and say what there is in the end."""
    from simulator.sweep.runner import SweepStoppedError, run_sweep

    if not request.json:
        _say_remarks(plan)
    with _progress(plan, folder, request.json) as report:
        try:
            done = run_sweep(
                world, plan, folder, threads=request.threads, overwrite=request.overwrite, progress=report
            )
        except SweepStoppedError as error:
            raise CommandError(str(error)) from None
    if request.json:
        _line("end", folder=str(folder), **_state(done))
    else:
        _say_end(plan, folder, done)
    if done.failed:
        raise typer.Exit(SOME_RUNS_FAILED)


def _say_end(plan: Plan, folder: Path, done: Progress) -> None:
    fresh = done.done - done.before
    if fresh:
        took = f"{fresh:,} runs in {duration(done.seconds)} ({done.rate:.0f} a second)"
        typer.echo(took + (f"; {done.before:,} were there before" if done.before else ""))
    else:
        typer.echo(f"All {done.total:,} runs were there before.")
    asked = shlex.quote(f"./{folder}" if str(folder).startswith("-") else str(folder))
    if done.failed:
        say(f'{done.failed:,} of {done.total:,} runs failed; liaosim query {asked} "SELECT * FROM failures" says why')
    _say_effects(folder)
    typer.echo(f"Results: {folder}\nAsk them: liaosim query {asked}")


def _say_effects(folder: Path) -> None:
    """Print the mean effects of all scenarios, the most that can be said at a glance."""
    from simulator.sweep import Sweep
    from simulator.sweep.summary import summarise

    try:
        with Sweep.open(folder) as opened:
            found = summarise(opened)
    except InputError as error:  # the runs are there all the same
        say(f"The effects cannot be shown: {error}")
        return
    if found is not None:
        typer.echo(f"\n{found.title}")
        print_table(found.columns, found.rows)
        for note in found.notes:
            typer.echo(note)


def _state(at: Progress) -> dict[str, Any]:
    return {
        "runs": at.total, "finished": at.done, "failed": at.failed,
        "runs_per_second": round(at.rate, 2), "seconds_left": None if at.left is None else round(at.left, 1),
    }  # fmt: skip


def _line(event: str, **content: Any) -> None:
    """Write one line of JSON to stdout, at once."""
    typer.echo(json.dumps({"event": event, **content}, ensure_ascii=False, allow_nan=False))
    sys.stdout.flush()


@contextmanager
def _progress(plan: Plan, folder: Path, as_json: bool) -> Iterator[Callable[[Progress], None]]:
    """Show progress: lines for scripts, a bar in a terminal, else nothing."""
    if as_json:
        _line("begin", **_about(plan, folder))
        last = -math.inf

        def tell(at: Progress) -> None:
            nonlocal last
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                _line("progress", **_state(at))

        yield tell
        return
    if not sys.stderr.isatty():
        yield lambda at: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TextColumn("runs"),
        TextColumn("{task.fields[speed]}"), console=Console(stderr=True), redirect_stdout=False,
    )  # fmt: skip
    with bar:
        task = bar.add_task(plan.spec.name, total=plan.size, speed="")

        def show(at: Progress) -> None:
            words = [f"{at.rate:.0f}/s"] if at.rate else []
            words += [f"{duration(at.left)} left"] if at.left else []
            words += [f"{at.failed:,} failed"] if at.failed else []
            bar.update(task, completed=at.done, speed=", ".join(words))

        yield show


def _verify(world: World, plan: Plan, folder: Path, request: SweepRequest) -> None:
    """Check every shard; exit code 1 if something is wrong."""
    from simulator.cli_support import progress_bars
    from simulator.sweep.folder import check_sweep_target, plan_of
    from simulator.sweep.manifest import identity_of, load_sweep_manifest
    from simulator.sweep.verify import verify_sweep

    load_sweep_manifest(folder)
    check_sweep_target(folder)
    if not request.place.is_dir() and identity_of(plan_of(folder, world)) != identity_of(plan):
        raise InputError(
            f"{folder} holds another sweep than {request.place} asks for, a larger one or one that was changed;"
            f" check it by its folder: liaosim sweep {shlex.quote(str(folder))} --verify"
        )
    _compile_first()
    with progress_bars(wanted=not request.json, what="shards") as start:
        report: list[Callable[[int], None] | None] = []

        def tell(done: int, total: int) -> None:
            if not report:
                report.append(start("Checking", total))
            if report[0] is not None:
                report[0](done)

        found = verify_sweep(world, plan, folder, progress=tell)
    if request.json:
        counts = {"shards": found.shards, "runs": found.total, "finished": found.done, "failed": found.failed}
        rest = {"simulated_again": found.again, "problems": list(found.problems)}
        print_json({"folder": str(folder), **counts, **rest})
    else:
        for problem in found.problems[:SHOWN]:
            say(f"Wrong: {problem}")
        if len(found.problems) > SHOWN:
            say(f"... and {len(found.problems) - SHOWN} more")
        there = f"{found.done:,} of {found.total:,} runs in {found.shards:,} shards"
        failed = f", {found.failed:,} of them failed" if found.failed else ""
        if found.problems:
            say(f"{there} are right{failed}. Remove the files that are wrong: the sweep, started again, mends them.")
        else:
            again = f"; {found.again} simulated again, the same to the bit" if found.again else ""
            typer.echo(f"All right: {there}{failed}{again}")
    if found.problems:
        raise typer.Exit(FAILED)


def duration(seconds: float) -> str:
    """Return a time in words that one can read at a glance: ``40 s``, ``12 min``, ``3 h 20 min``, ``2 d 4 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def _size(megabytes: float) -> str:
    if megabytes < 1.0:
        return "1 MB"
    return f"{megabytes:,.0f} MB" if megabytes < 2000 else f"{megabytes / 1000:,.1f} GB"
