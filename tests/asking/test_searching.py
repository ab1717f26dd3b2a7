"""Several rankings made one."""

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.asking.searching import filtering, fused
from rag.errors import UsageError


def ranking(*ids: str) -> list[Document]:
    return [Document(name, id=name, metadata={"score": 5.0}) for name in ids]


def test_what_several_rankings_name_comes_first() -> None:
    found = fused([ranking("a", "b", "c"), ranking("c", "d"), ranking("c", "b")])
    assert [passage.id for passage in found] == ["c", "b", "a", "d"]
    assert found[0].metadata["score"] == pytest.approx(1 / 63 + 2 / 61)
    assert fused([ranking("a", "b"), ranking("b")], 1)[0].id == "b"


def test_a_passage_counts_once_in_a_ranking() -> None:
    assert [passage.id for passage in fused([ranking("a", "b", "b", "b"), ranking("a")])] == ["a", "b"]


def test_a_single_ranking_stays_as_it_is() -> None:
    assert fused([ranking("a", "b")]) == ranking("a", "b")
    assert fused([[], []]) == []


def test_a_filter_is_never_ignored() -> None:
    class Foreign(BaseRetriever):
        def _get_relevant_documents(self, query: str, **_: object) -> list[Document]:
            return []

    assert filtering(Foreign(), None) == {}
    with pytest.raises(UsageError, match="would ignore"):
        filtering(Foreign(), {"year": 2024})
