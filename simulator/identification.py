"""How well data of 2006-2017 can tell each parameter: a judgement made before fitting, read from a table.

The judgement stands in ``identification.toml``. Measured contraction from prior to posterior will replace it.
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
from simulator.parameters import names
from simulator.text_file import load_toml

QUALITIES: Final = ("good", "fair", "weak", "none")
"""Qualities of identification, best first; ``none`` is not identified."""
GROUP_FIELDS: Final = ("quality", "by", "by_zh", "parameters")
RULES: Final = ("unlisted", "size")
FILE: Final = "identification.toml"


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
