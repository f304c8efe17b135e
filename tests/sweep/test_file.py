# ruff: noqa: E501
"""Sweep files: what a right one means."""
from __future__ import annotations

from pathlib import Path

import pytest

from simulator.levers import INSTRUMENTS, TARGETS
from simulator.parameters import names as parameter_names
from simulator.parameters import parameters
from simulator.schedule import LAST_INDEX
from simulator.sweep.file import read_sweep
from simulator.sweep.file_design import RESERVED
from simulator.sweep.spec import Keep, LeverDimension, ParameterDimension, SweepSpec
from simulator.variables import LEVELS, variables
from tests.sweep.sweep_texts import CORE, GRID, GRID_3, HEAD, NTB, OWN, SOBOL, ZONE, axis, message, parse


@pytest.mark.usefixtures("uncalibrated")
def test_defaults() -> None:
    assert parse(HEAD) == SweepSpec(
        name="x", scenarios=("baseline", "cjk_fta"), draws=200, replications=1, separate=True, combine="none",
        until="2035Q4", seed=1, parameters="prior", keep=(Keep("province", CORE, "A"),), design=None, text=HEAD,
        file="s.toml",
    )  # fmt: skip
    assert len(CORE) == 25


def test_every_key_of_the_sweep() -> None:
    text = HEAD + (
        'combine = "compatible"\ndraws = 50\nreplications = 4\nuntil = "2030Q2"\nseed = 0\nparameters = "point"\n'
        'keep = [{level = "city", variables = ["wage", "gdp_real"], freq = "Q"}]\n'
    )
    spec = parse(text)
    assert spec == SweepSpec(
        name="x", scenarios=("baseline", "cjk_fta"), draws=50, replications=4, separate=False, combine="compatible",
        until="2030Q2", seed=0, parameters="point", keep=(Keep("city", ("gdp_real", "wage"), "Q"),), design=None,
        text=text, file="s.toml",
    )  # fmt: skip
    assert spec.runs == 200


@pytest.mark.parametrize(("value", "combine"), [("false", "none"), ("true", "all"), ('"compatible"', "compatible")])
def test_combine(value: str, combine: str) -> None:
    assert parse(f"{HEAD}combine = {value}\n").combine == combine


def test_runs_have_draws_of_their_own() -> None:
    spec = parse(HEAD + "runs = 7\n")
    assert (spec.draws, spec.replications, spec.separate) == (7, 1, True)


def test_one_replication_is_not_the_same_as_runs() -> None:
    spec = parse(HEAD + "draws = 7\nreplications = 1\n")
    assert (spec.draws, spec.replications, spec.separate) == (7, 1, False)


@pytest.mark.parametrize("level", LEVELS)
def test_variables_left_out_and_all(level: str) -> None:
    every = tuple(v.name for v in variables()[level])
    default, all_of_it = (
        parse(f'{HEAD}keep = [{{level = "{level}"{more}}}]\n').keep for more in ("", ', variables = "all"')
    )
    assert default == (Keep(level, CORE if level == "province" else every, "A"),)
    assert all_of_it == (Keep(level, every, "A"),)


def test_items_of_one_level_and_frequency_are_one() -> None:
    items = (
        '{level = "city", variables = ["wage"]}, {level = "province", variables = ["gdp_real"], freq = "Q"},'
        '{level = "city", variables = ["gdp_real", "wage"], freq = "A"}, {level = "city", variables = ["wage"], freq = "Q"}'
    )
    assert parse(f"{HEAD}keep = [{items}]\n").keep == (
        Keep("province", ("gdp_real",), "Q"), Keep("city", ("gdp_real", "wage"), "A"), Keep("city", ("wage",), "Q"),
    )  # fmt: skip


def test_a_few_quarters_are_enough_for_quarterly_values() -> None:
    assert parse(HEAD + 'until = "2006Q1"\nkeep = [{level = "city", freq = "Q"}]\n').until == "2006Q1"
    assert parse(HEAD + 'until = "2006Q4"\n').until == "2006Q4"


def test_files_lie_beside_the_sweep_file(tmp_path: Path) -> None:
    (tmp_path / "a+b.toml").touch()
    path = tmp_path / "s.toml"
    path.write_text(
        '[sweep]\nname = "x"\nparameters = "../p.toml"\n'
        'scenarios = ["cjk_fta", "mine.toml", "cjk_fta + sub/mine.toml", "/else/where.toml", "a+b.toml"]\n',
        encoding="utf-8",
    )
    spec = read_sweep(path)
    assert spec.scenarios == (
        "cjk_fta", f"{tmp_path}/mine.toml", f"cjk_fta+{tmp_path}/sub/mine.toml", "/else/where.toml",
        f"{tmp_path}/a+b.toml",
    )  # fmt: skip
    assert (spec.parameters, spec.file) == (f"{tmp_path}/../p.toml", str(path))
    assert spec.text == path.read_text(encoding="utf-8")


def test_a_path_stays_a_path_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else ./cjk_fta would turn into the shipped scenario."""
    text = '[sweep]\nname = "x"\nscenarios = ["./cjk_fta", "cjk_fta"]\nparameters = "./prior"\n'
    assert parse(text).scenarios == ("./cjk_fta", "cjk_fta")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    spec = read_sweep(Path("s.toml"))
    assert (spec.scenarios, spec.parameters) == (("./cjk_fta", "cjk_fta"), "./prior")


def test_a_lever_that_is_added() -> None:
    more = 'end = "2030Q4"\nphase_in = 8\nscenarios = ["cjk_fta"]\nname = "barriers"\n'
    assert axis(SOBOL + NTB + more) == LeverDimension(
        "barriers", "ntb_cut", ("Japan",), 80, 99, 8, ("cjk_fta",), 0.0, 0.05
    )


def test_a_lever_without_its_optional_keys() -> None:
    assert axis(SOBOL + NTB) == LeverDimension("ntb_cut", "ntb_cut", ("Japan",), 80, LAST_INDEX, 0, None, 0.0, 0.05)


def test_own_levers_of_a_scenario() -> None:
    assert axis(SOBOL + OWN) == LeverDimension("ntb_cut", "ntb_cut", None, None, LAST_INDEX, 0, None, 0.0, 0.05)
    some = axis(SOBOL + OWN + 'partners = ["Korea", "Japan"]\n')
    assert isinstance(some, LeverDimension) and some.targets == ("Japan", "Korea")


def test_all_targets_and_none() -> None:
    every = axis(SOBOL + NTB.replace('["Japan"]', '"all"'))
    assert isinstance(every, LeverDimension) and every.targets == TARGETS["partners"]
    rail = axis(SOBOL + '[[design.levers]]\ninstrument = "rail_corridor"\nsize = {low = 0, high = 20}\n')
    assert isinstance(rail, LeverDimension) and rail.targets == ("",)


def test_listed_sizes_keep_their_order() -> None:
    found = axis(GRID + NTB.replace("{low = 0.0, high = 0.05}", "[0.05, 0, 0.1]"))
    assert (found.values, found.low, found.high) == ((0.05, 0.0, 0.1), 0.0, 0.1)


def test_a_switch_in_a_grid() -> None:
    assert axis(GRID + ZONE).values == (0.0, 1.0)


def test_parameters_of_a_design_stand_in_the_order_of_the_model() -> None:
    design = parse(
        HEAD + GRID_3 + '[design.parameters]\nrd_elasticity = "prior"\ncapital_share = {low = 0.45, high = 0.5}\n'
        "graduate_efficiency = [1.5, 2]\n"
    ).design
    assert design is not None and (design.method, design.n) == ("grid", 3)
    declared = {p.name: p for p in parameters()}["rd_elasticity"]
    assert design.dimensions == (
        ParameterDimension("capital_share", 0.45, 0.5),
        ParameterDimension("graduate_efficiency", 1.5, 2.0, (1.5, 2.0)),
        ParameterDimension("rd_elasticity", declared.low, declared.high, prior=True),
    )


def test_every_parameter_can_be_varied_by_its_prior() -> None:
    rows = "".join(f'{name} = "prior"\n' for name in parameter_names())
    for method in ("sobol", "lhs"):
        design = parse(f'{HEAD}[design]\nmethod = "{method}"\nn = 100000\n[design.parameters]\n{rows}').design
        assert design is not None and [d.name for d in design.dimensions] == list(parameter_names())


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_instrument_can_be_varied_over_its_whole_range(name: str) -> None:
    spec = INSTRUMENTS[name]
    size = "[0, 1]" if spec.integer else f"[{spec.low}, {spec.high}]"
    target = "" if spec.target == "none" else f'{spec.target} = "all"\n'
    found = axis(f'{GRID}[[design.levers]]\ninstrument = "{name}"\nstart = "2026Q1"\nsize = {size}\n{target}')
    assert (found.name, found.low, found.high) == (name, spec.low, spec.high)
    beyond = message(f'{HEAD}{GRID}[[design.levers]]\ninstrument = "{name}"\nsize = [0, {spec.high + 0.01}]\n')
    assert beyond.startswith(f"s.toml: [[design.levers]] 1 ({name}), size item 2: ")


def test_no_axis_is_called_like_a_column_unasked() -> None:
    assert not set(RESERVED) & {*INSTRUMENTS, *parameter_names()}


def test_a_grid_of_as_many_points_as_there_may_be() -> None:
    rows = "capital_share = {low = 0.45, high = 0.5}\ngraduate_efficiency = {low = 1.5, high = 2}\n"
    assert parse(f"{HEAD}{GRID}n = 316\n[design.parameters]\n{rows}").design is not None
