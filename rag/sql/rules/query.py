"""A query in parts, and its SQL."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.sql.schema import Schema, quoted

__all__ = ["Condition", "Query", "Term"]


@dataclass(frozen=True, slots=True)
class Term:
    """A column, a row (`*`), or a function of one."""

    table: str
    column: str
    function: str = ""
    distinct: bool = False
    number: bool = False
    """Whether its text is read as a number."""

    def sql(self, qualified: bool) -> str:
        """Its text, with the table's name where several are joined."""
        name = "*" if self.column == "*" else quoted(self.column)
        if qualified and self.column != "*":
            name = f"{quoted(self.table)}.{name}"
        name = f"CAST({name} AS REAL)" if self.number else name
        name = f"DISTINCT {name}" if self.distinct else name
        return f"{self.function.upper()}({name})" if self.function else name


@dataclass(frozen=True, slots=True)
class Condition:
    """A term compared with something that is SQL already."""

    term: Term
    operator: str
    value: str

    def sql(self, qualified: bool) -> str:
        """Its text."""
        return f"{self.term.sql(qualified)} {self.operator} {self.value}"


@dataclass
class Query:
    """A SELECT."""

    select: list[Term] = field(default_factory=list)
    where: list[list[Condition]] = field(default_factory=list)
    """All must hold, and of each list one."""
    group: list[Term] = field(default_factory=list)
    having: Condition | None = None
    order: list[tuple[Term, bool]] = field(default_factory=list)
    """With whether the highest come first."""
    limit: int | None = None
    distinct: bool = False
    tables: list[str] = field(default_factory=list)
    """Those that take part although no column of them is named; the first is where joining begins."""

    def used(self) -> list[str]:
        """The tables that take part."""
        terms = [*self.select, *(one.term for some in self.where for one in some), *self.group]
        terms += [term for term, _ in self.order] + ([self.having.term] if self.having else [])
        return list(dict.fromkeys([*self.tables, *(term.table for term in terms)]))

    def joinable(self, schema: Schema) -> bool:
        """Whether foreign keys join all of them."""
        used = self.used()
        joins = schema.joined(used)
        reached = {end for join in joins for end, _ in join.ends}
        return len(used) == 1 or set(used) <= reached

    def sql(self, schema: Schema) -> str:
        """Its text."""
        used = self.used()
        joins = schema.joined(used)
        many = bool(joins)
        parts = ["SELECT DISTINCT" if self.distinct else "SELECT", ", ".join(term.sql(many) for term in self.select)]
        parts += ["FROM", _joined(used[0], joins)]
        if self.where:
            said = [" OR ".join(one.sql(many) for one in some) for some in self.where]
            parts += ["WHERE", " AND ".join(f"({one})" if " OR " in one and len(said) > 1 else one for one in said)]
        if self.group:
            parts += ["GROUP BY", ", ".join(term.sql(many) for term in self.group)]
        if self.having:
            parts += ["HAVING", self.having.sql(many)]
        if self.order:
            parts += ["ORDER BY", ", ".join(term.sql(many) + (" DESC" if down else "") for term, down in self.order)]
        if self.limit is not None:
            parts += ["LIMIT", str(self.limit)]
        return " ".join(parts)


def _joined(first: str, joins: object) -> str:
    from rag.sql.schema import Join

    text, there = quoted(first), {first}
    waiting = [join for join in joins if isinstance(join, Join)]  # type: ignore[attr-defined]
    while waiting:
        join = next((one for one in waiting if (one.table in there) != (one.to_table in there)), waiting[0])
        waiting.remove(join)
        new = join.to_table if join.table in there else join.table
        pairs = zip(join.columns, join.to_columns, strict=True)
        on = " AND ".join(
            f"{quoted(join.table)}.{quoted(one)} = {quoted(join.to_table)}.{quoted(other)}" for one, other in pairs
        )
        text += f" JOIN {quoted(new)} ON {on}"
        there.add(new)
    return text
