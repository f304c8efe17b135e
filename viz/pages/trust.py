"""Page of the app: trust."""

from __future__ import annotations

import solara

from viz.state import use_session


@solara.component
def TrustPage() -> None:
    """Draw the page."""
    session = use_session()
    solara.Text(session.text("app_tab_trust"))
