"""Serve the app to browsers on this machine: nothing is fetched from or told to anybody else."""

from __future__ import annotations

import os
import socket
import sys
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from viz.state import Settings

LOCAL: Final = ("127.0.0.1", "localhost", "::1")
"""Hosts that only this machine can reach."""
EVERYWHERE: Final = ("0.0.0.0", "::")
"""Hosts that stand for all addresses of this machine."""
ENVIRONMENT: Final = {
    "SOLARA_APP": "viz.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "liaosim",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_KERNEL_CULL_TIMEOUT": "15m",
    "SOLARA_SESSION_HTTP_ONLY": "True",
    "REACTON_FAST": "1", # draw anew only what changed, not the whole page
}
"""Set before Solara is imported, which reads them then. Who leaves without a word is forgotten after 15 minutes."""
MOST_BYTES: Final = 2_000_000
"""Of one message from a browser; a scenario file has less than a tenth of it."""
_POLICY: Final = b"default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'none'"
"""Browsers refuse whatever a page would fetch from elsewhere, and to show the app inside a page of another site."""
HEADERS: Final = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
_FORBIDDEN: Final = 403
_MISSING: Final = 404
_TRIMMED_FROM, _MAPPED_FROM, _ARENAS = -1, -3, -8
"""Parameters of mallopt(3)."""

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


def prepare() -> None:
    """Say to Solara how to work. It asks once, when it is imported, so this comes before anything that imports it."""
    os.environ.update(ENVIRONMENT)


def _give_memory_back() -> None:
    """Let the C library return what is freed to the system, so that the server does not grow with every visit.

    By default glibc keeps an arena for each of many threads and raises the size from which a block is returned at
    once. Other C libraries are left as they are.
    """
    import ctypes

    if sys.platform.startswith("linux"):
        try:
            library = ctypes.CDLL("libc.so.6")
            library.mallopt(_ARENAS, 2)
            library.mallopt(_MAPPED_FROM, 128 * 1024)
            library.mallopt(_TRIMMED_FROM, 128 * 1024)
        except (OSError, AttributeError):
            return


def listen(host: str, port: int) -> socket.socket:
    """Take a port of this machine; 0: any that is free.

    Raises
    ------
    OSError
        The port is taken, or the host is not one of this machine.
    """
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


def address_of(listening: socket.socket, host: str) -> str:
    """Return what to open in a browser; by the name of this machine if it listens everywhere."""
    shown = socket.gethostname() if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"


def serve(
    settings: Settings, listening: socket.socket, host: str, ready: Callable[[str], None] = lambda address: None
) -> None:
    """Serve the app until interrupted.

    Parameters
    ----------
    settings : Settings
    listening : socket
        Given by ``listen``.
    host : str
        Where it listens.
    ready : callable
        Called with the address once browsers can open it.
    """
    prepare()
    _give_memory_back()
    from viz.state import configure

    configure(settings)
    warnings.filterwarnings("ignore", "Cookies with samesite=none", UserWarning)  # of use to sites on the web alone
    import solara.server.starlette
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(address_of(listening, host))

    application = own_pages_only(solara.server.starlette.app, host)
    config = uvicorn.Config(
        application, log_level="error", access_log=False, timeout_graceful_shutdown=2, ws_max_size=MOST_BYTES
    )
    Server(config).run([listening])


def own_pages_only(application: Application, host: str) -> Application:
    """Return an application that answers the pages it serves itself, and no page of another site in the same browser.

    Another site could otherwise open a connection to this machine's server (cross-site WebSocket hijacking), or reach
    it under a name of its own (DNS rebinding).

    Parameters
    ----------
    application : callable
        ASGI application.
    host : str
        Where it listens. If others than this machine can reach that, it may be called by any name.
    """

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _welcome(dict(scope["headers"]), host):
            await application(scope, receive, _headed(scope, send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": _FORBIDDEN, "headers": headers})
            await send({"type": "http.response.body", "body": b"This address is not the one of the app."})

    return guarded


def _headed(scope: Message, send: Send) -> Send:
    """Return what sends an answer with ``HEADERS``, and to a reader who asked for what is not there a sentence."""
    told = dict(scope["headers"])
    reader = b"text/html" in told.get(b"accept", b"")
    lost = False

    async def headed(message: Message) -> None:
        nonlocal lost
        if message["type"] == "http.response.start":
            lost = reader and message["status"] == _MISSING
            own = [(b"content-type", b"text/html; charset=utf-8")] if lost else message.get("headers", ())
            await send({**message, "headers": [*own, *HEADERS]})
        elif not lost:
            await send(message)
        elif not message.get("more_body"):
            await send({**message, "body": _lost_page(told.get(b"accept-language", b"").decode("latin-1"))})

    return headed


def _lost_page(accepted: str) -> bytes:
    """Return a page that says that there is none at an address, in the language that a browser prefers."""
    from viz.look import first_look
    from viz.wording import texts

    lang = first_look({}, "", accepted).lang
    words = texts(lang)
    text = f'<p>{words["app_lost"]} <a href="/">{words["app_home"]}</a></p>'
    return f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>liaosim</title>{text}</html>'.encode()


def _welcome(headers: dict[bytes, bytes], host: str) -> bool:
    """Whether a request was made to this server by its name, and by a page of its own if by a page at all."""
    asked = headers.get(b"host", b"").decode("latin-1")
    if host in LOCAL and urlsplit(f"//{asked}").hostname not in LOCAL:
        return False
    origin = headers.get(b"origin", b"").decode("latin-1")
    return not origin or urlsplit(origin).netloc == asked
