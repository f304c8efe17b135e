"""What is published: padding, audit, restatement, and the operators from truth to published figures."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import N_CITIES

GDP = 0
FDI = 1
REVENUE = 2
INVESTMENT = 3


@rule
def next_padding(padding: float, gap: float, audit: float, speed: float, ceiling: float, decay: float) -> float:
    """Padding ratio after one quarter (E70): ``om + p1 max(0, gap)(1 - aud)(1 - om/max) - p2 aud om``, in [0, max]."""
    room = 1.0 - padding / ceiling
    value = padding + speed * max(0.0, gap) * (1.0 - audit) * room - decay * audit * padding
    return min(max(value, 0.0), ceiling)


@rule
def city_reports(city: Any, nation: Any, policy: Any, par: Any) -> None:
    """Padding of the city's GDP, FDI, revenue and investment (E70).

    The incentive is the official growth target less true growth over four quarters; audits damp it, a restatement
    removes a share at once. Padding of FDI is stronger where there is little of it.
    """
    gap = nation.growth_target - (city.gdp_past[0] / city.gdp_past[4] - 1.0)
    audit = policy.audit_gdp_investment
    early = policy.audit_revenue_fdi
    city.padding[GDP] = next_padding(
        city.padding[GDP], gap, audit, par.padding_speed, par.padding_ceiling, par.padding_decay
    )
    city.padding[INVESTMENT] = next_padding(
        city.padding[INVESTMENT], gap, audit, par.padding_speed_investment, par.padding_ceiling_investment,
        par.padding_decay,
    )
    city.padding[REVENUE] = next_padding(
        city.padding[REVENUE], gap, early, par.padding_speed_revenue, par.padding_ceiling_revenue, par.padding_decay
    )
    small = 1.0 - city.fdi_share_0
    city.padding[FDI] = next_padding(
        city.padding[FDI], gap, early, small * par.padding_speed_fdi, par.padding_ceiling_fdi, par.padding_decay
    )
    city.padding[GDP] *= 1.0 - policy.restatement_gdp_investment
    city.padding[INVESTMENT] *= 1.0 - policy.restatement_gdp_investment
    city.padding[REVENUE] *= 1.0 - policy.restatement_revenue_fdi
    city.padding[FDI] *= 1.0 - policy.restatement_revenue_fdi


@rule
def province_reports(
    province: Any, cities: Any, policy: Any, par: Any, revision_score: float, survey_score: float
) -> None:
    """Growth on the comparable basis (E72) and errors of revision (E71) and survey (E76).

    ``g_rep = g + bias (1 - aud) + pass-through d ln(1 + om)``, where a restatement does not count: so a fall of the
    level and a small fall of growth coexist. Units: per year; scores are standard normal.
    """
    true = 0.0
    padded = 0.0
    for c in range(N_CITIES):
        true += cities[c].gdp_nominal
        padded += cities[c].gdp_nominal * cities[c].padding[GDP]
    level = math.log1p(padded / true)
    step = level - province.padding_level
    if policy.restatement_gdp_investment > 0.0:
        step = 0.0
    province.padding_level = level
    for k in range(4):
        province.reported_log_past[4 - k] = province.reported_log_past[3 - k]
    province.reported_log_past[0] += step
    growth = province.gdp_past[0] / province.gdp_past[4] - 1.0
    growth += par.growth_bias * (1.0 - policy.audit_gdp_investment)
    growth += par.growth_pass_through * (province.reported_log_past[0] - province.reported_log_past[4])
    province.reported_growth_a = growth
    province.revision_error = math.exp(par.revision_sd * revision_score)
    province.survey_error = par.survey_sd * survey_score
