"""The Python of the documents runs, page by page in one session and an empty folder, and prints what the page says."""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/api.md", "docs/data.md")
BLOCK = re.compile(
    r"(?:<!-- needs: (?P<needs>\w+) -->\n)?```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.S | re.M,
)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A block of Python, the line on which it begins, the output that the page shows, and the package that it needs."""

    code: str
    line: int
    output: str | None
    needs: str | None


def blocks(text: str) -> list[Block]:
    return [
        Block(m["code"], text[: m.start("code")].count("\n"), m["output"], m["needs"]) for m in BLOCK.finditer(text)
    ]


def execute(block: Block, names: dict[str, Any], page: str) -> str:
    """Run a block in the session of its page and return what it printed; errors name the line of the page."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile("\n" * block.line + block.code, page, "exec"), names)
    return out.getvalue()


def differs(want: str, got: str) -> str:
    """Return how an output differs from what the page shows (``...`` stands for anything), or nothing."""
    if doctest.OutputChecker().check_output(want, got, OPTIONS):
        return ""
    return f"the page shows\n{want}\nbut the code prints\n{got}"


@pytest.fixture(scope="module", params=PAGES)
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, ...]]:
    """Run all blocks of a page that need nothing beyond the package."""
    page = str(request.param)
    found = blocks((ROOT / page).read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "documents"}
    wrong = []
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("page"))
    try:
        for block in found:
            if block.needs is None:
                printed = execute(block, names, page)
                difference = differs(block.output or "", printed)
                if difference and (page != "README.md" or block.output is not None):  # the README shows no output
                    wrong.append(f"{page}, line {block.line}: {difference}")
        yield page, found, names, wrong
    finally:
        os.chdir(before)


def test_every_block_runs_and_prints_what_the_page_says(session: tuple[Any, ...]) -> None:
    page, found, _, wrong = session
    assert wrong == []
    assert len(found) >= (20 if page == "docs/api.md" else 1)


def test_blocks_that_need_another_package(session: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    page, found, names, _ = session
    monkeypatch.setenv("MPLBACKEND", "agg")
    needing = [block for block in found if block.needs]
    missing = sorted({str(b.needs) for b in needing if importlib.util.find_spec(str(b.needs)) is None})
    for block in needing:
        if block.needs not in missing:
            assert differs(block.output or "", execute(block, names, page)) == ""
    if missing:
        pytest.skip(f"{page}: {', '.join(missing)} is not installed; {len(needing)} block not run, the others were")


def test_readme_names_what_it_promises(session: tuple[Any, ...]) -> None:
    page, _, names, _ = session
    if page == "README.md":
        assert names["ensemble"].runs == 20 and names["model"].period == "2006Q1"


def test_no_block_is_overlooked() -> None:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert len(blocks(text)) == text.count("```python")


def test_the_api_page_uses_public_names_only() -> None:
    import simulator

    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    used = re.findall(r"^\s*from simulator(\.\w+)? import (.+)$", text, re.M)
    assert len(used) > 8
    assert [f"simulator{module}" for module, _ in used if module] == []
    assert {name.strip() for _, names in used for name in names.split(",")} <= set(simulator.__all__)


def test_a_wrong_output_is_seen() -> None:
    page = "# Page\n\n```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n"
    (block,) = blocks(page)
    assert block.line == 3 and block.output == "3\n"
    assert "the code prints\n2" in differs(block.output or "", execute(block, {}, "page"))


def test_an_output_that_the_page_does_not_show_is_seen() -> None:
    (block,) = blocks("```python\nprint('more')\n```\n")
    assert differs(block.output or "", execute(block, {}, "page")) != ""
