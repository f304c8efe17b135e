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
from simulator.records import CITIES
from simulator.results import IntArray
from simulator.statistics import FloatArray
from simulator.variables import Variable, variable, variables
from viz.library import Opened
from viz.play.agents import arrivals, has_agents
from viz.play.events import play_events
from viz.play.map_classes import level_limits
from viz.play.names import DISTRESS, factor_of, label_of, shown, unit_of
from viz.play.unshown import UnshownError
from viz.wording import texts

SHADE: Final = "gdp_real"
SIZE: Final = "fdi"
LEAST_TONNAGE: Final = 0.05
"""Mt a quarter below which a lane is not drawn."""
STORED_DIGITS: Final = 7
"""Of the single precision in which series are stored."""


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
            key = "play_run_failed" if 0 <= self.run <= last else "play_run_unknown"
            raise UnshownError(key, "play_advice_run", run=self.run, scenario=self.scenario, last=last)

    @property
    def typical(self) -> bool:
        """Whether it is the typical run of its scenario."""
        return self.opened.medoids[self.scenario] == self.run

    @property
    def quarters(self) -> int:
        """Number of quarters."""
        return self.opened.results.base.quarters

    def level(self, level: str, name: str, runs: IntArray | None = None) -> FloatArray:
        """Return a variable of all entities of a level, shape (quarter, entity); with `runs`, of these, runs first."""
        column = [v.name for v in variables()[level]].index(name)
        chosen = np.array([self.run], dtype=np.intp) if runs is None else runs
        with _reading:
            found = self.opened.results.values(self.scenario, level, "Q", chosen)[:, :, :, column]
        return found[0] if runs is None else found

    def cities(self, name: str, runs: IntArray | None = None) -> FloatArray:
        """Return a variable of the map as stored, shape (quarter, city); with `runs`, of these, runs first."""
        if name != DISTRESS:
            return self.level("city", name, runs)
        zombies, all_ = self.level("city", "zombies", runs), self.level("city", "soe_number", runs)
        return np.divide(zombies, all_, out=np.full_like(zombies, np.nan), where=all_ > 0.0)

    def province(self, name: str, runs: IntArray | None = None) -> FloatArray | None:
        """Return a variable of the map for the whole province, shape (quarter,); None if it has no such figure."""
        same = [v for v in variables()["province"] if v.name == name and v.unit == shown(name).unit]
        return self.level("province", name, runs)[..., 0] if same else None


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


def payload(sides: Sequence[Side], shade: str, size: str, lang: str) -> dict[str, Any]:
    """Return what the player needs, ready for JSON; numbers with four digits, unknown ones None.

    Parameters
    ----------
    sides
        One or two; the quarters are those that both have.
    shade, size
        Variables of the map (:func:`choices`); `size` may be empty.

    Returns
    -------
    dict
        ``first``, ``quarters``, ``history`` (quarters of it), ``shade`` and ``size`` (label, unit, limits or most),
        ``lanes`` (numbers of those drawn), ``most`` (greatest port and lane), ``sides`` and ``difference`` or None
        (``viz.play.difference``).
        Series of cities, ports and lanes are flat, one quarter after the other.
    """
    quarters = min(side.quarters for side in sides)
    tonnage = [side.level("lane", "tonnage")[:quarters] for side in sides]
    throughput = [side.level("port", "throughput")[:quarters] for side in sides]
    lanes = np.flatnonzero(np.max([t.max(axis=0) for t in tonnage], axis=0) >= LEAST_TONNAGE)
    shades = [_scaled(side.cities(shade), shade)[:quarters] for side in sides]
    sizes = [_scaled(side.cities(size), size)[:quarters] for side in sides] if size else []
    return {
        "first": periods.FIRST_YEAR,
        "quarters": quarters,
        "history": periods.count_until(periods.HISTORY_END),
        "shade": {**_named(shade, lang), "limits": level_limits(np.stack(shades))},
        "size": {**_named(size, lang), "most": most_of(sizes)} if size else None,
        "port": _named_of(variable("port", "throughput"), lang),
        "lane": _named_of(variable("lane", "tonnage"), lang),
        "distress": _named(DISTRESS, lang),
        "lanes": lanes.tolist(),
        "most": {"port": most_of(throughput), "lane": most_of(tonnage)},
        "sides": [
            _side(side, quarters, lang)
            | {"shade": compact(shades[i]), "size": compact(sizes[i]) if size else None}
            | {"ports": compact(throughput[i]), "lanes": compact(tonnage[i][:, lanes])}
            | {"province": _province(side, shade, quarters), "province_size": _province(side, size, quarters)}
            for i, side in enumerate(sides)
        ],
        "difference": None,
    }


def table(side: Side, name: str) -> str:
    """Return a variable of all cities as CSV: a row a quarter, a column a city; as many digits as are stored."""
    values = _scaled(side.cities(name), name)
    lines = [",".join(("scenario", "run", "variable", "unit", "period", *CITIES))]
    unit = unit_of(shown(name), "en")
    for quarter, row in enumerate(values):
        cells = ["" if not math.isfinite(v) else f"{v:.{STORED_DIGITS}g}" for v in row]
        lines.append(",".join((side.scenario, str(side.run), name, unit, periods.to_label(quarter), *cells)))
    return "\n".join(lines) + "\n"


def compact(values: FloatArray, digits: int = 4) -> list[float | int | None]:
    """Return numbers one after the other with so many significant digits; None for those that are not finite."""
    return [_compact(value, digits) for value in values.ravel().tolist()]


def _compact(value: float, digits: int) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short == int(short) else short


def most_of(values: Sequence[FloatArray]) -> float:
    """Return the greatest size among arrays, 0 if nothing is known."""
    sizes = [float(np.nanmax(np.abs(v))) for v in values if np.isfinite(v).any()]
    return float(f"{max(sizes, default=0.0):.4g}")


def _side(side: Side, quarters: int, lang: str) -> dict[str, Any]:
    scenario = side.opened.scenario(side.scenario)
    found = play_events(scenario, side.opened.scenarios[0], lang, texts(lang)["ends"], quarters)
    counted = has_agents(side.opened, side.scenario, side.run)
    begun = arrivals(side.opened, side.scenario, quarters) if counted else side.level("city", "fdi")[:quarters]
    return {
        "name": side.scenario,
        "result": side.opened.name,
        "run": side.run,
        "typical": side.typical,
        "ring": compact(_scaled(side.cities(DISTRESS), DISTRESS)[:quarters]),
        "counted": counted,  # whether arrivals are numbers of projects; else money
        "arrivals": compact(begun),
        "events": [{"quarter": e.quarter, "label": e.label, "text": e.text, "new": e.new} for e in found],
    }


def _province(side: Side, name: str, quarters: int) -> list[float | int | None] | None:
    values = side.province(name) if name else None
    return None if values is None else compact(_scaled(values, name)[:quarters])


def _scaled(values: FloatArray, name: str) -> FloatArray:
    """Return stored figures as they are shown."""
    return np.asarray(values * factor_of(shown(name)))


def _named(name: str, lang: str) -> dict[str, Any]:
    return {"name": name, **_named_of(shown(name), lang), "label": label_of(name, lang)}


def _named_of(spec: Variable, lang: str) -> dict[str, Any]:
    return {"label": spec.label_in(lang), "unit": unit_of(spec, lang)}
