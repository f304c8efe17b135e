"""What Solara is told holds in the command that users start: no telemetry, no advertisement, no old sessions."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.app.looking import Visit
from tests.app.served import Served

ASK = """
import json, sys
import viz.server
from pathlib import Path

def told(*_):
    import solara.server.starlette
    from solara.server import settings
    print(json.dumps({
        "telemetry": settings.telemetry.mixpanel_enable, "banner": settings.theme.show_banner,
        "kept": str(settings.kernel.cull_timeout), "hidden": settings.session.http_only,
    }))

viz.server.serve = told
from simulator.cli_ui import UiRequest, ui
ui(UiRequest(Path(sys.argv[1]), "127.0.0.1", 0, 1, None, False))
"""


def test_telemetry_is_off_and_sessions_end(results_folder: Path) -> None:
    """Solara reads its settings when it is first imported, so the command must have made them before."""
    command = [sys.executable, "-c", ASK, str(results_folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"telemetry": False, "banner": False, "kept": "15m", "hidden": True}


def test_scripts_of_a_page_cannot_read_the_cookie(served: Served) -> None:
    place = urlsplit(served.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request("GET", "/")
    cookie = connection.getresponse().headers["set-cookie"]
    connection.close()
    assert "httponly" in cookie.lower()
    assert "samesite" not in served.said.lower()  # and the terminal is not filled with what only the web needs


@pytest.mark.browser
def test_pages_hold_no_link_to_elsewhere_but_sources(visit: Visit) -> None:
    page = visit("structure")
    page.locator(".structure-picture svg").first.wait_for()
    assert page.locator("a[href*='solara.dev']").count() == 0
    assert "Solara" not in page.locator("body").inner_text()
