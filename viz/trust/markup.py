"""Parts of the app's pages as HTML: the templates of the reports' folder, without the frame of a report."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from simulator.numbers import plain
from simulator.words import unit_word
from viz.reports.page import punctuation
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
    ".zero{stroke:#1c2530}.title{font-size:11px;font-weight:bold;fill:#1c2530}"
)
"""Look of a chart that leaves the page; in the page it follows the theme."""

HEAD: Final = 22.0
"""Room for the title of such a chart."""


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
    made.filters["titled"] = titled
    made.filters["broken"] = broken
    return made


def coded(text: str) -> Markup:
    """Return a sentence of the code's own texts as HTML, with what stands in backticks as code."""
    return Markup(re.sub(r"(`{1,2})(.+?)\1", r"<code>\2</code>", escape(text)))  # noqa: S704 - escaped here


def broken(name: str) -> Markup:
    """Return a name of the code that may be broken after its dots and underscores."""
    return Markup(re.sub(r"([._])", r"\1<wbr>", escape(name)))  # noqa: S704 - escaped here


def titled(text: str) -> str:
    """Return a text with its first letter in upper case; markup stays markup."""
    return text[:1].upper() + text[1:]


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
    made = _environment().get_template(template).render(t=texts(lang), lang=lang, **context, **punctuation(lang))
    return typeset(made) if lang == "zh" else made


def typeset(text: str) -> str:
    """Return Chinese text without the blanks that English has before per cent, around ``to`` and after a colon."""
    for english, chinese in ((r"(?<=\d) (?=%)", ""), (r"(?<=[\d%)]) 至 (?=[\d(+−])", "至"), ("(?<=[一-鿿]): ", "：")):
        text = re.sub(english, chinese, text)
    return text


def standalone(svg: str, title: str) -> str:
    """Return a chart as a file of its own: with its look, on a white ground, its title above it.

    Raises
    ------
    ValueError
        The text is not an SVG element with a view box.
    """
    start, (x, y, width, height), rest = _opened(svg)
    start = re.sub(r'viewBox="[^"]*"', f'viewBox="{x:g} {y - HEAD:g} {width:g} {height + HEAD:g}"', start)
    ground = f'<rect x="{x:g}" y="{y - HEAD:g}" width="{width:g}" height="{height + HEAD:g}" fill="#ffffff"/>'
    words = f'<text class="title" x="{x + 6:g}" y="{y - 6:g}">{escape(title)}</text>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{start}><style>{STYLE}</style>{ground}{words}{rest}\n'


def _opened(svg: str) -> tuple[str, tuple[float, ...], str]:
    """Return the first tag of a drawing without its end, its view box, and what follows the tag."""
    start, mark, rest = svg.partition(">")
    box = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', start)
    if not start.startswith("<svg") or not mark or box is None:
        raise ValueError("not an SVG element with a view box")
    return start, tuple(map(float, box.groups())), rest


def standalone_drawing(svg: str) -> str:
    """Return a picture of loops or stocks as a file of its own, on a white ground and without marks of the page.

    Raises
    ------
    ValueError
        The text is not an SVG element with a view box.
    """
    start, (x, y, width, height), rest = _opened(svg)
    style = ".is-faint{opacity:.16}.structure-spot rect{fill:none}"
    ground = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="#ffffff"/>'
    head = f'{start} font-family="{escape(FONT, quote=True)}">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<style>{style}</style>{ground}{rest}\n'
