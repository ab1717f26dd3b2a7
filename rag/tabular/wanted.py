"""What is computed: the highest of something, a sum, a mean."""

from __future__ import annotations

from collections.abc import Sequence

from rag.tabular.grouped import Grouped
from rag.tabular.lexicon import CONCEPTS, DEGREES, FOLDS, MOST, ORDINALS, VERBS
from rag.tabular.shape import COLUMNS, ORDER, Unclear
from rag.tabular.tagging import Tag

__all__ = ["Wanted"]

_COUNTING = {"most": True, "fewest": False}
_MOST_ROWS = 100
_NO_SUM = frozenset(
    ["rate", "percent", "percentage", "share", "ratio", "average", "avg", "mean", "age", "rating", "score"]
)
"""Words of columns of which a sum says nothing."""


class Wanted(Grouped):
    """Takes the operation and its measure out of a question."""

    def read_verbs(self) -> None:
        """`costs` is the price, where one column holds that."""
        able = [place for place in range(len(self.table.names)) if self.measures(place)]
        for tag in self.tags:
            if tag.kind == "verb":
                tag.column = self.names.of_concept(VERBS[tag.text.lower()], able)
                if tag.column is None:
                    raise Unclear
                tag.kind, tag.weight = "column", 0.95

    def read_superlative(self) -> None:
        """Takes `the highest rent`, `the three cheapest` or `costs the most` out of the question."""
        places = [at for at, tag in enumerate(self.tags) if tag.kind in ("most", "degree")]
        if not places:
            return
        if len(places) > 1:
            raise Unclear
        told = " ".join(self.tags[places[0]].text.lower().split())
        first, last = self._how_many(places[0])
        behind = self.tags[last + 1] if last + 1 < len(self.tags) else None
        self.made.operation = "most"
        if told in MOST and behind is not None and behind.kind in COLUMNS and self.measures(behind.column):
            self._most(behind, MOST[told])
            last += 1
        elif told in MOST and self._follows(first, last):
            self._most(self.tags[first - 1], MOST[told])
            first -= 1
        elif told in MOST and behind is not None and behind.kind == "fold":
            self.made.falling = MOST[told]
            last = self.read_highest_fold(last)
        elif told in _COUNTING and behind is not None and behind.kind == "row" and self.kind(0) in ("which", "who"):
            if self.made.rank > 1:
                raise Unclear
            self.made.falling, self.row = _COUNTING[told], behind
            self.made.operation = "group"
            last += 1
        elif told in DEGREES:
            self._degree(DEGREES[told])
        else:
            raise Unclear
        del self.tags[first : last + 1]

    def _how_many(self, at: int) -> tuple[int, int]:
        """Notes the number of a superlative, `the three cheapest` or `the second highest`; its first and last word."""
        first, last = at, at + (self.kind(at + 1) == "number")
        first -= self.kind(at - 1) in ("number", "ordinal")
        beside = [*self.tags[first:at], *self.tags[at + 1 : last + 1]]
        if len(beside) > 1:
            raise Unclear
        for tag in beside:
            if tag.kind == "ordinal":
                self.made.rank = ORDINALS[tag.text.lower()]
            else:
                self.made.limit = self._whole(tag)
        return first, last

    def _follows(self, first: int, last: int) -> bool:
        """Whether a superlative stands behind its measure: `costs the most`, `was the rent highest`."""
        before = self.tags[first - 1] if first else None
        if before is None or before.kind not in COLUMNS or self.kind(last + 1) in ("row", "column"):
            return False
        return self.measures(before.column)

    def _most(self, tag: Tag, falling: bool) -> None:
        self.made.measure, self.made.falling = tag.column, falling
        self.doubt(tag)

    def _degree(self, ways: Sequence[tuple[str, bool]]) -> None:
        """The measure that an adjective means: one column at most may be about it."""
        able = [place for place in range(len(self.table.names)) if self.measures(place)]
        found = [
            (column, falling)
            for concept, falling in ways
            if (column := self.names.of_concept(concept, able)) is not None
        ]
        near = [self.names.about(place, frozenset(CONCEPTS[concept])) for place in able for concept, _ in ways]
        if len(found) != 1 or sum(near) > 1:
            raise Unclear
        self.made.measure, self.made.falling = found[0]
        self.made.certainty *= 0.95

    def _whole(self, tag: Tag) -> int:
        number = tag.number
        if number is None or number != int(number) or not 0 < number <= _MOST_ROWS or tag.unit:
            raise Unclear
        return int(number)

    def read_fold(self) -> None:
        """Takes `the average price` or `the sum of all prices` out."""
        places = [at for at, tag in enumerate(self.tags) if tag.kind == "fold"]
        if not places:
            return
        at, last = places[0], places[0] + 1
        if self.kind(last) == "at" and self.tags[last].text.lower() == "of":
            last += 1
        if self.kind(last) == "count":
            last += 1  # `the average number of seats`
        found = self.tags[last] if last < len(self.tags) else None
        if len(places) > 1 or found is None:
            raise Unclear
        self.fold(self.tags[at], found)
        self.made.operation = FOLDS[self.tags[at].text.lower()]
        del self.tags[at : last + 1]

    def fold(self, how: Tag, found: Tag) -> None:
        """Notes the column of numbers of which a sum, a mean or a median is made."""
        if found.kind not in COLUMNS or found.column is None:
            raise Unclear
        if self.table.numbers(found.column) is None or self.names.about(found.column, ORDER | {"year"}):
            raise Unclear
        if FOLDS[how.text.lower()] == "sum" and self.names.about(found.column, _NO_SUM):
            raise Unclear
        self.made.measure = found.column
        self.doubt(found)
