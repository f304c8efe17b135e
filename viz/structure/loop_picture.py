"""The causal-loop picture: variables, the edges of ``loop_book.py`` between them, and the keys of the loops.

Where things stand is declared here; which arrows there are, and their signs, comes from the loops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulator.loop_book import LOOPS, edges
from simulator.loops import stocks
from viz.shapes import BLUE, GREY, INK, VERMILION, Box, Drawing, along, arrow, badge, box_of, curve, plate, sign_mark

WIDTH: Final = 1560
HEIGHT: Final = 1130


@dataclass(frozen=True)
class Node:
    """A variable: its words, the fields it stands for (the first decides whether it is a stock), its place."""

    words: str
    fields: tuple[str, ...]
    x: float
    y: float


NODES: Final = {
    "graduates": Node("Graduates", ("city.graduates",), 300, 90),
    "pool": Node("Pull of all\ncities together", ("province.appeal_total",), 100, 90),
    "choice": Node("Appeal to\ngraduates", ("city.appeal",), 185, 235),
    "workers": Node("Workers", ("city.workers",), 225, 385),
    "wage": Node("Wage", ("city.wage",), 440, 330),
    "tfp": Node("Productivity", ("city.tfp",), 560, 120),
    "research": Node("R&D stock", ("city.rd_stock",), 790, 75),
    "density": Node("Market within\nreach", ("city.agglomeration",), 600, 418),
    "price": Node("Producer price", ("city.price", "city.export_price"), 715, 275),
    "output": Node("Output", ("city.gdp", "city.gdp_past", "province.gdp", "city.private_output", "city.cell_output"),
                   715, 550),
    "standard": Node("Environmental\nstandard", ("policy.environmental_standard",), 945, 150),
    "emissions": Node("Emissions", ("city.emissions",), 945, 395),
    "attraction": Node("Appeal to\nforeign investors", ("city.attraction",), 385, 495),
    "foreign": Node("Foreign capital\nin the city", ("city.foreign_capital",), 110, 500),
    "plants": Node("Plants of foreign\ninvestors", ("investor.capital", "city.fdi_investment"), 245, 625),
    "investment": Node("Investment", ("city.private_investment", "city.investment"), 520, 660),
    "credit": Node("Credit left for\nprivate firms", ("city.private_credit",), 290, 745),
    "loans": Node("New loans of\nstate firms", ("city.soe_loans",), 120, 840),
    "shortfall": Node("Unpaid interest", ("soe.shortfall",), 300, 925),
    "orders": Node("Output of\nstate firms", ("soe.output",), 510, 840),
    "distress": Node("Quarters in\ndistress", ("soe.distress",), 660, 925),
    "state": Node("State-owned\ncapital", ("soe.capital",), 690, 765),
    "spending": Node("Public\nspending", ("province.discretionary", "city.public_consumption"), 905, 690),
    "borrowing": Node("New\nborrowing", ("province.borrowing",), 830, 820),
    "debt": Node("Public debt", ("province.debt",), 985, 880),
    "padding": Node("Padding", ("city.padding",), 1010, 545),
    "audit": Node("Audits", ("policy.audit_revenue_fdi",), 1085, 690),
    "exports": Node("Exports", ("city.exports", "city.exports_total"), 1125, 275),
    "freight": Node("Freight and\ntrade cost", ("city.freight", "city.trade_cost"), 1255, 125),
    "routes": Node("Routes", ("port.routes",), 1470, 215),
    "congestion": Node("Load of\nthe port", ("port.congestion",), 1290, 275),
    "cargo": Node("Cargo of\nthe port", ("port.throughput",), 1270, 440),
    "gateway": Node("Choice of\nthe port", ("city.gateway_weight",), 1475, 455),
    "handling": Node("Handling\ncost", ("port.handling",), 1350, 575),
    "fee": Node("Port fee", ("port.fee",), 1480, 655),
    "concentration": Node("Concentration\nof owners", ("province.concentration",), 1300, 740),
    "merger": Node("Merger", ("policy.port_merger",), 1165, 835),
}  # fmt: skip
"""Name -> variable; fields that tell the same story share one."""

NOT_DRAWN: Final = frozenset({"city.revenue", "city.capital"})
"""Fields of open paths that the picture leaves out; the foot tells them."""

BEND: Final = {
    ("pool", "graduates"): -0.17, ("graduates", "pool"): -0.17, ("graduates", "choice"): 0.13,
    ("choice", "graduates"): 0.22, ("wage", "workers"): -0.14, ("workers", "wage"): -0.16,
    ("output", "wage"): -0.1, ("output", "density"): 0.05, ("density", "price"): 0.1, ("price", "output"): -0.02,
    ("output", "research"): 0.11, ("wage", "price"): -0.06, ("tfp", "price"): 0.05, ("research", "tfp"): 0.1,
    ("emissions", "standard"): 0.08, ("standard", "price"): 0.03, ("output", "emissions"): 0.06,
    ("exports", "output"): -0.09, ("price", "exports"): -0.04, ("padding", "price"): -0.05,
    ("output", "padding"): -0.1, ("padding", "spending"): 0.1, ("spending", "output"): 0.04,
    ("padding", "audit"): -0.16, ("audit", "padding"): -0.16, ("output", "borrowing"): 0.07,
    ("borrowing", "debt"): 0.14, ("debt", "spending"): 0.14, ("investment", "output"): 0.08,
    ("foreign", "attraction"): -0.1, ("attraction", "plants"): -0.1, ("plants", "foreign"): -0.13,
    ("plants", "investment"): 0.02, ("wage", "attraction"): 0.06, ("credit", "investment"): 0.16,
    ("loans", "credit"): -0.14, ("shortfall", "loans"): -0.12, ("orders", "shortfall"): -0.12,
    ("investment", "orders"): -0.1, ("orders", "distress"): 0.14, ("distress", "state"): 0.14,
    ("state", "orders"): 0.14,
    ("exports", "cargo"): 0.1, ("cargo", "routes"): -0.03, ("routes", "freight"): 0.12, ("freight", "exports"): 0.1,
    ("cargo", "congestion"): -0.1, ("congestion", "freight"): -0.1, ("congestion", "gateway"): 0.1,
    ("routes", "gateway"): -0.06, ("gateway", "cargo"): -0.06, ("cargo", "handling"): 0.08,
    ("handling", "gateway"): 0.08, ("cargo", "concentration"): 0.1, ("concentration", "fee"): 0.12,
    ("fee", "gateway"): 0.1, ("merger", "concentration"): 0.1, ("cargo", "merger"): 0.12,
}  # fmt: skip
"""How far an arrow leaves the straight line, see ``shapes.curve``."""

BADGES: Final = {
    "R1": (250, 530), "R2": (1200, 225), "R3": (400, 195), "R4": (683, 398), "R5": (335, 835), "R6": (880, 590),
    "R7": (705, 165), "B1": (540, 530), "B2": (1385, 335), "B3": (620, 850), "B4": (905, 785), "B5": (1345, 500),
    "B6": (1100, 610), "B7": (140, 163), "B8": (850, 330), "B9": (1385, 690),
}  # fmt: skip

SELF: Final = {"padding": (1, -1), "workers": (-1, 1)}
"""Variables that act on themselves, and to which side the arrow leaves: right or left, up or down."""


def node_of(field: str) -> str:
    """Return the name of the variable that stands for a field."""
    return next(name for name, node in NODES.items() if field in node.fields)


def arrows() -> dict[tuple[str, str], tuple[int, bool, list[str]]]:
    """Return the arrows of the picture: (from, to) -> sign, carried by a rule, keys of the loops.

    Raises
    ------
    ValueError
        Two edges between the same variables have different signs.
    """
    found: dict[tuple[str, str], tuple[int, bool, list[str]]] = {}
    for loop, _, edge in edges():
        if NOT_DRAWN & {edge.source, edge.target}:
            continue
        place = node_of(edge.source), node_of(edge.target)
        if place[0] == place[1] and edge.source != edge.target:
            continue  # two fields of one variable
        sign, carried, keys = found.get(place, (edge.sign, False, []))
        if sign != edge.sign:
            raise ValueError(f"{place}: edges of different signs; give the fields variables of their own")
        found[place] = sign, carried or not edge.missing, sorted({*keys, loop.key}, key=_rank)
    return found


def _rank(key: str) -> int:
    return [loop.key for loop in LOOPS].index(key)


def self_arrow(drawing: Drawing, box: Box, side: tuple[int, int], sign: int) -> None:
    """Draw an arrow from a variable to itself around one of its corners."""
    x, y = box.x + side[0] * box.width / 2, box.y + side[1] * box.height / 2
    across, down = side
    colour, dash = (BLUE, "") if sign > 0 else (VERMILION, ' stroke-dasharray="8 4"')
    foot = (x - across * 24, y + down * 13)
    way = (
        f"M{x + across * 3:.1f} {box.y:.1f}C{x + across * 46:.1f} {box.y + down * 4:.1f} "
        f"{x + across * 10:.1f} {y + down * 58:.1f} {foot[0]:.1f} {foot[1]:.1f}"
    )
    head = f"{foot[0]:.1f},{foot[1] - down * 10:.1f} {foot[0] - 4:.1f},{foot[1]:.1f} {foot[0] + 4:.1f},{foot[1]:.1f}"
    drawing.add(f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>')
    drawing.add(f'<polygon points="{head}" fill="{colour}"/>')
    drawing.add(sign_mark((x + across * 24, y + down * 26), sign, colour))


def loop_picture() -> Drawing:
    """Return the picture."""
    drawing = Drawing(
        WIDTH, HEIGHT, "Causal loops of the model",
        "Variables of the model, arrows with the sign of each effect, and the sixteen feedback loops R1-R7 and B1-B9. "
        "Dotted arrows are steps that no rule of the code carries.",
    )  # fmt: skip
    boxes = {name: box_of(node.words, node.x, node.y) for name, node in NODES.items()}
    marks = []
    for (start, end), (sign, carried, _) in arrows().items():
        if start == end:
            self_arrow(drawing, boxes[start], SELF[start], sign)
            continue
        way = curve(boxes[start], boxes[end], BEND.get((start, end), 0.1))
        colour = (BLUE if sign > 0 else VERMILION) if carried else GREY
        dash = ("" if sign > 0 else "8 4") if carried else "2 5"
        drawing.add(arrow(way, colour, dash=dash))
        length = abs(way[2][0] - way[0][0]) + abs(way[2][1] - way[0][1])
        marks.append((f"{start} {end}", along(way, max(0.6, 1 - 30 / max(length, 1)), 11), sign, colour))
    kept = stocks()
    for name, node in NODES.items():
        drawing.add(plate(boxes[name], node.fields[0] in kept))
        drawing.lines(node.x, node.y, node.words)
        drawing.take(name, boxes[name])
    for name, point, sign, colour in marks:
        drawing.add(sign_mark(point, sign, colour))
        drawing.take(f"sign {name}", Box(*point, 14, 14))
    for loop in LOOPS:
        x, y = BADGES[loop.key]
        drawing.add(badge(x, y, loop.key, loop.open))
        drawing.take(loop.key, Box(x, y, 36, 36))
    _foot(drawing)
    return drawing


def _foot(drawing: Drawing) -> None:
    """Write what the marks mean, and the names of the loops."""
    top = 985.0
    drawing.add(f'<path d="M20 {top - 20}H{WIDTH - 20}" stroke="{GREY}" stroke-width="1"/>')
    for number, loop in enumerate(LOOPS):
        column, row = divmod(number, 6)
        x, y = 40 + column * 365.0, top + 5 + row * 23.0
        drawing.add(badge(x, y, loop.key, loop.open, 9.5))
        drawing.text(x + 18, y, loop.name, 14.0, anchor="start")
    x = 1105.0
    samples = (
        (1, True, "more leads to more"), (-1, True, "more leads to less"), (1, False, "not in the code"),
    )  # fmt: skip
    for row, (sign, carried, words) in enumerate(samples):
        y = top + 5 + row * 23.0
        colour = (BLUE if sign > 0 else VERMILION) if carried else GREY
        dash = ("" if sign > 0 else "8 4") if carried else "2 5"
        drawing.add(arrow(((x, y), (x + 35, y), (x + 70, y)), colour, dash=dash))
        if carried:
            drawing.add(sign_mark((x + 86, y), sign, colour))
        drawing.text(x + 102, y, words, 14.0, anchor="start")
    frame = Box(x + 35, top + 74, 56, 17)
    drawing.add(plate(frame, True))
    drawing.text(x + 102, top + 74, "stock: carries over to the next quarter", 14.0, anchor="start")
    notes = (
        "Disc: reinforcing. Square: balancing. Dotted rim: closes nowhere.",
        "Not drawn: revenue, which in the code neither pays for R&D (R7)",
        "nor puts pressure on banks (R5).",
    )
    for row, words in enumerate(notes):
        drawing.text(x, top + 97 + row * 18.0, words, 13.0, anchor="start", fill=INK)
