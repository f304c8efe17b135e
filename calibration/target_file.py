"""The file of targets, read strictly: a target is one series that the model is held against."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final

from calibration.observed import CONTROLS, YEARS
from calibration.operators import NONE, OPERATORS
from simulator.errors import InputError, nearest
from simulator.tables import Table
from simulator.text_file import load_toml
from simulator.words import name_word

SHOWN: Final = 12
"""Names listed in a message."""
SCALES: Final = ("log", "points")
ROLES: Final = ("fit", "compare", "explain", "control")

FACTORS: Final[Mapping[tuple[str, str], float]] = MappingProxyType(
    {
        ("100m yuan", "bn yuan"): 0.1,
        ("100m yuan of 2010", "bn yuan 2010"): 0.1,
        ("bn USD", "bn USD"): 1.0,
        ("share", "%"): 100.0,
        ("per year", "% a year"): 100.0,
        ("thousand persons", "thousand"): 1.0,
        ("yuan per year", "thousand yuan a year"): 0.001,
        ("count", "enterprises"): 1.0,
        ("Mt", "Mt"): 1.0,
        ("million TEU", "m TEU"): 1.0,
    }
)
"""Unit of an observed figure and unit of its target -> factor from one to the other."""


@dataclass(frozen=True)
class Target:
    """One series that the model is held against.

    Attributes
    ----------
    name, title, title_zh, group : str
    entity : str
        Of the observed figures and of the outputs; ``A+B`` is the sum of both.
    variable : str
        Of ``observed.csv``.
    upper : str
        Empty, or the variable of the upper end where `variable` is the lower end of a range: the middle is compared.
    operator : str
        Name in :mod:`calibration.operators`.
    unit : str
        Of figures, observed and simulated.
    scale : {"log", "points"}
        Whether errors are differences of natural logarithms or differences in the unit.
    error : float
        Standard deviation of the observation error on that scale.
    errors : mapping of str to float
        Periods whose error is another one.
    error_persistence : float
        Correlation of these errors from one year to the next, 0 to 1.
    discrepancy : float
        Typical distance of such a model from such a series, on the scale: prior median of its standard deviation.
    periods : tuple of str
        Compared periods, in order of time.
    given : tuple of str
        Those among them whose figure the model starts from or is set by: shown, never fitted.
    role : {"fit", "compare", "explain", "control"}
    padded, scored, base_year_known : bool
    why, error_source : str
    """

    name: str
    title: str
    title_zh: str
    group: str
    entity: str
    variable: str
    upper: str
    operator: str
    unit: str
    scale: str
    error: float
    errors: Mapping[str, float]
    error_persistence: float
    discrepancy: float
    periods: tuple[str, ...]
    given: tuple[str, ...]
    role: str
    padded: bool
    scored: bool
    base_year_known: bool
    why: str
    error_source: str

    @property
    def free(self) -> tuple[str, ...]:
        """Periods that are not given."""
        return tuple(period for period in self.periods if period not in self.given)

    def error_in(self, period: str) -> float:
        """Return the standard deviation of the observation error in a period, on the scale."""
        return self.errors.get(period, self.error)


_OPTIONAL: Final = ("errors", "error_persistence", "given", "upper")
_FIELDS: Final = tuple(f.name for f in fields(Target) if f.name not in ("name", "entity"))
_PLACES: Final = ("entity", "entities")
_TEXTS: Final = ("title", "title_zh", "group", "variable", "operator", "unit", "scale", "role", "why", "error_source")
_YES_NO: Final = ("padded", "scored", "base_year_known")


def read(text: str, file: str, observed: Table) -> Mapping[str, Target]:
    """Parse and check a table of targets; `file` names it in errors.

    Raises
    ------
    InputError
        Naming file, target, key and value: a missing or unknown key, a value of a wrong kind or not among the allowed
        ones, a period or a variable without an observed figure, or units that do not fit.
    """
    found: dict[str, Target] = {}
    for family, raw in load_toml(text, file).items():
        for one in _family(raw, f"{file}: [{family}]", family, observed):
            if one.name in found:
                raise InputError(f"{file}: [{family}]: a target {one.name} stands above already")
            found[one.name] = one
    return MappingProxyType(found)


def _family(raw: Any, where: str, family: str, observed: Table) -> Iterable[Target]:
    """Check one table of the file and return its targets: one, or one for each of its entities."""
    if not isinstance(raw, dict):
        raise InputError(f"{where}: expected a table with {', '.join(_FIELDS)}")
    allowed = (*_FIELDS, *_PLACES)
    for key in raw:
        if key not in allowed:
            raise InputError(f"{where}: {key} is not known; allowed are {', '.join(allowed)}{nearest(key, allowed)}")
    for key in _FIELDS:
        if key not in raw and key not in _OPTIONAL:
            raise InputError(f"{where}: {key} is missing")
    if ("entity" in raw) == ("entities" in raw):
        raise InputError(f"{where}: give either entity or entities")
    if "entity" in raw:
        yield _one(raw, where, family, _text(raw, "entity", where), observed)
        return
    for entity in _list(raw["entities"], "entities", where):
        yield _one(raw, where, f"{family}_{entity.lower().replace(' ', '_')}", entity, observed)


def _one(raw: Mapping[str, Any], where: str, name: str, entity: str, observed: Table) -> Target:
    texts = {key: _text(raw, key, where) for key in _TEXTS}
    _among(texts["scale"], SCALES, "scale", where)
    _among(texts["role"], ROLES, "role", where)
    _among(texts["operator"], OPERATORS, "operator", where)
    if (texts["operator"] == NONE) != (texts["role"] == "control"):
        raise InputError(f'{where}: the operator "{NONE}" is for the role control, and for it only')
    if texts["role"] == "control":
        _among(entity, CONTROLS, "entity", where)
    for key in _YES_NO:
        if not isinstance(raw[key], bool):
            raise InputError(f"{where}: {key} = {raw[key]!r}; allowed are true and false")
    periods = _periods(raw["periods"], "periods", where)
    given = _periods(raw.get("given", []), "given", where)
    errors = raw.get("errors", {})
    if not isinstance(errors, dict):
        raise InputError(f'{where}: errors = {errors!r}; write {{ "2010" = 0.08 }}')
    for key, some in (("given", given), ("errors", errors)):
        for period in some:
            _among(period, periods, f"{key}: period", where)
    upper = _text(raw, "upper", where) if "upper" in raw else ""
    for variable in (texts["variable"], upper) if upper else (texts["variable"],):
        _observed(variable, entity, periods, texts["unit"], where, observed)
    for key, lang in (("title", "en"), ("title_zh", "zh")):
        texts[key] = texts[key].replace("{entity}", name_word(entity, lang))
    return Target(
        name=name,
        entity=entity,
        upper=upper,
        error=_positive(raw["error"], "error", where),
        errors=MappingProxyType({p: _positive(e, f"errors: {p}", where) for p, e in errors.items()}),
        error_persistence=_correlation(raw.get("error_persistence", 0.0), where),
        discrepancy=_positive(raw["discrepancy"], "discrepancy", where),
        periods=periods,
        given=given,
        padded=raw["padded"],
        scored=raw["scored"],
        base_year_known=raw["base_year_known"],
        **texts,
    )


def _observed(variable: str, entity: str, periods: Iterable[str], unit: str, where: str, observed: Table) -> None:
    """Check that every figure is observed and that its unit fits."""
    known = list(dict.fromkeys(row.variable for row in observed.rows))
    _among(variable, known, "variable", where)
    for one in entity.split("+"):
        _among(one, list(dict.fromkeys(r.entity for r in observed.rows if r.variable == variable)), "entity", where)
        series = {row.period: row for row in observed.rows if (row.entity, row.variable) == (one, variable)}
        for period in periods:
            _among(period, list(series), "period", where)
            if (series[period].unit, unit) not in FACTORS:
                fitting = [mine for theirs, mine in FACTORS if theirs == series[period].unit]
                raise InputError(
                    f'{where}: unit = "{unit}" does not fit {variable} in {series[period].unit}; allowed: '
                    f"{', '.join(fitting)}{nearest(unit, fitting)}"
                )


def _periods(value: Any, key: str, where: str) -> tuple[str, ...]:
    """Return a list of periods, written as one or as ``"2006 to 2017"``."""
    if isinstance(value, str):
        first, _, last = value.partition(" to ")
        if first in YEARS and last in YEARS and first < last:
            return YEARS[YEARS.index(first) : YEARS.index(last) + 1]
        raise InputError(f'{where}: {key} = "{value}"; write a list or "2006 to 2017"')
    return tuple(_list(value, key, where, empty=key == "given"))


def _list(value: Any, key: str, where: str, empty: bool = False) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or not (value or empty):
        raise InputError(f"{where}: {key} must be a list of texts")
    if len(set(value)) < len(value):
        raise InputError(f"{where}: {key} names something twice")
    return value


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: {key} must be a text that is not empty")
    return value


def _among(value: str, allowed: Iterable[str], key: str, where: str) -> None:
    names = list(allowed)
    if value not in names:
        shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        raise InputError(f'{where}: {key} = "{value}"; allowed: {shown}{nearest(value, names)}')


def _positive(value: Any, key: str, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0.0:
        raise InputError(f"{where}: {key} = {value!r} is not a number above zero")
    return float(value)


def _correlation(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value < 1.0:
        raise InputError(f"{where}: error_persistence = {value!r}; allowed are numbers from 0 to below 1")
    return float(value)
