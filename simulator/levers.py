"""Policy instruments: what a scenario file can set, in which unit, within which range, and on what.

Every field of ``simulator.records.POLICY`` is one instrument of the same name. A lever of a
scenario file sets one instrument on some targets for some quarters (``scenario.py``,
``schedule.py``); the rules read the result from the policy record and from nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from simulator import records as r
from simulator.levers_limits import LIMITS
from simulator.levers_text import GROUNDS, TEXTS

TargetKind = Literal["partners", "cities", "ports", "sectors", "none"]

TARGETS: Final[dict[TargetKind, tuple[str, ...]]] = {
    "partners": r.PARTNERS,
    "cities": r.CITIES,
    "ports": r.PORTS,
    "sectors": r.GROUPS,
    "none": (),
}
"""Names allowed for each kind of target, in the order of the policy arrays."""

ALL: Final = "all"
"""Written instead of a list of targets, it means every target of the kind."""


@dataclass(frozen=True)
class Instrument:
    """One policy instrument.

    Attributes
    ----------
    name : str
        Field of ``simulator.records.POLICY``.
    unit : str
        Unit of a lever's size.
    low, high : float
        Allowed range of a size; for an additive instrument also of the sum of sizes.
    target : str
        Kind of target: ``partners``, ``cities``, ``ports``, ``sectors`` or ``none``.
    meaning : str
        What the instrument does, without its notation.
    label, label_zh : str
        Short English and Chinese name.
    source : str
        Rule of the model that reads the instrument and what the range rests on.
    additive : bool
        Whether several levers on the same target and quarter add up instead of being refused.
    integer : bool
        Whether the size is a switch: 0 or 1, neither phased in nor sampled.
    meaning_zh, unit_zh : str
        Chinese for ``meaning`` and ``unit``.
    cost, cost_zh : str
        Who pays and how, or that no cost is modelled.
    paid : bool
        Whether the budget pays for it in the model, so that it enters ``policy_cost`` (E60).
    size_meaning : str
        How a size is to be read, for the author of a file; empty where the unit says it.
    limit, limit_zh : str
        What the model cannot show for it, in whole sentences; empty where there is nothing special.
    """

    name: str
    unit: str
    low: float
    high: float
    target: TargetKind
    meaning: str
    label: str
    label_zh: str
    source: str
    additive: bool = False
    integer: bool = False
    paid: bool = False
    meaning_zh: str = ""
    unit_zh: str = ""
    cost: str = ""
    cost_zh: str = ""
    size_meaning: str = ""
    limit: str = ""
    limit_zh: str = ""

    def label_in(self, lang: str) -> str:
        """Return the label in English or Chinese (``zh``)."""
        return self.label_zh if lang == "zh" else self.label

    def grounds_in(self, lang: str) -> str:
        """Return what its range rests on, in plain English or Chinese (``zh``)."""
        return GROUNDS[self.source.partition("; ")[2]][lang == "zh"]

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets, in the order of the policy array; ``("",)`` for an instrument without target."""
        return TARGETS[self.target] or ("",)


_ALL_INSTRUMENTS: Final = (
    Instrument(
        "tariff_schedule", "share of the base bilateral tariff", 0.0, 1.0, "partners",
        "Tariffs that agreements in force remove, year by year.",
        "Tariffs removed by agreements in force", "已生效协定的关税削减",
        "E20; texts of the China-Korea FTA and RCEP", additive=True,
        size_meaning="Agreements with one partner add up.",
    ),
    Instrument(
        "tariff_cut", "share of the remaining bilateral tariff", 0.0, 1.0, "partners",
        "Cut of the tariffs that agreements in force leave, on both sides.",
        "Cut of remaining tariffs", "剩余关税削减", "E20; policy definition",
        size_meaning="1 makes trade duty-free.",
    ),
    Instrument(
        "ntb_cut", "ad-valorem points", 0.0, 0.15, "partners",
        "Standards, tests and licences cost those who trade less.",
        "Cut of non-tariff barriers", "非关税壁垒削减", "E20; Kawasaki (2014) for the size, mapping assumed",
        size_meaning="0.04 lowers the cost of trade by 4 % of its value.",
    ),
    Instrument(
        "trade_facilitation", "ad-valorem points", 0.0, 0.10, "partners",
        "Saving through simpler customs procedures and cumulated rules of origin.",
        "Trade facilitation", "贸易便利化", "E20; World Bank (2022) on RCEP for the order of size",
    ),
    Instrument(
        "political_shock", "intensity", 0.0, 1.0, "partners",
        "Trade with the partner costs more, and investors from there leave.",
        "Political shock", "政治冲击", "E20, E27; scale assumed",
        size_meaning="1 is a dispute as in 2012.",
    ),
    Instrument(
        "services_opening", "log-odds of location", 0.0, 0.5, "partners",
        "Better terms for investors from the partner who come for the market or for property.",
        "Opening of services and investment", "服务业与投资开放", "E26; range assumed",
        size_meaning="Added to their log-odds of choosing Liaoning.",
    ),
    Instrument(
        "port_merger", "0 or 1", 0.0, 1.0, "ports",
        "Ports under one owner set fees and invest as one group.",
        "Port merger", "港口整合", "E44, E45; policy definition", integer=True,
        size_meaning="Ports with size 1 have one owner.",
    ),
    Instrument(
        "merger_synergy", "share of unit cost", 0.0, 0.08, "ports",
        "Merged ports save on doubled work once the merger has settled.",
        "Synergy of a port merger", "港口整合协同效应", "E45; evidence on provincial port integration 2004-19",
    ),
    Instrument(
        "talent_subsidy", "share of first-year wage", 0.0, 0.5, "cities",
        "Paid to every graduate who stays; the city's budget pays for it.",
        "Talent subsidy", "人才补贴", "E50, E53, E60; policy definition", paid=True,
    ),
    Instrument(
        "free_trade_zone", "0 or 1", 0.0, 1.0, "cities",
        "A pilot free trade zone: shorter customs time, better business environment, effects grow with age.",
        "Pilot free trade zone", "自由贸易试验区", "E20, E26, E64; policy definition", integer=True,
    ),
    Instrument(
        "metro_integration", "share of travel time", 0.0, 0.25, "cities",
        "Cities come nearer to each other's markets and ideas; only between two cities that both take part.",
        "Metropolitan integration", "都市圈一体化", "E3; policy definition (one-hour circle)",
        size_meaning="Where sizes differ the rule takes what both have.",
    ),
    Instrument(
        "rd_support", "share of base R&D", 0.0, 1.0, "cities",
        "Research on top of what would be done anyway; the city's budget pays for it.",
        "R&D support", "研发支持", "E13, E15; policy definition", paid=True,
        size_meaning="0.3 raises R&D by 30 % of what it was.",
    ),
    Instrument(
        "business_reform", "index points", 0.0, 0.3, "cities",
        "Better administration and law, reached slowly: more foreign investors come.",
        "Business environment reform", "营商环境改革", "E64, E26; mapping assumed",
        size_meaning="Rise of the level to which the city's index (0 to 1) converges.",
    ),
    Instrument(
        "zombie_exit", "share per year", 0.0, 1.0, "sectors",
        "State firms that cannot pay their interest are restructured or closed instead of getting new loans for old.",
        "Exit of zombie firms", "僵尸企业退出", "E30, E32; Tan, Huang and Woo (2016) for the effect to compare with",
        paid=True,
        size_meaning="Share of them that are refused each year.",
    ),
    Instrument(
        "ownership_dilution", "points of state share", 0.0, 0.5, "sectors",
        "The state sells shares of its firms but keeps control.",
        "Mixed ownership (dilution)", "混合所有制（稀释国有股权）", "E33; Li et al. (2025) for the sign",
        size_meaning="0.1 sells ten points.",
    ),
    Instrument(
        "control_transfer", "share of state firms", 0.0, 1.0, "sectors",
        "State firms get other owners: they lose cheap credit and soft budgets and catch up in productivity.",
        "Transfer of control", "国有控制权转让", "E33, E29; Li et al. (2025) for the sign",
        size_meaning="Share of state firms that lose their state identity.",
    ),
    Instrument(
        "capacity_cut", "share of capital per year", 0.0, 0.3, "sectors",
        "The regulator orders capital of state firms out where much of it stands idle.",
        "Ordered capacity cut", "去产能", "E34; policy definition", paid=True,
        size_meaning="Share of their capital each year.",
    ),
    Instrument(
        "environmental_standard", "stringency", 0.0, 1.0, "none",
        "Stricter emission rules: fewer emissions, dearer output of dirty industries, fewer dirty investors.",
        "Environmental standard", "环保标准", "E63, E26; scale assumed",
        size_meaning="From the rules of today, 0, to the strictest thinkable, 1.",
    ),
    Instrument(
        "public_consumption", "bn yuan 2010 per quarter", 0.0, 20.0, "none",
        "Government consumption on top of what the budget rule gives.",
        "Extra public consumption", "额外政府消费", "E60; Guo, Liu and Ma (2016) for the effect to compare with",
        additive=True, paid=True,
    ),
    Instrument(
        "public_investment", "bn yuan 2010 per quarter", 0.0, 20.0, "none",
        "Public investment on top of what the budget rule gives.",
        "Extra public investment", "额外政府投资", "E17, E60; policy definition", additive=True, paid=True,
    ),
    Instrument(
        "rail_corridor", "days", 0.0, 20.0, "none",
        "Trains run faster and more often, and borders are cleared sooner.",
        "Rail corridor to Europe", "中欧班列通道", "E40, E42; ADB TA-9036 on 15 days by rail and 35 by sea",
        size_meaning="Days saved on the corridor to Russia and Europe.",
    ),
    Instrument(
        "audit_revenue_fdi", "intensity", 0.0, 1.0, "none",
        "Inspectors check the published figures: less padding builds up, and what there is wears off.",
        "Audit of revenue and FDI figures", "财政收入与外资数据核查", "E70; sizes assumed",
        size_meaning="0 is none, 1 is full.",
    ),
    Instrument(
        "audit_gdp_investment", "intensity", 0.0, 1.0, "none",
        "Inspectors check the published figures: less padding builds up, and what there is wears off.",
        "Audit of GDP and investment figures", "GDP与投资数据核查", "E70; sizes assumed",
        size_meaning="0 is none, 1 is full.",
    ),
    Instrument(
        "restatement_revenue_fdi", "share of padding", 0.0, 1.0, "none",
        "Published figures are put right: padding that has built up is taken out at once.",
        "Restatement of revenue and FDI", "财政收入与外资数据修正", "E70; quarter and size assumed",
        size_meaning="One quarter is enough.",
    ),
    Instrument(
        "restatement_gdp_investment", "share of padding", 0.0, 1.0, "none",
        "Published figures are put right: padding that has built up is taken out at once.",
        "Restatement of GDP and investment", "GDP与投资数据修正", "E70; quarter and size assumed",
        size_meaning="One quarter is enough.",
    ),
    Instrument(
        "financing_curb", "share of local land-based financing", 0.0, 0.6, "none",
        "Local governments may borrow less against land, as State Council Document 43 of 2014 ordered.",
        "Curb on local-government financing", "地方政府融资约束", "E17; size assumed, scripted",
    ),
)  # fmt: skip


def _complete(instrument: Instrument) -> Instrument:
    """Return the instrument with its texts of ``levers_text.py`` and ``levers_limits.py``."""
    text, (limit, limit_zh) = TEXTS[instrument.name], LIMITS[instrument.name]
    return replace(
        instrument, meaning_zh=text.meaning_zh, unit_zh=text.unit_zh, cost=text.cost, cost_zh=text.cost_zh,
        limit=limit, limit_zh=limit_zh,
    )  # fmt: skip


INSTRUMENTS: Final[dict[str, Instrument]] = {i.name: _complete(i) for i in _ALL_INSTRUMENTS}
"""Every instrument by name, in the order of the policy record."""


def instruments_table() -> str:
    """Return the Markdown table of all instruments that ``docs/scenarios.md`` shows."""
    lines = [
        "| Instrument | Unit | Range | Targets | Meaning | 中文 | Rules and source |",
        "|---|---|---|---|---|---|---|",
    ]
    for i in INSTRUMENTS.values():
        adds = "Several levers add up." if i.additive else ""
        meaning = " ".join(filter(None, (i.meaning, i.size_meaning, adds)))
        span = "0 or 1" if i.integer else f"{i.low:g} to {i.high:g}"
        cells = (f"`{i.name}`", i.unit, span, i.target, meaning, i.label_zh, i.source)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def costs_table() -> str:
    """Return the Markdown table of who pays for each instrument that ``docs/scenarios.md`` shows."""
    lines = ["| Instrument | Who pays | 成本 |", "|---|---|---|"]
    lines += [f"| `{i.name}` | {i.cost} | {i.cost_zh} |" for i in INSTRUMENTS.values()]
    return "\n".join(lines) + "\n"


def limits_table() -> str:
    """Return the Markdown table of what the model cannot show for each instrument, for ``docs/scenarios.md``."""
    lines = ["| Instrument | What this model cannot show | 本模型无法反映 |", "|---|---|---|"]
    lines += [f"| `{i.name}` | {i.limit} | {i.limit_zh} |" for i in INSTRUMENTS.values() if i.limit]
    return "\n".join(lines) + "\n"
