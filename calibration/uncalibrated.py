"""The baseline before calibration beside what was observed in 2006-2017, as a document.

``python -m calibration.uncalibrated --runs 200 --out docs/baseline_against_data.md`` writes it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from calibration.comparison import NOT_COMPARED, Comparison, compare
from calibration.observed import YEARS
from simulator import MODEL_VERSION
from simulator.ensemble import Ensemble, simulate
from simulator.periods import HISTORY_END
from simulator.scenario import load_scenario
from simulator.world import load_world

COMMAND: Final = "python -m calibration.uncalibrated"
LISTED: Final = 12
"""Misses told in words, of each kind."""
CITY_GROUPS: Final = ("City shares of GDP", "City shares of FDI")
INTRODUCTION: Final = """# The uncalibrated baseline against data

Written by `{command}`; change the program, not this page. Model {version}, scenario baseline, {runs} runs
({failed} failed), seed {seed}, 2006Q1-2017Q4, parameters: {kind} (hash {digest}).

**What this is.** Medians and 90 % intervals over runs whose parameters are drawn from the prior ranges: nothing was
fitted to make these tables. It is **not a validation**. The rules, the ranges and the point values were chosen by
people who knew these twelve years; national and partner drivers are as they happened; policies of the time (audits,
restatements, the curb on local financing) are scripted. So a good fit is in-sample. What does not fit stays in the
tables, and the program lists the largest misses at the end.

**How to read it.** Each published series is compared with the output that stands for it: first releases with
*reported* outputs, restated series with *true* ones. Figures in *italics* are given to the model (the start in 2006,
the ports' shares of 2012Q1): shown, not counted. **Bold** data lie outside the 90 % interval. A miss is the median less
the figure, in % of the figure for levels and in points for shares and growth; "typical" is its root mean square. An
interval that holds the data may be too wide, one that does not may be too narrow.

**What does not quite match.** FDI of the cities is published with padding, that of the model is true. Consumption is
made nominal with the national GDP deflator, trade with partners is put into yuan at the exchange rate of the quarter.
The average wage is that of urban units, employment that of the yearbooks. Not compared: {not_compared}; GDP of Jilin
and Heilongjiang (controls); figures from before 2006. Sources and traps: [data.md](data.md).
"""


def document(ensemble: Ensemble) -> str:
    """Return the whole document as Markdown."""
    series = compare(ensemble)
    header = INTRODUCTION.format(
        command=COMMAND, version=MODEL_VERSION, runs=ensemble.runs, failed=len(ensemble.failures), seed=ensemble.seed,
        kind=ensemble.parameters.kind, digest=ensemble.parameters.hash[:12],
        not_compared="; ".join(f"`{name}` ({why})" for name, why in NOT_COMPARED.items()),
    )  # fmt: skip
    parts = [header, "## Summary\n", _summary([s for s in series if s.group not in CITY_GROUPS])]
    for group in dict.fromkeys(s.group for s in series):
        mine = [s for s in series if s.group == group]
        parts += [f"## {group}\n", _shares(mine) if group in CITY_GROUPS else _table(mine)]
    parts += ["## Largest misses\n", *_misses(series)]
    return "\n".join(parts).rstrip() + "\n"


def number(value: float) -> str:
    """Return a figure with about three digits, as ``1,234``, ``56.8``, ``5.68``."""
    size = abs(value)
    digits = 0 if size >= 100.0 else 1 if size >= 10.0 else 2
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0.0 else text


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _miss(s: Comparison, value: float, signed: bool = True) -> str:
    text = f"{value:+.1f}" if signed else f"{value:.1f}"
    return f"{text} %" if s.relative else f"{text} points"


def _summary(series: Sequence[Comparison]) -> str:
    rows = []
    for s in series:
        count, inside = int(s.counted.sum()), int((s.inside & s.counted).sum())
        worst = s.worst
        rows.append((
            s.title, f"`{s.output}`" if " " not in s.output else s.output,
            _miss(s, s.typical, signed=False) if count else "given",
            f"{inside} of {count}" if count else "",
            f"{s.periods[worst]}: {_miss(s, float(s.misses[worst]))}" if count else "",
        ))  # fmt: skip
    return _rows(("Series", "Output", "Typical miss", "In the interval", "Largest miss"), rows)


def _data(s: Comparison, k: int, text: str) -> str:
    if not s.counted[k]:
        return f"*{text}*"
    return text if s.inside[k] else f"**{text}**"


def _table(series: Sequence[Comparison]) -> str:
    """Series by year: data, median and interval; series with few periods one line a period."""
    yearly = [s for s in series if len(s.periods) >= 8]
    few = [s for s in series if len(s.periods) < 8]
    return "\n".join(([_by_year(yearly)] if yearly else []) + ([_by_period(few)] if few else []))


def _by_year(series: Sequence[Comparison]) -> str:
    rows: list[list[str]] = []
    for s in series:
        median, low, high = s.intervals
        at = {period: k for k, period in enumerate(s.periods)}
        lines = {
            f"{s.title}, {s.unit}: data": {p: _data(s, k, number(float(s.data[k]))) for p, k in at.items()},
            "median": {p: number(float(median[k])) for p, k in at.items()},
            "90 %": {p: f"{number(float(low[k]))} to {number(float(high[k]))}" for p, k in at.items()},
        }
        rows += [[name, *(cells.get(year, "") for year in YEARS)] for name, cells in lines.items()]
    return _rows(("", *YEARS), rows)


def _by_period(series: Sequence[Comparison]) -> str:
    rows = []
    for s in series:
        median, low, high = s.intervals
        for k, period in enumerate(s.periods):
            rows.append((
                s.title, period, s.unit, _data(s, k, number(float(s.data[k]))), number(float(median[k])),
                f"{number(float(low[k]))} to {number(float(high[k]))}",
            ))  # fmt: skip
    return _rows(("Series", "Period", "Unit", "Data", "Median", "90 %"), rows)


def _shares(series: Sequence[Comparison]) -> str:
    """One line a city: data / median of each year in %, and how often the data lie in the interval."""
    rows = []
    for s in series:
        cells = [
            f"{_data(s, k, f'{float(s.data[k]):.1f}')} / {float(s.intervals[0, k]):.1f}" for k in range(len(s.periods))
        ]
        inside = f"{int((s.inside & s.counted).sum())} of {int(s.counted.sum())}"
        rows.append((s.title, *cells, _miss(s, s.typical, signed=False), inside))
    note = "Data / median, % of the 14 cities.\n\n"
    return note + _rows(("City", *YEARS, "Typical miss", "In the interval"), rows)


def _name(s: Comparison) -> str:
    return f"share of {s.title} in {s.group.rpartition(' ')[2]}" if s.group in CITY_GROUPS else s.title


def _sentence(s: Comparison) -> str:
    """Say in words how large the largest miss of a series is."""
    k = s.worst
    side = "above" if s.misses[k] > 0.0 else "below"
    size = _miss(s, abs(float(s.misses[k])), signed=False)
    median, low, high = (number(float(value)) for value in s.intervals[:, k])
    where = _name(s)
    inside, count = int((s.inside & s.counted).sum()), int(s.counted.sum())
    often = f"; in the interval in {inside} of {count} periods" if count > 1 else ""
    fate = "inside" if s.inside[k] else "outside"
    return (
        f"- {where[0].upper()}{where[1:]}, {s.periods[k]}: the median of {median} {s.unit} is {size} {side} the figure "
        f"of {number(float(s.data[k]))}, which lies {fate} the interval of {low} to {high}{often}."
    )


def _misses(series: Sequence[Comparison]) -> list[str]:
    """Return the lists of the largest misses, in words, and the count over all series."""
    counted = [s for s in series if s.counted.any()]
    parts = []
    for relative, title in ((True, "Levels, by their largest miss in %"), (False, "Shares and growth, by points")):
        mine = sorted(
            (s for s in counted if s.relative == relative), key=lambda s: -abs(float(s.misses[s.worst]))
        )[:LISTED]
        parts.append(f"### {title}\n\n" + "\n".join(_sentence(s) for s in mine) + "\n")
    never = [_name(s) for s in counted if not (s.inside & s.counted).any()]
    main = [s for s in counted if s.group not in CITY_GROUPS]
    cities = [s for s in counted if s.group in CITY_GROUPS]
    lines = [
        f"- {name}: {_total(group)} figures lie in their 90 % interval."
        for name, group in (("Province, ports and partners", main), ("Shares of cities", cities))
    ]
    lines.append(f"- Never in the interval: {', '.join(never) or 'none'}.")
    return [*parts, "### Coverage\n\n" + "\n".join(lines) + "\n"]


def _total(series: Sequence[Comparison]) -> str:
    inside = sum(int((s.inside & s.counted).sum()) for s in series)
    count = sum(int(s.counted.sum()) for s in series)
    return f"{inside} of {count} ({100.0 * inside / count:.0f} %)" if count else "0 of 0"


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate the baseline and write the document to a file or to stdout."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=main.__doc__)
    parser.add_argument("--runs", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE")
    chosen = parser.parse_args(arguments)
    ensemble = simulate(
        load_world(), load_scenario("baseline"), runs=chosen.runs, seed=chosen.seed, until=HISTORY_END
    )
    text = document(ensemble)
    if chosen.out is None:
        sys.stdout.write(text)
    else:
        chosen.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
