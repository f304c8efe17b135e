"""The What-if page in a browser: levers move the answer, a stale one never shows, files and links hold the levers."""

from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from simulator.ensemble import simulate
from simulator.levers import INSTRUMENTS
from simulator.parameters import draw_table, table_of
from simulator.posterior import default_kind
from simulator.results import Results
from simulator.scenario import Scenario, load_scenario, scenario_of_text
from simulator.schedule import Range
from simulator.world import World
from tests.app.looking import Visit, downloaded, drawn, numbers, reached, until
from viz.what_if.form import MAX_UPLOAD, slider_value
from viz.wording import percent, texts

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
CJK = "what-if?policy=cjk_fta"
TALENT = "what-if?policy=talent_retention"
TOTAL = 400
PATIENCE = 45_000
"""Milliseconds: the first answer of a server waits for its baseline."""
WATCH = """() => {
  window.seen = [];
  const look = () => {
    const box = document.querySelector('.liaosim-answer'), shown = box?.querySelector('.liaosim-shown');
    if (!shown || shown.classList.contains('liaosim-hidden')) return;
    const said = shown.querySelector('tr[data-variable=gdp_real] td[data-cell=percent]')?.textContent || '';
    const last = window.seen.at(-1);
    if (!last || last[0] !== box.dataset.levers || last[1] !== said) window.seen.push([box.dataset.levers, said]);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""  # noqa: E501
"""Write down every answer that a user can see, with the levers that it is about."""


def _answer(page: Page) -> Locator:
    """Return the answer once there is one."""
    page.locator(".liaosim-answer[data-state=refining], .liaosim-answer[data-state=done]").wait_for(timeout=PATIENCE)
    return page.locator(".liaosim-answer")


def _levers(page: Page) -> str:
    """Return what the answer says it is about, once there is one."""
    return _answer(page).get_attribute("data-levers") or ""


def _another(page: Page, than: str) -> str:
    """Return what the answer is about once it is about other levers."""
    return until(page, lambda: page.locator(".liaosim-answer").get_attribute("data-levers") or "",
                 lambda levers: levers not in ("", than))  # fmt: skip


def _press(page: Page, instrument: str, key: str, times: int = 1) -> None:
    """Move a slider by its keys, without waiting."""
    page.locator(f"[data-lever={instrument}] [role=slider]").focus()
    for _ in range(times):
        page.keyboard.press(key)


def _slide(page: Page, instrument: str, key: str, times: int = 1) -> float:
    """Move a slider by its keys, and return the size once the server knows all of it."""
    _press(page, instrument, key, times)
    slider, spec = page.locator(f"[data-lever={instrument}] [role=slider]"), INSTRUMENTS[instrument]
    here = int(slider.get_attribute("aria-valuenow") or -1)
    return until(page, lambda: _size(page, instrument), lambda size: size == slider_value(spec, here))


def _size(page: Page, instrument: str) -> float:
    return float(page.locator(f"[data-lever={instrument}]").get_attribute("data-size") or "nan")


def _gdp(page: Page) -> str:
    row = page.locator(".liaosim-answer tr[data-variable=gdp_real] td[data-cell=percent]")
    return row.locator(".liaosim-median").inner_text()


def _saved(page: Page) -> Scenario:
    """Return the policy as the file that is saved has it."""
    name, content = downloaded(page, page.locator(".liaosim-actions [data-export=toml]"))
    assert name == "my_policy.toml"
    return scenario_of_text(content.decode("utf-8"), name)


def _fingerprint(scenario: Scenario) -> str:
    return scenario.schedule().hash[:12]


def test_an_answer_appears_says_its_runs_and_is_refined(visit: Visit) -> None:
    page = visit(CJK)
    box = _answer(page)
    first = int(box.get_attribute("data-runs") or 0)
    assert 30 <= first <= TOTAL
    assert _levers(page) == _fingerprint(load_scenario("cjk_fta"))
    said = page.locator(".liaosim-progress-text").inner_text()
    assert numbers(said)[0] >= 30 and "pairs of runs" in said
    assert len(page.locator(".liaosim-answer .liaosim-effects tbody tr").all()) == 10
    assert drawn(page.locator("figure[data-chart=my_policy_gdp_real_change]"))["series"]
    more = until(page, lambda: int(box.get_attribute("data-runs") or 0), lambda runs: runs > first or runs == TOTAL)
    assert more >= 100
    assert [_size(page, name) for name in ("tariff_cut", "ntb_cut", "services_opening")] == [1.0, 0.04, 0.1]
    assert _levers(page) == _fingerprint(load_scenario("cjk_fta"))
    assert numbers(page.locator(".liaosim-progress-text").inner_text())[0] >= more


def test_the_table_downloads_with_the_figures_of_the_page(visit: Visit) -> None:
    page = visit(CJK)
    page.locator(".liaosim-answer[data-state=done]").wait_for(timeout=PATIENCE)
    shown = {kind: page.locator(f"tr[data-variable=gdp_real] {where}").inner_text() for kind, where in (
        ("percent", "td[data-cell=percent] .liaosim-median"), ("absolute", "th .liaosim-ends"))}  # fmt: skip
    name, content = downloaded(page, page.locator(".liaosim-bar-of [data-export=csv]"))
    assert name == "my_policy_effects.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    for kind, text in shown.items():
        (row,) = (r for r in rows if (r["variable"], r["measure"], r["period"]) == ("gdp_real", kind, "2031-2035"))
        assert numbers(text)[0] == pytest.approx(float(row["median"]), rel=0.006), kind
    assert shown["absolute"].endswith(" bn yuan 2010")


def test_nothing_of_an_answer_that_is_hidden_can_be_seen(visit: Visit) -> None:
    page = visit(CJK)
    _answer(page)
    left = page.evaluate("""() => {
      const shown = document.querySelector('.liaosim-shown');
      shown.classList.add('liaosim-hidden');
      return [...shown.querySelectorAll('*')].filter(one => getComputedStyle(one).visibility !== 'hidden').length;
    }""")
    assert page.locator(".liaosim-shown .v-label").count() > 0
    assert left == 0


def test_the_figures_are_those_of_the_same_runs_simulated(visit: Visit, world: World) -> None:
    """Levers are moved, the first answer is kept by Stop, and its policy is taken from the file that is saved."""
    page = visit(CJK)
    before = _levers(page)
    _slide(page, "ntb_cut", "ArrowRight", 6)
    _another(page, before)
    if page.locator(".liaosim-stop").count():
        page.locator(".liaosim-stop").click()
    page.locator(".liaosim-answer[data-state=stopped], .liaosim-answer[data-state=done]").wait_for()
    runs = int(page.locator(".liaosim-answer").get_attribute("data-runs") or 0)
    shown, scenario = _gdp(page), _saved(page)
    assert _levers_now(page) == _fingerprint(scenario) != before
    table = draw_table(default_kind(), TOTAL, 1)
    some: dict[str, Any] = {
        "runs": runs, "seed": 1, "parameters": table_of(table.kind, table.values[:runs], table.calibration)
    }  # fmt: skip
    results = Results((simulate(world, load_scenario("baseline"), **some), simulate(world, scenario, **some)))
    old, new = (results.series(name, "gdp_real")[:, -5:].mean(axis=1) for name in results.scenarios)
    assert shown == f"{percent(float(np.median(100 * (new / old - 1))))} %"
    assert len(old) == runs >= 30


def _levers_now(page: Page) -> str:
    return page.locator(".liaosim-answer").get_attribute("data-levers") or ""


def test_an_answer_to_levers_that_were_moved_on_never_shows_again(visit: Visit) -> None:
    page = visit(CJK)
    first = _levers(page)
    page.evaluate(WATCH)
    for key, times in (("ArrowRight", 3), ("ArrowLeft", 8)):  # faster than any answer comes
        _press(page, "ntb_cut", key, times)
    _slide(page, "ntb_cut", "ArrowRight", 15)
    last = _fingerprint(_saved(page))
    until(page, lambda: _levers_now(page), lambda levers: levers == last)
    runs = int(page.locator(".liaosim-answer").get_attribute("data-runs") or 0)
    until(page, lambda: int(page.locator(".liaosim-answer").get_attribute("data-runs") or 0),
          lambda now: now > runs or now == TOTAL)  # fmt: skip
    assert last != first
    seen = page.evaluate("() => window.seen")
    levers, said = [one[0] for one in seen], [one[1] for one in seen]
    assert set(levers[levers.index(last):]) == {last}, seen
    changed = next(i for i, text in enumerate(said) if text != said[0])
    assert said[0] != "" and said[0] not in said[changed:], seen


def test_a_stronger_lever_has_another_effect(visit: Visit) -> None:
    page = visit("what-if?policy=cjk_fta&levers=1&lever1=ntb_cut~Japan,Korea~2026Q1~2035Q4~20~0.02")
    before = _levers(page)
    weak = numbers(_gdp(page))[0]
    _slide(page, "ntb_cut", "End")
    _another(page, before)
    assert _size(page, "ntb_cut") == INSTRUMENTS["ntb_cut"].high
    assert abs(numbers(_gdp(page))[0]) > abs(weak)


def test_a_lever_that_is_switched_off_is_no_part_of_the_policy(visit: Visit) -> None:
    page = visit(CJK)
    before = _levers(page)
    page.locator("[data-lever=services_opening] .liaosim-lever-on input").focus()
    page.keyboard.press("Space")
    page.locator("[data-lever=services_opening].liaosim-lever-off").wait_for()
    now = _another(page, before)
    saved = _saved(page)
    assert [lever.instrument for lever in saved.levers] == ["tariff_cut", "ntb_cut"]
    assert now == _fingerprint(saved)


def test_the_saved_file_describes_the_levers_of_the_page(visit: Visit) -> None:
    page = visit(CJK)
    assert _slide(page, "ntb_cut", "ArrowRight", 5) > 0.04
    _, content = downloaded(page, page.locator(".liaosim-actions [data-export=toml]"))
    told = tomllib.loads(content.decode("utf-8"))
    assert told["scenario"]["extends"] == "baseline"
    by_name = {lever["instrument"]: lever for lever in told["lever"]}
    assert by_name["ntb_cut"]["size"]["mode"] == pytest.approx(_size(page, "ntb_cut"))
    assert by_name["tariff_cut"]["size"] == _size(page, "tariff_cut") == 1.0
    levers = scenario_of_text(content.decode("utf-8"), "my_policy.toml").levers
    (moved,) = (lever for lever in levers if lever.instrument == "ntb_cut")
    assert isinstance(moved.size, Range) and moved.size.low < moved.size.mode < moved.size.high
    assert moved.targets == ("Japan", "Korea")


def test_a_link_leads_another_visitor_to_the_same_levers(visit: Visit) -> None:
    page = visit(CJK)
    size = _slide(page, "services_opening", "ArrowRight", 9)
    assert size > 0.1
    want = _fingerprint(_saved(page))
    link = until(page, lambda: page.locator(".liaosim-share-link").input_value(), lambda link: f"..{size:g}.." in link)
    assert page.url == link
    other = visit(link.split("/", 3)[3])
    assert _size(other, "services_opening") == size
    assert _levers(other) == want


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("policy=cjk_fta&levers=1&lever1=ntb_cut~Japan~2026Q1~2035Q4~20~7", "ntb_cut"),
        ("policy=cjk_fta&levers=1&lever1=ntb_cut~Atlantis~2026Q1~2035Q4~20~0.02", "Atlantis"),
        ("policy=cjk&levers=0", "cjk_fta"),  # the nearest is named
    ],
)
def test_a_wrong_link_is_told_and_the_scenarios_own_levers_stand(visit: Visit, query: str, said: str) -> None:
    page = visit(f"what-if?{query}")
    alert = page.locator(".liaosim-what-if-levers [role=alert]").first
    alert.wait_for()
    assert said in alert.inner_text() and alert.inner_text().rstrip().endswith((".", "?"))
    assert _levers(page) == _fingerprint(load_scenario("cjk_fta"))


def _upload(page: Page, name: str, content: bytes) -> None:
    file: Any = {"name": name, "mimeType": "application/toml", "buffer": content}
    page.locator(".liaosim-open input[type=file]").set_input_files(file)


HEAD = '[scenario]\nname = "mine"\nextends = "{}"\ntitle = "Mine"\nsummary = "Mine."\nsources = ["Mine"]\n'
LEVER = '[[lever]]\ninstrument = "{}"\npartners = ["Japan"]\nstart = "2027Q1"\nsize = 0.03\nphase_in = 8\n'
BROKEN = {
    "no_toml": (b"[scenario\nname = ", "no_toml.toml"),
    "no_lever": ((HEAD.format("baseline") + LEVER.format("ntb_cuts")).encode(), "ntb_cut"),  # the nearest is named
    "outside": (HEAD.format("../../../../etc/passwd").encode(), "etc/passwd"),
    "not_text": (b"\xff\xfe\x00\x01", "UTF-8"),
    "too_large": (b"#" * (MAX_UPLOAD + 1), f"{MAX_UPLOAD:,}"),
}
"""File -> its content, and what the page says of it."""


def test_broken_files_are_refused_in_a_sentence_and_the_levers_stay(visit: Visit) -> None:
    page = visit(CJK)
    before = _levers(page)
    alert = page.locator(".liaosim-what-if-levers [role=alert]")
    for kind, (content, word) in BROKEN.items():
        _upload(page, f"{kind}.toml", content)
        alert.filter(has_text=word).first.wait_for()
        said = " ".join(alert.all_inner_texts())
        assert "Traceback" not in said and "root:" not in said, kind
        assert page.locator(".liaosim-lever").count() == 3, kind
    assert _levers(page) == before


def test_a_problem_is_past_once_a_lever_is_moved(visit: Visit) -> None:
    page = visit(CJK)
    _answer(page)
    _upload(page, "broken.toml", BROKEN["no_toml"][0])
    alert = page.locator(".liaosim-what-if-levers [role=alert]")
    alert.wait_for()
    _slide(page, "ntb_cut", "ArrowRight")
    until(page, alert.count, lambda count: count == 0)


def test_levers_that_contradict_each_other_are_told_until_one_is_off(visit: Visit) -> None:
    page = visit("what-if?policy=cjk_fta")
    before = _levers(page)
    for count in (4, 5):
        _add(page, "rd_support")
        page.locator(f"[data-number='{count}'][data-lever=rd_support]").wait_for()
    alert = page.locator("[role=alert]")
    said = until(page, alert.all_inner_texts, lambda texts: texts and "R&D support is set twice" in texts[0])
    assert len(said) == 1 and "my_policy" not in said[0]
    assert page.locator(".liaosim-go-on").count() == 0  # trying again cannot help
    assert page.locator(".liaosim-actions .liaosim-download").is_disabled()
    page.locator("[data-number='5'] .liaosim-lever-on input").focus()
    page.keyboard.press("Space")
    assert _another(page, before) != before
    assert alert.count() == 0
    assert [lever.instrument for lever in _saved(page).levers].count("rd_support") == 1


def test_the_focus_goes_to_a_lever_that_is_added_and_to_the_field_after_one_is_removed(visit: Visit) -> None:
    page = visit(CJK)
    _answer(page)
    _add(page, "rd_support")
    focus = "() => document.activeElement.closest('[data-lever], .liaosim-add-lever')?.dataset.lever ?? 'add'"
    page.locator("[data-lever=rd_support]").wait_for()
    until(page, lambda: page.evaluate(focus), lambda lever: lever == "rd_support")
    card = page.locator("[data-lever=tariff_cut]")
    card.locator(".liaosim-lever-more").click()
    card.locator(".liaosim-lever-remove").focus()
    page.keyboard.press("Enter")
    until(page, lambda: page.evaluate("() => !!document.activeElement.closest('.liaosim-add-lever')"), bool)


def _add(page: Page, instrument: str) -> None:
    page.locator(".liaosim-add-lever input").first.fill(INSTRUMENTS[instrument].label_in("en")[:12])
    page.locator(".menuable__content__active .v-list-item").first.click()


def test_a_file_sets_the_levers(visit: Visit) -> None:
    page = visit(CJK)
    content = HEAD.format("baseline") + LEVER.format("ntb_cut")
    _upload(page, "mine.toml", content.encode())
    page.get_by_text(texts("en")["what_if_opened"].format(file="mine.toml")).wait_for()
    until(page, page.locator(".liaosim-lever").count, lambda count: count == 1)
    until(page, lambda: _size(page, "ntb_cut"), lambda size: size == 0.03)
    want = _fingerprint(scenario_of_text(content, "mine.toml"))
    until(page, lambda: _levers_now(page), lambda levers: levers == want)


def test_two_users_ask_different_things_at_the_same_time(visit: Visit) -> None:
    first, second = visit(CJK), visit(TALENT)
    one, two = _levers(first), _levers(second)
    assert one == _fingerprint(load_scenario("cjk_fta")) and two == _fingerprint(load_scenario("talent_retention"))
    said = second.locator(".liaosim-answer h1").inner_text()
    _slide(first, "ntb_cut", "ArrowRight", 10)
    moved = _another(first, one)
    assert _levers(second) == two
    assert second.locator(".liaosim-lever[data-lever=ntb_cut]").count() == 0
    assert _levers_now(first) == moved
    assert first.locator(".liaosim-answer h1").inner_text() != said


def test_levers_are_added_removed_and_reset(visit: Visit) -> None:
    page = visit(CJK)
    before = _levers(page)
    page.locator("[data-lever=tariff_cut] .liaosim-lever-more").click()
    page.locator("[data-lever=tariff_cut] .liaosim-lever-remove").click()
    until(page, page.locator(".liaosim-lever").count, lambda count: count == 2)
    _add(page, "talent_subsidy")
    page.locator("[data-lever=talent_subsidy]").wait_for()
    _another(page, before)
    page.locator(".liaosim-reset").click()
    until(page, page.locator(".liaosim-lever").count, lambda count: count == 3)
    until(page, lambda: _levers_now(page), lambda levers: levers == before)


def test_details_of_a_lever_tell_bounds_and_basis_and_lead_to_its_rules(visit: Visit) -> None:
    page = visit(CJK)
    card = page.locator("[data-lever=ntb_cut]")
    assert "Basis" not in card.inner_text()
    card.locator(".liaosim-lever-more").click()
    said = until(page, card.inner_text, lambda text: "Basis" in text)
    assert "Allowed: 0 to 15 points of the traded price." in said and "Kawasaki (2014)" in said
    assert card.locator(".liaosim-lever-ends").inner_text().split("\n") == ["0 points", "15 points"]
    link = card.locator(".liaosim-lever-rules a")
    assert "(E20, E21)" in link.inner_text()
    link.click()
    page.locator(".structure[data-view=quarter]").get_by_text("(E20)", exact=False).first.wait_for()


def test_a_slider_is_called_by_its_lever_and_says_its_size_once(visit: Visit) -> None:
    slider = visit(CJK).locator("[data-lever=ntb_cut] [role=slider]")
    slider.wait_for(state="attached")
    assert slider.get_attribute("aria-label") == "Size of Cut of non-tariff barriers"
    assert "most likely 4 points" in (slider.get_attribute("aria-valuetext") or "")


def test_a_slider_that_nobody_has_touched_moves_no_lever(visit: Visit) -> None:
    """Vuetify tells the least position itself if the real one comes late."""
    page = visit(CJK)
    before = _levers(page)
    tell = "node => { node.__vue__.$emit('input', 0); }"
    slider = page.locator("[data-lever=ntb_cut] .liaosim-lever-size")
    slider.evaluate(tell)
    page.wait_for_timeout(500)
    assert (_size(page, "ntb_cut"), _levers(page)) == (0.04, before)
    page.locator("[data-lever=ntb_cut] [role=slider]").focus()
    slider.evaluate(tell)
    until(page, lambda: _size(page, "ntb_cut"), lambda size: size == 0.0)


def test_words_change_with_the_language_and_levers_stay(visit: Visit) -> None:
    page = visit(CJK)
    size = _slide(page, "ntb_cut", "ArrowRight", 4)
    page.locator(".liaosim-language").click()
    label = INSTRUMENTS["ntb_cut"].label_in("zh")
    page.locator("[data-lever=ntb_cut]").get_by_text(label, exact=True).wait_for()
    assert _size(page, "ntb_cut") == size


def test_the_keyboard_reaches_scenario_files_levers_and_the_answer(visit: Visit) -> None:
    page = visit(CJK)
    _answer(page)
    page.locator("figure canvas").first.wait_for()
    opened = texts("en")["what_if_open_of"]
    words = ("liaosim-theme", "liaosim-pick-origin", '"export":"toml"', opened, "slider", "liaosim-add-lever",
             "liaosim-share-link", "liaosim-pick-variable")  # fmt: skip
    found = reached(page, 70, lambda found: words[-1] in found[-1])
    order = [next((i for i, text in enumerate(found) if word in text), -1) for word in words]
    assert order == sorted(order) and order[0] >= 0, found
