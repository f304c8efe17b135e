"""Charts of the app with their title, their unit, their keys, what they say in words, and their exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import solara

from viz import chart_files, charts
from viz.chart_legend import Key, legend_of
from viz.components.export import ExportButtons
from viz.panels import EntityEffects
from viz.state import use_session
from viz.svg import FanChart
from viz.wording import texts

LEGEND: Final = 22
"""Height of a legend of one line, in pixels."""


@solara.component
def FanChartFigure(
    chart: FanChart, name: str, height: int = 260, fitted_until: int | None = None, title: str = ""
) -> None:
    """Draw fans over years.

    Parameters
    ----------
    chart
    name
        Of the files that are exported, and ``data-chart`` of the figure.
    height
        In pixels, with one line of keys.
    fitted_until
        Last year of the data that parameters were fitted to; later years of history are named as held out.
    title
        Shown instead of the chart's own.
    """
    session = use_session()
    words = texts(session.lang.value)
    chart = replace(chart, title=title) if title else chart
    _Figure(
        title=chart.title,
        unit=chart.unit,
        name=name,
        option=charts.fan_option(chart, words, session.dark.value, fitted_until),
        said=charts.spoken(chart, words),
        height=height - LEGEND,
        csv=lambda: chart_files.fan_csv(chart, fitted_until),
        svg=lambda: chart_files.fan_svg(chart, words, fitted_until),
        keys=legend_of(chart, words, session.dark.value),
    )


@solara.component
def IntervalFigure(effects: EntityEffects, title: str, unit: str, name: str, about: str = "") -> None:
    """Draw medians and 90 % intervals of effects on all entities of a level, a row each.

    Parameters
    ----------
    effects
    title, unit
    name
        As of :func:`FanChartFigure`.
    about
        Of which scenario and years they are; the page says it elsewhere, an exported picture below its title.
    """
    session = use_session()
    words = texts(session.lang.value)
    exported = words["chart_titled"].format(of=words[f"level_{effects.level}"], title=title)
    _Figure(
        title=title,
        unit=unit,
        name=name,
        option=charts.interval_option(effects.rows, unit, words, session.dark.value),
        said=charts.spoken_rows(effects.rows, exported, unit, words),
        height=charts.interval_height(effects.rows),
        csv=lambda: chart_files.interval_csv(effects),
        svg=lambda: chart_files.interval_svg(effects, exported, about, words),
    )


@solara.component
def _Figure(
    title: str, unit: str, name: str, option: dict[str, Any], said: str, height: int,
    csv: Callable[[], str], svg: Callable[[], str], keys: Sequence[Key] = (),
) -> None:  # fmt: skip
    with solara.v.Html(tag="figure", class_="liaosim-figure", attributes={"data-chart": name}):
        with solara.v.Html(tag="figcaption", class_="liaosim-caption"):
            solara.v.Html(tag="span", class_="liaosim-figure-title", children=[title])
            solara.v.Html(tag="span", class_="liaosim-figure-unit", children=[unit])
            ExportButtons(name, csv, svg, title)
        if keys:
            items = [_key(one) for one in keys]
            solara.v.Html(tag="ul", class_="liaosim-legend", children=items)
        solara.FigureEcharts(
            option=option, responsive=True,
            attributes={
                "style": f"height:{height}px;width:100%", "role": "img", "aria-label": said, "class": "liaosim-chart",
            },
        )  # fmt: skip


def _key(one: Key) -> solara.Element:
    """Return an entry of a legend: samples, then the label; the name of a scenario's file is its tooltip."""
    samples = [
        solara.v.Html(tag="span", class_=f"liaosim-key-{one.kind}", style_=style, attributes={"aria-hidden": "true"})
        for style in one.samples
    ]
    attributes = {"data-key": one.tip or one.kind, **({"title": f"{one.label} ({one.tip})"} if one.tip else {})}
    return solara.v.Html(tag="li", children=[*samples, one.label], attributes=attributes)
