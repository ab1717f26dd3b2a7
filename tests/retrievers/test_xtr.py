"""XTR: the reference against the paper's own aggregation, the fast way against the reference, and the component."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.index import Index
from rag.index.cells import Cells
from rag.index.codec import Codec
from rag.index.late import Constant, Late, Retrieval
from rag.index.ragged import Ragged
from rag.index.view import Rows
from rag.kinds import TokenEncoder
from rag.retrievers.xtr import XTR, score_passages
from rag.tokens.minilm import MiniLMTokens

QUESTION = np.array([[1.0, 0, 0], [0, 1, 0]])
TOKENS = np.array(
    [[0.9, 0.1, 0], [0.2, 0.3, 0], [0.5, 0.8, 0], [0.1, 0.7, 0], [0.6, 0.6, 0], [0, 0, 1], [0.05, 0.02, 0]]
)
PASSAGES = [0, 0, 1, 2, 2, 2, 3]
# What the published aggregation gives for these: google-deepmind/xtr, commit 52d5b5ec.
ORACLE = {
    1: {0: 0.85, 1: 0.85},
    2: {0: 0.8, 1: 0.7, 2: 0.65},
    7: {0: 0.6, 1: 0.65, 2: 0.65, 3: 0.035},
}


@pytest.mark.parametrize("k", ORACLE)
def test_scores_are_the_published_ones(k: int) -> None:
    found = score_passages(QUESTION, TOKENS, PASSAGES, k)
    assert found == pytest.approx(ORACLE[k], abs=1e-6)


def test_other_imputations() -> None:
    assert score_passages(QUESTION, TOKENS, PASSAGES, 1, "zero") == pytest.approx({0: 0.45, 1: 0.4})
    mean = score_passages(QUESTION, TOKENS, PASSAGES, 2, "mean")
    assert mean == pytest.approx({0: (0.9 + 0.75) / 2, 1: (0.75 + 0.8) / 2, 2: (0.6 + 0.7) / 2})


def test_nothing_is_retrieved_from_nothing() -> None:
    assert score_passages(QUESTION, np.empty((0, 3)), [], 5) == {}


def units(chance: np.random.Generator, count: int, dimensions: int = 8) -> NDArray[np.float32]:
    found = chance.standard_normal((count, dimensions)).astype(np.float32)
    unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


@st.composite
def collections(draw: st.DrawFn) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """A question's tokens, the passages' tokens, and the passage of each."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=8))
    asked = draw(st.integers(1, 5))
    return units(chance, asked), units(chance, sum(lengths)), np.repeat(np.arange(len(lengths)), lengths)


def maxsim(question: NDArray[np.float32], tokens: NDArray[np.float32], passages: NDArray[np.int64]) -> dict[int, float]:
    return {
        int(passage): float((question @ tokens[passages == passage].T).max(axis=1).mean())
        for passage in np.unique(passages)
    }


@given(collections())
def test_with_every_token_retrieved_it_is_maxsim(
    made: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]],
) -> None:
    question, tokens, passages = made
    assert score_passages(question, tokens, passages, len(tokens)) == pytest.approx(maxsim(*made), abs=1e-6)


@given(collections(), st.integers(1, 20))
def test_it_bounds_maxsim_from_above_and_falls_as_more_is_retrieved(
    made: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]], k: int
) -> None:
    fewer, more, truth = score_passages(*made, k), score_passages(*made, k + 1), maxsim(*made)
    assert fewer.keys() <= more.keys()
    for passage, score in fewer.items():
        assert more[passage] - 1e-6 <= score
        assert truth[passage] - 1e-6 <= score


@given(collections(), st.integers(1, 20))
def test_order_changes_nothing(
    made: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]], k: int
) -> None:
    question, tokens, passages = made
    order = np.random.default_rng(k).permutation(len(tokens))
    shuffled = score_passages(question, tokens[order], passages[order], k)
    assert shuffled == pytest.approx(score_passages(question, tokens, passages, k), abs=1e-6)


class Given(TokenEncoder):
    """Stands where an encoder is asked for and none is needed."""

    @property
    def dimensions(self) -> int:
        return 8

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        raise AssertionError("tests hand vectors in")

    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        raise AssertionError("tests hand vectors in")


@given(collections(), st.integers(1, 20), st.sampled_from(["min", "zero", "mean"]))
def test_the_fast_way_is_the_reference(
    made: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]], k: int, impute: Constant
) -> None:
    question, tokens, passages = made
    halves = tokens.astype(np.float16)
    count = int(passages[-1]) + 1
    offsets = np.concatenate([[0], np.cumsum(np.bincount(passages))]).astype(np.uint32)
    rows = Rows(np.arange(count), np.arange(count, dtype=np.uint64), np.ones(count, np.bool_))
    late = Late(Given(), Codec(8, 16), Ragged([offsets], [halves]), rows, None)
    hits = late.xtr(question, count, retrieval=Retrieval(token_k=k, impute=impute))
    expected = score_passages(question, halves.astype(np.float32), passages, k, impute)
    assert dict(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True)) == pytest.approx(expected, abs=2e-6)
    exact = late.exact(question, count)
    assert dict(zip(exact.rows.tolist(), exact.scores.tolist(), strict=True)) == pytest.approx(
        maxsim(question, halves.astype(np.float32), passages), abs=2e-6
    )


@pytest.mark.parametrize("k", [1, 7, 40])
@pytest.mark.parametrize("impute", ["min", "zero", "mean"])
def test_the_fast_way_through_cells_is_the_reference(k: int, impute: Constant) -> None:
    chance = np.random.default_rng(5)
    codec, halves = Codec(8, 16), units(chance, 600).astype(np.float16)
    offsets = np.arange(0, 601, 6).astype(np.uint32)
    rows = Rows(np.arange(100), np.arange(100, dtype=np.uint64), np.ones(100, np.bool_))
    ragged = Ragged([offsets], [halves])
    late = Late(Given(), codec, ragged, rows, Cells.make(codec, ragged, rows.ids, None))
    question = units(chance, 40)  # more than look at each other's cells
    hits = late.xtr(question, 100, retrieval=Retrieval(token_k=k, probe=10**9, impute=impute))
    expected = score_passages(question, halves.astype(np.float32), np.repeat(np.arange(100), 6), k, impute)
    assert dict(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True)) == pytest.approx(expected, abs=2e-6)


TEXTS = {
    "travel.md": "Travel is approved by your manager. Travel abroad is approved by the director.",
    "hotels.md": "A hotel night in Paris may cost 180 euros, elsewhere it may cost 120.",
    "office.md": "The office opens at eight. Dogs are welcome, cats are not.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(path=str(tmp_path_factory.mktemp("index")))
    documents = [Document(text, metadata={"source": source, "team": source[0]}) for source, text in TEXTS.items()]
    made.add_documents(documents, [view for bits in (2, 4, 16) for view in XTR(index=made, bits=bits).views()])
    return made


@pytest.mark.parametrize("bits", [2, 4, 16])
@pytest.mark.parametrize("mode", ["exact", "xtr"])
def test_it_finds_the_passage_that_answers(index: Index, bits: int, mode: str) -> None:
    retriever = XTR(index=index, bits=bits, mode=mode, top_k=2)
    for question, source in (
        ("Who must agree when I go to another country?", "travel.md"),
        ("How much may I spend on accommodation in France?", "hotels.md"),
        ("May I bring my pet to work?", "office.md"),
    ):
        found = retriever.invoke(question)
        assert found[0].metadata["source"] == source
        assert -1 <= found[1].metadata["score"] <= found[0].metadata["score"] <= 1


def test_a_filter_narrows(index: Index) -> None:
    found = XTR(index=index, bits=4).invoke("Who approves travel?", filter={"team": "h"})
    assert [passage.metadata["source"] for passage in found] == ["hotels.md"]
    assert XTR(index=index, bits=4, mode="xtr").invoke("Who approves travel?", filter={"team": "none"}) == []


def test_matches_point_into_the_source(index: Index) -> None:
    passage = XTR(index=index, bits=4, matches=True, top_k=1).invoke("Who approves travel abroad?")[0]
    matches = {match["question"]: match for match in passage.metadata["matches"]}
    assert matches["abroad"]["passage"] == "abroad"
    start, end = matches["abroad"]["start"], matches["abroad"]["end"]
    assert TEXTS["travel.md"][start:end] == "abroad"
    assert matches["abroad"]["score"] > matches["Who"]["score"]
    mean = np.mean([match["score"] for match in passage.metadata["matches"]])
    assert mean == pytest.approx(passage.metadata["score"], abs=1e-3)


def test_another_size_is_another_view(index: Index) -> None:
    small = XTR(index=index, tokens=MiniLMTokens(size=128))
    assert small.views()[0].name != XTR(index=index).views()[0].name
