"""How well data of 2006-2017 can tell each parameter: measured where there is a posterior, else a judgement.

The judgement, made before fitting, stands in ``identification.toml``. Where there is a posterior, the contraction from
prior to posterior replaces it, and a parameter that was not fitted keeps its prior: the data have told nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from simulator.errors import InputError, nearest
from simulator.levers import INSTRUMENTS
from simulator.parameters import Calibration, names
from simulator.posterior import shipped
from simulator.text_file import load_toml

QUALITIES: Final = ("good", "fair", "weak", "none")
"""Qualities of identification, best first; ``none`` is not identified."""
GROUP_FIELDS: Final = ("quality", "by", "by_zh", "parameters")
RULES: Final = ("unlisted", "size")
FILE: Final = "identification.toml"
LITERATURE: Final = 0.20
"""Contraction below which a parameter is driven by the literature, not by data."""
BOUNDS: Final = (("good", 0.60), ("fair", 0.40), ("weak", LITERATURE))
"""Quality -> least contraction; below the last, ``none``."""


@dataclass(frozen=True)
class Identified:
    """How well one parameter or the size of one instrument is identified, and by what (English and Chinese)."""

    name: str
    quality: str
    by: str
    by_zh: str


@dataclass(frozen=True)
class QualityWords:
    """How a quality is called and what it means, in English and Chinese."""

    label: str
    label_zh: str
    meaning: str
    meaning_zh: str


@dataclass(frozen=True)
class IdentificationTable:
    """The table: one entry a parameter, words of the qualities and what is said of sizes of levers."""

    entries: Mapping[str, Identified]
    words: Mapping[str, QualityWords]
    size_by: str
    size_by_zh: str


def identification() -> Mapping[str, Identified]:
    """Return name -> quality for every parameter, in the order of ``parameters.toml``.

    Raises
    ------
    InputError
        ``identification.toml`` is wrong; see :func:`read`.
    """
    return _table().entries


def quality_words() -> Mapping[str, QualityWords]:
    """Return quality -> its words, best quality first."""
    return _table().words


def identified(name: str) -> Identified:
    """Return how well a parameter, an instrument or a lever (``instrument:target``) is identified.

    The size of a lever is always of quality ``none``: nobody has observed the policy.

    Raises
    ------
    InputError
        No parameter and no instrument has this name.
    """
    table = _table()
    if name in table.entries:
        return table.entries[name]
    if name.partition(":")[0] in INSTRUMENTS:
        return Identified(name, "none", table.size_by, table.size_by_zh)
    known = [*table.entries, *INSTRUMENTS]
    raise InputError(f"{name!r} is neither a parameter nor an instrument{nearest(name, known)}")


def contractions(calibration: Calibration | None = None) -> Mapping[str, float] | None:
    """Return fitted parameter -> contraction, of a calibration or else of the shipped posterior; None without either.

    Raises
    ------
    InputError
        The files of the shipped posterior are damaged.
    """
    if calibration is None:
        posterior = shipped()
        calibration = None if posterior is None else posterior.calibration
    return None if calibration is None else calibration.contraction


def measured(name: str, contraction: Mapping[str, float] | None = None) -> float | None:
    """Return by how much data narrowed a parameter: 1 - sd of the posterior / sd of the prior; None if not fitted.

    Parameters
    ----------
    name : str
    contraction : mapping, optional
        As of :func:`contractions`; by default that of the shipped posterior.
    """
    found = contractions() if contraction is None else contraction
    return None if found is None else found.get(name)


def literature_driven(name: str, contraction: Mapping[str, float] | None = None) -> bool:
    """Return whether the value of a parameter rests on the literature: not fitted, or narrowed by less than a fifth."""
    found = measured(name, contraction)
    return found is None or found < LITERATURE


def informed(name: str, contraction: Mapping[str, float] | None) -> Identified:
    """Return how well a parameter, an instrument or a lever is identified: measured, or judged if nothing was fitted.

    Parameters
    ----------
    name : str
    contraction : mapping or None
        As of :func:`contractions`; None: nothing was fitted, the judgement holds.

    Raises
    ------
    InputError
        No parameter and no instrument has this name.
    """
    judged = identified(name)
    if contraction is None or name not in _table().entries:
        return judged
    if name not in contraction:
        return Identified(name, "none", "not fitted: keeps its prior", "未参与拟合：保持先验")
    value = contraction[name]
    quality = next((quality for quality, least in BOUNDS if value >= least), "none")
    share = f"{100.0 * value:.0f} %"
    return Identified(name, quality, f"contraction of the prior by {share}", f"先验收缩 {share}")


def worst(qualities: Collection[str]) -> str:
    """Return the worst of some qualities."""
    return max(qualities, key=QUALITIES.index)


@cache
def _table() -> IdentificationTable:
    text = files("simulator").joinpath(FILE).read_text(encoding="utf-8")
    return read(text, FILE, names())


def read(text: str, place: str, known: Collection[str]) -> IdentificationTable:
    """Parse and check a table of identification.

    Parameters
    ----------
    text, place
        TOML and the name that errors give it.
    known
        Names of all parameters; those that no group lists are of quality ``none``.

    Raises
    ------
    InputError
        Naming place, group and value: a missing or unknown field, an unknown quality, a name that is no
        parameter, or a parameter listed twice.
    """
    raw = load_toml(text, place)
    _only(raw, ("rules", "words", "group"), place)
    rules = {rule: _texts(raw["rules"], rule, ("by", "by_zh"), f"{place}: rules") for rule in RULES}
    _only(raw["rules"], RULES, f"{place}: rules")
    fields = ("label", "label_zh", "meaning", "meaning_zh")
    words = {q: QualityWords(**_texts(raw["words"], q, fields, f"{place}: words")) for q in QUALITIES}
    _only(raw["words"], QUALITIES, f"{place}: words")
    listed: dict[str, Identified] = {}
    if not isinstance(raw["group"], list):
        raise InputError(f"{place}: group must be a list of tables: write [[group]]")
    for number, group in enumerate(raw["group"], start=1):
        _read_group(group, f"{place}: group {number}", known, listed)
    rest = {name: Identified(name, "none", **rules["unlisted"]) for name in known if name not in listed}
    entries = {name: listed.get(name) or rest[name] for name in known}
    return IdentificationTable(
        MappingProxyType(entries), MappingProxyType(words), rules["size"]["by"], rules["size"]["by_zh"]
    )


def _read_group(group: Any, where: str, known: Collection[str], listed: dict[str, Identified]) -> None:
    """Check one group and add its parameters to those listed."""
    _only(group, GROUP_FIELDS, where)
    for field in ("quality", "by", "by_zh"):
        if not isinstance(group[field], str) or not group[field].strip():
            raise InputError(f"{where}: {field} must be a text that is not empty")
    quality, members = group["quality"], group["parameters"]
    if quality not in QUALITIES:
        raise InputError(
            f"{where}: quality = {quality!r}; allowed are {', '.join(QUALITIES)}{nearest(quality, QUALITIES)}"
        )
    if not isinstance(members, list) or not members or not all(isinstance(name, str) for name in members):
        raise InputError(f"{where}: parameters must be a list of names that is not empty")
    for name in members:
        if name not in known:
            raise InputError(f"{where}: parameters: {name!r} is not a parameter{nearest(name, known)}")
        if name in listed:
            raise InputError(f"{where}: parameters: {name!r} is listed twice; list each parameter at most once")
        listed[name] = Identified(name, quality, group["by"], group["by_zh"])


def _only(table: Any, fields: tuple[str, ...], where: str) -> None:
    """Raise unless a table has these fields and no others."""
    if not isinstance(table, dict):
        raise InputError(f"{where}: expected a table with {', '.join(fields)}")
    for field in fields:
        if field not in table:
            raise InputError(f"{where}: {field} is missing; needed are {', '.join(fields)}")
    for field in table:
        if field not in fields:
            raise InputError(f"{where}: {field} is not known; allowed are {', '.join(fields)}{nearest(field, fields)}")


def _texts(table: Any, key: str, fields: tuple[str, ...], where: str) -> dict[str, str]:
    """Return the texts of one entry of a table, checked."""
    if not isinstance(table, dict) or key not in table:
        raise InputError(f"{where}: {key} is missing")
    _only(table[key], fields, f"{where}.{key}")
    for field in fields:
        if not isinstance(table[key][field], str) or not table[key][field].strip():
            raise InputError(f"{where}.{key}: {field} must be a text that is not empty")
    return {field: table[key][field] for field in fields}
