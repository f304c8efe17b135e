"""Keys of the charts: what each line, band and dot stands for, with samples that look as the chart draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from viz.chart_parts import Palette, palette
from viz.svg import Fan, FanChart


@dataclass(frozen=True)
class Style:
    """Colour, dash (as ECharts has it) and opacity of the band of a fan; the band of the base has an outline."""

    color: str
    dash: Any
    opacity: float
    outlined: bool = False


@dataclass(frozen=True)
class Key:
    """One entry: what it is called, samples as styles of CSS, and what the tooltip says."""

    kind: Literal["line", "band", "observed"]
    label: str
    samples: tuple[str, ...]
    tip: str = ""


def styles_of(fans: Sequence[Fan], p: Palette) -> list[Style]:
    """Return the style of each fan: the base grey and dashed, others in colours that differ in lightness."""
    colors, dashes = (p.accent, *p.more), ("solid", [9, 3, 2, 3], [2, 3])
    found, new = [], 0
    for fan in fans:
        if fan.style == "base":
            found.append(Style(p.base, [5, 4], 0.16, outlined=True))
        else:
            found.append(Style(colors[new % len(colors)], dashes[new % len(dashes)], 0.22))
            new += 1
    return found


def legend_of(chart: FanChart, words: Mapping[str, str], dark: bool = False) -> list[Key]:
    """Return the keys of a fan chart: its lines, then one for all bands, then what was observed."""
    p = palette(dark)
    drawn = [(f, s) for f, s in zip(chart.fans, styles_of(chart.fans, p), strict=True) if np.isfinite(f.median).any()]
    keys = [Key("line", fan.label, (_line(style),), fan.name) for fan, style in drawn]
    if drawn:
        keys.append(Key("band", words["chart_band"], tuple(_band(style) for _, style in drawn)))
    if chart.observed:
        keys.append(Key("observed", chart.observed_label, (f"background:{p.ink}",)))
    return keys


def _line(style: Style) -> str:
    if style.dash == "solid":
        return f"background:{style.color}"
    stops, place = [], 0
    for i, length in enumerate(style.dash):
        color = style.color if i % 2 == 0 else "transparent"
        stops.append(f"{color} {place}px {place + length}px")
        place += length
    return f"background:repeating-linear-gradient(90deg,{','.join(stops)})"


def _band(style: Style) -> str:
    red, green, blue = (int(style.color[i : i + 2], 16) for i in (1, 3, 5))
    frame = f";border:1px dashed {style.color}" if style.outlined else ""
    return f"background:rgba({red},{green},{blue},{style.opacity + 0.08:.2f}){frame}"
