"""Made-up posteriors for tests: a few parameters, draws from the middle of their ranges, and a skill card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator import MODEL_VERSION
from simulator.parameters import PRIOR_ROWS, parameters
from simulator.posterior import COLUMNS, FORMAT
from simulator.skill_card import COLUMNS as SKILL_COLUMNS

FITTED: Mapping[str, float] = {
    "tax_rate": 0.85, "import_elasticity": 0.45, "trade_elasticity_long_run": 0.1, "rollover_a": 0.25,
}  # fmt: skip
"""Fitted parameter -> contraction."""
YEARS = {"shipped": 2017, "validation": 2013}


def draws_of(names: Sequence[str], seed: int = 5) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return draws from the middle half of the ranges."""
    known = {p.name: p for p in parameters()}
    rng = np.random.default_rng(seed)
    return {
        name: known[name].low + (0.25 + 0.5 * rng.random(PRIOR_ROWS)) * (known[name].high - known[name].low)
        for name in names
    }


def write_posterior(
    folder: Path,
    name: str = "shipped",
    contraction: Mapping[str, float] = FITTED,
    model_version: str = MODEL_VERSION,
    seed: int = 5,
) -> Path:
    """Write the folder of a posterior as ``liaosim calibrate --out`` does, and return it."""
    folder.mkdir(parents=True)
    known = {p.name: p for p in parameters()}
    draws = draws_of(tuple(contraction), seed)
    pq.write_table(pa.table(draws), folder / "draws.parquet")
    lines = [",".join(COLUMNS)]
    for key, values in draws.items():
        p = known[key]
        numbers = (p.low, p.high, np.median(values), *np.quantile(values, (0.05, 0.95)), contraction[key], 1.01, 800.0)
        lines.append(",".join([key, f'"{p.unit}"', p.status, *(repr(float(x)) for x in numbers)]))
    (folder / "parameters.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    manifest = {
        "format": FORMAT, "name": name, "model_version": model_version, "first_year": 2006,
        "last_year": YEARS.get(name, 2017), "data_hash": "12" * 32, "parameters_hash": "34" * 32, "draws": PRIOR_ROWS,
        "effective_sample_size": 700.5, "max_rhat": 1.02, "created_with": {"mici": "0.4.1"},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def write_skill(folder: Path, rmse: Mapping[tuple[str, str], float]) -> Path:
    """Write a skill card with the RMSE of (series, method) over all horizons, twice as large one year ahead."""
    lines = [",".join(SKILL_COLUMNS)]
    for (series, method), value in rmse.items():
        for horizon, factor in (("1", 2.0), ("all", 1.0)):
            lines.append(f"{series},Liaoning,false,false,{horizon},{method},{value * factor},1.1,,0.9,4")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "skill.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def ship(root: Path) -> Path:
    """Write both posteriors and a skill card: the model loses on restated GDP and wins on exports."""
    for seed, name in enumerate(YEARS):
        write_posterior(root / name, name, seed=seed)
    write_skill(
        root,
        {
            ("gdp_restated", "model_frozen"): 0.123456, ("gdp_restated", "random_walk"): 0.08,
            ("exports_usd", "model_frozen"): 0.1, ("exports_usd", "random_walk"): 0.2,
        },
    )  # fmt: skip
    return root
