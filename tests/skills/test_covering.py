"""Covering: what a few sentences hold of a claim, together."""

import pytest

from rag.skills.covering import COVERED, covered

SENTENCES = [
    "The bridge of Kreuzau was drawn by Anna Weiss.",
    "It was finished in 1734, after eleven years of work.",
    "Its seven arches are of red sandstone.",
    "The toll was abolished in 1890.",
]
PASSAGE = " ".join(SENTENCES)


def found(claim: str, passage: str = PASSAGE) -> dict[str, float]:
    return dict(zip(COVERED, covered(claim, passage).tolist(), strict=True))


@pytest.mark.parametrize("claim", [*SENTENCES, "The bridge that Anna Weiss drew has seven arches of red sandstone."])
def test_what_the_passage_says_is_covered(claim: str) -> None:
    assert found(claim)["cover"] > 0.9
    assert found(claim)["names"] > 0.9


def test_a_word_of_like_meaning_covers_in_part() -> None:
    like = found("Its arches are made of crimson stone.")["cover"]
    assert found("Its arches are made of stainless steel.")["cover"] < like < found(SENTENCES[2])["cover"]


def test_a_name_that_is_not_there_is_told_apart() -> None:
    right, wrong = found("It was drawn by Anna Weiss of Kreuzau."), found("It was drawn by Otto Brandt of Lisbon.")
    assert right["names"] == 1
    assert wrong["names"] < 0.6
    assert wrong["cover"] < right["cover"]


def test_sentences_cover_together_but_no_more_than_four() -> None:
    apart = ["The bridge is old.", "A mill burnt.", "Toll was due.", "Sandstone is red.", "Cranes nest there."]
    claim = "The bridge, the mill, the toll, the sandstone and the cranes."
    shares = [found(claim, " ".join(apart[:count]))["cover"] for count in range(1, 6)]
    assert shares == sorted(shares)
    assert shares[3] - shares[2] > 0.05
    assert shares[4] < found(claim, claim)["cover"] - 0.05  # every word is there, in five sentences


def test_of_a_long_passage_the_sentences_that_share_words_are_looked_at() -> None:
    filler = " ".join(f"Nothing of note came to pass in year {year}." for year in range(60))
    assert found(SENTENCES[0], f"{filler} {PASSAGE} {filler}") == found(SENTENCES[0])


def test_nothing_to_cover_and_nothing_to_cover_it_with() -> None:
    assert covered("", PASSAGE).tolist() == [1, 1]
    assert covered("It is.", PASSAGE).tolist() == [1, 1]
    assert covered(SENTENCES[0], "").tolist() == [0, 0]
