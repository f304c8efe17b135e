"""Parts of the app's pages as HTML: the templates of the reports' folder, without the frame of a report."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from simulator.numbers import plain
from simulator.words import unit_word
from viz.page import punctuation
from viz.shapes import FONT
from viz.wording import texts, typographic

if TYPE_CHECKING:
    from jinja2 import Environment

STYLE: Final = (
    "text{font:10.5px Helvetica,Arial,'WenQuanYi Micro Hei',sans-serif;fill:#55606d}"
    ".row{font-size:12px;fill:#1c2530}.grid{stroke:#d5dae0}.history{fill:#e9edf3}"
    ".band{fill:#0b67b2;stroke:none}.predictive{fill-opacity:.17}.simulated{fill-opacity:.34}"
    ".median{fill:none;stroke:#0b67b2;stroke-width:1.7}.observed{fill:#111827;stroke:#111827;stroke-width:1.3}"
    ".observed.unfitted{fill:#fff}.hit{fill:transparent}.bar{fill:#0b67b2}.bar.literature{fill:#fff;stroke:#0b67b2}"
    ".zero{stroke:#1c2530}"
)
"""Look of a chart that leaves the page; in the page it follows the theme."""


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("viz", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters["number"] = lambda value: typographic(plain(value))
    made.filters["unit"] = unit_word
    made.filters["coded"] = coded
    return made


def coded(text: str) -> Markup:
    """Return a sentence of the code's own texts as HTML, with what stands in backticks as code."""
    return Markup(re.sub(r"(`{1,2})(.+?)\1", r"<code>\2</code>", escape(text)))  # noqa: S704 - escaped here


def fragment(template: str, lang: str, **context: Any) -> str:
    """Return a template of ``viz/templates`` filled in; texts are escaped, drawings (``Markup``) are not.

    Parameters
    ----------
    template
        Name of the file.
    lang
        ``en`` or ``zh``: the texts of ``texts.toml`` are ``t`` in the template.
    context
        What it shows.
    """
    made = _environment().get_template(template)
    return made.render(t=texts(lang), lang=lang, **context, **punctuation(lang))


def standalone(svg: str) -> str:
    """Return a chart as a file of its own: with its look, on a white ground.

    Raises
    ------
    ValueError
        The text is not an SVG element.
    """
    start, mark, rest = svg.partition(">")
    if not start.startswith("<svg") or not mark:
        raise ValueError("not an SVG element")
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{start}><style>{STYLE}</style>{ground}{rest}\n'


def standalone_drawing(svg: str) -> str:
    """Return a picture of loops or stocks as a file of its own, on a white ground and without marks of the page.

    Raises
    ------
    ValueError
        The text is not an SVG element.
    """
    start, mark, rest = svg.partition(">")
    box = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', start)
    if not start.startswith("<svg") or not mark or box is None:
        raise ValueError("not an SVG element")
    x, y, width, height = box.groups()
    style = ".is-faint{opacity:.16}.structure-spot rect{fill:none}"
    ground = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#ffffff"/>'
    head = f'{start} font-family="{escape(FONT, quote=True)}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<style>{style}</style>{ground}{rest}\n'
