"""From a sweep file to its plan: load what it names, combine scenarios, draw parameters, check that all fits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from simulator.draws import lever_sizes
from simulator.errors import InputError
from simulator.parameters import PRIOR_ROWS, ParameterTable, draw_table
from simulator.posterior import default_kind
from simulator.scenario import Scenario, load_scenario
from simulator.schedule import Schedule
from simulator.store import chain_files
from simulator.sweep.design import check_design, make_design
from simulator.sweep.plan import FloatArray, Plan
from simulator.sweep.spec import SweepSpec
from simulator.text_file import printable
from simulator.world import World

MAX_SCENARIOS: Final = 500
MAX_UNITS: Final = 10_000_000
DRAWN: Final = ("prior", "posterior")
"""Kinds of parameters of which there is a row for every draw."""


def draws_of_spec(spec: SweepSpec) -> ParameterTable:
    """Return the parameters of every draw that a sweep file asks for.

    Raises
    ------
    InputError
        A file or folder of parameters is wrong, or this version ships no posterior.
    """
    if spec.parameters == "posterior" and default_kind() != "posterior":
        raise InputError(
            f'{spec.file}: [sweep] parameters: "posterior" is not allowed; this version ships no calibrated parameters;'
            " use prior, point, a TOML file or a folder of liaosim calibrate"
        )
    if spec.parameters in ("posterior", "prior", "point"):
        return draw_table(spec.parameters, spec.draws, spec.seed)
    kind = "posterior" if Path(spec.parameters).is_dir() else "file"
    return draw_table(kind, spec.draws, spec.seed, file=spec.parameters)


def make_plan(
    spec: SweepSpec,
    world: World,
    table: ParameterTable,
    *,
    check: bool = False,
    library: str | Path | None = None,
    given: Sequence[str] | None = None,
    left_out: tuple[str, ...] = (),
) -> Plan:
    """Load what a sweep names and check that all of it goes together.

    Parameters
    ----------
    spec : SweepSpec
    world : World
    table : ParameterTable
        One row a draw.
    check : bool
        Test the invariants in every quarter.
    library, given, left_out
        A folder of scenario files, the names in it that stand for those of `spec`, and what was left out of them: of
        a sweep that is continued from its folder alone.

    Raises
    ------
    InputError
        A scenario is unknown or wrong, combinations contradict themselves, the design does not fit the scenarios, or
        there are too many runs.
    """
    if len(table.values) != spec.draws:
        raise ValueError(f"{len(table.values)} rows of parameters for {spec.draws} draws")
    if given is None:
        scenarios, left_out = scenarios_of(spec)
    else:
        scenarios = tuple(load_scenario(name, library) for name in given)
    if spec.design is not None:
        try:
            check_design(spec.design, scenarios, spec.until)
        except InputError as error:
            raise InputError(f"{spec.file}: {error}") from None
    _check_draws(spec, scenarios, spec.parameters if spec.parameters in DRAWN else table.kind)
    design = make_design(spec.design, spec.seed)
    plan = Plan(spec, scenarios, left_out, design, table, hash_of_data(world), check)
    if plan.size > MAX_UNITS:
        raise InputError(f"{spec.file}: this would be {plan.size:,} runs; allowed are {MAX_UNITS:,}")
    return plan


def _check_draws(spec: SweepSpec, scenarios: Sequence[Scenario], kind: str) -> None:
    """Refuse draws that would only repeat others: their runs would be counted as evidence twice.

    With `runs` this does not matter, as each run has its own luck.
    """
    if spec.separate or spec.draws == 1:
        return
    place = f"{spec.file}: [sweep] draws"
    if kind in DRAWN:
        if spec.draws > PRIOR_ROWS:
            raise InputError(
                f"{place}: {spec.draws:,} is more than the {PRIOR_ROWS:,} rows that the {kind} has, so that some would"
                " be there twice; ask for more replications instead"
            )
    elif not any(scenario.schedule(spec.until).ranges() for scenario in scenarios):
        raise InputError(
            f'{place}: {spec.draws:,} is not allowed; with parameters = "{printable(spec.parameters)}" and no sampled'
            " size in a scenario all draws are the same; write draws = 1"
        )


def scenarios_of(spec: SweepSpec) -> tuple[tuple[Scenario, ...], tuple[str, ...]]:
    """Load the scenarios of a sweep, combinations after the single ones; also say which combinations are left out.

    A scenario is not combined with what it extends. Combinations of three and more are left out, or refused, with the
    pair in them that contradicts itself.

    Raises
    ------
    InputError
        A scenario is wrong or there twice, ``combine = true`` and two contradict each other, or there are too many.
    """
    place = f"{spec.file}: [sweep] scenarios"
    singles = [load_scenario(name) for name in spec.scenarios]
    found: list[Scenario] = []
    for scenario in singles:
        if scenario.name in [other.name for other in found]:
            raise InputError(f'{place}: "{scenario.name}" is given twice; name each scenario once')
        found.append(scenario)
    left_out: list[str] = []
    if spec.combine != "none":
        bad: set[frozenset[int]] = set()
        related = {
            frozenset((i, j))
            for i, j in combinations(range(len(singles)), 2)
            if _related(singles[i], singles[j]) or set(singles[i].parts) & set(singles[j].parts)
        }
        for count in range(2, len(singles) + 1):
            for chosen in combinations(range(len(singles)), count):
                inside = frozenset(chosen)
                if any(pair <= inside for pair in related) or any(wrong <= inside for wrong in bad):
                    continue
                try:
                    found.append(load_scenario("+".join(spec.scenarios[i] for i in chosen)))
                except InputError as error:
                    if spec.combine == "all":
                        raise InputError(
                            f"{spec.file}: [sweep] combine: {error};"
                            ' write combine = "compatible" to leave such combinations out'
                        ) from None
                    bad.add(inside)
                    left_out.append(str(error))
                if len(found) > MAX_SCENARIOS:
                    raise InputError(f"{place}: more than {MAX_SCENARIOS} scenarios and combinations")
    chain_files({scenario.name: scenario.chain for scenario in found})
    return tuple(found), tuple(left_out)


def _related(a: Scenario, b: Scenario) -> bool:
    """Tell whether one of two scenarios builds on the other."""
    return bool(set(a.parts) & {s.name for s in b.chain} or set(b.parts) & {s.name for s in a.chain})


def hash_of_data(world: World) -> str:
    """Return the SHA-256 of the data files that the world is built from, and of its scale, hexadecimal."""
    digest = hashlib.sha256(repr(world.scale).encode())
    folder = files("simulator").joinpath("data")
    for item in sorted((item for item in folder.iterdir() if item.is_file()), key=lambda item: item.name):
        digest.update(item.name.encode())
        digest.update(hashlib.sha256(item.read_bytes()).digest())
    return digest.hexdigest()


def sampled_sizes(schedules: Mapping[str, Schedule], draws: int, seed: int) -> dict[str, dict[str, FloatArray]]:
    """Return scenario -> lever key -> sampled size of each draw, shape (draws,)."""
    result: dict[str, dict[str, FloatArray]] = {}
    for name, schedule in schedules.items():
        ranges = schedule.ranges()
        rows = [lever_sizes(ranges, seed, draw) for draw in range(draws)] if ranges else []
        result[name] = {key: np.array([row[key] for row in rows]) for key in sorted(ranges)}
    return result
