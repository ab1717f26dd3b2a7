"""Feedback from the first passages, without a model."""

from collections import Counter

import numpy as np
import pytest

from rag.agents.feedback import Feedback
from rag.errors import UsageError
from rag.index import Index, Lexical, Vectors
from rag.retrievers.bm25 import BM25
from rag.retrievers.dense import Dense
from rag.retrievers.fusion import Fusion
from rag.schema import Turn
from rag.words.analysis import Analyzer
from tests.agents.conftest import QUESTION


def sources(turn: Turn) -> list[str]:
    return [passage.metadata["source"] for passage in turn.passages]


def test_words_of_the_first_passages_find_more(index: Index) -> None:
    first = BM25(index=index).invoke("hotel")
    turn = Feedback(retrieve=BM25(index=index), passages=1).act(Turn("hotel"))
    assert [passage.metadata["source"] for passage in first] == ["hotels.md"]
    assert sources(turn)[:2] == ["hotels.md", "lodging.md"]
    assert "lodg" in turn.notes["terms"]


def test_it_is_rm3(index: Index) -> None:
    """One passage of feedback: P(w | R) is what its words are of it."""
    analyzer = Analyzer()
    turn = Feedback(retrieve=BM25(index=index), passages=1, terms=3, weight=0.4).act(Turn("hotel"))
    said = Counter(analyzer.terms("A hotel night costs up to 130 euros; lodging in London up to 180 euros."))
    best = sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    whole = sum(count for _, count in best)
    wanted = {term: 0.4 * count / whole + (0.6 if term == "hotel" else 0) for term, count in best}
    assert turn.notes["terms"] == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("kind", [BM25, Dense])
def test_what_counts_nothing_changes_nothing(kind: type[BM25 | Dense], index: Index) -> None:
    shared = {"index": index, "encoder": index.encoder} if kind is Dense else {"index": index}
    retriever = kind(**shared, top_k=5)
    turn = Feedback(retrieve=retriever, weight=0.0).act(Turn(QUESTION))
    plain = retriever.invoke(QUESTION)
    assert [passage.id for passage in turn.passages] == [passage.id for passage in plain]


def test_it_is_rocchio(index: Index) -> None:
    retriever = Dense(index=index, encoder=index.encoder, top_k=8)
    turn = Feedback(retrieve=retriever, passages=2, weight=0.75).act(Turn("rooms for the night"))
    asked = np.array(index.encoder.embed_query("rooms for the night"), np.float32)
    first = retriever.invoke("rooms for the night")[:2]
    with index.reading() as snapshot:
        nearest = snapshot.view(Vectors(index.encoder))
        moved = asked + 0.75 * nearest.vectors(nearest.nearest(asked, 2).rows).mean(axis=0)
    scores = [
        float(np.array(index.encoder.embed_documents([passage.page_content])[0]) @ moved / np.linalg.norm(moved))
        for passage in turn.passages
    ]
    assert turn.notes["passages"] == [passage.id for passage in first]
    assert [passage.metadata["score"] for passage in turn.passages] == pytest.approx(scores, abs=2e-3)


def test_nothing_found_stays_nothing(index: Index) -> None:
    assert Feedback(retrieve=BM25(index=index)).act(Turn("xylophone")).passages == ()
    nothing = Turn("rooms", filter={"source": "nowhere.md"})
    assert Feedback(retrieve=Dense(index=index, encoder=index.encoder)).act(nothing).passages == ()


def test_a_filter_holds_in_both_searches(index: Index) -> None:
    turn = Feedback(retrieve=BM25(index=index)).act(Turn("lodging", filter={"source": "hotels.md"}))
    assert sources(turn) == ["hotels.md"]


def test_other_retrievers_are_refused(index: Index) -> None:
    both = Fusion(of=(BM25(index=index), Dense(index=index, encoder=index.encoder)))
    with pytest.raises(UsageError, match="give it bm25 or dense"):
        Feedback(retrieve=both).act(Turn("lodging"))


def test_terms_can_be_weighed(index: Index) -> None:
    with index.reading() as snapshot:
        inverted = snapshot.view(Lexical())
        plain, doubled = inverted.search("travel travel leave", 5), inverted.weighted({"travel": 2, "leav": 1.0}, 5)
    assert plain.rows.tolist() == doubled.rows.tolist()
    assert plain.scores == pytest.approx(doubled.scores)
