"""What a chat model says to search for, over a real socket."""

import asyncio
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from rag.agents.decompose import Decompose
from rag.agents.hyde import Hyde
from rag.agents.multi_query import MultiQuery
from rag.asking.rephrasing import lines
from rag.index import Index
from rag.llms.openai import OpenAI
from rag.retrievers.bm25 import BM25
from rag.schema import Turn
from rag.steps.act import Act
from tests.agents.conftest import QUESTION

KINDS = [Hyde, MultiQuery, Decompose]


def sources(turn: Turn) -> list[str]:
    return [passage.metadata["source"] for passage in turn.passages]


def test_an_invented_passage_finds_what_the_question_does_not(endpoint: Any, llm: OpenAI, index: Index) -> None:
    endpoint.will(endpoint.completion("Lodging in London\ncosts 180 euros."))
    alone = BM25(index=index).invoke("What may I spend on rooms?")
    turn = Hyde(llm=llm, retrieve=BM25(index=index)).act(Turn("What may I spend on rooms?"))
    assert alone == []
    assert sources(turn)[0] == "hotels.md"
    assert turn.search == "What may I spend on rooms?"  # what later steps read
    assert turn.notes["queries"] == [turn.search, "Lodging in London costs 180 euros."]
    assert (turn.usage.llm_calls, turn.usage.prompt_tokens) == (1, 12)
    assert "What may I spend on rooms?" in endpoint.requests[0]["messages"][0]["content"]


def test_other_wordings_are_fused(endpoint: Any, llm: OpenAI, index: Index) -> None:
    endpoint.will(endpoint.completion("Here are some:\n1. price of a hotel night\n2. lodging cost\n3. leave"))
    turn = MultiQuery(llm=llm, retrieve=BM25(index=index), count=2).act(Turn("rooms"))
    assert turn.notes["queries"] == ["rooms", "price of a hotel night", "lodging cost"]
    assert sources(turn)[0] == "hotels.md"  # both name it
    assert "leave.md" not in sources(turn)


def test_the_parts_of_a_question_find_its_parts(endpoint: Any, llm: OpenAI, index: Index) -> None:
    endpoint.will(endpoint.completion("- Who approves travel?\n- How many days of leave has everybody?"))
    turn = Decompose(llm=llm, retrieve=BM25(index=index, top_k=3), top_k=3).act(Turn("travel and leave"))
    assert {"travel.md", "leave.md"} <= set(sources(turn))


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_model_fails_the_question_is_searched_for(
    kind: Any, endpoint: Any, llm: OpenAI, index: Index
) -> None:
    endpoint.will(endpoint.send(500, {"error": {"message": "out of memory"}}))
    step = Act(agent=kind(llm=llm, retrieve=BM25(index=index)))
    turn = step.invoke(Turn(QUESTION))
    assert list(turn.passages) == BM25(index=index).invoke(QUESTION)
    detail = turn.trace[-1].detail
    assert detail["queries"] == [QUESTION]
    assert "out of memory" in detail["fallback"]
    later = asyncio.run(step.ainvoke(Turn(QUESTION)))
    assert (later.passages, later.notes) == (turn.passages, turn.notes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_says_nothing_or_repeats_is_no_help(kind: Any, endpoint: Any, llm: OpenAI, index: Index) -> None:
    agent = kind(llm=llm, retrieve=BM25(index=index))
    endpoint.will(endpoint.completion("<think>Hm.</think>"), endpoint.completion(QUESTION))
    for _ in range(2):
        turn = agent.act(Turn(QUESTION))
        assert turn.notes["fallback"]
        assert turn.notes["queries"] == [QUESTION]


@pytest.mark.parametrize("kind", KINDS)
def test_the_filter_and_the_standalone_query_count(kind: Any, endpoint: Any, llm: OpenAI, index: Index) -> None:
    endpoint.will(endpoint.completion("Travel abroad"))
    turn = Turn("And abroad?", (HumanMessage("Travel?"),), query="Who approves travel abroad?")
    found = kind(llm=llm, retrieve=BM25(index=index)).act(turn.with_(filter={"source": "leave.md"}))
    assert set(sources(found)) <= {"leave.md"}
    assert "Who approves travel abroad?" in endpoint.requests[0]["messages"][0]["content"]


def test_lists_are_read_however_they_are_written() -> None:
    said = 'Queries:\n1) "one thing"\n\n* another\n- a third - with dash\n1984 in numbers\n' + "x" * 500
    assert lines(said, 9) == ["one thing", "another", "a third - with dash", "1984 in numbers"]
