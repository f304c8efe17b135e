"""``liaosim query``: what it prints and writes, and what it refuses."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from simulator import iamc, open_results
from simulator.cli import app
from simulator.variables import ENTITIES
from tests.query_folders import contents

PROVINCE = "level = 'province' AND freq = 'A'"


def liaosim(*words: object) -> Result:
    return CliRunner().invoke(app, ["query", *map(str, words)])


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


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet", "arrow", "feather"])
def test_a_file_is_written_in_the_format_of_its_name(stored: Path, tmp_path: Path, suffix: str) -> None:
    before = contents(stored)
    out = tmp_path / f"my answer.{suffix}"
    result = liaosim(stored, f"SELECT entity, median FROM summary WHERE {PROVINCE} ORDER BY median", "--out", out)
    assert result.exit_code == 0, result.output
    readers = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}
    read = readers.get(suffix, pd.read_feather)
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
        (["SELECT 1 AS a", "--format", "arrow"], "--format arrow needs a file: --out FILE.arrow"),
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
