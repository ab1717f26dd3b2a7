"""Two answers judged: which is the earlier, the higher, the same, the one that holds."""

from __future__ import annotations

from collections.abc import Sequence

from rag.comparison.attributes import Attribute, Kind
from rag.comparison.nations import nations
from rag.comparison.values import Date, dates, earlier, number

__all__ = ["Value", "both", "either", "less", "same", "value_of"]

Value = Date | tuple[float, str] | frozenset[str]
"""A date; a number and its unit; names."""


def value_of(kind: Kind, words: str) -> Value | None:
    """What some words say, as a value of a kind; None where they say no such value."""
    if kind == "date":
        return next((date for date, _, _ in dates(words)), None)
    if kind == "number":
        return number(words)
    names = {country for country, _, _ in nations(words)} if kind == "nation" else {" ".join(words.lower().split())}
    return frozenset(names) or None


def less(attribute: Attribute, one: Sequence[Value], other: Sequence[Value]) -> bool | None:
    """Whether the first has the lower value; None where that cannot be told.

    Args:
        attribute: whose judge is `least` or `most`.
        one: its value; where `since` is asked as well, the value that is taken off behind it.
        other: the same.
    """
    if attribute.since:
        lengths = [_age(pair[0]) - _age(pair[1]) for pair in (one, other)]
        return None if min(lengths) < 0 or lengths[0] == lengths[1] else lengths[0] < lengths[1]
    mine, theirs = one[0], other[0]
    if isinstance(mine, Date) and isinstance(theirs, Date):
        return earlier(mine, theirs)
    if isinstance(mine, tuple) and isinstance(theirs, tuple) and mine[1] == theirs[1]:
        return None if mine[0] == theirs[0] else mine[0] < theirs[0]
    return None


def _age(value: Value) -> float:
    assert isinstance(value, Date)
    return value.age


def same(one: Value, other: Value) -> bool:
    """Whether two sets of names have one in common; a name may be written in full and in short."""
    assert isinstance(one, frozenset)
    assert isinstance(other, frozenset)
    words = [(set(mine.split()), set(theirs.split())) for mine in one for theirs in other]
    return any(mine <= theirs or theirs <= mine for mine, theirs in words)


def either(one: float, other: float) -> float:
    """Probability that a claim holds of the first, given that it holds of just one of two."""
    mine, theirs = one * (1 - other), other * (1 - one)
    return mine / (mine + theirs) if mine + theirs else 0.5


def both(one: float, other: float) -> float:
    """Probability that a claim holds of both."""
    return one * other
