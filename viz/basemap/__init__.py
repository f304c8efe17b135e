"""Outlines of the 14 cities, schematic: see NOTICE for source and licence; ``make.py`` made them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

WEST: Final = 117.3
EAST: Final = 126.6
SOUTH: Final = 38.25
NORTH: Final = 43.6
"""Edges of the picture in degrees: the province, its ports and room for the way to other places."""
SCALE: Final = 100.0
"""Units of the picture for a degree of latitude."""
_NARROW: Final = math.cos(math.radians(41.0))
"""A degree of longitude over one of latitude, in the middle of the province."""

WIDTH: Final = round((EAST - WEST) * _NARROW * SCALE)
HEIGHT: Final = round((NORTH - SOUTH) * SCALE)


@dataclass(frozen=True)
class Outline:
    """Where a city lies.

    Attributes
    ----------
    name : str
        As in ``simulator.records.CITIES``.
    seat : tuple of float
        Longitude and latitude of the seat of its government, degrees.
    rings : tuple of tuple of tuple of float
        Closed borders, the largest first; points of longitude and latitude, the first not repeated.
    """

    name: str
    seat: tuple[float, float]
    rings: tuple[tuple[tuple[float, float], ...], ...]

    @property
    def path(self) -> str:
        """The borders as a path of SVG, in units of the picture."""
        return "".join(_path(ring) for ring in self.rings)


def place(longitude: float, latitude: float) -> tuple[float, float]:
    """Return x to the right and y downwards of a point of the Earth, in units of the picture."""
    return (longitude - WEST) * _NARROW * SCALE, (NORTH - latitude) * SCALE


@cache
def outlines() -> tuple[Outline, ...]:
    """Return the cities in the order of ``simulator.records.CITIES``."""
    raw = json.loads(files("viz").joinpath("basemap", "liaoning.json").read_text(encoding="utf-8"))
    return tuple(
        Outline(
            city["name"],
            (city["seat"][0], city["seat"][1]),
            tuple(tuple(zip(ring[::2], ring[1::2], strict=True)) for ring in city["rings"]),
        )
        for city in raw["cities"]
    )


def _path(ring: tuple[tuple[float, float], ...]) -> str:
    """Return a closed path in steps of tenths of a unit, each from the point before."""
    points = [(round(10 * x), round(10 * y)) for x, y in (place(*point) for point in ring)]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(points, points[1:], strict=False)]
    moves = " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps)
    return f"M{points[0][0] / 10:g} {points[0][1] / 10:g}l{moves}z"
