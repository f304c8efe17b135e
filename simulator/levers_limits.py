"""What the model cannot show for an instrument, in two languages.

Sentences that hold for several instruments are the same to the letter, so that a card can say them once. The
declarations of ``levers.py`` take these texts over; nothing else reads them from here. They follow from the rules that
read the instrument and from the limitations in ``docs/model.md``.
"""

from __future__ import annotations

from typing import Final

_IMPORTS: Final = (
    "Imports displace purchases from the rest of China, never local output, so competition from imports cannot lower"
    " GDP here."
)
_IMPORTS_ZH: Final = "进口只替代从中国其他地区的购买，不替代本地产出，因此进口竞争在此不会使GDP下降。"
_CUSTOMS: Final = "Customs revenue forgone is left out."
_CUSTOMS_ZH: Final = "未计关税收入的减少。"
_SYNERGY: Final = "The size of the synergy is assumed; there are no data of Liaoning on it."
_SYNERGY_ZH: Final = "协同效应的大小是假设的，没有辽宁的数据。"
_LITERATURE: Final = (
    "That it helps, and by how much, rests on literature and assumptions; there is no estimate for Liaoning."
)
_LITERATURE_ZH: Final = "其有利作用及大小依据文献和假设，没有针对辽宁的估计。"
_OWNERS: Final = "New owners bring no capital, and no one is laid off at the sale."
_OWNERS_ZH: Final = "新股东不带来资本，出售时也不裁员。"
_DEBT: Final = "However much the province owes, it finds lenders at the same rate of interest."
_DEBT_ZH: Final = "无论债务多高，省级都能以同样的利率借到款。"
_FIGURES: Final = "It acts on published figures only; nothing in the economy itself changes."
_FIGURES_ZH: Final = "仅作用于公布的数据，经济本身不发生变化。"
_REVENUE: Final = (
    "It acts on published figures; in the economy itself only transfers and the levy on firms that pays for padded"
    " revenue change."
)
_REVENUE_ZH: Final = "作用于公布的数据；经济本身只有转移支付和为虚报收入向企业的征收发生变化。"

LIMITS: Final[dict[str, tuple[str, str]]] = {
    "tariff_schedule": (f"{_IMPORTS} {_CUSTOMS}", f"{_IMPORTS_ZH}{_CUSTOMS_ZH}"),
    "tariff_cut": (f"{_IMPORTS} {_CUSTOMS}", f"{_IMPORTS_ZH}{_CUSTOMS_ZH}"),
    "ntb_cut": (_IMPORTS, _IMPORTS_ZH),
    "trade_facilitation": (_IMPORTS, _IMPORTS_ZH),
    "political_shock": (
        "Boycotts of single goods, tourism and broken supply chains are left out.",
        "未计对个别商品的抵制、旅游业和供应链中断。",
    ),
    "services_opening": (
        "Only the location of foreign investors reacts: trade in services and competition for local providers are left"
        " out.",
        "只有外资的选址作出反应：未计服务贸易和对本地服务企业的竞争。",
    ),
    "port_merger": (_SYNERGY, _SYNERGY_ZH),
    "merger_synergy": (_SYNERGY, _SYNERGY_ZH),
    "talent_subsidy": (
        "Provinces outside Liaoning do not answer with subsidies of their own.",
        "其他省份不会以自己的补贴作出回应。",
    ),
    "free_trade_zone": (_LITERATURE, _LITERATURE_ZH),
    "metro_integration": (
        "It shortens travel time and nothing else: moving house, wages and land inside the area do not react, and the"
        " cost of the links is left out.",
        "只缩短通行时间：都市圈内的迁居、工资和土地不作反应，也未计交通建设成本。",
    ),
    "rd_support": (
        "Firms do not spend less of their own on research when cities pay.",
        "城市出资时，企业自身的研发投入不会减少。",
    ),
    "business_reform": (_LITERATURE, _LITERATURE_ZH),
    "zombie_exit": (
        "Closures do not spread along supply chains or to firms that vouch for each other's debt, and the hardship of"
        " people laid off is not counted.",
        "企业退出不会沿供应链或互保关系扩散，也未计被裁人员的困难。",
    ),
    "ownership_dilution": (
        f"That it lowers productivity is taken from one study; by how much is assumed. {_OWNERS}",
        f"其降低生产率的方向取自一项研究，大小为假设。{_OWNERS_ZH}",
    ),
    "control_transfer": (
        f"That it raises productivity is taken from one study; how fast is assumed. {_OWNERS}",
        f"其提高生产率的方向取自一项研究，快慢为假设。{_OWNERS_ZH}",
    ),
    "capacity_cut": (
        "Prices in the rest of China do not react, as they would if all provinces cut together, and private capacity is"
        " not cut.",
        "中国其他地区的价格不作反应（若各省同时去产能则会变化），也不削减民营产能。",
    ),
    "environmental_standard": (
        "Gains in health and from less clean-up lie outside the model: it shows what the rules cost, not what they are"
        " for.",
        "健康收益和减少的治理支出在模型之外：模型显示的是标准的代价，而不是其目的。",
    ),
    "public_consumption": (_DEBT, _DEBT_ZH),
    "public_investment": (_DEBT, _DEBT_ZH),
    "rail_corridor": (
        "The line has no limit of capacity, and the risk of transit through Russia is left out.",
        "铁路通道没有运力上限，也未计经俄罗斯过境的风险。",
    ),
    "audit_revenue_fdi": (_REVENUE, _REVENUE_ZH),
    "audit_gdp_investment": (_FIGURES, _FIGURES_ZH),
    "restatement_revenue_fdi": (_REVENUE, _REVENUE_ZH),
    "restatement_gdp_investment": (_FIGURES, _FIGURES_ZH),
    "financing_curb": (
        "Its path is scripted, so the model cannot show why it came; defaults and the price of land are left out.",
        "其路径为人为设定，模型无法说明其成因；未计违约和土地价格。",
    ),
}
"""English and Chinese sentences of every instrument by name."""
