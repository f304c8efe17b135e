"""The app: its frame, with language and theme, and the routes to its pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import solara
import solara.lab

from viz.components.messages import Guarded
from viz.components.pick_result import Damaged
from viz.look import COOKIE, first_look
from viz.pages.compare import ComparePage
from viz.pages.play import PlayPage
from viz.pages.structure import StructurePage
from viz.pages.trust import TrustPage
from viz.pages.what_if import WhatIfPage
from viz.state import Lang, Session, address, library, query_of, session_context, use_once, use_session

PAGES = {"play": PlayPage, "compare": ComparePage, "what-if": WhatIfPage, "trust": TrustPage,
         "structure": StructurePage}  # fmt: skip
"""Address of each page -> what draws it; the first is where a visit begins."""


_OF_RESULTS = ("play", "compare")
"""Pages that show what lies in the folder of results."""


_GONE = """
.v-overlay--active .v-progress-circular__info {{ width: 320px; margin-top: 200px; font-size: 0; }}
.v-overlay--active .v-progress-circular__info::after {{ content: {text}; font-size: 16px; text-align: center; }}
"""
"""Style that lets Solara's sign of a lost server speak the language of the page."""


@solara.component
def Layout(children: list[Any] = []) -> None:  # noqa: B006 - Solara's signature
    """Draw the frame of every page and hold the session of its user."""
    router = solara.use_router()
    here = router.path.strip("/").split("/")[0] or next(iter(PAGES))
    asked = use_once(lambda: query_of(router.search))  # of the address that was opened first
    look = use_once(lambda: first_look(asked, *_told()))
    lang: solara.Reactive[Lang] = solara.use_reactive(look.lang)
    theme = solara.use_reactive(look.theme)
    dark = solara.use_reactive(look.theme == "dark")
    folder = solara.use_reactive(use_once(lambda: asked.get("result") or next(iter(library().names()), "")))
    session = Session(lang, dark, folder, use_once(dict))
    session_context.provide(session)
    solara.lab.theme.dark = dark.value
    solara.Style(Path(__file__).parent / "components" / "app.css")
    solara.Style(_GONE.format(text=json.dumps(session.text("app_gone"), ensure_ascii=False)))
    cast(Any, _Look)(
        cookie=COOKIE, lang=lang.value, theme=theme.value, event_prefer_dark=lambda *_: dark.set(not theme.value)
    )  # fmt: skip

    def turn() -> None:
        theme.set("light" if dark.value else "dark")
        dark.set(not dark.value)

    with _part("div", "liaosim" + (" liaosim-dark" if dark.value else ""), lang=lang.value):
        _Bar(session, here, turn)
        with _part("main", "liaosim-page", id="page"):
            for child in children:
                solara.display(child)
            if here in _OF_RESULTS:
                Damaged(here)


def _told() -> tuple[str, str]:
    """Return what the browser told when it opened the app: the cookie of its look, and the languages it accepts."""
    cookies, headers = solara.lab.cookies.value or {}, solara.lab.headers.value or {}
    return cookies.get(COOKIE, ""), ",".join(headers.get("accept-language", ()))


@solara.component_vue("components/look.vue")
def _Look(cookie: str, lang: str, theme: str, event_prefer_dark: Callable[[], None]) -> None:
    """Let the browser remember language and theme."""


@solara.component
def _Bar(session: Session, here: str, turn: Callable[[], None]) -> None:
    """Draw the bar with the pages, the one that is open, the language and the theme, which `turn` switches."""
    router = solara.use_router()
    left: dict[str, str] = use_once(dict)  # how the user left each page, so that its tab leads back to that
    left[here] = router.search or ""
    other: Lang = "en" if session.lang.value == "zh" else "zh"
    with _part("header", "liaosim-bar"):
        _part("span", "liaosim-name", "liaosim")
        with _part("nav", "liaosim-nav", **{"aria-label": session.text("app_pages")}):
            for name in PAGES:
                label = session.text(_tab(name))
                current = {"aria-current": "page"} if name == here else {}
                with solara.Link(_way_back(name, session.kept.get(name) or left.get(name, ""), session.folder.value)):
                    _part("span", "liaosim-tab", label, **current)
        _part("span", "liaosim-space")
        solara.Button(
            session.text("app_other_language"), text=True, on_click=lambda: session.lang.set(other),
            attributes={"lang": other}, classes=["liaosim-language"],
        )  # fmt: skip
        solara.Button(
            icon_name="mdi-theme-light-dark", icon=True, on_click=turn,
            attributes={"aria-label": session.text("app_theme"), "title": session.text("app_theme")},
            classes=["liaosim-theme"],
        )  # fmt: skip


def _tab(name: str) -> str:
    """Return the key of the label of a page."""
    return f"app_tab_{name.replace('-', '_')}"


def _way_back(name: str, left: str, result: str) -> str:
    """Return the address of a page as it was left; of another result nothing but its name is known there."""
    asked = query_of(left)
    if asked.get("result", result) != result:
        return address(name, result=result)
    return address(name, **{key: value for key, value in asked.items() if key not in ("lang", "theme")})


def _part(tag: str, name: str, *children: Any, **attributes: str) -> Any:
    """Return an element of the page with a class."""
    return solara.v.Html(tag=tag, class_=name, children=list(children), attributes=attributes)


def _route(path: str, name: str, layout: Any = None) -> Any:
    @solara.component
    def Page() -> None:
        session = use_session()
        solara.Title(f"{session.text(_tab(name))} \N{EN DASH} {session.text('app_title')}")
        Guarded(PAGES[name])

    return solara.Route(path=path, component=Page, layout=layout)


routes = [_route("/", next(iter(PAGES)), Layout), *(_route(name, name) for name in PAGES)]
