"""The order of rows, and superlatives: `the youngest singer`, `the country with the most singers`."""

from __future__ import annotations

from dataclasses import replace

from rag.sql.rules.lexicon import SUPERLATIVES
from rag.sql.rules.query import Query, Term
from rag.sql.rules.scope import Place, Scope

__all__ = ["Ranking"]

_COUNTING = ("most", "least", "fewest")
"""Superlatives of how many rows there are."""
_MEASURING = ("largest", "greatest", "highest", "smallest", "lowest")
"""Such of several rows, `the highest orders`; of one row, `the largest order`, they are of what it holds."""
_HAVING = frozenset({"with", "has", "have", "having", "had"})


class Ranking:
    """Reads what a question says of order.

    Args:
        scope: its names.
        query: gets order and limit.
    """

    def __init__(self, scope: Scope, query: Query) -> None:
        self.scope = scope
        self.tags = scope.tags
        self.made = query
        self.by_count = False
        self.counted: str | None = None
        self.alphabetical: bool | None = None
        """Whether what is selected is in falling order, where it is ordered by itself."""

    def read(self) -> None:
        """All of it."""
        for at, tag in enumerate(self.tags):
            if tag.kind == "order" and not tag.used:
                self._order(at)
        for at, tag in enumerate(self.tags):
            if not tag.used and (tag.kind == "most" or (tag.text.lower() in SUPERLATIVES and self._had(at))):
                self._most(at)

    def finish(self) -> None:
        """Orders by what is selected, where nothing else was named."""
        if self.alphabetical is not None and self.made.select and not self.made.order:
            self.made.order = [(self.made.select[0], self.alphabetical)]

    def _order(self, at: int) -> None:
        tag = self.tags[at]
        falling = tag.said is True
        if isinstance(tag.said, str):
            self._by_concept(at, tag.said)
            return
        after = self.scope.after(at, also=("skip", "direction"))
        turned = [place for place in self._around(at, after) if self.tags[place].kind == "direction"]
        for place in turned:
            falling = self.tags[place].said
            self.tags[place].used = True
        column = after is not None and self.tags[after].kind == "column"
        if after is not None and column and (found := self.scope.column(after)) is not None:
            self.made.order.append((self.scope.term(found), self._direction(after, falling)))
            tag.used = self.tags[after].used = True
            return
        if after is not None and self.tags[after].kind == "count":
            self._by_number(at, after, falling)
            return
        if self.made.order:  # `ordered by age in descending order`
            self.made.order[-1] = (self.made.order[-1][0], falling)
            tag.used = True
        elif "alphabet" in tag.text.lower() or "lexic" in tag.text.lower():
            self.alphabetical, tag.used = falling, True

    def _around(self, at: int, after: int | None) -> range:
        return range(max(0, at - 1), after if after is not None else min(len(self.tags), at + 3))

    def _direction(self, at: int, falling: bool) -> bool:
        """What stands behind a column: `by age, descending`."""
        for place in range(at + 1, min(at + 4, len(self.tags))):
            tag = self.tags[place]
            if tag.kind == "direction" or (tag.kind == "order" and isinstance(tag.said, bool)):
                tag.used = True
                return bool(tag.said)
            if tag.kind not in ("skip",):
                break
        return falling

    def _by_concept(self, at: int, word: str) -> None:
        """`from the oldest to the youngest`."""
        concepts, _ = SUPERLATIVES[word]
        if (found := self.scope.concept(concepts, at)) is not None:
            self.made.order.append((self.scope.term(found[0]), bool(found[1])))
            self.tags[at].used = True

    def _by_number(self, at: int, after: int, falling: bool) -> None:
        """`in descending order of the number of singers`."""
        target = self.scope.after(after, also=("skip", "distinct"))
        if target is None or self.tags[target].kind != "table":
            return
        self._count_rows(target)
        self.made.order.append((Term(self.counted or self.scope.main, "*", function="count"), falling))
        for place in (at, after, target):
            self.tags[place].used = True

    def _count_rows(self, target: int) -> None:
        self.by_count = True
        self.counted = self.tags[target].tables[0].table
        if self.counted not in self.made.tables:
            self.made.tables.append(self.counted)

    def _most(self, at: int) -> None:
        tag = self.tags[at]
        word = tag.said if tag.kind == "most" else tag.text.lower()
        concepts, falling = SUPERLATIVES[word]
        after = self.scope.after(at, also=("skip", "number", "count", "distinct"))
        counted = [place for place in range(at, after or at) if self.tags[place].kind == "count"]
        found = self.tags[after] if after is not None else None
        if after is not None and found is not None and found.kind == "most" and word == "top":
            tag.used = True  # `the top 3 highest`: the other says by what
            return
        limit = self._limit(at)
        measure = found is not None and found.kind == "column" and self._measures(after)
        if concepts and not measure and (of := self.scope.concept(concepts, at)) is not None:
            self._rank(at, of[0], bool(of[1]), limit)
            return
        if after is None or found is None:
            return
        several = word in _MEASURING and found.text.lower().endswith("s")
        if found.kind == "table" and (counted or several or word in _COUNTING):
            self._count_rows(after)
            self._by_rows(at, [*counted, after], falling, limit)
        elif found.kind == "column" and counted and not self._measures(after):
            self.by_count = True
            self._by_rows(at, [*counted, after], falling, limit)
        elif found.kind == "column" and (place := self.scope.column(after)) is not None:
            for one in (*counted, after):
                self.tags[one].used = True
            if limit == 1 and self._asked_for(at):
                self.made.select.append(replace(self.scope.term(place), function="max" if falling else "min"))
                tag.used = True
            else:
                self._rank(at, place, falling, limit)

    def _by_rows(self, at: int, used: list[int], falling: bool, limit: int) -> None:
        self.made.order.append((Term(self.counted or self.scope.main, "*", function="count"), falling))
        self.made.limit = limit
        self.tags[at].used = True
        for place in used:
            self.tags[place].used = True

    def _rank(self, at: int, place: Place, falling: bool, limit: int) -> None:
        self.made.order.append((self.scope.term(place), falling))
        self.made.limit = limit
        self.tags[at].used = True

    def _measures(self, at: int | None) -> bool:
        """Whether a name stands for a column of numbers or dates."""
        if at is None:
            return False
        return any(self.scope.measures(Place(one.table, one.column)) for one in self.tags[at].columns[:1])

    def _had(self, at: int) -> bool:
        """Whether it is said of what has it: `the car with the minimum weight`."""
        return any(tag.text.lower() in _HAVING for tag in self.tags[max(0, at - 2) : at])

    def _limit(self, at: int) -> int:
        """How many: a number beside the superlative; one where there is none."""
        for place in (at - 1, at + 1):
            if 0 <= place < len(self.tags) and self.tags[place].kind == "number" and not self.tags[place].used:
                number = self.tags[place].said
                if isinstance(number, int) and 0 < number <= 1000:
                    self.tags[place].used = True
                    return number
        return self.made.limit or 1

    def _asked_for(self, at: int) -> bool:
        """Whether the highest value itself is asked for: nothing else is named before it."""
        here = self.tags[at].sentence
        before = [tag for tag in self.tags[:at] if tag.sentence == here]
        return all(tag.kind in ("skip", "aggregate", "and", "number") for tag in before) and not any(
            tag.text.lower() in _HAVING | {"which", "who"} for tag in before
        )
