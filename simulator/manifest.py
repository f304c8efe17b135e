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
from typing import Any, Final

from simulator import MODEL_VERSION, __version__
from simulator.errors import InputError
from simulator.periods import to_label
from simulator.results import Results
from simulator.variables import LEVELS, variables

MANIFEST: Final = "manifest.json"
FORMAT: Final = "liaosim results"
"""Marker that tells a results folder from any other folder with a ``manifest.json``."""
FORMAT_VERSION: Final = 1
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
        "parameters": {"kind": base.parameters.kind, "hash": base.parameters.hash},
        "seed": base.seed,
        "runs": base.runs,
        "until": identity.until,
        "engine": base.engine,
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
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{directory} holds no {MANIFEST}; name a folder written by liaosim run or compare") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f'{path}: "format" is not "{FORMAT}"; name a folder written by liaosim run or compare')
    if manifest.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f'{path}: "format_version" is {manifest.get("format_version")}, this liaosim reads {FORMAT_VERSION}; '
            "run the command again or use the liaosim that wrote it"
        )
    return manifest


def is_results(directory: Path) -> bool:
    """Tell whether a folder was written by liaosim (has a manifest with our marker, of whatever version)."""
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == FORMAT


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
