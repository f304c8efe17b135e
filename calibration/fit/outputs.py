"""What a calibration leaves in its folder: draws, tables and a manifest that other programs can read."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from calibration.csv_file import write_csv
from calibration.fit.calibrate import LAST_YEARS, Calibration, Posterior
from calibration.fit.learn import Tell
from calibration.fit.output_rows import EMULATOR_COLUMNS, FIT_COLUMNS, emulator_rows, fit_rows, parameter_rows
from calibration.fit.sampler import load_arviz
from calibration.identifiability import correlated_pairs, identifiability_table, write_identifiability, write_pairs
from calibration.observed import YEARS
from calibration.padding import padding_table, write_padding
from calibration.reproducible import one_thread
from calibration.targets import OBSERVED
from simulator import MODEL_VERSION, __version__
from simulator.parameters import names, parameters
from simulator.posterior import COLUMNS, DRAWS, FORMAT, MANIFEST, TABLE
from simulator.text_file import replace_file, replace_with

__all__ = ["CHAINS", "EMULATOR", "EMULATOR_COLUMNS", "FIT", "FIT_COLUMNS", "write_posterior"]

CHAINS: Final = "posterior.nc"
FIT: Final = "fit.csv"
EMULATOR: Final = "emulator.csv"
PACKAGES: Final = ("numpy", "scipy", "scikit-learn", "mici", "arviz", "numba")
COVERAGE: Final = "census_coverage"


def write_posterior(
    folder: Path,
    calibration: Calibration,
    posterior: Posterior,
    data_hash: str,
    tell: Tell = lambda stage, share: None,
) -> None:
    """Write one posterior into a folder; each file is whole or not there, and the manifest comes last.

    Parameters
    ----------
    folder : Path
    calibration : Calibration
    posterior : Posterior
        One of it.
    data_hash : str
        SHA-256 of the data file; empty if the observed figures were fitted.
    tell : callable
        Called with the name of a stage and the share of it that is done.

    Raises
    ------
    OSError
        Something cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stage = f"tables {posterior.name}"
    tell(stage, 0.0)
    with one_thread():  # so that bits do not depend on the number of processors
        _write_chains(folder / CHAINS, posterior)
        _write_draws(folder / DRAWS, posterior)
        write_csv(folder / TABLE, COLUMNS, parameter_rows(posterior))
        write_csv(folder / FIT, FIT_COLUMNS, fit_rows(posterior))
        write_csv(folder / EMULATOR, EMULATOR_COLUMNS, emulator_rows(calibration.learned))
        tell(stage, 0.2)
        _write_what_data_tell(folder, calibration, posterior)
        tell(stage, 0.9)
        coverage = posterior.runs.parameters[:, names().index(COVERAGE)]
        write_padding(folder, padding_table(posterior.runs, coverage))
    # A folder that has a manifest is whole.
    text = json.dumps(_manifest(calibration, posterior, data_hash), indent=1) + "\n"
    replace_file(folder / MANIFEST, text)
    tell(stage, 1.0)


def _write_what_data_tell(folder: Path, calibration: Calibration, posterior: Posterior) -> None:
    """Write how far the data narrow each fitted parameter, and which parameters they cannot tell apart."""
    found, space = posterior.fit, posterior.fit.likelihood.space
    table, _ = identifiability_table(
        found.likelihood, found.reference, posterior.fitted, calibration.learned.expected
    )
    write_identifiability(folder, table)
    write_pairs(folder, correlated_pairs(posterior.fitted, space.names))


def _write_chains(path: Path, posterior: Posterior) -> None:
    """Write all chains as NetCDF, as samplers left them: before draws are simulated again and weighed."""
    chains, likelihood = posterior.fit.chains, posterior.fit.likelihood
    ensembles, steps, walkers, size = chains.draws.shape
    flat = chains.draws.transpose(0, 2, 1, 3).reshape(-1, size)
    values = likelihood.space.values(flat).reshape(ensembles * walkers, steps, -1)
    found = {name: values[:, :, k] for k, name in enumerate(likelihood.space.names)}
    sizes = likelihood.space.discrepancies(flat).reshape(ensembles * walkers, steps, -1)
    order = list(dict.fromkeys(name for name, _ in posterior.data.rows))
    found |= {f"discrepancy_{order[group]}": sizes[:, :, k] for k, group in enumerate(likelihood.sampled)}
    stats = {"lp": chains.log_posterior.transpose(0, 2, 1).reshape(ensembles * walkers, steps)}
    inference = load_arviz().from_dict(posterior=found, sample_stats=stats)
    part = path.with_suffix(".part.nc")
    try:
        inference.to_netcdf(str(part), engine="h5netcdf")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_draws(path: Path, posterior: Posterior) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    space = posterior.fit.likelihood.space
    table = pa.table({name: pa.array(posterior.fitted[:, k]) for k, name in enumerate(space.names)})
    replace_with(path, lambda file: pq.write_table(table, file))


def _manifest(calibration: Calibration, posterior: Posterior, data_hash: str) -> dict[str, Any]:
    """Return what identifies a posterior and says how good it is; nothing that another run of it would not repeat."""
    chains = posterior.fit.chains
    declared = "\n".join(f"{p.name} {p.low!r} {p.point!r} {p.high!r}" for p in parameters())
    data = zip(posterior.data.rows, posterior.data.values, strict=True)
    figures = "\n".join(f"{name} {period} {float(value)!r}" for (name, period), value in data)
    settings = calibration.settings
    return {
        "format": FORMAT,
        "name": posterior.name,
        "version": __version__,
        "model_version": str(MODEL_VERSION),
        "first_year": int(YEARS[0]),
        "last_year": LAST_YEARS.get(posterior.name, int(YEARS[-1])),
        "data": _source(posterior, data_hash),
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


def _source(posterior: Posterior, data_hash: str) -> dict[str, str]:
    """Return where the fitted figures come from; of a file its name only, as its folder means nothing elsewhere."""
    source = posterior.data.source
    if source == OBSERVED:
        return {"source": "observed"}
    return {"source": "file", "file": Path(source).name, "sha256": data_hash}
