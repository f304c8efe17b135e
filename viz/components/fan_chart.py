"""Charts of the app with their title, their unit, what they say in words, and their exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import solara

from viz import chart_files, charts
from viz.components.export import ExportButtons
from viz.state import use_session
from viz.svg import FanChart, IntervalRow
from viz.wording import texts


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
        In pixels.
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
        height=height,
        csv=lambda: chart_files.fan_csv(chart, fitted_until),
        svg=lambda: chart_files.fan_svg(chart, words),
    )


@solara.component
def IntervalFigure(rows: Sequence[IntervalRow], title: str, unit: str, name: str) -> None:
    """Draw medians and 90 % intervals, a row each; `name` as of :func:`FanChartFigure`."""
    session = use_session()
    words = texts(session.lang.value)
    _Figure(
        title=title,
        unit=unit,
        name=name,
        option=charts.interval_option(rows, unit, words, session.dark.value),
        said=charts.spoken_rows(rows, title, unit, words),
        height=charts.interval_height(rows),
        csv=lambda: chart_files.interval_csv(rows, unit),
        svg=lambda: chart_files.interval_svg(rows, title, unit, words),
    )


@solara.component
def _Figure(
    title: str, unit: str, name: str, option: dict[str, Any], said: str, height: int,
    csv: Callable[[], str], svg: Callable[[], str],
) -> None:  # fmt: skip
    with solara.v.Html(tag="figure", class_="liaosim-figure", attributes={"data-chart": name}):
        with solara.v.Html(tag="figcaption", class_="liaosim-caption"):
            solara.v.Html(tag="span", class_="liaosim-figure-title", children=[title])
            solara.v.Html(tag="span", class_="liaosim-figure-unit", children=[unit])
            ExportButtons(name, csv, svg)
        solara.FigureEcharts(
            option=option, responsive=True,
            attributes={
                "style": f"height:{height}px;width:100%", "role": "img", "aria-label": said, "class": "liaosim-chart",
            },
        )  # fmt: skip
