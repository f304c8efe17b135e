"""Blocks of ``docs/calibration.md`` about the validation: the skill card, what it loses, facts, published results."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from calibration import facts_table, published
from calibration.accuracy_table import FILE as TESTS
from calibration.document_source import SKILL, VALIDATE, Source, nothing, of, percent, rows_of, table
from calibration.forecasts import METHODS
from calibration.published_file import load_published
from calibration.skill import COMPARISONS, Verdict, headline
from calibration.skill_file import ALL, PROVINCE, read_skill
from calibration.skill_rows import MEASURES
from calibration.skill_words import GOAL_SERIES, goal, losses, reasons
from calibration.targets import targets
from calibration.validation import FACTS, ORIGINS, PUBLISHED, ROLLING
from calibration.validation_points import PORTS
from calibration.validation_series import PADDED
from simulator.numbers import plain, span
from viz.reports.tables import Row
from viz.reports.validation_tables import accuracy as tests_of
from viz.reports.validation_tables import audit, ports
from viz.wording import texts, typographic

if TYPE_CHECKING:
    import pandas as pd

HINDSIGHT: Final = "model_hindsight"
COMPARED: Final[Mapping[str, str]] = {"forecast": "Pure forecasts", "realised drivers": "With the drivers as they were"}
OPEN_CLASSES: Final[Mapping[str, str]] = {
    "emerges": "emerges from the rules", "measurement": "padding and audits", "forcing": "drivers, scripts, start",
}  # fmt: skip


def _card(source: Source, name: str = SKILL) -> pd.DataFrame | None:
    """Return a skill card, None if there is none."""
    if source.card is None or not (source.card / name).is_file():
        return None
    return read_skill(source.card / name)


def _scored() -> frozenset[str]:
    """Return the series that count, as the skill card calls them."""
    return frozenset(name for t in targets().values() if t.scored for name in (t.name, t.variable))


def _title(series: str) -> str:
    known = targets()
    if series in known:
        return known[series].title
    found = [t.group for t in known.values() if t.variable == series]
    return found[0] if found else series


def wins_and_losses(source: Source) -> str:
    """Return the headline: every comparison of the model with a naive forecast, and how many it wins."""
    card = _card(source)
    if card is None:
        return nothing("the skill card", VALIDATE)
    verdicts = headline(card, scored=_scored())
    parts = []
    for comparison, (ours, _) in COMPARISONS.items():
        judged: dict[tuple[str, str], dict[str, Verdict]] = {}
        for v in verdicts:
            if v.comparison == comparison and v.measure in MEASURES:
                judged.setdefault((v.series, v.theirs), {})[v.measure] = v
        wins = sum(all(v.wins for v in both.values()) for both in judged.values())
        lost = sum(not any(v.wins for v in both.values()) for both in judged.values())
        parts.append(
            f"**{COMPARED[comparison]}** (`{ours}`): {wins} of {len(judged)} comparisons won by RMSE and CRPS, {lost} "
            f"lost by both, {len(judged) - wins - lost} won by one of the two only.\n\n"
            + table(
                ("Series", "Held against", "RMSE", "of the other", "CRPS", "of the other", "Verdict"),
                [_verdict(both) for both in judged.values()], text=2,
            )
        )  # fmt: skip
    return "\n".join(parts)


def _verdict(both: Mapping[str, Verdict]) -> tuple[str, ...]:
    rmse, crps = both["rmse"], both["crps"]
    won = [measure.upper() for measure, v in both.items() if v.wins]
    said = {2: "wins", 1: f"wins by {won[0] if won else ''} only", 0: "**loses**"}[len(won)]
    figures = (rmse.value_ours, rmse.value_theirs, crps.value_ours, crps.value_theirs)
    return _title(rmse.series), f"`{rmse.theirs}`", *map(plain, figures), said


def scores(source: Source) -> str:
    """Return RMSE of all methods and coverage of the model, by series of the province, over all years ahead."""
    card = _card(source)
    if card is None:
        return nothing("the scores", VALIDATE)
    return _by_method(_whole(card), "rmse", plain) + "\n" + _by_method(_whole(card), "coverage90", percent)


def _whole(card: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the province over all years ahead, without padded series and single partners."""
    known = card["padded"].astype(bool) | card["base_year_known"].astype(bool)
    return card[(card["entity"] == PROVINCE) & (card["horizon"] == ALL) & ~known]


def _by_method(chosen: pd.DataFrame, column: str, shown: Callable[[float], str]) -> str:
    """Return a table of one score: a row a series, a column a method; the lowest RMSE without hindsight is bold."""
    methods = [m for m in METHODS if m in set(chosen["method"])]
    rows = []
    for series, mine in chosen.groupby("series", sort=False):
        value = {str(m): float(v) for m, v in zip(mine["method"], mine[column], strict=True)}
        best = min((v for m, v in value.items() if m != HINDSIGHT), default=math.nan)
        rows.append((
            _title(str(series)),
            *(_bold(shown(value[m]), column == "rmse" and m != HINDSIGHT and value[m] == best) if m in value else "–"
              for m in methods),
        ))  # fmt: skip
    name = {"rmse": "RMSE", "coverage90": "Coverage of 90 % intervals"}[column]
    return table((name, *(f"`{m}`" for m in methods)), rows)


def _bold(text: str, yes: bool) -> str:
    return f"**{text}**" if yes else text


def lost_series(source: Source) -> str:
    """Return where the model loses, in the sentences that stand on results, too, and why where that is written down."""
    card = _card(source)
    if card is None:
        return nothing("the list of what the model loses", VALIDATE)
    found = losses(card, _scored())
    if not found:
        return "The model loses nowhere among the series that are scored.\n"
    why = {series: said for series, (said, _) in reasons().items()}
    lines = [
        f"- **{_title(series)}.** {said}{f' *Why:* {why[series]}' if series in why else ''}\n"
        for series, (said, _) in found.items()
    ]
    return "".join(lines)


def goals(source: Source) -> str:
    """Return what the validation aims at, and whether it is reached."""
    card = _card(source)
    if card is None:
        return nothing("whether the aims are reached", VALIDATE)
    lines = goal(card, titles={name: _title(name) for name in GOAL_SERIES}, scored=_scored())
    rows = [(one.text, "reached" if one.reached else "**not reached**", _figures(one.figures)) for one in lines]
    return table(("Aim", "Verdict", "Figures"), rows, 3)


def _figures(found: Mapping[str, float]) -> str:
    """Return the figures of an aim in short."""
    if "series won" in found:
        end = " rmse over that of the random walk"
        ratios = [f"{_title(key.removesuffix(end))} {v:.2f}" for key, v in found.items() if key.endswith(end)]
        won = f"{found['series won']:.0f} of {found['series']:.0f} series won"
        return f"{won}; RMSE over that of the random walk: {', '.join(ratios) or '–'}"
    if "series that count" in found:
        valid, overall = (
            "–" if math.isnan(found[key]) else percent(found[key])
            for key in ("coverage where it counts", "coverage of all series")
        )
        count = f"{found['series that count']:.0f} of {found['series']:.0f} series"
        return f"{valid} where it counts ({count}), {overall} over all"
    told = [f"`{m}` {plain(found[f'{m} rmse'])}" for m in METHODS if f"{m} rmse" in found]
    return f"RMSE: {', '.join(told)}" if told else "scores are missing"


def rolling(source: Source) -> str:
    """Return RMSE over all origins, by series and method."""
    card = _card(source, ROLLING)
    if card is None:
        return nothing("the scores of rolling origins", VALIDATE)
    chosen = _whole(card)
    counts = chosen[chosen["method"] == "random_walk"].groupby("series", sort=False)["n"].max()
    said = f"Origins {ORIGINS[0]} to {ORIGINS[-1]}, up to four years ahead: {int(counts.max())} forecasts of a series."
    return f"{said}\n\n" + _by_method(chosen, "rmse", plain)


def cities(source: Source) -> str:
    """Return the shares of cities: means of scores over cities, by method."""
    card = _card(source)
    if card is None:
        return nothing("the scores of the shares of cities", VALIDATE)
    chosen = card[(card["entity"] != PROVINCE) & (card["horizon"] == ALL)]
    rows = []
    for series, mine in chosen.groupby("series", sort=False):
        fair = mine[mine["method"] != HINDSIGHT]
        first = fair.loc[fair.groupby("entity", sort=False)["rmse"].idxmin(), "method"].value_counts()
        for method, mean in mine.groupby("method", sort=False)[["rmse", "crps", "coverage90"]].mean().iterrows():
            count = "–" if method == HINDSIGHT else str(int(first.get(method, 0)))
            rows.append((_title(str(series)), f"`{method}`", plain(mean["rmse"]), plain(mean["crps"]),
                         percent(mean["coverage90"]), count))  # fmt: skip
    head = ("Shares", "Method", "RMSE, points", "CRPS", "Coverage", "Best in so many")
    return table(head, rows, 2)


def apart(source: Source) -> str:
    """Return what is shown apart: single partners, whose later figures set the start, and padded series, explained."""
    card = _card(source)
    if card is None:
        return nothing("partners and padded series", VALIDATE)
    chosen = card[(card["entity"] == PROVINCE) & (card["horizon"] == ALL)]
    rows = []
    for what, mine in (
        ("one partner, start known", chosen[chosen["base_year_known"].astype(bool)]),
        ("padded, explained", chosen[chosen["series"].isin(PADDED)]),
    ):
        rows += [
            (_title(row["series"]), what, f"`{row['method']}`", plain(row["rmse"]), plain(row["crps"]),
             percent(row["coverage90"]), str(row["n"]))
            for row in mine.to_dict("records")
        ]  # fmt: skip
    said = audit(chosen, texts("en")) if chosen["padded"].astype(bool).any() else "No padded series is on the card."
    return f"{said}\n\n" + table(("Series", "Kind", "Method", "RMSE", "CRPS", "Coverage", "Forecasts"), rows, 3)


def accuracy(source: Source) -> str:
    """Return the tests of equal accuracy over all years ahead, of series of the province."""
    if source.card is None or not (source.card / TESTS).is_file():
        return nothing("the tests of equal accuracy", VALIDATE)
    found = tests_of(source.card, sorted(_scored() & set(targets())), texts("en"), "en")
    rows = [
        (row["series"], f"`{row['ours']}`", f"`{row['theirs']}`", row["better"],
         *(_bold(cell, told) for cell, told in zip(row["cells"], row["told"], strict=True)), row["origins"], row["n"])
        for row in found["rows"]
    ]  # fmt: skip
    head = ("Series", "Method", "Held against", "RMSE", "p, squared errors", "p, CRPS", "Origins", "Forecasts")
    return f"{found['note']}\n\n" + table(head, rows, 4)


def forecast_ports(source: Source) -> str:
    """Return every observed figure of a port beside what the model says with the drivers as they were."""
    if source.card is None or not (source.card / PORTS).is_file():
        return nothing("the figures of ports", VALIDATE)
    rows = [
        (row["title"], span(row["period"]), row["unit"], row["use"], row["observed"], row["simulated"],
         row["verdict"] if row["inside"] else f"**{row['verdict']}**")
        for row in ports(source.card, texts("en"), "en")
    ]  # fmt: skip
    return table(("Port", "Period", "Unit", "Use", "Observed", "Simulated (90 %)", "Observed lies"), rows, 4)


def facts(source: Source) -> str:
    """Return the stylised facts with the shipped posterior, failures included."""
    rows = rows_of(source.card, FACTS, facts_table.COLUMNS)
    if rows is None:
        return nothing("the stylised facts", VALIDATE)
    lines = [
        (row.text("fact"), OPEN_CLASSES.get(row.text("class"), row.text("class")), *_judged(row)) for row in rows
    ]
    return _counted(rows, "facts") + table(("Fact", "Made by", "Band", "Simulated (90 %)", "Verdict"), lines, 2)


def published_results(source: Source) -> str:
    """Return the published results beside what the policies do here, failures included."""
    rows = rows_of(source.card, PUBLISHED, published.COLUMNS)
    if rows is None:
        return nothing("the published results", VALIDATE)
    lines = [(row.text("result"), row.text("outcome"), row.text("published"), *_judged(row)) for row in rows]
    head = ("Result", "Outcome", "Published", "Band", "Simulated (90 %)", "Verdict")
    return _counted(rows, "outcomes") + table(head, lines, 3)


def published_failures(source: Source) -> str:
    """Return for each failure the mechanism behind it, and what no scenario or output stands for."""
    rows = rows_of(source.card, PUBLISHED, published.COLUMNS)
    file = load_published()
    if rows is None:
        failed = nothing("the reasons of the failures", VALIDATE)
    else:
        why = {one.key: " ".join(one.why.split()) for one in file.results}
        failed = "".join(
            f"- **{row.text('result')}**, {row.text('outcome')}: "
            f"{why.get(row.text('result').partition(' ')[0]) or 'No reason is known.'}\n"
            for row in rows if row.flag("pass", empty=True) is False
        ) or "None fails.\n"  # fmt: skip
    left = "".join(f"- **{one.key} {one.study}**: {' '.join(one.why.split())}\n" for one in file.not_met)
    return f"{failed}\nNot asked, because nothing in the model stands for it:\n\n{left}"


def _judged(row: Row) -> tuple[str, str, str]:
    passed = row.flag("pass", empty=True)
    median, low, high = (row.number(column) for column in ("simulated_median", "p05", "p95"))
    verdict = "shown" if passed is None else "holds" if passed else "**fails**"
    simulated = typographic(f"{plain(median)} ({plain(low)} to {plain(high)})")
    return _band(row.end("low"), row.end("high")), simulated, verdict


def _band(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return "–"
    if math.isinf(low):
        return typographic(f"below {high:g}")
    return typographic(f"above {low:g}" if math.isinf(high) else f"{low:g} to {high:g}")


def _counted(rows: Sequence[Row], what: str) -> str:
    verdicts: list[Any] = [row.flag("pass", empty=True) for row in rows]
    scored = [verdict for verdict in verdicts if verdict is not None]
    return f"Of the scored {what} {of(sum(scored), len(scored))} hold.\n\n"
