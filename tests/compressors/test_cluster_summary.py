"""Summaries of clusters: short, quoted, kept, and silent about nobody."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel, SimpleChatModel
from langchain_core.messages import BaseMessage
from numpy.typing import NDArray

from rag.compressors.cluster_summary import ClusterSummary
from rag.encoders.static import Static
from rag.errors import ModelError, UsageError
from rag.generators.chat import Chat
from rag.index import Index
from rag.index.kept import FILE
from rag.passages.parts import cite, context_tokens
from rag.schema import Turn
from rag.steps.compress import Compress

ENCODER = Static()
TEXTS = [
    "The kettle boils fast. I like the blue colour.",
    "It boils water in two minutes. My sister has one.",
    "Boiling is quick. Delivery took three days.",
    "The plug was burnt and smelled of smoke.",
]


def passages(texts: list[str] = TEXTS, clusters: tuple[int, ...] = (0, 0, 0, 1)) -> list[Document]:
    return [
        Document(
            text,
            id=f"p{number}",
            metadata={"source": f"{number}.md", "start": 7, "end": 7 + len(text), "score": 0.5, "cluster": cluster},
        )
        for number, (text, cluster) in enumerate(zip(texts, clusters, strict=True))
    ]


def summary(**fields: Any) -> ClusterSummary:
    return ClusterSummary(encoder=ENCODER, **fields)


def test_quotes_keep_their_places_and_say_for_whom_they_speak() -> None:
    told = summary(max_tokens=12).compress_documents(passages(), "Is it fast?")
    for quote in told:
        text, start = TEXTS[int(quote.metadata["source"][0])], quote.metadata["start"] - 7
        assert text[start : start + len(quote.page_content)] == quote.page_content
    assert [p.metadata["cluster"] for p in told] == [0] * (len(told) - 1) + [1]
    assert told[0].metadata["cluster_sources"] == ["0.md", "1.md", "2.md"]
    assert (told[0].metadata["cluster_size"], told[-1].metadata["cluster_size"]) == (3, 1)
    assert "burnt" in told[-1].page_content


def test_with_room_for_everything_everything_is_there() -> None:
    told = summary(max_tokens=10_000, share=1.0).compress_documents(passages(), "")
    assert sorted(p.page_content for p in told) == sorted(TEXTS)


@given(st.integers(1, 60), st.integers(1, 8), st.integers(5, 40))
def test_it_does_not_grow_with_the_passages(count: int, clusters: int, limit: int) -> None:
    texts = [f"Word {number} is good. Word {number * 7} is bad and late." for number in range(count)]
    told = summary(max_tokens=limit).compress_documents(
        passages(texts, tuple(number % clusters for number in range(count))), ""
    )
    longest = 12  # tokens of the shortest sentence of any of these texts, at most
    assert context_tokens(told) <= min(clusters, count) * max(limit, longest)
    assert {p.metadata["cluster"] for p in told} == set(range(min(clusters, count)))


def test_subclusters_are_heard_evenly() -> None:
    loud = [f"It boils fast, says person {n}." for n in range(30)]
    members = passages([*loud, "The plug was burnt."], (0,) * 31)
    for member in members:
        member.metadata["subcluster"] = int("plug" in member.page_content)
    flat = [Document(p.page_content, metadata={**p.metadata, "subcluster": 0}) for p in members]
    tight = {"max_tokens": 30, "diversity": 0.0}
    assert not any("plug" in p.page_content for p in summary(**tight).compress_documents(flat, ""))
    heard = summary(**{**tight, "max_tokens": 60}).compress_documents(members, "")
    assert any("plug" in p.page_content for p in heard)


class Counting(Static):
    """Says how many texts it was given."""

    seen: list[int] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        self.seen.append(len(texts))
        return super().encode(texts, query=query)


def test_a_summary_is_made_once(tmp_path: Path) -> None:
    encoder = Counting()
    seen = encoder.seen
    part = ClusterSummary(encoder=encoder, index=Index(path=str(tmp_path), encoder=ENCODER))
    first = part.compress_documents(passages(), "Is it fast?")
    assert seen == [6, 1]
    again = part.compress_documents(list(reversed(passages())), "Does it smell?")
    assert [(p.id, p.page_content) for p in again] == [(p.id, p.page_content) for p in first]
    assert seen == [6, 1]
    part.compress_documents(passages([*TEXTS[:3], "The plug was fine."]), "")
    assert seen == [6, 1, 1]


def test_a_damaged_cache_is_no_cache(tmp_path: Path) -> None:
    part = summary(index=Index(path=str(tmp_path), encoder=ENCODER))
    (tmp_path / FILE).write_bytes(os.urandom(4096))
    assert part.compress_documents(passages(), "") == summary().compress_documents(passages(), "")


def test_the_trace_tells_what_was_prepared_from_what_the_question_cost(tmp_path: Path) -> None:
    step = Compress(compressor=summary(index=Index(path=str(tmp_path), encoder=ENCODER), max_tokens=12))
    whole = context_tokens(passages())
    for _ in range(2):
        span = step.invoke(Turn("Is it fast?", passages=tuple(passages()))).trace[-1]
        assert span.detail["prepared_tokens"] == whole
        assert [place["source"] for place in span.detail["left_out"]] == ["0.md", "1.md", "2.md"]
        assert span.context_tokens_in == whole
        assert 0 < (span.context_tokens_out or 0) < whole


class Tells(SimpleChatModel):
    """Summarises by what it was shown, whichever request comes first."""

    @property
    def _llm_type(self) -> str:
        return "tells"

    def _call(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> str:
        return "A plug was burnt." if "burnt" in messages[0].text else "Water boils quickly. One mentions a sister."


def test_a_written_summary_is_cited_by_the_member_that_bears_it(tmp_path: Path) -> None:
    part = summary(by="llm", llm=Tells(), index=Index(path=str(tmp_path), encoder=ENCODER))
    large, small = part.compress_documents(passages(), "Is it fast?")
    assert (large.metadata["cluster_size"], small.metadata["cluster_size"]) == (3, 1)
    said = large.page_content
    cited = cite([large], 1, said.index("One mentions"), len(said))
    assert (cited.source, cited.quote, cited.start, cited.end) == ("1.md", TEXTS[1], 7, 7 + len(TEXTS[1]))
    cited = cite([large, small], 2, 0, 5)
    assert (cited.source, cited.passage_id, cited.number) == ("3.md", "p3", 2)
    again = summary(by="llm", llm=FakeListChatModel(responses=["Other."]), index=part.index)
    assert [p.page_content for p in again.compress_documents(passages(), "")] == ["Other.", "Other."]
    assert [p.page_content for p in part.compress_documents(passages(), "")] == [said, small.page_content]


def test_a_model_is_told_how_many_a_summary_stands_for() -> None:
    told = summary().compress_documents(passages(), "")
    chat = Chat(llm=FakeListChatModel(responses=["Yes [1]."]), encoder=ENCODER)
    asked = chat._messages(Turn("Is it fast?"), told)[-1].text
    assert 'stands_for="3 of 3"' in asked
    assert 'stands_for="1 of 1"' in asked


def test_what_cannot_be_written_says_so() -> None:
    with pytest.raises(UsageError, match="there is no llm"):
        summary(by="llm").compress_documents(passages(), "")
    with pytest.raises(ModelError, match="empty one"):
        summary(by="llm", llm=FakeListChatModel(responses=[" "])).compress_documents(passages(), "")
