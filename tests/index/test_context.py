"""What is put in front of a passage is encoded with it, and is never part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from pydantic import Field

from rag.errors import ModelError, UsageError
from rag.index import Index, View
from rag.index.context import headings_context


def test_title_and_headings_each_once() -> None:
    assert headings_context({"title": "Travel", "headings": ["Travel", "Abroad"]}) == "Travel > Abroad"
    assert headings_context({"title": " ", "headings": None}) == ""


def test_a_title_finds_its_passages(make: Callable[..., Index], views: Sequence[View], ask: Any) -> None:
    documents = [Document("It is red.", metadata={"source": "a", "title": "Tram"}), Document("It is blue.", id="b")]
    for mode, expected in (("headings", ["a"]), ("none", [])):
        index = make(mode, contextual=mode)
        index.add_documents(documents, views)
        found = ask(index, views[0], "tram")
        assert [passage.metadata["source"] for passage in found] == expected
        assert all(passage.page_content == "It is red." for passage in found)


class Writing(FakeListChatModel):
    """Counts what it is asked."""

    responses: list[str] = Field(default_factory=lambda: ["About  the\ncanteen."])
    asked: list[str] = Field(default_factory=list)
    broken: bool = False

    def _call(self, messages: Any, *args: Any, **options: Any) -> str:
        if self.broken:
            raise ConnectionError("no route to host")
        self.asked.append(str(messages[-1].content))
        return super()._call(messages, *args, **options)


@pytest.fixture
def soup() -> list[Document]:
    return [Document("It serves soup. It closes at two.", metadata={"source": "soup.txt", "title": "Lunch"})]


def test_a_model_writes_it_once(
    make: Callable[..., Index], views: Sequence[View], soup: list[Document], ask: Any
) -> None:
    llm = Writing()
    index = make(contextual="llm", llm=llm)
    assert index.plan([], views).encoded == 0
    index.add_documents(soup, views)
    assert len(llm.asked) == 2
    assert "<document>\nIt serves soup. It closes at two.\n</document>" in llm.asked[0]
    best = ask(index, views[0], "canteen")[0]
    assert best.page_content in ("It serves soup. ", "It closes at two.")
    with index.reading() as snapshot:
        assert snapshot.passages(snapshot.view(views[0]).search("canteen", 1).rows)[0].context == (
            "Lunch\nAbout the canteen."
        )
    index.delete(["soup.txt"], views)
    index.add_documents(soup, views)
    assert len(llm.asked) == 2


def test_a_model_that_fails_ends_the_run_and_loses_nothing(
    make: Callable[..., Index], views: Sequence[View], soup: list[Document]
) -> None:
    index = make(contextual="llm", llm=Writing(broken=True))
    with pytest.raises(ModelError, match="no route to host"):
        index.add_documents(soup, views)
    llm = Writing()
    assert make(contextual="llm", llm=llm).add_documents(soup, views).added == 1


def test_without_a_model_it_says_so(make: Callable[..., Index], views: Sequence[View], soup: list[Document]) -> None:
    with pytest.raises(UsageError, match="contextual is llm, but there is no llm"):
        make(contextual="llm").add_documents(soup, views)
