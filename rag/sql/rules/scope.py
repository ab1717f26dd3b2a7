"""What a question's names stand for, beside each other: the table that it is about, and which column of which table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.sql.linking import said
from rag.sql.rules.lexicon import CONCEPTS
from rag.sql.rules.names import HEAD, WHOLE, Option, stem
from rag.sql.rules.query import Term
from rag.sql.rules.tagging import Tag
from rag.sql.schema import Column, Schema, Table

__all__ = ["Place", "Scope"]

_GLUE = frozenset({"skip", "distinct", "each", "not"})
"""Tags that stand between a name and what it belongs to."""


_OF = frozenset({"of", "for", "by", "from", "all"})


class Place(NamedTuple):
    """A column, with its table's name."""

    table: str
    column: str


class Scope:
    """The names of a question.

    Args:
        schema: of the database.
        tags: of the question.
    """

    def __init__(self, schema: Schema, tags: Sequence[Tag]) -> None:
        self.schema = schema
        self.tags = tags
        self.confidence = 1.0
        self._decide_kinds()
        self.named = [name for tag in tags if (name := _named(tag))]
        self.main = self._main()

    def doubt(self, factor: float) -> None:
        """A guess was made that is right with so much probability."""
        self.confidence *= factor

    def _decide_kinds(self) -> None:
        """Which of the words that name a table and a column are the table.

        A foreign key is called by the table that it leads to; where something is counted, or something is `of` it, the
        table is meant.
        """
        for at, tag in enumerate(self.tags):
            if tag.kind not in ("column", "table") or not (tag.columns and tag.tables):
                continue
            table, column = tag.tables[0], tag.columns[0]
            leads = any(
                (join.table, join.to_table) == (one.table, table.table) and one.column in join.columns
                for join in self.schema.joins
                for one in tag.columns
                if one.weight == column.weight
            )
            asked = any(one.kind in ("count", "each") for one in self.tags[max(0, at - 1) : at]) or self._behind_of(at)
            as_table = asked or tag.text.lower().endswith("s")
            if at and self.tags[at - 1].kind in ("aggregate", "most"):
                tag.kind = "column"
                continue
            strong = table.weight >= column.weight - 0.05
            tag.kind = "table" if as_table and (strong or leads) else "column"

    def _behind_of(self, at: int) -> bool:
        """Whether `of`, `by` or the like stands before something, with or without an article."""
        before = [tag.text.lower() for tag in self.tags[max(0, at - 2) : at]]
        return bool(before) and (before[-1] in _OF or (before[-1] in ("the", "a", "all") and before[0] in _OF))

    def _main(self) -> str:
        """The table that the question is about."""
        for at, tag in enumerate(self.tags):
            if tag.kind == "count" and (after := self.after(at, also=("skip", "distinct"))) is not None:
                found = self.tags[after]
                if found.kind == "table":
                    return found.tables[0].table
                if found.kind == "column" and self.named:
                    break
        grouped = {
            self.tags[at].tables[0].table
            for at in range(len(self.tags))
            if self.tags[at].kind == "table" and at and self.tags[at - 1].kind == "each"
        }
        for name in self.named:
            if name not in grouped:
                return name
        if self.named:
            return self.named[0]
        votes: dict[str, float] = {table.name: 0.0 for table in self.schema.tables}
        for tag in self.tags:
            best: dict[str, float] = {}
            for option in tag.options:
                best[option.table] = max(best.get(option.table, 0.0), option.weight)
            for mention in tag.mentions:
                best[mention.table] = 0.6 / len({one.table for one in tag.mentions})
            for name, weight in best.items():
                votes[name] += weight
        return max(votes, key=lambda name: votes[name])

    def before(self, at: int, also: Sequence[str] = tuple(_GLUE)) -> int | None:
        """The last tag before one that is none of some kinds."""
        return next((place for place in range(at - 1, -1, -1) if self.tags[place].kind not in also), None)

    def after(self, at: int, also: Sequence[str] = tuple(_GLUE)) -> int | None:
        """The first tag behind one that is none of some kinds."""
        return next((place for place in range(at + 1, len(self.tags)) if self.tags[place].kind not in also), None)

    def column(self, at: int, wanted: Sequence[str] = ()) -> Place | None:
        """What a column's name stands for here.

        Args:
            at: place of the tag.
            wanted: tables of which it should be.
        """
        options = self.tags[at].columns
        if not options:
            return None
        owner = self.owner(at)
        held = {mention.table for tag in self.tags for mention in tag.mentions}

        def worth(option: Option) -> float:
            bonus = 0.4 if option.table == owner else 0.0
            bonus += 0.3 if option.table in (wanted or (self.main,)) else 0.0
            bonus += 0.15 if option.table in self.named else 0.05 if option.table in held else 0.0
            return option.weight + bonus

        ranked = sorted(options, key=worth, reverse=True)
        best = ranked[0]
        if best.weight < 0.7:
            self.doubt(0.9)
        if len(ranked) > 1 and worth(best) - worth(ranked[1]) < 0.04:
            self.doubt(0.85)
        return Place(best.table, best.column)

    def owner(self, at: int) -> str:
        """The table that stands beside a column: `names of singers`, `singers' names`."""
        if at + 1 < len(self.tags):
            after = self.after(at)
            glue = " ".join(tag.text.lower() for tag in self.tags[at + 1 : after]).split() if after is not None else []
            if (
                after is not None
                and self.tags[after].kind == "table"
                and len(glue) <= 4
                and {"of", "for", "in", "s"} & {*glue}
            ):
                return self.tags[after].tables[0].table
        if at and self.tags[at - 1].kind == "table":
            return self.tags[at - 1].tables[0].table
        if at > 1 and self.tags[at - 1].text.lower() == "s" and self.tags[at - 2].kind == "table":
            return self.tags[at - 2].tables[0].table
        return ""

    def concept(
        self, names: Sequence[tuple[str, object]], near: int, first: Sequence[str] = ()
    ) -> tuple[Place, object] | None:
        """The column that holds what an adjective is about, of the tables nearest to it, and what is said of it there.

        Args:
            names: of concepts, each with what is said of it.
            near: place of the adjective's tag.
            first: tables that are looked at before the others.
        """
        near_by = self._near(near, first)
        for tables, doubt in ((near_by, 1.0), (self._reached(), 0.9)):
            for name, told in names:
                for table in tables:
                    found = self.schema.table(table)
                    if found is not None and (column := self._holding(found, CONCEPTS[name])):
                        self.doubt(doubt)
                        return Place(table, column.name), told
        return None

    def _holding(self, table: Table, words: Sequence[str]) -> Column | None:
        """The column with one of some words, and of several the one with more of the question's."""
        keys = set(table.primary)
        asked = {stem(word) for tag in self.tags for word in tag.text.lower().split()}
        named = [(column, said(column.name).lower().split()) for column in table.columns if column.name not in keys]
        for word in words:
            found = [(column, parts) for column, parts in named if word in parts]
            if found:
                return max(found, key=lambda pair: len({stem(part) for part in pair[1]} & asked))[0]
        return None

    def term(self, place: Place) -> Term:
        """A column to be ordered by or compared with a number: as a number, where it holds numbers as text."""
        column = self.about(place)
        return Term(*place, number=column is not None and self.written(column))

    def measures(self, place: Place) -> bool:
        """Whether a column holds numbers or dates."""
        column = self.about(place)
        return column is not None and (column.numeric or column.temporal or self.written(column))

    def dated(self, place: Place) -> bool:
        """Whether a column holds dates as text."""
        column = self.about(place)
        return column is not None and column.temporal and not column.numeric

    def written(self, column: Column) -> bool:
        """Whether it holds numbers as text."""
        plain = [one.strip("'") for one in column.examples]
        return bool(plain) and not column.numeric and all(re.fullmatch(r"-?\d+(?:\.\d+)?", one) for one in plain)

    def _near(self, at: int, first: Sequence[str]) -> list[str]:
        """Tables by how near to a place they are named, then the others that the question names."""
        places = [place for place, tag in enumerate(self.tags) if tag.kind == "table"]
        places.sort(key=lambda place: (abs(place - at), place < at))
        order = [self.tags[place].tables[0].table for place in places]
        values = [mention.table for tag in self.tags for mention in tag.mentions]
        return list(dict.fromkeys([*first, *order, self.main, *values]))

    def _reached(self) -> list[str]:
        """The tables that foreign keys lead to, nearest first."""
        ways = {table.name: self.schema.path([self.main], table.name) for table in self.schema.tables}
        return sorted((name for name, way in ways.items() if way), key=lambda name: len(ways[name] or ()))

    def about(self, place: Place) -> Column | None:
        """A column as the schema has it."""
        table = self.schema.table(place.table)
        return table.column(place.column) if table else None

    def key(self, table: str) -> Place | None:
        """The primary key, where it is one column."""
        found = self.schema.table(table)
        return Place(table, found.primary[0]) if found and len(found.primary) == 1 else None

    def naming(self, table: str) -> list[Place]:
        """The columns that name a row of a table."""
        found = self.schema.table(table)
        if found is None:
            return []
        texts = [column for column in found.columns if not column.numeric and not column.temporal]
        by_name = {said(column.name).lower(): column for column in texts}
        for wanted in ("name", f"{said(table).lower()} name", "full name", "title"):
            if wanted in by_name:
                return [Place(table, by_name[wanted].name)]
        both = [by_name[one] for one in ("first name", "last name") if one in by_name]
        if len(both) == 2:
            return [Place(table, column.name) for column in both]
        keys = set(self.schema.keys_of(table))
        rest = [column for name, column in by_name.items() if name.endswith(("name", "title"))]
        rest = rest or [column for column in texts if column.name not in keys]
        rest = rest or [column for column in texts if column.name not in found.primary]
        return [Place(table, rest[0].name)] if rest else []

    def repeats(self, table: str, tables: Sequence[str]) -> bool:
        """Whether joining some tables to one may give a row of it more than once."""
        joins = self.schema.joined([table, *tables])
        reached, waiting = {table}, list(joins)
        while waiting:
            step = next((join for join in waiting if (join.table in reached) != (join.to_table in reached)), None)
            if step is None:
                return False
            waiting.remove(step)
            if step.to_table in reached:
                return True
            reached.add(step.to_table)
        return False


def _named(tag: Tag) -> str:
    """The table that a tag names: by itself, or before a column's name, as in `student names`."""
    if tag.kind == "table" and tag.tables:
        return tag.tables[0].table
    if tag.kind == "column" and tag.columns and tag.columns[0].weight in (WHOLE, HEAD):
        return tag.columns[0].table
    return ""
