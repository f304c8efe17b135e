"""``liaosim synthetic`` and ``liaosim calibrate`` as users meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from calibration.data_file import read_data
from calibration.fit.calibrate import WORK
from calibration.fit.settings import STATE
from calibration.targets import rows, targets
from simulator.cli import app
from simulator.posterior import read_posterior


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "truth.toml"
    path.write_text("tax_rate = 0.114\n", encoding="utf-8")
    return path


def made(truth: Path, seed: int, name: str = "data.csv") -> Path:
    out = truth.parent / name
    done = call("synthetic", "--parameters", truth, "--seed", seed, "--out", out)
    assert done.exit_code == 0, done.output
    return out


def test_made_data_hold_every_fitted_figure_and_can_be_read(truth: Path) -> None:
    data = read_data(made(truth, 3))
    assert data.rows == rows()
    units = pd.read_csv(truth.parent / "data.csv").groupby("target")["unit"].first()
    assert {name: targets()[name].unit for name, _ in data.rows} == units.to_dict()


def test_made_data_repeat_and_follow_seed_and_parameters(truth: Path) -> None:
    first = made(truth, 3).read_bytes()
    assert made(truth, 3, "again.csv").read_bytes() == first
    assert made(truth, 4, "other.csv").read_bytes() != first
    truth.write_text("tax_rate = 0.096\n", encoding="utf-8")
    low = pd.read_csv(made(truth, 3, "low.csv"))
    high = pd.read_csv(truth.parent / "data.csv")
    chosen = high["target"] == "fiscal_revenue_published"
    ratio = (high.loc[chosen, "value"] / low.loc[chosen, "value"]).to_numpy()
    assert ratio.mean() == pytest.approx(0.114 / 0.096, rel=0.05)


def test_a_file_that_is_there_is_kept(truth: Path) -> None:
    out = made(truth, 3)
    before = out.read_bytes()
    done = call("synthetic", "--parameters", truth, "--seed", 4, "--out", out)
    assert done.exit_code == 2
    assert "is there already" in done.stderr
    assert out.read_bytes() == before
    assert call("synthetic", "--parameters", truth, "--seed", 4, "--out", out, "--overwrite").exit_code == 0
    assert out.read_bytes() != before


def test_unknown_target_is_named_and_nothing_is_written(truth: Path, tmp_path: Path) -> None:
    out = made(truth, 3)
    out.write_text(out.read_text(encoding="utf-8").replace("exports_usd,2009", "export_usd,2009"), encoding="utf-8")
    done = call("calibrate", "--data", out, "--out", tmp_path / "fit")
    assert done.exit_code == 2
    assert "export_usd" in done.stderr and "exports_usd" in done.stderr
    assert not (tmp_path / "fit").exists()


def test_missing_year_and_wrong_unit_are_named(truth: Path, tmp_path: Path) -> None:
    out = made(truth, 3)
    text = out.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("population,2011")]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = call("calibrate", "--data", out, "--out", tmp_path / "fit")
    assert done.exit_code == 2
    assert "population" in done.stderr and "2011" in done.stderr
    out.write_text(text.replace("bn USD", "m USD"), encoding="utf-8")
    done = call("calibrate", "--data", out, "--out", tmp_path / "fit")
    assert done.exit_code == 2
    assert "m USD" in done.stderr
    assert not (tmp_path / "fit").exists()


def test_other_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = call("calibrate", "--out", tmp_path)
    assert done.exit_code == 2
    assert "holds no calibration" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_fit_begun_with_another_model_is_refused_and_kept(tmp_path: Path) -> None:
    work = tmp_path / WORK
    work.mkdir()
    state = {"format": "liaosim calibration", "model_version": "0"}
    (work / STATE).write_text(json.dumps(state), encoding="utf-8")
    done = call("calibrate", "--out", tmp_path)
    assert done.exit_code == 2
    assert "model_version" in done.stderr and "another folder" in done.stderr
    assert json.loads((work / STATE).read_text(encoding="utf-8")) == state


@pytest.mark.full
def test_small_calibration_writes_what_runs_can_use(truth: Path, tmp_path: Path) -> None:
    data, out = made(truth, 3), tmp_path / "fit"
    done = call("calibrate", "--data", data, "--points", 4096, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    posterior = read_posterior(out)
    assert posterior.max_rhat < 1.1
    assert "tax_rate" in posterior.names
    column = posterior.values[:, posterior.names.index("tax_rate")]
    assert abs(column.mean() - 0.114) < 3.0 * column.std()
    fitted = pd.read_csv(out / "fit.csv")
    assert (fitted["predictive_p95"] >= fitted["p95"] - 1e-6).mean() > 0.95
    assert (out / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert call("run", "baseline", "--runs", 2, "--until", "2007Q4", "--parameters", out, "--out", tmp_path / "r")
