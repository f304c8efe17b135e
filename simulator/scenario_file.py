"""One scenario file: from TOML text to checked levers, or to one message that says what to mend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from simulator import periods
from simulator.errors import InputError, nearest
from simulator.levers import ALL, INSTRUMENTS, TARGETS, Instrument
from simulator.schedule import LAST_INDEX, Lever, Range, overlaps
from simulator.text_file import printable

MAX_LEVERS: Final = 500
MAX_SHOWN: Final = 10
NAME_PATTERN: Final = r"[a-z][a-z0-9_]{0,59}"

TARGET_KEYS: Final = ("partners", "cities", "ports", "sectors")


def _without_control(text: str) -> str:
    """Refuse what would act on a terminal or a page instead of being read there, such as turning the direction."""
    joiners = "\u200c\u200d"  # they only shape letters
    if any(category(c) in ("Cc", "Cf") and c not in "\n\r\t" + joiners for c in text):
        raise ValueError("control character")
    return text


_FreeText = Annotated[str, AfterValidator(_without_control)]
_Text = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_without_control)]
_Name = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Names = Annotated[list[str], Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, str_strip_whitespace=True)


class _RangeModel(_Model):
    low: _Number
    mode: _Number
    high: _Number


def _size_kind(value: object) -> str:
    return "range" if isinstance(value, dict | _RangeModel) else "number"


def _targets_kind(value: object) -> str:
    return "word" if isinstance(value, str) else "list"


_Size = Annotated[
    Annotated[_Number, Tag("number")] | Annotated[_RangeModel, Tag("range")],
    Discriminator(_size_kind),
]
_Targets = Annotated[
    Annotated[Literal["all"], Tag("word")] | Annotated[_Names, Tag("list")],
    Discriminator(_targets_kind),
]


class _LeverModel(_Model):
    instrument: str
    start: str
    size: _Size
    end: str | None = None
    phase_in: Annotated[int, Field(ge=0, le=120)] = 0
    partners: _Targets | None = None
    cities: _Targets | None = None
    ports: _Targets | None = None
    sectors: _Targets | None = None


class _HeaderModel(_Model):
    name: _Name
    title: _Text
    summary: _Text
    sources: Annotated[list[_Text], Field(min_length=1)]
    extends: _Name | None = None
    title_zh: _FreeText = ""
    summary_zh: _FreeText = ""
    notes: _FreeText = ""
    notes_zh: _FreeText = ""


class FileModel(_Model):
    """What a scenario file holds."""

    scenario: _HeaderModel
    lever: Annotated[list[_LeverModel], Field(max_length=MAX_LEVERS)] = []


_MODELS: Final[dict[str, type[_Model]]] = {
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
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: not valid TOML: {error}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{file}: not valid TOML: a number is too long or values are nested too deeply") from None
    try:
        model = FileModel.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
        _refuse(file, [_sentence(detail, raw) for detail in details])
    problems: list[str] = []
    levers = [_lever(number, lever, problems) for number, lever in enumerate(model.lever, 1)]
    checked = tuple(lever for lever in levers if lever is not None)
    _refuse(file, problems or overlaps(checked))
    head = model.scenario
    return Document(
        name=head.name, title=head.title, summary=head.summary, title_zh=head.title_zh, summary_zh=head.summary_zh,
        notes=head.notes, notes_zh=head.notes_zh, extends=head.extends, sources=tuple(head.sources), levers=checked,
        text=text, file=file,
    )  # fmt: skip


def _refuse(file: str, problems: list[str]) -> None:
    """Raise one error for all problems of a file; do nothing if there are none."""
    if not problems:
        return
    if len(problems) == 1:
        raise InputError(f"{file}: {problems[0]}")
    shown = problems[:MAX_SHOWN]
    if len(problems) > MAX_SHOWN:
        shown.append(f"and {len(problems) - MAX_SHOWN} more")
    raise InputError("\n  ".join([f"{file}: {len(problems)} problems", *shown]))


# What the values of a lever must be, beyond their types


def _lever(number: int, model: _LeverModel, problems: list[str]) -> Lever | None:
    """Return the checked lever, or None after adding what is wrong to ``problems``."""
    place = f"lever {number}"
    spec = INSTRUMENTS.get(model.instrument)
    if spec is None:
        known = _known(model.instrument, INSTRUMENTS)
        problems.append(f"{place}, instrument: {_show(model.instrument)} is not an instrument{known}")
        return None
    before = len(problems)
    place = f"{place} ({spec.name})"
    targets = _check_targets(place, spec, model, problems)
    start = _check_quarter(f"{place}, start", model.start, problems)
    end = LAST_INDEX if model.end is None else _check_quarter(f"{place}, end", model.end, problems)
    if start is not None and end is not None and end < start:
        problems.append(f'{place}, end: "{model.end}" is before start, "{model.start}"')
    if spec.integer and model.phase_in:
        problems.append(f"{place}, phase_in: {model.phase_in} is not allowed; a switch of 0 or 1 has no phase-in")
    size = _check_size(f"{place}, size", spec, model.size, problems)
    if len(problems) > before or start is None or end is None:
        return None
    return Lever(number, spec.name, targets, start, end, model.phase_in, size)


def _check_targets(place: str, spec: Instrument, model: _LeverModel, problems: list[str]) -> tuple[str, ...]:
    """Return the targets in the order of the policy array."""
    given = {key: getattr(model, key) for key in TARGET_KEYS if getattr(model, key) is not None}
    for key in given:
        if key != spec.target:
            takes = "takes no target" if spec.target == "none" else f"takes {spec.target}"
            problems.append(f"{place}, {key}: not allowed here; {spec.name} {takes}")
    if spec.target == "none":
        return ("",)
    allowed = TARGETS[spec.target]
    names = given.get(spec.target)
    if names is None:
        if not given:
            problems.append(f'{place}, {spec.target}: missing; write "{ALL}" or a list of: {", ".join(allowed)}')
        return ()
    if names == ALL:
        return allowed
    for name in dict.fromkeys(names):
        if name not in allowed:
            problems.append(f"{place}, {spec.target}: {_show(name)} is not known{_known(name, allowed)}")
        elif names.count(name) > 1:
            problems.append(f"{place}, {spec.target}: {_show(name)} stands there twice; name each target once")
    return tuple(name for name in allowed if name in names)


def _check_quarter(place: str, label: str, problems: list[str]) -> int | None:
    try:
        return periods.to_index(label)
    except InputError as error:
        problems.append(f"{place}: {error}")
        return None


def _check_size(place: str, spec: Instrument, size: float | _RangeModel, problems: list[str]) -> float | Range:
    """Return the size; a range without width is a number."""
    if isinstance(size, _RangeModel):
        if spec.integer:
            problems.append(f"{place}: a range is not allowed; {spec.name} is 0 or 1")
            return 0.0
        for key in ("low", "mode", "high"):
            _check_number(f"{place}.{key}", spec, getattr(size, key), problems)
        if not size.low <= size.mode <= size.high:
            found = f"low = {size.low:g}, mode = {size.mode:g}, high = {size.high:g}"
            problems.append(f"{place}: {found} is not in order; low must not exceed mode, nor mode high")
        return size.low if size.low == size.high else Range(size.low, size.mode, size.high)
    _check_number(place, spec, size, problems)
    return size


def _check_number(place: str, spec: Instrument, value: float, problems: list[str]) -> None:
    if spec.integer and value not in (0.0, 1.0):
        problems.append(f"{place}: {value:g} is not allowed; {spec.name} is 0 or 1")
    elif not spec.low <= value <= spec.high:
        percent = max(1.0, spec.high) < value <= 100 * spec.high and ("share" in spec.unit or "points" in spec.unit)
        hint = f"; is it a percentage? write {value / 100:g}" if percent else ""
        problems.append(
            f"{place}: {value:g} is out of range; allowed: {spec.low:g} to {spec.high:g} ({spec.unit}){hint}"
        )


# Sentences for what pydantic finds


def _sentence(detail: Any, raw: dict[str, Any]) -> str:
    """Return the sentence for one pydantic error."""
    path = [part for part in detail["loc"] if part not in ("number", "range", "word", "list")]
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        parent = _MODELS[next((p for p in reversed(path[:-1]) if isinstance(p, str)), "")]
        where = f"{_place(path[:-1], raw)}: " if len(path) > 1 else ""
        return f"{where}unknown key {_show(path[-1])}{_known(str(path[-1]), parent.model_fields, always=True)}"
    place = _place(path, raw)
    if kind == "missing":
        return f"{place}: missing{_HINTS.get(str(path[-1]), '')}"
    if path == ["lever"] and kind == "list_type":
        return f"{place}: write [[lever]], with double brackets, before each lever"
    if path == ["lever"] and kind == "too_long":
        return f"{place}: {len(value)} of them; at most {MAX_LEVERS} in one file"
    if kind == "string_pattern_mismatch" and value.endswith(".toml") and re.fullmatch(NAME_PATTERN, value[:-5]):
        return f'{place}: {_show(value)} is not allowed; write the name without .toml, "{value[:-5]}"'
    expected = _expected(kind, str(path[-1]), detail.get("ctx", {}))
    return f"{place}: {_show(value)} is not allowed; {expected}"


_HINTS: Final = {
    "scenario": "; the file needs a [scenario] table with name, title, summary, sources and extends",
    "sources": '; write a list of strings, such as ["Assumption"]',
    "instrument": "; name the instrument that the lever sets",
    "start": '; write the first quarter in force, such as "2026Q1"',
    "size": "; write the full effect, a number or {low = ..., mode = ..., high = ...}",
}


def _expected(kind: str, key: str, context: dict[str, Any]) -> str:
    """Return what was expected instead, in words."""
    texts = {
        "string_type": 'write text in quotes, such as "2026Q1"' if key in ("start", "end") else "write text in quotes",
        "string_too_short": "write some text",
        "string_too_long": f"at most {context.get('max_length')} characters",
        "string_pattern_mismatch": "write a plain name: a-z, 0-9 and _, starting with a letter, at most 60 characters",
        "float_type": "write a number" + (" or {low = ..., mode = ..., high = ...}" if key == "size" else ""),
        "finite_number": "write a finite number",
        "int_type": "write a whole number of quarters, 0 to 120",
        "int_from_float": "write a whole number of quarters, 0 to 120",
        "greater_than_equal": "write a whole number of quarters, 0 to 120",
        "less_than_equal": "write a whole number of quarters, 0 to 120",
        "list_type": f'write "{ALL}" or a list of names' if key in TARGET_KEYS else "write a list of strings",
        "too_short": "the list must not be empty",
        "value_error": "remove the control characters from the text",
        "literal_error": f'write "{ALL}" or a list in brackets',
        "model_type": "write a table",
    }
    return texts.get(kind, "the value has the wrong type")


def _place(path: list[Any], raw: dict[str, Any]) -> str:
    """Return words for a key path: ``lever 2 (ntb_cut), size.low``."""
    if path[0] != "lever":
        steps = [f"item {part + 1}" if isinstance(part, int) else str(part) for part in path[1:]]
        return " ".join([f"[{path[0]}]", *steps])
    if len(path) == 1:
        return "[[lever]]"
    lever = raw["lever"][path[1]]
    name = lever.get("instrument") if isinstance(lever, dict) else None
    shown = f" ({name})" if isinstance(name, str) and name in INSTRUMENTS else ""
    keys = ".".join(str(part) for part in path[2:] if not isinstance(part, int))
    return f"lever {path[1] + 1}{shown}" + (f", {keys}" if keys else "")


def _known(value: str, allowed: Iterable[str], always: bool = False) -> str:
    """Return the nearest allowed word and, if there is none or ``always``, all of them."""
    names = list(allowed)
    near = nearest(printable(value[:60]), names)
    return near + (f"; allowed: {', '.join(names)}" if always or not near else "")


def _show(value: object) -> str:
    """Return a value as it would stand in the file, shortened."""
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict):
        return "a table"
    elif isinstance(value, list):
        return "a list" if value else "[]"
    else:
        text = str(value) if not isinstance(value, int) or abs(value) < 10**15 else "a very large number"
    return printable(text if len(text) <= 60 else f"{text[:57]}...")
