"""What a question asks of the rows of one table.

Read strictly: every word must be understood and have its place, or the question asks nothing of this table. What is
read is a shape that many wordings share: what is wanted (`how many`, `the highest rent`, `the average price`), what
the rows are called, and conditions on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.sql.rules.names import stem
from rag.tabular.conditions import Conditions
from rag.tabular.lexicon import PEOPLE
from rag.tabular.naming import Names
from rag.tabular.shape import Asked, Unclear
from rag.tabular.tagging import Tag, tagged
from rag.tabular.wanted import Wanted

__all__ = ["asked"]

_GUESSED = 0.85
"""Certainty where what the rows are called is judged by what they hold."""
_FOLDED = frozenset(["freq", "frequency", "count", "counts", "n"])
"""Columns that say for how many things a row stands."""


def asked(question: str, names: Names, is_row: Callable[[str], bool] | None = None) -> Asked | None:
    """What a question asks of a table; None where a word of it is not understood, or could be understood in two ways.

    Args:
        question: in English.
        names: of the table.
        is_row: whether the rows are what an unknown noun says; is asked only of the one word that is left.
    """
    tags = tagged(question, names)
    unknown = [tag for tag in tags if tag.kind == "word"]
    if len(unknown) == 1 and is_row is not None and not any(tag.kind == "row" for tag in tags):
        made = _read(names, [replace(tag, kind="row") if tag is unknown[0] else tag for tag in tags])
        if made is None or not unknown[0].text.isalpha() or not is_row(unknown[0].text):
            return None
        made.certainty *= _GUESSED
        return made
    return _read(names, tags)


def _read(names: Names, tags: Sequence[Tag]) -> Asked | None:
    if any(tag.kind == "word" for tag in tags) or not any(
        tag.column is not None or tag.values or tag.kind == "row" for tag in tags
    ):
        return None
    try:
        return _Reading(names, tags).read()
    except Unclear:
        return None


class _Reading(Wanted, Conditions):
    """One question, for one table."""

    def read(self) -> Asked:
        """All of it.

        Raises:
            Unclear: some of it has no place.
        """
        self.read_verbs()
        self.read_groups()
        self.read_superlative()
        if self.made.measure is None and self.made.operation != "group":
            self.read_fold()
        start = self._opening()
        self._rest(start)
        self._settle()
        return self.made

    def _opening(self) -> int:
        """How the question begins; where the rest of it does."""
        if self.kind(0) == "at" and self.kind(1) == "which":
            del self.tags[0]
        kind, at = self.kind(0), 0
        if kind in ("which", "list", "much", "who", "count"):
            at = 1
            if kind in ("which", "list") and self.kind(1) == "be":
                at = 2
            if kind in ("which", "list") and self.kind(at) == "count":
                kind, at = "count", at + 1
            if kind == "who":
                self._who()
        self.opening = kind if at else ""
        if self.opening == "count" and self._amount(at):
            self.opening = "which"  # `how many rooms does it have`
        if self.opening == "count":
            return self._counting(at)
        if self.opening == "much":
            self.made.value = True
            if self.made.measure is None:
                raise Unclear
        return at

    def _who(self) -> None:
        """The rows must be people."""
        words = {stem(word) for word in PEOPLE}
        label = self.table.label
        told = set(self.names.content(label)) if label is not None else set()
        if not words & (told | {word for phrase in self.names.rows for word in phrase}):
            raise Unclear
        self.row = self.tags[0]

    def _counting(self, at: int) -> int:
        """What is counted, behind `how many`; where the rest of the question begins."""
        if self.made.measure is not None:
            raise Unclear
        self.made.operation = "count"
        if self.kind(at) == "at":
            at += 1  # `how many of the orders`
        if self.kind(at) != "distinct":
            return at
        column = self.tags[at + 1] if at + 1 < len(self.tags) else None
        if column is None or column.column is None:
            raise Unclear
        self.made.distinct = column.column
        self.doubt(column)
        return at + 2

    def _amount(self, at: int) -> bool:
        """Whether a column that stands here says itself how many."""
        column = self.tags[at].column if self.kind(at) == "column" else None
        if column is None or self.names.about(column, frozenset(["id"])):
            return False
        return self.table.numbers(column) is not None and self.table.flags(column) is None

    def _rest(self, at: int) -> None:
        """What rows are called, what of them is asked for, and the conditions."""
        begin = at
        while at < len(self.tags):
            tag = self.tags[at]
            if (found := self.condition(at)) is not None:
                condition, at = found
                self.made.conditions.append(condition)
            elif self._names_rows(at):
                self.row = tag
                at += 1
            elif tag.kind == "column" and self._selects(at, begin):
                assert tag.column is not None
                self.made.select.append(tag.column)
                self.doubt(tag)
                at += 1
            elif self._joins(at, begin):
                at += 1
            else:
                raise Unclear

    def _names_rows(self, at: int) -> bool:
        """Whether what rows are called stands here."""
        tag = self.tags[at]
        if self.row is not None:
            return False
        if tag.kind == "row":
            return True
        counted = self.opening == "count" and self.made.distinct is None and tag.kind == "column"
        if not counted or tag.column is None or tag.weight < 1:
            return False
        if self.table.flags(tag.column) is not None:
            return False
        return self.table.numbers(tag.column) is None or self.names.about(tag.column, frozenset(["id"]))

    def _selects(self, at: int, begin: int) -> bool:
        """Whether a column that is named here is asked for."""
        tag = self.tags[at]
        if self.opening == "much" or self.made.operation not in ("most", "list", "group"):
            return False
        if tag.column is None or tag.column == self.made.measure or not self.asks_for(tag.column):
            return False
        if self.opening not in ("which", "list", ""):
            return False
        before = self.tags[begin:at]
        return all(one.kind in ("column", "and") for one in before) and (
            self.row is None or self.made.operation == "group"
        )

    def _joins(self, at: int, begin: int) -> bool:
        """Whether a word here only joins others."""
        tag, behind = self.tags[at], self.kind(at + 1)
        rest = [one.kind for one in self.tags[at:]]
        if all(kind in ("be", "have") for kind in rest):
            return True
        if tag.kind == "column" and tag.column == self.made.measure and at == len(self.tags) - 1:
            return self.opening == "much"
        if tag.kind in ("be", "have", "at"):
            return behind in ("row", "column") and self.row is None and at > begin - 1
        return tag.kind == "and" and behind == "column" and self.kind(at - 1) == "column"

    def _settle(self) -> None:
        """What is left open must be told by the table."""
        self._settle_rows()
        self.settle_groups()

    def _settle_rows(self) -> None:
        made = self.made
        given = {condition.column for condition in made.conditions if condition.operator == "="}
        asked = list(dict.fromkeys(made.select))
        made.select = [column for column in asked if column not in given] or asked
        column = self.row.column if self.row is not None else None
        if column is not None and not self.table.unique(column):
            if made.operation == "count":
                made.distinct = column
            elif made.operation in ("sum", "mean", "median"):
                raise Unclear  # of rows that are not what the question calls them
            elif not made.select and not made.value:
                made.select = [column]
        if made.operation == "count":
            self._settle_count()
        elif made.operation == "list":
            self._settle_list()
            return
        elif made.operation == "group":
            if len(made.select) != 1 or self.measures(made.select[0]):
                raise Unclear
            if made.fold is not None and (self.row is not None or not self.is_grouping(made.select[0])):
                raise Unclear
            return
        elif made.operation == "most" and self.row is None and not made.select:
            made.value = True
        if made.value and made.select:
            raise Unclear
        if made.operation == "most" and not made.select and not made.value and self.table.label is None:
            raise Unclear

    def _settle_count(self) -> None:
        if self.made.distinct is None and any(
            self.names.about(place, _FOLDED) for place in range(len(self.table.names))
        ):
            raise Unclear  # a row stands for several things already
        noun = self.tags[1] if len(self.tags) > 1 else None
        plural = noun is not None and noun.kind == "value" and noun.text.lower().endswith("s")
        if self.row is None and self.made.distinct is None and not plural:
            raise Unclear

    def _settle_list(self) -> None:
        made = self.made
        if self.opening not in ("which", "list", "who") or (self.row is None and not made.select):
            raise Unclear
        made.value = bool(made.select) and all(map(self.measures, made.select))
        if not made.conditions and self.opening != "list" and not self._all_values():
            raise Unclear
        if not made.select and self.table.label is None:
            raise Unclear

    def _all_values(self) -> bool:
        """Whether all values of a column are asked for: `which cities are there`, and not `what is the city`."""
        if self.row is not None or self.made.value or self.made.certainty < 1:
            return False
        told = [(tag.kind, tag.text.lower()) for tag in self.tags]
        plural = any(kind == "column" and text.endswith("s") for kind, text in told)
        return plural and any(kind == "be" and text in ("are", "were") for kind, text in told)
