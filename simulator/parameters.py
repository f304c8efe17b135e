"""Every parameter of the rules: meaning, unit, range, evidence and source, read from ``parameters.toml``."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError, nearest
from simulator.text_file import load_toml, printable, read_text

STATUSES: Final = ("F", "F±", "D", "S", "U", "A")
FIELDS: Final = ("symbol", "meaning", "unit", "low", "point", "high", "status", "source")
GROUP_SUFFIXES: Final = ("steel", "machinery", "petrochemicals", "other")
PRIOR_ROWS: Final = 1024
PRIOR_STREAM: Final = 7_000
ORDER_STREAM: Final = 7_001


@dataclass(frozen=True)
class Parameter:
    """One parameter. `low`, `point`, `high` span its prior; `status` is its evidence (see ``docs/model.md``)."""

    name: str
    symbol: str
    meaning: str
    unit: str
    low: float
    point: float
    high: float
    status: str
    source: str

    @property
    def logarithmic(self) -> bool:
        """Whether the prior lies on a log scale: positive and spanning more than a factor of five."""
        return self.low > 0.0 and self.high / self.low > 5.0


@dataclass(frozen=True)
class Calibration:
    """The posterior that the rows of a table come from; see ``simulator.posterior``.

    Attributes
    ----------
    name : str
        ``shipped``, ``validation``, or the name of a posterior of the user's own.
    hash : str
        SHA-256 of its fitted parameters and their draws.
    model_version : str
        Version of the model that was fitted.
    first_year, last_year : int
        Years of the data.
    contraction : mapping of str to float
        Fitted parameter -> 1 - sd of the posterior / sd of the prior.
    """

    name: str
    hash: str
    model_version: str
    first_year: int
    last_year: int
    contraction: Mapping[str, float]


@dataclass(frozen=True)
class ParameterTable:
    """Parameter values of an ensemble.

    Attributes
    ----------
    kind : str
        prior, posterior, point or file.
    hash : str
        SHA-256 of kind, names and values.
    names : tuple of str
    values : ndarray, shape (runs, parameters)
        Row i belongs to run i.
    calibration : Calibration, optional
        The posterior that the rows come from, if they do.
    """

    kind: str
    hash: str
    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    calibration: Calibration | None = None

    def records(self) -> np.ndarray[Any, np.dtype[Any]]:
        """Return the rows as parameter records, shape (runs,)."""
        return np.ascontiguousarray(self.values).view(record_type())[:, 0]


def read(text: str, place: str) -> tuple[Parameter, ...]:
    """Parse and check a parameter declaration; `place` names it in errors.

    Raises
    ------
    InputError
        Naming parameter, field and value that are wrong.
    """
    return tuple(_check(name, row, place) for name, row in load_toml(text, place).items())


def _check(name: str, row: Any, place: str) -> Parameter:
    where = f"{place}: [{name}]"
    if not name.isascii() or not name.islower() or not name.replace("_", "").isalnum():
        raise InputError(f"{where}: a name has lower-case ASCII letters, digits and underscores")
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected a table with {', '.join(FIELDS)}")
    for field in FIELDS:
        if field not in row:
            raise InputError(f"{where}: {field} is missing; needed are {', '.join(FIELDS)}")
    for field in row:
        if field not in FIELDS:
            raise InputError(f"{where}: {field} is not known; allowed are {', '.join(FIELDS)}{nearest(field, FIELDS)}")
    for field in ("low", "point", "high"):
        value = row[field]
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InputError(f"{where}: {field} = {value!r} is not a finite number")
    if not row["low"] <= row["point"] <= row["high"] or row["low"] == row["high"]:
        given = f"{row['low']}, {row['point']}, {row['high']}"
        raise InputError(f"{where}: need low <= point <= high and low < high, got {given}")
    if row["status"] not in STATUSES:
        raise InputError(f"{where}: status = {row['status']!r}; allowed are {', '.join(STATUSES)}")
    for field in ("symbol", "meaning", "unit", "source"):
        if not isinstance(row[field], str) or not row[field].strip():
            raise InputError(f"{where}: {field} must be a text that is not empty")
    numbers = {field: float(row[field]) for field in ("low", "point", "high")}
    return Parameter(name=name, **{**{f: row[f] for f in FIELDS}, **numbers})


@cache
def parameters() -> tuple[Parameter, ...]:
    """Return all parameters in the order of ``parameters.toml``, checked."""
    text = files("simulator").joinpath("parameters.toml").read_text(encoding="utf-8")
    return read(text, "parameters.toml")


def names() -> tuple[str, ...]:
    """Return the names of all parameters, in order."""
    return tuple(p.name for p in parameters())


@cache
def record_type() -> np.dtype[Any]:
    """Return the record type of one parameter draw: a float64 each, vectors for parameters by industry group."""
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
    ordered = names()
    position = 0
    while position < len(ordered):
        stem, _, suffix = ordered[position].rpartition("_")
        if suffix == GROUP_SUFFIXES[0]:
            expected = tuple(f"{stem}_{s}" for s in GROUP_SUFFIXES)
            if ordered[position : position + 4] != expected:
                raise InputError(f"parameters.toml: {stem} needs {', '.join(expected)} one after the other")
            fields.append((stem, "f8", (4,)))
            position += 4
        else:
            fields.append((ordered[position], "f8"))
            position += 1
    return np.dtype(fields)


def point_values() -> npt.NDArray[np.float64]:
    """Return the point values, shape (parameters,)."""
    return np.array([p.point for p in parameters()])


def quantiles(u: npt.NDArray[np.float64], of: Sequence[str] | None = None) -> npt.NDArray[np.float64]:
    """Map uniforms to the priors: PERT(low, point, high), on a log scale where high/low > 5.

    Parameters
    ----------
    u : ndarray, shape (rows, parameters)
        Uniforms from 0 to 1.
    of : sequence of str, optional
        Names of the parameters of the columns. Default: all, in order.

    Returns
    -------
    ndarray, shape (rows, parameters)

    Raises
    ------
    KeyError
        If one of `of` is no parameter.
    """
    known = {p.name: p for p in parameters()}
    table = [known[name] for name in (known if of is None else of)]
    low, point, high = (np.array([_scale(p, getattr(p, f)) for p in table]) for f in ("low", "point", "high"))
    values = pert(u, low, point, high)
    for k, p in enumerate(table):
        if p.logarithmic:
            values[:, k] = np.exp(values[:, k])
        np.clip(values[:, k], p.low, p.high, out=values[:, k])
    return values


def _scale(p: Parameter, value: float) -> float:
    return math.log(value) if p.logarithmic else value


def pert(u: npt.ArrayLike, low: npt.ArrayLike, mode: npt.ArrayLike, high: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return quantiles of the PERT distribution: a beta between `low` and `high` with weight 4 on its mode."""
    from scipy.special import betaincinv

    low, mode, high = (np.asarray(x, dtype=np.float64) for x in (low, mode, high))
    width = high - low
    a = 1.0 + 4.0 * (mode - low) / width
    b = 1.0 + 4.0 * (high - mode) / width
    return np.asarray(low + width * betaincinv(a, b, np.asarray(u, dtype=np.float64)), dtype=np.float64)


def _prior_uniforms(name: str) -> npt.NDArray[np.float64]:
    """Return the uniforms of one parameter's prior, addressed by its name: a new parameter moves no other's draws."""
    key = np.random.SeedSequence([0, 0, PRIOR_STREAM, zlib.crc32(name.encode())])
    return np.random.Generator(np.random.Philox(key)).random(PRIOR_ROWS)


def prior_rows(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return rows of the prior by their numbers, each from 0 to ``PRIOR_ROWS`` - 1; shape (rows, parameters)."""
    u = np.column_stack([_prior_uniforms(name) for name in names()])
    chosen, back = np.unique(rows, return_inverse=True)
    return quantiles(u[chosen])[back]


def row_of_run(runs: int, seed: int, rows: int) -> npt.NDArray[np.int64]:
    """Return the row of the parameter table of every run: ``permutation(seed)[i mod rows]``, shape (runs,)."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0, ORDER_STREAM])))
    order = generator.permutation(rows)
    return np.asarray(order[np.arange(runs) % rows], dtype=np.int64)


def _hash(kind: str, values: npt.NDArray[np.float64]) -> str:
    digest = hashlib.sha256(kind.encode())
    digest.update("\n".join(names()).encode())
    digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def table_of(
    kind: str, values: npt.NDArray[np.float64], calibration: Calibration | None = None
) -> ParameterTable:
    """Wrap values, shape (runs, parameters), as a table."""
    return ParameterTable(kind, _hash(kind, values), names(), values, calibration)


def draw_table(kind: str, runs: int, seed: int, file: str | Path | None = None) -> ParameterTable:
    """Return the parameter values of an ensemble.

    Parameters
    ----------
    kind : {"prior", "posterior", "point", "file"}
        prior: sampled from the ranges; posterior: the shipped draws of the fitted parameters, or those of a folder, and
        rows of the prior for the others; point: the point values; file: a TOML file ``name = value``, the rest at
        point.
    runs, seed : int
        Size and seed of the ensemble; run i uses row ``permutation(seed)[i mod n]`` of the prior and of the posterior.
    file : path, optional
        For ``kind="file"``; for ``kind="posterior"`` a folder of ``liaosim calibrate``.

    Raises
    ------
    InputError
        Unknown kind, a wrong file or folder, or no shipped posterior.
    """
    if kind == "prior":
        return table_of(kind, prior_rows(row_of_run(runs, seed, PRIOR_ROWS)))
    if kind == "posterior":
        from simulator.posterior import posterior_table  # which reads draws with what stands here

        return posterior_table(runs, seed, file)
    values = point_values()
    if kind == "file":
        if file is None:
            raise InputError("parameters: a file is needed for kind 'file'")
        values = apply_file(values, Path(file))
    elif kind != "point":
        raise InputError(f"parameters: {kind!r} is not known; allowed are prior, point, posterior or a TOML file")
    return table_of(kind, np.repeat(values[np.newaxis], runs, axis=0))


def apply_file(values: npt.NDArray[np.float64], path: Path) -> npt.NDArray[np.float64]:
    """Return a copy of `values` with those of a TOML file ``name = value`` put in.

    Raises
    ------
    InputError
        Unreadable file, unknown name (with the nearest match), not a number, or outside the parameter's range.
    """
    shown = printable(str(path))
    raw = load_toml(read_text(path), shown)
    known = {p.name: (k, p) for k, p in enumerate(parameters())}
    result = values.copy()
    for name, value in raw.items():
        if name not in known:
            near = nearest(printable(name[:60]), known) or "; docs/parameters.md lists them all"
            raise InputError(f'{shown}: "{printable(name[:60])}" is not a parameter{near}')
        k, p = known[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise InputError(f"{shown}: {name} = {printable(repr(value)[:60])} is not a finite number")
        if not p.low <= value <= p.high:
            given = f"{value:g}" if abs(value) < 1e300 else "a number beyond all bounds"
            raise InputError(
                f"{shown}: {name} = {given} is outside its range; allowed: {p.low:g} to {p.high:g} ({p.unit})"
            )
        result[k] = float(value)
    return result
