"""Claims beside passages: what can be looked up, and what the trained skill says."""

import numpy as np
import pytest
from langchain_core.documents import Document

from rag import skills
from rag.generators.verdict import BORNE, Claim, Judge, evidence, judge, verdicts
from rag.passages.condensed import condensed

PASSAGE = (
    "Bridges\nThe Old Bridge was built by Ada Lindqvist in 1734 and cost 1,250 crowns. "
    "Its two arches were widened in the nineteenth century, when Ivar Holm was mayor."
)


@pytest.fixture(scope="module")
def support() -> Judge:
    score: Judge = skills.load("support").score
    return score


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("The bridge cost 1250 crowns", ()),  # with and without a separator
        ("The bridge cost 1,350 crowns", ("1350",)),
        ("It has 2 arches", ()),  # in words there
        ("It has three arches and was widened in 1840", ("1840",)),
        (
            "The Old Bridge was built by Ivar Holm in 1734",
            ("Ivar", "Holm"),
        ),  # a name of the passage, in another's place
        ("In 1734 the town had a mayor called Ulla Berg", ("Ulla", "Berg")),
    ],
)
def test_numbers_and_names_are_looked_up(claim: str, missing: tuple[str, ...], support: Judge) -> None:
    (found,) = verdicts([(Claim(claim), PASSAGE)], support)
    assert found.missing == missing
    assert found.score <= 0.5 or not missing


def test_what_stands_there_word_for_word_needs_no_model() -> None:
    def unasked(pairs: object) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        raise AssertionError(pairs)

    said = "the old bridge was built by Ada  Lindqvist in 1734"
    assert [one.score for one in verdicts([(Claim(said), PASSAGE), (Claim("Built in 1801"), PASSAGE)], unasked)] == [
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("claim", "borne"),
    [
        (Claim("Ada Lindqvist built the bridge"), True),
        (Claim("The bridge was built for carts that carried salt"), False),
        (Claim("1734", "When was the Old Bridge built?"), True),
        (Claim("Ada Lindqvist", "Who built the Old Bridge?"), True),
        (Claim("Ada Lindqvist", "Who painted the church of the village?"), False),
    ],
)
def test_the_skill_judges_the_rest(claim: Claim, borne: bool, support: Judge) -> None:
    (found,) = verdicts([(claim, PASSAGE)], support)
    assert (found.score >= BORNE) == borne


def test_scores_do_not_depend_on_what_stands_beside() -> None:
    pairs = [("Ada Lindqvist built the bridge", PASSAGE), ("The bridge fell", PASSAGE), ("It cost 9 crowns", PASSAGE)]
    scores = judge()
    alone = [float(scores([pair])[0]) for pair in pairs]
    assert np.allclose(scores(pairs), alone, atol=1e-3)
    assert scores([]).shape == (0,)


def test_evidence_is_what_the_source_says() -> None:
    passage = Document(PASSAGE, metadata={"title": "Town", "headings": ["Bridges"]})
    assert evidence(passage) == f"Town > Bridges\n{PASSAGE}"
    assert evidence(condensed(passage, [(0, 7)])) == evidence(passage)
    members = [{"text": "It holds.", "start": 0, "id": "a", "source": "a"}, {"text": "It fell.", "start": 0}]
    assert evidence(Document("It holds and fell.", metadata={"members": members})) == "It holds.\nIt fell."
