"""A page of the project: its frame, its look and its texts, filled in from a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from viz.wording import texts


@dataclass(frozen=True, eq=False)
class PageSource:
    """The folder that a page is made from, and the language that it is written in."""

    folder: Path
    lang: str

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Return the texts of the page."""
        return texts(self.lang)


def page_html(template: str, lang: str, context: Mapping[str, Any]) -> str:
    """Return a page as one HTML file that holds everything it needs and no script.

    Parameters
    ----------
    template
        A file of ``viz/templates``. Texts that are filled in are escaped, all but drawings (``Markup``).
    lang
        ``en`` or ``zh``: the texts of ``texts.toml`` are ``t`` in the template.
    context
        What the template shows; ``title``, ``version`` and ``finished`` are those of the head of every page.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    page = Environment(
        loader=PackageLoader("viz", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup(files("viz").joinpath("templates", "report.css").read_text(encoding="utf-8"))
    return page.get_template(template).render(style=style, t=texts(lang), lang=lang, **context, **punctuation(lang))


def punctuation(lang: str) -> dict[str, str]:
    """Return the marks between parts of a sentence."""
    if lang == "zh":
        return {"colon": "：", "comma": "，", "semicolon": "；", "stop": "。", "joint": "、"}
    return {"colon": ": ", "comma": ", ", "semicolon": "; ", "stop": ".", "joint": ", "}
