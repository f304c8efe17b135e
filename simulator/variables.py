"""Every reported variable, read once from ``variables.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from simulator import records as r

LEVELS: Final = ("province", "city", "port", "sector", "partner", "origin", "lane")

ENTITIES: Final[dict[str, tuple[str, ...]]] = {
    "province": ("Liaoning",),
    "city": r.CITIES,
    "port": r.GATEWAYS,
    "sector": (*r.SECTORS, "steel", "machinery", "petrochemicals", "other industry"),
    "partner": r.PARTNERS,
    "origin": r.HOMES,
    "lane": tuple(f"{g} > {d}" for g in r.GATEWAYS for d in r.DESTINATIONS),
}
"""Names of the entities of each level, in the order of the result arrays."""


@dataclass(frozen=True)
class Variable:
    """One reported variable of one level."""

    level: str
    name: str
    unit: str
    kind: str
    annual: str
    better: str
    padded: bool
    label: str
    label_zh: str
    meaning: str
    core: bool = False
    of: tuple[str, str] | None = None

    def label_in(self, lang: str) -> str:
        """Return the label in English or Chinese (``zh``)."""
        return self.label_zh if lang == "zh" else self.label


@cache
def variables() -> dict[str, tuple[Variable, ...]]:
    """Return level -> variables, in the order of the columns of that level."""
    text = files("simulator").joinpath("variables.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    return {
        level: tuple(
            Variable(level=level, **{**row, **({"of": tuple(row["of"])} if "of" in row else {})})
            for row in raw[level]
        )
        for level in LEVELS
    }


def variable(level: str, name: str) -> Variable:
    """Return one variable; ``KeyError`` if the level has none of this name."""
    for v in variables()[level]:
        if v.name == name:
            return v
    raise KeyError(f"{level} has no variable {name!r}")


@cache
def output_type(level: str) -> np.dtype[Any]:
    """Return the record type of one entity's outputs in one quarter: one float64 per variable."""
    return np.dtype([(v.name, "f8") for v in variables()[level]])
