"""What stands beside a value or a comparison: the column that it is of."""

from __future__ import annotations

from rag.sql.rules.scope import Place, Scope
from rag.sql.values import Mention

__all__ = ["Meaning"]


class Meaning:
    """Columns of values and comparisons.

    Args:
        scope: the names of the question.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tags = scope.tags

    def lately(self, at: int) -> tuple[str, ...]:
        """The table of what was named last in the same clause: `a cat that is 3 years old`."""
        for tag in reversed(self.tags[:at]):
            if tag.clause != self.tags[at].clause:
                break
            if tag.kind == "value":
                return tuple(dict.fromkeys(mention.table for mention in tag.mentions))
            if tag.kind == "table":
                return (tag.tables[0].table,)
        return ()

    def column(self, at: int) -> Place | None:
        """The column that a name, or an adjective, stands for beside a condition."""
        lately = self.lately(at)
        if self.tags[at].kind == "concept":
            of = self.scope.concept([(self.tags[at].said, True)], at, lately)
            return of[0] if of else None
        return self.scope.column(at, lately)

    def column_before(self, at: int) -> int | None:
        """The column that a comparison is about: the nearest before it that nothing else was said of."""
        for place in range(at - 1, max(-1, at - 6), -1):
            tag = self.tags[place]
            if tag.kind in ("column", "concept") and not tag.used:
                return place
            if tag.kind in ("value", "number", "count", "compare", "most"):
                return None
        return None

    def hint(self, at: int) -> tuple[int, ...]:
        """Columns that stand directly beside a value: before it, then behind it."""
        before = self.scope.before(at, also=("skip", "not"))
        after = self.scope.after(at, also=())
        found = []
        if before is not None and at - before <= 4 and self.tags[before].kind == "column":
            found.append(before)
        if after is not None and self.tags[after].kind == "column":
            found.append(after)
        return tuple(found)

    def meant(self, at: int) -> tuple[Mention, int | None]:
        """The column of which a value is, and the place of the column's name beside it."""
        mentions = self.tags[at].mentions
        for hint in self.hint(at):
            if self.tags[hint].used:
                continue
            said = {(option.table, option.column): option.weight for option in self.tags[hint].columns}
            fitting = [one for one in mentions if (one.table, one.column) in said]
            if fitting:
                return max(fitting, key=lambda one: said[one.table, one.column] + self._worth(one)), hint
        ranked = sorted(mentions, key=self._worth, reverse=True)
        if len(ranked) > 1 and self._worth(ranked[0]) - self._worth(ranked[1]) < 0.05:
            self.scope.doubt(0.75)
        return ranked[0], None

    def _worth(self, mention: Mention) -> float:
        scope = self.scope
        worth = 0.3 if mention.table == scope.main else 0.2 if mention.table in scope.named else 0.0
        path = scope.schema.path([scope.main], mention.table)
        worth -= 0.05 * len(path) if path is not None else 1.0
        return worth + (0.1 if mention.exact else 0.0)

    def negated(self, at: int) -> int | None:
        """The place of a `not` that belongs to what stands here."""
        for place in range(at - 1, max(-1, at - 5), -1):
            if self.tags[place].kind == "not" and not self.tags[place].used:
                return place
            if self.tags[place].kind not in ("skip", "column", "word"):
                return None
        return None

    def begins(self, at: int) -> bool:
        """Whether a new part of the question begins there: `..., list their names`."""
        return self.tags[at].sentence != self.tags[at - 1].sentence
