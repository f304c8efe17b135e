"""Where the figures of ``docs/calibration.md`` come from: tables that commands left in folders, or that are shipped.

A block of the document whose table is not there says so, and which command makes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.errors import InputError
from simulator.posterior import MANIFEST, POSTERIORS, SHIPPED, VALIDATION, Posterior, read_posterior
from simulator.text_file import printable, read_text
from viz.reports.tables import Row, read_rows

if TYPE_CHECKING:
    import pandas as pd

CALIBRATE: Final = "liaosim calibrate"
VALIDATE: Final = "liaosim validate"
CHECKS: Final = "python -m calibration.document_checks"
SKILL: Final = "skill.csv"
RECOVERY: Final = "recovery.csv"
STABILITY: Final = "stability.csv"


@dataclass(frozen=True)
class Source:
    """Folders and files; None where there is none.

    Attributes
    ----------
    shipped, validation : Path or None
        Folders of the fit to all years and of the one to 2013.
    card : Path or None
        Folder of ``liaosim validate --out``, or the one that the skill card is shipped in.
    recovery, stability : Path or None
        Files of ``python -m calibration.document_checks``.
    """

    shipped: Path | None
    validation: Path | None
    card: Path | None
    recovery: Path | None
    stability: Path | None

    def fits(self) -> tuple[tuple[Path, Posterior], ...]:
        """Return folder and posterior of each fit that is there, that to all years first."""
        return tuple((place, read_posterior(place)) for place in (self.shipped, self.validation) if place is not None)


def repository(root: Path | None = None) -> Source:
    """Return the tables that come with this version; `root` is another place for them."""
    root = POSTERIORS if root is None else root

    def there(path: Path, found: bool) -> Path | None:
        return path if found else None

    return Source(
        there(root / SHIPPED, (root / SHIPPED).is_dir()),
        there(root / VALIDATION, (root / VALIDATION).is_dir()),
        there(root, (root / SKILL).is_file()),
        there(root / RECOVERY, (root / RECOVERY).is_file()),
        there(root / STABILITY, (root / STABILITY).is_file()),
    )


def folders(
    calibration: Path, card: Path | None = None, recovery: Path | None = None, stability: Path | None = None
) -> Source:
    """Return the tables of folders that ``liaosim calibrate`` and ``liaosim validate`` wrote.

    Raises
    ------
    InputError
        A folder or file that was named is not there.
    """
    for path in (calibration, card, recovery, stability):
        if path is not None and not path.exists():
            raise InputError(f"{printable(str(path))} does not exist")
    held = calibration / VALIDATION
    return Source(calibration, held if held.is_dir() else None, card, recovery, stability)


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return everything that the manifest of a posterior says; its form is checked by ``read_posterior``."""
    content: dict[str, Any] = json.loads(read_text(folder / MANIFEST))
    return content


def rows_of(folder: Path | None, name: str, columns: Sequence[str], *, empty: bool = False) -> tuple[Row, ...] | None:
    """Return the rows of a table of a folder, None if it is not there.

    Raises
    ------
    InputError
        The table is wrong; the message names file, line and column.
    """
    if folder is None or not (folder / name).is_file():
        return None
    return read_rows(folder / name, columns, "", exact=False, empty=empty)


def frame_of(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table of a file with these columns.

    Raises
    ------
    InputError
        It is no table, or has other columns or no row.
    """
    import pandas as pd

    shown = printable(str(path))
    try:
        found = pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise InputError(f"{shown} cannot be read: {' '.join(str(error).split())}") from None
    if list(found.columns) != list(columns) or not len(found):
        raise InputError(f"{shown}: the first line must be {','.join(columns)}, and a row must follow")
    return found


def nothing(what: str, command: str) -> str:
    """Return what a block says whose table is not there."""
    return f"*Nothing has been shipped yet: {what} will come from `{command}`.*\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], text: int = 1) -> str:
    """Return a table of Markdown whose first `text` columns are texts, the others numbers on the right."""
    rules = ["---" if k < text else "---:" for k in range(len(head))]
    lines = [list(head), rules, *map(list, rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def percent(share: float) -> str:
    """Return a share as whole per cent with its sign."""
    text = f"{100.0 * share:.0f}"
    return f"{'0' if text == '-0' else text} %".replace("-", "\N{MINUS SIGN}")


def of(part: int, whole: int) -> str:
    """Return ``3 of 12 (25 %)``, a dash for nothing of nothing."""
    return f"{part} of {whole} ({percent(part / whole)})" if whole else "–"
