import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from pydantic import ValidationError

from rag.kinds import Retriever
from rag.retrievers.fusion import Fusion


class Listed(Retriever):
    """Finds what it was given, in that order."""

    found: tuple[str, ...]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Any = None
    ) -> list[Document]:
        return [
            Document(name, id=name, metadata={"score": 1.0 - place / 10, "filter": filter})
            for place, name in enumerate(self.found)
        ]


def ids(documents: list[Document]) -> list[str | None]:
    return [document.id for document in documents]


def test_scores_are_the_sums_of_reciprocal_ranks() -> None:
    fused = Fusion(of=(Listed(found=("a", "b")), Listed(found=("b", "c"))), k=60).invoke("q")
    scores = {document.id: document.metadata["score"] for document in fused}
    assert scores == pytest.approx({"b": 1 / 62 + 1 / 61, "a": 1 / 61, "c": 1 / 62})
    assert ids(fused) == ["b", "a", "c"]


def test_each_passage_keeps_its_rank_in_every_retriever() -> None:
    best = Fusion(of=(Listed(found=("a", "b")), Listed(found=("b", "c")))).invoke("q")[0]
    assert best.metadata["ranks"] == dict(zip(best.metadata["scores"], (2, 1), strict=True))
    assert len(best.metadata["ranks"]) == 2


def test_weights_shift_the_balance() -> None:
    of = (Listed(found=("a", "b")), Listed(found=("b", "a")))
    assert ids(Fusion(of=of, weights=(2.0, 1.0)).invoke("q"))[0] == "a"
    assert ids(Fusion(of=of, weights=(1.0, 2.0)).invoke("q"))[0] == "b"


def test_weighted_fusion_stretches_scores_to_one_scale() -> None:
    fused = Fusion(of=(Listed(found=("a", "b", "c")), Listed(found=("c",))), method="weighted").invoke("q")
    scores = {document.id: document.metadata["score"] for document in fused}
    assert scores == pytest.approx({"a": 1.0, "b": 0.5, "c": 1.0})


def test_a_weight_for_each_retriever_or_none() -> None:
    with pytest.raises(ValidationError, match="2 weights for 1 retrievers"):
        Fusion(of=(Listed(found=("a",)),), weights=(1.0, 2.0))


def test_filters_reach_every_retriever() -> None:
    fused = Fusion(of=(Listed(found=("a",)), Listed(found=("b",)))).invoke("q", filter={"year": 2024})
    assert [document.metadata["filter"] for document in fused] == [{"year": 2024}] * 2


def test_async_equals_sync() -> None:
    fusion = Fusion(of=(Listed(found=("a", "b")), Listed(found=("b", "c"))))
    assert asyncio.run(fusion.ainvoke("q")) == fusion.invoke("q")


def test_fusions_inside_fusions_under_load_do_not_wait_for_each_other() -> None:
    inner = Fusion(of=(Listed(found=("a",)), Listed(found=("b",)), Listed(found=("c",))))
    outer = Fusion(of=(inner, inner, inner))
    threads = [threading.Thread(target=outer.invoke, args=("q",), daemon=True) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)


names = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8).map(tuple)


@given(st.lists(names, min_size=1, max_size=4), st.integers(1, 10))
def test_fusion_loses_nothing_and_invents_nothing(rankings: list[tuple[str, ...]], top_k: int) -> None:
    fused = Fusion(of=tuple(Listed(found=found) for found in rankings), top_k=top_k).invoke("q")
    everything = set().union(*rankings)
    assert len(fused) == min(top_k, len(everything))
    assert set(ids(fused)) <= everything
    scores = [document.metadata["score"] for document in fused]
    assert scores == sorted(scores, reverse=True)


@given(names)
def test_one_retriever_alone_keeps_its_order(found: tuple[str, ...]) -> None:
    assert ids(Fusion(of=(Listed(found=found),)).invoke("q")) == list(found)


@given(st.lists(names, min_size=2, max_size=4))
def test_the_order_of_retrievers_does_not_matter(rankings: list[tuple[str, ...]]) -> None:
    forward = Fusion(of=tuple(Listed(found=found) for found in rankings)).invoke("q")
    backward = Fusion(of=tuple(Listed(found=found) for found in reversed(rankings))).invoke("q")
    first, second = ({d.id: pytest.approx(d.metadata["score"]) for d in fused} for fused in (forward, backward))
    assert first == second
