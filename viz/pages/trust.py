"""Page of the app: what calibration and validation found, and where data and parameters come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas  # noqa: F401 - whole before the thread below is: no page can be drawn while another thread imports it
import solara
import solara.lab

from viz.components.trust_sources import DataTopic, ParametersTopic
from viz.components.trust_topics import FitTopic, KnownTopic, PaddingTopic, SkillTopic
from viz.state import Session, address, query_of, use_session
from viz.trust.figures import TOPICS, prepare

_PARTS = {"fit": FitTopic, "skill": SkillTopic, "padding": PaddingTopic, "known": KnownTopic, "data": DataTopic,
          "parameters": ParametersTopic}  # fmt: skip
KEPT = ("result",)
"""Parameters of the address that belong to other pages and are handed on."""


@solara.component
def TrustPage() -> None:
    """Draw the topic that the address names, the fit against data if it names none."""
    session, router = use_session(), solara.use_router()
    asked = query_of(router.search)
    topic = asked.get("topic", "")
    if topic not in TOPICS:
        topic = next(iter(TOPICS))

    lang = session.lang.value
    solara.lab.use_task(lambda: prepare(lang), dependencies=[lang])

    def go(**parameters: str) -> None:
        """Open this page with other parameters of the address."""
        router.push(_address(asked, parameters))

    solara.Style(Path(__file__).parents[1] / "components" / "trust.css")
    with solara.v.Html(tag="div", class_="trust", attributes={"data-topic": topic}):
        _Topics(session, asked, topic)
        solara.v.Html(tag="h1", class_="trust-lead", children=[session.text(TOPICS[topic][1])])
        _PARTS[topic](asked, go).key(topic)


@solara.component
def _Topics(session: Session, asked: Mapping[str, str], topic: str) -> None:
    """Draw the links to the topics."""
    with solara.v.Html(tag="nav", class_="trust-topics", attributes={"aria-label": session.text("trust_topics")}):
        for name, (title, _) in TOPICS.items():
            current: dict[str, Any] = {"aria-current": "true"} if name == topic else {}
            with solara.Link(_address(asked, {"topic": name})):
                solara.v.Html(tag="span", class_="trust-topic", children=[session.text(title)],
                              attributes={"data-topic": name, **current})  # fmt: skip


def _address(asked: Mapping[str, str], parameters: Mapping[str, str]) -> str:
    """Return an address of this page that keeps what belongs to other pages."""
    return address("trust", **{key: asked.get(key, "") for key in KEPT}, **parameters)
