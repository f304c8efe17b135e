"""Parts of the charts that the browser draws: colours, words of a tooltip, and the strips that carry them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from simulator.numbers import plain
from viz.wording import signed, typographic

FONT: Final = (
    '"Segoe UI","Noto Sans","Helvetica Neue",Arial,"PingFang SC","Microsoft YaHei","WenQuanYi Micro Hei",'
    "sans-serif"
)
CLEAR: Final = "rgba(0,0,0,0)"
HIDDEN: Final[Mapping[str, Any]] = {
    "type": "value", "axisLabel": {"show": False}, "axisLine": {"show": False}, "axisTick": {"show": False},
    "splitLine": {"show": False},
}  # fmt: skip
BELOW: Final[Mapping[str, Any]] = {"markLine": {"z": 1}, "markArea": {"z": 0}}
"""Lines and areas of all series lie below their lines and dots; a series cannot say so of its own."""
LINES: Final[Mapping[str, Any]] = {"silent": True, "symbol": "none", "animation": False, "precision": 12}
"""Of lines across a drawing; ECharts else rounds where they stand to two digits."""


@dataclass(frozen=True)
class Palette:
    """Colours of one theme, those of ``components/app.css``; ``more`` are of a second and third new scenario."""

    ink: str
    quiet: str
    line: str
    ground: str
    panel: str
    accent: str
    base: str
    up: str
    down: str
    more: tuple[str, ...]


LIGHT: Final = Palette(
    ink="#1c2530", quiet="#55606d", line="#d5dae0", ground="#ffffff", panel="#f5f7f9", accent="#0b5c8a",
    base="#646c78", up="#1b7a5a", down="#a83a5b", more=("#b5451b", "#7a4fa3"),
)  # fmt: skip
DARK: Final = Palette(
    ink="#e8ecf1", quiet="#a9b4c0", line="#3a434e", ground="#12171d", panel="#1b222a", accent="#7cc3ea",
    base="#a3adb9", up="#6fcfa7", down="#ee92ae", more=("#f29a70", "#b79be0"),
)  # fmt: skip


def palette(dark: bool) -> Palette:
    """Return the colours of a theme."""
    return DARK if dark else LIGHT


def value_text(median: float, low: float, high: float, to: str, sign: bool = False) -> str:
    """Return a median and its interval as text, a dash where they are unknown."""
    number = signed if sign else plain
    if not math.isfinite(median):
        return "–"
    return typographic(f"{number(median)} ({number(low)} {to} {number(high)})")


def room(labels: Sequence[str]) -> int:
    """Return the width in pixels that labels of ticks need."""
    return 14 + 7 * max(len(label) for label in labels)


def safe(text: str) -> str:
    """Return a text for a tooltip: no markup, and no braces, in which ECharts looks for names of its own."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")


def key(color: str) -> str:
    """Return the mark of a colour before a line of a tooltip."""
    return f'<span style="display:inline-block;width:10px;height:3px;margin:0 5px 3px 0;background:{color}"></span>'


def strips(texts: Sequence[str], p: Palette) -> dict[str, Any]:
    """Return invisible bars over the whole height (or width) that carry the tooltips."""
    data = [{"value": 1 if text else None, "tooltip": {"formatter": text}} for text in texts]
    return {
        "type": "bar", "name": "tooltips", "yAxisIndex": 1, "barWidth": "100%", "z": 6, "cursor": "default",
        "itemStyle": {"color": CLEAR}, "emphasis": {"itemStyle": {"color": p.quiet, "opacity": 0.12}}, "data": data,
    }  # fmt: skip


def tooltip(p: Palette) -> dict[str, Any]:
    """Return how tooltips look."""
    return {
        "trigger": "item", "confine": True, "transitionDuration": 0, "backgroundColor": p.ground,
        "borderColor": p.quiet, "textStyle": {"color": p.ink, "fontSize": 12},
        "extraCssText": "max-width:360px;white-space:normal;text-align:left;",
    }  # fmt: skip
