"""The file of published results: policies to simulate, outcomes with their bands, and what cannot be met.

It is read strictly: an unknown key, arm, variable, entity or year is one clear error before anything is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from simulator.errors import InputError
from simulator.file_errors import (
    FileTable,
    Finding,
    FreeText,
    KeyPath,
    Name,
    Text,
    Words,
    check_quarter,
    checked,
    expected,
    known,
    refuse,
    show,
)
from simulator.periods import FIRST_YEAR, to_index, years_of
from simulator.scenario import layers_of, load_scenario
from simulator.scenario_file import parse
from simulator.schedule import Layer, Schedule, build, resolve
from simulator.text_file import load_toml, printable, read_text
from simulator.variables import ENTITIES, LEVELS, variables

MEDIAN: Final = "median"
SIGN: Final = "sign"
PERCENT: Final = "percent"
LOG: Final = "log"
DIFFERENCE: Final = "difference"
STATUSES: Final = ("F", "F±", "D", "S", "U", "A")
SHIPPED: Final = "published.toml"


class Arm(FileTable):
    """A policy to simulate: what it extends, last quarter, in words, own levers as the text of a scenario file."""

    extends: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\+[a-z0-9_]+)*$")]
    until: str
    about: Text
    levers: FreeText = ""


class Term(FileTable):
    """``weight`` times the effect of `arm` against `base` on the sum of `of`, over the sum of `over` if given."""

    arm: str
    base: str
    of: Annotated[list[str], Field(min_length=1)]
    years: Annotated[list[str], Field(min_length=1)]
    measure: Literal["percent", "log", "difference"]
    weight: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    level: str = "province"
    entities: Annotated[list[str], Field(min_length=1)] = ["Liaoning"]
    over: list[str] = []


class Result(FileTable):
    """One published outcome; `low` to `high` is its band in `unit`, `rule` how runs are held against it."""

    key: Annotated[str, Field(pattern=r"^V[0-9]{1,2}[a-z]?$")]
    study: Text
    outcome: Text
    unit: Text
    published: Text
    rule: Literal["median", "sign"]
    status: str
    comparable: Text
    term: Annotated[list[Term], Field(min_length=1)]
    low: float = float("-inf")
    high: float = float("inf")
    why: FreeText = ""


class NotMet(FileTable):
    """A published result, or a part of one, that no scenario can meet, and why."""

    key: Annotated[str, Field(pattern=r"^V[0-9]{1,2}[a-z]?$")]
    study: Text
    published: Text
    why: Text


class FileModel(FileTable):
    """What the file holds."""

    arm: Annotated[dict[Name, Arm], Field(min_length=1)]
    result: Annotated[list[Result], Field(min_length=1)]
    not_met: list[NotMet] = []


@dataclass(frozen=True)
class Published:
    """The file, checked.

    Attributes
    ----------
    schedules : dict of str to Schedule
        Arm -> its policies to its last quarter, every arm after the one that it extends.
    results : tuple of Result
    not_met : tuple of NotMet
    """

    schedules: Mapping[str, Schedule]
    results: tuple[Result, ...]
    not_met: tuple[NotMet, ...]


def load_published(path: str | Path | None = None) -> Published:
    """Return the published results of a file, by default the shipped one.

    Raises
    ------
    InputError
        Naming file, key, value and what is allowed.
    """
    if path is None:
        text, shown = files("calibration").joinpath(SHIPPED).read_text(encoding="utf-8"), SHIPPED
    else:
        shown = printable(str(path))
        text = read_text(Path(path), shown)
    return read_published(text, shown)


def read_published(text: str, file: str) -> Published:
    """Check a text and put its policies together; `file` names it in errors.

    Raises
    ------
    InputError
        Naming the file and, for every problem, key, value and what is allowed.
    """
    model = checked(load_toml(text, file), FileModel, _WORDS, file)
    problems: list[str] = []
    for name, arm in model.arm.items():
        check_quarter(f"arm {name}, until", arm.until, problems)
    refuse(file, problems)
    keys = [result.key for result in model.result]
    problems += [f"result {key}: stands twice" for key in sorted({k for k in keys if keys.count(k) > 1})]
    for result in model.result:
        _check_result(result, model.arm, problems)
    used = {name for result in model.result for term in result.term for name in (term.arm, term.base)}
    used |= {arm.extends for arm in model.arm.values()}
    problems += [f"arm {name}: no result uses it" for name in model.arm if name not in used]
    refuse(file, problems)
    layers: dict[str, list[Layer]] = {}
    for name in model.arm:
        _layers(name, model.arm, layers, (), file)
    schedules = {name: build(resolve(found), model.arm[name].until) for name, found in layers.items()}
    return Published(schedules, tuple(model.result), tuple(model.not_met))


def _check_result(result: Result, arms: Mapping[str, Arm], problems: list[str]) -> None:
    place = f"result {result.key}"
    if result.status not in STATUSES:
        problems.append(f"{place}, status: {show(result.status)} is not known; allowed: {', '.join(STATUSES)}")
    if not result.low < result.high:
        problems.append(f"{place}: low = {result.low:g} must be less than high = {result.high:g}")
    elif result.low == -float("inf") and result.high == float("inf"):
        problems.append(f"{place}: the band has no end; give low, high or both")
    for number, term in enumerate(result.term, 1):
        _check_term(f"{place}, term {number}", term, arms, problems)


def _check_term(place: str, term: Term, arms: Mapping[str, Arm], problems: list[str]) -> None:
    missing = [name for name in (term.arm, term.base) if name not in arms]
    problems += [f"{place}: {show(name)} is not an arm{known(name, arms)}" for name in missing]
    if term.arm == term.base:
        problems.append(f'{place}: arm and base are both "{term.arm}"')
    if term.level not in LEVELS:
        problems.append(f"{place}, level: {show(term.level)} is not known{known(term.level, LEVELS)}")
        return
    outputs = {variable.name: variable for variable in variables()[term.level]}
    for name in (*term.of, *term.over):
        if name not in outputs:
            problems.append(f"{place}: {show(name)} is not a variable of {term.level}{known(name, outputs)}")
    entities = ENTITIES[term.level]
    wrong = [name for name in term.entities if name not in entities]
    problems += [f"{place}, entities: {show(name)} is not in {term.level}{known(name, entities)}" for name in wrong]
    if missing:
        return
    covered = years_of(min(to_index(arms[name].until) for name in (term.arm, term.base)) + 1)
    for year in term.years:
        if year not in covered:
            problems.append(
                f"{place}, years: {show(year)} is not simulated by both arms; allowed: {FIRST_YEAR} to {covered[-1]}"
            )


def _layers(
    name: str, arms: Mapping[str, Arm], done: dict[str, list[Layer]], above: tuple[str, ...], file: str
) -> list[Layer]:
    """Return the levers of an arm and of what it extends: another arm, else a shipped scenario."""
    if name in done:
        return done[name]
    arm = arms[name]
    if name in above:
        raise InputError(f"{file}: arm {name}, extends: the arms form a loop: {' -> '.join((*above, name))}")
    own = _own_levers(name, arm, file)
    if arm.extends in arms and arm.extends != name:
        below = _layers(arm.extends, arms, done, (*above, name), file)
    else:
        try:
            below = layers_of(load_scenario(arm.extends))
        except InputError as error:
            raise InputError(f"{file}: arm {name}, extends: {error}; or an arm: {', '.join(arms)}") from None
    ancestors = frozenset(layer.name for layer in below)
    done[name] = [*below, Layer(f"arm {name}", ancestors, own)] if own else list(below)
    return done[name]


def _own_levers(name: str, arm: Arm, file: str) -> tuple[Any, ...]:
    """Return the levers of an arm, checked as those of a scenario file."""
    if not arm.levers.strip():
        return ()
    head = f'[scenario]\nname = "{name}"\nextends = "baseline"\ntitle = "t"\nsummary = "s"\nsources = ["s"]\n'
    document = parse(head + arm.levers, f"{file}: arm {name}")
    return document.levers


def _place(path: KeyPath, raw: Mapping[str, Any]) -> str:
    """Return the words for a place: ``arm x, until``, ``result V1, term 2, weight``."""
    words: list[str] = []
    here: Any = raw
    for part in path:
        here = here[part] if isinstance(here, Mapping) and part in here else (
            here[part] if isinstance(here, list) and isinstance(part, int) and part < len(here) else None
        )  # fmt: skip
        if isinstance(part, int):
            key = here.get("key") if isinstance(here, Mapping) else None
            words[-1] += f" {key}" if isinstance(key, str) else f" {part + 1}"
        elif words == ["arm"]:
            words = [f"arm {part}"]
        else:
            words.append(part)
    return printable(", ".join(words))


def _table(path: KeyPath) -> type[FileTable]:
    """Return the model of the table at a key path."""
    if not path:
        return FileModel
    if path[0] == "arm":
        return Arm
    if path[0] == "not_met":
        return NotMet
    return Term if "term" in path else Result


def _wrong(finding: Finding) -> str:
    kinds = {"literal_error": f"allowed: {finding.limits.get('expected')}"}
    if finding.key == "key" and finding.kind == "string_pattern_mismatch":
        return f"{show(finding.value)} is not a key; write V, a number and, if needed, a letter, such as V2a"
    return f"{show(finding.value)}: {kinds.get(finding.kind) or expected(finding)}"


_WORDS: Final = Words(place=_place, table=_table, wrong=_wrong)
