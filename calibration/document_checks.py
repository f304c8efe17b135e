"""The two long checks as files: ``python -m calibration.document_checks recovery|stability DIR ... --out FILE``.

``recovery DIR`` makes data of known truths with the simulator, fits them on the emulator of a calibration and ranks
each truth among its posterior. ``stability DIR OTHER`` compares the posteriors of two calibrations that differ in their
seed (``liaosim calibrate --seed 2 --out OTHER``). ``docs/calibration.md`` shows both.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from calibration.document_source import CHECKS, Source, frame_of, nothing, percent, table
from calibration.fit.calibrate import EMULATOR, WORK
from calibration.fit.emulator_store import load_emulator
from calibration.recovery import BINS, KEPT, coverage_table, recover, simulated_by, summary_of
from calibration.stability import added_by_design, stability_table
from simulator.errors import InputError
from simulator.posterior import Posterior, read_posterior
from simulator.text_file import replace_file
from simulator.world import load_world
from viz.wording import typographic

if TYPE_CHECKING:
    import pandas as pd

RECOVERED: Final = ("replication", "parameter", "truth", "rank", "covered90")
COMPARED: Final = (
    "parameter", "median_difference", "median_error", "median_z", "sd_difference", "sd_error", "sd_z", "same",
)  # fmt: skip
REPLICATIONS: Final = 50
STEPS: Final = 300
DISCREPANCY: Final = "discrepancy_"
DOUBTFUL: Final = 0.05
"""p value below which a parameter is listed by name."""


def write_recovery(folder: Path, out: Path, replications: int, seed: int, processes: int) -> pd.DataFrame:
    """Recover known truths with the emulator of a calibration and write one row a truth.

    Raises
    ------
    InputError
        The folder holds no emulator, or one of other targets or another version.
    """
    emulator, rows = load_emulator(folder / WORK / EMULATOR)
    simulated = simulated_by(load_world(), rows, seed, processes)
    found = recover(simulated, emulator, rows, replications, seed + 1, steps=STEPS, processes=processes)
    _write(out, found)
    return found


def write_stability(folder: Path, other: Path, out: Path) -> pd.DataFrame:
    """Compare the posteriors of two calibrations and write one row a parameter that both fitted.

    Raises
    ------
    InputError
        A folder holds no posterior, or they have no fitted parameter in common.
    """
    one, two = read_posterior(folder), read_posterior(other)
    shared = [name for name in one.names if name in two.names]
    if not shared:
        raise InputError(f"{folder} and {other} have no fitted parameter in common")
    draws = [p.values[:, [p.names.index(name) for name in shared]] for p in (one, two)]
    found = stability_table(draws[0], draws[1], shared, (_effective(one, shared), _effective(two, shared)))
    _write(out, found)
    return found


def _effective(p: Posterior, shared: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return how many independent draws the kept ones are worth, shape (parameters,): of chains and of weights."""
    known = {row.name: row.ess for row in p.table}
    return np.minimum([known[name] for name in shared], p.effective_sample_size)


def _write(path: Path, found: pd.DataFrame) -> None:
    replace_file(path, found.to_csv(index=False, float_format="%.6g", lineterminator="\n"))


def recovery(source: Source) -> str:
    """Return the block on recovery: coverage, ranks, and the parameters whose test is doubtful."""
    if source.recovery is None:
        return nothing("the recovery of known truths", f"{CHECKS} recovery")
    found = frame_of(source.recovery, RECOVERED)
    one, by_parameter = summary_of(found), coverage_table(found)
    sizes = by_parameter["parameter"].str.startswith(DISCREPANCY)
    kinds = (("Parameters", ~sizes), ("Sizes of discrepancy", sizes), ("All", sizes | ~sizes))
    rows = []
    for title, chosen in kinds:
        mine = found[found["parameter"].isin(by_parameter.loc[chosen, "parameter"])]
        if len(mine):
            bins = np.bincount(mine["rank"].to_numpy() * BINS // (KEPT + 1), minlength=BINS)
            shares = " ".join(f"{100.0 * share:.0f}" for share in bins / bins.sum())
            rows.append((title, str(int(chosen.sum())), percent(float(mine["covered90"].mean())), shares))
    head = ("", "Number", "Covered by 90 % intervals", "Ranks of the truth by tenths, % (10 each if right)")
    doubtful = by_parameter[(by_parameter["p_coverage"] < DOUBTFUL) | (by_parameter["p_ranks"] < DOUBTFUL)]
    listed = [
        f"{_named(row['parameter'])} ({percent(row['coverage'])}, p = {row['p_coverage']:.3f};"
        f" ranks p = {row['p_ranks']:.3f})"
        for row in doubtful.to_dict("records")
    ]
    by_chance = 2.0 * DOUBTFUL * len(by_parameter)
    said = (
        f"Single tests below {DOUBTFUL:g}, of which about {by_chance:.0f} are to be expected among "
        f"{2 * len(by_parameter)} tests if all is right: {', '.join(listed) or 'none'}."
    )
    return f"{one.sentence}\n\n{table(head, rows)}\n{said}\n"


def _named(parameter: str) -> str:
    target = parameter.removeprefix(DISCREPANCY)
    return f"`{parameter}`" if target == parameter else f"discrepancy of `{target}`"


def stability(source: Source) -> str:
    """Return the block on stability: how far another design moves the posterior."""
    if source.stability is None:
        return nothing("the comparison with another seed of the design", f"{CHECKS} stability")
    found = frame_of(source.stability, COMPARED)
    same = int(found["same"].sum())
    worst = found.reindex(found["median_difference"].abs().sort_values(ascending=False).index).head(5)
    rows = [
        (f"`{row.parameter}`", f"{row.median_difference:+.2f}", f"{row.median_error:.2f}", f"{row.sd_difference:+.2f}",
         f"{row.sd_error:.2f}", "yes" if row.same else "no")
        for row in worst.itertuples(index=False)
    ]  # fmt: skip
    head = ("Parameter", "Medians differ by", "Monte Carlo error", "Log of the ratio of deviations",
            "Monte Carlo error of it", "Same")  # fmt: skip
    said = (
        f"{same} of {len(found)} parameters that both fits have are the same within Monte Carlo error. Beyond it, the "
        f"finite design adds {added_by_design(found):.2f} posterior standard deviations to a median (root mean "
        f"square); posterior standard deviations differ by a factor of "
        f"{np.exp(found['sd_difference'].abs().mean()):.2f} on average. The five that moved most, in posterior "
        "standard deviations:"
    )
    return f"{said}\n\n{typographic(table(head, rows))}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Make one of the two files."""
    parser = argparse.ArgumentParser(prog=CHECKS, description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("recovery", help="recover known truths with the emulator of a calibration")
    first.add_argument("folder", type=Path, help="folder of liaosim calibrate --out")
    first.add_argument("--replications", type=int, default=REPLICATIONS, metavar="N")
    first.add_argument("--seed", type=int, default=1, metavar="N")
    first.add_argument("--threads", type=int, default=2, metavar="N")
    first.add_argument("--out", type=Path, required=True, metavar="FILE")
    second = commands.add_parser("stability", help="compare two calibrations that differ in their seed")
    second.add_argument("folder", type=Path, help="folder of liaosim calibrate --out")
    second.add_argument("other", type=Path, help="folder of liaosim calibrate --seed 2 --out")
    second.add_argument("--out", type=Path, required=True, metavar="FILE")
    given = parser.parse_args(arguments)
    try:
        if given.command == "recovery":
            found = write_recovery(given.folder, given.out, given.replications, given.seed, given.threads)
            print(summary_of(found).sentence)
        else:
            found = write_stability(given.folder, given.other, given.out)
            print(f"{int(found['same'].sum())} of {len(found)} parameters are the same; written to {given.out}")
    except (InputError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
