"""One run: its records, drivers, luck and policies, advanced by the compiled loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from simulator import links
from simulator.compilation import for_rules
from simulator.draws import Draws, draw_run, lever_sizes
from simulator.loop import prepare_run, run_quarters
from simulator.records import N_CITIES, POLICY
from simulator.rules.invariants import MESSAGES
from simulator.schedule import Schedule
from simulator.variables import ENTITIES, LEVELS, output_type
from simulator.world import World

Records = np.ndarray[Any, np.dtype[Any]]
Outputs = Mapping[str, Records]

NO_POLICY: Final = np.zeros(1, POLICY)


def copied(records: Records) -> Records:
    """Return a copy of records as bytes: NumPy alone would copy them field by field, ten times slower."""
    plain = np.ascontiguousarray(records.view(np.ndarray))
    return for_rules(plain.view(np.uint8).copy().view(plain.dtype))


@dataclass(frozen=True)
class State:
    """Records of one run at the start of a quarter; `path` and `parameters` are those of the run.

    The arrays are changed in place as the run advances; `copy` gives a state that stays.
    """

    cities: Records
    soes: Records
    ports: Records
    investors: Records
    partners: Records
    province: Records
    path: Records
    parameters: Records

    def copy(self) -> State:
        """Return a state with its own arrays; drivers and parameters, which never change, are shared."""
        moving = ("cities", "soes", "ports", "investors", "partners", "province")
        return replace(self, **{name: copied(getattr(self, name)) for name in moving})

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, bytes."""
        return sum(int(getattr(self, item.name).nbytes) for item in fields(self))


@dataclass(frozen=True)
class LinkUse:
    """What a run does with the links between blocks: nothing, record them, or feed some from a recorded path."""

    modes: Records
    tape: Records

    @classmethod
    def ignored(cls) -> LinkUse:
        """Let every block hand on its own results."""
        return cls(links.modes(), links.new_tape(1))

    @classmethod
    def recording(cls, quarters: int) -> LinkUse:
        """Record what every block hands on, for `quarters` quarters."""
        return cls(links.modes(record=True), links.new_tape(quarters))

    def feeding(self, *held: str) -> LinkUse:
        """Feed the named links (all if none is named) from this recorded path."""
        return LinkUse(links.modes(held=held or links.NAMES), self.tape)


def draws_of(world: World, seed: int, run: int, quarters: int, first: int = 0) -> Draws:
    """Return the luck of one run for this world, from quarter `first` on."""
    return draw_run(seed, run, quarters, len(world.soes), len(world.investors), N_CITIES, len(world.free), first)


def prepare(world: World, parameters: Records, draws: Draws) -> State:
    """Return the state at the start of 2006Q1 for a parameter draw.

    Parameters
    ----------
    parameters : record array, shape (1,)
    draws : Draws
        Its driver scores decide how the world deviates after the last observed quarter.
    """
    names = ("cities", "soes", "ports", "investors", "partners", "province")
    own = {name: copied(getattr(world, name)) for name in names}
    scores = np.zeros((len(world.path), len(world.free)))
    scores[: len(draws.drivers)] = draws.drivers
    state = State(**own, path=copied(world.path), parameters=copied(parameters))
    prepare_run(
        state.cities,
        state.soes,
        state.ports,
        state.investors,
        state.partners,
        state.province,
        state.path,
        for_rules(NO_POLICY),
        state.parameters,
        scores,
        world.process,
        world.free,
    )
    return state


def new_outputs(quarters: int) -> dict[str, Records]:
    """Return empty outputs of one run: level -> records, shape (quarters, entities)."""
    return {level: np.zeros((quarters, len(ENTITIES[level])), output_type(level)) for level in LEVELS}


def policies_of(schedule: Schedule, quarters: int, seed: int, run: int) -> Records:
    """Return the policy in force in every quarter of one run, with its sampled sizes; shape (quarters,)."""
    return schedule.policy(quarters, lever_sizes(schedule.ranges(), seed, run))


def advance(
    state: State,
    policies: Records,
    draws: Draws,
    first: int,
    last: int,
    outputs: Outputs,
    link_use: LinkUse | None = None,
    check: bool = False,
) -> str:
    """Run quarters `first` up to (not including) `last`, changing `state` and `outputs` in place.

    Returns
    -------
    str
        Empty, or which invariant broke in which quarter (only tested with `check`).
    """
    use = link_use or LinkUse.ignored()
    if (use.modes == links.FEED).any():
        policies = copied(policies)  # the link "direct policy" is fed into it
    records = (state.cities, state.soes, state.ports, state.investors, state.partners, state.province)
    luck = (draws.soe, draws.act, draws.place, draws.leave, draws.city, draws.province, draws.revision, draws.survey)
    results = tuple(for_rules(outputs[level]) for level in LEVELS)
    passing = (use.modes, links.SPECIFICATION, use.tape)
    views = (*(links.as_bytes(r) for r in (state.cities, state.ports, state.province)), links.as_bytes(policies))
    run: Callable[..., tuple[int, int]] = run_quarters
    quarter, code = run(
        *records,
        state.path,
        for_rules(policies),
        state.parameters,
        *luck,
        first,
        last,
        *results,
        *passing,
        *views,
        check,
    )
    if code == 0:
        return ""
    from simulator.periods import to_label

    return f"{to_label(quarter)}: {MESSAGES[code]}"


def not_finite(outputs: Outputs) -> str:
    """Return a message if a provincial output is not a finite number, else an empty text."""
    values = outputs["province"]
    if np.isfinite(np.ascontiguousarray(values).view(np.float64)).all():
        return ""
    from simulator.periods import to_label

    for name in values.dtype.names or ():
        wrong = ~np.isfinite(values[name][:, 0])
        if wrong.any():
            return f"{to_label(int(np.argmax(wrong)))}: {name} is not a finite number"
    return ""
