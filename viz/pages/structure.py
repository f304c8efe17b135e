"""Page of the app: structure."""

from __future__ import annotations

import solara

from viz.state import use_session


@solara.component
def StructurePage() -> None:
    """Draw the page."""
    session = use_session()
    solara.Text(session.text("app_tab_structure"))
