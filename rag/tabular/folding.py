"""A sum, a mean or a median of a column's numbers, written in its manner."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from rag.tabular.cells import Numbers

__all__ = ["folded", "written"]

_DECIMALS = 2
"""Of a mean, beyond those of its numbers."""
_DIGITS = 5
"""Of a mean behind its first, where that are more decimals."""


def folded(values: Sequence[Decimal], how: str, numbers: Numbers) -> tuple[Decimal, int]:
    """The sum, mean or median of some numbers of a column, and its decimals.

    Args:
        values: one at least.
        how: `sum`, `median` or `mean`.
        numbers: of the column.
    """
    places = numbers.places
    if how == "sum":
        return sum(values, Decimal(0)), places
    if how == "median":
        return Decimal(median(values)), places + 1
    result = sum(values, Decimal(0)) / len(values)
    return result, min(places + _DECIMALS, max(_DECIMALS, _DIGITS - result.adjusted()))


def written(value: Decimal, places: int, like: Numbers) -> str:
    """A number in the manner of a column's: its unit on the same side, the same mark before decimals."""
    text = f"{round(value, places):,f}"
    if places:
        whole, _, decimals = text.partition(".")
        kept = decimals.rstrip("0")
        kept += "0" * (len(kept) == 1 and len(decimals) > 1 and bool(like.unit))
        text = f"{whole}.{kept}" if kept else whole
    if like.decimal == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    if not like.unit:
        return text
    return f"{like.unit}{text}" if like.before else f"{text}{'' if like.unit == '%' else ' '}{like.unit}"
