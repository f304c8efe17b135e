"""What must be said beside the figures of a run: what rests on the literature, and what the model forecasts badly."""

from __future__ import annotations

from collections import Counter
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
        "unclear": "it cannot be told with this many runs what drives: {outputs}.",
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
        "unclear": "以目前的运行次数，无法判断以下效果由什么驱动：{outputs}。",
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
        told = literature(found, lang)
        measured = measured or bool(told)
        said += [_WORDS[lang]["of"].format(scenario=scenario, said=text) for text in told]
    if measured:
        said.append(meaning(lang))
    return (*said, *losses(HEADLINE, lang))


def literature(found: Sequence[Lean], lang: str = "en") -> tuple[str, ...]:
    """Return which effects of a scenario rest on literature-driven parameters, and of which that cannot be told.

    Nothing where no posterior measures it.
    """
    words = _WORDS[lang]
    known = [one for one in found if one.effect.measured and one.effect.explained >= LEAST_EXPLAINED]
    unclear = [one for one in found if one.effect.measured and one.verdict == "unexplained"]
    led = [one for one in known if one.led_by_literature]
    half = [one for one in known if one not in led and one.literature >= HALF]
    said = []
    if led:
        leading = Counter(d.name for one in led for d in one.leading)  # those that lead most effects are named first
        drivers = [name for name, _ in leading.most_common()]
        said.append(words["led"].format(outputs=_labels(led, lang), drivers=_named(drivers, lang)))
    if half:
        said.append(words["half"].format(outputs=_labels(half, lang)))
    if known and not said:
        said.append(words["none"])
    if unclear:
        said.append(words["unclear"].format(outputs=_labels(unclear, lang)))
    return tuple(said)


def meaning(lang: str = "en") -> str:
    """Return what literature-driven means."""
    return _WORDS[lang]["meaning"].format(share=f"{100.0 * LITERATURE:.0f}")


def _labels(found: Sequence[Lean], lang: str) -> str:
    return _WORDS[lang]["joint"].join(variable(x.effect.level, x.effect.variable).label_in(lang) for x in found)


def _named(names: Sequence[str], lang: str) -> str:
    words = _WORDS[lang]
    text = words["joint"].join(names[:NAMED])
    return words["more"].format(names=text) if len(names) > NAMED else text
