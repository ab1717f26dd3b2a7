"""What is counted, summed or averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.sql.rules.query import Query, Term
from rag.sql.rules.scope import Place, Scope

__all__ = ["Folds"]


class Folds:
    """Reads the functions that a question names.

    Args:
        scope: its names.
        query: gets them.
        counted: the table whose rows are known to be counted.
    """

    def __init__(self, scope: Scope, query: Query, counted: str | None) -> None:
        self.scope = scope
        self.tags = scope.tags
        self.made = query
        self.counted = counted

    def read(self) -> None:
        """All of them."""
        self._aggregates()
        for at in self._open("count"):
            self._count(at)

    def _use(self, at: int) -> None:
        self.tags[at].used = True

    def _open(self, kind: str) -> list[int]:
        return [at for at, tag in enumerate(self.tags) if tag.kind == kind and not tag.used]

    def _aggregates(self) -> None:
        """Counts, averages and so on of what stands behind them."""
        for at in self._open("aggregate"):
            if self.tags[at].used:
                continue
            run = [at]
            while (after := self.scope.after(run[-1], also=("skip", "and"))) is not None:
                if self.tags[after].kind != "aggregate":
                    break
                run.append(after)
            target = self.scope.after(run[-1], also=("skip", "distinct", "count"))
            if target is None or self.tags[target].kind != "column":
                continue
            place = self.scope.column(target)
            if place is None:
                continue
            for one in run:
                self.made.select.append(replace(self.scope.term(place), function=self.tags[one].said))
                self._use(one)
            for between in range(run[-1] + 1, target + 1):
                self._use(between)
            self._joint(target, [self.tags[one].said for one in run])

    def _joint(self, at: int, functions: Sequence[str]) -> None:
        """The same of the other column that the same words stand for: `of losers and winners`."""
        after = at + 1
        joint = (
            self.tags[at].said == "joint" and after < len(self.tags) and self.tags[after].start == self.tags[at].start
        )
        if joint and (place := self.scope.column(after)) is not None:
            self.made.select += [Term(*place, function=function) for function in functions]
            self._use(after)

    def _count(self, at: int) -> None:
        after = self.scope.after(at, also=("skip", "distinct"))
        distinct = [place for place in range(at, after or at) if self.tags[place].kind == "distinct"]
        self._use(at)
        if (
            any(self.made.select)
            and self.tags[at + 1 : at + 2]
            and self.tags[at + 1].kind == "aggregate"
            and self.tags[at + 1].used
        ):
            return  # `how many total tours`
        found = self.tags[after] if after is not None else None
        if found is not None and distinct and found.kind == "table" and found.columns and found.tables[0].weight < 1:
            found.kind = "column"
        if after is not None and found is not None and found.kind == "column" and not found.used:
            place = self.scope.column(after)
            column = self.scope.about(place) if place else None
            if place and column:
                if self._amount(at, place) and not distinct:
                    self.scope.doubt(0.95)
                    return  # `how many points`: the column itself
                for one in (*distinct, after):
                    self._use(one)
                total = self.tags[at].text.lower().startswith("total") and column.numeric
                function = "sum" if total else "count"
                self.made.select.append(Term(*place, function=function, distinct=function == "count"))
                if not distinct and not total:
                    self.scope.doubt(0.8)
                if distinct:
                    self._count_more(after)
                return
        if after is not None and found is not None and found.kind == "table":
            self._use(after)
            self.counted = self.counted or found.tables[0].table
            self.made.tables.append(found.tables[0].table)
            for one in distinct:
                self._use(one)
        if not any(term.column == "*" for term in self.made.select):
            named = found.tables[0].table if found is not None and found.kind == "table" else None
            self.made.select.append(Term(named or self.counted or self.scope.main, "*", function="count"))

    def _amount(self, at: int, place: Place) -> bool:
        """Whether a column itself says how many."""
        column = self.scope.about(place)
        keys = self.scope.schema.keys_of(place.table)
        asked = self.tags[at].text.lower() == "how many"
        return asked and column is not None and column.numeric and column.name not in keys

    def _count_more(self, at: int) -> None:
        """`the number of different names and titles`: of both."""
        link, after = at + 1, at + 2
        if after >= len(self.tags) or (self.tags[link].kind, self.tags[after].kind) != ("and", "column"):
            return
        if (place := self.scope.column(after)) is not None:
            self.made.select.append(Term(*place, function="count", distinct=True))
            self._use(after)
