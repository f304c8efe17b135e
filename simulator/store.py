"""Results on disk: one folder, written whole or not at all, and read back.

The folder holds ``manifest.json``, ``scenarios/`` (one TOML file a link of a chain), ``parameters.parquet``,
``summary.csv``, ``differences.csv``, ``series/LEVEL.parquet`` and ``agents/{soe,investor}.parquet``.

The series hold every finished run, one row group a scenario. The province has quarterly and annual rows in
float64. The other levels have quarterly rows only (years follow by the variable's rule) in float32, which
halves the folder and is good to seven digits; the two tables are computed before that rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError
from simulator.folder import check_target, staged
from simulator.manifest import MANIFEST, build_manifest, dump_manifest, identity_of, read_manifest
from simulator.periods import count_until
from simulator.results import EnsembleLike, Results
from simulator.statistics import FloatArray
from simulator.variables import ENTITIES, LEVELS, variables

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Chain = Sequence[tuple[str, str]]
"""Name and text of each scenario file that a scenario builds on, oldest first."""

KEYS: Final = ("scenario", "run", "period", "freq", "entity")
DIGITS: Final = 10
"""Significant digits of the numbers in the two CSV files."""
AGENTS: Final = ("soe", "investor")


def write_results(
    results: Results,
    directory: Path,
    *,
    command: Sequence[str],
    chains: Mapping[str, Chain],
    agents: Mapping[str, pd.DataFrame] | None = None,
    warnings: Sequence[str] = (),
    started: datetime | None = None,
    overwrite: bool = False,
    csv_bom: bool = False,
    finish: Callable[[Path], None] | None = None,
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
    warnings, started
        For the manifest.
    overwrite
        Replace results of another command.
    csv_bom
        Begin the two CSV files with a byte order mark, by which Excel knows UTF-8.
    finish
        Called with the unfinished folder, all else in it, to add files such as ``report.html``.

    Returns
    -------
    The folder.

    Raises
    ------
    InputError
        The folder may not be written, or two scenario files share a name and differ.
    """
    check_target(directory, identity_of(results), overwrite=overwrite)
    with staged(directory) as folder:
        links = _write_chains(folder / "scenarios", results.scenarios, chains)
        columns = _write_parameters(folder / "parameters.parquet", results)
        _write_csv(folder / "summary.csv", results.summary, csv_bom)
        _write_csv(folder / "differences.csv", results.differences, csv_bom)
        (folder / "series").mkdir()
        for level in LEVELS:
            _write_series(folder / "series" / f"{level}.parquet", results, level)
        if agents:
            _write_agents(folder / "agents", agents)
        manifest = build_manifest(results, command, warnings=warnings, started=started)
        for entry in manifest["scenarios"]:
            entry |= {"chain": links[entry["name"]], "sizes": columns[entry["name"]]}
        (folder / MANIFEST).write_text(dump_manifest(manifest), encoding="utf-8")
        if finish is not None:
            finish(folder)
        manifest["files"] = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        (folder / MANIFEST).write_text(dump_manifest(manifest), encoding="utf-8")
    return directory


def _write_chains(folder: Path, scenarios: Sequence[str], chains: Mapping[str, Chain]) -> dict[str, list[str]]:
    """Write each link once and return scenario -> names of its files, oldest first."""
    folder.mkdir()
    written: dict[str, str] = {}
    links: dict[str, list[str]] = {}
    for scenario in scenarios:
        links[scenario] = []
        for name, text in chains[scenario]:
            file = name if name.endswith(".toml") else f"{name}.toml"
            if Path(file).name != file or file.startswith("."):
                raise InputError(f'scenario "{scenario}": "{name}" is not the plain name of a scenario')
            if written.setdefault(file, text) != text:
                raise InputError(f'two different scenario files are called "{file}"; rename one of them')
            (folder / file).write_text(text, encoding="utf-8", newline="")
            links[scenario].append(file)
    return links


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
            column = key
            if column in columns and not np.array_equal(columns[column], size):
                column = f"{key}@{e.scenario}"
            columns[column] = np.asarray(size, dtype=np.float64)
            names[e.scenario][key] = column
    pq.write_table(pa.table(columns), path, compression="zstd")
    return names


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
            columns[name] = pa.array(_rounded(values), from_pandas=True)
        else:
            columns[name] = pa.array(values, type=pa.string())
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write((",".join(frame.columns) + "\n").encode("utf-8-sig" if bom else "utf-8"))
        csv.write_csv(pa.table(columns), file, options)


def _rounded(values: FloatArray) -> FloatArray:
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


@dataclass(frozen=True)
class StoredParameters:
    """Parameters read from a results folder; see ``simulator.results.ParametersLike``."""

    kind: str
    hash: str
    names: tuple[str, ...]
    values: FloatArray


@dataclass(frozen=True)
class StoredSchedule:
    """Identity of the policy path of stored runs."""

    hash: str


@dataclass(frozen=True)
class StoredEnsemble:
    """Runs of one scenario in a results folder; see ``simulator.results.EnsembleLike``. Levels are read on demand."""

    scenario: str
    schedule: StoredSchedule
    quarters: int
    runs: int
    seed: int
    engine: str
    levels: Mapping[str, FloatArray]
    parameters: StoredParameters
    sizes: Mapping[str, FloatArray]
    failures: tuple[tuple[int, str], ...]


@dataclass(frozen=True, eq=False)
class _StoredLevels(Mapping[str, FloatArray]):
    """Level -> quarterly values of one scenario of a folder, shape (run, quarter, entity, variable)."""

    folder: Path
    group: int
    runs: int
    quarters: int
    failed: frozenset[int]
    read: dict[str, FloatArray] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(LEVELS)

    def __len__(self) -> int:
        return len(LEVELS)

    def __getitem__(self, level: str) -> FloatArray:
        if level not in LEVELS:
            raise KeyError(level)
        if level not in self.read:
            self.read[level] = self._load(level)
        return self.read[level]

    def _load(self, level: str) -> FloatArray:
        """Read one row group; failed runs are NaN. Quarterly rows come first (see ``_write_series``)."""
        import pyarrow.parquet as pq

        path = self.folder / "series" / f"{level}.parquet"
        names = [v.name for v in variables()[level]]
        kept = [i for i in range(self.runs) if i not in self.failed]
        shape = (len(kept), self.quarters, len(ENTITIES[level]))
        with pq.ParquetFile(path) as file:
            missing = sorted({*names} - {*file.schema_arrow.names})
            if missing:
                raise InputError(f'{path} has no column "{missing[0]}"; it was written by another version of liaosim')
            table = file.read_row_group(self.group, columns=names).slice(0, int(np.prod(shape)))
        out = np.full((self.runs, *shape[1:], len(names)), np.nan)
        for j, name in enumerate(names):
            out[kept, :, :, j] = table.column(name).to_numpy().reshape(shape)
        return out


def load_results(directory: Path | str) -> Results:
    """Read the results of a folder; series are read when they are first used.

    Raises
    ------
    InputError
        The folder is not a results folder of this format.
    """
    import pyarrow.parquet as pq

    folder = Path(directory)
    manifest = read_manifest(folder)
    table = pq.read_table(folder / "parameters.parquet")
    sizes = {column for s in manifest["scenarios"] for column in s["sizes"].values()}
    names = tuple(n for n in table.column_names[2:] if n not in sizes)
    values = np.column_stack([table.column(n).to_numpy() for n in names]) if names else np.empty((manifest["runs"], 0))
    parameters = StoredParameters(manifest["parameters"]["kind"], manifest["parameters"]["hash"], names, values)
    ensembles: list[EnsembleLike] = []
    quarters = count_until(manifest["until"])
    for group, entry in enumerate(manifest["scenarios"]):
        failures = tuple((int(run), str(message)) for run, message in manifest["failures"][entry["name"]])
        ensembles.append(
            StoredEnsemble(
                scenario=entry["name"],
                schedule=StoredSchedule(entry["hash"]),
                quarters=quarters,
                runs=manifest["runs"],
                seed=manifest["seed"],
                engine=manifest["engine"],
                levels=_StoredLevels(folder, group, manifest["runs"], quarters, frozenset(run for run, _ in failures)),
                parameters=parameters,
                sizes={key: table.column(column).to_numpy() for key, column in entry["sizes"].items()},
                failures=failures,
            )
        )
    return Results(ensembles)


def load_chains(directory: Path | str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Read scenario -> name and text of every file it builds on, oldest first (names without ``.toml``)."""
    folder = Path(directory)
    chains: dict[str, tuple[tuple[str, str], ...]] = {}
    for entry in read_manifest(folder)["scenarios"]:
        files = ((Path(name).stem, folder / "scenarios" / name) for name in entry["chain"])
        chains[entry["name"]] = tuple((name, path.read_bytes().decode("utf-8")) for name, path in files)
    return chains
