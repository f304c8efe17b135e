"""Page of the app: compare."""

from __future__ import annotations

import solara

from viz.state import use_session


@solara.component
def ComparePage() -> None:
    """Draw the page."""
    session = use_session()
    solara.Text(session.text("app_tab_compare"))
