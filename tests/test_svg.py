"""Charts as SVG: right places, right words, well-formed whatever the numbers."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.svg import (
    BOTTOM,
    FAN_HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Fan,
    FanChart,
    IntervalRow,
    Marker,
    Stretch,
    fan_chart,
    interval_chart,
    share_bar,
    tick_labels,
    ticks,
)

YEARS = (2006, 2007, 2008)


def fan(median: list[float], spread: float = 1.0, style: Any = "new", label: str = "policy") -> Fan:
    middle = np.array(median)
    return Fan(label, style, middle, middle - spread, middle + spread)


def chart(**changes: Any) -> FanChart:
    fields: dict[str, Any] = {"title": "Real GDP", "unit": "bn yuan", "years": YEARS, "fans": (fan([1.0, 2.0, 3.0]),)}
    return FanChart(**fields | changes)


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def elements(text: str, tag: str, kind: str = "") -> list[ElementTree.Element]:
    found = parsed(text).iter("{http://www.w3.org/2000/svg}" + tag)
    return [e for e in found if not kind or kind in e.get("class", "").split()]


def points(element: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in (pair.split(",") for pair in element.get("points", "").split())]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 10.0, (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)),
        (-1.0, 1.0, (-1.0, -0.5, 0.0, 0.5, 1.0)),
        (0.0, 0.00031, (0.0, 0.0001, 0.0002, 0.0003, 0.0004)),
        (1010.0, 1990.0, (1000.0, 1200.0, 1400.0, 1600.0, 1800.0, 2000.0)),
        (5.0, 5.0, (4.4, 4.6, 4.8, 5.0, 5.2, 5.4, 5.6)),
    ],
)
def test_ticks_are_round_and_cover(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_cover_any_range(low: float, width: float) -> None:
    marks = ticks(low, low + width)
    slack = 1e-6 * max(width, abs(low))
    assert marks[0] <= low + slack and marks[-1] >= low + width - slack
    assert 2 <= len(marks) <= 9


def test_tick_labels_have_the_decimals_of_the_step() -> None:
    assert tick_labels((0.0, 0.25, 0.5)) == ("0", "0.25", "0.50")
    assert tick_labels((0.0, 1000.0, 2000.0)) == ("0", "1,000", "2,000")
    assert tick_labels((-0.5, 0.0, 0.5), sign=True) == ("−0.5", "0", "+0.5")


def test_median_and_band_stand_where_the_scale_says() -> None:
    text = fan_chart(chart(fans=(fan([1.0, 2.0, 3.0], 1.0),)))  # from 0 to 4
    (line,) = elements(text, "polyline", "median")
    left, right, bottom = LEFT, WIDTH - RIGHT, FAN_HEIGHT - BOTTOM
    height = bottom - TOP
    assert points(line) == [
        (pytest.approx(x, abs=0.06), pytest.approx(bottom - value / 4 * height, abs=0.06))
        for x, value in ((left, 1.0), ((left + right) / 2, 2.0), (right, 3.0))
    ]
    (band,) = elements(text, "polygon", "band")
    top_of_first, *_, bottom_of_first = points(band)
    assert top_of_first[1] == pytest.approx(bottom - 2 / 4 * height, abs=0.06)
    assert bottom_of_first[1] == pytest.approx(bottom, abs=0.06)


def test_the_base_shows_on_a_scenario_that_does_as_it_does() -> None:
    text = fan_chart(chart(fans=(fan([1.0, 2.0, 3.0], style="base"), fan([1.0, 2.0, 3.0], style="new"))))
    order = [e.get("class") for e in parsed(text).iter() if e.get("class", "").startswith(("band", "median"))]
    assert order == ["band base", "band new", "median new", "median base"]


def test_years_are_named_above_their_right_end_if_there_is_room() -> None:
    found = (Stretch("history", 2006, 2007), Stretch("a name without any room for it", 2008, 2008, tinted=True))
    text = fan_chart(chart(), found)
    assert [e.text for e in elements(text, "text", "tick") if e.text and e.text[-1].isalpha()] == ["history"]
    (name,) = [e for e in elements(text, "text", "tick") if e.text == "history"]
    crowded = fan_chart(chart(unit="a unit that takes all of the room above the first two years"), found)
    assert "history" not in [e.text for e in elements(crowded, "text", "tick")]
    (tint,) = elements(text, "rect", "heldout")
    middle = LEFT + 0.75 * (WIDTH - LEFT - RIGHT)  # where 2007 ends
    assert float(name.get("x", "")) == pytest.approx(middle - 2, abs=0.1) and float(name.get("y", "")) < TOP
    assert float(tint.get("x", "")) == pytest.approx(middle, abs=0.1)
    assert float(tint.get("x", "")) + float(tint.get("width", "")) == pytest.approx(WIDTH - RIGHT, abs=0.2)


def test_negative_bands_lie_below_zero() -> None:
    text = fan_chart(chart(fans=(fan([-3.0, -2.0, -4.0], 0.5),), difference=True))
    (zero,) = elements(text, "line", "zero")
    (band,) = elements(text, "polygon", "band")
    assert all(y > float(zero.get("y1", "nan")) for _, y in points(band))


def test_a_level_chart_has_no_zero_line() -> None:
    assert not elements(fan_chart(chart()), "line", "zero")


def test_years_without_a_value_are_left_out() -> None:
    text = fan_chart(chart(fans=(fan([float("nan"), 2.0, 3.0]),)))
    (line,) = elements(text, "polyline", "median")
    assert len(points(line)) == 2
    assert "2006," not in text


def test_a_fan_without_any_value_is_not_drawn() -> None:
    text = fan_chart(chart(fans=(fan([float("nan")] * 3),)))
    assert not elements(text, "polyline")


def test_a_single_year_is_drawn() -> None:
    text = fan_chart(chart(years=(2006,), fans=(fan([1.0]),)))
    assert len(elements(text, "polyline", "median")) == 1


def test_tooltips_hold_the_values() -> None:
    text = fan_chart(chart(observed=((2007, 2.5),), observed_label="observed"))
    titles = [e.text for e in elements(text, "title")]
    assert titles[1] == "2007, bn yuan\npolicy: 2.00 (1.00 to 3.00)\nobserved: 2.50"


def test_observed_figures_outside_the_years_are_left_out() -> None:
    text = fan_chart(chart(observed=((2005, 1.0), (2007, 2.5), (2011, 9.0)), observed_label="o"))
    (dot,) = elements(text, "circle", "observed")
    assert float(dot.get("cx", "nan")) == pytest.approx((LEFT + WIDTH - RIGHT) / 2, abs=0.06)


def test_markers_outside_the_years_are_left_out() -> None:
    marks = (Marker(2007.0, "A1", "2007Q3: merger", "new"), Marker(2030.0, "A2", "late", "new"))
    text = fan_chart(chart(markers=marks))
    assert [e.text for e in elements(text, "text") if e.text in ("A1", "A2")] == ["A1"]
    assert "2007Q3: merger" in text and "late" not in text


def test_history_ends_between_two_years() -> None:
    (shade,) = elements(fan_chart(chart(history_end=2006)), "rect", "history")
    step = (WIDTH - LEFT - RIGHT) / 2
    assert float(shade.get("width", "nan")) == pytest.approx(step / 2, abs=0.06)
    assert not elements(fan_chart(chart(history_end=2005)), "rect", "history")


def test_text_from_files_is_escaped() -> None:
    evil = '</title><script>alert("x")</script>&'
    text = fan_chart(chart(title=evil, unit=evil, fans=(fan([1.0, 2.0, 3.0], label=evil),)))
    text += interval_chart([IntervalRow(evil, 1.0, 0.5, 2.0)], evil, evil)
    assert "<script" not in text
    assert parsed(f"<div>{text}</div>") is not None


def test_dots_are_filled_only_where_the_interval_leaves_zero_out() -> None:
    rows = [
        IntervalRow("up", 1.0, 0.5, 2.0),
        IntervalRow("down", -1.0, -2.0, -0.5),
        IntervalRow("open", 0.1, -1.0, 1.0),
    ]
    text = interval_chart(rows, "Cities", "%")
    for kind in ("up", "down", "open"):
        (group,) = elements(text, "g", kind)
        assert group.findtext("{http://www.w3.org/2000/svg}text") == kind


def test_an_interval_that_touches_zero_is_not_certain() -> None:
    assert IntervalRow("x", 0.0, 0.0, 0.0).sign == 0
    assert IntervalRow("x", 1.0, 0.0, 2.0).sign == 0


def test_whiskers_stand_where_the_scale_says() -> None:
    text = interval_chart([IntervalRow("a", 0.0, -1.0, 1.0)], "t", "%")  # from -1 to 1
    (whisker,) = elements(text, "line", "whisker")
    (zero,) = elements(text, "line", "zero")
    left, right = float(whisker.get("x1", "nan")), float(whisker.get("x2", "nan"))
    assert float(zero.get("x1", "nan")) == pytest.approx((left + right) / 2, abs=0.11)


def test_shares_fill_the_bar() -> None:
    text = share_bar([("good", 0.25, "good"), ("rest", 0.75, "rest")])
    widths = [float(e.get("width", "nan")) for e in elements(text, "rect", "share")]
    assert widths == [pytest.approx(WIDTH / 4, abs=0.1), pytest.approx(3 * WIDTH / 4, abs=0.1)]
    assert "rest: 75 %" in text


@given(st.lists(st.floats(-1e12, 1e12) | st.just(float("nan")), min_size=3, max_size=3), st.floats(0.0, 1e9))
def test_any_numbers_give_a_well_formed_drawing(median: list[float], spread: float) -> None:
    text = fan_chart(chart(fans=(fan(median, spread),), difference=True))
    assert not re.search(r'="-?(nan|inf)', text)
    assert parsed(text).tag.endswith("svg")
