"""Where parameters come from, as pages say it: in one warning, and in the table of how the numbers were made."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.manifest import ParametersEntry, PosteriorName
from simulator.parameters import Calibration
from simulator.posterior import SHIPPED


def parameters_warning(kind: str, calibration: Calibration | None, words: Mapping[str, str]) -> str:
    """Return what a reader must know of the parameters."""
    if calibration is not None:
        name = "" if calibration.name == SHIPPED else words["posterior_name"].format(name=calibration.name)
        return words["posterior_warning"].format(name=name, first=calibration.first_year, last=calibration.last_year)
    return words["file_warning"] if kind == "posterior" else words.get(f"{kind}_warning", words["file_warning"])


def parameters_row(entry: ParametersEntry, words: Mapping[str, str]) -> str:
    """Return kind and hash of the parameters, the posterior that they come from, and those that were shipped."""
    parts = [f"{entry.kind} {entry.hash[:12]}"]
    if entry.posterior is not None:
        parts.append(words["m_posterior"].format(posterior=_posterior(entry.posterior, words)))
    if entry.shipped:
        parts.append(words["m_shipped"].format(posteriors=", ".join(_posterior(x, words) for x in entry.shipped)))
    return "; ".join(parts)


def _posterior(found: PosteriorName, words: Mapping[str, str]) -> str:
    return words["m_posterior_of"].format(
        name=found.name, hash=found.hash[:12], first=found.first_year, last=found.last_year, model=found.model_version
    )
