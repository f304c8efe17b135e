"""The few figures that a comparison is about, as data, as JSON and as tables of the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.results import Results
from simulator.statistics import FloatArray, percent_change, probability_positive, spread
from simulator.variables import Variable, variable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

HEADLINE: Final = (
    "gdp_real", "exports", "imports", "fdi", "fiscal_revenue", "population", "graduates", "employment",
    "port_throughput", "emissions",
)  # fmt: skip
COST: Final = "policy_cost"
WINDOW: Final = 5
"""Full years at the end over which the headline averages: single years ride on a long wave of capacity use."""


@dataclass(frozen=True)
class Interval:
    """Median and ends of the 90 % interval over runs."""

    median: float
    p05: float
    p95: float


@dataclass(frozen=True)
class Level:
    """A variable of one scenario in one period: a year, or a mean of years such as ``2031-2035``."""

    scenario: str
    variable: Variable
    period: str
    value: Interval


@dataclass(frozen=True)
class Effect:
    """A paired difference of a scenario from the base in one period.

    ``percent`` is None where the base of some run is not positive. A policy without any effect has exactly 0
    and probability 0.5.
    """

    scenario: str
    variable: Variable
    period: str
    absolute: Interval
    percent: Interval | None
    prob_positive: float


@dataclass(frozen=True)
class Cost:
    """Budget cost of a scenario beyond the base's over all years to the last: bn yuan, current prices."""

    scenario: str
    period: str
    total: Interval


@dataclass(frozen=True)
class Headline:
    """Headline figures of results; ``effects`` and ``costs`` are empty when there is only one scenario.

    ``periods`` holds the mean of the last years and the last year; it is empty if no full year was simulated.
    """

    base: str
    scenarios: tuple[str, ...]
    periods: tuple[str, ...]
    runs: int
    failed: int
    parameters: str
    levels: tuple[Level, ...]
    effects: tuple[Effect, ...]
    costs: tuple[Cost, ...]


def build_headline(results: Results) -> Headline:
    """Return the headline figures: last full year and mean of the last five (fewer if fewer were run)."""
    years = results.years
    spans = _spans(years)
    levels: list[Level] = []
    effects: list[Effect] = []
    costs: list[Cost] = []
    base = results.base.scenario
    for scenario in results.scenarios if spans else ():
        for name in HEADLINE:
            v = variable("province", name)
            series = results.series(scenario, name)
            levels += [Level(scenario, v, p, _interval(series[:, cut].mean(axis=1))) for p, cut in spans.items()]
    for scenario in results.scenarios[1:] if spans else ():
        runs = results.kept(base, scenario)
        if not len(runs):
            continue
        for name in (*HEADLINE, COST):
            old, new = (results.series(s, name, runs=runs) for s in (base, scenario))
            effects += [_effect(scenario, name, p, new[:, cut], old[:, cut]) for p, cut in spans.items()]
            if name == COST:
                total = (new - old).sum(axis=1)
                costs.append(Cost(scenario, f"{years[0]}-{years[-1]}", _interval(total)))
    return Headline(
        base=base,
        scenarios=results.scenarios,
        periods=tuple(spans),
        runs=results.base.runs,
        failed=results.base.runs - len(results.kept()),
        parameters=results.base.parameters.kind,
        levels=tuple(levels),
        effects=tuple(effects),
        costs=tuple(costs),
    )


def _spans(years: tuple[str, ...]) -> dict[str, slice]:
    """Period -> years in it: the last years together, and the last one."""
    if not years:
        return {}
    last = {years[-1]: slice(len(years) - 1, len(years))}
    if len(years) == 1:
        return last
    first = max(0, len(years) - WINDOW)
    return {f"{years[first]}-{years[-1]}": slice(first, len(years)), **last}


def _effect(scenario: str, name: str, period: str, new: FloatArray, old: FloatArray) -> Effect:
    """Return the effect on a variable; new and old have shape (run, year)."""
    new_mean, old_mean = new.mean(axis=1), old.mean(axis=1)
    change = new_mean - old_mean
    percent = _interval(percent_change(new_mean, old_mean))
    return Effect(
        scenario=scenario,
        variable=variable("province", name),
        period=period,
        absolute=_interval(change),
        percent=percent if np.isfinite(percent.median) else None,
        prob_positive=float(probability_positive(change)),
    )


def _interval(values: FloatArray) -> Interval:
    return Interval(*(float(x) for x in spread(values)))


def as_json(headline: Headline, lang: str = "en") -> dict[str, Any]:
    """Return the headline as plain data for ``--json``; only labels depend on the language."""
    return {
        "base": headline.base,
        "scenarios": list(headline.scenarios),
        "runs": headline.runs,
        "failed": headline.failed,
        "parameters": headline.parameters,
        "levels": [
            {"scenario": x.scenario, **_named(x.variable, lang), "period": x.period, **_plain(x.value)}
            for x in headline.levels
        ],
        "effects": [
            {
                "scenario": x.scenario,
                **_named(x.variable, lang),
                "period": x.period,
                "absolute": _plain(x.absolute),
                "percent": _plain(x.percent) if x.percent else None,
                "prob_positive": _number(x.prob_positive),
            }
            for x in headline.effects
        ],
        "policy_cost": [
            {"scenario": x.scenario, "unit": variable("province", COST).unit, "period": x.period, **_plain(x.total)}
            for x in headline.costs
        ],
    }


def _named(v: Variable, lang: str) -> dict[str, str]:
    return {"variable": v.name, "label": _label(v, lang), "unit": v.unit}


def _plain(interval: Interval) -> dict[str, float | None]:
    return {"median": _number(interval.median), "p05": _number(interval.p05), "p95": _number(interval.p95)}


def _number(value: float) -> float | None:
    """Return a number that JSON can hold: no negative zero, None for what is not finite."""
    return value + 0.0 if np.isfinite(value) else None


def _label(v: Variable, lang: str) -> str:
    return v.label_zh if lang == "zh" else v.label


def _unit(v: Variable, lang: str) -> str:
    return _UNITS_ZH.get(v.unit, v.unit) if lang == "zh" else v.unit


_TEXT: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "against": "{scenario} against {base}",
        "alone": "{scenario}",
        "variable": "Variable",
        "unit": "Unit",
        "effect": "{period}, %",
        "change": "Change",
        "interval": "90 % interval",
        "interval_percent": "90 % interval, %",
        "positive": "P(>0)",
        "cost": "Policy cost, bn yuan: {yearly} a year in {window}; {total} over {period}.",
        "to": "{low} to {high}",
        "with": "{median} ({low} to {high})",
        "runs": "{runs} runs of each scenario, the same luck and parameters in all of them.",
        "runs_failed": "{runs} runs of each scenario, of which {failed} failed and are left out.",
        "window": "{window}: mean of these years. Flows per year; money at current prices unless a year is named.",
        "window_one": "{window}: flows per year; money at current prices unless a year is named.",
        "pairs": "Median and 90 % interval of differences run by run. P(>0): share of runs with a rise; ties half.",
        "levels": "Median and 90 % interval over runs.",
        "prior": "Parameters: prior (ranges from the literature; not yet calibrated).",
        "posterior": "Parameters: posterior (calibrated).",
        "point": "Parameters: point (best guesses without their uncertainty; intervals show luck only).",
        "file": "Parameters: from a file.",
        "as_of": "Baseline: history and policies as of 2022-01; after 2017 a scenario, not a forecast.",
        "none": "No full year was simulated, so there are no annual figures.",
    },
    "zh": {
        "against": "{scenario} 相对于 {base}",
        "alone": "{scenario}",
        "variable": "变量",
        "unit": "单位",
        "effect": "{period}，%",
        "change": "变化",
        "interval": "90% 区间",
        "interval_percent": "90% 区间，%",
        "positive": "P(>0)",
        "cost": "政策成本（十亿元）：{window} 年均 {yearly}；{period} 累计 {total}。",
        "to": "{low} 至 {high}",
        "with": "{median}（{low} 至 {high}）",
        "runs": "每个情景运行 {runs} 次，各情景使用相同的随机数和参数。",
        "runs_failed": "每个情景运行 {runs} 次，其中 {failed} 次失败，未计入。",
        "window": "{window}：该时段各年平均；流量为年值。单位未注明年份的金额为当年价。",
        "window_one": "{window}：流量为年值。单位未注明年份的金额为当年价。",
        "pairs": "逐次配对差异的中位数和 90% 区间。P(>0)：差异为正的运行所占比例，相等计一半。",
        "levels": "各次运行的中位数和 90% 区间。",
        "prior": "参数：先验（取自文献的范围，尚未校准）。",
        "posterior": "参数：后验（已校准）。",
        "point": "参数：点估计（不含参数不确定性，区间只反映随机性）。",
        "file": "参数：来自文件。",
        "as_of": "基准情景：截至2022年1月的历史与政策；2017年之后是情景，而非预测。",
        "none": "未模拟完整年份，因此没有年度数字。",
    },
}

_UNITS_ZH: Final[Mapping[str, str]] = {
    "bn yuan 2010": "2010年十亿元",
    "bn yuan": "十亿元",
    "bn USD": "十亿美元",
    "thousand": "千人",
    "Mt": "百万吨",
    "index 2006Q1=1": "指数",
}


def render(headline: Headline, lang: str = "en") -> RenderableType:
    """Return what the terminal shows, at most 100 columns wide; the command line prints it.

    One table a scenario of its effects against the base; if there is only one scenario, a table of its levels.
    """
    from rich.console import Group
    from rich.text import Text

    words = _TEXT[lang]
    parts: list[RenderableType] = []
    if headline.effects:
        for scenario in headline.scenarios[1:]:
            parts += [_effect_table(headline, scenario, lang), Text(_cost_line(headline, scenario, words)), Text()]
    elif headline.periods:
        parts += [_level_table(headline, lang), Text()]
    parts += [Text(line) for line in notes(headline, lang)]
    return Group(*parts)


def _effect_table(headline: Headline, scenario: str, lang: str) -> Table:
    """Mean of the last years in percent with its interval, the same in units, probability, last year in percent."""
    words = _TEXT[lang]
    window, last = headline.periods[0], headline.periods[-1]
    title = words["against"].format(scenario=scenario, base=headline.base)
    numbers = [words["effect"].format(period=_span(window)), words["interval_percent"], words["change"]]
    single = [words["effect"].format(period=last)] if last != window else []
    table = _table(title, words["variable"], numbers, words["unit"], [words["positive"], *single])
    found = {(x.variable.name, x.period): x for x in headline.effects if x.scenario == scenario}
    for name in HEADLINE:
        if (name, window) not in found:
            continue
        x = found[name, window]
        cells = [_percent(x.percent), _ends(x.percent, words), signed(x.absolute.median), _unit(x.variable, lang)]
        tail = [_percent(found[name, last].percent)] if single else []
        table.add_row(_label(x.variable, lang), *cells, _share(x.prob_positive), *tail)
    return table


def _level_table(headline: Headline, lang: str) -> Table:
    """Levels of the only scenario in the last years and in the last year."""
    words = _TEXT[lang]
    numbers = [text for p in headline.periods for text in (_span(p), words["interval"])]
    table = _table(words["alone"].format(scenario=headline.base), words["variable"], numbers, words["unit"], [])
    found = {(x.variable.name, x.period): x.value for x in headline.levels if x.scenario == headline.base}
    for name in HEADLINE:
        v = variable("province", name)
        values = [found[name, p] for p in headline.periods]
        cells = [text for x in values for text in (plain(x.median), _range(plain(x.p05), plain(x.p95), words))]
        table.add_row(_label(v, lang), *cells, _unit(v, lang))
    return table


def _table(title: str, first: str, numbers: list[str], unit: str, tail: list[str]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(Text(first), overflow="fold")
    for text in numbers:
        table.add_column(Text(text), justify="right", no_wrap=True)
    table.add_column(Text(unit), overflow="fold")
    for text in tail:
        table.add_column(Text(text), justify="right", no_wrap=True)
    return table


def _cost_line(headline: Headline, scenario: str, words: Mapping[str, str]) -> str:
    """Yearly cost in the last years and total cost, with their intervals."""
    window = headline.periods[0]
    yearly = [x for x in headline.effects if (x.scenario, x.variable.name, x.period) == (scenario, COST, window)]
    total = [x for x in headline.costs if x.scenario == scenario]
    if not yearly or not total:
        return ""
    a, b = (
        words["with"].format(median=signed(x.median), low=signed(x.p05), high=signed(x.p95))
        for x in (yearly[0].absolute, total[0].total)
    )
    return words["cost"].format(yearly=a, window=_span(window), total=b, period=_span(total[0].period))


def notes(headline: Headline, lang: str = "en") -> list[str]:
    """Return what the reader must know: runs, parameters, meaning of periods and intervals."""
    words = _TEXT[lang]
    if not headline.periods:
        return [words["none"]]
    runs = words["runs_failed" if headline.failed else "runs"].format(runs=headline.runs, failed=headline.failed)
    window = words["window" if len(headline.periods) > 1 else "window_one"].format(window=_span(headline.periods[0]))
    return [runs, words[headline.parameters], words["as_of"], window, words["pairs" if headline.effects else "levels"]]


def _span(period: str) -> str:
    return period.replace("-", "–")


def _percent(interval: Interval | None) -> str:
    return signed(interval.median) if interval else "–"


def _ends(interval: Interval | None, words: Mapping[str, str]) -> str:
    return _range(signed(interval.p05), signed(interval.p95), words) if interval else "–"


def _range(low: str, high: str, words: Mapping[str, str]) -> str:
    return words["to"].format(low=low, high=high)


def _share(probability: float) -> str:
    """Return a probability with two digits; ``1.00`` and ``0.00`` only where every run agrees."""
    return f"{min(max(probability, 0.01), 0.99) if 0.0 < probability < 1.0 else probability:.2f}"


def signed(value: float) -> str:
    """Return a change with its sign and three significant digits; exactly ``0`` for none."""
    return "0" if value == 0.0 else f"{'+' if value > 0.0 else '-'}{plain(abs(value))}"


def plain(value: float) -> str:
    """Return a number with three significant digits, all its digits before the point, and commas."""
    size = abs(value)
    if not np.isfinite(value):
        return "–"
    if size == 0.0:
        return "0"
    if size < 0.0005:
        return f"{value:.0e}"
    exponent = int(f"{size:.2e}".split("e")[1])  # after rounding, so that 9.999 is 10.0
    return f"{value:,.{max(0, 2 - exponent)}f}"
