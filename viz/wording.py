"""Texts of the pages in two languages, and numbers as pages print them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from simulator import numbers
from simulator.headline import Interval

TINY: Final = 1e-6
"""Below it a change is shown as about zero."""


@cache
def texts(lang: str) -> Mapping[str, str]:
    """Return the texts of ``texts.toml`` in ``en`` or ``zh``."""
    source = files("viz").joinpath("texts.toml").read_text(encoding="utf-8")
    table: dict[str, Mapping[str, str]] = tomllib.loads(source)
    return table[lang]


def typographic(text: str) -> str:
    """Return a text whose minus signs are typographic ones; hyphens between letters stay."""
    return re.sub(r"(?<![\w.])-(?=\d)", "\N{MINUS SIGN}", text)


def signed(value: float) -> str:
    """Return a change in its unit, with a typographic minus; a small one with one digit, ``+0.0004``, not as none."""
    if TINY <= abs(value) < numbers.SMALL:
        return typographic(f"{value:+.{-int(f'{value:.0e}'.partition('e')[2])}f}")
    return typographic(numbers.signed(value))


def percent(value: float) -> str:
    """Return a change in per cent, without the sign of per cent."""
    return typographic(numbers.percent(value))


def ends(interval: Interval, to: str, in_percent: bool = False) -> str:
    """Return the ends of an interval, empty if it is zero throughout."""
    number = percent if in_percent else signed
    if interval.p05 == interval.p95 == 0.0:
        return ""
    return f"{number(interval.p05)} {to} {number(interval.p95)}"


def certain(interval: Interval) -> bool:
    """Whether the interval does not hold zero."""
    return interval.p05 * interval.p95 > 0.0


def of_runs(share: float, runs: int, words: Mapping[str, str]) -> str:
    """Return a share of runs in words: ``in 96 % of runs``, ``in all 200 runs``."""
    if share in (0.0, 1.0):
        return words["in_all" if share else "in_none"].format(runs=runs)
    return words["in_share"].format(share=f"{100 * float(numbers.probability(share, runs)):.0f}")
