"""Numeric helpers of the rules against table values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.rules.maths import clip, per_quarter


@pytest.mark.parametrize(
    ("x", "expected"), [(-3.0, -1.0), (-1.0, -1.0), (0.25, 0.25), (2.0, 2.0), (2.5, 2.0), (float("inf"), 2.0)]
)
def test_clip(x: float, expected: float) -> None:
    assert clip(x, -1.0, 2.0) == expected


@pytest.mark.parametrize(
    ("annual", "quarterly"),
    [(0.0, 0.0), (0.5904, 0.2), (0.3439, 0.1), (0.9375, 0.5), (1.0, 1.0), (-0.2, 0.0), (1.3, 1.0)],
)  # 0.5904 = 1 - 0.8^4, 0.3439 = 1 - 0.9^4, 0.9375 = 1 - 0.5^4; outside 0 to 1 the rate is held at the bound
def test_rate_per_quarter(annual: float, quarterly: float) -> None:
    assert per_quarter(annual) == pytest.approx(quarterly, abs=1e-15)


@given(st.floats(0.0, 0.999))
def test_four_quarters_make_a_year(annual: float) -> None:
    survival = (1.0 - per_quarter(annual)) ** 4
    assert survival == pytest.approx(1.0 - annual, rel=1e-12)
