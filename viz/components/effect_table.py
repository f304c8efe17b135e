"""Tables of effects and of levels: numbers with their interval, how probable it is, and how sure the model is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import solara

from simulator.numbers import ABOUT_ZERO
from viz.compare_tables import CostLine, LevelLine, Line, level_text
from viz.state import Session, address, use_session
from viz.wording import ends, signed, texts


@solara.component_vue("effect_table.vue")
def _Table(
    head: list[str],
    rows: list[dict[str, Any]],
    caption: str,
    chosen: str = "",
    sure: str = "",
    kind: str = "",
    event_choose: Callable[[str], None] | None = None,
    event_trust: Callable[[str], None] | None = None,
) -> None: ...


def effect_rows(
    lines: Sequence[Line], literature: frozenset[str], result: str, session: Session
) -> list[dict[str, Any]]:
    """Return the rows of a table of effects as it draws them."""
    words = texts(session.lang.value)
    return [
        {
            "name": line.name,
            "label": line.label,
            "unit": line.unit,
            "pick": words["compare_pick"].format(variable=line.label),
            "certain": line.certain,
            "cells": [
                _cell("percent", line.percent_text(words["to"])),
                _cell("absolute", line.absolute_text(words["to"])),
                _cell("probability", (line.probability_text(words), "")),
            ],
            "notes": _notes(line, literature, result, session),
            "trust": address("trust", variable=line.name, result=result),
        }
        for line in lines
    ]


def _cell(kind: str, said: tuple[str, str]) -> dict[str, Any]:
    """Return a cell; what is only about zero is not set in bold, which would claim a sure nothing."""
    return {"kind": kind, "text": said[0], "small": said[1], "about": said[0].startswith(ABOUT_ZERO)}


def _notes(line: Line, literature: frozenset[str], result: str, session: Session) -> list[dict[str, str]]:
    """Return the doubts about an effect, each with where more is told of it."""
    found = []
    if line.losing:
        found.append((session.text("compare_losing"), line.losing, "skill"))
    if line.name in literature and not line.none:
        found.append((session.text("compare_literature"), session.text("compare_literature_meaning"), "known"))
    return [
        {"text": text, "title": title, "trust": address("trust", topic=topic, variable=line.name, result=result)}
        for text, title, topic in found
    ]


@solara.component
def EffectTable(
    lines: Sequence[Line],
    window: str,
    result: str,
    chosen: str = "",
    on_choose: Callable[[str], None] | None = None,
    literature: frozenset[str] = frozenset(),
) -> None:
    """Draw effects: change in % and in the unit with 90 % intervals, probability better, and doubts.

    Parameters
    ----------
    lines
    window
        Years of which they are the mean, ``2031–2035``.
    result
        Name of the result, for the links to where trust in it is told.
    chosen
        Variable whose row is marked.
    on_choose
        Called with the name of the variable that is picked.
    literature
        Variables whose effect is literature-driven.
    """
    session = use_session()
    router = solara.use_router()
    text = session.text
    head = [text("compare_head_variable"), text("compare_head_percent"), text("compare_head_absolute"),
            text("compare_head_probability"), text("compare_head_sure")]  # fmt: skip
    cast(Any, _Table)(
        head=head, rows=effect_rows(lines, literature, result, session), chosen=chosen, sure=text("compare_sure"),
        caption=text("compare_caption", window=window), kind="liaosim-effects",
        event_choose=on_choose or (lambda name: None), event_trust=lambda where: router.push(where),
    )  # fmt: skip


@solara.component
def LevelTable(
    lines: Sequence[LevelLine],
    periods: Sequence[str],
    result: str,
    chosen: str = "",
    on_choose: Callable[[str], None] | None = None,
) -> None:
    """Draw levels: median and 90 % interval of each period; see :func:`EffectTable`."""
    session = use_session()
    router = solara.use_router()
    words = texts(session.lang.value)
    rows = [
        {
            "name": line.name,
            "label": line.label,
            "unit": line.unit,
            "pick": words["compare_pick"].format(variable=line.label),
            "certain": False,
            "cells": [_cell("level", level_text(value, words["to"])) for value in line.values],
            "notes": [],
            "trust": address("trust", variable=line.name, result=result),
        }
        for line in lines
    ]
    cast(Any, _Table)(
        head=[words["compare_head_variable"], *periods, words["compare_head_sure"]], rows=rows, chosen=chosen,
        sure=words["compare_sure"], caption=words["compare_caption_levels"], kind="liaosim-levels",
        event_choose=on_choose or (lambda name: None), event_trust=lambda where: router.push(where),
    )  # fmt: skip


@solara.component
def CostTable(lines: Sequence[CostLine]) -> None:
    """Draw what a scenario costs the budget."""
    session = use_session()
    words = texts(session.lang.value)
    rows = [
        {
            "name": f"cost{i}",
            "label": line.label,
            "cells": [_cell("cost", (f"{signed(line.value.median)} {line.unit}", ends(line.value, words["to"])))],
        }
        for i, line in enumerate(lines)
    ]
    cast(Any, _Table)(
        head=[words["compare_head_cost"], words["compare_head_interval"]], rows=rows,
        caption=words["compare_caption_cost"], kind="liaosim-costs",
    )  # fmt: skip
