"""The answer to a what-if question: how far it is, effects, charts, and who gains and who loses."""

from __future__ import annotations

from typing import Any

import solara

from simulator.errors import InputError
from viz import panels
from viz.components.asking import Asked, Asking, use_answer
from viz.components.effect_table import EffectTable
from viz.components.export import ExportButtons
from viz.components.fan_chart import FanChartFigure, IntervalFigure
from viz.components.messages import Problem
from viz.live.answers import Answer
from viz.state import Session, use_session
from viz.what_if.form import Form, scenario_of
from viz.what_if.view import LEVELS, View, change_of, level_of, places_of, table_of, view_of
from viz.wording import texts


@solara.component
def AnswerPanel(form: Form) -> None:
    """Draw the answer to the levers as they are now; that to other levers keeps its place, but cannot be seen."""
    asking = use_answer(form)
    asked = asking.asked
    before = solara.use_ref(asked.answer)
    if asked.answer is not None:
        before.current = asked.answer
    shown = asked.answer or before.current
    answer = asked.answer
    attributes = {
        "data-state": state_of(asked),
        "data-runs": str(answer.runs if answer else 0),
        "data-levers": answer.fingerprint if answer else "",
        "data-seconds": f"{answer.seconds:.2f}" if answer else "",
    }
    with solara.v.Html(tag="section", class_="liaosim-answer", attributes=attributes):
        _Progress(asking)
        if asked.problem:
            Problem(asked.problem)
        if shown is not None:
            hidden = {} if answer else {"aria-hidden": "true"}
            with solara.v.Html(
                tag="div", class_="liaosim-shown" + ("" if answer else " liaosim-hidden"), attributes=hidden
            ):  # fmt: skip
                _Shown(shown)


def state_of(asked: Asked) -> str:
    """Return how far a question is: ``failed``, ``stopped``, ``waiting``, ``refining`` or ``done``."""
    if asked.problem:
        return "failed"
    if asked.answer is not None and asked.answer.last:
        return "done"
    if asked.stopped:
        return "stopped"
    return "waiting" if asked.answer is None else "refining"


def can_be(form: Form) -> bool:
    """Return whether levers make a policy at all; if not, trying again cannot help."""
    try:
        scenario_of(form)
    except InputError:
        return False
    return True


def progress_text(asked: Asked, session: Session) -> str:
    """Return how far a question is, in a sentence; empty if it failed."""
    answer, status, state = asked.answer, asked.status, state_of(asked)
    if state == "failed":
        return ""
    waits = status is not None and status.kind == "queue" and state in ("waiting", "refining")
    queue = ""
    if waits and status is not None:
        queue = session.text("what_if_queue", number=status.number) if status.number else session.text("what_if_next")
    if answer is not None:
        key = {"done": "what_if_runs", "stopped": "what_if_stopped"}.get(state, "what_if_refining")
        return f"{session.text(key, runs=answer.runs, total=answer.total)} {queue}".strip()
    if state == "stopped":
        return session.text("what_if_stopped_before")
    if status is not None and status.kind == "compile":
        return session.text("what_if_compile")
    if status is not None and status.kind == "base":
        return session.text("what_if_base", number=status.number, total=status.total)
    return queue or session.text("what_if_asking")


def progress_of(asked: Asked) -> tuple[int, int]:
    """Return runs done and in all, of the answer or of the baseline that it waits for; (0, 0) if that is not known."""
    status, answer = asked.status, asked.answer
    if status is not None and status.total:
        return status.number, status.total
    return (answer.runs, answer.total) if answer is not None else (0, 0)


@solara.component
def _Progress(asking: Asking) -> None:
    """Draw how far the answer is, and the button that stops it."""
    session = use_session()
    asked, state = asking.asked, state_of(asking.asked)
    busy = state in ("waiting", "refining")
    done, total = progress_of(asked)
    with solara.v.Html(tag="div", class_="liaosim-progress"):
        solara.v.Html(
            tag="span", class_="liaosim-progress-text", children=[progress_text(asked, session)],
            attributes={"role": "status", "aria-live": "polite"},
        )  # fmt: skip
        if busy:
            solara.Button(
                session.text("what_if_stop_button"), icon_name="mdi-stop", text=True, small=True,
                on_click=asking.stop, classes=["liaosim-stop"],
            )  # fmt: skip
        elif state == "stopped" or (state == "failed" and asked.form is not None and can_be(asked.form)):
            label = session.text("app_again" if state == "failed" else "what_if_go_on")
            solara.Button(
                label, icon_name="mdi-play", text=True, small=True, on_click=asking.go_on, classes=["liaosim-go-on"],
            )  # fmt: skip
    share = 100.0 * done / total if total else 0.0
    solara.v.ProgressLinear(
        value=share, indeterminate=busy and not total, height=3, active=busy, class_="liaosim-progress-bar",
        attributes={"aria-hidden": "true"},
    )  # fmt: skip


@solara.component
def _Shown(answer: Answer) -> None:
    session = use_session()
    lang = session.lang.value
    variable = solara.use_reactive("gdp_real")
    level = solara.use_reactive(LEVELS[0])
    view: View = solara.use_memo(lambda: view_of(answer, lang), [answer, lang])
    if view.sentences:
        solara.v.Html(tag="h1", class_="liaosim-lead", children=[view.sentences[0]])
    with solara.v.Html(tag="div", class_="liaosim-split"):
        with solara.v.Html(tag="div", class_="liaosim-side"):
            heading = session.text("what_if_effects", window=view.window)
            with solara.v.Html(tag="div", class_="liaosim-bar-of"):
                solara.v.Html(tag="h2", class_="liaosim-subheading", children=[heading])
                ExportButtons(
                    f"{answer.scenario.name}_effects", csv=lambda: table_of(answer), title=session.text("what_if_table")
                )
            EffectTable(view.lines, view.window, "", variable.value, variable.set)
            said = [("" if lang == "zh" else " ").join((session.text("what_if_note"), session.text("not_forecast")))]
            said += [session.text("what_if_failed_runs", failed=view.failed)] if view.failed else []
            for text in said:
                solara.v.Html(tag="p", class_="liaosim-note", children=[text])
        with solara.v.Html(tag="div", class_="liaosim-side"):
            _Charts(answer, view, variable)
    with solara.v.Html(tag="details", class_="liaosim-folded"):
        solara.v.Html(tag="summary", children=[session.text("what_if_words")])
        items = [solara.v.Html(tag="li", children=[text]) for text in (*view.sentences, *view.warnings)]
        solara.v.Html(tag="ul", children=items)
    _Places(answer, view, level)


@solara.component
def _Charts(answer: Answer, view: View, variable: solara.Reactive[str]) -> None:
    """Draw change and level of the chosen output; the keys keep the charts when the answer grows."""
    session = use_session()
    lang, name = session.lang.value, variable.value
    items = [{"text": panels.title_of(each, lang), "value": each} for each in _charted(view)]
    solara.v.Select(
        label=session.text("what_if_variable"), items=items, v_model=name, on_v_model=variable.set, dense=True,
        outlined=True, hide_details=True, class_="liaosim-pick-variable",
    )  # fmt: skip
    title = panels.title_of(name, lang)
    change = solara.use_memo(lambda: change_of(answer, view, name, lang), [answer, view, name, lang])
    levels = solara.use_memo(lambda: level_of(answer, view, name, lang), [answer, view, name, lang])
    policy = answer.scenario.name
    FanChartFigure(
        change, f"{policy}_{name}_change", 200, view.fitted_until, session.text("what_if_change_of", variable=title)
    )  # fmt: skip
    FanChartFigure(
        levels, f"{policy}_{name}_level", 215, view.fitted_until, session.text("what_if_level_of", variable=title)
    )  # fmt: skip
    for text in view.events:
        solara.v.Html(tag="p", class_="liaosim-note liaosim-events", children=[text])


def _charted(view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*panels.CHANGES, *(line.name for line in view.lines))))


@solara.component
def _Places(answer: Answer, view: View, level: solara.Reactive[str]) -> None:
    """Draw who gains and who loses, a level at a time."""
    session = use_session()
    lang, words = session.lang.value, texts(session.lang.value)
    found = solara.use_memo(lambda: places_of(answer, level.value, lang), [answer, level.value, lang])

    def pick(number: Any) -> None:
        level.set(LEVELS[int(number)])

    with solara.v.Html(tag="section", class_="liaosim-places", attributes={"data-level": level.value}):
        solara.v.Html(tag="h2", class_="liaosim-subheading", children=[session.text("what_if_places")])
        tabs = [solara.v.Tab(children=[words[f"level_{name}"]], attributes={"data-level": name}) for name in LEVELS]
        solara.v.Tabs(v_model=LEVELS.index(level.value), on_v_model=pick, children=tabs, height=40)
        with solara.v.Html(tag="div", class_="liaosim-grid"):
            for one in found:
                IntervalFigure(
                    one, panels.title_of(one.variable, lang, one.level),
                    session.text("what_if_unit_in", unit=one.unit, window=view.window),
                    f"{answer.scenario.name}_{one.level}_{one.variable}",
                    words["chart_titled"].format(
                        of=words["what_if_policy"], title=words["what_if_effects"].format(window=view.window)
                    ),
                ).key(f"{one.level} {one.variable}")  # fmt: skip
        solara.v.Html(tag="p", class_="liaosim-note", children=[words["places_note"].format(window=view.window)])


