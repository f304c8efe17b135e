"""Which series a validation forecasts, under which name they stand on the skill card, and what came of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from calibration.observed import load_observed
from calibration.skill import Truth
from calibration.skill_file import PROVINCE
from calibration.targets import Target, observed_vector, target, targets
from simulator.errors import InputError

LAST_YEAR: Final = 2017
HORIZON: Final = 4
"""Years ahead that are scored, as far as they are observed."""
PROVINCIAL: Final = "provincial"
SHARE: Final = "share"
PARTNER: Final = "partner"
EXPLAINED: Final = "explained"
PADDED: Final = ("gdp_first_release", "fdi_published", "fiscal_revenue_published")
"""Published series with padding: explained with and without the audit, never forecast."""
EXPLAINED_FROM: Final = 2013
PARTNER_ORIGIN: Final = 2014
"""Trade with single partners is observed from here on, and its figure of this year set the start."""


@dataclass(frozen=True)
class Scored:
    """One series of the validation.

    Attributes
    ----------
    series, entity : str
        Its place on the skill card: the target's name, or the observed variable and the city.
    kind : str
        ``provincial``, ``share``, ``partner`` or ``explained``.
    target : Target
        What it is compared by; its flags are those of the card.
    """

    series: str
    entity: str
    kind: str
    target: Target

    @property
    def key(self) -> tuple[str, str]:
        """Series and entity."""
        return self.series, self.entity


def scored_series() -> tuple[Scored, ...]:
    """Return all series of the validation: of the province, of cities, of partners, and those that are explained."""
    found: dict[str, list[Scored]] = {PROVINCIAL: [], SHARE: [], PARTNER: [], EXPLAINED: []}
    for t in targets().values():
        if t.name in PADDED:
            found[EXPLAINED].append(Scored(t.name, PROVINCE, EXPLAINED, t))
        elif t.scored and t.base_year_known:
            found[PARTNER].append(Scored(t.name, PROVINCE, PARTNER, t))
        elif t.scored and t.entity == PROVINCE:
            found[PROVINCIAL].append(Scored(t.name, PROVINCE, PROVINCIAL, t))
        elif t.scored:
            found[SHARE].append(Scored(t.variable, t.entity, SHARE, t))
    return tuple(one for kind in found.values() for one in kind)


def flags_of(series: Sequence[Scored]) -> Mapping[str, Target]:
    """Return series -> a target with its flags, in the order of the card."""
    found: dict[str, Target] = {}
    for one in series:
        found.setdefault(one.series, one.target)
    return MappingProxyType(found)


def truth_of(series: Sequence[Scored], last_year: int = LAST_YEAR) -> Truth:
    """Return (series, entity) -> year -> observed figure on the scale of the target, to a year.

    Later figures are not even in the table that these are taken from.
    """
    table = load_observed(last_year=last_year)
    found = {}
    for one in series:
        years = [period for period in one.target.periods if len(period) == 4 and int(period) <= last_year]
        values = observed_vector([(one.target.name, year) for year in years], table)
        found[one.key] = {int(year): float(value) for year, value in zip(years, values, strict=True)}
    return MappingProxyType(found)


def years_ahead(origin: int) -> tuple[int, ...]:
    """Return the years that are forecast at an origin.

    Raises
    ------
    InputError
        Nothing after the origin is observed.
    """
    years = tuple(range(origin + 1, min(origin + HORIZON, LAST_YEAR) + 1))
    if not years:
        raise InputError(f"origin {origin}: nothing after it is observed; the last year with figures is {LAST_YEAR}")
    return years


def restated_level(series: str, truth: Mapping[int, float], origin: int) -> float:
    """Return the log of the level from which the drift of a padded series is restarted at an origin.

    GDP: its restated level. FDI: the published level times what the text of 2015 leaves of that of 2014. Revenue: the
    published level less the padding that was admitted, which is a lower bound. All were said later: this explains what
    came, it forecasts nothing.

    Raises
    ------
    InputError
        No such level is known.
    """
    if series == "gdp_first_release":
        return float(observed_vector([("gdp_restated", str(origin))])[0])
    if series == "fdi_published":
        left = observed_vector([("fdi_comparable", "2014"), ("fdi_published", "2014")])
        return float(truth[origin] + left[0] - left[1])
    if series == "fiscal_revenue_published":
        bound = target("revenue_padding")
        padding = float(observed_vector([(bound.name, bound.periods[0])])[0]) / 100.0
        return float(truth[origin] - math.log1p(padding))
    raise InputError(f"{series}: no restated level is known; series with one: {', '.join(PADDED)}")


def typical_change(values: Mapping[int, float], last_year: int) -> float:
    """Return the root mean square of the yearly changes of a series up to a year."""
    years = sorted(year for year in values if year <= last_year)
    changes = np.diff([values[year] for year in years])
    return float(np.sqrt(np.mean(changes**2)))
