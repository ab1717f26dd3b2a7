"""Passages summed up, by their own sentences and by a chat model behind a real socket."""

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.documents import Document
from pydantic import ValidationError

from rag.compressors.summary import Summary
from rag.encoders.tokenizer import default_tokenizer
from rag.llms.openai import OpenAI
from rag.passages.parts import cite
from rag.segmenters.sentences import sentences

Cut = Callable[..., Document]
QUESTION = "What may a hotel in London cost?"
SHORT = {"shorter_than": 5}


def tokens(text: str) -> int:
    return default_tokenizer().count([text])[0]


def model(endpoint: Any) -> OpenAI:
    return OpenAI(model="tiny", base_url=endpoint.url, retries=0, timeout_s=5.0)


@pytest.mark.parametrize("how", ["needed", "nearest"])
def test_the_sentences_that_the_question_wants_stay(cut: Cut, handbook: str, how: Any) -> None:
    passage = cut("Hotels ... both.")
    (short,) = Summary(by=how, keep=0.5, **SHORT).compress_documents([passage], "What is the limit in London?")
    assert short.page_content == "In London the limit is 180 euros."
    assert short.metadata["summary"] == how
    found = cite([short], 1, 0, len(short.page_content))
    assert handbook[found.start : found.end] == found.quote == short.page_content


@pytest.mark.parametrize("how", ["needed", "nearest"])
def test_sentences_keep_their_order_and_their_share(cut: Cut, how: Any) -> None:
    passage = cut("Travel is ... allowed.")
    whole = [passage.page_content[start:end] for start, end in sentences(passage.page_content)]
    for keep in (0.2, 0.5, 0.8, 1.0):
        (short,) = Summary(by=how, keep=keep, **SHORT).compress_documents([passage], QUESTION)
        said = [short.page_content[start:end] for start, end in sentences(short.page_content)]
        assert said == [sentence for sentence in whole if sentence in said]
        assert tokens(short.page_content) <= max(keep * tokens(passage.page_content), *map(tokens, whole))


def test_a_short_passage_stays_as_it_is_where_each_has_its_share(cut: Cut) -> None:
    passages = [cut("Hotels ... both."), Document("")]
    assert Summary(keep=0.1, rooms="even").compress_documents(passages, QUESTION) == passages
    assert Summary(keep=1.0).compress_documents(passages, QUESTION) == passages
    assert Summary().compress_documents([], QUESTION) == []


@pytest.mark.parametrize("how", ["needed", "nearest"])
def test_a_passage_of_which_nothing_is_needed_leaves_its_room_to_others(cut: Cut, how: Any) -> None:
    aside = "The canteen is open from eight to four. Its walls were painted green in the spring of last year."
    passages = [Document(aside), cut("Hotels ... both.")]
    question = "What is the limit in London?"
    (shared,) = Summary(by=how, keep=0.25).compress_documents(passages, question)
    assert "In London the limit is 180 euros." in shared.page_content
    even = Summary(by=how, keep=0.25, rooms="even", **SHORT).compress_documents(passages, question)
    assert [len(sentences(passage.page_content)) for passage in even] == [1, 1]


def test_all_together_keep_their_share(cut: Cut) -> None:
    passages = [cut("Travel is approved ... director."), cut("Hotels ... both.")]
    whole = sum(tokens(passage.page_content) for passage in passages)
    for keep in (0.3, 0.6, 0.9):
        made = Summary(keep=keep).compress_documents(passages, QUESTION)
        assert 0 < sum(tokens(passage.page_content) for passage in made) <= keep * whole


def test_a_chat_model_is_asked_until_it_is_short_enough(endpoint: Any, cut: Cut, handbook: str) -> None:
    passage = cut("Travel is ... allowed.")
    endpoint.will(endpoint.completion(passage.page_content), endpoint.completion("London: 180 euros a night."))
    summary = Summary(by="llm", keep=0.3, llm=model(endpoint), **SHORT)
    (short,) = summary.compress_documents([passage], QUESTION)
    assert short.page_content == "London: 180 euros a night."
    assert short.metadata["summary"] == "llm"
    first, second = endpoint.requests
    assert passage.page_content in first["messages"][0]["content"] and QUESTION in first["messages"][0]["content"]
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "user"]
    assert "further" in second["messages"][2]["content"]
    found = cite([short], 1, 0, len(short.page_content))
    assert handbook[found.start : found.end] == found.quote == "In London the limit is 180 euros."


@pytest.mark.parametrize("failing", [True, False])
def test_sentences_stand_in_for_a_model_that_fails_or_rambles(endpoint: Any, cut: Cut, *, failing: bool) -> None:
    passage = cut("Travel is ... allowed.")
    said = endpoint.send(500, {"error": {"message": "out of memory"}}) if failing else endpoint.completion("word " * 90)
    endpoint.will(said)
    summary = Summary(by="llm", keep=0.3, rounds=1, llm=model(endpoint), **SHORT)
    assert summary.compress_documents([passage], QUESTION) == Summary(keep=0.3, **SHORT).compress_documents(
        [passage], QUESTION
    )
    assert len(endpoint.requests) == (1 if failing else 2)


def test_a_model_must_be_there_to_be_asked() -> None:
    with pytest.raises(ValidationError, match="needs a chat model"):
        Summary(by="llm")
