"""The levers of a policy as sliders, switches and selectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, cast

import solara

from simulator.errors import InputError
from simulator.levers import INSTRUMENTS
from simulator.periods import to_index, to_label
from simulator.scenario import BASELINE
from simulator.wording import ends_text, phase_text
from simulator.words import name_word
from viz.scenario_names import shipped_labels
from viz.state import address, use_session
from viz.what_if.about import notes_of, parts_of
from viz.what_if.form import (
    Field,
    Form,
    ends,
    new_field,
    own_form,
    slider_length,
    slider_position,
    slider_value,
    starts,
)
from viz.what_if.view import lever_text, titles_of

PHASES: Final = (0, 2, 4, 8, 12, 16, 20, 24, 32, 40)
"""Quarters of phase-in that are offered."""
_ADD: Final = ".liaosim-add-lever input"
_CARD: Final = ".liaosim-lever[data-number='{number}'] .liaosim-lever-on input"
"""Where the focus goes after a lever was removed, and after one was added."""
_PLAIN: Final[dict[str, Any]] = {"dense": True, "outlined": True, "hide_details": True}


@solara.component_vue("size_slider.vue")
def _SizeSlider(
    position: int, max: int, low: str, high: str, disabled: bool, said: str, label: str,  # noqa: A002
    event_settle: Callable[[float], None],
) -> None:  # fmt: skip
    """Draw a slider that moves at once and tells where it rests; late words of the server do not push it back."""


@solara.component_vue("focus.vue")
def _Focus(where: str, turn: int) -> None:
    """Give the focus to what a selector finds, whenever `turn` changes."""


@solara.component
def LeverPanel(form: solara.Reactive[Form], on_problem: Callable[[Exception], None]) -> None:
    """Draw all levers of a form, and what can be added to it.

    Parameters
    ----------
    form
        Changed when the user moves a lever.
    on_problem
        Called with what is wrong if something cannot be added.
    """
    session = use_session()
    lang = session.lang.value
    added, removed = solara.use_reactive(0), solara.use_reactive(0)
    focus = solara.use_reactive((_ADD, 0))  # else it would be lost with what was pressed

    def change(number: int, field: Field) -> None:
        if number < len(form.value.fields):
            form.set(form.value.with_field(number, field))

    def turn_to(where: str) -> None:
        focus.set((where, focus.value[1] + 1))

    def add(chosen: str | None) -> None:
        if not chosen:
            return
        kind, _, name = chosen.partition(":")
        added.set(added.value + 1)
        try:
            new = form.value.adding(*((new_field(name),) if kind == "instrument" else own_form(name).fields))
        except InputError as error:
            on_problem(error)
            turn_to(_ADD)
        else:
            turn_to(_CARD.format(number=len(form.value.fields) + 1))
            form.set(new)

    def remove(number: int) -> None:
        form.set(form.value.without(number))
        removed.set(removed.value + 1)
        turn_to(_ADD)

    with solara.v.Html(
        tag="section", class_="liaosim-levers", attributes={"aria-label": session.text("what_if_levers")}
    ):  # fmt: skip
        if form.value.extends != BASELINE:
            title = titles_of(form.value.extends, lang)
            solara.v.Html(tag="p", class_="liaosim-note", children=[session.text("what_if_on_top", title=title)])
        if not form.value.fields:
            solara.v.Html(tag="p", class_="liaosim-note", children=[session.text("what_if_none")])
        for number, field in enumerate(form.value.fields):
            LeverCard(
                field, number, lambda new, number=number: change(number, new),
                lambda number=number: remove(number),
            ).key(f"{form.value.origin} {number} {field.instrument} {removed.value}")  # fmt: skip
        _Add(add, lang).key(f"add {added.value}")  # an empty field after each choice
        cast(Any, _Focus)(where=focus.value[0], turn=focus.value[1]).key("focus")


@solara.component
def _Add(add: Callable[[str | None], None], lang: str) -> None:
    session = use_session()
    items: list[dict[str, Any]] = [{"header": session.text("what_if_add_instruments")}]
    items += [{"text": i.label_in(lang), "value": f"instrument:{i.name}"} for i in INSTRUMENTS.values()]
    items += [{"header": session.text("what_if_add_scenarios")}]
    titles = shipped_labels(lang).items()
    items += [{"text": title, "value": f"scenario:{name}"} for name, title in titles if name != BASELINE]
    solara.v.Autocomplete(
        label=session.text("what_if_add"), items=items, v_model=None, on_v_model=add, class_="liaosim-add-lever",
        **_PLAIN,
    )  # fmt: skip


@solara.component
def LeverCard(field: Field, number: int, on_field: Callable[[Field], None], on_remove: Callable[[], None]) -> None:
    """Draw one lever: whether it is on, its size, and folded the rest."""
    session = use_session()
    lang = session.lang.value
    label = field.spec.label_in(lang)
    text = lever_text(field, lang)
    more = solara.use_reactive(False)
    with solara.v.Html(
        tag="div", class_="liaosim-lever" + ("" if field.on else " liaosim-lever-off"),
        attributes={"data-lever": field.instrument, "data-number": str(number + 1), "data-size": f"{field.value:g}"},
    ):  # fmt: skip
        solara.v.Switch(
            label=label, v_model=field.on, on_v_model=lambda on: on_field(replace(field, on=bool(on))), dense=True,
            hide_details=True, class_="liaosim-lever-on",
            attributes={"aria-label": session.text("what_if_on", lever=label)},
        )  # fmt: skip
        if not field.spec.integer:
            _Size(field, text, on_field)
        solara.v.Html(tag="p", class_="liaosim-lever-text", children=[text])
        solara.Button(
            session.text("what_if_more"), icon_name=f"mdi-chevron-{'down' if more.value else 'right'}", text=True,
            small=True, on_click=lambda: more.set(not more.value), classes=["liaosim-lever-more"],
            attributes={
                "aria-label": session.text("what_if_details", lever=label),
                "aria-expanded": "true" if more.value else "false",
            },
        )  # fmt: skip
        if more.value:  # its long lists would slow down every move of a slider
            _More(field, on_field, on_remove)


@solara.component
def _More(field: Field, on_field: Callable[[Field], None], on_remove: Callable[[], None]) -> None:
    """Draw what else can be set of a lever, and what must be known of it."""
    session = use_session()
    _Choices(field, on_field)
    _About(field.instrument, field.shape is not None and not field.exact, session.lang.value)
    solara.Button(
        session.text("what_if_remove_short"), icon_name="mdi-delete-outline", text=True, small=True,
        on_click=on_remove, classes=["liaosim-lever-remove"],
        attributes={"aria-label": session.text("what_if_remove", lever=field.spec.label_in(session.lang.value))},
    )  # fmt: skip


@solara.component
def _About(instrument: str, drawn: bool, lang: str) -> None:
    """Draw what must be known of a lever, and links to the rules that read it; not anew when its size moves."""
    session = use_session()
    with solara.v.Html(tag="div", class_="liaosim-lever-about"):
        for line in notes_of(instrument, drawn, lang):
            solara.v.Html(tag="p", class_="liaosim-note", children=[line])
        solara.v.Html(tag="p", class_="liaosim-note", children=[session.text("what_if_rules")])
        with solara.v.Html(tag="ul", class_="liaosim-lever-rules"):
            for part in parts_of(instrument, lang):
                with solara.v.Html(tag="li"), solara.Link(address("structure", view="quarter", step=str(part.step))):
                    solara.v.Html(
                        tag="span", children=[part.name],
                        attributes={"title": session.text("what_if_rule_of", step=part.step, rule=part.sentence)},
                    )  # fmt: skip


@solara.component
def _Size(field: Field, text: str, on_field: Callable[[Field], None]) -> None:
    """Draw the slider of a size."""
    session = use_session()
    label = field.spec.label_in(session.lang.value)
    here = slider_position(field)
    low, high = ends_text(field.instrument, session.lang.value)

    def move(position: float) -> None:
        if round(position) != here:  # a size between two steps stays as long as nobody moves it
            on_field(replace(field, value=slider_value(field.spec, round(position))))

    cast(Any, _SizeSlider)(
        position=here, max=slider_length(field.spec), low=low, high=high, disabled=not field.on, said=text,
        label=session.text("what_if_slider", lever=label), event_settle=move,
    )  # fmt: skip


@solara.component
def _Choices(field: Field, on_field: Callable[[Field], None]) -> None:
    """Draw where a lever works, when it begins and ends, and how fast; and whether its size is sampled."""
    session = use_session()
    lang, spec = session.lang.value, field.spec
    if spec.integer:
        solara.v.Checkbox(
            label=session.text("what_if_switch"), v_model=field.value == 1.0, dense=True, hide_details=True,
            on_v_model=lambda on: on_field(replace(field, value=1.0 if on else 0.0)), class_="liaosim-lever-switch",
        )  # fmt: skip
    if field.shape is not None:
        solara.v.Checkbox(
            label=session.text("what_if_exact"), v_model=field.exact, dense=True, hide_details=True,
            on_v_model=lambda exact: on_field(replace(field, exact=bool(exact))), class_="liaosim-lever-exact",
        )  # fmt: skip
    if spec.target != "none":
        items = [{"text": name_word(name, lang), "value": name} for name in spec.targets]

        def target(names: list[str]) -> None:
            if names:  # a lever without a target is none
                on_field(replace(field, targets=tuple(name for name in spec.targets if name in names)))

        solara.v.Select(
            label=session.text(f"what_if_{spec.target}"), items=items, v_model=list(field.targets), on_v_model=target,
            multiple=True, class_="liaosim-lever-targets", **_PLAIN,
        )  # fmt: skip

    def start(label: str) -> None:
        first = to_index(label)
        on_field(replace(field, start=first, end=max(first, field.end)))

    with solara.v.Html(tag="div", class_="liaosim-lever-times"):
        _select(session.text("what_if_start"), list(starts(field)), to_label(field.start), start)
        _select(session.text("what_if_end"), list(ends(field)), to_label(field.end),
                lambda label: on_field(replace(field, end=to_index(label))))  # fmt: skip
        if not spec.integer:
            phases = [{"text": phase_text(q, lang), "value": q} for q in sorted({*PHASES, field.phase_in})]
            _select(session.text("what_if_phase"), phases, field.phase_in,
                    lambda quarters: on_field(replace(field, phase_in=quarters)))  # fmt: skip


def _select(label: str, items: list[Any], value: Any, pick: Callable[[Any], None]) -> Any:
    return solara.v.Select(label=label, items=items, v_model=value, on_v_model=pick, **_PLAIN)
