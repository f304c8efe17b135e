"""Who pays for what a scenario changes, in words, with the amount where no run is needed to know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from simulator.base_costs import EXACT, cost_a_year, share_of_gdp
from simulator.levers import INSTRUMENTS
from simulator.levers_text import YI_IN_BILLION
from simulator.scenario_changes import Found
from simulator.schedule import LAST_INDEX, Range
from simulator.wording import place_text, plain_number, quarter_text, scenario_word

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "cost": "{label}: {cost}", "ended": "What {base} pays falls away.",
        "from": "from {start}", "span": "from {start} to {end}",
        "exact": " {where}: {amount} a year at full size.",
        "estimate": " {where}: about {amount} at full size, at {what}.",
        "talent_subsidy": "the wages and graduates per GDP of 2006Q1 and best-guess parameters",
        "rd_support": "the best-guess research intensity and the cities' shares in GDP of 2006Q1",
    },
    "zh": {
        "cost": "{label}：{cost}", "ended": "不再支付{base}中的费用。",
        "from": "自{start}起", "span": "{start}至{end}",
        "exact": "{where}：完全实施时每年{amount}。",
        "estimate": "{where}：完全实施时{amount}，按{what}计算。",
        "talent_subsidy": "2006年一季度的工资、单位GDP的毕业生人数及参数最佳估计",
        "rd_support": "研发强度的最佳估计和2006年一季度各市占GDP的比重",
    },
}  # fmt: skip


def costs_in_words(found: Iterable[Found], base: str, lang: str) -> Iterator[str]:
    """Yield who pays for every instrument on a card; instruments of which the same is to be said share a sentence.

    Parameters
    ----------
    found : iterable of Found
        What the scenario changes.
    base : str
        Name of what it is compared with.
    lang : str
        ``en`` or ``zh``.
    """
    zh, words = lang == "zh", _WORDS[lang]
    by_instrument: dict[str, list[Found]] = {}
    for item in found:
        by_instrument.setdefault(item.instrument, []).append(item)
    labels: dict[str, list[str]] = {}
    for name, items in by_instrument.items():
        spec = INSTRUMENTS[name]
        active = [item for item in items if item.run]
        said = (spec.cost_zh if zh else spec.cost) + "".join(_amount(item, lang) for item in active)
        if not active and spec.paid:
            said = words["ended"].format(base=scenario_word(base, lang))
        labels.setdefault(said, []).append(spec.label_in(lang))
    for said, names in labels.items():
        yield words["cost"].format(label=("、" if zh else "; ").join(names), cost=said)


def _amount(item: Found, lang: str) -> str:
    """Return what a change costs a year, if that is known without a run."""
    words = _WORDS[lang]
    size = item.run[-1].size
    sizes = [size.low, size.high, size.mode] if isinstance(size, Range) else [size]
    exact = item.instrument in EXACT
    cost = cost_a_year if exact else share_of_gdp
    amounts = [cost(item.instrument, item.targets, value) for value in sizes]
    known = [value for value in amounts if value is not None]
    if not known:
        return ""
    where = place_text(item.instrument, item.targets, lang)
    start, end = quarter_text(item.start, lang), quarter_text(item.end, lang)
    when = words["from" if item.end == LAST_INDEX else "span"].format(start=start, end=end)
    place = f"{where}{when}" if lang == "zh" else f"{where[0].upper()}{where[1:]}, {when}"
    if exact:
        return words["exact"].format(where=place, amount=_money(known, lang))
    return words["estimate"].format(where=place, amount=_share(known, lang), what=words[item.instrument])


def _money(values: list[float], lang: str) -> str:
    """Return an amount, or lowest to highest and most likely amount, in yuan of 2010."""
    zh = lang == "zh"
    unit = "亿元" if zh else " bn yuan"
    texts = [plain_number(YI_IN_BILLION * value if zh else value) for value in values]
    if len(texts) == 1:
        return f"{texts[0]}{unit}（2010年价）" if zh else f"{texts[0]}{unit} of 2010"
    low, high, mode = texts
    if zh:
        return f"{low}至{high}{unit}（2010年价），最可能为{mode}{unit}"
    return f"{low} to {high}{unit} of 2010, most likely {mode}{unit},"


def _share(values: list[float], lang: str) -> str:
    """Return a share of GDP a year to two digits, with the lowest and the highest for a range."""
    texts = [plain_number(float(f"{100.0 * value:.2g}")) for value in values]
    *span, likely = texts
    if lang == "zh":
        return f"每年约占GDP的{likely}%" + (f"（{span[0]}%至{span[1]}%）" if span else "")
    return f"{likely} % of GDP a year" + (f" ({span[0]} to {span[1]} %)" if span else "")
