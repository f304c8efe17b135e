"""Blocks of ``docs/calibration.md`` about the fits: how they went, how they meet the data, and parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from calibration.document_source import CALIBRATE, Source, manifest_of, nothing, of, percent, rows_of, table
from calibration.document_targets import EARLY, families, title_of_family
from calibration.fit.outputs import EMULATOR, EMULATOR_COLUMNS
from calibration.identifiability import LEAST, PAIRS, TABLE
from calibration.observed import last_year_of
from calibration.targets import Target
from simulator.numbers import plain
from simulator.parameter_words import meaning
from simulator.parameters import names
from simulator.posterior import Fitted, Posterior, version_warning
from viz.reports.calibration_fit import FIT, FittedTarget, read_fit
from viz.reports.tables import Row
from viz.wording import typographic

__all__ = ["contractions", "coverage", "diagnostics", "emulator_errors", "literature", "pairs", "status"]


def status(source: Source) -> str:
    """Return which posteriors there are, of which data and version."""
    fits = source.fits()
    if not fits:
        return nothing("the two posteriors", CALIBRATE)
    rows = []
    for place, p in fits:
        said = manifest_of(place)
        rows.append((
            p.name, f"{p.first_year}–{p.last_year}", _known(said, "figures"), f"{len(p.names)} of {len(names())}",
            p.model_version, f"`{p.hash[:12]}`", _known(said, "seed"),
        ))  # fmt: skip
    head = ("Posterior", "Data", "Figures", "Fitted parameters", "Model version", "Hash", "Seed")
    warnings = [f"\n**{text[0].upper()}{text[1:]}.**\n" for _, p in fits if (text := version_warning(p.calibration))]
    return table(head, rows) + "".join(warnings)


def diagnostics(source: Source) -> str:
    """Return how the samplers did, a column a fit."""
    fits = source.fits()
    if not fits:
        return nothing("R-hat, autocorrelation times and effective sizes", CALIBRATE)
    said = [manifest_of(place) for place, _ in fits]
    found = [p for _, p in fits]

    def row(what: str, cell: Callable[[Posterior, Mapping[str, object]], str]) -> tuple[str, ...]:
        return (what, *(cell(p, m) for p, m in zip(found, said, strict=True)))

    rows = [
        row("Runs that the emulator learnt from", lambda p, m: _known(m, "simulated_runs")),
        row("Independent ensembles", lambda p, m: _known(m, "ensembles")),
        row("Chains of each", lambda p, m: _known(m, "walkers")),
        row("Steps of each, after burn-in", lambda p, m: _known(m, "steps")),
        row("Largest autocorrelation time, steps", lambda p, m: _known(m, "autocorrelation_time")),
        row("Steps over it", lambda p, m: _ratio(m, "steps", "autocorrelation_time")),
        row("Accepted proposals", lambda p, m: _known(m, "acceptance")),
        row("Largest R-hat", lambda p, m: f"{p.max_rhat:.3f}"),
        row("Smallest effective size of a fitted parameter", lambda p, m: f"{min(r.ess for r in p.table):,.0f}"),
        row("Draws kept", lambda p, m: f"{len(p.values):,}"),
        row("Effective draws after reweighting", lambda p, m: f"{p.effective_sample_size:,.0f}"),
    ]
    return table(("", *(f"{p.name} ({p.first_year}–{p.last_year})" for p in found)), rows)


def _known(said: Mapping[str, object], key: str) -> str:
    value = said.get(key)
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _ratio(said: Mapping[str, object], over: str, under: str) -> str:
    a, b = said.get(over), said.get(under)
    return f"{a / b:.0f}" if isinstance(a, int | float) and isinstance(b, int | float) and b else "–"


def emulator_errors(source: Source) -> str:
    """Return the emulator's errors on points that it has not seen: of every series, its worst figure."""
    rows = rows_of(source.shipped, EMULATOR, EMULATOR_COLUMNS)
    if rows is None:
        return nothing("the errors of the emulator", CALIBRATE)
    by_target: dict[str, list[Row]] = {}
    for row in rows:
        by_target.setdefault(row.text("target"), []).append(row)
    found = []
    for members in families():
        mine = [row for t in members for row in by_target.get(t.name, ())]
        if mine:
            found.append((title_of_family(members), *_errors(members[0], mine)))
    head = (
        "Series", "Figures", "Error near", "Relative near", "Explained near", "Spread near", "Relative wide",
        "Explained wide",
    )  # fmt: skip
    return table(head, found)


def _errors(aim: Target, mine: Sequence[Row]) -> tuple[str, ...]:
    def worst(column: str, pick: Callable[[list[float]], float] = max) -> float:
        return pick([row.number(column) for row in mine])

    error = worst("error_near")
    shown = f"{plain(100.0 * error)} %" if aim.scale == "log" else f"{plain(error)} points"
    farthest = worst("sd_ratio_near", lambda ratios: max(ratios, key=lambda ratio: abs(ratio - 1.0)))
    figures = [
        f"{worst('relative_near'):.2f}", _explained(mine, "explained_near"), f"{farthest:.2f}",
        f"{worst('relative_wide'):.2f}", _explained(mine, "explained_wide"),
    ]  # fmt: skip
    return (str(len(mine)), shown, *map(typographic, figures))


def _explained(mine: Sequence[Row], column: str) -> str:
    """Return the least share of variance; a dash where luck hides how the points differ."""
    shares = [row.number(column, empty=True) for row in mine]
    known = [share for share in shares if not math.isnan(share)]
    return f"{min(known):.2f}" if known else "–"


def coverage(source: Source) -> str:
    """Return how many figures lie in the predictive bands of the two fits, by group of targets."""
    both = [None if place is None or not (place / FIT).is_file() else read_fit(place)
            for place in (source.shipped, source.validation)]  # fmt: skip
    if both[0] is None and both[1] is None:
        return nothing("fitted and held-out figures in their predictive bands", CALIBRATE)
    groups = dict.fromkeys(one.target.group for fitted in both for one in fitted or ())
    rows = [(name, *_inside(both, (name,))) for name in groups]
    rows.append(("**All**", *(f"**{cell}**" for cell in _inside(both, tuple(groups)))))
    head = ("Group", "All years: fitted", "All years: shown", f"To {EARLY}: fitted", f"To {EARLY}: held out",
            f"To {EARLY}: shown")  # fmt: skip
    return table(head, rows)


def _inside(both: Sequence[tuple[FittedTarget, ...] | None], groups: Sequence[str]) -> tuple[str, ...]:
    """Return counts of figures in their bands: fitted and shown of the first fit; also held out of the second."""
    cells = []
    for fitted, kinds in zip(both, (("fitted", "shown"), ("fitted", "held out", "shown")), strict=True):
        counts = {kind: [0, 0] for kind in ("fitted", "held out", "shown")}
        for one in fitted or ():
            for figure in one.compared if one.target.group in groups else ():
                late = one.target.role == "fit" and last_year_of(figure.period) > EARLY
                kind = "fitted" if figure.fitted else "held out" if late else "shown"
                counts[kind][0] += figure.inside
                counts[kind][1] += 1
        cells += [of(*counts[kind]) for kind in kinds]
    return tuple(cells)


def contractions(source: Source) -> str:
    """Return every fitted parameter: prior, posterior, and by how much the data narrow it."""
    if source.shipped is None:
        return nothing("the table of fitted parameters", CALIBRATE)
    fits = [p for _, p in source.fits()]
    early = {row.name: row for row in fits[1].table} if len(fits) > 1 else {}
    told = {row.text("parameter"): row for row in rows_of(source.shipped, TABLE, ("parameter",)) or ()}
    rows = []
    for row in _by_contraction(fits[0]):
        before = percent(early[row.name].contraction) if row.name in early else "–"
        own = told.get(row.name)
        rows.append((
            f"`{row.name}`", meaning(row.name), row.unit, _range(row.prior_low, row.prior_high), plain(row.median),
            _range(row.p05, row.p95), percent(row.contraction), _share(own, "expected"), before,
            _cell(own, "profile_fall"), "literature-driven" if row.contraction < LEAST else "data-informed",
        ))  # fmt: skip
    head = ("Parameter", "Meaning", "Unit", "Prior", "Median", "90 % interval", "Contraction", "Expected",
            f"Contraction to {EARLY}", "Fall of the profile", "Label")  # fmt: skip
    return table(head, [tuple(map(typographic, row)) for row in rows], text=3)


def _by_contraction(p: Posterior) -> list[Fitted]:
    return sorted(p.table, key=lambda row: -row.contraction)


def _range(low: float, high: float) -> str:
    return f"{plain(low)} to {plain(high)}"


def _share(row: Row | None, column: str) -> str:
    return percent(row.number(column)) if row is not None and row.cells.get(column) else "–"


def _cell(row: Row | None, column: str) -> str:
    return plain(row.number(column)) if row is not None and row.cells.get(column) else "–"


def literature(source: Source) -> str:
    """Return how many parameters the data inform, and the names of those that were fitted in vain."""
    if source.shipped is None:
        return nothing("the count of literature-driven parameters", CALIBRATE)
    lines = []
    for _, p in source.fits():
        driven = [row.name for row in _by_contraction(p) if row.contraction < LEAST]
        kept = len(p.names) - len(driven)
        listed = ", ".join(f"`{name}`" for name in driven) or "none"
        lines.append(
            f"- **{p.first_year}–{p.last_year}**: of {len(names())} declared parameters {len(p.names)} were fitted; "
            f"{kept} of them are data-informed, {len(driven)} literature-driven: {listed}. The {len(names()) - kept} "
            "parameters that the data do not inform keep what the literature or an assumption says.\n"
        )
    return "".join(lines)


def pairs(source: Source) -> str:
    """Return the pairs of parameters that the data confound."""
    rows = rows_of(source.shipped, PAIRS, ("first", "second", "correlation"), empty=True)
    if rows is None:
        return nothing("the list of correlated pairs", CALIBRATE)
    found = [(f"`{row.text('first')}`", f"`{row.text('second')}`", row.number("correlation")) for row in rows]
    if not found:
        return "No pair of fitted parameters has a rank correlation of one half or more.\n"
    ordered = sorted(found, key=lambda pair: -abs(pair[2]))
    return table(("First", "Second", "Rank correlation"), [(a, b, typographic(f"{c:+.2f}")) for a, b, c in ordered], 2)
