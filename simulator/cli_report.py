"""What ``report`` does: make the report of a stored result anew, or that of a sweep, finished or not."""

from __future__ import annotations

import stat
from pathlib import Path

import typer

from simulator import MODEL_VERSION
from simulator.cli_support import say
from simulator.errors import InputError

GENERATOR = b'name="generator" content="liaosim'
BEGINNING = 2000
"""Bytes of a page in which its generator is named."""


def report_again(directory: Path, lang: str, out: Path | None) -> None:
    """Write the report of a results folder, or of a sweep, and say where it is; nothing is simulated.

    Parameters
    ----------
    directory
        A folder written by ``run``, ``compare`` or ``sweep``; by another version of the model too, as long as the
        variables that the report shows are there.
    lang
        ``en`` or ``zh``.
    out
        The file to write, by default ``report.html`` of the folder, which is replaced.

    Raises
    ------
    InputError
        The folder is neither a whole result nor a sweep, or ``out`` is a folder, in no folder, in a folder of results,
        or something else than a report.
    """
    from simulator.manifest import is_sweep

    (_report_sweep if is_sweep(directory) else _report_results)(directory, lang, out)


def _report_sweep(directory: Path, lang: str, out: Path | None) -> None:
    from simulator.sweep.manifest import load_sweep_manifest
    from simulator.text_file import replace_file
    from viz.reports.compare import REPORT
    from viz.reports.sweep import sweep_report_html

    manifest = load_sweep_manifest(directory)
    target = directory / REPORT if out is None else out
    _check(target, directory, "" if out is None else "--out ")
    _say_version(directory, manifest.model_version)
    replace_file(target, sweep_report_html(directory, lang))
    typer.echo(f"Report: {target}")


def _report_results(directory: Path, lang: str, out: Path | None) -> None:
    from simulator.manifest import MANIFEST, dump_manifest, load_manifest, read_manifest
    from simulator.store_read import load_results, read_scenario
    from simulator.text_file import replace_file
    from viz.reports.compare import REPORT, report_html

    stored, manifest = load_manifest(directory), read_manifest(directory)
    target = directory / REPORT if out is None else out
    _check(target, directory, "" if out is None else "--out ")
    _say_version(directory, stored.model_version)
    scenarios = [read_scenario(directory, entry, stored.until) for entry in stored.scenarios]
    text = report_html(load_results(directory), scenarios, manifest, lang)
    if _is(target, directory / REPORT) and REPORT not in manifest.get("files", ()):
        # before the report, so that a file that the manifest does not know never stands in the way of --overwrite
        manifest["files"] = sorted([*manifest.get("files", ()), REPORT])
        replace_file(directory / MANIFEST, dump_manifest(manifest))
    replace_file(target, text)
    typer.echo(f"Report: {target}")


def _say_version(directory: Path, model_version: str) -> None:
    """Say if a folder was made by another version of the model."""
    if model_version != MODEL_VERSION:
        say(
            f"Note: {directory} was made by model version {model_version}, this is {MODEL_VERSION}; "
            "the figures are those of the folder, the explanations those of this version."
        )


def _check(target: Path, directory: Path, option: str) -> None:
    """Refuse to write where something else than a report is, or into a results folder under another name."""
    from simulator.manifest import enclosing

    shown = f"{option}{target}"
    if target.is_dir():
        raise InputError(f"{shown} is a folder; name a file, such as {target / 'report.html'}")
    if not target.parent.is_dir():
        raise InputError(f"{shown}: there is no folder {target.parent}")
    if not _is(target, directory / "report.html"):
        folder = enclosing(target.parent.resolve())
        if folder == directory.resolve():
            raise InputError(f"{shown}: the only report inside {directory} is report.html; name a file elsewhere")
        if folder is not None:
            raise InputError(f"{shown} is inside the results folder {folder}; name a file elsewhere")
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror}") from None
    if not stat.S_ISREG(mode) or GENERATOR not in _beginning(target, shown):
        raise InputError(f"{shown} exists and is not a report of liaosim; name another file")


def _beginning(path: Path, shown: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BEGINNING)
    except OSError as error:
        raise InputError(f"{shown} cannot be read: {error.strerror}") from None


def _is(a: Path, b: Path) -> bool:
    """Tell whether two paths are the same place; the last part of a path is not followed if it is a link."""
    return a.name == b.name and a.parent.resolve() == b.parent.resolve()
