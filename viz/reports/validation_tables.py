"""Parts of the report of a validation that show figures year by year: charts, explained series, partners and ports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from markupsafe import Markup

from calibration.accuracy_table import COLUMNS as TEST_COLUMNS
from calibration.accuracy_table import FILE as TESTS
from calibration.accuracy_test import LEVEL
from calibration.skill import COMPARISONS
from calibration.skill_file import ALL, PROVINCE
from calibration.targets import Target, observed_figure, targets
from calibration.validation_points import POINT_COLUMNS, POINTS, PORT_COLUMNS, PORTS
from simulator.errors import InputError
from simulator.numbers import plain
from simulator.words import unit_word
from viz.reports.calibration_fit import title_of
from viz.reports.tables import Row, read_rows
from viz.reports.target_fan import TargetFigure, target_fan
from viz.wording import typographic

if TYPE_CHECKING:
    import pandas as pd

Words: TypeAlias = Mapping[str, str]

NEEDS: Final = "name a folder that liaosim validate --out wrote"
MEASURES: Final = ("rmse", "crps")
CHARTED: Final = "model_frozen"
EXPLAINED: Final[Words] = {
    "model_realised": "val_without_audit", "model_hindsight": "val_with_audit", "drift": "val_restarted",
    "random_walk": "val_no_change",
}  # fmt: skip
"""Method that explains padded series -> key of its words."""
PARTNERS: Final[Words] = {"model_realised": "val_method_model_realised", "random_walk": "val_no_change"}
"""Method that forecasts trade with partners -> key of its words."""
USES: Final = {"given": "val_use_given", "fitted": "val_use_fitted", "later": "val_use_later", "shown": "val_use_shown"}


@dataclass(frozen=True)
class Said:
    """What one method said of one year, and what came (NaN if that is not known)."""

    median: float
    low: float
    high: float
    observed: float

    def band(self, words: Words) -> str:
        """Return the median with its 90 % interval."""
        return band_text(self.median, self.low, self.high, words)

    @property
    def inside(self) -> bool:
        """Whether what came lies in the interval."""
        return self.low <= self.observed <= self.high


@dataclass(frozen=True)
class Forecasts:
    """All that was said of one series of the province."""

    target: Target
    methods: Mapping[str, Mapping[int, Said]]

    def title(self, lang: str) -> str:
        """Return the title with its unit."""
        return f"{title_of(self.target, lang)}{'，' if lang == 'zh' else ', '}{unit_word(self.target.unit, lang)}"


def band_text(median: float, low: float, high: float, words: Words) -> str:
    """Return a median with its interval in brackets."""
    return typographic(f"{plain(median)} ({plain(low)} {words['to']} {plain(high)})")


def read_points(folder: Path) -> dict[str, Forecasts]:
    """Return what was said of each series of the province, in the order of the file.

    Raises
    ------
    InputError
        The file is missing or wrong; the message names line and column.
    """
    known = targets()
    found: dict[str, dict[str, dict[int, Said]]] = {}
    for row in read_rows(folder / POINTS, POINT_COLUMNS, NEEDS):
        if row.text("entity") != PROVINCE:
            continue
        series, year = row.text("series"), row.text("year")
        if series not in known:
            raise InputError(f'{row.where}, series: "{series}" is not a target of this version')
        if not year.isdecimal():
            raise InputError(f'{row.where}, year: "{year}" is not a year')
        numbers = (*(row.number(column) for column in ("median", "p05", "p95")), row.number("observed", empty=True))
        found.setdefault(series, {}).setdefault(row.text("method"), {})[int(year)] = Said(*numbers)
    return {series: Forecasts(known[series], methods) for series, methods in found.items()}


def charts(found: Mapping[str, Forecasts], words: Words, lang: str) -> list[dict[str, Any]]:
    """Return a chart of the pure forecast of each scored series, beside what was observed before and after."""
    made = []
    for one in found.values():
        if CHARTED not in one.methods or one.target.padded:
            continue
        said = one.methods[CHARTED]
        figures = [_history(one.target, period) for period in _years(one.target) if int(period) < min(said)]
        figures += [
            TargetFigure(str(year), False, s.observed, s.median, s.low, s.high, math.nan, math.nan)
            for year, s in sorted(said.items())
        ]
        title, unit = title_of(one.target, lang), unit_word(one.target.unit, lang)
        held = sum(s.inside for s in said.values())
        made.append({
            "title": title, "svg": Markup(target_fan(title, unit, figures, words)),
            "note": words["val_chart_inside"].format(inside=held, count=len(said)),
        })  # fmt: skip
    return made


def _years(aim: Target) -> Sequence[str]:
    return sorted(period for period in aim.periods if period.isdecimal())


def _history(aim: Target, period: str) -> TargetFigure:
    nothing = (math.nan,) * 5
    return TargetFigure(period, True, observed_figure((aim.name, period)), *nothing)


def explained(
    found: Mapping[str, Forecasts], scores: pd.DataFrame, words: Words, lang: str
) -> list[dict[str, Any]]:
    """Return one table a padded series: a row a year, a column a method, below them its scores.

    Parameters
    ----------
    found
        As of :func:`read_points`.
    scores
        Rows of the skill card of the province, over all years ahead.
    words, lang
        Texts of the page and its language.
    """
    return [_by_year(one, scores, EXPLAINED, words, lang) for one in found.values() if one.target.padded]


def partners(
    found: Mapping[str, Forecasts], scores: pd.DataFrame, words: Words, lang: str
) -> list[dict[str, Any]]:
    """Return one table a flow of trade with a partner: a row a year, the model and no change; see :func:`explained`."""
    return [_by_year(one, scores, PARTNERS, words, lang) for one in found.values() if one.target.base_year_known]


def audit(scores: pd.DataFrame, words: Words) -> str:
    """Return in how many padded series the scripted audit, and the restarted drift, are closer to what came."""
    padded = scores[scores["padded"].astype(bool)].pivot(index="series", columns="method", values="rmse")
    without, given, drift = (padded.get(name, math.nan) for name in ("model_realised", "model_hindsight", "drift"))
    return words["val_audit"].format(
        lower=int(np.sum(given < without)), all=len(padded), drift=int(np.sum(drift < given))
    )


def _by_year(one: Forecasts, scores: pd.DataFrame, methods: Words, words: Words, lang: str) -> dict[str, Any]:
    known = [method for method in methods if method in one.methods]
    years = sorted({year for method in known for year in one.methods[method]})
    rows = []
    for year in years:
        said = [one.methods[method].get(year) for method in known]
        came = next((s.observed for s in said if s is not None), math.nan)
        cells = ["–" if s is None else s.band(words) for s in said]
        rows.append({"year": str(year), "observed": plain(came) if math.isfinite(came) else "–", "cells": cells})
    mine = scores[scores["series"] == one.target.name].set_index("method")
    return {
        "title": one.title(lang), "rows": rows, "columns": [words[methods[method]] for method in known],
        "scores": [_scores(measure, [float(mine[measure].get(m, math.nan)) for m in known]) for measure in MEASURES],
    }  # fmt: skip


def _scores(measure: str, values: Sequence[float]) -> dict[str, Any]:
    """Return a row of scores in which the lowest is marked."""
    least = min((value for value in values if not math.isnan(value)), default=math.nan)
    cells = [{"text": "–" if math.isnan(x) else plain(x), "best": x == least} for x in values]
    return {"name": measure.upper(), "cells": cells}


def ports(folder: Path, words: Words, lang: str) -> list[dict[str, Any]]:
    """Return every observed figure of a port beside what the model says, in the order of the file.

    Raises
    ------
    InputError
        The file is missing or wrong; the message names line and column.
    """
    return [_port(row, words, lang) for row in read_rows(folder / PORTS, PORT_COLUMNS, NEEDS)]


def _port(row: Row, words: Words, lang: str) -> dict[str, Any]:
    known, name, use = targets(), row.text("target"), row.text("use")
    if name not in known:
        raise InputError(f'{row.where}, target: "{name}" is not a target of this version')
    if use not in USES:
        raise InputError(f'{row.where}, use: "{use}"; allowed: {", ".join(USES)}')
    said = Said(*(row.number(column) for column in ("simulated_median", "p05", "p95", "observed")))
    return {
        "title": title_of(known[name], lang), "unit": unit_word(known[name].unit, lang), "period": row.text("period"),
        "observed": plain(said.observed), "simulated": said.band(words), "inside": said.inside,
        "verdict": words["val_inside" if said.inside else "val_outside"], "use": words[USES[use]],
    }  # fmt: skip


def accuracy(folder: Path, series: Sequence[str], words: Words, lang: str) -> dict[str, Any]:
    """Return the tests of equal accuracy over all years ahead, of series of the province.

    Raises
    ------
    InputError
        The file is missing or wrong; the message names line and column.
    """
    tests: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in read_rows(folder / TESTS, TEST_COLUMNS, NEEDS, empty=True):
        key = (row.text("series"), row.text("method"), row.text("rival"))
        if row.text("entity") == PROVINCE and row.text("horizon") == ALL and key[0] in series:
            tests.setdefault(key, {})[row.text("loss")] = row
    pairs = [(ours, theirs) for ours, rivals in COMPARISONS.values() for theirs in rivals]
    chosen = {key: both for key, both in tests.items() if key[1:] in pairs and len(both) == 2}
    values = {key: [both[loss].number("p_value_calibrated", empty=True) for loss in ("squared", "crps")]
              for key, both in chosen.items()}  # fmt: skip
    sizes = [100 * row.number("size", empty=True) for both in chosen.values() for row in both.values()]
    known_sizes = [size for size in sizes if not math.isnan(size)] or [math.nan]
    known = targets()
    rows = [
        {
            "series": title_of(known[key[0]], lang), "ours": key[1], "theirs": key[2],
            "better": words["val_better" if both["squared"].number("difference") < 0 else "val_worse"],
            "cells": [_p_value(p) for p in values[key]],
            "told": [not math.isnan(p) and p < LEVEL for p in values[key]],
            "origins": both["squared"].text("origins"), "n": both["squared"].text("n"),
        }
        for key, both in chosen.items()
    ]  # fmt: skip
    return {
        "rows": rows,
        "note": words["val_tests_counts"].format(
            told=sum(any(row["told"]) for row in rows), all=len(rows), level=f"{100 * LEVEL:.0f}",
            low=f"{min(known_sizes):.1f}", high=f"{max(known_sizes):.1f}",
        ),
    }  # fmt: skip


def _p_value(p: float) -> str:
    return "–" if math.isnan(p) else "<0.01" if p < 0.01 else f"{p:.2f}"
