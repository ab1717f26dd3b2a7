"""Whether an answer says, denies or leaves open what the reference says."""

import pytest

from rag.skills.stance import STANCE, stance


def told(candidate: str, reference: str = "Anna Weiss", question: str = "who drew the plans") -> dict[str, float]:
    return dict(zip(STANCE, stance(question, reference, candidate), strict=True))


@pytest.mark.parametrize(
    ("candidate", "kind"),
    [
        ("It was not Anna Weiss.", "denied"),
        ("Otto Rey rather than Anna Weiss", "denied"),
        ("It was not Otto Rey but Anna Weiss.", "preferred"),
        ("Anna Weiss, not Otto Rey", "preferred"),
        ("Anna Weiss or Otto Rey", "left open"),
        ("Otto Rey or Anna Weiss", "left open"),
        ("Anna Weiss drew them.", ""),
    ],
)
def test_the_mention_is_denied_preferred_or_left_open(candidate: str, kind: str) -> None:
    found = told(candidate)
    assert [name for name in ("denied", "preferred", "left open") if found[name] == 1] == ([kind] if kind else [])


def test_a_negation_of_the_question_denies_nothing() -> None:
    found = told('"Do Not Cross" was sung by Ánna Weiss.', question="who sang do not cross")
    assert (found["denied"], found["preferred"]) == (0, 0)


def test_what_is_new_beside_the_question_is_told() -> None:
    found = told("The plans were drawn by Otto Rey.")
    assert (found["denied"], found["question held"], found["new words backed"], found["last new word"]) == (
        -1,
        0.5,
        0,
        0,
    )
    assert told("by Ana Weis")["names backed"] == 1
    assert len(stance("", "", "")) == len(STANCE)
