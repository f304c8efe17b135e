"""What happens when on the time line of the player: the policies that start, change or stop."""

from __future__ import annotations

from dataclasses import dataclass

from simulator import periods
from simulator.levers import INSTRUMENTS
from simulator.scenario import Scenario
from simulator.scenario_changes import changes
from simulator.scenario_diff import stretches
from simulator.schedule import Entry
from simulator.words import name_word


@dataclass(frozen=True)
class PlayEvent:
    """What happens in one quarter.

    Attributes
    ----------
    quarter : int
        Index; 0 is 2006Q1.
    text : str
        What starts, changes or stops.
    new : bool
        Whether the scenario does it rather than the base of the results.
    """

    quarter: int
    text: str
    new: bool

    @property
    def label(self) -> str:
        """The quarter, such as ``2016Q1``."""
        return periods.to_label(self.quarter)


def play_events(scenario: Scenario, base: Scenario, lang: str, ends: str, quarters: int) -> tuple[PlayEvent, ...]:
    """Return the events of a run of a scenario in order: those of its base, then its own, a quarter at a time.

    Parameters
    ----------
    base
        First scenario of the results; may be the scenario itself.
    ends
        Said of what stops.
    quarters
        Number of quarters shown; later events are left out.
    """
    found = _starts((), base.entries, lang, ends)
    events = [PlayEvent(quarter, text, False) for quarter, text in found.items()]
    if scenario.name != base.name:
        fresh = _starts(base.entries, scenario.entries, lang, ends)
        events += [PlayEvent(quarter, text, True) for quarter, text in fresh.items()]
    return tuple(sorted((e for e in events if e.quarter < quarters), key=lambda e: (e.quarter, e.new)))


def _starts(old: tuple[Entry, ...], new: tuple[Entry, ...], lang: str, ends: str) -> dict[int, str]:
    """Return quarter -> what begins in it; what holds from the first quarter on is no event."""
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
    return {quarter: joint.join(texts) for quarter, texts in found.items()}
