"""The choice of the result that a page shows."""

from __future__ import annotations

import solara

from viz.state import library, use_session


@solara.component
def PickResult() -> None:
    """Draw a selector of the results that can be opened; the choice is the session's, so it holds on every page."""
    session = use_session()
    names = solara.use_memo(lambda: list(library().names()), dependencies=[session.folder.value])
    if not names:
        return
    shown = names if session.folder.value in names else [session.folder.value, *names]
    solara.v.Select(
        label=session.text("compare_result"), items=[name for name in shown if name], v_model=session.folder.value,
        on_v_model=session.folder.set, dense=True, outlined=True, hide_details=True, class_="liaosim-pick-result",
        attributes={"aria-label": session.text("compare_result")},
    )  # fmt: skip
