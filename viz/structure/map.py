"""The pictures of loops and stocks for the app: in two languages, with parts that can be chosen and stand out.

What they show, and where, comes from ``loop_picture.py`` and ``stock_picture.py``; colours from the app's style sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from typing import Final

from simulator.loop_book import LOOPS
from simulator.loops import Loop, Path, stocks
from simulator.variables import variable
from viz.shapes import (
    BLUE,
    GREY,
    VERMILION,
    Box,
    Drawing,
    Point,
    along,
    arrow,
    badge,
    box_of,
    cloud,
    curve,
    pipe,
    plate,
    sign_mark,
    valve,
)
from viz.structure import loop_picture, stock_picture
from viz.structure.facts import in_words
from viz.structure.loop_picture import BADGES, BEND, NODES, NOT_DRAWN, SELF, arrows, node_of
from viz.structure.stock_picture import CHAINS, HELPERS, INFORMATION
from viz.trust.markup import titled

SIZE: Final = 18.0
"""Of the words of the picture of loops, which is larger than in the documents: it is shown smaller."""
BADGE_PLACES: Final[Mapping[str, Point]] = {**BADGES, "R4": (705, 396)}
"""The larger words need one badge to move."""
WIDTH: Final = loop_picture.WIDTH
HEIGHT: Final = 965.0
"""Without the foot of the picture in the documents, whose words the page has beside it."""
ROOM: Final = 40.0
"""Around a loop that is shown alone."""
LEAST: Final = (880.0, 400.0)
"""Smallest part of the picture that is shown: width, height."""
STOCK_FOOT: Final = 56.0
"""Height of the foot of the picture of stocks."""
FOOT: Final = (
    "sold after closure", "stock", "flow with its valve", "either way", "outside the model", "information",
    "loops that turn on the stock (disc: reinforcing, square: balancing, dotted: open)",
)  # fmt: skip
"""Words of the picture of stocks that no part of it declares."""
BEFORE: Final = " before"
FLOW: Final = " words"
"""Ends of the names of rectangles in ``stock_picture.py``."""


@dataclass(frozen=True)
class Part:
    """A part of the picture of stocks that can be chosen: its words, its fields, the rule that carries it if a flow."""

    key: str
    words: str
    fields: tuple[str, ...]
    rule: str = ""


# Loops


def node_words(name: str, lang: str) -> str:
    """Return the words of a variable of the picture of loops, in one line."""
    return in_words(NODES[name].words, lang)


def field_node(field: str) -> str:
    """Return the variable of the picture that stands for a field; empty if the picture leaves it out."""
    return "" if field in NOT_DRAWN else node_of(field)


def nodes_of(loop: Loop) -> set[str]:
    """Return the variables of the picture that a loop runs through."""
    ends = {end for path in loop.paths for edge in path.edges for end in (edge.source, edge.target)}
    return {field_node(end) for end in ends} - {""}


def name_of(field: str, lang: str) -> str:
    """Return what a field is called: by the picture, else as an output of the model, else by its own name."""
    found = field_node(field)
    if found:
        return node_words(found, lang)
    level, name = field.split(".")
    try:
        return variable(level, name).label_in(lang)
    except KeyError:
        return titled(in_words(name.replace("_", " "), lang))


def chain(path: Path, lang: str) -> list[tuple[str, int]]:
    """Return the variables around a path, and whether each rises (1) or falls (-1) after the first has risen."""
    found, way = [(name_of(path.edges[0].source, lang), 1)], 1
    for edge in path.edges:
        way *= edge.sign
        step = (name_of(edge.target, lang), way)
        if found[-1] != step:  # two fields that the picture shows as one variable
            found.append(step)
    return found


@cache
def boxes(lang: str) -> Mapping[str, Box]:
    """Return the rectangles of the words of all variables."""
    return {name: box_of(_lines(node.words, lang), node.x, node.y, SIZE) for name, node in NODES.items()}


def _lines(words: str, lang: str) -> str:
    """Return words with their line breaks; Chinese fits one line."""
    return in_words(words, lang) if lang == "zh" else words


@cache
def loop_map(lang: str, loop: str = "", node: str = "", title: str = "") -> str:
    """Return the picture of loops as SVG; elements that can be chosen have ``data-key``.

    Parameters
    ----------
    lang
        ``en`` or ``zh``.
    loop
        Key of the loop that stands out, the rest being faint and the picture cut to it; empty: the whole.
    node
        Variable that stands out.
    title
        Read out by screen readers.
    """
    chosen = next((one for one in LOOPS if one.key == loop), None)
    inside = nodes_of(chosen) if chosen else set(NODES)
    places = boxes(lang)
    below: list[str] = []
    above: list[str] = []
    for (start, end), (sign, carried, keys) in arrows().items():
        faint = chosen is not None and loop not in keys
        piece = _arrow(places, start, end, sign, carried)
        words = escape(f"{node_words(start, lang)} → {node_words(end, lang)}", quote=True)
        (below if faint else above).append(
            f'<g class="structure-arrow{_faint(faint)}" data-loops="{" ".join(keys)}"><title>{words}</title>{piece}</g>'
        )
    kept = stocks()
    window = _window(chosen, inside, places)
    for name, declared in NODES.items():
        if not window.holds((declared.x, declared.y)):
            continue  # nobody could see it, but the keyboard would reach it
        is_stock = declared.fields[0] in kept
        (above if name in inside else below).append(_node(name, places[name], is_stock, lang, name in inside, node))
    for one in LOOPS:
        if not window.holds(BADGE_PLACES[one.key]):
            continue
        mark = _badge(one, lang, loop)
        (above if not chosen or one is chosen else below).append(mark)
    return _svg("structure-loops", title, window, [*below, *above])


def _faint(faint: bool) -> str:
    return " is-faint" if faint else ""


def _node(name: str, box: Box, is_stock: bool, lang: str, inside: bool, chosen: str) -> str:
    drawing = Drawing(0, 0, "", "")
    drawing.add(plate(box, is_stock))
    drawing.lines(box.x, box.y, _lines(NODES[name].words, lang), SIZE)
    pressed = ' aria-pressed="true"' if name == chosen else ' aria-pressed="false"'
    state = ("" if inside else " is-faint") + (" is-chosen" if name == chosen else "")
    return (
        f'<g class="structure-node{state}" data-key="node:{name}" role="button" tabindex="0"{pressed} '
        f'aria-label="{escape(node_words(name, lang), quote=True)}">{"".join(drawing.pieces)}</g>'
    )


def _badge(loop: Loop, lang: str, chosen: str) -> str:
    x, y = BADGE_PLACES[loop.key]
    name = loop.name_zh if lang == "zh" else loop.name
    pressed = "true" if loop.key == chosen else "false"
    state = " is-chosen" if loop.key == chosen else _faint(bool(chosen))
    return (
        f'<g class="structure-badge{state}" data-key="loop:{loop.key}" role="button" tabindex="0" '
        f'aria-pressed="{pressed}" aria-label="{escape(f"{loop.key} {name}", quote=True)}">'
        f"<title>{escape(f'{loop.key} {name}')}</title>{badge(x, y, loop.key, loop.open)}</g>"
    )


def _arrow(places: Mapping[str, Box], start: str, end: str, sign: int, carried: bool) -> str:
    """Return an arrow with its sign."""
    if start == end:
        drawing = Drawing(0, 0, "", "")
        loop_picture.self_arrow(drawing, places[start], SELF[start], sign)
        return "".join(drawing.pieces)
    way = curve(places[start], places[end], BEND.get((start, end), 0.1))
    colour = (BLUE if sign > 0 else VERMILION) if carried else GREY
    dash = ("" if sign > 0 else "8 4") if carried else "2 5"
    length = abs(way[2][0] - way[0][0]) + abs(way[2][1] - way[0][1])
    mark = sign_mark(along(way, max(0.6, 1 - 30 / max(length, 1)), 11), sign, colour)
    return arrow(way, colour, dash=dash) + mark


def _window(loop: Loop | None, inside: Iterable[str], places: Mapping[str, Box]) -> Box:
    """Return the part of the picture that is shown: all of it, or a loop with some room."""
    if loop is None:
        return Box(WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT)
    x, y = BADGE_PLACES[loop.key]
    shown = [places[name] for name in inside] + [Box(x, y, 36, 36)]
    left = min(box.x - box.width / 2 for box in shown) - ROOM
    right = max(box.x + box.width / 2 for box in shown) + ROOM
    top = min(box.y - box.height / 2 for box in shown) - ROOM
    bottom = max(box.y + box.height / 2 for box in shown) + ROOM
    width, height = max(right - left, LEAST[0]), max(bottom - top, LEAST[1])
    x = min(max((left + right) / 2, width / 2), max(WIDTH - width / 2, width / 2))
    y = min(max((top + bottom) / 2, height / 2), max(HEIGHT - height / 2, height / 2))
    return Box(x, y, width, height)


def _svg(kind: str, title: str, window: Box, pieces: Iterable[str]) -> str:
    left, top = window.x - window.width / 2, window.y - window.height / 2
    return (
        f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" role="group" aria-label="{escape(title, quote=True)}" '
        f'viewBox="{left:.0f} {top:.0f} {window.width:.0f} {window.height:.0f}">{"".join(pieces)}</svg>'
    )


# Stocks


@cache
def parts() -> Mapping[str, Part]:
    """Return what can be chosen in the picture of stocks, by key."""
    found: dict[str, Part] = {}

    def put(key: str, words: str, fields: tuple[str, ...], rule: str = "") -> None:
        found[key] = Part(key, words, fields, rule)

    for name, chain in CHAINS.items():
        put(name, chain.words, (chain.field,))
        first = chain.before[1] if chain.before else chain.field
        put(f"in {name}", chain.inflow.words, (first,), chain.inflow.rule)
        if chain.outflow:
            put(f"out {name}", chain.outflow.words, (chain.field,), chain.outflow.rule)
        if chain.before:
            put(f"{name}{BEFORE}", chain.before[0], (chain.before[1],))
            put(f"{name} opening", chain.before[2].words, (chain.before[1], chain.field), chain.before[2].rule)
    for name, (words, fields, _, _) in HELPERS.items():
        put(name, words, fields)
    return found


def stock_keys(lang: str) -> list[tuple[str, str]]:
    """Return the marks of the picture of stocks and what they mean, for a legend beside it."""
    y = 12.0
    marks = (
        (plate(Box(22, y, 40, 18), True), 44), (pipe(2, 72, y) + valve(32, y), 74),
        (pipe(2, 72, y, both=True) + valve(37, y), 74), (cloud(20, 15.0), 40),
        (arrow(((2, y), (25, y), (48, y)), INFORMATION, 1.1, head=8.0), 50),
        (badge(12, y, "R1", size=8.0) + badge(38, y, "B1", size=8.0), 50),
    )  # fmt: skip
    return [
        (f'<svg viewBox="0 0 {width} 24" width="{width}" height="24" aria-hidden="true">{mark}</svg>',
         in_words(words, lang))
        for (mark, width), words in zip(marks, FOOT[1:], strict=True)
    ]  # fmt: skip


@cache
def stock_map(lang: str, chosen: str = "", title: str = "", foot: bool = True) -> str:
    """Return the picture of stocks and flows as SVG; see :func:`loop_map`.

    Parameters
    ----------
    lang
        ``en`` or ``zh``.
    chosen
        Key of the part that stands out.
    title
        Read out by screen readers.
    foot
        With what the marks mean.
    """
    drawing = stock_picture.stock_picture()
    pieces = drawing.pieces if lang != "zh" else _translated(drawing.pieces, _all_words())
    spots = []
    for key, part in parts().items():
        box = drawing.boxes.get(key) or drawing.boxes[f"{key}{FLOW}"]
        words = escape(in_words(part.words, lang), quote=True)
        pressed = "true" if key == chosen else "false"
        spots.append(
            f'<g class="structure-spot{" is-chosen" if key == chosen else ""}" data-key="stock:{key}" role="button" '
            f'tabindex="0" aria-pressed="{pressed}" aria-label="{words}"><title>{words}</title>'
            f'<rect x="{box.x - box.width / 2 - 4:.1f}" y="{box.y - box.height / 2 - 3:.1f}" '
            f'width="{box.width + 8:.1f}" height="{box.height + 6:.1f}" rx="4"/></g>'
        )
    width, height = float(stock_picture.WIDTH), float(stock_picture.HEIGHT) - (0 if foot else STOCK_FOOT)
    window = Box(width / 2, height / 2, width, height)
    return _svg("structure-stocks", title, window, [*pieces, *spots])


def _all_words() -> list[str]:
    """Return the words of the picture of stocks as they are declared, with their line breaks."""
    grounds = [band[3] for band in stock_picture.BANDS]
    return [part.words for part in parts().values()] + grounds + list(FOOT)


_TEXT: Final = re.compile(r'(<text x="[^"]*" y=")([^"]*)(" font-size="([^"]*)"[^>]*>)([^<]*)(</text>)')


def _translated(pieces: list[str], words: Iterable[str]) -> list[str]:
    """Return a drawing whose words are Chinese, those of several lines in one at their middle."""
    known = sorted({tuple(text.split("\n")) for text in words}, key=len, reverse=True)
    made, place = [], 0
    while place < len(pieces):
        found = [_TEXT.fullmatch(piece) for piece in pieces[place : place + 3]]
        said = [unescape(match[5]) for match in found if match]
        lines = next((lines for lines in known if tuple(said[: len(lines)]) == lines), None)
        first, last = found[0], found[len(lines) - 1] if lines else None
        if lines is None or first is None or last is None:
            made.append(pieces[place])
            place += 1
            continue
        height = (float(first[2]) + float(last[2])) / 2
        text = in_words("\n".join(lines), "zh")
        made.append(f"{first[1]}{height:.1f}{first[3]}{escape(text)}{first[6]}")
        place += len(lines)
    return made
