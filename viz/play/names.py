"""What readers see of the variables of the map, and of scenarios that were not opened: names and units."""

from __future__ import annotations

from typing import Final

from simulator.variables import Variable, variable, variables
from simulator.words import unit_word
from viz.scenario_names import shipped_labels
from viz.wording import texts

DISTRESS: Final = "zombie_share"
"""Share of state-owned enterprises of a city that are zombies; a ratio of two stored variables."""
SHARE: Final = "share"
"""Unit of variables that are shown in per cent."""


def shipped_name(name: str, lang: str) -> str:
    """Return what a scenario is called before its file was read: the title of the shipped one, else its own name."""
    return shipped_labels(lang).get(name, name)


def shown(name: str) -> Variable:
    """Return a variable of the map; ``KeyError`` if there is none of this name."""
    return variable("province" if name == DISTRESS else "city", name)


def choices() -> tuple[str, ...]:
    """Return the variables that the map can show."""
    names = [v.name for v in variables()["city"]]
    return (*names[: names.index("zombies") + 1], DISTRESS, *names[names.index("zombies") + 1 :])


def label_of(name: str, lang: str) -> str:
    """Return what a variable of the map is called."""
    return texts(lang)["play_distress"] if name == DISTRESS else shown(name).label_in(lang)


def unit_of(spec: Variable, lang: str) -> str:
    """Return the unit in which a quarter's figure is shown; flows are by the quarter, shares in per cent."""
    if spec.unit == SHARE:
        return "%"
    unit = unit_word(spec.unit, lang)
    return texts(lang)["play_a_quarter"].format(unit=unit) if spec.kind == "flow" else unit


def change_unit(spec: Variable, lang: str) -> str:
    """Return the unit of an absolute difference: percentage points for shares."""
    return texts(lang)["play_points"] if spec.unit == SHARE else unit_of(spec, lang)


def factor_of(spec: Variable) -> float:
    """Return what stored figures are multiplied with before they are shown: 100 for shares."""
    return 100.0 if spec.unit == SHARE else 1.0
