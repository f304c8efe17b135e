"""Text folded to the width of the terminal: at spaces, and between Chinese characters, which have none.

``rich`` folds at spaces only and cuts a longer stretch anywhere. Here numbers and Latin words stay whole inside Chinese
text, and no line begins with a closing mark or ends with an opening one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.measure import Measurement
    from rich.text import Text

CLOSING: Final = "，。；：、？！）》”’】」%"
OPENING: Final = "（《“‘【「"


@dataclass(frozen=True)
class Wrapped:
    """One paragraph that ``rich`` prints folded by ``wrap``."""

    text: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines that fit the width."""
        from rich.text import Text

        for line in wrap(self.text, options.max_width):
            yield Text(line, style=self.style, no_wrap=True, overflow="ignore")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widths that it can take: any, up to one line."""
        from rich.cells import cell_len
        from rich.measure import Measurement

        return Measurement(1, max(1, min(options.max_width, cell_len(self.text))))


def wrap(text: str, width: int) -> list[str]:
    """Return the lines of a paragraph, each at most ``width`` columns wide; a Chinese character takes two."""
    from rich.cells import cell_len, chop_cells

    lines = [""]
    for space, piece in _pieces(text):
        gap = space if lines[-1] else ""
        if cell_len(lines[-1] + gap + piece) <= width:
            lines[-1] += gap + piece
            continue
        parts = chop_cells(piece, width) if cell_len(piece) > width else [piece]
        lines = [*filter(None, lines), *parts]
    return lines


def _pieces(text: str) -> list[tuple[str, str]]:
    """Return what must stay on one line, each with the space before it."""
    from rich.cells import cell_len

    found: list[list[str]] = []
    space, sticky = "", False  # sticky: what comes next belongs to the last piece
    for character in text:
        if character.isspace():
            space, sticky = " ", False
            continue
        wide = cell_len(character) > 1
        closes = character in CLOSING and not space
        percent = character == "%" and bool(space)  # "5 %" is one number
        if found and (closes or percent or (sticky and not space and (not wide or found[-1][1][-1] in OPENING))):
            found[-1][1] += space + character
        else:
            found.append([space, character])
        space = ""
        sticky = character in OPENING or not (wide or character in CLOSING)
    return [(before, piece) for before, piece in found]
