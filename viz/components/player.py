"""The player of stored runs: maps with a time line, drawn and moved by the browser alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import solara
import traitlets

_HERE = Path(__file__).parent
PARTS = (
    "player_parts.js", "player_map.js", "player_series.js", "player_legend.js", "player_panel.js", "player_picture.js",
    "player.js",
)  # fmt: skip
"""Files that make up the module of the browser, in this order."""


class PlayerWidget(anywidget.AnyWidget):
    """What the browser and the server tell each other.

    Attributes
    ----------
    base : dict
        ``viz.play.map.play_map``.
    figures : dict
        ``viz.play.playback.payload``, with ``words`` and the headings of the sides.
    autoplay : bool
        Whether to begin at once, unless the reader prefers less motion or comes back.
    asked : dict
        ``quarter`` (such as ``2016Q4``) and ``place`` (``city:Dalian``) of the address, empty for where the reader was
        last, and ``compare``, the address of the page with intervals.
    leaving : int
        Counts how often the reader asks for that page.
    quarter, playing, selected : int, bool, str
        Told by the browser when playing stops, the scrubber is let go or a place is chosen (``city:Dalian``).
    """

    _esm = "\n".join((_HERE / part).read_text(encoding="utf-8") for part in PARTS)
    _css = (_HERE / "player.css").read_text(encoding="utf-8")
    base = traitlets.Dict().tag(sync=True)
    figures = traitlets.Dict().tag(sync=True)
    autoplay = traitlets.Bool(False).tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    leaving = traitlets.Int(0).tag(sync=True)
    quarter = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)


@solara.component
def Player(
    base: dict[str, Any],
    figures: dict[str, Any],
    autoplay: bool,
    asked: dict[str, str],
    quarter: solara.Reactive[int],
    selected: solara.Reactive[str],
    leave: Callable[[str], None],
) -> None:
    """Draw the player.

    Parameters
    ----------
    base, figures, autoplay, asked
        See :class:`PlayerWidget`.
    quarter, selected
        Set when the browser tells them; their first values are where it begins.
    leave
        Called with the address of the page with intervals when the reader asks for it.
    """
    PlayerWidget.element(
        base=base,
        figures=figures,
        autoplay=autoplay,
        asked=asked,
        on_leaving=lambda _: leave(asked["compare"]),
        quarter=quarter.value,
        on_quarter=quarter.set,
        selected=selected.value,
        on_selected=selected.set,
    )
