"""What a skill card says in words: where the model loses, and how far it is from what the validation aims at."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from calibration.skill_file import PROVINCE
from calibration.skill_rows import MEASURES, Rows, covers, losing_measures, overall, places
from simulator.errors import InputError
from simulator.text_file import load_toml

if TYPE_CHECKING:
    import pandas as pd

REASONS: Final = "skill_reasons.toml"
GOAL_SERIES: Final = ("gdp_restated", "exports_usd", "imports_usd")
_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "random_walk": ("a random walk", "随机游走"),
        "drift": ("a random walk with drift", "带漂移的随机游走"),
        "ar1": ("an autoregression", "自回归模型"),
        "arx": ("a regression on the same drivers", "使用同样驱动变量的回归"),
        "panel": ("a panel of the cities", "各市面板模型"),
    }
)


class Goal(NamedTuple):
    """One line of the goal of the validation: what was wanted, whether it is reached, and the figures."""

    text: str
    reached: bool
    figures: Mapping[str, float]


def losses(table: pd.DataFrame, scored: Collection[str] | None = None) -> Mapping[str, tuple[str, str]]:
    """Return series -> sentences (English, Chinese) that say against what the model loses; only series that lose.

    A forecast loses where its RMSE or its CRPS over all years ahead is not below that of the naive one. Provincial
    series that are not padded, and shares of cities, for which losing cities are counted. `scored` names the series
    that count; all by default.
    """
    rows = overall(table)
    found: dict[str, tuple[str, str]] = {}
    for series, entity in places(table, False, scored, base_year_known=True):
        parts = []
        for ours, rivals, english, chinese in (
            ("model_frozen", ("random_walk", "drift", "ar1"),
             "For this variable the model forecasts worse than {}.", "对该变量，模型的预测不如{}。"),
            ("model_realised", ("random_walk", "drift", "ar1", "arx"),
             "Given the drivers as they were, it is worse than {}.", "即使采用实际发生的驱动变量，模型也不如{}。"),
        ):  # fmt: skip
            lost = {rival: losing_measures(rows, series, entity, ours, rival) for rival in rivals}
            named = [(_NAMES[rival], measures) for rival, measures in lost.items() if measures]
            if named:
                parts.append((
                    english.format(_joined([name + _only(m, " (by {} only)") for (name, _), m in named], " and ")),
                    chinese.format(_joined([name + _only(m, "（仅按{}）") for (_, name), m in named], "和", "、")),
                ))  # fmt: skip
        if parts:
            found[series] = (" ".join(part[0] for part in parts), "".join(part[1] for part in parts))
    return MappingProxyType({**found, **_city_losses(table, rows, scored)})


@cache
def reasons() -> Mapping[str, tuple[str, str]]:
    """Return series -> why the model loses it, in English and Chinese, as written by hand.

    Raises
    ------
    InputError
        The file has another shape.
    """
    table = load_toml(files("calibration").joinpath(REASONS).read_text(encoding="utf-8"), REASONS)
    found = {}
    for series, texts in table.items():
        if not isinstance(texts, dict) or sorted(texts) != ["en", "zh"]:
            raise InputError(f"{REASONS}, {series}: give the two texts en and zh")
        found[series] = (str(texts["en"]), str(texts["zh"]))
    return MappingProxyType(found)


def goal(
    table: pd.DataFrame,
    series: Sequence[str] = GOAL_SERIES,
    titles: Mapping[str, str] | None = None,
    scored: Collection[str] | None = None,
) -> list[Goal]:
    """Return what the validation aims at, whether it is reached, and the figures, line by line.

    Parameters
    ----------
    table : DataFrame
        A skill card.
    series : sequence of str
        Restated GDP, exports and imports.
    titles : mapping of str to str, optional
        Series -> its title in texts.
    scored : collection of str, optional
        Provincial series that count in the second and third aim; all that are not padded by default.
    """
    rows = overall(table)
    shown = dict(titles or {})
    counted = [name for name, _ in places(table, False, scored)]
    return [
        *(_goal_realised(rows, name, shown.get(name, name)) for name in series),
        _goal_frozen(rows, counted),
        *(_goal_coverage(rows, counted, method) for method in ("model_realised", "model_frozen")),
    ]


def _goal_realised(rows: Rows, series: str, title: str) -> Goal:
    rivals = ("random_walk", "drift", "ar1", "arx")
    methods = ("model_realised", *rivals)
    figures = {
        f"{method} {measure}": float(rows[series, PROVINCE, method][measure])
        for measure in MEASURES
        for method in methods
        if (series, PROVINCE, method) in rows
    }
    reached = len(figures) == len(methods) * len(MEASURES) and not any(
        losing_measures(rows, series, PROVINCE, "model_realised", rival) for rival in rivals
    )
    text = (
        f"{title}: with realised drivers below random walk, drift, AR(1) and the regression on the same drivers, in "
        "RMSE and CRPS"
    )
    return Goal(text, reached, MappingProxyType(figures))


def _goal_frozen(rows: Rows, scored: Sequence[str]) -> Goal:
    ours, rivals = "model_frozen", ("drift", "ar1")
    full = [name for name in scored if all((name, PROVINCE, m) in rows for m in (ours, *rivals, "random_walk"))]
    won = [name for name in full if not any(losing_measures(rows, name, PROVINCE, ours, rival) for rival in rivals)]
    ratios = {
        f"{name} {measure} over that of the random walk": rows[name, PROVINCE, ours][measure]
        / (rows[name, PROVINCE, "random_walk"][measure] or math.nan)
        for name in full
        for measure in MEASURES
    }
    text = (
        "With drivers extrapolated at the origin below drift and AR(1), in RMSE and CRPS, on most provincial series "
        "that are scored; its gap to the random walk stated"
    )
    figures = {"series won": float(len(won)), "series": float(len(scored)), **ratios}
    return Goal(text, bool(scored) and 2 * len(won) > len(scored), MappingProxyType(figures))


def _goal_coverage(rows: Rows, scored: Sequence[str], method: str) -> Goal:
    mine = {name: rows[name, PROVINCE, method] for name in scored if (name, PROVINCE, method) in rows}
    counted = [
        name for name, row in mine.items()
        if (name, PROVINCE, "random_walk") in rows and row["crps"] < rows[name, PROVINCE, "random_walk"]["crps"]
    ]  # fmt: skip
    overall, valid = (_pooled([mine[name] for name in names]) for names in (mine, counted))
    text = (
        f"90 % intervals of {method} hold 75 to 98 % of what came; only series with a CRPS below that of the random "
        "walk count, and at least half of the series must"
    )
    figures = {
        "coverage where it counts": valid,
        "coverage of all series": overall,
        "series that count": float(len(counted)),
        "series": float(len(scored)),
    }
    return Goal(text, covers(valid) and 2 * len(counted) >= len(scored), MappingProxyType(figures))


def _city_losses(
    table: pd.DataFrame, rows: Rows, scored: Collection[str] | None
) -> Mapping[str, tuple[str, str]]:
    cities: dict[str, list[str]] = {}
    for series, entity in places(table, True, scored):
        if (series, entity, "model_frozen") in rows:
            cities.setdefault(series, []).append(entity)
    found = {}
    for series, entities in cities.items():
        lost = sum(bool(losing_measures(rows, series, entity, "model_frozen", "random_walk")) for entity in entities)
        if lost:
            found[series] = (
                f"In {lost} of {len(entities)} cities the model forecasts this variable worse than a random walk.",
                f"在{len(entities)}个城市中，有{lost}个城市模型对该变量的预测不如随机游走。",
            )
    return found


def _pooled(rows: Sequence[Mapping[str, Any]]) -> float:
    total = sum(row["n"] for row in rows)
    return sum(row["coverage90"] * row["n"] for row in rows) / total if total else math.nan


def _only(measures: tuple[str, ...], text: str) -> str:
    return text.format(measures[0].upper()) if len(measures) < len(MEASURES) else ""


def _joined(words: Sequence[str], last: str, comma: str = ", ") -> str:
    return last.join([comma.join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
