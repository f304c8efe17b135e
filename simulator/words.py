"""Words for units and names in the reader's language, read once from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def _chinese() -> Mapping[str, Mapping[str, str]]:
    text = files("simulator").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def unit_word(unit: str, lang: str = "en") -> str:
    """Return a unit of ``variables.toml`` in English (as it stands there) or Chinese (``zh``)."""
    return _chinese()["units"].get(unit, unit) if lang == "zh" else unit


def name_word(name: str, lang: str = "en") -> str:
    """Return the name of a city, port, partner, origin, sector or group; a lane ``A > B`` is put together."""
    if lang != "zh":
        return name
    known = _chinese()["names"]
    return " > ".join(known.get(part, part) for part in name.split(" > "))
