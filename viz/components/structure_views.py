"""Views of the page on structure: causal loops, stocks and flows, the order of a quarter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import solara
from markupsafe import Markup

from simulator.loop_book import LOOPS
from simulator.loops import stocks
from simulator.parameter_words import meaning
from viz.components.export import ExportButtons
from viz.components.trust_view import View
from viz.state import use_session
from viz.structure import facts
from viz.structure import map as maps
from viz.structure.loop_picture import NODES
from viz.trust.markup import fragment, standalone_drawing
from viz.trust.tables import evidence_key

Asked = Mapping[str, str]
Go = Callable[..., None]


@solara.component
def LoopsView(asked: Asked, go: Go) -> None:
    """Show the picture of loops; a loop stands out with its links, a variable with the rules that touch it."""
    session = use_session()
    lang = session.lang.value
    loop, node = facts.loop_of(asked.get("loop", "")), asked.get("node", "")
    if node not in NODES:
        node = ""
    key = loop.key if loop else ""
    picture = maps.loop_map(lang, key, node, session.text("structure_loops_picture"))

    def choose(told: str) -> None:
        kind, _, name = told.partition(":")
        if kind == "loop":
            go(view="loops", loop=name)
        elif kind == "node":
            go(view="loops", loop=key, node=name)
        else:
            go(view="loops", loop=key if node else "")

    with solara.Row(classes=["trust-controls", "structure-export"]):
        ExportButtons(f"loop_{key}" if key else "loops",
                      csv=lambda: facts.links_csv([key] if key else [one.key for one in LOOPS], lang),
                      svg=lambda: standalone_drawing(picture))  # fmt: skip
    kinds = [("reinforcing", session.text("structure_all_reinforcing")),
             ("balancing", session.text("structure_all_balancing"))]  # fmt: skip
    ways = facts.closed_first(key) if loop else ()
    html = fragment(
        "structure_loops.html", lang, picture=_drawn(picture), loops=LOOPS, kinds=kinds, chosen_loop=loop,
        ways=ways, name_of=partial(maps.name_of, lang=lang),
        chains=[(way.path, maps.chain(way.path, lang)) for way in ways],
        node=_chosen(maps.node_words(node, lang), NODES[node].fields) if node else None, **_common(lang),
    )  # fmt: skip
    View(html, choose)


@solara.component
def StocksView(asked: Asked, go: Go) -> None:
    """Show the picture of stocks and flows; a part of it stands out with the rules that write and read it."""
    session = use_session()
    lang = session.lang.value
    part = maps.parts().get(asked.get("stock", ""))
    title, chosen = session.text("structure_stocks_picture"), part.key if part else ""
    keys = [(_drawn(mark), words) for mark, words in maps.stock_keys(lang)]

    def choose(told: str) -> None:
        kind, _, name = told.partition(":")
        if kind == "loop":
            go(view="loops", loop=name)
        else:
            go(view="stocks", stock=name if kind == "stock" else "")

    with solara.Row(classes=["trust-controls", "structure-export"]):
        ExportButtons("stocks_and_flows", svg=lambda: standalone_drawing(maps.stock_map(lang, chosen, title)))
    node = None
    if part:
        node = _chosen(facts.in_words(part.words, lang), part.fields, part.rule)
    picture = _drawn(maps.stock_map(lang, chosen, title, foot=False))
    View(fragment("structure_stocks.html", lang, picture=picture, keys=keys, node=node, **_common(lang)), choose)


@solara.component
def QuarterView(asked: Asked, go: Go) -> None:
    """Show who does what in a quarter, in which order; the step that the address names is marked."""
    session = use_session()
    lang = session.lang.value
    with solara.Row(classes=["trust-controls", "structure-export"]):
        ExportButtons("quarter", csv=lambda: facts.quarter_csv(lang))
    turns = facts.turns(lang)
    View(fragment("structure_quarter.html", lang, turns=turns, marked=asked.get("step", ""), **_common(lang)))


def _chosen(title: str, fields: Sequence[str], rule: str = "") -> dict[str, Any]:
    """Return what the page shows of a variable, a stock or a flow."""
    writers, readers = facts.touching(fields)
    return {
        "title": title, "fields": fields, "writers": writers, "readers": readers, "flow": bool(rule),
        "stock": not rule and fields[0] in stocks(), "loops": facts.loops_through(fields),
        "carried": facts.rule_of(rule) if rule else None,
    }  # fmt: skip


def _common(lang: str) -> dict[str, Any]:
    """Return what templates call for words."""
    return {
        "say": partial(_say, lang), "meaning": lambda name: meaning(name, lang), "meaning_of": facts.meaning_of,
        "evidence": evidence_key(lang),
    }  # fmt: skip


def _say(lang: str, text: str, part: str) -> str:
    return facts.in_words(text, lang, part)


def _drawn(svg: str) -> Markup:
    """Mark a drawing of this package as one."""
    return Markup(svg)  # noqa: S704
