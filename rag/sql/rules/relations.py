"""What holds of the rows that are joined with a row: `without a cat`, `both a cat and a dog`."""

from __future__ import annotations

from collections.abc import Sequence

from rag.sql.rules.meaning import Meaning
from rag.sql.rules.query import Condition, Query, Term
from rag.sql.rules.scope import Place, Scope
from rag.sql.values import literal

__all__ = ["Relations"]


class Relations:
    """Reads what a question says of relations.

    Args:
        scope: its names.
        query: gets the conditions.
    """

    def __init__(self, scope: Scope, query: Query) -> None:
        self.scope = scope
        self.tags = scope.tags
        self.made = query
        self.meaning = Meaning(scope)
        self.aside: set[str] = set()
        """Tables that are asked in queries inside, and not joined."""

    def _use(self, *places: int | None) -> None:
        for place in places:
            if place is not None:
                self.tags[place].used = True

    def lacking(self, at: int) -> None:
        """`students without a cat`, `who do not have any pet`: no such row of another table leads to them.

        Where what is negated is of the main table itself, the condition is turned round instead.
        """
        scope = self.scope
        key = scope.key(scope.main)
        inside = [place for place in range(at + 1, len(self.tags)) if self._together(at, place)]
        tables = [one for one in inside if self.tags[one].kind == "table"]
        values = [one for one in inside if self.tags[one].kind == "value" and not self.tags[one].used]
        met = [(one, *self.meaning.meant(one)) for one in values]
        others = [self.tags[one].tables[0].table for one in tables] + [mention.table for _, mention, _ in met]
        others = [name for name in others if name != scope.main and scope.repeats(scope.main, [name])]
        if key is None or not others or any(mention.table == scope.main for _, mention, _ in met):
            return
        conditions = [Condition(Term(one.table, one.column), "=", literal(one.value)) for _, one, _ in met]
        inner = self._members(key, conditions, [] if conditions else others[:1])
        if not inner:
            return
        self.made.where.append([Condition(Term(*key), "NOT IN", inner)])
        for one, _, hint in met:
            self._use(one, hint)
        self._use(at, *tables)

    def _together(self, at: int, place: int) -> bool:
        """Whether something stands in the part of a sentence that a `not` opens."""
        between = self.tags[at + 1 : place + 1]
        return all(tag.clause == self.tags[at].clause for tag in between) and not any(
            tag.kind in ("not", "compare", "order", "most", "number") or tag.text.lower() in ("but", "whose")
            for tag in between
        )

    def settle(self, either: Sequence[list[Condition]]) -> None:
        """Two values of one column cannot both hold of one row: `and` means rows that are joined with both."""
        both = [at for at, tag in enumerate(self.tags) if tag.kind == "both" and not tag.used]
        values: dict[Term, list[list[Condition]]] = {}
        for some in self.made.where:
            if all(one.operator == "=" for one in some):
                values.setdefault(some[0].term, []).append(some)
        for term, several in values.items():
            together = [one for some in several for one in some]
            if len(together) < 2 or (len(several) == 1 and several[0] in either):
                continue
            if term.table != self.scope.main and self.scope.repeats(self.scope.main, [term.table]):
                key = self.scope.key(self.scope.main)
                inner = [self._members(key, [one]) for one in together] if key else []
                if key and all(inner):
                    self.made.where = [some for some in self.made.where if some not in several]
                    self.made.where += [[Condition(Term(*key), "IN", text)] for text in inner]
                    self.aside.add(term.table)
                    self._use(*both)
                    continue
            if len(several) > 1:
                self.made.where = [some for some in self.made.where if some not in several] + [together]
                self.scope.doubt(0.8)
        if not both:
            return
        if self.made.where and not any(not self.tags[at].used for at in both):
            return
        if any(len(some) > 1 for some in self.made.where):
            self.scope.doubt(0.4)  # both of one row: a row cannot have two values
        self._use(*both)

    def _members(self, key: Place, conditions: list[Condition], tables: Sequence[str] = ()) -> str:
        """A query for the main table's keys that are joined with some rows; empty where none can be written."""
        inner = Query(select=[Term(*key)], where=[[one] for one in conditions], tables=list(tables))
        inner = self._nearer(inner, key)
        return f"({inner.sql(self.scope.schema)})" if inner.joinable(self.scope.schema) else ""

    def _nearer(self, inner: Query, key: Place) -> Query:
        """The same by the foreign key that leads to the main table, which need not be read then."""
        for join in self.scope.schema.joined([key.table, *inner.used()]):
            if join.to_table == key.table and join.to_columns == (key.column,):
                inner.select = [Term(join.table, join.columns[0])]
                break
        return inner
