"""A calibrated posterior as data: read from its folder and checked, and drawn from as the parameters of an ensemble.

Draws, not a formula: ``draws.parquet`` holds 1,024 rows of the fitted parameters. All other parameters keep their
prior, and row k of the posterior always goes with row k of the prior.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator import MODEL_VERSION
from simulator.errors import InputError, nearest
from simulator.parameters import (
    PRIOR_ROWS,
    Calibration,
    Parameter,
    ParameterTable,
    parameters,
    prior_rows,
    row_of_run,
    table_of,
)
from simulator.text_file import printable, read_text

FloatArray = npt.NDArray[np.float64]

POSTERIORS: Final = Path(__file__).parent / "posteriors"
"""Where the posteriors that come with this version lie, a folder each."""
SHIPPED: Final = "shipped"
VALIDATION: Final = "validation"
"""Fitted without the last years, to judge forecasts of them."""
FORMAT: Final = "liaosim posterior"
DRAWS: Final = "draws.parquet"
TABLE: Final = "parameters.csv"
MANIFEST: Final = "manifest.json"
COLUMNS: Final = (
    "name", "unit", "status", "prior_low", "prior_high", "median", "p05", "p95", "contraction", "rhat", "ess",
)  # fmt: skip
_TEXTS: Final = ("name", "model_version", "data_hash", "parameters_hash")
_COUNTS: Final = ("first_year", "last_year", "draws")
_NUMBERS: Final = ("effective_sample_size", "max_rhat")
_MAX_NAME: Final = 60


@dataclass(frozen=True)
class Fitted:
    """What is known of one fitted parameter: a row of ``parameters.csv``.

    ``contraction`` is 1 - sd of the posterior / sd of the prior: 0 where the data say nothing, 1 where they say all.
    """

    name: str
    unit: str
    status: str
    prior_low: float
    prior_high: float
    median: float
    p05: float
    p95: float
    contraction: float
    rhat: float
    ess: float


@dataclass(frozen=True, eq=False)
class Posterior:
    """A posterior, checked.

    Attributes
    ----------
    names : tuple of str
        Fitted parameters, in the order of the columns of `values`.
    values : ndarray, shape (1024, fitted parameters)
        Units of ``parameters.toml``.
    table : tuple of Fitted
        One a fitted parameter, in the same order.
    name, model_version, first_year, last_year, data_hash, parameters_hash, effective_sample_size, max_rhat
        As of its ``manifest.json``; the years are those of the data, both included.
    created_with : mapping
        Versions of the packages that made it.
    """

    names: tuple[str, ...]
    values: FloatArray
    table: tuple[Fitted, ...]
    name: str
    model_version: str
    first_year: int
    last_year: int
    data_hash: str
    parameters_hash: str
    effective_sample_size: float
    max_rhat: float
    created_with: dict[str, Any]

    @property
    def hash(self) -> str:
        """SHA-256 of the fitted parameters and their draws, hexadecimal."""
        digest = hashlib.sha256("\n".join(self.names).encode())
        digest.update(np.ascontiguousarray(self.values).tobytes())
        return digest.hexdigest()

    @property
    def calibration(self) -> Calibration:
        """What tables drawn from it, and manifests, say of it."""
        return Calibration(
            name=self.name,
            hash=self.hash,
            model_version=self.model_version,
            first_year=self.first_year,
            last_year=self.last_year,
            contraction={row.name: row.contraction for row in self.table},
        )


def shipped(name: str = SHIPPED, root: Path | None = None) -> Posterior | None:
    """Return a posterior that comes with this version, ``shipped`` or ``validation``; None if there is none.

    Parameters
    ----------
    name : str
    root : path, optional
        Where to look; by default in the package.

    Raises
    ------
    InputError
        Its files are damaged or do not fit the parameters of this version.
    """
    folder = (POSTERIORS if root is None else root) / name
    return _kept(folder) if folder.is_dir() else None


@cache
def _kept(folder: Path) -> Posterior:
    """Read a folder once; the files of a package do not change under a process."""
    found = read_posterior(folder)
    if found.name != folder.name:
        raise InputError(f'{folder / MANIFEST}: "name" is "{found.name}", not "{folder.name}"')
    return found


def all_shipped() -> tuple[Posterior, ...]:
    """Return the posteriors that come with this version: the shipped one, then that of the validation."""
    found = (shipped(name) for name in (SHIPPED, VALIDATION))
    return tuple(posterior for posterior in found if posterior is not None)


def default_kind() -> str:
    """Return where parameters come from if nobody says: the posterior if one is shipped, else the prior."""
    return "posterior" if (POSTERIORS / SHIPPED).is_dir() else "prior"


def posterior_table(runs: int, seed: int, folder: str | Path | None = None) -> ParameterTable:
    """Return the parameters of an ensemble: run i uses row ``permutation(seed)[i mod 1024]`` of posterior and prior.

    Parameters
    ----------
    runs, seed : int
    folder : path, optional
        Of ``liaosim calibrate``; by default the shipped posterior.

    Raises
    ------
    InputError
        Nothing is shipped, or a file of the folder is wrong.
    """
    posterior = shipped() if folder is None else read_posterior(folder)
    if posterior is None:
        raise InputError("parameters: this version ships no calibrated parameters; use prior, point or a TOML file")
    rows = row_of_run(runs, seed, PRIOR_ROWS)
    values = prior_rows(rows)
    place = {p.name: k for k, p in enumerate(parameters())}
    values[:, [place[name] for name in posterior.names]] = posterior.values[rows]
    return table_of("posterior", values, posterior.calibration)


def version_warning(calibration: Calibration | None, model_version: str = MODEL_VERSION) -> str | None:
    """Return what a user must know of a posterior that was fitted with another version of the model; None if it is not.

    Parameters
    ----------
    calibration
        Of the parameters of a result.
    model_version
        That made the result.
    """
    if calibration is None or calibration.model_version == model_version:
        return None
    return (
        f'the posterior "{calibration.name}" was fitted with model version {calibration.model_version}, this is'
        f" {model_version}: its parameters may no longer fit the data"
    )


# Reading


def read_posterior(folder: str | Path) -> Posterior:
    """Read a folder of ``liaosim calibrate`` (or a shipped one) and check that it is whole.

    Raises
    ------
    InputError
        Naming file and key or column: missing, damaged or of another format; an unknown parameter; not 1,024 draws; a
        draw that is not finite or outside the range of its parameter; a table that is not of the same parameters.
    """
    place = Path(folder)
    entries = _read_manifest(place / MANIFEST)
    names, values = _read_draws(place / DRAWS)
    table = {row.name: row for row in _read_table(place / TABLE)}
    if sorted(table) != sorted(names):
        odd = sorted(set(table) ^ set(names))
        raise InputError(f"{place / TABLE} and {DRAWS} are not of the same parameters: {', '.join(odd[:5])}")
    return Posterior(names=names, values=values, table=tuple(table[name] for name in names), **entries)


def _read_manifest(path: Path) -> dict[str, Any]:
    """Return the entries that a posterior keeps, checked."""
    shown = printable(str(path))
    if not path.exists():
        raise InputError(
            f"{printable(str(path.parent))} holds no {MANIFEST}; name a folder that liaosim calibrate --out wrote"
        )
    try:
        content = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{shown} is not valid JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f'{shown}: "format" is not "{FORMAT}"; name a folder that liaosim calibrate --out wrote')
    for key in _TEXTS:
        value = content.get(key)
        if not isinstance(value, str) or not value.strip() or (key == "name" and len(value) > _MAX_NAME):
            raise InputError(f'{shown}: "{key}" is missing or is not a text')
    for key in (*_COUNTS, *_NUMBERS):
        value, kinds = content.get(key), int if key in _COUNTS else int | float
        if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
            raise InputError(f'{shown}: "{key}" is missing or is not a {"whole " if key in _COUNTS else ""}number')
    if content["draws"] != PRIOR_ROWS:
        raise InputError(f'{shown}: "draws" is {content["draws"]:,}; a posterior has {PRIOR_ROWS:,}')
    if content["first_year"] > content["last_year"]:
        raise InputError(f'{shown}: "first_year" {content["first_year"]} is after "last_year" {content["last_year"]}')
    if not isinstance(content.get("created_with"), dict):
        raise InputError(f'{shown}: "created_with" is missing or is not a table')
    kept = (*_TEXTS, "first_year", "last_year", *_NUMBERS, "created_with")
    return {key: content[key] for key in kept}


def _read_draws(path: Path) -> tuple[tuple[str, ...], FloatArray]:
    """Return fitted parameters and their draws, shape (1024, parameters), checked against their ranges."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = printable(str(path))
    if not path.is_file():
        raise InputError(f"{shown} is missing; a posterior consists of {DRAWS}, {TABLE} and {MANIFEST}")
    try:
        found = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{shown} cannot be read: {' '.join(str(error).split())}") from None
    if found.num_rows != PRIOR_ROWS:
        raise InputError(f"{shown}: {found.num_rows:,} rows; a posterior has {PRIOR_ROWS:,}")
    if not found.column_names:
        raise InputError(f"{shown}: there is no column; it has one a fitted parameter")
    columns = [_draws_of(_parameter(name, shown), found, k, shown) for k, name in enumerate(found.column_names)]
    if len(set(found.column_names)) < len(columns):
        raise InputError(f"{shown}: a column is there twice")
    return tuple(found.column_names), np.column_stack(columns)


def _draws_of(p: Parameter, table: Any, column: int, shown: str) -> FloatArray:
    """Return one column of draws, checked."""
    import pyarrow as pa

    found = table.column(column)
    if found.type != pa.float64() or found.null_count:
        raise InputError(f'{shown}: column "{p.name}" must hold numbers (float64) and no gaps; it is {found.type}')
    values = np.asarray(found.to_numpy(), dtype=np.float64)
    if not np.isfinite(values).all():
        raise InputError(f'{shown}: column "{p.name}" holds a value that is not finite')
    outside = np.flatnonzero((values < p.low) | (values > p.high))
    if len(outside):
        raise InputError(
            f'{shown}: column "{p.name}", row {outside[0]}: {float(values[outside[0]])!r} is outside its range;'
            f" allowed: {p.low:g} to {p.high:g} ({p.unit})"
        )
    return values


def _read_table(path: Path) -> Iterator[Fitted]:
    """Yield the rows of ``parameters.csv``, checked."""
    shown = printable(str(path))
    if not path.is_file():
        raise InputError(f"{shown} is missing; a posterior consists of {DRAWS}, {TABLE} and {MANIFEST}")
    try:
        head, *rows = list(csv.reader(io.StringIO(read_text(path)))) or [[]]
    except csv.Error as error:
        raise InputError(f"{shown} is not a table of comma-separated values: {error}") from None
    if tuple(head) != COLUMNS:
        raise InputError(f"{shown}: the first line must be {','.join(COLUMNS)}")
    seen: set[str] = set()
    for line, row in enumerate(rows, 2):
        if len(row) != len(COLUMNS):
            raise InputError(f"{shown}, line {line}: {len(row)} cells; there must be {len(COLUMNS)}")
        name, unit, status, *cells = row
        _parameter(name, shown)
        if name in seen:
            raise InputError(f'{shown}, line {line}: "{name}" is there twice')
        seen.add(name)
        where = f"{shown}, line {line}"
        numbers = {key: _number(cell, key, where) for key, cell in zip(COLUMNS[3:], cells, strict=True)}
        if not numbers["p05"] <= numbers["median"] <= numbers["p95"] or numbers["contraction"] > 1.0:
            raise InputError(f"{shown}, line {line}: need p05 <= median <= p95 and contraction <= 1")
        yield Fitted(name, unit, status, **numbers)


def _number(cell: str, key: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f'{where}: {key} = "{printable(cell[:_MAX_NAME])}" is not a finite number')
    return value


def _parameter(name: str, shown: str) -> Parameter:
    known = {p.name: p for p in parameters()}
    if name not in known:
        asked = printable(name[:_MAX_NAME])
        near = nearest(asked, known) or "; docs/parameters.md lists them all"
        raise InputError(f'{shown}: "{asked}" is not a parameter of this version{near}')
    return known[name]
