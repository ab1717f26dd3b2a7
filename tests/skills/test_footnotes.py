"""Marks of footnotes go, numbers that are meant stay."""

import pytest

from rag.skills.footnotes import unmarked


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It was drawn by Anna Weiss1.", "It was drawn by Anna Weiss."),
        ("by the architectAnna Weiss12, inBonn", "by the architect Anna Weiss, in Bonn"),
        ("It was built in 17342.", "It was built in 1734."),
        ("onMay 3, 19991 with of10 rooms", "on May 3, 1999 with of 10 rooms"),
        ("Anna Weiss [1][^2^] drew it³", "Anna Weiss    drew it "),
        ("MI5, H2O and 1,734 of 20 things in 1734.", "MI5, H2O and 1,734 of 20 things in 1734."),
    ],
)
def test_footnotes_go_and_words_come_apart(text: str, plain: str) -> None:
    assert unmarked(text) == plain


def test_what_the_reference_writes_that_way_stays() -> None:
    assert unmarked("It holds 17342 coins.", "17342") == "It holds 17342 coins."
    assert unmarked("It was COVID19.", "COVID19") == "It was COVID19."
    assert unmarked("It has 15000 seats.", "15,000") == "It has 15000 seats."
