"""Computes what is asked of a table's rows, and says it in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rag.tabular.cells import is_missing
from rag.tabular.folding import folded, written
from rag.tabular.groups import by_group, leading_group
from rag.tabular.result import Result, left_out, number_of
from rag.tabular.shape import Asked, Condition
from rag.tabular.table import Table

__all__ = ["Result", "compute"]

_TIED = 5
"""Rows that may share the highest value."""
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}


def compute(asked: Asked, table: Table, shown: int) -> Result | None:
    """What is asked; None where no row has it, or several have it that cannot all be told.

    Args:
        asked: of the table.
        table: its rows.
        shown: names of a list that are told.
    """
    rows = list(range(len(table)))
    for condition in asked.conditions:
        rows = _kept(rows, condition, table)
    columns = [condition.column for condition in asked.conditions]
    columns += [column for column in (asked.measure, asked.distinct, asked.by, *asked.select) if column is not None]
    told = tuple(table.names[column] for column in dict.fromkeys(columns))
    if asked.by is not None:
        return by_group(asked, table, rows, shown, told)
    if asked.operation == "count":
        return _count(asked, table, rows, told)
    if asked.operation == "list":
        return _list(asked, table, rows, shown, told)
    if asked.operation == "group":
        return leading_group(asked, table, rows, told)
    if not rows or asked.measure is None:
        return None
    return _most(asked, table, rows, told) if asked.operation == "most" else _fold(asked, table, rows, told)


def _kept(rows: Sequence[int], condition: Condition, table: Table) -> list[int]:
    """The rows of which a condition holds."""
    operator, column = condition.operator, table.columns[condition.column]
    if operator in ("is", "is not"):
        flags = table.flags(condition.column)
        assert flags is not None
        return [row for row in rows if flags.values[row] is (operator == "is")]
    if operator in ("=", "!=", "has", "has not") and condition.texts:
        wanted = {text.casefold() for text in condition.texts}
        if operator.startswith("has"):
            return [
                row
                for row in rows
                if bool(wanted & {part.strip().casefold() for part in column[row].split(", ")}) is (operator == "has")
            ]
        return [row for row in rows if (column[row].casefold() in wanted) is (operator == "=")]
    values = _values(condition, table)
    if operator.endswith("between"):
        low, high = sorted(condition.numbers)
        return [row for row in rows if (value := values[row]) is not None and low <= value <= high]
    holds = _COMPARE[operator.rpartition(" ")[2]]
    return [row for row in rows if (value := values[row]) is not None and holds(value, condition.numbers[0])]


def _values(condition: Condition, table: Table) -> Sequence[Any]:
    if condition.operator.startswith(("year", "month")):
        dates = table.dates(condition.column)
        assert dates is not None
        part = condition.operator.startswith("month")
        return [None if date is None else date[part] for date in dates.values]
    numbers = table.numbers(condition.column)
    assert numbers is not None
    return numbers.values


def _count(asked: Asked, table: Table, rows: Sequence[int], told: tuple[str, ...]) -> Result | None:
    if asked.distinct is not None:
        first: dict[str, int] = {}
        for row in rows:
            if not is_missing(cell := table.columns[asked.distinct][row]):
                first.setdefault(cell.casefold(), row)
        text = f"{len(first)} (different values of {table.names[asked.distinct]} in {number_of(len(rows))})"
        return Result(text, tuple(first.values()), len(rows), 0, "count", told) if first else None
    text = f"{len(rows)} (of {number_of(len(table))})" if asked.conditions else f"{len(rows)}"
    bearing = rows or _kept(range(len(table)), asked.conditions[0], table) or range(min(1, len(table)))
    return Result(text, tuple(bearing), len(rows), 0, "count", told)


def _list(asked: Asked, table: Table, rows: Sequence[int], shown: int, told: tuple[str, ...]) -> Result | None:
    names: dict[str, int] = {}
    for row in rows:
        if name := _name(asked, table, row):
            names.setdefault(name, row)
    if not names or (asked.value and len(rows) > 1):  # numbers of several rows say nothing without them
        return None
    if set(names) <= {text for condition in asked.conditions for text in condition.texts}:  # the question says as much
        return None
    some = list(names)[:shown]
    text = ", ".join(some) if not any("," in name for name in some) else "; ".join(some)
    if len(names) > shown:
        text += f" and {len(names) - shown} more"
    return Result(text, tuple(names[name] for name in some), len(rows), 0, "list", told)


def _name(asked: Asked, table: Table, row: int) -> str:
    """What is said of a row: the columns that are asked for, else its own name."""
    columns = asked.select or ([table.label] if table.label is not None else [])
    return ", ".join(cell for column in columns if not is_missing(cell := table.columns[column][row]))


def _most(asked: Asked, table: Table, rows: Sequence[int], told: tuple[str, ...]) -> Result | None:
    measure = asked.measure
    assert measure is not None
    held = table.numbers(measure) or table.dates(measure)
    assert held is not None
    known = [(value, row) for row in rows if (value := held.values[row]) is not None]
    ordered = sorted(known, key=lambda one: one[0], reverse=asked.falling)
    if asked.rank > 1:  # the second highest: of values that one row has each
        before = [value for value, _ in ordered[: asked.rank]]
        if len(set(before)) < asked.rank:
            return None
        ordered = ordered[asked.rank - 1 :]
    if len(ordered) < asked.limit or not ordered:
        return None
    last = ordered[asked.limit - 1][0]
    chosen = [row for value, row in ordered[: asked.limit]]
    tied = [row for value, row in ordered[asked.limit :] if value == last]
    if tied and (asked.limit > 1 or len(tied) >= _TIED):
        return None
    chosen += tied
    cells = table.columns[measure]
    label = table.label
    if asked.value:
        text = cells[chosen[0]] if asked.limit == 1 else ", ".join(cells[row] for row in chosen)
        names = [table.columns[label][row] for row in chosen] if label is not None else []
        text += f" ({', '.join(names)})" if names else ""
    else:
        names = [_name(asked, table, row) for row in chosen]
        if not all(names):
            return None
        name = table.names[measure]
        if asked.limit == 1:
            text = f"{' and '.join(dict.fromkeys(names))} ({name}: {cells[chosen[0]]})"
        else:
            text = ", ".join(f"{one} ({cells[row]})" for one, row in zip(names, chosen, strict=True))
    missing = len(rows) - len(known)
    return Result(text + left_out(missing), tuple(chosen), len(known), missing, "most", told)


def _fold(asked: Asked, table: Table, rows: Sequence[int], told: tuple[str, ...]) -> Result | None:
    measure = asked.measure
    assert measure is not None
    numbers = table.numbers(measure)
    assert numbers is not None
    known = [(value, row) for row in rows if (value := numbers.values[row]) is not None]
    if not known:
        return None
    result, places = folded([value for value, _ in known], asked.operation, numbers)
    missing = len(rows) - len(known)
    said = asked.operation
    text = f"{written(result, places, numbers)} ({said} of {table.names[measure]}, "
    text += f"{number_of(len(known))}{left_out(missing)})"
    return Result(text, tuple(row for _, row in known), len(known), missing, said, told)
