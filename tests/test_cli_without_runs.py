"""The commands that run nothing: version, help, the list of scenarios, the table of a quarter."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from simulator import MODEL_VERSION, __version__
from tests.commands import liaosim, lines


def test_version() -> None:
    result = liaosim("--version")
    assert (result.exit_code, result.stdout) == (0, f"liaosim {__version__} (model {MODEL_VERSION})\n")


@pytest.mark.parametrize("words", [[], ["run"], ["compare"], ["quarter"], ["scenarios"], ["scenarios", "check"]])
def test_help_has_every_command_and_its_examples(words: list[str]) -> None:
    result = liaosim(*words, "--help")
    assert result.exit_code == 0
    assert words in ([], ["quarter"]) or f"\n    liaosim {' '.join(words)} " in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_scenario_list_has_a_line_a_scenario() -> None:
    for words in (["scenarios"], ["scenarios", "list"]):
        result = liaosim(*words)
        assert result.exit_code == 0
        names = [line.split()[0] for line in lines(result.stdout)[2:]]
        assert names[0] == "baseline"
        assert {"cjk_fta", "port_consolidation", "talent_retention"} <= set(names)


def test_scenario_list_in_chinese_and_as_json() -> None:
    for words in (["scenarios", "list"], ["scenarios"]):
        found = json.loads(liaosim(*words, "--json", "--lang", "zh").stdout)
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in x["title"] + x["summary"]) for x in found)
        assert {x["name"]: x["extends"] for x in found}["cjk_fta"] == "baseline"


def test_scenarios_check_reports_each_file(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[scenario]\nname = 'wrong'\ntitel = 'x'\n", encoding="utf-8")
    result = liaosim("scenarios", "check", "cjk_fta", str(wrong), "cjk_fta+talent_retention")
    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in lines(result.stdout)] == ["cjk_fta", "cjk_fta+talent_retention"]
    assert len(lines(result.stderr)) >= 1
    assert str(wrong) in result.stderr
    assert "titel" in result.stderr
    assert liaosim("scenarios", "check", "baseline").exit_code == 0


def fake_quarter(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass
    class Row:
        step: int
        rule: str
        agent: str
        reads: list[str]
        writes: list[str]
        link: str

    module = ModuleType("simulator.quarter")
    rows = [Row(1, "soe_invest", "SOE", ["wage [t-1]", "credit [t]"], ["investment"], "credit")]
    module.table = lambda: rows  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "simulator.quarter", module)


def test_quarter_prints_brackets_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_quarter(monkeypatch)
    row = lines(liaosim("quarter").stdout)[-1]
    assert row.split() == ["1", "soe_invest", "SOE", "wage", "[t-1],", "credit", "[t]", "investment", "credit"]


def test_quarter_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_quarter(monkeypatch)
    assert json.loads(liaosim("quarter", "--json").stdout) == [
        {
            "step": 1, "rule": "soe_invest", "agent": "SOE", "reads": ["wage [t-1]", "credit [t]"],
            "writes": ["investment"], "link": "credit",
        }
    ]  # fmt: skip
