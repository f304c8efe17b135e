"""What the map of the difference shows: one run of the second side minus the same run of the first.

One run is mostly chance, so the interval over all runs that both sides have goes with it: at each quarter, for each
city and for the province.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulator.results import IntArray
from simulator.statistics import FloatArray, percent_change, spread
from viz.play.map_classes import difference_limits
from viz.play.names import change_unit, factor_of, shown
from viz.play.playback import Side, compact, most_of, why_apart
from viz.reports.effects import FEW_RUNS

_DIGITS: Final = 3
"""Of the ends of intervals."""


def difference(sides: tuple[Side, ...], shade: str, size: str, lang: str, lanes: list[int]) -> dict[str, Any] | None:
    """Return the difference of two sides, ready for JSON; None if there are not two that share their luck.

    Parameters
    ----------
    shade, size
        Variables of the map; `size` may be empty.
    lanes
        Numbers of the lanes that are drawn.

    Returns
    -------
    dict
        ``unit``, ``size_unit``, ``limits``, ``shade``, ``size``, ``ports``, ``lanes`` and ``most`` as of a side;
        ``low`` and ``high``, the ends of the 90 % interval over ``runs`` runs, shaped like ``shade``; ``few``, whether
        these are too few to tell; ``province`` (``values``, ``low`` and ``high``) or None where the province has no
        such figure.
    """
    if len(sides) != 2 or why_apart(*sides):
        return None
    quarters = min(side.quarters for side in sides)
    first, second = (side.opened.results.kept(side.scenario) for side in sides)
    runs = np.intersect1d(first, second)
    row = int(np.searchsorted(runs, sides[0].run))
    old, new = (side.cities(shade, runs)[:, :quarters] for side in sides)
    relative = shown(shade).kind != "ratio" and bool(np.isfinite(percent_change(new, old)).all())
    change = _change(old, new, shade, relative)
    _, low, high = spread(change)
    throughput, tonnage = (
        np.subtract(*(side.level(level, name)[:quarters] for side in reversed(sides)))
        for level, name in (("port", "throughput"), ("lane", "tonnage"))
    )
    tonnage = tonnage[:, lanes]
    bubbles = _bubbles(sides, size, quarters) if size else None
    return {
        "unit": "%" if relative else change_unit(shown(shade), lang),
        "limits": difference_limits(change[row]),
        "shade": compact(change[row]),
        "low": compact(low, _DIGITS),
        "high": compact(high, _DIGITS),
        "runs": len(runs),
        "few": len(runs) < FEW_RUNS,
        "province": _province(sides, shade, runs, row, quarters, relative),
        "size": None if bubbles is None else compact(bubbles),
        "size_unit": change_unit(shown(size), lang) if size else "",
        "ports": compact(throughput),
        "lanes": compact(tonnage),
        "most": {
            "size": 0.0 if bubbles is None else most_of([bubbles]),
            "port": most_of([throughput]),
            "lane": most_of([tonnage]),
        },
    }


def _change(old: FloatArray, new: FloatArray, name: str, relative: bool) -> FloatArray:
    """Return the change in per cent, else in the unit that is shown."""
    return percent_change(new, old) if relative else (new - old) * factor_of(shown(name))


def _bubbles(sides: tuple[Side, ...], size: str, quarters: int) -> FloatArray:
    old, new = (side.cities(size)[:quarters] for side in sides)
    return _change(old, new, size, relative=False)


def _province(
    sides: tuple[Side, ...], name: str, runs: IntArray, row: int, quarters: int, relative: bool
) -> dict[str, Any] | None:
    """Return the same of the whole province, in the unit of the cities."""
    old, new = (side.province(name, runs) for side in sides)
    if old is None or new is None:
        return None
    change = _change(old[:, :quarters], new[:, :quarters], name, relative)
    _, low, high = spread(change)
    return {"values": compact(change[row]), "low": compact(low, _DIGITS), "high": compact(high, _DIGITS)}
