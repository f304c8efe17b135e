"""HTML and drawings that the server makes, whose marked elements can be clicked or chosen by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import solara
import traitlets


class _ViewWidget(anywidget.AnyWidget):
    """The browser's side is ``trust_view.js``."""

    _esm = Path(__file__).with_name("trust_view.js")
    html = traitlets.Unicode("").tag(sync=True)
    told = traitlets.Dict({}).tag(sync=True)


@solara.component
def View(html: str, on_key: Callable[[str], Any] | None = None) -> None:
    """Show HTML.

    Parameters
    ----------
    html
        Escaped where it holds texts of users; nothing in it is checked here. An element with ``data-scroll`` is
        scrolled to (``data-scroll="center"``: to the middle).
    on_key
        Called with the ``data-key`` of an element that a user clicks or presses Enter on.
    """

    def told(message: dict[str, Any]) -> None:
        if on_key is not None and isinstance(message.get("key"), str):
            on_key(message["key"])

    _ViewWidget.element(html=html, on_told=told)


@solara.component
def Choice(label: str, choices: Mapping[str, str], value: str, on_value: Callable[[str], Any]) -> None:
    """Let a user choose one of some values by their words."""
    items = [{"text": text, "value": key} for key, text in choices.items()]
    solara.v.Select(label=label, items=items, v_model=value, on_v_model=on_value, dense=True, hide_details=True,
                    outlined=True, class_="trust-choice")  # fmt: skip
