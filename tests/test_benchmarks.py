"""The benchmarks run and say something; how fast things are is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import hottest
from benchmarks.__main__ import FULL, QUICK, text
from benchmarks.measure import child
from benchmarks.steps import source
from simulator.quarter import ORDER

ROOT = Path(__file__).resolve().parents[1]


def test_both_lists_have_the_same_parts() -> None:
    assert list(FULL) == list(QUICK)


def test_the_timed_loop_calls_every_rule_in_the_order_of_the_quarter() -> None:
    written = source()
    rules = [rule.__name__ for step in ORDER for rule in step.rules]
    places = [written.index(f"{name}(") for name in rules]
    assert places == sorted(places) and len(rules) >= len(ORDER)
    assert "city_learns(cities[n], provinces[0], path[t], policies[t], parameters[0]," in written


def test_figures_have_about_three_digits() -> None:
    assert [text(x) for x in (1234.4, 56.78, 5.678, 3.0, "x")] == ["1,234", "56.8", "5.68", "3", "x"]


def test_a_child_is_measured_and_its_failure_is_told() -> None:
    done = child(["-c", "x = bytearray(60_000_000); print(len(x))"])
    assert done.output == "60000000\n"
    assert done.peak > 60e6 and 0.0 < done.cpu < 60.0 and done.wall > 0.0
    with pytest.raises(RuntimeError, match="ended with 3"):
        child(["-c", "raise SystemExit(3)"])


def test_without_a_compiler_the_rule_in_c_is_left_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert "no C compiler" in hottest.hottest(1).what


def test_another_result_of_the_rule_in_c_is_seen() -> None:
    records = np.ones(3, [("a", "f8", (2,)), ("n", "i8")])
    other = records.copy()
    other["a"][1, 1] += 1e-9
    assert hottest.largest_difference(records, records.copy()) == 0.0
    assert hottest.largest_difference(records, other) == pytest.approx(1e-9)


@pytest.mark.full
def test_all_parts_run(tmp_path: Path) -> None:
    """Includes two comparisons of results: Mesa and the loop with clocks must give the bits of the compiled loop."""
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {section["name"] for section in found["sections"]} == {*FULL, "blocks"}
    for section in found["sections"]:
        assert section["rows"] and section["title"] in done.stdout
