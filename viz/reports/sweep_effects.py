"""One scenario of a sweep as its page tells it: effects, fans, answers to the design, and what drives them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from markupsafe import Markup

from simulator.numbers import plain, probability
from simulator.rank_regression import LEAST_DRAWS
from simulator.sweep.spec import Dimension, LeverDimension
from simulator.variables import variable
from simulator.wording import plain_number
from simulator.words import unit_word
from viz.panels import HISTORY_END
from viz.reports.answer_chart import Answer, AnswerChart, answer_chart
from viz.reports.page import punctuation
from viz.reports.sweep_axes import axis_label, axis_unit
from viz.reports.sweep_figures import Bin, Drivers, Estimate, Outcome
from viz.reports.sweep_reader import LEVEL, Reader
from viz.svg import Fan, FanChart, fan_chart
from viz.wording import percent, signed, texts, typographic

AXES: Final = 12
"""Axes that the first variable is drawn against."""
OTHERS: Final = 2
"""Axes that each other variable is drawn against."""
SIDE: Final = 12
"""Values that an axis of a table of cells may have."""


@dataclass(frozen=True, eq=False)
class Section:
    """What the page says of one scenario: of its differences from the first, or of the levels of the only one.

    Attributes
    ----------
    reader : Reader
    scenario : str
    axes : tuple of Dimension
        Axes of the design that can change the outcome.
    grid : bool
    charts : bool
        Whether fans and answers to the design are drawn.
    lang : str
    """

    reader: Reader
    scenario: str
    axes: tuple[Dimension, ...]
    grid: bool
    charts: bool
    lang: str

    @property
    def words(self) -> Mapping[str, str]:
        """Texts of the page."""
        return texts(self.lang)

    @property
    def difference(self) -> bool:
        """Whether it is about differences."""
        return self.scenario != self.reader.first

    @cached_property
    def outcome(self) -> Outcome:
        """Outcome of single runs in the last year."""
        return self.reader.outcome(self.scenario)

    @cached_property
    def estimates(self) -> list[Estimate]:
        """Estimate of every variable over all pairs, or runs."""
        return self.outcome.estimates()

    @property
    def pairs(self) -> int:
        """Number of pairs, or of runs."""
        return len(self.outcome.values)

    @property
    def points(self) -> int:
        """Number of points of the design that they are of."""
        return len(set(self.outcome.number[self.outcome.number >= 0].tolist()))

    def label(self, j: int) -> str:
        """Return the name of variable number `j`."""
        return variable(LEVEL, self.reader.names[j]).label_in(self.lang)

    def unit(self, j: int) -> str:
        """Return the unit of variable number `j`."""
        return unit_word(variable(LEVEL, self.reader.names[j]).unit, self.lang)

    def context(self) -> dict[str, Any]:
        """Return what the template shows but for names."""
        if not self.pairs:
            return {"pairs": 0, "rows": [], "fans": [], "answers": None, "difference": self.difference}
        key = "sweep_pairs" if self.difference else "sweep_levels_of"
        said = self.words[key].format(pairs=f"{self.pairs:,}", year=self.reader.years[-1])
        if self.points > 1:
            said += self.words["sweep_pooled"].format(points=f"{self.points:,}")
        return {
            "pairs": self.pairs,
            "said": said,
            "difference": self.difference,
            "rows": self.rows(),
            "fans": self._fans() if self.charts else [],
            "answers": self._answers() if self.charts and self._varied else None,
        }

    # Effects

    def number(self, value: float) -> str:
        """Return a mean, with its sign if it is a difference."""
        return signed(value) if self.difference else typographic(plain(value))

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the table of effects or of levels."""
        shares = self.outcome.percents()
        return [self._row(j, e, *shares[j]) for j, e in enumerate(self.estimates)]

    def _row(self, j: int, e: Estimate, share: float, share_error: float) -> dict[str, Any]:
        return {
            "label": self.label(j),
            "unit": self.unit(j),
            "mean": self.number(e.mean),
            "error": plain(e.error),
            "percent": f"{percent(share)} ({plain(share_error)})" if math.isfinite(share) else "–",
            "ends": f"{self.number(e.low)} {self.words['to']} {self.number(e.high)}",
            "probability": probability(e.positive, e.pairs),
            "verdict": self.verdict(e),
            "certain": self.difference and e.verdict == "told",
        }

    def verdict(self, e: Estimate) -> str:
        """Say whether a difference can be told from zero."""
        keys = {"none": "sweep_none", "unknown": "sweep_unknown", "told": "sweep_told", "untold": "sweep_untold"}
        return self.words[keys[e.verdict]]

    def cell(self, j: int) -> dict[str, Any]:
        """Return variable number `j` as a cell of the overview."""
        e = self.estimates[j] if self.pairs else None
        if e is None:
            return {"mean": "–", "error": "", "certain": False}
        return {"mean": self.number(e.mean), "error": plain(e.error), "certain": e.verdict == "told"}

    def _fans(self) -> list[dict[str, Any]]:
        found = self.reader.fans(self.scenario)
        charts = []
        for j, name in enumerate(self.reader.names):
            style = "new" if self.difference else "base"
            chart = FanChart(
                title=self.label(j),
                unit=self.unit(j),
                years=tuple(int(year) for year in self.reader.years),
                fans=(Fan(self.scenario, "new" if style == "new" else "base", *found[name]),),
                difference=self.difference,
                history_end=HISTORY_END,
                interval_word=self.words["to"],
            )
            charts.append({"title": chart.title, "svg": Markup(fan_chart(chart))})
        return charts

    # Answers to the design

    @property
    def _varied(self) -> bool:
        return bool(self.axes) and self.points > 1

    def values(self, axis: Dimension) -> Any:
        """Return the value of an axis at every point, shape (points,)."""
        return self.reader.sweep.design[axis.name].to_numpy()

    def ordered(self, j: int) -> list[Dimension]:
        """Return the axes, those first whose ranks go most with variable number `j` over points."""
        design = self.reader.sweep.design
        weight = {axis.name: abs(self.outcome.correlation(design, axis.name, j)) for axis in self.axes}
        return sorted(self.axes, key=lambda axis: -weight[axis.name])

    def _answers(self) -> dict[str, Any]:
        drivers = self.drivers
        others = [
            self._chart(axis, j) for j in range(1, len(self.reader.names)) for axis in self.ordered(j)[:OTHERS]
            if self.estimates[j].verdict != "none"
        ]  # fmt: skip
        lead = self.ordered(0)[:AXES]
        chosen = self.words["sweep_all_axes"] if len(lead) == len(self.axes) else self.words["sweep_chosen_axes"]
        said = [chosen.format(shown=len(lead), axes=len(self.axes), variable=self.label(0))]
        said += [self.words["sweep_answers_note"], *([] if self.grid else [self.words["sweep_answers_sampled"]])]
        return {
            "said": said if len(self.axes) > 1 else said[1:],
            "charts": [self._chart(axis, 0) for axis in lead],
            "others": others,
            "spans": self._spans() if self.grid else None,
            "drivers": self._drivers() if drivers and drivers[0].points >= LEAST_DRAWS else None,
            "few": self.words["sweep_few_points"].format(points=self.points, least=LEAST_DRAWS)
            if self.points < LEAST_DRAWS
            else "",
            "cells": self._cells() if self.grid else [],
        }

    def bins(self, axis: Dimension) -> list[Bin]:
        """Return the outcome along an axis."""
        if axis.name not in self._found:
            self._found[axis.name] = self.outcome.answers(
                self.values(axis), axis.low, axis.high, sampled=not self.grid
            )
        return self._found[axis.name]

    @cached_property
    def _found(self) -> dict[str, list[Bin]]:
        return {}

    def _chart(self, axis: Dimension, j: int) -> dict[str, Any]:
        """Return the chart of a variable against an axis, and its table."""
        bins = self.bins(axis)
        answers = [Answer(b.middle, self.range_text(b), b.estimates[j].mean, b.estimates[j].error) for b in bins]
        exact = all(b.low == b.high for b in bins)
        name = axis_label(axis, self.lang)
        unit = axis_unit(axis, self.lang)
        title = self.words["sweep_against"].format(variable=self.label(j), axis=name)
        chart = AnswerChart(title, self.unit(j), self._with_unit(name, unit), tuple(answers), self.difference, exact)
        rows = [
            {
                "label": a.label,
                "points": b.points,
                "pairs": f"{b.estimates[j].pairs:,}",
                "mean": self.number(a.mean),
                "error": plain(a.error),
                "beyond": "" if b is bins[0] else self._beyond(b, j),
                "certain": self.difference and b.estimates[j].verdict == "told",
            }
            for a, b in zip(answers, bins, strict=True)
        ]
        return {"title": title, "axis": unit, "svg": Markup(answer_chart(chart)), "rows": rows}

    def _beyond(self, b: Bin, j: int) -> str:
        """Return how much more the outcome is than in the first bin, with its standard error."""
        return f"{signed(b.beyond[j].mean)} ({plain(b.beyond[j].error)})"

    def _with_unit(self, name: str, unit: str) -> str:
        return f"{name}{punctuation(self.lang)['comma']}{unit}"

    def range_text(self, b: Bin) -> str:
        """Return the value or the range of an axis."""
        ends = [plain_number(float(f"{value:.3g}")) for value in (b.low, b.high)]
        return typographic(ends[0] if b.low == b.high else f"{ends[0]} {self.words['to']} {ends[1]}")

    @cached_property
    def spans(self) -> dict[str, list[Estimate]]:
        """Axis -> what its highest value does beyond its lowest, by variable; of a grid."""
        return {axis.name: list(self.bins(axis)[-1].beyond) for axis in self.ordered(0)[:AXES]}

    def _spans(self) -> dict[str, Any]:
        axes = {axis.name: axis for axis in self.axes}
        rows = []
        for name, found in self.spans.items():
            first, last = self.bins(axes[name])[0], self.bins(axes[name])[-1]
            ends = self.range_text(replace(first, high=last.high))
            cells = [{"mean": signed(e.mean), "error": plain(e.error), "certain": e.verdict == "told"} for e in found]
            label = axis_label(axes[name], self.lang, named=False)
            rows.append({"label": label, "name": name, "ends": ends, "cells": cells})
        return {"rows": rows, "columns": self._columns()}

    def _columns(self) -> list[tuple[str, str]]:
        return [(self.label(j), self.unit(j)) for j in range(len(self.reader.names))]

    @cached_property
    def drivers(self) -> list[Drivers]:
        """Which axes move each variable from point to point."""
        names = [axis.name for axis in self.axes]
        return [self.outcome.drivers(self.reader.sweep.design, names, j) for j in range(len(self.reader.names))]

    def _drivers(self) -> dict[str, Any]:
        """Return rank coefficients with their intervals, an axis a row, and what they explain."""
        axes = {axis.name: axis for axis in self.axes}
        found: dict[tuple[str, ...], dict[int, tuple[str, str]]] = {}
        strongest: dict[tuple[str, ...], float] = {}
        for j, one in enumerate(self.drivers):
            for k, names in enumerate(one.names):
                assert one.fit is not None
                value, low, high = (float(row[k]) for row in (one.fit.coefficient, one.fit.low, one.fit.high))
                ends = typographic(f"{low:+.2f} {self.words['to']} {high:+.2f}")
                found.setdefault(names, {})[j] = typographic(f"{value:+.2f}"), ends
                strongest[names] = max(strongest.get(names, 0.0), abs(value))
        shown = sorted(found, key=lambda names: -strongest[names])[:AXES]
        count = len(self.reader.names)
        rows = [
            {"label": " + ".join(axis_label(axes[n], self.lang, named=False) for n in names), "name": " + ".join(names),
             "cells": [found[names].get(j, ("–", "")) for j in range(count)]}
            for names in shown
        ]  # fmt: skip
        last = [f"{100.0 * d.fit.explained:.0f} %" if d.fit else "–" for d in self.drivers]
        first = self.drivers[0]
        note = self.words["sweep_drivers_note"].format(
            points=first.points, tested=first.tested, detectable=f"{100.0 * first.detectable:.0f} %"
        )
        return {"rows": rows, "last": last, "columns": self._columns(), "note": note}

    def silent(self) -> list[str]:
        """Return the axes that move no variable as far as can be told."""
        if not self._varied:
            return []
        if self.points >= LEAST_DRAWS:
            named = {name for one in self.drivers for names in one.names for name in names}
        elif self.grid:
            named = {name for name, found in self.spans.items() if any(e.verdict == "told" for e in found)}
        else:
            return []
        return [axis_label(axis, self.lang) for axis in self.axes if axis.name not in named]

    # Cells of two levers

    def _cells(self) -> list[dict[str, Any]]:
        """Return a table of means by two levers for every variable, if the design has exactly two."""
        levers = [axis for axis in self.axes if isinstance(axis, LeverDimension)]
        if len(levers) != 2:
            return []
        down, across = (self.values(axis) for axis in levers)
        if max(len(set(down)), len(set(across))) > SIDE:
            return []
        found = self.outcome.cells(down, across)
        return [self._table(j, levers, found) for j in range(len(self.reader.names))]

    def _table(
        self, j: int, levers: Sequence[LeverDimension], found: Mapping[tuple[float, float], Sequence[Estimate]]
    ) -> dict[str, Any]:
        means = [cell[j].mean for cell in found.values() if math.isfinite(cell[j].mean)]
        low, high = (min(means), max(means)) if means else (0.0, 0.0)
        low, most = (0.0, max(-low, high)) if self.difference else (low, high - low)
        columns = sorted({b for _, b in found})
        rows = []
        for a in sorted({a for a, _ in found}):
            cells = []
            for b in columns:
                e = found[a, b][j] if (a, b) in found else None
                share = round(55 * abs(e.mean - low) / most) if e and most > 0.0 and math.isfinite(e.mean) else 0
                cells.append({
                    "mean": self.number(e.mean) if e else "–", "error": plain(e.error) if e else "", "share": share,
                    "kind": "down" if e and self.difference and e.mean < 0.0 else "up",
                    "certain": bool(e) and self.difference and e is not None and e.verdict == "told",
                })  # fmt: skip
            rows.append((plain_number(a), cells))
        labels = [self._with_unit(axis_label(axis, self.lang), axis_unit(axis, self.lang)) for axis in levers]
        return {
            "title": self._with_unit(self.label(j), self.unit(j)),
            "down": labels[0],
            "across": labels[1],
            "columns": [plain_number(b) for b in columns],
            "rows": rows,
        }
