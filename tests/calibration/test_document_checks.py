"""The two long checks of the page on calibration: how they are made, and what their blocks say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration import document_checks
from calibration.document_checks import recovery, stability, write_recovery
from calibration.document_source import Source
from calibration.recovery import coverage_table, summary_of
from simulator.errors import InputError
from tests.calibration.documents import cells
from tests.calibration.linear import emulator_of
from tests.posteriors import FITTED, write_posterior
from tests.test_calibration_report import CONTRACTION as NARROWED


def test_recovery_is_told_by_kind_with_its_doubts(source: Source) -> None:
    assert source.recovery
    text, found = recovery(source), pd.read_csv(source.recovery)
    assert text.startswith(summary_of(found).sentence)
    rows_ = cells(text)
    covered = int(found[found["parameter"] == "tax_rate"]["covered90"].sum())
    assert rows_["Parameters"][:2] == ["1", f"{2 * covered} %"]
    assert rows_["Parameters"][2] == " ".join(["10"] * 10)
    assert rows_["Sizes of discrepancy"] == ["1", "100 %", "0 0 0 0 0 100 0 0 0 0"]
    p = coverage_table(found).set_index("parameter").loc["discrepancy_wage", "p_coverage"]
    assert f"discrepancy of `wage` (100 %, p = {p:.3f}; ranks p = 0.000)" in text and "`tax_rate` (" not in text


def test_stability_is_told_with_what_moved_most(source: Source, tmp_path: Path) -> None:
    assert source.stability
    found = pd.read_csv(source.stability)
    text = stability(source)
    assert text.startswith(f"{int(found['same'].sum())} of {len(NARROWED)} parameters that both fits have")
    worst = found.loc[found["median_difference"].abs().idxmax(), "parameter"]
    assert re.findall(r"^\| `(\w+)`", text, flags=re.M)[0] == worst
    found.loc[found["parameter"] == "tax_rate", ["median_difference", "same"]] = [1.5, False]
    found.to_csv(tmp_path / "moved.csv", index=False)
    moved = stability(Source(None, None, None, None, tmp_path / "moved.csv"))
    assert cells(moved)["tax_rate"][0] == "+1.50" and cells(moved)["tax_rate"][-1] == "no"


def test_a_wrong_table_of_a_check_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for check in (recovery, stability):
        with pytest.raises(InputError, match="the first line must be"):
            check(Source(None, None, None, tmp_path / "x.csv", tmp_path / "x.csv"))


def test_the_same_draws_are_stable(tmp_path: Path) -> None:
    one = write_posterior(tmp_path / "one")
    other = write_posterior(tmp_path / "other", contraction={**FITTED, "fdi_wage": 0.3})
    assert document_checks.main(["stability", str(one), str(other), "--out", str(tmp_path / "s.csv")]) == 0
    found = pd.read_csv(tmp_path / "s.csv")
    assert set(found["parameter"]) == set(FITTED)
    assert found["same"].all() and (found["median_difference"] == 0.0).all()
    # 700.5 effective draws after weighting in both: fewer than the 800 of the chains.
    np.testing.assert_allclose(found["sd_error"], np.sqrt(0.5 * 2.0 / 700.5), rtol=1e-4)


def test_posteriors_without_a_common_parameter_are_refused(tmp_path: Path) -> None:
    one = write_posterior(tmp_path / "one", contraction={"tax_rate": 0.3})
    other = write_posterior(tmp_path / "other", contraction={"fdi_wage": 0.3})
    assert document_checks.main(["stability", str(one), str(other), "--out", str(tmp_path / "s.csv")]) == 2
    assert not (tmp_path / "s.csv").exists()


def test_recovery_takes_the_emulator_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(("gdp_restated", str(year)) for year in range(2007, 2013))
    emulator = emulator_of(np.full((2, 6), 0.2), np.zeros(6), np.full(6, 0.05))
    asked: list[Path] = []

    def load(path: Path) -> object:
        asked.append(path)
        return emulator, few

    def simulator(*_: object) -> Callable[[np.ndarray], np.ndarray]:
        return lambda values: np.zeros((len(values), 6))

    monkeypatch.setattr(document_checks, "load_emulator", load)
    monkeypatch.setattr(document_checks, "simulated_by", simulator)
    monkeypatch.setattr(document_checks, "load_world", lambda: None)
    monkeypatch.setattr(document_checks, "STEPS", 100)
    found = write_recovery(tmp_path, tmp_path / "r.csv", 3, 1, 1)
    assert asked == [tmp_path / "work" / "emulator.npz"]
    kept = pd.read_csv(tmp_path / "r.csv")
    assert kept["rank"].tolist() == found["rank"].tolist() and len(kept) == 3 * 3
    assert recovery(Source(None, None, None, tmp_path / "r.csv", None)).startswith("In 3 replications")


def test_recovery_without_an_emulator_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert document_checks.main(["recovery", str(tmp_path), "--out", str(tmp_path / "r.csv")]) == 2
    assert "there is no emulator" in capsys.readouterr().err
    assert not (tmp_path / "r.csv").exists()
