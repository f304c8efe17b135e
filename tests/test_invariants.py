"""What must hold for every parameter and policy within its range: finite, not negative, accounts that close."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.levers import INSTRUMENTS
from simulator.parameters import parameters, point_values, quantiles, table_of
from simulator.records import N_PORTS
from simulator.run import advance, draws_of, new_outputs, prepare
from simulator.variables import LEVELS
from simulator.world import World
from tests.whole import SEED, Outputs, Records, no_policy

NAMES = tuple(p.name for p in parameters())
LOW = np.array([p.low for p in parameters()])
HIGH = np.array([p.high for p in parameters()])
GATEWAYS_WITHOUT_BERTHS = ("capacity", "utilisation", "routes", "investment")
"""Not a number for Tianjin and the rail corridor, by declaration."""

SIGNED = {
    "province.gdp_growth_reported", "province.identity_gap", "province.external_wealth", "province.fiscal_balance",
    "province.domestic_purchases", "province.policy_cost", "province.public_consumption", "province.debt",
    "province.capacity_utilisation_survey", "partner.trade_cost", "origin.return_a",
}  # fmt: skip
"""Outputs that may be negative (some only under a cut of public spending); every other must not."""


@st.composite
def vectors(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Parameter vectors: the point, a draw of the prior, the inside or a corner of the box, then a few values moved."""
    start = draw(st.sampled_from(("point", "prior", "inside", "corner", "low", "high")))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    u = generator.random(len(NAMES))
    values = {
        "point": point_values(),
        "prior": quantiles(u[np.newaxis])[0],
        "inside": LOW + u * (HIGH - LOW),
        "corner": np.where(u < 0.5, LOW, HIGH),
        "low": LOW.copy(),
        "high": HIGH.copy(),
    }[start]
    moved = draw(st.dictionaries(st.integers(0, len(NAMES) - 1), st.floats(0.0, 1.0), max_size=6))
    for place, share in moved.items():
        values[place] = min(max(LOW[place] + share * (HIGH[place] - LOW[place]), LOW[place]), HIGH[place])
    return values


@st.composite
def policy_paths(draw: st.DrawFn, quarters: int) -> Records:
    """Policies within the range of each instrument, from any quarter on, alike or different over targets."""
    path = no_policy(quarters)
    for name in draw(st.sets(st.sampled_from(sorted(INSTRUMENTS)), max_size=12)):
        instrument = INSTRUMENTS[name]
        start, share = draw(st.integers(0, quarters - 1)), draw(st.sampled_from((0.0, 0.3, 1.0)))
        size = instrument.low + share * (instrument.high - instrument.low)
        chosen = draw(st.integers(1, 2 ** len(instrument.targets) - 1))
        if instrument.integer:
            size = 1.0
        if instrument.target == "none":
            path[name][start:] = size
        else:
            for place in range(len(instrument.targets)):
                path[name][start:, place] = size if chosen >> place & 1 else 0.0
    return path


def check_outputs(outputs: Outputs) -> None:
    """Every output is finite, and none is negative that must not be."""
    for level in LEVELS:
        for name in outputs[level].dtype.names or ():
            values = outputs[level][name]
            if level == "port" and name in GATEWAYS_WITHOUT_BERTHS:
                values = values[:, :N_PORTS]
            assert np.isfinite(values).all(), f"{level}.{name}"
            if f"{level}.{name}" not in SIGNED:
                assert values.min() >= 0.0, f"{level}.{name}"


def check_run(world: World, values: np.ndarray[Any, Any], policies: Records, run: int) -> None:
    quarters = len(policies)
    draws, outputs = draws_of(world, SEED, run, quarters), new_outputs(quarters)
    state = prepare(world, table_of("file", values[np.newaxis]).records(), draws)
    assert advance(state, policies, draws, 0, quarters, outputs, check=True) == ""
    check_outputs(outputs)
    np.testing.assert_allclose(outputs["province"]["identity_gap"] / outputs["province"]["gdp_real"], 0.0, atol=1e-9)


@settings(max_examples=80)
@given(values=vectors(), quarters=st.sampled_from((24, 48)), run=st.integers(0, 1000))
@example(values=LOW, quarters=48, run=0)
@example(values=HIGH, quarters=48, run=0)
def test_any_parameters_within_range(values: np.ndarray[Any, Any], quarters: int, run: int, world: World) -> None:
    assert (values >= LOW).all() and (values <= HIGH).all()
    check_run(world, values, no_policy(quarters), run)


@settings(max_examples=60)
@given(values=vectors(), policies=policy_paths(quarters=32), run=st.integers(0, 1000))
def test_any_parameters_under_any_policy(
    values: np.ndarray[Any, Any], policies: Records, run: int, world: World
) -> None:
    check_run(world, values, policies, run)
