"""What a calibration leaves in its folder: draws, tables and a manifest that other programs can read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.calibrate import LAST_YEARS, Calibration, Posterior, predicted
from calibration.fit.likelihood import discrepancy_correlation, error_correlation
from calibration.fit.sampler import load_arviz
from calibration.observed import YEARS
from calibration.targets import Row, error_sd, observed_data, target, targets, to_unit
from simulator import MODEL_VERSION, __version__
from simulator.parameters import PRIOR_ROWS, names, parameters, prior_rows
from simulator.posterior import COLUMNS, DRAWS, FORMAT, MANIFEST, TABLE
from simulator.text_file import replace_file, replace_with

FloatArray: TypeAlias = npt.NDArray[np.float64]

CHAINS: Final = "posterior.nc"
FIT: Final = "fit.csv"
EMULATOR: Final = "emulator.csv"
FIT_COLUMNS: Final = (
    "target", "period", "unit", "role", "fitted", "observed", "median", "p05", "p95", "predictive_p05",
    "predictive_p95",
)  # fmt: skip
EMULATOR_COLUMNS: Final = (
    "target", "period", "error_near", "relative_near", "explained_near", "sd_ratio_near", "relative_wide",
    "explained_wide",
)  # fmt: skip
PACKAGES: Final = ("numpy", "scipy", "scikit-learn", "emcee", "arviz", "numba")
SHOWN: Final = ("fit", "compare", "explain")
"""Roles of targets that runs say something of."""


def write_posterior(folder: Path, calibration: Calibration, posterior: Posterior, data_hash: str) -> None:
    """Write one posterior into a folder; each file is whole or not there.

    Raises
    ------
    OSError
        Something cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_chains(folder / CHAINS, posterior)
    _write_draws(folder / DRAWS, posterior)
    replace_file(folder / TABLE, _csv(COLUMNS, _parameter_rows(posterior)))
    replace_file(folder / FIT, _csv(FIT_COLUMNS, _fit_rows(posterior)))
    replace_file(folder / EMULATOR, _csv(EMULATOR_COLUMNS, _emulator_rows(calibration)))
    # The manifest comes last: a folder that has one is whole.
    text = json.dumps(_manifest(calibration, posterior, data_hash), indent=1) + "\n"
    replace_file(folder / MANIFEST, text)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _number(value: float) -> str:
    return "" if not np.isfinite(value) else f"{value:.6g}"


def _write_chains(path: Path, posterior: Posterior) -> None:
    """Write the ensembles as NetCDF: one chain an ensemble, thinned to steps that are nearly independent."""
    chains, likelihood = posterior.fit.chains, posterior.fit.likelihood
    ensembles, steps, walkers, size = chains.draws.shape
    keep = max(1, int(np.ceil(chains.autocorrelation.max())))
    thin = chains.draws[:, ::keep]
    count = thin.shape[1] * walkers
    flat = thin.reshape(-1, size)
    values = likelihood.space.values(flat).reshape(ensembles, count, -1)
    found = {name: values[:, :, k] for k, name in enumerate(likelihood.space.names)}
    sizes = likelihood.space.discrepancies(flat).reshape(ensembles, count, -1)
    order = list(dict.fromkeys(name for name, _ in posterior.data.rows))
    found |= {f"discrepancy_{order[group]}": sizes[:, :, k] for k, group in enumerate(likelihood.sampled)}
    stats = {"lp": chains.log_posterior[:, ::keep].reshape(ensembles, count)}
    inference = load_arviz().from_dict(posterior=found, sample_stats=stats)
    part = path.with_suffix(".part.nc")
    inference.to_netcdf(str(part), engine="h5netcdf")
    part.replace(path)


def _write_draws(path: Path, posterior: Posterior) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    space = posterior.fit.likelihood.space
    table = pa.table({name: pa.array(posterior.fitted[:, k]) for k, name in enumerate(space.names)})
    replace_with(path, lambda file: pq.write_table(table, file))


def _parameter_rows(posterior: Posterior) -> Iterable[tuple[object, ...]]:
    space, chains = posterior.fit.likelihood.space, posterior.fit.chains
    rhat, ess = chains.rhat, chains.effective_size
    prior = prior_rows(np.arange(PRIOR_ROWS))
    for k, place in enumerate(space.fitted):
        p, draws = parameters()[place], posterior.fitted[:, k]
        low, middle, high = np.quantile(draws, (0.05, 0.5, 0.95))
        contraction = 1.0 - draws.std() / prior[:, place].std()
        figures = (p.low, p.high, middle, low, high, contraction, rhat[k], ess[k])
        yield (p.name, p.unit, p.status, *(_number(float(f)) for f in figures))


def _fit_rows(posterior: Posterior) -> Iterable[tuple[object, ...]]:
    """Yield every compared figure: what was observed, what runs say, and where a figure would be printed."""
    shown = tuple(
        (t.name, period) for t in targets().values() if t.role in SHOWN for period in t.periods
    )
    fitted = set(posterior.data.rows)
    given = dict(zip(posterior.data.rows, posterior.data.values, strict=True))
    real = {row: value for role in SHOWN for row, value in _real(role).items()}
    simulated = predicted(posterior, shown)
    printed = simulated + noise(posterior, shown)
    simulated, printed = to_unit(shown, simulated), to_unit(shown, printed)
    for k, row in enumerate(shown):
        aim = target(row[0])
        observed = given.get(row, real.get(row, np.nan))
        median, low, high = np.quantile(simulated[:, k], (0.5, 0.05, 0.95))
        below, above = np.quantile(printed[:, k], (0.05, 0.95))
        figures = (observed, median, low, high, below, above)
        yield (*row, aim.unit, aim.role, str(row in fitted).lower(), *(_number(float(f)) for f in figures))


def _real(role: str) -> dict[Row, float]:
    data = observed_data(role=role)
    return dict(zip(data.rows, data.values, strict=True))


def noise(posterior: Posterior, shown: Sequence[Row]) -> FloatArray:
    """Draw discrepancies and errors of observation for figures, on their scales, shape (draws, rows)."""
    likelihood = posterior.fit.likelihood
    order = list(dict.fromkeys(name for name, _ in posterior.data.rows))
    sizes = likelihood.sizes(posterior.coordinates)
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([len(shown), len(sizes)])))
    columns = [
        sizes[:, order.index(name)] if name in order else np.full(len(sizes), target(name).discrepancy)
        for name, _ in shown
    ]
    error = error_sd(shown)
    discrepancy = _correlated(discrepancy_correlation(shown), len(sizes), generator) * np.column_stack(columns)
    return np.asarray(discrepancy + _correlated(error_correlation(shown), len(sizes), generator) * error)


def _correlated(correlation: FloatArray, count: int, generator: np.random.Generator) -> FloatArray:
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(generator.standard_normal((count, len(correlation))) @ root.T)


def _emulator_rows(calibration: Calibration) -> Iterable[tuple[object, ...]]:
    near, wide = calibration.learned.near, calibration.learned.wide
    for k, row in enumerate(calibration.learned.rows):
        figures = (
            near.error[k], near.relative[k], near.explained[k], near.sd_ratio[k], wide.relative[k], wide.explained[k]
        )
        yield (*row, *(_number(float(f)) for f in figures))


def _manifest(calibration: Calibration, posterior: Posterior, data_hash: str) -> dict[str, Any]:
    chains = posterior.fit.chains
    declared = "\n".join(f"{p.name} {p.low!r} {p.point!r} {p.high!r}" for p in parameters())
    figures = "\n".join(f"{n} {p} {v!r}" for (n, p), v in zip(posterior.data.rows, posterior.data.values, strict=True))
    settings = calibration.settings
    return {
        "format": FORMAT,
        "name": posterior.name,
        "version": __version__,
        "model_version": str(MODEL_VERSION),
        "first_year": int(YEARS[0]),
        "last_year": LAST_YEARS.get(posterior.name, int(YEARS[-1])),
        "data_hash": data_hash or hashlib.sha256(figures.encode()).hexdigest(),
        "parameters_hash": hashlib.sha256(declared.encode()).hexdigest(),
        "figures": len(posterior.data.rows),
        "parameters": {"fitted": len(posterior.fit.likelihood.space.fitted), "declared": len(names())},
        "draws": len(posterior.values),
        "effective_sample_size": round(posterior.weights.effective, 1),
        "max_rhat": round(float(chains.rhat.max()), 4),
        "autocorrelation_time": round(float(chains.autocorrelation.max()), 1),
        "steps": int(chains.draws.shape[1]),
        "walkers": int(chains.draws.shape[2]),
        "ensembles": int(chains.draws.shape[0]),
        "acceptance": round(chains.acceptance, 3),
        "simulated_runs": calibration.learned.runs,
        "seed": settings.seed,
        "created_with": {"liaosim": __version__} | {package: version(package) for package in PACKAGES},
    }
