"""What ``run`` and ``compare`` write and say, and which folders they replace. The engine is a fake."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.commands import SHORT, Engine, liaosim, lines, messages


def test_results_are_written_and_named(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "here")
    assert result.exit_code == 0, result.output
    assert lines(result.stdout)[-1] == "Results: here"
    manifest = json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in manifest["scenarios"]] == ["baseline", "cjk_fta"]
    assert (manifest["runs"], manifest["until"], manifest["engine"]) == (4, "2007Q4", "compiled")
    assert sorted(path.stem for path in Path("here/scenarios").iterdir()) == ["baseline", "cjk_fta"]
    soe = pd.read_parquet("here/agents/soe.parquet")
    assert soe["scenario"].tolist() == ["baseline", "cjk_fta"]
    assert soe["run"].tolist() == [manifest["medoids"]["baseline"], manifest["medoids"]["cjk_fta"]]


def test_default_folder_is_the_same_again_and_another_for_another_seed(engine: Engine) -> None:
    for seed in ("1", "1", "2"):
        assert liaosim("run", "baseline", *SHORT, "--seed", seed).exit_code == 0
    folders = sorted(path.name for path in Path("results").iterdir())
    assert len(folders) == 2
    assert all(name.startswith("baseline-") and len(name) == len("baseline-") + 8 for name in folders)


def test_no_effect_prints_exactly_zero(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "no_financing_curb", *SHORT)
    (row,) = (line for line in result.stdout.splitlines() if line.strip().startswith("Real GDP"))
    assert row.split()[2:] == ["0", "0", "to", "0", "0", "bn", "yuan", "2010", "0.50", "0"]


def test_other_results_are_not_replaced_unless_asked(engine: Engine) -> None:
    assert liaosim("run", "baseline", *SHORT, "--out", "here").exit_code == 0
    before = Path("here/manifest.json").read_bytes()
    refused = liaosim("run", "cjk_fta", *SHORT, "--out", "here")
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert Path("here/manifest.json").read_bytes() == before
    assert len(engine.calls) == 1, "refused only after the runs"
    assert liaosim("run", "cjk_fta", *SHORT, "--out", "here", "--overwrite").exit_code == 0
    assert json.loads(Path("here/manifest.json").read_bytes())["scenarios"][0]["name"] == "cjk_fta"


def test_folder_of_somebody_else_is_never_replaced(engine: Engine) -> None:
    Path("thesis").mkdir()
    Path("thesis/chapter1.txt").write_text("years of work", encoding="utf-8")
    assert liaosim("run", "baseline", *SHORT, "--out", "thesis", "--overwrite").exit_code == 2
    assert Path("thesis/chapter1.txt").read_text(encoding="utf-8") == "years of work"
    assert not engine.calls


def test_json_is_all_that_stdout_holds(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "cjk_fta", *SHORT, "--out", "here", "--json", "--lang", "zh")
    value = json.loads(result.stdout)
    assert value["folder"] == "here"
    assert value["failures"] == []
    assert value["headline"]["scenarios"] == ["baseline", "cjk_fta"]
    gdp = next(x for x in value["headline"]["effects"] if x["variable"] == "gdp_real")
    assert gdp["label"] == "实际地区生产总值"
    assert gdp["prob_positive"] == 0.5
    assert gdp["absolute"] == {"median": 0.0, "p05": 0.0, "p95": 0.0}


def test_levers_after_the_last_quarter_are_noticed_once(engine: Engine) -> None:
    result = liaosim("compare", "baseline", "talent_retention", *SHORT, "--out", "here")
    assert result.exit_code == 0
    (notice,) = messages(result)
    assert notice.startswith("Note: ")
    assert "talent_subsidy" in notice
    assert json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))["warnings"][1:] == [notice[6:]]


def test_first_compilation_is_announced(engine: Engine) -> None:
    assert messages(liaosim("run", "baseline", *SHORT)) == []
    engine.compiled = False
    assert messages(liaosim("run", "baseline", *SHORT)) == [
        "Compiling the model for this machine (once, about a minute) ..."
    ]


def test_words_that_are_not_utf8_are_kept_readable(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["liaosim", "run", "caf\udce9.toml", "辽宁"])
    result = liaosim("run", "baseline", *SHORT, "--out", "here")
    assert result.exit_code == 0, result.output
    manifest = json.loads(Path("here/manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == ["liaosim", "run", "caf\ufffd.toml", "辽宁"]
