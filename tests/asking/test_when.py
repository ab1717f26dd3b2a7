"""Conditions on a question."""

import pytest
from langchain_core.messages import HumanMessage
from pydantic import ValidationError

from rag.asking.when import When
from rag.schema import Turn


@pytest.mark.parametrize(
    ("when", "question", "reason"),
    [
        ({"words": ["laptop"]}, "Whose Laptop is it?", "it says 'laptop'"),
        ({"words": ["lap"]}, "Whose laptop is it?", None),
        ({"pattern": r"\bT-\d+"}, "What about t-12?", r"'t-12' matches '\\bT-\\d+'"),
        ({"min_words": 3}, "Two words", None),
        ({"max_words": 2}, "Two words", "2 words"),
        ({"follow_up": True}, "And then?", None),
        ({}, "Anything", "1 words"),
    ],
)
def test_all_conditions_must_hold(when: dict[str, object], question: str, reason: str | None) -> None:
    assert When(**when).reason(Turn(question)) == reason


def test_a_follow_up_is_one_behind_others() -> None:
    turn = Turn("And then?", history=(HumanMessage("First?"),))
    assert When(follow_up=True).reason(turn) == "2 words, a follow-up"


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(ValidationError, match="is no regular expression"):
        When(pattern="(")
