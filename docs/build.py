"""Bring what is generated in the documents up to date: ``python docs/build.py`` (``--check`` only looks).

A block stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; NAME is one of ``blocks.BLOCKS``. Two pictures
and the schemas of scenario and sweep files are generated whole. Pages that need runs of the model have commands of
their own, which they name in their first lines.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Final

from blocks import BLOCKS

from simulator.scenario_schema import schema_text
from simulator.sweep.schema import schema_text as sweep_schema_text
from viz.diagrams import pictures

DOCS: Final = Path(__file__).resolve().parent
MARK: Final = re.compile(r"<!-- generated: ([^\n>]+?) -->\n(.*?)<!-- end -->", re.S)


def files() -> dict[str, str]:
    """Return name -> content of the files that are generated whole."""
    return {"scenario.schema.json": schema_text(), "sweep.schema.json": sweep_schema_text(), **pictures()}


def current(text: str, place: str) -> tuple[str, list[str]]:
    """Return a document with its blocks brought up to date, and the names of those that were not.

    Raises
    ------
    ValueError
        A block has no end, or a name that is not in `BLOCKS`.
    """
    stale = []

    def write(match: re.Match[str]) -> str:
        name, old = match[1], match[2]
        if name not in BLOCKS:
            raise ValueError(f"{place}: no generated block is called {name!r}; there are {', '.join(BLOCKS)}")
        new = BLOCKS[name]()
        if new != old:
            stale.append(name)
        return f"<!-- generated: {name} -->\n{new}<!-- end -->"

    if text.count("<!-- generated: ") != len(MARK.findall(text)):
        raise ValueError(f"{place}: a generated block does not end with <!-- end -->")
    return MARK.sub(write, text), stale


def build(folder: Path = DOCS, check: bool = False) -> list[str]:
    """Bring the documents of a folder up to date (or only look); return what was stale, ``file: block`` or a file."""
    found = []
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        new, stale = current(text, path.name)
        found += [f"{path.name}: {name}" for name in stale]
        if stale and not check:
            path.write_text(new, encoding="utf-8")
    for name, content in files().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            found.append(name)
            if not check:
                path.write_text(content, encoding="utf-8")
    return found


def main() -> int:
    """Run the command; 1 if ``--check`` finds something stale."""
    parser = argparse.ArgumentParser(description="Bring the generated blocks of docs/*.md up to date.")
    parser.add_argument("--check", action="store_true", help="only say what is stale; exit code 1 if anything is")
    check = parser.parse_args().check
    stale = build(check=check)
    for line in stale:
        print(("stale: " if check else "updated: ") + line)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
