"""A results folder as ``rerun`` needs it: checked through and through, and turned into what was simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.manifest import MANIFEST, load_manifest
from simulator.parameters import ParameterTable, names, table_of
from simulator.periods import labels, years_of
from simulator.scenario import Scenario
from simulator.statistics import FloatArray
from simulator.store import KEYS
from simulator.store_read import PARAMETERS, read_parameters, read_scenario, reading, series_path
from simulator.variables import ENTITIES, LEVELS, variables

IntArray: TypeAlias = npt.NDArray[np.int64]

KINDS: Final = ("double", "float")
"""Types that a column of numbers may have: values are compared in the precision in which they are stored."""


@dataclass(frozen=True)
class Stored:
    """A stored result: what was simulated, and what came out beside the series, which stay in the folder.

    Attributes
    ----------
    folder : Path
    scenarios : tuple of Scenario
        From the files of the folder, base first.
    table : ParameterTable
    seed, runs, quarters : int
    until : str
    checked : bool
        Whether the invariants were tested in every quarter (``--check``): a run that broke one failed.
    sizes : mapping of str to mapping of str to ndarray, shape (runs,)
        Scenario -> lever key -> sampled size.
    failures : mapping of str to mapping of int to str
        Scenario -> failed run -> message.
    medoids : mapping of str to int
    environment : mapping
        As of ``simulator.manifest.environment``, when the result was made.
    """

    folder: Path
    scenarios: tuple[Scenario, ...]
    table: ParameterTable
    seed: int
    runs: int
    quarters: int
    until: str
    checked: bool
    sizes: Mapping[str, Mapping[str, FloatArray]]
    failures: Mapping[str, Mapping[int, str]]
    medoids: Mapping[str, int]
    environment: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenarios, base first."""
        return tuple(scenario.name for scenario in self.scenarios)


def read_stored(directory: Path | str) -> Stored:
    """Read what a results folder says was simulated, and check that its files belong together.

    Raises
    ------
    InputError
        Naming the file: missing, unreadable or incomplete; scenario files or parameters that are not those of the
        manifest; parameters or variables that this version of the model does not have, or that it has in addition.
    """
    folder = Path(directory)
    manifest = load_manifest(folder)
    scenarios = tuple(read_scenario(folder, entry, manifest.until) for entry in manifest.scenarios)
    found, values, sizes = read_parameters(folder, manifest)
    path = folder / PARAMETERS
    _check_names(path, "parameter", found, names(), manifest.model_version)
    table = table_of(manifest.parameters.kind, values, manifest.parameters.calibration)
    if table.hash != manifest.parameters.hash:
        raise InputError(
            f"{path}: these are not the parameters that were simulated (their hash is not that of {MANIFEST}); "
            "put the file back as it was"
        )
    stored = Stored(
        folder=folder,
        scenarios=scenarios,
        table=table,
        seed=manifest.seed,
        runs=manifest.runs,
        quarters=manifest.quarters,
        until=manifest.until,
        checked=manifest.checked,
        sizes=sizes,
        failures={entry.name: dict(manifest.failures[entry.name]) for entry in manifest.scenarios},
        medoids=manifest.medoids,
        environment=manifest.environment,
    )
    for level in LEVELS:
        _check_series(stored, level)
    return stored


def kept_runs(runs: int, failed: Mapping[int, str]) -> list[int]:
    """Return the numbers of the runs that did not fail, ascending."""
    return [run for run in range(runs) if run not in failed]


def read_column(stored: Stored, group: int, level: str, name: str) -> npt.NDArray[Any]:
    """Return one variable of one scenario as stored, shape (rows,); the rows are in the order of ``_check_series``."""
    import pyarrow.parquet as pq

    path = series_path(stored.folder, level)
    with reading(path), pq.ParquetFile(path) as file:
        column = file.read_row_group(group, columns=[name]).column(name)
        return np.asarray(column.to_numpy())


def _check_names(path: Path, what: str, stored: tuple[str, ...], now: tuple[str, ...], version: str) -> None:
    """Refuse names other than the model's, or in another order."""
    if stored == now:
        return
    gone = [name for name in stored if name not in now]
    new = [name for name in now if name not in stored]
    said = [f"{text} {', '.join(words)}" for text, words in (("unknown now:", gone), ("new since:", new)) if words]
    raise InputError(
        f"{path}: its {what}s are not those of this model: {'; '.join(said) or 'they are in another order'}; "
        f"it was written by model version {version}, this is {MODEL_VERSION}; repeat it with the liaosim that wrote it"
    )


def _check_series(stored: Stored, level: str) -> None:
    """Check columns, types and rows of a level: a row group a scenario; rows by frequency, run, period, entity."""
    import pyarrow.parquet as pq

    path = series_path(stored.folder, level)
    with reading(path), pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        for key in KEYS:
            if key not in schema.names:
                raise InputError(f'{path}: there is no column "{key}"')
        found = tuple(name for name in schema.names if name not in KEYS)
        version = stored.environment["model_version"]
        _check_names(path, "variable", found, tuple(v.name for v in variables()[level]), version)
        for name in found:
            if str(schema.field(name).type) not in KINDS:
                kinds = " or ".join(KINDS)
                raise InputError(f'{path}: column "{name}" is of type {schema.field(name).type}, not {kinds}')
        if file.num_row_groups != len(stored.names):
            raise InputError(f"{path}: {file.num_row_groups} row groups for {len(stored.names)} scenarios")
        for group, scenario in enumerate(stored.names):
            keys = file.read_row_group(group, columns=list(KEYS))
            for key, (expected, words) in _expected_keys(stored, scenario, level).items():
                if not _same_keys(keys.column(key), expected, words):
                    raise InputError(
                        f'{path}: column "{key}" of scenario "{scenario}" is not as liaosim writes it; '
                        "rows were changed, added or left out"
                    )


def _expected_keys(stored: Stored, scenario: str, level: str) -> dict[str, tuple[IntArray, Sequence[str]]]:
    """Return the key columns of one scenario and level: positions in some words, or numbers where there are none."""
    runs = np.array(kept_runs(stored.runs, stored.failures[scenario]), dtype=np.int64)
    quarters, years, entities = labels(stored.quarters), years_of(stored.quarters), ENTITIES[level]
    columns: dict[str, list[IntArray]] = {key: [] for key in KEYS}
    first = 0
    for freq, count in enumerate((len(quarters), len(years)) if level == "province" else (len(quarters),)):
        rows = len(runs) * count * len(entities)
        columns["scenario"].append(np.zeros(rows, dtype=np.int64))
        columns["run"].append(np.repeat(runs, count * len(entities)))
        columns["period"].append(np.tile(np.repeat(np.arange(first, first + count), len(entities)), len(runs)))
        columns["freq"].append(np.full(rows, freq, dtype=np.int64))
        columns["entity"].append(np.tile(np.arange(len(entities)), len(runs) * count))
        first += count
    words = {"scenario": (scenario,), "period": (*quarters, *years), "freq": ("Q", "A"), "entity": entities}
    return {key: (np.concatenate(found), words.get(key, ())) for key, found in columns.items()}


def _same_keys(column: Any, expected: IntArray, words: Sequence[str]) -> bool:
    """Tell whether an Arrow column of whole numbers, or of words if there are any, holds what is expected."""
    import pyarrow as pa

    if column.null_count or len(column) != len(expected):
        return False
    if words:
        place = {word: k for k, word in enumerate(words)}
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        parts = [_positions(chunk.dictionary, place)[chunk.indices.to_numpy()] for chunk in coded.chunks]
        values = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    else:
        values = column.to_numpy()
    return bool((values == expected).all())


def _positions(dictionary: Any, place: Mapping[str, int]) -> IntArray:
    """Return the position of each word of an Arrow dictionary, -1 for a strange one."""
    return np.array([place.get(word, -1) for word in dictionary.to_pylist()], dtype=np.int64)
