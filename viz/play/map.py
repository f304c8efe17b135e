"""What the player draws beneath the figures: cities, ports and the ways of cargo, as paths of SVG."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from simulator import records as r
from simulator.tables import load_table
from simulator.variables import ENTITIES
from simulator.words import name_word
from viz import basemap

RAIL: Final = r.GATEWAYS[-1]
LANES: Final = ENTITIES["lane"]

_PORT_SHIFT: Final = {"Dalian": (9.0, 5.0), "Huludao": (-4.0, 9.0), "Jinzhou": (3.0, 8.0), "Yingkou": (-6.0, 2.0)}
"""How far a mark stands from its port, towards the sea, so that marks and seats do not hide each other."""
_NAME_SIDE: Final = {"Fushun": "right", "Benxi": "right", "Liaoyang": "left"}
"""Cities so close to others that their name stands beside the seat, not below it."""
_RAIL_START: Final = (123.9, 42.35)
_RAIL_END: Final = (123.2, 43.55)
"""Where the way by rail begins and leaves the picture, degrees."""
_STRAIT: Final = (120.75, 38.55)
"""Where ships leave the Bohai, degrees."""
_OUTSIDE: Final = {"Dalian": (121.9, 38.65), "Dandong": (124.1, 39.3)}
"""Ports that lie outside the Bohai -> where their ships turn, degrees."""
_EDGE: Final[dict[str, tuple[float, float, str]]] = {
    "Rest of China": (0.17, 0.975, "middle"),
    "EU": (0.33, 0.975, "middle"),
    "Hong Kong": (0.43, 0.975, "middle"),
    "ASEAN": (0.55, 0.975, "middle"),
    "Rest of world": (0.70, 0.975, "middle"),
    "USA": (0.86, 0.975, "middle"),
    "Japan": (0.985, 0.90, "end"),
    "Korea": (0.985, 0.78, "end"),
    "Russia": (0.985, 0.66, "end"),
}
"""Destination -> where its label stands, as shares of width and height, and its anchor."""


@cache
def play_map(lang: str) -> dict[str, Any]:
    """Return the parts of the map with names in a language; shared, not to be changed.

    Returns
    -------
    dict
        ``width``, ``height``; ``cities`` (key, name, side of the name, path, x, y), ``ports`` (key, name, outside, x,
        y), ``places`` (name, x, y, anchor) and ``lanes`` (key, name, path, inland), each in the order of the results.
    """
    return {
        "width": basemap.WIDTH,
        "height": basemap.HEIGHT,
        "cities": [_city(outline, lang) for outline in basemap.outlines()],
        "ports": [
            {
                "key": name,
                "name": name_word(name, lang),
                "outside": name not in r.PORTS,
                **_point(*port_place(name)),
            }
            for name in r.GATEWAYS
        ],
        "places": [
            {"name": name_word(name, lang), **_point(*edge_place(name)), "anchor": _EDGE[name][2]}
            for name in r.DESTINATIONS
        ],
        "lanes": [_lane(name, lang) for name in LANES],
    }


def port_place(name: str) -> tuple[float, float]:
    """Return where the mark of a port or another gateway stands, in units of the picture."""
    if name == RAIL:
        return basemap.place(*_RAIL_START)
    x, y = basemap.place(*(load_table("ports").value(name, what) for what in ("longitude", "latitude")))
    dx, dy = _PORT_SHIFT.get(name, (0.0, 0.0))
    return x + dx, y + dy


def edge_place(name: str) -> tuple[float, float]:
    """Return where the label of a destination stands, in units of the picture."""
    x, y, _ = _EDGE[name]
    return x * basemap.WIDTH, y * basemap.HEIGHT


def _city(outline: basemap.Outline, lang: str) -> dict[str, Any]:
    return {
        "key": outline.name,
        "name": name_word(outline.name, lang),
        "side": _NAME_SIDE.get(outline.name, "below"),
        "path": outline.path,
        **_point(*basemap.place(*outline.seat)),
    }


def _point(x: float, y: float) -> dict[str, float]:
    return {"x": round(x, 1), "y": round(y, 1)}


def _lane(name: str, lang: str) -> dict[str, Any]:
    """Return the way from a gateway to a destination: a bow through the strait, round the cape, or north by rail."""
    gateway, destination = name.split(" > ")
    start = port_place(gateway)
    if gateway == RAIL:
        end = basemap.place(*_RAIL_END)
        bend = (start[0], end[1] + 20.0)
    else:
        end = edge_place(destination)
        end = (end[0] - 4.0, end[1] - 4.0) if _EDGE[destination][2] == "end" else (end[0], end[1] - 12.0)
        bend = basemap.place(*_OUTSIDE.get(gateway, _STRAIT))
    path = "M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*start, *bend, *end)
    inland = destination == "Rest of China"
    return {"key": name, "name": name_word(name, lang), "path": path, "inland": inland}
