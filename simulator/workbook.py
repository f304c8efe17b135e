"""``results.xlsx``: the figures of a results folder for people who work in a spreadsheet, in their language.

Years stand side by side, one row a statistic, so that a row is a chart and a filter finds it. Quarters and every
single run are in the other files of the folder.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.headline import COST, HEADLINE, Effect, Headline, Interval, build_headline
from simulator.headline_text import cost_sentence, notes, turn_sentence
from simulator.levers import INSTRUMENTS
from simulator.numbers import span
from simulator.parameter_words import meaning
from simulator.parameters import parameters
from simulator.periods import to_label
from simulator.results import Results
from simulator.schedule import Lever, Range
from simulator.spreadsheet import Cell, Column, Sheet, write_workbook
from simulator.statistics import FloatArray
from simulator.store import rounded
from simulator.variables import variable
from simulator.words import name_word, unit_word

if TYPE_CHECKING:
    import pandas as pd

    from simulator.scenario import Scenario

WORKBOOK: Final = "results.xlsx"

SHARE: Final = "prob_positive"
STATISTICS: Final = ("median", "p05", "p95", SHARE)


def write_results_workbook(
    path: Path, results: Results, scenarios: Sequence[Scenario], manifest: Mapping[str, Any], lang: str = "en"
) -> None:
    """Write the workbook of some results.

    Parameters
    ----------
    path : Path
        File to write.
    results : Results
    scenarios : sequence of Scenario
        Those of `results`, in the same order.
    manifest : mapping
        From ``simulator.manifest``; times and platform are left out, so that the same command on the same version
        gives the same bytes.
    lang : {"en", "zh"}
        Language of headings, labels, names and units; sheets are called the same in both.
    """
    words = _WORDS[lang]
    sheets = [
        _headline(build_headline(results), words, lang),
        _differences(results, words, lang),
        _summary(results, words, lang),
        _parameters(results, words, lang),
        _scenarios(scenarios, words, lang),
        _about(results, manifest, words),
    ]
    write_workbook(path, sheets, title=words["title"])


def _headline(headline: Headline, words: Mapping[str, str], lang: str) -> Sheet:
    """Return the table of the terminal: effects of every scenario, or levels if there is only one."""
    columns = [Column(words["scenario"], 22), Column(words["variable"], 24)]
    if not headline.periods:
        return Sheet("Headline", words["headline_levels"], columns, [], held=2, below=notes(headline, lang))
    if len(headline.scenarios) > 1:
        return _effects(headline, words, lang)
    for period in headline.periods:
        columns += [Column(span(period), 12, "number"), *_ends(words, "number")]
    columns.append(Column(words["unit"], 18))
    found = {(x.variable.name, x.period): x.value for x in headline.levels}
    rows: list[list[Cell]] = []
    for name in HEADLINE:
        v = variable("province", name)
        cells = [cell for period in headline.periods for cell in _cells(found[name, period])]
        rows.append([headline.base, v.label_in(lang), *cells, unit_word(v.unit, lang)])
    return Sheet("Headline", words["headline_levels"], columns, rows, held=2, below=notes(headline, lang))


def _effects(headline: Headline, words: Mapping[str, str], lang: str) -> Sheet:
    """Return effects in percent and in units: mean of the last years, and the last year in percent."""
    window, last = headline.periods[0], headline.periods[-1]
    columns = [
        Column(words["scenario"], 22), Column(words["variable"], 24),
        Column(words["effect"].format(period=span(window)), 12, "signed"), *_ends(words, "signed"),
        Column(words["change"].format(period=span(window)), 12, "signed"), *_ends(words, "signed"),
        Column(words["unit"], 18), Column("P(>0)", 9, "share"),
    ]  # fmt: skip
    if last != window:
        columns.append(Column(words["effect"].format(period=last), 12, "signed"))
    rows: list[list[Cell]] = []
    below: list[str] = []
    for scenario in headline.scenarios[1:]:
        found = {(x.variable.name, x.period): x for x in headline.effects if x.scenario == scenario}
        cost = next((x for x in headline.costs if x.scenario == scenario), None)
        counted = cost is not None and cost.modelled  # a cost that is not modelled is told, and is not 0
        for name in (*HEADLINE, *((COST,) if counted else ())):
            if (name, window) in found:
                tail = found[name, last] if last != window else None
                rows.append(_effect_row(found[name, window], tail, lang))
        if cost is not None and counted:
            v = variable("province", COST)
            label = words["total"].format(label=v.label_in(lang), period=span(cost.period))
            blank: list[Cell] = [None] * (len(columns) - 9)
            head: list[Cell] = [scenario, label, None, None, None]
            rows.append([*head, *_cells(cost.total), unit_word(v.unit, lang), *blank])
        told = (cost_sentence(headline, scenario, lang), turn_sentence(headline, scenario, lang))
        below += [f"{scenario}: {text}" for text in told if text]
    note = words["headline_effects"].format(base=headline.base)
    return Sheet("Headline", note, columns, rows, held=2, below=[*below, *notes(headline, lang)])


def _effect_row(x: Effect, last: Effect | None, lang: str) -> list[Cell]:
    percent: list[Cell] = _cells(x.percent) if x.percent else [None] * 3
    tail: list[Cell] = [] if last is None else [last.percent.median if last.percent else None]
    unit = unit_word(x.variable.unit, lang)
    return [x.scenario, x.variable.label_in(lang), *percent, *_cells(x.absolute), unit, x.prob_positive, *tail]


def _summary(results: Results, words: Mapping[str, str], lang: str) -> Sheet:
    """Return levels by year: three rows a variable and entity."""
    keys = ("scenario", "level", "entity", "variable", "unit")
    found, statistics, series = _by_year(results.summary, keys, results.years)
    rows: list[list[Cell]] = []
    for scenario, level, entity, name, unit in found:
        first = [scenario, words[level], name_word(entity, lang), variable(level, name).label_in(lang)]
        rows += [[*first, words[statistic], unit_word(unit, lang), name] for statistic in statistics]
    columns = [*_first_columns(words), Column(words["name"], 20), *(Column(y, 10, "series") for y in results.years)]
    return Sheet("Summary", words["summary_note"], columns, rows, held=5, series=series)


def _differences(results: Results, words: Mapping[str, str], lang: str) -> Sheet:
    """Return paired differences by year: four rows a variable and entity in units, and three in percent."""
    keys = ("scenario", "level", "entity", "variable", "unit", "measure", "base")
    found, statistics, series = _by_year(results.differences, keys, results.years)
    rows: list[list[Cell]] = []
    kept: list[int] = []
    shares: set[int] = set()
    position = 0
    for scenario, level, entity, name, unit, measure, base in found:
        first = [scenario, words[level], name_word(entity, lang), variable(level, name).label_in(lang)]
        last = [words[measure], base, name]
        for i, statistic in enumerate(statistics, start=position):
            if statistic == SHARE and measure == "percent":
                continue  # a rise in percent is a rise in units
            if statistic == SHARE:
                shares.add(len(rows))
            kept.append(i)
            rows.append([*first, words[statistic], "" if statistic == SHARE else unit_word(unit, lang), *last])
        position += len(statistics)
    extra = [Column(words["measure"], 12), Column(words["base"], 16), Column(words["name"], 20)]
    columns = [*_first_columns(words), *extra, *(Column(y, 10, "signed series") for y in results.years)]
    note = words["differences_note"] if len(results.scenarios) > 1 else words["no_differences"]
    return Sheet("Differences", note, columns, rows, held=5, series=series[kept], shares=shares)


def _first_columns(words: Mapping[str, str]) -> list[Column]:
    headings = (("scenario", 18), ("level", 9), ("entity", 14), ("variable", 24), ("statistic", 10), ("unit", 16))
    return [Column(words[heading], width) for heading, width in headings]


def _by_year(
    frame: pd.DataFrame, keys: Sequence[str], years: Sequence[str]
) -> tuple[list[tuple[str, ...]], list[str], FloatArray]:
    """Return keys, statistics, and the values of all years, one row a key and statistic, shape (row, year).

    Keys are in the frame's order; numbers have the digits of the CSV files, NaN where the frame has no value.
    """
    annual = frame[frame["freq"] == "A"]
    groups = annual.groupby(list(keys), sort=False).ngroup().to_numpy()
    place = {year: k for k, year in enumerate(years)}
    column = annual["period"].map(place).to_numpy(dtype=np.intp)
    firsts = np.unique(groups, return_index=True)[1]
    names = list(annual[list(keys)].iloc[firsts].itertuples(index=False, name=None))
    statistics = [name for name in STATISTICS if name in annual.columns]
    values = np.full((len(names), len(statistics), len(years)), np.nan)
    for k, name in enumerate(statistics):
        values[groups, k, column] = annual[name].to_numpy()
    return names, statistics, rounded(values).reshape(len(names) * len(statistics), len(years))


def _parameters(results: Results, words: Mapping[str, str], lang: str) -> Sheet:
    """Return every parameter with its range and evidence, and the values that the runs used."""
    used = results.base.parameters
    column = {name: used.values[:, j] for j, name in enumerate(used.names)}
    rows: list[list[Cell]] = []
    for p in parameters():
        values = column.get(p.name)
        span: list[Cell] = [None] * 3
        if values is not None:
            span = [float(x) for x in (np.median(values), values.min(), values.max())]
        about: list[Cell] = [p.name, p.symbol, meaning(p.name, lang), p.unit]
        rows.append([*about, p.low, p.point, p.high, *span, p.status, p.source])
    columns = [
        Column(words["name"], 30), Column(words["symbol"], 10), Column(words["meaning"], 60, "long"),
        Column(words["unit"], 16), *(Column(words[key], 10, "number") for key in ("low", "point", "high")),
        *(Column(words[key], 12, "number") for key in ("used", "lowest", "highest")),
        Column(words["status"], 8), Column(words["source"], 60, "long"),
    ]  # fmt: skip
    return Sheet("Parameters", words["parameters_note"], columns, rows)


def _scenarios(scenarios: Sequence[Scenario], words: Mapping[str, str], lang: str) -> Sheet:
    """Return the levers of every scenario's own file (of all combined ones), one a row."""
    rows: list[list[Cell]] = []
    for scenario in scenarios:
        title = scenario.text("title", lang)
        about: list[Cell] = [scenario.name, title, scenario.extends or ""]
        if not scenario.levers:
            rows.append([*about, *([None] * 10)])
        rows += [[*about, *_lever_cells(lever, lang)] for lever in scenario.levers]
    columns = [
        Column(words["scenario"], 22), Column(words["scenario_title"], 44, "long"), Column(words["extends"], 14),
        Column(words["lever"], 8, "count"), Column(words["instrument"], 30), Column(words["targets"], 24, "long"),
        Column(words["from"], 10), Column(words["to"], 10), Column(words["phase_in"], 11, "count"),
        *(Column(words[key], 12, "number") for key in ("low", "likely", "high")), Column(words["unit"], 44, "long"),
    ]  # fmt: skip
    return Sheet("Scenarios", words["scenarios_note"], columns, rows)


def _lever_cells(lever: Lever, lang: str) -> list[Cell]:
    instrument, size = INSTRUMENTS[lever.instrument], lever.size
    zh = lang == "zh"
    sizes: list[Cell] = [size.low, size.mode, size.high] if isinstance(size, Range) else [None, size, None]
    return [
        lever.number,
        instrument.label_in(lang),
        ", ".join(name_word(target, lang) for target in lever.targets),
        to_label(lever.start),
        to_label(lever.end),
        lever.phase_in,
        *sizes,
        (zh and instrument.unit_zh) or instrument.unit,
    ]


def _about(results: Results, manifest: Mapping[str, Any], words: Mapping[str, str]) -> Sheet:
    """Return what decides the numbers and with what they were made, one entry a row."""
    failed = {e.scenario: len(e.failures) for e in results.ensembles}
    rows: list[list[Cell]] = [
        ["version", manifest["version"]],
        ["model_version", manifest["model_version"]],
        ["git_commit", manifest["git_commit"] or ""],
        ["command", shlex.join(manifest["command"])],
        ["identity", manifest["identity"]],
        *([f"scenario {entry['name']}", entry["hash"]] for entry in manifest["scenarios"]),
        ["parameters", manifest["parameters"]["kind"]],
        ["parameters hash", manifest["parameters"]["hash"]],
        *(_entry(key, manifest[key]) for key in ("seed", "runs", "until", "engine")),
        *(_entry(f"failed runs of {name}", number) for name, number in failed.items()),
        *(["warning", text] for text in manifest["warnings"]),
        ["python", manifest["python"]],
        *([name, version or ""] for name, version in manifest["packages"].items()),
    ]
    columns = [Column(words["entry"], 34), Column(words["value"], 90, "long")]
    return Sheet("About", words["about_note"], columns, rows)


def _entry(name: str, value: Cell) -> list[Cell]:
    return [name, value]


def _cells(interval: Interval) -> list[Cell]:
    return [interval.median + 0.0, interval.p05 + 0.0, interval.p95 + 0.0]


def _ends(words: Mapping[str, str], kind: Any) -> list[Column]:
    return [Column(words["p05"], 10, kind), Column(words["p95"], 10, kind)]


_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "liaosim results",
        "headline_levels": "Median and 90 % interval over runs.",
        "headline_effects": "Differences from {base}, run by run: median and 90 % interval.",
        "summary_note": "Levels by calendar year, median and 90 % interval over runs. Quarters of the province are in "
        "summary.csv, all runs in series/*.parquet. See About.",
        "differences_note": "Paired differences from the base by calendar year, median and 90 % interval over runs; "
        "P(>0) is the share of runs with a rise, ties half; it stands with the units. Quarters of the "
        "province are in differences.csv.",
        "no_differences": "Only one scenario was run, so there are no differences.",
        "parameters_note": "Ranges and evidence of all parameters, and the values that the runs of this folder used. "
        "F read in the source, F± only the sign, D arithmetic on data, U unverified, A assumption.",
        "scenarios_note": "Levers of each scenario's own file (of all files combined). Their parents and full texts "
        "are in scenarios/.",
        "about_note": "What decides the figures and with what they were made. Times and platform are in manifest.json.",
        "scenario": "Scenario", "base": "Against", "level": "Level", "entity": "Entity", "variable": "Variable",
        "statistic": "Statistic", "unit": "Unit", "measure": "Measured", "name": "Name in files",
        "effect": "{period}, %", "change": "Change, {period}", "total": "{label}, total {period}",
        "median": "median", "p05": "5 %", "p95": "95 %", "prob_positive": "P(>0)",
        "absolute": "in units", "percent": "in percent",
        "symbol": "Symbol", "meaning": "Meaning", "low": "Low", "point": "Point", "likely": "Size", "high": "High",
        "used": "Used: median", "lowest": "Used: lowest", "highest": "Used: highest", "status": "Status",
        "source": "Source", "scenario_title": "Title", "extends": "Extends", "lever": "Lever",
        "instrument": "Instrument", "targets": "Targets", "from": "From", "to": "To",
        "phase_in": "Quarters of phase-in", "entry": "Entry", "value": "Value",
        "province": "province", "city": "city", "port": "port", "sector": "sector", "partner": "partner",
        "origin": "origin", "lane": "lane",
    },
    "zh": {
        "title": "liaosim 结果",
        "headline_levels": "各次运行的中位数和 90% 区间。",
        "headline_effects": "相对于 {base} 的逐次配对差异：中位数和 90% 区间。",
        "summary_note": "各年水平值：各次运行的中位数和 90% 区间。全省季度数据见 summary.csv，"
        "所有运行见 series/*.parquet。",
        "differences_note": "各年相对基准的逐次配对差异：中位数和 90% 区间；P(>0) 为差异为正的运行所占比例，"
        "相等计一半。全省季度数据见 differences.csv。",
        "no_differences": "只运行了一个情景，因此没有差异。",
        "parameters_note": "所有参数的范围与依据，以及本次运行所用的值。F：原文已核；F±：仅核对符号；D：由数据推算；"
        "U：未核实；A：假设。",
        "scenarios_note": "各情景自身文件（组合情景为全部文件）的政策工具。上级情景和全文见 scenarios/。",
        "about_note": "决定数字的内容及所用软件版本。时间和平台见 manifest.json。",
        "scenario": "情景", "base": "基准", "level": "层级", "entity": "对象", "variable": "变量",
        "statistic": "统计量", "unit": "单位", "measure": "度量", "name": "文件中的名称",
        "effect": "{period}，%", "change": "变化，{period}", "total": "{label}，{period} 累计",
        "median": "中位数", "p05": "5%", "p95": "95%", "prob_positive": "P(>0)",
        "absolute": "绝对值", "percent": "百分比",
        "symbol": "符号", "meaning": "含义", "low": "下限", "point": "点估计", "likely": "力度", "high": "上限",
        "used": "所用：中位数", "lowest": "所用：最小", "highest": "所用：最大", "status": "依据", "source": "来源",
        "scenario_title": "标题", "extends": "上级情景", "lever": "序号", "instrument": "政策工具", "targets": "对象",
        "from": "开始", "to": "结束", "phase_in": "分步季度数", "entry": "项目", "value": "内容",
        "province": "全省", "city": "城市", "port": "港口", "sector": "行业", "partner": "贸易伙伴",
        "origin": "投资来源地", "lane": "航线",
    },
}  # fmt: skip
