"""Results on disk: one folder, written whole or not at all. ``store_read`` reads it back.

The folder holds ``manifest.json``, ``scenarios/`` (one TOML file a link of a chain), ``parameters.parquet``,
``headline.csv``, ``summary.csv``, ``differences.csv``, ``series/LEVEL.parquet`` and ``agents/{soe,investor}.parquet``.

The series hold every finished run, one row group a scenario. The province has quarterly and annual rows in
float64. The other levels have quarterly rows only (years follow by the variable's rule) in float32, which
halves the folder and is good to seven digits; ``round_as_stored`` rounds before tables and pages are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError
from simulator.folder import check_target, staged
from simulator.headline import build_headline
from simulator.headline_rows import HEADLINE_FILE, headline_rows
from simulator.manifest import MANIFEST, build_manifest, dump_manifest, identity_of
from simulator.results import EnsembleLike, Results
from simulator.statistics import FloatArray
from simulator.text_file import replace_file
from simulator.variables import ENTITIES, LEVELS, variables

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Chain = Sequence[tuple[str, str]]
"""Name and text of each scenario file that a scenario builds on, oldest first."""

KEYS: Final = ("scenario", "run", "period", "freq", "entity")
DIGITS: Final = 10
"""Significant digits of the numbers in the CSV files, and of the yearly ones in the workbook."""
AGENTS: Final = ("soe", "investor")


class UnfinishedError(RuntimeError):
    """The results are written, but a file that is made from them is not.

    Attributes
    ----------
    folder : Path
        The folder, complete but for these files.
    failed : mapping of str to Exception
        Name of each file that could not be made, and why.
    """

    def __init__(self, folder: Path, failed: Mapping[str, Exception]) -> None:
        self.folder, self.failed = folder, dict(failed)
        super().__init__("; ".join(f"{name} could not be made: {reason_of(error)}" for name, error in failed.items()))


def reason_of(error: Exception) -> str:
    """Return what an exception says; the kind of it too where only a programmer would know what is meant."""
    return str(error) if isinstance(error, OSError | InputError) else f"{type(error).__name__}: {error}"


def round_as_stored(ensembles: Sequence[EnsembleLike]) -> None:
    """Round the levels below the province to the precision in which they are stored, in place.

    What is then computed from the ensembles is to the last digit what is computed from the folder later. In place,
    because a copy would take as much memory as the runs.
    """
    for ensemble in ensembles:
        for level in LEVELS:
            if level != "province":
                values = ensemble.levels[level]
                values[...] = values.astype(np.float32)


def write_results(
    results: Results,
    directory: Path,
    *,
    command: Sequence[str],
    chains: Mapping[str, Chain],
    agents: Mapping[str, pd.DataFrame] | None = None,
    warnings: Sequence[str] = (),
    started: datetime | None = None,
    check: bool = False,
    overwrite: bool = False,
    csv_bom: bool = False,
    finish: Mapping[str, Callable[[Path], object]] | None = None,
) -> Path:
    """Write a results folder, whole or not at all.

    Parameters
    ----------
    results
        The ensembles, their tables and medoids.
    directory
        Where to; see ``simulator.folder``.
    command
        The command line, one string a word, for the manifest.
    chains
        Scenario name -> name and text of every file it builds on, oldest first. ``a`` and ``a.toml`` are
        written to ``scenarios/a.toml``; files of the same name must have the same text.
    agents
        ``soe`` and ``investor`` -> histories of the medoid runs, with a column ``scenario``.
    warnings, started, check
        For the manifest.
    overwrite
        Replace results of another command.
    csv_bom
        Begin the CSV files with a byte order mark, by which Excel knows UTF-8.
    finish
        Name of a file that is made from the results, such as ``report.html`` -> what makes it, called with the
        folder, all else in it. The results are kept whatever goes wrong there.

    Returns
    -------
    The folder.

    Raises
    ------
    InputError
        The folder may not be written, or two scenario files share a name and differ.
    UnfinishedError
        The results are written, but not every file of ``finish``.
    KeyboardInterrupt
        With a note that the results are written, if it came during ``finish``.
    """
    check_target(directory, identity_of(results), overwrite=overwrite)
    files = chain_files({name: chains[name] for name in results.scenarios})
    failed: dict[str, Exception] = {}
    interrupted: KeyboardInterrupt | None = None
    with staged(directory) as folder:
        _write_chains(folder / "scenarios", files)
        columns = _write_parameters(folder / "parameters.parquet", results)
        _write_csv(folder / HEADLINE_FILE, headline_rows(build_headline(results)), csv_bom)
        _write_csv(folder / "summary.csv", results.summary, csv_bom)
        _write_csv(folder / "differences.csv", results.differences, csv_bom)
        (folder / "series").mkdir()
        for level in LEVELS:
            _write_series(folder / "series" / f"{level}.parquet", results, level)
        if agents:
            _write_agents(folder / "agents", agents)
        manifest = build_manifest(results, command, warnings=warnings, started=started, check=check)
        for entry in manifest["scenarios"]:
            entry |= {"chain": list(files[entry["name"]]), "sizes": columns[entry["name"]]}
        _write_manifest(folder, manifest)
        try:
            for name, make in (finish or {}).items():
                _finish(folder, name, make, failed)
            _write_manifest(folder, manifest)
        except KeyboardInterrupt as error:
            interrupted = error
            _write_manifest(folder, manifest)
    if interrupted is not None:
        interrupted.add_note(f"the results are complete in {directory}, but for {' and '.join(finish or {})}.")
        raise interrupted
    if failed:
        raise UnfinishedError(directory, failed)
    return directory


def _finish(folder: Path, name: str, make: Callable[[Path], object], failed: dict[str, Exception]) -> None:
    """Let one file be made; nothing half made stays, and what goes wrong is kept for later."""
    whole = False
    try:
        make(folder)
        whole = True
    except Exception as error:  # whatever it is, it must not cost the runs
        failed[name] = error
    finally:
        if not whole:
            (folder / name).unlink(missing_ok=True)


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest with the names of all files that are there now."""
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    files = sorted(found | {MANIFEST})
    if manifest.get("files") != files:
        manifest["files"] = files
        replace_file(folder / MANIFEST, dump_manifest(manifest))


def chain_files(chains: Mapping[str, Chain]) -> dict[str, dict[str, str]]:
    """Return scenario -> name in ``scenarios/`` and text of each file that it builds on, oldest first.

    Raises
    ------
    InputError
        A name is not the plain name of a file, or two different files share one.
    """
    texts: dict[str, str] = {}
    files: dict[str, dict[str, str]] = {}
    for scenario, chain in chains.items():
        files[scenario] = {}
        for name, text in chain:
            file = name if name.endswith(".toml") else f"{name}.toml"
            if Path(file).name != file or file.startswith("."):
                raise InputError(f'scenario "{scenario}": "{name}" is not the plain name of a scenario')
            if texts.setdefault(file, text) != text:
                raise InputError(f'two different scenario files are called "{file}"; rename one of them')
            files[scenario][file] = text
    return files


def _write_chains(folder: Path, files: Mapping[str, Mapping[str, str]]) -> None:
    """Write each link once."""
    folder.mkdir()
    for chain in files.values():
        for file, text in chain.items():
            (folder / file).write_text(text, encoding="utf-8", newline="")


def _write_parameters(path: Path, results: Results) -> dict[str, dict[str, str]]:
    """Write one row a run and return scenario -> lever key -> column of its sampled size.

    ``draw`` is the number of the first run with the same parameters. The column of a size is its lever key, or
    ``key@scenario`` where an earlier scenario samples the same lever from another range.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = results.base.parameters
    columns: dict[str, npt.NDArray[Any]] = {
        "run": np.arange(results.base.runs, dtype=np.int32),
        "draw": _draws(table.values).astype(np.int32),
        **{name: table.values[:, j] for j, name in enumerate(table.names)},
    }
    names: dict[str, dict[str, str]] = {}
    for e in results.ensembles:
        names[e.scenario] = {}
        for key, size in e.sizes.items():
            column = size_column(columns, key, size, e.scenario)
            columns[column] = np.asarray(size, dtype=np.float64)
            names[e.scenario][key] = column
    pq.write_table(pa.table(columns), path, compression="zstd")
    return names


def size_column(columns: Mapping[str, npt.NDArray[Any]], key: str, size: FloatArray, scenario: str) -> str:
    """Return the column of a sampled size: its lever key, with the scenario if another holds other sizes there."""
    return key if key not in columns or np.array_equal(columns[key], size) else f"{key}@{scenario}"


def _draws(values: FloatArray) -> npt.NDArray[np.int_]:
    """Return for each row the number of the first equal row."""
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(row.tobytes(), i) for i, row in enumerate(values)], dtype=np.int_)


def _write_csv(path: Path, frame: pd.DataFrame, bom: bool = False) -> None:
    """Write a frame with ten significant digits, UTF-8, one row a line; nothing for a missing number."""
    import pyarrow as pa
    from pyarrow import csv

    columns = {}
    for name in frame.columns:
        values = frame[name].to_numpy()
        if values.dtype == np.float64:
            columns[name] = pa.array(rounded(values), from_pandas=True)
        else:
            columns[name] = pa.array(values, type=pa.string())
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write((",".join(frame.columns) + "\n").encode("utf-8-sig" if bom else "utf-8"))
        csv.write_csv(pa.table(columns), file, options)


def rounded(values: FloatArray) -> FloatArray:
    """Round to ten significant digits; the results print shortly because only whole powers divide or multiply."""
    out = values + 0.0  # no negative zero
    some = np.isfinite(out) & (out != 0.0)
    shift = DIGITS - 1 - np.floor(np.log10(np.abs(out[some])))
    up, down = 10.0 ** np.maximum(shift, 0.0), 10.0 ** np.maximum(-shift, 0.0)
    out[some] = np.rint(out[some] * up / down) * down / up
    return out


def _write_series(path: Path, results: Results, level: str) -> None:
    """Write the runs of a level, one row group a scenario; rows in the order frequency, run, period, entity."""
    import pyarrow.parquet as pq

    names = [v.name for v in variables()[level]]
    writer = None
    try:
        for scenario in results.scenarios:
            table = _series_table(results, scenario, level)
            if writer is None:
                writer = pq.ParquetWriter(
                    path,
                    table.schema,
                    compression="zstd",
                    compression_level=1,
                    use_dictionary=list(KEYS),
                    use_byte_stream_split=names,
                )
            writer.write_table(table, row_group_size=max(1, table.num_rows))
    finally:
        if writer is not None:
            writer.close()


def _series_table(results: Results, scenario: str, level: str) -> pa.Table:
    """Return the rows of one scenario and level."""
    import pyarrow as pa

    runs = results.kept(scenario)
    entities, names = ENTITIES[level], [v.name for v in variables()[level]]
    labels = [*results.quarters, *results.years] if level == "province" else list(results.quarters)
    blocks = [results.values(scenario, level, "Q")]
    if level == "province":
        blocks.append(results.values(scenario, level, "A"))
    code: dict[str, list[npt.NDArray[Any]]] = {key: [] for key in KEYS}
    start = 0
    for freq, block in enumerate(blocks):
        periods = block.shape[1]
        rows = len(runs) * periods * len(entities)
        code["scenario"].append(np.full(rows, results.scenarios.index(scenario), dtype=np.int32))
        code["run"].append(np.repeat(runs.astype(np.int32), periods * len(entities)))
        period = np.arange(start, start + periods, dtype=np.int32)
        code["period"].append(np.tile(np.repeat(period, len(entities)), len(runs)))
        code["freq"].append(np.full(rows, freq, dtype=np.int32))
        code["entity"].append(np.tile(np.arange(len(entities), dtype=np.int32), len(runs) * periods))
        start += periods
    words = {"scenario": results.scenarios, "period": labels, "freq": ("Q", "A"), "entity": entities}
    columns: dict[str, Any] = {}
    for key in KEYS:
        codes = np.concatenate(code[key])
        columns[key] = (
            pa.DictionaryArray.from_arrays(codes, pa.array(words[key], pa.string())) if key in words else codes
        )
    kind = np.float64 if level == "province" else np.float32
    for j, name in enumerate(names):
        columns[name] = np.concatenate([block[..., j].reshape(-1) for block in blocks]).astype(kind)
    return pa.table(columns)


def _write_agents(folder: Path, agents: Mapping[str, pd.DataFrame]) -> None:
    """Write the histories of the agents of the medoid runs."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir()
    for kind, frame in agents.items():
        if kind not in AGENTS or "scenario" not in frame.columns:
            raise ValueError(f"agents {kind!r}: kinds are {AGENTS}, each with a column 'scenario'")
        pq.write_table(
            pa.Table.from_pandas(frame, preserve_index=False), folder / f"{kind}.parquet", compression="zstd"
        )
