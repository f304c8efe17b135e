"""The map: every city once, in its place, with the same border for both neighbours, and how it was made."""

from __future__ import annotations

import math
import re

import pytest

from simulator.records import CITIES, DESTINATIONS, GATEWAYS, PORTS
from simulator.tables import load_table
from simulator.variables import ENTITIES
from viz import basemap
from viz.basemap import make, outlines
from viz.play.map import play_map

KM2 = 111.2**2 * math.cos(math.radians(41.0))
"""Square kilometres of a square degree in the middle of the province."""


def area(ring: tuple[tuple[float, float], ...]) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def inside(point: tuple[float, float], ring: tuple[tuple[float, float], ...]) -> bool:
    x, y = point
    crossings = 0
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            crossings += 1
    return crossings % 2 == 1


def test_every_city_is_there_once_in_the_order_of_the_model() -> None:
    assert tuple(outline.name for outline in outlines()) == CITIES


@pytest.mark.parametrize("number", range(len(CITIES)), ids=CITIES)
def test_a_city_lies_around_its_seat_and_has_about_its_size(number: int) -> None:
    outline = outlines()[number]
    assert inside(outline.seat, outline.rings[0])
    table = load_table("cities")
    assert outline.seat == pytest.approx(
        (table.value(outline.name, "longitude"), table.value(outline.name, "latitude")), abs=1e-3
    )
    known = table.value(outline.name, "area_km2")
    assert sum(map(area, outline.rings)) * KM2 == pytest.approx(known, rel=0.12)


def test_the_pieces_make_up_the_province() -> None:
    whole = sum(area(ring) for outline in outlines() for ring in outline.rings) * KM2
    assert whole == pytest.approx(147_000, rel=0.03)


def test_neighbours_share_the_points_of_their_border() -> None:
    points = [{point for ring in outline.rings for point in ring} for outline in outlines()]
    shenyang, fushun, dalian = (points[CITIES.index(name)] for name in ("Shenyang", "Fushun", "Dalian"))
    assert len(shenyang & fushun) > 10
    assert not shenyang & dalian
    for mine in points:
        assert sum(len(mine & other) > 2 for other in points if other is not mine) >= 2


def test_paths_stay_within_the_picture() -> None:
    for outline in outlines():
        assert re.fullmatch(r"(M[-\d. ]+l[-\d. ]+z)+", outline.path)
        for ring in outline.rings:
            for x, y in (basemap.place(*point) for point in ring):
                assert 0 < x < basemap.WIDTH and 0 < y < basemap.HEIGHT


def test_the_map_holds_ports_places_and_lanes_in_the_order_of_the_results() -> None:
    shown = play_map("en")
    assert [port["key"] for port in shown["ports"]] == list(GATEWAYS)
    assert [port["key"] for port in shown["ports"] if not port["outside"]] == list(PORTS)
    assert [place["name"] for place in shown["places"]] == list(DESTINATIONS)
    assert [lane["key"] for lane in shown["lanes"]] == list(ENTITIES["lane"])
    assert [lane["key"].split(" > ")[1] for lane in shown["lanes"] if lane["inland"]] == ["Rest of China"] * 8
    for mark in (*shown["ports"], *shown["places"], *shown["cities"]):
        assert 0 <= mark["x"] <= basemap.WIDTH and 0 <= mark["y"] <= basemap.HEIGHT, mark


def test_the_map_is_in_the_language_asked_for() -> None:
    assert play_map("zh")["cities"][1]["name"] == "大连"
    assert play_map("zh")["lanes"][0]["name"] == "大连 > 日本"
    assert play_map("zh")["cities"][1]["key"] == "Dalian"


def encoded(points: list[tuple[int, int]], offset: tuple[int, int]) -> str:
    """Return a border as the source writes it."""

    def character(number: int) -> str:
        return chr(((number << 1) ^ (number >> 31)) + 64)

    out, (x, y) = "", offset
    for a, b in points:
        out += character(a - x) + character(b - y)
        x, y = a, b
    return out


def test_borders_are_decoded_from_differences() -> None:
    ring = [(125000, 42000), (125010, 42000), (125010, 41980), (124995, 41990)]
    assert make.decode(encoded([*ring, ring[0]], (124990, 42005)), (124990, 42005)) == ring


def test_a_border_of_two_cities_is_simplified_once_and_corners_stay() -> None:
    wavy = [(0, 0), (100, 2), (200, -2), (300, 1), (400, 0)]  # tolerance: 6.1 units
    above = [*wavy, (400, 300), (0, 300)]
    below = [*reversed(wavy), (0, -300), (400, -300)]
    fixed = make.junctions([above, below])
    assert fixed == {(0, 0), (400, 0)}
    assert make.simplify_ring(above, fixed) == [(0, 0), (400, 0), (400, 300), (0, 300)]
    assert set(make.simplify_ring(below, fixed)) == {(400, 0), (0, 0), (0, -300), (400, -300)}


def test_an_island_keeps_what_stands_out() -> None:
    island = [(0, 0), (50, 1), (100, 0), (100, 100), (0, 100)]
    assert set(make.simplify_ring(island, set())) == {(0, 0), (100, 0), (100, 100), (0, 100)}


def test_islets_are_dropped() -> None:
    square = [(0, 0), (1024, 0), (1024, 1024), (0, 1024)]
    islet = [(2000, 2000), (2020, 2000), (2020, 2020), (2000, 2020)]
    feature = {
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[encoded([*islet, islet[0]], islet[0])], [encoded([*square, square[0]], square[0])]],
            "encodeOffsets": [[list(islet[0])], [list(square[0])]],
        }
    }
    assert make.rings_of(feature) == [square]
