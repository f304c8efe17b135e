"""Draw a page of the app without a server, as one user sees it at an address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Drawn:
    """A page that was drawn: what its views show, and the addresses that it went to."""

    rendered: Any
    went_to: list[str] = field(default_factory=list)

    @property
    def html(self) -> str:
        """Return what the views of the page show."""
        return "".join(widget.html for widget in self._views())

    def choose(self, key: str) -> None:
        """Choose the element of a view with this key, as a click or Enter does."""
        for widget in self._views():
            widget.told = {"key": key, "count": widget.told.get("count", 0) + 1}

    def _views(self) -> list[Any]:
        from viz.components.trust_view import _ViewWidget

        return list(self.rendered.find(_ViewWidget).widgets)


@contextmanager
def drawn(page: Any, path: str, lang: str = "en") -> Iterator[Drawn]:
    """Yield a page at an address; errors of drawing are raised."""
    import solara
    from solara.routing import Router, router_context

    from viz.state import Session, session_context

    addresses: list[str] = []

    @solara.component
    def App() -> None:  # noqa: N802 - a component
        session = Session(solara.use_reactive(lang), solara.use_reactive(False), solara.use_reactive(""))
        session_context.provide(session)
        router_context.provide(Router(path, [], addresses.append))
        page()

    _, rendered = solara.render(App(), handle_error=False)
    try:
        yield Drawn(rendered, addresses)
    finally:
        rendered.close()
