"""What a question asks of a table, and what its parts are read with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from rag.tabular.naming import Names
from rag.tabular.tagging import Tag

__all__ = ["COLUMNS", "ORDER", "Asked", "Condition", "Shape", "Unclear"]

Operation = Literal["most", "count", "sum", "mean", "median", "list", "group"]
COLUMNS = ("column", "row")
"""Kinds of words that name a column; what rows are called may do both."""
_DIFFERENCES = frozenset(["change", "difference", "growth", "increase", "decrease", "variance", "delta"])
ORDER = frozenset(["rank", "id", "code", "zip", "postcode", "phone", "number", "no", "index"])
"""Words of columns whose numbers are no measure."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must have in a column."""

    column: int
    operator: str
    """`=`, `!=`, `<`, `>`, `<=`, `>=`, `between`, `is`, `is not`, or `year` or `month`
    with one of the first."""
    texts: tuple[str, ...] = ()
    """Cells, one of which it must be."""
    numbers: tuple[Decimal, ...] = ()


@dataclass(slots=True)
class Asked:
    """What is computed."""

    operation: Operation
    measure: int | None = None
    """The column of numbers or dates."""
    falling: bool = True
    """Whether the highest is meant."""
    limit: int = 1
    rank: int = 1
    """2 where the second highest is meant."""
    by: int | None = None
    """The column by whose values rows are grouped."""
    fold: Operation | None = None
    """Of `group`: what of the measure is compared; the number of rows where nothing is."""
    conditions: list[Condition] = field(default_factory=list)
    select: list[int] = field(default_factory=list)
    """Columns that are asked for; the rows' own name where empty."""
    value: bool = False
    """Whether the measure itself is asked for."""
    distinct: int | None = None
    """The column of which different values are counted."""
    certainty: float = 1.0
    """1 where every name stands in the question as the table has it, less for guesses."""


class Unclear(Exception):
    """The question cannot be read for this table; no failure, it is about something else."""


class Shape:
    """A question's tags, from which one part after the other is taken.

    Args:
        names: of the table.
        tags: of the question.
    """

    def __init__(self, names: Names, tags: Sequence[Tag]) -> None:
        self.names = names
        self.table = names.table
        self.tags = list(tags)
        self.made = Asked("list")
        self.row: Tag | None = None
        """What the rows are called."""
        self.opening = ""
        """How the question begins."""

    def kind(self, at: int) -> str:
        """Of the tag at a place; empty where there is none."""
        return self.tags[at].kind if 0 <= at < len(self.tags) else ""

    def measures(self, column: int | None) -> bool:
        """Whether a column holds what can be ordered."""
        if column is None or self.names.about(column, ORDER) or not self.asks_for(column):
            return False
        return self.table.numbers(column) is not None or self.table.dates(column) is not None

    def asks_for(self, column: int) -> bool:
        """Whether a column may be what is asked for: a `change` is as likely to be computed from others."""
        return not self.names.about(column, _DIFFERENCES)

    def doubt(self, tag: Tag) -> None:
        """A name was taken that stands for a column only in part."""
        self.made.certainty *= tag.weight if tag.column is not None else 1.0
