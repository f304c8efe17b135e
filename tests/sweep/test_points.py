"""Points of a design: their values, their order, and ids that outlast a larger design."""

from __future__ import annotations

import hashlib
from itertools import product

import numpy as np
import pytest

from simulator.draws import STREAMS
from simulator.parameters import ORDER_STREAM, PRIOR_STREAM, Parameter, names, parameters, point_values, quantiles
from simulator.sweep.points import DESIGN_STREAM, make_design, parameter_row
from simulator.sweep.spec import DesignSpec, Dimension, LeverDimension, Method, ParameterDimension

FLAT = next(p for p in parameters() if not p.logarithmic)
STEEP = next(p for p in parameters() if p.logarithmic)


def lever(name: str = "cut", low: float = 0.0, high: float = 0.1, values: tuple[float, ...] | None = None) -> Dimension:
    return LeverDimension(name, "ntb_cut", ("Japan",), 80, 119, 0, None, low, high, values)


def number(name: str = FLAT.name, low: float = 0.0, high: float = 1.0, prior: bool = False) -> Dimension:
    return ParameterDimension(name, low, high, prior=prior)


def spec(method: Method, n: int | None, *dimensions: Dimension) -> DesignSpec:
    return DesignSpec(method, n, dimensions)


def test_no_design_has_no_point_and_no_dimension() -> None:
    design = make_design(None, 1)
    assert design.values.shape == (0, 0)
    assert (design.dimensions, design.points, design.levers, design.parameters) == ((), (), (), ())
    assert list(design.frame().columns) == ["point", "number"]


def test_a_grid_is_the_product_of_its_axes_with_the_last_fastest() -> None:
    axes = [lever("a", values=(0.3, 0.1)), lever("b", values=(0.0, 0.2, 0.05)), number("c")]
    design = make_design(spec("grid", 2, *axes), 1)
    expected = list(product((0.3, 0.1), (0.0, 0.2, 0.05), (0.0, 1.0)))
    assert [tuple(row) for row in design.values.tolist()] == expected


def test_a_grid_can_have_more_axes_than_an_array() -> None:
    axes = [lever(f"a{k}", values=(0.01,)) for k in range(80)]
    design = make_design(spec("grid", 3, *axes, lever("last")), 1)
    assert design.values.shape == (3, 81)
    assert design.values[:, -1].tolist() == [0.0, 0.05, 0.1]


def test_an_axis_of_a_grid_reaches_both_ends_exactly() -> None:
    values = make_design(spec("grid", 5, lever(low=0.1, high=0.3)), 1).values[:, 0]
    assert (values[0], values[-1]) == (0.1, 0.3)
    assert np.diff(values) == pytest.approx([0.05] * 4)


def test_one_value_lies_in_the_middle() -> None:
    assert make_design(spec("grid", 1, lever(low=0.0, high=0.5)), 1).values.tolist() == [[0.25]]


def test_a_prior_axis_of_a_grid_has_quantiles_of_the_prior() -> None:
    design = make_design(spec("grid", 4, number(STEEP.name, STEEP.low, STEEP.high, prior=True)), 1)
    column = names().index(STEEP.name)
    u = np.repeat([[0.125], [0.375], [0.625], [0.875]], len(names()), axis=1)
    assert design.values[:, 0] == pytest.approx(quantiles(u)[:, column], rel=1e-14)


@pytest.mark.parametrize("name", [FLAT.name, STEEP.name])
def test_quantiles_of_one_parameter_are_those_of_the_whole_table(name: str) -> None:
    u = np.random.default_rng(1).random((50, len(names())))
    column = names().index(name)
    assert quantiles(u[:, [column]], [name])[:, 0] == pytest.approx(quantiles(u)[:, column], rel=1e-14)


def test_quantiles_of_several_parameters_go_by_name() -> None:
    u = np.full((1, 2), 0.5)
    there, back = quantiles(u, [FLAT.name, STEEP.name]), quantiles(u, [STEEP.name, FLAT.name])
    assert there[0].tolist() == back[0, ::-1].tolist()
    assert there[0, 0] != there[0, 1]


def test_lhs_has_one_point_in_every_stratum_of_every_axis() -> None:
    design = make_design(spec("lhs", 20, lever(low=0.02, high=0.1), number(low=3.0, high=5.0)), 7)
    for column, (low, high) in enumerate([(0.02, 0.1), (3.0, 5.0)]):
        strata = np.floor((design.values[:, column] - low) / (high - low) * 20).astype(int)
        assert sorted(strata.tolist()) == list(range(20))


def test_sobol_fills_the_range() -> None:
    values = make_design(spec("sobol", 16, lever(low=0.02, high=0.1)), 7).values[:, 0]
    strata = np.floor((values - 0.02) / 0.08 * 16).astype(int)
    assert sorted(strata.tolist()) == list(range(16))


@pytest.mark.parametrize(("small", "large"), [(1, 2), (5, 8), (8, 100), (33, 1000)])
def test_a_larger_sobol_design_begins_with_the_smaller(small: int, large: int) -> None:
    axes = (lever(), number(), number(STEEP.name, STEEP.low, STEEP.high, prior=True))
    few, many = make_design(spec("sobol", small, *axes), 3), make_design(spec("sobol", large, *axes), 3)
    assert few.values.tobytes() == many.values[:small].tobytes()
    assert few.points == many.points[:small]
    assert len(set(many.points)) == large


@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_points_depend_on_the_seed_alone(method: Method) -> None:
    first, again, other = (make_design(spec(method, 6, lever(), number()), seed) for seed in (1, 1, 2))
    assert first.values.tobytes() == again.values.tobytes()
    assert not np.any(first.values == other.values)


@pytest.mark.parametrize("method", ["lhs", "sobol"])
@pytest.mark.parametrize("p", [FLAT, STEEP], ids=["flat", "steep"])
def test_sampled_uniforms_go_through_the_prior(method: Method, p: Parameter) -> None:
    plain = make_design(spec(method, 9, number(p.name), lever()), 1)
    mapped = make_design(spec(method, 9, number(p.name, p.low, p.high, prior=True), lever()), 1)
    u = np.repeat(plain.values[:, :1], len(names()), axis=1)
    assert mapped.values[:, 0] == pytest.approx(quantiles(u)[:, names().index(p.name)], rel=1e-14)
    assert mapped.values[:, 1].tolist() == plain.values[:, 1].tolist()


def test_the_stream_of_designs_is_no_other() -> None:
    assert DESIGN_STREAM not in {*STREAMS.values(), PRIOR_STREAM, ORDER_STREAM}


def test_ids_are_a_hash_of_sorted_columns_and_exact_values() -> None:
    design = make_design(spec("grid", None, lever("b", values=(0.1,)), lever("a", values=(1 / 3,))), 1)
    text = '[["a", "0.3333333333333333"], ["b", "0.1"]]'
    assert design.points == (hashlib.sha256(text.encode()).hexdigest()[:12],)


@pytest.mark.parametrize("method", ["grid", "lhs", "sobol"])
def test_ids_do_not_depend_on_the_order_of_the_axes(method: Method) -> None:
    axes = (lever("a"), lever("b", high=0.05), number())
    there, back = make_design(spec(method, 4, *axes), 1), make_design(spec(method, 4, *reversed(axes)), 1)
    values = dict(zip(back.points, back.values[:, ::-1].tolist(), strict=True))
    assert dict(zip(there.points, there.values.tolist(), strict=True)) == values
    assert len(values) == (64 if method == "grid" else 4)


def test_a_finer_grid_keeps_the_points_of_the_coarser() -> None:
    coarse, fine = (make_design(spec("grid", n, lever(low=0.1, high=0.3), number()), 1) for n in (3, 7))
    assert set(coarse.points) < set(fine.points)
    assert (len(coarse.points), len(fine.points)) == (9, 49)


def test_more_values_on_an_axis_keep_the_points() -> None:
    few = make_design(spec("grid", 3, lever(values=(0.0, 0.04)), number()), 1)
    many = make_design(spec("grid", 3, lever(values=(0.02, 0.04, 0.0)), number()), 1)
    assert set(few.points) < set(many.points)


def test_the_first_of_equal_points_is_kept() -> None:
    design = make_design(spec("grid", None, lever(values=(0.02, 0.0, 0.02, -0.0, 0.01))), 1)
    assert design.values[:, 0].tolist() == [0.02, 0.0, 0.01]
    assert len(design.points) == 3


def test_a_missing_number_of_points_is_refused() -> None:
    for method in ("grid", "lhs", "sobol"):
        with pytest.raises(ValueError, match="is not given"):
            make_design(spec(method, None, lever()), 1)


def test_frame_has_a_row_a_point_and_a_column_a_dimension() -> None:
    design = make_design(spec("lhs", 3, number(), lever()), 1)
    frame = design.frame()
    assert list(frame.columns) == ["point", "number", FLAT.name, "cut"]
    assert frame["point"].tolist() == list(design.points)
    assert frame["number"].tolist() == [0, 1, 2]
    assert frame[[FLAT.name, "cut"]].to_numpy(np.float64).tobytes() == design.values.tobytes()


def test_columns_of_levers_and_of_parameters() -> None:
    design = make_design(spec("grid", 2, number(), lever("a"), number(STEEP.name), lever("b")), 1)
    assert (design.levers, design.parameters) == ((1, 3), (0, 2))


def test_a_row_gets_the_parameters_of_the_point_and_nothing_else() -> None:
    design = make_design(spec("lhs", 4, number(STEEP.name), lever(), number(FLAT.name)), 1)
    row = point_values()
    changed = parameter_row(row, design, 2)
    expected = point_values()
    expected[names().index(STEEP.name)] = design.values[2, 0]
    expected[names().index(FLAT.name)] = design.values[2, 2]
    assert changed.tolist() == expected.tolist()
    assert row.tolist() == point_values().tolist()


def test_a_design_of_levers_leaves_the_row_itself() -> None:
    row = point_values()
    assert parameter_row(row, make_design(spec("lhs", 4, lever()), 1), 2) is row
