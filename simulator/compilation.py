"""Compile the rule book once per machine and keep the result outside the package.

Numba's own cache notices a change in the file of a function, not in the files of the
functions that it calls. So the cache lies in a folder named by the content of the whole
rule book: another rule book, another folder.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
import numba.core.config
import numpy as np
import platformdirs

F = TypeVar("F", bound=Callable[..., Any])

PACKAGE: Final = Path(__file__).parent
SOURCES: Final = ("records.py", "variables.toml", "parameters.toml", "loop.py", "links.py", "compilation.py")


def source_hash(package: Path = PACKAGE) -> str:
    """Return a hash of everything that decides the compiled code: sources, declarations, Python and Numba."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    paths = [package / name for name in SOURCES] + sorted((package / "rules").glob("*.py"))
    for path in paths:
        if path.exists():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Return the folder of the compiled rule book: ``<user cache>/liaosim/<hash>``."""
    return Path(platformdirs.user_cache_dir("liaosim", appauthor=False)) / source_hash()


def is_compiled() -> bool:
    """Return whether an earlier command has left the compiled loop in the cache."""
    return any(cache_folder().glob("**/loop.run_quarters*.nbi"))


def rule(function: F) -> F:
    """Compile one rule (or loop over rules): no Python objects, no global lock, cached on disk.

    With ``NUMBA_DISABLE_JIT=1`` the function stays ordinary Python, for debugging and coverage.
    """
    config = cast(Any, numba.core.config)
    previous = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        return cast(F, numba.njit(nogil=True, cache=True)(function))
    finally:
        config.CACHE_DIR = previous


def for_rules(records: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
    """Return records as the rules can use them: plain when compiled, with attributes when ``NUMBA_DISABLE_JIT=1``."""
    return records.view(np.recarray) if cast(Any, numba.core.config).DISABLE_JIT else records
