"""What a policy would cost a year at the wages, graduates and output of the base quarter: arithmetic without a run.

It follows the rules of the base quarter (``rules/base.py``: E1, E2, E18, E50) at the point values of the parameters.
What a policy changes in behaviour, and growth since 2006, are left out on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.records import CITIES

FloatArray = npt.NDArray[np.float64]

QUARTERS: Final = 4
ESTIMATED: Final = ("talent_subsidy", "rd_support")
"""Instruments whose cost at the base quarter is known per city."""
EXACT: Final = ("public_consumption", "public_investment")
"""Instruments whose size is the cost of a quarter."""


@dataclass(frozen=True)
class BaseCosts:
    """What size 1 costs a year in each city at the base quarter, and a year's GDP of the province; bn yuan of 2010.

    Costs have shape (cities,).
    """

    talent_subsidy: FloatArray
    rd_support: FloatArray
    gdp: float


def cost_a_year(instrument: str, targets: tuple[str, ...], size: float) -> float | None:
    """Return the budget cost of a full year at full size, bn yuan of 2010.

    Parameters
    ----------
    instrument : str
    targets : tuple of str
        Names of cities; ``("",)`` for an instrument without target.
    size : float

    Returns
    -------
    float or None
        None if no cost is modelled or it cannot be known without a run.
    """
    if instrument in EXACT:
        return QUARTERS * size
    if instrument not in ESTIMATED:
        return None
    each: FloatArray = getattr(base_costs(), instrument)
    return size * float(sum(each[CITIES.index(name)] for name in targets))


def share_of_gdp(instrument: str, targets: tuple[str, ...], size: float) -> float | None:
    """Return the budget cost of a full year at full size as a share of the province's GDP, both of the base quarter.

    Unlike an amount it can be read for a later year: wages and graduates per GDP change less than GDP itself. Runs pay
    nearly the same share in 2031-35 (``tests/test_card.py``).

    Returns
    -------
    float or None
        None for an instrument whose cost is not known per city.
    """
    if instrument not in ESTIMATED:
        return None
    cost = cost_a_year(instrument, targets, size)
    return None if cost is None else cost / base_costs().gdp


@cache
def base_costs() -> BaseCosts:
    """Return the costs of size 1 in each city at the base quarter 2006Q1 and the point values."""
    from simulator.parameters import parameters  # here, so that cards without an estimate need neither
    from simulator.world import load_world

    world = load_world()
    cities, province = world.cities, world.province[0]
    par = {p.name: p.point for p in parameters()}
    output = cities["value_added_0"].sum(axis=1)
    workers, graduates, wage = _labour(cities, province, output, par)
    stay = par["stay_rate_0"] * float(world.path["graduates"][0]) * _shares(workers, graduates, wage, par)
    return BaseCosts(
        talent_subsidy=QUARTERS * stay * (QUARTERS * wage * par["graduate_efficiency"]),
        rd_support=QUARTERS * par["rd_intensity"] * output,
        gdp=QUARTERS * float(output.sum()),
    )


def _labour(
    cities: Any, province: Any, output: FloatArray, par: dict[str, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return workers and graduates (thousand) and wages (bn yuan a quarter per thousand), each of shape (cities,)."""
    employed = province["employment_0"] * cities["population_0"] / province["population_0"]
    graduates = cities["graduate_share_0"] * employed
    workers = employed - graduates
    efficient = workers + par["graduate_efficiency"] * graduates
    relative = cities["wage_relative_0"]
    level = (1.0 - par["capital_share"]) * output.sum() / (relative * efficient).sum()
    return workers, graduates, level * relative


def _shares(workers: FloatArray, graduates: FloatArray, wage: FloatArray, par: dict[str, float]) -> FloatArray:
    """Return how new graduates who stay are spread over the cities, shape (cities,)."""
    share = graduates / (workers + graduates)
    weight = wage ** par["graduate_mobility"] * np.exp(par["graduate_hub"] * share) * graduates
    return np.asarray(weight / weight.sum())
