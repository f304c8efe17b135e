"""Two scenarios of known numbers and the folder of results that is written of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from simulator.results import Results
from simulator.store import write_results
from tests.fakes import FakeEnsemble, changed, fake_ensemble

BASELINE = ("baseline", '[scenario]\nname = "baseline"\n')
CHAINS = {"baseline": [BASELINE], "other": [BASELINE, ("other", '[scenario]\nname = "other"\r\n# 辽宁\n')]}


def two(**options: object) -> list[FakeEnsemble]:
    sizes = {"talent_subsidy:Dalian": np.array([0.1, 0.2, 0.3, 0.4])}
    base, other = fake_ensemble(random=True), fake_ensemble("other", random=True, sizes=sizes)
    changed(other, "province", "gdp_real", 1.01)
    return [replace(e, **options) for e in (base, other)]  # type: ignore[arg-type]


def write(directory: Path, ensembles: list[FakeEnsemble] | None = None, **options: object) -> Path:
    given = {"command": ["liaosim", "compare", "baseline", "other"], "chains": CHAINS} | options
    return write_results(Results(ensembles or two()), directory, **given)  # type: ignore[arg-type]


def files(directory: Path) -> list[str]:
    return sorted(p.relative_to(directory).as_posix() for p in directory.rglob("*") if p.is_file())


def agents() -> dict[str, pd.DataFrame]:
    return {kind: pd.DataFrame({"scenario": ["baseline"], "capital": [1.5]}) for kind in ("soe", "investor")}
