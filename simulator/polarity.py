"""The signs of the feedback loops, measured on real states: one edge at a time, and around the whole.

**An edge** is measured where it acts: the quarter is walked, rule by rule, up to the first rule that carries the
edge; there the source alone is moved up and down a little, only the carrying rules act, and the targets are compared.
That is a partial derivative through the rules named and nothing else. Responses are elasticities, or changes of a
logarithm where the variable is one; those of a path multiply to the gain of one pass around it.

**The total effect** lets everything move: a stock is changed at the start of a quarter, all rules act for some quarters
with the same luck, and the last variable before the loop closes is compared. It may have the other sign: other
channels than the loop are open.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.loops import Edge, Loop, Path
from simulator.records import N_CITIES, N_PORTS
from simulator.run import advance, new_outputs
from simulator.walk import Moment, carry_out, place_of, snapshots

FloatArray = npt.NDArray[np.float64]

SITES: Final = {"city": (0, 1, 2, 8), "port": tuple(range(N_PORTS)), "province": (0,)}
"""Cities: Shenyang, Dalian, Anshan, Fuxin. All ports."""

LOGARITHMS: Final = frozenset({
    "city.tfp", "city.price", "city.export_price", "city.freight", "city.trade_cost", "city.agglomeration",
})  # fmt: skip
"""Variables that are logarithms (freight: nearly): moved and read by difference, not in percent."""

ACTIVE: Final = 1e-10
"""Responses below this are those of a rule that does not answer, not of rounding."""


@dataclass(frozen=True)
class Polarity:
    """What was measured of one path.

    Attributes
    ----------
    loop : Loop
    path : Path
    edges : tuple of array, shape (moments, sites)
        Responses of each edge; NaN where no rule carries it.
    total : array, shape (moments and more moments, sites), or None
        Total effects, if the path has a horizon.
    """

    loop: Loop
    path: Path
    edges: tuple[FloatArray, ...]
    total: FloatArray | None

    @property
    def gain(self) -> FloatArray:
        """Product of the responses around the path, shape (moments, sites); NaN if it does not close."""
        product: FloatArray = np.prod(np.stack(self.edges), axis=0)
        return product


def shares(values: FloatArray, sign: int) -> tuple[float, float, float]:
    """Return the shares of responses with the expected sign, with none (inactive) and with the opposite one."""
    count = values.size
    agree, none = int((values * sign > 0.0).sum()), int((values == 0.0).sum())
    return agree / count, none / count, (count - agree - none) / count


def sites_of(path: Path) -> tuple[int, ...]:
    """Return the cities or ports in which a path is measured."""
    return path.sites or SITES[path.at]


# --- moving and reading fields ---------------------------------------------------------------------------------------


def _array(field: str, here: Moment) -> Any:
    kind, name = field.split(".")
    arrays = {"city": here.state.cities, "soe": here.state.soes, "port": here.state.ports,
              "investor": here.state.investors, "province": here.state.province, "policy": here.policies}  # fmt: skip
    return arrays[kind][name]


def _part(field: str, path: Path, site: int, start: Moment, others: bool = False, half: int = -1) -> Any:
    """Return the index of a field's values at a site; `others`: at all other cities; `half`: of its enterprises."""
    kind, name = field.split(".")
    here = path.at == "city"
    if kind == "soe":
        alive = start.state.soes["alive"] == 1
        numbers = np.flatnonzero(alive & (start.state.soes["city"] == site) if here else alive)
        return numbers if half < 0 else numbers[half::2]
    if name == "gdp_past":  # its first value is the quarter's own
        return ([site], 0) if here else (slice(None), 0)
    if kind == "city" and here:
        return [c for c in range(N_CITIES) if c != site] if others else [site]
    if name == "gateway_weight" and path.at == "port":
        return (slice(None), slice(None), site)
    if kind == "port" and path.at == "port":
        return [site]
    if kind == "investor" and here:
        return (slice(None), [site])
    if kind == "policy":
        values = start.policies[name]
        ahead = slice(start.quarter, None)
        return (ahead, [site]) if here and values.ndim == 2 and values.shape[1] == N_CITIES else ahead
    return slice(None)


def _move(field: str, part: Any, here: Moment, step: float) -> float:
    """Move a field and return by how much: in percent, by difference if it is a logarithm or a lever, counts by one."""
    array = _array(field, here)
    if field.startswith("policy."):
        array[part] += max(step, 0.0)
        return max(step, 0.0)
    if array.dtype.kind == "i":
        before = array[part].sum()
        array[part] = np.maximum(array[part] + (1 if step > 0.0 else -1), 0)
        return float((array[part].sum() - before) / max(before, 1))
    if field in LOGARITHMS:
        array[part] += step
    else:
        array[part] *= 1.0 + step
    return step


def _read(field: str, part: Any, here: Moment) -> float:
    """Return the sum of a field's values, the mean if it is a logarithm."""
    values = np.asarray(_array(field, here)[part], dtype=np.float64)
    return float(values.mean() if field in LOGARITHMS else values.sum())


def _difference(field: str, high: float, low: float) -> float:
    """Return by how much a field differs: relative to its mean unless it is a logarithm; zero where both are zero."""
    if field in LOGARITHMS:
        return high - low
    middle = 0.5 * (abs(high) + abs(low))
    return (high - low) / middle if middle > 0.0 else 0.0


# --- edges and paths --------------------------------------------------------------------------------------------------


def edge_response(edge: Edge, path: Path, before: Moment, site: int) -> float:
    """Return the response of an edge's target to its source at one site, only the carrying rules acting.

    Parameters
    ----------
    before : Moment
        The moment before the first of its rules, from `snapshots`; it is not changed.
    """
    field = edge.probe or edge.source
    half = 0 if edge.across and edge.source.startswith("soe.") else -1
    moved = _part(field, path, site, before, half=half)
    seen = _part(edge.target, path, site, before, others=edge.across, half=1 if half == 0 else -1)
    own = _part(edge.source, path, site, before)
    only = site if path.at == "city" and not edge.across else None
    width = 0.0
    ends, sources = [], []
    for step in (edge.step, -edge.step):
        here = replace(before.copy(), probing=True)
        width += abs(_move(field, moved, here, step))
        first = _read(edge.target, seen, here)
        for name in edge.rules:
            carry_out(place_of(name), here, only)
        last = _read(edge.target, seen, here)
        ends.append((first, last))
        sources.append(_read(edge.source, own, here))
    (first_high, high), (first_low, low) = ends
    if edge.measure == "rate":
        change = math.log(high / first_high) - math.log(low / first_low)
    elif edge.measure == "change":
        change = ((high - first_high) - (low - first_low)) / (0.5 * (first_high + first_low))
    else:
        change = _difference(edge.target, high, low)
    if edge.probe:
        width = _difference(edge.source, *sources)
    response = change / width if abs(width) > ACTIVE else 0.0
    return response if abs(response) > ACTIVE else 0.0


def total_response(path: Path, start: Moment, site: int) -> float:
    """Return the total effect of a path's stock, everything free to move, after `path.quarters`; see `Path`."""
    field = path.shake or path.edges[0].source
    watched, across = _watched(path)
    half = 0 if across and field.startswith("soe.") else -1
    moved = _part(field, path, site, start, half=half)
    seen = _part(watched, path, site, start, others=across, half=1 if half == 0 else -1)
    lever = 1.0 if field.endswith("port_merger") else 0.05 if field.startswith("policy.") else 0.0
    step = lever or path.edges[0].step
    last = start.quarter + path.quarters
    width = 0.0
    ends = []
    for size in (step, -step):
        here = start.copy()
        width += abs(_move(field, moved, here, size))
        advance(here.state, here.policies, here.draws, start.quarter, last, new_outputs(last))
        ends.append(_read(watched, seen, here))
    response = _difference(watched, *ends) / width if width > 0.0 else 0.0
    return response if abs(response) > ACTIVE else 0.0


def _watched(path: Path) -> tuple[str, bool]:
    """Return the field whose response is a path's total effect, and whether it is that of the others."""
    if path.watch:
        edge = next(edge for edge in path.edges if edge.target == path.watch)
        return path.watch, edge.across
    return path.edges[-1].source, any(edge.across for edge in path.edges)


def expected_total(path: Path) -> int:
    """Return the sign that the total effect has if the loop decides it."""
    sign = 1
    watched, _ = _watched(path)
    for edge in path.edges:
        sign *= edge.sign
        if edge.target == watched:
            return sign
    raise ValueError(f"{path.name}: no edge leads to {watched}")


def polarity(
    loops: Sequence[Loop], moments: Sequence[Moment], more: Sequence[Moment] = ()
) -> tuple[Polarity, ...]:
    """Measure every path of the loops in every moment.

    Parameters
    ----------
    moments : sequence of Moment
        From ``walk.sample``: states at the start of a quarter; they are not changed.
    more : sequence of Moment
        Further states for the total effects alone, which take less time.
    """
    places = [(loop, path) for loop in loops for path in loop.paths]
    firsts = sorted({edge.rules[0] for _, path in places for edge in path.edges if edge.rules})
    found: list[list[list[list[float]]]] = [[] for _ in places]
    for moment in moments:
        before = snapshots(moment, firsts)  # of one moment at a time: each is a megabyte a rule
        for number, (_, path) in enumerate(places):
            found[number].append([_edges(path, before, site) for site in sites_of(path)])
    results = []
    for (loop, path), values in zip(places, found, strict=True):
        edges = tuple(np.moveaxis(np.array(values, dtype=np.float64), 2, 0))
        total = None
        if path.quarters:
            all_sites = sites_of(path)
            total = np.array([[total_response(path, m, site) for site in all_sites] for m in (*moments, *more)])
        results.append(Polarity(loop, path, edges, total))
    return tuple(results)


def _edges(path: Path, before: dict[str, Moment], site: int) -> list[float]:
    """Return the responses of a path's edges at a site; NaN where no rule carries one."""
    return [math.nan if edge.missing else edge_response(edge, path, before[edge.rules[0]], site) for edge in path.edges]
