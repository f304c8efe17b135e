"""What is computed once although several runs need it, what is said of who made it, and what is left out of tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from simulator.errors import nearest
from simulator.sweep import Sweep, manifest
from simulator.sweep import chunk as chunks
from simulator.sweep.chunk import Simulator
from simulator.sweep.plan import Plan
from simulator.world import World
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import SAMPLED, everything, grid, make, sampled, sweep_text, swept

BOTH = sweep_text("runs = 2", scenarios="baseline reform", design=grid([0.1, 0.2, 0.3], [0.3, 0.35]))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count calls of the engine from chunks."""
    counted: dict[str, int] = {}

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            counted[name] = counted.get(name, 0) + 1
            return function(*arguments, **options)

        return call

    for name in ("draws_of", "prepare", "advance"):
        monkeypatch.setattr(chunks, name, counting(name, getattr(chunks, name)))
    return counted


def test_points_that_share_their_parameters_share_the_base(world: World, plan: Maker, calls: dict[str, int]) -> None:
    found = plan(BOTH)
    assert found.size == 2 * 6 * 2
    Simulator(world, found).chunk(everything(found))
    # A group is a run and a value of the parameter: its beginning, the base, and the reform at three sizes.
    assert calls == {"draws_of": 2, "prepare": 4, "advance": 4 * (1 + 1 + 3)}


def test_the_base_is_the_same_at_all_points_that_share_their_parameters(
    world: World, plan: Maker, tmp_path: Path
) -> None:
    folder = swept(world, plan(BOTH), tmp_path / "sweep")
    with Sweep.open(folder) as sweep:
        frame = sweep.frame("gdp_real", scenarios="baseline", years=[2007])
    each = frame.groupby(["run", "content_exports"])["gdp_real"].agg(["nunique", "size"])
    assert each["nunique"].tolist() == [1] * 4 and each["size"].tolist() == [3] * 4
    assert frame["gdp_real"].nunique() == 4


def test_points_of_a_sample_are_cells_of_their_own(plan: Maker) -> None:
    parameter = "[design.parameters]\ncontent_exports = { low = 0.3, high = 0.35 }\n"
    found = plan(sweep_text("runs = 2", scenarios="baseline reform", design=sampled("sobol", 4) + parameter))
    assert found.cells.tolist() == [[0], [1], [2], [3]]


def test_all_points_are_one_cell_where_no_parameter_is_varied(plan: Maker) -> None:
    found = plan(sweep_text("runs = 2", scenarios="baseline reform", design=sampled("sobol", 4)))
    assert found.cells.tolist() == [[0, 1, 2, 3]]


def test_cells_hold_every_point_once(plan: Maker) -> None:
    found = plan(BOTH)
    assert sorted(found.cells.reshape(-1).tolist()) == list(range(6))
    places = [axis.name for axis in found.design.dimensions].index("content_exports")
    assert {tuple(set(found.design.values[cell, places])) for cell in found.cells.tolist()} == {(0.3,), (0.35,)}


# Who made it


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give every question for the environment the next commit."""
    asked: list[str] = []

    def environment() -> dict[str, Any]:
        asked.append(f"commit {len(asked)}")
        return {"version": "1", "model_version": "1", "git_commit": asked[-1]}

    monkeypatch.setattr(manifest, "environment", environment)
    return asked


def made_in(folder: Path) -> list[str]:
    return [str(here["git_commit"]) for here in manifest.load_sweep_manifest(folder).environments]


def test_one_sweep_is_made_in_one_environment(world: World, plan: Maker, tmp_path: Path, commits: list[str]) -> None:
    folder = swept(world, plan(sweep_text("runs = 2")), tmp_path / "sweep")
    assert made_in(folder) == ["commit 0"]


def test_only_who_made_runs_is_named(world: World, plan: Maker, tmp_path: Path, commits: list[str]) -> None:
    folder = swept(world, plan(sweep_text("runs = 2")), tmp_path / "sweep")
    swept(world, plan(sweep_text("runs = 2")), folder)  # nothing is missing
    assert made_in(folder) == ["commit 0"]
    swept(world, plan(sweep_text("runs = 3")), folder)
    assert made_in(folder) == ["commit 0", "commit 2"]


# What is left out of tables


def test_a_size_that_the_design_gives_is_not_among_the_sampled_ones(
    world: World, shelf: Path, plan: Maker, tmp_path: Path
) -> None:
    lever = '[design]\nmethod = "grid"\n[[design.levers]]\ninstrument = "talent_subsidy"\nsize = [0.1, 0.2]\n'
    varied = swept(world, plan(sweep_text("runs = 2", design=lever)), tmp_path / "varied")
    plain = swept(world, plan(sweep_text("runs = 2")), tmp_path / "plain")
    assert SAMPLED in (shelf / "subsidy.toml").read_text(encoding="utf-8")
    names = {folder.name: pq.read_schema(folder / "parameters.parquet").names for folder in (varied, plain)}
    assert any(name.startswith("talent_subsidy:") for name in names["plain"])
    assert not any(name.startswith("talent_subsidy:") for name in names["varied"])


def test_a_parameter_that_the_design_varies_is_in_the_design_alone(
    world: World, plan: Maker, tmp_path: Path
) -> None:
    folder = swept(world, plan(sweep_text("runs = 2", design=grid(parameters=[0.3, 0.35]))), tmp_path / "sweep")
    with Sweep.open(folder) as sweep:
        joined = sweep.sql(
            "SELECT content_exports FROM outcomes JOIN design USING (point) JOIN parameters USING (draw) "
            "WHERE level = 'province' AND period = '2007'"
        )
        assert "content_exports" not in sweep.parameters.columns and "export_capacity" in sweep.parameters.columns
    assert sorted(set(joined["content_exports"])) == [0.3, 0.35]


# Draws that would repeat others


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("draws = 1025", "replications = 1"), "1,025 is more than the 1,024 rows that the prior has"),
        (("draws = 2", "replications = 3", 'parameters = "point"'), "all draws are the same; write draws = 1"),
    ],
)
def test_draws_that_would_only_repeat_others_are_refused(
    world: World, shelf: Path, lines: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(world, shelf, sweep_text(*lines, scenarios="baseline reform"))


def test_draws_of_sampled_sizes_are_not_the_same(plan: Maker) -> None:
    found: Plan = plan(sweep_text("draws = 2", "replications = 3", 'parameters = "point"'))
    assert found.size == 2 * 2 * 3


def test_runs_may_be_more_than_the_rows_of_the_prior(plan: Maker) -> None:
    assert plan(sweep_text("runs = 1025")).size == 2050


# Names that are nearly right


def test_a_word_that_begins_like_the_value_is_nearest() -> None:
    words = ["rd_elasticity", "trade_elasticity_long_run", "trade_elasticity_impact"]
    assert nearest("trade_elasticity", words) == '; did you mean "trade_elasticity_impact"?'
    assert nearest("rd_elasticty", words) == '; did you mean "rd_elasticity"?'
    assert nearest("zzz", words) == ""


def test_short_beginnings_are_no_names() -> None:
    assert nearest("tra", ["transport_costs"]) == ""
