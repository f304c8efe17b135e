"""A scenario on one card, before anything runs: what changes, where, when, by how much, on what source, who pays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from simulator import periods
from simulator.card_costs import costs_in_words
from simulator.levers import INSTRUMENTS
from simulator.levers_text import GROUPS
from simulator.scenario import Scenario, base_of
from simulator.scenario_changes import Found, changes
from simulator.scenario_diff import stretches
from simulator.scenario_file import parse
from simulator.schedule import LAST_INDEX, Entry
from simulator.wording import (
    clause_text,
    entries_text,
    phase_text,
    place_text,
    plain_number,
    quarter_text,
    ramp_left,
    scenario_word,
    share_reached,
    size_text,
)


@dataclass(frozen=True)
class Change:
    """One thing that a scenario changes; targets on which the same happens share one change.

    Attributes
    ----------
    instrument, label : str
        Name of the instrument, and its label in the card's language.
    where : str
        Targets in words.
    start, end : str
        First and last quarter, such as ``2026Q1``; ``end`` is empty when it holds to the horizon.
    phase_in : str
        ``over five years``, ``in one step``; empty for a switch and for what no longer applies.
    size, base_size : str
        What the scenario and its base set there, in the reader's terms.
    meaning : str
        What the instrument does, in plain words.
    text : str
        All of it in one sentence.
    scenario : str
        The file of the chain that holds the lever.
    own : bool
        Whether that is the scenario's own file (or one of the combined ones).
    """

    instrument: str
    label: str
    where: str
    start: str
    end: str
    phase_in: str
    size: str
    base_size: str
    meaning: str
    text: str
    scenario: str
    own: bool


@dataclass(frozen=True)
class Card:
    """A scenario against its base, in words.

    Attributes
    ----------
    name, title, summary, notes : str
    base : str
        Name of the base; empty if the scenario is described against nothing in force.
    changes : tuple of Change
        In the order of the instruments, then in time.
    sources : tuple of str
        What the changes rest on.
    costs : tuple of str
        Sentences: who pays, with the amount where no run is needed to know it.
    limits : tuple of str
        Sentences: what the model cannot show for the instruments that change.
    untouched : str
        What stays as in the base.
    """

    name: str
    title: str
    summary: str
    base: str
    changes: tuple[Change, ...]
    sources: tuple[str, ...]
    notes: str
    costs: tuple[str, ...]
    limits: tuple[str, ...]
    untouched: str


LINE: Final = 96
"""Characters that what stays may take."""

_SENTENCE_END: Final = re.compile(r"(?<=\.) |(?<=。)(?=.)")

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "from": "from {start}", "span": "from {start} to {end}", "in": "in {start}",
        "sentence": "{when}, {what}{base}.", "phased": "{when}, {phase}",
        "again": "{when} (begun in {origin}, {phase})",
        "partly": "; {percent} % of that is reached by {end}",
        "over": 'the lever "{label}" no longer applies{at}', "at": " ({where})",
        "base": "; in {base}: {size}", "without": "; in {base}: none", "plus": "; on top of what {base} has: {size}",
        "none": "Nothing changes against {base}.", "rest": "As in {base}: {groups}.", "more": "and more",
        "alone": "Nothing else is in force.", "empty": "Nothing is in force.",
        "idle": "Without effect, because {base} has the same or nothing to switch off: {levers}.",
        "lever_of": "{scenario} lever {number} ({instrument})",
        "limit": "{label}: {limit}",
    },
    "zh": {
        "from": "自{start}起", "span": "{start}至{end}", "in": "{start}",
        "sentence": "{when}，{what}{base}。", "phased": "{when}，{phase}",
        "again": "{when}（始于{origin}，{phase}）",
        "partly": "；到{end}达到其{percent}%",
        "over": "“{label}”不再实施{at}", "at": "（{where}）",
        "base": "；{base}中：{size}", "without": "；{base}中：无", "plus": "；在{base}已有基础上增加（{size}）",
        "none": "与{base}相比没有变化。", "rest": "与{base}相同：{groups}。", "more": "等",
        "alone": "此外没有其他政策。", "empty": "没有任何政策。",
        "idle": "以下措施没有作用，因为{base}中已相同或无可取消：{levers}。",
        "lever_of": "{scenario}第{number}项（{instrument}）",
        "limit": "{label}：{limit}",
    },
}  # fmt: skip


def describe(scenario: Scenario, base: Scenario | None = None, lang: str = "en") -> Card:
    """Return the card of a scenario.

    Parameters
    ----------
    scenario : Scenario
    base : Scenario, optional
        What it is compared with; by default its parent, for a combination the nearest file that all parts extend, and
        nothing in force for the baseline.
    lang : str
        ``en`` or ``zh``.
    """
    parent = base_of(scenario)
    against = parent if base is None else base
    before = () if against is None else against.entries
    found = list(changes(stretches(before, scenario.entries)))
    name = "" if against is None else against.name
    idle = _idle(scenario, parent, found, lang) if parent == against else ""
    return Card(
        name=scenario.name,
        title=scenario.text("title", lang),
        summary=scenario.text("summary", lang),
        base=name,
        changes=tuple(_in_words(item, scenario, name, lang) for item in found),
        sources=_sources(scenario, found),
        notes=scenario.text("notes", lang).strip(),
        costs=tuple(costs_in_words(found, name, lang)),
        limits=tuple(_limits(found, lang)),
        untouched=_untouched(against, found, lang) + idle,
    )


def as_json(card: Card) -> dict[str, Any]:
    """Return the card as plain data for ``--json``."""
    return asdict(card)


# In words


def _in_words(item: Found, scenario: Scenario, base: str, lang: str) -> Change:
    spec = INSTRUMENTS[item.instrument]
    holder = item.run[0].scenario if item.run else _holder_of_zero(item, scenario)
    phase = "" if not item.run or spec.integer else phase_text(item.run[0].phase_in, lang)
    return Change(
        instrument=item.instrument,
        label=spec.label_in(lang),
        where=place_text(item.instrument, item.targets, lang),
        start=periods.to_label(item.start),
        end=periods.to_label(item.end) if item.end < LAST_INDEX else "",
        phase_in="" if len(item.run) > 1 else phase,
        size=size_text(item.run, lang),
        base_size=entries_text(item.base, item.start, item.end, lang),
        meaning=spec.meaning_zh if lang == "zh" else spec.meaning,
        text=_sentence(item, base, phase, lang),
        scenario=holder,
        own=holder in scenario.parts,
    )


def _holder_of_zero(item: Found, scenario: Scenario) -> str:
    """Return the file whose size 0 switches something off; the scenario's name if it just has no such lever."""
    return next((entry.scenario for entry in _zeros([item], scenario)), scenario.name)


def _zeros(found: Iterable[Found], scenario: Scenario) -> list[Entry]:
    """Return the levers of size 0 by which things no longer apply."""
    return [
        entry
        for item in found
        if not item.run
        for entry in scenario.entries
        if entry.size == 0.0 and entry.instrument == item.instrument and entry.target in item.targets
        and entry.start <= item.end and entry.end >= item.start
    ]  # fmt: skip


def _sentence(item: Found, base: str, phase: str, lang: str) -> str:
    words = _WORDS[lang]
    when = _when(item, phase, lang)
    what = _what(item, lang)
    text = entries_text(item.base, item.start, item.end, lang)
    tail = ""
    if base:
        kind = "without" if not item.base else "plus" if item.adds and item.run else "base"
        tail = words[kind].format(base=scenario_word(base, lang), size=text)
    sentence = words["sentence"].format(when=when, what=what, base=tail)
    return sentence[0].upper() + sentence[1:]


def _when(item: Found, phase: str, lang: str) -> str:
    """Return when and how fast: ``from 2026Q1, over ten years``."""
    words = _WORDS[lang]
    start, end = quarter_text(item.start, lang), quarter_text(item.end, lang)
    kind = "in" if item.start == item.end else "from" if item.end == LAST_INDEX else "span"
    when = words[kind].format(start=start, end=end)
    if len(item.run) != 1 or item.run[0].phase_in <= 1:
        return when
    entry = item.run[0]
    if entry.origin < item.start:
        if not ramp_left(entry, item.start):
            return when
        return words["again"].format(when=when, origin=quarter_text(entry.origin, lang), phase=phase)
    return words["phased"].format(when=when, phase=phase)


def _what(item: Found, lang: str) -> str:
    """Return what happens, and how much of it by the end if the phase-in is not completed."""
    words = _WORDS[lang]
    spec = INSTRUMENTS[item.instrument]
    where = place_text(item.instrument, item.targets, lang)
    label = spec.label_in(lang)
    at = words["at"].format(where=where) if spec.target != "none" else ""
    if not item.run:
        return words["over"].format(label=label, at=at)
    clause = clause_text(item.run, where, lang)
    reached = share_reached(item.run[-1], item.end)
    if reached < 1.0:
        clause += words["partly"].format(percent=plain_number(round(100.0 * reached)), end=quarter_text(item.end, lang))
    return clause


def _sources(scenario: Scenario, found: Iterable[Found]) -> tuple[str, ...]:
    """Return the sources of the scenario, then those of other files of its chain whose levers are on the card."""
    holders = {item.run[0].scenario for item in found if item.run} - set(scenario.parts)
    more = [parse(source.text, f"{source.name}.toml").sources for source in scenario.chain if source.name in holders]
    return tuple(dict.fromkeys([*scenario.sources, *(text for sources in more for text in sources)]))


def _untouched(base: Scenario | None, found: list[Found], lang: str) -> str:
    """Return what stays as in the base, in one line."""
    words = _WORDS[lang]
    if base is None:
        return words["alone" if found else "empty"]
    name = scenario_word(base.name, lang)
    if not found:
        return words["none"].format(base=name)
    touched = {(e.scenario, e.lever) for item in found if not item.adds or not item.run for e in item.base}
    rest = [e for e in base.entries if e.size != 0.0 and (e.scenario, e.lever) not in touched]
    groups = list(dict.fromkeys(GROUPS[entry.instrument][lang == "zh"] for entry in rest))
    if not groups:
        return words["alone"]
    text = words["rest"].format(base=name, groups=_listed(groups, lang))
    while len(text) > LINE and len(groups) > 1:
        groups.pop()
        text = words["rest"].format(base=name, groups=_listed([*groups, words["more"]], lang))
    return text


def _listed(groups: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(groups)


def _limits(found: Iterable[Found], lang: str) -> Iterator[str]:
    """Yield every sentence on what the model cannot show, after the labels of the instruments that share it."""
    zh = lang == "zh"
    labels: dict[str, list[str]] = {}
    for name in dict.fromkeys(item.instrument for item in found):
        spec = INSTRUMENTS[name]
        for sentence in _SENTENCE_END.split(spec.limit_zh if zh else spec.limit):
            labels.setdefault(sentence, []).append(spec.label_in(lang))
    for sentence, names in labels.items():
        if sentence:
            yield _WORDS[lang]["limit"].format(label=("、" if zh else "; ").join(names), limit=sentence)


def _idle(scenario: Scenario, parent: Scenario | None, found: list[Found], lang: str) -> str:
    """Return which own levers change nothing in what the scenario extends."""
    if parent is None:
        return ""
    words = _WORDS[lang]
    used = {(e.scenario, e.lever) for e in (*_zeros(found, scenario), *(e for item in found for e in item.run))}
    own = {(e.scenario, e.lever): e.instrument for e in scenario.entries if e.scenario in scenario.parts}
    idle = [
        words["lever_of"].format(scenario=name, number=number, instrument=instrument)
        for (name, number), instrument in sorted(own.items())
        if (name, number) not in used
    ]
    gap, comma = ("", "、") if lang == "zh" else (" ", ", ")
    return gap + words["idle"].format(base=scenario_word(parent.name, lang), levers=comma.join(idle)) if idle else ""
