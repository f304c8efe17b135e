"""How much the data narrow each fitted parameter, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from simulator.identification import LITERATURE
from simulator.parameter_words import meaning
from simulator.posterior import Fitted
from simulator.words import unit_word
from viz.wording import typographic

WIDTH: Final = 840
ROW: Final = 18
TOP: Final = 24
LEFT: Final = 450
RIGHT: Final = 130


def contraction_chart(title: str, rows: Sequence[Fitted], lang: str, words: Mapping[str, str]) -> str:
    """Return the SVG element: a bar a parameter from 0 to 100 %, hollow and named where the literature decides.

    Parameters
    ----------
    title
        Read out by screen readers.
    rows
        In the order in which they are drawn, at least one.
    lang, words
        Language of the page and its texts.

    Raises
    ------
    ValueError
        There is no parameter.
    """
    if not rows:
        raise ValueError(f"{title}: there is no parameter to draw")
    height = TOP + ROW * len(rows) + 8
    low = min(0.0, *(row.contraction for row in rows))

    def x(share: float) -> float:
        return LEFT + (share - low) / (1.0 - low) * (WIDTH - LEFT - RIGHT)

    parts = []
    for share in (0.0, LITERATURE, 0.5, 1.0):
        kind = "zero" if share == 0.0 else "grid"
        parts.append(f'<line class="{kind}" x1="{x(share):.1f}" x2="{x(share):.1f}" y1="{TOP - 6}" y2="{height - 6}"/>')
        parts.append(f'<text class="tick" text-anchor="middle" x="{x(share):.1f}" y="12">{100 * share:.0f} %</text>')
    for k, row in enumerate(rows):
        y = TOP + ROW * k
        driven = row.contraction < LITERATURE
        number = typographic(f"{round(100 * row.contraction)} %")  # whole, so that nothing is called minus zero
        said = f"{number} {words['cal_literature']}" if driven else number
        left, right = sorted((x(0.0), x(row.contraction)))
        tip = f"{meaning(row.name, lang)} ({unit_word(row.unit, lang)}): {said}"
        parts.append(
            f'<g><title>{escape(tip)}</title><rect class="hit" x="0" y="{y}" width="{WIDTH}" height="{ROW}"/>'
            f'<text class="row" text-anchor="end" x="{LEFT - 8}" y="{y + 13}">{escape(meaning(row.name, lang))}</text>'
            f'<rect class="bar{" literature" if driven else ""}" x="{left:.1f}" y="{y + 4}" '
            f'width="{max(1.0, right - left):.1f}" height="{ROW - 8}"/>'
            f'<text class="row" x="{max(right, x(0.0)) + 6:.1f}" y="{y + 13}">{escape(said)}</text></g>'
        )
    driven_count = sum(row.contraction < LITERATURE for row in rows)
    told = f"{words['cal_literature_count']}: {words['cal_of'].format(part=driven_count, whole=len(rows))}"
    return (
        f'<svg class="contraction" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title, quote=True)}" xmlns="http://www.w3.org/2000/svg">'
        f"<desc>{escape(told)}</desc>{''.join(parts)}</svg>"
    )
