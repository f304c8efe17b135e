"""The address of the Play page: what it means, and what is said where it means nothing."""

from __future__ import annotations

import pytest

from simulator.errors import InputError
from tests.app.playing import opened, scenario
from viz.library import Opened
from viz.play.choice import Choice
from viz.state import address, query_of


def open_(name: str) -> Opened:
    """Return ``demo`` and ``same`` (which share their luck) and ``apart`` (which does not)."""
    if name not in ("demo", "same", "apart"):
        raise InputError(f'there is no result "{name}"')
    seed = 5 if name == "apart" else 1
    return opened(scenario(seed=seed), name=name, seed=seed)


def shown(**choice: str) -> list[tuple[str, str, int]]:
    sides = Choice(**{"result": "demo", **choice}).sides(open_)
    return [(side.opened.name, side.scenario, side.run) for side in sides]


def test_a_first_visit_shows_the_typical_run_of_the_base() -> None:
    assert shown() == [("demo", "baseline", 2)]
    assert Choice.of({}, "demo").variables() == ("gdp_real", "fdi")


def test_an_address_means_the_same_to_everybody() -> None:
    choice = Choice("demo", "cjk_fta", "same/baseline", "wage", "none", "3")
    link = address("play", **choice.parameters)
    assert Choice.of(query_of(link.partition("?")[2]), "another") == choice
    assert choice.variables() == ("wage", "")


def test_both_sides_show_the_same_run() -> None:
    assert shown(other="cjk_fta", run="1") == [("demo", "baseline", 1), ("demo", "cjk_fta", 1)]
    assert shown(other="same/cjk_fta") == [("demo", "baseline", 2), ("same", "cjk_fta", 2)]


def test_the_typical_run_of_the_first_side_is_shown_on_both() -> None:
    result = open_("demo")
    result.medoids["cjk_fta"] = 0  # type: ignore[index]
    sides = Choice("demo", other="cjk_fta").sides(lambda name: result)
    assert [side.run for side in sides] == [2, 2]


def test_results_of_other_luck_show_their_own_typical_runs() -> None:
    result = open_("apart")
    result.medoids["cjk_fta"] = 0  # type: ignore[index]
    sides = Choice("demo", other="apart/cjk_fta").sides(lambda name: result if name == "apart" else open_(name))
    assert [side.run for side in sides] == [2, 0]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"result": "demi"}, 'no result "demi"'),
        ({"scenario": "cjk_fat"}, 'no scenario "cjk_fat".*did you mean "cjk_fta"'),
        ({"other": "cjk_fat"}, 'no scenario "cjk_fat"'),
        ({"other": "demi/cjk_fta"}, 'no result "demi"'),
        ({"run": "9"}, "run 9 of baseline is not one of 0 to 3"),
        ({"run": "-1"}, '"-1" is not the number of a run'),
        ({"run": "٣"}, "is not the number of a run"),
    ],
)
def test_what_is_not_there_is_named(choice: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        shown(**choice)


@pytest.mark.parametrize(("shade", "size"), [("wages", ""), ("", "fdi_"), ("none", "")])
def test_variables_that_the_map_lacks_are_refused(shade: str, size: str) -> None:
    with pytest.raises(InputError):
        Choice("demo", shade=shade, size=size).variables()
