"""The page of the feedback loops: ``python -m simulator.loops_page --out docs/loops.md`` measures and writes it.

What the loops are comes from ``loop_book.py``; the shares are measured on a fixed sample, so the page reproduces.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path as File
from typing import Final

import numpy as np

from simulator.loop_book import LOOPS
from simulator.loops import Edge, Loop
from simulator.polarity import SITES, FloatArray, Polarity, expected_total, polarity, shares
from simulator.records import CITIES

QUARTERS: Final = ("2008Q1", "2013Q1", "2020Q1")
RUNS: Final = 4
TOTAL_RUNS: Final = 15
"""Total effects are cheap and vary more between draws."""
SEED: Final = 1
MEASURED: Final = "## What was measured"
WEAK: Final = 0.001
"""A gain of one pass below this is called weak."""

INTRODUCTION: Final = """# Feedback loops

Written by `python -m simulator.loops_page --out docs/loops.md`; change the program or `simulator/loop_book.py`, not
this page.

A loop is reinforcing (R: a change feeds itself) if the signs of its edges multiply to plus, balancing (B: a change
works against itself) if they multiply to minus. Each edge below names the rules that carry it; what these rules read
and write is taken from their source, and a test fails if a rule does not read the source (or what an earlier rule of
the edge has written from it) or does not write the target. An edge that the sketch of the model had and the code has
not is marked **not in the code**, and its path is *open*: it is told, not simulated.

![Stocks and flows](stocks_and_flows.svg)

![Causal loops](causal_loops.svg)

"""

GUIDE: Final = """{heading}

Sample: {runs} draws of the prior (seed {seed}) of the baseline at the start of {quarters}; {totals} draws for total
effects. City edges are measured in {cities}, port edges at all six ports (second path of B9: Dalian; pool of B7:
Shenyang and Dalian).

**An edge** is measured where it acts: the quarter is walked rule by rule up to the first rule of the edge, the source
alone is moved by ±1 % (±10 % where the answer is a choice or an event; a lever by its unit), only the rules named
act, and the targets are compared. Responses are elasticities; for logarithms (prices, productivity, trade costs)
changes of the logarithm; for levers per unit. Rules with a draw act on chosen luck: idle investors all look for a
place, banks refuse every firm in distress. *Inactive* means that the target does not move at all: the rule is
saturated there (credit does not bind, a port has reached its efficient scale, padding has no gap to fill, or a change
of 10 % sways none of the 400 investors towards a small city).

**One pass** is the product of the responses around the path: how much of a change comes back in one round, about a
quarter. The edges are measured apart, so it tells the order of size, no more. Passes add up: 0.002 a quarter is about
0.12 after fifteen years.

**In all** is another question: a stock is changed at the start of a quarter, every rule acts, with the same luck, and
the last variable before the loop closes is looked at. Other channels are then open, so the sign may be the opposite
one. That is no error of the loop: it says that the loop does not decide the outcome.
"""


def _edge_text(edge: Edge) -> str:
    how = "**not in the code**: " + edge.missing if edge.missing else ", ".join(f"`{name}`" for name in edge.rules)
    remark = {"level": "", "change": " (its change)", "rate": " (its growth)"}[edge.measure]
    remark += " (of the others)" if edge.across else ""
    return f"| `{edge.source}` | {_sign(edge.sign)} | `{edge.target}`{remark} | {edge.phrase} | {how} |"


def _sign(sign: int) -> str:
    return "+" if sign > 0 else "−"


def _loop_text(loop: Loop) -> str:
    lines = [f"### {loop.key} {loop.name} ({loop.name_zh})", "", loop.text, "", loop.text_zh, ""]
    for path in loop.paths:
        state = f"open: {path.cut}" if path.cut else "closed"
        kind = path.kind or loop.kind
        lines += [f"*{path.name}*: {kind}, {state}.", ""]
        lines += ["| source | sign | target | why | rules |", "|---|---|---|---|---|"]
        lines += [_edge_text(edge) for edge in path.edges] + [""]
    return "\n".join([*lines, loop.note, ""] if loop.note else lines)


def structure() -> str:
    """Return the part of the page that follows from the declarations alone."""
    overview = ["| loop | | kind | in the code |", "|---|---|---|---|"]
    for loop in LOOPS:
        cuts = [path.cut for path in loop.paths if path.cut]
        state = "**open**" if loop.open else "closed, but not as sketched" if cuts else "closed"
        overview.append(f"| {loop.key} | {loop.name} | {loop.kind} | {state}{': ' + '; '.join(cuts) if cuts else ''} |")
    parts = [INTRODUCTION, "## Overview\n", *overview, "", "## The loops, edge by edge\n", *map(_loop_text, LOOPS)]
    return "\n".join(parts)


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _number(value: float) -> str:
    return "0" if value == 0.0 else f"{value:+.2g}".replace("-", "−")


def _row(values: FloatArray, sign: int) -> str:
    return " | ".join([*map(_percent, shares(values, sign)), _number(float(np.median(values)))])


def _edges_table(results: Iterable[Polarity]) -> list[str]:
    lines = ["| loop | path | edge | sign | as declared | inactive | opposite | median response |", "|---" * 8 + "|"]
    for result in results:
        for edge, values in zip(result.path.edges, result.edges, strict=True):
            start = f"| {result.loop.key} | {result.path.name} | `{edge.name}` | {_sign(edge.sign)} | "
            lines.append(start + ("not in the code | | | |" if edge.missing else _row(values, edge.sign) + " |"))
    return lines


def _paths_table(results: Iterable[Polarity]) -> list[str]:
    columns = ("loop", "path", "kind", "active all round", "one pass: median (largest)", "in all: horizon")
    lines = ["| " + " | ".join((*columns, "as declared", "none", "opposite")) + " |", "|---" * 9 + "|"]
    for result in results:
        path = result.path
        cells = [result.loop.key, path.name, path.kind or result.loop.kind]
        if any(edge.missing for edge in path.edges):
            cells += ["open", ""]
        else:
            largest = result.gain.flat[int(np.argmax(np.abs(result.gain)))]
            active = _percent(float((result.gain != 0.0).mean()))
            cells += [active, f"{_number(float(np.median(result.gain)))} ({_number(float(largest))})"]
        if result.total is None:
            cells += ["", "", "", ""]
        else:
            cells += [f"{path.quarters} q", *map(_percent, shares(result.total, expected_total(path)))]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _findings(results: Sequence[Polarity]) -> list[str]:
    """Say in words what stands out; every sentence follows from the numbers."""
    wrong, idle, weak, against = [], [], [], []
    for result in results:
        place = f"{result.loop.key} ({result.path.name})"
        for edge, values in zip(result.path.edges, result.edges, strict=True):
            if edge.missing:
                continue
            _, none, opposite = shares(values, edge.sign)
            if opposite > 0.0:
                wrong.append(f"{place}: `{edge.name}` in {_percent(opposite)}")
            if none > 0.0:
                idle.append(f"{place}: `{edge.name}` in {_percent(none)}")
        closes = not any(edge.missing for edge in result.path.edges)
        if closes and float(np.abs(result.gain).max()) < WEAK:
            weak.append(place)
        if result.total is not None and shares(result.total, expected_total(result.path))[2] > 0.5:
            against.append(place)
    told = (
        ("Opposite signs of edges", wrong),
        ("Inactive edges", idle),
        (f"Weak: less than {WEAK:g} comes back in one pass, in every state", weak),
        ("Outweighed: in all, the opposite sign in most states", against),
        ("Closes nowhere in the code", [loop.key for loop in LOOPS if loop.open]),
    )
    lines = []
    for heading, places in told:
        lines += [f"- **{heading}**", *(f"  - {place}" for place in places or ["none"])]
    return lines


def loops_document(results: Sequence[Polarity] | None = None) -> str:
    """Return the page as Markdown, measured anew if no results are given (about a minute).

    Parameters
    ----------
    results : sequence of Polarity, optional
        From `measure`.
    """
    found = results if results is not None else measure()
    guide = GUIDE.format(
        heading=MEASURED, runs=RUNS, totals=TOTAL_RUNS, seed=SEED, quarters=", ".join(QUARTERS),
        cities=", ".join(CITIES[c] for c in SITES["city"]),
    )  # fmt: skip
    parts = [structure(), guide, "### What stands out\n", *_findings(found), ""]
    parts += ["### Paths\n", *_paths_table(found), "", "### Edges\n", *_edges_table(found), ""]
    return "\n".join(parts)


def measure() -> tuple[Polarity, ...]:
    """Measure all loops on the sample of the page."""
    from simulator.scenario import load_scenario
    from simulator.walk import sample
    from simulator.world import load_world

    schedule = load_scenario("baseline").schedule("2035Q4")
    moments = sample(load_world(), schedule, QUARTERS, TOTAL_RUNS, SEED)
    few = RUNS * len(QUARTERS)
    return polarity(LOOPS, moments[:few], moments[few:])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page to a file, or to standard output."""
    parser = argparse.ArgumentParser(prog="python -m simulator.loops_page", description=__doc__)
    parser.add_argument("--out", type=File, help="file to write; standard output if it is not given")
    options = parser.parse_args(arguments)
    page = loops_document()
    if options.out is None:
        sys.stdout.write(page)
    else:
        options.out.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
