"""The luck of a run has a fixed place: however many quarters are drawn, and from whichever on."""

from dataclasses import fields

import numpy as np
import pytest

from simulator.draws import STREAMS, Draws, draw_run, uniforms


def luck(quarters: int, first: int = 0, run: int = 3) -> Draws:
    return draw_run(7, run, quarters, soes=5, investors=3, cities=14, drivers=2, first=first)


@pytest.mark.parametrize("first", [1, 2, 3, 5, 11])
def test_luck_from_a_quarter_on_is_that_of_the_whole_run(first: int) -> None:
    """Blocks of the generator end at every place in a row of 5, 3, 14, 2 or 1 numbers."""
    whole, later = luck(12), luck(12, first)
    for item in fields(Draws):
        a, b = getattr(whole, item.name), getattr(later, item.name)
        assert a.shape == b.shape
        np.testing.assert_array_equal(a[first:], b[first:], err_msg=item.name)


def test_luck_that_was_not_drawn_cannot_be_mistaken_for_luck() -> None:
    later = luck(12, 4)
    assert all(np.isnan(getattr(later, item.name)[:4]).all() for item in fields(Draws))


def test_first_quarters_do_not_depend_on_how_many_follow() -> None:
    short, long = luck(6), luck(12)
    for item in fields(Draws):
        np.testing.assert_array_equal(getattr(short, item.name), getattr(long, item.name)[:6], err_msg=item.name)


def test_runs_and_streams_have_different_luck() -> None:
    numbers = [uniforms(7, run, name, 2, 2) for run in (0, 1) for name in STREAMS]
    assert len({tuple(u.ravel()) for u in numbers}) == 2 * len(STREAMS)
