"""Numbers as a reader wants them: few digits, no exponents, the same in terminal, report and workbook."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

SMALL: Final = 0.0005
"""Below it a number that is not zero is shown as about zero."""
ABOUT_ZERO: Final = "≈ 0"


def plain(value: float) -> str:
    """Return a number with three significant digits, all its digits before the point, and commas."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    if abs(value) < SMALL:
        return ABOUT_ZERO
    exponent = int(f"{abs(value):.2e}".split("e")[1])  # after rounding, so that 9.999 is 10.0
    return f"{value:,.{max(0, 2 - exponent)}f}"


def count(number: int, what: str) -> str:
    """Return a number of things: ``1 draw``, ``1,024 draws``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def signed(value: float) -> str:
    """Return a change with its sign and three significant digits; exactly ``0`` for none."""
    return _with_sign(plain(abs(value)), value)


def percent(value: float) -> str:
    """Return a change in per cent with its sign: three significant digits, at most three after the point."""
    size = abs(value)
    return _with_sign(f"{size:.3f}" if SMALL <= size < 1.0 else plain(size), value)


def probability(share: float, runs: int | None = None) -> str:
    """Return a share of runs with two digits, halves up; ``1.00`` and ``0.00`` only where every run agrees.

    Parameters
    ----------
    share : float
        From 0 to 1.
    runs : int, optional
        Number of runs; the share is then taken as that of so many, whose halves are exact.
    """
    if not math.isfinite(share):
        return "–"
    exact = Decimal(round(2 * share * runs)) / (2 * runs) if runs else Decimal(repr(share))
    rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if 0.0 < share < 1.0:
        rounded = min(max(rounded, Decimal("0.01")), Decimal("0.99"))
    return str(rounded)


def span(period: str) -> str:
    """Return years with a dash between them: ``2031–2035``."""
    return period.replace("-", "–")


def _with_sign(text: str, value: float) -> str:
    if text in ("0", "–", ABOUT_ZERO):
        return text
    return f"{'+' if value > 0.0 else '-'}{text}"
