"""When policies start, change or stop, in words: for the marks of charts and of the player's time line."""

from __future__ import annotations

from simulator.levers import INSTRUMENTS
from simulator.scenario_changes import changes
from simulator.scenario_diff import stretches
from simulator.schedule import Entry
from simulator.words import name_word


def starts(old: tuple[Entry, ...], new: tuple[Entry, ...], lang: str, ends: str) -> dict[int, str]:
    """Return quarter -> what begins in it, in order; what holds from the first quarter on is no event.

    Equal steps of one path are one event, at its beginning.

    Parameters
    ----------
    old, new : tuple of Entry
        Of the base (empty: everything in force counts) and of the scenario.
    lang : str
        ``en`` or ``zh``.
    ends : str
        Said of what the base has and the scenario has not.
    """
    joint, before, after = ("、", "（", "）") if lang == "zh" else (", ", " (", ")")
    found: dict[int, dict[str, None]] = {}
    for change in changes(stretches(old, new)):
        if change.start == 0:
            continue
        spec = INSTRUMENTS[change.instrument]
        every = spec.target == "none" or len(change.targets) == len(spec.targets)
        names = "" if every else before + joint.join(name_word(t, lang) for t in change.targets) + after
        stops = "" if any(entry.size != 0.0 for entry in change.run) else ends
        found.setdefault(change.start, {}).setdefault(spec.label_in(lang) + names + stops)
    return {quarter: joint.join(texts) for quarter, texts in sorted(found.items())}
