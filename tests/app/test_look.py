"""In which language and theme a visit begins."""

import pytest

from viz.look import first_look, preferred


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.9,zh;q=0.8", "en"), ("de,zh;q=0.5,en;q=0.4", "zh"),
        ("fr", ""), ("", ""), ("zh;q=x", ""), ("en;q=0.1, ZH-Hant;q=0.2", "zh"),
    ],
)  # fmt: skip
def test_of_the_languages_that_a_browser_accepts_the_most_wanted_counts(accepted: str, lang: str) -> None:
    assert preferred(accepted) == lang


def test_address_counts_before_cookie_and_cookie_before_browser() -> None:
    assert first_look({"lang": "en", "theme": "light"}, "zh.dark", "zh") == ("en", "light")
    assert first_look({"lang": "xx", "theme": "pink"}, "zh.dark", "en") == ("zh", "dark")
    assert first_look({}, "", "zh") == ("zh", "")
    assert first_look({}, "<b>.<i>", "fr") == ("en", "")
    assert first_look({}, "zh.", "en") == ("zh", "")
