"""Which rows count: comparisons, values, negations, and how many rows a group must have."""

from __future__ import annotations

from typing import Any

from rag.sql.rules.lexicon import MORE
from rag.sql.rules.meaning import Meaning
from rag.sql.rules.query import Condition, Query, Term
from rag.sql.rules.relations import Relations
from rag.sql.rules.scope import Place, Scope
from rag.sql.values import literal

__all__ = ["Conditions"]

_OPPOSITE = {"=": "!=", "!=": "=", ">": "<=", "<": ">=", ">=": "<", "<=": ">", "LIKE": "NOT LIKE"}
_YEARS = range(1000, 2101)


class Conditions:
    """Reads the conditions of a question.

    Args:
        scope: its names.
        query: gets them.
    """

    def __init__(self, scope: Scope, query: Query) -> None:
        self.scope = scope
        self.tags = scope.tags
        self.made = query
        self.counted: str | None = None
        self.meaning = Meaning(scope)
        self.relations = Relations(scope, query)
        self._last: tuple[int, Condition] | None = None
        self._either: list[list[Condition]] = []

    def read(self) -> None:
        """All of them."""
        for at, tag in enumerate(self.tags):
            if tag.kind == "not" and not tag.used:
                self.relations.lacking(at)
        for at, tag in enumerate(self.tags):
            if tag.used:
                continue
            if tag.kind == "compare":
                self._compare(at)
            elif tag.kind == "word" and tag.text.lower() in MORE:
                self._split(at)
        for at, tag in enumerate(self.tags):
            if tag.used:
                continue
            if tag.kind == "value":
                self._value(at)
            elif tag.kind == "literal":
                self._literal(at)
            elif tag.kind == "number":
                self._number(at)
        self.relations.settle(self._either)

    def _use(self, *places: int | None) -> None:
        for place in places:
            if place is not None:
                self.tags[place].used = True

    def _add(self, place: Place, operator: str, value: str, at: int) -> None:
        """A condition; beside the one before it of the same column, one of both must hold."""
        measured = operator in ("<", ">", "<=", ">=", "BETWEEN") and not value.startswith("'")
        condition = Condition(self.scope.term(place) if measured else Term(*place), operator, value)
        last = self._last
        if (
            last
            and last[1].term == condition.term
            and last[1].operator == operator == "="
            and self._beside(last[0], at)
        ):
            self.made.where[-1].append(condition)
            if any(self.tags[place].kind == "or" for place in range(last[0], at)):
                self._either.append(self.made.where[-1])
        else:
            self.made.where.append([condition])
        self._last = at, condition

    def _beside(self, one: int, other: int) -> bool:
        """Whether only `or`, `and` or small words stand between two values; those are then read."""
        between = range(one + 1, other)
        if not all(
            self.tags[place].kind in ("or", "and", "skip", "both") or self.tags[place].used for place in between
        ):
            return False
        self._use(*(place for place in between if self.tags[place].kind == "or"))
        return True

    def _compare(self, at: int) -> None:
        operator = self.tags[at].said[0]
        target = self.scope.after(at, also=("skip",))
        if target is None:
            return
        found = self.tags[target]
        if found.kind == "aggregate":
            self._beside_average(at, target, operator)
            return
        if found.kind in ("value", "literal") and operator == "!=":
            self._use(at)
            (self._value if found.kind == "value" else self._literal)(target, operator)
            return
        if found.kind != "number":
            return
        value, last = str(found.said), target
        if operator == "between":
            second = self.scope.after(target, also=("skip", "and"))
            if second is None or self.tags[second].kind != "number":
                return
            value, last, operator = f"{value} AND {self.tags[second].said}", second, "BETWEEN"
        self._compared(at, range(target, last + 1), operator, value)

    def _compared(self, at: int, said: range, operator: str, value: str) -> None:
        """The comparison at one place, with the value that others say."""
        target, last, concepts = said[0], said[-1], self.tags[at].said[1]
        behind = self.scope.after(last, also=("skip", "distinct"))
        close = behind is not None and behind - last <= 2
        if close and behind is not None and self.tags[behind].kind == "table" and not concepts:
            if self.made.having is not None:
                return
            self._having(behind, operator, value)
            self._use(at, target, last, behind)
            return
        place, named = None, None
        if (
            close
            and behind is not None
            and self.tags[behind].kind in ("column", "concept")
            and not self.meaning.begins(behind)
        ):
            place, named = self.meaning.column(behind), behind
        before = self.meaning.column_before(at)
        if place is None and before is not None and (at - before <= 2 or not concepts):
            place, named = self.meaning.column(before), before
        if place is None and concepts and (of := self.scope.concept(concepts, at, self.meaning.lately(at))) is not None:
            place, operator = of[0], str(of[1])
        if place is None and before is not None:
            place, named = self.meaning.column(before), before
        if (
            place is None
            and self._last
            and all(tag.kind in ("and", "skip") or tag.used for tag in self.tags[self._last[0] : at])
        ):
            place = Place(self._last[1].term.table, self._last[1].term.column)  # `at least 3 and at most 5`
        if place is None:
            return
        if self.scope.dated(place) and " AND " not in value:
            value = literal(value)
        self._add(place, self._turned(at, operator), value, at)
        self._use(at, target, last, named)

    def _turned(self, at: int, operator: str) -> str:
        """The operator, or its opposite where it is negated."""
        refused = self.meaning.negated(at)
        if refused is None or operator not in _OPPOSITE:
            return operator
        self._use(refused)
        return _OPPOSITE[operator]

    def _having(self, at: int, operator: str, value: str) -> None:
        """How many rows of a table a group must have."""
        self.counted = self.tags[at].tables[0].table
        if self.counted not in self.made.tables:
            self.made.tables.append(self.counted)
        self.made.having = Condition(Term(self.counted, "*", function="count"), operator, value)

    def _beside_average(self, at: int, target: int, operator: str) -> None:
        """`above the average weight`: beside what a query inside gives."""
        behind = self.scope.after(target, also=("skip",))
        named = behind if behind is not None and self.tags[behind].kind == "column" and behind - target <= 2 else None
        before = self.meaning.column_before(at)
        about = named if named is not None else before
        place = self.meaning.column(about) if about is not None else None
        if place is None:
            return
        inner = Query(select=[Term(*place, function=self.tags[target].said)]).sql(self.scope.schema)
        self._add(place, operator, f"({inner})", at)
        same = before if before is not None and named is not None and self.meaning.column(before) == place else None
        self._use(at, target, about, same)

    def _split(self, at: int) -> None:
        """`a greater weight than 10`, and behind a number `3 or more`."""
        word = self.tags[at].text.lower()
        if at > 1 and self.tags[at - 1].kind == "or" and self.tags[at - 2].kind == "number":
            self._use(at, at - 1)
            behind = self.scope.after(at, also=("skip",))
            if behind is not None and self.tags[behind].kind == "table":
                self._having(behind, MORE[word], str(self.tags[at - 2].said))
                self._use(at - 2, behind)
            elif (before := behind) is not None and self.tags[before].kind == "column":
                place = self.meaning.column(before)
                if place:
                    self._add(place, MORE[word], str(self.tags[at - 2].said), at)
                    self._use(at - 2, before)
            return
        column = self.scope.after(at, also=("skip",))
        if column is None or self.tags[column].kind != "column":
            return
        number = self.scope.after(column, also=("skip",))
        between = [tag.text.lower() for tag in self.tags[column + 1 : number]] if number is not None else []
        if number is not None and "than" in between and self.tags[number].kind == "number":
            place = self.meaning.column(column)
            if place:
                self._add(place, MORE[word].rstrip("="), str(self.tags[number].said), at)
                self._use(at, column, number)

    def _value(self, at: int, operator: str = "=") -> None:
        mention, hint = self.meaning.meant(at)
        refused = self.meaning.negated(at)
        if refused is not None and operator == "=":
            self._use(refused)
            operator = "!="
        if not mention.exact:
            self.scope.doubt(0.95)
        self._add(Place(mention.table, mention.column), operator, literal(mention.value), at)
        self._use(at, hint)

    def _literal(self, at: int, operator: str = "=") -> None:
        """Quoted words that no column is known to hold: of the column that stands before them."""
        tag = self.tags[at]
        like = next((one for one in range(max(0, at - 3), at) if self.tags[one].kind == "like"), None)
        before = self.meaning.column_before(at)
        if before is None or (place := self.meaning.column(before)) is None:
            return
        value = literal(tag.said)
        column = self.scope.about(place)
        if like is not None:
            pattern = {"start": f"{tag.said}%", "end": f"%{tag.said}"}.get(self.tags[like].said, f"%{tag.said}%")
            operator, value = "LIKE", literal(pattern)
        elif column is not None and column.numeric and str(tag.said).replace(".", "", 1).isdigit():
            value = str(tag.said)
        elif column is not None and column.numeric:
            return
        else:
            self.scope.doubt(0.9)
        self._add(place, self._turned(at, operator), value, at)
        self._use(at, like, before)

    def _number(self, at: int) -> None:
        """`4 cylinders`, `age 3`, `in 1974`."""
        number = self.tags[at].said
        after = self.scope.after(at, also=())
        if (
            after is not None
            and self.tags[after].kind in ("column", "concept")
            and (place := self.meaning.column(after))
        ):
            column = self.scope.about(place)
            if column is not None and (column.numeric or self.tags[after].kind == "concept"):
                self._add(place, self._turned(at, "="), str(number), at)
                self._use(at, after)
                return
        before = self.scope.before(at, also=("skip", "not"))
        if (
            before is not None
            and at - before <= 4
            and self.tags[before].kind == "column"
            and not self.tags[before].used
        ):
            place = self.meaning.column(before)
            if place is not None:
                self._add(place, self._turned(at, "="), self._written(place, number), at)
                self._use(at, before)
                return
        if isinstance(number, int) and number in _YEARS and (of := self.scope.concept([("year", True)], at)):
            column = self.scope.about(of[0])
            if column is not None and "year" in column.name.lower():
                self._add(of[0], self._turned(at, "="), self._written(of[0], number), at)
                self._use(at)

    def _written(self, place: Place, number: Any) -> str:
        """A number as the column holds it: SQLite compares text with text."""
        column = self.scope.about(place)
        return literal(str(number)) if column is not None and not column.numeric else str(number)
