"""Puts a query together from the tags of a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.sql.rules.conditions import Conditions
from rag.sql.rules.folds import Folds
from rag.sql.rules.names import PART
from rag.sql.rules.query import Query, Term
from rag.sql.rules.ranking import Ranking
from rag.sql.rules.scope import Place, Scope
from rag.sql.rules.tagging import Tag
from rag.sql.schema import Schema

__all__ = ["Reading"]


_ENDING = re.compile(r"(?:ed|ing)$")


class Reading:
    """One question, read from the outside in: order and superlatives, conditions, groups, and what is selected.

    Args:
        schema: of the database.
        tags: of the question; those that became part of the query are marked as used.
    """

    def __init__(self, schema: Schema, tags: Sequence[Tag]) -> None:
        self.schema = schema
        self.tags = tags
        self.scope = Scope(schema, tags)
        self.made = Query()
        self.by_count = False
        """Whether groups are ordered or chosen by how many rows they have."""
        self.counted: str | None = None
        """The table whose rows are counted."""
        self.aside: set[str] = set()

    @property
    def confidence(self) -> float:
        """What guesses have left of it."""
        return self.scope.confidence

    def query(self) -> Query | None:
        """The query; None where nothing was named, or what was named cannot be joined."""
        if not any(tag.options or tag.mentions for tag in self.tags):
            return None
        ranking = Ranking(self.scope, self.made)
        ranking.read()
        conditions = Conditions(self.scope, self.made)
        conditions.read()
        self.by_count = ranking.by_count or self.made.having is not None
        self.counted = ranking.counted or conditions.counted
        self.aside = conditions.relations.aside
        folds = Folds(self.scope, self.made, self.counted)
        folds.read()
        self.counted = folds.counted
        grouped = self._each()
        plain = self._plain(grouped)
        self._tables()
        self._select_names(plain, grouped)
        self._group(grouped)
        ranking.finish()
        self._connectors()
        if not self.made.select or not self.made.joinable(self.schema) or self._counts_groups():
            return None
        self._without_repeats()
        return self.made

    def _use(self, at: int) -> None:
        self.tags[at].used = True

    def _open(self, kind: str) -> list[int]:
        return [at for at, tag in enumerate(self.tags) if tag.kind == kind and not tag.used]

    def _each(self) -> list[Place]:
        """What is grouped by: a column, or the key of a table."""
        found: list[Place] = []
        for at in self._open("each"):
            after = self.scope.after(at, also=("skip", "distinct"))
            if after is None or self.tags[after].kind not in ("column", "table"):
                continue
            if self.tags[after].kind == "column":
                place = self.scope.column(after)
                following = self.scope.after(after, also=("skip",))
                if place is None or (following is not None and self.tags[following].kind == "value"):
                    continue
                found.append(place)
            else:
                table = self.tags[after].tables[0].table
                key = self.scope.key(table)
                if key is None:
                    continue
                found.append(key)
                if table not in self.made.tables:
                    self.made.tables.append(table)
            for one in range(at, after + 1):
                self._use(one)
        return found

    def _plain(self, grouped: list[Place]) -> list[Place]:
        """The columns that are named and nothing else is said of: what is asked for."""
        found: list[Place] = []
        subjects = [place.table for place in grouped] or ([self._subject()] if self.by_count else [self.scope.main])
        folded = {(term.table, term.column) for term in self.made.select if term.function}
        for at in self._open("column"):
            place = self.scope.column(at, subjects)
            if place is None:
                continue
            self._use(at)
            if place in folded and place not in grouped:
                continue
            if place in self._filtered() and (self.tags[at].columns[0].weight < 0.9 or self._beside_value(at)):
                continue
            if self.tags[at].columns[0].weight <= PART and _ENDING.search(self.tags[at].text):
                continue  # a verb that says no more than a column's name does
            if at and self.tags[at - 1].kind == "distinct":
                self._use(at - 1)
                self.made.distinct = True
            if place not in found:
                found.append(place)
        for at in self._open("naming"):
            owner = self.scope.owner(at) or subjects[0]
            if of_table := self.scope.naming(owner):
                self._use(at)
                found += [place for place in of_table if place not in found]
        for at in self._open("concept"):
            if (of := self.scope.concept([(self.tags[at].said, True)], at, subjects)) is not None:
                self._use(at)
                found.append(of[0])
        return found

    def _filtered(self) -> set[Place]:
        """The columns of which a value is named."""
        return {
            Place(one.term.table, one.term.column) for some in self.made.where for one in some if one.operator == "="
        }

    def _beside_value(self, at: int) -> bool:
        return any(tag.kind in ("value", "literal") for tag in self.tags[max(0, at - 1) : at + 2])

    def _tables(self) -> None:
        """Tables that are named take part."""
        for at in self._open("table"):
            name = self.tags[at].tables[0].table
            if self.tags[at].tables[0].weight < 0.7:
                self.scope.doubt(0.95)
            self._use(at)
            if name not in (*self.made.tables, *self.aside):
                self.made.tables.append(name)

    def _select_names(self, plain: list[Place], grouped: list[Place]) -> None:
        """Puts the columns before the aggregates; where none is named, the name of what is asked for."""
        made = self.made
        if not made.tables:
            made.tables.append(self.scope.main)
        keys = {key for table in made.tables if (key := self.scope.key(table))}
        for place in grouped:
            if any(one.table == place.table for one in plain):
                continue
            plain += self.scope.naming(place.table) or [place] if place in keys else [place]
        if not plain and (not made.select or self.by_count):
            subject = self._subject()
            plain += self.scope.naming(subject)
            self.scope.doubt(0.85)
        made.select = list(dict.fromkeys([*(Term(*place) for place in plain), *made.select]))

    def _subject(self) -> str:
        """The table of the first name in the question."""
        for tag in self.tags:
            if tag.kind == "table" and tag.tables[0].table != self.counted:
                return tag.tables[0].table
        return self.scope.main

    def _group(self, grouped: list[Place]) -> None:
        """Groups by what was said, or where rows are counted or averaged beside columns by those."""
        made = self.made
        plain = [term for term in made.select if not term.function]
        folded = any(term.function for term in made.select) or self.by_count
        if grouped:
            made.group = list(dict.fromkeys(Term(*place) for place in grouped))
        elif plain and not self.by_count and not made.order and self._only_most():
            return
        elif folded and plain:
            tables = list(dict.fromkeys(term.table for term in plain))
            key = (
                self.scope.key(tables[0])
                if len(tables) == 1 and tables[0] != (self.counted or self.scope.main)
                else None
            )
            made.group = [Term(*key)] if key else plain
            if not self.by_count:
                self.scope.doubt(0.9)

    def _only_most(self) -> bool:
        """`the highest price and the name of the product`: of the row that has it."""
        made = self.made
        folded = [term for term in made.select if term.function]
        if len(folded) != 1 or folded[0].function not in ("min", "max"):
            return False
        most = Term(folded[0].table, folded[0].column)
        made.select = [most if term is folded[0] else term for term in made.select]
        made.order, made.limit = [(most, folded[0].function == "max")], 1
        return True

    def _connectors(self) -> None:
        """What only joins parts of a sentence."""
        for kind in ("and", "skip"):
            for at in self._open(kind):
                self._use(at)
        for at in self._open("distinct"):
            self.made.distinct = True
            self._use(at)
        for at in self._open("each"):  # `of each singer` where nothing is counted: of all
            if not self.made.group and not any(term.function for term in self.made.select):
                self._use(at)

    def _counts_groups(self) -> bool:
        """`the number of countries with more than 2 makers`: would count what it groups by."""
        rows = [term for term in self.made.select if (term.function, term.column) == ("count", "*")]
        return self.made.having is not None and any(term.table != self.made.having.term.table for term in rows)

    def _without_repeats(self) -> None:
        """A row that is joined with several others counts once, and stands there once."""
        made, used = self.made, self.made.used()
        folded = [term for term in made.select if term.function]
        if not folded and not made.group and not made.order:
            tables = {term.table for term in made.select}
            if all(self.scope.repeats(table, used) for table in tables):
                made.distinct = True
        if made.group or len(used) == 1:
            return
        for at, term in enumerate(made.select):
            rows = (term.function, term.column) == ("count", "*") and self.scope.repeats(term.table, used)
            if rows and (key := self.scope.key(term.table)):
                made.select[at] = Term(*key, function="count", distinct=True)
