"""The agents behind one city in the typical run of a scenario, read from a results folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.records import CITIES
from simulator.statistics import FloatArray
from simulator.store_read import reading
from viz.kept import Kept
from viz.library import Opened

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc

MOST: Final = 20
"""Enterprises that are shown, the largest by output."""
KEPT: Final = Kept(6)
"""Histories of the enterprises or investors of one scenario, of all users; some 10 MB each."""
_COLUMNS: Final = {
    "soe": ("period", "agent", "city", "group", "alive", "zombie", "output", "debt", "utilisation"),
    "investor": ("period", "agent", "home", "type", "location", "stages_left", "capital"),
}


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
    return not why_no_agents(opened, scenario, run)


def why_no_agents(opened: Opened, scenario: str, run: int) -> str:
    """Return why the agents of a run cannot be shown: ``folder`` or ``files`` are gone, another ``run``; else empty."""
    if not opened.folder.is_dir():
        return "folder"
    if not all(_path(opened, kind).is_file() for kind in _COLUMNS):
        return "files"
    return "" if opened.medoids.get(scenario) == run else "run"


def enterprises(opened: Opened, scenario: str, city: str, quarter: str, most: int = MOST) -> tuple[Enterprise, ...]:
    """Return the largest enterprises in business in a city and quarter by output, the largest first."""
    import pyarrow.compute as pc

    here = (pc.field("city") == city) & (pc.field("period") == quarter)
    rows = [row for row in _rows(opened, "soe", scenario, here) if row["alive"]]
    rows.sort(key=lambda row: (-row["output"], row["agent"]))
    return tuple(
        Enterprise(row["agent"], row["group"], row["output"], row["debt"], row["utilisation"], bool(row["zombie"]))
        for row in rows[:most]
    )


def investors(opened: Opened, scenario: str, city: str, quarter: str) -> tuple[Investor, ...]:
    """Return the investors that began a project in a city until a quarter, those with most capital first."""
    import pyarrow.compute as pc

    built: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(opened, "investor", scenario, pc.field("location") == city):
        if row["period"] <= quarter:
            built.setdefault(row["agent"], []).append(row)
    now = _rows(opened, "investor", scenario, pc.field("period") == quarter)
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
    names = ["agent", "period", "location", "stages_left"]
    table = _table(opened, "investor", scenario).select(names).to_pandas().astype({"period": str, "location": str})
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


def _rows(opened: Opened, kind: str, scenario: str, where: pc.Expression) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _table(opened, kind, scenario).filter(where).to_pylist()
    return rows


def _table(opened: Opened, kind: str, scenario: str) -> pa.Table:
    """Return the history of the agents of a scenario; ``InputError`` if the file is missing or broken."""
    path = _path(opened, kind)
    with reading(path):
        key = (path, path.stat().st_mtime_ns, scenario)
        return KEPT.get(key, lambda: _read(path, kind, scenario))


def _read(path: Path, kind: str, scenario: str) -> pa.Table:
    """Read a history; words as numbers of a list and figures in single precision, so that it is small."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    words = ["period", "city", "group", "home", "type", "location"]
    columns = list(_COLUMNS[kind])
    table = pq.read_table(path, columns=columns, filters=[("scenario", "=", scenario)], read_dictionary=words)
    smaller = {pa.float64(): pa.float32(), pa.int64(): pa.int32()}
    return pa.table({name: table[name].cast(smaller.get(table[name].type, table[name].type)) for name in columns})


def _path(opened: Opened, kind: str) -> Path:
    return opened.folder / "agents" / f"{kind}.parquet"
