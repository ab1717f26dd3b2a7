"""What a re-ranker passed over is left unread by those who read the passages behind it."""

from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag import skills
from rag.generators.reader import Reader
from rag.passages.reading import READ, read_in_time, worth_reading
from rag.schema import Turn
from rag.skills.reader import Reader as Skill

QUESTION = "Who approves travel abroad?"


def passages(*read: bool) -> list[Document]:
    """Some that a re-ranker judged and some that it passed over; each text is new to the model."""
    return [
        Document(
            f"Rule {place} of {read}. Travel abroad is approved by director {place}.",
            metadata={"source": f"{place}.md", "start": 0, READ: sum(read), **({"rerank_score": 0.5} if one else {})},
        )
        for place, one in enumerate(read)
    ]


@pytest.fixture
def skill(untrained: Path) -> Skill:
    loaded: Skill = skills.load("reader", untrained)
    return loaded


def unread(skill: Skill, given: list[Document]) -> list[bool]:
    return [size > 0 for size in skill.unread(QUESTION, [one.page_content for one in given], [""] * len(given))]


def test_spans_are_told_by_the_place_of_their_passage(skill: Skill) -> None:
    given = passages(False, True, False, True)
    assert worth_reading(given) == [1, 3]
    found, read = read_in_time(skill, QUESTION, given)
    assert {candidate.passage for candidate in found} == {1, 3}
    assert read == 4
    (alone,) = skill.candidates([(QUESTION, [given[3].page_content], [""])])
    assert [one.margin for one in found if one.passage == 3] == [one.margin for one in alone]
    assert unread(skill, given) == [True, False, True, False]


def test_where_nothing_else_is_left_they_are_read(skill: Skill) -> None:
    given = [passage for passage in passages(True, False, False) if "rerank_score" not in passage.metadata]
    assert worth_reading(given) == [0, 1]
    found, read = read_in_time(skill, QUESTION, given)
    assert {candidate.passage for candidate in found} == {0, 1}
    assert read == 2


@pytest.mark.parametrize("question", [QUESTION, "How is travel abroad approved?"])
def test_the_generator_leaves_them_unread_and_shows_them(untrained: Path, skill: Skill, question: str) -> None:
    given = passages(True, True, False, question == QUESTION)  # other texts each time
    turn = Reader(weights=str(untrained), abstain_below=0).invoke(Turn(question, passages=tuple(given)))
    assert len(turn.passages) == len(given)
    sizes = skill.unread(question, [one.page_content for one in given], [""] * len(given))
    assert [bool(size) for size in sizes] == [False, False, True, question != QUESTION]
