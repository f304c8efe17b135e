"""The report of a result: one HTML file that opens offline, holds no script, and prints.

It is made from the results, the scenarios and the manifest alone, in English or Chinese; nothing is simulated.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from simulator.card import Card, describe
from simulator.headline import COST, HEADLINE, Effect, Headline, Interval, build_headline, plain
from simulator.headline import signed as _exact
from simulator.identification import quality_words
from simulator.manifest import read_manifest
from simulator.results import Results
from simulator.scenario import Scenario
from simulator.sensitivity import REST, EffectDrivers, leans
from simulator.sensitivity_words import WORDS as SENSITIVITY_WORDS
from simulator.words import unit_word
from viz import panels
from viz.svg import FanChart, Marker, coefficient_mark, fan_chart, interval_chart, share_bar

REPORT: Final = "report.html"
LEAD_YEARS: Final = 2
"""Years shown before the first difference from the base."""
DRIVERS_SHOWN: Final = 8


@cache
def texts(lang: str) -> Mapping[str, str]:
    """Return the texts of the report in ``en`` or ``zh``."""
    source = files("viz").joinpath("texts.toml").read_text(encoding="utf-8")
    table: Mapping[str, str] = tomllib.loads(source)[lang]
    return table


def write_report(folder: Path, results: Results, scenarios: Sequence[Scenario], lang: str = "en") -> Path:
    """Write ``report.html`` into a results folder and return its path.

    Parameters
    ----------
    folder
        Holds ``manifest.json`` already.
    results, scenarios
        The ensembles and the scenarios they are of, in the same order.
    """
    path = folder / REPORT
    path.write_text(report_html(results, scenarios, read_manifest(folder), lang), encoding="utf-8")
    return path


def report_html(results: Results, scenarios: Sequence[Scenario], manifest: Mapping[str, Any], lang: str = "en") -> str:
    """Return the report as one HTML page.

    Parameters
    ----------
    results
        One ensemble, or a base and the scenarios that are compared with it.
    scenarios
        The scenarios of the ensembles, in the same order.
    manifest
        As ``simulator.manifest.read_manifest`` returns it.
    lang
        ``en`` or ``zh``.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    page = Environment(
        loader=PackageLoader("viz", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    source = _Source(results, tuple(scenarios), manifest, lang)
    style = Markup(files("viz").joinpath("templates", "report.css").read_text(encoding="utf-8"))
    return page.get_template("report.html").render(style=style, t=texts(lang), lang=lang, **source.context())


@dataclass(frozen=True, eq=False)
class _Source:
    """What the page is made from, and the parts of it."""

    results: Results
    scenarios: tuple[Scenario, ...]
    manifest: Mapping[str, Any]
    lang: str

    @cached_property
    def words(self) -> Mapping[str, str]:
        return texts(self.lang)

    @cached_property
    def headline(self) -> Headline:
        return build_headline(self.results)

    @property
    def base(self) -> Scenario:
        return self.scenarios[0]

    @property
    def window(self) -> str:
        return panels.window_label(self.results)

    def say(self, key: str, **values: str | int) -> str:
        return self.words[key].format(**values)

    def context(self) -> dict[str, Any]:
        """Return everything the template shows."""
        others = self.scenarios[1:]
        if others:
            title = self.say("title_compare", scenarios=", ".join(s.name for s in others), base=self.base.name)
        else:
            title = self.say("title_run", base=self._title(self.base))
        full = bool(self.results.years)
        return {
            "title": title,
            "comma": "，" if self.lang == "zh" else ", ",
            "stop": "。" if self.lang == "zh" else ".",
            "full_years": full,
            "window": self.window if full else "",
            "base": self._base_section(),
            "warnings": self._warnings(),
            "overview": self._overview() if full and others else None,
            "sections": [self._section(s) for s in others] if full else [],
            "levels": self._levels() if full else None,
            "past": self._past() if full else [],
            "reading": [self.say(f"reading_{i}", runs=self.results.base.runs) for i in range(1, 6)],
            "provenance": self._provenance(),
            "finished": str(self.manifest["finished"])[:10],
            "version": f"liaosim {self.manifest['version']}",
        }

    # Texts

    def _title(self, scenario: Scenario) -> str:
        return scenario.title_zh if self.lang == "zh" and scenario.title_zh else scenario.title

    def _label(self, effect: Effect) -> str:
        return effect.variable.label_zh if self.lang == "zh" else effect.variable.label

    def _warnings(self) -> list[str]:
        found = [self.words[f"{self.headline.parameters}_warning"], self.words["not_forecast"]]
        if self.headline.failed:
            found.append(self.say("failed_warning", failed=self.headline.failed, runs=self.headline.runs))
        return [*found, *(str(text) for text in self.manifest.get("warnings", ()))]

    def _card(self, scenario: Scenario) -> Card:
        base = self.base if scenario is not self.base else None
        return describe(scenario, base, self.lang)

    def _base_section(self) -> dict[str, Any]:
        return {
            "name": self.base.name,
            "title": self._title(self.base),
            "card": self._card(self.base),
            "events": [f"{mark.key} {mark.text}" for mark in self._base_marks],
        }

    # Effects

    def _effects(self, scenario: str, period: str) -> dict[str, Effect]:
        return {e.variable.name: e for e in self.headline.effects if (e.scenario, e.period) == (scenario, period)}

    def _overview(self) -> dict[str, Any]:
        """Return one row a variable and one column a scenario, in per cent, and the cost."""
        window = self.headline.periods[0]
        names = [s.name for s in self.scenarios[1:]]
        found = {name: self._effects(name, window) for name in names}
        rows = []
        for variable in HEADLINE:
            effects = [found[name].get(variable) for name in names]
            label = next((self._label(e) for e in effects if e), variable)
            rows.append({"label": label, "cells": [self._cell(e.percent if e else None) for e in effects]})
        costs = [self._cell(found[name][COST].absolute if COST in found[name] else None) for name in names]
        rows.append({"label": self.words["policy_cost"], "cells": costs})
        return {"names": names, "rows": rows, "note": self.say("overview_note", window=self.window)}

    def _cell(self, interval: Interval | None) -> dict[str, Any]:
        if interval is None:
            return {"median": "–", "interval": "", "certain": False}
        none = interval.p05 == interval.p95 == 0.0
        ends = "" if none else f"{signed(interval.p05)} {self.words['to']} {signed(interval.p95)}"
        return {"median": signed(interval.median), "interval": ends, "certain": interval.p05 * interval.p95 > 0.0}

    def _section(self, scenario: Scenario) -> dict[str, Any]:
        """Return all about one scenario."""
        window, last = self.headline.periods[0], self.headline.periods[-1]
        found, single = self._effects(scenario.name, window), self._effects(scenario.name, last)
        marks = panels.markers(panels.events(scenario, self.lang), "new")
        return {
            "name": scenario.name,
            "title": self._title(scenario),
            "card": self._card(scenario),
            "sentences": self._sentences(found),
            "rows": [self._row(found[name], single.get(name), window != last) for name in HEADLINE if name in found],
            "last": last if window != last else "",
            "events": [f"{mark.key} {mark.text}" for mark in marks],
            "charts": [self._pair(scenario, name, marks) for name in panels.CHANGES],
            "places": [self._place(scenario, level, name) for level, name in panels.ENTITY_CHANGES],
            "leaning": self._leaning(scenario.name, _told(found)),
        }

    def _sentences(self, found: Mapping[str, Effect]) -> list[str]:
        """Return the effects that matter most, and the cost, in sentences."""
        sentences = [self._sentence(found[name]) for name in _told(found)]
        cost = found.get(COST)
        if cost is not None and cost.absolute.p05 == cost.absolute.p95 == 0.0:
            sentences.append(self.words["cost_none"])
        elif cost is not None:
            a = cost.absolute
            sentences.append(
                self.say(
                    "cost_sentence",
                    base=self.base.name,
                    window=self.window,
                    yearly=signed(a.median),
                    low=signed(a.p05),
                    high=signed(a.p95),
                )  # fmt: skip
            )
        return sentences

    def _sentence(self, effect: Effect) -> str:
        label, a = self._label(effect), effect.absolute
        if a.p05 == a.p95 == 0.0:
            return self.say("sentence_none", label=label, window=self.window)
        share = _per_cent(effect.prob_positive)
        if effect.percent is None:
            return self.say(
                "sentence_unit", label=label, window=self.window, base=self.base.name, median=signed(a.median),
                unit=unit_word(effect.variable.unit, self.lang), low=signed(a.p05), high=signed(a.p95),
                probability=share,
            )  # fmt: skip
        p = effect.percent
        return self.say(
            "sentence_percent", label=label, window=self.window, base=self.base.name, median=plain(abs(p.median)),
            direction=self.words["higher" if p.median >= 0.0 else "lower"], low=signed(p.p05), high=signed(p.p95),
            probability=share,
        )  # fmt: skip

    def _row(self, effect: Effect, single: Effect | None, has_last: bool) -> dict[str, Any]:
        p = self._cell(effect.percent)
        last = signed(single.percent.median) if has_last and single and single.percent else "–"
        return {
            "label": self._label(effect),
            "percent": p["median"],
            "interval": p["interval"],
            "certain": self._cell(effect.absolute)["certain"],
            "absolute": signed(effect.absolute.median),
            "unit": unit_word(effect.variable.unit, self.lang),
            "probability": _probability(effect.prob_positive),
            "last": last,
        }

    # Charts

    @cached_property
    def _base_marks(self) -> tuple[Marker, ...]:
        return panels.markers(panels.events(self.base, self.lang), "base")

    def _pair(self, scenario: Scenario, name: str, marks: Sequence[Marker]) -> dict[str, Any]:
        """Return the two charts of a variable: levels with observed figures, and the paired change."""
        pair = (self.base.name, scenario.name)
        level = panels.level_chart(self.results, pair, name, self.lang, self.words, (*self._base_marks, *marks))
        first = min((int(mark.position + 0.5) for mark in marks), default=int(self.results.years[0])) - LEAD_YEARS
        change = panels.change_chart(self.results, scenario.name, name, self.lang, self.words, marks, first)
        return {"title": level.title, "level": _drawn(level), "change": _drawn(change)}

    def _levels(self) -> list[dict[str, Any]] | None:
        """Return the charts of levels of a single run; None if scenarios are compared."""
        if len(self.scenarios) > 1:
            return None
        name = (self.base.name,)
        charts = [
            panels.level_chart(self.results, name, v, self.lang, self.words, self._base_marks) for v in panels.CHANGES
        ]
        return [{"title": chart.title, "svg": _drawn(chart)} for chart in charts]

    def _past(self) -> list[dict[str, Any]]:
        """Return the base in 2006-2017 beside observed figures."""
        found = []
        last = panels.HISTORY_END
        for v in panels.PAST:
            chart = panels.level_chart(
                self.results, (self.base.name,), v, self.lang, self.words, self._base_marks, None, last
            )
            found.append({"title": chart.title, "svg": _drawn(chart)})
        return found

    def _place(self, scenario: Scenario, level: str, name: str) -> dict[str, Any]:
        effects = panels.entity_effects(self.results, scenario.name, level, name, self.lang)
        title = f"{self.words[f'level_{level}']}: {panels.title_of(name, self.lang, level)}"
        joint = "、" if self.lang == "zh" else ", "
        nobody = self.words["nobody"]
        return {
            "title": title,
            "comma": "，" if self.lang == "zh" else ", ",
            "stop": "。" if self.lang == "zh" else ".",
            "svg": Markup(interval_chart(effects.rows, title, effects.unit, self.words["to"])),
            "gain": joint.join(effects.gain) or nobody,
            "lose": joint.join(effects.lose) or nobody,
            "unclear": joint.join(effects.unclear) or nobody,
        }

    # What drives an effect, and what it leans on

    def _leaning(self, scenario: str, told: Sequence[str]) -> dict[str, Any]:
        """Return what drives the effects told in sentences, and what each effect of the headline leans on."""
        words = SENSITIVITY_WORDS[self.lang]
        found = leans(self.results, scenario)
        drivers = [self._driven(one.effect, words) for one in found if one.effect.variable in told]
        rows = []
        for one in found:
            shares = [(self._quality(q), share, q) for q, share in one.effect.by_quality.items() if share > 0.0]
            explains = one.effect.note in ("drivers", "none_found")
            rows.append({
                "label": panels.title_of(one.effect.variable, self.lang),
                "bar": Markup(share_bar(shares)) if explains else "",
                "verdict": words[f"verdict_{one.verdict}"],
            })  # fmt: skip
        keys = [(q, self._quality(q)) for q in (*quality_words(), REST)]
        return {"drivers": drivers, "rows": rows, "legend": keys, "words": words}

    def _quality(self, quality: str) -> str:
        if quality == REST:
            return SENSITIVITY_WORDS[self.lang]["rest"]
        known = quality_words()[quality]
        return known.label_zh if self.lang == "zh" else known.label

    def _driven(self, effect: EffectDrivers, words: Mapping[str, str]) -> dict[str, Any]:
        rows = [
            {
                "label": d.label_zh if self.lang == "zh" and d.label_zh else d.label,
                "name": d.name,
                "kind": words[d.kind],
                "mark": Markup(coefficient_mark(d.coefficient, d.low, d.high)),
                "coefficient": f"{signed(d.coefficient)} ({signed(d.low)} {self.words['to']} {signed(d.high)})",
                "share": f"{100.0 * d.share:.0f} %",
                "quality": self._quality(d.quality),
            }
            for d in effect.drivers[:DRIVERS_SHOWN]
        ]
        said = [words[f"note_{effect.note}"]]
        if effect.note in ("drivers", "none_found"):
            share = f"{100.0 * effect.detectable:.0f} %"
            said.append(
                words["tested"].format(tested=effect.tested) if rows else words["detectable"].format(detectable=share)
            )
        if rows:
            said.insert(0, words["explained"].format(explained=f"{100.0 * effect.explained:.0f} %", runs=effect.runs))
        return {
            "title": panels.title_of(effect.variable, self.lang),
            "rows": rows,
            "said": ("" if self.lang == "zh" else " ").join(said),
        }

    # Where the numbers come from

    def _provenance(self) -> list[tuple[str, str]]:
        m, w = self.manifest, self.words
        parameters = m["parameters"]
        rows = [
            (w["m_version"], str(m["version"])),
            (w["m_model"], str(m["model_version"])),
            (w["m_commit"], str(m["git_commit"] or w["unknown"])),
            (w["m_command"], shlex.join(m["command"])),
            (w["m_scenarios"], ", ".join(f"{s['name']} {s['hash'][:12]}" for s in m["scenarios"])),
            (w["m_parameters"], f"{parameters['kind']} {parameters['hash'][:12]}"),
            (w["m_seed"], str(m["seed"])),
            (w["m_runs"], str(m["runs"])),
            (w["m_until"], str(m["until"])),
            (w["m_engine"], str(m["engine"])),
            (w["m_finished"], str(m["finished"])),
            (w["m_packages"], ", ".join(f"{k} {v}" for k, v in m["packages"].items() if v) + f", Python {m['python']}"),
        ]
        return rows


def _told(found: Mapping[str, Effect]) -> list[str]:
    """Return the outputs told in sentences: GDP, and the two others with the largest effect, clear ones first."""

    def weight(name: str) -> tuple[bool, float]:
        interval = found[name].percent
        if interval is None:
            return False, 0.0
        return interval.p05 * interval.p95 > 0.0, abs(interval.median)

    others = sorted((n for n in HEADLINE if n in found and n != "gdp_real"), key=weight, reverse=True)
    return [n for n in ("gdp_real", *others[:2]) if n in found]


def signed(value: float) -> str:
    """Return a change with its sign and three digits; what is too small to print as a plain number is about zero."""
    if 0.0 < abs(value) < 0.0005:
        return "≈ 0"
    return _exact(value).replace("-", "\N{MINUS SIGN}")


def _drawn(chart: FanChart) -> Markup:
    return Markup(fan_chart(chart))


def _per_cent(probability: float) -> str:
    """Return a share of runs in per cent; 100 and 0 only where every run agrees."""
    if 0.0 < probability < 1.0:
        probability = min(max(probability, 0.01), 0.99)
    return f"{100.0 * probability:.0f}"


def _probability(probability: float) -> str:
    return f"{float(_per_cent(probability)) / 100.0:.2f}"
