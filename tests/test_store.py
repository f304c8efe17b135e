from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulator import store
from simulator.errors import InputError
from simulator.folder import check_target, default_directory
from simulator.headline import HEADLINE, build_headline
from simulator.manifest import Identity, dump_manifest, identity_of, read_manifest
from simulator.results import Results
from simulator.scenario import load_scenario
from simulator.store import UnfinishedError, round_as_stored, write_results
from simulator.store_read import load_chains, load_results
from simulator.text_file import replace_file
from simulator.variables import LEVELS
from tests.fakes import FakeEnsemble, changed, column, fake_ensemble

BASELINE = ("baseline", '[scenario]\nname = "baseline"\n')
CHAINS = {"baseline": [BASELINE], "other": [BASELINE, ("other", '[scenario]\nname = "other"\r\n# 辽宁\n')]}


def two(**options: object) -> list[FakeEnsemble]:
    sizes = {"talent_subsidy:Dalian": np.array([0.1, 0.2, 0.3, 0.4])}
    base, other = fake_ensemble(random=True), fake_ensemble("other", random=True, sizes=sizes)
    changed(other, "province", "gdp_real", 1.01)
    return [replace(e, **options) for e in (base, other)]  # type: ignore[arg-type]


def write(directory: Path, ensembles: list[FakeEnsemble] | None = None, **options: object) -> Path:
    given = {"command": ["liaosim", "compare", "baseline", "other"], "chains": CHAINS} | options
    return write_results(Results(ensembles or two()), directory, **given)  # type: ignore[arg-type]


def files(directory: Path) -> list[str]:
    return sorted(p.relative_to(directory).as_posix() for p in directory.rglob("*") if p.is_file())


def agents() -> dict[str, pd.DataFrame]:
    return {kind: pd.DataFrame({"scenario": ["baseline"], "capital": [1.5]}) for kind in ("soe", "investor")}


# --- what is written


def test_the_folder_holds_what_the_contract_names(tmp_path: Path) -> None:
    out = write(tmp_path / "out", agents=agents())
    assert files(out) == sorted(
        [
            "agents/investor.parquet",
            "agents/soe.parquet",
            "differences.csv",
            "headline.csv",
            "manifest.json",
            "parameters.parquet",
            "scenarios/baseline.toml",
            "scenarios/other.toml",
            *(f"series/{level}.parquet" for level in LEVELS),
            "summary.csv",
        ]
    )
    assert read_manifest(out)["files"] == files(out)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_csv_has_the_columns_of_the_contract_and_the_numbers_of_the_tables(tmp_path: Path) -> None:
    ensembles = two()
    out = write(tmp_path / "out", ensembles)
    results = Results(ensembles)
    for name, frame in (("summary", results.summary), ("differences", results.differences)):
        raw = (out / f"{name}.csv").read_bytes()
        assert raw.splitlines()[0] == ",".join(frame.columns).encode()
        assert b"\r" not in raw and b'"' not in raw
        read = pd.read_csv(out / f"{name}.csv", dtype={"period": str}, keep_default_na=False)
        numbers = [c for c in frame.columns if frame[c].dtype == np.float64]
        assert read[numbers].to_numpy() == pytest.approx(frame[numbers].to_numpy(), rel=5e-10, abs=0)
        words = [c for c in frame.columns if c not in numbers]
        assert (read[words].to_numpy() == frame[words].to_numpy()).all()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1 / 3, "0.3333333333"),
        (-1234567890.123, "-1234567890"),
        (12345678912345.0, "12345678910000"),
        (0.1, "0.1"),
        (1.23456789012345e-7, "1.23456789e-7"),
        (9999999999.96, "10000000000"),
    ],
)
def test_numbers_have_ten_significant_digits(tmp_path: Path, value: float, written: str) -> None:
    store._write_csv(tmp_path / "x.csv", pd.DataFrame({"unit": ["%"], "median": [value]}))
    text = (tmp_path / "x.csv").read_text().splitlines()[1].removeprefix("%,")
    assert float(text) == float(written)
    assert len(text.replace("-", "").replace(".", "").split("e")[0].strip("0")) <= 10


def test_a_missing_number_is_an_empty_cell(tmp_path: Path) -> None:
    store._write_csv(tmp_path / "x.csv", pd.DataFrame({"unit": ["%", "%"], "median": [np.nan, 1.5]}))
    assert (tmp_path / "x.csv").read_text() == "unit,median\n%,\n%,1.5\n"


def test_series_have_quarters_of_all_levels_and_years_of_the_province(tmp_path: Path) -> None:
    ensembles = two()
    out = write(tmp_path / "out", ensembles)
    province = pq.read_table(out / "series/province.parquet").to_pandas()
    assert list(province.columns[:5]) == ["scenario", "run", "period", "freq", "entity"]
    year = province[(province.scenario == "other") & (province.run == 2) & (province.period == "2007")].iloc[0]
    quarters = ensembles[1].levels["province"][2, 4:8, 0, column("province", "gdp_real")]
    assert year.freq == "A" and year.gdp_real == pytest.approx(quarters.sum(), rel=1e-14)
    port = pq.read_table(out / "series/port.parquet").to_pandas()
    assert set(port.freq) == {"Q"}
    cell = port[
        (port.scenario == "baseline") & (port.run == 3) & (port.period == "2006Q2") & (port.entity == "Yingkou")
    ]
    assert cell.throughput.item() == np.float32(ensembles[0].levels["port"][3, 1, 1, column("port", "throughput")])
    assert pq.ParquetFile(out / "series/port.parquet").num_row_groups == 2


def test_parameters_hold_draws_and_sampled_sizes(tmp_path: Path) -> None:
    base, other = two()
    values = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [3.0, 5.0]])
    third = replace(other, scenario="third", sizes={"talent_subsidy:Dalian": np.array([9.0, 8.0, 7.0, 6.0])})
    ensembles = [replace(e, parameters=replace(e.parameters, values=values)) for e in (base, other, third)]
    out = write(tmp_path / "out", ensembles, chains=CHAINS | {"third": [BASELINE]})
    table = pq.read_table(out / "parameters.parquet").to_pydict()
    assert list(table) == [
        "run",
        "draw",
        "trade_elasticity_long_run",
        "markup",
        "talent_subsidy:Dalian",
        "talent_subsidy:Dalian@third",
    ]
    assert table["draw"] == [0, 1, 0, 3]
    assert table["markup"] == [2.0, 4.0, 2.0, 5.0]
    back = load_results(out)
    assert back.ensemble("other").sizes["talent_subsidy:Dalian"].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert back.ensemble("third").sizes["talent_subsidy:Dalian"].tolist() == [9.0, 8.0, 7.0, 6.0]
    assert back.base.sizes == {}


def test_chains_come_back_letter_by_letter(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    assert load_chains(out) == {name: tuple(chain) for name, chain in CHAINS.items()}


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", ""])
def test_a_link_must_have_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="not the plain name"):
        write(tmp_path / "out", chains=CHAINS | {"other": [(name, "")]})
    assert list(tmp_path.iterdir()) == []


def test_two_different_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='two different scenario files are called "baseline.toml"'):
        write(tmp_path / "out", chains=CHAINS | {"other": [("baseline.toml", "other text")]})


# --- reading back


def test_results_come_back(tmp_path: Path) -> None:
    ensembles = two(failures=((1, "broke"),))
    out = write(tmp_path / "out", ensembles)
    before, back = Results(ensembles), load_results(out)
    assert back.scenarios == before.scenarios
    assert back.kept().tolist() == [0, 2, 3]
    assert back.ensemble("other").failures == ((1, "broke"),)
    assert identity_of(back) == identity_of(before)
    assert back.base.parameters.names == before.base.parameters.names
    assert np.array_equal(back.base.parameters.values, before.base.parameters.values)
    kept = before.kept("other")
    for level in LEVELS:
        read, made = back.ensemble("other").levels[level], before.ensemble("other").levels[level]
        assert np.isnan(read[1]).all()
        if level == "province":
            assert np.array_equal(read[kept], made[kept])
        else:
            assert np.array_equal(read[kept], made[kept].astype(np.float32))
    assert back.medoids == before.medoids == read_manifest(out)["medoids"]
    province = before.differences[before.differences.level == "province"].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        back.differences[back.differences.level == "province"].reset_index(drop=True), province
    )


def test_stored_levels_behave_as_a_mapping(tmp_path: Path) -> None:
    levels = load_results(write(tmp_path / "out")).base.levels
    assert tuple(levels) == LEVELS and len(levels) == len(LEVELS)
    assert levels["city"] is levels["city"]
    with pytest.raises(KeyError):
        levels["village"]


def test_other_folders_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no manifest.json"):
        load_results(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": "webpack"}')
    with pytest.raises(InputError, match='"format" is not "liaosim results"'):
        load_results(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="not valid JSON"):
        load_results(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": "liaosim results", "format_version": 99}')
    with pytest.raises(InputError, match='"format_version" is 99'):
        load_results(tmp_path)


# --- where results may go


def test_the_same_command_replaces_its_results(tmp_path: Path) -> None:
    write(tmp_path / "out", agents=agents())
    write(tmp_path / "out")
    assert not (tmp_path / "out/agents").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_results_of_another_command_need_overwrite(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    with pytest.raises(InputError, match="results of another command; add --overwrite"):
        write(out, two(seed=2))
    assert read_manifest(out)["seed"] == 1
    write(out, two(seed=2), overwrite=True)
    assert read_manifest(out)["seed"] == 2


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="not written by liaosim"):
        write(tmp_path / "out", overwrite=overwrite)
    (tmp_path / "out/manifest.json").write_text('{"format": "webpack"}')
    with pytest.raises(InputError, match="not written by liaosim"):
        write(tmp_path / "out", overwrite=overwrite)
    assert files(tmp_path) == ["out/manifest.json", "out/thesis.tex"]


def test_results_with_files_of_the_user_are_not_replaced(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (out / "series/notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds series/notes\.txt, which is not part"):
        write(out, overwrite=True)
    assert (out / "series/notes.txt").read_text() == "mine"


def test_a_file_is_refused_and_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        write(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert "manifest.json" in files(write(tmp_path / "empty"))


def test_a_link_to_a_folder_keeps_pointing_there(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real/manifest.json").is_file()


def test_checking_a_target_changes_nothing(tmp_path: Path) -> None:
    check_target(tmp_path / "a" / "b", identity_of(Results(two())))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("stage", ["_write_series", "_write_csv", "build_manifest"])
def test_an_interrupted_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, stage: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(store, stage, fail)
    with pytest.raises(type(error)):
        write(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_keeps_the_results_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = write(tmp_path / "out")
    before = {name: (out / name).read_bytes() for name in files(out)}
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if ".part-" in self.name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(KeyboardInterrupt):
        write(out, two(seed=2), overwrite=True)
    assert {name: (out / name).read_bytes() for name in files(out)} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_file_made_from_the_results_is_part_of_them(tmp_path: Path) -> None:
    def report(folder: Path) -> None:
        assert read_manifest(folder)["seed"] == 1
        (folder / "report.html").write_text("<p>report</p>")

    out = write(tmp_path / "out", finish={"report.html": report})
    assert read_manifest(out)["files"] == files(out)
    assert "report.html" in files(out)
    write(out)
    assert not (out / "report.html").exists()


def test_a_report_that_fails_costs_neither_the_runs_nor_the_workbook(tmp_path: Path) -> None:
    def report(folder: Path) -> None:
        (folder / "report.html").write_text("<p>half")
        raise ZeroDivisionError("division by zero")

    def workbook(folder: Path) -> None:
        (folder / "results.xlsx").write_text("whole")

    with pytest.raises(
        UnfinishedError, match=r"report\.html could not be made: ZeroDivisionError: division by"
    ) as caught:
        write(tmp_path / "out", finish={"report.html": report, "results.xlsx": workbook})
    out = tmp_path / "out"
    assert caught.value.folder == out and list(caught.value.failed) == ["report.html"]
    assert not (out / "report.html").exists()
    assert read_manifest(out)["files"] == files(out)
    assert {"results.xlsx", "series/lane.parquet", "differences.csv"} <= set(files(out))
    assert np.array_equal(load_results(out).summary["median"], load_results(write(tmp_path / "b")).summary["median"])
    write(out, two(seed=2), overwrite=True)  # nothing in it is foreign


def test_an_interrupt_while_the_report_is_made_keeps_the_runs(tmp_path: Path) -> None:
    def report(folder: Path) -> None:
        (folder / "report.html").write_text("<p>half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        write(tmp_path / "out", finish={"report.html": report})
    assert caught.value.__notes__ == [f"the results are complete in {tmp_path / 'out'}, but for report.html."]
    assert read_manifest(tmp_path / "out")["files"] == files(tmp_path / "out")
    assert load_results(tmp_path / "out").scenarios == ("baseline", "other")
    assert not (tmp_path / "out/report.html").exists()


# --- what killed commands leave


def test_what_a_killed_command_left_goes_after_a_day(tmp_path: Path) -> None:
    names = (".out.part-0123abcd", ".out.part-deadbeef", ".out.part-mine", ".other.part-0123abcd", ".out.old-0123abcd")
    for name in names:
        (tmp_path / name / "series").mkdir(parents=True)
        if name != ".out.part-deadbeef":
            os.utime(tmp_path / name, (time.time() - 90_000,) * 2)
    (tmp_path / ".out.part-00000000").symlink_to(tmp_path / ".other.part-0123abcd")
    write(tmp_path / "out")
    assert {p.name for p in tmp_path.iterdir()} == {"out", ".out.part-00000000", *names} - {".out.part-0123abcd"}


def test_a_file_that_a_killed_report_left_does_not_stand_in_the_way(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (out / ".report.html.part-0123abcd").write_text("half")
    write(out, two(seed=2), overwrite=True)
    assert not (out / ".report.html.part-0123abcd").exists()
    (out / ".report.html.part-notes").write_text("mine")
    with pytest.raises(InputError, match="which is not part of the results"):
        write(out, overwrite=True)


def test_a_file_is_replaced_whole_by_several_at_once(tmp_path: Path) -> None:
    texts = ["a" * 300_000, "b" * 300_000]

    def often(text: str) -> None:
        for _ in range(30):
            replace_file(tmp_path / "x", text)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(often, text) for text in texts]:
            done.result()
    assert (tmp_path / "x").read_text() in texts
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


# --- the same figures from the runs and from the folder


def test_rounded_ensembles_give_what_the_folder_gives(tmp_path: Path) -> None:
    ensembles = two(failures=((1, "broke"),))
    exact = ensembles[1].levels["city"].copy()
    province = ensembles[1].levels["province"].copy()
    round_as_stored(ensembles)
    assert (ensembles[1].levels["city"] != exact).any()
    assert np.array_equal(ensembles[1].levels["province"], province)
    results = Results(ensembles)
    back = load_results(write(tmp_path / "out", ensembles))
    pd.testing.assert_frame_equal(back.summary, results.summary, check_exact=True)
    pd.testing.assert_frame_equal(back.differences, results.differences, check_exact=True)


# --- the headline


def headline_of(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "headline.csv", dtype={"period": str, "base": str})


def test_the_headline_is_in_a_file(tmp_path: Path) -> None:
    ensembles = two()
    cost = column("province", "policy_cost")
    ensembles[0].levels["province"][..., cost], ensembles[1].levels["province"][..., cost] = 0.0, 0.25
    out = write(tmp_path / "out", ensembles)
    frame = headline_of(out)
    assert list(frame.columns) == [
        "scenario", "base", "variable", "unit", "measure", "period", "median", "p05", "p95", "prob_positive",
    ]  # fmt: skip
    headline = build_headline(Results(ensembles))
    assert not frame.duplicated(list(frame.columns[:6])).any()
    assert frame["measure"].value_counts().to_dict() | {"percent": 0} == {
        "level": 2 * 2 * len(HEADLINE), "absolute": 2 * len(HEADLINE), "percent": 0,
        "total": 1, "yearly": 1, "percent_of_gdp": 1,
    }  # fmt: skip
    keyed = frame.set_index(["scenario", "variable", "measure", "period"])
    for x in headline.effects:
        if x.variable.name in HEADLINE and x.percent is not None:
            row = keyed.loc[x.scenario, x.variable.name, "percent", x.period]
            assert row[["median", "p05", "p95", "prob_positive"]].tolist() == pytest.approx(
                [x.percent.median, x.percent.p05, x.percent.p95, x.prob_positive], rel=5e-10
            )
            assert (row["unit"], row["base"]) == ("%", "baseline")
    for level in headline.levels:
        row = keyed.loc[level.scenario, level.variable.name, "level", level.period]
        assert row["median"] == pytest.approx(level.value.median, rel=5e-10)
        assert np.isnan(row["prob_positive"]) and row["unit"] == level.variable.unit
    total = keyed.loc["other", "policy_cost", "total", "2006-2007"]
    assert (total["median"], total["unit"]) == (2.0, "bn yuan")
    assert keyed.loc["other", "policy_cost", "yearly", "2006-2007"]["p95"] == 1.0
    (of_gdp,) = (x.of_gdp.median for x in headline.costs)
    assert keyed.loc["other", "policy_cost", "percent_of_gdp", "2006-2007"]["median"] == pytest.approx(of_gdp)


def test_a_cost_that_is_not_modelled_is_not_a_zero(tmp_path: Path) -> None:
    ensembles = two()
    for e in ensembles:
        e.levels["province"][..., column("province", "policy_cost")] = 0.0
        object.__setattr__(e, "schedule", load_scenario("cjk_fta" if e.scenario == "other" else "baseline").schedule())
    frame = headline_of(write(tmp_path / "out", ensembles))
    assert len(frame) > 40 and "policy_cost" not in set(frame["variable"])


def test_one_scenario_has_levels_only(tmp_path: Path) -> None:
    frame = headline_of(write(tmp_path / "out", two()[:1], csv_bom=True))
    assert set(frame["measure"]) == {"level"} and frame["base"].isna().all()
    assert (tmp_path / "out/headline.csv").read_bytes().startswith(b"\xef\xbb\xbfscenario,base,")


def test_without_a_full_year_the_headline_has_no_rows(tmp_path: Path) -> None:
    ensembles = [fake_ensemble(name, quarters=2) for name in ("baseline", "other")]
    assert len(headline_of(write(tmp_path / "out", ensembles))) == 0


# --- broken folders


@pytest.mark.parametrize(
    "key",
    ["version", "model_version", "git_commit", "command", "identity", "scenarios", "parameters", "seed", "runs",
     "until", "engine", "medoids", "failures", "warnings", "started", "finished", "python", "platform", "packages"],
)  # fmt: skip
def test_a_missing_entry_of_the_manifest_is_named(tmp_path: Path, key: str) -> None:
    out = write(tmp_path / "out")
    manifest = read_manifest(out)
    del manifest[key]
    (out / "manifest.json").write_text(dump_manifest(manifest), encoding="utf-8")
    with pytest.raises(InputError, match=f'"{key}" is missing or wrong'):
        load_results(out)


def test_broken_series_are_named_when_they_are_read(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (out / "series/lane.parquet").unlink()
    (out / "series/port.parquet").write_bytes((out / "series/port.parquet").read_bytes()[:-200])
    shutil.copy(out / "series/province.parquet", out / "series/city.parquet")
    shorter = [fake_ensemble(name, quarters=6) for name in ("baseline", "other")]
    shutil.copy(write(tmp_path / "b", shorter) / "series/origin.parquet", out / "series/origin.parquet")
    levels = load_results(out).ensemble("other").levels
    for level, message in (
        ("lane", "lane.parquet is missing"), ("port", "port.parquet cannot be read"),
        ("city", "city.parquet has no column"), ("origin", "origin.parquet: rows of 4 runs and 8 quarters"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=message):
            levels[level]
    (out / "parameters.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="parameters.parquet cannot be read"):
        load_results(out)


def test_a_manifest_that_is_no_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(InputError, match="is not a regular file"):
        load_results(tmp_path)


def test_a_chain_cannot_be_read_from_outside_the_folder(tmp_path: Path) -> None:
    out = write(tmp_path / "out")
    (tmp_path / "secret.toml").write_text("x")
    manifest = read_manifest(out)
    manifest["scenarios"][0]["chain"] = ["../../secret.toml"]
    (out / "manifest.json").write_text(dump_manifest(manifest), encoding="utf-8")
    with pytest.raises(InputError, match="names a file outside scenarios/"):
        load_chains(out)


# --- the default name


def test_the_default_name_holds_the_scenarios_and_a_hash() -> None:
    identity = Identity((("baseline", "aa"), ("cjk_fta+talent", "bb")), "cc", 1, 200, "2035Q4")
    path = default_directory(identity)
    assert path == Path("results") / f"baseline-cjk_fta+talent-{identity.hash[:8]}"
    many = replace(identity, scenarios=tuple((f"scenario_{i}", "aa") for i in range(40)))
    assert len(default_directory(many).name) == 80 + 9


def test_a_name_cannot_lead_elsewhere() -> None:
    identity = Identity((("../../etc/pass wd", "aa"),), "cc", 1, 200, "2035Q4")
    assert default_directory(identity, Path("r")).parent == Path("r")
