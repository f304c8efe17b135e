"""Mechanisms switched off one at a time, with the same luck and draws: does the fact that each should produce weaken.

No rule is edited. A mechanism is off at a parameter value at which its term does nothing; the tests call the rules to
show it. Statistics and directions were chosen by the mechanism, before the results were seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.run_statistics import (
    RunPaths,
    Statistic,
    change,
    difference_of_shares,
    hub_share,
    level,
    mean_share,
    transfers_against_nation,
    two_cities,
)
from simulator.ensemble import Ensemble, simulate
from simulator.errors import InputError, nearest
from simulator.parameters import ParameterTable, draw_table, table_of
from simulator.periods import HISTORY_END
from simulator.results import IntArray
from simulator.scenario import load_scenario
from simulator.statistics import spread
from simulator.world import World

FloatArray: TypeAlias = npt.NDArray[np.float64]
Settings: TypeAlias = tuple[tuple[str, float | str], ...]
"""Parameters and what they are set to: a value, or the name of the parameter whose draw is copied."""

VANISHES: Final = "vanishes"
WEAKENS: Final = "weakens"
NO_EFFECT: Final = "no effect"
UNCLEAR: Final = "unclear"
STRENGTHENS: Final = "strengthens"
LEFT_OVER: Final = 0.1
"""Part of a fact that may remain for it to count as vanished."""
NEGLIGIBLE: Final = 0.01
"""Difference, as a part of the figure with the mechanism, up to which there is no effect."""

NEVER_BINDING: Final = 1000.0
"""Own funds over capital income at which no private investment is ever short of credit."""


@dataclass(frozen=True)
class Ablation:
    """A mechanism, how it is switched off, and the fact that should then be weaker.

    Attributes
    ----------
    key, equation, mechanism : str
    off : Settings
        Parameters without the mechanism.
    exact : str
        Why this switches off the mechanism and nothing else; or what else it does.
    fact, unit : str
        The matching fact, in words, with the unit of the statistic.
    statistic : callable
        Paths -> one figure a run.
    weaker : int
        Sign of the change of the statistic that means a weaker fact.
    from_zero : bool
        Whether zero means that the fact is absent, so that it can vanish.
    both : Settings
        Parameters set with and without the mechanism.
    """

    key: str
    equation: str
    mechanism: str
    off: Settings
    exact: str
    fact: str
    unit: str
    statistic: Statistic
    weaker: int
    from_zero: bool = False
    both: Settings = ()

    @property
    def without(self) -> Settings:
        """All parameters set in the run without the mechanism."""
        return merged(self.both, self.off)


PADDING: Final[Settings] = (
    ("padding_speed", 0.0), ("padding_speed_revenue", 0.0), ("padding_speed_fdi", 0.0),
    ("padding_speed_investment", 0.0),
)  # fmt: skip
NO_PADDING: Final = (
    "a missed target adds p1 x gap x (1 - audit) x room: zero at p1 = 0. Padding of the base quarter (0-5 %) stays and "
    "decays under audit"
)
NO_CREDIT_LIMIT: Final = (
    "investment is cut by min(1, (own funds + credit) / wanted), which is 1 whatever the credit. It removes the whole "
    "credit limit, of which the part taken by state-owned enterprises is one"
)
NO_CROWDING: Final = (
    "private credit is min(0.5 credit - crowding, credit - use by state-owned firms), and they use at most half: so "
    "at zero weights it does not depend on them. With 0.9, as shipped, the second bound crowds out one for one"
)
STATE_SHARE: Final = mean_share("soe_capital_share", "2012", "2017")
STATE_FACT: Final = "state share of industrial capital, mean of 2012-17: private capital is lost beside zombies (R5)"
HALF: Final[Settings] = (("credit_usable", 0.5),)
POOR: Final[Settings] = (("own_funds", 0.45),)
CROWDING_OFF: Final[Settings] = (("crowding_out", 0.0), ("loss_on_credit", 0.0))

ABLATIONS: Final = (
    Ablation("downturn", "E21", "higher income elasticity of exports below the partner's trend",
             (("income_elasticity_downturn", "income_elasticity"),),
             "the same elasticity below and above trend: trend and gap then add up to the level of demand",
             "exports in USD, 2009 on 2008", "%", change("exports_usd", "2008", "2009"), +1, from_zero=True),
    Ablation("variety", "E19", "entry of firms and variety", (("variety_weight", 0.0),),
             "TFP gains v_n ln(firms) / (sigma_v - 1): zero at v_n = 0. Firms are still counted and do nothing else",
             "real GDP of 2017", "bn yuan 2010", level("gdp_real", "2017"), -1),
    Ablation("agglomeration", "E4", "productivity from relative market access", (("agglomeration", 0.0),),
             "ln agg = eps x relative market access: zero at eps = 0. Market access goes on to attract FDI",
             "Dalian and Shenyang in real GDP, 2017", "%", two_cities("gdp_real", "2017", "2017"), -1),
    Ablation("credit limit", "E31, E16", "private investment limited by credit", (("own_funds", NEVER_BINDING),),
             NO_CREDIT_LIMIT, STATE_FACT, "%", STATE_SHARE, -1),
    Ablation("credit limit, poor firms", "E31, E16", "the same where firms keep less of their income (0.45)",
             (("own_funds", NEVER_BINDING),), NO_CREDIT_LIMIT, STATE_FACT, "%", STATE_SHARE, -1, both=POOR),
    Ablation("crowding out", "E31", "credit lost to state-owned enterprises and bad loans", CROWDING_OFF,
             NO_CROWDING, STATE_FACT, "%", STATE_SHARE, -1, both=HALF),
    Ablation("crowding out, poor firms", "E31", "the same where firms keep less of their income (0.45)",
             CROWDING_OFF, NO_CROWDING, STATE_FACT, "%", STATE_SHARE, -1, both=HALF + POOR),
    Ablation("routes", "E43", "routes follow cargo", (("route_adjustment", 0.0),),
             "routes move by k_r x (goal - routes): they stay those of 2006 at k_r = 0, and keep their pull",
             "the hub Dalian in the throughput of six ports, 2017", "%", hub_share("2017"), -1),
    Ablation("claw-back", "E61", "transfers fall with padded revenue", (("transfer_clawback", 0.0),),
             "transfers x (1 - trk x padding): the factor is one at trk = 0, in the base quarter too",
             "transfers over national GDP, mean of 2010-14 against 2006", "%",
             transfers_against_nation("2010", "2014"), +1, from_zero=True),
    Ablation("padding of GDP", "E70", "missed targets are padded", PADDING, NO_PADDING,
             "published nominal GDP, 2016 on 2015", "%", change("gdp_reported", "2015", "2016"), +1, from_zero=True),
    Ablation("padding of revenue", "E70", "missed targets are padded", PADDING, NO_PADDING,
             "published revenue, 2015 on 2014", "%", change("fiscal_revenue_reported", "2014", "2015"), +1,
             from_zero=True),
    Ablation("padding of FDI", "E70", "missed targets are padded", PADDING, NO_PADDING,
             "published FDI, 2015 on 2014", "%", change("fdi_reported", "2014", "2015"), +1, from_zero=True),
    Ablation("soft budget", "E28", "state-controlled enterprises expand on good times and do not shrink in bad ones",
             (("soft_budget", 0.0),),
             "the response is (1 + s g) x above normal - (1 - s g) x below: the same for all owners at s = 0",
             "utilisation of state-owned less private firms, mean of 2013-16", "points",
             difference_of_shares("soe_utilisation", "private_utilisation", "2013", "2016"), +1, from_zero=True),
)  # fmt: skip
"""Every ablation of the design, and the soft budget."""


@dataclass(frozen=True, eq=False)
class Effect:
    """What an ablation does, run by run.

    Attributes
    ----------
    ablation : Ablation
    full, without : ndarray, shape (runs,)
        The statistic with and without the mechanism; run i shares luck and all other parameters.
    """

    ablation: Ablation
    full: FloatArray
    without: FloatArray

    @cached_property
    def differences(self) -> FloatArray:
        """Figure without less figure with the mechanism, shape (runs,)."""
        return self.without - self.full

    @cached_property
    def interval(self) -> tuple[float, float, float]:
        """Median, 5 % and 95 % quantile of the differences."""
        median, low, high = spread(self.differences)
        return float(median), float(low), float(high)

    @property
    def share_weaker(self) -> float:
        """Share of runs in which the fact is weaker without the mechanism."""
        return float((self.ablation.weaker * self.differences > 0.0).mean())

    @property
    def share_equal(self) -> float:
        """Share of runs in which nothing at all changes."""
        return float((self.differences == 0.0).mean())

    @property
    def verdict(self) -> str:
        """``VANISHES``, ``WEAKENS``, ``STRENGTHENS``, ``NO_EFFECT`` or ``UNCLEAR``.

        Weakens or strengthens: the 90 % interval of the differences lies on that side of zero. Vanishes: it weakens,
        and at most a tenth of the median is left. No effect: the interval lies within 1 % of the median figure.
        """
        size = abs(float(np.median(self.full)))
        _, low, high = self.interval
        if max(abs(low), abs(high)) <= NEGLIGIBLE * size:
            return NO_EFFECT
        if low <= 0.0 <= high:
            return UNCLEAR
        if (low > 0.0) != (self.ablation.weaker > 0):
            return STRENGTHENS
        left = -self.ablation.weaker * float(np.median(self.without))
        return VANISHES if self.ablation.from_zero and left <= LEFT_OVER * size else WEAKENS


def settled(table: ParameterTable, settings: Settings) -> ParameterTable:
    """Return the table with parameters set in every row; values may lie outside the prior range.

    Raises
    ------
    InputError
        If a name is not a parameter.
    """
    if not settings:
        return table
    values = table.values.copy()
    for name, value in settings:
        column = _column(table, name)
        values[:, column] = table.values[:, _column(table, value)] if isinstance(value, str) else value
    return table_of("ablation", values)


def _column(table: ParameterTable, name: str) -> int:
    if name not in table.names:
        raise InputError(f"ablations: {name} is not a parameter{nearest(name, table.names)}")
    return table.names.index(name)


def ablate(
    world: World,
    *,
    runs: int = 200,
    seed: int = 1,
    ablations: Sequence[Ablation] = ABLATIONS,
    full: Ensemble | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Effect, ...]:
    """Run the baseline of 2006Q1-2017Q4 with and without each mechanism.

    Parameters
    ----------
    world : World
    runs, seed : int
        Size and seed; all ensembles share luck and draws of the prior.
    ablations : sequence of Ablation
    full : Ensemble, optional
        The ensemble of the same runs and seed with all mechanisms, if there is one already.
    progress : callable, optional
        Called with the key of each ablation as it begins.
    """
    table = draw_table("prior", runs, seed)
    known: dict[Settings, Ensemble] = {} if full is None else {(): full}

    def ensemble(settings: Settings) -> Ensemble:
        if settings not in known:
            known[settings] = simulate(
                world, load_scenario("baseline"), runs=runs, seed=seed, until=HISTORY_END,
                parameters=settled(table, settings),
            )  # fmt: skip
        return known[settings]

    effects = []
    for k, ablation in enumerate(ablations):
        if progress is not None:
            progress(ablation.key)
        pair = ensemble(ablation.both), ensemble(ablation.without)
        kept = _kept(pair)
        full_values, without = (ablation.statistic(RunPaths(one, kept)) for one in pair)
        effects.append(Effect(ablation, full_values, without))
        later = {settings for one in ablations[k + 1 :] for settings in (one.both, one.without)}
        for settings in set(known) - later:  # a large ensemble takes tens of megabytes
            del known[settings]
    return tuple(effects)


def merged(first: Settings, second: Settings) -> Settings:
    """Return both settings; where they name the same parameter, the second counts."""
    together: Mapping[str, float | str] = {**dict(first), **dict(second)}
    return tuple(together.items())


def _kept(pair: Sequence[Ensemble]) -> IntArray:
    """Return the runs that failed in neither ensemble."""
    failed = {run for one in pair for run, _ in one.failures}
    return np.array([run for run in range(pair[0].runs) if run not in failed], dtype=np.intp)
