"""The README as a newcomer follows it: its commands run, its scenario is right, its figures are those of the model."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli import app
from simulator.world import World

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("#")[0].strip()[2:]
    for block in re.findall(r"```console\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.startswith("$ liaosim")
]
SHORT = ["--runs", "2", "--until", "2027Q4"]
EXAMPLE = Path("docs/examples/fta_terms.toml")


def invoke(words: list[str]) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, (words, done.output, done.stderr)
    return done.output


def few(sweep: str) -> str:
    """Return the sweep file with 8 runs."""
    for key, value, less in (("runs", "8", "2"), ("n", "128", "2")):
        assert sweep.count(f"\n{key} = {value}") == 1
        sweep = sweep.replace(f"\n{key} = {value}", f"\n{key} = {less}")
    return sweep


@pytest.fixture(scope="module")
def place(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the README's scenario file, its sweep with few runs, and a small ``results/demo``."""
    (policy,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    folder = tmp_path_factory.mktemp("newcomer")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("my_policy.toml").write_text(policy, encoding="utf-8")
        invoke(["compare", "baseline", "cjk_fta", *SHORT, "--out", "results/demo"])
        example = (Path(__file__).resolve().parents[1] / EXAMPLE).read_text(encoding="utf-8")
        EXAMPLE.parent.mkdir(parents=True)
        EXAMPLE.write_text(few(example), encoding="utf-8")
        invoke(["sweep", str(EXAMPLE)])
        yield folder


def test_the_five_minutes_are_there() -> None:
    assert len(COMMANDS) >= 10
    used = {shlex.split(command)[1] for command in COMMANDS}
    assert {"scenarios", "compare", "diff", "report", "rerun", "sweep", "query", "quarter"} <= used


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs(command: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    words = shlex.split(command)[1:]
    if words[0] in ("calibrate", "validate", "ui"):  # take minutes, or do not end; tests of their own run them
        words = [words[0], "--help"]
    if words[0] in ("run", "compare"):
        words = [w for i, w in enumerate(words) if w != "--runs" and words[i - 1] != "--runs"] + SHORT
    output = invoke(words)
    assert output.strip()


@pytest.mark.parametrize("name", ["report", "app_play", "app_what_if"])
def test_the_picture_exists_and_is_small(name: str) -> None:
    picture = Path(__file__).resolve().parents[1] / "docs" / f"{name}.png"
    assert f"docs/{picture.name}" in README
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size < 300_000


@pytest.mark.full
def test_the_table_is_what_the_model_says(world: World, tmp_path: Path) -> None:
    output = invoke(["compare", "baseline", "cjk_fta", "--out", str(tmp_path / "r")])
    (sample,) = re.findall(r"```text\n(cjk_fta against baseline.*?)```", README, re.S)
    rows = [re.sub(r"\s+", " ", line).strip() for line in sample.splitlines() if re.search(r"\d\.\d", line)]
    printed = re.sub(r"[ \t]+", " ", output)
    assert len(rows) >= 3
    for row in rows:
        assert row in printed
