"""``liaosim synthetic`` and ``liaosim calibrate`` as users meet them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from calibration.data_file import read_data
from calibration.fit.calibrate import WORK
from calibration.fit.settings import STATE, Settings, claim, identity
from calibration.observed import last_year_of
from calibration.targets import TargetData, rows, targets
from simulator.cli import app
from simulator.ensemble import Ensemble
from simulator.posterior import read_posterior
from simulator.sweep.planning import hash_of_data
from simulator.sweep.runner import SweepStoppedError
from simulator.world import World, load_world
from tests.calibration import made as made_up

FILES = {
    "posterior.nc", "draws.parquet", "parameters.csv", "manifest.json", "fit.csv", "emulator.csv", "padding.csv",
    "identifiability.csv", "pairs.csv",
}  # fmt: skip


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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
    state = identity(Settings(), hash_of_data(load_world()), "") | {"model_version": "0"}
    (work / STATE).write_text(json.dumps(state), encoding="utf-8")
    done = call("calibrate", "--out", tmp_path)
    assert done.exit_code == 2
    assert "model_version" in done.stderr and "another folder" in done.stderr
    assert json.loads((work / STATE).read_text(encoding="utf-8")) == state


def test_fit_of_an_earlier_version_is_refused_and_kept(tmp_path: Path) -> None:
    work = tmp_path / WORK
    work.mkdir()
    (work / STATE).write_text(json.dumps({"format": "liaosim calibration", "model_version": "1"}), encoding="utf-8")
    before = content(tmp_path)
    done = call("calibrate", "--out", tmp_path)
    assert done.exit_code == 2
    assert "of an earlier version; give another folder with --out" in done.stderr
    assert content(tmp_path) == before


def test_fit_begun_with_another_seed_is_refused_and_kept(tmp_path: Path) -> None:
    work = tmp_path / WORK
    claim(work, identity(Settings().smaller(512), hash_of_data(load_world()), ""))
    (tmp_path / "manifest.json").write_text("found before", encoding="utf-8")
    before = content(tmp_path)
    done = call("calibrate", "--out", tmp_path, "--points", 512, "--seed", 2)
    assert done.exit_code == 2
    assert "another settings: seed or size of the calibration" in done.stderr
    assert content(tmp_path) == before


@pytest.mark.parametrize("text", ["", '{"format": "liaosim calib', "null"])
def test_a_cut_state_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / WORK).mkdir()
    (tmp_path / WORK / STATE).write_text(text, encoding="utf-8")
    before = content(tmp_path)
    done = call("calibrate", "--out", tmp_path)
    assert done.exit_code == 2
    assert "state.json is damaged; give another folder with --out" in done.stderr
    assert content(tmp_path) == before


def test_a_folder_with_an_empty_one_called_work_is_refused(tmp_path: Path) -> None:
    (tmp_path / WORK).mkdir()
    (tmp_path / "report.html").write_text("mine", encoding="utf-8")
    done = call("calibrate", "--out", tmp_path)
    assert done.exit_code == 2
    assert "holds no calibration" in done.stderr
    assert content(tmp_path) == {"report.html": b"mine"}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    done = call("calibrate", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "is a file; give a folder" in done.stderr
    assert content(tmp_path) == {"out": b"mine"}


@pytest.mark.parametrize("text", ["", "target,period,value\n", "\x00", "target,period,value,unit\nexports_usd,2009"])
def test_a_cut_data_file_is_refused_and_nothing_is_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    done = call("calibrate", "--data", tmp_path / "data.csv", "--out", tmp_path / "fit")
    assert done.exit_code == 2
    assert "data.csv" in done.stderr
    assert not (tmp_path / "fit").exists()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(28, "No space left on device"), 1, "is kept; the same command goes on"),
        (SweepStoppedError("12 of 512 runs are kept; the same command goes on."), 1, "12 of 512 runs are kept"),
        (KeyboardInterrupt(), 130, "is kept; the same command goes on"),
    ],
)
def test_what_ends_it_early_is_said_in_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("calibration.fit.calibrate.calibrate", stopped)
    done = call("calibrate", "--out", tmp_path / "fit")
    assert done.exit_code == code
    assert done.stderr.count("\n") == 1 and said in done.stderr


def test_both_fits_are_written_and_summed_up(
    history: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the runs and the samplers: a made calibration goes through the command."""
    found, shipped = made_up.made(history)
    earlier = made_up.made(history, name="validation", last_year=2013)[1]
    asked = {}

    def finished(_: World, data: Sequence[tuple[str, TargetData]], folder: Path, *__: object, **___: object) -> object:
        asked.update({name: max(last_year_of(period) for _, period in each.rows) for name, each in data})
        claim(folder / WORK, {"format": "liaosim calibration"})
        return replace(found, posteriors=(shipped, earlier))

    monkeypatch.setattr("calibration.fit.calibrate.calibrate", finished)
    done = call("calibrate", "--out", tmp_path / "fit", "--json")
    assert done.exit_code == 0, done.output
    assert asked == {"shipped": 2017, "validation": 2013}
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["stage"] for line in lines[:-1]] == ["tables shipped"] * 4 + ["tables validation"] * 4
    assert [fit["fit"] for fit in lines[-1]["fits"]] == ["shipped", "validation"]
    assert {path.name for path in (tmp_path / "fit").iterdir()} == FILES | {"report.html", "validation", WORK}
    assert {path.name for path in (tmp_path / "fit" / "validation").iterdir()} == FILES
    for name, last in (("", 2017), ("validation", 2013)):
        posterior = read_posterior(tmp_path / "fit" / name)
        assert posterior.last_year == last
    page = (tmp_path / "fit" / "report.html").read_text("utf-8")
    assert 'id="held"' in page and 'id="identifiability"' in page
    assert "Fitted to the figures of" not in page


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
