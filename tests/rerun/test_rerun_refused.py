"""Folders that cannot be repeated, because files or entries are missing, broken or changed, are refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.errors import InputError
from simulator.rerun_read import read_stored
from simulator.variables import LEVELS
from tests.commands import liaosim
from tests.folders import edit, rewrite
from tests.rerun.repeating import BUILDING


def refused(folder: Path, *words: str) -> None:
    """Check that a folder is refused with one message on stderr that holds some words."""
    result = liaosim("rerun", str(folder))
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert len(result.stderr.splitlines()) == 1 and result.stderr.startswith("Error: ")
    for word in words:
        assert word in result.stderr, result.stderr


@pytest.mark.parametrize(
    "file",
    ["manifest.json", "parameters.parquet", "scenarios/baseline.toml", "scenarios/building.toml", "scenarios",
     "series", *(f"series/{level}.parquet" for level in LEVELS)],
)  # fmt: skip
def test_a_missing_file_is_named(stored: Path, file: str) -> None:
    path = stored / file
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    refused(stored, path.stem)


@pytest.mark.parametrize("file", ["parameters.parquet", "series/province.parquet", "series/lane.parquet"])
@pytest.mark.parametrize("part", [0.0, 0.5, 0.999])
def test_a_truncated_file_is_named(stored: Path, file: str, part: float) -> None:
    path = stored / file
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    refused(stored, str(path), "cannot be read")


def test_damage_inside_a_file_is_no_traceback(stored: Path) -> None:
    """Bytes of the values are overwritten, the footer is whole: found while values are read, or as a difference."""
    path = stored / "series/province.parquet"
    with pq.ParquetFile(path) as file:
        column = file.metadata.row_group(1).column(file.schema_arrow.names.index("gdp_real"))
        start, size = column.data_page_offset, column.total_compressed_size
    content = bytearray(path.read_bytes())
    content[start : start + size] = b"\xff" * size
    path.write_bytes(bytes(content))
    refused(stored, str(path), "cannot be read")


def test_changed_scenario_files_are_refused(stored: Path) -> None:
    path = stored / "scenarios/building.toml"
    path.write_text(BUILDING.replace("0.01", "0.011"), encoding="utf-8")
    refused(stored, "graduates+building", "is not the one that was simulated", "building.toml")
    path.write_text(BUILDING.replace("size", "sise"), encoding="utf-8")
    result = liaosim("rerun", str(stored))
    assert result.exit_code == 2
    assert str(path) in result.stderr and 'lever 1 (public_investment): unknown key "sise"' in result.stderr


def test_changed_parameters_are_refused(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        values = table.column("capital_share").to_numpy().copy()
        values[2] = np.nextafter(values[2], 1.0)
        return table.set_column(table.column_names.index("capital_share"), "capital_share", [values])

    rewrite(stored / "parameters.parquet", change)
    refused(stored, "parameters.parquet", "not the parameters that were simulated")


def test_parameters_of_another_model_are_named(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        return table.rename_columns(["old_name" if n == "capital_share" else n for n in table.column_names])

    rewrite(stored / "parameters.parquet", change)
    edit(stored, lambda m: m.update(model_version="0"))
    refused(stored, "unknown now: old_name; new since: capital_share; it was written by model version 0")


def test_parameters_in_another_order_are_refused(stored: Path) -> None:
    columns = pq.read_table(stored / "parameters.parquet").column_names
    columns[2:4] = columns[3:1:-1]
    rewrite(stored / "parameters.parquet", lambda _, table: table.select(columns))
    refused(stored, "they are in another order")


def test_variables_of_another_model_are_named(stored: Path) -> None:
    rewrite(stored / "series/port.parquet", lambda _, table: table.drop_columns(["throughput"]))
    refused(stored, "port.parquet", "variables", "new since: throughput")


def test_rows_in_another_order_are_refused(stored: Path) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        return table.take(list(range(table.num_rows))[::-1])

    rewrite(stored / "series/port.parquet", change)
    refused(stored, "port.parquet", 'column "run" of scenario "baseline" is not as liaosim writes it')


@pytest.mark.parametrize("strange", ["Yingkou", "Atlantis", None])
def test_a_row_of_another_entity_is_refused(stored: Path, strange: str | None) -> None:
    def change(_: int, table: pa.Table) -> pa.Table:
        words = table.column("entity").to_pylist()
        words[0] = strange
        return table.set_column(table.column_names.index("entity"), "entity", [pa.array(words)])

    rewrite(stored / "series/port.parquet", change)
    refused(stored, "port.parquet", 'column "entity" of scenario "baseline" is not as liaosim writes it')


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.pop("seed"), ['"seed" is missing or wrong']),
        (lambda m: m.pop("scenarios"), ['"scenarios"']),
        (lambda m: m["scenarios"][1].pop("hash"), ['"scenarios.1.hash"']),
        (lambda m: m.update(scenarios=[]), ['"scenarios"']),
        (lambda m: m.update(runs="3"), ['"runs"', "integer"]),
        (lambda m: m.update(runs=4), ["parameters.parquet", "4 runs"]),
        (lambda m: m.update(until="2036Q1"), ['"until"', "2006Q1 to 2035Q4"]),
        (lambda m: m.update(until="2007Q1"), ["is not the one that was simulated", "manifest.json"]),
        (lambda m: m["failures"].pop("baseline"), ['"failures"', "baseline"]),
        (lambda m: m["failures"].update(baseline=[[3, "x"]]), ['"failures"', "not among 3"]),
        (lambda m: m["failures"].update(baseline=[[0, "x"]]), ["province.parquet"]),
        (lambda m: m["medoids"].pop("graduates"), ['"medoids"', "graduates"]),
        (lambda m: m["scenarios"][2].update(name="building"), ['"failures"', "building"]),
        (lambda m: m["scenarios"][1]["sizes"].update(x="y"), ["parameters.parquet", '"y"']),
        (lambda m: m.update(format="other"), ['"format" is not']),
        (lambda m: m.update(format_version=2), ['"format_version" is 2']),
    ],
)
def test_a_spoilt_manifest_is_refused(
    stored: Path, change: Callable[[dict[str, Any]], object], words: list[str]
) -> None:
    edit(stored, change)
    refused(stored, *words)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    refused(tmp_path, "holds no manifest.json")
    refused(tmp_path / "nowhere", "holds no manifest.json")
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    refused(tmp_path, "is not valid JSON")
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "manifest.json").mkdir()
    refused(tmp_path, "manifest.json")


def test_a_scenario_cannot_be_read_from_outside_the_folder(stored: Path, tmp_path: Path) -> None:
    outside = tmp_path / "graduates.toml"
    shutil.copy(stored / "scenarios/graduates.toml", outside)

    def change(m: dict[str, Any]) -> None:
        m["scenarios"][1]["name"] = str(outside)
        m["failures"][str(outside)], m["medoids"][str(outside)] = [], 0

    edit(stored, change)
    refused(stored, "is not the one that was simulated")


def test_rerun_needs_a_folder() -> None:
    result = liaosim("rerun")
    assert result.exit_code == 2 and "DIR" in result.stderr


def test_read_stored_raises_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no manifest"):
        read_stored(tmp_path)
