"""Ranks of known truths among draws of their posteriors, as a histogram: flat if a fit says how sure it can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from simulator.errors import InputError
from viz.reports.tables import read_rows
from viz.reports.target_fan import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from viz.svg import tick_labels, ticks
from viz.wording import texts, typographic

FILE: Final = "recovery.csv"
COLUMNS: Final = ("replication", "parameter", "truth", "rank", "covered90")
DRAWS: Final = 99
"""Draws that each truth is ranked among."""
BINS: Final = 10
LEVEL: Final = 0.90
GAP: Final = 3


def read_ranks(path: Path) -> tuple[list[int], float, int]:
    """Return truths by tenth of ranks, the share that 90 % intervals cover, and the number of replications.

    Raises
    ------
    InputError
        The table is not that of a recovery.
    """
    counts, covered, replications = [0] * BINS, 0, set()
    rows = read_rows(path, COLUMNS, "python -m calibration.document_checks recovery")
    for row in rows:
        rank = row.number("rank")
        if rank != int(rank) or not 0 <= rank <= DRAWS:
            raise InputError(f"{row.where}, rank: {rank:g} is not a whole number from 0 to {DRAWS}")
        counts[int(rank) * BINS // (DRAWS + 1)] += 1
        covered += bool(row.flag("covered90"))
        replications.add(row.text("replication"))
    return counts, covered / len(rows) if rows else 0.0, len(replications)


def recovery_section(folder: Path, words: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what a page shows of the recovery of known truths, or None where there is none."""
    path = folder / FILE
    if not path.is_file():
        return None
    counts, covered, replications = read_ranks(path)
    if not sum(counts):
        return None
    said = words["cal_recovered"].format(count=replications, truths=f"{sum(counts):,}", share=f"{100.0 * covered:.0f}")
    return {"said": said, "chart": Markup(rank_histogram(words["cal_ranks"], counts, words))}  # noqa: S704


def rank_histogram(title: str, counts: Sequence[int], words: Mapping[str, str] | None = None) -> str:
    """Return the SVG element of a histogram of ranks, with what equal chances make of it in 90 % of cases.

    The band takes ranks for independent. Those of one replication are not quite, so a few more bars may lie outside.

    Parameters
    ----------
    title : str
        Read out by screen readers; the page shows it above the drawing.
    counts : sequence of int
        Truths in each bin of ranks, from the lowest ranks to the highest.
    words : mapping of str to str, optional
        Texts of the page in the reader's language; by default English.

    Raises
    ------
    ValueError
        Nothing was counted.
    """
    from scipy.stats import binom

    total = sum(counts)
    if not total:
        raise ValueError(f"{title}: nothing was counted")
    said = texts("en") if words is None else words
    low, high = (
        100.0 * float(binom.ppf(p, total, 1.0 / len(counts))) / total for p in (0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0)
    )
    shares = [100.0 * count / total for count in counts]
    marks = ticks(0.0, max(high, *shares))
    bottom = HEIGHT - BOTTOM
    width = (WIDTH - LEFT - RIGHT) / len(counts)

    def y(share: float) -> float:
        return bottom - share / marks[-1] * (bottom - TOP)

    parts = [f'<text class="unit" x="{LEFT}" y="11">%</text>']
    for value, label in zip(marks, tick_labels(marks), strict=True):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(f'<text class="tick" text-anchor="end" x="{LEFT - 4}" y="{y(value) + 3.5:.1f}">{label}</text>')
    for k, share in enumerate(shares):
        x = LEFT + k * width
        tip = f"{100 * k // len(counts)}–{100 * (k + 1) // len(counts)} %: {share:.1f} %"
        parts.append(
            f'<rect class="band simulated" x="{x + GAP / 2:.1f}" y="{y(share):.1f}" width="{width - GAP:.1f}"'
            f' height="{bottom - y(share):.1f}"><title>{escape(typographic(tip))}</title></rect>'
        )
    parts.append(
        f'<rect class="band predictive" x="{LEFT}" y="{y(high):.1f}" width="{WIDTH - LEFT - RIGHT}"'
        f' height="{y(low) - y(high):.1f}"/>'
    )
    even = y(100.0 / len(counts))
    parts.append(f'<line class="median" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{even:.1f}" y2="{even:.1f}"/>')
    for share in (0, 50, 100):
        x = LEFT + share / 100 * (WIDTH - LEFT - RIGHT)
        anchor = "end" if share == 100 else "middle"
        parts.append(f'<text class="tick" text-anchor="{anchor}" x="{x:.1f}" y="{bottom + 14}">{share} %</text>')
    outside = sum(not low <= share <= high for share in shares)
    told = said["cal_ranks_told"].format(outside=outside, bins=len(counts), low=f"{low:.1f}", high=f"{high:.1f}")
    return (
        f'<svg class="target" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg"><desc>{escape(typographic(told))}</desc>{"".join(parts)}</svg>'
    )
