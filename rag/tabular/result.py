"""What the rows of a table give."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Result", "left_out", "number_of"]


@dataclass(frozen=True, slots=True)
class Result:
    """What the rows give."""

    text: str
    rows: tuple[int, ...]
    """The rows that bear it, in the order in which the text names them."""
    counted: int
    """How many rows were computed over."""
    missing: int = 0
    """Rows among them that have no value."""
    operation: str = ""
    columns: tuple[str, ...] = ()
    """That took part."""


def number_of(rows: int) -> str:
    """`3 rows`, `1 row`."""
    return f"{rows} row{'s' * (rows != 1)}"


def left_out(missing: int) -> str:
    """How many rows have no value, where some have none."""
    return f"; {number_of(missing)} without a value left out" if missing else ""
