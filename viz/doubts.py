"""Doubts about effects in words for planners: what rests on the literature, and what the model forecast badly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.identification import LITERATURE
from simulator.results import Results
from simulator.sensitivity import HALF, LEAST_EXPLAINED, Lean, leans
from simulator.skill_card import ENTITY, MODEL, NAIVE, OUTPUTS, SERIES, WHOLE, losing, skill_card
from simulator.variables import variable
from viz.wording import texts

NAMED: Final = 4
"""Drivers that are named in a sentence."""


@dataclass(frozen=True)
class Doubts:
    """What the effects of a scenario lean on.

    Attributes
    ----------
    literature : frozenset of str
        Variables whose effect rests mostly on literature-driven parameters.
    said : tuple of str
        Sentences.
    """

    literature: frozenset[str]
    said: tuple[str, ...]


def doubts_of(results: Results, scenario: str, lang: str) -> Doubts:
    """Return what the effects of a scenario lean on; nothing is said for the base, without years or without pairs."""
    if scenario == results.base.scenario or not results.years or not len(results.kept()):
        return Doubts(frozenset(), ())
    found = leans(results, scenario)
    driven = frozenset(one.effect.variable for one in found if literature_driven(one))
    return Doubts(driven, leaning_sentences(found, lang))


def literature_driven(one: Lean) -> bool:
    """Whether an effect rests mostly on literature-driven parameters, as ``simulator.caveats`` judges it."""
    return _known(one) and (one.led_by_literature or one.literature >= HALF)


def _known(one: Lean) -> bool:
    return one.effect.measured and one.effect.explained >= LEAST_EXPLAINED


def leaning_sentences(found: Sequence[Lean], lang: str) -> tuple[str, ...]:
    """Return which effects rest on the literature and of which that cannot be told; a term is explained if it is used.

    Nothing where no posterior measures it.
    """
    words = texts(lang)
    known = [one for one in found if _known(one)]
    led = [one for one in known if one.led_by_literature]
    half = [one for one in known if not one.led_by_literature and one.literature >= HALF]
    unclear = [one for one in found if one.effect.measured and one.verdict == "unexplained"]
    said = []
    if led:
        said.append(words["doubt_led"].format(outputs=_outputs(led, lang), drivers=_drivers(led, lang)))
    if half:
        said.append(words["doubt_half"].format(outputs=_outputs(half, lang)))
    if led or half:
        said.append(words["doubt_meaning"].format(share=f"{100.0 * LITERATURE:.0f}"))
    elif known:
        said.append(words["doubt_none"])
    if unclear:
        said.append(words["doubt_unclear"].format(outputs=_outputs(unclear, lang)))
    return tuple(said)


def _outputs(found: Sequence[Lean], lang: str) -> str:
    labels = (variable(one.effect.level, one.effect.variable).label_in(lang) for one in found)
    return texts(lang)["doubt_joint"].join(labels)


def _drivers(found: Sequence[Lean], lang: str) -> str:
    """Return what leads these effects in words, those first that lead most of them."""
    words = texts(lang)
    count = Counter(d.label_zh if lang == "zh" else d.label for one in found for d in one.leading)
    names = [name for name, _ in count.most_common()]
    text = words["doubt_stop"].join(names[:NAMED])
    return words["doubt_more"].format(names=text) if len(names) > NAMED else text


def weak_forecast(name: str, lang: str) -> str:
    """Return a sentence if the model forecast an output of the province worse than "no change"; else nothing."""
    if losing(name) is None:
        return ""
    return texts(lang)["doubt_forecast"].format(series=_series(name, lang), times=_times(name))


def weak_forecasts(names: Iterable[str], lang: str) -> tuple[str, ...]:
    """Return one sentence on all outputs of the province that the model forecast worse than "no change", or none."""
    lost = dict.fromkeys((_series(name, lang), _times(name)) for name in names if losing(name) is not None)
    if not lost:
        return ()
    words = texts(lang)
    told = (words["doubt_times"].format(series=series, times=times) for series, times in lost)
    return (words["doubt_forecasts"].format(series=words["doubt_joint"].join(told)),)


def _series(name: str, lang: str) -> str:
    return SERIES[OUTPUTS[name]][lang == "zh"]


def _times(name: str) -> str:
    """Return how many times as far off the model was as "no change"."""
    rmse = {
        row.method: row.rmse
        for row in skill_card()
        if (row.series, row.entity, row.horizon) == (OUTPUTS[name], ENTITY, WHOLE)
    }
    ratio = rmse[MODEL] / rmse[NAIVE]
    return f"{ratio:.1f}" if ratio >= 1.05 else f"{max(1.01, ratio):.2f}"
