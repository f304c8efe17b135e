"""Page of the app: what_if."""

from __future__ import annotations

import solara

from viz.state import use_session


@solara.component
def WhatIfPage() -> None:
    """Draw the page."""
    session = use_session()
    solara.Text(session.text("app_tab_what_if"))
