"""What is written into a folder of results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulator import store
from simulator.errors import InputError
from simulator.manifest import read_manifest
from simulator.results import Results
from simulator.store_read import load_chains, load_results
from simulator.variables import LEVELS
from tests.fakes import column
from tests.stored import BASELINE, CHAINS, agents, files, two, write


def test_the_folder_holds_what_the_contract_names(tmp_path: Path) -> None:
    out = write(tmp_path / "out", agents=agents())
    assert files(out) == sorted(
        [
            "agents/investor.parquet",
            "agents/soe.parquet",
            "differences.csv",
            "headline.csv",
            "manifest.json",
            "parameters.parquet",
            "scenarios/baseline.toml",
            "scenarios/other.toml",
            *(f"series/{level}.parquet" for level in LEVELS),
            "summary.csv",
        ]
    )
    assert read_manifest(out)["files"] == files(out)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_csv_has_the_columns_of_the_contract_and_the_numbers_of_the_tables(tmp_path: Path) -> None:
    ensembles = two()
    out = write(tmp_path / "out", ensembles)
    results = Results(ensembles)
    for name, frame in (("summary", results.summary), ("differences", results.differences)):
        raw = (out / f"{name}.csv").read_bytes()
        assert raw.splitlines()[0] == ",".join(frame.columns).encode()
        assert b"\r" not in raw and b'"' not in raw
        read = pd.read_csv(out / f"{name}.csv", dtype={"period": str}, keep_default_na=False)
        numbers = [c for c in frame.columns if frame[c].dtype == np.float64]
        assert read[numbers].to_numpy() == pytest.approx(frame[numbers].to_numpy(), rel=5e-10, abs=0)
        words = [c for c in frame.columns if c not in numbers]
        assert (read[words].to_numpy() == frame[words].to_numpy()).all()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1 / 3, "0.3333333333"),
        (-1234567890.123, "-1234567890"),
        (12345678912345.0, "12345678910000"),
        (0.1, "0.1"),
        (1.23456789012345e-7, "1.23456789e-7"),
        (9999999999.96, "10000000000"),
    ],
)
def test_numbers_have_ten_significant_digits(tmp_path: Path, value: float, written: str) -> None:
    store._write_csv(tmp_path / "x.csv", pd.DataFrame({"unit": ["%"], "median": [value]}))
    text = (tmp_path / "x.csv").read_text().splitlines()[1].removeprefix("%,")
    assert float(text) == float(written)
    assert len(text.replace("-", "").replace(".", "").split("e")[0].strip("0")) <= 10


def test_a_missing_number_is_an_empty_cell(tmp_path: Path) -> None:
    store._write_csv(tmp_path / "x.csv", pd.DataFrame({"unit": ["%", "%"], "median": [np.nan, 1.5]}))
    assert (tmp_path / "x.csv").read_text() == "unit,median\n%,\n%,1.5\n"


def test_series_have_quarters_of_all_levels_and_years_of_the_province(tmp_path: Path) -> None:
    ensembles = two()
    out = write(tmp_path / "out", ensembles)
    province = pq.read_table(out / "series/province.parquet").to_pandas()
    assert list(province.columns[:5]) == ["scenario", "run", "period", "freq", "entity"]
    year = province[(province.scenario == "other") & (province.run == 2) & (province.period == "2007")].iloc[0]
    quarters = ensembles[1].levels["province"][2, 4:8, 0, column("province", "gdp_real")]
    assert year.freq == "A" and year.gdp_real == pytest.approx(quarters.sum(), rel=1e-14)
    port = pq.read_table(out / "series/port.parquet").to_pandas()
    assert set(port.freq) == {"Q"}
    cell = port[
        (port.scenario == "baseline") & (port.run == 3) & (port.period == "2006Q2") & (port.entity == "Yingkou")
    ]
    assert cell.throughput.item() == np.float32(ensembles[0].levels["port"][3, 1, 1, column("port", "throughput")])
    assert pq.ParquetFile(out / "series/port.parquet").num_row_groups == 2


def test_parameters_hold_draws_and_sampled_sizes(tmp_path: Path) -> None:
    base, other = two()
    values = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [3.0, 5.0]])
    third = replace(other, scenario="third", sizes={"talent_subsidy:Dalian": np.array([9.0, 8.0, 7.0, 6.0])})
    ensembles = [replace(e, parameters=replace(e.parameters, values=values)) for e in (base, other, third)]
    out = write(tmp_path / "out", ensembles, chains=CHAINS | {"third": [BASELINE]})
    table = pq.read_table(out / "parameters.parquet").to_pydict()
    assert list(table) == [
        "run",
        "draw",
        "trade_elasticity_long_run",
        "markup",
        "talent_subsidy:Dalian",
        "talent_subsidy:Dalian@third",
    ]
    assert table["draw"] == [0, 1, 0, 3]
    assert table["markup"] == [2.0, 4.0, 2.0, 5.0]
    back = load_results(out)
    assert back.ensemble("other").sizes["talent_subsidy:Dalian"].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert back.ensemble("third").sizes["talent_subsidy:Dalian"].tolist() == [9.0, 8.0, 7.0, 6.0]
    assert back.base.sizes == {}


def test_chains_come_back_letter_by_letter(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    assert load_chains(out) == {name: tuple(chain) for name, chain in CHAINS.items()}


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", ""])
def test_a_link_must_have_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="not the plain name"):
        write(tmp_path / "out", chains=CHAINS | {"other": [(name, "")]})
    assert list(tmp_path.iterdir()) == []


def test_two_different_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='two different scenario files are called "baseline.toml"'):
        write(tmp_path / "out", chains=CHAINS | {"other": [("baseline.toml", "other text")]})
