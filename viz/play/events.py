"""What happens when on the time line of the player: the policies that start, change or stop."""

from __future__ import annotations

from dataclasses import dataclass

from simulator import periods
from simulator.scenario import Scenario
from viz.policy_events import starts


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
    found = starts((), base.entries, lang, ends)
    events = [PlayEvent(quarter, text, False) for quarter, text in found.items()]
    if scenario.name != base.name:
        fresh = starts(base.entries, scenario.entries, lang, ends)
        events += [PlayEvent(quarter, text, True) for quarter, text in fresh.items()]
    return tuple(sorted((e for e in events if e.quarter < quarters), key=lambda e: (e.quarter, e.new)))
