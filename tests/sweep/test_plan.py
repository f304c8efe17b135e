"""Plans: which runs a sweep has and in which order, what changes the identity of a run, and how they are cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.sweep import plan as plans
from simulator.sweep import planning
from simulator.sweep.plan import Plan, Unit
from simulator.world import World
from tests.sweep.conftest import Maker
from tests.sweep.sweeping import REFORM, described, grid, make, sampled, sweep_text, write_scenario

TWO = "baseline reform"
MODES = {
    "runs": sweep_text("runs = 5", scenarios="baseline subsidy reform"),
    "draws": sweep_text("draws = 2", "replications = 3"),
    "lever": sweep_text("draws = 2", "replications = 2", scenarios=TWO, design=grid([0.0, 0.1, 0.2])),
    "parameter": sweep_text("draws = 2", "replications = 2", design=grid(parameters=[0.3, 0.35])),
    "both": sweep_text("runs = 2", scenarios=TWO, design=grid([0.1, 0.2], [0.3, 0.35])),
    "equal": sweep_text("runs = 3", scenarios="baseline reform same"),
}


def units(plan: Plan) -> list[Unit]:
    return [plan.unit(index) for index in range(plan.size)]


# Which runs there are


def test_runs_have_their_own_draw_and_their_own_luck(plan: Maker) -> None:
    found = plan(sweep_text("runs = 3"))
    assert units(found) == [(s, -1, run, run) for run in range(3) for s in (0, 1)]
    assert len(found.table.values) == 3


def test_every_replication_meets_every_draw(plan: Maker) -> None:
    found = plan(sweep_text("draws = 2", "replications = 3"))
    assert units(found) == [(s, -1, d, r) for r in range(3) for d in (0, 1) for s in (0, 1)]
    assert len(found.table.values) == 2


def test_a_design_of_levers_leaves_the_base_without_a_point(plan: Maker) -> None:
    found = plan(MODES["lever"])
    members = [(0, -1), (1, 0), (1, 1), (1, 2)]
    assert units(found) == [(s, p, d, r) for r in (0, 1) for d in (0, 1) for s, p in members]
    assert {name for name, point, _, _ in described(found) if point is None} == {"baseline"}


def test_a_design_of_parameters_has_every_scenario_at_every_point(plan: Maker) -> None:
    found = plan(MODES["parameter"])
    assert units(found) == [(s, p, d, r) for r in (0, 1) for d in (0, 1) for p in (0, 1) for s in (0, 1)]


def test_a_design_of_levers_and_parameters_has_every_scenario_at_every_point(plan: Maker) -> None:
    found = plan(MODES["both"])
    assert len(found.design.points) == 4
    cells = found.cells.tolist()
    assert sorted(map(len, cells)) == [2, 2]
    assert units(found) == [(s, p, r, r) for r in (0, 1) for cell in cells for s in (0, 1) for p in cell]


def test_a_parameter_of_a_point_stands_in_the_row_of_the_draw(plan: Maker) -> None:
    from simulator.parameters import names

    found = plan(MODES["parameter"])
    place = list(names()).index("content_exports")
    for unit in units(found):
        row = found.parameters(unit)
        assert row[place] == [0.3, 0.35][unit.point]
        assert np.delete(row, place).tobytes() == np.delete(found.table.values[unit.draw], place).tobytes()


def test_too_many_runs_are_refused(plan: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_UNITS", 9)
    with pytest.raises(InputError, match=r"^little\.toml: this would be 10 runs; allowed are 9$"):
        plan(sweep_text("runs = 5"))


# Combinations


def test_combinations_stand_after_the_single_scenarios(plan: Maker) -> None:
    text = sweep_text("runs = 1", "combine = true", scenarios="baseline subsidy reform")
    assert [s.name for s in plan(text).scenarios] == ["baseline", "subsidy", "reform", "subsidy+reform"]


def test_a_scenario_is_not_combined_with_what_it_extends(plan: Maker) -> None:
    text = sweep_text("runs = 1", "combine = true", scenarios="baseline subsidy more reform")
    assert [s.name for s in plan(text).scenarios[4:]] == ["subsidy+reform", "more+reform"]


def test_contradicting_scenarios_are_refused_with_what_to_write_instead(plan: Maker) -> None:
    text = sweep_text("runs = 1", "combine = true", scenarios="baseline subsidy against reform")
    with pytest.raises(InputError) as error:
        plan(text)
    message = str(error.value)
    assert message.startswith("little.toml: [sweep] combine: ") and 'write combine = "compatible"' in message
    assert "subsidy" in message and "against" in message


def test_contradicting_combinations_are_left_out_by_name(plan: Maker) -> None:
    text = sweep_text("runs = 1", 'combine = "compatible"', scenarios="baseline subsidy against reform")
    found = plan(text)
    assert [s.name for s in found.scenarios[4:]] == ["subsidy+reform", "against+reform"]
    assert len(found.left_out) == 1  # the three together are not named once more
    assert "subsidy" in found.left_out[0] and "against" in found.left_out[0]


def test_without_combine_there_are_the_scenarios_of_the_file(plan: Maker) -> None:
    found = plan(sweep_text("runs = 1", scenarios="baseline subsidy against"))
    assert ([s.name for s in found.scenarios], found.left_out) == (["baseline", "subsidy", "against"], ())


def test_too_many_combinations_are_refused(plan: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_SCENARIOS", 4)
    with pytest.raises(InputError, match="more than 4 scenarios and combinations"):
        plan(sweep_text("runs = 1", "combine = true", scenarios="baseline subsidy reform later same"))


def test_two_files_of_one_name_are_refused(world: World, shelf: Path, tmp_path: Path) -> None:
    write_scenario(tmp_path, "reform", REFORM.format(city="Dalian", start="2006Q4", size=0.1))
    text = sweep_text("runs = 1").replace("subsidy.toml", f'reform.toml", "{shelf}/reform.toml')
    with pytest.raises(InputError, match='"reform" is given twice'):
        make(world, tmp_path, text)


# The identity of a run


@pytest.mark.parametrize("mode", MODES)
def test_every_run_has_its_own_key(mode: str, plan: Maker) -> None:
    found = plan(MODES[mode])
    assert found.keys.shape == (found.size,) and len(set(found.keys)) == found.size
    assert {len(key) for key in found.keys} == {32}


LINES = ("seed = 3", "draws = 2", "replications = 2", 'keep = [{level="province"}]')
BASIC = sweep_text(*LINES, scenarios=TWO, design=grid([0.1, 0.2]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed = 3", "seed = 4"),
        ('until = "2007Q4"', 'until = "2008Q1"'),
        ('level="province"', 'level="city"'),
        ('level="province"', 'level="province", freq="Q"'),
        ('level="province"', 'level="province", variables=["gdp_real"]'),
        ('parameters = "prior"\nseed = 3\ndraws = 2\n', 'parameters = "point"\nseed = 3\ndraws = 1\n'),
    ],
)
def test_what_decides_all_runs_changes_all_keys(old: str, new: str, plan: Maker) -> None:
    assert BASIC.count(old) == 1
    changed = plan(BASIC.replace(old, new))
    assert set(changed.keys).isdisjoint(plan(BASIC).keys)


def test_checked_runs_have_other_keys(plan: Maker) -> None:
    assert set(plan(BASIC, check=True).keys).isdisjoint(plan(BASIC).keys)


def test_other_data_and_other_models_give_other_keys(plan: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    found = plan(BASIC)
    other = replace(found, data_hash="0" * 64)
    assert set(other.keys).isdisjoint(found.keys)
    monkeypatch.setattr(plans, "MODEL_VERSION", "next")
    assert set(plan(BASIC).keys).isdisjoint(found.keys)


AFTER = 'instrument = "business_reform"\ncities = "all"\nstart = "2008Q1"\nsize = 0.1'
"""A lever that begins after the last quarter."""


def changed_names(before: Plan, after: Plan) -> set[str]:
    """Return the scenarios of which keys changed; all keys of such a scenario must have."""
    known = set(before.keys)
    same = [key in known for key in after.keys]
    names = [name for name, *_ in described(after)]
    changed = {name for name, kept in zip(names, same, strict=True) if not kept}
    assert not {name for name, kept in zip(names, same, strict=True) if kept} & changed
    return changed


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('start = "2006Q4"', 'start = "2007Q1"', {"reform"}),
        ("size = 0.3", "size = 0.25", {"reform"}),
        ('cities = ["Anshan"]', 'cities = ["Dalian"]', {"reform"}),
        ('title = "T"', 'title = "Another"', set()),
        ("size = 0.3", f"size = 0.3\n\n[[lever]]\n{AFTER}", set()),
    ],
)  # fmt: skip
def test_the_keys_of_a_scenario_change_with_its_policy(
    old: str, new: str, changed: set[str], world: World, tmp_path: Path
) -> None:
    path = write_scenario(tmp_path, "reform", REFORM.format(city="Anshan", start="2006Q4", size=0.3))
    before = make(world, tmp_path, BASIC)
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert changed_names(before, make(world, tmp_path, BASIC)) == changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('start = "2006Q3"', 'start = "2006Q4"'),
        ('start = "2006Q3"', 'start = "2006Q3"\nend = "2007Q1"'),
        ('start = "2006Q3"', 'start = "2006Q3"\nphase_in = 4'),
        ('cities = ["Fushun"]', 'cities = ["Dalian"]'),
        ('cities = ["Fushun"]', 'cities = ["Anshan"]'),  # there it replaces the scenario's own
    ],
)
def test_the_keys_of_varied_scenarios_change_with_what_a_lever_of_the_design_does(
    old: str, new: str, plan: Maker
) -> None:
    assert BASIC.count(old) == 1
    assert changed_names(plan(BASIC), plan(BASIC.replace(old, new))) == {"reform"}


OWN = '[design]\nmethod = "grid"\n[[design.levers]]\ninstrument = "rd_support"\nsize = [0.1, 0.2]\n'


def test_an_own_lever_of_no_size_has_a_key_that_knows_when_it_begins(world: World, tmp_path: Path) -> None:
    text = sweep_text("runs = 1", scenarios=TWO, design=OWN)
    found = []
    for start in ("2006Q2", "2007Q2"):
        write_scenario(tmp_path, "reform", REFORM.format(city="Anshan", start=start, size=0))
        found.append(make(world, tmp_path, text))
    assert found[0].schedules[1].hash == found[1].schedules[1].hash  # without the design nothing can be seen of it
    assert changed_names(found[0], found[1]) == {"reform"}


def test_an_own_lever_has_another_key_than_one_that_is_inherited(world: World, tmp_path: Path) -> None:
    text = sweep_text("runs = 1", scenarios=TWO, design=OWN)
    anshan, dalian = (REFORM.format(city=city, start="2006Q4", size=0.1) for city in ("Anshan", "Dalian"))
    write_scenario(tmp_path, "reform", anshan, dalian)
    before = make(world, tmp_path, text)
    write_scenario(tmp_path, "parent", dalian)
    write_scenario(tmp_path, "reform", anshan, extends="parent")
    after = make(world, tmp_path, text)
    assert before.schedules[1].hash == after.schedules[1].hash
    assert changed_names(before, after) == {"reform"}


ENLARGED = {
    "sobol": (sampled("sobol", 4), sampled("sobol", 8), LINES, LINES),
    "grid": (grid([0.1, 0.2]), grid([0.0, 0.1, 0.15, 0.2, 0.3]), LINES, LINES),
    "parameter": (grid(parameters=[0.3, 0.35]), grid(parameters=[0.25, 0.3, 0.35]), LINES, LINES),
    "draws": (grid([0.1, 0.2]), grid([0.1, 0.2]), LINES, ("draws = 5", *LINES[:1], *LINES[2:])),
    "replications": (grid([0.1, 0.2]), grid([0.1, 0.2]), LINES, ("replications = 3", *LINES[:2], *LINES[3:])),
    "runs": ("", "", ("runs = 3",), ("runs = 7",)),
}


@pytest.mark.parametrize("what", ENLARGED)
def test_an_enlarged_sweep_has_the_keys_of_the_smaller_one(what: str, plan: Maker) -> None:
    small, large = (
        plan(sweep_text(*lines, scenarios=TWO, design=design))
        for design, lines in zip(ENLARGED[what][:2], ENLARGED[what][2:], strict=True)
    )
    assert small.size < large.size
    known = dict(zip(large.keys, described(large), strict=True))
    assert [known.get(key) for key in small.keys] == list(described(small))


def test_a_sweep_with_one_more_scenario_has_the_keys_of_the_smaller_one(plan: Maker) -> None:
    small = plan(BASIC)
    text = BASIC.replace('"reform.toml"', '"reform.toml", "later.toml"')
    large = plan(text.replace('scenarios = ["reform"]', 'scenarios = ["reform", "later"]'))
    assert set(small.keys) < set(large.keys) and large.size > small.size


def test_the_order_of_scenarios_and_axes_changes_no_key(plan: Maker) -> None:
    second = '[[design.levers]]\ninstrument = "business_reform"\ncities = "all"\nstart = "2006Q2"\nsize = [0.1, 0.3]\n'
    lever = "[[" + grid([0.1, 0.2]).partition("[[")[2]
    head = '[design]\nmethod = "grid"\n'
    orders = [head + lever + second, head + second + lever]
    texts = [
        sweep_text("runs = 2", scenarios=scenarios, design=design)
        for scenarios, design in zip(("baseline reform later", "baseline later reform"), orders, strict=True)
    ]
    found = [plan(text) for text in texts]
    assert set(found[0].keys) == set(found[1].keys) and found[0].size == 2 * (1 + 4 + 4)


def test_places_of_keys_are_found(plan: Maker) -> None:
    from simulator.sweep.shards import places_of

    found = plan(BASIC)
    names = [key.decode() for key in found.keys]
    asked = [names[5], "f" * 32, names[0], "0" * 32]
    assert places_of(found, asked).tolist() == [5, -1, 0, -1]


# Chunks

SIZES = {
    "one": sweep_text("runs = 1", scenarios="baseline"),
    "few": sweep_text("runs = 5", scenarios="baseline subsidy reform"),
    "many": sweep_text("runs = 700", scenarios="baseline subsidy reform"),
    "wide": sweep_text("runs = 40", scenarios=TWO, design=grid([k / 1000 for k in range(149)])),
    "points": sweep_text("runs = 40", scenarios=TWO, design=grid([0.1, 0.2], [k / 1000 + 0.2 for k in range(9)])),
}


@pytest.mark.parametrize("size", SIZES)
def test_chunks_cover_every_missing_run_once(size: str, plan: Maker) -> None:
    found = plan(SIZES[size])
    missing = np.random.default_rng(1).random(found.size) < 0.6
    missing[0] = True
    chunks = list(found.chunks(missing))
    assert sorted(np.concatenate(chunks).tolist()) == np.flatnonzero(missing).tolist()
    assert all((np.diff(chunk) > 0).all() and len(chunk) <= plans.CHUNK for chunk in chunks)


@pytest.mark.parametrize("size", SIZES)
def test_the_cut_does_not_depend_on_what_is_missing(size: str, plan: Maker) -> None:
    found = plan(SIZES[size])
    missing = np.random.default_rng(2).random(found.size) < 0.3
    whole = [chunk[missing[chunk]].tolist() for chunk in found.chunks(np.ones(found.size, dtype=bool))]
    assert [chunk.tolist() for chunk in found.chunks(missing)] == [chunk for chunk in whole if chunk]
    assert list(found.chunks(np.zeros(found.size, dtype=bool))) == []


def test_a_large_sweep_is_cut_into_large_chunks_and_a_small_one_into_small_ones(plan: Maker) -> None:
    def longest(text: str) -> int:
        found = plan(text)
        return max(len(chunk) for chunk in found.chunks(np.ones(found.size, dtype=bool)))

    assert longest(SIZES["many"]) == 63  # 21 groups of three
    assert longest(SIZES["few"]) == 6
    assert longest(SIZES["wide"]) == 64
