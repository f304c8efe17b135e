"""A results folder read back; series are read when they are first used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from simulator.errors import InputError
from simulator.manifest import MANIFEST, Manifest, StoredScenario, load_manifest
from simulator.parameters import Calibration
from simulator.results import EnsembleLike, Results
from simulator.scenario import Scenario, load_scenario
from simulator.statistics import FloatArray
from simulator.variables import ENTITIES, LEVELS, variables

PARAMETERS: Final = "parameters.parquet"


@dataclass(frozen=True)
class StoredParameters:
    """Parameters read from a results folder; see ``simulator.results.ParametersLike``."""

    kind: str
    hash: str
    names: tuple[str, ...]
    values: FloatArray
    calibration: Calibration | None = None


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

        path = series_path(self.folder, level)
        names = [v.name for v in variables()[level]]
        kept = [i for i in range(self.runs) if i not in self.failed]
        shape = (len(kept), self.quarters, len(ENTITIES[level]))
        with reading(path), pq.ParquetFile(path) as file:
            missing = sorted({*names} - {*file.schema_arrow.names})
            if missing:
                raise InputError(f'{path} has no column "{missing[0]}"; it was written by another version of liaosim')
            if file.num_row_groups <= self.group:
                raise InputError(f"{path}: {file.num_row_groups} row groups for {self.group + 1} scenarios or more")
            table = file.read_row_group(self.group, columns=names).slice(0, int(np.prod(shape)))
        if table.num_rows < np.prod(shape):
            raise InputError(f"{path}: rows of {len(kept)} runs and {self.quarters} quarters are not all there")
        out = np.full((self.runs, *shape[1:], len(names)), np.nan)
        for j, name in enumerate(names):
            out[kept, :, :, j] = table.column(name).to_numpy().reshape(shape)
        return out


def load_results(directory: Path | str) -> Results:
    """Read the results of a folder; series are read when they are first used.

    Raises
    ------
    InputError
        The folder is not a results folder of this format, or its manifest or its parameters are not whole.
    """
    folder = Path(directory)
    manifest = load_manifest(folder)
    names, values, sizes = read_parameters(folder, manifest)
    told = manifest.parameters
    parameters = StoredParameters(told.kind, told.hash, names, values, told.calibration)
    ensembles: list[EnsembleLike] = []
    for group, entry in enumerate(manifest.scenarios):
        failures = tuple(manifest.failures[entry.name])
        failed = frozenset(run for run, _ in failures)
        ensembles.append(
            StoredEnsemble(
                scenario=entry.name,
                schedule=StoredSchedule(entry.hash),
                quarters=manifest.quarters,
                runs=manifest.runs,
                seed=manifest.seed,
                engine=manifest.engine,
                levels=_StoredLevels(folder, group, manifest.runs, manifest.quarters, failed),
                parameters=parameters,
                sizes=sizes[entry.name],
                failures=failures,
            )
        )
    return Results(ensembles)


def load_chains(directory: Path | str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Read scenario -> name and text of every file it builds on, oldest first (names without ``.toml``)."""
    folder = Path(directory)
    chains: dict[str, tuple[tuple[str, str], ...]] = {}
    for entry in load_manifest(folder).scenarios:
        links: list[tuple[str, str]] = []
        for name in entry.chain:
            path = folder / "scenarios" / name
            with reading(path):
                links.append((Path(name).stem, path.read_bytes().decode("utf-8")))
        chains[entry.name] = tuple(links)
    return chains


def read_scenario(folder: Path, entry: StoredScenario, until: str) -> Scenario:
    """Load a scenario from the files of a folder.

    Raises
    ------
    InputError
        A file is missing or wrong, or the files do not say what the manifest says that was simulated.
    """
    place = folder / "scenarios"
    try:
        scenario = load_scenario(entry.name, library=place)
    except InputError as error:
        raise InputError(f'{place}: scenario "{entry.name}" cannot be read: {error}') from None
    if scenario.name != entry.name or scenario.schedule(until).hash != entry.hash:
        files = ", ".join(f"{source.name}.toml" for source in scenario.chain)
        raise InputError(
            f'{place}: scenario "{entry.name}" is not the one that was simulated (its hash is not that of {MANIFEST}); '
            f"put these files and {MANIFEST} back as they were: {files}"
        )
    return scenario


def read_parameters(
    folder: Path, manifest: Manifest
) -> tuple[tuple[str, ...], FloatArray, dict[str, dict[str, FloatArray]]]:
    """Read names and values (shape (run, parameter)) of the parameters, and scenario -> lever key -> sampled size.

    The parameters may be those of another version of the model.

    Raises
    ------
    InputError
        The file is missing or broken, a column is, or its rows are not the runs of the manifest.
    """
    import pyarrow.parquet as pq

    path = folder / PARAMETERS
    with reading(path):
        table = pq.read_table(path)
    sampled = {column for entry in manifest.scenarios for column in entry.sizes.values()}
    for column in ("run", *sorted(sampled)):
        if column not in table.column_names:
            raise InputError(f'{path}: there is no column "{column}"')
    if table.num_rows != manifest.runs or table.column("run").to_pylist() != list(range(manifest.runs)):
        raise InputError(f"{path}: its rows are not the {manifest.runs} runs of {MANIFEST}")
    names = tuple(n for n in table.column_names if n not in {"run", "draw"} | sampled)
    columns = {name: _numbers(path, table, name) for name in (*names, *sorted(sampled))}
    values = np.column_stack([columns[n] for n in names]) if names else np.empty((manifest.runs, 0))
    return names, values, {e.name: {key: columns[c] for key, c in e.sizes.items()} for e in manifest.scenarios}


def _numbers(path: Path, table: Any, name: str) -> FloatArray:
    column = table.column(name)
    if str(column.type) != "double" or column.null_count:
        raise InputError(f'{path}: column "{name}" does not hold numbers only')
    return np.array(column.to_numpy(), dtype=np.float64)


def series_path(folder: Path, level: str) -> Path:
    """Return the file of the series of a level."""
    return folder / "series" / f"{level}.parquet"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say which file is missing or broken.

    Raises
    ------
    InputError
        In place of what the operating system, the text or Parquet has to say.
    """
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path} is missing; the folder is not complete") from None
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise InputError(f"{path} cannot be read: {reason}; it is damaged or incomplete") from None
