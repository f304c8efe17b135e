"""Topics of the page on trust that show charts: fit, skill, padding, and what the data can tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara
import solara.lab
from markupsafe import Markup

from simulator.parameter_words import meaning
from simulator.words import unit_word
from viz.components.export import ExportButtons
from viz.components.trust_view import Choice, View
from viz.reports.calibration_fit import group_word, title_of
from viz.reports.contraction_chart import contraction_chart
from viz.reports.page import punctuation
from viz.state import Session, use_session
from viz.trust import figures
from viz.trust.markup import fragment, standalone
from viz.wording import texts

Asked = Mapping[str, str]
Go = Callable[..., None]


@solara.component
def FitTopic(asked: Asked, go: Go) -> None:
    """Show a group of targets as small charts, and one of them large if the address names it."""
    session = use_session()
    lang = session.lang.value
    fit = _one_of(asked.get("fit", ""), figures.FITS)
    named = figures.targets_of(asked.get("variable", ""))
    opened = figures.fitted_target(fit, asked.get("target", ""))
    known = figures.groups(fit)
    first = figures.group_of(named[0]) if named else known[0]
    group = _one_of(asked.get("group", first), known)
    if opened is not None:
        group = opened.target.group
    kept = {"topic": "fit", "fit": fit, "group": group}
    charts = figures.charts(fit, group, lang, named)
    with solara.Row(classes=["trust-controls"]):
        Choice(session.text("trust_fit"), {key: session.text(words) for key, (_, words) in figures.FITS.items()}, fit,
                lambda value: go(**{**kept, "fit": value, "target": asked.get("target", "")}))  # fmt: skip
        Choice(session.text("trust_group"), {name: group_word(name, texts(lang)) for name in known}, group,
                lambda value: go(**{**kept, "group": value}))  # fmt: skip
        names = [opened.target.name] if opened is not None else [chart.name for chart in charts]
        ExportButtons(
            f"fit_{fit}_{names[0] if opened is not None else group.lower().replace(' ', '_')}",
            csv=figures.lazily(figures.fit_csv, fit, names),
            svg=None if opened is None else lambda: standalone(figures.fan(opened, lang), _title(session, opened, fit)),
        )
    html = fragment(
        "trust_fit.html", lang, short=figures.counted(fit, lang), note=_held_note(fit, lang), charts=charts,
        first=next((k for k, chart in enumerate(charts) if chart.marked), -1),
        open=None if opened is None else _opened(opened, lang),
    )  # fmt: skip
    View(html, lambda key: go(**{**kept, "target": key}))


def _title(session: Session, one: Any, fit: str) -> str:
    """Return the title of a chart that leaves the page: the series and the fit."""
    lang = session.lang.value
    said = session.text(figures.FITS[fit][1])
    return f"{title_of(one.target, lang)} ({session.text('trust_fit')}{punctuation(lang)['colon']}{said})"


def _held_note(fit: str, lang: str) -> str:
    """Return what is to be known of a fit that left years out, empty for the one that did not."""
    if fit != "held":
        return ""
    found = figures.posterior(fit)
    return texts(lang)["cal_held_note"].format(first=found.first_year, last=found.last_year)


def _opened(one: Any, lang: str) -> dict[str, Any]:
    title = title_of(one.target, lang)
    unit = unit_word(one.target.unit, lang)
    return {
        "name": one.target.name, "title": title, "svg": Markup(figures.fan(one, lang)),  # noqa: S704 - our own drawing
        "caption": f"{title}{punctuation(lang)['comma']}{unit}", "figures": figures.figures(one, lang),
        "sources": figures.sources_of(one.target),
    }  # fmt: skip


@solara.component
def SkillTopic(asked: Asked, go: Go) -> None:
    """Show a part of the skill card, with the series that a user came for marked."""
    session = use_session()
    lang = session.lang.value
    variable, part = asked.get("variable", ""), _one_of(asked.get("part", ""), figures.PARTS)
    titles = figures.titles_of(variable, lang)
    found = figures.validation(lang)
    chart = int(_one_of(asked.get("chart", ""), [str(k) for k in range(max(1, len(found["charts"])))]))

    def choose(told: str) -> None:
        kind, _, number = told.partition(":")
        if kind == "chart":
            go(topic="skill", part="charts", variable=variable, chart=number)
        else:
            go(topic="fit", variable=variable)

    with solara.Row(classes=["trust-controls"]):
        Choice(session.text("trust_part"), {key: session.text(words) for key, words in figures.PARTS.items()}, part,
                lambda value: go(topic="skill", part=value, variable=variable))  # fmt: skip
        for name, key in _SKILL_TABLES[part].items():
            solara.Text(session.text(key), classes=["trust-export-of"])
            ExportButtons(name.removesuffix(".csv"), csv=figures.lazily(figures.shipped_table, name),
                          title=session.text(key))  # fmt: skip
        if part == "charts" and found["charts"]:
            drawn = found["charts"][chart]
            title = f"{drawn['title']} ({session.text(figures.PARTS[part])})"
            solara.Text(drawn["title"], classes=["trust-export-of"])
            ExportButtons(f"forecast_{drawn['title']}", svg=lambda: standalone(str(drawn["svg"]), title), title=title)
    rows = found["comparisons"][0]["rows"] if found["comparisons"] else []
    View(fragment(
        "trust_skill.html", lang, v=found, part=part, marked=titles,
        first=next((k for k, row in enumerate(rows) if row["series"] in titles), -1),
        unjudged=_unjudged(session, variable), fit=bool(variable and titles), chart=chart,
    ), choose)  # fmt: skip


def _unjudged(session: Session, variable: str) -> str:
    """Return that a variable has no score, empty if it has one."""
    lang = session.lang.value
    if not variable or figures.scored(variable, lang):
        return ""
    judged = "trust_unscored" if figures.targets_of(variable) else "trust_unjudged"
    return session.text(judged, variable=figures.label_of(variable, lang))


_SKILL_TABLES: Mapping[str, Mapping[str, str]] = {
    "wins": {"skill.csv": "val_scores"}, "charts": {"points.csv": "trust_points"},
    "scores": {"skill.csv": "val_scores", "skill_rolling.csv": "val_rolling"}, "facts": {"facts.csv": "val_facts"},
    "published": {"published.csv": "val_published"},
    "others": {"points.csv": "trust_points", "ports.csv": "val_ports"},
}  # fmt: skip
"""Part of the skill card -> tables behind it -> key of what they are called."""


@solara.component
def PaddingTopic(asked: Asked, go: Go) -> None:
    """Show by how much published figures exceed true ones, as the model infers it, beside what is known."""
    session = use_session()
    lang = session.lang.value
    found = figures.calibration("all", lang)
    padding = figures.padding(lang)
    charts = {} if padding is None else {chart["name"]: chart["svg"] for chart in padding["charts"]}
    name = texts(lang)["cal_padding_chart"]
    titles = {} if padding is None else {one["name"]: name.format(name=one["title"]) for one in padding["charts"]}
    picked = _one_of(asked.get("series", ""), charts) if charts else ""
    with solara.Row(classes=["trust-controls"]):
        if picked:
            solara.Text(titles[picked], classes=["trust-export-of"])
            ExportButtons(
                f"padding_{picked}", csv=figures.lazily(figures.fit_table, "all", "padding.csv"),
                svg=lambda: standalone(str(charts[picked]), titles[picked]), title=titles[picked],
            )
    html = fragment("trust_padding.html", lang, padding=padding, vintages=found["vintages"], chosen=picked)
    View(html, lambda key: go(topic="padding", series=key))


@solara.component
def KnownTopic(asked: Asked, go: Go) -> None:
    """Show what the data tell of the fitted parameters, and whether fits recover truths and agree."""
    session = use_session()
    lang = session.lang.value
    fit = _one_of(asked.get("fit", ""), figures.FITS)
    found, words = figures.calibration(fit, lang), texts(lang)
    chart = contraction_chart(words["trust_contraction_title"], figures.by_contraction(fit), lang, words)
    ranks = solara.lab.use_task(lambda: figures.recovery(lang), dependencies=[lang])  # it imports much: the rest shows
    recovery = ranks.value if ranks.finished else None
    with solara.Row(classes=["trust-controls"]):
        Choice(session.text("trust_fit"), {key: session.text(text) for key, (_, text) in figures.FITS.items()}, fit,
                lambda value: go(topic="known", fit=value))  # fmt: skip
        solara.Text(session.text("trust_contraction_title"), classes=["trust-export-of"])
        ExportButtons("contraction", csv=figures.lazily(figures.fit_table, fit, "parameters.csv"),
                      svg=lambda: standalone(chart, words["trust_contraction_title"]),
                      title=words["trust_contraction_title"])  # fmt: skip
        if recovery:
            solara.Text(session.text("cal_recovery"), classes=["trust-export-of"])
            ExportButtons("recovery", csv=figures.lazily(figures.shipped_table, "recovery.csv"),
                          svg=lambda: standalone(str(recovery["chart"]), words["cal_ranks"]),
                          title=words["cal_recovery"])  # fmt: skip
    View(fragment(
        "trust_known.html", lang, c=found, chart=Markup(chart), recovery=recovery,  # noqa: S704 - our own drawing
        expected={row["name"]: row for row in found["identifiability"] or ()}, stability=_stability(session),
    ))  # fmt: skip


def _stability(session: Session) -> str:
    found = figures.stability()
    if found is None:
        return ""
    lang = session.lang.value
    told = session.text("trust_stability_told", same=found.same, count=found.count, added=f"{found.added:.2f}")
    if not found.different:
        return told
    names = punctuation(lang)["joint"].join(meaning(name, lang) for name in found.different)
    return told + session.text("trust_stability_different", names=names)


def _one_of(value: str, known: Any) -> str:
    """Return a value if it is known, else the first that is."""
    return value if value in known else str(next(iter(known)))
