"""The manifest of a sweep: what it is, how far it is, and in which environments it was made."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from simulator.errors import InputError
from simulator.manifest import (
    MANIFEST,
    SWEEP_FORMAT,
    ParametersEntry,
    check_entries,
    dump_manifest,
    environment,
    is_sweep,
    parameters_entry,
)
from simulator.store import chain_files
from simulator.sweep.plan import Plan
from simulator.text_file import replace_file
from simulator.variables import variables

FORMAT_VERSION: Final = 1


class ScenarioEntry(BaseModel):
    """What a manifest says of one scenario."""

    name: str
    hash: str
    chain: list[str]


class KeepEntry(BaseModel):
    """What is kept of one level."""

    level: str
    freq: str
    variables: list[str]


class SweepManifest(BaseModel):
    """What the folder of a sweep says of itself; see ``docs/sweeps.md``."""

    format: str
    format_version: int
    name: str
    version: str
    model_version: str
    git_commit: str | None
    identity: str
    scenarios: Annotated[list[ScenarioEntry], Field(min_length=1)]
    left_out: list[str]
    parameters: ParametersEntry
    seed: int
    draws: int
    replications: int
    separate: bool
    until: str
    points: int
    axes: list[str]
    keep: list[KeepEntry]
    check: bool
    data: str
    runs: int
    finished: int
    failed: int
    complete: bool
    environments: list[dict[str, Any]]
    units: dict[str, dict[str, str]]


def load_sweep_manifest(directory: Path) -> SweepManifest:
    """Read the manifest of a sweep and check every entry.

    Raises
    ------
    InputError
        The folder holds no sweep, or its manifest is damaged or of another format.
    """
    path = directory / MANIFEST
    if not is_sweep(directory):
        raise InputError(f"{directory} holds no sweep (no {MANIFEST} of one); name a folder written by liaosim sweep")
    text = path.read_text(encoding="utf-8")
    found = json.loads(text).get("format_version")
    if found != FORMAT_VERSION:
        raise InputError(f'{path}: "format_version" is {found}, this liaosim reads {FORMAT_VERSION}')
    return check_entries(SweepManifest, text, path)


def environments_of(directory: Path, missing: bool) -> list[dict[str, Any]]:
    """Return the environments in which runs of a folder were made, with this one if runs are missing.

    Read once, when a sweep begins: the working tree may change under a process, the code that it runs does not.
    """
    earlier = load_sweep_manifest(directory).environments if is_sweep(directory) else []
    here = environment()
    return earlier if here in earlier or (earlier and not missing) else [*earlier, here]


def write_manifest(
    directory: Path, plan: Plan, done: npt.NDArray[np.bool_], failed: int, environments: list[dict[str, Any]]
) -> None:
    """Write the manifest of a folder as it is now; see `environments_of`."""
    spec, here = plan.spec, environments[-1]
    chains = chains_of(plan)
    content = {
        "format": SWEEP_FORMAT,
        "format_version": FORMAT_VERSION,
        "name": spec.name,
        "version": here["version"],
        "model_version": here["model_version"],
        "git_commit": here["git_commit"],
        "identity": identity_of(plan),
        "scenarios": [
            {"name": scenario.name, "hash": schedule.hash, "chain": list(chains[scenario.name])}
            for scenario, schedule in zip(plan.scenarios, plan.schedules, strict=True)
        ],
        "left_out": list(plan.left_out),
        "parameters": parameters_entry(plan.table),
        "seed": spec.seed,
        "draws": spec.draws,
        "replications": spec.replications,
        "separate": spec.separate,
        "until": spec.until,
        "points": len(plan.design.points),
        "axes": [axis.name for axis in plan.design.dimensions],
        "keep": [{"level": k.level, "freq": k.freq, "variables": list(k.variables)} for k in spec.keep],
        "check": plan.check,
        "data": plan.data_hash,
        "runs": plan.size,
        "finished": int(done.sum()),
        "failed": failed,
        "complete": bool(done.all()),
        "environments": environments,
        "units": {level: _units(plan, level) for level in dict.fromkeys(k.level for k in spec.keep)},
    }
    replace_file(directory / MANIFEST, dump_manifest(content))


def _units(plan: Plan, level: str) -> dict[str, str]:
    """Return the unit of every variable that is kept of a level."""
    kept = {name for keep in plan.spec.keep if keep.level == level for name in keep.variables}
    return {v.name: v.unit for v in variables()[level] if v.name in kept}


def identity_of(plan: Plan) -> str:
    """Return the hash of the identities of all units."""
    return hashlib.sha256(plan.keys.tobytes()).hexdigest()


def chains_of(plan: Plan) -> dict[str, dict[str, str]]:
    """Return scenario -> name and text of each file that it builds on, oldest first."""
    return chain_files({scenario.name: scenario.chain for scenario in plan.scenarios})
