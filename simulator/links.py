"""Links between the blocks of the model: what one block hands to the others, recorded or fed from another run.

A link names the fields in which the effect of one channel is handed on. Feeding a link from the recorded path of a
base run switches that channel off; with all links fed, a run equals its base whatever its policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.compilation import rule
from simulator.records import CITY, N_CITIES, N_PORTS, POLICY, PORT, PROVINCE

LINKS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "direct policy": {
            "policy": (
                "rd_support", "zombie_exit", "ownership_dilution", "control_transfer", "capacity_cut",
                "environmental_standard",
            ),
        },
        "market access": {"city": ("market_access", "agglomeration")},
        "trade cost": {"city": ("trade_cost", "import_cost", "zone_age")},
        "ports": {
            "city": ("freight", "gateway_weight", "cargo_sent", "port_investment"),
            "port": tuple(name for name in PORT.names or () if name != "index"),
            "province": ("lane", "concentration", "group_congestion"),
        },
        "credit": {"city": ("credit", "soe_ration", "private_credit", "loan_losses")},
        "FDI": {
            "city": ("fdi_usd", "fdi_investment", "foreign_capital", "business_environment"),
            "province": ("fdi_pool", "fdi_home", "home_capital", "home_earned", "home_present"),
        },
        "people": {
            "city": ("appeal", "workers", "graduates", "population", "graduates_arrived", "laid_off", "labour_weight",
                     "wage"),
            "province": ("appeal_total", "appeal_outside", "graduates_stayed"),
        },
        "fiscal": {
            "city": ("revenue", "talent_cost", "rd_cost", "policy_cost", "public_consumption", "transfers",
                     "infrastructure_investment", "land_financing"),
            "province": ("revenue", "transfers", "discretionary", "borrowing", "interest", "policy_cost", "spending",
                         "spending_weight", "balance", "debt", "land_sales", "land_financing", "padding_revenue"),
        },
        "reporting": {
            "city": ("padding",),
            "province": ("reported_growth_a", "padding_level", "reported_log_past"),
        },
    }
)  # fmt: skip
"""Link -> record kind -> fields, in the order in which a quarter hands them on."""

NAMES: Final = tuple(LINKS)
IGNORE: Final = 0
RECORD: Final = 1
FEED: Final = 2

_KINDS: Final = {
    "city": (0, CITY, N_CITIES),
    "port": (1, PORT, N_PORTS),
    "province": (2, PROVINCE, 1),
    "policy": (3, POLICY, 1),
}


def _specification() -> tuple[npt.NDArray[np.int64], int]:
    """Return a row per link and field (link, kind, offset, bytes, entities, place on the tape) and the tape's width."""
    rows = []
    place = 0
    for number, kinds in enumerate(LINKS.values()):
        for kind, names in kinds.items():
            code, record, count = _KINDS[kind]
            for name in names:
                assert record.fields is not None
                field, offset = record.fields[name][:2]
                rows.append((number, code, offset, field.itemsize, count, place))
                place += field.itemsize * count
    return np.array(rows, dtype=np.int64), place


SPECIFICATION, TAPE_WIDTH = _specification()


def new_tape(quarters: int) -> npt.NDArray[np.uint8]:
    """Return an empty tape, shape (quarters, bytes)."""
    return np.zeros((quarters, TAPE_WIDTH), dtype=np.uint8)


def modes(record: bool = False, held: tuple[str, ...] = ()) -> npt.NDArray[np.int64]:
    """Return what to do with each link: ignore, record, or feed the `held` ones. Shape (links,)."""
    unknown = set(held) - set(NAMES)
    if unknown:
        raise ValueError(f"unknown links {sorted(unknown)}; allowed are {', '.join(NAMES)}")
    if record and held:
        raise ValueError("a run either records its links or is fed")
    return np.array([FEED if n in held else RECORD if record else IGNORE for n in NAMES], dtype=np.int64)


def as_bytes(records: np.ndarray[Any, np.dtype[Any]]) -> npt.NDArray[np.uint8]:
    """Return a view of records as bytes, shape (records, bytes of a record)."""
    plain = records.view(np.ndarray)
    return plain.view(np.uint8).reshape(len(plain), plain.dtype.itemsize)


@rule
def pass_link(
    link: int, mode: int, specification: Any, tape: Any, cities: Any, ports: Any, province: Any, policy: Any
) -> None:
    """Record the fields of a link to the tape of this quarter, or feed them from it.

    `tape`: bytes of the quarter; `cities`, `ports`, `province`: records as bytes, shape (records, bytes); `policy`:
    bytes of the quarter's row.
    """
    if mode == 0:
        return
    for row in range(len(specification)):
        if specification[row, 0] != link:
            continue
        kind = specification[row, 1]
        start = specification[row, 2]
        place = specification[row, 5]
        for e in range(specification[row, 4]):
            for b in range(start, start + specification[row, 3]):
                if kind == 0:
                    if mode == 1:
                        tape[place] = cities[e, b]
                    else:
                        cities[e, b] = tape[place]
                elif kind == 1:
                    if mode == 1:
                        tape[place] = ports[e, b]
                    else:
                        ports[e, b] = tape[place]
                elif kind == 2:
                    if mode == 1:
                        tape[place] = province[e, b]
                    else:
                        province[e, b] = tape[place]
                elif mode == 1:
                    tape[place] = policy[b]
                else:
                    policy[b] = tape[place]
                place += 1
