"""The report of a calibration: fit against data, what the data say of parameters, convergence, emulator, padding.

It is made from the folder of ``liaosim calibrate --out`` alone, in English or Chinese; nothing is simulated.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from calibration.observed import load_observed
from calibration.targets import Target, targets
from simulator.errors import InputError, nearest
from simulator.identification import LITERATURE
from simulator.numbers import plain, span
from simulator.parameter_words import meaning
from simulator.parameters import names
from simulator.posterior import MANIFEST, VALIDATION, Fitted, Posterior, read_posterior, version_warning
from simulator.text_file import printable, read_text, replace_file
from simulator.words import unit_word
from viz.reports.calibration_fit import (
    FIT,
    ROLES,
    WRITTEN,
    FittedTarget,
    fan_groups,
    group_word,
    inside,
    read_fit,
    title_of,
)
from viz.reports.calibration_padding import padding_section, vintage_section
from viz.reports.page import PageSource, page_html, punctuation
from viz.reports.rank_histogram import recovery_section
from viz.reports.tables import Row, read_rows
from viz.wording import typographic

REPORT: Final = "report.html"
RHAT: Final = 1.05
"""R-hat from which ensembles disagree."""
PAIRS: Final = "pairs.csv"
PAIR_COLUMNS: Final = ("first", "second", "correlation")
IDENTIFIABILITY: Final = "identifiability.csv"
IDENTIFIABILITY_COLUMNS: Final = ("parameter", "contraction", "expected", "profile_fall")
EMULATOR: Final = "emulator.csv"
EMULATOR_COLUMNS: Final = (
    "target", "period", "error_near", "relative_near", "explained_near", "sd_ratio_near", "relative_wide",
    "explained_wide",
)  # fmt: skip


def write_calibration_report(folder: Path, lang: str = "en") -> Path:
    """Write ``report.html`` into the folder of a calibration and return its path; errors as those of the page.

    Parameters
    ----------
    folder
        As ``liaosim calibrate --out`` wrote it.
    lang
        ``en`` or ``zh``.
    """
    path = folder / REPORT
    replace_file(path, calibration_report_html(folder, lang))
    return path


def calibration_report_html(folder: Path, lang: str = "en") -> str:
    """Return the report of a calibration as one HTML page.

    Parameters
    ----------
    folder
        Holds ``manifest.json``, ``parameters.csv``, ``draws.parquet`` and ``fit.csv``; sections whose tables are not
        there are left out, as is the fit to earlier years without a folder ``validation``.
    lang
        ``en`` or ``zh``.

    Raises
    ------
    InputError
        A file is missing or wrong; the message names file, line and column.
    """
    return page_html("calibration.html", lang, CalibrationSource(Path(folder), lang).context())


@dataclass(frozen=True, eq=False)
class CalibrationSource(PageSource):
    """What the page is made from, and the parts of it."""

    @cached_property
    def posterior(self) -> Posterior:
        """Return the posterior of the folder."""
        return read_posterior(self.folder)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """Return what the manifest says beyond what a posterior needs; its form is checked there."""
        assert self.posterior
        content: Mapping[str, Any] = json.loads(read_text(self.folder / MANIFEST))
        return content

    @property
    def file(self) -> str:
        """Return the name of the file whose figures were fitted; empty if they are the observed ones."""
        data = self.manifest.get("data")
        return printable(str(data.get("file", ""))) if isinstance(data, dict) else ""

    @cached_property
    def fitted(self) -> tuple[FittedTarget, ...]:
        """Return every series that runs say something of, fitted or not."""
        return read_fit(self.folder)

    @property
    def years(self) -> dict[str, int]:
        """Return first and last year that were fitted."""
        return {"first": self.posterior.first_year, "last": self.posterior.last_year}

    @property
    def least(self) -> str:
        """Return the contraction below which a parameter is literature-driven, per cent."""
        return f"{100 * LITERATURE:.0f}"

    @cached_property
    def literature(self) -> list[Fitted]:
        """Return the fitted parameters that the data hardly narrow."""
        return [row for row in self.posterior.table if row.contraction < LITERATURE]

    def context(self) -> dict[str, Any]:
        """Return everything the template shows."""
        w, p = self.words, self.posterior
        return {
            "title": w["cal_title"].format(name=p.name, **self.years),
            "version": f"liaosim {self.manifest.get('version', '')}".strip(),
            "finished": w["cal_finished"].format(model=p.model_version),
            "warnings": self._warnings(),
            "short": self._short(),
            "groups": fan_groups(self.fitted, self.lang, w),
            "held": self._held(),
            "parameters": self._parameters(),
            "parameter_note": w["cal_literature_note"].format(least=self.least, others=len(names()) - len(p.names)),
            "identifiability": self._identifiability(),
            "pairs": self._pairs(),
            "convergence": self._convergence(),
            "emulator": self._emulator(),
            "recovery": recovery_section(self.folder, w),
            "padding": padding_section(self.folder, w),
            "vintages": vintage_section(self.lang, w),
            "sources": self._sources(),
            "provenance": self._provenance(),
        }

    def _warnings(self) -> list[str]:
        w, p = self.words, self.posterior
        figures = sum(f.fitted for one in self.fitted for f in one.figures)
        found = [w["cal_known"], w["cal_cannot"].format(**self.years)]
        found.append(
            w["cal_few"].format(figures=figures, fitted=len(p.names), declared=len(names()), least=self.least)
        )
        if self.file:
            found.insert(0, w["cal_other_data"].format(file=self.file))
        if any(f.period > str(p.last_year) and not f.fitted for one in self.fitted for f in one.figures):
            found.append(w["cal_held_warning"].format(**self.years))
        old = version_warning(p.calibration)
        return [*found, f"{old[0].upper()}{old[1:]}."] if old else found

    def _short(self) -> list[tuple[str, str]]:
        w, p = self.words, self.posterior
        count = w["cal_of"].format(part=len(self.literature), whole=len(p.names))
        size = f"{p.effective_sample_size:,.0f}"
        effective = w["cal_effective_of"].format(effective=size, draws=f"{len(p.values):,}")
        return [
            (w["cal_fitted_inside"], self._share(self.fitted, True)),
            (w["cal_others_inside"], self._share(self.fitted, False)),
            (w["cal_literature_count"], count),
            (w["cal_effective"], effective),
            (w["cal_rhat_most"], f"{p.max_rhat:.3f}"),
            (w["cal_ess_least"], f"{min(row.ess for row in p.table):,.0f}"),
        ]

    def _share(self, fitted: Iterable[FittedTarget], was_fitted: bool) -> str:
        within, count = inside(fitted, was_fitted)
        if not count:
            return self.words["cal_share_none"]
        return self.words["cal_share_of"].format(inside=within, count=count, share=f"{100 * within / count:.0f}")

    def _held(self) -> dict[str, Any] | None:
        """Return the fit to earlier years with later ones shaded, if it lies in the folder."""
        place = self.folder / VALIDATION
        if not (place / FIT).exists():
            return None
        found, fitted, w = read_posterior(place), read_fit(place), self.words
        years = {"first": found.first_year, "last": found.last_year}
        return {
            "title": w["cal_fans_held"].format(**years),
            "note": w["cal_held_note"].format(**years),
            "short": [
                (w["cal_fitted_inside"], self._share(fitted, True)),
                (w["cal_others_inside"], self._share(fitted, False)),
            ],
            "groups": fan_groups(fitted, self.lang, w, ("fit",)),
        }

    # Parameters

    def _parameters(self) -> list[dict[str, Any]]:
        to = self.words["to"]
        return [
            {
                "name": row.name,
                "meaning": meaning(row.name, self.lang),
                "unit": unit_word(row.unit, self.lang),
                "prior": typographic(f"{plain(row.prior_low)} {to} {plain(row.prior_high)}"),
                "median": typographic(plain(row.median)),
                "interval": typographic(f"{plain(row.p05)} {to} {plain(row.p95)}"),
                "mark": Markup(posterior_mark(row)),
                "contraction": _percent(row.contraction),
                "literature": row.contraction < LITERATURE,
                "rhat": f"{row.rhat:.3f}",
                "ess": f"{row.ess:,.0f}",
            }
            for row in sorted(self.posterior.table, key=lambda row: -row.contraction)
        ]

    def _identifiability(self) -> list[dict[str, str]] | None:
        """Return what the data can tell of each fitted parameter, beyond its contraction."""
        path = self.folder / IDENTIFIABILITY
        if not path.exists():
            return None
        rows = read_rows(path, IDENTIFIABILITY_COLUMNS, WRITTEN, exact=False)
        found = []
        for row in rows:
            name, contraction = row.text("parameter"), row.number("contraction")
            _known_parameters(row, (name,))
            found.append({
                "name": name, "meaning": meaning(name, self.lang), "contraction": _percent(contraction),
                "expected": _percent(row.number("expected")), "fall": plain(row.number("profile_fall")),
                "label": self.words["cal_literature" if contraction < LITERATURE else "cal_informed"],
            })  # fmt: skip
        return found

    def _pairs(self) -> list[dict[str, str]] | None:
        path = self.folder / PAIRS
        if not path.exists():
            return None
        rows = read_rows(path, PAIR_COLUMNS, WRITTEN, exact=False, empty=True)
        found = [(row.text("first"), row.text("second"), row.number("correlation")) for row in rows]
        for row, (first, second, _) in zip(rows, found, strict=True):
            _known_parameters(row, (first, second))
        found.sort(key=lambda pair: -abs(pair[2]))
        return [
            {
                "first": first, "first_meaning": meaning(first, self.lang), "second": second,
                "second_meaning": meaning(second, self.lang), "correlation": typographic(f"{value:+.2f}"),
            }
            for first, second, value in found
        ]  # fmt: skip

    # How far the numbers can be trusted

    def _convergence(self) -> dict[str, Any]:
        w, p, m = self.words, self.posterior, self.manifest
        over = [row.name for row in p.table if row.rhat > RHAT]
        if not over and not p.max_rhat <= RHAT:
            over = [w["cal_discrepancies"]]
        said = w["cal_converged"].format(count=len(p.table), limit=RHAT)
        if over:
            said = w["cal_not_converged"].format(names=punctuation(self.lang)["joint"].join(over), limit=RHAT)
        found = [
            ("cal_figures", m.get("figures")),
            ("cal_simulated_runs", m.get("simulated_runs")),
            ("cal_ensembles", [m.get(key) for key in ("ensembles", "walkers", "steps")]),
            ("cal_autocorrelation", m.get("autocorrelation_time")),
            ("cal_acceptance", m.get("acceptance")),
        ]
        rows = self._short()[3:]
        rows += [(w[key], _shown(value)) for key, value in found if _whole(value)]
        return {"rows": rows, "said": said, "bad": bool(over), "note": w["cal_convergence_note"].format(limit=RHAT)}

    def _emulator(self) -> list[dict[str, Any]] | None:
        """Return the worst figure of every target."""
        path = self.folder / EMULATOR
        if not path.exists():
            return None
        known = targets()
        found: dict[str, list[Row]] = {}
        for row in read_rows(path, EMULATOR_COLUMNS, WRITTEN):
            found.setdefault(row.text("target"), []).append(row)
        rows = []
        for name, mine in found.items():
            aim = known.get(name)

            def worst(column: str, pick: Any, mine: list[Row] = mine) -> float:
                return float(pick(row.number(column) for row in mine))

            def explained(column: str, mine: list[Row] = mine) -> str:
                shares = [row.number(column, empty=True) for row in mine]
                known = [share for share in shares if not math.isnan(share)]
                return typographic(f"{min(known):.2f}") if known else "–"

            logarithmic = aim is not None and aim.scale == "log"
            ratios = [row.number("sd_ratio_near") for row in mine]
            rows.append({
                "title": title_of(aim, self.lang) if aim else name,
                "count": len(mine),
                "error": plain(worst("error_near", max) * (100.0 if logarithmic else 1.0)),
                "unit": self._error_unit(aim),
                "relative": f"{worst('relative_near', max):.2f}",
                "explained": explained("explained_near"),
                "sd_ratio": f"{max(ratios, key=lambda ratio: abs(ratio - 1.0)):.2f}",
                "relative_wide": f"{worst('relative_wide', max):.2f}",
                "explained_wide": explained("explained_wide"),
            })  # fmt: skip
        return rows

    def _error_unit(self, aim: Target | None) -> str:
        if aim is None:
            return ""
        return self.words["cal_error_log"] if aim.scale == "log" else unit_word(aim.unit, self.lang)

    # Where it comes from

    def _sources(self) -> list[dict[str, Any]]:
        """Return one row a series (those of many places together) with the sources of its figures."""
        observed = load_observed()
        found: dict[tuple[str, str, str], list[FittedTarget]] = {}
        for one in self.fitted:
            t = one.target
            alone = "" if t.group.startswith("City shares") else t.name
            found.setdefault((t.group, t.variable, alone), []).append(one)
        rows = []
        for members in found.values():
            aim = members[0].target
            group = group_word(aim.group, self.words)
            places = {place for one in members for place in one.target.entity.split("+")}
            variables = {v for one in members for v in (one.target.variable, one.target.upper)}
            periods = {f.period for one in members for f in one.figures}
            said = [
                row.source for row in observed.rows
                if row.variable in variables and row.entity in places and row.period in periods
            ]  # fmt: skip
            if self.file and any(f.fitted for one in members for f in one.figures):
                said = [self.file]
            ordered = sorted(periods)
            years = span(f"{ordered[0]}-{ordered[-1]}") if len(ordered) > 2 else ", ".join(map(span, ordered))
            rows.append({
                "title": title_of(aim, self.lang) if len(members) == 1 else group,
                "group": group, "role": self.words[ROLES[aim.role]] if aim.role in ROLES else aim.role,
                "years": years, "sources": list(dict.fromkeys(said)),
            })  # fmt: skip
        return rows

    def _provenance(self) -> list[tuple[str, str]]:
        w, p = self.words, self.posterior
        packages = ", ".join(f"{name} {version}" for name, version in p.created_with.items())
        return [
            (w["cal_m_name"], f"{p.name} {p.hash[:12]}"),
            (w["m_model"], p.model_version),
            (w["cal_m_data"], ", ".join(filter(None, (self.file, f"{p.first_year}–{p.last_year}", p.data_hash[:12])))),
            (w["cal_m_parameters"], p.parameters_hash[:12]),
            (w["m_seed"], _shown(self.manifest.get("seed", w["unknown"]))),
            (w["cal_m_packages"], packages),
        ]


def posterior_mark(row: Fitted) -> str:
    """Return a small drawing of the posterior of a parameter on the range of its prior."""
    width, height, edge = 150, 14, 4
    low, high = min(row.prior_low, row.p05), max(row.prior_high, row.p95)
    reach = high - low or 1.0

    def x(value: float) -> float:
        return edge + (value - low) / reach * (width - 2 * edge)

    kind = "open" if row.contraction < LITERATURE else "up"
    return (
        f'<svg class="mark" viewBox="0 0 {width} {height}" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">'
        f'<line class="prior" x1="{x(row.prior_low):.1f}" x2="{x(row.prior_high):.1f}" y1="7" y2="7"/>'
        f'<g class="{kind}"><line class="whisker" x1="{x(row.p05):.1f}" x2="{x(row.p95):.1f}" y1="7" y2="7"/>'
        f'<circle class="dot" cx="{x(row.median):.1f}" cy="7" r="3.4"/></g></svg>'
    )


def _known_parameters(row: Row, found: Iterable[str]) -> None:
    for name in found:
        if name not in names():
            raise InputError(f'{row.where}: "{name}" is not a parameter of this version{nearest(name, names())}')


def _whole(value: object) -> bool:
    """Return whether a manifest holds an entry, and all parts of one that has several."""
    return None not in value if isinstance(value, list) else value is not None


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def _percent(share: float) -> str:
    return typographic(f"{100 * share:.0f}")
