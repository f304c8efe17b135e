"""What a parameter means, in the reader's language: English from ``parameters.toml``, Chinese from a file beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from simulator.parameters import parameters


def meaning(name: str, lang: str = "en") -> str:
    """Return the meaning of a parameter in English or Chinese (``zh``).

    Raises
    ------
    KeyError
        No parameter has this name.
    """
    return chinese()[name] if lang == "zh" else _english()[name]


@cache
def chinese() -> Mapping[str, str]:
    """Return name -> Chinese meaning, as ``parameters_zh.toml`` holds them, in its order."""
    text = files("simulator").joinpath("parameters_zh.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


@cache
def _english() -> Mapping[str, str]:
    return MappingProxyType({p.name: p.meaning for p in parameters()})
