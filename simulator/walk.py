"""Walk one quarter of a run rule by rule, stop anywhere, and let single rules act.

The compiled loop does a quarter in one go; here the same rules are called one by one, in the order of ``quarter.py``,
so that the records can be looked at, or changed, between any two of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np

from simulator.calls import Row, act, record_of
from simulator.draws import Draws
from simulator.parameters import draw_table
from simulator.periods import to_index
from simulator.quarter import ORDER
from simulator.records import N_CITIES, N_PORTS
from simulator.rules import soe as soe_rules
from simulator.run import State, advance, draws_of, new_outputs, policies_of, prepare
from simulator.schedule import Schedule
from simulator.world import World

Records = np.ndarray[Any, np.dtype[Any]]
Rule = Callable[..., Any]

_PARTS: Final = {
    "soe_decides": (
        soe_rules.soe_earns, soe_rules.soe_survives, soe_rules.soe_cuts_capacity, soe_rules.soe_plans_investment,
    ),
}  # fmt: skip
"""Rules whose parts carry edges of their own: walked part by part, which changes nothing but rounding."""

_MANY: Final = ("soe", "investor")
"""Agents in hundreds or thousands: their rules are called with rows, not records (``calls.py``)."""


@dataclass(frozen=True)
class Moment:
    """A state within a run: records, quarter, the run's luck and policies (shape (quarters,)).

    `probing`: rules with a draw act on chosen luck instead: banks refuse every firm in distress, all idle investors
    look for a place, evenly spread.
    """

    state: State
    quarter: int
    draws: Draws
    policies: Records
    probing: bool = False

    def copy(self) -> Moment:
        """Return a moment with records of its own."""
        return replace(self, state=self.state.copy(), policies=self.policies.copy())


@cache
def walk() -> tuple[tuple[str, Rule], ...]:
    """Return the quarter as pairs of agent kind and rule, in order; without the observation of outputs."""
    rules = [
        (step.agent, part)
        for step in ORDER
        if step.method != "observe"
        for rule in step.rules
        for part in _PARTS.get(rule.__name__, (rule,))
    ]
    return tuple(rules)


@cache
def place_of(name: str) -> int:
    """Return the place of a rule in the walk."""
    return [rule.__name__ for _, rule in walk()].index(name)


@cache
def _names(rule: Rule) -> tuple[str, ...]:
    return tuple(inspect.signature(getattr(rule, "py_func", rule)).parameters)


def _luck(name: str, number: int, here: Moment) -> float:
    """Return a draw of a rule: its parameter `name`, for agent `number`."""
    draws, t = here.draws, here.quarter
    if here.probing:
        chosen = {"u": 1.0 - 1e-9, "u_act": 0.0, "u_exit": 1.0}
        if name in chosen:
            return chosen[name]
        if name == "u_place":
            count = len(here.state.investors)
            return ((number * 0.618034) % 1.0 + 0.5 / count) % 1.0
    rows = {
        "u": draws.soe, "u_act": draws.act, "u_place": draws.place, "u_exit": draws.leave, "city_score": draws.city,
    }  # fmt: skip
    if name in rows:
        return float(rows[name][t, number])
    single = {"province_score": draws.province, "revision_score": draws.revision, "survey_score": draws.survey}
    return float(single[name][t])


def _arguments(rule: Rule, kind: str, here: Moment) -> tuple[list[Any], list[tuple[int, str]]]:
    """Return the arguments of a rule that all agents of a kind share, and place and name of those that differ.

    Rows instead of records for agents in thousands.
    """
    state, t = here.state, here.quarter
    rows: dict[str, Row] = {
        "province": (state.province, 0), "nation": (state.path, t), "policy": (here.policies, t),
        "par": (state.parameters, 0),
    }  # fmt: skip
    arrays = {"cities": state.cities, "ports": state.ports, "partners": state.partners}
    found: list[Any] = []
    own = []
    for place, name in enumerate(_names(rule)):
        if name in rows:
            found.append(rows[name] if kind in _MANY else record_of(rows[name]))
        else:
            found.append(arrays.get(name))
            if name not in arrays:
                own.append((place, name))
    return found, own


def _own(name: str, kind: str, number: int, here: Moment) -> Any:
    """Return an argument of one agent: its record, that of its city, or a draw."""
    state = here.state
    records = {"soe": state.soes, "port": state.ports, "investor": state.investors, "partner": state.partners}
    if name == "city":
        row: Row = (state.cities, int(state.soes["city"][number]) if kind == "soe" else number)
    elif name in records:
        row = (records[name], number)
    else:
        return _luck(name, number, here)
    return row if kind in _MANY else record_of(row)


def carry_out(place: int, here: Moment, city: int | None = None) -> None:
    """Let every agent carry out one rule of the walk, changing the records; only those of one city if it is given."""
    kind, rule = walk()[place]
    state = here.state
    counts = {"province": 1, "partner": len(state.partners), "city": N_CITIES, "port": N_PORTS,
              "soe": len(state.soes), "investor": len(state.investors)}  # fmt: skip
    numbers: Sequence[int] = range(counts[kind])
    if city is not None and kind == "city":
        numbers = [city]
    elif city is not None and kind == "soe":
        numbers = np.flatnonzero(state.soes["city"] == city).tolist()
    if kind == "soe":
        acting = state.soes["alive"] == (0 if rule is soe_rules.soe_is_born else 1)
        numbers = [number for number in numbers if acting[number]]
    arguments, own = _arguments(rule, kind, here)
    for number in numbers:
        for position, name in own:
            arguments[position] = _own(name, kind, number, here)
        if kind in _MANY:
            act(rule, *arguments)
        else:
            rule(*arguments)


def snapshots(start: Moment, rules: Sequence[str]) -> dict[str, Moment]:
    """Walk a quarter and return the moments just before the named rules act."""
    here = start.copy()
    wanted = {place_of(name): name for name in rules}
    kept = {}
    for place in range(max(wanted) + 1):
        if place in wanted:
            kept[wanted[place]] = here.copy()
        if place < max(wanted):
            carry_out(place, here)
    return kept


def sample(
    world: World, schedule: Schedule, quarters: Sequence[str], runs: int, seed: int = 1, ahead: int = 8
) -> list[Moment]:
    """Return states of prior draws at the start of some quarters, such as "2013Q1", each with its luck and policies.

    Parameters
    ----------
    schedule : Schedule
        Must reach `ahead` quarters beyond the last one.
    """
    points = sorted(to_index(q) for q in quarters)
    length = points[-1] + ahead + 1
    table = draw_table("prior", runs, seed).records()
    found = []
    for run in range(runs):
        draws = draws_of(world, seed, run, length)
        policies = policies_of(schedule, length, seed, run)
        state = prepare(world, table[run : run + 1], draws)
        outputs = new_outputs(length)
        last = 0
        for t in points:
            advance(state, policies, draws, last, t, outputs)
            found.append(Moment(state.copy(), t, draws, policies))
            last = t
    return found
