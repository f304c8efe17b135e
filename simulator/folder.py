"""Where results go: the name of the folder, what may be replaced, and writing it whole or not at all."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError
from simulator.manifest import MANIFEST, Identity, is_results, read_manifest
from simulator.text_file import printable

STALE: Final = 24 * 3600.0
"""Seconds after which an unfinished folder belongs to a command that was killed."""
_MARK: Final = "[0-9a-f]{8}"
_ASIDE: Final = re.compile(rf"\.(report\.html|manifest\.json)\.part-{_MARK}")


def default_directory(identity: Identity, root: Path = Path("results")) -> Path:
    """Return ``root/<names>-<hash8>``, the names joined by ``-`` and cut after 80 letters."""
    names = "-".join(re.sub(r"[^A-Za-z0-9_+.]", "_", Path(name).name) for name, _ in identity.scenarios)
    return root / f"{names[:80]}-{identity.hash[:8]}"


def check_target(directory: Path, identity: Identity, *, overwrite: bool = False) -> None:
    """Raise ``InputError`` if results of this identity may not be written to a folder. Changes nothing.

    Allowed are a new or empty folder, and one that holds results of the same identity. Results of another
    command need ``overwrite``. Nothing lets a folder go that liaosim did not write, or that holds files
    which are not in its manifest.
    """
    check_place(directory)
    if not directory.exists() or not any(directory.iterdir()):
        return
    if not is_results(directory):
        raise InputError(
            f"--out {directory} is not empty and was not written by liaosim run or compare; name a folder that is new "
            "or empty (--overwrite replaces their results only)"
        )
    foreign = _foreign(directory)
    if foreign:
        raise InputError(
            f"--out {directory} holds {foreign[0]}, which is not part of the results"
            f"{f' ({len(foreign) - 1} more)' if len(foreign) > 1 else ''}; move it away or name another folder"
        )
    if not overwrite and read_manifest(directory).get("identity") != identity.hash:
        raise InputError(
            f"--out {directory} holds results of another command; "
            "add --overwrite to replace them, or name another folder"
        )


def check_place(directory: Path) -> None:
    """Raise ``InputError`` if there can be no folder of this name. Changes nothing."""
    try:
        str(directory).encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            f"--out {printable(str(directory))}: the name is not UTF-8 text; name another folder"
        ) from None
    for parent in directory.absolute().parents:
        if parent.exists() and not parent.is_dir():
            raise InputError(f"--out {directory}: {parent} is a file; name a folder that is new or empty")
    if directory.exists() and not directory.is_dir():
        raise InputError(f"--out {directory} is a file; name a folder that is new or empty")


def _foreign(directory: Path) -> list[str]:
    """Files of a results folder that its manifest does not list, relative, sorted; not what `replace_file` left."""
    listed: Any = read_manifest(directory).get("files")
    known = {MANIFEST, *(map(str, listed) if isinstance(listed, list) else ())}
    found = (p for p in directory.rglob("*") if p.is_symlink() or not p.is_dir())
    names = sorted(p.relative_to(directory).as_posix() for p in found)
    return [name for name in names if name not in known and not _ASIDE.fullmatch(name)]


@contextmanager
def staged(directory: Path) -> Iterator[Path]:
    """Yield a new folder beside ``directory`` and rename it to that name at the end.

    If the block raises or is interrupted, the new folder is removed and ``directory`` stays as it was. A folder
    of that name is removed only after its successor is in place: call :func:`check_target` first. What a command
    that was killed left unfinished for the same folder goes after a day.
    """
    target = directory.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(target)
    mark = secrets.token_hex(4)
    part, old = (target.with_name(f".{target.name}.{word}-{mark}") for word in ("part", "old"))
    part.mkdir()
    try:
        yield part
        if target.exists():
            target.rename(old)
        part.rename(target)
    finally:
        if old.exists() and not target.exists():  # interrupted between the two renames
            old.rename(target)
        shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _remove_stale(target: Path) -> None:
    """Remove unfinished folders of one target that nobody has touched for a day."""
    name = re.compile(rf"\.{re.escape(target.name)}\.part-{_MARK}")
    for path in target.parent.iterdir():
        try:
            left = name.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
            if left and time.time() - path.stat().st_mtime > STALE:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:  # gone meanwhile, or not ours
            continue
