"""The selectors above the player, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara

from viz.library import Entry
from viz.play.choice import NONE, Choice
from viz.play.names import choices, label_of, shipped_name
from viz.play.playback import SHADE, SIZE
from viz.state import use_session


@solara.component
def PlayChoices(
    choice: Choice,
    choose: Callable[..., None],
    entries: tuple[Entry, ...],
    names: Mapping[str, str],
    next_step: tuple[str, str],
) -> None:
    """Draw the selectors of what is shown.

    Parameters
    ----------
    choice
        What is shown now.
    choose
        Called with the parameters of the address that change.
    entries
        What the folder of results holds.
    names
        What the scenarios of the opened result are called; those of others go by the titles of shipped scenarios.
    next_step
        What the button to the next page says, and its address.
    """
    session = use_session()
    lang, text = session.lang.value, session.text
    whole = {entry.name: entry for entry in entries if not entry.problem}
    own = whole[choice.result].scenarios if choice.result in whole else ()
    sides = [{"text": names.get(name) or shipped_name(name, lang), "value": name} for name in own]
    apart = [
        {
            "text": text("play_elsewhere", name=shipped_name(name, lang), result=entry.name),
            "value": f"{entry.name}/{name}",
        }
        for entry in whole.values()
        if entry.name != choice.result
        for name in entry.scenarios
    ]
    variables = [{"text": label_of(name, lang), "value": name} for name in choices()]
    with solara.v.Html(tag="div", class_="play-head", attributes={"role": "group", "aria-label": text("play_choices")}):
        _Pick("play_result", list(whole), choice.result, lambda value: choose(result=value))
        _Pick("play_scenario", sides, choice.scenario or next(iter(own), ""), lambda v: choose(scenario=v))
        others = [{"text": text("play_none"), "value": ""}, *sides, *apart]
        _Pick("play_other", others, choice.other, lambda value: choose(other=value))
        _Pick("play_shade", variables, choice.shade or SHADE, lambda value: choose(shade=value))
        bubbles = [{"text": text("play_none"), "value": NONE}, *variables]
        _Pick("play_size", bubbles, choice.size or SIZE, lambda value: choose(size=value))
        _Run(choice.run, lambda value: choose(run=value))
        with solara.v.Html(tag="span", class_="play-next"), solara.Link(next_step[1]):
            solara.v.Html(tag="span", children=[next_step[0]])


@solara.component
def _Pick(label: str, items: list[Any], value: str, choose: Callable[[str], None]) -> None:
    """Draw one selector."""
    session = use_session()
    solara.v.Select(
        label=session.text(label), items=items, v_model=value, on_v_model=choose, dense=True, outlined=True,
        hide_details=True, class_=label.replace("_", "-"), menu_props={"offsetY": True, "maxHeight": 420},
    )  # fmt: skip


@solara.component
def _Run(value: str, choose: Callable[[str], None]) -> None:
    """Draw the field for the number of a run; it counts when Enter is pressed or the field is left."""
    session = use_session()
    field = solara.v.TextField(
        label=session.text("play_run"), v_model=value, placeholder=session.text("play_typical"),
        persistent_placeholder=True, type="number", dense=True, outlined=True, hide_details=True, clearable=True,
        class_="play-run", attributes={"min": "0"},
    )  # fmt: skip

    def given(widget: Any, *_: object) -> None:
        number = str(widget.v_model or "").strip()
        if number != value:
            choose(number)

    solara.v.use_event(field, "keyup.enter", given)
    solara.v.use_event(field, "blur", given)
    solara.v.use_event(field, "click:clear", lambda *_: choose("") if value else None)
