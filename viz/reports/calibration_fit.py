"""How a calibration meets the data: ``fit.csv`` as small charts, one a target, grouped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from calibration.targets import Target, targets
from simulator.errors import InputError, nearest
from simulator.words import unit_word
from viz.reports.tables import Row, read_rows
from viz.reports.target_fan import TargetFigure, target_fan

FIT: Final = "fit.csv"
COLUMNS: Final = (
    "target", "period", "unit", "role", "fitted", "observed", "median", "p05", "p95", "predictive_p05",
    "predictive_p95",
)  # fmt: skip
WRITTEN: Final = "name a folder that liaosim calibrate --out wrote"
ROLES: Final = {"fit": "cal_role_fit", "compare": "cal_role_compare", "explain": "cal_role_explain"}
GROUPS: Final = {
    "Output": "cal_group_output",
    "Budget": "cal_group_budget",
    "Trade and foreign investment": "cal_group_trade",
    "Partners": "cal_group_partners",
    "People": "cal_group_people",
    "Structure": "cal_group_structure",
    "Ports": "cal_group_ports",
    "City shares of GDP": "cal_group_gdp",
    "City shares of FDI": "cal_group_fdi",
    "City shares of investment": "cal_group_investment",
    "Controls": "cal_group_controls",
}
"""Group of targets -> key of its words."""


@dataclass(frozen=True)
class FittedTarget:
    """A target and what was found of each of its figures, in order of time."""

    target: Target
    figures: tuple[TargetFigure, ...]

    @property
    def compared(self) -> tuple[TargetFigure, ...]:
        """Figures that were observed and predicted, without those that the model starts from."""
        free = set(self.target.free)
        return tuple(f for f in self.figures if f.period in free and math.isfinite(f.observed) and f.predicted)


def read_fit(folder: Path) -> tuple[FittedTarget, ...]:
    """Return the targets of ``fit.csv`` in the order of the file.

    Raises
    ------
    InputError
        The file is missing or wrong; the message names line and column.
    """
    known = targets()
    found: dict[str, dict[str, TargetFigure]] = {}
    for row in read_rows(folder / FIT, COLUMNS, WRITTEN):
        name, figure = row.text("target"), _figure(row)
        if name not in known:
            raise InputError(f'{row.where}, target: "{name}" is not a target of this version{nearest(name, known)}')
        if row.text("unit") != known[name].unit:
            raise InputError(f'{row.where}, unit: "{row.text("unit")}"; {name} is in {known[name].unit}')
        if figure.period in found.setdefault(name, {}):
            raise InputError(f"{row.where}: {name} {figure.period} is there twice")
        found[name][figure.period] = figure
    return tuple(FittedTarget(known[name], _in_time(figures.values())) for name, figures in found.items())


def fan_groups(
    fitted: Iterable[FittedTarget], lang: str, words: Mapping[str, str], roles: Sequence[str] = tuple(ROLES)
) -> list[dict[str, Any]]:
    """Return groups of charts for a page, in the order of targets.

    Parameters
    ----------
    fitted
        As of :func:`read_fit`.
    lang, words
        Language of the page and its texts.
    roles
        Roles of the targets that are drawn.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in fitted:
        if one.target.role in roles:
            groups.setdefault(one.target.group, []).append(_panel(one, lang, words))
    return [{"title": group_word(name, words), "charts": charts} for name, charts in groups.items()]


def group_word(name: str, words: Mapping[str, str]) -> str:
    """Return the words for a group of targets."""
    return words[GROUPS[name]] if name in GROUPS else name


def title_of(target: Target, lang: str) -> str:
    """Return the title of a target in the language of the page."""
    return target.title_zh if lang == "zh" else target.title


def inside(fitted: Iterable[FittedTarget], was_fitted: bool) -> tuple[int, int]:
    """Return how many figures, fitted or not, lie in their predictive bands, and of how many."""
    chosen = [f for one in fitted for f in one.compared if f.fitted == was_fitted]
    return sum(f.inside for f in chosen), len(chosen)


def _panel(one: FittedTarget, lang: str, words: Mapping[str, str]) -> dict[str, Any]:
    aim = one.target
    title, unit = title_of(aim, lang), unit_word(aim.unit, lang)
    held = one.compared
    notes = [words[ROLES[aim.role]]] if aim.role in ROLES else []
    notes += [words["cal_padded"]] if aim.padded else []
    notes += [words["cal_inside"].format(inside=sum(f.inside for f in held), count=len(held))] if held else []
    return {"title": title, "svg": Markup(target_fan(title, unit, one.figures, words)), "notes": notes}


def _figure(row: Row) -> TargetFigure:
    fitted = row.flag("fitted")
    figure = TargetFigure(
        period=row.text("period"),
        fitted=bool(fitted),
        observed=row.number("observed", empty=True),
        median=row.number("median", empty=True),
        low=row.number("p05", empty=True),
        high=row.number("p95", empty=True),
        predictive_low=row.number("predictive_p05", empty=True),
        predictive_high=row.number("predictive_p95", empty=True),
    )
    for ordered in (
        (figure.low, figure.median, figure.high), (figure.predictive_low, figure.predictive_high),
    ):  # fmt: skip
        gaps = [math.isnan(value) for value in ordered]
        if any(gaps) != all(gaps) or (not any(gaps) and list(ordered) != sorted(ordered)):
            raise InputError(f"{row.where}: need p05 <= median <= p95 and predictive_p05 <= predictive_p95")
    try:
        figure.span  # noqa: B018
    except ValueError as error:
        raise InputError(f"{row.where}, period: {error}") from None
    return figure


def _in_time(figures: Iterable[TargetFigure]) -> tuple[TargetFigure, ...]:
    return tuple(sorted(figures, key=lambda figure: figure.span))
