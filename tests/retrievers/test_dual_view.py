"""Two views in one score: exact over what either finds, and each alone with the other's weight at zero."""

from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document

from rag.encoders.minilm import MiniLM
from rag.errors import ConfigError
from rag.index import Index
from rag.retrievers.dense import Dense
from rag.retrievers.dual_view import DualView
from rag.sparse.lexical import LexicalWeights

TEXTS = {
    "bridge": "The old bridge of Kreuzau was built of red sandstone in 1734.",
    "mill": "The paper mill of Lendersdorf burned down in 1802.",
    "church": "Saint Heribert was consecrated in 1878; its organ has forty stops.",
    "ferry": "Before there was a bridge, people crossed the river by ferry.",
    "bread": "Knead the dough for ten minutes and let it rise overnight.",
}
QUESTION = "When was the bridge built?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(path=str(tmp_path_factory.mktemp("index")), encoder=MiniLM(), contextual="none")
    views = DualView(index=made, encoder=MiniLM()).views()
    made.add_documents((Document(text, metadata={"source": name}) for name, text in TEXTS.items()), views)
    return made


def names(found: list[Document]) -> list[str]:
    return [passage.metadata["source"] for passage in found]


def test_a_score_is_the_weighted_sum_of_both_views(index: Index) -> None:
    found = DualView(index=index, encoder=MiniLM(), dense=3, sparse=2).invoke(QUESTION)
    assert names(found)[0] == "bridge"
    assert set(names(found)) == set(TEXTS)
    words, encoder = LexicalWeights(), MiniLM()
    asked, vector = words.encode([QUESTION], query=True), encoder.encode([QUESTION])[0]
    for passage in found:
        inner = float((words.encode([passage.page_content]) @ asked.T).toarray()[0, 0])
        cosine = float(encoder.encode([passage.page_content])[0] @ vector)
        assert passage.metadata["scores"]["sparse"] == pytest.approx(inner, abs=0.02)
        assert passage.metadata["scores"]["dense"] == pytest.approx(cosine, abs=2e-3)
        assert passage.metadata["score"] == pytest.approx(3 * cosine + 2 * inner, abs=0.05)


def test_with_one_weight_zero_the_other_view_decides(index: Index) -> None:
    dense = names(DualView(index=index, encoder=MiniLM(), sparse=0).invoke(QUESTION))
    assert dense == names(Dense(index=index, encoder=MiniLM()).invoke(QUESTION))
    sparse = DualView(index=index, encoder=MiniLM(), dense=0).invoke(QUESTION)
    inner = [passage.metadata["scores"]["sparse"] for passage in sparse]
    assert inner == sorted(inner, reverse=True)
    assert all(np.array(inner) > 0)
    with pytest.raises(ValueError, match="nothing would be compared"):
        DualView(index=index, encoder=MiniLM(), dense=0, sparse=0)


def test_a_filter_holds_and_candidates_are_enough(index: Index) -> None:
    retriever = DualView(index=index, encoder=MiniLM(), candidates=1, top_k=2)
    assert names(retriever.invoke(QUESTION, filter={"source": "mill"})) == ["mill"]
    assert len(retriever.invoke(QUESTION)) == 2


def test_nothing_is_found_in_an_empty_question(index: Index) -> None:
    assert len(DualView(index=index, encoder=MiniLM()).invoke("")) <= len(TEXTS)


def test_a_configuration_names_both(tmp_path: Path) -> None:
    from rag.config import load

    spec = {"use": "dual_view", "words": {"use": "lexical", "expansion": 8}, "dense": 5}
    loaded = load({"version": 1, "index": {"path": str(tmp_path)}, "pipeline": [{"retrieve": spec}]})
    assert "expansion=8" in repr(loaded.pipeline)
    with pytest.raises(ConfigError, match="lexical"):
        load({"version": 1, "pipeline": [{"retrieve": {**spec, "words": "lexica"}}]})
