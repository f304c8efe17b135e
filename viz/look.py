"""In which language and theme a visit begins: as the address says, else as last time, else as the browser prefers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Lang = Literal["en", "zh"]
LANGS: Final[tuple[Lang, ...]] = ("en", "zh")
COOKIE: Final = "liaosim_look"
"""Name of the cookie in which the browser keeps the choice; ``components/look.vue`` writes it."""
THEMES: Final = ("light", "dark")


class Look(NamedTuple):
    """Language and theme.

    Attributes
    ----------
    lang : {"en", "zh"}
    theme : {"light", "dark", ""}
        Empty if none was ever chosen: it follows the system's.
    """

    lang: Lang
    theme: str


def first_look(asked: Mapping[str, str], cookie: str, accepted: str) -> Look:
    """Return how a visit begins.

    Parameters
    ----------
    asked
        Parameters of the address; ``lang`` and ``theme`` count.
    cookie
        Value of ``COOKIE``, such as ``zh.dark``; empty if there is none.
    accepted
        The browser's header ``Accept-Language``, such as ``zh-CN,zh;q=0.9``.
    """
    kept_lang, _, kept_theme = cookie.partition(".")
    lang = next((x for x in (asked.get("lang"), kept_lang, preferred(accepted)) if x in LANGS), LANGS[0])
    theme = next((x for x in (asked.get("theme", ""), kept_theme) if x in THEMES), "")
    return Look(lang, theme)


def preferred(accepted: str) -> str:
    """Return the language that is most wanted among those that the app speaks; empty if it speaks none of them."""
    wanted: list[tuple[float, str]] = []
    for tag in accepted.split(","):
        name, _, quality = tag.partition(";q=")
        lang = name.strip().split("-")[0].lower()
        try:
            weight = float(quality or 1.0)
        except ValueError:
            continue
        if lang in LANGS:
            wanted.append((-weight, lang))
    return min(wanted, key=lambda entry: entry[0])[1] if wanted else ""
