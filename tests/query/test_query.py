"""SQL over results folders: what a query sees, and what it can never reach."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator import open_results, query
from simulator.errors import InputError
from simulator.results import DIFFERENCE_COLUMNS, SUMMARY_COLUMNS
from simulator.store_read import load_results
from simulator.variables import ENTITIES, LEVELS, variables
from tests.fakes import column
from tests.query_folders import contents, ensembles, write

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
    assert settings["enable_progress_bar"] == "false"


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


def test_an_interrupt_ends_a_query_and_leaves_the_next_alone(stored: Path) -> None:
    # A shell's background jobs ignore interrupts, and so would this one.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    main = threading.main_thread().ident
    assert main is not None
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE hash(a.range + b.range) = 7"
    with open_results(stored) as opened:
        timer = threading.Timer(0.5, signal.pthread_kill, (main, signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            opened.sql(endless)
        timer.join()
        assert opened.rows("parameters") == 6
    signal.signal(signal.SIGINT, before)
