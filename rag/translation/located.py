"""Which sentence a place of a text lies in."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from rag.segmenters.sentences import sentences

__all__ = ["Located", "located"]


class Located:
    """The sentences of a text, looked up by place.

    Args:
        text: all of it.
    """

    def __init__(self, text: str) -> None:
        self.spans = sentences(text)
        self._starts = [start for start, _ in self.spans]

    def number(self, place: int) -> int | None:
        """The number of the sentence that a character lies in; None between sentences."""
        number = bisect_right(self._starts, place) - 1
        return number if number >= 0 and place < self.spans[number][1] else None


@lru_cache(4)
def located(text: str) -> Located:
    """The sentences of a text, found once for all of its terms."""
    return Located(text)
