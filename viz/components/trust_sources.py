"""Topics of the page on trust that are tables to search: sources of data and of parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import solara

from viz.components.export import ExportButtons
from viz.components.trust_view import Choice, View
from viz.reports.page import punctuation
from viz.state import Session, use_once, use_session
from viz.trust import tables
from viz.trust.markup import fragment
from viz.wording import texts

FIRST = 60
"""Rows that are shown before a user asks for all."""
ALL = ""
"""Any status."""
FITTED = "fitted"


@solara.component
def DataTopic(asked: Mapping[str, str], go: Callable[..., None]) -> None:
    """Show the figures of one table of data with their sources."""
    session = use_session()
    lang = session.lang.value
    table = asked.get("table", "")
    if table not in tables.TABLES:
        table = tables.OBSERVED
    find, every = _use_search(asked)
    names = {key: session.text(words) for key, words in tables.TABLES.items()}
    rows = cast(list[tables.DataRow], tables.chosen(tables.data_rows(table, lang), find.value))
    with solara.Row(classes=["trust-controls"]):
        Choice(session.text("trust_table"), names, table, lambda value: go(topic="data", table=value))
        _Search(session, find)
        ExportButtons(f"data_{table}", csv=lambda: tables.data_csv(table, rows))
    words = texts(lang)
    counts = tables.status_counts(table)
    gap = "" if lang == "zh" else " "
    parts = [f"{words[tables.STATUS_WORDS[status]]}{gap}{count}" for status, count in counts.items() if count]
    shown = rows if every.value else rows[:FIRST]
    count = session.text("trust_data_count", shown=len(shown), rows=len(rows), figures=sum(counts.values()),
                         parts=punctuation(lang)["joint"].join(parts))  # fmt: skip
    marked = asked.get("variable", "")
    first = next((k for k, row in enumerate(shown) if row.variable == marked), -1)
    View(fragment("trust_data.html", lang, rows=shown, count=count, marked=marked, first=first))
    _More(session, len(rows), every)


@solara.component
def ParametersTopic(asked: Mapping[str, str], go: Callable[..., None]) -> None:
    """Show the parameters with their ranges, sources and what the fit made of them."""
    session = use_session()
    lang = session.lang.value
    find, every = _use_search(asked)
    status = solara.use_reactive(asked.get("status", ALL))
    words = texts(lang)
    kinds = {ALL: session.text("trust_any"), FITTED: session.text("trust_fitted_only")}
    kinds |= {key: f"{key}{'：' if lang == 'zh' else ': '}{words[text]}" for key, text in tables.EVIDENCE_WORDS.items()
              if any(row.status == key for row in tables.parameter_rows(lang))}  # fmt: skip
    kind = status.value if status.value in kinds else ALL
    rows = [
        row for row in cast(list[tables.ParameterRow], tables.chosen(tables.parameter_rows(lang), find.value))
        if kind == ALL or row.status == kind or (kind == FITTED and row.fitted != "–")
    ]  # fmt: skip
    marked = asked.get("parameter", "")
    with solara.Row(classes=["trust-controls"]):
        Choice(session.text("trust_evidence"), kinds, kind, status.set)
        _Search(session, find)
        ExportButtons("parameters", csv=lambda: tables.parameters_csv([row.name for row in rows], lang))
    shown = rows if every.value or any(row.name == marked for row in rows[FIRST:]) else rows[:FIRST]
    count = session.text("trust_parameter_count", shown=len(shown), rows=len(rows),
                         all=len(tables.parameter_rows(lang)))  # fmt: skip
    statuses = {key: words[text] for key, text in tables.EVIDENCE_WORDS.items()}
    View(fragment("trust_parameters.html", lang, rows=shown, count=count, marked=marked, statuses=statuses,
                  evidence=tables.evidence_key(lang)))
    _More(session, len(rows), every)


def _use_search(asked: Mapping[str, str]) -> tuple[Any, Any]:
    """Return what is searched for, at first what the address says, and whether all rows are to be shown."""
    first = use_once(lambda: asked.get("find", ""))
    return solara.use_reactive(first), solara.use_reactive(False)


@solara.component
def _Search(session: Session, find: Any) -> None:
    solara.InputText(session.text("trust_find"), value=find, continuous_update=True, classes=["trust-find"])


@solara.component
def _More(session: Session, count: int, every: Any) -> None:
    if count > FIRST and not every.value:
        solara.Button(session.text("trust_show_all", count=count), on_click=lambda: every.set(True), text=True,
                      classes=["trust-more-rows"])  # fmt: skip
