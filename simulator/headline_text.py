"""The headline in the terminal: a table a scenario, what it costs, and what the reader must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from simulator.headline import HEADLINE, Headline, Interval, Turn
from simulator.levers import INSTRUMENTS
from simulator.numbers import percent, plain, probability, signed, span
from simulator.posterior import SHIPPED
from simulator.variables import variable
from simulator.words import unit_word

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

TURNS_SHOWN: Final = 3
FEW_RUNS: Final = 100
"""Below it the reader is told that intervals are rough."""

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
        "cost": "Policy cost, bn yuan at current prices: {yearly} a year in {window}, in % of GDP {of_gdp}; "
        "{total} in {period}, not discounted.",
        "cost_part": " Not modelled: the cost of {unpaid}.",
        "cost_free": "Policy cost: not modelled ({unpaid}). `liaosim scenarios show` says what is left out.",
        "cost_unknown": "Policy cost: none in these years.",
        "turns": "Against the direction of {window}: {turns}.",
        "turn": "{label} {value} % in {year} (P(>0) {positive})",
        "joint": ", ",
        "and": "; ",
        "to": "{low} to {high}",
        "with": "{median} ({low} to {high})",
        "runs": "{runs} runs of each scenario, the same luck and parameters in all of them.",
        "run": "One run of each scenario: luck and parameters of a single world.",
        "few": "Fewer than 100 runs: intervals and probabilities are rough.",
        "runs_failed": "{runs} runs of each scenario, of which {failed} failed and are left out.",
        "window": "{window}: mean of these years. Flows per year; money at current prices unless a year is named.",
        "window_one": "{window}: flows per year; money at current prices unless a year is named.",
        "pairs": "Median and 90 % interval of differences run by run. P(>0): share of runs with a rise; ties half.",
        "levels": "Median and 90 % interval over runs.",
        "prior": "Parameters: prior (ranges from the literature; not calibrated).",
        "posterior": "Parameters: posterior{name} (calibrated to {first}-{last}; what was not fitted: prior).",
        "point": "Parameters: point (best guesses; intervals show luck and sampled sizes of policies only).",
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
        "cost": "政策成本（十亿元，当年价）：{window} 年均 {yearly}，占地区生产总值的 {of_gdp}%；"
        "{period} 累计 {total}，未贴现。",
        "cost_part": "未计入：{unpaid}的成本。",
        "cost_free": "政策成本：模型未计入（{unpaid}）。`liaosim scenarios show` 说明未计入的内容。",
        "cost_unknown": "政策成本：这些年份中没有。",
        "turns": "与 {window} 方向相反：{turns}。",
        "turn": "{year} 年{label} {value}%（P(>0) {positive}）",
        "joint": "、",
        "and": "；",
        "to": "{low} 至 {high}",
        "with": "{median}（{low} 至 {high}）",
        "runs": "每个情景运行 {runs} 次，各情景使用相同的随机数和参数。",
        "run": "每个情景只运行一次：只有一组随机数和参数。",
        "few": "运行少于100次：区间和概率较粗略。",
        "runs_failed": "每个情景运行 {runs} 次，其中 {failed} 次失败，未计入。",
        "window": "{window}：该时段各年平均；流量为年值。单位未注明年份的金额为当年价。",
        "window_one": "{window}：流量为年值。单位未注明年份的金额为当年价。",
        "pairs": "逐次配对差异的中位数和 90% 区间。P(>0)：差异为正的运行所占比例，相等计一半。",
        "levels": "各次运行的中位数和 90% 区间。",
        "prior": "参数：先验（取自文献的范围，未经校准）。",
        "posterior": "参数：后验{name}（以{first}–{last}年数据校准；未拟合的参数取先验）。",
        "point": "参数：点估计（区间只反映随机性和抽样的政策力度）。",
        "file": "参数：来自文件。",
        "as_of": "基准情景：截至2022年1月的历史与政策；2017年之后是情景，而非预测。",
        "none": "未模拟完整年份，因此没有年度数字。",
    },
}


def render(headline: Headline, lang: str = "en", caveats: Sequence[str] = ()) -> RenderableType:
    """Return what the terminal shows, at most 100 columns wide; the command line prints it.

    One table a scenario of its effects against the base; if there is only one scenario, a table of its levels. Below
    them `caveats` (see ``simulator.caveats``), then what the reader must know.
    """
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = []
    if headline.effects:
        for scenario in headline.scenarios[1:]:
            parts += [_effect_table(headline, scenario, lang), Text(cost_sentence(headline, scenario, lang))]
            parts += [Text(turn) for turn in (turn_sentence(headline, scenario, lang),) if turn]
            parts.append(Text())
    elif headline.periods:
        parts += [_level_table(headline, lang), Text()]
    parts += [Text(line) for line in caveats]
    parts += [Text()] if caveats else []
    parts += [Text(line) for line in notes(headline, lang)]
    return Group(*parts)


def _effect_table(headline: Headline, scenario: str, lang: str) -> Table:
    """Mean of the last years in percent with its interval, the same in units, probability, last year in percent."""
    words = _TEXT[lang]
    window, last = headline.periods[0], headline.periods[-1]
    title = words["against"].format(scenario=scenario, base=headline.base)
    numbers = [words["effect"].format(period=span(window)), words["interval_percent"], words["change"]]
    single = [words["effect"].format(period=last)] if last != window else []
    table = _table(title, words["variable"], numbers, words["unit"], [words["positive"], *single])
    found = {(x.variable.name, x.period): x for x in headline.effects if x.scenario == scenario}
    for name in HEADLINE:
        if (name, window) not in found:
            continue
        x = found[name, window]
        cells = [
            _percent(x.percent),
            _ends(x.percent, words),
            signed(x.absolute.median),
            unit_word(x.variable.unit, lang),
        ]
        tail = [_percent(found[name, last].percent)] if single else []
        table.add_row(
            x.variable.label_in(lang), *cells, probability(x.prob_positive, headline.runs - headline.failed), *tail
        )
    return table


def _level_table(headline: Headline, lang: str) -> Table:
    """Levels of the only scenario in the last years and in the last year."""
    words = _TEXT[lang]
    numbers = [text for p in headline.periods for text in (span(p), words["interval"])]
    table = _table(words["alone"].format(scenario=headline.base), words["variable"], numbers, words["unit"], [])
    found = {(x.variable.name, x.period): x.value for x in headline.levels if x.scenario == headline.base}
    for name in HEADLINE:
        v = variable("province", name)
        values = [found[name, p] for p in headline.periods]
        cells = [text for x in values for text in (plain(x.median), _range(plain(x.p05), plain(x.p95), words))]
        table.add_row(v.label_in(lang), *cells, unit_word(v.unit, lang))
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


def cost_sentence(headline: Headline, scenario: str, lang: str = "en") -> str:
    """Return what a scenario costs the budget, and which of its policies have no cost in the model."""
    words = _TEXT[lang]
    cost = next((x for x in headline.costs if x.scenario == scenario), None)
    if cost is None:
        return ""
    labels = [INSTRUMENTS[name].label_in(lang) for name in cost.unpaid]
    unpaid = words["joint"].join(labels)
    if not cost.modelled:
        return words["cost_free"].format(unpaid=unpaid) if unpaid else words["cost_unknown"]
    said = words["cost"].format(
        yearly=_interval(cost.yearly, words), of_gdp=_interval(cost.of_gdp, words, in_percent=True),
        window=span(headline.periods[0]), total=_interval(cost.total, words), period=span(cost.period),
    )  # fmt: skip
    return said + (words["cost_part"].format(unpaid=unpaid) if unpaid else "")


def turn_sentence(headline: Headline, scenario: str, lang: str = "en") -> str:
    """Return the years in which effects go against those of the last years, empty if there are none."""
    words = _TEXT[lang]
    runs = headline.runs - headline.failed
    found = [
        words["turn"].format(
            label=x.variable.label_in(lang), value=percent(x.percent.median), year=x.year,
            positive=probability(x.prob_positive, runs),
        )
        for x in turns_told(headline, scenario)
    ]  # fmt: skip
    if not found:
        return ""
    return words["turns"].format(window=span(headline.periods[0]), turns=words["and"].join(found))


def turns_told(headline: Headline, scenario: str) -> list[Turn]:
    """Return the turns that are told: at most ``TURNS_SHOWN``, those that are largest beside the last years."""
    late = {
        x.variable.name: x.percent
        for x in headline.effects
        if (x.scenario, x.period) == (scenario, headline.periods[0])
    }

    def weight(turn: Turn) -> float:
        usual = late[turn.variable.name]
        size = abs(usual.median) if usual else 0.0
        return abs(turn.percent.median) / size if size else float("inf")

    turns = sorted((x for x in headline.turns if x.scenario == scenario), key=weight, reverse=True)
    return turns[:TURNS_SHOWN]


def _interval(interval: Interval, words: Mapping[str, str], in_percent: bool = False) -> str:
    number = percent if in_percent else signed
    ends = (number(x) for x in (interval.median, interval.p05, interval.p95))
    return words["with"].format(**dict(zip(("median", "low", "high"), ends, strict=True)))


def notes(headline: Headline, lang: str = "en") -> list[str]:
    """Return what the reader must know: runs, parameters, meaning of periods and intervals."""
    words = _TEXT[lang]
    if not headline.periods:
        return [words["none"]]
    key = "runs_failed" if headline.failed else "runs" if headline.runs > 1 else "run"
    runs = words[key].format(runs=headline.runs, failed=headline.failed)
    few = [words["few"]] if headline.runs - headline.failed < FEW_RUNS else []
    window = words["window" if len(headline.periods) > 1 else "window_one"].format(window=span(headline.periods[0]))
    meaning = words["pairs" if headline.effects else "levels"]
    return [runs, *few, parameters_sentence(headline, lang), words["as_of"], window, meaning]


def parameters_sentence(headline: Headline, lang: str = "en") -> str:
    """Return where the parameters come from."""
    words, found = _TEXT[lang], headline.calibration
    if found is None:
        kind = "file" if headline.parameters == "posterior" else headline.parameters
        return words.get(kind, words["file"])
    name = "" if found.name == SHIPPED else f' "{found.name}"'
    return words["posterior"].format(name=name, first=found.first_year, last=found.last_year)


def _percent(interval: Interval | None) -> str:
    return percent(interval.median) if interval else "–"


def _ends(interval: Interval | None, words: Mapping[str, str]) -> str:
    return _range(percent(interval.p05), percent(interval.p95), words) if interval else "–"


def _range(low: str, high: str, words: Mapping[str, str]) -> str:
    return words["to"].format(low=low, high=high)
