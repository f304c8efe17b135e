"""Scenarios: find a file by name, follow what it extends, combine several, turn into a schedule."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, Literal, NamedTuple

from simulator import periods
from simulator.errors import InputError, nearest
from simulator.file_errors import NAME_PATTERN
from simulator.scenario_file import Document, parse
from simulator.schedule import Entry, Layer, Lever, Schedule, build, resolve
from simulator.text_file import is_file, printable, read_text

TextField = Literal["title", "summary", "notes"]

BASELINE: Final = "baseline"
MAX_DEPTH: Final = 8

__all__ = ["Scenario", "Source", "base_of", "layers_of", "list_scenarios", "load_scenario", "own_levers",
           "scenario_of_text"]  # fmt: skip


class Source(NamedTuple):
    """Name and text of one scenario file of a chain."""

    name: str
    text: str


@dataclass(frozen=True)
class Scenario:
    """A policy story, with everything that it extends.

    Attributes
    ----------
    name : str
        A combination is called ``a+b``.
    title, summary, title_zh, summary_zh, notes, notes_zh : str
        Texts of the scenario's own file.
    sources : tuple of str
        What its own levers rest on.
    extends : str or None
        Name of the parent; None for the baseline and for a combination.
    levers : tuple of Lever
        Levers of its own file (of all combined files).
    chain : tuple of Source
        Names and texts of all files, oldest first.
    parts : tuple of str
        Names of the combined scenarios; the own name alone if nothing is combined.
    entries : tuple of Entry
        What remains of all levers after replacement, over the whole horizon.
    hash : str
        SHA-256 (hex) of the content of all files of the chain; comments and layout do not count.
    """

    name: str
    title: str
    summary: str
    title_zh: str
    summary_zh: str
    notes: str
    notes_zh: str
    sources: tuple[str, ...]
    extends: str | None
    levers: tuple[Lever, ...]
    chain: tuple[Source, ...]
    parts: tuple[str, ...]
    entries: tuple[Entry, ...]
    hash: str
    _own: tuple[tuple[str, Lever], ...]

    def text(self, field: TextField, lang: str = "en") -> str:
        """Return one of its texts in Chinese (``zh``) if the file has it, else in English."""
        own: str = getattr(self, field)
        chinese: str = getattr(self, f"{field}_zh")
        return (lang == "zh" and chinese) or own

    def schedule(self, until: str = periods.HORIZON_END) -> Schedule:
        """Return the schedule up to and including quarter ``until``.

        Levers of this scenario (not of its parents) that start later are named in ``Schedule.notices``.

        Raises
        ------
        InputError
            If ``until`` is not a quarter from 2006Q1 to 2035Q4.
        """
        return build(self.entries, until, self._own)


def list_scenarios(library: str | Path | None = None) -> tuple[str, ...]:
    """Return the names of the shipped scenarios, the baseline first.

    Parameters
    ----------
    library : path, optional
        A folder of scenario files that stands in for the shipped ones.
    """
    return _Library(library).names


def load_scenario(name: str | Path, library: str | Path | None = None) -> Scenario:
    """Return a checked scenario.

    Parameters
    ----------
    name : str or path
        A shipped name; a file (anything with ``/`` or ending in ``.toml``); or several joined by ``+``.
    library : path, optional
        A folder of scenario files that stands in for the shipped ones, such as ``scenarios/`` of a result folder.

    Raises
    ------
    InputError
        If a file is missing or wrong, parents form a loop, or combined scenarios contradict each other.
    """
    shelf = _Library(library)
    parts = _split(str(name))
    chains = [_chain(_open_named(part, shelf), shelf) for part in parts]
    return _single(chains[0]) if len(chains) == 1 else _combined(chains)


def scenario_of_text(text: str, file: str = "scenario.toml", library: str | Path | None = None) -> Scenario:
    """Return the scenario of a text, as a file with this content would give it; no file of the user's is read.

    Parameters
    ----------
    text : str
        TOML.
    file : str
        Name of the text in messages.
    library : path, optional
        As in :func:`load_scenario`; only what lies in it can be extended.

    Raises
    ------
    InputError
        The text is no scenario file, or it extends anything else, or nothing.
    """
    shelf = _Library(library)
    document = parse(text, file)
    if document.extends is None:
        raise InputError(_no_parent(document))
    return _single(_chain(_Link(document, None, document.name), shelf))


def base_of(scenario: Scenario) -> Scenario | None:
    """Return what a scenario is an increment over: its parent, or the nearest file that all combined ones extend.

    It is put together from the texts of the chain, so files that have changed since do not matter. None for the
    baseline.
    """
    documents = _documents(scenario)
    chains = [_ancestors(part, documents) for part in scenario.parts]
    shared = [names[0] for names in zip(*chains, strict=False) if len(set(names)) == 1]
    return _single([documents[name] for name in shared]) if shared else None


def layers_of(scenario: Scenario) -> list[Layer]:
    """Return the levers of every file of a scenario, each file once, from the texts of the chain."""
    documents = _documents(scenario)
    names = [[*_ancestors(part, documents), part] for part in scenario.parts]
    return _layers([[documents[name] for name in chain] for chain in names])


def own_levers(scenario: Scenario) -> tuple[tuple[str, Lever], ...]:
    """Return the levers of its own file (of all combined files), each with the name of the scenario that holds it."""
    return scenario._own


def _documents(scenario: Scenario) -> dict[str, Document]:
    return {name: parse(text, f"{name}.toml") for name, text in scenario.chain}


def _ancestors(name: str, documents: dict[str, Document]) -> list[str]:
    """Return the names of what a file extends, oldest first."""
    found: list[str] = []
    parent = documents[name].extends
    while parent is not None:
        found.insert(0, parent)
        parent = documents[parent].extends
    return found


class _Library:
    """The shipped scenario files, or a folder that stands in for them."""

    def __init__(self, folder: str | Path | None) -> None:
        self._root = files("scenarios") if folder is None else Path(folder)
        self._shown = "scenarios" if folder is None else str(folder)

    @cached_property
    def names(self) -> tuple[str, ...]:
        try:
            found = [item.name[:-5] for item in self._root.iterdir() if item.name.endswith(".toml")]
        except OSError as error:
            raise InputError(f"{self._shown}: cannot be read: {error.strerror}") from None
        return tuple(sorted((n for n in found if re.fullmatch(NAME_PATTERN, n)), key=lambda n: (n != BASELINE, n)))

    def text(self, name: str) -> tuple[str, str]:
        """Return text and shown path of a shipped scenario."""
        shown = f"{self._shown}/{name}.toml"
        with as_file(self._root.joinpath(f"{name}.toml")) as path:
            return read_text(path, shown), shown


class _Link(NamedTuple):
    """A file of a chain; ``folder`` is where its parent may lie, None for a shipped file."""

    document: Document
    folder: Path | None
    stem: str


def _split(name: str) -> list[str]:
    """Return the parts of ``a+b``; a file whose own name holds a plus is one part."""
    if _is_file(name) and is_file(Path(name)):
        return [name]
    parts = [part.strip() for part in name.split("+")]
    if not all(parts):
        raise InputError(f'"{printable(name)}": a scenario name is empty; write NAME, FILE.toml or NAME+NAME')
    return parts


def _is_file(name: str) -> bool:
    return "/" in name or name.endswith(".toml")


def _chain(link: _Link, shelf: _Library) -> list[Document]:
    """Return the documents from the baseline to a scenario."""
    chain = [link]
    while (parent := link.document.extends) is not None:
        if link.folder is None and link.document.name == BASELINE:
            raise InputError(
                f'{link.document.file}: [scenario] extends: "{parent}" is not allowed; baseline has no parent'
            )
        link = _open_parent(link, parent, shelf)
        taken = [other.document for other in chain]
        if any(link.document.file == other.file for other in taken):
            loop = " -> ".join(doc.name for doc in [*taken, link.document])
            raise InputError(f"{taken[-1].file}: [scenario] extends: the parents form a loop: {loop}")
        if any(link.document.name == other.name for other in taken):
            other = next(doc for doc in taken if doc.name == link.document.name)
            raise InputError(
                f'{other.file}: [scenario] name: "{other.name}" is also the name of {link.document.file},'
                " which it extends; choose another name"
            )
        chain.append(link)
        if len(chain) > MAX_DEPTH:
            raise InputError(f"{taken[0].file}: [scenario] extends: more than {MAX_DEPTH} files in a row")
    if link.folder is not None or link.document.name != BASELINE:
        raise InputError(_no_parent(link.document))
    return [link.document for link in reversed(chain)]


def _no_parent(document: Document) -> str:
    return (
        f'{document.file}: [scenario] extends: missing; write extends = "{BASELINE}"'
        " (only the shipped baseline has no parent)"
    )


def _open_named(name: str, shelf: _Library) -> _Link:
    if not _is_file(name):
        return _open_shipped(name, shelf, "")
    path = Path(name)
    if path.stem in shelf.names and not path.exists():
        raise InputError(f'{printable(name)}: no such file; the shipped scenario is called "{path.stem}"')
    return _open_file(path)


def _open_file(path: Path) -> _Link:
    document = parse(read_text(path), printable(str(path)))
    return _Link(document, path.parent, path.stem)


def _open_shipped(name: str, shelf: _Library, place: str) -> _Link:
    if name not in shelf.names:
        near = nearest(printable(name[:60]), shelf.names)
        where = "shipped are" if not place else "shipped, or in the same folder, are"
        raise InputError(
            f'{place}"{printable(name[:60])}" is not a scenario{near}; {where}: {", ".join(shelf.names)}'
            + ("" if place else "; a file needs / or .toml in its name")
        )
    text, shown = shelf.text(name)
    document = parse(text, shown)
    _check_stem(document, name)
    return _Link(document, None, name)


def _open_parent(child: _Link, parent: str, shelf: _Library) -> _Link:
    """Open the parent of a file: beside it or shipped, but not both unless they are the same."""
    place = f"{child.document.file}: [scenario] extends: "
    if child.folder is not None and child.stem == parent and parent not in shelf.names:
        raise InputError(f"{place}the parents form a loop: {child.document.name} -> {parent}")
    beside = None if child.folder is None or child.stem == parent else child.folder / f"{parent}.toml"
    if beside is None or not is_file(beside):
        return _open_shipped(parent, shelf, place)
    link = _open_file(beside)
    _check_stem(link.document, parent)
    if parent in shelf.names:
        if shelf.text(parent)[0] != link.document.text:
            raise InputError(f'{place}"{parent}" is both shipped and another file, {beside}; rename that file')
        return _open_shipped(parent, shelf, place)
    return link


def _check_stem(document: Document, stem: str) -> None:
    if document.name != stem:
        raise InputError(f'{document.file}: [scenario] name: "{document.name}" must be "{stem}", as the file is called')


def _layers(chains: list[list[Document]]) -> list[Layer]:
    """Return every file once, with the names of its ancestors."""
    layers: dict[str, Layer] = {}
    for chain in chains:
        for i, document in enumerate(chain):
            ancestors = frozenset(other.name for other in chain[:i])
            layers.setdefault(document.name, Layer(document.name, ancestors, document.levers))
    return list(layers.values())


def _single(chain: list[Document]) -> Scenario:
    document = chain[-1]
    try:
        entries = resolve(_layers([chain]))
    except InputError as error:
        raise InputError(f"{document.file}: {error}") from None
    return Scenario(
        name=document.name, title=document.title, summary=document.summary, title_zh=document.title_zh,
        summary_zh=document.summary_zh, notes=document.notes, notes_zh=document.notes_zh, sources=document.sources,
        extends=document.extends,
        levers=document.levers, chain=tuple(Source(doc.name, doc.text) for doc in chain), parts=(document.name,),
        entries=entries, hash=_hash(chain, [document.name]),
        _own=tuple((document.name, lever) for lever in document.levers),
    )  # fmt: skip


def _combined(chains: list[list[Document]]) -> Scenario:
    parts = [chain[-1] for chain in chains]
    names = [part.name for part in parts]
    name = "+".join(names)
    union = _union(name, chains)
    for chain in chains:
        for ancestor in chain[:-1]:
            if ancestor.name in names:
                raise InputError(f'{name}: "{chain[-1].name}" already extends "{ancestor.name}"; leave the latter out')
    if len(set(names)) < len(names):
        raise InputError(f"{name}: the same scenario stands there twice")
    try:
        entries = resolve(_layers(chains))
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    return Scenario(
        name=name, title=" + ".join(part.title for part in parts), summary=" ".join(part.summary for part in parts),
        title_zh=" + ".join(part.title_zh or part.title for part in parts),
        summary_zh="".join(part.summary_zh or part.summary for part in parts),
        notes="\n".join(part.notes for part in parts if part.notes),
        notes_zh="\n".join(part.notes_zh or part.notes for part in parts if part.notes_zh or part.notes),
        sources=tuple(dict.fromkeys(source for part in parts for source in part.sources)), extends=None,
        levers=tuple(lever for part in parts for lever in part.levers),
        chain=tuple(Source(doc.name, doc.text) for doc in union), parts=tuple(names), entries=entries,
        hash=_hash(union, names), _own=tuple((part.name, lever) for part in parts for lever in part.levers),
    )  # fmt: skip


def _union(name: str, chains: list[list[Document]]) -> list[Document]:
    """Return every file of several chains once, oldest first."""
    found: dict[str, Document] = {}
    for chain in chains:
        for document in chain:
            other = found.setdefault(document.name, document)
            if other.text != document.text:
                raise InputError(
                    f'{name}: two different files are called "{document.name}": {other.file} and {document.file};'
                    " rename one"
                )
    return list(found.values())


def _hash(documents: list[Document], parts: list[str]) -> str:
    """Return the SHA-256 of what the files say; order of files, comments and layout do not count."""
    content = []
    for document in sorted(documents, key=lambda doc: doc.name):
        fields = asdict(document)
        del fields["text"], fields["file"]
        content.append(fields)
    text = json.dumps([sorted(parts), content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
