"""Make ``liaoning.json`` from the province map of the package echarts 4.9.0: decoded, simplified, islets dropped.

Needs nothing but Python. Get the package with npm, unpack ``map/json/province/liaoning.json`` and give its place:

    python viz/basemap/make.py liaoning.json viz/basemap/liaoning.json
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

UNIT: Final = 1024
"""Points of the source are whole multiples of 1/1024 of a degree."""
TOLERANCE: Final = 0.006
"""Degrees that a simplified border may lie off the one of the source."""
LEAST_AREA: Final = 0.0025
"""Square degrees below which a piece of a city is an islet and dropped; about 23 km²."""

CITIES: Final = {
    "沈阳市": "Shenyang", "大连市": "Dalian", "鞍山市": "Anshan", "抚顺市": "Fushun", "本溪市": "Benxi",
    "丹东市": "Dandong", "锦州市": "Jinzhou", "营口市": "Yingkou", "阜新市": "Fuxin", "辽阳市": "Liaoyang",
    "盘锦市": "Panjin", "铁岭市": "Tieling", "朝阳市": "Chaoyang", "葫芦岛市": "Huludao",
}  # fmt: skip
"""Name in the source -> name in the project, in its order."""

Point = tuple[int, int]
Ring = list[Point]
"""A closed border without its last point, which is its first again."""


def decode(text: str, offset: Iterable[int]) -> Ring:
    """Return the ring of an encoded border: differences between points, zigzag and one character each."""
    x, y = offset
    ring: Ring = []
    for first, second in zip(text[::2], text[1::2], strict=True):
        x, y = x + _difference(first), y + _difference(second)
        ring.append((x, y))
    return ring[:-1] if ring[0] == ring[-1] else ring


def _difference(character: str) -> int:
    number = ord(character) - 64
    return (number >> 1) ^ -(number & 1)


def area(ring: Ring) -> float:
    """Return the area of a ring in square degrees."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2 / UNIT**2


def junctions(rings: Iterable[Ring]) -> set[Point]:
    """Return the points where borders meet or part: those with other than two neighbours over all rings."""
    near: dict[Point, set[Point]] = defaultdict(set)
    for ring in rings:
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            near[a].add(b)
            near[b].add(a)
    return {point for point, others in near.items() if len(others) != 2}


def simplify_ring(ring: Ring, fixed: set[Point]) -> Ring:
    """Return a ring with fewer points; between two junctions both cities get the same border, so no gap opens."""
    places = [i for i, point in enumerate(ring) if point in fixed]
    if len(places) < 2:  # an island: cut it in two at points far from each other
        start = ring.index(min(ring))
        places = sorted({start, max(range(len(ring)), key=lambda i: _squared(ring[start], ring[i]))})
    out: Ring = []
    for start, end in zip(places, [*places[1:], places[0] + len(ring)], strict=True):
        piece = [ring[i % len(ring)] for i in range(start, end + 1)]
        turned = piece[0] > piece[-1]  # the same direction for both cities
        kept = list(_douglas_peucker(piece[::-1] if turned else piece, TOLERANCE * UNIT))
        out += (kept[::-1] if turned else kept)[:-1]
    return out


def _douglas_peucker(line: list[Point], tolerance: float) -> Iterator[Point]:
    """Yield the points that a line needs to stay within a distance of all that it had."""
    keep = {0, len(line) - 1}
    open_ = [(0, len(line) - 1)]
    while open_:
        start, end = open_.pop()
        if end - start < 2:
            continue
        far = max(range(start + 1, end), key=lambda i: _squared_off(line[i], line[start], line[end]))
        if _squared_off(line[far], line[start], line[end]) > tolerance**2:
            keep.add(far)
            open_ += [(start, far), (far, end)]
    return (line[i] for i in sorted(keep))


def _squared(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _squared_off(point: Point, a: Point, b: Point) -> float:
    """Return the squared distance of a point from the stretch between two."""
    length = _squared(a, b)
    if length == 0:
        return _squared(point, a)
    along = ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length
    along = min(1.0, max(0.0, along))
    dx, dy = a[0] + along * (b[0] - a[0]) - point[0], a[1] + along * (b[1] - a[1]) - point[1]
    return dx * dx + dy * dy


def rings_of(feature: dict[str, Any]) -> list[Ring]:
    """Return the pieces of a city that are no islets, the largest first."""
    shape = feature["geometry"]
    many = shape["type"] == "MultiPolygon"
    pieces = shape["coordinates"] if many else [shape["coordinates"]]
    offsets = shape["encodeOffsets"] if many else [shape["encodeOffsets"]]
    rings = [decode(piece[0], offset[0]) for piece, offset in zip(pieces, offsets, strict=True)]
    return sorted((ring for ring in rings if area(ring) >= LEAST_AREA), key=area, reverse=True)


def make(source: dict[str, Any]) -> list[dict[str, Any]]:
    """Return name, seat and rings of the cities in the project's order; degrees, a number after the other."""
    features = {feature["properties"]["name"]: feature for feature in source["features"]}
    rings = {name: rings_of(features[name]) for name in CITIES}
    fixed = junctions(ring for of_city in rings.values() for ring in of_city)
    return [
        {
            "name": CITIES[name],
            "seat": [round(degree, 4) for degree in features[name]["properties"]["cp"]],
            "rings": [
                [round(number / UNIT, 3) for point in simplify_ring(ring, fixed) for number in point]
                for ring in of_city
            ],
        }
        for name, of_city in rings.items()
    ]


def main(source: Path, target: Path) -> None:
    """Write the project's map."""
    cities = make(json.loads(source.read_text(encoding="utf-8")))
    lines = ",\n".join(json.dumps(city, separators=(",", ":")) for city in cities)
    target.write_text(f'{{"cities":[\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
