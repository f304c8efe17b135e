"""What tests of the app share: a folder of results, a server on it, a browser, and a page that asks nobody else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.served import ARGUMENTS, Served, chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from simulator.world import World

RUNS = 12
SCENARIOS = ("baseline", "cjk_fta", "talent_retention")
PICTURES = Path(os.environ.get("LIAOSIM_SCREENSHOTS", "build/screenshots"))
"""Where pictures of the pages are kept."""


@pytest.fixture(scope="session")
def results_folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one result of three scenarios, called demo."""
    from simulator.cli_run import Request, simulate_and_report

    root = tmp_path_factory.mktemp("app") / "results"
    request = Request(
        runs=RUNS, seed=1, until="2035Q4", engine="compiled", threads=None, parameters=None, check=False,
        out=root / "demo", overwrite=False, json=True, lang="en",
    )  # fmt: skip
    simulate_and_report(SCENARIOS, request)
    return root


@pytest.fixture(scope="session")
def served(results_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a running app on these results; in the end its log must tell of no failure and of no request elsewhere."""
    with serving(results_folder, tmp_path_factory.mktemp("log") / "server.log") as running:
        yield running
    for word in ("Traceback", "Could not load URL"):
        assert word not in running.said, running.said


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """Return a browser without a screen and without a network."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chrome: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page of the app as a new user; what it asks of others fails the test.

    ``visit("compare?lang=zh", width=1280, height=720, dark=False)`` waits until the frame is drawn.
    """
    outside: list[str] = []
    contexts = []

    def opened(path: str = "", width: int = 1280, height: int = 720, **options: object) -> Page:
        context = chrome.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        own = (served.address, served.address.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
        page.goto(f"{served.address}/{path}")
        page.wait_for_selector(".liaosim-bar")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert outside == []


def keep_picture(page: Page, name: str) -> Path:
    """Keep a picture of a page where CI keeps its output, and return where."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    return path
