"""The page of a sweep: what was run, effects, answers to the design, and what cannot be told; offline, no script.

It is made from the folder of the sweep alone, finished or not, in English or Chinese; nothing is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from simulator.manifest import StoredScenario
from simulator.posterior import version_warning
from simulator.query import literal
from simulator.scenario import Scenario
from simulator.skill_card import losses
from simulator.store_read import read_scenario
from simulator.sweep.file import parse_sweep
from simulator.sweep.folder import SWEEP_FILE
from simulator.sweep.spec import DesignSpec
from simulator.sweep.views import Sweep
from simulator.text_file import read_text
from simulator.variables import ENTITIES
from simulator.wording import scenario_word
from viz.reports.page import page_html, punctuation
from viz.reports.provenance import parameters_row, parameters_warning
from viz.reports.sweep_axes import axes_of, axis_row
from viz.reports.sweep_effects import Section
from viz.reports.sweep_figures import factor
from viz.reports.sweep_reader import LEVEL, Reader, chosen_variables
from viz.wording import texts

DRAWN: Final = 8
"""Scenarios with charts; of the others the tables alone are shown."""
ROUGH_RUNS: Final = 100
"""Pairs below which quantiles and probabilities are rough."""
FEW: Final = 10
"""Draws or replications below which standard errors are themselves rough."""
MESSAGES: Final = 5
"""Failures that are told with their messages."""


def sweep_report_html(directory: Path, lang: str = "en") -> str:
    """Return the report of a sweep as one HTML page.

    Parameters
    ----------
    directory
        The folder of a sweep, finished or not.
    lang
        ``en`` or ``zh``.

    Raises
    ------
    InputError
        The folder holds no sweep, or one of its files is missing or damaged.
    """
    with Sweep.open(directory) as sweep:
        return page_html("sweep.html", lang, _Source(sweep, lang).context())


@dataclass(frozen=True, eq=False)
class _Source:
    """What the page is made from, and the parts of it."""

    sweep: Sweep
    lang: str

    @cached_property
    def words(self) -> Mapping[str, str]:
        return texts(self.lang)

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        m, folder = self.sweep.manifest, self.sweep.directory
        entries = [StoredScenario(name=e.name, hash=e.hash, chain=e.chain, sizes={}) for e in m.scenarios]
        return tuple(read_scenario(folder, entry, m.until) for entry in entries)

    @cached_property
    def design(self) -> DesignSpec | None:
        path = self.sweep.directory / SWEEP_FILE
        return parse_sweep(read_text(path), str(path), None).design

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the variables of the page; none if no yearly figures of the province are kept."""
        kept = {(keep.level, keep.freq): keep.variables for keep in self.sweep.manifest.keep}
        full = self.sweep.periods("A", None)
        return chosen_variables(kept.get((LEVEL, "A"), ())) if full else ()

    @cached_property
    def finished(self) -> dict[str, int]:
        """Return scenario -> runs that are there and did not fail."""
        first = self.sweep.manifest.keep[0]
        level, freq = first.level, first.freq
        period = self.sweep.periods("A" if freq == "A" else "Q", None)[:1]
        rows = self.sweep.rows_of(["scenario"], level, freq, ENTITIES[level][0])
        if period:
            rows += f" AND period = {literal(period[0])}"
        table = self.sweep.arrow(f"SELECT scenario, count(*) AS n FROM ({rows}) GROUP BY scenario").to_pylist()
        return {row["scenario"]: row["n"] for row in table}

    @property
    def failed(self) -> int:
        """Return the number of failed runs among those that are there."""
        return self.sweep.there - sum(self.finished.values())

    @cached_property
    def sections(self) -> list[Section]:
        """Return one section a scenario but the first, or that of the only one."""
        if not self.names:
            return []
        reader = Reader(self.sweep, self.names)
        told = self.scenarios[1:] or self.scenarios
        axes = self.design.dimensions if self.design else ()
        grid = self.design is not None and self.design.method == "grid"
        return [
            Section(reader, s.name, axes_of(axes, s, self.scenarios), grid, number < DRAWN, self.lang)
            for number, s in enumerate(told)
        ]

    def context(self) -> dict[str, Any]:
        """Return everything the template shows."""
        m, w = self.sweep.manifest, self.words
        titles = {s.name: s.text("title", self.lang) for s in self.scenarios}
        sections = [{**one.context(), "name": one.scenario, "title": titles[one.scenario]} for one in self.sections]
        return {
            "title": w["sweep_title"].format(name=m.name),
            "version": f"liaosim {m.version}",
            "finished": w["sweep_there"].format(there=f"{self.sweep.there:,}", runs=f"{m.runs:,}"),
            "warnings": self._warnings(),
            "run": self._run(),
            "scenarios": self._scenarios(titles),
            "axes": self._axes(),
            "failures": self._failures(),
            "base": scenario_word(self.scenarios[0].name, self.lang),
            "several": len(self.scenarios) > 1,
            "overview": self._overview() if len(self.sections) > 1 else None,
            "sections": sections,
            "undrawn": w["sweep_undrawn"].format(shown=DRAWN) if len(self.sections) > DRAWN else "",
            "year": self.sections[0].reader.years[-1] if self.sections else "",
            "limits": self._limits(),
            "provenance": self._provenance(),
        }

    # What was run

    def _warnings(self) -> list[str]:
        m, w = self.sweep.manifest, self.words
        calibration = m.parameters.calibration
        found = [parameters_warning(m.parameters.kind, calibration, w), w["not_forecast"]]
        old = version_warning(calibration, m.model_version)
        found += [f"{old[0].upper()}{old[1:]}."] if old is not None else []
        lost = losses(self.names, self.lang)
        found += [" ".join(lost)] if lost else []
        if not self.sweep.complete:
            missing = f"{m.runs - self.sweep.there:,}"
            found.append(w["sweep_unfinished"].format(missing=missing, runs=f"{m.runs:,}"))
        if self.failed:
            found.append(w["failed_warning"].format(failed=f"{self.failed:,}", runs=f"{self.sweep.there:,}"))
        if not self.names:
            found.append(w["sweep_no_figures"])
        return found

    def _run(self) -> list[tuple[str, str]]:
        m, w = self.sweep.manifest, self.words
        rows = [(w["m_scenarios_run"], f"{len(m.scenarios):,}")]
        if m.left_out:
            rows.append((w["sweep_left_out"], f"{len(m.left_out):,}"))
        if self.design is not None:
            method = {"grid": w["sweep_grid"], "lhs": w["sweep_lhs"], "sobol": w["sweep_sobol"]}[self.design.method]
            rows.append((w["sweep_design"], w["sweep_points"].format(method=method, points=f"{m.points:,}")))
        each = w["sweep_separate"] if m.separate else w["sweep_crossed"]
        each = each.format(draws=f"{m.draws:,}", replications=f"{m.replications:,}")
        rows.append((w["sweep_each"], each))
        rows.append((w["m_until"], m.until))
        there = w["sweep_there"].format(there=f"{self.sweep.there:,}", runs=f"{m.runs:,}")
        rows.append((w["sweep_runs"], there if self.sweep.complete else f"{there}{w['sweep_not_finished']}"))
        rows.append((w["sweep_failed"], f"{self.failed:,}"))
        return rows

    def _scenarios(self, titles: Mapping[str, str]) -> list[dict[str, str]]:
        return [
            {"name": entry.name, "title": titles[entry.name], "runs": f"{self.finished.get(entry.name, 0):,}"}
            for entry in self.sweep.manifest.scenarios
        ]

    def _axes(self) -> list[dict[str, Any]]:
        if self.design is None:
            return []
        table = self.sweep.design
        return [
            axis_row(axis, sorted(set(table[axis.name].tolist())), self.scenarios, self.lang)
            for axis in self.design.dimensions
        ]

    def _failures(self) -> dict[str, Any] | None:
        """Return how many runs failed where, and the first messages."""
        table = self.sweep.failures
        if table.empty:
            return None
        where = [
            {
                "scenario": name,
                "runs": f"{len(rows):,}",
                "points": f"{rows['point'].nunique():,}" if rows["point"].notna().any() else "–",
                "draws": f"{rows['draw'].nunique():,}",
            }
            for name, rows in table.groupby("scenario", sort=False)
        ]
        columns = ["scenario", "point", "draw", "replication", "stage", "message"]
        first = table[columns].head(MESSAGES).astype(object)
        return {"where": where, "first": first.where(first.notna(), "–").to_dict("records")}

    # Effects at a glance

    def _overview(self) -> dict[str, Any]:
        """Return one row a scenario and one column a variable: there may be many scenarios."""
        one = self.sections[0]
        columns = range(len(self.names))
        return {
            "columns": [{"label": one.label(j), "unit": one.unit(j)} for j in columns],
            "rows": [{"name": s.scenario, "cells": [s.cell(j) for j in columns]} for s in self.sections],
        }

    # What cannot be told

    def _limits(self) -> list[str]:
        m, w, marks = self.sweep.manifest, self.words, punctuation(self.lang)
        found = []
        if not self.sweep.complete:
            found.append(w["sweep_limit_unfinished"])
        if self.failed:
            found.append(w["sweep_limit_failed"])
        found += self._few()
        if m.points:
            found.append(w["sweep_limit_pooled"])
        for section in self.sections:
            if not section.pairs:
                found.append(w["no_pair_warning"].format(scenario=section.scenario))
                continue
            unclear = [section.label(j) for j, e in enumerate(section.estimates) if e.verdict in ("untold", "unknown")]
            if section.difference and unclear:
                listed = marks["joint"].join(unclear)
                found.append(w["sweep_limit_untold"].format(scenario=section.scenario, variables=listed))
            silent = section.silent() if section.charts else []
            if silent:
                listed = marks["semicolon"].join(silent)
                found.append(w["sweep_limit_silent"].format(scenario=section.scenario, axes=listed))
        return [*found, w["sweep_limit_chance"], w["reading_5"]]

    def _few(self) -> list[str]:
        """Say what few draws, replications or pairs leave open."""
        m, w = self.sweep.manifest, self.words
        found = []
        if m.separate:
            if m.draws == 1:
                found.append(w["sweep_limit_single"])
        else:
            if m.draws == 1:
                found.append(w["sweep_limit_draw"])
            if m.replications == 1:
                found.append(w["sweep_limit_luck"])
        smallest = min((n for n in (m.draws, m.replications) if n > 1), default=0)
        if 1 < smallest < FEW:
            found.append(w["sweep_limit_few"].format(number=smallest, factor=f"{factor(smallest):.1f}"))
        pairs = min((section.pairs for section in self.sections if section.pairs), default=ROUGH_RUNS)
        if pairs < ROUGH_RUNS:
            found.append(w["rough_warning"].format(runs=pairs))
        return found

    # Where the numbers come from

    def _provenance(self) -> list[tuple[str, str]]:
        m, w = self.sweep.manifest, self.words
        kept = "; ".join(f"{k.level} {k.freq}: {', '.join(k.variables)}" for k in m.keep)
        rows = [
            (w["m_version"], m.version),
            (w["m_model"], m.model_version),
            (w["m_commit"], m.git_commit or w["unknown"]),
            (w["m_scenarios"], ", ".join(f"{s.name} {s.hash[:12]}" for s in m.scenarios)),
            (w["m_parameters"], parameters_row(m.parameters, w)),
            (w["m_seed"], str(m.seed)),
            (w["sweep_identity"], m.identity[:12]),
            (w["sweep_data"], m.data[:12]),
            (w["sweep_kept"], kept),
        ]
        for place in m.environments:
            packages = ", ".join(f"{k} {v}" for k, v in dict(place.get("packages", {})).items() if v)
            rows.append((w["m_packages"], f"liaosim {place.get('version')}, {packages}, Python {place.get('python')}"))
        return rows

