"""Claims of questions and questions of claims: what each is worth follows from what it was made of."""

import random

import pytest

from rag.skills.cross import Judgement
from rag.training.cross.claimed import asked_of, claims_of
from rag.training.cross.examples import Asked, Judged, Stated
from rag.training.cross.samples import Samples

TEXT = (
    "The bridge of Kreuzau was drawn by Anna Weiss. It was built in 1734 by Otto Rey. "
    "The mill of Wenau was burnt down in 1802."
)


def question(text: str, answer: str) -> Asked:
    start = TEXT.index(answer)
    passage = Judged(TEXT, "d", "", True, ((start, start + len(answer)),))
    return Asked(text, (passage,), "bridges", "d", (answer,))


WHO = question("Who drew the bridge of Kreuzau?", "Anna Weiss")


def drawn(asked: Asked, others: list[str], times: int = 200) -> set[tuple[str, str, float]]:
    chance = random.Random(3)
    made = (claims_of(asked, asked.passages[0], others, chance) for _ in range(times))
    return {(claim, passage.text, worth) for claim, passage, worth in filter(None, made)}


def test_a_claim_is_supported_where_it_says_the_answer_of_the_question_that_was_asked() -> None:
    made = drawn(WHO, ["Otto Rey", "1734"])
    for claim, text, worth in made:
        right = "Anna Weiss" in claim and "Kreuzau" in claim and "Anna Weiss" in text
        assert worth == float(right), claim
    assert {worth for _, _, worth in made} == {0.0, 1.0}


def test_what_is_put_in_its_place_is_of_its_kind() -> None:
    wrong = {claim for claim, text, worth in drawn(WHO, ["Otto Rey", "1734"]) if not worth and text == TEXT}
    assert any("Otto Rey" in claim for claim in wrong)
    assert not any("1734" in claim for claim in wrong)


def test_an_answer_that_holds_the_right_one_is_not_wrong() -> None:
    made = drawn(WHO, ["Weiss", "the painter Anna Weiss"])
    assert not any("painter" in claim for claim, _, _ in made)


def test_the_passage_without_its_answer_supports_nothing() -> None:
    emptied = {(text, worth) for _, text, worth in drawn(WHO, []) if text != TEXT}
    assert emptied == {(TEXT[TEXT.index("It was") :], 0.0)}


@pytest.mark.parametrize(
    ("claim", "premise", "label", "asked", "answer"),
    [
        ("A man is riding a horse.", "A tall man rides a brown horse.", 1.0, "Who is riding a horse?", "A tall man"),
        ("The dogs are playing", "Two dogs play in the snow.", 1.0, "What are playing?", "Two dogs"),
        ("A man is asleep.", "A tall man rides a brown horse.", 0.0, "Who is asleep?", None),
    ],
)
def test_it_is_asked_who_does_what_is_claimed(
    claim: str, premise: str, label: float, asked: str, answer: str | None
) -> None:
    made = asked_of(Stated("support", (claim, premise), label, "snli", "d"))
    assert made is not None
    assert made.question == asked
    assert made.answerable == (answer is not None)
    assert made.answers == ((answer,) if answer else ())
    assert [premise[a:b] for a, b in made.passages[0].answers] == ([answer] if answer else [])


@pytest.mark.parametrize(
    ("claim", "premise", "label"),
    [
        ("Anna Weiss drew the bridge.", "Anna Weiss drew it.", 1.0),  # says nothing of somebody unnamed
        ("A person is riding a horse.", "A man rides a horse.", 1.0),  # whom the premise calls otherwise
        ("A man is riding a horse.", "A man and another man ride.", 1.0),  # of whom there are two
        ("A man is riding a horse.", "A man rides a horse. " * 20, 1.0),  # in more than a sentence
        ("A man is riding a horse.", "A man rides a horse.", 0.5),  # in part
    ],
)
def test_where_it_cannot_be_told_who_it_is_nothing_is_asked(claim: str, premise: str, label: float) -> None:
    assert asked_of(Stated("support", (claim, premise), label, "snli", "d")) is None


def test_both_are_heard_beside_what_they_are_made_of() -> None:
    other = question("Who built the bridge of Kreuzau?", "Otto Rey")
    claims = [
        Stated("support", ("A man is asleep.", f"A man rides horse {place}."), 0.0, "snli", f"{place}")
        for place in range(20)
    ]
    samples = Samples([WHO, other, *claims], 1)
    alone = [group[0] for epoch in range(8) for group in samples.epoch(epoch) if len(group) == 1]
    supported = {one.judged[Judgement.SUPPORT] for one in alone if Judgement.SUPPORT in one.judged}
    assert supported == {0.0, 1.0}  # no claim that was given is supported
    unanswered = [one for one in alone if one.judged.get(Judgement.ANSWERABLE) == 0.0]
    assert 40 < len(unanswered) < 120
    assert all(one.starts == one.ends == [0] for one in unanswered)
