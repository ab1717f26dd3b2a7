"""Conditions on rows: `in Berlin`, `with a balcony`, `below 900`, `not late`."""

from __future__ import annotations

from decimal import Decimal

from rag.sql.rules.names import stem
from rag.tabular.cells import plain_unit
from rag.tabular.lexicon import COMPARED, MONTHS, RELATED
from rag.tabular.shape import Condition, Shape, Unclear

__all__ = ["Conditions"]

_PLAIN_DATES = frozenset(map(stem, ["date", "year", "day", "time", "month"]))
_YEARS = range(1000, 2101)


class Conditions(Shape):
    """Reads the conditions of a question."""

    def condition(self, at: int) -> tuple[Condition, int] | None:
        """The condition that begins here, and where it ends; None where none does."""
        start, negated, related, said = at, False, "", set[str]()
        while self.kind(at) in ("that", "which", "who", "be", "have", "at", "and", "not", "related", "dated"):
            kind = self.kind(at)
            if kind in ("which", "who") and at < 2 and self.row is None:
                return None
            if kind == "not":
                if negated:
                    raise Unclear
                negated = True
            if kind == "related":
                related = self.tags[at].text.lower()
            if kind == "and" and (at > start or not self.made.conditions):
                return None
            said.add(kind)
            at += 1
        kind = self.kind(at)
        if "dated" in said and kind not in ("number", "compare"):
            raise Unclear
        found: tuple[Condition, int] | None = None
        if kind == "value":
            found = self._value(at, related, negated)
        elif kind == "compare" and not negated and not related:
            found = self._compared(at, None)
        elif kind in ("number", "month") and not negated and not related:
            found = self._number(at, said)
        elif kind == "column":
            found = self._of_column(at, said, related, negated)
        if found is None and (negated or related):
            raise Unclear
        return found

    def _value(self, at: int, related: str, negated: bool, named: int | None = None) -> tuple[Condition, int]:
        """`in Berlin`, `Berlin or Paris`."""
        tag = self.tags[at]
        column = named
        if column is None and self.kind(at + 1) == "column" and self.tags[at + 1].column in tag.values:
            column = self.tags[at + 1].column  # `late status`
            after = at + 2
        else:
            after = at + 1
        told = column is not None
        if column is None:
            if len(tag.values) != 1:
                raise Unclear
            (column,) = tag.values
        if column not in tag.values or (related and not self.names.about(column, RELATED[related])):
            raise Unclear
        texts = [tag.values[column]]
        if not told and self.names.holds_more(tuple(word.lower() for word in tag.text.split()), column):
            raise Unclear
        self.made.certainty *= 1.0 if tag.exact else 0.95
        while self.kind(after) == "or":
            after += 1
            if self.kind(after) == "at":
                after += 1
            other = self.tags[after] if after < len(self.tags) else None
            if other is None or other.kind != "value" or column not in other.values or negated:
                raise Unclear
            texts.append(other.values[column])
            after += 1
        behind = self.tags[after + 1].values if self.kind(after) == "and" and self.kind(after + 1) == "value" else {}
        if column in behind and column not in self.names.lists:
            raise Unclear  # `in Berlin and Paris`: both together, or each?
        operator = "has" if column in self.names.lists else "="
        if negated:
            if any(not cell for cell in self.table.columns[column]):
                raise Unclear
            operator = {"has": "has not", "=": "!="}[operator]
        return Condition(column, operator, tuple(texts)), after

    def _of_column(self, at: int, said: set[str], related: str, negated: bool) -> tuple[Condition, int] | None:
        """`with SSO`, `whose status is late`, `that cost less than 900`, `a rent below 900`."""
        tag = self.tags[at]
        assert tag.column is not None
        behind = at + 1
        while self.kind(behind) in ("be", "at", "have"):
            behind += 1
        if self.kind(behind) == "value" and tag.column in self.tags[behind].values and (said or behind > at + 1):
            self.doubt(tag)
            return self._value(behind, related, negated, tag.column)
        if self.kind(behind) == "compare" and not negated and not related:
            found = self._compared(behind, tag.column)
            self.doubt(tag)
            return found
        if self.kind(behind) == "number" and self.measures(tag.column) and not negated and not related:
            if self.kind(behind + 1) in ("column", "row"):
                return None
            self.doubt(tag)
            return self._with_number(tag.column, "=", behind)
        flags = self.table.flags(tag.column)
        adjective = self.kind(at + 1) == "row" or (self.opening == "count" and said)
        if flags is not None and not related and (said & {"have", "be", "not"} or adjective) and said != {"at"}:
            if at + 1 < len(self.tags) and self.kind(at + 1) in ("column", "value", "number", "compare"):
                raise Unclear
            if negated and any(value is None for value in flags.values):
                raise Unclear
            self.doubt(tag)
            return Condition(tag.column, "is not" if negated else "is"), at + 1
        return None

    def _compared(self, at: int, column: int | None) -> tuple[Condition, int]:
        """`more than 3 rooms`, `below 900`, `older than 30`, `after 1990`."""
        operator, concept = COMPARED[self.tags[at].text.lower()]
        if self.kind(at + 1) != "number":
            raise Unclear
        if column is None and concept == "date":
            column = self._only_date()
        elif column is None and concept:
            able = [place for place in range(len(self.table.names)) if self.measures(place)]
            column = self.names.of_concept(concept, able)
            if column is None:
                raise Unclear
            self.made.certainty *= 0.95
        elif column is None:
            behind = at + 2 + (self.kind(at + 2) == "unit")
            tag = self.tags[behind] if behind < len(self.tags) else None
            if tag is None or tag.kind != "column" or not self.measures(tag.column) or tag.column is None:
                raise Unclear
            self.doubt(tag)
            condition, _ = self._with_number(tag.column, operator, at + 1)
            return condition, behind + 1
        return self._with_number(column, operator, at + 1)

    def _number(self, at: int, said: set[str]) -> tuple[Condition, int] | None:
        """`4 cylinders`, `in 1970`, `in May`."""
        if self.kind(at) == "month":
            return self._month(at) if {"at"} <= said <= {"at", "be"} else None
        tag = self.tags[at + 1] if at + 1 < len(self.tags) else None
        if tag is not None and tag.kind == "column" and tag.column is not None and self.table.numbers(tag.column):
            self.doubt(tag)
            return self._with_number(tag.column, "=", at)[0], at + 2
        if tag is not None and tag.kind == "column" and tag.column is not None:
            written = self.tags[at].text
            if written not in self.table.columns[tag.column]:
                raise Unclear
            self.doubt(tag)
            return Condition(tag.column, "=", (written,)), at + 2
        number = self.tags[at].number
        if "at" in said and number is not None and number in _YEARS and not self.tags[at].unit:
            return self._with_number(self._only_date(), "=", at)
        return None

    def _month(self, at: int) -> tuple[Condition, int]:
        """`in December`, `in December 2023`.

        Raises:
            Unclear: also where the same month of several years would be counted or added up: one of them may be meant.
        """
        if self.tags[at - 1].text.lower() not in ("in", "of", "from", "for"):
            raise Unclear
        month = Decimal(MONTHS[self.tags[at].text.lower()])
        column = self._only_date()
        dates = self.table.dates(column)
        named = any(self.names.about(place, frozenset(["month"])) for place in range(len(self.table.names)))
        if dates is None or named:
            raise Unclear
        tag = self.tags[at + 1] if self.kind(at + 1) == "number" else None
        if tag is not None and tag.number is not None and tag.number in _YEARS and not tag.unit:
            self.made.conditions.append(Condition(column, "year =", numbers=(tag.number,)))
            return Condition(column, "month =", numbers=(month,)), at + 2
        years = {date[0] for date in dates.values if date is not None}
        if len(years) > 1 and self.made.operation not in ("mean", "median", "most"):
            raise Unclear
        return Condition(column, "month =", numbers=(month,)), at + 1

    def _only_date(self) -> int:
        """The one column of dates, called no more than that: a start date is no date of anything else."""
        able = [place for place in range(len(self.table.names)) if self._dated(place)]
        own = {word for phrase in self.names.rows for word in phrase}  # `order date` of orders
        if len(able) != 1 or not set(self.names.content(able[0])) <= _PLAIN_DATES | own:
            raise Unclear
        return able[0]

    def _dated(self, column: int) -> bool:
        return self.table.dates(column) is not None or (
            self.names.about(column, frozenset(["year"])) and self.table.numbers(column) is not None
        )

    def _with_number(self, column: int, operator: str, at: int) -> tuple[Condition, int]:
        """A comparison with the number at a place, or with both of `between`."""
        numbers, units, after = [], [], at
        for turn in range(2 if operator == "between" else 1):
            if turn:
                if self.kind(after) != "and":
                    raise Unclear
                after += 1
            tag = self.tags[after] if after < len(self.tags) else None
            if tag is None or tag.kind != "number" or tag.number is None:
                raise Unclear
            numbers.append(tag.number)
            units.append(tag.unit)
            after += 1
            if self.kind(after) == "unit":
                units.append(self.tags[after].text)
                after += 1
        held = self.table.numbers(column)
        if held is None:
            if self.table.dates(column) is None or any(int(n) != n or n not in _YEARS for n in numbers) or any(units):
                raise Unclear
            return Condition(column, f"year {operator}", numbers=tuple(numbers)), after
        for unit in filter(None, map(plain_unit, units)):
            self._check_unit(unit, held.unit, column)
        return Condition(column, operator, numbers=tuple(numbers)), after

    def _check_unit(self, unit: str, held: str, column: int) -> None:
        """The question's unit must be the column's, where both are known."""
        unit = {"percent": "%", "year": "", "old": ""}.get(unit, unit)
        name = self.table.names[column].casefold()
        if not unit or (held and plain_unit(held) == unit):
            return
        if held or unit == "%" or (unit not in "€$£" and unit not in name):
            raise Unclear
