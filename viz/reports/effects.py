"""The effects of one scenario as the report tells them: sentences, tables, costs, and what they lean on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from simulator.headline import COST, HEADLINE, Cost, Effect, Headline, Interval, net_revenue, window_effect
from simulator.headline_text import cost_sentence, turns_told
from simulator.identification import quality_words
from simulator.numbers import ABOUT_ZERO, probability, span
from simulator.results import Results
from simulator.sensitivity import REST, Lean, leans
from simulator.sensitivity_words import WORDS as SENSITIVITY_WORDS
from simulator.words import unit_word
from viz import panels
from viz.doubts import leaning_sentences
from viz.svg import coefficient_mark, share_bar
from viz.wording import certain, ends, of_runs, percent, signed, texts, typographic

FIRST: Final = "gdp_real"
ALWAYS: Final = (FIRST, "employment")
"""Outputs told in a sentence whatever the effect."""
TOLD: Final = 2
"""Further outputs told: those whose direction is clearest."""
BEHIND: Final = (
    "consumption", "public_consumption", "investment", "domestic_sales", "domestic_purchases", "wage",
    "capacity_utilisation", "zombie_share", "debt", "fiscal_balance",
)  # fmt: skip
"""Outputs of the second table: what stands behind the headline."""
DRIVERS_SHOWN: Final = 8
SIZE: Final = "size"
"""Class of shares that rest on the size of a policy, which is chosen."""
FEW_RUNS: Final = 20
"""Below it no figure is set in bold: an interval over so few runs means little."""


@dataclass(frozen=True)
class Effects:
    """The effects of one scenario of a result, for one reader."""

    results: Results
    headline: Headline
    scenario: str
    lang: str

    @property
    def words(self) -> Mapping[str, str]:
        """Texts of the report."""
        return texts(self.lang)

    @property
    def runs(self) -> int:
        """Number of pairs of runs."""
        return len(self.results.kept(self.results.base.scenario, self.scenario))

    def of(self, period: str) -> dict[str, Effect]:
        """Return variable -> effect in a period of the headline."""
        found = self.headline.effects
        return {e.variable.name: e for e in found if (e.scenario, e.period) == (self.scenario, period)}

    @property
    def window(self) -> dict[str, Effect]:
        """Variable -> effect, mean of the last years."""
        return self.of(self.headline.periods[0])

    @property
    def cost(self) -> Cost:
        """What it costs the budget."""
        return next(x for x in self.headline.costs if x.scenario == self.scenario)

    def told(self) -> list[str]:
        """Return the outputs told in sentences: real GDP, then by how clear their direction is, then by size.

        Those always told are among them, but what is not clear comes last.
        """
        found = self.window

        def weight(name: str) -> tuple[float, float]:
            effect = found[name]
            return round(abs(effect.prob_positive - 0.5), 2), abs(effect.percent.median) if effect.percent else 0.0

        others = sorted((n for n in HEADLINE if n in found and n not in ALWAYS), key=weight, reverse=True)
        told: list[str] = [n for n in (*ALWAYS[1:], *others[:TOLD]) if n in found]
        told.sort(key=lambda n: (certain(found[n].percent or found[n].absolute), *weight(n)), reverse=True)
        return [FIRST, *told] if FIRST in found else told

    def sentences(self) -> list[str]:
        """Return the effects, years that go against them, and the cost."""
        found = self.window
        said = [self._sentence(found[name]) for name in self.told()]
        turn = self._turns()
        said += [turn] if turn else []
        if not self.cost.modelled:
            return [*said, self.words["cost_free"]]
        said.append(typographic(cost_sentence(self.headline, self.scenario, self.lang)))
        net = net_revenue(self.results, self.scenario)
        interval = ends(net, self.words["to"]) or "0"
        said.append(self.words["net"].format(window=self._span, median=signed(net.median), ends=interval))
        return said

    @property
    def _span(self) -> str:
        return span(self.headline.periods[0])

    def _sentence(self, effect: Effect) -> str:
        words, label, a = self.words, effect.variable.label_in(self.lang), effect.absolute
        if a.p05 == a.p95 == 0.0:
            return words["sentence_none"].format(label=label, window=self._span)
        shown = effect.percent or a
        in_percent = effect.percent is not None
        text = words["sentence"].format(
            label=label,
            window=self._span,
            median=percent(shown.median) if in_percent else signed(shown.median),
            unit="%" if in_percent else unit_word(effect.variable.unit, self.lang),
            ends=ends(shown, words["to"], in_percent),
            runs=of_runs(effect.prob_positive, self.runs, words),
        )
        return text + (self._last_year(effect) if certain(shown) else words["unclear_direction"])

    def _last_year(self, effect: Effect) -> str:
        """Return that the direction is not clear in the last year alone, if that is so."""
        period = self.headline.periods[-1]
        single = self.of(period)[effect.variable.name]
        shown = (effect.percent and single.percent) or single.absolute
        if period == self.headline.periods[0] or certain(shown):
            return ""
        interval = ends(shown, self.words["to"], in_percent=shown is single.percent)
        return self.words["unclear_year"].format(year=period, ends=interval or "0")

    def _turns(self) -> str:
        """Return the years that go against the last years, empty if there are none."""
        words = self.words
        told = [
            words["turn"].format(
                label=x.variable.label_in(self.lang), value=percent(x.percent.median), year=x.year,
                runs=of_runs(x.prob_positive, self.runs, words),
            )
            for x in turns_told(self.headline, self.scenario)
        ]  # fmt: skip
        return words["turns"].format(window=self._span, turns=words["doubt_stop"].join(told)) if told else ""

    def cell(self, name: str) -> dict[str, Any]:
        """Return an effect in per cent as a cell of the overview."""
        effect = self.window.get(name)
        return self.cell_of(effect.percent if effect else None)

    def cell_of(self, interval: Interval | None) -> dict[str, Any]:
        """Return an interval in per cent as a cell of the overview."""
        if interval is None:
            return {"median": "–", "interval": "", "certain": False}
        return {
            "median": percent(interval.median),
            "interval": ends(interval, self.words["to"], in_percent=True),
            "certain": certain(interval) and self.runs >= FEW_RUNS and percent(interval.median) != ABOUT_ZERO,
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the table of effects, the last of them policy cost."""
        periods, found = self.headline.periods, self.window
        last = self.of(periods[-1]) if periods[-1] != periods[0] else {}
        rows = [self._row(effect, last.get(name)) for name, effect in found.items() if name != COST]
        cost = {**self._row(found[COST], None), "label": self.words["policy_cost"], "percent": "", "interval": ""}
        if not self.cost.modelled:
            blank = dict.fromkeys(("absolute_interval", "unit", "probability"), "")
            cost |= {"absolute": self.words["not_modelled"], "certain": False, **blank}
        return [*rows, {**cost, "last": ""}]

    def behind(self) -> list[dict[str, Any]]:
        """Return the rows of the table of what stands behind the effects."""
        return [self._row(window_effect(self.results, self.scenario, name), None) for name in BEHIND]

    def _row(self, effect: Effect, single: Effect | None) -> dict[str, Any]:
        shown = self.cell_of(effect.percent)
        to = self.words["to"]
        return {
            "label": effect.variable.label_in(self.lang),
            "percent": shown["median"],
            "interval": shown["interval"],
            "certain": certain(effect.absolute) and self.runs >= FEW_RUNS and shown["median"] != ABOUT_ZERO,
            "absolute": signed(effect.absolute.median),
            "absolute_interval": ends(effect.absolute, to),
            "unit": unit_word(effect.variable.unit, self.lang),
            "probability": f"{100 * float(probability(effect.prob_positive, self.runs)):.0f} %",
            "last": percent(single.percent.median) if single and single.percent else "–",
        }

    def place(self, level: str, name: str) -> panels.EntityEffects:
        """Return the effects on the entities of a level."""
        return panels.entity_effects(self.results, self.scenario, level, name, self.lang)

    # What drives an effect, and what it leans on

    def leaning(self) -> dict[str, Any]:
        """Return what drives the effects told in sentences, and what each effect of the headline leans on."""
        words = SENSITIVITY_WORDS[self.lang]
        found = leans(self.results, self.scenario)
        told = self.told()
        measured = any(one.effect.measured for one in found)
        drivers = [self._driven(one, words) for one in found if one.effect.variable in told]
        rows = [
            {
                "label": panels.title_of(one.effect.variable, self.lang),
                "bar": Markup(share_bar(self._shares(one))) if one.effect.note in ("drivers", "none_found") else "",
                "verdict": words[f"verdict_{one.verdict}"],
                "literature": self._literature_share(one),
            }
            for one in found
        ]
        caution = words["caution_measured" if measured else "caution"]
        return {
            "drivers": drivers, "rows": rows, "legend": self._qualities(), "words": words, "measured": measured,
            "said": leaning_sentences(found, self.lang), "caution": caution,
        }  # fmt: skip

    def _literature_share(self, one: Lean) -> str:
        """Return which share of what is explained is literature-driven; empty where nothing is known of it."""
        if not one.effect.measured or not one.effect.drivers:
            return ""
        return f"{100.0 * one.literature:.0f} %"

    def _qualities(self) -> list[tuple[str, str]]:
        """Return classes of shares and their words, in the order of the bar."""
        words = SENSITIVITY_WORDS[self.lang]
        known = [(q, w.label_zh if self.lang == "zh" else w.label) for q, w in quality_words().items()]
        return [*known, (SIZE, words["size"]), (REST, words["rest"])]

    def _shares(self, one: Lean) -> list[tuple[str, float, str]]:
        """Return label, share and class; sizes of policies stand apart from what data cannot identify."""
        sizes = sum(d.share for d in one.effect.drivers if d.kind == SIZE)
        shares = {**one.effect.by_quality, SIZE: sizes}
        shares["none"] -= sizes
        return [(label, shares[q], q) for q, label in self._qualities() if shares[q] > 1e-9]

    def _driven(self, one: Lean, words: Mapping[str, str]) -> dict[str, Any]:
        effect, qualities = one.effect, dict(self._qualities())
        rows = [
            {
                "label": d.label_zh if self.lang == "zh" else d.label,
                "name": d.name,
                "mark": Markup(coefficient_mark(d.coefficient, d.low, d.high)),
                "coefficient": typographic(f"{d.coefficient:+.2f}"),
                "ends": typographic(f"{d.low:+.2f} {self.words['to']} {d.high:+.2f}"),
                "share": f"{100.0 * d.share:.0f} %",
                "quality": qualities[SIZE if d.kind == SIZE else d.quality],
                "contraction": "–" if d.contraction is None else typographic(f"{100.0 * d.contraction:.0f} %"),
                "literature": words["literature"] if d.literature else "",
            }
            for d in effect.drivers[:DRIVERS_SHOWN]
        ]
        said = [words[f"note_{effect.note}"]]
        if rows:
            share = f"{100.0 * effect.explained:.0f} %"
            said = [words["explained"].format(explained=share, runs=effect.runs)]
            said.append(words["tested"].format(tested=effect.tested))
            said += [words["led"]] if effect.measured and one.led_by_literature else []
        elif effect.note == "none_found":
            said.append(words["detectable"].format(detectable=f"{100.0 * effect.detectable:.0f} %"))
        joint = "" if self.lang == "zh" else " "
        return {"title": panels.title_of(effect.variable, self.lang), "rows": rows, "said": joint.join(said)}


def overview(effects: Sequence[Effects]) -> dict[str, Any]:
    """Return one row a variable and one column a scenario, in per cent, with the cost in per cent of GDP."""
    words, lang = effects[0].words, effects[0].lang
    rows = [
        {"label": panels.title_of(name, lang), "cells": [one.cell(name) for one in effects]}
        for name in HEADLINE
    ]  # fmt: skip
    free = {"median": words["not_modelled"], "interval": "", "certain": False}
    costs = [one.cell_of(one.cost.of_gdp) if one.cost.modelled else free for one in effects]
    for one, cell in zip(effects, costs, strict=True):
        if one.cost.modelled and one.cost.unpaid:
            cell["interval"] = f"{cell['interval']}; {words['in_part']}"
    rows.append({"label": words["cost_of_gdp"], "cells": costs})
    window = span(effects[0].headline.periods[0])
    return {"rows": rows, "corner": words["percent_in"].format(window=window), "note": words["overview_note"]}
