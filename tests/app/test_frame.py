"""The frame of the app: pages, languages, themes; served to this machine alone and without any other."""

from __future__ import annotations

import http.client
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from simulator.errors import InputError
from tests.app.served import Served, serving
from viz.wording import texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = ("play", "compare", "what-if", "trust", "structure")
browser = pytest.mark.browser
Visit = Callable[..., "Page"]


@browser
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tabs_lead_to_the_pages_in_either_language(visit: Visit, lang: str) -> None:
    from playwright.sync_api import expect

    page = visit(f"?lang={lang}")
    words = texts(lang)
    for name in reversed(PAGES):
        label = words[f"app_tab_{name.replace('-', '_')}"]
        page.get_by_role("navigation").get_by_text(label, exact=True).click()
        page.wait_for_url(f"**/{name}*")
        expect(page.locator(".liaosim-tab[aria-current=page]")).to_have_text([label])


@browser
def test_a_tab_leads_back_to_what_was_chosen_there(visit: Visit) -> None:
    page = visit("trust?topic=padding")
    for name in ("structure", "trust"):
        page.get_by_role("navigation").get_by_text(texts("en")[f"app_tab_{name}"], exact=True).click()
        page.wait_for_url(f"**/{name}*")
    assert "topic=padding" in page.url
    page.locator(".trust[data-topic=padding]").wait_for()


@browser
def test_language_is_switched_in_the_page(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit("trust")
    page.locator(".liaosim-language").click()
    page.get_by_role("navigation").get_by_text(texts("zh")["app_tab_trust"], exact=True).wait_for()
    expect(page.locator(".liaosim")).to_have_attribute("lang", "zh")


@browser
def test_one_users_choices_are_not_anothers(visit: Visit) -> None:
    first, second = visit("trust"), visit("trust")
    first.locator(".liaosim-language").click()
    first.get_by_role("navigation").get_by_text(texts("zh")["app_tab_trust"], exact=True).wait_for()
    first.locator(".liaosim-theme").click()
    first.locator(".liaosim-dark").wait_for()
    assert second.locator(".liaosim").get_attribute("lang") == "en"
    assert second.locator(".liaosim-dark").count() == 0


@browser
def test_language_and_theme_are_remembered_by_the_browser(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit("trust?lang=en")
    page.locator(".liaosim-language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.locator(".liaosim-theme").click()
    page.locator(".liaosim-dark").wait_for()
    page.wait_for_function("document.cookie.includes('zh.dark')")
    assert "lang" not in page.url
    page.reload()
    page.locator(".liaosim-dark").wait_for()
    expect(page.locator(".liaosim")).to_have_attribute("lang", "zh")


@browser
def test_the_tab_of_what_if_leads_back_to_the_moved_levers(visit: Visit) -> None:
    page = visit("what-if?policy=talent_retention")
    page.locator(".liaosim-lever [role=slider]").first.focus()
    lever = page.locator(".liaosim-lever").first
    before = lever.get_attribute("data-size")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "size => document.querySelector('.liaosim-lever').dataset.size !== size", arg=before
    )
    moved = lever.get_attribute("data-size")
    for name in ("trust", "what_if"):
        page.get_by_role("navigation").get_by_text(texts("en")[f"app_tab_{name}"], exact=True).click()
        page.wait_for_url(f"**/{name.replace('_', '-')}*")
    page.locator(f".liaosim-lever[data-size='{moved}']").first.wait_for()


@browser
def test_pages_have_a_title_and_may_be_enlarged(visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit("compare")
    expect(page).to_have_title("Compare \N{EN DASH} liaosim: what would change in Liaoning")
    page.get_by_role("navigation").get_by_text("Trust", exact=True).click()
    expect(page).to_have_title("Trust \N{EN DASH} liaosim: what would change in Liaoning")
    assert page.locator("meta[name=viewport]").get_attribute("content") == "width=device-width, initial-scale=1"


@browser
def test_an_address_with_hundreds_of_parameters_opens_the_page(visit: Visit) -> None:
    page = visit("trust?" + "&".join(f"p{i}=1" for i in range(300)))
    page.locator(".trust[data-topic=fit]").wait_for()


@browser
def test_a_server_that_went_is_said_and_its_return_noticed(
    chrome: Browser, results_folder: Path, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    context = chrome.new_context()
    page = context.new_page()
    with serving(results_folder, tmp_path / "first") as running:
        page.goto(f"{running.address}/trust?lang=zh&topic=padding")
        page.locator(".trust[data-topic=padding]").wait_for()
    sign = page.locator(".v-overlay--active .v-progress-circular__info")
    sign.wait_for()
    said = sign.evaluate("e => getComputedStyle(e, '::after').content")
    assert said.strip('"') == texts("zh")["app_gone"]
    with serving(results_folder, tmp_path / "second", "--port", str(urlsplit(running.address).port)):
        expect(sign).to_be_hidden(timeout=60_000)
        page.locator(".trust[data-topic=padding]").wait_for()
        expect(page.locator("html")).to_have_attribute("lang", "zh")
    context.close()


@pytest.mark.parametrize(
    ("page", "left", "way"),
    [
        ("trust", "", "/trust"),
        ("trust", "topic=padding&lang=zh", "/trust?topic=padding"),
        ("compare", "result=demo&scenario=cjk_fta", "/compare?result=demo&scenario=cjk_fta"),
        ("compare", "result=old&scenario=cjk_fta", "/compare?result=demo"),
    ],
)
def test_tabs_lead_to_the_result_that_is_open(page: str, left: str, way: str) -> None:
    from viz.app import _way_back

    assert _way_back(page, left, "demo") == way


@browser
def test_folders_that_cannot_be_opened_are_named_with_their_reason(visit: Visit, served: Served) -> None:
    folder = served.results / "broken"
    (folder / "series").mkdir(parents=True)
    try:
        page = visit("compare")
        page.locator(".liaosim-damaged summary").click()
        text = page.locator(".liaosim-damaged li").inner_text()
    finally:
        shutil.rmtree(folder)
    assert text.startswith("broken: ") and "manifest.json" in text
    page.reload()
    page.locator(".liaosim-pick-result").wait_for()
    assert page.locator(".liaosim-damaged").count() == 0


def test_a_page_that_is_not_there_is_said_in_a_sentence(served: Served) -> None:
    place = urlsplit(served.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request("GET", "/nosuch", headers={"Accept": "text/html", "Accept-Language": "zh-CN"})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status == 404
    assert texts("zh")["app_lost"] in body and 'href="/"' in body


def _status(served: Served, path: str, **headers: str) -> int:
    place = urlsplit(served.address)
    assert place.hostname and place.port
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse().status
    finally:
        connection.close()


def test_only_its_own_pages_reach_the_server(served: Served) -> None:
    """Neither another site in the same browser, nor another name for this machine."""
    assert _status(served, "/") == 200
    assert _status(served, "/", Host="evil.example") == 403
    assert _status(served, "/", Origin="http://evil.example") == 403
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
               "Sec_WebSocket_Key": "MDEyMzQ1Njc4OWFiY2RlZg=="}  # fmt: skip
    kernel = "/jupyter/api/kernels/00000000-0000-4000-8000-000000000000/channels"
    assert _status(served, kernel, Origin="http://evil.example", **upgrade) == 403


def test_browsers_are_told_to_ask_nobody_else(served: Served) -> None:
    place = urlsplit(served.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request("GET", "/")
    policy = connection.getresponse().headers["content-security-policy"]
    connection.close()
    assert "default-src 'self'" in policy and "http" not in policy


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    place = urlsplit(served.address)
    assert place.hostname == "127.0.0.1"
    with socket.socket() as other, pytest.raises(OSError):
        other.settimeout(2)
        other.connect((socket.gethostbyname(socket.gethostname()), place.port or 0))
        if other.getpeername()[0] == "127.0.0.1":
            raise OSError("this machine has no other address")


@pytest.mark.parametrize("path", ["/static/public/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                                  "/_solara/cdn/../../../../../etc/passwd"])  # fmt: skip
def test_no_address_reaches_a_file_outside(served: Served, path: str) -> None:
    place = urlsplit(served.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request("GET", path)
    assert b"root:" not in connection.getresponse().read()
    connection.close()


def test_interrupt_ends_it_without_a_failure(results_folder: Path, tmp_path: Path) -> None:
    import signal

    with serving(results_folder, tmp_path / "log") as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(timeout=30) == 0
    assert "stopped" in running.said and "Traceback" not in running.said


def test_opened_wider_it_warns(results_folder: Path, tmp_path: Path) -> None:
    with serving(results_folder, tmp_path / "log", "--host", "0.0.0.0") as running:
        assert "Warning" in running.said and "no password" in running.said


@pytest.mark.parametrize(
    ("place", "said"),
    [("demo", "is one result; name the folder in which it lies"), ("demo/manifest.json", "is a file")],
)
def test_a_wrong_folder_is_named(results_folder: Path, place: str, said: str) -> None:
    from simulator.cli_ui import UiRequest, ui

    with pytest.raises(InputError, match=said):
        ui(UiRequest(results_folder / place, "127.0.0.1", 0, 1, None, False))


def test_a_taken_port_or_folder_is_named_before_anything_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulator import cli_ui

    asked: list[object] = []
    monkeypatch.setattr(cli_ui, "simulate_and_report", lambda names, request: asked.append(names))
    empty = tmp_path / "results"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"--port {port} is taken"):
            cli_ui.ui(cli_ui.UiRequest(empty, "127.0.0.1", port, 1, None, False))
    with pytest.raises(InputError, match="--host nosuch.invalid: "):
        cli_ui.ui(cli_ui.UiRequest(empty, "nosuch.invalid", 0, 1, None, False))
    monkeypatch.setattr(cli_ui.os, "access", lambda place, mode: False)
    with pytest.raises(InputError, match=f"none can be made there: {tmp_path} cannot be written to"):
        cli_ui.ui(cli_ui.UiRequest(empty, "127.0.0.1", 0, 1, None, False))
    assert asked == [] and not empty.exists()


def test_opened_to_all_its_address_has_the_name_of_the_machine() -> None:
    from viz.server import address_of, listen

    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert address_of(taken, "127.0.0.1") == f"http://127.0.0.1:{port}"
        assert address_of(taken, "0.0.0.0") == f"http://{socket.gethostname()}:{port}"
        assert address_of(taken, "::1") == f"http://[::1]:{port}"


def test_with_nothing_to_look_at_it_compares_four_scenarios_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import viz.server
    from simulator import cli_ui
    from simulator.cli_run import Request

    asked: list[tuple[tuple[str, ...], Request]] = []
    shown: list[Path] = []
    monkeypatch.setattr(cli_ui, "simulate_and_report", lambda names, request: asked.append((names, request)))
    monkeypatch.setattr(viz.server, "serve", lambda settings, listening, host, ready: shown.append(settings.results))
    root = tmp_path / "results"
    cli_ui.ui(cli_ui.UiRequest(root, "127.0.0.1", 0, 1, None, False))
    ((names, request),) = asked
    assert names[0] == "baseline" and len(names) == 4
    assert request.out == root / "demo" and request.runs == 200 and request.until == "2035Q4"
    assert shown == [root]
    assert f"no result in {root} yet" in capsys.readouterr().err


def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from simulator import cli_ui
    from simulator.cli_support import CommandError

    monkeypatch.setattr(cli_ui, "find_spec", lambda name: None if name == "solara_assets" else object())
    with pytest.raises(CommandError, match=r"pip install 'liaosim\[app\]' \(solara_assets\)"):
        cli_ui.ui(cli_ui.UiRequest(tmp_path, "127.0.0.1", 0, 1, None, False))
