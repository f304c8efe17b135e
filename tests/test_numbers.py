"""Numbers as readers see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.numbers import percent, plain, probability, signed, span


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.0, "0"), (-0.0, "0"), (1.234, "1.23"), (0.01234, "0.0123"), (12345.6, "12,346"), (0.00001, "≈ 0"),
        (9.999, "10.0"), (float("nan"), "–"), (float("inf"), "–"),
    ],
)  # fmt: skip
def test_three_digits(value: float, printed: str) -> None:
    assert plain(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0.0, "0"), (-0.0, "0"), (2.0, "+2.00"), (-0.5, "-0.500"), (-1e-6, "≈ 0"), (float("nan"), "–")],
)
def test_changes_have_a_sign(value: float, printed: str) -> None:
    assert signed(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.161, "+0.161"),
        (0.00632, "+0.006"),
        (0.0004, "≈ 0"),
        (-0.0005, "-0.001"),
        (3.4996, "+3.50"),
        (12.345, "+12.3"),
        (0.0, "0"),
    ],
)
def test_per_cent_has_at_most_three_places(value: float, printed: str) -> None:
    assert percent(value) == printed


@pytest.mark.parametrize(
    ("share", "runs", "printed"),
    [
        (0.925, 200, "0.93"), (0.855, 200, "0.86"), (0.595, 200, "0.60"), (1.0, 200, "1.00"), (0.0, 200, "0.00"),
        (0.9999, 100_000, "0.99"), (0.0001, 100_000, "0.01"), (0.5, 1, "0.50"), (0.625, 4, "0.63"),
        (0.125, None, "0.13"),
        (float("nan"), 3, "–"),
    ],
)  # fmt: skip
def test_probability_rounds_halves_up_and_is_certain_only_if_all_agree(
    share: float, runs: int | None, printed: str
) -> None:
    assert probability(share, runs) == printed


@given(st.integers(1, 1000), st.data())
def test_any_share_of_runs_is_within_a_hundredth(runs: int, data: st.DataObject) -> None:
    halves = data.draw(st.integers(0, 2 * runs))
    share = halves / (2 * runs)
    assert abs(float(probability(share, runs)) - share) <= 0.01


@given(st.floats(-1e15, 1e15))
def test_no_number_has_an_exponent(value: float) -> None:
    for text in (plain(value), signed(value), percent(value)):
        assert "e" not in text
        assert "E" not in text


def test_span() -> None:
    assert span("2031-2035") == "2031–2035"
