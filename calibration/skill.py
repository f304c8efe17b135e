"""The skill card: the model beside naive forecasts, where it wins and where it loses, and what it may be trusted with.

What it means. The structure of the model was built knowing 2014-17, and eight series of four years have little power.
A method wins where its RMSE or CRPS is lower over all years ahead together; tests of accuracy say whether it is luck.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from calibration.forecasts import METHODS, Forecast
from calibration.scores import Point, points, score
from calibration.skill_file import ALL, HORIZONS, PROVINCE, check_entity, read_skill, write_skill
from calibration.skill_rows import MEASURES, covers, overall, places
from calibration.skill_words import GOAL_SERIES, Goal, goal, losses
from simulator.errors import InputError
from simulator.records import CITIES
from simulator.skill_card import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ALL", "COLUMNS", "COMPARISONS", "GOAL_SERIES", "HORIZONS", "Goal", "Verdict", "goal", "headline", "losses",
    "read_skill", "skill_points", "skill_table", "table_of", "write_skill",
]  # fmt: skip

COMPARISONS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "forecast": ("model_frozen", ("random_walk", "drift")),
        "realised drivers": ("model_realised", ("arx", "random_walk", "drift", "ar1")),
    }
)
"""Headline comparisons: name -> method of the model and what it is held against."""
CITY_COMPARISONS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "forecast": ("model_frozen", ("random_walk", "panel")),
        "realised drivers": ("model_realised", ("random_walk", "panel")),
    }
)


Truth = Mapping[tuple[str, str], Mapping[int, float]]
"""(series, entity) -> year -> value on the scale of the series, history included."""


class Flags(Protocol):
    """What the card must know of a series; a ``Target`` has it."""

    @property
    def padded(self) -> bool:
        """Whether the published figure was padded: explained, never in the headline."""

    @property
    def base_year_known(self) -> bool:
        """Whether later figures helped to set the start: held only against no change."""


@dataclass(frozen=True)
class Verdict:
    """One comparison of the model with a naive forecast, over all years ahead.

    Attributes
    ----------
    series : str
    comparison : str
        Key of ``COMPARISONS``.
    ours, theirs : str
        Methods.
    measure : {"rmse", "crps", "coverage90"}
    value_ours, value_theirs : float
        RMSE and CRPS on the scale of the series, coverage as a share.
    wins : bool
        Lower RMSE or CRPS; coverage from 75 to 98 % *and* a CRPS below that of the random walk.
    entity : str
    n : int
        Forecasts compared.
    """

    series: str
    comparison: str
    ours: str
    theirs: str
    measure: str
    value_ours: float
    value_theirs: float
    wins: bool
    entity: str = PROVINCE
    n: int = 0


def skill_table(forecasts: Iterable[Forecast], truth: Truth, meta: Mapping[str, Flags]) -> pd.DataFrame:
    """Return the skill card of forecasts: one row a series, entity, horizon and method, columns ``COLUMNS``.

    Parameters
    ----------
    forecasts : iterable of Forecast
        Every method of a series and entity must forecast the same origins and years; only ``model_hindsight``,
        which is shown apart, need not.
    truth : mapping
        (series, entity) -> year -> value on the scale of the series, years up to the origins included.
    meta : mapping
        Series -> its flags, such as its target; sets the order of series.

    Raises
    ------
    InputError
        If a series is unknown to truth or meta, an entity is not of Liaoning, a forecast stands twice, a year ahead
        is above 4, or methods of a series forecast different years.
    """
    return table_of(skill_points(forecasts, truth), meta)


def skill_points(forecasts: Iterable[Forecast], truth: Truth) -> tuple[Point, ...]:
    """Return every forecast met by what came, in order of forecasts; errors as :func:`skill_table`."""
    found: list[Point] = []
    for forecast in forecasts:
        key = (forecast.series, forecast.entity)
        if key not in truth:
            raise InputError(f"{forecast.series} ({forecast.entity}): forecast, but nothing to compare with is given")
        found.extend(points(forecast, truth[key]))
    return tuple(found)


def table_of(chosen: Iterable[Point], meta: Mapping[str, Flags]) -> pd.DataFrame:
    """Return the skill card of points; see :func:`skill_table`."""
    import pandas as pd

    groups: dict[tuple[str, str], dict[str, list[Point]]] = {}
    for point in chosen:
        groups.setdefault((point.series, point.entity), {}).setdefault(point.method, []).append(point)
    series = list(meta)
    for name, entity in groups:
        if name not in meta:
            raise InputError(f"{name}: forecast, but not among the series of the card: {', '.join(series)}")
        check_entity(name, entity)
    entities = (PROVINCE, *CITIES)
    rows: list[tuple[Any, ...]] = []
    for key in sorted(groups, key=lambda key: (series.index(key[0]), entities.index(key[1].split("+")[0]), key[1])):
        _check_years(key, groups[key])
        flags = meta[key[0]]
        for horizon in (*HORIZONS, ALL):
            for method in METHODS:
                mine = [p for p in groups[key].get(method, ()) if horizon in (ALL, str(p.horizon))]
                if mine:
                    s = score(mine)
                    rows.append((*key, flags.padded, flags.base_year_known, horizon, method, s.rmse, s.mase, s.crps,
                                 s.coverage90, s.n))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def headline(
    table: pd.DataFrame, *, scored: Collection[str] | None = None, cities: bool = False
) -> list[Verdict]:
    """Return where the model wins and loses: provincial series that are neither padded nor start from later figures.

    Parameters
    ----------
    table : DataFrame
        A skill card.
    scored : collection of str, optional
        Series that count, such as without ports, which are only tables of points; all by default.
    cities : bool
        Compare the shares of cities instead, which are never in the headline.
    """
    rows = overall(table)
    verdicts = []
    for series, entity in places(table, cities, scored):
        for comparison, (ours, rivals) in (CITY_COMPARISONS if cities else COMPARISONS).items():
            a = rows.get((series, entity, ours))
            walk = rows.get((series, entity, "random_walk"))
            for theirs in rivals:
                b = rows.get((series, entity, theirs))
                if a is None or b is None:
                    continue
                for measure in MEASURES:
                    verdicts.append(Verdict(
                        series, comparison, ours, theirs, measure, a[measure], b[measure], a[measure] < b[measure],
                        entity, a["n"],
                    ))  # fmt: skip
            if a is not None and walk is not None:
                verdicts.append(Verdict(
                    series, comparison, ours, "random_walk", "coverage90", a["coverage90"], walk["coverage90"],
                    covers(a["coverage90"]) and a["crps"] < walk["crps"], entity, a["n"],
                ))  # fmt: skip
    return verdicts


def _check_years(key: tuple[str, str], methods: Mapping[str, Sequence[Point]]) -> None:
    where = f"{key[0]} ({key[1]})"
    years = {}
    for method, mine in methods.items():
        years[method] = {(p.origin, p.year) for p in mine}
        if len(years[method]) != len(mine):
            raise InputError(f"{where}: {method} forecasts an origin and year twice")
        if far := [p for p in mine if str(p.horizon) not in HORIZONS]:
            raise InputError(f"{where}: {method} forecasts {far[0].horizon} years ahead; at most {HORIZONS[-1]}")
    compared = {method: found for method, found in years.items() if method != "model_hindsight"}
    union = set().union(*compared.values())
    for method, found in compared.items():
        if missing := sorted(union - found):
            listed = ", ".join(f"{year} from {origin}" for origin, year in missing)
            raise InputError(f"{where}: {method} lacks {listed}, which other methods forecast; compare the same years")
