"""What a question wants of each group of rows: `by city`, `per department`, `the highest average salary`."""

from __future__ import annotations

from abc import ABC, abstractmethod

from rag.tabular.lexicon import FOLDS
from rag.tabular.shape import Shape, Unclear
from rag.tabular.tagging import Tag

__all__ = ["Grouped"]

_TIMES = frozenset(["year", "month", "day", "week", "quarter"])
"""Words of columns of numbers that are no amount, so that `per` speaks of each of them."""

_DIFFERENT = 0.7
"""Share of different values up to which rows are of groups, and not each of its own."""


class Grouped(Shape, ABC):
    """Takes the column by which rows are grouped out of a question."""

    def read_groups(self) -> None:
        """`by city`, `for each city`, `per city`, at most once."""
        places = [at for at in range(len(self.tags)) if self._groups(at)]
        if not places:
            return
        at = places[0]
        behind = at + 1 + (self.kind(at + 1) == "count")  # `by number of bedrooms`
        tag = self.tags[behind] if behind < len(self.tags) else None
        if len(places) > 1 or tag is None or tag.column is None or tag.kind not in ("column", "row"):
            raise Unclear
        if self.kind(behind + 1) in ("and", "or", "column", "row"):
            raise Unclear
        told = self.tags[at].text.lower()
        if self.table.numbers(tag.column) is not None and told == "per" and not self.names.about(tag.column, _TIMES):
            raise Unclear  # `price per unit` is divided
        if not self.is_grouping(tag.column):
            raise Unclear
        self.made.by = tag.column
        self.doubt(tag)
        del self.tags[at : behind + 1]

    def _groups(self, at: int) -> bool:
        """Whether words here say that something is asked of each group."""
        tag = self.tags[at]
        if tag.kind == "each":
            return True
        return tag.text.lower() == "by" and (self.kind(at + 1) in ("column", "row", "count"))

    def is_grouping(self, column: int) -> bool:
        """Whether rows share the values of a column, and those are no cells that list several."""
        cells = self.table.columns[column]
        shared = len({cell.casefold() for cell in cells}) <= _DIFFERENT * len(cells)
        return shared and column not in self.names.lists and self.table.dates(column) is None

    def read_highest_fold(self, at: int) -> int:
        """The last word of `highest average salary`, which begins at a place; it asks for a group, not for rows."""
        last = at + 2
        if self.kind(last) == "at" and self.tags[last].text.lower() == "of":
            last += 1
        found = self.tags[last] if last < len(self.tags) else None
        if found is None or self.made.by is not None or self.made.limit > 1 or self.made.rank > 1:
            raise Unclear
        if self.kind(0) not in ("which", "who"):
            raise Unclear
        self.fold(self.tags[at + 1], found)
        self.made.fold, self.made.operation = FOLDS[self.tags[at + 1].text.lower()], "group"
        return last

    @abstractmethod
    def fold(self, how: Tag, of: Tag) -> None:
        """Notes a sum, a mean or a median of a column of numbers."""

    def settle_groups(self) -> None:
        """A count, a sum or the like of each group; of rows themselves only the value."""
        made = self.made
        if made.by is None:
            return
        told = made.operation in ("count", "sum", "mean", "median") or (made.operation == "most" and made.value)
        columns = [made.measure, made.distinct, *(condition.column for condition in made.conditions)]
        if not told or made.limit > 1 or made.rank > 1 or made.by in columns:
            raise Unclear
        if made.measure is not None and self.table.numbers(made.measure) is None:
            raise Unclear
