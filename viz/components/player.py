"""The player of stored runs: maps with a time line, drawn and moved by the browser alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import solara
import traitlets

_HERE = Path(__file__).parent
PARTS = ("player_map.js", "player_series.js", "player.js")
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
        Whether to begin at once, unless the reader prefers less motion.
    quarter, playing, selected : int, bool, str
        Told by the browser when playing stops, the scrubber is let go or a place is chosen (``city:Dalian``).
    """

    _esm = "\n".join((_HERE / part).read_text(encoding="utf-8") for part in PARTS)
    _css = (_HERE / "player.css").read_text(encoding="utf-8")
    base = traitlets.Dict().tag(sync=True)
    figures = traitlets.Dict().tag(sync=True)
    autoplay = traitlets.Bool(False).tag(sync=True)
    quarter = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)


@solara.component
def Player(
    base: dict[str, Any],
    figures: dict[str, Any],
    autoplay: bool,
    quarter: solara.Reactive[int],
    selected: solara.Reactive[str],
) -> None:
    """Draw the player.

    Parameters
    ----------
    base, figures, autoplay
        See :class:`PlayerWidget`.
    quarter, selected
        Set when the browser tells them; their first values are where it begins.
    """
    PlayerWidget.element(
        base=base,
        figures=figures,
        autoplay=autoplay,
        quarter=quarter.value,
        on_quarter=quarter.set,
        selected=selected.value,
        on_selected=selected.set,
    )
