"""A world that stops changing in 2018Q1, or grows evenly from there, and what the province does in it for decades.

Two tests of the long run. *Frozen*: drivers, technology frontier, own growth of productivity and the clock of
ageing stop. *Balanced*: real drivers of the nation, the partners and wages grow 2 % a year, frontier and own
productivity by at most (1 - capital share) of that; prices, rates and the clock stop. In both, policies stay as in
2017Q4, drivers do not deviate and city and province shocks are off. The luck of enterprises and investors stays, so
figures are means over runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.parameters import draw_table
from simulator.run import advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import load_scenario
from simulator.world import load_world

FloatArray = npt.NDArray[np.float64]

START: Final = 48  # 2018Q1, the first quarter after the last observed one
GROWTH: Final = 0.02  # of the balanced drivers, a year
GROWING: Final = (
    "gdp", "gdp_nominal", "investment", "secondary", "consumption", "wage", "hinterland", "fdi_inflow", "fdi_stock",
    "partner_gdp",
)  # fmt: skip


@dataclass(frozen=True)
class LongRun:
    """Means over runs, by calendar year from 2018 on.

    Attributes
    ----------
    growth, big_two, utilisation, net_sales : ndarray, shape (years,)
        Real growth in %; share of Dalian and Shenyang in GDP; utilisation of industry; net sales to the rest of China
        over GDP.
    normal_utilisation : float
    broken : tuple of str
        Invariants that broke.
    """

    growth: FloatArray
    big_two: FloatArray
    utilisation: FloatArray
    net_sales: FloatArray
    normal_utilisation: float
    broken: tuple[str, ...] = field(default=())

    @property
    def decades(self) -> FloatArray:
        """Mean growth of each decade, % a year."""
        return self.growth.reshape(-1, 10).mean(axis=1)

    def failures(self) -> set[str]:
        """Return which of the four criteria of a steady state do not hold at the end."""
        checks = {
            "growth": abs(self.decades[-1] - self.decades[-2]) < 0.1,
            "two largest cities": self.big_two[-1] < 0.65,
            "utilisation": abs(self.utilisation[-1] - self.normal_utilisation) < 0.06,
            "rest of China": abs(self.net_sales[-1]) < 0.10,
        }
        return {name for name, holds in checks.items() if not holds}

    def accelerates(self) -> bool:
        """Whether growth rises by over 0.3 points between two decades, or ends above that of the first."""
        return bool((np.diff(self.decades) > 0.3).any() or self.decades[-1] > self.decades[0])


def drivers(kind: str, quarters: int, parameters: np.void) -> np.ndarray[Any, np.dtype[Any]]:
    """Return history to 2017Q4 and the frozen or balanced world after it, shape (quarters,)."""
    observed = load_world().path[:START]
    path = np.empty(quarters, observed.dtype)
    path[:START] = observed
    path[START:] = observed[-1]
    path["clock"][START:] = START
    path["progress"][START:] = 0.0
    if kind == "balanced":
        step = 0.25 * math.log1p(GROWTH)
        fastest = max(float(parameters["tfp_growth"]), float(parameters["frontier_growth"]))
        path["progress"][START:] = (1.0 - float(parameters["capital_share"])) * step / fastest
        index = np.exp(step * np.arange(1, quarters - START + 1))
        for name in GROWING:
            path[name][START:] *= index if path[name].ndim == 1 else index[:, np.newaxis]
    return path


def long_run(kind: str, years: int, runs: int, changes: Mapping[str, float] | None = None) -> LongRun:
    """Simulate `years` years after 2017 at the point values, with some parameters changed, and average over runs."""
    quarters = START + 4 * years
    parameters = draw_table("point", 1, 1).records().copy()
    for name, value in (changes or {}).items():
        parameters[name] = value
    shipped = load_world()
    never = np.full_like(shipped.free, quarters)  # first quarter in which a driver may deviate
    world = replace(shipped, path=drivers(kind, quarters, parameters[0]), free=never)
    observed = policies_of(load_scenario("baseline").schedule("2017Q4"), START, 1, 0)
    policies = np.concatenate([observed, np.repeat(observed[-1:], 4 * years)])
    rows, broken = [], []
    for run in range(runs):
        draws = draws_of(world, 1, run, quarters)
        draws = replace(draws, city=np.zeros_like(draws.city), province=np.zeros_like(draws.province))
        outputs = new_outputs(quarters)
        message = advance(prepare(world, parameters, draws), policies, draws, 0, quarters, outputs, check=True)
        if message:
            broken.append(f"{kind}, run {run}: {message}")
        rows.append(_figures(outputs))
    means = np.mean(rows, axis=0)
    return LongRun(*means, float(parameters["normal_utilisation"][0]), tuple(broken))


def _figures(outputs: Mapping[str, np.ndarray[Any, np.dtype[Any]]]) -> FloatArray:
    province, cities = outputs["province"][:, 0], outputs["city"]
    by_year = {name: province[name].reshape(-1, 4).sum(axis=1) for name in province.dtype.names}
    city = cities["gdp_real"].reshape(-1, 4, cities.shape[1]).sum(axis=1)
    first = START // 4
    gdp = by_year["gdp_real"]
    net_sales = (by_year["domestic_sales"] - by_year["domestic_purchases"]) / gdp
    return np.array([
        100.0 * np.diff(np.log(gdp))[first - 1 :],
        (city[:, :2].sum(axis=1) / city.sum(axis=1))[first:],
        by_year["capacity_utilisation"][first:] / 4.0,
        net_sales[first:],
    ])
