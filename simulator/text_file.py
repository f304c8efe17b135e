"""Text files that a user names: read whole, or refused with what is wrong with them; files written whole."""

from __future__ import annotations

import os
import secrets
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from simulator.errors import InputError

MAX_BYTES: Final = 1_000_000


def read_text(path: Path, shown: str | None = None) -> str:
    """Return the text of a file; ``shown`` is its name in messages, by default its path.

    Nothing but a regular file is opened, so pipes and devices cannot hold a command up.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, is larger than 1 MB, is not UTF-8 or holds null characters.
    """
    shown = printable(str(path)) if shown is None else shown
    if "\0" in str(path):
        raise InputError(f"{shown}: a file name cannot hold a null character")
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{shown}: a folder; name a file")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{shown}: not a regular file")
        if status.st_size > MAX_BYTES:
            raise InputError(f"{shown}: {status.st_size} bytes; such a file has at most {MAX_BYTES}")
        with path.open("rb") as file:
            return _decode(file.read(MAX_BYTES), shown)
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}") from None


def load_toml(text: str, file: str) -> dict[str, Any]:
    """Return the tables of a TOML text; `file` names it in messages.

    Raises
    ------
    InputError
        If it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: not valid TOML: {error}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{file}: not valid TOML: a number is too long or values are nested too deeply") from None


def is_file(path: Path) -> bool:
    """Return whether a file of this path exists; False for a path that cannot exist."""
    try:
        return path.is_file()
    except OSError:
        return False


def printable(text: str) -> str:
    """Return text fit for a message: control characters replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _decode(content: bytes, shown: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{shown}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    if "\0" in text:
        raise InputError(f"{shown}: holds null characters (byte {content.index(0)}); save it as UTF-8 text")
    return text


def replace_file(path: Path, text: str) -> None:
    """Write a text aside and rename it, so that the file is whole or as it was, whoever else writes it."""
    replace_with(path, lambda file: file.write(text.encode("utf-8")))


def replace_with(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let a file be written aside and rename it, so that it is whole or as it was, whoever else writes it."""
    part = path.with_name(f".{path.name}.part-{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            write(file)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
