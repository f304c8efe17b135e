"""The agents behind a city: the largest enterprises, the investors so far, and when projects began."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from simulator.errors import InputError
from simulator.records import CITIES
from tests.app.playing import QUARTERS, opened
from viz.library import Opened
from viz.play.agents import KEPT, arrivals, enterprises, has_agents, investors, why_no_agents
from viz.play.playback import Side, payload
from viz.play.tables import enterprise_table, investor_table
from viz.wording import texts

QUARTER = "2006Q3"


@pytest.fixture
def result(tmp_path: Path) -> Opened:
    """Return a result with thirty enterprises, of which one has closed, and two investors."""
    agents = tmp_path / "agents"
    agents.mkdir()
    firms = [
        {"scenario": s, "run": 2, "period": p, "agent": i, "city": "Anshan" if i < 30 else "Dalian", "group": "steel",
         "alive": int(i != 29), "zombie": int(i == 28), "capital": 1.0, "debt": 2.0 * i, "labour": 1.0,
         "output": float(i) if p == QUARTER else 99.0, "utilisation": 0.5, "profit": 0.0, "coverage": 1.0}
        for s in ("baseline", "other") for p in ("2006Q2", QUARTER) for i in range(31)
    ]  # fmt: skip
    pd.DataFrame(firms).to_parquet(agents / "soe.parquet")
    # Agent 0 builds in Dalian twice without a break, then again; agent 1 builds once, in Shenyang.
    paths = {
        0: [("Dalian", 1), ("Dalian", 3), ("", 0), ("Dalian", 3)],
        1: [("", 0), ("Shenyang", 3), ("Shenyang", 2), ("", 0)],
    }
    homes = [
        {"scenario": "baseline", "run": 2, "period": f"2006Q{q + 1}", "agent": agent, "home": "Korea", "type": "market",
         "location": city, "stages_left": left, "arrived_usd": 0.0, "return_a": 0.1, "capital": 10.0 * agent + q}
        for agent, path in paths.items() for q, (city, left) in enumerate(path)
    ]  # fmt: skip
    pd.DataFrame(homes).to_parquet(agents / "investor.parquet")
    return opened(folder=tmp_path)


def test_the_largest_in_business_come_first(result: Opened) -> None:
    found = enterprises(result, "baseline", "Anshan", QUARTER, most=3)
    assert [firm.agent for firm in found] == [28, 27, 26]
    assert [firm.zombie for firm in found] == [True, False, False]
    assert found[0].debt == 56.0 and found[0].output == 28.0


def test_investors_are_those_who_began_there_by_then(result: Opened) -> None:
    (found,) = investors(result, "baseline", "Dalian", "2006Q4")
    assert (found.agent, found.home, found.first, found.last, found.projects) == (0, "Korea", "2006Q1", "2006Q4", 3)
    assert found.capital == 3.0
    (before,) = investors(result, "baseline", "Dalian", "2006Q2")
    assert (before.last, before.projects, before.capital) == ("2006Q2", 2, 1.0)
    assert investors(result, "baseline", "Shenyang", "2006Q1") == ()


def test_projects_are_counted_where_and_when_they_begin(result: Opened) -> None:
    counted = arrivals(result, "baseline", QUARTERS)
    dalian, shenyang = CITIES.index("Dalian"), CITIES.index("Shenyang")
    assert counted[:4, dalian].tolist() == [1, 1, 0, 1]
    assert counted[:4, shenyang].tolist() == [0, 1, 0, 0]
    assert counted.sum() == 4


def test_a_typical_run_shows_its_projects_and_another_run_its_money(result: Opened) -> None:
    typical, other = (payload([Side(result, "baseline", run)], "wage", "", "en")["sides"][0] for run in (2, 1))
    assert typical["counted"] and sum(typical["arrivals"]) == 4
    assert not other["counted"] and other["arrivals"][0] == 2


def test_only_the_typical_run_has_agents(result: Opened, tmp_path: Path) -> None:
    assert has_agents(result, "baseline", 2)
    assert not has_agents(result, "baseline", 1)
    (tmp_path / "agents" / "soe.parquet").unlink()
    assert not has_agents(result, "baseline", 2)


def test_why_there_are_none_is_told(result: Opened, tmp_path: Path) -> None:
    """A result without agents, or a folder that is gone, is not an empty field Run."""
    assert [why_no_agents(result, "baseline", run) for run in (2, 1)] == ["", "run"]
    (tmp_path / "agents" / "investor.parquet").unlink()
    assert [why_no_agents(result, "baseline", run) for run in (2, 1)] == ["files", "files"]
    assert why_no_agents(replace(result, folder=tmp_path / "gone"), "baseline", 2) == "folder"
    for why in ("run", "files", "folder"):
        assert all(f"play_agents_{why}" in texts(lang) for lang in ("en", "zh"))


def test_a_history_is_read_once(result: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = enterprises(result, "baseline", "Anshan", QUARTER)
    monkeypatch.setattr("pyarrow.parquet.read_table", lambda *_, **__: pytest.fail("read again"))
    assert enterprises(result, "baseline", "Anshan", QUARTER) == first
    assert len(enterprises(result, "baseline", "Dalian", "2006Q2")) == 1
    monkeypatch.undo()
    firms = pd.read_parquet(tmp_path / "agents" / "soe.parquet").query("agent != 28")
    firms.to_parquet(tmp_path / "agents" / "soe.parquet")
    os.utime(tmp_path / "agents" / "soe.parquet", (1, 1))
    assert enterprises(result, "baseline", "Anshan", QUARTER)[0].agent == 27  # another file is another history
    assert KEPT.size <= 6


def test_a_broken_file_is_named(result: Opened, tmp_path: Path) -> None:
    (tmp_path / "agents" / "soe.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"soe\.parquet cannot be read"):
        enterprises(result, "baseline", "Anshan", QUARTER)


@pytest.mark.parametrize(("lang", "words"), [("en", ("steel", "yes", "markets")), ("zh", ("钢铁与采矿", "是", "市场"))])
def test_the_tables_speak_the_language(result: Opened, lang: str, words: tuple[str, str, str]) -> None:
    firms = enterprise_table(enterprises(result, "baseline", "Anshan", QUARTER), lang, texts(lang))
    homes = investor_table(investors(result, "baseline", "Dalian", "2006Q4"), lang, texts(lang))
    assert firms.count("<tr>") == 21 and f"<td>{words[0]}</td>" in firms and firms.count(f"<td>{words[1]}</td>") == 1
    assert '<td class="number">50.0 %</td>' in firms
    assert f"<td>{words[2]}</td>" in homes and "2006Q4" in homes
