"""Page of the app: levers on the left, and what they would change, simulated while the user waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode

import solara

from simulator.scenario import BASELINE, list_scenarios
from viz.components.export import Download
from viz.components.lever_panel import LeverPanel
from viz.components.messages import Problem, sentence_of
from viz.components.what_if_answer import AnswerPanel
from viz.state import Session, library, query_of, use_once, use_session
from viz.what_if.address import from_query, to_query
from viz.what_if.conflicts import conflict_of
from viz.what_if.form import MAX_UPLOAD, NAME, Form, form_sent, own_form, scenario_of, to_toml
from viz.what_if.view import titles_of

STYLES: Final = Path(__file__).parent.parent / "components"


@solara.component_vue("../components/share_link.vue")
def _ShareLink(query: str, label: str, copy: str, copied: str) -> None: ...


@solara.component_vue("../components/open_file.vue")
def _OpenFile(label: str, described: str, limit: int, event_take: Callable[[dict[str, Any]], None]) -> None: ...


@dataclass(frozen=True, eq=False)
class _Refusal:
    """What could not be done, while the levers were as `form` has them; ``key`` of the sentence around it, or none."""

    form: Form
    key: str
    error: Exception


def _said(problem: _Refusal, session: Session) -> str:
    """Return what is told of a problem, in the language of the page."""
    sentence = sentence_of(problem.error, session)
    title = titles_of(problem.form.origin, session.lang.value)
    return session.text(problem.key, problem=sentence, title=title) if problem.key else sentence


@solara.component
def WhatIfPage() -> None:
    """Draw the page. The levers stand in its address, so that a link leads back to them."""
    session = use_session()
    router = solara.use_router()
    asked = query_of(router.search)
    first, wrong = use_once(lambda: from_query(asked, _first_scenario(session.folder.value)))
    form: solara.Reactive[Form] = solara.use_reactive(first)
    session.kept["what-if"] = urlencode(to_query(form.value))
    problem = solara.use_reactive(use_once(lambda: _Refusal(first, "what_if_link_wrong", wrong) if wrong else None))
    file = solara.use_reactive("")
    for name in ("compare.css", "what_if.css"):
        solara.Style(STYLES / name)

    def begin(origin: str) -> None:
        problem.set(None)
        file.set("")
        form.set(own_form(origin))

    def opened(new: Form, name: str) -> None:
        problem.set(None)
        file.set(name)
        form.set(new)

    def refused(key: str, error: Exception) -> None:
        problem.set(_Refusal(form.value, key, error))

    with solara.v.Html(tag="div", class_="liaosim-what-if"):
        with solara.v.Html(tag="aside", class_="liaosim-what-if-levers"):
            _PickOrigin(form.value, begin)
            _Actions(form.value, begin, opened, refused)
            if problem.value is not None and problem.value.form == form.value:
                Problem(_said(problem.value, session))
            if file.value:
                text = session.text("what_if_opened", file=file.value)
                solara.v.Html(tag="p", class_="liaosim-note", children=[text])
            LeverPanel(form, partial(refused, ""))
            _Share(form.value)
        AnswerPanel(form.value)


def _first_scenario(result: str) -> str:
    """Return the scenario to begin with: the first shipped one of the opened result, else the first there is."""
    shipped = [name for name in list_scenarios() if name != BASELINE]
    stored = [name for entry in library().entries() if entry.name == result for name in entry.scenarios]
    return next((name for name in stored if name in shipped), shipped[0])


@solara.component
def _PickOrigin(form: Form, begin: Callable[[str], None]) -> None:
    session = use_session()
    lang = session.lang.value
    names = dict.fromkeys((*list_scenarios(), form.origin))
    items = [{"text": titles_of(name, lang), "value": name} for name in names]
    solara.v.Select(
        label=session.text("what_if_scenario"), items=items, v_model=form.origin, on_v_model=begin, dense=True,
        outlined=True, hide_details=True, class_="liaosim-pick-origin",
    )  # fmt: skip


@solara.component
def _Actions(
    form: Form, begin: Callable[[str], None], opened: Callable[[Form, str], None],
    refused: Callable[[str, Exception], None],
) -> None:  # fmt: skip
    """Draw what can be done with all levers: take back, save, open a file."""
    session = use_session()
    title = titles_of(form.origin, session.lang.value)
    with solara.v.Html(tag="div", class_="liaosim-actions"):
        solara.Button(
            session.text("what_if_reset"), icon_name="mdi-undo", text=True, small=True,
            on_click=lambda: begin(form.origin), disabled=form == own_form(form.origin), classes=["liaosim-reset"],
            attributes={"title": session.text("what_if_reset_of", title=title)},
        )  # fmt: skip
        label = session.text("what_if_save")
        if conflict_of(form.fields) is None:
            Download(NAME, lambda: _checked(form), "toml", label, session.text("what_if_save_of"))
        else:
            said = session.text("what_if_save_not")
            solara.Button(
                label, icon_name="mdi-download", text=True, small=True, disabled=True, classes=["liaosim-download"],
                attributes={"title": said, "aria-label": f"{label}: {said}"},
            )  # fmt: skip
        _Open(opened, refused)


def _checked(form: Form) -> str:
    """Return the scenario file; ``InputError`` if its levers contradict each other, so that no wrong one is saved."""
    scenario_of(form)
    return to_toml(form)


@solara.component
def _Open(opened: Callable[[Form, str], None], refused: Callable[[str, Exception], None]) -> None:
    """Draw the button with which a user chooses a scenario file; its text is sent, nothing is stored."""
    session = use_session()

    def take(sent: dict[str, Any]) -> None:
        try:
            form, name = form_sent(sent)
        except Exception as error:
            refused("what_if_file_wrong", error)
        else:
            opened(form, name)

    cast(Any, _OpenFile)(
        label=session.text("what_if_open"), described=session.text("what_if_open_of"), limit=MAX_UPLOAD, event_take=take
    )  # fmt: skip


@solara.component
def _Share(form: Form) -> None:
    """Draw the link to these levers, and how to do the same on the command line."""
    session = use_session()
    cast(Any, _ShareLink)(
        query=urlencode(to_query(form)), label=session.text("what_if_share"), copy=session.text("what_if_copy"),
        copied=session.text("what_if_copied"),
    )  # fmt: skip
    with solara.v.Html(tag="details", class_="liaosim-folded"):
        solara.v.Html(tag="summary", children=[session.text("what_if_again")])
        solara.v.Html(tag="p", children=[session.text("what_if_again_how")])
        command = f"liaosim compare baseline {NAME}.toml --runs 400 --seed 1"
        solara.v.Html(tag="code", class_="liaosim-command", children=[command])
        solara.v.Html(tag="p", class_="liaosim-note", children=[session.text("what_if_again_part")])
