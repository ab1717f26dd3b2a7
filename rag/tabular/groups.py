"""Computes what is asked of each group of a table's rows, or which group has the most."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rag.tabular.cells import Numbers, is_missing
from rag.tabular.folding import folded, written
from rag.tabular.result import Result, left_out, number_of
from rag.tabular.shape import Asked
from rag.tabular.table import Table

__all__ = ["by_group", "leading_group"]

_TIED = 5
"""Groups that may share the highest value."""
_SAID = {"sum": "sum", "mean": "mean", "median": "median"}


def by_group(asked: Asked, table: Table, rows: Sequence[int], shown: int, told: tuple[str, ...]) -> Result | None:
    """A count, a sum, a mean or the highest of each group; the largest groups first, numbers in their own order.

    Args:
        asked: with a column to group by.
        table: of the rows.
        rows: that count.
        shown: groups that are told at most.
        told: names of the columns that took part.
    """
    assert asked.by is not None
    held = _held(table, asked.by, rows)
    numbers = table.numbers(asked.measure) if asked.measure is not None else None
    found: list[tuple[Decimal, int, int]] = []
    """Of each group its value, the decimals and the row that stands for it."""
    counted = 0
    for some in held.values():
        known = some if numbers is None else [row for row in some if numbers.values[row] is not None]
        if known:
            found.append((*_value(asked, table, known, numbers), _bearing(asked, known, numbers)))
            counted += len(known)
    if not found:
        return None
    order = table.numbers(asked.by)
    if order is not None:
        found.sort(key=lambda one: order.values[one[2]] or Decimal(0))
    else:
        found.sort(key=lambda one: -one[0])
    name = table.columns[asked.by]
    parts = [f"{name[row]}: {_written(value, places, numbers)}" for value, places, row in found[:shown]]
    text = "; ".join(parts) + (f" and {len(found) - shown} more" if len(found) > shown else "")
    missing = len(rows) - counted
    text += f" ({_called(asked, table)} by {table.names[asked.by]}, {number_of(counted)}{left_out(missing)})"
    return Result(text, tuple(row for _, _, row in found[:shown]), counted, missing, "groups", told)


def leading_group(asked: Asked, table: Table, rows: Sequence[int], told: tuple[str, ...]) -> Result | None:
    """The value that most rows have, or fewest; or whose rows have the highest sum, mean or median."""
    column = asked.select[0]
    numbers = table.numbers(asked.measure) if asked.measure is not None else None
    held = _held(table, column, rows)
    if numbers is not None:
        held = {name: [row for row in some if numbers.values[row] is not None] for name, some in held.items()}
        held = {name: some for name, some in held.items() if some}
    values = {name: _value(asked, table, some, numbers) for name, some in held.items()}
    ordered = sorted(held, key=lambda name: values[name][0], reverse=asked.falling)
    chosen = [name for name in ordered if values[name][0] == values[ordered[0]][0]]
    if not ordered or len(ordered) == len(chosen) or len(chosen) > _TIED:
        return None
    names = " and ".join(table.columns[column][held[name][0]] for name in chosen)
    counted = sum(map(len, held.values()))
    bearing = tuple(row for name in chosen for row in held[name])
    if numbers is None:
        return Result(f"{names} ({number_of(len(held[chosen[0]]))})", bearing, len(rows), 0, "group", told)
    said, missing = _written(*values[chosen[0]], numbers), len(rows) - counted
    text = f"{names} ({_called(asked, table)}: {said}, {number_of(len(bearing))}{left_out(missing)})"
    return Result(text, bearing, counted, missing, "group", told)


def _held(table: Table, column: int, rows: Sequence[int]) -> dict[str, list[int]]:
    """The rows of each value of a column."""
    held: dict[str, list[int]] = {}
    for row in rows:
        if not is_missing(cell := table.columns[column][row]):
            held.setdefault(cell.casefold(), []).append(row)
    return held


def _value(asked: Asked, table: Table, rows: Sequence[int], numbers: Numbers | None) -> tuple[Decimal, int]:
    """What some rows give together, and its decimals."""
    if numbers is None:
        if asked.distinct is None:
            return Decimal(len(rows)), 0
        cells = table.columns[asked.distinct]
        return Decimal(len({cells[row].casefold() for row in rows if not is_missing(cells[row])})), 0
    values = [value for row in rows if (value := numbers.values[row]) is not None]
    if asked.operation == "most":
        return max(values) if asked.falling else min(values), numbers.places
    return folded(values, asked.fold or asked.operation, numbers)


def _bearing(asked: Asked, rows: Sequence[int], numbers: Numbers | None) -> int:
    """The row that stands for a group: of the highest value its own, else the first."""
    if numbers is None or asked.operation != "most":
        return rows[0]
    best = max if asked.falling else min
    return best(rows, key=lambda row: numbers.values[row] or Decimal(0))


def _written(value: Decimal, places: int, numbers: Numbers | None) -> str:
    return f"{value}" if numbers is None else written(value, places, numbers)


def _called(asked: Asked, table: Table) -> str:
    """What was computed, in words."""
    if asked.measure is None:
        return "rows" if asked.distinct is None else f"different values of {table.names[asked.distinct]}"
    how = asked.fold or asked.operation
    said = _SAID.get(how, "highest" if asked.falling else "lowest")
    return f"{said} of {table.names[asked.measure]}"
