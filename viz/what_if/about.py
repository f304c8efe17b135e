"""What must be known of a lever on the what-if page: how its size is read, bounds, basis, cost, limits, its rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from simulator.levers import INSTRUMENTS
from simulator.wording import bounds_text
from viz.structure import facts
from viz.wording import texts, typographic

_NAME: Final = re.compile(r"(.+?)\s*(?:[(（]E\d|[:：]|$)")
"""What a rule is about: the words before its equations."""


@dataclass(frozen=True)
class Part:
    """A rule of the model that reads a lever.

    Attributes
    ----------
    name : str
        What the rule is about, and its equations.
    sentence : str
        All that it says of itself.
    step : int
        Its place in the quarter.
    """

    name: str
    sentence: str
    step: int


def notes_of(instrument: str, drawn: bool, lang: str) -> tuple[str, ...]:
    """Return sentences: how the size is read, what the lever does, bounds, basis, cost and limits.

    Parameters
    ----------
    instrument
    drawn
        Whether each run draws a size of its own.
    lang
    """
    spec, words, zh = INSTRUMENTS[instrument], texts(lang), lang == "zh"
    said = [spec.meaning_zh if zh else spec.meaning]
    if not spec.integer:
        said.insert(0, words["what_if_range" if drawn else "what_if_number"])
        said.append(words["what_if_bounds"].format(bounds=bounds_text(spec.name, lang)))
    said.append(words["what_if_adds"] if spec.additive else "")
    said += [spec.cost_zh if zh else spec.cost, spec.limit_zh if zh else spec.limit]
    said.append(words["what_if_basis"].format(basis=spec.grounds_in(lang)))
    return tuple(typographic(text) for text in said if text)


def parts_of(instrument: str, lang: str) -> tuple[Part, ...]:
    """Return the rules that read an instrument, in the order of the quarter."""
    _, readers = facts.touching([f"policy.{instrument}"])
    return tuple(_part(rule, lang) for rule in readers)


def _part(rule: facts.Rule, lang: str) -> Part:
    words = texts(lang)
    sentence = facts.in_words(rule.sentence, lang, "rules").replace("``", "")
    found = _NAME.match(sentence)
    assert found is not None
    equations = rule.equations.replace(", ", words["what_if_joint"])
    return Part(words["what_if_rule"].format(name=found[1], equations=equations), sentence, rule.step)
