"""Compiled rules: never stale, kept outside the package, and the same numbers in plain Python."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import compilation, records
from simulator.compilation import PACKAGE, SOURCES, cache_folder, source_hash
from simulator.parameters import record_type
from simulator.variables import LEVELS, output_type

RECORDS = ("NATION", "POLICY", "PARTNER", "CITY", "SOE", "PORT", "INVESTOR", "PROVINCE")


def python(code: str, folder: Path | None = None, **environment: str) -> Any:
    """Run code in a fresh interpreter, with the package of this folder, and return what it prints as JSON."""
    here = folder or PACKAGE.parent
    variables = {**os.environ, "PYTHONPATH": str(here), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=here, capture_output=True, text=True, timeout=240, check=False, env=variables
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package, without compiled code."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "simulator", ignore=ignore)
    shutil.copytree(PACKAGE.parent / "scenarios", tmp_path / "scenarios", ignore=ignore)
    return tmp_path


# --- stale caches ----------------------------------------------------------------------------------------------------

CALL = """
import json
from simulator.compilation import cache_folder
from simulator.rules.caller import yearly
value = yearly(0.5)
hits = sum(yearly.stats.cache_hits.values())
print(json.dumps([value, str(cache_folder()), hits]))
"""


def test_a_rule_edited_in_another_file_is_compiled_anew(copy: Path) -> None:
    """Numba's own cache would go on with the old rule: the file of the caller has not changed."""
    rules = copy / "simulator" / "rules"
    (rules / "caller.py").write_text(
        '"""Caller."""\nfrom simulator.compilation import rule\nfrom simulator.rules.maths import per_quarter\n\n\n'
        "@rule\ndef yearly(x: float) -> float:\n    return 4.0 * per_quarter(x)\n",
        encoding="utf-8",
    )
    settings = {"XDG_CACHE_HOME": str(copy / "cache")}
    first = python(CALL, copy, **settings)
    again = python(CALL, copy, **settings)
    assert first[0] == again[0] == pytest.approx(4.0 * (1.0 - 0.5**0.25))
    assert first[1] == again[1]
    assert (first[2], again[2]) == (0, 1), "the second time comes from the cache"

    text = (rules / "maths.py").read_text(encoding="utf-8")
    changed = text.replace("1.0 - math.sqrt(math.sqrt(1.0 - clip(rate_a, 0.0, 1.0)))", "0.25 * rate_a")
    assert changed != text
    (rules / "maths.py").write_text(changed, encoding="utf-8")
    edited = python(CALL, copy, **settings)
    assert edited[0] == pytest.approx(0.5)
    assert edited[1] != first[1]
    (rules / "maths.py").write_text(text, encoding="utf-8")
    assert python(CALL, copy, **settings) == again


def test_the_cache_is_named_by_everything_that_is_compiled(copy: Path) -> None:
    package = copy / "simulator"
    seen = {source_hash(package)}
    assert seen == {source_hash()}
    files = [package / name for name in SOURCES] + sorted((package / "rules").glob("*.py"))
    assert all(path.exists() for path in files)
    for path in files:
        before = path.read_bytes()
        path.write_bytes(before + b"\n# touched\n")
        seen.add(source_hash(package))
        path.write_bytes(before)
    (package / "rules" / "new.py").write_text("", encoding="utf-8")
    seen.add(source_hash(package))
    assert len(seen) == len(files) + 2
    assert cache_folder().name == source_hash()


def test_other_files_do_not_touch_the_cache(copy: Path) -> None:
    before = source_hash(copy / "simulator")
    for name in ("cli.py", "store.py", "levers.py"):
        (copy / "simulator" / name).write_text("", encoding="utf-8")
    assert source_hash(copy / "simulator") == before


def test_every_compiled_function_is_in_a_file_that_counts() -> None:
    """And so is every module of the package that such a file imports while it is compiled."""
    counted = set(SOURCES) | {f"rules/{path.name}" for path in (PACKAGE / "rules").glob("*.py")}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        decorated = [
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and any(ast.unparse(d) == "rule" for d in node.decorator_list)
        ]
        assert not decorated or name in counted, (name, decorated)
        if name in counted and name != "compilation.py":
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simulator"):
                    module = (node.module or "").removeprefix("simulator.").replace(".", "/") + ".py"
                    assert module in counted, (name, module)


def test_the_package_folder_stays_clean(copy: Path) -> None:
    """Compiled code goes to the user's cache and nowhere else, also for functions that are only called from Python."""
    code = """
import json, pathlib, numpy as np
from simulator.rules.maths import clip
from simulator.compilation import PACKAGE, cache_folder
assert str(PACKAGE.parent) == str(pathlib.Path.cwd())
clip(1.0, 0.0, 0.5)
files = [str(p.relative_to(cache_folder())) for p in cache_folder().rglob("*.nb*")]
print(json.dumps(files))
"""
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file()}
    files = python(code, copy, XDG_CACHE_HOME=str(copy / "cache"))
    assert files and all("maths.clip" in name for name in files)
    kept = {path for path in copy.rglob("*") if path.is_file() and "cache" not in path.relative_to(copy).parts}
    assert kept == set(before)
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_nothing_compiled_lies_in_the_package() -> None:
    assert [path for path in PACKAGE.rglob("*") if path.suffix in (".nbi", ".nbc")] == []


def test_whether_a_cache_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    assert not compilation.is_compiled()
    (tmp_path / "simulator_1").mkdir()
    (tmp_path / "simulator_1" / "loop.run_quarters-90.py311.nbi").touch()
    assert compilation.is_compiled()


def test_the_loop_is_found_once_it_is_compiled(world: Any) -> None:
    assert world is not None
    assert compilation.is_compiled()


# --- plain Python ----------------------------------------------------------------------------------------------------

PLAIN = """
import json, sys, numpy as np
from simulator.parameters import draw_table
from simulator.run import advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import load_scenario
from simulator.world import load_world
world, quarters = load_world(0.03), 3
draws = draws_of(world, 1, 0, quarters)
state = prepare(world, draw_table("prior", 1, 1).records(), draws)
policies = policies_of(load_scenario("baseline").schedule(), quarters, 1, 0)
policies["zombie_exit"][1:] = 0.8
policies["free_trade_zone"][1:] = 1.0
policies["port_merger"][1:] = 1.0
outputs = new_outputs(quarters)
message = advance(state, policies, draws, 0, quarters, outputs, check=True)
plain = {level: np.asarray(values).view("f8").tolist() for level, values in outputs.items()}
print(json.dumps([message, len(world.soes), len(world.investors), type(advance).__name__, plain]))
"""


def test_plain_python_gives_the_same_numbers() -> None:
    """With NUMBA_DISABLE_JIT=1 the rules are ordinary Python functions, on a world with few enterprises."""
    plain, compiled = python(PLAIN, NUMBA_DISABLE_JIT="1"), python(PLAIN, NUMBA_DISABLE_JIT="0")
    assert plain[:4] == compiled[:4]
    assert plain[0] == ""
    assert 56 <= plain[1] < 200 and plain[2] < 30
    for level in LEVELS:
        np.testing.assert_allclose(plain[4][level], compiled[4][level], rtol=1e-9, atol=1e-12, err_msg=level)


def test_without_the_compiler_rules_are_ordinary_functions() -> None:
    code = "import json, inspect\nfrom simulator.rules.maths import clip\nprint(json.dumps(inspect.isfunction(clip)))"
    assert python(code, NUMBA_DISABLE_JIT="1") is True
    assert python(code, NUMBA_DISABLE_JIT="0") is False


@pytest.mark.parametrize("name", [*RECORDS, "parameters", *LEVELS])
def test_no_field_hides_behind_an_attribute_of_a_record(name: str) -> None:
    """In plain Python ``city.fill`` would be a method of NumPy's record, not the field."""
    if name in RECORDS:
        fields = getattr(records, name).names
    else:
        fields = (record_type() if name == "parameters" else output_type(name)).names
    assert set(fields) & set(dir(np.record)) == set()
