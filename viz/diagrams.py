"""Draw the two pictures of the model: ``python -m viz.diagrams`` writes them to ``docs/``.

The arrows come from what the rules of the book read and write, so a picture cannot show what the code does not do.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

FILES: Final = ("stocks_and_flows.svg", "causal_loops.svg")


def pictures() -> dict[str, str]:
    """Return the pictures as SVG text by file name."""
    from viz.structure.loop_picture import loop_picture
    from viz.structure.stock_picture import stock_picture

    return dict(zip(FILES, (stock_picture().svg(), loop_picture().svg()), strict=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures to a folder."""
    parser = argparse.ArgumentParser(prog="python -m viz.diagrams", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder (default: docs)")
    options = parser.parse_args(arguments)
    for name, text in pictures().items():
        (options.out / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
