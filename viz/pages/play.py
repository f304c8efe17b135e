"""Page of the app: a stored run played back on the map, alone or beside another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import solara
import solara.lab

from simulator.periods import to_label
from simulator.records import CITIES
from viz.components.agents_table import AgentsTable
from viz.components.export import ExportButtons
from viz.components.messages import Problem, attempt
from viz.components.player import Player
from viz.library import Entry
from viz.play.choice import NONE, Choice
from viz.play.map import play_map
from viz.play.playback import SHADE, SIZE, Side, choices, payload, shown, table, why_apart
from viz.state import LANGS, Session, address, library, query_of, use_once, use_session

STYLE = Path(__file__).parent.parent / "components" / "play.css"


@dataclass(frozen=True, eq=False)
class Loaded:
    """What was read for a choice."""

    sides: tuple[Side, ...]
    shade: str
    base: dict[str, Any]
    figures: dict[str, Any]


@solara.component
def PlayPage() -> None:
    """Draw the page."""
    session = use_session()
    router = solara.use_router()
    query = query_of(router.search)
    choice = Choice.of(query, session.folder.value)
    entries = solara.use_memo(lambda: library().entries(), dependencies=[choice.result])
    autoplay = use_once(lambda: not any(query.get(name) for name in ("scenario", "other", "shade", "size", "run")))
    solara.Style(STYLE)
    lang = session.lang.value

    def choose(**changed: str) -> None:
        new = replace(choice, **changed)
        if new.result != choice.result:
            new = Choice(result=new.result, shade=new.shade, size=new.size)
            session.folder.set(new.result)
        given = {**new.parameters, "lang": lang if lang != LANGS[0] else ""}
        here = "play" if router.path.strip("/") else ""
        router.push(address(here, **given))

    def load() -> tuple[Loaded | None, str]:
        return attempt(lambda: _load(choice, session), session)

    task = solara.lab.use_task(load, dependencies=[choice, lang])
    drawn = solara.use_ref(cast(Loaded | None, None))  # stays while another choice is read, or if that fails
    loaded, problem = task.value if task.finished and task.value else (None, "")
    drawn.current = loaded or drawn.current
    solara.use_effect(lambda: session.folder.set(choice.result), [choice.result])
    if not choice.result:
        solara.v.Html(tag="p", class_="play-empty", children=[session.text("play_empty")])
        for entry in entries:
            Problem(f"{entry.name}: {entry.problem}.")
        return
    _Choices(choice, choose, entries)
    if problem:
        Problem(problem)
    if drawn.current is not None:
        _Played(drawn.current, autoplay).key("played")  # stays where it is when a problem is shown above it
    elif problem:
        solara.v.Html(tag="p", class_="play-quiet", children=[session.text("play_broken")])
    else:
        solara.ProgressLinear(True)
        solara.v.Html(tag="p", class_="play-quiet", children=[session.text("play_loading", result=choice.result)])


@solara.component
def _Played(loaded: Loaded, autoplay: bool) -> None:
    """Draw the player, what it shows in words, and the agents behind a chosen city."""
    session = use_session()
    last = loaded.figures["quarters"] - 1
    quarter = solara.use_reactive(use_once(lambda: 0 if autoplay else last))
    selected = solara.use_reactive("")
    Player(loaded.base, loaded.figures, autoplay, quarter, selected)
    with solara.v.Html(tag="div", class_="play-foot"):
        solara.v.Html(tag="p", class_="play-which", children=[_which(loaded.sides, session)])
        with solara.Link("/trust"):
            solara.v.Html(tag="span", class_="play-trust", children=[session.text("play_trust")])
        for side in loaded.sides:
            name = f"{side.scenario}_{loaded.shade}_{side.run}"
            ExportButtons(name, csv=lambda side=side: table(side, loaded.shade))
    kind, _, city = selected.value.partition(":")
    if kind == "city" and city in CITIES:
        for side in loaded.sides:
            AgentsTable(side, city, to_label(min(quarter.value, last))).key(f"{side.opened.name}/{side.scenario}")


@solara.component
def _Choices(choice: Choice, choose: Any, entries: tuple[Entry, ...]) -> None:
    """Draw the selectors and the next step."""
    session = use_session()
    lang, text = session.lang.value, session.text
    whole = {entry.name: entry for entry in entries if not entry.problem}
    own = whole[choice.result].scenarios if choice.result in whole else ()
    others = [{"text": text("play_none"), "value": ""}, *({"text": name, "value": name} for name in own)]
    others += [
        {"text": f"{name} ({entry.name})", "value": f"{entry.name}/{name}"}
        for entry in whole.values()
        if entry.name != choice.result
        for name in entry.scenarios
    ]
    variables = [{"text": shown(name).label_in(lang), "value": name} for name in choices()]
    none = {"text": text("play_none"), "value": NONE}
    with solara.v.Html(tag="div", class_="play-head", attributes={"role": "group", "aria-label": text("play_choices")}):
        _Pick("play_result", list(whole), choice.result, lambda value: choose(result=value))
        _Pick("play_scenario", list(own), choice.scenario or next(iter(own), ""), lambda v: choose(scenario=v))
        _Pick("play_other", others, choice.other, lambda value: choose(other=value))
        _Pick("play_shade", variables, choice.shade or SHADE, lambda value: choose(shade=value))
        _Pick("play_size", [none, *variables], choice.size or SIZE, lambda value: choose(size=value))
        solara.v.TextField(
            label=text("play_run"), v_model=choice.run, on_v_model=lambda value: choose(run=str(value or "")),
            placeholder=text("play_typical"), persistent_placeholder=True, type="number", dense=True, outlined=True,
            hide_details=True, clearable=True, class_="play-run", attributes={"min": "0"},
        )  # fmt: skip
        link = address("compare", result=choice.result, scenario=choice.other if "/" not in choice.other else "")
        with solara.v.Html(tag="span", class_="play-next"), solara.Link(link):
            solara.v.Html(tag="span", children=[text("play_next")])


@solara.component
def _Pick(label: str, items: list[Any], value: str, choose: Any) -> None:
    """Draw one selector."""
    session = use_session()
    solara.v.Select(
        label=session.text(label), items=items, v_model=value, on_v_model=choose, dense=True, outlined=True,
        hide_details=True, class_=label.replace("_", "-"), menu_props={"offsetY": True, "maxHeight": 420},
    )  # fmt: skip


def _load(choice: Choice, session: Session) -> Loaded | None:
    """Read what is shown, on a thread."""
    if not choice.result:
        return None
    lang, text = session.lang.value, session.text
    shade, size = choice.variables()
    sides = choice.sides(library().open)
    words = {"a_quarter": text("play_a_quarter"), "ends": text("ends")}
    figures = payload(sides, shade, size, lang, words)
    same = len({side.opened.name for side in sides}) == 1
    for side, told in zip(sides, figures["sides"], strict=True):
        told["heading"] = side.scenario if same else f"{side.scenario} ({side.opened.name})"
        told["told"] = _told(side, session)
    figures["words"] = _words(sides, session)
    figures["file"] = "_".join(("liaosim", *(side.scenario for side in sides), shade))
    return Loaded(sides, shade, play_map(lang), figures)


def _told(side: Side, session: Session) -> str:
    """Return which run a side shows."""
    key = "play_run_typical" if side.typical else "play_run_other"
    return session.text(key, run=side.run, last=side.opened.results.base.runs - 1)


def _which(sides: tuple[Side, ...], session: Session) -> str:
    """Return what the maps show and do not show, in sentences."""
    said = [session.text("play_which")]
    apart = why_apart(*sides) if len(sides) == 2 else None
    if apart:
        what = session.text(f"play_apart_{apart[0]}")
        said.append(session.text("play_no_difference", what=what, first=apart[1], second=apart[2]))
    said.append(session.text("play_schematic"))
    return (" " if session.lang.value == "en" else "").join(said)


def _words(sides: tuple[Side, ...], session: Session) -> dict[str, str]:
    """Return the texts that the browser needs."""
    keys = (
        "player", "play", "pause", "previous", "next_event", "speed", "scrub", "events", "quarter", "history",
        "what_if", "legend", "up_to", "port", "lane", "arrivals", "money", "none", "save", "province", "hint",
        "comma", "less",
    )  # fmt: skip
    words = {key: session.text(f"play_w_{key}") for key in keys}
    words["next"] = words.pop("next_event")
    if len(sides) == 2:
        old, new = (side.scenario for side in sides)
        words["difference"] = session.text("play_difference", old=old, new=new)
        words["difference_run"] = session.text("play_difference_run", run=sides[0].run)
    return words
