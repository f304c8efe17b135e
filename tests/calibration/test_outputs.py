"""The folder of a calibration: every file of it, the same again from the same posterior, and a report that shows it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from calibration.fit import outputs
from calibration.fit.calibrate import Calibration, Posterior, predicted
from calibration.fit.output_rows import FIT_COLUMNS, fit_rows, observed_of
from calibration.fit.outputs import write_posterior
from calibration.padding import gdp
from calibration.targets import observed_figure, target
from simulator.ensemble import Ensemble
from simulator.parameters import names
from simulator.posterior import read_posterior
from tests.calibration.made import FITTED, made
from viz.reports.calibration import calibration_report_html
from viz.reports.calibration_fit import read_fit

FILES = {
    "posterior.nc", "draws.parquet", "parameters.csv", "manifest.json", "fit.csv", "emulator.csv", "padding.csv",
    "identifiability.csv", "pairs.csv",
}  # fmt: skip
HASH = "ab" * 32


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrices on busy machines: more threads only wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def whole(history: Ensemble) -> tuple[Calibration, Posterior]:
    return made(history)


@pytest.fixture(scope="module")
def folder(whole: tuple[Calibration, Posterior], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("calibration") / "out"
    write_posterior(place, *whole, "")
    return place


def manifest(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return content


def test_every_file_is_there_and_the_manifest_is_the_last(
    whole: tuple[Calibration, Posterior], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {path.name for path in folder.iterdir()} == FILES

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "write_padding", full)
    with pytest.raises(OSError, match="No space left"):
        write_posterior(tmp_path / "stopped", *whole, "")
    assert {path.name for path in (tmp_path / "stopped").iterdir()} == FILES - {"padding.csv", "manifest.json"}


def test_runs_and_the_report_can_read_it(folder: Path) -> None:
    posterior = read_posterior(folder)
    assert sorted(posterior.names) == sorted(FITTED)
    page = calibration_report_html(folder)
    for section in ("identifiability", "pairs", "emulator", "padding"):
        assert f'id="{section}"' in page
    assert "Fall of the profile" in page and "from the vintages" in page


def test_the_same_posterior_writes_the_same_bytes(
    whole: tuple[Calibration, Posterior], folder: Path, tmp_path: Path
) -> None:
    write_posterior(tmp_path, *whole, "")
    for name in FILES - {"posterior.nc"}:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_contraction_is_the_same_in_both_tables(folder: Path) -> None:
    one = pd.read_csv(folder / "parameters.csv").set_index("name")["contraction"]
    other = pd.read_csv(folder / "identifiability.csv").set_index("parameter")
    pd.testing.assert_series_equal(one, other["contraction"], check_names=False)
    assert one["tax_rate"] > 0.3, "eleven years of revenue, each moved by it"
    assert (other["expected"] == 0.3).all()
    assert (other["profile_fall"] > 0.0).all()


def test_padding_is_that_of_the_runs(whole: tuple[Calibration, Posterior], folder: Path) -> None:
    runs = whole[1].runs
    table = pd.read_csv(folder / "padding.csv").set_index(["series", "year"])
    assert table.loc[("gdp", 2013), "median"] == pytest.approx(np.median(gdp(runs)[:, 7]), rel=1e-5)
    coverage = np.median(runs.parameters[:, names().index("census_coverage")])
    first, restated = (observed_figure((name, "2013")) for name in ("gdp_first_release", "gdp_restated"))
    expected = first / restated / (1.0 + coverage) - 1.0
    assert table.loc[("gdp", 2013), "vintage_ratio"] == pytest.approx(expected, rel=1e-4)


# Compared figures


def test_observed_figures_stand_for_every_period(whole: tuple[Calibration, Posterior], folder: Path) -> None:
    table = pd.read_csv(folder / "fit.csv").set_index(["target", "period"])
    assert table["observed"].notna().all()
    assert table.loc[("gdp_restated", "2006"), "observed"] == pytest.approx(observed_figure(("gdp_restated", "2006")))
    assert not table.loc[("gdp_restated", "2006"), "fitted"]
    assert sorted(table.index[table["fitted"]]) == sorted(whole[1].data.rows)


def test_figures_that_runs_start_from_are_shown_and_not_counted(folder: Path) -> None:
    found = {one.target.name: one for one in read_fit(folder)}["gdp_restated"]
    assert [figure.period for figure in found.figures][0] == "2006"
    assert math.isfinite(found.figures[0].observed)
    assert [figure.period for figure in found.compared] == [str(year) for year in range(2007, 2018)]


def test_years_after_the_last_are_compared_and_not_fitted(history: Ensemble) -> None:
    _, posterior = made(history, name="validation", last_year=2013)
    rows = {(row[0], row[1]): row for row in fit_rows(posterior)}
    place = FIT_COLUMNS.index("observed")
    for period, was_fitted in (("2013", True), ("2014", False)):
        row = rows["wage", period]
        assert row[FIT_COLUMNS.index("fitted")] == was_fitted
        assert row[place] == pytest.approx(observed_figure(("wage", period)))


def test_of_other_data_only_their_own_figures_and_common_starts_are_shown(
    history: Ensemble, tmp_path: Path
) -> None:
    calibration, posterior = made(history, name="data", source="/home/somebody/data.csv", shift=0.2)
    shown = (("wage", "2010"), ("gdp_restated", "2006"), ("growth_published", "2014"), ("exports_usd", "2010"))
    assert target("gdp_restated").given == ("2006",)
    own, start, *others = observed_of(posterior, shown)
    assert own == pytest.approx(observed_figure(shown[0]) * math.exp(0.2))
    assert start == observed_figure(shown[1])
    assert np.isnan(others).all()
    write_posterior(tmp_path, calibration, posterior, HASH)
    assert manifest(tmp_path)["data"] == {"source": "file", "file": "data.csv", "sha256": HASH}
    assert manifest(tmp_path)["data_hash"] == HASH
    assert "somebody" not in (tmp_path / "manifest.json").read_text("utf-8")
    page = calibration_report_html(tmp_path)
    assert "Fitted to the figures of data.csv, not to those observed in Liaoning." in page
    assert "data.csv中的数据" in calibration_report_html(tmp_path, "zh")


def test_the_predictive_band_is_wider_than_the_simulated_one(folder: Path) -> None:
    table = pd.read_csv(folder / "fit.csv")
    assert (table["predictive_p95"] > table["p95"]).mean() > 0.98
    assert (table["predictive_p05"] < table["p05"]).mean() > 0.98


def test_a_failed_run_leaves_the_tables_whole(whole: tuple[Calibration, Posterior]) -> None:
    posterior = whole[1]
    runs = replace(
        posterior.runs,
        parameters=posterior.runs.parameters[1:],
        values={key: values[1:] for key, values in posterior.runs.values.items()},
    )
    rows = list(fit_rows(replace(posterior, runs=runs)))
    one = next(row for row in rows if row[:2] == ("wage", "2010"))
    simulated = np.exp(predicted(replace(posterior, runs=runs), [("wage", "2010")]))
    assert len(simulated) == 1_023
    assert one[FIT_COLUMNS.index("median")] == pytest.approx(np.median(simulated))


# The manifest


def test_the_manifest_says_what_was_fitted(whole: tuple[Calibration, Posterior], folder: Path) -> None:
    said = manifest(folder)
    assert said["data"] == {"source": "observed"}
    data = zip(whole[1].data.rows, whole[1].data.values, strict=True)
    text = "\n".join(f"{name} {period} {float(value)!r}" for (name, period), value in data)
    assert said["data_hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert (said["first_year"], said["last_year"], said["figures"]) == (2006, 2017, len(whole[1].data.rows))
    assert not [key for key in said if "second" in key or "time" in key and key != "autocorrelation_time"]
