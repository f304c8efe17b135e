"""Every table that the page on calibration is made of, made up in a folder, and how to read a block of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from calibration import accuracy_table, facts_table, published
from calibration.document import BLOCKS
from calibration.document_checks import write_stability
from calibration.document_source import Source, folders
from calibration.published_file import load_published
from calibration.skill import write_skill
from calibration.validation_points import POINT_COLUMNS, PORT_COLUMNS
from tests.posteriors import FITTED, write_posterior
from tests.test_calibration_report import COLUMNS, fit_rows, write_csv, write_tables
from tests.test_calibration_report import CONTRACTION as NARROWED
from tests.test_validation_report import FACTS, PORTS, accuracy_rows, card, lost, point_rows

NOTHING = "Nothing has been shipped yet"
CHAINS = {
    "figures": 236, "simulated_runs": 28_672, "ensembles": 4, "walkers": 150, "steps": 1_500,
    "autocorrelation_time": 26.5, "acceptance": 0.412, "seed": 1,
}  # fmt: skip


def write_card(place: Path) -> Path:
    """Write the folder of a validation with every table."""
    place.mkdir()
    write_skill(card(), place / "skill.csv")
    write_skill(card(drift=(0.011, 0.144)), place / "skill_rolling.csv")
    write_csv(place / "facts.csv", facts_table.COLUMNS, FACTS)
    found = [
        (f"{one.key} {one.study}", f"{one.outcome}, {one.unit}", one.published, one.low, one.high, 1.5, 1.25, 1.75,
         one.key != lost().key)
        for one in load_published().results
    ]  # fmt: skip
    write_csv(place / "published.csv", published.COLUMNS, found)
    write_csv(place / "points.csv", POINT_COLUMNS, point_rows())
    write_csv(place / "ports.csv", PORT_COLUMNS, PORTS)
    write_csv(place / "accuracy_tests.csv", accuracy_table.COLUMNS, accuracy_rows())
    return place


def made_source(root: Path) -> Source:
    """Write every table, all made up, and return where they lie."""
    place = write_posterior(root / "calibration", contraction=NARROWED)
    held = write_posterior(place / "validation", "validation", {**FITTED, "tax_rate": 0.4}, seed=9)
    for folder, last in ((place, 2017), (held, 2013)):
        write_csv(folder / "fit.csv", COLUMNS, fit_rows(last))
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | CHAINS), encoding="utf-8")
    write_tables(place)
    write_ranks(root / "recovery.csv")
    other = write_posterior(root / "other", contraction=NARROWED, seed=6)
    write_stability(place, other, root / "stability.csv")
    return folders(place, write_card(root / "card"), root / "recovery.csv", root / "stability.csv")


def write_ranks(path: Path) -> pd.DataFrame:
    """Write ranks of 50 replications: uniform for one parameter, always in the middle for another."""
    ranks = {"tax_rate": np.arange(50) * 2, "discrepancy_wage": np.full(50, 50)}
    found = pd.concat(
        pd.DataFrame({"replication": np.arange(50), "parameter": name, "truth": 0.1, "rank": rank,
                      "covered90": (rank >= 5) & (rank <= 94)})
        for name, rank in ranks.items()
    )  # fmt: skip
    found.to_csv(path, index=False)
    return found


def cells(text: str) -> dict[str, list[str]]:
    """Return first cell -> the others, of the rows of the tables of a block."""
    found = [[c.strip() for c in line[2:-2].split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return {row[0].strip("`*"): row[1:] for row in found}


def block(name: str, source: Source) -> str:
    return BLOCKS[name].write(source)
