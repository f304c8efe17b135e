"""The app with many users at once: what they wait for, whether answers are mixed up, and what the server keeps."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.measure import ROOT, Section

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120.0
SETTLE_MS = 400
"""The address follows the slider within this time, milliseconds."""
SETTLED = 6.0
"""Seconds that the server has to forget users who left."""


@contextmanager
def server(results: Path) -> Iterator[tuple[str, int, Path]]:
    """Start the app on a folder; yield its address, the number of its process and its log."""
    log = results.parent / "server.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", "from simulator.cli import main; main()", "ui", str(results), "--port", "0",
             "--no-browser"],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = next((line for line in process.stdout if "is open at" in line), "")
            if not line:
                raise RuntimeError(f"the app did not start: {log.read_text(encoding='utf-8')}")
            yield line.split("is open at")[1].split()[0], process.pid, log
        finally:
            process.terminate()
            process.wait(timeout=30)


def memory(pid: int) -> float:
    """Return the memory of a process that is resident, MB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    raise RuntimeError("this system does not tell the memory of a process")


def users(count: int, moves: int, rounds: int = 3, runs: int = 100) -> Section:
    """Let users play and move levers at once, leave, and come again; one row a round.

    Raises
    ------
    RuntimeError
        A user saw the answer to another one's levers, or the server logged a failure.
    """
    import shutil

    from playwright.sync_api import sync_playwright

    chromium = next((path for path in map(shutil.which, CHROMIUM) if path), None)
    columns = ("round", "users", "first pictures", "median, s", "slowest, s", "MB before", "MB with users", "MB after")
    title, what = "Users of the app at once", (
        f"Each plays a stored result, then moves a lever {moves} times and waits for the first picture; browser and"
        f" server share this machine. Every answer is checked to be that of the user's own levers."
    )
    if chromium is None or not sys.platform.startswith("linux"):
        return Section("users", title, f"{what} Left out: there is no chromium.", columns, ())
    rows: list[tuple[str | float, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        command = ["compare", "baseline", "cjk_fta", "--runs", str(runs), "--out", str(results / "demo")]
        subprocess.run(
            [sys.executable, "-c", "from simulator.cli import main; main()", *command], cwd=ROOT, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with server(results) as (address, pid, log), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            _first_visit(browser, address)  # the baseline of all users is simulated then
            for number in range(1, rounds + 1):
                before = memory(pid)
                waited, during = _round(browser, address, pid, count, moves)
                time.sleep(SETTLED)
                rows.append((number, count, len(waited), median(waited), max(waited), before, during, memory(pid)))
            browser.close()
            said = log.read_text(encoding="utf-8")
    if "Traceback" in said:
        raise RuntimeError(f"the server failed: {said[-2000:]}")
    return Section("users", title, what, columns, tuple(rows))


def _first_visit(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/what-if?policy=cjk_fta")
    page.locator("[data-state=done]").wait_for(timeout=180_000)
    page.close(run_before_unload=True)
    context.close()


def _round(browser: Browser, address: str, pid: int, count: int, moves: int) -> tuple[list[float], float]:
    """Return what users waited for first pictures, seconds, and the memory of the server with all of them, MB."""
    contexts = [browser.new_context(viewport={"width": 1280, "height": 720}) for _ in range(count)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(120_000)
        page.goto(address)
    for page in pages:
        page.locator(".lp[data-playing=true]").wait_for()
    for page in pages:
        page.goto(f"{address}/what-if?policy=cjk_fta")
    for page in pages:
        page.locator("[data-runs]:not([data-runs='0'])").wait_for()
    waited = []
    for move in range(moves):
        for k, page in enumerate(pages):
            _move(page, 1 + k + move)
        waited += [_answered(page) for page in pages]
    during = memory(pid)
    for page in pages:
        page.close(run_before_unload=True)
    for context in contexts:
        context.close()
    return waited, during


def _move(page: Page, steps: int) -> None:
    """Move the first lever down by some steps."""
    slider: Any = page.locator(".liaosim-lever [role=slider]").first
    before = page.url
    slider.focus()
    for _ in range(steps):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => window.location.href !== before", arg=before)


def _answered(page: Page) -> float:
    """Wait for the answer to the levers in the address; return how long its first picture took, seconds.

    Raises
    ------
    RuntimeError
        It does not come: the answer shown is to other levers, perhaps another user's.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        wanted = _wanted(page.url)
        page.wait_for_timeout(SETTLE_MS)
        answer: Any = page.locator(".liaosim-answer")
        if wanted == _wanted(page.url) == answer.get_attribute("data-levers"):
            return float(answer.get_attribute("data-seconds") or "nan")
    raise RuntimeError(f"no answer to {page.url} within {PATIENCE:g} s")


def _wanted(address: str) -> str:
    """Return the fingerprint of the levers in an address."""
    from viz.live.answers import fingerprint
    from viz.state import query_of
    from viz.what_if.address import from_query
    from viz.what_if.form import scenario_of

    form, problem = from_query(query_of(urlsplit(address).query), "cjk_fta")
    if problem:
        raise RuntimeError(f"the address of the page is wrong: {problem}")
    return fingerprint(scenario_of(form))
