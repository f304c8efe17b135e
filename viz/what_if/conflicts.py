"""Levers of the what-if page that contradict each other, told in the words of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from simulator.schedule import Range
from simulator.wording import ends_text, place_text, quarter_text
from viz.errors import PageError
from viz.wording import texts

if TYPE_CHECKING:
    from viz.what_if.form import Field


class ConflictError(PageError):
    """Two levers that cannot hold together.

    Parameters
    ----------
    key : str
        Of the sentence in ``texts.toml``; its places are ``lever``, ``where``, ``start``, ``end`` and ``most``.
    one, other : Field
        Of the same instrument.
    """

    def __init__(self, key: str, one: Field, other: Field) -> None:
        self._one, self._other = one, other
        super().__init__(key)

    def text(self, lang: str) -> str:
        """Return the sentence in a language, ``en`` or ``zh``."""
        one, other = self._one, self._other
        return texts(lang)[self._key].format(
            lever=one.spec.label_in(lang),
            where=place_text(one.instrument, _shared(one, other), lang),
            start=quarter_text(max(one.start, other.start), lang),
            end=quarter_text(min(one.end, other.end), lang),
            most=ends_text(one.instrument, lang)[1],
        )


def conflict_of(fields: Sequence[Field]) -> ConflictError | None:
    """Return the first contradiction among levers that are on, None if there is none."""
    return next(_conflicts([field for field in fields if field.on]), None)


def _conflicts(fields: Sequence[Field]) -> Iterator[ConflictError]:
    for one, other in combinations(fields, 2):
        if one.instrument != other.instrument or not _shared(one, other):
            continue
        together = max(one.start, other.start) <= min(one.end, other.end)
        if together and not one.spec.additive:
            yield ConflictError("what_if_twice", one, other)
        elif together and _largest(one) + _largest(other) > one.spec.high + 1e-12:
            yield ConflictError("what_if_too_much", one, other)
        elif isinstance(one.size, Range) and isinstance(other.size, Range) and one.size != other.size:
            yield ConflictError("what_if_two_ranges", one, other)


def _shared(one: Field, other: Field) -> tuple[str, ...]:
    return tuple(target for target in one.targets if target in other.targets)


def _largest(field: Field) -> float:
    return field.size.high if isinstance(field.size, Range) else field.size
