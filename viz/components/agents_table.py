"""The enterprises and investors behind a city, below the player."""

from __future__ import annotations

import solara
import solara.lab

from simulator.words import name_word
from viz.components.messages import Problem, attempt
from viz.play.agents import MOST, enterprises, investors, why_no_agents
from viz.play.playback import Side
from viz.play.tables import enterprise_table, investor_table
from viz.state import use_session
from viz.wording import texts


@solara.component
def AgentsTable(side: Side, name: str, city: str, quarter: str) -> None:
    """Draw the agents of a city in one quarter, or say why there are none.

    Parameters
    ----------
    side
        The run.
    name
        What its scenario is called.
    city
        A city of ``simulator.records.CITIES``.
    quarter
        Such as ``2016Q4``.
    """
    session = use_session()
    lang = session.lang.value
    given = (side.opened, side.scenario, city, quarter)

    def load() -> tuple[str, int, str, int] | str:
        why = why_no_agents(side.opened, side.scenario, side.run)
        if why:
            return why
        firms, homes = enterprises(*given), investors(*given)
        words = texts(lang)
        return (enterprise_table(firms, lang, words), len(firms),
                investor_table(homes[:MOST], lang, words), len(homes))  # fmt: skip

    dependencies = [side.opened.name, side.scenario, side.run, city, quarter, lang]
    task = solara.lab.use_task(lambda: attempt(load, session), dependencies=dependencies)
    found, problem = task.value if task.finished and task.value else (None, "")
    with solara.v.Html(tag="section", class_="play-agents", attributes={"data-side": side.scenario}):
        if problem:
            Problem(problem)
        elif found is None or isinstance(found, str):
            typical = side.opened.medoids[side.scenario]
            said = {"scenario": name, "run": side.run, "typical": typical, "result": side.opened.name}
            text = session.text(f"play_agents_{found}", **said) if found else ""
            solara.v.Html(tag="p", class_="play-quiet", children=[text])
        else:
            firms, number, homes, many = found
            said = {"city": name_word(city, lang), "quarter": quarter, "scenario": name}
            with solara.v.Html(tag="div", class_="play-agents-part"):
                heading = session.text("play_enterprises", number=number, **said)
                solara.v.Html(tag="h2", children=[heading])
                solara.HTML(tag="div", unsafe_innerHTML=firms, classes=["play-scroll"])
            with solara.v.Html(tag="div", class_="play-agents-part"):
                heading = session.text("play_investors", number=many, shown=min(many, MOST), **said)
                solara.v.Html(tag="h2", children=[heading])
                solara.HTML(tag="div", unsafe_innerHTML=homes, classes=["play-scroll"])
