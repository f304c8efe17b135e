"""Bring ``docs/calibration.md`` up to date: ``python -m calibration.document [DIR CARD]`` (``--check`` only looks).

Without folders, the tables that are shipped with the package are taken, so that a reader of the repository can do it
again; the test of the document does. With folders, those that ``liaosim calibrate`` and ``liaosim validate`` wrote.

A block stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; `BLOCKS` says what writes it. The text between
blocks is written by hand. It may only hold figures that stand in a block, or in `constants`; others are reported. The
command ends with 1 if there are any or if ``--check`` finds something stale, with 2 if a table is wrong.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from calibration import (
    document_checks,
    document_fit,
    document_padding,
    document_pictures,
    document_targets,
    document_validation,
)
from calibration.document_source import CALIBRATE, CHECKS, VALIDATE, Source, folders, repository, table
from simulator.errors import InputError
from simulator.periods import years_of
from simulator.text_file import read_text, replace_file

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
PAGE: Final = "calibration.md"
MARK: Final = re.compile(r"<!-- begin ([a-z_]+) -->\n(.*?)<!-- end \1 -->", re.S)
DECLARED: Final = "declared in the code"
HORIZON: Final = 120
"""Quarters of the model: years in the text may be any of them."""


@dataclass(frozen=True)
class Block:
    """What writes a block, and the command that the figures come from."""

    write: Callable[[Source], str]
    made_by: str


def _pictured(name: str, made_by: str = CALIBRATE) -> Block:
    return Block(partial(document_pictures.picture, name, made_by), made_by)


RECOVERED: Final = f"{CHECKS} recovery"
COMPARED: Final = f"{CHECKS} stability"
BLOCKS: Final[Mapping[str, Block]] = MappingProxyType(
    {
        "status": Block(document_fit.status, CALIBRATE),
        "targets": Block(document_targets.target_table, DECLARED),
        "uncompared": Block(document_targets.uncompared, DECLARED),
        "reporting": Block(document_targets.reporting_layer, DECLARED),
        "settings": Block(document_targets.settings_table, DECLARED),
        "diagnostics": Block(document_fit.diagnostics, CALIBRATE),
        "emulator": Block(document_fit.emulator_errors, CALIBRATE),
        "picture_fit": _pictured(document_pictures.FANS),
        "coverage": Block(document_fit.coverage, CALIBRATE),
        "literature": Block(document_fit.literature, CALIBRATE),
        "picture_contraction": _pictured(document_pictures.CONTRACTION),
        "contraction": Block(document_fit.contractions, CALIBRATE),
        "pairs": Block(document_fit.pairs, CALIBRATE),
        "recovery": Block(document_checks.recovery, RECOVERED),
        "picture_ranks": _pictured(document_pictures.RANKS, RECOVERED),
        "stability": Block(document_checks.stability, COMPARED),
        "picture_padding": _pictured(document_pictures.PADDING),
        "padding": Block(document_padding.padding_by_year, CALIBRATE),
        "revision": Block(document_padding.padding_by_revision, CALIBRATE),
        "vintages": Block(document_targets.vintage_table, DECLARED),
        "statements": Block(document_targets.statement_list, DECLARED),
        "wins": Block(document_validation.wins_and_losses, VALIDATE),
        "picture_forecasts": _pictured(document_pictures.FORECASTS, VALIDATE),
        "goals": Block(document_validation.goals, VALIDATE),
        "losses": Block(document_validation.lost_series, VALIDATE),
        "scores": Block(document_validation.scores, VALIDATE),
        "rolling": Block(document_validation.rolling, VALIDATE),
        "accuracy": Block(document_validation.accuracy, VALIDATE),
        "cities": Block(document_validation.cities, VALIDATE),
        "apart": Block(document_validation.apart, VALIDATE),
        "ports": Block(document_validation.forecast_ports, VALIDATE),
        "facts": Block(document_validation.facts, VALIDATE),
        "published": Block(document_validation.published_results, VALIDATE),
        "failures": Block(document_validation.published_failures, VALIDATE),
        "commands": Block(lambda _: commands(), DECLARED),
        "blocks": Block(lambda _: block_list(), DECLARED),
    }
)
"""Name of a block -> what writes it. Every block of the page is one of them, and every one stands on the page once."""

COMMANDS: Final = (
    ("liaosim calibrate --out results/calibration", "both fits, their tables and a report", "19 minutes"),
    ("liaosim validate --calibration results/calibration --out results/validation",
     "the skill card, facts, published results and a report", "4 minutes"),
    ("python -m calibration.document_checks recovery results/calibration --out recovery.csv",
     "recovery of known truths", "13 minutes"),
    ("liaosim calibrate --seed 2 --out results/calibration_2", "another design, for stability", "19 minutes"),
    ("python -m calibration.document_checks stability results/calibration results/calibration_2 --out stability.csv",
     "the comparison of both", "seconds"),
    ("python -m calibration.ship results/calibration results/validation --recovery recovery.csv --stability "
     "stability.csv", "what every run uses from then on", "seconds"),
    ("python -m calibration.document", "this page and its pictures", "seconds"),
)  # fmt: skip
"""Command, what it makes, and how long it took on two cores (measured once and rounded; by hand)."""


def commands() -> str:
    """Return the commands behind this page with the time that they take."""
    rows = [(f"`{command}`", makes, time) for command, makes, time in COMMANDS]
    return table(("Command", "Makes", "Time on two cores"), rows, 3)


def block_list() -> str:
    """Return which command the figures of each block come from."""
    by_command: dict[str, list[str]] = {}
    for name, block in BLOCKS.items():
        by_command.setdefault(block.made_by, []).append(name)
    rows = [
        (command if command == DECLARED else f"`{command}`", ", ".join(names)) for command, names in by_command.items()
    ]
    return table(("Figures come from", "Blocks"), rows, 2)


def current(text: str, source: Source) -> tuple[str, list[str]]:
    """Return a page with its blocks brought up to date, and the names of those that were not.

    Raises
    ------
    InputError
        A block has no end or a name that is not in `BLOCKS`, or one is missing or stands twice; or a table is wrong.
    """
    found = [match[1] for match in MARK.finditer(text)]
    begun = re.findall(r"<!-- begin (.*?) -->", text)
    if begun != found:
        odd = next((name for name in begun if name not in found), "one")
        raise InputError(f"{PAGE}: the block {odd} does not end with <!-- end {odd} -->")
    for name in [*found, *BLOCKS]:
        if name not in BLOCKS:
            raise InputError(f"{PAGE}: no block is called {name}; there are {', '.join(BLOCKS)}")
        if found.count(name) != 1:
            raise InputError(f"{PAGE}: the block {name} stands {found.count(name)} times; it must stand once")
    stale = []

    def write(match: re.Match[str]) -> str:
        new = BLOCKS[match[1]].write(source)
        if new != match[2]:
            stale.append(match[1])
        return f"<!-- begin {match[1]} -->\n{new}<!-- end {match[1]} -->"

    return MARK.sub(write, text), stale


def figures(text: str) -> list[str]:
    """Return the figures of a text in order, without those of names, code, links and equations."""
    bare = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    bare = re.sub(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->", " ", bare)
    found = re.findall(r"(?<![\w.,^])\d+(?:[,.]\d+)*(?![\w^])", bare)
    return [text.rstrip(".,") for text in found]


def constants() -> Mapping[str, str]:
    """Return figures that the text may hold although no block does, and what they are."""
    named = {"90": "per cent in an interval", "95": "point of a chi-square", "1997": "year of a publication"}
    return {year: "a year of the model" for year in years_of(HORIZON)} | named


def stray_figures(text: str) -> list[str]:
    """Return figures of the text between blocks that stand in no block and are no constant."""
    blocks = {figure for match in MARK.finditer(text) for figure in figures(match[2])}
    between = MARK.sub(" ", text)
    return [figure for figure in figures(between) if figure not in blocks and figure not in constants()]


def update(source: Source, docs: Path = DOCS, check: bool = False) -> list[str]:
    """Bring page and pictures up to date (or only look) and return what was stale.

    Raises
    ------
    InputError
        A table or the page is wrong; nothing is written then.
    """
    path = docs / PAGE
    text = read_text(path)
    new, stale = current(text, source)
    found = [f"{PAGE}: {name}" for name in stale]
    drawn = document_pictures.pictures(source)
    for name in document_pictures.PICTURES:
        place, content = docs / name, drawn.get(name)
        kept = place.read_text(encoding="utf-8") if place.is_file() else None
        if kept != content:
            found.append(name)
            if not check:
                _put(place, content)
    if stale and not check:
        replace_file(path, new)
    return found


def _put(place: Path, content: str | None) -> None:
    """Write a picture, or remove one that nothing stands behind any more."""
    if content is None:
        place.unlink(missing_ok=True)
    else:
        replace_file(place, content)


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring docs/calibration.md and its pictures up to date, from what is shipped or from two folders."""
    parser = argparse.ArgumentParser(prog="python -m calibration.document", description=main.__doc__)
    parser.add_argument("calibration", type=Path, nargs="?", help="folder of liaosim calibrate --out")
    parser.add_argument("validation", type=Path, nargs="?", help="folder of liaosim validate --out")
    parser.add_argument("--recovery", type=Path, metavar="FILE", help="of calibration.document_checks recovery")
    parser.add_argument("--stability", type=Path, metavar="FILE", help="of calibration.document_checks stability")
    parser.add_argument("--docs", type=Path, default=DOCS, metavar="DIR", help="where the page lies")
    parser.add_argument("--check", action="store_true", help="only say what is stale; exit code 1 if anything is")
    given = parser.parse_args(arguments)
    try:
        if given.calibration is None:
            source = repository()
        else:
            source = folders(given.calibration, given.validation, given.recovery, given.stability)
        found = update(source, given.docs, given.check)
        strays = stray_figures(read_text(given.docs / PAGE))
    except (InputError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    for line in found:
        print(("stale: " if given.check else "updated: ") + line)
    for figure in strays:
        print(f"{PAGE}: the text holds {figure}, which stands in no block")
    return 1 if strays or (given.check and found) else 0


if __name__ == "__main__":
    sys.exit(main())
