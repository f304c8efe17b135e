"""What the Play page shows, as its address says it, and the runs that this means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from viz.library import Opened
from viz.play.names import choices
from viz.play.playback import SHADE, SIZE, Side, why_apart
from viz.play.unshown import UnshownError

NONE = "none"
"""In the address: no bubbles."""


@dataclass(frozen=True)
class Choice:
    """Parameters of the page's address; empty ones take what stands in brackets.

    Attributes
    ----------
    result : str
        Name of a results folder.
    scenario : str
        First side (the base of the result).
    other : str
        Second side (none): a scenario of the same result, or ``result/scenario``.
    shade, size : str
        Variables (those of the first visit); `size` may be ``none``.
    run : str
        Number of a run (the typical one).
    """

    result: str = ""
    scenario: str = ""
    other: str = ""
    shade: str = ""
    size: str = ""
    run: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str], result: str) -> Choice:
        """Return what an address asks for; `result` counts where it names none."""
        given = {field.name: query[field.name] for field in fields(cls) if query.get(field.name)}
        return cls(**{"result": result, **given})

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the address."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def variables(self) -> tuple[str, str]:
        """Return the variables of shading and of bubbles, the second empty for none.

        Raises
        ------
        InputError
            There is no such variable.
        """
        shade, size = self.shade or SHADE, self.size or SIZE
        for name in (shade, size):
            if name not in choices() and name != NONE:
                raise UnshownError("play_no_variable", "play_advice_variable", name, choices(), name=name[:60])
        if shade == NONE:
            raise UnshownError("play_no_shade", "play_advice_variable")
        return shade, "" if size == NONE else size

    def compared(self, bases: Mapping[str, str]) -> tuple[str, str]:
        """Return the result and the scenario that Compare should show: the policy among those that are watched.

        Parameters
        ----------
        bases
            Result -> its first scenario, with which the others are compared there.

        Returns
        -------
        tuple of str
            The scenario is empty if only bases are watched.
        """
        for side in (self.other, self.scenario):
            folder, _, name = side.rpartition("/")
            result = folder or self.result
            if name and name != bases.get(result):
                return result, name
        return self.result, ""

    def sides(self, open_: Callable[[str], Opened]) -> tuple[Side, ...]:
        """Return the runs that are shown: the same number on both sides if they can be subtracted.

        Parameters
        ----------
        open_
            Opens a result by its name.

        Raises
        ------
        InputError
            A result, scenario or run is not there.
        """
        opened = open_(self.result)
        scenario = self.scenario or opened.results.base.scenario
        opened.scenario(scenario)
        first = Side(opened, scenario, self._number(opened.medoids[scenario]))
        if not self.other:
            return (first,)
        folder, _, name = self.other.rpartition("/")
        second = open_(folder) if folder else opened
        second.scenario(name)
        typical = Side(second, name, second.medoids[name])
        apart = why_apart(first, typical)
        paired = apart is None or apart[0] == "run"
        return (first, Side(second, name, first.run if paired else self._number(typical.run)))

    def _number(self, typical: int) -> int:
        if not self.run:
            return typical
        if not self.run.isascii() or not self.run.isdigit():
            raise UnshownError("play_no_number", "play_advice_run", run=self.run[:20], typical=typical)
        return int(self.run)
