"""The agents behind a city as tables of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from simulator.numbers import plain
from simulator.words import name_word
from viz.play.agents import Enterprise, Investor


def enterprise_table(rows: Sequence[Enterprise], lang: str, words: Mapping[str, str]) -> str:
    """Return a table of enterprises; headings from texts that begin with ``play_``."""
    heads = ("agent", "group", "output", "debt", "utilisation", "zombie")
    body = (
        (
            str(row.agent),
            name_word(row.group, lang),
            plain(row.output),
            plain(row.debt),
            f"{plain(100.0 * row.utilisation)} %",
            words["play_yes" if row.zombie else "play_no"],
        )
        for row in rows
    )
    return _table("play-enterprises", [words[f"play_soe_{head}"] for head in heads], body, numbers=(0, 2, 3, 4))


def investor_table(rows: Sequence[Investor], lang: str, words: Mapping[str, str]) -> str:
    """Return a table of investors; headings from texts that begin with ``play_``."""
    heads = ("agent", "home", "type", "capital", "first", "last", "projects")
    body = (
        (
            str(row.agent),
            name_word(row.home, lang),
            words[f"play_type_{row.type}"],
            plain(row.capital),
            row.first,
            row.last,
            str(row.projects),
        )
        for row in rows
    )
    return _table("play-investors", [words[f"play_fdi_{head}"] for head in heads], body, numbers=(0, 3, 6))


def _table(name: str, heads: Iterable[str], body: Iterable[Iterable[str]], numbers: Sequence[int]) -> str:
    def cell(tag: str, place: int, text: str) -> str:
        kind = ' class="number"' if place in numbers else ""
        scope = ' scope="col"' if tag == "th" else ""
        return f"<{tag}{kind}{scope}>{escape(text)}</{tag}>"

    head = "".join(cell("th", i, text) for i, text in enumerate(heads))
    rows = "".join("<tr>" + "".join(cell("td", i, text) for i, text in enumerate(row)) + "</tr>" for row in body)
    return f'<table class="{name}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
