"""Two values, and which of both is the answer."""

import pytest

from rag.comparison.attributes import Attribute
from rag.comparison.judging import Value, both, either, less, same, value_of
from rag.comparison.values import Date

OLDER = Attribute("least", "date", "When was {} born?")
LONGER = Attribute("most", "date", "When did {} die?", "When was {} born?")
MORE = Attribute("most", "number", "How many members does {} have?")


@pytest.mark.parametrize(
    ("attribute", "one", "other", "lower"),
    [
        (OLDER, [Date(1900)], [Date(1910)], True),
        (OLDER, [Date(1900)], [Date(1900)], None),
        (MORE, [(3.0, "")], [(2.0, "")], False),
        (MORE, [(3.0, "m")], [(2.0, "")], None),
        (LONGER, [Date(1950), Date(1900)], [Date(1980), Date(1910)], True),
        (LONGER, [Date(1890), Date(1900)], [Date(1980), Date(1910)], None),
    ],
)
def test_the_lower_value_is_told_where_values_tell(
    attribute: Attribute, one: list[Value], other: list[Value], lower: bool | None
) -> None:
    assert less(attribute, one, other) is lower


def test_names_are_the_same_in_full_and_in_short() -> None:
    assert same(frozenset({"john ford"}), frozenset({"ford"}))
    assert not same(frozenset({"Iran"}), frozenset({"Iraq"}))


def test_values_are_read_by_kind() -> None:
    assert value_of("date", "in May 1901") == Date(1901, 5)
    assert value_of("number", "three of them") == (3.0, "")
    assert value_of("nation", "an Iranian village") == frozenset({"Iran"})
    assert value_of("nation", "a village") is None
    assert value_of("words", "New  York") == frozenset({"new york"})


def test_of_two_claims_one_holds_or_both() -> None:
    assert either(0.9, 0.1) == pytest.approx(0.81 / 0.82)
    assert either(0.5, 0.5) == either(0.0, 0.0) == 0.5
    assert both(0.9, 0.5) == pytest.approx(0.45)
