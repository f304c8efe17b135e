"""The stylised facts of 2006-2017 as a table of plain numbers, for any ensemble: prior, posterior or point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibration.facts import EMERGES, FACTS, HOLDS, MEASUREMENT, SHOWN, Fact, Judged, judge
from calibration.run_statistics import RunPaths
from simulator.errors import InputError
from simulator.periods import HISTORY_END, to_index
from simulator.results import EnsembleLike
from simulator.text_file import replace_file

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("fact", "class", "low", "high", "simulated_median", "p05", "p95", "pass")
FORCING: Final = "forcing"
"""Class of what comes from outside the rules: drivers and scripts, inputs, initial conditions of 2006."""


def facts_table(ensemble: EnsembleLike, facts: Sequence[Fact] = FACTS) -> pd.DataFrame:
    """Return one row a figure, columns ``COLUMNS``, in the order of the facts; those that fail stay in.

    An open end of a band is infinite. A figure for which the design states no band has no ends and no verdict (missing
    values, empty in the file): it is shown, not scored.

    Parameters
    ----------
    ensemble : EnsembleLike
        Runs of the baseline from 2006Q1 to 2017Q4 or later.
    facts : sequence of Fact, optional
        By default all.

    Raises
    ------
    InputError
        If the runs end before 2017Q4.
    """
    import pandas as pd

    if ensemble.quarters <= to_index(HISTORY_END):
        raise InputError(f"facts: the runs have {ensemble.quarters} quarters; they must reach {HISTORY_END}")
    rows = [_row(one) for one in judge(RunPaths(ensemble), facts=facts)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"low": "float64", "high": "float64", "pass": "boolean"})


def write_facts(table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV, whole or not at all."""
    replace_file(path, table.to_csv(index=False, lineterminator="\n"))


def class_of(fact: Fact) -> str:
    """Return what makes a figure: ``emerges`` (rules), ``measurement`` (padding and audits) or ``forcing``.

    A figure with several causes has the class of the one that its origin names first.
    """
    named = {word: fact.origin.find(word) for word in (EMERGES, MEASUREMENT)}
    if fact.origin.startswith(("half ", *named)):
        return min((word for word in named if named[word] >= 0), key=named.__getitem__)
    return FORCING


def _row(one: Judged) -> tuple[object, ...]:
    fact = one.fact
    low, high = (math.nan, math.nan) if fact.band is None else (fact.band.low, fact.band.high)
    verdict = None if one.verdict == SHOWN else one.verdict == HOLDS
    return f"{fact.title}, {fact.unit}", class_of(fact), low, high, *one.interval, verdict
