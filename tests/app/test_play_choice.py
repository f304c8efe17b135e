"""The address of the Play page: what it means, and what is said where it means nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import InputError
from tests.app.drawn import drawn
from tests.app.playing import opened, scenario
from viz.errors import PageError
from viz.library import Opened
from viz.pages.play import PlayPage
from viz.play.choice import Choice
from viz.play.unshown import advice_of
from viz.state import LANGS, Settings, address, configure, query_of
from viz.wording import texts


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
        ({"run": "9"}, "run 9 is not one of 0 to 3"),
        ({"run": "-1"}, '"-1" is not the number of a run'),
        ({"run": "٣"}, "is not the number of a run"),
    ],
)
def test_what_is_not_there_is_named(choice: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        shown(**choice)


BASES = {"demo": "baseline", "same": "baseline", "mine": "own_base"}


@pytest.mark.parametrize(
    ("scenario", "other", "target"),
    [
        ("", "", ("demo", "")),
        ("talent_retention", "", ("demo", "talent_retention")),
        ("baseline", "cjk_fta", ("demo", "cjk_fta")),
        ("cjk_fta", "baseline", ("demo", "cjk_fta")),  # else Compare would show levels of the baseline
        ("cjk_fta", "talent_retention", ("demo", "talent_retention")),
        ("", "same/cjk_fta", ("same", "cjk_fta")),
        ("cjk_fta", "same/baseline", ("demo", "cjk_fta")),
        ("", "mine/own_base", ("demo", "")),
    ],
)
def test_the_next_step_compares_the_policy_that_was_watched(scenario: str, other: str, target: tuple[str, str]) -> None:
    assert Choice("demo", scenario, other).compared(BASES) == target


def test_reasons_and_advice_speak_the_language_of_the_reader() -> None:
    for choice, key, words in (
        ({"run": "abc"}, "play_advice_run", "不是运行编号"),
        ({"run": "9"}, "play_advice_run", "没有第9号运行"),
        ({"scenario": "cjk_fat"}, "play_broken", "是否指“cjk_fta”"),
    ):
        with pytest.raises(PageError) as told:
            shown(**choice)
        assert words in told.value.text("zh") and advice_of(told.value) == key
    with pytest.raises(PageError) as told:
        Choice("demo", shade="foo").variables()
    assert advice_of(told.value) == "play_advice_variable"
    for lang in LANGS:
        assert {"play_advice_run", "play_advice_variable", "play_broken"} <= set(texts(lang))


@pytest.mark.parametrize(("shade", "size"), [("wages", ""), ("", "fdi_"), ("none", "")])
def test_variables_that_the_map_lacks_are_refused(shade: str, size: str) -> None:
    with pytest.raises(InputError):
        Choice("demo", shade=shade, size=size).variables()


def test_without_results_the_page_leads_to_what_if(tmp_path: Path) -> None:
    import ipyvuetify as vuetify

    configure(Settings(results=tmp_path))
    try:
        with drawn(PlayPage, "/play", "zh") as page:
            parts = page.rendered.find(vuetify.Html).widgets
            text, links = _read(parts)
    finally:
        configure(Settings())
    assert texts("zh")["play_empty"] in text and texts("zh")["play_to_what_if"] in text
    assert links == ["/what-if"]


def _read(parts: Iterable[Any]) -> tuple[str, list[str]]:
    """Return the text of elements and where their links lead."""
    text, links = "", []
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        links += [part.attributes["href"]] if "href" in (part.attributes or {}) else []
        inner, more = _read(part.children or ())
        text, links = text + inner, links + more
    return text, links
