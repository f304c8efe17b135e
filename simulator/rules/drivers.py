"""How the world deviates from the stated path after the last observed quarter."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import N_PARTNERS

RAMP = 40.0
"""Quarters over which sampled long-run growth reaches its full size (2021-30)."""


@rule
def drivers_deviate(path: Any, scores: Any, process: Any, free: Any, par: Any) -> None:
    """Add to the base path an AR(1) deviation of each driver and sampled long-run growth of China and the partners.

    ``d' = rho d + sigma z``, from zero at the last observed quarter; growth beyond the stated path builds up over
    2021-30.
    `path`: driver records (quarters,), changed in place; `scores`: normal scores (quarters, drivers); `process`:
    persistence and innovation s.d.; `free`: first free quarter. Units: ln. Source: fit to 2006-17; assumption for
    growth.
    """
    drivers = len(free)
    for k in range(drivers):
        deviation = 0.0
        drift = 0.0
        for t in range(free[k], len(path)):
            deviation = process[k, 0] * deviation + process[k, 1] * scores[t, k]
            if k == 0 or k >= 6:
                growth = par.growth_deviation_china if k == 0 else par.growth_deviation_partners
                drift += 0.25 * growth * min(1.0, (t - free[k] + 1) / RAMP)
            factor = math.exp(deviation + drift)
            nation = path[t]
            if k == 0:
                nation.gdp *= factor
                nation.gdp_nominal *= factor
                nation.secondary *= factor
                nation.consumption *= factor
                nation.investment *= factor
                nation.wage *= math.exp(drift)
            elif k == 1:
                nation.investment *= factor
            elif k == 2:
                nation.fdi_inflow *= factor
            elif k == 3:
                nation.price_commodity *= factor
            elif k == 4:
                nation.credit *= factor
            elif k == 5:
                nation.hinterland *= factor
            elif k - 6 < N_PARTNERS:
                nation.partner_gdp[k - 6] *= factor
