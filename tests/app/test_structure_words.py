"""Words of the page on structure: whatever is shown has its Chinese, and nothing has that is not shown."""

from __future__ import annotations

import re

from simulator.loop_book import LOOPS, edges
from simulator.parameters import parameters
from simulator.quarter import ORDER
from tests.app.loop_pages import loop_page, plain_words
from viz.components.structure_views import _chosen, _common
from viz.structure import facts
from viz.structure import map as maps
from viz.structure.loop_picture import NODES
from viz.structure.stock_picture import BANDS
from viz.trust.markup import fragment


def test_all_words_are_translated_and_no_translation_is_idle() -> None:
    def one_line(text: str) -> str:
        return " ".join(text.split())

    phrases = {loop.note for loop in LOOPS}
    for _, path, edge in edges():
        phrases |= {path.name, path.cut, edge.phrase, edge.missing}
    undrawn = {end for _, _, edge in edges() for end in (edge.source, edge.target) if not maps.field_node(end)}
    words = {one_line(node.words) for node in NODES.values()} | {one_line(p.words) for p in maps.parts().values()}
    words |= {band[3] for band in BANDS} | set(maps.FOOT) | {end.partition(".")[2] for end in undrawn}
    quarter = {word for step in ORDER for word in (step.heading, step.agent, step.link)} - {"", "soe"}
    assert set(facts.chinese()["phrases"]) == phrases - {""}
    assert set(facts.chinese()["words"]) == words
    assert set(facts.chinese()["quarter"]) == quarter
    rules = {rule.__name__ for step in ORDER for rule in step.rules} | set(facts._book())
    assert set(facts.chinese()["rules"]) == {facts.rule_of(name).sentence for name in rules}
    shown = {end for _, _, edge in edges() for end in (edge.source, edge.target)}
    shown |= {field for node in NODES.values() for field in node.fields}
    shown |= {field for part in maps.parts().values() for field in part.fields}
    meanings = {facts.meaning_of(field) for field in shown if not field.startswith("policy.")}
    assert len(shown) > 50 and set(facts.chinese()["fields"]) == meanings - {""}
    assert set(facts.chinese()["sources"]) == {p.source for p in parameters()}
    names = {"Hummels & Schaur (2013)", "Koopman, Wang & Wei", "Bai, Hsieh & Qian (2006); Brandt et al."}
    for part in facts.chinese().values():
        assert all(re.search("[\u4e00-\u9fff]", text) for english, text in part.items() if english not in names)


def test_equations_named_in_english_are_named_in_chinese() -> None:
    """With the same number of formulas, whose quantities may have Chinese names."""
    for part in ("phrases", "rules"):
        for english, chinese in facts.chinese()[part].items():
            spelt = re.sub(r"(?<=\d)(?=[^\x00-\x7f–])|(?<=[^\x00-\x7f–])(?=E\d)", " ", chinese)
            assert facts.equations_in(spelt) == facts.equations_in(english), english
            assert chinese.count("`") == english.count("`"), english


def test_numbers_that_sources_name_are_the_same_in_chinese() -> None:
    for english, chinese in facts.chinese()["sources"].items():
        said = set(re.findall(r"\d+\.\d+", chinese))
        assert set(re.findall(r"\d+\.\d+", english)) == said - {"2.15"}, english  # 215 Mt


def test_nothing_english_is_left_on_chinese_pages() -> None:
    authors = re.findall("[A-Za-z]{3,}", " ".join(facts.chinese()["sources"].values()))
    names = {*authors, "docs", "equations", "GDP"}
    pages = {loop.key: loop_page("zh", loop) for loop in LOOPS}
    for name, node in NODES.items():
        chosen = _chosen(maps.node_words(name, "zh"), node.fields)
        pages[name] = loop_page("zh", LOOPS[0], chosen)
    for key, part in maps.parts().items():
        chosen = _chosen(facts.in_words(part.words, "zh"), part.fields, part.rule)
        pages[f"stock {key}"] = fragment("structure_stocks.html", "zh", picture="", keys=(),
                                         node=chosen, **_common("zh"))  # fmt: skip
    pages["quarter"] = fragment("structure_quarter.html", "zh", turns=facts.turns("zh"), marked="", **_common("zh"))
    for name, page in pages.items():
        assert set(re.findall("[A-Za-z]{3,}", plain_words(page))) <= names, name
        assert not re.search(r"[\u4e00-\u9fff],|\([\u4e00-\u9fff]", plain_words(page)), name  # marks of English
