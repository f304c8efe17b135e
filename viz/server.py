"""Serve the app to browsers on this machine: nothing is fetched from or told to anybody else."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from viz.state import Settings

LOCAL: Final = ("127.0.0.1", "localhost", "::1")
"""Hosts that only this machine can reach."""
ENVIRONMENT: Final = {
    "SOLARA_APP": "viz.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "liaosim",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",  # what a user who left without a word held is freed after this time
    "SOLARA_SESSION_HTTP_ONLY": "True",
}
"""Set before Solara is imported, which reads them then."""


def serve(settings: Settings, host: str, port: int, ready: Callable[[str], None] = lambda address: None) -> None:
    """Serve the app until interrupted.

    Parameters
    ----------
    settings : Settings
    host, port : str, int
        Port 0: any that is free.
    ready : callable
        Called with the address once browsers can open it.

    Raises
    ------
    OSError
        The port is taken, or the host is not one of this machine.
    """
    import socket

    os.environ.update(ENVIRONMENT)
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    from viz.state import configure

    configure(settings)
    import solara.server.starlette
    import uvicorn

    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(address)

    config = uvicorn.Config(
        solara.server.starlette.app, log_level="error", access_log=False, timeout_graceful_shutdown=3
    )
    Server(config).run([listening])
