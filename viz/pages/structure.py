"""Page of the app: the loops and stocks of the model, drawn from what its rules read and write, and its quarter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import solara

from viz.components.structure_views import LoopsView, QuarterView, StocksView
from viz.state import address, query_of, use_session

VIEWS: Mapping[str, tuple[Any, str, str]] = {
    "loops": (LoopsView, "structure_view_loops", "structure_lead_loops"),
    "stocks": (StocksView, "structure_view_stocks", "structure_lead_stocks"),
    "quarter": (QuarterView, "structure_view_quarter", "structure_lead_quarter"),
}
"""View, as the address names it -> what draws it, keys of its name and of what it shows."""
KEPT = ("result",)
"""Parameters of the address that belong to other pages and are handed on."""


@solara.component
def StructurePage() -> None:
    """Draw the view that the address names, the loops if it names none."""
    session, router = use_session(), solara.use_router()
    asked = query_of(router.search)
    view = asked.get("view", "")
    if view not in VIEWS:
        view = next(iter(VIEWS))

    def go(**parameters: str) -> None:
        """Open this page with other parameters of the address."""
        router.push(_address(asked, parameters))

    draw, _, lead = VIEWS[view]
    for name in ("trust", "structure"):
        solara.Style(Path(__file__).parents[1] / "components" / f"{name}.css")
    with solara.v.Html(tag="div", class_="structure", attributes={"data-view": view}):
        label = {"aria-label": session.text("structure_views")}
        with solara.v.Html(tag="nav", class_="trust-topics", attributes=label):
            for name, (_, title, _) in VIEWS.items():
                current: dict[str, Any] = {"aria-current": "true"} if name == view else {}
                with solara.Link(_address(asked, {"view": name})):
                    solara.v.Html(tag="span", class_="trust-topic", children=[session.text(title)],
                                  attributes={"data-view": name, **current})  # fmt: skip
        solara.v.Html(tag="h1", class_="trust-lead", children=[session.text(lead)])
        draw(asked, go).key(view)


def _address(asked: Mapping[str, str], parameters: Mapping[str, str]) -> str:
    """Return an address of this page that keeps what belongs to other pages."""
    return address("structure", **{key: asked.get(key, "") for key in KEPT}, **parameters)
