"""The stock-and-flow picture: what carries over, the flows that change it, and the information that moves the flows.

A stock is a field that a rule writes from its own last value; a flow names the rule that changes it; an arrow of
information names the rules that read its start and write its end. `check` holds all three to the source of the rules.
Where things stand is declared here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulator.loop_book import edges
from simulator.loops import Edge, check_edge, stocks
from simulator.quarter import access
from viz.shapes import GREY, INK, PALE, Box, Drawing, arrow, badge, box_of, cloud, curve, pipe, plate, valve

WIDTH: Final = 1560
HEIGHT: Final = 1160
INFORMATION: Final = "#3d6d94"

LEFT: Final = {"stock": 285, "in": 440, "out": 135, "source": 535, "sink": 50}
RIGHT: Final = {"stock": 1275, "in": 1120, "out": 1425, "source": 1025, "sink": 1510}
"""Columns: middle of stocks, valves, clouds. Inflows come from the middle of the picture."""

_OUTPUT: Final = (
    "city_meets_demand", "soe_takes_orders", "city_fills_orders", "soe_produces", "city_produces",
)  # fmt: skip
_PRICE: Final = ("city_plans_capacity", "soe_plans_capacity", "city_sets_prices")


@dataclass(frozen=True)
class Flow:
    """A flow into or out of a stock: its words, the rule that carries it; `both`: it may change direction."""

    words: str
    rule: str
    both: bool = False


@dataclass(frozen=True)
class Chain:
    """A stock with its flows in one row; a pipeline has a first stock `before` it.

    Attributes
    ----------
    words, field : str
        Of the stock.
    y : float
    inflow, outflow : Flow or None
    before : tuple of str, str, Flow, or None
        Words and field of the stock that it is filled from, and the flow between them.
    """

    words: str
    field: str
    y: float
    inflow: Flow
    outflow: Flow | None = None
    before: tuple[str, str, Flow] | None = None


LEFT_CHAINS: Final = {
    "business": Chain("Business\nenvironment", "city.business_environment", 95,
                      Flow("reform,\nstate share", "city_improves_business", both=True)),
    "foreign": Chain("Foreign capital", "investor.capital", 205, Flow("plants in\nfour stages", "investor_acts"),
                     Flow("wear,\ndeparture", "investor_acts")),
    "private": Chain("Private capital", "city.capital", 340, Flow("private\ninvestment", "city_invests"),
                     Flow("wear", "city_invests")),
    "state": Chain("State-owned\ncapital", "soe.capital", 450, Flow("investment of\nstate firms", "soe_adjusts"),
                   Flow("wear,\nclosure", "soe_decides")),
    "firm debt": Chain("Debt of\nstate firms", "soe.debt", 585, Flow("loans, unpaid\ninterest", "soe_adjusts"),
                       Flow("repayment,\nwrite-off", "soe_decides")),
    "debt": Chain("Public debt", "province.debt", 695, Flow("borrowing", "city_spends"),
                  Flow("repayment", "province_sets_budget")),
    "wealth": Chain("External\nwealth", "province.external_wealth", 800,
                    Flow("saving less\ninvestment", "province_balances", both=True)),
    "infrastructure": Chain("Infra-\nstructure", "city.infrastructure", 920, Flow("works\nordered", "city_builds"),
                            Flow("wear", "city_builds"), ("Works in\nprogress", "city.works",
                                                          Flow("completion", "city_builds"))),
    "padding": Chain("Padding of\nstatistics", "city.padding", 1040, Flow("padding", "city_reports"),
                     Flow("audits,\nrestatement", "city_reports")),
}  # fmt: skip
RIGHT_CHAINS: Final = {
    "graduates": Chain("Graduates", "city.graduates", 95, Flow("new graduates\nwho stay", "city_receives_people"),
                       Flow("retirement,\ndeparture", "city_receives_people")),
    "workers": Chain("Workers", "city.workers", 210,
                     Flow("migration,\nageing", "city_receives_people", both=True)),
    "wage": Chain("Wage", "city.wage", 325, Flow("nation,\ntightness", "city_sets_wage", both=True)),
    "firms": Chain("Firms", "city.firms", 460, Flow("entry,\nexit", "city_counts_firms", both=True)),
    "research": Chain("R&D stock", "city.rd_stock", 570, Flow("research", "city_learns"),
                      Flow("knowledge\nages", "city_learns")),
    "tfp": Chain("Productivity", "city.tfp", 680, Flow("learning", "city_learns")),
    "routes": Chain("Routes of\nports", "port.routes", 815, Flow("won, lost", "port_expands", both=True)),
    "berths": Chain("Port\ncapacity", "port.capacity", 925, Flow("berths\nordered", "port_expands"),
                    Flow("scrapping", "port_expands"), ("Berths in\nprogress", "port.works",
                                                        Flow("opening", "port_expands"))),
    "emissions": Chain("Emissions", "city.emissions", 1045, Flow("dirty\noutput", "city_environment"),
                       Flow("decay", "city_environment")),
}  # fmt: skip
CHAINS: Final = {**LEFT_CHAINS, **RIGHT_CHAINS}

HELPERS: Final = {
    "attraction": ("Appeal to\nforeign investors", ("city.attraction",), 665, 120),
    "appeal": ("Appeal to\ngraduates", ("city.appeal",), 905, 105),
    "credit": ("Credit left for\nprivate firms", ("city.private_credit",), 658, 325),
    "price": ("Producer price", ("city.price", "city.export_price"), 875, 370),
    "output": ("OUTPUT", ("city.gdp", "city.gdp_past", "province.gdp", "province.gdp_past", "city.private_output",
                          "soe.output", "city.cell_output"), 775, 600),
    "spending": ("Public spending", ("province.discretionary",), 690, 815),
    "exports": ("Exports", ("city.exports", "city.exports_total"), 880, 800),
    "freight": ("Freight cost", ("city.freight",), 835, 940),
}  # fmt: skip
"""Variables of the quarter, between stocks and flows: words, fields, place."""

_CAPACITY: Final = ("city_plans_capacity", "city_exports", *_OUTPUT)

LINKS: Final[tuple[tuple[str, str, tuple[str, ...], float], ...]] = (
    # from, to ("in NAME": a flow into a stock), rules, bend
    ("foreign", "attraction", ("investor_reports", "city_attracts"), -0.06),
    ("attraction", "in foreign", ("investor_acts",), -0.02),
    ("wage", "attraction", ("city_attracts",), 0.0),
    ("credit", "in private", ("city_invests",), 0.02),
    ("output", "in private", ("city_invests",), -0.08),
    ("output", "in state", ("soe_decides", "soe_adjusts"), -0.06),
    ("output", "in firm debt", ("soe_decides", "soe_adjusts"), -0.03),
    ("in firm debt", "credit", ("city_lends",), -0.1),
    ("foreign", "output", ("investor_reports", *_CAPACITY), -0.1),
    ("private", "output", _CAPACITY, -0.1),
    ("state", "output", ("soe_plans_capacity", *_OUTPUT), -0.06),
    ("workers", "output", _CAPACITY, 0.08),
    ("price", "output", _OUTPUT, 0.06),
    ("wage", "price", ("city_sets_prices",), -0.08),
    ("firms", "price", _PRICE, 0.1),
    ("tfp", "price", _PRICE, -0.07),
    ("infrastructure", "price", _PRICE, -0.04),
    ("padding", "price", ("city_sets_prices",), 0.02),
    ("output", "in debt", ("province_sets_budget", "city_spends"), -0.02),
    ("debt", "spending", ("province_sets_budget",), 0.03),
    ("output", "spending", ("city_produces", "city_collects_revenue", "province_sets_budget"), 0.06),
    ("spending", "output", ("city_spends", *_OUTPUT), 0.12),
    ("spending", "in infrastructure", ("city_spends", "city_builds"), -0.05),
    ("padding", "spending", ("province_sets_budget",), 0.1),
    ("output", "in padding", ("city_reports",), -0.03),
    ("output", "in wealth", ("province_balances",), 0.02),
    ("wealth", "output", ("city_consumes", *_OUTPUT), -0.1),
    ("state", "in business", ("soe_adjusts", "city_improves_business"), 0.05),
    ("business", "attraction", ("city_attracts",), -0.2),
    ("wage", "appeal", ("city_appeals",), 0.06),
    ("graduates", "appeal", ("city_appeals",), 0.2),
    ("appeal", "in graduates", ("city_receives_people",), 0.06),
    ("wage", "in workers", ("city_receives_people",), -0.1),
    ("workers", "in wage", ("city_sets_wage",), 0.05),
    ("output", "in wage", ("city_sets_wage",), 0.06),
    ("output", "in firms", ("city_counts_firms",), 0.05),
    ("output", "in research", ("city_learns",), 0.08),
    ("research", "in tfp", ("city_learns",), 0.1),
    ("price", "exports", ("city_exports",), 0.08),
    ("exports", "output", _OUTPUT, 0.08),
    ("freight", "exports", ("city_pays_trade_costs", "city_exports"), 0.1),
    ("exports", "in routes", ("city_ships", "port_expands"), -0.12),
    ("exports", "in berths", ("city_ships", "port_expands"), 0.05),
    ("routes", "freight", ("city_compares_gateways",), 0.0),
    ("berths", "freight", ("port_sets_fee", "city_compares_gateways"), 0.1),
    ("output", "in emissions", ("city_environment",), 0.1),
)  # fmt: skip

BANDS: Final = (
    ("left", 40, 250, "Foreign investors"), ("left", 272, 497, "Capital"), ("left", 519, 850, "Debt and wealth"),
    ("left", 872, 972, "Works"), ("left", 994, 1090, "Statistics"),
    ("right", 40, 372, "People"), ("right", 394, 728, "Firms and knowledge"), ("right", 750, 972, "Ports"),
    ("right", 994, 1090, "Environment"),
)  # fmt: skip
"""Grounds of rows that belong together: side, top, bottom, words."""


def columns(name: str) -> dict[str, int]:
    """Return the columns of a chain's side."""
    return LEFT if name in LEFT_CHAINS else RIGHT


def _fields(place: str) -> tuple[str, ...]:
    """Return the fields that an end of a link may stand for."""
    if place == "in firm debt":
        return ("soe.debt", "city.soe_loans")
    name = place.removeprefix("in ")
    if name in HELPERS:
        return HELPERS[name][1]
    chain = CHAINS[name]
    return (chain.before[1] if chain.before and place.startswith("in ") else chain.field,)


def check() -> list[str]:
    """Return what the picture shows and the code does not do: stocks, flows, links."""
    wrong = []
    for name, chain in CHAINS.items():
        parts = [(chain.field, chain.inflow)]
        if chain.outflow:
            parts.append((chain.field, chain.outflow))
        if chain.before:
            parts += [(chain.before[1], chain.inflow), (chain.before[1], chain.before[2])]
        for field, flow in parts:
            if field not in stocks():
                wrong.append(f"{name}: {field} does not carry over")
            if field not in {f"{kind}.{word}" for kind, word in access(flow.rule).writes}:
                wrong.append(f"{name}: {flow.rule} does not write {field}")
    for start, end, rules, _ in LINKS:
        found = [check_edge(Edge(source, target, 1, rules, "")) for source in _fields(start) for target in _fields(end)]
        if all(found):
            wrong.append(f"{start} to {end}: {found[0][0]}")
    return wrong


def turning(field: str) -> list[str]:
    """Return the keys of the loops with an edge that a rule carries into this field."""
    return list(dict.fromkeys(loop.key for loop, _, edge in edges() if edge.target == field and not edge.missing))


# --- drawing ---------------------------------------------------------------------------------------------------------


def _stock(drawing: Drawing, name: str, words: str, field: str, x: float, y: float, width: float) -> Box:
    box = Box(x, y, width, 46)
    drawing.add(plate(box, True))
    drawing.lines(x, y, words, 14.0)
    drawing.take(name, box)
    keys = turning(field)
    for number, key in enumerate(keys):
        place = x + (number - (len(keys) - 1) / 2) * 24
        drawing.add(badge(place, y + 33, key, key == "B8", 8.0))
    if keys:
        drawing.take(f"{name} loops", Box(x, y + 33, 24.0 * len(keys), 18))
    return box


def _flow(drawing: Drawing, name: str, flow: Flow, start: float, end: float, at: float, y: float) -> Box:
    drawing.add(pipe(start, end, y, flow.both))
    drawing.add(valve(at, y))
    lines = flow.words.count("\n") + 1
    above = y < HELPERS["output"][3]  # words on the far side of the output, from which most arrows come
    middle = y + (-1 if above else 1) * (13 + lines * 6.5)
    drawing.lines(at, middle, flow.words, 11.5, stroke=PALE, stroke_width="3", paint_order="stroke")
    words = box_of(flow.words, at, middle, 11.5, 0.0)
    drawing.take(f"{name} words", Box(at, middle, words.width, lines * 13.0))
    return Box(at, y, 20, 18)


def _chain(drawing: Drawing, name: str, chain: Chain, places: dict[str, Box]) -> None:
    """Draw a row: cloud, inflow, stock, outflow, cloud; a pipeline with two stocks is wider."""
    side = columns(name)
    inward = 1 if side is LEFT else -1  # from the stock to the middle of the picture
    x, y = float(side["stock"]), chain.y
    half, source = 62.0, float(side["source"])
    drawing.add(cloud(source, y))
    if chain.before:
        words, field, opening = chain.before
        half = 46.0
        first, x = x + inward * 70, x - inward * 102
        places[f"{name} before"] = _stock(drawing, f"{name} before", words, field, first, y, 2 * half)
        places[f"in {name}"] = _flow(drawing, f"in {name}", chain.inflow, source - inward * 18, first + inward * half,
                                     first + inward * 104, y)  # fmt: skip
        _flow(drawing, f"{name} opening", opening, first - inward * half, x + inward * half,
              (first + x) / 2, y)  # fmt: skip
    else:
        places[f"in {name}"] = _flow(drawing, f"in {name}", chain.inflow, source - inward * 18, x + inward * half,
                                     side["in"], y)  # fmt: skip
    places[name] = _stock(drawing, name, chain.words, chain.field, x, y, 2 * half)
    if chain.outflow:
        sink = float(side["sink"])
        at = float(side["out"]) if not chain.before else x - inward * 80
        drawing.add(cloud(sink, y))
        _flow(drawing, f"out {name}", chain.outflow, x - inward * half, sink + inward * 18, at, y)


def stock_picture() -> Drawing:
    """Return the picture.

    Raises
    ------
    ValueError
        It would show something that the code does not do.
    """
    wrong = check()
    if wrong:
        raise ValueError("; ".join(wrong))
    drawing = Drawing(
        WIDTH, HEIGHT, "Stocks and flows of the model",
        "Boxes are stocks that carry over from quarter to quarter, pipes with valves the flows that change them, "
        "clouds what lies outside the model, thin arrows information: who reads what. Keys name the loops that turn "
        "on a stock.",
    )  # fmt: skip
    for side, top, bottom, words in BANDS:
        x = 15 if side == "left" else WIDTH - 575
        drawing.add(f'<rect x="{x}" y="{top}" width="560" height="{bottom - top}" rx="10" fill="{PALE}"/>')
        outer = x + 12 if side == "left" else x + 548
        drawing.text(outer, top + 14, words, 13.0, anchor="start" if side == "left" else "end", fill="#4d5b6a")
    later = Drawing(WIDTH, HEIGHT, "", "")
    places: dict[str, Box] = {}
    for name, chain in CHAINS.items():
        _chain(later, name, chain, places)
    for name, (words, _, x, y) in HELPERS.items():
        size = 19.0 if name == "output" else 14.5
        places[name] = box_of(words, x, y, size)
        later.add(plate(places[name], False))
        later.lines(x, y, words, size)
        later.take(name, places[name])
    for start, end, _, bend in LINKS:
        drawing.add(arrow(curve(places[start], places[end], bend), INFORMATION, 1.1, head=8.0))
    drawing.pieces += later.pieces
    drawing.boxes |= later.boxes
    _sale(drawing)
    _foot(drawing)
    return drawing


def _sale(drawing: Drawing) -> None:
    """Draw the one flow from stock to stock: capital of closed state firms that private firms buy."""
    x, top, bottom = 235.0, CHAINS["private"].y + 23, CHAINS["state"].y - 23
    middle = (top + bottom) / 2
    for k in (-2.5, 2.5):
        drawing.add(f'<path d="M{x + k} {bottom}V{top + 10}" stroke="{INK}" stroke-width="1.3"/>')
    drawing.add(f'<polygon points="{x},{top} {x - 7},{top + 10} {x + 7},{top + 10}" fill="{INK}"/>')
    drawing.add(f'<g transform="rotate(90 {x} {middle})">{valve(x, middle)}</g>')
    drawing.text(x - 14, middle, "sold after closure", 11.5, anchor="end")


def _foot(drawing: Drawing) -> None:
    """Write what the marks mean."""
    y = 1130.0
    drawing.add(plate(Box(60, y, 52, 24), True))
    drawing.text(60, y, "stock", 13.0)
    drawing.add(pipe(110, 190, y))
    drawing.add(valve(145, y))
    drawing.text(200, y, "flow with its valve", 13.0, anchor="start")
    drawing.add(pipe(400, 480, y, both=True))
    drawing.add(valve(440, y))
    drawing.text(490, y, "either way", 13.0, anchor="start")
    drawing.add(cloud(600, y))
    drawing.text(622, y, "outside the model", 13.0, anchor="start")
    line = Box(770, y, 1, 1), Box(830, y, 1, 1)
    drawing.add(arrow(curve(*line, 0.0, 0.0), INFORMATION, 1.1, head=8.0))
    drawing.text(840, y, "information", 13.0, anchor="start")
    drawing.add(badge(950, y, "R1", False, 8.0))
    drawing.add(badge(976, y, "B1", False, 8.0))
    drawing.text(994, y, "loops that turn on the stock (disc: reinforcing, square: balancing, dotted: open)", 13.0,
                 anchor="start", fill=INK)  # fmt: skip
    drawing.add(f'<path d="M20 {y - 24}H{WIDTH - 20}" stroke="{GREY}" stroke-width="1"/>')
