"""The results folders that the app may open: those in one folder, named when it starts, and nothing outside of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError
from simulator.manifest import is_results, load_manifest, read_manifest
from simulator.results import Results
from simulator.scenario import Scenario
from simulator.store_read import load_results, read_scenario
from viz.errors import PageError
from viz.kept import Kept

KEPT: Final = 3
"""Results that stay in memory after they were opened, each some hundred MB when all of it was looked at."""


@dataclass(frozen=True)
class Entry:
    """A results folder of the library.

    Attributes
    ----------
    name : str
        Of the folder.
    scenarios : tuple of str
        The base first; empty if the folder cannot be read.
    runs : int
    until : str
        Last quarter.
    finished : str
        When, ``2026-11-22T10:23:45.123456+00:00``.
    problem : str
        Why the folder cannot be opened, a sentence without a full stop; empty if it can.
    """

    name: str
    scenarios: tuple[str, ...] = ()
    runs: int = 0
    until: str = ""
    finished: str = ""
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Opened:
    """A result that was opened; series are read from its folder when they are first looked at. Shared by all users."""

    name: str
    folder: Path
    results: Results
    scenarios: tuple[Scenario, ...]
    manifest: Mapping[str, Any]
    medoids: Mapping[str, int]
    """Scenario -> number of its typical run."""

    def scenario(self, name: str) -> Scenario:
        """Return one of its scenarios; ``InputError`` if it has none of this name."""
        for each in self.scenarios:
            if each.name == name:
                return each
        known = self.results.scenarios
        raise PageError("app_no_scenario", name, known, name=name[:60], result=self.name, known=", ".join(known))


class Library:
    """Results folders directly in one folder. Safe to use from many threads.

    Parameters
    ----------
    root : Path
        The only place that is read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._opened = Kept(KEPT)

    def entries(self) -> tuple[Entry, ...]:
        """Return what the folder holds now, the newest first; results that cannot be read come last."""
        if not self.root.is_dir():
            return ()
        found = [self._entry(place) for place in sorted(self.root.iterdir()) if self._belongs(place)]
        return tuple(sorted(found, key=lambda entry: (not entry.problem, entry.finished), reverse=True))

    def names(self) -> tuple[str, ...]:
        """Return the names of the results that can be opened."""
        return tuple(entry.name for entry in self.entries() if not entry.problem)

    def open(self, name: str) -> Opened:
        """Open a result.

        Raises
        ------
        InputError
            There is none of this name in the folder, or it is not whole.
        """
        known = {place.name for place in self.root.iterdir() if self._belongs(place)} if self.root.is_dir() else set()
        if name not in known:
            raise PageError("app_no_result", name, sorted(known), name=name[:60])
        folder = self.root / name
        try:
            key = (name, (folder / "manifest.json").stat().st_mtime_ns)
        except OSError as error:
            raise InputError(f"{name}/manifest.json cannot be read: {error.strerror}") from None
        return self._opened.get(key, lambda: self._read(name, folder))

    def _belongs(self, place: Path) -> bool:
        """Whether something in the folder is a result, perhaps a damaged one; a link that leads out of it is not."""
        return place.is_dir() and place.resolve().parent == self.root and (
            is_results(place) or (place / "series").is_dir()
        )

    def _entry(self, place: Path) -> Entry:
        try:
            told = load_manifest(place)
            finished = str(read_manifest(place)["finished"])
        except InputError as error:
            return Entry(place.name, problem=self._shown(error))
        scenarios = tuple(entry.name for entry in told.scenarios)
        return Entry(place.name, scenarios, told.runs, told.until, finished)

    def _read(self, name: str, folder: Path) -> Opened:
        try:
            told = load_manifest(folder)
            scenarios = tuple(read_scenario(folder, entry, told.until) for entry in told.scenarios)
            medoids = {entry.name: int(told.medoids[entry.name]) for entry in told.scenarios}
            return Opened(name, folder, load_results(folder), scenarios, read_manifest(folder), medoids)
        except InputError as error:
            raise InputError(self._shown(error)) from None

    def _shown(self, error: InputError) -> str:
        """Return a message without the path of the library, which is nobody's business in a browser."""
        return str(error).replace(f"{self.root}/", "")
