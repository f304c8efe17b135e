"""Addressed randomness: every draw has a fixed place, whatever state, engine, thread or order.

A stream is keyed by (seed, run, stream) and laid out ``[quarter, agent]``. Two scenarios see the same luck, a longer
horizon the same beginning.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from simulator.parameters import pert

FloatArray = npt.NDArray[np.float64]

STREAMS: Final = {
    "soe_survival": 1,
    "investor_act": 2,
    "investor_place": 3,
    "investor_exit": 4,
    "city_productivity": 5,
    "province_productivity": 6,
    "drivers": 7,
    "revision": 8,
    "survey": 9,
    "lever_size": 10,
}
"""Stream ids; a number is never used again for something else."""
PHILOX_BLOCK: Final = 4
"""Numbers that one step of the Philox counter gives (Salmon et al. 2011, Philox4x64)."""


@dataclass(frozen=True)
class Draws:
    """All luck of one run; uniforms in (0, 1) and standard normal scores.

    Attributes
    ----------
    soe, act, place, leave : ndarray, shape (quarters, agents)
        Uniforms of enterprises and investors.
    city : ndarray, shape (quarters, cities)
    province, revision, survey : ndarray, shape (quarters,)
    drivers : ndarray, shape (quarters, drivers)
        Normal scores.
    """

    soe: FloatArray
    act: FloatArray
    place: FloatArray
    leave: FloatArray
    city: FloatArray
    province: FloatArray
    revision: FloatArray
    survey: FloatArray
    drivers: FloatArray


def stream(seed: int, run: int, name: str, *extra: int) -> np.random.Generator:
    """Return the generator of one stream of one run."""
    key = np.random.SeedSequence([seed, run, STREAMS[name], *extra])
    return np.random.Generator(np.random.Philox(key))


def uniforms(seed: int, run: int, name: str, quarters: int, agents: int, first: int = 0) -> FloatArray:
    """Return uniforms in (0, 1), shape (quarters, agents); rows before `first` are not drawn but NaN."""
    u = np.empty((quarters, agents))
    u[:first] = np.nan
    generator = stream(seed, run, name)
    blocks, rest = divmod(first * agents, PHILOX_BLOCK)
    philox = cast(np.random.Philox, generator.bit_generator)
    philox.advance(blocks)
    generator.random(rest)
    later = u[first:]
    generator.random(out=later)
    np.maximum(later, 1e-16, out=later)
    return u


def scores(seed: int, run: int, name: str, quarters: int, agents: int, first: int = 0) -> FloatArray:
    """Return standard normal scores by inverse distribution function, shape (quarters, agents); see `uniforms`."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(seed, run, name, quarters, agents, first)), dtype=np.float64)


def draw_run(
    seed: int, run: int, quarters: int, soes: int, investors: int, cities: int, drivers: int, first: int = 0
) -> Draws:
    """Return all luck of one run; the first quarters do not depend on how many follow.

    A run that goes on from a state at quarter `first` is spared the luck before it: its rows are NaN.
    """
    return Draws(
        soe=uniforms(seed, run, "soe_survival", quarters, soes, first),
        act=uniforms(seed, run, "investor_act", quarters, investors, first),
        place=uniforms(seed, run, "investor_place", quarters, investors, first),
        leave=uniforms(seed, run, "investor_exit", quarters, investors, first),
        city=scores(seed, run, "city_productivity", quarters, cities, first),
        province=scores(seed, run, "province_productivity", quarters, 1, first)[:, 0],
        revision=scores(seed, run, "revision", quarters, 1, first)[:, 0],
        survey=scores(seed, run, "survey", quarters, 1, first)[:, 0],
        drivers=scores(seed, run, "drivers", quarters, drivers, first),
    )


def lever_sizes(ranges: Mapping[str, Any], seed: int, run: int) -> dict[str, float]:
    """Draw the sampled sizes of a schedule for one run: lever key -> size.

    The uniform is addressed by the *instrument*: all targets of one instrument share the quantile, because what is
    uncertain is how strong the policy is, not an independent coin in each city, port or partner. So a size is the same
    in every scenario that holds the lever with the same range.
    """
    sizes: dict[str, float] = {}
    for key, span in ranges.items():
        instrument = key.partition(":")[0]
        u = stream(seed, run, "lever_size", zlib.crc32(instrument.encode())).random()
        sizes[key] = float(pert(u, span.low, span.mode, span.high)) if span.low < span.high else float(span.low)
    return sizes
