"""Blocks of ``docs/calibration.md`` that are taken from declarations: targets, reporting layer, sizes of the fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from calibration import validation
from calibration.document_source import Source, table
from calibration.fit import calibrate, fit, learn, likelihood, reweighting, sampler, space
from calibration.fit.settings import Settings
from calibration.identifiability import LEAST
from calibration.observed import CONTROLS, YEARS, last_year_of, load_observed
from calibration.operators import BY_PERIOD, BY_YEAR
from calibration.padding import LIAONING, statements, vintages
from calibration.skill_rows import COVERAGE
from calibration.targets import NOT_COMPARED, Target, targets
from simulator.numbers import span
from viz.wording import typographic

EARLY: Final = calibrate.LAST_YEARS[calibrate.VALIDATION]
"""Last year of the fit that forecasts are judged with."""
EQUATION: Final = re.compile(r"\bE7\d\b")


def families() -> list[tuple[Target, ...]]:
    """Return the targets, those that are declared together as one, in the order of ``targets.toml``."""
    found: dict[tuple[str, ...], list[Target]] = {}
    for t in targets().values():
        key = (t.group, t.variable, t.role, t.why, t.error_source, str(t.error))
        found.setdefault(key, []).append(t)
    return [tuple(members) for members in found.values()]


def title_of_family(members: Sequence[Target]) -> str:
    """Return the title of one target, or of several with their entities in the place of one."""
    first = members[0]
    if len(members) == 1:
        return first.title
    few = ", ".join(t.entity for t in members)
    return first.title.replace(first.entity, few if len(members) <= 3 else f"each of {len(members)} cities", 1)


def target_table(source: Source) -> str:
    """Return all targets with how many figures each fit has of them, and their errors."""
    rows, totals = [], [0, 0, 0, 0]
    for members in families():
        first = members[0]
        free = [period for t in members for period in t.free]
        early = sum(last_year_of(period) <= EARLY for period in free)
        fitted = first.role == "fit"
        counts = (early, len(free), len(free) - early, 0) if fitted else (0, 0, 0, len(free))
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        cells = [f"{n:,}" if n else "" for n in counts]
        rows.append((
            first.group, title_of_family(members), first.role, *cells, errors_of(first),
            _size(first, first.discrepancy),
        ))  # fmt: skip
    rows.append(("**All**", "", "", *(f"**{n:,}**" for n in totals), "", ""))
    last = YEARS[-1]
    head = (
        "Group", "Series", "Role", f"Fitted to {EARLY}", f"Fitted to {last}", f"Held out {EARLY + 1}–{last}", "Shown",
        "Error of observation", "Discrepancy",
    )  # fmt: skip
    return table(head, rows, text=3)


def errors_of(aim: Target) -> str:
    """Return the standard deviation of the error of observation, and the periods in which it is another."""
    by_size: dict[float, list[str]] = {}
    for period, size in aim.errors.items():
        by_size.setdefault(size, []).append(period)
    others = [f"{_size(aim, size)} in {years(periods)}" for size, periods in by_size.items()]
    return "; ".join([_size(aim, aim.error), *others])


def years(periods: Sequence[str]) -> str:
    """Return periods with neighbouring years joined: ``2009, 2014–2017``."""
    runs: list[list[str]] = []
    for period in periods:
        joins = runs and period.isdecimal() and runs[-1][-1].isdecimal() and int(period) == int(runs[-1][-1]) + 1
        if joins:
            runs[-1].append(period)
        else:
            runs.append([period])
    return ", ".join(span(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _size(aim: Target, size: float) -> str:
    """Return a size on the scale of a target; points are those of its figures, which are per cent or growth."""
    return f"{100.0 * size:.3g} %" if aim.scale == "log" else f"{size:.3g} point{'' if size == 1.0 else 's'}"


def uncompared(source: Source) -> str:
    """Return the observed series without a target, and why."""
    return table(("Observed series", "Why it is no target"), [(f"`{k}`", why) for k, why in NOT_COMPARED.items()], 2)


def reporting_layer(source: Source) -> str:
    """Return what each operator with an equation of the reporting layer makes of a run, by equation."""
    rows = []
    for name, function in {**BY_YEAR, **BY_PERIOD}.items():
        said = " ".join((function.__doc__ or "").split())
        found = EQUATION.findall(said)
        if found:
            said = re.sub(r"\s*\(E7\d\)|\bE7\d[.:]\s*", "", said).removeprefix("Return ").strip()
            said = ". ".join(part[:1].upper() + part[1:] for part in said.split(". "))
            rows.append((", ".join(dict.fromkeys(found)), f"`{name}`", said.replace("``", "`")))
    return table(("Equation", "Operator", "What would be published"), sorted(rows, key=lambda row: row[0]), 3)


def vintage_table(source: Source) -> str:
    """Return GDP as first published over GDP as restated, of Liaoning and of the controls, by year."""
    regions = (LIAONING, *CONTROLS)
    ratios = [vintages(region) for region in regions]
    rows = [(year, *(f"{ratio[k]:.2f}" for ratio in ratios)) for k, year in enumerate(YEARS)]
    return table(("Year", *regions), rows)


def statement_list(source: Source) -> str:
    """Return what sources say of padding, with the source."""
    observed = load_observed()
    said = statements(observed)
    bound = observed.row(LIAONING, "revenue_padding_low", "2011-2014")
    fdi = observed.row(LIAONING, "fdi_comparable", "2014")
    return (
        f"- Fiscal revenue, {span(bound.period)}: {said['revenue', '2011'][1]} {100.0 * bound.value:.0f} %. "
        f"Source: {bound.source}.\n"
        f"- FDI, 2014: as printed, {said['fdi', '2014'][1]} {1.0 + said['fdi', '2014'][0]:.1f} times what it was on "
        f"the basis of 2015, a change of the way of recording included. Source: {fdi.source}.\n"
    )


def settings_table(source: Source) -> str:
    """Return the sizes and assumptions of the method, and where each is declared."""
    s = Settings()
    low, high = COVERAGE
    rows = [
        ("Points of the design over the priors", f"{s.points:,}", "Settings.points"),
        ("Points of the design near the posteriors", f"{s.refocused:,}", "Settings.refocused"),
        ("Spread of those, in posterior standard deviations", f"{learn.WIDER:g}", "learn.WIDER"),
        ("Points that test the emulator, in each of the two regions", f"{s.held_out}", "Settings.held_out"),
        ("Runs at each of these points", f"{s.lucks}", "Settings.lucks"),
        ("Expected contraction from which a parameter is fitted", f"{100 * fit.LEAST_CONTRACTION:g} %",
         "fit.LEAST_CONTRACTION"),
        ("Fitted parameters at most", f"{fit.MOST_FITTED}", "fit.MOST_FITTED"),
        ("Correlation of discrepancy from year to year", f"{likelihood.PERSISTENCE:g}", "likelihood.PERSISTENCE"),
        ("Standard deviation of the log of a discrepancy", f"{space.DISCREPANCY_LOG_SD:g}", "space.DISCREPANCY_LOG_SD"),
        ("Figures that a target needs for its discrepancy to be fitted", f"{likelihood.SAMPLED_FROM}",
         "likelihood.SAMPLED_FROM"),
        ("Independent ensembles", f"{sampler.ENSEMBLES}", "sampler.ENSEMBLES"),
        ("Chains of each", f"{sampler.WALKERS}", "sampler.WALKERS"),
        ("Leapfrog step, in standard deviations", f"{sampler.STEP_SIZE:g}", "sampler.STEP_SIZE"),
        ("Leapfrog steps of a proposal, drawn from", f"{sampler.LEAPS[0]} to {sampler.LEAPS[1] - 1}", "sampler.LEAPS"),
        ("Steps of an ensemble, at least and at most", f"{s.steps:,} and {s.most:,}", "Settings.steps, .most"),
        ("Part of the steps that is burn-in", f"1 of {sampler.BURN_IN}", "sampler.BURN_IN"),
        ("Steps wanted after burn-in, in autocorrelation times", f"{sampler.LENGTH:g}", "sampler.LENGTH"),
        ("Draws of a posterior", f"{s.draws:,}", "Settings.draws"),
        ("Runs of each draw that weigh it", f"{calibrate.AGAIN}", "calibrate.AGAIN"),
        ("Bootstraps of these runs, for the effective size of a parameter", f"{reweighting.REPETITIONS}",
         "reweighting.REPETITIONS"),
        ("Share of effective draws below which draws are taken anew", f"{100 * calibrate.ENOUGH:g} %",
         "calibrate.ENOUGH"),
        ("Rounds of this, at most", f"{calibrate.MOST_ROUNDS}", "calibrate.MOST_ROUNDS"),
        ("Contraction below which a parameter is literature-driven", f"{100 * LEAST:g} %", "identifiability.LEAST"),
        ("R-hat above which a fit is not shipped", f"{sampler.MAX_RHAT:g}", "sampler.MAX_RHAT"),
        ("Effective draws that a shipped posterior needs", f"{reweighting.LEAST_DRAWS}", "reweighting.LEAST_DRAWS"),
        ("Origins of the forecasts", ", ".join(map(str, validation.ORIGINS)), "validation.ORIGINS"),
        ("Origin of the headline", f"{validation.HEADLINE}", "validation.HEADLINE"),
        ("Share that 90 % intervals should hold", f"{100 * low:.0f} to {100 * high:.0f} %", "skill_rows.COVERAGE"),
    ]  # fmt: skip
    said = [(what, typographic(value), f"`{where}`") for what, value, where in rows]
    return table(("What", "Value", "Declared as"), said, 3)
