"""The package as others get it: light to import, layered one way, complete once built and installed."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest

import simulator

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("simulator", "scenarios", "calibration", "viz")
HEAVY = ("pandas", "numba", "pyarrow", "scipy", "mesa", "rich", "duckdb", "numpy", "asyncio")

LAYERS = (
    # Lowest first: a module may import from its own layer and from lower ones. A package stands for what lies in it.
    ("simulator", "simulator.errors", "simulator.periods", "simulator.records", "simulator.variables",
     "simulator.text_file", "simulator.numbers", "simulator.words", "simulator.compilation", "simulator.parameters",
     "simulator.posterior", "simulator.skill_card",
     "simulator.tables", "simulator.table_needs", "simulator.parameter_words", "simulator.statistics",
     "simulator.paired_statistics", "simulator.rank_regression", "simulator.draws", "scenarios"),
    ("simulator.rules",),
    ("simulator.levers_text", "simulator.levers_limits", "simulator.levers", "simulator.file_errors",
     "simulator.lever_checks", "simulator.schedule",
     "simulator.scenario_file", "simulator.scenario", "simulator.scenario_schema", "simulator.scenario_diff",
     "simulator.scenario_changes", "simulator.wording", "simulator.card_costs", "simulator.base_costs",
     "simulator.card", "simulator.drivers", "simulator.identification", "simulator.world"),
    ("simulator.calls", "simulator.links", "simulator.quarter", "simulator.agents", "simulator.loop",
     "simulator.run", "simulator.loops", "simulator.loop_book"),
    ("simulator.model", "simulator.ensemble", "simulator.walk", "simulator.polarity"),
    ("simulator.results", "simulator.manifest", "simulator.folder", "simulator.store", "simulator.store_read",
     "simulator.headline_rows", "simulator.headline", "simulator.headline_text", "simulator.loops_page",
     "simulator.rerun_read", "simulator.rerun", "simulator.spreadsheet", "simulator.workbook", "simulator.query",
     "simulator.query_tables"),
    ("simulator.sweep", "simulator.explain", "simulator.sensitivity", "simulator.sensitivity_words",
     "simulator.caveats"),
    ("calibration",),
    ("viz",),
    ("calibration.document_source", "calibration.document_targets", "calibration.document_fit",
     "calibration.document_padding", "calibration.document_validation", "calibration.document_pictures",
     "calibration.document_checks", "calibration.document"),
    ("simulator.cli_wrap", "simulator.cli_support", "simulator.cli_scenarios", "simulator.cli_run",
     "simulator.cli_rerun", "simulator.cli_report", "simulator.cli_query", "simulator.cli_sweep",
     "simulator.cli_calibrate", "simulator.cli_validate", "simulator.cli_options",
     "simulator.cli_commands_inputs", "simulator.cli_commands_runs", "simulator.cli_commands_results",
     "simulator.cli_commands_calibration", "simulator.cli_commands_app", "simulator.cli_ui",
     "simulator.cli"),
)  # fmt: skip


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path) -> Iterator[str]:
    """Yield the modules of this project that a file imports anywhere, except for type checking only."""
    known = {name for name, _ in modules()}
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
            continue
        pending.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            members = [f"{origin}.{alias.name}" for alias in node.names]
            found = [member if member in known else origin for member in members]
        else:
            continue
        yield from (name for name in found if name.split(".")[0] in PACKAGES)


def layer(module: str) -> int:
    """Return the number of the layer of the longest name in ``LAYERS`` that the module is or lies in."""
    places = {name: number for number, names in enumerate(LAYERS) for name in names}
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in places and (name != "simulator" or length == len(parts)):
            return places[name]
    raise AssertionError(f"{module} has no layer: add it to LAYERS in {Path(__file__).name}")


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda value: str(value).rpartition("/")[2])
def test_imports_point_down(module: str, path: Path) -> None:
    upward = {name for name in imports(module, path) if layer(name) > layer(module)}
    assert not upward, f"{module} imports {sorted(upward)} from a higher layer"


def test_only_the_command_imports_calibration_and_app() -> None:
    for module, path in modules():
        if module.startswith("simulator") and not module.startswith("simulator.cli"):
            assert not {name.split(".")[0] for name in imports(module, path)} & {"calibration", "viz"}, module


def test_rules_import_only_records_and_the_compiler() -> None:
    allowed = ("simulator.rules", "simulator.records", "simulator.compilation")
    for module, path in modules():
        if module.startswith("simulator.rules"):
            assert not [name for name in imports(module, path) if not name.startswith(allowed)], module


def test_import_scan_sees_every_form(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(
        "import simulator.errors\n"
        "from simulator import periods, __version__\n"
        "from .records import CITIES\n"
        "if TYPE_CHECKING:\n    import viz\n"
        "def f():\n    from calibration import observed_nowhere\n",
        encoding="utf-8",
    )
    found = set(imports("simulator.x", path))
    assert found == {"simulator.errors", "simulator.periods", "simulator", "simulator.records", "calibration"}


def loaded_after(code: str) -> set[str]:
    """Run code in a fresh interpreter and return which of ``HEAVY`` it imported."""
    report = f"\nimport sys\nprint('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


def test_import_is_light() -> None:
    assert loaded_after("import simulator") == set()


@pytest.mark.parametrize("words", ["--help", "--version", "run --help", "query --help", "scenarios --help"])
def test_help_is_light(words: str) -> None:
    lines = ("from simulator.cli import app", "try:", f"    app({words.split()})", "except SystemExit as end:")
    assert loaded_after("\n".join([*lines, "    assert end.code == 0"])) == set()


def test_public_names_exist() -> None:
    for name in simulator.__all__:
        assert getattr(simulator, name) is not None, name
    assert set(simulator.__all__) <= set(dir(simulator))


def test_no_public_name_is_also_a_module() -> None:
    """Else ``simulator.x`` would turn from a function into a module once the module is imported."""
    assert not {name for name in simulator.__all__ if (ROOT / "simulator" / f"{name}.py").exists()}


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        importlib.import_module("simulator").nonsense  # noqa: B018


def test_version_is_the_same_everywhere() -> None:
    assert metadata("liaosim")["Version"] == simulator.__version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (\S+)$", citation, re.M)[1] == simulator.__version__  # type: ignore[index]


def test_lock_names_versions_and_nothing_else() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pattern = re.compile(r"[a-z0-9][a-z0-9._-]*==[a-z0-9.]+( ; [a-z_]+ [^/@]+)?")
    assert [line for line in lines if not pattern.fullmatch(line)] == []


def test_lock_holds_every_requirement() -> None:
    locked = {line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()}
    wanted = {re.split(r"[^A-Za-z0-9._-]", text)[0].lower() for text in requires("liaosim") or ()}
    assert len(wanted) > 20
    assert wanted <= locked


def test_dependencies_cover_what_is_imported() -> None:
    """The base install brings every package that ``simulator`` imports at any place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brought = {re.split(r"[^A-Za-z0-9._-]", text)[0].lower() for text in project["dependencies"]}
    used = set()
    for module, path in modules():
        if module.split(".")[0] not in ("simulator", "scenarios"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                used.add(node.module.split(".")[0])
    foreign = {name.lower() for name in used - set(sys.stdlib_module_names) - set(PACKAGES)}
    assert foreign <= brought


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    (built,) = folder.glob("liaosim-*.whl")
    return built


def test_wheel_holds_code_and_data(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            if path.suffix in {".py", ".toml", ".csv", ".parquet", ".typed", ".json", ".js"}:
                assert path.relative_to(ROOT).as_posix() in inside
    strangers = {name.split("/")[0] for name in inside} - set(PACKAGES)
    assert strangers == {f"liaosim-{simulator.__version__}.dist-info"}


def test_installed_wheel_runs(wheel: Path, tmp_path: Path) -> None:
    place, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    zipfile.ZipFile(wheel).extractall(place)  # a wheel of pure Python is installed by unpacking
    environment = {**os.environ, "PYTHONPATH": str(place), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    start = "import simulator; print(simulator.__file__); from simulator.cli import app; app()"
    words = ["run", "baseline", "--runs", "2", "--until", "2007Q4", "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", start, *words],
        cwd=work, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(place))
    assert (work / "out" / "manifest.json").is_file()
    assert (work / "out" / "series" / "province.parquet").is_file()
    assert [path.name for path in work.iterdir()] == ["out"]
    assert not list(place.rglob("*.nbi")), "compiled code was written into the package"
