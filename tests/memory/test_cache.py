"""Answers kept and found again: by meaning, never stale, shared by threads."""

import asyncio
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag import config
from rag.memory.cache import FILE, Cache, same_things
from rag.pipeline import Pipeline
from rag.schema import Answer

TRAVEL = "Travel is approved by your manager. Travel abroad is approved by the director."
HOTELS = "A hotel night costs up to 130 euros. In London it costs up to 180 euros."
QUESTION = "Who approves travel abroad?"


def documents(**texts: str) -> list[Document]:
    return [Document(text, metadata={"source": f"{name}.md"}) for name, text in texts.items()]


def made(folder: Path, cache: Any = True, **more: Any) -> Pipeline:
    steps = [{"retrieve": {"use": "bm25", "top_k": 2}}, {"generate": "extractive"}]
    pipeline = Pipeline.from_yaml({"cache": cache, "pipeline": steps, **more}, index=folder, environment={})
    pipeline.add_documents(documents(travel=TRAVEL, hotels=HOTELS))
    return pipeline


def hit(answer: Answer) -> bool:
    (span,) = (span for span in answer.trace if span.name == "cache")
    return bool(span.detail["hit"])


def test_off_unless_it_is_switched_on(tmp_path: Path) -> None:
    for cache in (False, None):
        pipeline = made(tmp_path, cache)
        assert pipeline.cache is None
        assert [span.name for span in pipeline.invoke(QUESTION).trace] == ["retrieve:BM25", "generate:Extractive"]
    assert not (tmp_path / FILE).exists()


def test_the_same_question_costs_nothing(tmp_path: Path) -> None:
    pipeline = made(tmp_path)
    first, second = pipeline.invoke(QUESTION), pipeline.invoke(QUESTION)
    assert (hit(first), hit(second)) == (False, True)
    assert [span.name for span in second.trace] == ["cache"]
    assert (second.text, second.citations, second.passages) == (first.text, first.citations, first.passages)
    assert (second.usage.llm_calls, second.usage.context_tokens) == (0, 0)
    assert [str(message.text) for message in second.history] == [QUESTION, first.text]
    deltas = list(pipeline.stream(QUESTION))
    assert ["".join(map(str, deltas)), deltas[-1].answer and deltas[-1].answer.text] == [first.text, first.text]
    assert hit(asyncio.run(pipeline.ainvoke(QUESTION)))


def test_what_means_the_same_is_found_and_what_does_not_is_not(tmp_path: Path) -> None:
    pipeline = made(tmp_path, {"similarity": 0.9})
    pipeline.invoke("What does a hotel night in London cost?")
    assert hit(pipeline.invoke("What does a night in a hotel cost in London?"))
    assert not hit(pipeline.invoke("What does a hotel night in Rome cost?"))
    assert not hit(made(tmp_path, {"similarity": 1.0}).invoke("What does a night in a hotel cost in London?"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Who approves travel abroad?", "who approves travelling abroad", True),
        ("Is it allowed in 2023?", "Is it allowed in 2024?", False),
        ("Is it allowed?", "Is it not allowed?", False),
        ("Do I need a receipt?", "Don't I need a receipt?", False),
        ("Does Anna pay?", "Does Berta pay?", False),
        ("Does Anna pay?", "does anna pay?", True),
        ("How many were there?", "How many weren't there?", False),
        ("Did it not say that it was not paid?", "Did it say that it was not paid?", False),
        ("Was it paid by Anna to Berta?", "Was it paid by Berta to Anna?", False),
        ("Who beat Anna?", "Who was beaten by Anna?", False),
        ("In what city was it founded?", "In what state was it founded?", False),
        ("What is the minimum?", "What is the maximum?", False),
        ("When is it paid?", "Where is it paid?", False),
    ],
)
def test_numbers_names_and_negation_are_guarded(one: str, other: str, same: bool) -> None:
    assert same_things(one, other) is same
    assert same_things(other, one) is same


def test_history_and_filter_are_part_of_the_question(tmp_path: Path) -> None:
    pipeline = made(tmp_path)
    pipeline.invoke(QUESTION)
    asked = [("human", "Hello"), ("ai", "Hello.")]
    assert not hit(pipeline.invoke(QUESTION, history=asked))
    assert hit(pipeline.invoke(QUESTION, history=asked))
    assert not hit(pipeline.invoke(QUESTION, filter={"source": "travel.md"}))
    other = made(tmp_path, pipeline=[{"retrieve": "bm25"}, {"generate": {"use": "extractive", "max_sentences": 1}}])
    assert not hit(other.invoke(QUESTION))  # another pipeline


def test_a_changed_document_evicts_its_answers_and_no_others(tmp_path: Path) -> None:
    pipeline = made(tmp_path)
    travel, hotel = QUESTION, "What does a hotel night cost in London?"
    assert pipeline.invoke(travel).passages[0].metadata["source"] == "travel.md"
    assert {passage.metadata["source"] for passage in pipeline.invoke(hotel).passages} == {"hotels.md"}
    pipeline.add_documents(documents(travel=TRAVEL.replace("director", "board")))
    answer = pipeline.invoke(travel)
    assert not hit(answer)
    assert "board" in answer.text
    assert hit(pipeline.invoke(hotel))
    assert hit(pipeline.invoke(travel))
    assert pipeline.store is not None
    pipeline.store.delete(["hotels.md"], pipeline.views())
    assert not hit(pipeline.invoke(hotel))
    pipeline.add_documents(documents(travel=TRAVEL, hotels=HOTELS))
    assert not hit(pipeline.invoke(hotel))  # forgotten, not hidden


def test_a_reader_of_the_old_state_keeps_its_answer(tmp_path: Path) -> None:
    pipeline = made(tmp_path)
    first = pipeline.invoke(QUESTION)
    assert pipeline.store is not None
    with pipeline.store.reading():
        pipeline.add_documents(documents(travel=TRAVEL.replace("director", "board")))
        assert pipeline.invoke(QUESTION).text == first.text
    assert "board" in pipeline.invoke(QUESTION).text


def test_abstentions_and_answers_cut_short_are_not_kept(tmp_path: Path) -> None:
    pipeline = made(tmp_path)
    assert pipeline.invoke("How tall is the moon?").abstained
    assert not hit(pipeline.invoke("How tall is the moon?"))
    short = made(tmp_path, limits={"context_tokens": 5})
    short.invoke(QUESTION)
    assert not hit(short.invoke(QUESTION))


def test_many_at_once(tmp_path: Path) -> None:
    pipeline = made(tmp_path / "index")
    questions = [f"{QUESTION} {number}" for number in range(8)] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(pipeline.invoke, questions))
        pipeline.add_documents(documents(leave="Everybody has thirty days of leave."))  # changes none of them
        again = list(pool.map(pipeline.invoke, questions))
    assert {answer.text for answer in (*answers, *again)} == {answers[0].text}
    assert all(map(hit, again))


def test_a_damaged_file_is_an_empty_one_and_old_answers_go(tmp_path: Path) -> None:
    pipeline = made(tmp_path, {"max_answers": 2, "path": str(tmp_path / "kept.db")})
    for number in range(4):
        pipeline.invoke(f"{QUESTION} {number}")
    assert [hit(pipeline.invoke(f"{QUESTION} {number}")) for number in (3, 2, 0)] == [True, True, False]
    with sqlite3.connect(tmp_path / "kept.db") as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (2,)
    (tmp_path / "kept.db").write_bytes(b"no database at all" * 100)
    assert pipeline.invoke(QUESTION).citations


@pytest.mark.parametrize("wrong", [{"similarity": 2}, {"paths": "x"}, "yes", 3])
def test_wrong_caches_are_found_before_anything_runs(wrong: Any) -> None:
    data: Mapping[str, Any] = {"cache": wrong, "pipeline": [{"retrieve": "bm25"}]}
    assert [problem.path.split(".")[0] for problem in config.check(data, environment={})] == ["cache"]
    right = {"cache": {"similarity": 0.9}, "pipeline": [{"retrieve": "bm25"}]}
    assert config.load(right, environment={}).cache == Cache(similarity=0.9)
    assert config.load({**right, "cache": True}, environment={}).cache == Cache()
