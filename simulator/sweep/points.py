"""Points of a design: which values of levers and parameters a sweep tries together."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.parameters import names, quantiles
from simulator.sweep.spec import DesignSpec, Dimension, LeverDimension, ParameterDimension

if TYPE_CHECKING:
    import pandas as pd

FloatArray: TypeAlias = npt.NDArray[np.float64]

DESIGN_STREAM: Final = 7_002
"""Id of the stream of designs, beside those of ``draws.STREAMS`` and of ``parameters``."""


@dataclass(frozen=True)
class Design:
    """Points of a design.

    Attributes
    ----------
    dimensions : tuple of Dimension
        Axes, in the order of the file.
    values : ndarray, shape (points, dimensions)
        Sizes of levers in the unit of the instrument, parameters in their own.
    points : tuple of str
        Id of each point: 12 letters of the SHA-256 of its values by column. A point keeps its id when the design is
        enlarged or the axes stand in another order.
    """

    dimensions: tuple[Dimension, ...]
    values: FloatArray
    points: tuple[str, ...]

    @cached_property
    def levers(self) -> tuple[int, ...]:
        """Columns that are sizes of levers."""
        return tuple(k for k, axis in enumerate(self.dimensions) if isinstance(axis, LeverDimension))

    @cached_property
    def parameters(self) -> tuple[int, ...]:
        """Columns that are parameters of the model."""
        return tuple(k for k, axis in enumerate(self.dimensions) if isinstance(axis, ParameterDimension))

    @cached_property
    def _places(self) -> list[int]:
        """Places of the varied parameters in a row of all parameters, in the order of ``parameters``."""
        known = names()
        return [known.index(self.dimensions[column].name) for column in self.parameters]

    def frame(self) -> pd.DataFrame:
        """Return one row a point: ``point`` (id), ``number`` (from 0), then a float64 column a dimension."""
        import pandas as pd

        columns: dict[str, Any] = {"point": list(self.points), "number": np.arange(len(self.points), dtype=np.int32)}
        columns |= {axis.name: self.values[:, k] for k, axis in enumerate(self.dimensions)}
        return pd.DataFrame(columns)


def make_design(spec: DesignSpec | None, seed: int) -> Design:
    """Return the points of a design; without one, no dimension and no point.

    A grid is the product of its axes, the last one fastest. Points of lhs and sobol come from one stream of `seed`; a
    larger sobol design begins with the points of a smaller one. Of points with the same values the first is kept.

    Raises
    ------
    ValueError
        If the number of points, or of values of an axis of a grid, is not given.
    """
    if spec is None or not spec.dimensions:
        return Design((), np.empty((0, 0)), ())
    values = _grid(spec) if spec.method == "grid" else _sampled(spec, seed)
    ids = _ids([axis.name for axis in spec.dimensions], values)
    first = sorted({point: row for row, point in reversed(list(enumerate(ids)))}.values())
    return Design(spec.dimensions, values[first], tuple(ids[row] for row in first))


def parameter_row(row: FloatArray, design: Design, point: int) -> FloatArray:
    """Return a row of parameters with those of a point put in: a copy, or `row` itself if the design has none.

    Parameters
    ----------
    row : ndarray, shape (parameters,)
        In the order of ``parameters.names()``.
    design : Design
    point : int
        Number of the point, from 0.
    """
    if not design.parameters:
        return row
    changed = row.copy()
    changed[design._places] = design.values[point, list(design.parameters)]
    return changed


def _grid(spec: DesignSpec) -> FloatArray:
    """Return the product of the axes, the last one fastest; any number of axes, unlike ``numpy.meshgrid``."""
    axes = [_axis(axis, spec.n) for axis in spec.dimensions]
    values = np.empty((math.prod(len(axis) for axis in axes), len(axes)))
    block = len(values)
    for k, axis in enumerate(axes):
        before, block = len(values) // block, block // len(axis)
        values[:, k] = np.tile(np.repeat(axis, block), before)
    return values


def _axis(axis: Dimension, n: int | None) -> FloatArray:
    """Return the values of one axis of a grid, shape (values,); a single value lies in the middle."""
    if axis.values is not None:
        return np.array(axis.values, dtype=np.float64) + 0.0  # no negative zero, so that ids are the same
    if n is None or n < 1:
        raise ValueError(f"the number of values of {axis.name} is not given")
    if n == 1 or (isinstance(axis, ParameterDimension) and axis.prior):
        return _scaled(axis, (np.arange(n) + 0.5) / n)
    return _scaled(axis, np.arange(n) / (n - 1))  # a fraction is rounded once: 1/2 and 3/6 are the same point


def _sampled(spec: DesignSpec, seed: int) -> FloatArray:
    """Return points of lhs or sobol; a dimension's coordinate goes by its name, so that the order does not matter."""
    from scipy.stats import qmc

    if spec.n is None or spec.n < 1:
        raise ValueError("the number of points is not given")
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0, DESIGN_STREAM])))
    width = len(spec.dimensions)
    engine: qmc.QMCEngine
    if spec.method == "sobol":
        engine = qmc.Sobol(width, scramble=True, rng=generator)
    else:
        engine = qmc.LatinHypercube(width, scramble=True, rng=generator)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The balance properties of Sobol'", category=UserWarning)
        u = engine.random(spec.n)
    order = sorted(range(width), key=lambda k: spec.dimensions[k].name)
    values = np.empty_like(u)
    for coordinate, k in enumerate(order):
        values[:, k] = _scaled(spec.dimensions[k], u[:, coordinate])
    return values


def _scaled(axis: Dimension, u: FloatArray) -> FloatArray:
    """Map fractions from 0 to 1 to a dimension: evenly between its ends, or through the parameter's prior."""
    if isinstance(axis, ParameterDimension) and axis.prior:
        return quantiles(u[:, np.newaxis], [axis.name])[:, 0]
    return np.where(u == 1.0, axis.high, np.minimum(axis.low + u * (axis.high - axis.low), axis.high)) + 0.0


def _ids(columns: Sequence[str], values: FloatArray) -> list[str]:
    order = sorted(range(len(columns)), key=lambda k: columns[k])
    texts = (json.dumps([[columns[k], repr(row[k])] for k in order]) for row in values.tolist())
    return [hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts]
