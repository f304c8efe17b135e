"""What must be said beside the figures of a run: what rests on the literature, and what the model forecasts badly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from simulator.headline import HEADLINE
from simulator.identification import LITERATURE
from simulator.results import Results
from simulator.sensitivity import HALF, LEAST_EXPLAINED, Lean, leans
from simulator.skill_card import losses
from simulator.variables import variable

NAMED: Final = 4
"""Parameters that are named in a sentence."""

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "of": "{scenario}: {said}",
        "led": "literature-driven: {outputs}. The data inform none of what drives these effects most ({drivers}).",
        "half": "at least half of what is explained rests on literature-driven parameters: {outputs}.",
        "none": "no effect rests mostly on literature-driven parameters, as far as drivers were found.",
        "more": "{names} and more",
        "meaning": "Literature-driven: a parameter that was not fitted, or whose range the data narrowed by less than"
        " {share} %.",
        "joint": ", ",
    },
    "zh": {
        "of": "{scenario}：{said}",
        "led": "依文献设定：{outputs}。数据没有为这些效果的主要驱动因素（{drivers}）提供信息。",
        "half": "已解释部分至少有一半取决于依文献设定的参数：{outputs}。",
        "none": "就已发现的驱动因素而言，没有效果主要取决于依文献设定的参数。",
        "more": "{names}等",
        "meaning": "依文献设定：未参与拟合、或数据使其范围缩小不足{share}%的参数。",
        "joint": "、",
    },
}


def caveats(results: Results, lang: str = "en") -> tuple[str, ...]:
    """Return what the summary of a run says beside its figures: literature-driven effects, then forecasts that lost.

    Nothing of the first without a posterior, because then the reader is told that nothing is calibrated.
    """
    said: list[str] = []
    measured = False
    base = results.base.scenario
    for scenario in results.scenarios[1:] if results.years else ():
        if not len(results.kept(base, scenario)):
            continue
        found = leans(results, scenario)
        if any(one.effect.measured and one.effect.drivers for one in found):
            measured = True
            words = _WORDS[lang]
            said += [words["of"].format(scenario=scenario, said=text) for text in literature(found, lang)]
    if measured:
        said.append(meaning(lang))
    return (*said, *losses(HEADLINE, lang))


def literature(found: Sequence[Lean], lang: str = "en") -> tuple[str, ...]:
    """Return which effects of a scenario rest on literature-driven parameters; nothing where that is not measured."""
    words = _WORDS[lang]
    known = [one for one in found if one.effect.measured and one.effect.explained >= LEAST_EXPLAINED]
    if not known:
        return ()
    led = [one for one in known if one.led_by_literature]
    half = [one for one in known if one not in led and one.literature >= HALF]
    said = []
    if led:
        drivers = dict.fromkeys(d.name for one in led for d in one.leading)
        said.append(words["led"].format(outputs=_labels(led, lang), drivers=_named(list(drivers), lang)))
    if half:
        said.append(words["half"].format(outputs=_labels(half, lang)))
    return tuple(said or [words["none"]])


def meaning(lang: str = "en") -> str:
    """Return what literature-driven means."""
    return _WORDS[lang]["meaning"].format(share=f"{100.0 * LITERATURE:.0f}")


def _labels(found: Sequence[Lean], lang: str) -> str:
    return _WORDS[lang]["joint"].join(variable(x.effect.level, x.effect.variable).label_in(lang) for x in found)


def _named(names: Sequence[str], lang: str) -> str:
    words = _WORDS[lang]
    text = words["joint"].join(names[:NAMED])
    return words["more"].format(names=text) if len(names) > NAMED else text
