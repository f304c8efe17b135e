"""One sweep file: from TOML text to a checked specification, or to one message that says what to mend.

Only the file itself is looked at: whether scenarios contradict each other, and what a file of parameters holds, shows
when the sweep is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from simulator import periods
from simulator.errors import nearest
from simulator.file_errors import check_quarter, checked, known, refuse, show
from simulator.levers import ALL
from simulator.posterior import default_kind
from simulator.scenario import list_scenarios
from simulator.sweep.file_design import check_design
from simulator.sweep.file_model import FREQS, POSTERIOR, PRIOR, WORDS, KeepTable, SweepFile, SweepTable
from simulator.sweep.spec import Combine, Freq, Keep, SweepSpec
from simulator.text_file import is_file, load_toml, printable, read_text
from simulator.variables import LEVELS, variables

DEFAULT_RUNS: Final = 200
PARAMETER_KINDS: Final = (POSTERIOR, PRIOR, "point")

_COMBINE: Final[dict[bool | str, Combine]] = {False: "none", True: "all", "compatible": "compatible"}
_DEFAULT_KEEP: Final = (KeepTable(level="province"),)
_FIRST_YEAR_END: Final = periods.QUARTERS_PER_YEAR - 1


def read_sweep(path: Path) -> SweepSpec:
    """Read and check a sweep file; the files that it names lie relative to its folder.

    Raises
    ------
    InputError
        If it cannot be read, or naming the file and, for every problem, key, value and what is allowed.
    """
    return parse_sweep(read_text(path), printable(str(path)), path.parent)


def parse_sweep(text: str, file: str, folder: Path | None) -> SweepSpec:
    """Check the text of a sweep file.

    Parameters
    ----------
    text : str
        Content, TOML.
    file : str
        Name of the file in messages.
    folder : path or None
        Where the files that it names lie; None leaves them relative to the working directory.

    Raises
    ------
    InputError
        Naming the file and, for every problem, key, value and what is allowed.
    """
    model = checked(load_toml(text, file), SweepFile, WORDS, file)
    sweep = model.sweep
    problems: list[str] = []
    groups = [_split(entry, folder) for entry in sweep.scenarios]
    scenarios = _check_scenarios(groups, folder, bool(sweep.combine), problems)
    draws, replications = _check_runs(sweep, problems)
    parameters = _check_parameters(sweep.parameters, folder, problems)
    keep = _check_keep(sweep.keep or _DEFAULT_KEEP, problems)
    _check_until(sweep.until, keep, problems)
    parts = list(dict.fromkeys(part for group in groups for part in group))
    names = None if any(map(_is_path, parts)) else parts
    kept = {name for item in keep for name in item.variables}
    design = None if model.design is None else check_design(model.design, names, kept, problems)
    refuse(file, problems)
    return SweepSpec(
        name=sweep.name, scenarios=scenarios, draws=draws, replications=replications, separate=sweep.draws is None,
        combine=_COMBINE[sweep.combine], until=sweep.until, seed=sweep.seed, parameters=parameters, keep=keep,
        design=design, text=text, file=file,
    )  # fmt: skip


# Scenarios and other files


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith(".toml")


def _split(entry: str, folder: Path | None) -> list[str]:
    """Return the parts of ``a+b``; a file whose own name holds a plus is one part."""
    if _is_path(entry) and is_file((folder or Path()) / entry):
        return [entry]
    parts = [part.strip() for part in entry.split("+")]
    if folder is None and _is_path(entry) and not all(_is_path(part) or part in list_scenarios() for part in parts):
        return [entry]  # the copy in the folder of a sweep, away from the files that it names
    return parts


def _resolved(path: str, folder: Path | None) -> str:
    """Return a path of the file as seen from the working directory, still to be told from a shipped name."""
    found = path if folder is None else str(folder / path)
    return found if _is_path(found) else f"./{found}"


def _check_scenarios(
    groups: Sequence[list[str]], folder: Path | None, combine: bool, problems: list[str]
) -> tuple[str, ...]:
    """Return the scenarios as ``load_scenario`` takes them."""
    shipped = list_scenarios()
    found: dict[tuple[str, ...], str] = {}
    for number, parts in enumerate(groups, 1):
        place = f"[sweep] scenarios item {number}"
        if not all(parts):
            problems.append(f"{place}: a scenario name is empty; write NAME, FILE.toml or NAME+NAME")
            continue
        for part in dict.fromkeys(parts):
            if not _is_path(part) and part not in shipped:
                problems.append(f"{place}: {show(part)} is not a scenario{_near_scenario(part, shipped)}")
            elif parts.count(part) > 1:
                problems.append(f"{place}: {show(part)} stands there twice; name each scenario once")
        resolved = [_resolved(part, folder) if _is_path(part) else part for part in parts]
        joined = "+".join(resolved)
        if joined.count("+") >= len(resolved) and (combine or len(resolved) > 1):
            problems.append(f"{place}: {show(joined)} has a plus in a path, but a plus joins scenarios; rename that")
        key = tuple(sorted(resolved))
        if key in found:
            problems.append(f"{place}: {show(joined)} is the same as {show(found[key])}; name each scenario once")
        found.setdefault(key, joined)
    return tuple(found.values())


def _near_scenario(name: str, shipped: Iterable[str]) -> str:
    names = list(shipped)
    near = nearest(printable(name[:60]), names)
    return f"{near}; shipped are: {', '.join(names)}; a file needs / or .toml in its name"


def _check_parameters(kind: str | None, folder: Path | None, problems: list[str]) -> str:
    """Return the kind of parameters, or the path of a file or folder of them."""
    if kind is None:
        return default_kind()
    if kind in PARAMETER_KINDS:
        return kind
    if not _is_path(kind):
        near = nearest(printable(kind[:60]), PARAMETER_KINDS)
        problems.append(
            f"[sweep] parameters: {show(kind)} is not known; allowed: posterior, prior, point, a TOML file or"
            f" ./folder of liaosim calibrate{near}"
        )
    return _resolved(kind, folder)


# Numbers of runs, the last quarter, and what is kept


def _check_runs(sweep: SweepTable, problems: list[str]) -> tuple[int, int]:
    """Return draws and replications; with ``runs``, as many draws as runs."""
    given = [key for key in ("draws", "replications") if getattr(sweep, key) is not None]
    if sweep.runs is not None and given:
        problems.append(f"[sweep] runs: not allowed with {' and '.join(given)}; write runs, or draws and replications")
    elif len(given) == 1:
        other = "replications" if given == ["draws"] else "draws"
        problems.append(f"[sweep] {other}: missing; draws and replications stand together (or write runs)")
    if given:
        return sweep.draws or 1, sweep.replications or 1
    return sweep.runs or DEFAULT_RUNS, 1


def _check_keep(items: Sequence[KeepTable], problems: list[str]) -> tuple[Keep, ...]:
    """Return what is kept, each level and frequency once; its order in the file changes nothing."""
    wanted: dict[tuple[str, Freq], set[str]] = {}
    for number, item in enumerate(items, 1):
        names = _check_variables(f"[sweep] keep item {number}, variables", item, problems)
        wanted.setdefault((item.level, item.freq), set()).update(names)
    return tuple(
        Keep(level, tuple(v.name for v in variables()[level] if v.name in names), freq)
        for (level, freq), names in sorted(wanted.items(), key=lambda item: (LEVELS.index(item[0][0]), item[0][1]))
    )


def _check_variables(place: str, item: KeepTable, problems: list[str]) -> list[str]:
    """Return the variables of one item: those named, all, or the core ones of its level."""
    every = [v.name for v in variables()[item.level]]
    if item.variables == ALL:
        return every
    if item.variables is None:
        return [v.name for v in variables()[item.level] if v.core] or every
    names = list(item.variables)
    for name in dict.fromkeys(names):
        if name not in every:
            problems.append(f"{place}: {show(name)} is not a variable of {item.level}{known(name, every)}")
        elif names.count(name) > 1:
            problems.append(f"{place}: {show(name)} stands there twice; name each variable once")
    return names


def _check_until(until: str, keep: Sequence[Keep], problems: list[str]) -> None:
    index = check_quarter("[sweep] until", until, problems)
    if index is not None and index < _FIRST_YEAR_END and any(item.freq == FREQS[0] for item in keep):
        first = periods.to_label(_FIRST_YEAR_END)
        problems.append(
            f'[sweep] until: "{until}" is before the end of the first year, and keep has values by year;'
            f' write "{first}" or later, or freq = "Q"'
        )
