"""Words can be read: every colour that the app writes with has contrast AA (WCAG 2.1, 4.5 to 1) on both its grounds."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from viz.chart_parts import DARK, LIGHT, Palette

STYLE = files("viz").joinpath("components", "app.css").read_text(encoding="utf-8")
LEAST = 4.5
WORDS = ("ink", "quiet", "accent", "base", "new", "up", "down")
GROUNDS = ("ground", "panel")


def colours(theme: str) -> dict[str, str]:
    """Return the colours of a theme; the dark one replaces those of the light one."""
    found: dict[str, str] = {}
    for block in (".liaosim {", *([".liaosim-dark {"] if theme == "dark" else [])):
        body = STYLE[STYLE.index(f"\n{block}") :].partition("}")[0]
        found |= dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", body))
    return found


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.1 defines it."""
    parts = [int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("word", WORDS)
def test_words_stand_out_from_their_ground(theme: str, ground: str, word: str) -> None:
    known = colours(theme)
    assert contrast(known[word], known[ground]) >= LEAST


@pytest.mark.parametrize(("theme", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_charts_have_the_colours_of_the_page(theme: str, palette: Palette) -> None:
    known = colours(theme)
    shared = ("ink", "quiet", "line", "ground", "panel", "accent", "base", "up", "down")
    assert {name: getattr(palette, name) for name in shared} == {name: known[name] for name in shared}
    assert all(contrast(colour, palette.ground) >= LEAST for colour in palette.more)
