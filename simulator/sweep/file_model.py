"""Keys and types of a sweep file, and the words of its messages. What values must be beyond that is in ``file.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from simulator.file_errors import FileTable, Finding, KeyPath, Name, Names, Number, Words, expected, known, show
from simulator.lever_checks import TARGET_KEYS
from simulator.levers import ALL, INSTRUMENTS
from simulator.periods import HORIZON_END
from simulator.sweep.spec import METHODS, Freq, Method
from simulator.text_file import printable
from simulator.variables import LEVELS

MAX_SCENARIOS: Final = 500
MAX_COUNT: Final = 100_000
"""Runs, draws, replications, and points of a design."""
MAX_VALUES: Final = 1_000
"""Values of one axis of a grid."""
LARGEST_SEED: Final = 2**63 - 1
FREQS: Final = ("A", "Q")
PRIOR: Final = "prior"
POSTERIOR: Final = "posterior"

_TAGS: Final = ("<word>", "<flag>", "<list>", "<range>")


def _word_or_list(value: object) -> str:
    return "<word>" if isinstance(value, str) else "<list>"


def _word_or_flag(value: object) -> str:
    return "<word>" if isinstance(value, str) else "<flag>"


def _range_or_list(value: object) -> str:
    return "<range>" if isinstance(value, dict | RangeTable) else "<list>"


def _word_range_or_list(value: object) -> str:
    return "<word>" if isinstance(value, str) else _range_or_list(value)


class RangeTable(FileTable):
    """Lowest and highest value of an axis."""

    low: Number
    high: Number


_Count = Annotated[int, Field(ge=1, le=MAX_COUNT)]
_Values = Annotated[list[Number], Field(min_length=2, max_length=MAX_VALUES)]
_NamesOrAll = Annotated[
    Annotated[Literal["all"], Tag("<word>")] | Annotated[Names, Tag("<list>")], Discriminator(_word_or_list)
]
_Combine = Annotated[
    Annotated[Literal["compatible"], Tag("<word>")] | Annotated[bool, Tag("<flag>")], Discriminator(_word_or_flag)
]
_Size = Annotated[
    Annotated[RangeTable, Tag("<range>")] | Annotated[_Values, Tag("<list>")], Discriminator(_range_or_list)
]
_Spread = Annotated[
    Annotated[Literal["prior"], Tag("<word>")]
    | Annotated[RangeTable, Tag("<range>")]
    | Annotated[_Values, Tag("<list>")],
    Discriminator(_word_range_or_list),
]
_Key = Annotated[str, StringConstraints(strip_whitespace=False)]


class KeepTable(FileTable):
    """One item of ``keep``."""

    level: Literal["province", "city", "port", "sector", "partner", "origin", "lane"]
    variables: _NamesOrAll | None = None
    freq: Freq = "A"


class SweepTable(FileTable):
    """``[sweep]``."""

    name: Name
    scenarios: Annotated[list[str], Field(min_length=1, max_length=MAX_SCENARIOS)]
    combine: _Combine = False
    runs: _Count | None = None
    draws: _Count | None = None
    replications: _Count | None = None
    until: str = HORIZON_END
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1
    parameters: str | None = None
    keep: Annotated[list[KeepTable], Field(min_length=1)] | None = None


class LeverTable(FileTable):
    """One ``[[design.levers]]``."""

    instrument: str
    size: _Size
    partners: _NamesOrAll | None = None
    cities: _NamesOrAll | None = None
    ports: _NamesOrAll | None = None
    sectors: _NamesOrAll | None = None
    start: str | None = None
    end: str | None = None
    phase_in: Annotated[int, Field(ge=0, le=120)] | None = None
    scenarios: Names | None = None
    name: Name | None = None


class DesignTable(FileTable):
    """``[design]``."""

    method: Method
    n: _Count | None = None
    levers: list[LeverTable] = []
    parameters: dict[_Key, _Spread] = {}


class SweepFile(FileTable):
    """What a sweep file holds."""

    sweep: SweepTable
    design: DesignTable | None = None


# Sentences


def place(path: KeyPath, raw: Mapping[str, Any]) -> str:
    """Return words for a key path: ``[sweep] keep item 2, freq``, ``[[design.levers]] 1 (ntb_cut), size.low``."""
    if list(path[:2]) == ["design", "levers"]:
        if len(path) == 2 or not isinstance(path[2], int):
            return "[[design.levers]]"
        lever = raw["design"]["levers"][path[2]]
        instrument = lever.get("instrument") if isinstance(lever, dict) else None
        shown = f" ({instrument})" if isinstance(instrument, str) and instrument in INSTRUMENTS else ""
        return ", ".join(filter(None, (f"[[design.levers]] {path[2] + 1}{shown}", _steps(path[3:]))))
    if list(path[:2]) == ["design", "parameters"]:
        return " ".join(filter(None, ("[design.parameters]", _steps(path[2:]))))
    return " ".join(filter(None, (f"[{path[0]}]", _steps(path[1:]))))


def _steps(path: KeyPath) -> str:
    text = ""
    for before, part in zip([None, *path], path, strict=False):
        if isinstance(part, int):
            text += f" item {part + 1}"
        else:
            text += ("" if before is None else ", " if isinstance(before, int) else ".") + printable(part[:60])
    return text


def _table(path: KeyPath) -> type[FileTable]:
    if not path:
        return SweepFile
    if path[0] == "sweep":
        return SweepTable if len(path) == 1 else KeepTable
    if len(path) == 1:
        return DesignTable
    return LeverTable if path[1] == "levers" and len(path) == 3 else RangeTable


def _wrong(finding: Finding) -> str:
    """Return what follows the place of a value that is not allowed."""
    path, kind, value = list(finding.path), finding.kind, finding.value
    if path in (["design", "parameters"], ["design"], ["sweep"]) and isinstance(value, list):
        return f"write [{'.'.join(map(str, path))}], with single brackets, and once"
    if path == ["design", "levers"] and kind == "list_type":
        return "write [[design.levers]], with double brackets, before each lever"
    if kind in ("too_short", "too_long") and isinstance(value, list) and _is_axis(path):
        return f"{len(value)} in the list; write 2 to {MAX_VALUES} different numbers"
    if kind == "too_long" and isinstance(value, list):
        return f"{len(value)} of them; at most {finding.limits['max_length']}"
    choices = _CHOICES.get(finding.key)
    if kind == "literal_error" and choices is not None and not _is_parameter(path):
        near = known(value, choices, always=True) if isinstance(value, str) else f"; allowed: {', '.join(choices)}"
        return f"{show(value)} is not allowed{near}"
    return f"{show(value)} is not allowed; {_expected(finding)}"


def _is_axis(path: KeyPath) -> bool:
    """Return whether a path leads to what a lever or a parameter is varied over."""
    return path[-1] == "size" or _is_parameter(path)


def _is_parameter(path: KeyPath) -> bool:
    return len(path) == 3 and list(path[:2]) == ["design", "parameters"]


_CHOICES: Final[dict[str, tuple[str, ...]]] = {"method": METHODS, "level": LEVELS, "freq": FREQS}
_WHOLE: Final = {
    **dict.fromkeys(("runs", "draws", "replications", "n"), f"write a whole number, 1 to {MAX_COUNT}"),
    "seed": f"write a whole number, 0 to {LARGEST_SEED}",
    "phase_in": "write a whole number of quarters, 0 to 120",
}
_RANGE: Final = "write {low = ..., high = ...} or, in a grid, a list of numbers"
_SPREAD: Final = f'write {{low = ..., high = ...}}, "{PRIOR}" or, in a grid, a list of numbers'
_TEXTS: Final = {
    ("combine", "bool_type"): 'write true, false or "compatible"',
    ("combine", "literal_error"): 'write true, false or "compatible"',
    ("until", "string_type"): 'write text in quotes, such as "2035Q4"',
    ("start", "string_type"): 'write text in quotes, such as "2026Q1"',
    ("end", "string_type"): 'write text in quotes, such as "2026Q1"',
    ("size", "list_type"): _RANGE,
    ("scenarios", "list_type"): 'write a list of strings, such as ["baseline", "cjk_fta"]',
    ("keep", "list_type"): 'write a list of tables, such as [{level = "city"}]',
}


def _expected(finding: Finding) -> str:
    """Return what was expected instead, in words."""
    path, kind, key = finding.path, finding.kind, finding.key
    if _is_parameter(path):
        return _SPREAD if kind in ("list_type", "literal_error") else expected(finding)
    if (key, kind) in _TEXTS:
        return _TEXTS[key, kind]
    if key in _WHOLE and kind in ("int_type", "int_from_float", "greater_than_equal", "less_than_equal"):
        return _WHOLE[key]
    if key == "parameters" and kind == "dict_type":
        return "write a table"
    if key == "variables" or key in TARGET_KEYS:
        texts = {
            "list_type": f'write "{ALL}" or a list of names',
            "literal_error": f'write "{ALL}" or a list in brackets',
        }
        return texts.get(kind) or expected(finding)
    return expected(finding)


WORDS: Final = Words(
    place=place,
    table=_table,
    wrong=_wrong,
    missing={
        "sweep": "; the file needs a [sweep] table with name and scenarios",
        "scenarios": '; write a list, the base first, such as ["baseline", "cjk_fta"]',
        "level": f"; allowed: {', '.join(LEVELS)}",
        "method": f"; allowed: {', '.join(METHODS)}",
        "instrument": "; name the instrument that the lever sets",
        "size": f"; {_RANGE}",
    },
    tags=_TAGS,
    any_keys=(("design", "parameters"),),
)
