"""From stored results to what the player plays: one run of one or two scenarios by quarter, and the difference.

Nothing is simulated. A side is one run, the typical one or any other; never medians over runs, which do not add up.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from simulator import periods
from simulator.errors import InputError
from simulator.records import CITIES
from simulator.statistics import FloatArray, percent_change
from simulator.variables import Variable, variable, variables
from simulator.words import unit_word
from viz.library import Opened
from viz.play.agents import arrivals, has_agents
from viz.play.events import play_events
from viz.play.map_classes import difference_limits, level_limits

SHADE: Final = "gdp_real"
SIZE: Final = "fdi"
DISTRESS: Final = "zombie_share"
"""Share of state-owned enterprises of a city that are zombies; a ratio of two stored variables."""
LEAST_TONNAGE: Final = 0.05
"""Mt a quarter below which a lane is not drawn."""


_reading = threading.Lock()  # users who look at the same result read its file once, not all at once


@dataclass(frozen=True, eq=False)
class Side:
    """One run that is shown.

    Raises
    ------
    InputError
        The scenario is not among the results, or the run failed or was never asked for.
    """

    opened: Opened
    scenario: str
    run: int

    def __post_init__(self) -> None:
        """Check that there is such a run."""
        kept = self.opened.results.kept(self.opened.scenario(self.scenario).name)
        if self.run not in kept:
            last = self.opened.results.base.runs - 1
            told = "failed" if 0 <= self.run <= last else f"is not one of 0 to {last}"
            raise InputError(f"run {self.run} of {self.scenario} {told}")

    @property
    def typical(self) -> bool:
        """Whether it is the typical run of its scenario."""
        return self.opened.medoids[self.scenario] == self.run

    @property
    def quarters(self) -> int:
        """Number of quarters."""
        return self.opened.results.base.quarters

    def level(self, level: str, name: str) -> FloatArray:
        """Return a variable of all entities of a level, shape (quarter, entity)."""
        column = [v.name for v in variables()[level]].index(name)
        runs = np.array([self.run], dtype=np.intp)
        with _reading:
            return self.opened.results.values(self.scenario, level, "Q", runs)[0, :, :, column]

    def cities(self, name: str) -> FloatArray:
        """Return a variable of the map, shape (quarter, city)."""
        if name != DISTRESS:
            return self.level("city", name)
        zombies, all_ = self.level("city", "zombies"), self.level("city", "soe_number")
        return np.divide(zombies, all_, out=np.full_like(zombies, np.nan), where=all_ > 0.0)

    def province(self, name: str) -> FloatArray | None:
        """Return a variable of the map for the whole province, shape (quarter,); None if it has no such figure."""
        same = [v for v in variables()["province"] if v.name == name and v.unit == shown(name).unit]
        return self.level("province", name)[:, 0] if same else None


def shown(name: str) -> Variable:
    """Return a variable of the map; ``KeyError`` if there is none of this name."""
    return variable("province" if name == DISTRESS else "city", name)


def choices() -> tuple[str, ...]:
    """Return the variables that the map can show."""
    names = [v.name for v in variables()["city"]]
    return (*names[: names.index("zombies") + 1], DISTRESS, *names[names.index("zombies") + 1 :])


def unit_of(spec: Variable, lang: str, a_quarter: str) -> str:
    """Return the unit of a quarter's figure; `a_quarter` such as ``{unit} a quarter`` is for flows."""
    unit = unit_word(spec.unit, lang)
    return a_quarter.format(unit=unit) if spec.kind == "flow" else unit


def why_apart(old: Side, new: Side) -> tuple[str, str, str] | None:
    """Return what keeps two sides from being subtracted run by run and its value on both; None if nothing does."""
    first, second = (side.opened.results.base for side in (old, new))
    for what, a, b in (
        ("seed", str(first.seed), str(second.seed)),
        ("runs", str(first.runs), str(second.runs)),
        ("parameters", first.parameters.hash[:8], second.parameters.hash[:8]),
        ("model", *(str(side.opened.manifest.get("model_version", "")) for side in (old, new))),
        ("run", str(old.run), str(new.run)),
    ):
        if a != b:
            return what, a, b
    return None


def payload(sides: Sequence[Side], shade: str, size: str, lang: str, words: dict[str, str]) -> dict[str, Any]:
    """Return what the player needs, ready for JSON; numbers with four digits, unknown ones None.

    Parameters
    ----------
    sides
        One or two; the quarters are those that both have.
    shade, size
        Variables of the map (:func:`choices`); `size` may be empty.
    words
        ``a_quarter`` (see :func:`unit_of`) and ``ends`` (said of a policy that stops).

    Returns
    -------
    dict
        ``first``, ``quarters``, ``history`` (quarters of it), ``shade`` and ``size`` (label, unit, limits or most),
        ``lanes`` (numbers of those drawn), ``most`` (greatest port and lane), ``sides`` and ``difference`` or None.
        Series of cities, ports and lanes are flat, one quarter after the other.
    """
    quarters = min(side.quarters for side in sides)
    tonnage = [side.level("lane", "tonnage")[:quarters] for side in sides]
    throughput = [side.level("port", "throughput")[:quarters] for side in sides]
    lanes = np.flatnonzero(np.max([t.max(axis=0) for t in tonnage], axis=0) >= LEAST_TONNAGE)
    shades = [side.cities(shade)[:quarters] for side in sides]
    sizes = [side.cities(size)[:quarters] for side in sides] if size else []
    apart = why_apart(*sides) if len(sides) == 2 else None
    return {
        "first": periods.FIRST_YEAR,
        "quarters": quarters,
        "history": periods.count_until(periods.HISTORY_END),
        "shade": {**_named(shade, lang, words), "limits": level_limits(np.stack(shades))},
        "size": {**_named(size, lang, words), "most": _most(sizes)} if size else None,
        "port": _named_of(variable("port", "throughput"), lang, words),
        "lane": _named_of(variable("lane", "tonnage"), lang, words),
        "distress": _named(DISTRESS, lang, words),
        "lanes": lanes.tolist(),
        "most": {"port": _most(throughput), "lane": _most(tonnage)},
        "sides": [
            _side(side, quarters, lang, words)
            | {"shade": compact(shades[i]), "size": compact(sizes[i]) if size else None}
            | {"ports": compact(throughput[i]), "lanes": compact(tonnage[i][:, lanes])}
            | {"province": _province(side, shade, quarters), "province_size": _province(side, size, quarters)}
            for i, side in enumerate(sides)
        ],
        "difference": None
        if len(sides) != 2 or apart
        else _difference(shade, lang, words, shades, sizes, throughput, [t[:, lanes] for t in tonnage]),
    }


def table(side: Side, name: str) -> str:
    """Return a variable of all cities as CSV: a row a quarter, a column a city."""
    values = side.cities(name)
    lines = [",".join(("scenario", "run", "variable", "unit", "period", *CITIES))]
    spec = shown(name)
    for quarter, row in enumerate(values):
        cells = ["" if not math.isfinite(v) else repr(float(v)) for v in row]
        lines.append(",".join((side.scenario, str(side.run), name, spec.unit, periods.to_label(quarter), *cells)))
    return "\n".join(lines) + "\n"


def compact(values: FloatArray) -> list[float | int | None]:
    """Return numbers one after the other with four significant digits; None for those that are not finite."""
    return [_compact(value) for value in values.ravel().tolist()]


def _compact(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.4g}")
    return int(short) if short == int(short) else short


def _side(side: Side, quarters: int, lang: str, words: dict[str, str]) -> dict[str, Any]:
    scenario = side.opened.scenario(side.scenario)
    found = play_events(scenario, side.opened.scenarios[0], lang, words["ends"], quarters)
    counted = has_agents(side.opened, side.scenario, side.run)
    begun = arrivals(side.opened, side.scenario, quarters) if counted else side.level("city", "fdi")[:quarters]
    return {
        "name": side.scenario,
        "title": scenario.text("title", lang),
        "result": side.opened.name,
        "run": side.run,
        "typical": side.typical,
        "ring": compact(side.cities(DISTRESS)[:quarters]),
        "counted": counted,  # whether arrivals are numbers of projects; else money
        "arrivals": compact(begun),
        "events": [{"quarter": e.quarter, "label": e.label, "text": e.text, "new": e.new} for e in found],
    }


def _difference(
    shade: str,
    lang: str,
    words: dict[str, str],
    shades: list[FloatArray],
    sizes: list[FloatArray],
    throughput: list[FloatArray],
    tonnage: list[FloatArray],
) -> dict[str, Any]:
    """Return the second side minus the first: per cent where every figure allows it, else in the unit."""
    change = percent_change(shades[1][None], shades[0][None])[0]
    relative = shown(shade).kind != "ratio" and bool(np.isfinite(change).all())
    change = change if relative else shades[1] - shades[0]
    apart = [new - old for old, new in (throughput, tonnage)]
    bubbles = sizes[1] - sizes[0] if sizes else None
    most = {"size": 0.0 if bubbles is None else _most([bubbles]), "port": _most(apart[:1]), "lane": _most(apart[1:])}
    return {
        "unit": "%" if relative else _named(shade, lang, words)["unit"],
        "limits": difference_limits(change),
        "shade": compact(change),
        "size": None if bubbles is None else compact(bubbles),
        "ports": compact(apart[0]),
        "lanes": compact(apart[1]),
        "most": most,
    }


def _province(side: Side, name: str, quarters: int) -> list[float | int | None] | None:
    values = side.province(name) if name else None
    return None if values is None else compact(values[:quarters])


def _named(name: str, lang: str, words: dict[str, str]) -> dict[str, Any]:
    return {"name": name, **_named_of(shown(name), lang, words)}


def _named_of(spec: Variable, lang: str, words: dict[str, str]) -> dict[str, Any]:
    return {"label": spec.label_in(lang), "unit": unit_of(spec, lang, words["a_quarter"])}


def _most(values: Sequence[FloatArray]) -> float:
    """Return the greatest size among arrays, 0 if nothing is known."""
    sizes = [float(np.nanmax(np.abs(v))) for v in values if np.isfinite(v).any()]
    return float(f"{max(sizes, default=0.0):.4g}")
