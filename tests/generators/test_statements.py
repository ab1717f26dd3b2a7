"""Sentences of an answer and the markers that belong to them."""

import pytest

from rag.generators.statements import marks_in, statements, without


def pieces(text: str) -> list[tuple[str, list[int]]]:
    found = statements(text, marks_in(text, 9))
    return [(text[one.start : one.end], [number for _, number in one.marks]) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask her [1]. Or him [2][3].", [("Ask her [1].", [1]), ("Or him [2][3].", [2, 3])]),
        ("Ask her. [1] Or him.", [("Ask her. [1]", [1]), ("Or him.", [])]),
        (
            "You may:\n\n- ask her [1]\n- ask him [2]",
            [("You may:", []), ("- ask her [1]", [1]), ("- ask him [2]", [2])],
        ),
        ("Use `a[1]` here [2].", [("Use `a[1]` here [2].", [2])]),
        ("In the year [2019] it rained.", [("In the year [2019] it rained.", [])]),
        ("City: Rome; Limit: 130 [1] Ask him [2].", [("City: Rome; Limit: 130 [1]", [1]), ("Ask him [2].", [2])]),
        ("Ask Rome [1] or [2] her [3].", [("Ask Rome [1] or [2] her [3].", [1, 2, 3])]),
        ("1734 [1]", [("1734 [1]", [1])]),
        ("[1]", [("[1]", [1])]),
    ],
)
def test_a_statement_holds_its_markers(text: str, expected: list[tuple[str, list[int]]]) -> None:
    assert pieces(text) == expected


def test_a_statement_reads_without_its_markers() -> None:
    text = "Ask her [1], or [2] him [3]."
    assert [one.text for one in statements(text, marks_in(text, 9))] == ["Ask her, or him."]


@pytest.mark.parametrize(
    ("text", "part", "rest"),
    [
        ("One [1]. Two [2]. Three [3].", "Two [2].", "One [1]. Three [3]."),
        ("One [1]. Two [2].", "Two [2].", "One [1]."),
        ("One [1]. Two [2].", "One [1].", "Two [2]."),
        ("- One [1]\n- Two [2]\n- Three [3]", "- Two [2]", "- One [1]\n- Three [3]"),
        ("1. One [1]\n2. Two [2]", "One [1]", "2. Two [2]"),
        ("One [1].\n\nTwo [2].\n\nThree [3].", "Two [2].", "One [1].\n\nThree [3]."),
        ("One [1].", "One [1].", ""),
    ],
)
def test_what_is_taken_out_leaves_no_gap(text: str, part: str, rest: str) -> None:
    start = text.index(part)
    assert without(text, [(start, start + len(part))]) == rest
