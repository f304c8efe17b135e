"""Sizes, places, times and paths of levers in plain words, English and Chinese."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from simulator import periods
from simulator.levers import INSTRUMENTS
from simulator.levers_text import TEXTS
from simulator.schedule import Entry, Range
from simulator.words import name_word

Run = tuple[Entry, ...]
"""One lever, or several of which each takes over from the last in equal steps of time and one direction."""

_COUNTS: Final = tuple("no one two three four five six seven eight nine ten eleven twelve".split())
_PLACES: Final = {"EU": "the EU", "USA": "the USA", "Rest of world": "the rest of the world", "other": "other industry"}
_EVERYWHERE: Final = {
    "partners": ("all eight partners", "全部8个贸易伙伴"),
    "cities": ("all 14 cities", "全部14个城市"),
    "ports": ("all six ports", "全部6个港口"),
    "sectors": ("all industry groups", "所有工业门类"),
    "none": ("the province", "全省"),
}
_NOTHING: Final = {"en": "nothing", "zh": "无"}


def count_word(number: int) -> str:
    """Return a whole number as a word up to twelve, else in digits."""
    return _COUNTS[number] if 0 <= number < len(_COUNTS) else str(number)


def plain_number(value: float) -> str:
    """Return a number with at most six digits, without an exponent or trailing zeros."""
    if value == 0.0:
        return "0"
    digits = max(0, 5 - math.floor(math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def place_text(instrument: str, targets: Sequence[str], lang: str = "en") -> str:
    """Return the targets of an instrument in words: ``Japan and Korea``, ``all 14 cities``, ``the province``."""
    spec = INSTRUMENTS[instrument]
    if len(set(targets)) == len(spec.targets):
        return _EVERYWHERE[spec.target][lang == "zh"]
    ports = spec.target == "ports"
    if lang == "zh":
        names = [name_word(name, "zh") + ("港" if ports else "") for name in targets]
        return "、".join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1]
    names = [_PLACES.get(name, name) for name in targets]
    text = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
    return f"the {'ports' if len(names) > 1 else 'port'} of {text}" if ports else text


def size_text(run: Run, lang: str = "en") -> str:
    """Return the size of one lever, or of steps, in the reader's terms.

    ``2 to 6 points of the traded price, most likely 4 points``; ``nothing`` for no lever.
    """
    if not run:
        return _NOTHING[lang]
    number, likely = _amounts(run, lang)
    return _amount(run[0].instrument, number, lang) + likely


def bounds_text(instrument: str, lang: str = "en") -> str:
    """Return the sizes that are allowed in the reader's terms: ``0 to 100 % of the remaining tariff``."""
    spec = INSTRUMENTS[instrument]
    return _amount(instrument, _between(instrument, spec.low, spec.high, lang), lang)


def ends_text(instrument: str, lang: str = "en") -> tuple[str, str]:
    """Return the least and the largest size that is allowed, as short as can be: ``0 %`` and ``100 %``."""
    spec = INSTRUMENTS[instrument]
    return _one(instrument, spec.low, lang), _one(instrument, spec.high, lang)


def clause_text(run: Run, where: str, lang: str = "en") -> str:
    """Return what one lever, or steps, do in words: ``tariffs that remain with Japan fall by 100 %``."""
    text = TEXTS[run[0].instrument]
    number, likely = _amounts(run, lang)
    amount = _amount(run[0].instrument, number, lang)
    clause = (text.clause_zh if lang == "zh" else text.clause).format(where=where, number=number, size=amount)
    return clause + likely


def phase_text(quarters: int, lang: str = "en") -> str:
    """Return a phase-in in words: ``in one step``, ``over half a year``, ``over five years``, ``over six quarters``."""
    if quarters <= 1:
        return "一步到位" if lang == "zh" else "in one step"
    years, rest = divmod(quarters, periods.QUARTERS_PER_YEAR)
    if lang == "zh":
        return f"{quarters}个季度内" if rest else f"{years}年内"
    if quarters == 2:
        return "over half a year"
    if rest:
        return f"over {count_word(quarters)} quarters"
    return f"over {count_word(years)} {'year' if years == 1 else 'years'}"


def scenario_word(name: str, lang: str = "en") -> str:
    """Return what a scenario is called in a sentence: its name, in Chinese ``基准情景`` for the baseline."""
    return "基准情景" if lang == "zh" and name == "baseline" else name


def quarter_text(index: int, lang: str = "en") -> str:
    """Return a quarter in words: ``2026Q1``, in Chinese ``2026年一季度``."""
    if lang == "zh":
        return f"{periods.year_of(index)}年{'一二三四'[periods.quarter_of(index) - 1]}季度"
    return periods.to_label(index)


def ramp_left(entry: Entry, start: int) -> bool:
    """Return whether a lever has not yet reached its full size at quarter ``start``."""
    return entry.phase_in > 1 and start - entry.origin + 1 < entry.phase_in


def share_reached(entry: Entry, end: int) -> float:
    """Return the share of the full size that a lever has reached in quarter ``end``."""
    return float(entry.factors(end, end)[0])


def runs(entries: Iterable[Entry]) -> list[Run]:
    """Group levers on one target: equal steps of time in one direction, three or more, are one run."""
    found: list[Run] = []
    for entry in sorted(entries, key=lambda e: (e.start, e.end)):
        if found and _goes_on(found[-1], entry):
            found[-1] = (*found[-1], entry)
        else:
            found.append((entry,))
    return [part for run in found for part in ([run] if len(run) > 2 else [(entry,) for entry in run])]


def entries_text(entries: Iterable[Entry], start: int, end: int, lang: str = "en") -> str:
    """Return what holds on one target from ``start`` to ``end``, in words; ``nothing`` if nothing does."""
    texts = [_run_text(run, start, end, lang) for run in runs(entries)]
    return ("；" if lang == "zh" else "; ").join(texts) or _NOTHING[lang]


def _run_text(run: Run, start: int, end: int, lang: str) -> str:
    entry, zh = run[0], lang == "zh"
    text = size_text(run, lang)
    if len(run) == 1 and ramp_left(entry, max(start, entry.start)):
        phase, begin = phase_text(entry.phase_in, lang), quarter_text(entry.origin, lang)
        text += f"，自{begin}起{phase}逐步到位" if zh else f", {phase} from {begin}"
    elif entry.start > start:
        text += f"，自{quarter_text(entry.start, lang)}起" if zh else f", from {quarter_text(entry.start, lang)}"
    if run[-1].end < end:
        text += f"，至{quarter_text(run[-1].end, lang)}" if zh else f", to {quarter_text(run[-1].end, lang)}"
    return text


def _goes_on(run: Run, entry: Entry) -> bool:
    last = run[-1]
    if isinstance(last.size, Range) or isinstance(entry.size, Range) or entry.scenario != last.scenario:
        return False
    if entry.start != last.end + 1 or ramp_left(entry, entry.start) or ramp_left(last, last.start):
        return False
    if last.origin != last.start or entry.origin != entry.start or entry.size == last.size:
        return False
    if len(run) == 1:
        return True
    before = run[-2]
    same_way = (entry.size > last.size) == (last.size > _fixed(before))
    return same_way and last.end - last.start == before.end - before.start


def _amounts(run: Run, lang: str) -> tuple[str, str]:
    """Return number and unit of a lever or of steps, and what follows a range: ``, most likely 4 points``."""
    zh = lang == "zh"
    instrument, size = run[0].instrument, run[0].size
    if len(run) > 1:
        first, last = (_one(instrument, _fixed(entry), lang) for entry in (run[0], run[-1]))
        when = quarter_text(run[-1].start, lang)
        if zh:
            return f"{first}，再分{len(run) - 1}步至{when}为{last}", ""
        return f"{first} and, in {count_word(len(run) - 1)} further steps to {when}, {last}", ""
    if not isinstance(size, Range):
        return _one(instrument, size, lang), ""
    number = _between(instrument, size.low, size.high, lang)
    return number, f"{'，最可能为' if zh else ', most likely '}{_one(instrument, size.mode, lang)}"


def _between(instrument: str, least: float, most: float, lang: str) -> str:
    """Return two sizes and their unit: ``2 to 6 points``, in Chinese ``5%至20%``."""
    low, high = _shown(instrument, least, lang), _shown(instrument, most, lang)
    unit = _unit(instrument, high, lang)
    twice = unit if unit == "%" else ""
    return f"{plain_number(low)}{twice}{'至' if lang == 'zh' else ' to '}{plain_number(high)}{unit}"


def _fixed(entry: Entry) -> float:
    assert not isinstance(entry.size, Range), "steps have no sampled sizes"
    return entry.size


def _amount(instrument: str, number: str, lang: str) -> str:
    text = TEXTS[instrument]
    return (text.size_zh if lang == "zh" else text.size).format(number=number)


def _one(instrument: str, size: float, lang: str) -> str:
    value = _shown(instrument, size, lang)
    return plain_number(value) + _unit(instrument, value, lang)


def _shown(instrument: str, size: float, lang: str) -> float:
    """Return the number that the reader sees for a size."""
    text = TEXTS[instrument]
    if text.odds:
        return round(100.0 * math.expm1(size), 1)
    return size * text.scale * (text.scale_zh if lang == "zh" else 1.0)


def _unit(instrument: str, value: float, lang: str) -> str:
    one, several, chinese = TEXTS[instrument].unit
    return chinese if lang == "zh" else one if value == 1.0 else several
