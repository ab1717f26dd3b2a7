"""SAGE's loop: by a scripted model over a real socket, and by the skills."""

from typing import Any

import pytest
from langchain_core.documents import Document
from pydantic import ValidationError

from rag.agents.self_feedback import SelfFeedback
from rag.compressors.budget import Budget
from rag.compressors.gradient import Gradient
from rag.generators.extractive import Extractive
from rag.generators.reader import Reader
from rag.llms.openai import OpenAI
from rag.schema import Delta, Turn
from rag.steps.act import Act

TEXTS = (
    "Travel is approved by your manager.",
    "A hotel night costs up to 130 euros.",
    "Everybody has thirty days of leave.",
    "Travel abroad is approved by the director.",
    "Lodging is booked by the office two weeks ahead.",
)
SCORES = (0.9, 0.2, 0.15, 0.1, 0.09)
PASSAGES = tuple(
    Document(text, id=str(place), metadata={"source": f"{place}.md", "start": 0, "end": len(text), "score": score})
    for place, (text, score) in enumerate(zip(TEXTS, SCORES, strict=True))
)
QUESTION = "Who approves travel abroad?"


def agent(llm: Any = None, min_k: int = 2, **fields: Any) -> SelfFeedback:
    select = Gradient(min_k=min_k, max_k=None, drop=0.9)
    return SelfFeedback(compress=select, generate=Extractive(abstain_below=0), llm=llm, **fields)


def judging(endpoint: Any, *said: str) -> None:
    endpoint.will(*(endpoint.completion(text) for text in said))


def ran(made: SelfFeedback, passages: tuple[Document, ...] = PASSAGES) -> Turn:
    turn: Turn = made.act(Turn(QUESTION, passages=passages))
    return turn


def tried(turn: Turn) -> list[int]:
    return [one["min_k"] for one in turn.notes["rounds"]]


def test_a_good_answer_ends_it(endpoint: Any, llm: OpenAI) -> None:
    judging(endpoint, "Score: 10\nAdjustment: 1")
    turn = ran(agent(llm))
    assert (tried(turn), turn.notes["stopped"], turn.usage.llm_calls) == ([2], "enough", 1)
    asked = endpoint.requests[0]["messages"][0]["content"]
    assert QUESTION in asked
    assert TEXTS[1] in asked
    assert TEXTS[2] not in asked


def test_passages_are_added_while_they_lack(endpoint: Any, llm: OpenAI) -> None:
    judging(endpoint, "Score: 5\nAdjustment: +1", "score = 5, adjustment: 1", "**Score:** 9\n**Adjustment:** 0")
    turn = ran(agent(llm))
    assert tried(turn) == [2, 3, 4]
    assert [passage.id for passage in turn.passages] == ["0", "1", "2", "3"]
    assert turn.answer is not None
    assert "director" in turn.answer.text
    assert turn.usage.llm_calls == 3


def test_the_best_answer_is_kept(endpoint: Any, llm: OpenAI) -> None:
    judging(endpoint, "Score: 3\nAdjustment: 1", "Score: 7\nAdjustment: 1", "Score: 7\nAdjustment: 1")
    turn = ran(agent(llm))
    assert (tried(turn), turn.notes["stopped"], len(turn.passages)) == ([2, 3, 4], "rounds", 3)


@pytest.mark.parametrize(
    ("min_k", "adjustments", "expected", "stopped"),
    [
        (2, [-1, -1, -1], [2, 1], "nothing to adjust"),  # not below one passage
        (5, [1], [5], "nothing to adjust"),  # nor above all of them
        (9, [0], [5], "nothing to adjust"),
        (3, [1, -1], [3, 4], "nothing to adjust"),  # three was tried
    ],
)
def test_the_number_stays_in_bounds(
    min_k: int, adjustments: list[int], expected: list[int], stopped: str, endpoint: Any, llm: OpenAI
) -> None:
    judging(endpoint, *(f"Score: 4\nAdjustment: {one}" for one in adjustments))
    turn = ran(agent(llm, min_k, rounds=5))
    assert (tried(turn), turn.notes["stopped"]) == (expected, stopped)


@pytest.mark.parametrize("said", ["Looks good to me.", "Score: 12\nAdjustment: 1", ""])
def test_what_cannot_be_read_ends_it_with_the_answer(said: str, endpoint: Any, llm: OpenAI) -> None:
    judging(endpoint, said)
    turn = ran(agent(llm))
    assert (tried(turn), turn.usage.llm_calls <= 1) == ([2], True)
    assert turn.answer is not None
    assert turn.answer.citations


def test_skills_judge_without_a_model() -> None:
    made = SelfFeedback(compress=Gradient(min_k=1, drop=0.9), generate=Reader(), rounds=5)
    turn = ran(made)
    assert turn.usage.llm_calls == 0
    assert turn.answer is not None
    scores = [one["score"] for one in turn.notes["rounds"]]
    assert all(1 <= score <= 10 for score in scores)
    best = turn.notes["rounds"][scores.index(max(scores))]
    assert len(turn.passages) == best["min_k"]
    assert ran(made, ()).answer is not None


def test_by_skills_a_comparison_is_given_as_it_is() -> None:
    texts = (
        "Terry Richardson (born August 14, 1965) is an American photographer.",
        "Annie Morton (born October 8, 1970) is an American model.",
        "Everybody has thirty days of leave.",
    )
    passages = tuple(
        Document(text, id=str(place), metadata={"source": f"{place}.md", "title": text[:16].strip(" (b"), "score": 0.9})
        for place, text in enumerate(texts)
    )
    made = SelfFeedback(compress=Gradient(min_k=3, drop=0.9), generate=Reader())
    turn: Turn = made.act(Turn("Who is older, Annie Morton or Terry Richardson?", passages=passages))
    assert turn.answer is not None
    assert turn.answer.text.startswith("Terry Richardson")
    assert tried(turn) == [3]
    assert "several passages" in turn.notes["stopped"]


def test_it_begins_with_what_the_question_needs_and_may_take_fewer(endpoint: Any, llm: OpenAI) -> None:
    judging(endpoint, "Score: 5\nAdjustment: -1", "Score: 10\nAdjustment: 0")
    made = SelfFeedback(
        compress=Gradient(min_k=1, several_k=4, drop=0.9), generate=Extractive(abstain_below=0), llm=llm
    )
    turn: Turn = made.act(Turn("Who is older, Annie Morton or Terry Richardson?", passages=PASSAGES))
    assert (tried(turn), len(turn.passages)) == ([4, 3], 3)


def test_its_text_streams_as_a_whole(endpoint: Any, llm: OpenAI) -> None:
    judging(endpoint, "Score: 10\nAdjustment: 0")
    delta, last = Act(agent=agent(llm)).run(Turn(QUESTION, passages=PASSAGES))
    assert isinstance(delta, Delta)
    assert isinstance(last, Turn)
    assert last.answer is not None
    assert delta.text == last.answer.text


def test_what_it_cannot_work_with_is_refused() -> None:
    with pytest.raises(ValidationError, match="Budget has no min_k"):
        SelfFeedback(compress=Budget(), generate=Extractive())
    with pytest.raises(ValidationError, match="needs a chat model"):
        agent(by="llm")
