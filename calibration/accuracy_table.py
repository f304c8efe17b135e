"""Tests of equal accuracy as a table: the model against every naive forecast, by year ahead and over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from calibration.accuracy_test import REPLICATIONS, Loss, compare
from calibration.csv_file import write_csv
from calibration.scores import Point
from calibration.skill_file import ALL, HORIZONS

if TYPE_CHECKING:
    import pandas as pd

FILE: Final = "accuracy_tests.csv"
COLUMNS: Final = (
    "series", "entity", "horizon", "method", "rival", "loss", "difference", "statistic", "p_value",
    "p_value_calibrated", "size", "origins", "n",
)  # fmt: skip
RIVALS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "model_frozen": ("random_walk", "drift", "ar1", "panel"),
        "model_realised": ("random_walk", "drift", "ar1", "arx", "panel"),
    }
)
"""Method of the model -> what it is tested against, where a series has it."""
LOSSES: Final[tuple[Loss, ...]] = ("squared", "crps")


def accuracy_table(
    chosen: Iterable[Point],
    *,
    without: Collection[str] = (),
    seed: int = 1,
    replications: int = REPLICATIONS,
) -> pd.DataFrame:
    """Return one row a comparison, year ahead (or ``all``) and loss, columns ``COLUMNS``.

    Parameters
    ----------
    chosen : iterable of Point
        Forecasts from several origins; with one origin there is no test and no row.
    without : collection of str
        Series that are not compared, such as padded ones.
    seed, replications : int
        Of the simulation behind calibrated p-values.

    Returns
    -------
    DataFrame
        ``difference``: mean loss of the method less that of its rival, below 0 = the method is better. ``p_value`` from
        Student t, ``p_value_calibrated`` by simulation under equal accuracy, ``size``: how often the former would be
        below 5 % under equal accuracy. ``origins``: loss differences compared, ``n``: forecasts behind them.
    """
    import pandas as pd

    groups: dict[tuple[str, str], dict[str, list[Point]]] = {}
    for point in chosen:
        if point.series not in without:
            groups.setdefault((point.series, point.entity), {}).setdefault(point.method, []).append(point)
    rows: list[tuple[Any, ...]] = []
    for key, methods in groups.items():
        for ours, rivals in RIVALS.items():
            for theirs in rivals:
                if ours in methods and theirs in methods:
                    for horizon in (*HORIZONS, ALL):
                        sides = [_ahead(methods[method], horizon) for method in (ours, theirs)]
                        rows += _tested((*key, horizon, ours, theirs), sides, seed, replications)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_accuracy(table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV, whole or not at all: six digits, empty where there is no statistic."""
    write_csv(path, COLUMNS, table[list(COLUMNS)].itertuples(index=False))


def _ahead(points: Sequence[Point], horizon: str) -> list[Point]:
    return [point for point in points if horizon in (ALL, str(point.horizon))]


def _tested(
    key: tuple[str, ...], sides: Sequence[Sequence[Point]], seed: int, replications: int
) -> list[tuple[Any, ...]]:
    ours, theirs = sides
    if len({point.origin for point in ours}) < 2:
        return []
    found = []
    for loss in LOSSES:
        test = compare(ours, theirs, loss, seed=seed, replications=replications)
        found.append((
            *key, loss, test.difference, test.statistic, test.p_nominal, test.p_value, test.size, test.origins,
            len(ours),
        ))  # fmt: skip
    return found
