"""The choice of the result that a page shows, and the folders that cannot be opened."""

from __future__ import annotations

from collections.abc import Callable

import solara

from viz.state import library, use_session


@solara.component
def PickResult(on_pick: Callable[[str], None] | None = None) -> None:
    """Draw a selector of the results that can be opened; the choice is the session's, so it holds on every page.

    Parameters
    ----------
    on_pick
        Called with the name that is picked, after the session knows it.
    """
    session = use_session()
    names = solara.use_memo(lambda: list(library().names()), dependencies=[session.folder.value])
    if not names:
        return

    def pick(name: str) -> None:
        session.folder.set(name)
        if on_pick is not None:
            on_pick(name)

    shown = names if session.folder.value in names else [session.folder.value, *names]
    solara.v.Select(
        label=session.text("compare_result"), items=[name for name in shown if name], v_model=session.folder.value,
        on_v_model=pick, dense=True, outlined=True, hide_details=True, class_="liaosim-pick-result",
    )  # fmt: skip


@solara.component
def Damaged(page: str) -> None:
    """Draw, folded, which folders cannot be opened and why; nothing if all can. They are read again on each page."""
    session = use_session()
    dependencies = [session.folder.value, page]
    entries = solara.use_memo(lambda: [e for e in library().entries() if e.problem], dependencies=dependencies)
    if not entries:
        return
    items = [
        solara.v.Html(tag="li", children=[solara.v.Html(tag="b", children=[entry.name]), f": {entry.problem}"])
        for entry in entries
    ]
    with solara.v.Html(tag="details", class_="liaosim-damaged"):
        solara.v.Html(tag="summary", children=[session.text("app_damaged", number=len(entries))])
        solara.v.Html(tag="ul", children=items, attributes={"lang": "en"})
