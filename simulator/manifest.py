"""The manifest of a results folder: what was run, with what, and by which version."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from simulator import MODEL_VERSION, __version__
from simulator.errors import InputError
from simulator.parameters import Calibration
from simulator.periods import count_until, to_label
from simulator.posterior import all_shipped
from simulator.results import ParametersLike, Results
from simulator.variables import LEVELS, variables

MANIFEST: Final = "manifest.json"
FORMAT: Final = "liaosim results"
"""Marker that tells a results folder from any other folder with a ``manifest.json``."""
FORMAT_VERSION: Final = 1
SWEEP_FORMAT: Final = "liaosim sweep"
"""Marker of the folder of a sweep, which has a manifest of its own."""
PACKAGES: Final = ("numpy", "numba", "mesa", "pandas", "scipy", "pyarrow")


@dataclass(frozen=True)
class Identity:
    """What decides the numbers of a results folder; engine, threads and time do not."""

    scenarios: tuple[tuple[str, str], ...]
    """Name and hash of each scenario, base first."""
    parameters: str
    """Hash of the parameter table."""
    seed: int
    runs: int
    until: str
    model_version: str = MODEL_VERSION

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the content, hexadecimal."""
        content = [[list(s) for s in self.scenarios], self.parameters, self.seed, self.runs, self.until]
        text = json.dumps([*content, self.model_version], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def identity_of(results: Results) -> Identity:
    """Return the identity of results in memory."""
    base = results.base
    return Identity(
        scenarios=tuple((e.scenario, e.schedule.hash) for e in results.ensembles),
        parameters=base.parameters.hash,
        seed=base.seed,
        runs=base.runs,
        until=to_label(base.quarters - 1),
    )


def build_manifest(
    results: Results,
    command: Sequence[str],
    *,
    warnings: Sequence[str] = (),
    started: datetime | None = None,
    finished: datetime | None = None,
    check: bool = False,
) -> dict[str, Any]:
    """Return the manifest as plain data in a fixed order of keys.

    Parameters
    ----------
    results
        What is stored.
    command
        The command line, one string a word.
    warnings
        What the user was warned of, such as a posterior of another model version.
    started, finished
        Times with a zone; ``finished`` is now by default. The only entries besides the platform that
        differ when a command is repeated.
    check
        Whether the accounting identities were tested in every quarter, so that a run that broke one failed.
    """
    base, identity, here = results.base, identity_of(results), environment()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": here["version"],
        "model_version": here["model_version"],
        "git_commit": here["git_commit"],
        "command": list(command),
        "identity": identity.hash,
        "scenarios": [{"name": name, "hash": content} for name, content in identity.scenarios],
        "parameters": parameters_entry(base.parameters),
        "seed": base.seed,
        "runs": base.runs,
        "until": identity.until,
        "engine": base.engine,
        "check": check,
        "medoids": dict(results.medoids),
        "failures": {e.scenario: [[run, message] for run, message in e.failures] for e in results.ensembles},
        "warnings": list(warnings),
        "started": _time(started) if started else None,
        "finished": _time(finished or datetime.now(UTC)),
        "python": here["python"],
        "platform": here["platform"],
        "packages": here["packages"],
        "units": {level: {v.name: v.unit for v in variables()[level]} for level in LEVELS},
    }


def parameters_entry(table: ParametersLike) -> dict[str, Any]:
    """Return what a manifest says of parameters: their kind and hash, and of which posterior they are.

    ``shipped`` names the posteriors of this version, so that it can be told which one a validation judges; left out if
    there are none.
    """
    entry: dict[str, Any] = {"kind": table.kind, "hash": table.hash}
    if table.calibration is not None:
        entry["posterior"] = {**_named(table.calibration), "contraction": dict(table.calibration.contraction)}
    found = [_named(posterior.calibration) for posterior in all_shipped()]
    return {**entry, "shipped": found} if found else entry


def _named(calibration: Calibration) -> dict[str, Any]:
    """Return by what a posterior is known."""
    return {
        "name": calibration.name,
        "hash": calibration.hash,
        "model_version": calibration.model_version,
        "first_year": calibration.first_year,
        "last_year": calibration.last_year,
    }


def environment() -> dict[str, Any]:
    """Return what the numbers may depend on beside the identity, by its keys in the manifest."""
    return {
        "version": __version__,
        "model_version": MODEL_VERSION,
        "git_commit": git_commit(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _package(name) for name in PACKAGES},
    }


def dump_manifest(manifest: Mapping[str, Any]) -> str:
    """Return the manifest as indented JSON text in UTF-8 letters."""
    return json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_manifest(directory: Path) -> dict[str, Any]:
    """Read the manifest of a results folder.

    Raises
    ------
    InputError
        The folder, its manifest or our marker in it is missing, or the manifest is of a later format.
    """
    path = directory / MANIFEST
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is not a regular file; name a folder written by liaosim run or compare")
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{directory} holds no {MANIFEST}; name a folder written by liaosim run or compare") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is not valid JSON: {error}") from None
    if isinstance(manifest, dict) and manifest.get("format") == SWEEP_FORMAT:
        raise InputError(
            f"{directory} is the folder of a sweep; what reads those is liaosim sweep {directory} [--verify],"
            " liaosim query and liaosim report"
        )
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f'{path}: "format" is not "{FORMAT}"; name a folder written by liaosim run or compare')
    if manifest.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f'{path}: "format_version" is {manifest.get("format_version")}, this liaosim reads {FORMAT_VERSION}; '
            "run the command again or use the liaosim that wrote it"
        )
    return manifest


_Model = TypeVar("_Model", bound=BaseModel)


class StoredScenario(BaseModel):
    """What a manifest says of one scenario; ``sizes`` maps lever keys to columns of ``parameters.parquet``."""

    name: str
    hash: str
    chain: list[str]
    sizes: dict[str, str]


class PosteriorName(BaseModel):
    """By what a manifest names a posterior."""

    name: str
    hash: str
    model_version: str
    first_year: int
    last_year: int


class PosteriorEntry(PosteriorName):
    """What a manifest says of the posterior that was used."""

    contraction: dict[str, float]


class ParametersEntry(BaseModel):
    """What a manifest says of the parameters; ``shipped``: the posteriors that came with the version."""

    kind: str
    hash: str
    posterior: PosteriorEntry | None = None
    shipped: list[PosteriorName] = []

    @property
    def calibration(self) -> Calibration | None:
        """The posterior that the parameters come from, if they do."""
        return None if self.posterior is None else Calibration(**self.posterior.model_dump())


class Manifest(BaseModel):
    """A manifest whose every entry is there and of the right kind; ``check`` is None in folders of before it."""

    version: str
    model_version: str
    git_commit: str | None
    command: list[str]
    identity: str
    scenarios: Annotated[list[StoredScenario], Field(min_length=1)]
    parameters: ParametersEntry
    seed: Annotated[int, Field(ge=0)]
    runs: Annotated[int, Field(ge=1)]
    until: str
    engine: str
    check: bool | None = None
    medoids: dict[str, int]
    failures: dict[str, list[tuple[int, str]]]
    warnings: list[str]
    started: str | None
    finished: str
    python: str
    platform: str
    packages: dict[str, str | None]

    @property
    def quarters(self) -> int:
        """Number of quarters simulated."""
        return count_until(self.until)

    @property
    def checked(self) -> bool:
        """Whether the accounting identities were tested in every quarter."""
        return "--check" in self.command if self.check is None else self.check

    @property
    def environment(self) -> dict[str, Any]:
        """As of :func:`environment`, when the result was made."""
        return self.model_dump(include={"version", "model_version", "git_commit", "python", "platform", "packages"})


def check_entries(model: type[_Model], text: str, path: Path) -> _Model:
    """Return the entries of a manifest as their model; ``InputError`` names the first that is missing or wrong."""
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f'{path}: "{where}" is missing or wrong: {first["msg"]}') from None


def load_manifest(directory: Path) -> Manifest:
    """Read the manifest of a results folder and check every entry of it.

    Raises
    ------
    InputError
        As of :func:`read_manifest`, or an entry is missing or wrong; the message names it.
    """
    path = directory / MANIFEST
    manifest = check_entries(Manifest, json.dumps(read_manifest(directory)), path)
    try:
        count_until(manifest.until)
    except InputError as error:
        raise InputError(f'{path}: "until": {error}') from None
    for name, failures in manifest.failures.items():
        runs = [run for run, _ in failures]
        if len(set(runs)) < len(runs) or not all(0 <= run < manifest.runs for run in runs):
            raise InputError(f'{path}: "failures": {name} names a run twice or one that is not among {manifest.runs}')
    for entry in manifest.scenarios:
        if entry.name not in manifest.failures or entry.name not in manifest.medoids:
            raise InputError(f'{path}: "failures" and "medoids" say nothing of scenario "{entry.name}"')
        if any(Path(file).name != file for file in entry.chain):
            raise InputError(f'{path}: "chain" of scenario "{entry.name}" names a file outside scenarios/')
    return manifest


def is_results(directory: Path) -> bool:
    """Tell whether a folder was written by ``run`` or ``compare`` (has a manifest with our marker, of any version)."""
    return _format_of(directory) == FORMAT


def is_sweep(directory: Path) -> bool:
    """Tell whether a folder was written by a sweep, of whatever version."""
    return _format_of(directory) == SWEEP_FORMAT


def _format_of(directory: Path) -> object:
    """Return what the manifest of a folder calls itself, None if there is none that can be read."""
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest.get("format") if isinstance(manifest, dict) else None


def enclosing(place: Path) -> Path | None:
    """Return the nearest folder of results or of a sweep that a folder, as `Path.resolve` gives it, is or lies in."""
    return next((f for f in (place, *place.parents) if is_results(f) or is_sweep(f)), None)


def git_commit() -> str | None:
    """Return the commit of the source tree, with ``-dirty`` if simulator files changed; None outside a checkout."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():  # installed: a repository further up belongs to somebody else
        return None
    commit = _git(root, "rev-parse", "HEAD")
    if not commit:
        return None
    return f"{commit}-dirty" if _git(root, "status", "--porcelain", "--", "simulator", "scenarios") else commit


def _git(root: Path, *words: str) -> str | None:
    """Run git and return its output, None if that is impossible for whatever reason."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True, encoding="utf-8"
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()


def _package(name: str) -> str | None:
    """Return the version of an installed package, None if it is absent."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
