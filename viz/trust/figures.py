"""What the app shows of calibration and validation: the tables that come with this version, read once."""

from __future__ import annotations

import csv
import inspect
import io
import re
import threading
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from calibration.observed import load_observed
from calibration.operators import BY_YEAR
from calibration.targets import Target, targets
from simulator import skill_card
from simulator.errors import InputError
from simulator.numbers import plain
from simulator.posterior import POSTERIORS, SHIPPED, VALIDATION, Fitted, Posterior, shipped
from simulator.text_file import read_text
from simulator.variables import variable
from simulator.words import unit_word
from viz.reports.calibration import CalibrationSource
from viz.reports.calibration_fit import FIT, ROLES, FittedTarget, group_word, inside, read_fit, title_of
from viz.reports.calibration_padding import SERIES, padding_section
from viz.reports.rank_histogram import FILE as RANKS
from viz.reports.rank_histogram import recovery_section
from viz.reports.target_fan import TargetFigure, target_fan
from viz.reports.validation import ValidationSource
from viz.wording import texts, typographic

_Function = TypeVar("_Function", bound=Callable[..., Any])

TOPICS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "fit": ("trust_topic_fit", "trust_lead_fit"),
    "skill": ("trust_topic_skill", "trust_lead_skill"),
    "padding": ("trust_topic_padding", "trust_lead_padding"),
    "known": ("trust_topic_known", "trust_lead_known"),
    "data": ("trust_topic_data", "trust_lead_data"),
    "parameters": ("trust_topic_parameters", "trust_lead_parameters"),
})  # fmt: skip
"""Topic, as the address names it -> keys of its name and of what it means for a planner."""
FITS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "all": (SHIPPED, "trust_fit_all"), "held": (VALIDATION, "trust_fit_held"),
})  # fmt: skip
"""Fit, as the address names it -> folder of its tables and key of its name."""
PARTS: Final[Mapping[str, str]] = MappingProxyType({
    "wins": "val_short", "charts": "val_charts", "scores": "val_scores", "facts": "val_facts",
    "published": "val_published", "others": "trust_part_others",
})  # fmt: skip
"""Part of the skill card -> key of its name."""
DISCREPANCY: Final = "discrepancy_"
"""Begin of the names of sizes of discrepancy among the truths of a recovery."""


@dataclass(frozen=True)
class FitChart:
    """A small chart of one target; ``marked``: a user came to see it."""

    name: str
    title: str
    svg: str
    notes: tuple[str, ...]
    marked: bool


@dataclass(frozen=True)
class Figure:
    """What is known of one figure of a target, as text."""

    period: str
    fitted: str
    observed: str
    median: str
    band: str
    predictive: str
    inside: str


def targets_of(name: str) -> tuple[str, ...]:
    """Return the targets that judge an output of the province, those of an observed variable, or that of a name.

    An output whose true values nobody published is judged by what was: ``fiscal_revenue`` by the padded revenue.
    """
    series = skill_card.OUTPUTS.get(name)
    known = targets()
    named = [t.name for t in known.values() if series == t.name or name in (t.name, t.variable)]
    read = [t.name for t in known.values() if name in _outputs(t.operator)]
    found = dict.fromkeys([*named, *read])
    if not found and name and not name.endswith("_reported"):
        return targets_of(f"{name}_reported")
    return tuple(found)


@cache
def _outputs(operator: str) -> frozenset[str]:
    """Return the output of the province that an operator reads, from its source; none if it puts several together."""
    function = BY_YEAR.get(operator)
    source = inspect.getsource(function) if function else ""
    found = frozenset(re.findall(r'\.annual\("(\w+)", "province"', source))
    return found if len(found) == 1 else frozenset()


def _once(make: _Function) -> _Function:
    """Return a function that computes each result once, also where several threads ask for it at the same time."""
    known = cache(make)
    lock = threading.Lock()

    @wraps(make)
    def found(*given: Any) -> Any:
        with lock:
            return known(*given)

    return cast(_Function, found)


# Fit


@cache
def fitted(fit: str) -> tuple[FittedTarget, ...]:
    """Return the targets of a fit (``all`` or ``held``) with what was found of their figures."""
    return read_fit(POSTERIORS / FITS[fit][0])


@cache
def posterior(fit: str) -> Posterior:
    """Return what was fitted.

    Raises
    ------
    InputError
        This version comes without it.
    """
    found = shipped(FITS[fit][0])
    if found is None:
        raise InputError("this version ships no calibrated parameters")
    return found


def groups(fit: str) -> tuple[str, ...]:
    """Return the groups of targets in the order in which they are shown."""
    return tuple(dict.fromkeys(one.target.group for one in fitted(fit) if one.target.role in ROLES))


def group_of(target: str) -> str:
    """Return the group of a target."""
    return targets()[target].group


def charts(fit: str, group: str, lang: str, marked: Iterable[str] = ()) -> list[FitChart]:
    """Return the charts of a group of targets."""
    words, chosen = texts(lang), set(marked)
    return [
        FitChart(one.target.name, title_of(one.target, lang), fan(one, lang), _notes(one, words),
                 one.target.name in chosen)
        for one in fitted(fit) if one.target.group == group and one.target.role in ROLES
    ]  # fmt: skip


def fan(one: FittedTarget, lang: str) -> str:
    """Return the chart of one target as SVG."""
    return target_fan(title_of(one.target, lang), unit_word(one.target.unit, lang), one.figures, texts(lang))


def fitted_target(fit: str, name: str) -> FittedTarget | None:
    """Return one target of a fit; None if it has none of this name."""
    return next((one for one in fitted(fit) if one.target.name == name), None)


def figures(one: FittedTarget, lang: str) -> list[Figure]:
    """Return the figures of a target as rows of a table."""
    return [_figure(f, one.target, texts(lang)) for f in one.figures]


def counted(fit: str, lang: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return how many figures lie in their wide bands, those that were fitted and those that were not."""
    words = texts(lang)
    said = []
    for key, was_fitted in (("cal_fitted_inside", True), ("cal_others_inside", False)):
        within, count = inside(fitted(fit), was_fitted)
        share = f"{100 * within / count:.0f}" if count else ""
        text = words["cal_share_of"].format(inside=within, count=count, share=share)
        said.append((words[key], text if count else words["cal_share_none"]))
    return said[0], said[1]


def sources_of(target: Target) -> tuple[str, ...]:
    """Return where the observed figures of a target come from, each source once."""
    places, names = set(target.entity.split("+")), {target.variable, target.upper}
    rows = load_observed().rows
    found = (r.source for r in rows if r.entity in places and r.variable in names and r.period in target.periods)
    return tuple(dict.fromkeys(found))


def _notes(one: FittedTarget, words: Mapping[str, str]) -> tuple[str, ...]:
    aim, held = one.target, one.compared
    notes = [words[ROLES[aim.role]]]
    if aim.padded:
        notes.append(words["cal_padded"])
    if held:
        notes.append(words["cal_inside"].format(inside=sum(f.inside for f in held), count=len(held)))
    return tuple(notes)


def _figure(f: TargetFigure, aim: Target, words: Mapping[str, str]) -> Figure:
    def ends(low: float, high: float) -> str:
        return typographic(f"{plain(low)} {words['to']} {plain(high)}")

    seen, simulated = f.observed == f.observed, f.median == f.median
    compared = seen and f.predicted and f.period in aim.free
    return Figure(
        period=f.period.replace("-", "–"),
        fitted=words["cal_is_fitted" if f.fitted else "cal_not_fitted"],
        observed=typographic(plain(f.observed)) if seen else "–",
        median=typographic(plain(f.median)) if simulated else "–",
        band=ends(f.low, f.high) if simulated else "–",
        predictive=ends(f.predictive_low, f.predictive_high) if f.predicted else "–",
        inside=words["val_inside" if f.inside else "val_outside"] if compared else "–",
    )


# Skill, padding, what is known


@_once
def calibration(fit: str, lang: str) -> Mapping[str, Any]:
    """Return what the report of the calibration shows, as its template takes it."""
    return CalibrationSource(POSTERIORS / FITS[fit][0], lang).context()


@_once
def validation(lang: str) -> Mapping[str, Any]:
    """Return what the report of the validation shows, as its template takes it, in the reader's language."""
    found = ValidationSource(POSTERIORS, lang).context()
    if lang != "zh":
        return found
    known = skill_in_chinese()
    kinds = {"facts": {"title": "facts"}, "published": {"outcome": "results", "said": "published", "why": "reasons"}}

    def told(row: Mapping[str, Any], parts: Mapping[str, str]) -> dict[str, Any]:
        return {**row, **{key: known[part].get(row[key], row[key]) for key, part in parts.items() if key in row}}

    changed: dict[str, Any] = {
        section: {
            **found[section],
            **{key: [told(row, parts) for row in found[section][key]] for key in ("rows", "failed")},
        }
        for section, parts in kinds.items()
    }
    return {**found, **changed, "not_met": [told(row, {"why": "reasons"}) for row in found["not_met"]]}


@cache
def skill_in_chinese() -> Mapping[str, Mapping[str, str]]:
    """Return part of ``trust/skill_zh.toml`` -> English -> Chinese."""
    return tomllib.loads(files("viz").joinpath("trust", "skill_zh.toml").read_text(encoding="utf-8"))


@_once
def padding(lang: str) -> dict[str, Any] | None:
    """Return the section of padding with the name of its series at each chart; None if there is none."""
    words = texts(lang)
    found = padding_section(POSTERIORS / SHIPPED, words, bounds=True)
    if found is None:
        return None
    names = {words[key]: series for series, key in SERIES.items()}
    charts = [{**chart, "name": names.get(chart["title"], chart["title"])} for chart in found["charts"]]
    return {**found, "charts": charts}


def titles_of(name: str, lang: str) -> tuple[str, ...]:
    """Return how the series that judge a variable are called in the tables of the skill card."""
    known = targets()
    words = texts(lang)
    found = [known[target] for target in targets_of(name)]
    return tuple(dict.fromkeys(
        text for t in found for text in (title_of(t, lang), group_word(t.group, words) if not t.scored else "") if text
    ))  # fmt: skip


@_once
def recovery(lang: str) -> Mapping[str, Any] | None:
    """Return what a page shows of the recovery of known truths, or None where there is none."""
    found = recovery_section(POSTERIORS, texts(lang))
    if found is None:
        return None
    rows = csv.DictReader(io.StringIO(read_text(POSTERIORS / RANKS)))
    names = {row["parameter"] for row in rows}
    sizes = sum(name.startswith(DISCREPANCY) for name in names)
    each = texts(lang)["trust_recovery_each"].format(parameters=len(names) - sizes, sizes=sizes)
    return {**found, "each": each}


def prepare(lang: str) -> None:
    """Read and compute what the page shows, so that no topic is waited for."""
    validation(lang)
    recovery(lang)
    padding(lang)
    stability()
    for fit in FITS:
        calibration(fit, lang)


def scored(name: str, lang: str) -> bool:
    """Return whether a series that judges a variable is among the comparisons of the skill card."""
    titles = titles_of(name, lang)
    return any(row["series"] in titles for one in validation(lang)["comparisons"] for row in one["rows"])


def label_of(name: str, lang: str) -> str:
    """Return what an output of the province is called, else the name itself."""
    try:
        return variable("province", name).label_in(lang)
    except KeyError:
        return name


@dataclass(frozen=True)
class Stability:
    """How far two calibrations that differ in their seed agree: parameters the same, all, and what the design adds."""

    same: int
    count: int
    added: float
    different: tuple[str, ...]


@_once
def stability() -> Stability | None:
    """Return the comparison that comes with this version, if there is one."""
    path = POSTERIORS / "stability.csv"
    if not path.is_file():
        return None
    import pandas as pd

    from calibration.stability import added_by_design

    table = pd.read_csv(path)
    same = table["same"].astype(bool)
    return Stability(int(same.sum()), len(table), added_by_design(table), tuple(table["parameter"][~same]))


def by_contraction(fit: str) -> list[Fitted]:
    """Return the fitted parameters, those of which the data tell most first."""
    return sorted(posterior(fit).table, key=lambda row: -row.contraction)


# Tables as files


def shipped_table(name: str) -> str:
    """Return a table that comes with this version as it lies there, with full precision."""
    return read_text(POSTERIORS / name)


def fit_csv(fit: str, names: Sequence[str]) -> str:
    """Return the rows of some targets of a fit as CSV."""
    head, *rows = csv.reader(io.StringIO(read_text(POSTERIORS / FITS[fit][0] / FIT)))
    chosen = set(names)
    return as_csv(head, (row for row in rows if row[0] in chosen))


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV text with Unix line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def fit_table(fit: str, name: str) -> str:
    """Return a table of a fit as it lies there."""
    return shipped_table(f"{FITS[fit][0]}/{name}")


def lazily(make: Callable[..., str], *given: Any) -> Callable[[], str]:
    """Return a function without parameters that makes a file when a user asks for it."""
    return lambda: make(*given)
