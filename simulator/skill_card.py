"""What the skill card says of an output: where the model forecast years that it had not seen worse than no change.

The scores come with the posterior that they judge, as ``posteriors/skill.csv``; only those of pure forecasts count
here, with drivers that were known at their origin.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from simulator import posterior
from simulator.errors import InputError
from simulator.text_file import read_text

FILE: Final = "skill.csv"
COLUMNS: Final = (
    "series", "entity", "padded", "base_year_known", "horizon", "method", "rmse", "mase", "crps", "coverage90", "n",
)  # fmt: skip
MODEL: Final = "model_frozen"
NAIVE: Final = "random_walk"
WHOLE: Final = "all"
"""Horizon of the rows over all years ahead."""
ENTITY: Final = "Liaoning"
SERIES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "gdp_restated": ("GDP at current prices", "当年价地区生产总值"),
        "exports_usd": ("Exports", "出口"),
        "imports_usd": ("Imports", "进口"),
        "trade_usd": ("Exports and imports together", "进出口总额"),
        "population": ("Population", "人口"),
        "employment": ("Employment", "就业"),
        "wage": ("Wage", "工资"),
        "bank_deposits": ("Deposits", "存款"),
    }
)
"""Scored series of the province, by the names of the targets -> how it is called."""
OUTPUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gdp_nominal": "gdp_restated",
        "gdp_real": "gdp_restated",
        "exports": "exports_usd",
        "exports_usd": "exports_usd",
        "imports": "imports_usd",
        "imports_usd": "imports_usd",
        "population": "population",
        "employment": "employment",
        "wage": "wage",
    }
)
"""Output of the model -> the series that judges it. Real GDP is judged by the only GDP that was measured."""
_SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "{series}: outside the years it was fitted to, the model forecast this worse than a random walk"
        " (RMSE {model} against {naive}).",
        "zh": "{series}：在拟合年份之外，模型的预测不如随机游走（均方根误差 {model}，后者 {naive}）。",
    }
)


@dataclass(frozen=True)
class Skill:
    """One row of the skill card: how one method forecast one series.

    Attributes
    ----------
    series, entity, horizon, method : str
        ``horizon`` is a number of years ahead, or ``all``.
    padded, base_year_known : bool
    rmse, mase, crps, coverage90 : float
        NaN where the method has no such score.
    n : int
        Forecasts that were scored.
    """

    series: str
    entity: str
    padded: bool
    base_year_known: bool
    horizon: str
    method: str
    rmse: float
    mase: float
    crps: float
    coverage90: float
    n: int


def losing(variable: str, lang: str = "en", root: Path | None = None) -> str | None:
    """Return a sentence if the model forecast an output of the province worse than a random walk; else None.

    Parameters
    ----------
    variable : str
        An output of the province; None is returned for one that no series judges.
    lang : str
        ``en`` or ``zh``.
    root : path, optional
        Folder of ``skill.csv``; by default in the package.

    Raises
    ------
    InputError
        The skill card is damaged.
    """
    series = OUTPUTS.get(variable)
    if series is None:
        return None
    found = {
        row.method: row.rmse
        for row in skill_card(root)
        if (row.series, row.entity, row.horizon) == (series, ENTITY, WHOLE)
    }
    model, naive = found.get(MODEL, math.nan), found.get(NAIVE, math.nan)
    if not model > naive:  # nor if one is missing
        return None
    title = SERIES[series][lang == "zh"]
    return _SAID[lang].format(series=title, model=_shown(model), naive=_shown(naive))


def losses(variables: Iterable[str], lang: str = "en", root: Path | None = None) -> tuple[str, ...]:
    """Return the sentences of :func:`losing` for several outputs, each once."""
    found = (losing(name, lang, root) for name in variables)
    return tuple(dict.fromkeys(sentence for sentence in found if sentence is not None))


def skill_card(root: Path | None = None) -> tuple[Skill, ...]:
    """Return the rows of the shipped skill card, none if there is none.

    Raises
    ------
    InputError
        Naming file, line and column that are wrong.
    """
    path = (posterior.POSTERIORS if root is None else root) / FILE
    return _kept(path) if path.is_file() else ()


@cache
def _kept(path: Path) -> tuple[Skill, ...]:
    return read_skill(path)


def read_skill(path: Path) -> tuple[Skill, ...]:
    """Read and check a skill card; ``InputError`` as of :func:`skill_card`."""
    try:
        head, *rows = list(csv.reader(io.StringIO(read_text(path)))) or [[]]
    except csv.Error as error:
        raise InputError(f"{path} is not a table of comma-separated values: {error}") from None
    if tuple(head) != COLUMNS:
        raise InputError(f"{path}: the first line must be {','.join(COLUMNS)}")
    found: dict[tuple[str, str, str, str], Skill] = {}
    for line, cells in enumerate(rows, 2):
        row = _row(cells, f"{path}, line {line}")
        key = (row.series, row.entity, row.horizon, row.method)
        if key in found:
            raise InputError(f"{path}, line {line}: {', '.join(key)} is there twice")
        found[key] = row
    return tuple(found.values())


def _row(cells: list[str], where: str) -> Skill:
    if len(cells) != len(COLUMNS):
        raise InputError(f"{where}: {len(cells)} cells; there must be {len(COLUMNS)}")
    row = dict(zip(COLUMNS, cells, strict=True))
    for key in ("series", "entity", "horizon", "method"):
        if not row[key].strip():
            raise InputError(f"{where}: {key} is empty")
    return Skill(
        series=row["series"],
        entity=row["entity"],
        padded=_flag(row, "padded", where),
        base_year_known=_flag(row, "base_year_known", where),
        horizon=row["horizon"],
        method=row["method"],
        rmse=_score(row, "rmse", where),
        mase=_score(row, "mase", where),
        crps=_score(row, "crps", where),
        coverage90=_score(row, "coverage90", where),
        n=_count(row["n"], where),
    )


def _flag(row: Mapping[str, str], key: str, where: str) -> bool:
    text = row[key].lower()
    if text not in ("true", "false", "0", "1"):
        raise InputError(f'{where}: {key} = "{row[key]}"; write true or false')
    return text in ("true", "1")


def _score(row: Mapping[str, str], key: str, where: str) -> float:
    """Return a score; NaN where there is none."""
    if row[key].lower() in ("", "nan"):
        return math.nan
    try:
        value = float(row[key])
    except ValueError:
        value = -1.0
    if not 0.0 <= value < math.inf:
        raise InputError(f'{where}: {key} = "{row[key]}" is not a number from 0')
    return value


def _count(text: str, where: str) -> int:
    if not text.isdecimal():
        raise InputError(f'{where}: n = "{text}" is not a whole number')
    return int(text)


def _shown(value: float) -> str:
    return f"{value:.3g}"
