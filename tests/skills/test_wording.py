"""Likeness of wording, feature by feature."""

import pytest

from rag.skills.wording import ALIKE, BORNE, alike, borne


def features(question: str, reference: str, candidate: str) -> dict[str, float]:
    return dict(zip(ALIKE, alike(question, reference, candidate).tolist(), strict=True))


def test_the_same_answer_has_everything() -> None:
    found = features("Who found the rays?", "Wilhelm Röntgen", "wilhelm rontgen")
    assert {name: found[name] for name in ("own words", "whole", "f1", "numbers")} == dict.fromkeys(
        ("own words", "whole", "f1", "numbers"), 1.0
    )
    assert found["spelling"] == 1.0


def test_words_of_the_question_are_not_the_references_own() -> None:
    assert features("How many brothers had he?", "four brothers", "He had brothers")["own words"] == 0.0
    assert features("How many brothers had he?", "four brothers", "He had 4")["own words"] == 1.0


def test_of_several_references_the_likest_counts() -> None:
    assert features("Who?", "Weiss / Anna Weiss / A. W.", "Anna Weiss")["f1"] == 1.0


def test_a_missing_number_is_told() -> None:
    assert features("When?", "4 July 1,776", "July 1776")["numbers"] == 0.5
    assert features("When?", "July 1776", "July 1775")["numbers"] == 0.0


def test_nothing_is_alike_to_an_empty_candidate() -> None:
    found = features("Who?", "Anna Weiss", "")
    assert [found[name] for name in ("own words", "whole", "f1", "spelling")] == [0.0] * 4


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [("The bridge was built in 1734.", [1.0, 1.0]), ("The bridge was built in 1735.", [2 / 3, 0.0]), ("", [1.0, 1.0])],
)
def test_a_claim_is_borne_by_its_words_and_numbers(claim: str, wanted: list[float]) -> None:
    found = borne(claim, "In 1734 the bridge over the Rur was built.")
    assert dict(zip(BORNE, found.tolist(), strict=True)) == pytest.approx(dict(zip(BORNE, wanted, strict=True)))
