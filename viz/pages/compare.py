"""Page of the app: one scenario against the base, with everything that says how sure the figures are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import solara

from viz import compare_tables
from viz.compare_tables import CHARTED, LEVELS, Comparison
from viz.components.compare_parts import Charts, Headline, Places, Said
from viz.components.export import Download
from viz.components.messages import Problem, sentence_of
from viz.components.pick_result import PickResult
from viz.components.working import Working, use_work
from viz.doubts import Doubts
from viz.errors import PageError
from viz.kept import Kept
from viz.library import Opened
from viz.reports.compare import report_html
from viz.state import LANGS, address, library, query_of, use_session

KEPT: Final = Kept(48)
"""Comparisons and what they lean on, of all users; some tens of kB each."""
REPORTS: Final = Kept(2)


@solara.component
def ComparePage() -> None:
    """Draw the page. Result, scenario, variable and level stand in the address, so that a link leads back to them."""
    session = use_session()
    router = solara.use_router()
    asked = query_of(router.search)

    def follow() -> None:  # the address counts: also when the reader goes back
        if asked.get("result") and asked["result"] != session.folder.value:
            session.folder.set(asked["result"])

    solara.use_effect(follow, [router.search])
    for sheet in ("compare.css", "figures.css"):
        solara.Style(Path(__file__).parents[1] / "components" / sheet)

    def go(**changes: str) -> None:
        kept = {key: asked.get(key, "") for key in ("scenario", "variable", "level")}
        lang = session.lang.value if session.lang.value != LANGS[0] else ""
        router.push(address("compare", **{"result": session.folder.value, **kept, "lang": lang, **changes}))

    if not session.folder.value:
        with solara.v.Html(tag="div", class_="liaosim-empty"):
            solara.v.Html(tag="p", children=[session.text("compare_empty", page=session.text("app_tab_what_if"))])
            _Link(session.text("compare_to_what_if"), "what-if")
        return
    _Result(asked, go)


@solara.component
def _Result(asked: dict[str, str], go: Callable[..., None]) -> None:
    """Open the result and draw its scenario."""
    session = use_session()
    name = session.folder.value
    opening = use_work(lambda: library().open(name), name)
    opened = opening.value if opening.value is not None and opening.value.name == name else None
    scenario = asked.get("scenario") or (opened.results.scenarios[min(1, len(opened.scenarios) - 1)] if opened else "")
    with solara.v.Html(tag="div", class_="liaosim-controls"):
        PickResult(on_pick=lambda chosen: go(result=chosen, scenario=""))
        if opened is not None:
            _PickScenario(opened, scenario, lambda chosen: go(scenario=chosen))
            solara.v.Html(tag="span", class_="liaosim-space")
            _Report(opened)
    if opening.problem:
        Problem(opening.problem)
    elif opened is None:
        Working(session.text("compare_opening", name=name))
    else:
        _Compared(opened, scenario, asked, go)


@solara.component
def _Compared(opened: Opened, scenario: str, asked: dict[str, str], go: Callable[..., None]) -> None:
    """Draw the comparison once it is computed."""
    session = use_session()
    lang = session.lang.value
    key = (opened.name, str(opened.manifest["finished"]), scenario, lang)
    work = use_work(lambda: KEPT.get(key, lambda: compare_tables.compare(opened, scenario, lang)), key)
    leaning = use_work(lambda: KEPT.get((*key, "doubts"), lambda: compare_tables.doubts(opened, scenario, lang)), key)
    if work.problem:
        Problem(work.problem)
        return
    if work.value is None:
        Working(session.text("compare_working"))
        return
    doubts = leaning.value if leaning.value is not None and not leaning.pending else None
    with solara.v.Html(
        tag="div", class_="liaosim-compare" + (" liaosim-stale" if work.pending else ""),
        attributes={"aria-busy": "true" if work.pending else "false", "data-scenario": work.value.scenario},
    ):  # fmt: skip
        _Shown(opened, work.value, doubts, leaning.problem, asked, go)


@solara.component
def _Shown(
    opened: Opened, comparison: Comparison, doubts: Doubts | None, problem: str, asked: dict[str, str],
    go: Callable[..., None],
) -> None:  # fmt: skip
    session = use_session()
    variable, wrong = _known(asked.get("variable"), CHARTED, "compare_no_variable")
    level, wrong_level = _known(asked.get("level"), LEVELS, "compare_no_level")
    said = [sentence_of(error, session) for error in (wrong, wrong_level) if error is not None]
    for text in (*said, problem):
        if text:
            Problem(text)
    if comparison.sentences:
        solara.v.Html(tag="h1", class_="liaosim-lead", children=[comparison.sentences[0]])
    elif comparison.alone and comparison.periods:
        with solara.v.Html(tag="h1", class_="liaosim-lead"):
            key = "compare_alone" if len(opened.scenarios) == 1 else "compare_is_base"
            solara.v.Html(tag="span", children=[session.text(key, base=comparison.against) + " "])
            _Link(session.text("compare_to_what_if"), "what-if")
    if not comparison.periods:
        solara.v.Html(tag="h1", class_="liaosim-lead", children=[comparison.warnings[0]])
        Said(comparison, doubts)
        return
    with solara.v.Html(tag="div", class_="liaosim-split"):
        with solara.v.Html(tag="section", class_="liaosim-side"):
            Headline(comparison, doubts, variable, lambda name: go(variable=name))
        with solara.v.Html(tag="section", class_="liaosim-side"):
            Charts(opened, comparison, variable, lambda name: go(variable=name))
    Said(comparison, doubts)
    if comparison.lines:
        Places(opened, comparison, level, lambda name: go(level=name))


@solara.component
def _PickScenario(opened: Opened, scenario: str, pick: Callable[[str], None]) -> None:
    session = use_session()
    names = compare_tables.names_of(opened, session.lang.value)
    items = [{"text": title, "value": name} for name, title in names]
    with solara.v.Html(tag="div", class_="liaosim-scenario", attributes={"title": scenario}):
        solara.v.Select(
            label=session.text("compare_scenario"), items=items, v_model=scenario, on_v_model=pick, dense=True,
            outlined=True, hide_details=True, class_="liaosim-pick-scenario",
        )  # fmt: skip


@solara.component
def _Report(opened: Opened) -> None:
    """Draw the button that makes the report of the whole result and downloads it."""
    session = use_session()
    lang = session.lang.value
    key = (opened.name, str(opened.manifest["finished"]), lang)

    def make() -> str:
        return REPORTS.get(key, lambda: report_html(opened.results, opened.scenarios, opened.manifest, lang))

    Download(
        f"{opened.name}_{lang}", make, "html", session.text("compare_report"),
        session.text("compare_report_of", name=opened.name), session.text("compare_report_busy"),
    )  # fmt: skip


@solara.component
def _Link(text: str, page: str) -> None:
    with solara.Link(address(page)):
        solara.v.Html(tag="span", children=[text])


def _known(name: str | None, allowed: tuple[str, ...], key: str) -> tuple[str, PageError | None]:
    """Return a name of the address, or the first allowed and why; empty addresses ask for the first."""
    if not name or name in allowed:
        return name or allowed[0], None
    return allowed[0], PageError(key, name[:60], allowed, name=name[:60])
