"""Which facts of 2006-2017 emerge from the rules, and which weaken when a mechanism is switched off, as a document.

``python -m calibration.stylised_facts --runs 200 --out docs/stylised_facts.md`` writes it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from calibration.ablations import ABLATIONS, LEFT_OVER, NEGLIGIBLE, Effect, Settings, ablate
from calibration.facts import EMERGES, FAILS, HOLDS, NEEDED_SHARE, SHOWN, UNTESTED, Judged, judge
from calibration.run_statistics import PER_CENT, RunPaths
from simulator import MODEL_VERSION
from simulator.ensemble import Ensemble, simulate
from simulator.periods import HISTORY_END
from simulator.scenario import load_scenario
from simulator.statistics import spread
from simulator.world import load_world

COMMAND: Final = "python -m calibration.stylised_facts"
INTRODUCTION: Final = """# Stylised facts

Written by `{command}`; change the program, not this page. Model {version}, scenario baseline, {runs} runs
({failed} failed), seed {seed}, 2006Q1-2017Q4, parameters: {kind} (hash {digest}).

Two questions. Do the facts by which Liaoning's years 2006-2017 are known come out of the rules? And does a fact weaken
when the mechanism that should produce it is switched off? If it does not, the mechanism did not produce it.

**What this is not.** It is **not a validation**. The structure was built, and the ranges chosen, by people who knew
these years; national and partner drivers are as they happened; audits, restatements and the curb on local financing
are scripted. Nothing was fitted to make this page, and nothing was changed because of it: facts that fail and
mechanisms that do nothing stay in the tables. Year by year: [baseline_against_data.md](baseline_against_data.md).
"""
FACTS_TEXT: Final = """## Part 1. Facts

Every run has its own luck and its own draw from the prior ranges. Bands were fixed with the rules, before these runs.
Where the design had words only, the band is a reading of them (†), made by people who had seen the medians of the
baseline. Lines without a band are shown, not scored: the design states no test, or the figure is an input. A fact holds
if the *median* run lies in the band; one worded "in 90 % of draws" if at least {needed:.0f} % of the runs do. "In the
band" is the share of runs.

"Comes from" says what should produce the figure. Only what *emerges* speaks for the rules. *Measurement* is what audits
and padding do to published figures, an *initial condition* was given in 2006, *forcing* comes from outside, an *input*
was put in. Data are the same statistic of the observed series ([data.md](data.md)) unless a source is named below.
"""
ABLATIONS_TEXT: Final = """## Part 2. Mechanisms switched off

One mechanism at a time is set to a parameter value at which its term does nothing; no rule is edited. Luck and all
other draws are the same, so each run without is compared with its own run with. Fact, statistic and direction were
chosen by the mechanism before these results were seen; for the downturn and the soft budget, effects in an earlier
variant of the rules were known. Differences are without less with; their 90 % interval is that of the pairs.

- **weakens, strengthens**: the 90 % interval lies on one side of zero.
- **vanishes**: it weakens, and at most {left:.0f} % of the median is left. Only where a figure of zero means no fact.
- **no effect**: the 90 % interval lies within {negligible:.0f} % of the figure, whatever its sign.
- **unclear**: the interval holds zero.
"""
READING_TEXT: Final = """## How far this goes

- Claw-back and padding are accounting: without them the fall of transfers and the published humps *must* go. Their
  lines show that nothing else in the model makes these facts. The loop behind them (padding, levy, cost, growth) is not
  measured here. What is left of the fall of FDI is its true fall.
- A credit limit and crowding-out proper are two things. Private credit is also bounded by what state-owned enterprises
  leave over, so zero weights alone would not switch crowding-out off. Therefore half of all new credit is kept from
  them in both runs of that line: its full run is not the baseline.
- Soft budgets lower the use of state-owned capacity. Whether it lies below that of private firms depends on the
  draw, see part 1.
- Agglomeration acts through market access relative to the province's mean, which hardly moves over these years. It
  does not make the shares of the cities.
- A mechanism without effect here may matter for policies or after 2017.
"""


def document(ensemble: Ensemble, effects: Sequence[Effect]) -> str:
    """Return the whole document as Markdown: the facts in `ensemble`, and the ablations of the same runs."""
    found = judge(RunPaths(ensemble))
    parts = [
        INTRODUCTION.format(
            command=COMMAND, version=MODEL_VERSION, runs=ensemble.runs, failed=len(ensemble.failures),
            seed=ensemble.seed, kind=ensemble.parameters.kind, digest=ensemble.parameters.hash[:12],
        ),
        FACTS_TEXT.format(needed=PER_CENT * NEEDED_SHARE),
        _facts(found),
        *_verdicts(found),
        ABLATIONS_TEXT.format(left=PER_CENT * LEFT_OVER, negligible=PER_CENT * NEGLIGIBLE),
        _effects(effects),
        "### What was set, and why that is enough\n",
        _settings(effects),
        READING_TEXT,
    ]  # fmt: skip
    return "\n".join(parts).rstrip() + "\n"


def number(value: float) -> str:
    """Return a figure as ``1,855``, ``-14.6`` or ``0.25``: no decimals from 1,000 on, two below 1."""
    digits = 0 if abs(value) >= 1000.0 else 1 if abs(value) >= 1.0 else 2
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not any(figure in text for figure in "123456789") else text


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{PER_CENT * share:.0f} %"


def _facts(found: Sequence[Judged]) -> str:
    """One line a figure; the fact is named on its first line."""
    rows = []
    for _, group in groupby(found, key=lambda j: j.fact.row):
        for k, j in enumerate(group):
            median, low, high = j.interval
            fact = j.fact
            band = "" if fact.band is None else f"{fact.band}{' †' if fact.reading else ''}"
            rows.append((
                f"**{fact.row}**" if k == 0 else "", f"{fact.title}, {fact.unit}", fact.origin, band,
                "" if j.data is None else number(j.data), number(median), f"{number(low)} to {number(high)}",
                _percent(j.share), f"**{j.verdict}**" if j.verdict == FAILS else j.verdict,
            ))  # fmt: skip
    head = ("Fact", "Figure", "Comes from", "Band", "Data", "Median", "90 %", "In the band", "Verdict")
    return _table(head, rows)


def _verdicts(found: Sequence[Judged]) -> list[str]:
    """Say in words what holds, what fails and why, what holds in too few runs, and what could not be tested."""
    scored = [j for j in found if j.verdict != SHOWN]
    held = [j for j in scored if j.verdict == HOLDS]
    often = [j for j in held if (j.share or 0.0) >= NEEDED_SHARE]
    weak = [j for j in held if j not in often]
    failed = [j for j in scored if j.verdict == FAILS]
    emerging = [j for j in scored if j.fact.origin.startswith(EMERGES)]
    summary = (
        f"{len(held)} of {len(scored)} scored figures hold, {len(often)} of them in at least "
        f"{PER_CENT * NEEDED_SHARE:.0f} % of the runs. Of the {len(emerging)} that should emerge from the rules alone, "
        f"{sum(j in held for j in emerging)} hold, {sum(j in often for j in emerging)} as often.\n"
    )
    sources = "; ".join(f"{j.fact.title}: {j.fact.source}" for j in found if j.fact.source)
    untested = "\n".join(f"- {u.row}, {u.part}: {u.why}." for u in UNTESTED)
    return [
        summary, f"Sources of single figures. {sources}.\n", "### What fails\n", _list(failed),
        "### What holds in the median, but in fewer runs\n", _list(weak),
        "### What no output can show\n", untested + "\n",
    ]  # fmt: skip


def _list(some: Sequence[Judged]) -> str:
    lines = []
    for j in some:
        reason = j.fact.why or "No reason is known."
        lines.append(
            f"- {j.fact.title}: median {number(j.interval[0])} {j.fact.unit}, band {j.fact.band}, "
            f"{_percent(j.share)} of the runs. {reason}"
        )
    return ("\n".join(lines) or "- Nothing.") + "\n"


def _effects(effects: Sequence[Effect]) -> str:
    rows = []
    for effect in effects:
        ablation = effect.ablation
        median, low, high = effect.interval
        with_, without = (number(float(spread(values)[0])) for values in (effect.full, effect.without))
        equal = f" ({_percent(effect.share_equal)} equal)" if effect.share_equal > 0.0 else ""
        rows.append((
            ablation.equation, ablation.mechanism, f"{ablation.fact}, {ablation.unit}",
            "falls" if ablation.weaker < 0 else "rises", with_, without, number(median),
            f"{number(low)} to {number(high)}", f"{_percent(effect.share_weaker)}{equal}", f"**{effect.verdict}**",
        ))  # fmt: skip
    head = (
        "Rule", "Mechanism", "Fact", "Should, when off", "With", "Without", "Difference", "90 %", "Weaker in",
        "Verdict",
    )  # fmt: skip
    return _table(head, rows)


def _settings(effects: Sequence[Effect]) -> str:
    rows = (
        (
            effect.ablation.equation, effect.ablation.mechanism, _set(effect.ablation.off),
            _set(effect.ablation.both), effect.ablation.exact + ".",
        )
        for effect in effects
    )  # fmt: skip
    seen = dict.fromkeys(rows)
    return _table(("Rule", "Mechanism", "Without it", "In both", "Why this switches it off"), seen)


def _set(settings: Settings) -> str:
    return ", ".join(f"`{name}` = {f'`{to}`' if isinstance(to, str) else f'{to:g}'}" for name, to in settings)


def measure(runs: int, seed: int) -> tuple[Ensemble, tuple[Effect, ...]]:
    """Simulate the baseline over 2006-2017 with all mechanisms, then without each of them."""
    world = load_world()
    ensemble = simulate(world, load_scenario("baseline"), runs=runs, seed=seed, until=HISTORY_END)
    return ensemble, ablate(world, runs=runs, seed=seed, full=ensemble, ablations=ABLATIONS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate the baseline with and without each mechanism and write the document to a file or to stdout."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=main.__doc__)
    parser.add_argument("--runs", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--out", type=Path, metavar="FILE")
    chosen = parser.parse_args(arguments)
    text = document(*measure(chosen.runs, chosen.seed))
    if chosen.out is None:
        sys.stdout.write(text)
    else:
        chosen.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
