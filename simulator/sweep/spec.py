"""What a sweep file asks for, checked: scenarios, runs, what to keep, and the design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from simulator.periods import HORIZON_END

Method: TypeAlias = Literal["grid", "lhs", "sobol"]
Combine: TypeAlias = Literal["none", "all", "compatible"]
Freq: TypeAlias = Literal["A", "Q"]

METHODS: Final = ("grid", "lhs", "sobol")


@dataclass(frozen=True)
class Keep:
    """Variables of one level that are kept, yearly (``A``) or quarterly (``Q``)."""

    level: str
    variables: tuple[str, ...]
    freq: Freq


@dataclass(frozen=True)
class LeverDimension:
    """One axis of a design: the size of a policy lever.

    Attributes
    ----------
    name : str
        Column of the design.
    instrument : str
    targets : tuple of str or None
        Names of targets, ``("",)`` for an instrument without; None: those that the scenario's own levers have.
    start : int or None
        First quarter of a lever that is added to the scenario (and replaces what the scenario sets there); None: the
        size of the scenario's own levers on this instrument is varied, with their own timing.
    end, phase_in : int
        As of a scenario file; only used with `start`.
    scenarios : tuple of str or None
        Scenarios that the lever is varied in, by name; a combination counts if one of its parts is named. None: all but
        the first (the only one if there is one); without `start`, all that set the instrument themselves.
    low, high : float
        Range of the size, unit of the instrument; those of `values` if these are given.
    values : tuple of float or None
        Values of a grid that are given one by one.
    """

    name: str
    instrument: str
    targets: tuple[str, ...] | None
    start: int | None
    end: int
    phase_in: int
    scenarios: tuple[str, ...] | None
    low: float
    high: float
    values: tuple[float, ...] | None = None


@dataclass(frozen=True)
class ParameterDimension:
    """One axis of a design: a parameter of the model, varied in every scenario.

    With `prior`, `low` and `high` are those of its declared range, and the design's uniform is mapped through its
    prior instead of evenly between the two.
    """

    name: str
    low: float
    high: float
    values: tuple[float, ...] | None = None
    prior: bool = False


Dimension: TypeAlias = LeverDimension | ParameterDimension


@dataclass(frozen=True)
class DesignSpec:
    """How the points of a design are chosen.

    `n` is the number of points (lhs, sobol), or of values of every axis of a grid that names none itself.
    """

    method: Method
    n: int | None
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True)
class SweepSpec:
    """A sweep file, checked.

    Attributes
    ----------
    name : str
    scenarios : tuple of str
        As ``load_scenario`` takes them; paths are relative to the working directory or absolute. The first is the base.
    combine : {"none", "all", "compatible"}
        Also run every combination of the scenarios; ``all`` refuses those that contradict each other, ``compatible``
        leaves them out.
    draws, replications : int
        Run = draw x replications + replication. A replication has the same luck in every draw, point and scenario.
    separate : bool
        The file gives `runs`: each has its own draw *and* its own luck, as of ``liaosim run``; then `draws` is their
        number and `replications` 1.
    until : str
    seed : int
    parameters : str
        ``posterior``, ``prior``, ``point``, or the path of a TOML file or of a folder of ``liaosim calibrate``.
    keep : tuple of Keep
        At most one of each level and frequency.
    design : DesignSpec or None
    text, file : str
        The file as it was read, and where.
    """

    name: str
    scenarios: tuple[str, ...]
    draws: int
    replications: int = 1
    separate: bool = True
    combine: Combine = "none"
    until: str = HORIZON_END
    seed: int = 1
    parameters: str = "prior"
    keep: tuple[Keep, ...] = ()
    design: DesignSpec | None = None
    text: str = ""
    file: str = "sweep.toml"

    @property
    def runs(self) -> int:
        """Runs of each scenario at each point of the design."""
        return self.draws * self.replications
