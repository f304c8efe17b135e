"""The pictures of the page on calibration: they draw what its tables say, and nothing is cut off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from calibration.document_pictures import CONTRACTION, FANS, PADDING, PICTURES, pictures
from calibration.document_pictures import FORECASTS as FORECAST_PICTURE
from calibration.document_source import Source
from simulator.parameters import parameters
from simulator.posterior import read_posterior
from tests.posteriors import write_posterior
from tests.test_calibration_report import CONTRACTION as NARROWED

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def with_class(root: ElementTree.Element, tag: str, kind: str) -> list[ElementTree.Element]:
    return [e for e in root.iter(SVG + tag) if kind in e.get("class", "").split()]


def test_fans_shade_held_out_years_only(source: Source) -> None:
    root = drawn(pictures(source)[FANS])
    titles = [e.text for e in with_class(root, "text", "head")]
    assert titles[:2] == ["GDP, 4th census, fitted to 2017", "GDP, 4th census, fitted to 2013"]
    charts = [e for e in root.iter(SVG + "svg") if e is not root]
    assert len(charts) == len(titles) == 8
    shaded = [len(with_class(chart, "rect", "history")) for chart in charts]
    assert shaded == [0, 1] * 4
    hollow = [len(with_class(chart, "circle", "unfitted")) for chart in charts]
    assert hollow == [0, 4] * 4
    assert with_class(root, "rect", "hit") == []


def test_pieces_of_a_picture_lie_inside_it(source: Source) -> None:
    for name, text in pictures(source).items():
        root = drawn(text)
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        assert root.get("aria-label") == PICTURES[name]
        for e in (*root.findall(SVG + "svg"), *root.findall(SVG + "rect")):
            if not e.get("width", "").endswith("%"):
                assert 0.0 <= float(e.get("x", "0")) <= width - float(e.get("width", "0")), name
                assert 0.0 <= float(e.get("y", "0")) <= height - float(e.get("height", "0")), name
        for e in root.findall(SVG + "text"):
            start, length = float(e.get("x", "0")), 6.0 * len(e.text or "")
            left = start - length * {"end": 1.0, "middle": 0.5}.get(_anchor(e), 0.0)
            assert left >= 0.0 and left + length <= width, (name, e.text)


def _anchor(e: ElementTree.Element) -> str:
    return "end" if e.get("class") == "name" else e.get("text-anchor", "start")


def test_bars_are_as_long_as_contractions(source: Source) -> None:
    root = drawn(pictures(source)[CONTRACTION])
    names = [e.text for e in with_class(root, "text", "name")]
    assert names == sorted(NARROWED, key=lambda name: -NARROWED[name])
    blue = with_class(root, "rect", "informed")[:3]
    grey = with_class(root, "rect", "literature")[:2]
    lengths = [float(e.get("width", "0")) for e in (*blue, *grey)]
    shares = [abs(NARROWED[name]) for name in names if name is not None]
    np.testing.assert_allclose(np.array(lengths) / lengths[0], np.array(shares) / shares[0], atol=0.002)


def test_padding_has_a_chart_a_series(source: Source) -> None:
    root = drawn(pictures(source)[PADDING])
    assert [e.text for e in with_class(root, "text", "head")] == [
        "GDP, %", "Fiscal revenue, %", "Foreign investment, %", "Fixed investment, %",
    ]  # fmt: skip


def test_forecasts_stand_beside_what_came(source: Source) -> None:
    root = drawn(pictures(source)[FORECAST_PICTURE])
    assert [e.text for e in with_class(root, "text", "head")] == ["Exports: 1 of 4 years inside"]
    (chart,) = [e for e in root.iter(SVG + "svg") if e is not root]
    assert len(with_class(chart, "circle", "unfitted")) == 4


def test_pictures_of_a_whole_calibration_are_small(source: Source, tmp_path: Path) -> None:
    """As many fitted parameters as there can be, and names as long as they are."""
    some: Mapping[str, float] = {p.name: 0.5 for p in sorted(parameters(), key=lambda p: -len(p.name))[:48]}
    place = write_posterior(tmp_path / "whole", contraction=some)
    whole = Source(place, source.validation, source.card, None, None)
    assert len(read_posterior(place).names) == 48
    texts = [*pictures(source).values(), *pictures(whole).values()]
    assert sum(len(text.encode()) for text in texts) < 400_000
    test_pieces_of_a_picture_lie_inside_it(whole)
