from __future__ import annotations

import pytest

from simulator import periods
from simulator.errors import InputError


@pytest.mark.parametrize(("label", "index"), [("2006Q1", 0), ("2006Q4", 3), ("2017Q4", 47), ("2035Q4", 119)])
def test_labels_and_indices(label: str, index: int) -> None:
    assert periods.to_index(label) == index
    assert periods.to_label(index) == label


def test_every_quarter_of_the_horizon_comes_back() -> None:
    assert [periods.to_index(label) for label in periods.labels(120)] == list(range(120))


def test_years_are_complete_years() -> None:
    assert periods.years_of(9) == ("2006", "2007")
    assert periods.years_of(3) == ()
    assert periods.years_of(120)[-1] == "2035"


def test_parts_of_a_quarter() -> None:
    assert (periods.year_of(11), periods.quarter_of(11)) == (2008, 4)
    assert (periods.year_of(12), periods.quarter_of(12)) == (2009, 1)


def test_count_includes_both_ends() -> None:
    assert periods.count_until("2006Q1") == 1
    assert periods.count_until("2035Q4") == 120


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("2026q1", '"2026q1" is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"'),
        ("2026Q0", '"2026Q0" is not a quarter; write the year, Q and 1 to 4, such as "2026Q1"'),
        ("2026Q1\n", "not a quarter"),
        ("٢٠٢٦Q1", "not a quarter"),
        ("", '"" is not a quarter'),
        ("x" * 99, f'"{"x" * 40}..." is not a quarter'),
        ("2005Q4", '"2005Q4" is out of range; allowed: 2006Q1 to 2035Q4'),
        ("2036Q1", '"2036Q1" is out of range; allowed: 2006Q1 to 2035Q4'),
    ],
)
def test_bad_labels_are_refused(label: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        periods.to_index(label)
    assert message in str(error.value)


def test_a_label_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="2026 is not a quarter"):
        periods.to_index(2026)  # type: ignore[arg-type]


def test_the_end_can_be_moved_or_lifted() -> None:
    assert periods.to_index("2095Q1", last=None) == 356
    with pytest.raises(InputError, match=r'"2018Q1" is out of range; allowed: 2006Q1 to 2017Q4'):
        periods.to_index("2018Q1", last=periods.HISTORY_END)


def test_a_negative_index_is_refused() -> None:
    with pytest.raises(ValueError, match="quarter index -1 is negative"):
        periods.to_label(-1)
