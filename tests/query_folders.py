"""Results folders with known numbers, for tests of queries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from simulator.results import Results
from simulator.store import round_as_stored, write_results
from tests.fakes import FakeEnsemble, changed, fake_ensemble

CHAIN = [("baseline", '[scenario]\nname = "baseline"\n')]
NAME = 'o\'ut "x" *[a]=1 辽'  # quotes, blanks, what globs are made of and what names a Hive partition


def ensembles(*, seed: int = 1) -> list[FakeEnsemble]:
    """Return a base and two scenarios whose differences vary over runs; a run of each scenario failed."""
    factors = np.random.default_rng(seed).lognormal(sigma=0.2, size=(2, 6, 1, 1))
    found = [fake_ensemble(runs=6, random=True)]
    for name, factor, failed in zip(("fta", "subsidy"), factors, (1, 4), strict=True):
        one = fake_ensemble(name, runs=6, random=True, failures=((failed, "broken"),))
        for level, variable in (("province", "gdp_real"), ("sector", "value_added"), ("city", "wage")):
            changed(one, level, variable, factor)
        found.append(replace(one, sizes={"talent_subsidy:Dalian": np.linspace(0.1, 0.2, 6)}))
    return found


def write(folder: Path, found: list[FakeEnsemble], *, agents: bool = True, csv_bom: bool = False) -> Path:
    names = [e.scenario for e in found]
    round_as_stored(found)
    history = pd.DataFrame({"scenario": names, "period": ["2007Q4"] * len(names), "capital": 1.5})
    return write_results(
        Results(found),
        folder,
        command=["test"],
        chains={name: CHAIN for name in names},
        agents={"soe": history, "investor": history} if agents else None,
        csv_bom=csv_bom,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
