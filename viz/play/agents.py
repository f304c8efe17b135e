"""The agents behind one city in the typical run of a scenario, read from a results folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.records import CITIES
from simulator.statistics import FloatArray
from simulator.store_read import reading
from viz.library import Opened

if TYPE_CHECKING:
    import pyarrow as pa

MOST: Final = 20
"""Enterprises that are shown, the largest by output."""


@dataclass(frozen=True)
class Enterprise:
    """A state-owned enterprise in one quarter; output and debt in bn yuan 2010, utilisation a share."""

    agent: int
    group: str
    output: float
    debt: float
    utilisation: float
    zombie: bool


@dataclass(frozen=True)
class Investor:
    """A foreign investor with projects in a city so far.

    Attributes
    ----------
    agent : int
    home, type : str
        ``type`` is one of ``simulator.records.INVESTOR_TYPES``.
    first, last : str
        Quarters in which its first and its latest project in the city began.
    projects : int
    capital : float
        All its capital in the province at the chosen quarter, bn yuan 2010.
    """

    agent: int
    home: str
    type: str
    first: str
    last: str
    projects: int
    capital: float


def has_agents(opened: Opened, scenario: str, run: int) -> bool:
    """Whether the agents of a run are stored: those of a scenario's typical run are, if the folder keeps any."""
    return opened.medoids.get(scenario) == run and all(_path(opened, kind).is_file() for kind in ("soe", "investor"))


def enterprises(opened: Opened, scenario: str, city: str, quarter: str, most: int = MOST) -> tuple[Enterprise, ...]:
    """Return the largest enterprises in business in a city and quarter by output, the largest first."""
    columns = ["agent", "group", "alive", "zombie", "output", "debt", "utilisation"]
    where = [("scenario", "=", scenario), ("city", "=", city), ("period", "=", quarter)]
    rows = [row for row in _rows(opened, "soe", columns, where) if row["alive"]]
    rows.sort(key=lambda row: (-row["output"], row["agent"]))
    return tuple(
        Enterprise(row["agent"], row["group"], row["output"], row["debt"], row["utilisation"], bool(row["zombie"]))
        for row in rows[:most]
    )


def investors(opened: Opened, scenario: str, city: str, quarter: str) -> tuple[Investor, ...]:
    """Return the investors that began a project in a city until a quarter, those with most capital first."""
    columns = ["agent", "home", "type", "period", "stages_left"]
    built: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(opened, "investor", columns, [("scenario", "=", scenario), ("location", "=", city)]):
        if row["period"] <= quarter:
            built.setdefault(row["agent"], []).append(row)
    now = _rows(opened, "investor", ["agent", "capital"], [("scenario", "=", scenario), ("period", "=", quarter)])
    capital = {row["agent"]: row["capital"] for row in now}
    found = []
    for agent, rows in built.items():
        rows.sort(key=lambda row: row["period"])
        starts = [b["period"] for a, b in zip([None, *rows], rows, strict=False) if _begins(a, b)]
        found.append(
            Investor(agent, rows[0]["home"], rows[0]["type"], starts[0], starts[-1], len(starts), capital[agent])
        )
    return tuple(sorted(found, key=lambda investor: (-investor.capital, investor.agent)))


def arrivals(opened: Opened, scenario: str, quarters: int) -> FloatArray:
    """Return how many projects of foreign investors began in the typical run, shape (quarter, city)."""
    columns = ["agent", "period", "location", "stages_left"]
    table = _table(opened, "investor", columns, [("scenario", "=", scenario)]).to_pandas()
    table = table.sort_values(["agent", "period"], kind="stable")
    before = table.groupby("agent")[["location", "stages_left"]].shift(1)
    here = table["location"] != ""
    begins = here & ((before["location"] != table["location"]) | (before["stages_left"] < table["stages_left"]))
    starts = table[begins]
    out = np.zeros((quarters, len(CITIES)))
    for period, city in zip(starts["period"], starts["location"], strict=True):
        quarter = 4 * (int(period[:4]) - 2006) + int(period[-1]) - 1
        if quarter < quarters:
            out[quarter, CITIES.index(city)] += 1.0
    return out


def _begins(before: dict[str, Any] | None, row: dict[str, Any]) -> bool:
    """Whether a project begins: the first, one after a gap, or one whose stages start again."""
    if before is None or row["stages_left"] > before["stages_left"]:
        return True
    return bool(_number(row["period"]) != _number(before["period"]) + 1)


def _number(period: str) -> int:
    return 4 * int(period[:4]) + int(period[-1])


def _rows(opened: Opened, kind: str, columns: list[str], where: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _table(opened, kind, columns, where).to_pylist()
    return rows


def _table(opened: Opened, kind: str, columns: list[str], where: list[tuple[str, str, str]]) -> pa.Table:
    """Read the columns of the rows that match; ``InputError`` if the file is missing or broken."""
    import pyarrow.parquet as pq

    path = _path(opened, kind)
    with reading(path):
        return pq.read_table(path, columns=columns, filters=where)


def _path(opened: Opened, kind: str) -> Path:
    return opened.folder / "agents" / f"{kind}.parquet"
