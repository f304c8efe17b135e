"""One scenario file: from TOML text to checked levers, or to one message that says what to mend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag

from simulator.file_errors import (
    NAME_PATTERN,
    FileTable,
    Finding,
    FreeText,
    KeyPath,
    Name,
    Names,
    Number,
    Text,
    Words,
    check_quarter,
    checked,
    expected,
    refuse,
    show,
)
from simulator.lever_checks import (
    TARGET_KEYS,
    check_end,
    check_number,
    check_phase_in,
    check_targets,
    find_instrument,
    targets_of,
)
from simulator.levers import ALL, INSTRUMENTS, Instrument
from simulator.schedule import LAST_INDEX, Lever, Range, overlaps
from simulator.text_file import load_toml

MAX_LEVERS: Final = 500


class _RangeModel(FileTable):
    low: Number
    mode: Number
    high: Number


def _size_kind(value: object) -> str:
    return "range" if isinstance(value, dict | _RangeModel) else "number"


def _targets_kind(value: object) -> str:
    return "word" if isinstance(value, str) else "list"


_Size = Annotated[
    Annotated[Number, Tag("number")] | Annotated[_RangeModel, Tag("range")],
    Discriminator(_size_kind),
]
_Targets = Annotated[
    Annotated[Literal["all"], Tag("word")] | Annotated[Names, Tag("list")],
    Discriminator(_targets_kind),
]


class _LeverModel(FileTable):
    instrument: str
    start: str
    size: _Size
    end: str | None = None
    phase_in: Annotated[int, Field(ge=0, le=120)] = 0
    partners: _Targets | None = None
    cities: _Targets | None = None
    ports: _Targets | None = None
    sectors: _Targets | None = None


class _HeaderModel(FileTable):
    name: Name
    title: Text
    summary: Text
    sources: Annotated[list[Text], Field(min_length=1)]
    extends: Name | None = None
    title_zh: FreeText = ""
    summary_zh: FreeText = ""
    notes: FreeText = ""
    notes_zh: FreeText = ""


class FileModel(FileTable):
    """What a scenario file holds."""

    scenario: _HeaderModel
    lever: Annotated[list[_LeverModel], Field(max_length=MAX_LEVERS)] = []


_MODELS: Final[dict[str, type[FileTable]]] = {
    "": FileModel,
    "scenario": _HeaderModel,
    "lever": _LeverModel,
    "size": _RangeModel,
}


@dataclass(frozen=True)
class Document:
    """One scenario file, checked.

    Attributes
    ----------
    name, title, summary, title_zh, summary_zh, notes, notes_zh : str
    extends : str or None
        Name of the parent.
    sources : tuple of str
    levers : tuple of Lever
    text : str
        The file as it was read.
    file : str
        Where it was read from, for messages.
    """

    name: str
    title: str
    summary: str
    title_zh: str
    summary_zh: str
    notes: str
    notes_zh: str
    extends: str | None
    sources: tuple[str, ...]
    levers: tuple[Lever, ...]
    text: str
    file: str


def parse(text: str, file: str) -> Document:
    """Check one scenario file.

    Parameters
    ----------
    text : str
        Content, TOML.
    file : str
        Name of the file in messages.

    Raises
    ------
    InputError
        Naming the file and, for every problem, key, value and what is allowed.
    """
    model = checked(load_toml(text, file), FileModel, _WORDS, file)
    problems: list[str] = []
    levers = [_lever(number, lever, problems) for number, lever in enumerate(model.lever, 1)]
    right = tuple(lever for lever in levers if lever is not None)
    refuse(file, problems or overlaps(right))
    head = model.scenario
    return Document(
        name=head.name, title=head.title, summary=head.summary, title_zh=head.title_zh, summary_zh=head.summary_zh,
        notes=head.notes, notes_zh=head.notes_zh, extends=head.extends, sources=tuple(head.sources), levers=right,
        text=text, file=file,
    )  # fmt: skip


# What the values of a lever must be, beyond their types


def _lever(number: int, model: _LeverModel, problems: list[str]) -> Lever | None:
    """Return the checked lever, or None after adding what is wrong to ``problems``."""
    place = f"lever {number}"
    spec = find_instrument(place, model.instrument, problems)
    if spec is None:
        return None
    before = len(problems)
    place = f"{place} ({spec.name})"
    targets = check_targets(place, spec, targets_of(model), problems)
    start = check_quarter(f"{place}, start", model.start, problems)
    end = LAST_INDEX if model.end is None else check_quarter(f"{place}, end", model.end, problems)
    problems += check_end(place, model.start, model.end, (start, end))
    check_phase_in(place, spec, model.phase_in, problems)
    size = _check_size(f"{place}, size", spec, model.size, problems)
    if len(problems) > before or start is None or end is None:
        return None
    return Lever(number, spec.name, targets, start, end, model.phase_in, size)


def _check_size(place: str, spec: Instrument, size: float | _RangeModel, problems: list[str]) -> float | Range:
    """Return the size; a range without width is a number."""
    if isinstance(size, _RangeModel):
        if spec.integer:
            problems.append(f"{place}: a range is not allowed; {spec.name} is 0 or 1")
            return 0.0
        for key in ("low", "mode", "high"):
            check_number(f"{place}.{key}", spec, getattr(size, key), problems)
        if not size.low <= size.mode <= size.high:
            found = f"low = {size.low:g}, mode = {size.mode:g}, high = {size.high:g}"
            problems.append(f"{place}: {found} is not in order; low must not exceed mode, nor mode high")
        return size.low if size.low == size.high else Range(size.low, size.mode, size.high)
    check_number(place, spec, size, problems)
    return size


# Sentences for what pydantic finds


def _wrong(finding: Finding) -> str:
    """Return what follows the place of a value that is not allowed."""
    value, path = finding.value, list(finding.path)
    if path == ["lever"] and finding.kind == "list_type":
        return "write [[lever]], with double brackets, before each lever"
    if path == ["lever"] and isinstance(value, list) and finding.kind == "too_long":
        return f"{len(value)} of them; at most {MAX_LEVERS} in one file"
    if finding.kind == "string_pattern_mismatch" and isinstance(value, str):
        stem = value.removesuffix(".toml")
        if stem != value and re.fullmatch(NAME_PATTERN, stem):
            return f'{show(value)} is not allowed; write the name without .toml, "{stem}"'
    return f"{show(value)} is not allowed; {_expected(finding)}"


def _expected(finding: Finding) -> str:
    """Return what was expected instead, in words."""
    kind, key = finding.kind, finding.key
    if kind == "string_type" and key in ("start", "end"):
        return 'write text in quotes, such as "2026Q1"'
    if kind == "float_type" and key == "size":
        return "write a number or {low = ..., mode = ..., high = ...}"
    if kind in ("int_type", "int_from_float", "greater_than_equal", "less_than_equal"):
        return "write a whole number of quarters, 0 to 120"
    if kind == "list_type" and key in TARGET_KEYS:
        return f'write "{ALL}" or a list of names'
    if kind == "literal_error":
        return f'write "{ALL}" or a list in brackets'
    return expected(finding)


def _place(path: KeyPath, raw: Mapping[str, Any]) -> str:
    """Return words for a key path: ``lever 2 (ntb_cut), size.low``."""
    if path[0] != "lever":
        steps = [f"item {part + 1}" if isinstance(part, int) else str(part) for part in path[1:]]
        return " ".join([f"[{path[0]}]", *steps])
    if len(path) == 1 or not isinstance(path[1], int):
        return "[[lever]]"
    lever = raw["lever"][path[1]]
    name = lever.get("instrument") if isinstance(lever, dict) else None
    shown = f" ({name})" if isinstance(name, str) and name in INSTRUMENTS else ""
    keys = ".".join(str(part) for part in path[2:] if not isinstance(part, int))
    return f"lever {path[1] + 1}{shown}" + (f", {keys}" if keys else "")


def _table(path: KeyPath) -> type[FileTable]:
    return _MODELS[next((part for part in reversed(path) if isinstance(part, str)), "")]


_WORDS: Final = Words(
    place=_place,
    table=_table,
    wrong=_wrong,
    missing={
        "scenario": "; the file needs a [scenario] table with name, title, summary, sources and extends",
        "sources": '; write a list of strings, such as ["Assumption"]',
        "instrument": "; name the instrument that the lever sets",
        "start": '; write the first quarter in force, such as "2026Q1"',
        "size": "; write the full effect, a number or {low = ..., mode = ..., high = ...}",
    },
    tags=("number", "range", "word", "list"),
)
