"""The two pictures: current, well-formed, readable, and showing nothing that the rules do not do."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.loop_book import LOOPS, edges
from viz import diagrams
from viz.shapes import Box, Drawing, along, box_of, curve
from viz.structure import loop_picture, stock_picture

DOCS = Path(__file__).resolve().parents[1] / "docs"
SVG = "{http://www.w3.org/2000/svg}"


def drawings() -> dict[str, Drawing]:
    return dict(zip(diagrams.FILES, (stock_picture.stock_picture(), loop_picture.loop_picture()), strict=True))


@pytest.mark.parametrize("name", diagrams.FILES)
def test_file_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == diagrams.pictures()[name], "run: python -m viz.diagrams"


def test_command_writes_both_files(tmp_path: Path) -> None:
    assert diagrams.main(["--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(diagrams.FILES)


@pytest.mark.parametrize("name", diagrams.FILES)
def test_file_stands_alone(name: str) -> None:
    """Title and description for screen readers, a white ground, and nothing fetched from elsewhere."""
    text = diagrams.pictures()[name]
    root = ElementTree.fromstring(text)
    assert [child.tag for child in root][:3] == [f"{SVG}title", f"{SVG}desc", f"{SVG}rect"]
    assert root[2].get("fill") == "#ffffff"
    assert "href" not in text and "<script" not in text and text.count("http") == 1


@pytest.mark.parametrize("name", diagrams.FILES)
def test_nothing_overlaps_or_leaves_the_sheet(name: str) -> None:
    drawing = drawings()[name]
    boxes = list(drawing.boxes.items())
    assert len(boxes) > 50
    for number, (one, box) in enumerate(boxes):
        assert 0 <= box.x - box.width / 2 and box.x + box.width / 2 <= drawing.width, one
        assert 0 <= box.y - box.height / 2 and box.y + box.height / 2 <= drawing.height, one
        assert [other for other, there in boxes[number + 1 :] if box.overlaps(there)] == [], one


@pytest.mark.parametrize("name", diagrams.FILES)
def test_writing_is_large_enough_at_1200_pixels(name: str) -> None:
    drawing = drawings()[name]
    root = ElementTree.fromstring(drawing.svg())
    sizes = [float(text.get("font-size") or 0) * 1200 / drawing.width for text in root.iter(f"{SVG}text")]
    assert min(sizes) > 6.0  # keys of loops beside stocks; everything else is larger
    assert sorted(sizes)[len(sizes) // 2] > 8.5


# --- loops -----------------------------------------------------------------------------------------------------------


def test_every_edge_is_drawn_but_those_told_in_words() -> None:
    drawn = loop_picture.arrows()
    for loop, _, edge in edges():
        if loop_picture.NOT_DRAWN & {edge.source, edge.target}:
            continue
        start, end = loop_picture.node_of(edge.source), loop_picture.node_of(edge.target)
        if start == end and edge.source != edge.target:
            continue
        sign, carried, keys = drawn[start, end]
        assert sign == edge.sign and loop.key in keys
        assert carried or edge.missing
    assert {key for _, _, keys in drawn.values() for key in keys} == {loop.key for loop in LOOPS}


def test_every_loop_has_its_key_in_the_picture() -> None:
    boxes = loop_picture.loop_picture().boxes
    assert {loop.key for loop in LOOPS} <= set(boxes)


def test_steps_that_no_rule_carries_are_dotted() -> None:
    missing = {place for place, (_, carried, _) in loop_picture.arrows().items() if not carried}
    assert missing == {("workers", "wage"), ("emissions", "standard"), ("padding", "audit"), ("cargo", "merger")}
    text = diagrams.pictures()["causal_loops.svg"]
    assert text.count('stroke-dasharray="2 5"') == len(missing) + 1  # and one in the foot


def test_signs_differ_by_more_than_colour() -> None:
    """Arrows that lessen are dashed, and each arrow carries its sign in a disc."""
    drawn = loop_picture.arrows().values()
    text = diagrams.pictures()["causal_loops.svg"]
    negative = sum(1 for sign, carried, _ in drawn if sign < 0 and carried)
    assert text.count('stroke-dasharray="8 4"') == negative + 1  # and one in the foot
    assert text.count(' r="7"') == len(drawn) + 2


def test_edges_of_different_signs_between_the_same_variables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, path, edge = next(edges())
    twice = [(loop, path, edge), (loop, path, replace(edge, sign=-edge.sign))]
    monkeypatch.setattr(loop_picture, "edges", lambda: iter(twice))
    with pytest.raises(ValueError, match="different signs"):
        loop_picture.arrows()


# --- stocks ----------------------------------------------------------------------------------------------------------


def test_stocks_flows_and_links_are_those_of_the_rules() -> None:
    assert stock_picture.check() == []


def test_a_flow_that_its_rule_does_not_carry_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(stock_picture.CHAINS["wage"], inflow=stock_picture.Flow("", "city_environment"))
    monkeypatch.setitem(stock_picture.CHAINS, "wage", wrong)
    assert stock_picture.check() == ["wage: city_environment does not write city.wage"]
    with pytest.raises(ValueError, match="does not write city.wage"):
        stock_picture.stock_picture()


def test_a_stock_that_does_not_carry_over_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = stock_picture.Chain("", "city.private_credit", 0, stock_picture.Flow("", "city_lends"))
    monkeypatch.setitem(stock_picture.CHAINS, "wage", chain)
    assert "wage: city.private_credit does not carry over" in stock_picture.check()


def test_a_link_that_no_rule_carries_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    link = ("emissions", "price", ("city_sets_prices",), 0.0)
    monkeypatch.setattr(stock_picture, "LINKS", (*stock_picture.LINKS, link))
    (text,) = stock_picture.check()
    assert text.startswith("emissions to price: ")


def test_keys_at_a_stock_are_those_of_loops_that_move_it() -> None:
    assert stock_picture.turning("city.graduates") == ["R3", "B7"]
    assert stock_picture.turning("investor.capital") == ["R1"]
    assert stock_picture.turning("city.infrastructure") == []


# --- shapes ----------------------------------------------------------------------------------------------------------


def test_curve_runs_from_edge_to_edge() -> None:
    way = curve(Box(0, 0, 20, 10), Box(100, 0, 40, 10), gap=0.0)
    assert way[0] == pytest.approx((10, 0), abs=0.3)
    assert way[2] == pytest.approx((80, 0), abs=0.3)


def test_bend_is_to_the_right_of_the_way() -> None:
    """On a sheet, whose second coordinate runs down, right of a way to the right is down."""
    assert along(curve(Box(0, 0, 1, 1), Box(100, 0, 1, 1), 0.1), 0.5)[1] == pytest.approx(10, abs=0.3)
    assert along(curve(Box(0, 0, 1, 1), Box(100, 0, 1, 1)), 0.5, aside=7.0)[1] == pytest.approx(7)


def test_chinese_words_need_twice_the_width() -> None:
    assert box_of("工资", 0, 0, 10, 0).width == 20
    assert box_of("ab", 0, 0, 10, 0).width == pytest.approx(11.6)


def test_words_are_escaped() -> None:
    drawing = Drawing(10, 10, "a < b", "c & d")
    drawing.text(1, 1, "R&D")
    root = ElementTree.fromstring(drawing.svg())
    assert [e.text for e in root.iter() if e.text and e.text.strip()] == ["a < b", "c & d", "R&D"]
