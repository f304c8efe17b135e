"""TOML files that a user writes: checked against a model, or refused with one message that says what to mend.

A file of another kind brings its own `Words`: how a place is called, and what is to be written there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, NoReturn, TypeAlias, TypeVar
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from simulator import periods
from simulator.errors import InputError, nearest
from simulator.text_file import printable

MAX_SHOWN: Final = 10
NAME_PATTERN: Final = r"[a-z][a-z0-9_]{0,59}"

KeyPath: TypeAlias = Sequence[str | int]
"""Keys, and positions in lists, from the whole file down to a value."""


def _without_control(text: str) -> str:
    """Refuse what would act on a terminal or a page instead of being read there, such as turning the direction."""
    joiners = "\u200c\u200d"  # they only shape letters
    if any(category(c) in ("Cc", "Cf") and c not in "\n\r\t" + joiners for c in text):
        raise ValueError("control character")
    return text


FreeText = Annotated[str, AfterValidator(_without_control)]
Text = Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_without_control)]
Name = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Names = Annotated[list[str], Field(min_length=1)]


class FileTable(BaseModel):
    """A table of a file: no unknown keys, no guessed types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, str_strip_whitespace=True)


_Table = TypeVar("_Table", bound=FileTable)


@dataclass(frozen=True)
class Finding:
    """One thing that the model of a file finds wrong.

    Attributes
    ----------
    path : sequence of str and int
        Where.
    kind : str
        Type of a pydantic error, such as ``float_type``.
    value : object
        What stands there.
    limits : mapping
        What the error tells about the limits of the value.
    """

    path: KeyPath
    kind: str
    value: object
    limits: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The last key or position."""
        return str(self.path[-1])


@dataclass(frozen=True)
class Words:
    """How the messages about one kind of file speak.

    Attributes
    ----------
    place : callable
        Key path and file -> words for the place, such as ``lever 2 (ntb_cut), size.low``.
    table : callable
        Key path of a table -> its model, whose keys are allowed there.
    wrong : callable
        What follows the place for a value that is not allowed.
    missing : mapping
        Key -> what follows the word "missing", from ``;`` on.
    tags : tuple of str
        Names of the alternatives of a value, which pydantic puts into key paths.
    any_keys : tuple of key paths
        Tables in which the user chooses the keys, so that one may be called like an alternative.
    """

    place: Callable[[KeyPath, Mapping[str, Any]], str]
    table: Callable[[KeyPath], type[FileTable]]
    wrong: Callable[[Finding], str]
    missing: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    any_keys: tuple[KeyPath, ...] = ()

    def keys(self, location: KeyPath) -> list[str | int]:
        """Return the key path of a location that pydantic tells."""
        return [
            part for i, part in enumerate(location) if part not in self.tags or tuple(location[:i]) in self.any_keys
        ]


def checked(raw: Mapping[str, Any], model: type[_Table], words: Words, file: str) -> _Table:
    """Return the tables of a file as its model.

    Raises
    ------
    InputError
        Naming the file and, for every problem, key, value and what is allowed.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        _refuse(file, [_sentence(detail, raw, words) for detail in error.errors(include_url=False)])


def refuse(file: str, problems: Sequence[str]) -> None:
    """Raise one `InputError` for all problems of a file; do nothing if there are none."""
    if problems:
        _refuse(file, problems)


def _refuse(file: str, problems: Sequence[str]) -> NoReturn:
    if len(problems) == 1:
        raise InputError(f"{file}: {problems[0]}")
    shown = list(problems[:MAX_SHOWN])
    if len(problems) > MAX_SHOWN:
        shown.append(f"and {len(problems) - MAX_SHOWN} more")
    raise InputError("\n  ".join([f"{file}: {len(problems)} problems", *shown]))


def _sentence(detail: Any, raw: Mapping[str, Any], words: Words) -> str:
    """Return the sentence for one pydantic error."""
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        *above, key = detail["loc"]
        table = words.keys(above)
        where = f"{words.place(table, raw)}: " if table else ""
        allowed = words.table(table).model_fields
        return f"{where}unknown key {show(key)}{known(str(key), allowed, always=True)}"
    path = words.keys(detail["loc"])
    place = words.place(path, raw)
    if kind == "missing":
        return f"{place}: missing{words.missing.get(str(path[-1]), '')}"
    return f"{place}: {words.wrong(Finding(path, kind, value, detail.get('ctx', {})))}"


def expected(finding: Finding) -> str:
    """Return what was expected instead, in the words that suit every file."""
    texts = {
        "string_type": "write text in quotes",
        "string_too_short": "write some text",
        "string_too_long": f"at most {finding.limits.get('max_length')} characters",
        "string_pattern_mismatch": "write a plain name: a-z, 0-9 and _, starting with a letter, at most 60 characters",
        "float_type": "write a number",
        "finite_number": "write a finite number",
        "list_type": "write a list of strings",
        "too_short": "the list must not be empty",
        "value_error": "remove the control characters from the text",
        "model_type": "write a table",
    }
    return texts.get(finding.kind, "the value has the wrong type")


def check_quarter(place: str, label: str, problems: list[str]) -> int | None:
    """Return the index of a quarter, or None after adding what is wrong with it to `problems`."""
    try:
        return periods.to_index(label)
    except InputError as error:
        problems.append(f"{place}: {error}")
        return None


def known(value: str, allowed: Iterable[str], always: bool = False) -> str:
    """Return the nearest allowed word and, if there is none or ``always``, all of them."""
    names = list(allowed)
    near = nearest(printable(value[:60]), names)
    return near + (f"; allowed: {', '.join(names)}" if always or not near else "")


def show(value: object) -> str:
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
