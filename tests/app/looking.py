"""What browser tests read off a page: numbers, files, and whether something comes about."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from simulator.statistics import FloatArray

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Visit: TypeAlias = Callable[..., "Page"]
_Value = TypeVar("_Value")
SECONDS = 20
"""How long a test waits for something at most."""


def until(page: Page, read: Callable[[], _Value], holds: Callable[[_Value], Any]) -> _Value:
    """Return what is read as soon as it holds; fail with the last that was read."""
    value = read()
    for _ in range(SECONDS * 20):
        if holds(value):
            return value
        page.wait_for_timeout(50)
        value = read()
    raise AssertionError(f"never came about; the last was {value!r}")


def numbers(text: str) -> list[float]:
    """Return the numbers in a text of the app: commas between thousands, typographic minus signs."""
    found = re.findall(r"≈ 0|[+\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?", text)
    return [float(n.replace("≈ 0", "0").replace(",", "").replace("\N{MINUS SIGN}", "-")) for n in found]


def agrees(shown: float, stored: float) -> bool:
    """Whether a shown number is the stored one, in three digits made of the four that the browser has."""
    return abs(shown - stored) <= 0.0056 * abs(stored) or abs(stored) < 0.0005 > abs(shown)


def downloaded(page: Page, button: Locator) -> tuple[str, bytes]:
    """Press a button that downloads a file, and return the name and the content of the file."""
    with page.expect_download() as waiting:
        button.click()
    download = waiting.value
    return download.suggested_filename, Path(download.path()).read_bytes()


def reached(page: Page, most: int, enough: Callable[[list[str]], bool]) -> list[str]:
    """Press Tab from the top of the page and return what gets the focus, in order, as ``tag.class label``."""
    page.evaluate("() => { document.activeElement?.blur?.(); window.scrollTo(0, 0); }")
    found: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        found.append(page.evaluate("""() => {
          const node = document.activeElement;
          const near = node.closest('[class*=play-], [class*=liaosim-], [class*=trust-], [class*=structure-]');
          const label = node.getAttribute('aria-label') || node.textContent.trim().slice(0, 60);
          return [node.tagName.toLowerCase(), node.getAttribute('class') || '', near?.getAttribute('class') || '',
                  label, JSON.stringify({ ...node.dataset })].join(' | ');
        }"""))
        if enough(found):
            break
    return found


def drawn(figure: Locator) -> Any:
    """Return the option of a chart of ECharts as the browser holds it, after it has drawn a canvas."""
    figure.locator("canvas").first.wait_for()
    option: Any = figure.locator(".liaosim-chart").evaluate("node => node.__vue__.chart.getOption()")
    return option


def series_of(results: Any, scenario: str, city: str, variable: str, run: int) -> FloatArray:
    """Return a variable of a city in one run, shape (quarter,)."""
    chosen = np.array([run], dtype=np.intp)
    found: FloatArray = results.series(scenario, variable, level="city", entity=city, freq="Q", runs=chosen)[0]
    return found
