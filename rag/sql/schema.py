"""What a database holds: tables, columns, and the keys that join them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

__all__ = ["Column", "Join", "Schema", "Table", "quoted"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    type: str = ""
    primary: bool = False
    """Whether it is of the table's primary key."""
    description: str = ""
    values: str = ""
    """What its values mean, in words."""
    examples: tuple[str, ...] = ()
    """Some values, as SQL writes them."""

    @property
    def numeric(self) -> bool:
        """Whether it is declared to hold numbers."""
        return any(word in self.type.upper() for word in ("INT", "REAL", "FLOA", "DOUB", "NUM", "DEC", "MONEY"))

    @property
    def temporal(self) -> bool:
        """Whether it is declared to hold dates or times."""
        return any(word in self.type.upper() for word in ("DATE", "TIME", "YEAR"))

    def __str__(self) -> str:
        told = [f"{self.name} {self.type}".strip() + (", primary key" if self.primary else "")]
        told += [self.description] if self.description else []
        told += [f"values: {self.values}"] if self.values else []
        told += [f"e.g. {', '.join(self.examples)}"] if self.examples else []
        return "; ".join(told)


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view."""

    name: str
    columns: tuple[Column, ...]
    description: str = ""

    def column(self, name: str) -> Column | None:
        """A column by its name, in any case."""
        return next((column for column in self.columns if column.name.casefold() == name.casefold()), None)

    @property
    def primary(self) -> tuple[str, ...]:
        """The columns of the primary key."""
        return tuple(column.name for column in self.columns if column.primary)

    def __str__(self) -> str:
        told = f": {self.description}" if self.description else ""
        return "\n".join([f"Table {self.name}{told}", *(f"  {column}" for column in self.columns)])


@dataclass(frozen=True, slots=True)
class Join:
    """A foreign key: `columns` of `table` name a row of `to_table` by its `to_columns`."""

    table: str
    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]

    @property
    def ends(self) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]:
        """Both tables with their columns."""
        return (self.table, self.columns), (self.to_table, self.to_columns)

    def __str__(self) -> str:
        pairs = zip(self.columns, self.to_columns, strict=True)
        return " and ".join(f"{self.table}.{one} = {self.to_table}.{other}" for one, other in pairs)


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a database, or those that a question needs."""

    tables: tuple[Table, ...]
    joins: tuple[Join, ...] = ()

    def table(self, name: str) -> Table | None:
        """A table by its name, in any case."""
        return next((table for table in self.tables if table.name.casefold() == name.casefold()), None)

    def joins_of(self, table: str) -> tuple[Join, ...]:
        """The foreign keys from and to a table."""
        return tuple(join for join in self.joins if table in (join.table, join.to_table))

    def keys_of(self, table: str) -> tuple[str, ...]:
        """The columns of a table that are part of a primary or foreign key."""
        found = self.table(table)
        keys = list(found.primary) if found else []
        for join in self.joins_of(table):
            keys += [column for name, columns in join.ends if name == table for column in columns]
        return tuple(dict.fromkeys(keys))

    def path(self, starts: Collection[str], goal: str) -> list[Join] | None:
        """The fewest foreign keys that lead from one of some tables to another; None where none do."""
        behind: dict[str, Join | None] = dict.fromkeys(starts)
        waiting = deque(starts)
        while waiting:
            at = waiting.popleft()
            if at == goal:
                break
            for join in self.joins_of(at):
                other = join.to_table if join.table == at else join.table
                if other not in behind:
                    behind[other] = join
                    waiting.append(other)
        if goal not in behind:
            return None
        steps: list[Join] = []
        while (step := behind[goal]) is not None:
            steps.append(step)
            goal = step.table if step.to_table == goal else step.to_table
        return steps[::-1]

    def joined(self, tables: Iterable[str]) -> list[Join]:
        """The foreign keys that join some tables, as far as any do, with those of the tables between them."""
        names = list(dict.fromkeys(tables))
        reached, made = names[:1], list[Join]()
        waiting = names[1:]
        while waiting:
            ways = [(path, name) for name in waiting if (path := self.path(reached, name)) is not None]
            if not ways:
                reached, waiting = [*reached, waiting[0]], waiting[1:]  # a part of the database by itself
                continue
            path, name = min(ways, key=lambda way: len(way[0]))
            made += [join for join in path if join not in made]
            passed = (end for join in path for end, _ in join.ends)
            reached = list(dict.fromkeys([*reached, *passed]))
            waiting = [other for other in waiting if other not in (*reached, name)]
        return made

    def closed(self, tables: Iterable[str]) -> list[str]:
        """Some tables with those between them, in the order of the schema."""
        names = set(tables)
        ends = {
            name
            for join in self.joined([one.name for one in self.tables if one.name in names])
            for name, _ in join.ends
        }
        return [table.name for table in self.tables if table.name in names | ends]

    def only(self, wanted: Mapping[str, Collection[str] | None]) -> Schema:
        """Some tables with some columns (None: all of them), with what joins them and every column of a key."""
        chosen = set(self.closed(wanted))
        tables = []
        for table in self.tables:
            if table.name not in chosen:
                continue
            columns = wanted.get(table.name, ())
            keys = self.keys_of(table.name)
            kept = [one for one in table.columns if columns is None or one.name in columns or one.name in keys]
            tables.append(replace(table, columns=tuple(kept)))
        joins = tuple(join for join in self.joins if join.table in chosen and join.to_table in chosen)
        return Schema(tuple(tables), joins)

    def about(self, table: Table) -> str:
        """One table with its foreign keys, as a passage."""
        keys = [f"  foreign key: {join}" for join in self.joins if join.table == table.name]
        return "\n".join([str(table), *keys])

    def __str__(self) -> str:
        keys = ["Foreign keys:", *(f"  {join}" for join in self.joins)] if self.joins else []
        return "\n".join([*map(str, self.tables), *keys])


def quoted(name: str) -> str:
    """A name as SQL takes any: plain where it can be."""
    plain = name.isascii() and name.isidentifier() and name.upper() not in _RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'


_RESERVED = frozenset(
    """ADD ALL ALTER AND AS ASC BETWEEN BY CASE CAST CHECK COLLATE COLUMN COMMIT CREATE CROSS DEFAULT DELETE DESC
    DISTINCT DROP ELSE END ESCAPE EXCEPT EXISTS FOREIGN FROM FULL GROUP HAVING IN INDEX INNER INSERT INTERSECT INTO IS
    JOIN KEY LEFT LIKE LIMIT NATURAL NOT NULL OFFSET ON OR ORDER OUTER PRIMARY REFERENCES RIGHT SELECT SET TABLE THEN TO
    TRANSACTION UNION UNIQUE UPDATE USER USING VALUES VIEW WHEN WHERE WITH""".split()  # noqa: SIM905  # shorter to read
)
