"""What a comparison needs is searched for, and only that; behind it the reader concludes."""

from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag import Pipeline
from rag.agents.compare import Compare
from rag.index import Index, Lexical
from rag.retrievers.bm25 import BM25
from rag.schema import Turn
from rag.steps.act import Act

TEXTS = {
    "harbour.md": "Grey Harbour is a film of fishermen. It was directed by Ada Lund and shown in many towns.",
    "pier.md": "The Long Pier is a comedy film. It was directed by Bo Ek and shown in few towns.",
    "ada.md": "Ada Lund (7 September 1909 – 28 September 2003) was a Danish painter.",
    "bo.md": "Bo Ek (2 May 1899 – 4 June 1970) was a Swedish sailor.",
    "sea.md": "Ships of the sea carry bread, and a cloth keeps it.",
    "bread.md": "Bread keeps in a box, and longer in a cloth.",
}
QUESTION = "Which film has the director who was born earlier, Grey Harbour or The Long Pier?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    made = Index(path=str(tmp_path_factory.mktemp("compare")))
    made.add_documents([Document(text, metadata={"source": name}) for name, text in TEXTS.items()], [Lexical()])
    return made


def found(index: Index, *sources: str) -> tuple[Document, ...]:
    """The passages of some sources, as a search gives them."""
    passages = {hit.metadata["source"]: hit for name in TEXTS for hit in BM25(index=index).invoke(TEXTS[name])}
    return tuple(passages[source] for source in sources)


def sources(turn: Turn) -> list[str]:
    return [passage.metadata["source"] for passage in turn.passages]


def test_who_stands_behind_both_is_searched_for(index: Index) -> None:
    turn = Turn(QUESTION, passages=found(index, "harbour.md", "pier.md"))
    after = Compare(retrieve=BM25(index=index)).act(turn)
    assert sources(after) == ["harbour.md", "pier.md", "ada.md", "bo.md"]
    assert after.notes == {"searched": {"Ada Lund": 1, "Bo Ek": 1}, "steps": 1}


def test_one_that_was_not_found_is_searched_for(index: Index) -> None:
    turn = Turn("Who was born first, Ada Lund or Bo Ek?", passages=found(index, "ada.md", "harbour.md"))
    after = Compare(retrieve=BM25(index=index)).act(turn)
    assert sources(after) == ["ada.md", "bo.md"]  # as many tokens go as come
    assert after.notes == {"searched": {"Bo Ek": 1}, "steps": 1}


@pytest.mark.parametrize(
    "question",
    [
        "Where does bread keep?",
        "Who was born first, Ada Lund or Bo Ek?",
        "Which is larger, Grey Harbour or The Long Pier?",
    ],
)
def test_what_needs_nothing_passes_unchanged(index: Index, question: str) -> None:
    turn = Turn(question, passages=found(index, "ada.md", "bo.md", "bread.md"))
    assert Compare(retrieve=BM25(index=index)).act(turn) == turn


def test_it_concludes_end_to_end(tmp_path: Path) -> None:
    pipeline = Pipeline.from_yaml("default", index=str(tmp_path / "index"))
    pipeline.add_documents(Document(text, metadata={"source": name}) for name, text in TEXTS.items())
    answer = pipeline.invoke(QUESTION)
    assert answer.text.startswith("The Long Pier [")
    quotes = {citation.source: citation for citation in answer.citations}
    assert set(quotes) == {"harbour.md", "pier.md", "ada.md", "bo.md"}
    assert all(TEXTS[name][one.start : one.end] == one.quote for name, one in quotes.items())


def test_left_out_it_leaves_what_was_found(index: Index) -> None:
    turn = Turn(QUESTION, passages=found(index, "harbour.md", "pier.md"))
    assert Act(agent=Compare(retrieve=BM25(index=index))).without(turn, None) == turn
