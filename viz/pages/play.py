"""Page of the app: a stored run played back on the map, alone or beside another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import solara
import solara.lab

from simulator.periods import to_label
from simulator.records import CITIES
from viz.compare_tables import CHARTED
from viz.components.agents_table import AgentsTable
from viz.components.export import Download
from viz.components.messages import Problem, sentence_of
from viz.components.play_choices import PlayChoices
from viz.components.player import Player
from viz.library import Opened
from viz.play.choice import Choice
from viz.play.difference import difference
from viz.play.map import play_map
from viz.play.playback import SHADE, Side, payload, table, why_apart
from viz.play.unshown import advice_of
from viz.scenario_names import labels_of
from viz.state import LANGS, Session, address, library, query_of, use_once, use_session

STYLE = Path(__file__).parent.parent / "components" / "play.css"
_ASKED = ("scenario", "other", "shade", "size", "run", "quarter", "place")
"""Parameters of the address after which the player does not begin by itself."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """What was read for a choice."""

    sides: tuple[Side, ...]
    names: tuple[str, ...]
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
    autoplay = use_once(lambda: not any(query.get(name) for name in _ASKED))
    asked = use_once(lambda: {name: query.get(name, "") for name in ("quarter", "place")})
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

    def load() -> tuple[Loaded | None, str, str]:
        try:
            return _load(choice, session), "", ""
        except Exception as error:
            return None, sentence_of(error, session), session.text(advice_of(error))

    task = solara.lab.use_task(load, dependencies=[choice, lang])
    drawn = solara.use_ref(cast(Loaded | None, None))  # stays while another choice is read, or if that fails
    loaded, problem, advice = task.value if task.finished and task.value else (None, "", "")
    drawn.current = loaded or drawn.current
    solara.use_effect(lambda: session.folder.set(choice.result), [choice.result])
    if not choice.result:
        _Empty()
        for entry in entries:
            Problem(f"{entry.name}: {entry.problem}{session.text('app_stop')}")
        return
    bases = {entry.name: entry.scenarios[0] for entry in entries if entry.scenarios}
    compare = _compare(choice, bases, lang)
    next_step = "play_next_policy" if choice.compared(bases)[1] else "play_next"
    names = _names(drawn.current, choice, lang)
    PlayChoices(choice, choose, entries, names, (session.text(next_step), compare))
    if problem:
        Problem(_joined((problem, advice), lang))
    if drawn.current is not None:  # stays where it is when a problem is shown above it
        _Played(drawn.current, autoplay, asked, compare).key("played")
    elif not problem:
        solara.ProgressLinear(True)
        solara.v.Html(tag="p", class_="play-quiet", children=[session.text("play_loading", result=choice.result)])


@solara.component
def _Empty() -> None:
    """Say that there is nothing to play, and where one can go on without results."""
    session = use_session()
    with solara.v.Html(tag="div", class_="play-empty"):
        solara.v.Html(tag="p", children=[session.text("play_empty")])
        with solara.v.Html(tag="p"):
            solara.v.Html(tag="span", children=[session.text("play_empty_else")])
            with solara.v.Html(tag="span", class_="play-next"), solara.Link(address("what-if")):
                solara.v.Html(tag="span", children=[session.text("play_to_what_if")])


@solara.component
def _Played(loaded: Loaded, autoplay: bool, asked: dict[str, str], compare: str) -> None:
    """Draw the player, what it shows in words, and the agents behind a chosen city."""
    session = use_session()
    router = solara.use_router()
    last = loaded.figures["quarters"] - 1
    quarter = solara.use_reactive(use_once(lambda: 0 if autoplay else last))
    selected = solara.use_reactive("")
    Player(loaded.base, loaded.figures, autoplay, {**asked, "compare": compare}, quarter, selected, router.push)
    with solara.v.Html(tag="div", class_="play-foot"):
        solara.v.Html(tag="p", class_="play-which", children=[_which(loaded.sides, session)])
        with solara.Link(address("trust", variable=loaded.shade, result=loaded.sides[0].opened.name)):
            solara.v.Html(tag="span", class_="play-trust", children=[session.text("play_trust")])
        for side, name in zip(loaded.sides, loaded.names, strict=True):
            _Table(side, name, loaded.shade, len(loaded.sides) == 1)
    kind, _, city = selected.value.partition(":")
    if kind == "city" and city in CITIES:
        for side, name in zip(loaded.sides, loaded.names, strict=True):
            shown = to_label(min(quarter.value, last))
            AgentsTable(side, name, city, shown).key(f"{side.opened.name}/{side.scenario}")


@solara.component
def _Table(side: Side, name: str, shade: str, alone: bool) -> None:
    """Draw the button that downloads the figures of a side."""
    session = use_session()
    file = f"{side.scenario}_{shade}_{side.run}"
    label = session.text("export_csv") if alone else session.text("play_csv", name=name)
    Download(file, lambda: table(side, shade), "csv", label, session.text("export_csv_of", name=file))


def _load(choice: Choice, session: Session) -> Loaded | None:
    """Read what is shown, on a thread."""
    if not choice.result:
        return None
    lang = session.lang.value
    shade, size = choice.variables()
    sides = choice.sides(library().open)
    names = _headings(sides, lang)
    figures = payload(sides, shade, size, lang)
    figures["difference"] = difference(sides, shade, size, lang, figures["lanes"])
    for side, name, told in zip(sides, names, figures["sides"], strict=True):
        told["heading"] = name
        told["told"] = _told(side, session)
    figures["words"] = _words(sides, names, figures, session)
    figures["file"] = "_".join(("liaosim", *(side.scenario for side in sides), shade))
    return Loaded(sides, names, shade, play_map(lang), figures)


def _headings(sides: tuple[Side, ...], lang: str) -> tuple[str, ...]:
    """Return what the sides are called; of different results, with the results' names."""
    names = [labels_of(side.opened.scenarios, lang)[side.scenario] for side in sides]
    if len({side.opened.name for side in sides}) == 1:
        return tuple(names)
    return tuple(f"{name} ({side.opened.name})" for name, side in zip(names, sides, strict=True))


def _names(loaded: Loaded | None, choice: Choice, lang: str) -> dict[str, str]:
    """Return what the scenarios of the chosen result are called, once that was opened."""
    opened: list[Opened] = [side.opened for side in loaded.sides] if loaded else []
    here = next((each for each in opened if each.name == choice.result), None)
    return labels_of(here.scenarios, lang) if here else {}


def _compare(choice: Choice, bases: dict[str, str], lang: str) -> str:
    """Return the address of the page that compares what is watched, variable and cities included."""
    result, scenario = choice.compared(bases)
    shade = choice.shade or SHADE
    return address(
        "compare", result=result, scenario=scenario, variable=shade if shade in CHARTED else "",
        level="city" if choice.other else "", lang=lang if lang != LANGS[0] else "",
    )  # fmt: skip


def _told(side: Side, session: Session) -> str:
    """Return which run a side shows."""
    runs = side.opened.results.base.runs
    key = "play_run_typical" if side.typical else "play_run_other"
    return session.text(key, run=side.run, runs=runs, last=runs - 1)


def _which(sides: tuple[Side, ...], session: Session) -> str:
    """Return what the maps show and do not show, in sentences."""
    said = [session.text("play_which")]
    apart = why_apart(*sides) if len(sides) == 2 else None
    if apart:
        what = session.text(f"play_apart_{apart[0]}")
        said.append(session.text("play_no_difference", what=what, first=apart[1], second=apart[2]))
    said.append(session.text("play_schematic"))
    return _joined(said, session.lang.value)


def _joined(sentences: Iterable[str], lang: str) -> str:
    """Return sentences one after the other."""
    return ("" if lang == "zh" else " ").join(sentences)


def _words(
    sides: tuple[Side, ...], names: tuple[str, ...], figures: dict[str, Any], session: Session
) -> dict[str, str]:
    """Return the texts that the browser needs."""
    keys = (
        "player", "play", "pause", "previous", "next_event", "speed", "scrub", "events", "quarter", "history",
        "what_if", "legend", "up_to", "port", "port_of", "lane", "ring", "arrivals", "money", "none", "save",
        "province", "hint", "back", "comma", "colon", "semicolon", "less",
        "difference", "open_cities", "sure_cities",
    )  # fmt: skip
    words = {key: session.text(f"play_w_{key}") for key in keys}
    words["next"], words["to"] = words.pop("next_event"), session.text("to")
    if figures["difference"]:
        runs = figures["difference"]["runs"]
        words["difference_of"] = session.text("play_difference", old=names[0], new=names[1])
        words["difference_run"] = session.text("play_difference_run", run=sides[0].run)
        words["compare"] = session.text("play_w_compare")
        words["unsure"] = session.text("play_w_few" if figures["difference"]["few"] else "play_w_unsure", runs=runs)
        words["interval"] = session.text("play_w_interval", runs=runs)
        words["open"] = session.text("play_w_few_open" if figures["difference"]["few"] else "play_w_open")
    return words
