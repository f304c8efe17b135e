"""The page on structure: pictures that can be chosen from, in two languages, and facts that the declarations hold."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from html import unescape

import pytest

from simulator.loop_book import LOOPS, edges
from simulator.loops import Loop
from simulator.quarter import ORDER, access
from tests.app.drawn import drawn
from tests.app.loop_pages import loop_page
from viz.components.structure_views import _common
from viz.shapes import Box
from viz.structure import facts
from viz.structure import map as maps
from viz.structure.loop_picture import NODES, arrows
from viz.trust.markup import broken, fragment, standalone_drawing, titled

LANGS = ("en", "zh")
SVG = "{http://www.w3.org/2000/svg}"
KEYS = [loop.key for loop in LOOPS]


def keyed(svg: str) -> dict[str, ElementTree.Element]:
    found = [part for part in ElementTree.fromstring(svg).iter() if part.get("data-key")]
    keys = {str(part.get("data-key")): part for part in found}
    assert len(keys) == len(found)
    return keys


def faint(part: ElementTree.Element) -> bool:
    return "is-faint" in str(part.get("class"))


# Pictures


@pytest.mark.parametrize("lang", LANGS)
def test_words_of_the_loop_picture_do_not_cover_each_other(lang: str) -> None:
    boxes = list(maps.boxes(lang).items()) + [(key, Box(x, y, 36, 36)) for key, (x, y) in maps.BADGE_PLACES.items()]
    assert len(boxes) == len(NODES) + len(LOOPS)
    for number, (name, box) in enumerate(boxes):
        assert [other for other, there in boxes[number + 1 :] if box.overlaps(there)] == [], name
        assert 0 <= box.x - box.width / 2 and box.x + box.width / 2 <= maps.WIDTH, name
        assert 0 <= box.y - box.height / 2 and box.y + box.height / 2 <= maps.HEIGHT, name


@pytest.mark.parametrize("lang", LANGS)
def test_every_variable_and_loop_can_be_chosen(lang: str) -> None:
    parts = keyed(maps.loop_map(lang, "", "", "Title"))
    assert set(parts) == {f"node:{name}" for name in NODES} | {f"loop:{key}" for key in KEYS}
    assert all(part.get("tabindex") == "0" and part.get("role") == "button" for part in parts.values())
    assert all(part.get("aria-label") for part in parts.values())


@pytest.mark.parametrize("key", KEYS)
def test_a_chosen_loop_stands_out_alone(key: str) -> None:
    text = maps.loop_map("en", key, "", "Title")
    root = ElementTree.fromstring(text)
    drawn = [part for part in root.iter() if "structure-arrow" in str(part.get("class"))]
    assert len(drawn) == len(arrows())
    assert all(faint(part) != (key in str(part.get("data-loops")).split()) for part in drawn)
    loop = facts.loop_of(key)
    assert loop is not None
    nodes = {name for name, part in keyed(text).items() if name.startswith("node:") and not faint(part)}
    assert nodes == {f"node:{name}" for name in maps.nodes_of(loop)}
    pressed = [name for name, part in keyed(text).items() if part.get("aria-pressed") == "true"]
    assert pressed == [f"loop:{key}"]


@pytest.mark.parametrize("key", KEYS)
def test_the_window_shows_the_loop_and_what_it_cuts_off_cannot_be_reached(key: str) -> None:
    text = maps.loop_map("en", key, "", "Title")
    left, top, width, height = map(float, str(ElementTree.fromstring(text).get("viewBox")).split())
    window = Box(left + width / 2, top + height / 2, width + 2, height + 2)
    for name in keyed(text):
        kind, _, which = name.partition(":")
        assert window.holds((NODES[which].x, NODES[which].y) if kind == "node" else maps.BADGE_PLACES[which])
    loop = facts.loop_of(key)
    assert loop is not None
    for name in maps.nodes_of(loop):
        box = maps.boxes("en")[name]
        assert window.holds((box.x - box.width / 2, box.y)) and window.holds((box.x + box.width / 2, box.y)), name


def test_a_chosen_variable_is_marked() -> None:
    parts = keyed(maps.loop_map("zh", "", "wage", "Title"))
    assert [name for name, part in parts.items() if "is-chosen" in str(part.get("class"))] == ["node:wage"]
    assert parts["node:wage"].get("aria-label") == "工资"


def test_stock_picture_in_chinese_has_no_english_left() -> None:
    root = ElementTree.fromstring(maps.stock_map("zh", "", "标题"))
    words = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    left = [word for word in words if re.search("[A-Za-z]{2,}", word)]
    assert not left and len(words) > 60
    assert "基础设施" in words and "统计虚报" in words


@pytest.mark.parametrize("lang", LANGS)
def test_the_legend_of_stocks_stands_beside_the_picture(lang: str) -> None:
    keys = maps.stock_keys(lang)
    whole, cut = (maps.stock_map(lang, "", "Title", foot) for foot in (True, False))
    words = [text for _, text in keys]
    assert len(set(words)) == 6 and all(text.replace("&", "&amp;") in whole for text in words)
    for mark, _ in keys:
        assert ElementTree.fromstring(mark).get("aria-hidden") == "true"
    heights = [float(str(ElementTree.fromstring(svg).get("viewBox")).split()[3]) for svg in (whole, cut)]
    assert heights[1] < 1130 - 24 < heights[0]  # where the foot begins


def test_translation_keeps_everything_but_words() -> None:
    def shapes(lang: str) -> dict[str, int]:
        tags = [part.tag for part in ElementTree.fromstring(maps.stock_map(lang, "", "Title")).iter()]
        return {tag: tags.count(tag) for tag in set(tags) - {f"{SVG}text"}}

    assert shapes("en") == shapes("zh")


@pytest.mark.parametrize("lang", LANGS)
def test_every_part_of_the_stock_picture_can_be_chosen(lang: str) -> None:
    parts = keyed(maps.stock_map(lang, "in debt", "Title"))
    assert set(parts) == {f"stock:{key}" for key in maps.parts()} and len(parts) > 50
    assert [name for name, part in parts.items() if part.get("aria-pressed") == "true"] == ["stock:in debt"]


def test_parts_of_the_stock_picture_are_fields_that_rules_touch() -> None:
    for part in maps.parts().values():
        writers, _ = facts.touching(part.fields)
        assert writers, part.key
        if part.rule:
            fields = {f"{kind}.{name}" for kind, name in access(part.rule).writes}
            assert fields & set(part.fields), part.key


def test_a_picture_that_leaves_the_page_is_whole() -> None:
    for svg in (maps.loop_map("en", "R2", "", "A & B"), maps.stock_map("zh", "debt", "标题")):
        root = ElementTree.fromstring(standalone_drawing(svg))
        assert root.tag == f"{SVG}svg" and root.get("viewBox") and root.get("font-family")
        assert [child.tag for child in root][:2] == [f"{SVG}style", f"{SVG}rect"]
    with pytest.raises(ValueError, match="not an SVG element"):
        standalone_drawing("<svg>")


# Facts


def test_rules_say_what_the_code_says() -> None:
    rule = facts.rule_of("city_exports")
    assert (rule.equations, rule.step, rule.agent) == ("E21, E22", 12, "city")
    assert "trade_elasticity_long_run" in {p.name for p in rule.parameters}
    assert {"export_commodity_steel", "export_commodity_other"} <= {p.name for p in rule.parameters}
    assert rule.sentence.startswith("Exports to each partner")
    with pytest.raises(KeyError):
        facts.rule_of("no_rule")


def test_parts_of_a_rule_stand_where_it_stands() -> None:
    numbers = {step.rules[0].__name__: number for number, step in enumerate(ORDER, 1)}
    for name in ("soe_earns", "soe_survives", "soe_plans_investment"):
        assert facts.rule_of(name).step == numbers["soe_decides"]
    assert facts.rule_of("city_lends").step == numbers["city_lends"]


def test_ranges_of_equations_are_spelt_out() -> None:
    assert facts.equations_in("see E4-E6, E19 and E2") == "E2, E4, E5, E6, E19"
    assert facts.equations_in("none") == ""


def test_equations_that_a_sentence_leaves_out_are_named_beside_it() -> None:
    assert facts.rule_of("city_sets_prices").unsaid == ("E61", "E63")
    assert facts.rule_of("city_exports").unsaid == ()


def test_paths_that_close_come_first() -> None:
    for key in KEYS:
        cut = [bool(way.path.cut) for way in facts.closed_first(key)]
        assert cut == sorted(cut) and len(cut) == len(facts.ways(key)), key
    assert facts.ways("R5")[0].path.cut and not facts.closed_first("R5")[0].path.cut
    page = loop_page("en", next(loop for loop in LOOPS if loop.key == "R5"))
    assert page.index("Through demand") < page.index("As sketched: jobs")


def test_titles_begin_with_a_capital_letter_and_names_may_be_broken() -> None:
    assert titled("R&D pays") == "R&D pays" and titled("through demand") == "Through demand" and titled("") == ""
    assert broken("city.rd_stock<") == "city.<wbr>rd_<wbr>stock&lt;"
    assert maps.name_of("city.revenue", "en") == "Revenue"


def test_who_writes_and_reads_a_variable() -> None:
    writers, readers = facts.touching(("city.wage",))
    assert [rule.name for rule in writers] == ["city_sets_wage"]
    assert {"city_sets_prices", "city_attracts", "city_appeals"} <= {rule.name for rule in readers}
    assert not {rule.name for rule in writers} & {rule.name for rule in readers}


def test_every_field_of_a_loop_has_a_meaning() -> None:
    for _, _, edge in edges():
        for field in (edge.source, edge.target):
            for lang in LANGS:
                assert facts.meaning_of(field, lang), field
    assert "核查" in facts.meaning_of("policy.audit_revenue_fdi", "zh")
    assert facts.meaning_of("city.gdp", "zh") == "实际GDP" and facts.meaning_of("city.gdp") == "real GDP"


def test_loops_through_a_variable() -> None:
    assert [loop.key for loop in facts.loops_through(("port.routes",))] == ["R2"]
    assert facts.loops_through(("city.index",)) == []


def test_delay_of_links() -> None:
    """Routes set last quarter act on freight; the rest of the way lies within the quarter."""
    first = facts.ways("R2")[0]
    assert [link.quarters for link in first.links] == [1, 0, 0, 0, 0] and first.quarters == 1
    through = facts.ways("R1")[0]
    assert [link.edge.target for link in through.links if link.quarters] == ["city.attraction"]


def test_a_loop_that_closes_takes_time() -> None:
    for loop in LOOPS:
        for way in facts.ways(loop.key):
            if not any(edge.missing for edge in way.path.edges):
                assert way.quarters >= 1, (loop.key, way.path.name)


@pytest.mark.parametrize("lang", LANGS)
def test_chains_end_where_they_start_with_the_sign_of_the_path(lang: str) -> None:
    for loop in LOOPS:
        for path in loop.paths:
            chain = maps.chain(path, lang)
            assert chain[0][1] == 1 and chain[-1] == (chain[0][0], path.sign), (loop.key, path.name)


def test_names_of_fields_that_are_not_drawn() -> None:
    assert maps.field_node("city.revenue") == ""
    assert "revenue" in maps.name_of("city.revenue", "en").lower()
    assert re.search("[\u4e00-\u9fff]", maps.name_of("city.revenue", "zh"))


# Tables


def test_links_as_csv_are_all_edges() -> None:
    rows = list(csv.DictReader(io.StringIO(facts.links_csv(KEYS))))
    assert [(row["loop"], row["source"], row["target"]) for row in rows] == [
        (loop.key, edge.source, edge.target) for loop, _, edge in edges()
    ]
    chinese = list(csv.DictReader(io.StringIO(facts.links_csv(KEYS, "zh"))))
    for row, (_, _, edge) in zip(chinese, edges(), strict=True):
        said = [
            row[key] for key in ("path", "source_meaning", "target_meaning", "why", "not_in_code_because") if row[key]
        ]
        assert len(said) >= 4 and all(re.search("[\u4e00-\u9fff]", text) for text in said), edge
    for row, (_, _, edge) in zip(rows, edges(), strict=True):
        assert row["sign"] == ("+" if edge.sign > 0 else "-")
        assert (row["quarters"] == "") == bool(edge.missing)


def test_quarter_as_csv_is_every_step() -> None:
    rows = list(csv.DictReader(io.StringIO(facts.quarter_csv())))
    assert [int(row["step"]) for row in rows] == list(range(1, len(ORDER) + 1))
    assert [row["link_handed_on"] for row in rows] == [step.link for step in ORDER]
    assert all(row["rule"] and row["says"] for row in rows)
    for row in csv.DictReader(io.StringIO(facts.quarter_csv("zh"))):
        assert all(re.search("[\u4e00-\u9fff]", row[key]) for key in ("part", "agent", "says")), row


@pytest.mark.parametrize("lang", LANGS)
def test_quarter_in_words(lang: str) -> None:
    turns = facts.turns(lang)
    assert len(turns) == len(ORDER)
    agents = {turn.agent for turn in turns}
    assert ("state-owned enterprise" if lang == "en" else "国有企业") in agents and "soe" not in agents
    page = fragment("structure_quarter.html", lang, turns=turns, marked="4", **_common(lang))
    assert page.count("data-step=") == len(ORDER) and "``" not in page
    assert page.count("is-marked") == 1 and '<tr data-step="4" class="is-marked" data-scroll="center">' in page


# Pages


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("loop", LOOPS, ids=KEYS)
def test_page_of_a_loop_holds_its_links_and_rules(loop: Loop, lang: str) -> None:
    page = loop_page(lang, loop)
    assert (loop.name_zh if lang == "zh" else loop.name) in page.replace("&#39;", "'")
    for path in loop.paths:
        for edge in path.edges:
            assert f"<code>{broken(edge.source)}</code>" in page
            for rule in map(facts.rule_of, edge.rules):
                said = facts.in_words(rule.sentence, lang, "rules").partition("`")[0]
                assert f'data-rule="{rule.name}">{said}' in unescape(page)
                assert (f'data-parameters="{rule.name}"' in page) == bool(rule.parameters), rule.name
            assert not edge.missing or facts.in_words(edge.missing, lang, "phrases") in page
    assert page.count('<tr class="is-gone">') == sum(bool(e.missing) for path in loop.paths for e in path.edges)
    assert "``" not in page


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "asked", ["", "view=stocks", "view=quarter", "view=x&loop=x&node=%3Cb%3E", "view=stocks&stock=x"]
)
def test_every_view_is_drawn(asked: str, lang: str) -> None:
    from viz.pages.structure import StructurePage

    with drawn(StructurePage, f"/structure?{asked}", lang) as page:
        assert len(page.html) > 10_000 and "<b>x" not in page.html and "structure-detail" not in page.html


def test_choices_are_in_the_address() -> None:
    from viz.pages.structure import StructurePage

    with drawn(StructurePage, "/structure?loop=R2&result=demo", "zh") as page:
        assert 'data-loop="R2"' in page.html
        for key in ("node:wage", "loop:B3", "none", "unknown"):
            page.choose(key)
        assert page.went_to == [
            "/structure?result=demo&view=loops&loop=R2&node=wage",
            "/structure?result=demo&view=loops&loop=B3",
            "/structure?result=demo&view=loops",
            "/structure?result=demo&view=loops",
        ]


def test_closing_a_variable_leaves_the_loop_open() -> None:
    from viz.pages.structure import StructurePage

    with drawn(StructurePage, "/structure?loop=R2&node=routes") as page:
        assert 'class="structure-detail"' in page.html and "port_expands" in page.html
        page.choose("none")
        assert page.went_to == ["/structure?view=loops&loop=R2"]


def test_a_chosen_flow_names_its_rule_and_leads_to_loops() -> None:
    from viz.pages.structure import StructurePage

    with drawn(StructurePage, "/structure?view=stocks&stock=in+debt") as page:
        assert 'data-rule="city_spends"' in page.html and 'data-key="loop:B4"' in page.html
        page.choose("loop:B4")
        page.choose("stock:wage")
        assert page.went_to == ["/structure?view=loops&loop=B4", "/structure?view=stocks&stock=wage"]
