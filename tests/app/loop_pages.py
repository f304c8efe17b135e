"""Pages of loops as HTML, and what can be read in HTML."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import Any

from simulator.loop_book import LOOPS
from simulator.loops import Loop
from viz.components.structure_views import _common
from viz.structure import facts
from viz.structure import map as maps
from viz.trust.markup import fragment


def loop_page(lang: str, loop: Loop, node: dict[str, Any] | None = None) -> str:
    ways = facts.closed_first(loop.key)
    return fragment(
        "structure_loops.html", lang, picture="", loops=LOOPS, kinds=[("reinforcing", "R"), ("balancing", "B")],
        chosen_loop=loop, ways=ways, name_of=partial(maps.name_of, lang=lang), node=node,
        chains=[(way.path, maps.chain(way.path, lang)) for way in ways], **_common(lang),
    )  # fmt: skip


def plain_words(html: str) -> str:
    """Return what can be read in HTML, without names of the code."""
    return unescape(re.sub(r"<[^>]*>|[a-z]+_[a-z_*]*", " ", re.sub(r"<code>.*?</code>", " ", html)))
