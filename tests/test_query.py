"""SQL over results folders: what a query sees, what it can never reach, and the tables made from it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from simulator import __version__, iamc, open_results, paired, query
from simulator.cli import app
from simulator.errors import InputError
from simulator.results import DIFFERENCE_COLUMNS, SUMMARY_COLUMNS, Results
from simulator.store import round_as_stored, write_results
from simulator.store_read import load_results
from simulator.variables import ENTITIES, LEVELS, variables
from tests.fakes import FakeEnsemble, changed, column, fake_ensemble

CHAIN = [("baseline", '[scenario]\nname = "baseline"\n')]
NAME = 'o\'ut "x" *[a]=1 辽'  # quotes, blanks, what globs are made of and what names a Hive partition
PROVINCE = "level = 'province' AND freq = 'A'"


def ensembles(*, seed: int = 1) -> list[FakeEnsemble]:
    """Return a base and two scenarios whose differences vary over runs; a run of each scenario failed."""
    factors = np.random.default_rng(seed).lognormal(sigma=0.2, size=(2, 6, 1, 1))
    found = [fake_ensemble(runs=6, random=True)]
    for name, factor, failed in zip(("fta", "subsidy"), factors, (1, 4), strict=True):
        one = fake_ensemble(name, runs=6, random=True, failures=((failed, "broken"),))
        for level, variable in (("province", "gdp_real"), ("sector", "value_added"), ("city", "wage")):
            changed(one, level, variable, factor)
        found.append(replace(one, sizes={"talent_subsidy:Dalian": np.linspace(0.1, 0.2, 6)}))
    return found


def write(folder: Path, found: list[FakeEnsemble], *, agents: bool = True, csv_bom: bool = False) -> Path:
    names = [e.scenario for e in found]
    round_as_stored(found)
    history = pd.DataFrame({"scenario": names, "period": ["2007Q4"] * len(names), "capital": 1.5})
    return write_results(
        Results(found),
        folder,
        command=["test"],
        chains={name: CHAIN for name in names},
        agents={"soe": history, "investor": history} if agents else None,
        csv_bom=csv_bom,
    )


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a results folder that no test changes."""
    return write(tmp_path_factory.mktemp("stored") / NAME, ensembles())


@pytest.fixture
def own(stored: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil."""
    return Path(shutil.copytree(stored, tmp_path / "own"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a single scenario, without histories of agents."""
    return write(tmp_path_factory.mktemp("alone") / "out", [fake_ensemble(random=True)], agents=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def liaosim(*words: object) -> Result:
    return CliRunner().invoke(app, ["query", *map(str, words)])


# --- what a query sees


def test_views_are_the_files_with_their_columns(stored: Path) -> None:
    with open_results(stored) as opened:
        views = dict(opened.views())
    assert list(views) == [
        "summary", "differences", "headline", "parameters", *(f"series_{level}" for level in LEVELS),
        "agents_soe", "agents_investor",
    ]  # fmt: skip
    for name, columns in (("summary", SUMMARY_COLUMNS), ("differences", DIFFERENCE_COLUMNS)):
        start = columns.index("median")
        kinds = ["VARCHAR"] * start + ["DOUBLE"] * (len(columns) - start)
        assert views[name] == tuple(zip(columns, kinds, strict=True))
    for level in LEVELS:
        kind = "DOUBLE" if level == "province" else "FLOAT"
        keys = [("scenario", "VARCHAR"), ("run", "INTEGER"), *((k, "VARCHAR") for k in ("period", "freq", "entity"))]
        assert views[f"series_{level}"] == (*keys, *((v.name, kind) for v in variables()[level]))
    assert views["parameters"][-1] == ("talent_subsidy:Dalian", "DOUBLE")


@pytest.mark.parametrize("table", ["summary", "differences"])
def test_tables_hold_what_the_results_say(stored: Path, table: str) -> None:
    expected = getattr(load_results(stored), table)
    with open_results(stored) as opened:
        frame = opened.sql(f"SELECT * FROM {table}")
        assert opened.rows(table) == len(expected)
    numbers = [c for c in expected if expected[c].dtype == np.float64]
    words = [c for c in expected if c not in numbers]
    assert frame[words].to_numpy().tolist() == expected[words].to_numpy().tolist()
    assert frame[numbers].to_numpy() == pytest.approx(expected[numbers].to_numpy(), rel=5e-10, abs=0)


def test_series_hold_every_finished_run(stored: Path) -> None:
    base, other, _ = ensembles()
    with open_results(stored) as opened:
        frame = opened.sql(
            "SELECT run, wage FROM series_city WHERE scenario = 'fta' AND entity = 'Dalian' AND period = '2007Q2' "
            "ORDER BY run"
        )
    expected = other.levels["city"][:, 5, ENTITIES["city"].index("Dalian"), column("city", "wage")]
    assert frame["run"].tolist() == [0, 2, 3, 4, 5]
    assert frame["wage"].to_numpy() == pytest.approx(np.delete(expected, 1), rel=1e-7)


def test_views_join_and_group(stored: Path) -> None:
    with open_results(stored) as opened:
        frame = opened.sql(
            "WITH n AS (SELECT run, gdp_real FROM series_province WHERE scenario = 'fta' AND period = '2007') "
            "SELECT count(*) AS n, corr(gdp_real, markup) AS r FROM n JOIN parameters USING (run)"
        )
    assert frame["n"].tolist() == [5]
    assert abs(frame["r"][0]) < 1.0


def test_one_scenario_has_no_differences_but_their_columns(alone: Path) -> None:
    with open_results(alone) as opened:
        frame = opened.sql("SELECT * FROM differences")
        kinds = dict(opened.view("differences").columns)
    assert tuple(frame.columns) == DIFFERENCE_COLUMNS
    assert len(frame) == 0
    assert (kinds["period"], kinds["prob_positive"]) == ("VARCHAR", "DOUBLE")


def test_byte_order_marks_change_nothing(tmp_path: Path, stored: Path) -> None:
    marked = write(tmp_path / "marked", ensembles(), csv_bom=True)
    assert (marked / "summary.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with open_results(marked) as a, open_results(stored) as b:
        assert a.views() == b.views()
        for name in ("summary", "differences", "headline"):
            assert a.arrow(f"SELECT * FROM {name}").equals(b.arrow(f"SELECT * FROM {name}"))


def test_missing_cells_are_null(stored: Path) -> None:
    with open_results(stored) as opened:
        frame = opened.sql(
            "SELECT count(*) AS n, count(base) AS bases, count(prob_positive) AS shares FROM headline "
            "WHERE measure = 'level'"
        )
    assert frame["n"][0] > 3
    assert frame[["bases", "shares"]].to_numpy().tolist() == [[0, 0]]


def test_views_of_files_that_a_folder_need_not_have(own: Path, alone: Path) -> None:
    (own / "headline.csv").unlink()
    (own / "series" / "lane.parquet").unlink()
    with open_results(own) as opened:
        assert not {"headline", "series_lane"} & {v.name for v in opened.views()}
        with pytest.raises(InputError, match='no view "series_lane"'):
            opened.sql("SELECT * FROM series_lane")
    with open_results(alone) as opened:
        assert not [v.name for v in opened.views() if v.name.startswith("agents")]


def test_first_rows_come_with_the_number_of_all(stored: Path) -> None:
    with open_results(stored) as opened:
        table, total = opened.head("SELECT entity FROM series_lane", 7)
        none, nothing = opened.head("SELECT entity FROM series_lane WHERE run > 100", 7)
    assert (table.num_rows, total) == (7, (6 + 5 + 5) * 8 * len(ENTITIES["lane"]))
    assert (none.num_rows, nothing, none.column_names) == (0, 0, ["entity"])


def test_a_query_that_failed_midway_leaves_the_next_alone(stored: Path) -> None:
    with open_results(stored) as opened:
        for ask in (lambda text: opened.head(text, 3), opened.arrow, opened.sql):
            with pytest.raises(InputError, match="Could not convert"):
                ask("SELECT CAST(variable AS INT) FROM summary")
            assert opened.rows("parameters") == 6


# --- what is refused


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("COPY summary TO 'x.csv'", "COPY"),
        ("/* SELECT */ COPY summary TO 'x.csv'", "COPY"),
        ("-- SELECT\nATTACH 'x.db'", "ATTACH"),
        ("/* /* */ SELECT */ DROP VIEW summary", "DROP"),
        ("INSTALL httpfs", "INSTALL"),
        ("LOAD httpfs", "LOAD"),
        ("PRAGMA database_list", "PRAGMA"),
        ("SET memory_limit = '100GB'", "SET"),
        ("RESET lock_configuration", "RESET"),
        ("CREATE TABLE x AS SELECT 1", "CREATE"),
        ("INSERT INTO summary VALUES (1)", "INSERT"),
        ("DELETE FROM summary", "DELETE"),
        ("EXPORT DATABASE 'x'", "EXPORT"),
        ("CALL pragma_version()", "CALL"),
        ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN"),
        ("FROM summary", "FROM"),
        ("SHOW TABLES", "SHOW"),
        ("PIVOT summary ON variable", "PIVOT"),
        ("WITH x AS (SELECT 1) INSERT INTO summary SELECT 1", "INSERT"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT 1; DROP VIEW summary", "2 statements"),
        ("SELECT 1 /* ; */; -- ;\n COPY summary TO 'x.csv'", "2 statements"),
        ("", "no statement"),
        (" ; -- SELECT 1", "no statement"),
    ],
)
def test_only_one_reading_statement_is_allowed(stored: Path, text: str, word: str) -> None:
    with open_results(stored) as opened, pytest.raises(InputError, match=f"{word}.*SELECT, WITH or DESCRIBE"):
        opened.sql(text)


@pytest.mark.parametrize("text", ["-- a\n/* b; */ select 1 AS n;", "WITH x AS (SELECT 1 AS n) SELECT * FROM x ; -- z"])
def test_comments_and_a_last_semicolon_do_no_harm(stored: Path, text: str) -> None:
    with open_results(stored) as opened:
        assert opened.sql(text)["n"].tolist() == [1]


def test_describe_tells_columns(stored: Path) -> None:
    with open_results(stored) as opened:
        assert opened.sql("DESCRIBE summary")["column_name"].tolist() == list(SUMMARY_COLUMNS)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_blob('{secret}')",
        "SELECT * FROM sniff_csv('{secret}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('{other}/series/city.parquet')",
        "SELECT * FROM parquet_metadata('{other}/series/city.parquet')",
        "SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')",
        "SELECT * FROM read_csv('http://localhost/x.csv')",
        "SELECT * FROM read_csv('s3://bucket/x.csv')",
        "WITH x AS (COPY (SELECT 1) TO '{folder}/new.csv') SELECT 1",
        "WITH x AS (COPY (SELECT 1) TO '{folder}/new.csv' (USE_TMP_FILE false)) SELECT 1",
    ],
)
def test_no_file_is_within_reach(stored: Path, alone: Path, tmp_path: Path, text: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n", encoding="utf-8")
    asked = text.format(secret=secret, other=alone, folder=tmp_path)
    with open_results(stored) as opened, pytest.raises(InputError, match="SQL: a query reads the views of .*no file"):
        opened.sql(asked)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize("name", ["secret.csv", "out/summary.csv"])
def test_a_file_name_is_no_view(own: Path, tmp_path: Path, name: str) -> None:
    path = own / "summary.csv" if name.startswith("out") else tmp_path / name
    if not path.exists():
        path.write_text("a,b\n1,2\n", encoding="utf-8")
    with open_results(own) as opened, pytest.raises(InputError, match="no file; views: summary"):
        opened.sql(f"SELECT * FROM '{path}'")


@pytest.mark.parametrize("file", ["summary.csv", "series/city.parquet"])
@pytest.mark.parametrize("begin", ["WITH x AS (", "SELECT * FROM query('WITH x AS ("])
def test_a_query_cannot_write_over_the_results(own: Path, file: str, begin: str) -> None:
    before = contents(own)
    path = f"{own.resolve()}/{file}"
    inner = begin.startswith("SELECT")
    copy = f"COPY (SELECT 7 AS a) TO '{path}' (USE_TMP_FILE false)) SELECT * FROM x"
    text = begin + (copy.replace("'", "''") + "')" if inner else copy)
    with open_results(own) as opened, pytest.raises(InputError, match="^SQL: "):
        opened.sql(text)
    assert contents(own) == before


def test_settings_are_locked_and_the_network_is_off(stored: Path) -> None:
    with open_results(stored) as opened:
        settings = opened.sql("SELECT name, value FROM duckdb_settings()").set_index("name")["value"]
    for name in ("enable_external_access", "autoload_known_extensions", "autoinstall_known_extensions"):
        assert settings[name] == "false", name
    assert settings["lock_configuration"] == "true"


def test_variables_of_python_are_no_views(stored: Path) -> None:
    frame = pd.DataFrame({"a": [1]})
    with open_results(stored) as opened, pytest.raises(InputError, match='no view "frame"'):
        opened.sql("SELECT * FROM frame")
    assert len(frame) == 1


@pytest.mark.parametrize("what", ["file", "folder", "loose", "pipe"])
def test_links_and_pipes_are_refused(own: Path, stored: Path, what: str) -> None:
    path = own / "series" if what == "folder" else own / "series" / "city.parquet"
    shutil.rmtree(path) if what == "folder" else path.unlink()
    if what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("nowhere" if what == "loose" else stored / path.relative_to(own))
    with pytest.raises(InputError, match=r"series/\w+\.parquet is a link or no regular file"):
        open_results(own)


def test_a_link_to_the_whole_folder_is_followed(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(stored)
    with open_results(tmp_path / "link") as opened:
        assert opened.rows("parameters") == 6


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("summary.csv", None, "summary.csv is missing"),
        ("parameters.parquet", None, "parameters.parquet is missing"),
        ("series/port.parquet", b"PAR1 and nothing", "port.parquet cannot be read: .*damaged"),
        ("manifest.json", b"{}", 'manifest.json: "format"'),
    ],
)
def test_a_damaged_folder_is_named(own: Path, file: str, content: bytes | None, message: str) -> None:
    (own / file).unlink() if content is None else (own / file).write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_results(own)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT medan FROM summary", r'"medan" not found.*"median".*; views: summary, differences, headline'),
        ("SELECT * FROM sumary", r'there is no view "sumary"; did you mean "summary"\?; views: summary, '),
        ("SELECT FROM", "syntax error.*; views: summary"),
        ("SELECT period + 1 FROM series_city", "; views: summary"),
        ("SELECT $1", "parameter.*; views: summary"),
    ],
)
def test_wrong_sql_is_explained_with_the_views(stored: Path, text: str, message: str) -> None:
    with open_results(stored) as opened, pytest.raises(InputError, match=f"^SQL: .*{message}") as caught:
        opened.sql(text)
    assert "\n" not in str(caught.value)


def test_too_much_memory_is_refused(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MEMORY", "30MB")
    with open_results(stored) as opened, pytest.raises(InputError, match="more than 30MB of memory"):
        opened.sql("SELECT * FROM range(30000000) AS t(a) ORDER BY hash(a)")


# --- the layout of the IAMC


def test_iamc_holds_the_yearly_medians(stored: Path) -> None:
    frame = iamc(stored)
    assert frame.columns.tolist() == ["model", "scenario", "region", "variable", "unit", "2006", "2007"]
    assert set(frame["model"]) == {f"liaosim {__version__}"}
    assert frame["scenario"].drop_duplicates().tolist() == ["baseline", "fta", "subsidy"]
    assert frame["variable"].tolist()[: len(variables()["province"])] == [v.name for v in variables()["province"]]
    row = frame.query("scenario == 'fta' and variable == 'gdp_real'")
    values = load_results(stored).series("fta", "gdp_real")
    assert row[["region", "unit"]].to_numpy().tolist() == [["Liaoning", "bn yuan 2010"]]
    assert row[["2006", "2007"]].to_numpy()[0] == pytest.approx(np.median(values, axis=0), rel=1e-9)


def test_iamc_of_cities_has_them_as_regions(stored: Path) -> None:
    with open_results(stored) as opened:
        frame = iamc(opened, ["subsidy"], "city", "p95")
    assert len(frame) == len(ENTITIES["city"]) * len(variables()["city"])
    assert set(frame["scenario"]) == {"subsidy"}
    values = load_results(stored).series("subsidy", "wage", level="city", entity="Anshan")
    row = frame.query("region == 'Anshan' and variable == 'wage'")
    assert row["2007"].tolist() == pytest.approx([np.quantile(values[:, 1], 0.95)], rel=1e-9)


def test_iamc_of_partners_is_liaoning_s_trade_with_them(stored: Path) -> None:
    frame = iamc(stored, level="partner")
    assert set(frame["region"]) == {"Liaoning"}
    assert "exports|Japan" in set(frame["variable"])
    assert not frame.duplicated(["scenario", "region", "variable"]).any()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scenarios": ["ftas"]}, '"ftas" is no scenario of .*did you mean "fta"'),
        ({"scenarios": []}, "no scenario of .*is given"),
        ({"level": "cities"}, '"cities" is no level; did you mean "city"'),
        ({"statistic": "mean"}, '"mean" is no statistic'),
    ],
)
def test_iamc_names_what_it_does_not_know(stored: Path, given: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        iamc(stored, **given)  # type: ignore[arg-type]


# --- paired differences


@pytest.mark.parametrize(
    ("level", "variable"),
    [("province", "gdp_real"), ("city", "wage"), ("sector", "utilisation"), ("sector", "value_added")],
)
def test_paired_differences_are_those_of_the_results(stored: Path, level: str, variable: str) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "fta", "baseline", level, variable)
    asked = f"scenario == 'fta' and level == '{level}' and variable == '{variable}' and measure == 'absolute'"
    expected = load_results(stored).differences.query(f"{asked} and freq == 'A'")
    columns = ["entity", "variable", "unit", "period", "median", "p05", "p95", "prob_positive"]
    assert found[columns].to_numpy().tolist() == expected[columns].to_numpy().tolist()
    assert len(found) == 2 * len(ENTITIES[level])
    assert set(found["n"]) == {5}


def test_paired_differences_of_any_subset_follow_numpy(stored: Path) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "subsidy", "fta", "city", "wage", ["Dalian", "Anshan"], years=[2007], runs=[5, 0, 1, 3])
    results = load_results(stored)
    assert found["entity"].tolist() == ["Dalian", "Anshan"]
    assert found["period"].tolist() == ["2007", "2007"]
    for row, city in enumerate(("Dalian", "Anshan")):
        new, old = (
            results.series(s, "wage", level="city", entity=city, runs=np.array([0, 3, 5]))[:, 1]
            for s in ("subsidy", "fta")
        )
        change = new - old  # run 1 failed in fta
        assert found["n"][row] == 3
        assert found["mean"][row] == pytest.approx(change.mean(), rel=1e-12)
        assert found["standard_error"][row] == pytest.approx(change.std(ddof=1) / np.sqrt(3), rel=1e-12)
        assert found["median"][row] == pytest.approx(np.median(change), rel=1e-12)
        assert found["p05"][row] == pytest.approx(np.quantile(change, 0.05), rel=1e-12)
        assert found["prob_positive"][row] == pytest.approx((change > 0).mean(), rel=1e-12)


def test_a_scenario_less_itself_is_nothing(stored: Path) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "fta", "fta", "province", "gdp_real")
    assert found[["mean", "standard_error", "median", "prob_positive"]].to_numpy().tolist() == [[0, 0, 0, 0.5]] * 2


def test_one_run_has_no_standard_error(stored: Path) -> None:
    with open_results(stored) as opened:
        found = paired(opened, "fta", "baseline", "province", "gdp_real", runs=[2])
    assert found["n"].tolist() == [1, 1]
    assert found["standard_error"].isna().all()
    assert (found["mean"] == found["median"]).all()


def test_runs_without_a_value_are_not_counted(tmp_path: Path) -> None:
    base, other, _ = ensembles()
    other.levels["province"][2, 0, 0, column("province", "gdp_real")] = np.nan
    folder = write(tmp_path / "out", [base, other])
    with open_results(folder) as opened:
        found = paired(opened, "fta", "baseline", "province", "gdp_real")
        without = paired(opened, "fta", "baseline", "province", "gdp_real", runs=[0, 3, 4, 5])
    assert found["n"].tolist() == [4, 5]
    columns = ["mean", "standard_error", "median", "p05", "p95", "prob_positive"]
    assert found[columns].iloc[0].tolist() == pytest.approx(without[columns].iloc[0].tolist(), rel=1e-14)


def test_series_that_are_not_whole_are_refused(own: Path) -> None:
    path = own / "series" / "city.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, table.num_rows - 3), path)
    with open_results(own) as opened:
        assert len(paired(opened, "fta", "baseline", "city", "wage")) == 28
        with pytest.raises(InputError, match=r"the series of subsidy \(city\) are not whole"):
            paired(opened, "subsidy", "baseline", "city", "wage")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"scenario": "nothing"}, '"nothing" is no scenario'),
        ({"base": "base"}, '"base" is no scenario'),
        ({"level": "towns"}, '"towns" is no level'),
        ({"variable": "wages"}, '"wages" is no variable of city; did you mean "wage"'),
        ({"entity": "Dalien"}, '"Dalien" is no entity of city; did you mean "Dalian"'),
        ({"entity": []}, "no entity of city is given"),
        ({"years": [2008]}, "2008 is none of the full years"),
        ({"years": []}, "years: none is given"),
        ({"runs": [6]}, "6 is none of the runs"),
        ({"runs": [-1]}, "-1 is none of the runs"),
        ({"runs": [1]}, "none is left"),
    ],
)
def test_paired_names_what_it_does_not_know(stored: Path, given: dict[str, object], message: str) -> None:
    asked: dict[str, object] = {"scenario": "fta", "base": "baseline", "level": "city", "variable": "wage"}
    with open_results(stored) as opened, pytest.raises(InputError, match=message):
        paired(opened, **(asked | given))  # type: ignore[arg-type]


# --- the command


def test_without_sql_the_command_lists_the_views(stored: Path) -> None:
    result = liaosim(stored)
    assert result.exit_code == 0, result.output
    with open_results(stored) as opened:
        for view in opened.views():
            assert re.search(
                rf"^ {view.name} +{opened.rows(view.name):,} +scenario|^ parameters +6 +run", result.stdout, re.M
            )
    assert result.stdout.count("\n  liaosim query ") == 3


@pytest.mark.parametrize("which", ["stored", "alone"])
def test_the_examples_of_the_list_give_rows(which: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(which)
    listed = json.loads(liaosim(folder, "--format", "json").stdout)
    assert len(listed["examples"]) == 3
    for example in listed["examples"]:
        assert example in liaosim(folder).stdout
        result = liaosim(folder, example, "--format", "json")
        assert result.exit_code == 0, result.output
        assert len(json.loads(result.stdout)) > 0, example


def test_the_list_as_json_has_columns_types_and_rows(stored: Path) -> None:
    views = {v["name"]: v for v in json.loads(liaosim(stored, "--format", "json").stdout)["views"]}
    assert views["parameters"]["rows"] == 6
    assert views["summary"]["columns"][5] == {"name": "period", "type": "VARCHAR"}


def test_a_table_shows_forty_rows_and_says_how_many_there_are(stored: Path) -> None:
    result = liaosim(stored, "SELECT run, period FROM series_city ORDER BY ALL")
    assert result.exit_code == 0
    assert len(re.findall(r"^ \d +200\dQ\d", result.stdout, re.M)) == 40
    assert "40 of 1,792 rows. All of it" in result.stdout


def test_a_table_shows_the_columns_that_fit(stored: Path) -> None:
    result = liaosim(stored, "SELECT * FROM series_province LIMIT 1")
    found = re.search(r"1 of 1 rows, (\d+) of 59 columns", result.stdout)
    assert found is not None
    assert 5 < int(found[1]) < 30
    assert max(map(len, result.stdout.splitlines())) <= 160
    assert len(re.findall("^ baseline", result.stdout, re.M)) == 1


def test_a_short_table_is_whole(stored: Path) -> None:
    result = liaosim(stored, "SELECT 1.25 AS a, NULL AS b, 'x' AS c")
    assert [word for word in result.stdout.split() if "─" not in word] == ["a", "b", "c", "1.25", "x", "1", "row"]


def test_csv_is_complete_and_plain(stored: Path) -> None:
    result = liaosim(stored, "SELECT * FROM summary", "--format", "csv")
    assert result.stdout_bytes == (stored / "summary.csv").read_bytes()


ODD = (
    "SELECT 'a,\"b\"' AS text, 'nan'::DOUBLE AS missing, NULL::INT AS none, sum(run) AS whole, 1.5 AS dec, "
    "[1, 2] AS list, DATE '2020-01-02' AS day, sum(run)::HUGEINT * 1000000000000000000000 AS huge, "
    "true AS yes FROM parameters"
)


def test_csv_quotes_only_where_it_must(stored: Path) -> None:
    result = liaosim(stored, ODD, "--format", "csv")
    assert result.exit_code == 0, result.output
    frame = pd.read_csv(io.StringIO(result.stdout))
    assert frame.iloc[0, 0] == 'a,"b"'
    assert frame.iloc[0, 1:3].isna().all()
    assert frame.iloc[0, 3:].tolist() == [15, 1.5, "[1, 2]", "2020-01-02", 1.5e22, True]


def test_json_is_one_object_a_row(stored: Path) -> None:
    result = liaosim(stored, ODD, "--format", "json")
    assert json.loads(result.stdout) == [
        {
            "text": 'a,"b"', "missing": None, "none": None, "whole": 15, "dec": 1.5, "list": [1, 2],
            "day": "2020-01-02", "huge": 1.5e22, "yes": True,
        }
    ]  # fmt: skip
    assert json.loads(liaosim(stored, "SELECT run FROM parameters WHERE run > 9", "--format", "json").stdout) == []
    many = json.loads(liaosim(stored, "SELECT run FROM series_lane", "--format", "json").stdout)
    assert len(many) == 16 * 8 * len(ENTITIES["lane"])


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_a_file_is_written_in_the_format_of_its_name(stored: Path, tmp_path: Path, suffix: str) -> None:
    before = contents(stored)
    out = tmp_path / f"my answer.{suffix}"
    result = liaosim(stored, f"SELECT entity, median FROM summary WHERE {PROVINCE} ORDER BY median", "--out", out)
    assert result.exit_code == 0, result.output
    read = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}[suffix]
    with open_results(stored) as opened:
        expected = opened.sql(f"SELECT entity, median FROM summary WHERE {PROVINCE} ORDER BY median")
    assert len(expected) > 100
    pd.testing.assert_frame_equal(read(out), expected, check_dtype=False)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert contents(stored) == before


def test_iamc_is_written_as_it_is_computed(stored: Path, tmp_path: Path) -> None:
    result = liaosim(stored, "--iamc", "--out", tmp_path / "x.csv")
    assert result.exit_code == 0, result.output
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "x.csv"), iamc(stored), check_dtype=False)


def test_an_existing_file_is_kept_unless_overwrite_is_given(stored: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    out.write_text("mine", encoding="utf-8")
    refused = liaosim(stored, "SELECT 1 AS a", "--out", out)
    assert (refused.exit_code, out.read_text(encoding="utf-8")) == (2, "mine")
    assert "add --overwrite" in refused.stderr
    wrong = liaosim(stored, "SELECT nothing", "--out", out, "--overwrite")
    assert (wrong.exit_code, out.read_text(encoding="utf-8")) == (2, "mine")
    assert liaosim(stored, "SELECT 1 AS a", "--out", out, "--overwrite").exit_code == 0
    assert out.read_text(encoding="utf-8") == "a\n1\n"


def test_nothing_is_ever_written_into_a_results_folder(own: Path, alone: Path) -> None:
    before, other = contents(own), contents(alone)
    for out in (own / "x.csv", own / "series" / "x.csv", own / "summary.csv", alone / "x.csv"):
        result = liaosim(own, "SELECT 1 AS a", "--out", out, "--overwrite")
        assert result.exit_code == 2, out
        assert "is inside the results folder" in result.stderr
    assert (contents(own), contents(alone)) == (before, other)


def test_a_link_is_never_written_through(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine", encoding="utf-8")
    (tmp_path / "x.csv").symlink_to(tmp_path / "target")
    result = liaosim(stored, "SELECT 1 AS a", "--out", tmp_path / "x.csv", "--overwrite")
    assert (result.exit_code, "no regular file" in result.stderr) == (2, True)
    assert (tmp_path / "target").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["SELECT 1 AS a", "--iamc"], "give SQL or --iamc, not both"),
        (["SELECT 1 AS a", "--overwrite"], "--overwrite goes with --out"),
        (["SELECT 1 AS a", "--format", "parquet"], "needs a file"),
        (["SELECT 1 AS a", "--format", "xml"], "parquet"),
        (["SELECT 1 AS a", "--format", "table", "--out", "{}/x.csv"], "is for the terminal"),
        (["SELECT 1 AS a", "--out", "{}/x.txt"], "say what to write with --format"),
        (["SELECT 1 AS a", "--out", "{}"], "is a folder"),
        (["SELECT 1 AS a", "--out", "{}/no/x.csv"], "there is no folder"),
        (["--out", "{}/x.csv"], "--out needs SQL or --iamc"),
        (["--format", "csv"], "give SQL for csv"),
        (["SELECT 1 AS a, 2 AS a", "--format", "csv"], 'two columns are called "a"'),
        (["SELECT 1 AS a, 2 AS a", "--out", "{}/x.parquet"], 'two columns are called "a"'),
        (["SELEC 1"], "SQL: syntax error"),
        (["COPY summary TO 'x'"], "COPY is refused"),
    ],
)
def test_wrong_use_ends_with_code_2_and_writes_nothing(
    stored: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    result = liaosim(stored, *(word.format(tmp_path) for word in words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    result = liaosim(tmp_path, "SELECT 1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds no manifest.json" in result.stderr


def test_help_teaches_by_examples() -> None:
    text = liaosim("--help").stdout
    assert text.count("liaosim query results/demo") == 5
    assert "'2030Q1'" in text
