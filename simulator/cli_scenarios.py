"""What ``scenarios show`` and ``diff`` do: load, describe, print. Heavy imports stay inside the functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from simulator.cli_support import print_json, print_rich
from simulator.cli_wrap import Wrapped

if TYPE_CHECKING:
    from rich.console import RenderableType

    from simulator.card import Card
    from simulator.scenario_diff import ScenarioDiff

WIDTH: Final = 100
"""Columns of text in the terminal, at most."""

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "changes": "What changes against {base}",
        "alone": "What is in force",
        "from": " (from {file})",
        "costs": "Who pays",
        "limits": "What this model cannot show",
        "sources": "Sources",
        "notes": "Notes",
        "rest": "What stays",
        "same": "No difference in what they do, to {until}.",
        "policy": "What they do differently, to {until}",
        "sampled": "Sampled sizes that differ",
        "texts": "Texts that differ",
        "fields": "Texts that differ: {fields}; --texts shows them.",
        "target": "{what} ({where})",
        "row": "{what} ({where}), from {start} to {end}",
        "title": "Title", "summary": "Summary",
        "end": "the end", "comma": ", ",
    },
    "zh": {
        "changes": "与{base}相比的变化",
        "alone": "实施的政策",
        "from": "（来自{file}）",
        "costs": "由谁支付",
        "limits": "本模型无法反映",
        "sources": "资料来源",
        "notes": "说明",
        "rest": "不变的部分",
        "same": "至{until}，两者的作用没有区别。",
        "policy": "至{until}，作用上的区别",
        "sampled": "抽样规模的区别",
        "texts": "文字上的区别",
        "fields": "文字上的区别：{fields}；加上 --texts 可查看。",
        "target": "{what}（{where}）",
        "row": "{what}（{where}），{start}至{end}",
        "title": "标题", "summary": "摘要",
        "end": "期末", "comma": "、",
    },
}  # fmt: skip


def show(name: str, against: str | None, as_json: bool, lang: str) -> None:
    """Print the card of a scenario against its parent, or against another scenario.

    Raises
    ------
    InputError
        If one of them is unknown or wrong.
    """
    from simulator import card
    from simulator.scenario import load_scenario

    scenario = load_scenario(name)
    base = None if against is None else load_scenario(against)
    found = card.describe(scenario, base, lang)
    if as_json:
        print_json(card.as_json(found))
    else:
        print_rich(render_card(found, lang))


def compare_inputs(a: str, b: str, until: str, as_json: bool, lang: str, texts: bool = False) -> None:
    """Print what differs between the inputs of two scenarios; ``texts`` prints titles, summaries and notes too.

    Raises
    ------
    InputError
        If one of them is unknown or wrong.
    """
    from simulator import scenario_diff
    from simulator.scenario import load_scenario

    found = scenario_diff.diff(load_scenario(a), load_scenario(b), until, lang)
    if as_json:
        print_json(scenario_diff.as_json(found))
    else:
        print_rich(render_diff(found, lang, texts))


def render_card(card: Card, lang: str = "en") -> RenderableType:
    """Return a card as text for the terminal, at most ``WIDTH`` columns wide."""
    from simulator.wording import scenario_word

    words = _WORDS[lang]
    heading = words["changes"].format(base=scenario_word(card.base, lang)) if card.base else words["alone"]
    changes = []
    explained: set[str] = set()
    for change in card.changes:
        text = change.text + ("" if change.own else words["from"].format(file=change.scenario))
        changes.append(text if change.meaning in explained else f"{text}\n{change.meaning}")
        explained.add(change.meaning)
    parts: list[tuple[str, list[str]]] = [
        (f"{card.name}: {card.title}", [card.summary]),
        (heading, changes),
        (words["costs"], list(card.costs)),
        (words["limits"], list(card.limits)),
        (words["rest"], [card.untouched]),
        (words["sources"], list(card.sources)),
        (words["notes"], [_unfolded(card.notes)] if card.notes else []),
    ]
    return _sections(parts)


def render_diff(found: ScenarioDiff, lang: str = "en", texts: bool = False) -> RenderableType:
    """Return the differences of two scenarios as text for the terminal, at most ``WIDTH`` columns wide."""
    from simulator.wording import scenario_word

    words = _WORDS[lang]
    a, b = (scenario_word(name, lang) + ("：" if lang == "zh" else ": ") for name in (found.a, found.b))
    rows = [
        words["row"].format(what=row.label, where=row.where, start=row.start, end=row.end or words["end"])
        + f"\n{a}{row.a}\n{b}{row.b}"
        for row in found.rows
    ]
    sampled = [words["target"].format(what=x.label, where=x.where) + f"\n{a}{x.a}\n{b}{x.b}" for x in found.sampled]
    full = [f"{words[x.field]}\n{a}{_flat(x.field, x.a)}\n{b}{_flat(x.field, x.b)}" for x in found.texts if texts]
    policy = words["policy"].format(until=found.until)
    same = [(words["same"].format(until=found.until), [""])] if found.same else []
    fields = words["comma"].join(words[x.field].lower() for x in found.texts)
    named = [(words["fields"].format(fields=fields), [""])] if fields and not texts else []
    return _sections([*same, (policy, rows), (words["sampled"], sampled), (words["texts"], full), *named])


def _sections(parts: list[tuple[str, list[str]]]) -> RenderableType:
    """Return headings with their paragraphs; a heading without paragraphs is left out."""
    from rich.console import Group
    from rich.constrain import Constrain

    return Constrain(Group(*_lines(parts)), WIDTH)


def _lines(parts: list[tuple[str, list[str]]]) -> Iterator[RenderableType]:
    """Yield each heading in bold, then its paragraphs, as a list if there are several; further lines stand deeper."""
    from rich.table import Table
    from rich.text import Text

    first = True
    for heading, paragraphs in parts:
        if not paragraphs:
            continue
        if not first:
            yield Text()
        first = False
        yield Wrapped(heading, "bold")
        table = Table.grid()
        table.add_column(width=4)
        table.add_column(overflow="fold")
        for paragraph in filter(None, paragraphs):
            head, *rest = paragraph.split("\n")
            table.add_row("  - " if len(paragraphs) > 1 or rest else "", Wrapped(head))
            for line in rest:
                table.add_row("", Wrapped(line, "dim"))
        yield table


def _unfolded(text: str) -> str:
    """Return a text whose lines were folded by its author as one line; Chinese lines join without a space."""
    joined = " ".join(line.strip() for line in text.splitlines() if line.strip())
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=\S)", "", joined)


def _flat(field: str, text: str) -> str:
    return "; ".join(text.splitlines()) if field == "sources" else _unfolded(text)
