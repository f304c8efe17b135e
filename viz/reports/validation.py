"""The report of a validation: where the model wins and loses, scores by method, stylised facts and published results.

It is made from the folder of ``liaosim validate --out`` alone, in English or Chinese; nothing is simulated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from calibration import facts_table, published
from calibration.forecasts import METHODS
from calibration.published_file import Published, load_published
from calibration.skill import ALL, COMPARISONS, GOAL_SERIES, Verdict, goal, headline, losses
from calibration.skill_file import PROVINCE, read_skill
from calibration.skill_rows import COVERAGE, covers
from calibration.skill_words import reasons
from calibration.targets import Target, targets
from simulator import __version__
from simulator.numbers import plain
from simulator.text_file import replace_file
from viz.reports.calibration_fit import group_word, title_of
from viz.reports.page import PageSource, page_html
from viz.reports.tables import Row, read_rows
from viz.reports.validation_tables import (
    MEASURES,
    NEEDS,
    accuracy,
    audit,
    charts,
    explained,
    partners,
    ports,
    read_points,
)
from viz.wording import typographic

if TYPE_CHECKING:
    import pandas as pd

REPORT: Final = "report.html"
SKILL: Final = "skill.csv"
ROLLING: Final = "skill_rolling.csv"
FACTS: Final = "facts.csv"
PUBLISHED: Final = "published.csv"
HINDSIGHT: Final = "model_hindsight"
METHOD_WORDS: Final = {
    "model_realised": "val_method_model_realised",
    "model_frozen": "val_method_model_frozen",
    "model_hindsight": "val_method_model_hindsight",
    "random_walk": "val_method_random_walk",
    "drift": "val_method_drift",
    "ar1": "val_method_ar1",
    "arx": "val_method_arx",
    "panel": "val_method_panel",
}
COMPARISON_WORDS: Final = {"forecast": "val_forecast", "realised drivers": "val_realised"}
CLASS_WORDS: Final = {
    "emerges": "val_class_emerges", "measurement": "val_class_measurement", "forcing": "val_class_forcing",
}  # fmt: skip


def write_validation_report(folder: Path, lang: str = "en") -> Path:
    """Write ``report.html`` into the folder of a validation and return its path; errors as those of the page.

    Parameters
    ----------
    folder
        As ``liaosim validate --out`` wrote it.
    lang
        ``en`` or ``zh``.
    """
    path = folder / REPORT
    replace_file(path, validation_report_html(folder, lang))
    return path


def validation_report_html(folder: Path, lang: str = "en") -> str:
    """Return the report of a validation as one HTML page.

    Parameters
    ----------
    folder
        Holds what the command writes; ``skill_rolling.csv`` may be missing.
    lang
        ``en`` or ``zh``.

    Raises
    ------
    InputError
        A file is missing or wrong; the message names file, line and column.
    """
    return page_html("validation.html", lang, ValidationSource(Path(folder), lang).context())


@dataclass(frozen=True, eq=False)
class ValidationSource(PageSource):
    """What the page is made from, and the parts of it."""

    @cached_property
    def skill(self) -> pd.DataFrame:
        """Return the scores of all methods, one row a series, entity and method."""
        return read_skill(self.folder / SKILL)

    @cached_property
    def scored(self) -> frozenset[str]:
        """Return the series that count, as the skill card calls them."""
        return frozenset(name for t in targets().values() if t.scored for name in (t.name, t.variable))

    @cached_property
    def published(self) -> Published:
        """Return the published results that the model is held against."""
        return load_published()

    def context(self) -> dict[str, Any]:
        """Return everything the template shows."""
        w, lang, points = self.words, self.lang, read_points(self.folder)
        return {
            "title": w["val_title"],
            "version": f"liaosim {__version__}",
            "finished": w["val_finished"],
            "warnings": [w["val_known"], w["val_judged"], w["val_fair"]],
            "comparisons": self._comparisons(),
            "losses": self._losses(),
            "goals": self._goals(),
            "charts": charts(points, w, lang),
            "series": self._series(),
            "tests": self._tests(),
            "explained": explained(points, self._overall, w, lang),
            "audit": audit(self._overall, w),
            "partners": partners(points, self._overall, w, lang),
            "ports": ports(self.folder, w, lang),
            "cities": self._cities(),
            "rolling": self._rolling(),
            "facts": self._facts(),
            "published": self._published(),
            "not_met": [{"key": one.key, "study": one.study, "why": one.why} for one in self.published.not_met],
        }

    def _title(self, series: str) -> str:
        """Return how a series of the card is called: a target, or a variable of the cities."""
        known = targets()
        if series in known:
            return title_of(known[series], self.lang)
        found = [t.group for t in known.values() if t.variable == series]
        return group_word(found[0], self.words) if found else series

    # Wins and losses

    def _comparisons(self) -> list[dict[str, Any]]:
        """Return one table a headline comparison: a row a series and rival."""
        w = self.words
        verdicts = headline(self.skill, scored=self.scored)
        found = []
        for comparison, (ours, _) in COMPARISONS.items():
            mine = [v for v in verdicts if v.comparison == comparison]
            judged: dict[tuple[str, str], dict[str, Verdict]] = {}
            for v in mine:
                if v.measure in MEASURES:
                    judged.setdefault((v.series, v.theirs), {})[v.measure] = v
            if not judged:
                continue
            wins = sum(all(v.wins for v in both.values()) for both in judged.values())
            lost = sum(not any(v.wins for v in both.values()) for both in judged.values())
            name, split = w[COMPARISON_WORDS[comparison]], len(judged) - wins - lost
            found.append({
                "title": name, "method": w[METHOD_WORDS[ours]],
                "said": w["val_counts"].format(comparison=name, wins=wins, lost=lost, split=split, all=len(judged)),
                "rows": [self._verdict(both) for both in judged.values()],
                "coverage": [self._coverage(v) for v in mine if v.measure == "coverage90"],
            })  # fmt: skip
        return found

    def _verdict(self, both: Mapping[str, Verdict]) -> dict[str, Any]:
        w, rmse, crps = self.words, both["rmse"], both["crps"]
        won = [measure.upper() for measure, v in both.items() if v.wins]
        said = w["val_split"].format(measure=won[0]) if len(won) == 1 else w["val_wins" if won else "val_loses"]
        return {
            "series": self._title(rmse.series),
            "rival": w[METHOD_WORDS[rmse.theirs]],
            "cells": [plain(x) for x in (rmse.value_ours, rmse.value_theirs, crps.value_ours, crps.value_theirs)],
            "said": said,
            "kind": {2: "win", 1: "split", 0: "loss"}[len(won)],
        }

    def _coverage(self, v: Verdict) -> dict[str, str]:
        w = self.words
        held = w["val_covered"].format(share=f"{100 * v.value_ours:.0f}")
        missed = "val_counts_few" if v.value_ours < COVERAGE[0] else "val_counts_many"
        counts = w["val_counts_ok" if v.wins else "val_counts_crps" if covers(v.value_ours) else missed]
        return {"series": self._title(v.series), "said": held, "counts": counts}

    def _losses(self) -> list[dict[str, str]]:
        """Return where the model loses, series by series, and why where a reason is written down."""
        zh, why = self.lang == "zh", reasons()
        return [
            {"series": self._title(series), "said": pair[zh], "why": why[series][zh] if series in why else ""}
            for series, pair in losses(self.skill, self.scored).items()
        ]

    def _goals(self) -> list[dict[str, Any]]:
        """Return the lines of the goal, in the order in which :func:`calibration.skill.goal` returns them."""
        w = self.words
        lines = goal(self.skill, scored=self.scored)
        said = [w["val_goal_series"].format(series=self._title(series)) for series in GOAL_SERIES]
        said += [w["val_goal_frozen"], w["val_goal_coverage_realised"], w["val_goal_coverage_frozen"]]
        return [
            {"text": text, "reached": one.reached, "figures": self._figures(one.figures)}
            for text, one in zip(said, lines, strict=True)
        ]

    def _figures(self, found: Mapping[str, float]) -> str:
        w = self.words
        if "series won" in found:
            end = " rmse over that of the random walk"
            ratios = [f"{self._title(k.removesuffix(end))} {v:.2f}" for k, v in found.items() if k.endswith(end)]
            joint = "、" if self.lang == "zh" else ", "
            return w["val_figures_won"].format(
                won=f"{found['series won']:.0f}", all=f"{found['series']:.0f}", ratios=joint.join(ratios) or "–"
            )
        if "series that count" in found:
            valid, overall = (
                "–" if math.isnan(found[key]) else f"{100 * found[key]:.0f} %"
                for key in ("coverage where it counts", "coverage of all series")
            )
            return w["val_figures_coverage"].format(
                valid=valid, overall=overall, count=f"{found['series that count']:.0f}", all=f"{found['series']:.0f}"
            )
        rmse = [(method, found.get(f"{method} rmse")) for method in METHODS]
        told = [f"{w[METHOD_WORDS[method]]} {plain(value)}" for method, value in rmse if value is not None]
        return f"RMSE: {('；' if self.lang == 'zh' else '; ').join(told)}" if told else w["val_figures_missing"]

    # Scores

    def _series(self) -> list[dict[str, Any]]:
        """Return one table a scored series of the province: a row a method, over all years ahead."""
        known = targets()
        return [
            {
                "title": self._title(str(series)), "unit": self._scale(known.get(str(series))),
                "rows": self._methods(rows.to_dict("records")),
            }
            for series, rows in _scored(self._overall).groupby("series", sort=False)
        ]  # fmt: skip

    @cached_property
    def _overall(self) -> pd.DataFrame:
        """Return the rows of the province over all years ahead."""
        return self.skill[(self.skill["entity"] == PROVINCE) & (self.skill["horizon"] == ALL)]

    def _tests(self) -> dict[str, Any]:
        """Return the tests of equal accuracy, in words."""
        w = self.words
        found = accuracy(self.folder, sorted(self.scored & set(targets())), w, self.lang)
        rows = [
            row | {"ours": w[METHOD_WORDS[row["ours"]]], "theirs": w[METHOD_WORDS[row["theirs"]]]}
            for row in found["rows"]
        ]
        return found | {"rows": rows}

    def _methods(self, rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
        best = {m: min((r[m] for r in rows if r["method"] != HINDSIGHT), default=math.nan) for m in MEASURES}
        return [
            {
                "method": self.words[METHOD_WORDS[r["method"]]],
                "ours": r["method"].startswith("model"),
                "cells": [
                    {"text": plain(r[m]), "best": r["method"] != HINDSIGHT and r[m] == best.get(m)}
                    for m in ("rmse", "mase", "crps")
                ],
                "coverage": f"{100 * r['coverage90']:.0f}",
                "n": str(r["n"]),
            }
            for r in rows
        ]

    def _scale(self, aim: Target | None) -> str:
        """Return the unit of the scores of a series."""
        if aim is None:
            return ""
        return "ln" if aim.scale == "log" else "%"

    def _cities(self) -> list[dict[str, Any]]:
        """Return one table a share of the cities: means over cities by method."""
        table = self.skill
        chosen = table[(table["entity"] != PROVINCE) & (table["horizon"] == ALL)]
        found = []
        for series, rows in chosen.groupby("series", sort=False):
            fair = rows[rows["method"] != HINDSIGHT]
            first = fair.loc[fair.groupby("entity", sort=False)["rmse"].idxmin(), "method"].value_counts()
            means = rows.groupby("method", sort=False)[["rmse", "crps", "coverage90"]].mean()
            found.append({
                "title": self._title(str(series)),
                "rows": [
                    {
                        "method": self.words[METHOD_WORDS[str(method)]],
                        "cells": [plain(mean["rmse"]), plain(mean["crps"]), f"{100 * mean['coverage90']:.0f}"],
                        "best": f"{int(first.get(method, 0))}" if method != HINDSIGHT else "–",
                    }
                    for method, mean in means.iterrows()
                ],
            })  # fmt: skip
        return found

    def _rolling(self) -> dict[str, Any] | None:
        """Return RMSE over all origins by series and method, if the folder has them."""
        if not (self.folder / ROLLING).exists():
            return None
        table = read_skill(self.folder / ROLLING)
        chosen = _scored(table[(table["entity"] == PROVINCE) & (table["horizon"] == ALL)])
        methods = [m for m in METHODS if m in set(chosen["method"])]
        rows = []
        for series, mine in chosen.groupby("series", sort=False):
            rmse = dict(zip(mine["method"], mine["rmse"], strict=True))
            best = min((value for method, value in rmse.items() if method != HINDSIGHT), default=math.nan)
            cells = [
                {"text": plain(rmse[m]) if m in rmse else "–", "best": m != HINDSIGHT and rmse.get(m) == best}
                for m in methods
            ]
            rows.append({"title": self._title(str(series)), "cells": cells})
        return {"methods": [self.words[METHOD_WORDS[m]] for m in methods], "rows": rows}

    # Facts and published results

    def _facts(self) -> dict[str, Any]:
        w = self.words
        found = read_rows(self.folder / FACTS, facts_table.COLUMNS, NEEDS)
        rows = []
        for row in found:
            kind = row.text("class")
            rows.append(self._judged(row) | {
                "title": row.text("fact"), "class": w[CLASS_WORDS[kind]] if kind in CLASS_WORDS else kind,
            })  # fmt: skip
        return self._counted(rows, "val_facts_note")

    def _published(self) -> dict[str, Any]:
        """Return the results, and for every failure the mechanism behind it."""
        found = read_rows(self.folder / PUBLISHED, published.COLUMNS, NEEDS)
        why = {one.key: one.why for one in self.published.results}
        rows = []
        for row in found:
            key = row.text("result").partition(" ")[0]
            rows.append(self._judged(row) | {
                "title": row.text("result"), "outcome": row.text("outcome"), "said": row.text("published"),
                "why": " ".join(why.get(key, "").split()) or self.words["val_why_unknown"],
            })  # fmt: skip
        return self._counted(rows, "val_published_note")

    def _judged(self, row: Row) -> dict[str, Any]:
        w, passed = self.words, row.flag("pass", empty=True)
        median, low, high = (row.number(column) for column in ("simulated_median", "p05", "p95"))
        return {
            "where": row.where,
            "band": self._band(row.end("low"), row.end("high")),
            "simulated": typographic(f"{plain(median)} ({plain(low)} {w['to']} {plain(high)})"),
            "passed": passed,
            "verdict": w["val_unscored" if passed is None else "val_holds" if passed else "val_fails"],
        }

    def _band(self, low: float, high: float) -> str:
        w = self.words
        if math.isnan(low) or math.isnan(high):
            return "–"
        if math.isinf(low):
            return typographic(w["val_below"].format(high=f"{high:g}"))
        if math.isinf(high):
            return typographic(w["val_above"].format(low=f"{low:g}"))
        return typographic(f"{low:g} {w['to']} {high:g}")

    def _counted(self, rows: list[dict[str, Any]], note: str) -> dict[str, Any]:
        scored = [row for row in rows if row["passed"] is not None]
        passed = sum(bool(row["passed"]) for row in scored)
        return {
            "rows": rows,
            "note": self.words[note].format(passed=passed, scored=len(scored)),
            "failed": [row for row in scored if not row["passed"]],
        }


def _scored(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of series that are neither padded nor start from later figures."""
    return table[~table["padded"].astype(bool) & ~table["base_year_known"].astype(bool)]
