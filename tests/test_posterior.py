"""A posterior as data: what is read, what is refused, and how the parameters of runs are drawn from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator import MODEL_VERSION
from simulator.errors import InputError
from simulator.parameters import PRIOR_ROWS, draw_table, names, parameters, row_of_run
from simulator.posterior import all_shipped, default_kind, posterior_table, read_posterior, shipped, version_warning
from tests.posteriors import FITTED, draws_of, ship, write_posterior


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_posterior(tmp_path / "mine", "mine")


# Reading


def test_a_folder_is_read_whole(folder: Path) -> None:
    found = read_posterior(folder)
    assert found.names == tuple(FITTED) == tuple(row.name for row in found.table)
    assert found.values.shape == (1024, len(FITTED))
    for k, values in enumerate(draws_of(tuple(FITTED)).values()):
        assert found.values[:, k].tobytes() == values.tobytes()
    assert (found.name, found.model_version, found.first_year, found.last_year) == ("mine", MODEL_VERSION, 2006, 2017)
    assert (found.effective_sample_size, found.max_rhat, found.created_with) == (700.5, 1.02, {"mici": "0.4.1"})
    row = found.table[0]
    tax = next(p for p in parameters() if p.name == "tax_rate")
    assert (row.name, row.unit, row.status, row.contraction) == ("tax_rate", tax.unit, tax.status, 0.85)
    assert row.median == np.median(found.values[:, 0])


def test_the_table_follows_the_columns_whatever_its_order(folder: Path) -> None:
    path = folder / "parameters.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *rows[::-1]]) + "\n", encoding="utf-8")
    assert tuple(row.name for row in read_posterior(folder).table) == tuple(FITTED)


def test_the_hash_is_of_names_and_draws(folder: Path, tmp_path: Path) -> None:
    found = read_posterior(folder)
    assert read_posterior(write_posterior(tmp_path / "other", "other")).hash == found.hash
    assert read_posterior(write_posterior(tmp_path / "moved", seed=6)).hash != found.hash
    assert replace(found, names=found.names[::-1]).hash != found.hash


def changed(key: str, value: Any) -> Callable[[Path], None]:
    """Return what sets or (None) removes an entry of the manifest."""

    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        content = json.loads(path.read_text(encoding="utf-8")) | {key: value}
        if value is None:
            del content[key]
        path.write_text(json.dumps(content), encoding="utf-8")

    return change


def drawn(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Return what changes the columns of draws."""

    def rewrite(folder: Path) -> None:
        path = folder / "draws.parquet"
        columns: dict[str, Any] = {name: np.array(v) for name, v in pq.read_table(path).to_pydict().items()}
        change(columns)
        pq.write_table(pa.table(columns), path)

    return rewrite


def put(name: str, value: float) -> Callable[[Path], None]:
    return drawn(lambda columns: columns[name].__setitem__(7, value))


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def cut(file: str) -> Callable[[Path], None]:
    """Return what leaves half of a file, as an interrupted copy does."""

    def change(folder: Path) -> None:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: len(content) // 2])

    return change


def gone(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


WRONG = [
    (gone("manifest.json"), "holds no manifest.json; name a folder that liaosim calibrate --out wrote"),
    (gone("draws.parquet"), "draws.parquet is missing; a posterior consists of"),
    (gone("parameters.csv"), "parameters.csv is missing; a posterior consists of"),
    (cut("manifest.json"), "manifest.json is not valid JSON"),
    (cut("draws.parquet"), "draws.parquet cannot be read"),
    (cut("parameters.csv"), "parameters.csv"),
    (changed("format", "liaosim sweep"), '"format" is not "liaosim posterior"'),
    (changed("model_version", None), '"model_version" is missing or is not a text'),
    (changed("name", ""), '"name" is missing or is not a text'),
    (changed("first_year", 2006.5), '"first_year" is missing or is not a whole number'),
    (changed("last_year", True), '"last_year" is missing or is not a whole number'),
    (changed("last_year", 2005), '"first_year" 2006 is after "last_year" 2005'),
    (changed("max_rhat", float("nan")), '"max_rhat" is missing or is not a number'),
    (changed("draws", 512), '"draws" is 512; a posterior has 1,024'),
    (changed("created_with", "mici"), '"created_with" is missing or is not a table'),
    (drawn(lambda c: c.update({k: v[:1000] for k, v in c.items()})), "1,000 rows; a posterior has 1,024"),
    (drawn(lambda c: c.update(tax_rat=c.pop("tax_rate"))), '"tax_rat" is not a parameter of this version; did'),
    (drawn(lambda c: c.update(tax_rate=c["tax_rate"].astype("f4"))), 'column "tax_rate" must hold numbers (float64)'),
    (drawn(lambda c: c.pop("tax_rate")), "are not of the same parameters: tax_rate"),
    (put("tax_rate", np.nan), 'column "tax_rate" holds a value that is not finite'),
    (put("tax_rate", np.inf), 'column "tax_rate" holds a value that is not finite'),
    (put("tax_rate", 5.0), 'column "tax_rate", row 7: 5.0 is outside its range; allowed: '),
    (put("tax_rate", -5.0), 'column "tax_rate", row 7: -5.0 is outside its range; allowed: '),
    (replaced("parameters.csv", "contraction", "narrowing"), "the first line must be name,unit,status,"),
    (replaced("parameters.csv", "\ntax_rate,", "\ntax_rates,"), '"tax_rates" is not a parameter of this version'),
    (replaced("parameters.csv", "\nrollover_a,", "\ntax_rate,"), '"tax_rate" is there twice'),
    (replaced("parameters.csv", "0.85", "much"), 'contraction = "much" is not a finite number'),
    (replaced("parameters.csv", "0.85", "inf"), 'contraction = "inf" is not a finite number'),
    (replaced("parameters.csv", "0.85", "1.2"), "need p05 <= median <= p95 and contraction <= 1"),
    (replaced("parameters.csv", ",0.85,", ",0.85,0,"), "12 cells; there must be 11"),
]


@pytest.mark.parametrize(("spoil", "message"), WRONG, ids=[f"{i} {m[:40]}" for i, (_, m) in enumerate(WRONG)])
def test_a_wrong_folder_is_refused(folder: Path, spoil: Callable[[Path], None], message: str) -> None:
    spoil(folder)
    with pytest.raises(InputError) as error:
        read_posterior(folder)
    assert message in str(error.value)
    assert str(folder) in str(error.value) and "\n" not in str(error.value)


def test_a_contraction_below_zero_is_possible(folder: Path) -> None:
    replaced("parameters.csv", "0.85", "-0.05")(folder)
    assert read_posterior(folder).table[0].contraction == -0.05


# Drawing


def test_draw_k_pairs_row_k_of_the_posterior_with_row_k_of_the_prior(folder: Path) -> None:
    found, prior = posterior_table(200, 3, folder), draw_table("prior", 200, 3)
    rows, source = row_of_run(200, 3, PRIOR_ROWS), read_posterior(folder)
    assert found.kind == "posterior" and found.names == names()
    fitted = [found.names.index(name) for name in source.names]
    kept = [k for k in range(len(found.names)) if k not in fitted]
    assert found.values[:, fitted].tobytes() == np.ascontiguousarray(source.values[rows]).tobytes()
    assert found.values[:, kept].tobytes() == prior.values[:, kept].tobytes()
    assert (found.values[:, fitted] != prior.values[:, fitted]).all()
    assert found.hash != prior.hash and found.calibration == source.calibration


def test_longer_ensembles_begin_with_shorter_ones_and_repeat_after_1024_runs(folder: Path) -> None:
    long = posterior_table(1034, 1, folder).values
    assert posterior_table(20, 1, folder).values.tobytes() == long[:20].tobytes()
    assert long[1024:].tobytes() == long[:10].tobytes()
    assert len(np.unique(long[:1024, names().index("tax_rate")])) == 1024
    assert (posterior_table(20, 2, folder).values != long[:20]).any()


def test_draw_table_takes_the_shipped_one_or_a_folder(calibrated: Path, folder: Path) -> None:
    own, given = draw_table("posterior", 4, 1), draw_table("posterior", 4, 1, folder)
    assert own.calibration is not None and given.calibration is not None
    assert (own.calibration.name, given.calibration.name) == ("shipped", "mine")
    assert own.hash == posterior_table(4, 1, calibrated / "shipped").hash != given.hash


def test_prior_and_point_know_no_posterior(calibrated: Path) -> None:
    assert draw_table("prior", 2, 1).calibration is None
    assert draw_table("point", 2, 1).calibration is None


# What is shipped


@pytest.mark.usefixtures("uncalibrated")
def test_nothing_may_be_shipped() -> None:
    assert shipped() is None and all_shipped() == () and default_kind() == "prior"
    with pytest.raises(InputError, match="ships no calibrated parameters; use prior, point or a TOML file"):
        draw_table("posterior", 2, 1)


def test_both_posteriors_are_found(calibrated: Path) -> None:
    assert default_kind() == "posterior"
    assert [(p.name, p.last_year) for p in all_shipped()] == [("shipped", 2017), ("validation", 2013)]
    assert shipped() is shipped(), "read once"


def test_a_place_can_be_given(tmp_path: Path) -> None:
    root = ship(tmp_path / "there")
    found = shipped("validation", root)
    assert found is not None and found.last_year == 2013
    assert shipped("nonsense", root) is None


def test_a_shipped_folder_must_bear_its_name(tmp_path: Path) -> None:
    write_posterior(tmp_path / "shipped", "validation")
    with pytest.raises(InputError, match='"name" is "validation", not "shipped"'):
        shipped(root=tmp_path)


def test_a_damaged_shipped_folder_is_no_reason_to_use_the_prior(tmp_path: Path) -> None:
    (tmp_path / "shipped").mkdir()
    with pytest.raises(InputError, match="holds no manifest.json"):
        shipped(root=tmp_path)


def test_another_model_version_is_told(tmp_path: Path) -> None:
    same = read_posterior(write_posterior(tmp_path / "same")).calibration
    old = read_posterior(write_posterior(tmp_path / "old", model_version="0.9")).calibration
    assert version_warning(None) is None and version_warning(same) is None
    assert version_warning(old) == (
        f'the posterior "shipped" was fitted with model version 0.9, this is {MODEL_VERSION}: its parameters may no'
        " longer fit the data"
    )


def test_what_is_released_fits_the_model() -> None:
    """The posteriors of this version, if there are any: whole, both there, and of this version of the model."""
    found = all_shipped()
    assert [p.name for p in found] in ([], ["shipped", "validation"])
    assert [p.model_version for p in found] == [MODEL_VERSION] * len(found)
    assert [p.last_year for p in found] in ([], [2017, 2013])
    assert len({p.parameters_hash for p in found}) <= 1 and len({p.hash for p in found}) == len(found)
