"""The sources of the model as tables that can be searched: its data and its parameters."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from calibration.observed import load_observed
from calibration.targets import targets
from simulator.numbers import plain, span
from simulator.parameter_words import meaning
from simulator.parameters import parameters
from simulator.tables import STATUSES as DATA_STATUSES
from simulator.tables import Row, Table, load_table
from simulator.words import name_word, unit_word
from viz.reports.calibration_fit import title_of
from viz.reports.page import punctuation
from viz.structure.facts import in_words
from viz.trust.figures import as_csv, posterior
from viz.wording import texts, typographic

OBSERVED: Final = "observed"
TABLES: Final[Mapping[str, str]] = MappingProxyType({
    "observed": "trust_table_observed", "drivers": "trust_table_drivers", "province": "trust_table_province",
    "cities": "trust_table_cities", "distances": "trust_table_distances", "ports": "trust_table_ports",
    "soe": "trust_table_soe", "investors": "trust_table_investors", "trade_shares": "trust_table_trade_shares",
    "tariffs": "trust_table_tariffs",
})  # fmt: skip
"""Table of data -> key of its name."""
STATUS_WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "data": "trust_status_data", "derived": "trust_status_derived", "modelled": "trust_status_modelled",
    "assumption": "trust_status_assumption",
})  # fmt: skip
EVIDENCE_WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "F": "trust_evidence_f", "F±": "trust_evidence_sign", "D": "trust_evidence_d", "S": "trust_evidence_s",
    "U": "trust_evidence_u", "A": "trust_evidence_a",
})  # fmt: skip
"""Evidence of a parameter -> key of its words."""
PLACES: Final = 3
"""Places that are named; more are counted."""


@dataclass(frozen=True)
class ParameterRow:
    """One parameter as text; ``fitted`` and ``contraction`` are dashes where it was not fitted."""

    name: str
    symbol: str
    meaning: str
    unit: str
    range: str
    point: str
    fitted: str
    contraction: str
    status: str
    source: str


@dataclass(frozen=True)
class DataRow:
    """Figures of one variable that share unit, status and source."""

    title: str
    variable: str
    places: str
    periods: str
    unit: str
    status: str
    count: int
    source: str


def chosen(rows: Iterable[ParameterRow | DataRow], asked: str) -> list[ParameterRow | DataRow]:
    """Return the rows that hold every word of what was asked, upper or lower case, anywhere."""
    wanted = asked.casefold().split()
    return [row for row in rows if all(word in _text(row) for word in wanted)]


def _text(row: ParameterRow | DataRow) -> str:
    return " ".join(str(value) for value in vars(row).values()).casefold()


# Parameters


@cache
def parameter_rows(lang: str) -> tuple[ParameterRow, ...]:
    """Return all parameters in the order of their declaration."""
    to = texts(lang)["to"]
    fits = {row.name: row for row in posterior("all").table}
    rows = []
    for p in parameters():
        fit = fits.get(p.name)
        said, narrowed = "–", "–"
        if fit is not None:
            said = typographic(f"{plain(fit.median)} ({plain(fit.p05)} {to} {plain(fit.p95)})")
            narrowed = typographic(f"{100 * fit.contraction:.0f}")
        rows.append(ParameterRow(
            p.name, p.symbol, meaning(p.name, lang), unit_word(p.unit, lang),
            typographic(f"{plain(p.low)} {to} {plain(p.high)}"), typographic(plain(p.point)), said, narrowed, p.status,
            in_words(p.source, lang, "sources"),
        ))  # fmt: skip
    return tuple(rows)


def evidence_key(lang: str) -> str:
    """Return what the letters mean that say on what parameters rest, those that occur, in one line."""
    words, marks = texts(lang), punctuation(lang)
    used = {p.status for p in parameters()}
    said = [f"{letter}{marks['colon']}{words[key]}" for letter, key in EVIDENCE_WORDS.items() if letter in used]
    return marks["semicolon"].join(said)


def parameters_csv(names: Sequence[str], lang: str) -> str:
    """Return parameters as CSV, with the numbers as they are used."""
    fits = {row.name: row for row in posterior("all").table}
    head = (
        "name", "symbol", "meaning", "unit", "low", "point", "high", "status", "fitted_median", "fitted_p05",
        "fitted_p95", "contraction", "source",
    )  # fmt: skip
    wanted, rows = set(names), []
    for p in parameters():
        if p.name in wanted:
            fit = fits.get(p.name)
            found = ("", "", "", "") if fit is None else (fit.median, fit.p05, fit.p95, fit.contraction)
            rows.append((p.name, p.symbol, meaning(p.name, lang), p.unit, p.low, p.point, p.high, p.status, *found,
                         p.source))  # fmt: skip
    return as_csv(head, rows)


# Data


@cache
def table_of(name: str) -> Table:
    """Return one of `TABLES`."""
    return load_observed() if name == OBSERVED else load_table(name)


@cache
def data_rows(name: str, lang: str) -> tuple[DataRow, ...]:
    """Return a table of data with figures that share variable, unit, status and source in one row."""
    groups: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in table_of(name).rows:
        groups.setdefault((row.variable, row.unit, row.status, row.source), []).append(row)
    titles = {**names(lang), **(_titles(lang) if name == OBSERVED else {})}
    words = texts(lang)
    return tuple(
        DataRow(
            titles[variable], variable, _places(mine, lang), _periods(mine, lang), unit_word(unit, lang),
            words[STATUS_WORDS[status]], len(mine), source,
        )
        for (variable, unit, status, source), mine in groups.items()
    )  # fmt: skip


def data_csv(name: str, wanted: Iterable[DataRow]) -> str:
    """Return every figure behind some rows as CSV."""
    known = {(row.variable, row.source) for row in wanted}
    rows = [r for r in table_of(name).rows if (r.variable, r.source) in known]
    return as_csv(
        ("entity", "variable", "period", "value", "unit", "status", "source"),
        ((r.entity, r.variable, r.period, r.value, r.unit, r.status, r.source) for r in rows),
    )


def status_counts(name: str) -> dict[str, int]:
    """Return how many figures of a table have which status."""
    found = [row.status for row in table_of(name).rows]
    return {status: found.count(status) for status in DATA_STATUSES}


@cache
def names(lang: str) -> Mapping[str, str]:
    """Return variable of a table of data -> what it is called, for those that no target gives a title."""
    known = tomllib.loads(files("viz").joinpath("trust", "names.toml").read_text(encoding="utf-8"))
    return {name: chinese if lang == "zh" else english for name, (english, chinese) in known.items()}


def _titles(lang: str) -> dict[str, str]:
    """Return observed variable -> title, for those that one target of the province is about."""
    found: dict[str, list[str]] = {}
    for t in targets().values():
        found.setdefault(t.variable, []).append(title_of(t, lang))
    return {name: titles[0] for name, titles in found.items() if len(titles) == 1}


def _places(rows: Sequence[Row], lang: str) -> str:
    names = list(dict.fromkeys(row.entity for row in rows))
    joint = punctuation(lang)["joint"]
    shown = [_place(name, lang) for name in names[:PLACES]]
    return joint.join(shown) + (f" … ({len(names)})" if len(names) > PLACES else "")


def _place(name: str, lang: str) -> str:
    return " – ".join(name_word(part, lang) for part in name.split(">"))


def _periods(rows: Sequence[Row], lang: str) -> str:
    periods = sorted({row.period for row in rows if row.period})
    if not periods:
        return texts(lang)["trust_constant"]
    if len(periods) <= 2:
        return punctuation(lang)["joint"].join(map(span, periods))
    return span(f"{periods[0]}-{periods[-1]}")
