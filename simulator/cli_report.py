"""What ``report`` does: make the report of a stored result anew, in another language or by a newer version."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from simulator.errors import InputError


def report_again(directory: Path, lang: str, out: Path | None) -> None:
    """Write the report of a results folder and say where it is; nothing is simulated.

    Parameters
    ----------
    directory
        A folder written by ``run`` or ``compare``.
    lang
        ``en`` or ``zh``.
    out
        The file to write, by default ``report.html`` of the folder, which is replaced.

    Raises
    ------
    InputError
        The folder is not a whole result, or ``out`` is a folder, in no folder, or a file that is not a report.
    """
    from simulator.manifest import MANIFEST, dump_manifest, read_manifest
    from simulator.rerun_read import read_stored
    from simulator.store import load_results
    from viz.report import REPORT, report_html

    stored = read_stored(directory)
    target = directory / REPORT if out is None else out
    _check(target, directory)
    manifest = read_manifest(directory)
    text = report_html(load_results(directory), stored.scenarios, manifest, lang)
    _replace(target, text)
    name = REPORT
    if target.resolve() == (directory / REPORT).resolve() and name not in manifest.get("files", ()):
        manifest["files"] = sorted([*manifest.get("files", ()), name])
        _replace(directory / MANIFEST, dump_manifest(manifest))
    typer.echo(f"Report: {target}")


def _check(target: Path, directory: Path) -> None:
    """Refuse to write where something else than a report is, or into the folder under another name."""
    if target.is_dir():
        raise InputError(f"--out {target} is a folder; name a file, such as {target / 'report.html'}")
    if not target.parent.is_dir():
        raise InputError(f"--out {target}: there is no folder {target.parent}")
    inside = target.resolve().is_relative_to(directory.resolve())
    if inside and target.name != "report.html":
        raise InputError(
            f"--out {target}: the only report inside a results folder is report.html; name a file elsewhere"
        )
    if (
        target.exists()
        and 'name="generator" content="liaosim' not in target.read_text("utf-8", errors="replace")[:2000]
    ):
        raise InputError(f"--out {target} exists and is not a report of liaosim; name another file")


def _replace(path: Path, text: str) -> None:
    """Write a file aside and rename it, so that it is whole or as it was."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
