"""Several searches: led by a chat model over a real socket, and by names."""

import asyncio
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ValidationError

from rag.agents.iterative import Iterative, _ahead
from rag.index import Index
from rag.llms.openai import OpenAI
from rag.retrievers.bm25 import BM25
from rag.schema import Turn
from rag.steps.act import Act
from tests.agents.conftest import QUESTION


def sources(turn: Turn) -> list[str]:
    return [passage.metadata["source"] for passage in turn.passages]


def reasoning(endpoint: Any, *said: str) -> None:
    endpoint.will(*(endpoint.completion(text) for text in said))


def test_each_step_searches_with_what_the_one_before_said(endpoint: Any, llm: OpenAI, index: Index) -> None:
    reasoning(
        endpoint,
        "The Silent Harbour was directed by Ada Lindqvist. She was born in Oslo.",  # runs ahead: the second is dropped
        "Ada Lindqvist was born in Tromso.",
        "So the answer is: Tromso.",
    )
    turn = Iterative(llm=llm, retrieve=BM25(index=index, top_k=2), per_hop=2).act(Turn(QUESTION))
    assert turn.notes == {
        "steps": 3,
        "queries": [QUESTION, "The Silent Harbour was directed by Ada Lindqvist.", "Ada Lindqvist was born in Tromso."],
        "reasoning": [
            "The Silent Harbour was directed by Ada Lindqvist.",
            "Ada Lindqvist was born in Tromso.",
            "So the answer is: Tromso.",
        ],
        "stopped": "an answer",
        "answer": "Tromso",
    }
    assert {"film.md", "director.md"} <= set(sources(turn))
    assert (turn.usage.llm_calls, turn.search) == (3, QUESTION)
    third = endpoint.requests[2]["messages"][0]["content"]
    assert "Ada Lindqvist was born in Tromso.\n" in third + "\n"  # the steps before
    assert "lighthouse" in third and "Oslo" not in third


def test_it_stops_after_its_last_hop(endpoint: Any, llm: OpenAI, index: Index) -> None:
    reasoning(endpoint, "Ada Lindqvist was born in Tromso.")
    turn = Iterative(llm=llm, retrieve=BM25(index=index), max_hops=3).act(Turn(QUESTION))
    assert (turn.notes["steps"], turn.notes["stopped"], turn.usage.llm_calls) == (3, "max_hops", 3)


def test_conclusions_are_not_searched_for(endpoint: Any, llm: OpenAI, index: Index) -> None:
    reasoning(endpoint, "Thus her birthplace is needed.", "So the answer is: Tromso")
    turn = Iterative(llm=llm, retrieve=BM25(index=index)).act(Turn(QUESTION))
    assert turn.notes["queries"] == [QUESTION, QUESTION]


def test_passages_are_capped_and_long_ones_left_out(endpoint: Any, llm: OpenAI, index: Index) -> None:
    reasoning(endpoint, "Ada Lindqvist was born in Tromso.")
    agent = Iterative(llm=llm, retrieve=BM25(index=index), max_passages=2, per_hop=1)
    assert len(agent.act(Turn(QUESTION)).passages) == 2
    short = Iterative(llm=llm, retrieve=BM25(index=index), max_words=12).act(Turn(QUESTION))
    assert short.passages
    assert all(len(passage.page_content.split()) <= 12 for passage in short.passages)


@pytest.mark.parametrize("after", [0, 1])
def test_a_model_that_fails_leaves_what_was_found(endpoint: Any, llm: OpenAI, index: Index, after: int) -> None:
    said = [endpoint.completion("Ada Lindqvist was born in Tromso.")] * after
    endpoint.will(*said, endpoint.send(500, {"error": {"message": "out of memory"}}))
    turn = Act(agent=Iterative(llm=llm, retrieve=BM25(index=index))).invoke(Turn(QUESTION))
    assert "film.md" in sources(turn)
    assert turn.trace[-1].detail["steps"] == after + 1
    assert "out of memory" in turn.trace[-1].detail["fallback"]


def test_a_model_that_says_nothing_ends_it(endpoint: Any, llm: OpenAI, index: Index) -> None:
    reasoning(endpoint, "")
    turn = Iterative(llm=llm, retrieve=BM25(index=index)).act(Turn(QUESTION))
    assert (turn.notes["steps"], turn.notes["stopped"]) == (1, "nothing more was said")


def test_names_lead_to_what_the_question_does_not_mention(index: Index) -> None:
    retriever = BM25(index=index, top_k=3)
    turn = Iterative(retrieve=retriever).act(Turn("Which university lies where the director of the film was born?"))
    agent = Iterative(retrieve=retriever)
    assert "Ada Lindqvist" in " ".join(agent.act(Turn(QUESTION)).notes["queries"][1:])
    assert "director.md" in sources(agent.act(Turn(QUESTION)))
    assert turn.notes["steps"] == 2
    assert turn == asyncio.run(agent.aact(Turn("Which university lies where the director of the film was born?")))


def test_one_hop_by_names_is_one_search(index: Index) -> None:
    turn = Iterative(retrieve=BM25(index=index), name_hops=1).act(Turn(QUESTION))
    assert list(turn.passages) == BM25(index=index).invoke(QUESTION)
    assert turn.notes["queries"] == [QUESTION]


def test_where_no_names_are_it_stops(index: Index) -> None:
    turn = Iterative(retrieve=BM25(index=index)).act(Turn("days of leave"))
    assert sources(turn) == ["leave.md"]
    assert (turn.notes["steps"], turn.notes["stopped"]) == (1, "no new names")


def test_names_are_followed_where_one_passage_stands_out(index: Index) -> None:
    retriever = BM25(index=index, top_k=3)
    ahead = Iterative(retrieve=retriever).act(Turn(QUESTION)).notes["ahead"]
    assert 0 < ahead < 1
    turn = Iterative(retrieve=retriever, margin=(1 + ahead) / 2).act(Turn(QUESTION))
    assert turn.notes == {
        "steps": 1,
        "queries": [QUESTION],
        "stopped": "no passage stands out",
        "ahead": ahead,
    }
    assert list(turn.passages) == retriever.invoke(QUESTION)
    turn = Iterative(retrieve=retriever, margin=ahead / 2).act(Turn(QUESTION))
    assert (turn.notes["steps"], turn.notes["stopped"]) == (2, "name_hops")


@pytest.mark.parametrize(
    ("question", "steps"),
    [(QUESTION, 1), ("Was Ada Lindqvist or Bo Ek born first?", 1), ("Who made The Silent Harbour?", 2)],
)
def test_what_others_search_for_may_be_left_to_them(question: str, steps: int, index: Index) -> None:
    turn = Iterative(retrieve=BM25(index=index, top_k=3), only_plain=True).act(Turn(question))
    assert turn.notes["steps"] == steps
    assert (turn.notes["stopped"] == "it describes or compares") is (steps == 1)


class Unscored(BaseRetriever):
    """A foreign retriever that tells no scores."""

    index: Index

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = BM25(index=self.index, top_k=3).invoke(query)
        return [Document(passage.page_content, metadata={"source": passage.metadata["source"]}) for passage in found]


def test_names_are_followed_where_scores_do_not_tell(index: Index) -> None:
    turn = Iterative(retrieve=Unscored(index=index), margin=0.9).act(Turn(QUESTION))
    assert turn.notes["steps"] == 2
    assert "ahead" not in turn.notes


@pytest.mark.parametrize(
    ("scores", "ahead"),
    [([2.0, 1.5, 0.1], 0.25), ([2.0, 2.0], 0.0), ([2.0, -1.0], 1.0), ([0.3], 1.0), ([], None), ([0.0, -1.0], None)],
)
def test_how_far_the_first_is_ahead(scores: list[float], ahead: float | None) -> None:
    assert _ahead([Document("", metadata={"score": score}) for score in scores]) == ahead


def test_a_filter_holds_in_every_search(index: Index) -> None:
    turn = Iterative(retrieve=BM25(index=index)).act(Turn(QUESTION, filter={"source": "film.md"}))
    assert sources(turn) == ["film.md"]


def test_by_names_no_model_is_asked(endpoint: Any, llm: OpenAI, index: Index) -> None:
    turn = Iterative(by="names", llm=llm, retrieve=BM25(index=index)).act(Turn(QUESTION))
    assert "reasoning" not in turn.notes
    assert endpoint.requests == []


def test_a_model_must_be_there_to_be_asked(index: Index) -> None:
    with pytest.raises(ValidationError, match="needs a chat model"):
        Iterative(by="llm", retrieve=BM25(index=index))
