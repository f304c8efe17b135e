"""The report of a result: one HTML file that opens offline, holds no script, and prints.

It is made from the results, the scenarios and the manifest alone, in English or Chinese; nothing is simulated.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from simulator.card import Card, describe
from simulator.headline import HEADLINE, Headline, build_headline
from simulator.manifest import ParametersEntry, read_manifest
from simulator.numbers import plain, span
from simulator.results import Results
from simulator.scenario import Scenario
from simulator.variables import variable
from simulator.words import unit_word
from viz import panels
from viz.charts import svg_stretches
from viz.doubts import weak_forecasts
from viz.reports.effects import Effects, overview
from viz.reports.page import page_html
from viz.reports.provenance import parameters_row, parameters_warning
from viz.scenario_names import labels_of, said_of
from viz.svg import FanChart, Marker, fan_chart, interval_chart
from viz.wording import texts

REPORT: Final = "report.html"
LEAD_YEARS: Final = 2
"""Years shown before the first difference from the base."""
ROUGH_RUNS: Final = 100
"""Below it the reader is warned that intervals are rough."""


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
    source = _Source(results, tuple(scenarios), manifest, lang)
    return page_html("report.html", lang, source.context())


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
        return build_headline(self.results, {s.name: s.schedule() for s in self.scenarios})

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Name of a scenario -> what headings and legends call it."""
        return labels_of(self.scenarios, self.lang)

    @property
    def base(self) -> Scenario:
        return self.scenarios[0]

    @property
    def last(self) -> int:
        return int(self.results.years[-1])

    def context(self) -> dict[str, Any]:
        """Return everything the template shows."""
        others = self.scenarios[1:]
        full = bool(self.results.years)
        compared = [s for s in others if full and len(self.results.kept(self.base.name, s.name))]
        effects = [Effects(self.results, self.headline, s.name, self.lang) for s in compared]
        what = self.words["scenarios_count"].format(count=len(others))
        what = self.labels[others[0].name] if len(others) == 1 else what
        against = self.words["title_compare"].format(scenarios=what, base=said_of(self.base, self.lang))
        return {
            "title": against if others else self.base.text("title", self.lang),
            "full_years": full,
            "window": span(self.headline.periods[0]) if full else "",
            "base": self._base_section(),
            "warnings": self._warnings(),
            "overview": overview(effects) if effects else None,
            "sections": [self._section(s, e) for s, e in zip(compared, effects, strict=True)],
            "levels": self._levels() if full and not others else None,
            "past": self._past() if full else [],
            "reading": [self.words[f"reading_{i}"].format(runs=self.results.base.runs) for i in range(1, 6)],
            "provenance": self._provenance(),
            "finished": str(self.manifest["finished"])[:10],
            "version": f"liaosim {self.manifest['version']}",
        }

    def _warnings(self) -> list[str]:
        h, w = self.headline, self.words
        found = [parameters_warning(h.parameters, h.calibration, w)]
        found += [w["not_forecast"]] if panels.beyond_history(self.results.years) else []
        if h.failed:
            found.append(w["failed_warning"].format(failed=h.failed, runs=h.runs))
        if h.runs - h.failed < ROUGH_RUNS:
            found.append(w["rough_warning"].format(runs=h.runs - h.failed))
        lost = [s.name for s in self.scenarios[1:] if not len(self.results.kept(self.base.name, s.name))]
        found += [w["no_pair_warning"].format(scenario=self.labels[name]) for name in lost]
        found += weak_forecasts((*panels.CHANGES, *panels.PAST), self.lang) if self.results.years else ()
        return [*found, *(str(text) for text in self.manifest.get("warnings", ()))]

    def _card(self, scenario: Scenario) -> Card:
        return describe(scenario, self.base if scenario is not self.base else None, self.lang)

    def _base_section(self) -> dict[str, Any]:
        return {
            "label": self.labels[self.base.name],
            "title": self.base.text("title", self.lang),
            "card": self._card(self.base),
            "events": [f"{mark.key}: {mark.text}" for mark in self._base_marks],
        }

    def _section(self, scenario: Scenario, effects: Effects) -> dict[str, Any]:
        """Return all about one scenario."""
        marks = panels.markers(panels.events(scenario, self.base, self.lang, self.words["ends"]), "new", self.last)
        periods = self.headline.periods
        return {
            "name": scenario.name,
            "label": self.labels[scenario.name],
            "title": scenario.text("title", self.lang),
            "card": self._card(scenario),
            "sentences": effects.sentences(),
            "rows": effects.rows(),
            "behind": effects.behind(),
            "last": periods[-1] if periods[-1] != periods[0] else "",
            "events": [f"{mark.key}: {mark.text}" for mark in marks],
            "charts": [self._pair(scenario, name, marks) for name in panels.CHANGES],
            "places": [self._place(effects, level, name) for level, name in panels.ENTITY_CHANGES],
            "leaning": effects.leaning(),
        }

    # Charts

    @cached_property
    def _base_marks(self) -> tuple[Marker, ...]:
        years = self.results.years
        return panels.markers(
            panels.events(self.base, None, self.lang, self.words["ends"]), "base", int(years[-1]) if years else None
        )

    def _pair(self, scenario: Scenario, name: str, marks: Sequence[Marker]) -> dict[str, Any]:
        """Return the two charts of a variable: the paired change, and levels with observed figures."""
        pair = (self.base.name, scenario.name)
        level = panels.level_chart(self.results, pair, name, self.lang, self.words, (*self._base_marks, *marks))
        first = min((int(mark.position) for mark in marks), default=int(self.results.years[0])) - LEAD_YEARS
        change = panels.change_chart(self.results, scenario.name, name, self.lang, self.words, marks, first)
        return {"title": level.title, "level": self._drawn(level), "change": self._drawn(change)}

    def _drawn(self, chart: FanChart) -> Markup:
        """Return a chart with scenarios called as readers call them, and with what its years are."""
        calibration = self.headline.calibration
        found = svg_stretches(chart, self.words, calibration.last_year if calibration else None)
        return Markup(fan_chart(panels.named(chart, self.labels), found))

    def _levels(self) -> dict[str, Any]:
        """Return table and charts of levels of a single scenario."""
        found = {(x.variable.name, x.period): x.value for x in self.headline.levels}
        rows = []
        for name in HEADLINE:
            v = variable("province", name)
            values = [found[name, period] for period in self.headline.periods]
            cells = [(plain(x.median), f"{plain(x.p05)} {self.words['to']} {plain(x.p95)}") for x in values]
            rows.append({"label": v.label_in(self.lang), "unit": unit_word(v.unit, self.lang), "cells": cells})
        charts = [
            panels.level_chart(self.results, (self.base.name,), v, self.lang, self.words, self._base_marks)
            for v in panels.CHANGES
        ]
        return {
            "periods": [span(period) for period in self.headline.periods],
            "rows": rows,
            "charts": [{"title": chart.title, "svg": self._drawn(chart)} for chart in charts],
        }

    def _past(self) -> list[dict[str, Any]]:
        """Return the base in 2006-2017 beside observed figures, and how well it meets them."""
        found = []
        for v in panels.PAST:
            chart = panels.level_chart(
                self.results, (self.base.name,), v, self.lang, self.words, self._base_marks, last=panels.HISTORY_END
            )
            fit = panels.fit_of(chart)
            said = ""
            if fit:
                said = self.words["fit"].format(
                    inside=fit[0], count=fit[1], miss=f"{fit[2]:.1f}" if fit[2] < 10.0 else f"{fit[2]:.0f}"
                )
            found.append({"title": chart.title, "svg": self._drawn(chart), "fit": said})
        return found

    def _place(self, effects: Effects, level: str, name: str) -> dict[str, Any]:
        found = effects.place(level, name)
        title = f"{self.words[f'level_{level}']}{'：' if self.lang == 'zh' else ': '}"
        title += panels.title_of(name, self.lang, level)
        joint = "、" if self.lang == "zh" else ", "
        groups = (("gain", found.gain), ("lose", found.lose), ("unclear", found.unclear), ("no_effect", found.none))
        return {
            "title": title,
            "svg": Markup(interval_chart(found.rows, title, found.unit, self.words["to"])),
            "groups": [(self.words[key], joint.join(names)) for key, names in groups if names],
        }

    # Where the numbers come from

    def _provenance(self) -> list[tuple[str, str]]:
        m, w = self.manifest, self.words
        packages = ", ".join(f"{k} {v}" for k, v in m["packages"].items() if v)
        return [
            (w["m_version"], str(m["version"])),
            (w["m_model"], str(m["model_version"])),
            (w["m_commit"], str(m["git_commit"] or w["unknown"])),
            (w["m_command"], shlex.join(m["command"])),
            (w["m_scenarios"], ", ".join(f"{s['name']} {s['hash'][:12]}" for s in m["scenarios"])),
            (w["m_parameters"], parameters_row(ParametersEntry.model_validate(m["parameters"]), w)),
            (w["m_seed"], str(m["seed"])),
            (w["m_runs"], str(m["runs"])),
            (w["m_until"], str(m["until"])),
            (w["m_engine"], str(m["engine"])),
            (w["m_finished"], str(m["finished"])),
            (w["m_packages"], f"{packages}, Python {m['python']}"),
        ]
