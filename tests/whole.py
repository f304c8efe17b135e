"""Whole runs for tests: schedules of a few levers, one run from a state, comparison to the bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from simulator.ensemble import Ensemble
from simulator.levers import INSTRUMENTS
from simulator.parameters import draw_table
from simulator.periods import HORIZON_END, to_index
from simulator.records import POLICY
from simulator.run import LinkUse, State, advance, draws_of, new_outputs, prepare
from simulator.schedule import Layer, Lever, Range, Schedule, build, resolve
from simulator.variables import ENTITIES, LEVELS, variables
from simulator.world import World

Records = np.ndarray[Any, np.dtype[Any]]
Outputs = dict[str, Records]

RUNS = 4
SEED = 1
PAST = ("no_financing_curb", "without_hindsight")
"""Shipped scenarios that leave out events of the past; all others begin in 2026."""
RECORDS = ("cities", "soes", "ports", "investors", "partners", "province", "path", "parameters")


def lever(
    instrument: str,
    size: float | Range | None = None,
    targets: Sequence[str] = (),
    start: str = "2006Q1",
    end: str = HORIZON_END,
    phase_in: int = 0,
) -> Lever:
    """Return a lever; by default on all targets, at the full size that its instrument allows."""
    known = INSTRUMENTS[instrument]
    full = known.high if size is None else size
    return Lever(1, instrument, tuple(targets) or known.targets, to_index(start), to_index(end), phase_in, full)


def schedule(*levers: Lever, until: str = HORIZON_END) -> Schedule:
    """Return a schedule that holds these levers and nothing else, not even the baseline."""
    return build(resolve([Layer(f"test{k}", frozenset(), (one,)) for k, one in enumerate(levers)]), until)


def no_policy(quarters: int) -> Records:
    return np.zeros(quarters, POLICY)


def row(kind: str = "prior", run: int = 0) -> Records:
    """Return the parameter record of one run, shape (1,)."""
    return draw_table(kind, run + 1, SEED).records()[run : run + 1]


def play(
    world: World,
    policies: Records,
    run: int = 0,
    parameters: Records | None = None,
    use: LinkUse | None = None,
) -> Outputs:
    """Run from 2006Q1 over all quarters of `policies` with the invariants on; a broken one is an error."""
    quarters = len(policies)
    draws = draws_of(world, SEED, run, quarters)
    state = prepare(world, row(run=run) if parameters is None else parameters, draws)
    outputs = new_outputs(quarters)
    message = advance(state, policies.copy(), draws, 0, quarters, outputs, use, check=True)
    assert message == ""
    return outputs


def differing(a: Mapping[str, Records], b: Mapping[str, Records], first: int = 0, last: int | None = None) -> list[str]:
    """Return ``level.variable`` of all outputs of one run that are not the same bits in quarters `first` to `last`."""
    part = slice(first, last)
    return [
        f"{level}.{name}"
        for level in LEVELS
        for name in a[level].dtype.names or ()
        if a[level][name][part].tobytes() != b[level][name][part].tobytes()
    ]


def unequal(a: Ensemble, b: Ensemble, quarters: int | None = None) -> list[str]:
    """Return the levels on which two ensembles are not the same bits (in their first `quarters`)."""
    return [
        level
        for level in LEVELS
        if a.levels[level][:, :quarters].tobytes() != b.levels[level][:, :quarters].tobytes()
    ]


def states_differ(a: State, b: State) -> list[str]:
    """Return ``records.field`` of all fields of two states that are not the same bits."""
    return [
        f"{item.name}.{name}"
        for item in fields(a)
        for name in getattr(a, item.name).dtype.names
        if np.asarray(getattr(a, item.name)[name]).tobytes() != np.asarray(getattr(b, item.name)[name]).tobytes()
    ]


def series(ensemble: Ensemble, name: str, level: str = "province", entity: str = "") -> np.ndarray[Any, Any]:
    """Return a variable of an ensemble, shape (runs, quarters); the sum over entities if none is named."""
    column = [v.name for v in variables()[level]].index(name)
    values: np.ndarray[Any, Any] = ensemble.levels[level][:, :, :, column]
    return values[:, :, ENTITIES[level].index(entity)] if entity else values.sum(axis=2)
