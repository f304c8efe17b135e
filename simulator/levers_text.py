"""What each instrument is called in a sentence, in two languages: its size, what it does, who pays.

The declarations of ``levers.py`` take these texts over; nothing else reads them from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class LeverText:
    """Texts of one instrument.

    Attributes
    ----------
    meaning_zh, unit_zh : str
        Chinese for ``Instrument.meaning`` and ``Instrument.unit``.
    clause, clause_zh : str
        What happens, with ``{where}`` for the targets and ``{size}`` (number, unit and of what) or ``{number}`` (number
        and unit) for the size.
    size, size_zh : str
        The size in the reader's terms, around ``{number}``.
    cost, cost_zh : str
        Who pays and how, or that no cost is modelled.
    scale : float
        What a size is multiplied by to become the number shown; 100 for shares.
    unit : tuple of str
        What stands behind the number shown: one, several, Chinese.
    scale_zh : float
        What the number shown is multiplied by in Chinese, which counts in hundreds of millions (亿).
    odds : bool
        Whether the size is log-odds, shown as the rise of the odds in percent.
    """

    meaning_zh: str
    unit_zh: str
    clause: str
    clause_zh: str
    size: str
    size_zh: str
    cost: str
    cost_zh: str
    scale: float = 1.0
    unit: tuple[str, str, str] = ("", "", "")
    odds: bool = False
    scale_zh: float = 1.0


YI_IN_BILLION: Final = 10.0
"""Hundreds of millions in a billion: Chinese sentences count yuan in 亿."""
_PERCENT: Final = (" %", " %", "%")
_POINTS: Final = (" point", " points", "个百分点")
_FREE: Final = "No budget cost is modelled."
_FREE_ZH: Final = "模型不计财政成本。"
_BORROWED: Final = "The province borrows it; it adds to debt, and size × 4 bn yuan of 2010 are spent a year."
_BORROWED_ZH: Final = "由省级举债支付，计入债务；每年支出为每季度规模的4倍（2010年价）。"
_TARIFFS: Final = f"{_FREE} Customs revenue forgone is left out."
_TARIFFS_ZH: Final = f"{_FREE_ZH}未计关税收入的减少。"
_SEVERANCE: Final = (
    "City budgets pay severance of some quarters' wages to every worker set free, out of their other spending;"
)
_SEVERANCE_ZH: Final = "城市财政从其他支出中向每名被裁员工支付若干季度工资的补偿；"

TEXTS: Final[dict[str, LeverText]] = {
    "tariff_schedule": LeverText(
        "已生效协定逐年取消的关税。", "占基准双边关税的比例",
        "agreements in force remove {number} of the base tariff with {where}",
        "已生效协定取消与{where}基准关税的{number}",
        "{number} of the base tariff", "基准关税的{number}", _TARIFFS, _TARIFFS_ZH, 100.0, _PERCENT,
    ),
    "tariff_cut": LeverText(
        "双方削减已生效协定之后剩余的关税。", "占剩余双边关税的比例",
        "tariffs that remain with {where} fall by {number}", "与{where}之间剩余的关税下降{number}",
        "{number} of the remaining tariff", "剩余关税的{number}", _TARIFFS, _TARIFFS_ZH, 100.0, _PERCENT,
    ),
    "ntb_cut": LeverText(
        "标准、检验和许可给贸易商带来的成本下降。", "从价百分点",
        "non-tariff barriers with {where} fall by {size}", "与{where}之间的非关税壁垒下降{size}",
        "{number} of the traded price", "相当于贸易价格的{number}", _FREE, _FREE_ZH, 100.0, _POINTS,
    ),
    "trade_facilitation": LeverText(
        "简化通关手续和原产地累积规则带来的节省。", "从价百分点",
        "simpler customs procedures in trade with {where} save {size}", "与{where}贸易的通关便利化节省{size}",
        "{number} of the traded price", "相当于贸易价格的{number}", _FREE, _FREE_ZH, 100.0, _POINTS,
    ),
    "political_shock": LeverText(
        "与该伙伴的贸易成本上升，其投资者撤离。", "强度",
        "a political dispute with {where} has {size}", "与{where}的政治争端，{size}",
        "intensity {number} (1 = as in 2012)", "强度为{number}（1相当于2012年）", _FREE, _FREE_ZH,
    ),
    "services_opening": LeverText(
        "改善对该伙伴市场型与房地产型投资者的待遇。", "选址的对数几率",
        "the odds that market and property investors from {where} choose Liaoning rise by {number}",
        "{where}的市场型与房地产型投资者选择辽宁的几率上升{number}",
        "{number} higher odds of choosing Liaoning", "选择辽宁的几率提高{number}", _FREE, _FREE_ZH, 1.0, _PERCENT, True,
    ),
    "port_merger": LeverText(
        "同属一个所有者的港口作为一个集团定价和投资。", "0或1",
        "one owner runs {where}", "{where}同属一个所有者",
        "one owner", "同一所有者",
        "No budget cost is modelled: merging is free here (no compensation of owners, no cost of the change),"
        " which flatters it.",
        "模型不计财政成本：合并在此不花钱（不计对原所有者的补偿和整合成本），因而结果偏于有利。",
    ),
    "merger_synergy": LeverText(
        "合并稳定之后，港口减少重复工作而节省成本。", "占单位成本的比例",
        "the unit cost of {where} falls, within two years of the merger, by {number}",
        "{where}的单位成本在合并后两年内下降{number}",
        "{number} of unit cost", "单位成本的{number}",
        "No budget cost is modelled: the saving comes without any outlay, which flatters it.",
        "模型不计财政成本：节省无需投入，因而结果偏于有利。", 100.0, _PERCENT,
    ),
    "talent_subsidy": LeverText(
        "发给每一名留下的毕业生，由该市财政支付。", "占首年工资的比例",
        "graduates who stay in {where} are paid {size}", "向留在{where}的毕业生发放{size}",
        "{number} of the first-year wage", "首年工资的{number}",
        "City budgets pay size × first-year wage × graduates who stay, also to those who would have stayed anyway,"
        " out of their other spending.",
        "由城市财政从其他支出中支付：规模 × 首年工资 × 留下的毕业生人数，包括本来就会留下的人。", 100.0, _PERCENT,
    ),
    "free_trade_zone": LeverText(
        "自由贸易试验区：缩短通关时间、改善营商环境，效果随年限增强。", "0或1",
        "a pilot free trade zone is in force in {where}", "{where}设有自由贸易试验区",
        "zone in force", "设区",
        "No budget cost is modelled: neither building nor tax relief is counted, which flatters it.",
        "模型不计财政成本：未计建设投入与税收优惠，因而结果偏于有利。",
    ),
    "metro_integration": LeverText(
        "城市更接近彼此的市场与思想；仅在两个均参与的城市之间有效。", "占通行时间的比例",
        "travel time among {where} falls by {number}", "{where}之间的通行时间缩短{number}",
        "{number} of travel time", "通行时间的{number}",
        "No budget cost is modelled: links are not paid for, which flatters it.",
        "模型不计财政成本：未计交通建设投入，因而结果偏于有利。", 100.0, _PERCENT,
    ),
    "rd_support": LeverText(
        "在原有研发之外增加的研发，由该市财政支付。", "占基础研发支出的比例",
        "research spending in {where} rises by {number}", "{where}的研发支出提高{number}",
        "{number} of research spending", "研发支出的{number}",
        "City budgets pay size × research intensity × GDP, out of their other spending.",
        "由城市财政从其他支出中支付：规模 × 研发强度 × 地区生产总值。", 100.0, _PERCENT,
    ),
    "business_reform": LeverText(
        "行政与法治逐步改善，吸引更多外资。", "指数点",
        "the level to which the business environment of {where} converges rises by {size}",
        "{where}营商环境的收敛水平提高{size}",
        "{number} on an index from 0 to 1", "{number}（指数全距为1）",
        "No budget cost is modelled: the reform is free here, which flatters it.",
        "模型不计财政成本：改革在此不花钱，因而结果偏于有利。",
    ),
    "zombie_exit": LeverText(
        "付不起利息的国有企业不再借新还旧，而是重组或关闭。", "每年比例",
        "the share of loss-making state firms in {where} that are refused the roll-over of their debt"
        " becomes {number} a year",
        "{where}的亏损国有企业中，每年不再获得债务展期的比例为{number}",
        "{number} of loss-making state firms a year", "每年{number}的亏损国有企业",
        f"{_SEVERANCE} lenders lose the debt that is written off. The sum depends on which firms fail.",
        f"{_SEVERANCE_ZH}贷款方承担核销的债务。总额取决于哪些企业退出。", 100.0, _PERCENT,
    ),
    "ownership_dilution": LeverText(
        "国家出售所属企业的部分股份，但保留控制权。", "国有股比重点",
        "state firms in {where} sell {size} without loss of control",
        "{where}的国有企业在不失去控制权的情况下出售{size}",
        "{number} of the state's share", "{number}的国有股份",
        "No budget cost is modelled; the proceeds of the sale are left out too.",
        "模型不计财政成本，也不计出售股份的收入。",
        100.0, _POINTS,
    ),
    "control_transfer": LeverText(
        "国有企业更换所有者：失去低息贷款和软预算约束，生产率追赶上来。", "占国有企业的比例",
        "the share of state firms in {where} that leave state control becomes {number}",
        "{where}的国有企业中脱离国有控制的比例为{number}",
        "{number} of state firms", "{number}的国有企业",
        "No budget cost is modelled; the proceeds of the sale are left out too.",
        "模型不计财政成本，也不计出售股份的收入。",
        100.0, _PERCENT,
    ),
    "capacity_cut": LeverText(
        "在产能大量闲置之处，监管部门责令国有企业退出资本。", "每年占资本的比例",
        "the regulator orders out {size} in {where}", "监管部门责令{where}行业退出{size}",
        "{number} a year of the capital of state firms with low utilisation", "低利用率国有企业每年{number}的资本",
        f"{_SEVERANCE} lenders lose part of the debt. The sum depends on utilisation.",
        f"{_SEVERANCE_ZH}贷款方承担部分债务损失。总额取决于产能利用率。", 100.0, _PERCENT,
    ),
    "environmental_standard": LeverText(
        "更严格的排放标准：排放减少，高污染行业产品变贵，高污染投资者减少。", "严格程度",
        "emission rules become stricter by {size}", "排放标准收紧{size}",
        "{number} on a scale from today's rules (0) to the strictest (1)", "{number}（0为现行标准，1为最严格）",
        "No budget cost is modelled; the firms bear the higher cost.", "模型不计财政成本；成本由企业承担。",
    ),
    "public_consumption": LeverText(
        "在预算规则之外增加的政府消费。", "每季度十亿元（2010年价）",
        "public consumption rises by {size}", "政府消费增加{size}",
        "{number} of 2010 a quarter", "每季度{number}（2010年价）", _BORROWED, _BORROWED_ZH,
        unit=(" bn yuan", " bn yuan", "亿元"), scale_zh=YI_IN_BILLION,
    ),
    "public_investment": LeverText(
        "在预算规则之外增加的政府投资。", "每季度十亿元（2010年价）",
        "public investment rises by {size}", "政府投资增加{size}",
        "{number} of 2010 a quarter", "每季度{number}（2010年价）", _BORROWED, _BORROWED_ZH,
        unit=(" bn yuan", " bn yuan", "亿元"), scale_zh=YI_IN_BILLION,
    ),
    "rail_corridor": LeverText(
        "列车提速、加密班次，口岸通关加快。", "天",
        "the rail corridor to Russia and Europe becomes {number} faster", "通往俄罗斯与欧洲的铁路运输缩短{number}",
        "{number}", "{number}",
        "No budget cost is modelled: works and train subsidies are left out, which flatters it.",
        "模型不计财政成本：未计工程投入与班列补贴，因而结果偏于有利。", 1.0, (" day", " days", "天"),
    ),
    "audit_revenue_fdi": LeverText(
        "检查组核查公布的数据：虚报积累减少，已有的逐步消退。", "强度",
        "figures of revenue and foreign investment are audited with {size}", "对财政收入与外资数据的核查，{size}",
        "intensity {number} (0 = none, 1 = full)", "强度为{number}（0为无，1为完全）", _FREE, _FREE_ZH,
    ),
    "audit_gdp_investment": LeverText(
        "检查组核查公布的数据：虚报积累减少，已有的逐步消退。", "强度",
        "figures of GDP and investment are audited with {size}", "对GDP与投资数据的核查，{size}",
        "intensity {number} (0 = none, 1 = full)", "强度为{number}（0为无，1为完全）", _FREE, _FREE_ZH,
    ),
    "restatement_revenue_fdi": LeverText(
        "修正公布的数据：一次剔除已积累的虚报。", "占虚报部分的比例",
        "a restatement of revenue and foreign investment removes {size}", "财政收入与外资数据修正剔除{size}",
        "{number} of the padding", "虚报部分的{number}", _FREE, _FREE_ZH, 100.0, _PERCENT,
    ),
    "restatement_gdp_investment": LeverText(
        "修正公布的数据：一次剔除已积累的虚报。", "占虚报部分的比例",
        "a restatement of GDP and investment removes {size}", "GDP与投资数据修正剔除{size}",
        "{number} of the padding", "虚报部分的{number}", _FREE, _FREE_ZH, 100.0, _PERCENT,
    ),
    "financing_curb": LeverText(
        "地方政府以土地为基础的借款减少，依据2014年国务院43号文。", "占以土地为基础的地方融资的比例",
        "the flow of local-government financing that rests on land falls by {number}",
        "以土地为基础的地方政府融资流量减少{number}",
        "{number} of land-based local financing", "以土地为基础的地方融资的{number}",
        "No budget cost is modelled; less is borrowed and less is built.", "模型不计财政成本；借款与建设相应减少。",
        100.0, _PERCENT,
    ),
}  # fmt: skip
"""Texts of every instrument by name."""

GROUNDS: Final[dict[str, tuple[str, str]]] = {
    "texts of the China-Korea FTA and RCEP": ("texts of the China-Korea FTA and RCEP", "中韩自贸协定与RCEP的文本"),
    "policy definition": ("chosen by the policy; nothing is estimated", "由政策自行选定，并非估计"),
    "policy definition (one-hour circle)": (
        "chosen by the policy (one-hour circle); nothing is estimated", "由政策自行选定（一小时都市圈），并非估计",
    ),
    "Kawasaki (2014) for the size, mapping assumed": (
        "Kawasaki (2014) for the size; how it is carried over is assumed", "规模取自Kawasaki（2014），换算方式为假设",
    ),
    "World Bank (2022) on RCEP for the order of size": (
        "World Bank (2022) on RCEP for the order of size", "数量级取自世界银行（2022）对RCEP的研究",
    ),
    "scale assumed": ("the scale is assumed", "尺度为假设"),
    "range assumed": ("the range is assumed", "范围为假设"),
    "mapping assumed": ("how much of it a reform brings is assumed", "改革带来多少指数点为假设"),
    "evidence on provincial port integration 2004-19": (
        "evidence on provincial port integration 2004–19", "2004–19年各省港口整合的经验证据",
    ),
    "Tan, Huang and Woo (2016) for the effect to compare with": (
        "Tan, Huang and Woo (2016) for the effect to compare with", "可与Tan、Huang和Woo（2016）得到的效果比较",
    ),
    "Guo, Liu and Ma (2016) for the effect to compare with": (
        "Guo, Liu and Ma (2016) for the effect to compare with", "可与Guo、Liu和Ma（2016）得到的效果比较",
    ),
    "Li et al. (2025) for the sign": (
        "Li et al. (2025) for the direction of the effect", "作用方向取自Li等（2025）",
    ),
    "ADB TA-9036 on 15 days by rail and 35 by sea": (
        "ADB TA-9036 on 15 days by rail and 35 by sea", "亚洲开发银行TA-9036：铁路15天，海运35天",
    ),
    "sizes assumed": ("the sizes are assumed", "规模为假设"),
    "quarter and size assumed": ("quarter and size are assumed", "季度与规模为假设"),
    "size assumed, scripted": ("the size is assumed, its path is scripted", "规模为假设，路径为人为设定"),
}  # fmt: skip
"""What the range of an instrument rests on, as ``Instrument.source`` says it after the equations -> in plain words."""

GROUPS: Final[dict[str, tuple[str, str]]] = {
    "tariff_schedule": ("trade agreements", "贸易协定"),
    "tariff_cut": ("trade agreements", "贸易协定"),
    "ntb_cut": ("trade agreements", "贸易协定"),
    "trade_facilitation": ("trade agreements", "贸易协定"),
    "political_shock": ("political disputes", "政治争端"),
    "services_opening": ("opening to investors", "投资开放"),
    "port_merger": ("port mergers", "港口整合"),
    "merger_synergy": ("port mergers", "港口整合"),
    "talent_subsidy": ("graduate subsidies", "人才补贴"),
    "free_trade_zone": ("free trade zones", "自由贸易试验区"),
    "metro_integration": ("metropolitan areas", "都市圈"),
    "rd_support": ("R&D support", "研发支持"),
    "business_reform": ("business reform", "营商环境改革"),
    "zombie_exit": ("exit of zombie firms", "僵尸企业退出"),
    "ownership_dilution": ("mixed ownership", "混合所有制"),
    "control_transfer": ("mixed ownership", "混合所有制"),
    "capacity_cut": ("capacity cuts", "去产能"),
    "environmental_standard": ("emission rules", "环保标准"),
    "public_consumption": ("public spending", "政府支出"),
    "public_investment": ("public spending", "政府支出"),
    "rail_corridor": ("rail corridor", "铁路通道"),
    "audit_revenue_fdi": ("audits", "数据核查"),
    "audit_gdp_investment": ("audits", "数据核查"),
    "restatement_revenue_fdi": ("audits", "数据核查"),
    "restatement_gdp_investment": ("audits", "数据核查"),
    "financing_curb": ("financing curb", "融资约束"),
}
"""What an instrument belongs to, in a few words, English and Chinese: for lists of what stays."""
