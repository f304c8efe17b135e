"""Golden runs: numbers of this version of the model, stored. They change only on purpose.

``python -m tests.test_golden``, from the root of the repository, writes ``tests/golden/baseline.json`` anew. A change
of stored numbers raises ``MODEL_VERSION`` and says "results change" in ``CHANGELOG.md``.

The first eight quarters of one run hold to 1e-9: that is arithmetic. Later ones may differ between machines, because
thresholds (exits, locations) turn the last digit of a logarithm into another event; quantiles of an ensemble hold.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import MODEL_VERSION
from simulator.ensemble import Ensemble, simulate
from simulator.parameters import draw_table
from simulator.periods import to_index
from simulator.scenario import load_scenario
from simulator.variables import variables
from simulator.world import World, load_world
from tests.whole import series

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "tests" / "golden" / "baseline.json"
KINDS = ("point", "prior")
SEED = 1
FIRST = 8
VARIABLES = (
    "gdp_real", "gdp_nominal", "gdp_reported", "consumption", "investment", "exports_usd", "imports_usd", "fdi",
    "fiscal_revenue", "debt", "population", "employment", "wage", "graduates_stayed", "capacity_utilisation",
    "soe_number", "zombie_share", "padding_gdp", "port_throughput", "container_throughput", "emissions",
)  # fmt: skip
RUNS = 24
LATER = ("2012Q4", "2017Q4", "2026Q4", "2035Q4")
QUANTILES = (0.05, 0.5, 0.95)


def first_quarters(world: World, kind: str) -> dict[str, list[float]]:
    """Return provincial variables of run 0 in the first quarters."""
    table = draw_table(kind, 1, SEED)
    run = simulate(world, load_scenario("baseline"), runs=1, seed=SEED, until="2007Q4", parameters=table)
    return {name: series(run, name)[0, :FIRST].tolist() for name in VARIABLES}


def quantiles(ensemble: Ensemble) -> dict[str, dict[str, list[float]]]:
    """Return quantiles over runs of provincial variables in later quarters."""
    return {
        name: {
            period: np.quantile(series(ensemble, name)[:, to_index(period)], QUANTILES).tolist() for period in LATER
        }
        for name in VARIABLES
    }


def numbers(world: World) -> dict[str, Any]:
    """Return all golden numbers as they are now."""
    ensemble = simulate(world, load_scenario("baseline"), runs=RUNS, seed=SEED)
    return {
        "model_version": MODEL_VERSION,
        "made_by": "python -m tests.test_golden",
        "seed": SEED,
        "runs": RUNS,
        "quantiles": list(QUANTILES),
        "first_quarters": {kind: first_quarters(world, kind) for kind in KINDS},
        "later": quantiles(ensemble),
    }


@cache
def stored() -> dict[str, Any]:
    """Return the golden file."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def test_the_file_is_of_this_version() -> None:
    assert stored()["model_version"] == MODEL_VERSION
    assert (stored()["seed"], stored()["runs"], tuple(stored()["quantiles"])) == (SEED, RUNS, QUANTILES)
    assert set(stored()["later"]) == set(VARIABLES) <= {v.name for v in variables()["province"]}


def test_the_changelog_tells_of_this_version() -> None:
    """Version 1 is the first; every later one is a change of results that the changelog must name."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = [" ".join(entry.split()) for entry in re.split(r"\n(?=[-#])", text)]
    entries = [entry for entry in entries if f"`MODEL_VERSION` {MODEL_VERSION}" in entry]
    assert entries, f"CHANGELOG.md does not name `MODEL_VERSION` {MODEL_VERSION}"
    assert MODEL_VERSION == "1" or any("results change" in entry.lower() for entry in entries)


ADVICE = "results change: raise MODEL_VERSION, say so in CHANGELOG.md, run python -m tests.test_golden"


@pytest.fixture(scope="module")
def now(world: World) -> dict[str, Any]:
    """Return the numbers of the model as it is."""
    return numbers(world)


@pytest.mark.parametrize("kind", KINDS)
def test_first_quarters(kind: str, now: dict[str, Any]) -> None:
    changed = []
    for name in VARIABLES:
        old, new = (np.array(source["first_quarters"][kind][name]) for source in (stored(), now))
        assert old.shape == new.shape == (FIRST,)
        if not np.allclose(new, old, rtol=1e-9, atol=0.0):
            worst = int(np.abs(new - old).argmax())
            changed.append(f"{name} in quarter {worst}: {old[worst]:.10g} -> {new[worst]:.10g}")
    assert changed == [], ADVICE


def test_later_quarters(now: dict[str, Any]) -> None:
    """The median holds to 2 %, the bounds of the interval to 10 % of the median, whatever the machine.

    Noise of 1e-13 in every parameter, as from another library of logarithms, moves them by up to 0.8 % and 6 %.
    """
    changed = []
    for name in VARIABLES:
        for period in LATER:
            old, new = (np.array(source["later"][name][period]) for source in (stored(), now))
            gap, scale = np.abs(new - old), max(abs(old[1]), 1e-3)
            if gap[1] > 0.02 * scale or gap.max() > 0.10 * scale:
                changed.append(f"{name} in {period}: {old.round(4)} -> {new.round(4)}")
    assert changed == [], ADVICE


def regenerate() -> None:
    """Write the golden file from the model as it is."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(numbers(load_world()), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    regenerate()
