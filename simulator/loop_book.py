"""The sixteen feedback loops, R1-R7 and B1-B9, edge by edge: the data of ``loops.py``.

Where the sketch of the model names a step that the code does not have, the step is here with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from simulator.loops import Edge, Loop, Path

_PRICE = ("city_plans_capacity", "soe_plans_capacity", "city_sets_prices")
_PRIVATE = ("city_meets_demand", "soe_takes_orders", "city_fills_orders")
_OUTPUT = (*_PRIVATE, "soe_produces", "city_produces")

TFP_PRICE = Edge("city.tfp", "city.price", -1, _PRICE, "productivity lowers unit cost and price")
PRICE_PRIVATE = Edge("city.price", "city.private_output", -1, _PRIVATE, "dearer goods sell less")
PRICE_GDP = Edge("city.price", "city.gdp", -1, _OUTPUT, "dearer goods sell less")
OUTPUT_WAGE = Edge("city.private_output", "city.wage", 1, ("city_sets_wage",), "more work is wanted, wages rise")
THROUGHPUT_ROUTES = Edge("port.throughput", "port.routes", 1, ("port_expands",), "more cargo brings more routes")
CHOICE_THROUGHPUT = Edge("city.gateway_weight", "port.throughput", 1, ("city_ships",), "cargo goes where it is sent")
FREIGHT_COST = Edge("city.freight", "city.trade_cost", 1, ("city_pays_trade_costs",), "freight is part of trade cost")
COST_EXPORTS = Edge("city.trade_cost", "city.exports", -1, ("city_exports",), "costly trade is less trade")
EXPORTS_THROUGHPUT = Edge("city.exports", "port.throughput", 1, ("city_ships",), "exports are cargo")
APPEAL_GRADUATES = Edge(
    "city.appeal", "city.graduates", 1, ("city_receives_people",), "graduates choose the city that appeals to them"
)
WANTED_LOANS = Edge("city.soe_loans", "city.private_credit", -1, ("city_lends",), "private firms get what is left")

LOOPS: Final[tuple[Loop, ...]] = (
    Loop(
        "R1", "Foreign capital attracts its own kind", "外资集聚",
        "Foreign plants in a city draw more investors from the same home, who build more plants.",
        "一座城市已有的外资企业会吸引同一来源地的更多投资者，从而建起更多工厂。",
        (
            Path("plants of the same home", (
                Edge("investor.capital", "city.foreign_capital", 1, ("investor_reports",), "plants add up"),
                Edge("city.foreign_capital", "city.attraction", 1, ("city_attracts",),
                     "own nationals are a reason to come"),
                Edge("city.attraction", "investor.capital", 1, ("investor_acts",),
                     "investors choose the city", step=0.1),
            ), quarters=4),
        ),
    ),
    Loop(
        "R2", "Trade brings routes, routes bring trade", "航线与贸易",
        "More cargo brings more shipping routes, routes make the way out cheaper, and cheaper freight lets "
        "exports grow.",
        "货运量增加带来更多航线，航线降低运输成本，运费下降又促进出口。",
        (
            Path("routes and freight", (
                Edge("port.routes", "city.freight", -1, ("city_compares_gateways",), "routes make the way out cheaper"),
                FREIGHT_COST, COST_EXPORTS, EXPORTS_THROUGHPUT, THROUGHPUT_ROUTES,
            ), quarters=8),
            Path("routes and choice of port", (
                Edge("port.routes", "city.gateway_weight", 1, ("city_compares_gateways",),
                     "shippers prefer ports with routes"),
                CHOICE_THROUGHPUT, THROUGHPUT_ROUTES,
            ), at="port", quarters=8),
        ),
        "A port with 400 routes or more would gain nothing from further ones (cap in E42).",
    ),
    Loop(
        "R3", "Graduates raise wages, wages keep graduates", "人才与工资",
        "Graduates help a city to learn, productivity sells more, wages rise, and more graduates stay.",
        "毕业生提高城市的学习能力，生产率上升带来更多订单和更高工资，于是更多毕业生留下。",
        (
            Path("learning and wages", (
                Edge("city.graduates", "city.tfp", 1, ("city_learns",), "graduates absorb technology"),
                TFP_PRICE, PRICE_PRIVATE, OUTPUT_WAGE,
                Edge("city.wage", "city.appeal", 1, ("city_appeals",), "graduates go where wages are higher"),
                APPEAL_GRADUATES,
            ), quarters=8, watch="city.wage"),
            Path("graduates attract graduates", (
                Edge("city.graduates", "city.appeal", 1, ("city_appeals",), "share of graduates and size of the city"),
                APPEAL_GRADUATES,
            ), quarters=8),
        ),
        "The way through wages is long and very weak. In all, more graduates lower the wage: they are also labour "
        "supply (E18). The short way, by which graduates follow graduates, carries the loop.",
    ),
    Loop(
        "R4", "Market size and productivity", "市场规模与集聚",
        "A larger market within reach makes firms more productive, they sell more, and the market grows.",
        "可达市场越大，企业生产率越高，销售增加，市场进一步扩大。",
        (
            Path("agglomeration", (
                Edge("city.gdp", "city.agglomeration", 1, ("city_reaches_markets", "market_reference"),
                     "output within reach, relative to the province"),
                Edge("city.agglomeration", "city.price", -1, _PRICE, "dense markets lower unit cost"),
                PRICE_GDP,
            ), quarters=1),
        ),
        "Relative by construction: growth that all cities share drops out (E4); a city gains that outgrows the others "
        "or comes closer to them. Against the loop, and stronger: more output thins out public capital (E5).",
    ),
    Loop(
        "R5", "Loans to loss-makers crowd out private firms", "僵尸企业挤出",
        "Interest that state firms cannot pay is rolled into loans, private firms get less credit and invest less, and "
        "weaker demand makes the losses larger.",
        "国企付不起的利息滚成新贷款，挤占民企信贷与投资，需求走弱又使亏损扩大。",
        (
            Path("as sketched: jobs, revenue, pressure on banks", (
                WANTED_LOANS,
                Edge("city.private_credit", "city.capital", 1, ("city_invests",), "credit is invested"),
                Edge("city.capital", "city.revenue", 1,
                     (*_PRICE, "city_exports", *_OUTPUT, "city_collects_revenue"), "capacity, exports, output, taxes"),
                Edge("city.revenue", "city.soe_loans", -1, (), "poor cities press banks to roll over",
                     missing="The chance of roll-over is a parameter (rollover_a): neither revenue nor jobs "
                             "change it."),
            ), cut="revenue and jobs put no pressure on banks"),
            Path("through demand", (
                Edge("soe.shortfall", "city.soe_loans", 1, ("soe_plans_investment",), "unpaid interest is rolled over"),
                WANTED_LOANS,
                Edge("city.private_credit", "city.private_investment", 1, ("city_invests",), "credit is invested"),
                Edge("city.private_investment", "city.investment", 1, ("city_adds_investment",),
                     "a part of all investment"),
                Edge("city.investment", "soe.output", 1, (*_PRIVATE, "soe_produces"),
                     "investment goods are local orders"),
                Edge("soe.output", "soe.shortfall", -1, ("soe_earns",), "sales pay interest"),
            ), quarters=4, shake="soe.debt"),
        ),
        "Silent while own funds and credit cover what private firms want to invest. Capacity adds to revenue through "
        "exports; in rare states the mix of firms outweighs that.",
    ),
    Loop(
        "R6", "Padding feeds on itself", "虚报循环",
        "A missed target invites padding; padded revenue costs transfers and brings levies, growth slows, and "
        "the target "
        "is missed by more.",
        "目标未达诱发虚报，虚报收入减少转移支付、加重摊派，增长放缓，缺口更大。",
        (
            Path("transfers", (
                Edge("city.padding", "province.discretionary", -1, ("province_sets_budget",),
                     "padded revenue costs transfers"),
                Edge("province.discretionary", "city.public_consumption", 1, ("city_spends",), "the budget is spent"),
                Edge("city.public_consumption", "city.gdp_past", 1, _OUTPUT, "public orders are output"),
                Edge("city.gdp_past", "city.padding", -1, ("city_reports",), "growth closes the gap to the target"),
            ), at="province", quarters=4),
            Path("levies", (
                Edge("city.padding", "city.price", 1, ("city_sets_prices",), "firms pay for padded revenue"),
                Edge("city.price", "city.gdp_past", -1, _OUTPUT, "dearer goods sell less"),
                Edge("city.gdp_past", "city.padding", -1, ("city_reports",), "growth closes the gap to the target"),
            ), quarters=4),
        ),
        "Silent where growth is above the target, padding at its ceiling or audits complete.",
    ),
    Loop(
        "R7", "Research and productivity", "研发与生产率",
        "Output pays for research, research raises productivity, and productivity sells more output.",
        "产出支撑研发，研发提高生产率，生产率又带来更多产出。",
        (
            Path("as sketched: paid from revenue", (
                Edge("city.revenue", "city.rd_stock", 1, (), "revenue pays for research",
                     missing="Research follows output (E15) and the lever rd_support; revenue does not enter."),
                Edge("city.rd_stock", "city.tfp", 1, ("city_learns",), "research raises productivity",
                     probe="policy.rd_support", step=0.05),
                TFP_PRICE,
                Edge("city.price", "city.revenue", -1, (*_OUTPUT, "city_collects_revenue"), "sales are taxed"),
            ), cut="revenue does not pay for research"),
            Path("through output", (
                Edge("city.gdp", "city.rd_stock", 1, ("city_learns",), "research follows output"),
                Edge("city.rd_stock", "city.tfp", 1, ("city_learns",), "research raises productivity",
                     probe="policy.rd_support", step=0.05),
                TFP_PRICE, PRICE_GDP,
            ), quarters=8, shake="policy.rd_support"),
        ),
        "Productivity follows the growth of the stock, so a gain of the stock is a lasting gain of the level; the edge "
        "is measured by moving R&D support, since one rule writes both.",
    ),
    Loop(
        "B1", "Growth raises wages, wages check growth", "工资制衡",
        "When output grows wages rise; dear labour deters foreign investors and exports, and output grows less.",
        "产出增长推高工资，劳动成本上升抑制外资和出口，从而抑制增长。",
        (
            Path("exports", (
                Edge("city.wage", "city.export_price", 1, ("city_sets_prices",), "wages are cost"),
                Edge("city.export_price", "city.exports_total", -1, ("city_exports",), "dear goods are exported less"),
                Edge("city.exports_total", "city.private_output", 1, _PRIVATE, "exports are orders"),
                OUTPUT_WAGE,
            ), quarters=4),
            Path("foreign investment", (
                Edge("city.wage", "city.attraction", -1, ("city_attracts",), "dear labour deters investors"),
                Edge("city.attraction", "city.fdi_investment", 1, ("investor_acts",),
                     "investors choose the city", step=0.1),
                Edge("city.fdi_investment", "city.investment", 1, ("city_adds_investment",),
                     "a part of all investment"),
                Edge("city.investment", "city.private_output", 1, _PRIVATE, "investment goods are local orders"),
                OUTPUT_WAGE,
            )),
        ),
        "Against the loop, and mostly stronger: wages are also income, and consumption is demand (E12).",
    ),
    Loop(
        "B2", "Congestion turns cargo away", "港口拥堵",
        "A full port makes ships wait, waiting makes it dear, and cargo takes another way or is not sent.",
        "港口越满等待越久、成本越高，货物改走他港或不再发运。",
        (
            Path("choice of port", (
                Edge("port.throughput", "port.congestion", 1, ("port_sets_fee",), "load is cargo over capacity"),
                Edge("port.congestion", "city.gateway_weight", -1, ("city_compares_gateways",),
                     "shippers avoid queues"),
                CHOICE_THROUGHPUT,
            ), at="port", quarters=1),
            Path("freight and exports", (
                Edge("port.throughput", "port.congestion", 1, ("port_sets_fee",), "load is cargo over capacity"),
                Edge("port.congestion", "city.freight", 1, ("city_compares_gateways",), "waiting costs money"),
                FREIGHT_COST, COST_EXPORTS, EXPORTS_THROUGHPUT,
            ), quarters=1),
        ),
        "Waiting stops to rise at 1.6 times capacity (E41). At small ports gains of scale (B5) often outweigh it: "
        "in all, more cargo then draws more.",
    ),
    Loop(
        "B3", "Exit helps those who stay", "退出与存续",
        "When an enterprise goes, the others get its orders, can pay their interest again, and fewer follow.",
        "企业退出后，订单转给存续企业，其偿息能力恢复，后续退出减少。",
        (
            Path("orders and interest cover", (
                Edge("soe.capital", "soe.output", -1, ("soe_plans_capacity", *_PRIVATE, "soe_produces"),
                     "less capacity of one is more orders for others", across=True, step=0.1),
                Edge("soe.output", "soe.distress", -1, ("soe_earns",), "sales pay interest", step=0.1),
                Edge("soe.distress", "soe.capital", -1, ("soe_survives",), "who cannot pay may be closed"),
            ), quarters=2),
        ),
        "Against the loop: part of the customers of a closed enterprise is lost to the city (E30, orphaned demand).",
    ),
    Loop(
        "B4", "Debt service limits spending", "债务制约支出",
        "Interest and repayment leave less to spend, output and with it new borrowing are lower, and debt grows less.",
        "还本付息压缩支出，产出与新增借款随之减少，债务增长放缓。",
        (
            Path("service, spending, borrowing", (
                Edge("province.debt", "province.discretionary", -1, ("province_sets_budget",), "service comes first"),
                Edge("province.discretionary", "city.public_consumption", 1, ("city_spends",), "the budget is spent"),
                Edge("city.public_consumption", "province.gdp", 1, (*_OUTPUT, "province_adds_up"),
                     "public orders are output"),
                Edge("province.gdp", "province.borrowing", 1, ("province_sets_budget",),
                     "borrowing is a share of output"),
                Edge("province.borrowing", "province.debt", 1, ("city_spends",), "borrowing adds to debt"),
            ), at="province", quarters=4),
        ),
        "The sketch ends at spending. It closes through borrowing in proportion to output; weak, since service "
        "is small.",
    ),
    Loop(
        "B5", "Scale gains of a port come to an end", "规模收益递减",
        "Handling gets cheaper with scale only until a port reaches the minimum efficient size.",
        "港口只有在达到最小有效规模之前，装卸成本才会随规模下降。",
        (
            Path("handling cost", (
                Edge("port.throughput", "port.handling", -1, ("port_sets_fee",), "scale makes handling cheaper"),
                Edge("port.handling", "city.gateway_weight", -1, ("city_compares_gateways",),
                     "shippers prefer cheap ports"),
                CHOICE_THROUGHPUT,
            ), at="port", kind="reinforcing",
                cut="nothing pushes back: a reinforcing gain that ends at 1 million TEU a year is a limit, not a loop"),
        ),
        "Listed as balancing because the gain falls to zero; the signs are those of a reinforcing loop below "
        "the limit.",
    ),
    Loop(
        "B6", "Audits wear padding down", "核查压实",
        "Audits remove padding in proportion to how much there is, and there is less room the closer it is to "
        "its ceiling.",
        "核查按虚报存量的比例将其压减，越接近上限可增空间越小。",
        (
            Path("as sketched: padding calls auditors", (
                Edge("city.padding", "policy.audit_revenue_fdi", 1, (), "padding is noticed and audited",
                     missing="Audits are a script of dates (levers audit_*); no rule reads padding to set them."),
                Edge("policy.audit_revenue_fdi", "city.padding", -1, ("city_reports",), "audits cut padding", step=0.1),
            ), cut="the intensity of audits is a script"),
            Path("decay and ceiling", (
                Edge("city.padding", "city.padding", -1, ("city_reports",), "the more, the faster it is removed",
                     measure="change", step=0.1),
            )),
        ),
    ),
    Loop(
        "B7", "One pool of people", "人才虹吸",
        "What one city wins of the graduates the others lose, and crowding slows a city that grows.",
        "毕业生总量有限，一城所得即他城所失；城市越拥挤，人口流入越慢。",
        (
            Path("common pool of graduates", (
                Edge("city.graduates", "province.appeal_total", 1, ("city_appeals",),
                     "a strong city weighs in the choice"),
                Edge("province.appeal_total", "city.graduates", -1, ("city_receives_people",),
                     "the others' share falls", across=True),
            ), sites=(0, 1), quarters=8, watch="city.graduates"),
            Path("as sketched: core pulls workers", (
                Edge("city.wage", "city.workers", 1, ("city_receives_people",), "workers come to higher wages"),
                Edge("city.workers", "city.wage", -1, (), "and leave the periphery", across=True,
                     missing="Workers compare their wage with the rest of China (E52), not with other cities."),
            ), cut="workers do not move between cities"),
            Path("crowding", (
                Edge("city.workers", "city.workers", -1, ("city_receives_people",), "crowded cities draw fewer people",
                     measure="rate"),
            )),
        ),
        "Between two cities the pool is passed twice: two negative steps, so a lead lasts. What balances is crowding.",
    ),
    Loop(
        "B8", "Emissions call for standards", "排放与环保标准",
        "Emissions would bring stricter standards, standards raise the cost of dirty goods, and less of them is made.",
        "排放上升应促使标准趋严，标准提高高污染产品成本，从而减少其生产。",
        (
            Path("standards and cost", (
                Edge("city.emissions", "policy.environmental_standard", 1, (), "emissions call for standards",
                     missing="The standard is a lever set by the scenario; no rule reads emissions."),
                Edge("policy.environmental_standard", "city.price", 1, ("city_sets_prices",),
                     "standards are cost", step=0.1),
                Edge("city.price", "city.cell_output", -1, (*_PRIVATE, "soe_produces"), "dearer goods sell less"),
                Edge("city.cell_output", "city.emissions", 1, ("city_environment",), "dirty output emits"),
            ), cut="the standard does not answer to emissions"),
        ),
        "Emissions act on nothing at all in the code: they are an output.",
    ),
    Loop(
        "B9", "Market power of merged ports", "港口合并与议价",
        "Concentration lets ports charge more, and dearer ports lose cargo.",
        "港口集中度提高使收费上升，收费上升又使货量流失。",
        (
            Path("as sketched: a merger", (
                Edge("policy.port_merger", "province.concentration", 1, ("ports_group",),
                     "one owner, less competition", step=1.0),
                Edge("province.concentration", "port.fee", 1, ("port_sets_fee",), "market power raises fees"),
                Edge("port.fee", "city.gateway_weight", -1, ("city_compares_gateways",), "shippers avoid dear ports"),
                CHOICE_THROUGHPUT,
                Edge("port.throughput", "policy.port_merger", 1, (), "owners of busy ports would merge",
                     missing="A merger is a lever set by the scenario; no rule decides on it."),
            ), at="port", cut="mergers are decided outside the model", quarters=4),
            Path("growth of the largest port", (
                Edge("port.throughput", "province.concentration", 1, ("ports_group",), "the largest port grows larger"),
                Edge("province.concentration", "port.fee", 1, ("port_sets_fee",), "market power raises fees"),
                Edge("port.fee", "city.gateway_weight", -1, ("city_compares_gateways",), "shippers avoid dear ports"),
                CHOICE_THROUGHPUT,
            ), at="port", sites=(0,)),
        ),
        "Growth of a small port lowers concentration, so the sign of the first step of the second path is that of the "
        "largest port only. Once all six are one group concentration is constant and the way back is dead.",
    ),
)  # fmt: skip
"""In the order R1-R7, B1-B9."""


def edges() -> Iterator[tuple[Loop, Path, Edge]]:
    """Yield every edge of every loop with its path."""
    for loop in LOOPS:
        for path in loop.paths:
            for edge in path.edges:
                yield loop, path, edge
