"""Loading a scenario: finding its file, its parents, combinations, and what makes two of them the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.records import POLICY
from simulator.scenario import list_scenarios, load_scenario, scenario_of_text
from tests.scenario_files import FOLDER, SHIPPED, lever, message, policy, write

# Finding files


def test_a_file_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "mine", lever())
    assert load_scenario(path).name == "mine"
    assert load_scenario(Path(path)).chain[0].name == "baseline"
    monkeypatch.chdir(tmp_path)
    assert load_scenario("mine.toml").name == "mine"
    assert load_scenario("./mine.toml").name == "mine"


def test_an_unknown_name() -> None:
    assert message("cjkfta") == (
        f'"cjkfta" is not a scenario; did you mean "cjk_fta"?; shipped are: {", ".join(SHIPPED)};'
        " a file needs / or .toml in its name"
    )


def test_a_missing_file() -> None:
    assert message("cjk_fta.toml") == 'cjk_fta.toml: no such file; the shipped scenario is called "cjk_fta"'
    assert message("no/such.toml") == "no/such.toml: cannot be read: No such file or directory"


@pytest.mark.parametrize("name", ["", "+", "cjk_fta+", " + baseline"])
def test_an_empty_name(name: str) -> None:
    assert message(name) == f'"{name}": a scenario name is empty; write NAME, FILE.toml or NAME+NAME'


def test_a_file_with_a_plus_in_its_name_is_one_file(tmp_path: Path) -> None:
    path = write(tmp_path, "mine", lever(), stem="cjk_fta+mine")
    assert load_scenario(path).name == "mine"


@pytest.mark.parametrize("name", ["../baseline", "baseline/../../x", "/etc/passwd"])
def test_paths_are_files_and_never_names(name: str) -> None:
    assert message(name).startswith(f"{name}: ")


# Parents


def test_a_parent_beside_the_file(tmp_path: Path) -> None:
    write(tmp_path, "parent", lever(size=0.05))
    child = load_scenario(write(tmp_path, "child", lever(size=0.01, start="2030Q1"), extends="parent"))
    assert [source.name for source in child.chain] == ["baseline", "parent", "child"]
    values = policy(child)["ntb_cut"][:, 0]
    assert values[[79, 80, 95, 96]].tolist() == [0.0, 0.05, 0.05, 0.01]


def test_size_zero_gives_back_the_parent_to_the_bit(tmp_path: Path) -> None:
    child = load_scenario(write(tmp_path, "child", lever(size=0) + lever("rail_corridor", "", size=0.0, phase_in=8)))
    base = load_scenario("baseline")
    assert policy(child).tobytes() == policy(base).tobytes()
    assert child.schedule().hash == base.schedule().hash and child.hash != base.hash


def test_a_missing_parent(tmp_path: Path) -> None:
    path = write(tmp_path, "child", extends="basline")
    assert message(path) == (
        f'{path}: [scenario] extends: "basline" is not a scenario; did you mean "baseline"?;'
        f" shipped, or in the same folder, are: {', '.join(SHIPPED)}"
    )


def test_no_parent(tmp_path: Path) -> None:
    for name in ("mine", "baseline"):
        path = write(tmp_path, name, extends=None)
        assert message(path) == (
            f'{path}: [scenario] extends: missing; write extends = "baseline" (only the shipped baseline has no parent)'
        )


def test_loops(tmp_path: Path) -> None:
    write(tmp_path, "a", extends="c")
    write(tmp_path, "b", extends="a")
    path = write(tmp_path, "c", extends="b")
    assert message(path) == f"{tmp_path}/a.toml: [scenario] extends: the parents form a loop: c -> b -> a -> c"
    path = write(tmp_path, "self", extends="self")
    assert message(path) == f"{path}: [scenario] extends: the parents form a loop: self -> self"


def test_depth(tmp_path: Path) -> None:
    for i in range(8):
        write(tmp_path, f"s{i}", extends=f"s{i - 1}" if i else "baseline")
    assert len(load_scenario(tmp_path / "s6.toml").chain) == 8
    assert message(str(tmp_path / "s7.toml")) == (f"{tmp_path}/s7.toml: [scenario] extends: more than 8 files in a row")


def test_a_file_must_not_take_the_name_of_its_parent(tmp_path: Path) -> None:
    path = write(tmp_path, "baseline", lever())
    assert message(path) == (
        f'{path}: [scenario] name: "baseline" is also the name of scenarios/baseline.toml, which it extends;'
        " choose another name"
    )


def test_a_parent_must_be_called_like_its_file(tmp_path: Path) -> None:
    write(tmp_path, "other", stem="parent")
    path = write(tmp_path, "child", extends="parent")
    assert message(path) == f'{tmp_path}/parent.toml: [scenario] name: "other" must be "parent", as the file is called'


def test_a_parent_both_shipped_and_beside(tmp_path: Path) -> None:
    path = write(tmp_path, "child", extends="cjk_fta")
    shutil.copy(FOLDER / "cjk_fta.toml", tmp_path)
    assert [source.name for source in load_scenario(path).chain] == ["baseline", "cjk_fta", "child"]
    write(tmp_path, "cjk_fta", lever())
    assert message(path) == (
        f'{path}: [scenario] extends: "cjk_fta" is both shipped and another file, {tmp_path}/cjk_fta.toml;'
        " rename that file"
    )


def test_a_wrong_parent_is_named(tmp_path: Path) -> None:
    write(tmp_path, "parent", lever(size=9))
    path = write(tmp_path, "child", extends="parent")
    assert message(path).startswith(f"{tmp_path}/parent.toml: lever 1 (ntb_cut), size: 9 is out of range")


def test_a_folder_can_stand_in_for_the_shipped_files(tmp_path: Path) -> None:
    """A result folder keeps its chain: a rerun must not read the files shipped since."""
    write(tmp_path, "baseline", lever(size=0.05), extends=None)
    write(tmp_path, "mine", lever(size=0.01, start="2030Q1"))
    mine = load_scenario("mine", library=tmp_path)
    assert list_scenarios(tmp_path) == ("baseline", "mine")
    assert policy(mine)["ntb_cut"][[80, 96], 0].tolist() == [0.05, 0.01]
    assert not policy(mine)["tariff_schedule"].any()
    assert message("cjk_fta", library=tmp_path).endswith(
        "shipped are: baseline, mine; a file needs / or .toml in its name"
    )
    assert message("mine", library=tmp_path / "none") == f"{tmp_path}/none: cannot be read: No such file or directory"


def test_a_baseline_has_no_parent(tmp_path: Path) -> None:
    write(tmp_path, "baseline", extends="mine")
    assert message("baseline", library=tmp_path) == (
        f'{tmp_path}/baseline.toml: [scenario] extends: "mine" is not allowed; baseline has no parent'
    )


# Combinations


def test_a_combination_holds_the_levers_of_all() -> None:
    both = load_scenario("cjk_fta+talent_retention")
    assert both.name == "cjk_fta+talent_retention" and both.parts == ("cjk_fta", "talent_retention")
    assert [source.name for source in both.chain] == ["baseline", "cjk_fta", "talent_retention"]
    assert both.title == f"{load_scenario('cjk_fta').title} + {load_scenario('talent_retention').title}"
    values, parts = policy(both), [policy(load_scenario(name)) for name in both.parts]
    assert values["ntb_cut"].tobytes() == parts[0]["ntb_cut"].tobytes()
    assert values["talent_subsidy"].tobytes() == parts[1]["talent_subsidy"].tobytes()
    assert values["tariff_schedule"].tobytes() == parts[0]["tariff_schedule"].tobytes()


def test_the_order_of_a_combination_does_not_matter() -> None:
    one, other = load_scenario("cjk_fta+talent_retention+rd_push"), load_scenario("rd_push+talent_retention+cjk_fta")
    assert one.hash == other.hash and one.schedule().hash == other.schedule().hash
    assert policy(one).tobytes() == policy(other).tobytes()


def test_all_shipped_policies_but_one_port_merger_combine() -> None:
    """And but one of the two scenarios that leave out the curb."""
    names = [name for name in SHIPPED if name not in ("baseline", "port_consolidation_all", "without_hindsight")]
    assert len(load_scenario("+".join(names)).parts) == len(names)


def test_conflicts_are_refused_by_name() -> None:
    assert message("port_consolidation+port_consolidation_all") == (
        "port_consolidation+port_consolidation_all: port_consolidation (lever 1) and port_consolidation_all (lever 1)"
        " both set port_merger for Dalian in 2026Q1 to 2035Q4;"
        " only levers on additive instruments can be combined there"
    )


def test_additive_levers_of_a_combination_add_up(tmp_path: Path) -> None:
    a = write(tmp_path, "a", lever("public_consumption", "", size=2))
    b = write(tmp_path, "b", lever("public_consumption", "", size=3, start="2027Q1"))
    assert policy(load_scenario(f"{a}+{b}"))["public_consumption"][[80, 84]].tolist() == [2.0, 5.0]


def test_children_of_one_parent_share_it(tmp_path: Path) -> None:
    write(tmp_path, "parent", lever(size=0.05))
    a = write(tmp_path, "a", lever(size=0.01), extends="parent")
    b = write(tmp_path, "b", lever("rail_corridor", "", size=3), extends="parent")
    both = load_scenario(f"{a}+{b}")
    assert [source.name for source in both.chain] == ["baseline", "parent", "a", "b"]
    assert policy(both)["ntb_cut"][80, 0] == 0.01, "a replaces what it extends although b extends it too"


def test_a_scenario_does_not_replace_what_it_does_not_extend(tmp_path: Path) -> None:
    write(tmp_path, "parent", lever(size=0.05))
    a = write(tmp_path, "a", lever("rail_corridor", "", size=3), extends="parent")
    b = write(tmp_path, "b", lever(size=0.01))
    assert message(f"{a}+{b}").startswith("a+b: parent (lever 1) and b (lever 1) both set ntb_cut for Japan in")


def test_names_that_cannot_be_combined(tmp_path: Path) -> None:
    assert message("baseline+cjk_fta") == (
        'baseline+cjk_fta: "cjk_fta" already extends "baseline"; leave the latter out'
    )
    assert message("cjk_fta+cjk_fta") == "cjk_fta+cjk_fta: the same scenario stands there twice"
    path = write(tmp_path, "cjk_fta", lever())
    assert message(f"cjk_fta+{path}") == (
        f'cjk_fta+cjk_fta: two different files are called "cjk_fta": scenarios/cjk_fta.toml and {path}; rename one'
    )


# Identity


def test_hash_sees_content_and_not_layout(tmp_path: Path) -> None:
    path = Path(write(tmp_path, "mine", lever()))
    text = path.read_text()
    first = load_scenario(path).hash
    path.write_text("# a comment\n" + text.replace(" = ", "   =   ").replace("\n", "\r\n"), newline="")
    assert load_scenario(path).hash == first
    for old, new in (("0.04", "0.05"), ("T mine", "U mine"), ("2026Q1", "2026Q2"), ("Japan", "Korea")):
        path.write_text(text.replace(old, new))
        assert load_scenario(path).hash != first


def test_levers_after_the_end_give_one_notice() -> None:
    cjk = load_scenario("cjk_fta")
    schedule = cjk.schedule("2025Q4")
    assert schedule.notices == (
        "without effect, because the run ends with 2025Q4: cjk_fta lever 1 (tariff_cut, from 2026Q1),"
        " cjk_fta lever 2 (ntb_cut, from 2026Q1), cjk_fta lever 3 (services_opening, from 2026Q1)",
    )
    assert schedule.hash == load_scenario("baseline").schedule("2025Q4").hash


@pytest.mark.parametrize("until", ["2040Q1", "2005Q4", "soon"])
def test_a_wrong_end_is_refused(until: str) -> None:
    with pytest.raises(InputError, match="out of range|not a quarter"):
        load_scenario("baseline").schedule(until)


def test_policy_record_of_a_scenario() -> None:
    values = policy(load_scenario("baseline"))
    assert values.dtype == POLICY and values.shape == (120,)


def test_notes_of_a_combination_are_told_in_chinese_where_there_are_any(tmp_path: Path) -> None:
    path = write(tmp_path, "mine", lever("rail_corridor", "", size=3))
    both = load_scenario(f"rd_push+{path}")
    assert "研发" not in both.notes and "20%至40%" in both.notes_zh


def test_notes_do_not_enter_the_schedule(tmp_path: Path) -> None:
    path = write(tmp_path, "mine", lever())
    plain = load_scenario(path)
    text = Path(path).read_text(encoding="utf-8")
    Path(path).write_text(text.replace("[scenario]", '[scenario]\nnotes_zh = "说明"', 1), encoding="utf-8")
    noted = load_scenario(path)
    assert noted.notes_zh == "说明" and plain.notes_zh == ""
    assert noted.schedule().hash == plain.schedule().hash and noted.hash != plain.hash


def test_loading_stays_light() -> None:
    code = (
        "import sys; from simulator.scenario import load_scenario; load_scenario('cjk_fta').schedule();"
        "heavy = {'pandas', 'numba', 'scipy', 'pyarrow', 'mesa', 'duckdb', 'rich'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or None)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_example_in_the_docs_works(tmp_path: Path) -> None:
    docs = (Path(__file__).parents[1] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    path = tmp_path / "my_story.toml"
    path.write_text(docs.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    story = load_scenario(path)
    values = policy(story)
    assert story.chain[1].name == "cjk_fta"
    assert values["ntb_cut"][99, :2].tolist() == pytest.approx([0.02, 0.04])
    assert values["talent_subsidy"][[83, 84, 99, 100], 0].tolist() == [0.0, 0.1, 0.1, 0.0]


# Texts that are no files


@pytest.mark.parametrize("extends", ["baseline", "cjk_fta"])
def test_a_text_is_what_its_file_would_be(extends: str, tmp_path: Path) -> None:
    path = Path(write(tmp_path, "mine", lever(), extends=extends))
    text = path.read_text(encoding="utf-8")
    assert scenario_of_text(text) == load_scenario(path)


def test_a_text_extends_shipped_scenarios_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "parent", lever(size=0.05))
    text = Path(write(tmp_path, "mine", lever(), extends="parent")).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r'^up.toml: \[scenario\] extends: "parent" is not a scenario'):
        scenario_of_text(text, "up.toml")


@pytest.mark.parametrize("name", ["mine", "baseline"])
def test_a_text_without_a_parent_is_not_a_baseline(name: str, tmp_path: Path) -> None:
    text = Path(write(tmp_path, "mine", lever())).read_text(encoding="utf-8")
    orphan = text.replace('name = "mine"', f'name = "{name}"').replace('extends = "baseline"\n', "")
    assert orphan.count("extends") == 0
    with pytest.raises(InputError, match=r"^up.toml: \[scenario\] extends: missing"):
        scenario_of_text(orphan, "up.toml")


def test_a_text_called_baseline_is_refused(tmp_path: Path) -> None:
    text = Path(write(tmp_path, "mine", lever())).read_text(encoding="utf-8")
    with pytest.raises(InputError, match="baseline has no parent"):
        scenario_of_text(text.replace('name = "mine"', 'name = "baseline"'))
