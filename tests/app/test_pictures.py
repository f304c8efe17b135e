"""Pictures of every page for whoever looks at what a test run made, and what can be said of them without eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.app.conftest import keep_picture
from tests.app.looking import Visit, until
from viz.wording import texts

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAGES = {
    "play": ("?scenario=cjk_fta", ".lp-city"),
    "play_pair": ("?scenario=baseline&other=cjk_fta", ".lp-map[data-map=difference]"),
    "compare": ("compare?scenario=talent_retention", ".liaosim-places canvas"),
    "what_if": ("what-if?policy=cjk_fta", ".liaosim-places canvas"),
    "trust": ("trust", ".trust-fan svg"),
    "trust_skill": ("trust?topic=skill", ".trust .trust-table"),
    "structure": ("structure?loop=R1", ".structure-loop"),
    "structure_stocks": ("structure?view=stocks", ".structure-spot"),
}
"""Picture -> its address and what must be drawn before it is taken."""
ENGLISH = r"""() => {
  const studies = /[A-Z][A-Za-z.,'& -]*\(\d{4}\)/g; // names of studies stay as they are
  const english = (text) => /[A-Za-z]{3,}([ ,;]+[A-Za-z]{2,}){2,}/.test(text.replace(studies, ''));
  const found = [], walk = document.createTreeWalker(document.querySelector('.liaosim'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, near = node.parentElement;
    if (near.closest('[lang=en], code, style, script, input') || !near.getClientRects().length) continue;
    if (english(node.textContent)) found.push(node.textContent.trim());
  }
  const named = document.querySelectorAll('.liaosim [aria-label], .liaosim [title]');
  for (const node of named) for (const name of ['aria-label', 'title']) {
    const said = node.closest('[lang=en]') ? '' : node.getAttribute(name) || '';
    if (english(said)) found.push(`${name}: ${said}`);
  }
  return [...new Set(found)];
}"""
"""Texts of three English words and more that are not marked as English."""


STILL = """() => Promise.all(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => one.finished.catch(() => 0)))"""
"""Wait until colours have changed with the theme."""


def _wide(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    found: int = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    return found


@pytest.mark.parametrize("name", list(PAGES))
def test_pages_are_whole_in_both_languages_and_themes_and_on_a_tablet(visit: Visit, name: str) -> None:
    address, drawn = PAGES[name]
    page = visit(address)
    page.locator(drawn).first.wait_for(timeout=45_000)
    page.evaluate("() => document.fonts.ready")
    keep_picture(page, f"{name}_en")
    assert _wide(page) <= 0
    page.locator(".liaosim-language").click()
    nav = page.get_by_role("navigation").first
    until(page, nav.inner_text, lambda text: texts("zh")["app_tab_trust"] in text)
    page.locator(drawn).first.wait_for(timeout=45_000)
    for _ in range(2):  # what is made on a thread shows the language before for a moment
        until(page, lambda: page.evaluate(ENGLISH), lambda found: found == [])
        page.wait_for_timeout(1_000)
    assert page.evaluate(ENGLISH) == []
    keep_picture(page, f"{name}_zh")
    page.locator(".liaosim-theme").click()
    page.locator(".liaosim-dark").wait_for()
    page.locator(drawn).first.wait_for()
    page.evaluate(STILL)
    keep_picture(page, f"{name}_zh_dark")
    page.set_viewport_size({"width": 820, "height": 1180})
    page.locator(drawn).first.wait_for()
    until(page, lambda: _wide(page), lambda wide: wide <= 0)
    keep_picture(page, f"{name}_zh_dark_tablet")
