"""The app: its frame, with language and theme, and the routes to its pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import solara
import solara.lab

from viz.components.messages import Guarded
from viz.pages.compare import ComparePage
from viz.pages.play import PlayPage
from viz.pages.structure import StructurePage
from viz.pages.trust import TrustPage
from viz.pages.what_if import WhatIfPage
from viz.state import LANGS, Lang, Session, library, query_of, session_context, use_once

PAGES = {"play": PlayPage, "compare": ComparePage, "what-if": WhatIfPage, "trust": TrustPage,
         "structure": StructurePage}  # fmt: skip
"""Address of each page -> what draws it; the first is where a visit begins."""


@solara.component
def Layout(children: list[Any] = []) -> None:  # noqa: B006 - Solara's signature
    """Draw the frame of every page and hold the session of its user."""
    router = solara.use_router()
    asked = use_once(lambda: query_of(router.search))  # of the address that was opened first
    lang: solara.Reactive[Lang] = solara.use_reactive(cast(Lang, asked["lang"]) if asked.get("lang") in LANGS else "en")
    dark = solara.use_reactive(asked.get("theme") == "dark")
    folder = solara.use_reactive(use_once(lambda: asked.get("result") or next(iter(library().names()), "")))
    session = Session(lang, dark, folder)
    session_context.provide(session)
    solara.lab.theme.dark = dark.value
    solara.Title(session.text("app_title"))
    solara.Style(Path(__file__).parent / "components" / "app.css")
    with _part("div", "liaosim" + (" liaosim-dark" if dark.value else ""), lang=lang.value):
        _Bar(session)
        with _part("main", "liaosim-page", id="page"):
            for child in children:
                solara.display(child)


@solara.component
def _Bar(session: Session) -> None:
    """Draw the bar with the pages, the language and the theme."""
    router = solara.use_router()
    here = router.path.strip("/").split("/")[0] or next(iter(PAGES))
    left: dict[str, str] = use_once(dict)  # how the user left each page, so that its tab leads back to that
    left[here] = router.search or ""
    other: Lang = "en" if session.lang.value == "zh" else "zh"
    with _part("header", "liaosim-bar"):
        _part("span", "liaosim-name", "liaosim")
        with _part("nav", "liaosim-nav", **{"aria-label": session.text("app_pages")}):
            for name in PAGES:
                label = session.text(f"app_tab_{name.replace('-', '_')}")
                current = {"aria-current": "page"} if name == here else {}
                with solara.Link(f"/{name}" + (f"?{left[name]}" if left.get(name) else "")):
                    _part("span", "liaosim-tab", label, **current)
        _part("span", "liaosim-space")
        solara.Button(
            session.text("app_other_language"), text=True, on_click=lambda: session.lang.set(other),
            attributes={"lang": other}, classes=["liaosim-language"],
        )  # fmt: skip
        solara.Button(
            icon_name="mdi-theme-light-dark", icon=True, on_click=lambda: session.dark.set(not session.dark.value),
            attributes={"aria-label": session.text("app_theme"), "title": session.text("app_theme")},
            classes=["liaosim-theme"],
        )  # fmt: skip


def _part(tag: str, name: str, *children: Any, **attributes: str) -> Any:
    """Return an element of the page with a class."""
    return solara.v.Html(tag=tag, class_=name, children=list(children), attributes=attributes)


def _route(path: str, page: Any, layout: Any = None) -> Any:
    @solara.component
    def Page() -> None:
        Guarded(page)

    return solara.Route(path=path, component=Page, layout=layout)


routes = [_route("/", PlayPage, Layout), *(_route(name, page) for name, page in PAGES.items())]
