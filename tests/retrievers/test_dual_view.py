"""Two views in one score, over a real index with the embedded encoders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document
from pydantic import ValidationError

from rag import config
from rag.encoders.static import Static
from rag.index import Index
from rag.kinds import Retriever
from rag.retrievers.dual_view import DualView
from rag.sparse.pieces import Pieces

TEXTS = [
    "Travel abroad is approved by the director.",
    "Travel is approved by your manager.",
    "A hotel night costs up to 130 euros.",
    "Everybody has thirty days of leave.",
    "A week on call is paid with 250 euros.",
    "Journeys to other countries need two weeks' notice.",
]
QUESTION = "Who approves travel abroad?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    found: Index = config.component(
        {"path": str(tmp_path_factory.mktemp("index"))}, Index, shared={"encoder": Static()}
    )
    both = DualView(index=found, encoder=Static())
    for text in TEXTS:  # a segment each
        found.add_documents([Document(text, metadata={"source": text[:9], "n": TEXTS.index(text)})], both.views())
    return found


def found(index: Index, **settings: object) -> list[Document]:
    retriever: Retriever = DualView.model_validate({"index": index, "encoder": Static(), **settings})
    return retriever.invoke(QUESTION)


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_the_score_is_the_weighted_sum_of_both_parts(index: Index, similarity: str) -> None:
    dense = Static().encode(TEXTS) @ Static().encode([QUESTION])[0]
    weights, asked = Pieces().encode(TEXTS).todense(), Pieces().encode([QUESTION]).todense()[0]
    sparse = weights @ asked
    if similarity == "cosine":
        sparse = sparse / (np.linalg.norm(weights, axis=1) * np.linalg.norm(asked))
    passages = found(index, similarity=similarity, dense_weight=0.7, sparse_weight=0.4)
    assert len(passages) == len(TEXTS)
    for passage in passages:
        place = TEXTS.index(passage.page_content)
        assert passage.metadata["dense_score"] == pytest.approx(dense[place], abs=2e-3)
        assert passage.metadata["sparse_score"] == pytest.approx(sparse[place], rel=5e-3, abs=1e-5)
        told = 0.7 * passage.metadata["dense_score"] + 0.4 * passage.metadata["sparse_score"]
        assert passage.metadata["score"] == pytest.approx(told, abs=1e-4)
    scores = [passage.metadata["score"] for passage in passages]
    assert scores == sorted(scores, reverse=True)


def test_a_part_alone(index: Index) -> None:
    sparse = DualView(index=index, encoder=Static(), dense_weight=0)
    assert [view.name.partition("-")[0] for view in sparse.views()] == ["sparse"]
    only = sparse.invoke(QUESTION)
    assert only[0].page_content == TEXTS[0]
    assert TEXTS[3] not in [passage.page_content for passage in only]  # shares no piece with the question
    assert {passage.metadata["dense_score"] for passage in only} == {0.0}
    assert len(found(index, sparse_weight=0)) == len(TEXTS)


def test_what_one_part_misses_the_other_brings(index: Index) -> None:
    assert len(found(index, candidates=1, top_k=1)) == 1
    one = found(index, top_k=1)[0]
    assert one.page_content == TEXTS[0]


def test_a_filter_holds_for_both_parts(index: Index) -> None:
    retriever = DualView(index=index, encoder=Static())
    passages = retriever.invoke(QUESTION, filter={"n": {"in": [2, 5]}})
    assert {passage.metadata["n"] for passage in passages} == {2, 5}


def test_a_deleted_passage_is_not_found(tmp_path: Path) -> None:
    index: Index = config.component({"path": str(tmp_path)}, Index, shared={"encoder": Static()})
    retriever = DualView(index=index, encoder=Static())
    index.add_documents([Document(text, metadata={"source": text[:9]}) for text in TEXTS], retriever.views())
    index.delete([TEXTS[0][:9]])
    assert TEXTS[0] not in [passage.page_content for passage in retriever.invoke(QUESTION)]


def test_no_weight_at_all_is_refused(index: Index) -> None:
    with pytest.raises(ValidationError, match="nothing would be ranked"):
        found(index, dense_weight=0, sparse_weight=0)
