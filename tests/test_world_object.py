"""The world as an object: how totals are allocated, that it stays as it is, and what wrong data say."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulator import drivers
from simulator import world as world_module
from simulator.drivers import base_path
from simulator.parameters import draw_table
from simulator.run import draws_of, prepare
from simulator.tables import DataError, load_table
from simulator.world import World, gravity_matrix, largest_remainder, load_world
from tests.whole import SEED

ROOT = Path(__file__).resolve().parent.parent


# --- allocation methods ----------------------------------------------------------------------------------------------


def test_gravity_matrix_by_hand() -> None:
    """Two by two: with margins 3, 1 and 2, 2 and a seed of odds ratio 4, x solves x (x - 1) = 4 (3 - x)(2 - x)."""
    matrix = gravity_matrix(np.array([3.0, 1.0]), np.array([2.0, 2.0]), np.array([[4.0, 1.0], [1.0, 1.0]]))
    x = (19.0 - math.sqrt(19.0**2 - 4.0 * 3.0 * 24.0)) / 6.0
    np.testing.assert_allclose(matrix, [[x, 3.0 - x], [2.0 - x, x - 1.0]], rtol=1e-9)


@given(
    seed=arrays(np.float64, (4, 3), elements=st.floats(0.1, 10.0)),
    rows=arrays(np.float64, 4, elements=st.floats(0.1, 10.0)),
    columns=arrays(np.float64, 3, elements=st.floats(0.1, 10.0)),
)
def test_gravity_matrix(seed: Any, rows: Any, columns: Any) -> None:
    """Margins are met, and the odds between any two rows and columns are those of the seed."""
    columns = columns * rows.sum() / columns.sum()
    matrix = gravity_matrix(rows, columns, seed)
    np.testing.assert_allclose(matrix.sum(axis=1), rows, rtol=1e-8)
    np.testing.assert_allclose(matrix.sum(axis=0), columns, rtol=1e-8)
    odds = [m[0, 0] * m[1:, 1:] / (m[1:, :1] * m[:1, 1:]) for m in (matrix, seed)]
    np.testing.assert_allclose(odds[0], odds[1], rtol=1e-7)


@given(weights=arrays(np.float64, (7, 2), elements=st.floats(0.01, 100.0)), total=st.integers(14, 500))
def test_largest_remainder(weights: Any, total: int) -> None:
    counts = largest_remainder(weights, total)
    assert counts.sum() == total and counts.min() >= 1
    ideal = 1.0 + weights.ravel() / weights.sum() * (total - 14)
    assert np.abs(counts - ideal).max() < 1.0


# --- the object ------------------------------------------------------------------------------------------------------


def test_the_world_is_one_and_cannot_be_changed(world: World) -> None:
    assert load_world() is world
    for name in ("cities", "soes", "ports", "investors", "partners", "province", "path"):
        array = getattr(world, name)
        with pytest.raises(ValueError, match="read-only"):
            array[array.dtype.names[-1]] = 0.0
    with pytest.raises(AttributeError):
        world.scale = 2.0  # type: ignore[misc]


def test_the_world_is_built_alike_each_time(world: World) -> None:
    again = load_world.__wrapped__(1.0)
    for name in ("cities", "soes", "ports", "investors", "partners", "province"):
        assert getattr(again, name).tobytes() == getattr(world, name).tobytes(), name


@pytest.mark.parametrize("scale", [0.1, 2.0])
def test_a_scaled_world_has_the_same_economy(scale: float, world: World) -> None:
    """Fewer or more agents of the same totals."""
    other = load_world(scale)
    assert len(other.soes) == round(2250 * scale) and len(other.investors) == pytest.approx(400 * scale, abs=6)
    parameters = draw_table("point", 1, SEED).records()
    both = [prepare(w, parameters, draws_of(w, SEED, 0, 1)) for w in (world, other)]
    for name in ("soe_capital", "gdp_0", "workers", "exports_0"):
        np.testing.assert_allclose(both[0].cities[name], both[1].cities[name], rtol=1e-9)


def test_preparing_a_run_leaves_the_world_alone(world: World) -> None:
    before = world.cities.tobytes() + world.path.tobytes()
    prepare(world, draw_table("prior", 1, SEED).records(), draws_of(world, SEED, 0, 120))
    assert world.cities.tobytes() + world.path.tobytes() == before


# --- wrong data ------------------------------------------------------------------------------------------------------

TABLES = ("cities", "distances", "province", "trade_shares", "soe", "investors", "ports", "tariffs")


@pytest.mark.parametrize("name", TABLES)
def test_an_incomplete_table_is_an_error_of_the_world(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (ROOT / "simulator" / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    broken = tmp_path / f"{name}.csv"
    broken.write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")

    def table(asked: str) -> Any:
        return load_table(asked, path=broken) if asked == name else load_table(asked)

    monkeypatch.setattr(world_module, "load_table", table)
    with pytest.raises(DataError, match=f"{name}.csv: missing {lines[1].split(',')[0]}"):
        load_world.__wrapped__(1.0)


def test_incomplete_drivers_are_an_error_of_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (ROOT / "simulator" / "data" / "drivers.csv").read_text(encoding="utf-8").splitlines()
    broken = tmp_path / "drivers.csv"
    broken.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    monkeypatch.setattr(drivers, "load_table", lambda _: load_table("drivers", path=broken))
    with pytest.raises(DataError, match="drivers.csv: missing"):
        base_path.__wrapped__()


def test_wrong_data_end_a_command_with_one_message(tmp_path: Path) -> None:
    """In an installed copy with a damaged table: exit code 2, the file and the line, no traceback."""
    for name in ("simulator", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "simulator" / "data" / "soe.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",2250,", ",many,"), encoding="utf-8")
    code = "from simulator.cli import main; main()"
    words = ["run", "baseline", "--runs", "1", "--until", "2006Q1", "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 2, done.stderr
    assert 'soe.csv, line 3, column value: "many"' in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "out").exists()
