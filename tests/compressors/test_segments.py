"""Relevant segments, over a real index."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.compressors.segments import Segments, best_runs
from rag.index import Index, Lexical
from rag.segmenters.sentence import Sentence

TEXT = (
    "Welcome to the handbook. Travel is approved by your manager. It is booked two weeks ahead. "
    "Travel abroad is approved by the director. Hotels cost at most 120 euros. London is dearer."
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Every sentence of two documents a passage."""
    made = Index(path=str(tmp_path_factory.mktemp("index")))
    made = Index(path=made.path, segment=Sentence(encoder=made.encoder, max_tokens=9))
    documents = [
        Document(TEXT, metadata={"source": "handbook.md"}),
        Document("Trains are booked early.", metadata={"source": "trains.md"}),
    ]
    made.add_documents(documents, [Lexical()])
    return made


def hits(index: Index, source: str, **scores: float) -> list[Document]:
    """Passages of a source by their first word."""
    with index.reading() as snapshot:
        passages = snapshot.passages_of(source)
    return [
        Document(one.page_content, id=one.id, metadata={**one.metadata, "score": score})
        for word, score in scores.items()
        for one in passages
        if one.page_content.startswith(word)
    ]


def joined(index: Index, found: Sequence[Document], **settings: object) -> list[str]:
    passages = Segments(index=index, **settings).compress_documents(found, "travel")
    for passage in passages:
        if passage.metadata["source"] == "handbook.md":
            assert TEXT[passage.metadata["start"] : passage.metadata["end"]] == passage.page_content
    return [passage.page_content for passage in passages]


def test_what_lies_between_two_hits_comes_along(index: Index) -> None:
    found = hits(index, "handbook.md", Travel=0.9)
    assert [one.page_content.split()[1] for one in found] == ["is", "abroad"]
    (run,) = joined(index, found)
    assert run == TEXT[TEXT.index("Travel is") : TEXT.index(" Hotels")]


def test_it_does_not_where_it_costs_more_than_the_hit_behind_it_is_worth(index: Index) -> None:
    first, second = hits(index, "handbook.md", Travel=0.9)
    second.metadata["score"] = 0.5
    assert len(joined(index, [first, second], cost=0.3)) == 2
    assert len(joined(index, [first, second], cost=0.2)) == 1
    assert joined(index, [first, second], max_run=1) == [first.page_content, second.page_content]


def test_hits_that_cost_more_than_they_are_worth_go(index: Index) -> None:
    travel, _ = hits(index, "handbook.md", Travel=0.9)
    weak = hits(index, "trains.md", Trains=0.1)
    assert joined(index, [travel, *weak]) == [travel.page_content]
    assert joined(index, weak) == [weak[0].page_content]  # something always stays
    assert joined(index, hits(index, "trains.md", Trains=0.0)) == [weak[0].page_content]


def test_runs_come_best_first_and_within_the_budget(index: Index) -> None:
    trains, hotels = hits(index, "trains.md", Trains=0.8), hits(index, "handbook.md", Hotels=0.6, Travel=0.9)
    runs = joined(index, [hotels[1], *trains, hotels[0]], cost=0.5)
    assert [run.split()[0] for run in runs] == ["Travel", "Trains", "Hotels"]
    assert joined(index, [hotels[1], *trains, hotels[0]], cost=0.5, max_runs=2) == runs[:2]
    assert joined(index, [hotels[1], *trains, hotels[0]], cost=0.5, max_tokens=13) == runs[:2]
    assert joined(index, [hotels[1], *trains, hotels[0]], cost=0.5, max_tokens=1) == runs[:1]


def test_passages_of_elsewhere_or_without_scores_stay_as_they_are(index: Index) -> None:
    foreign = Document("Travel from another index.", metadata={"source": "other.md", "score": 0.7})
    unscored = Document("No score.", metadata={"source": "other.md"})
    assert Segments(index=index).compress_documents([foreign], "travel") == [foreign]
    assert Segments(index=index).compress_documents([foreign, unscored], "travel") == [foreign, unscored]
    assert Segments(index=index).compress_documents([], "travel") == []


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9), st.integers(1, 9))
def test_the_best_run_is_what_trying_all_finds(values: list[int], longest: int) -> None:
    found = list(best_runs(np.array(values, np.float64), longest))
    every = [
        sum(values[first:last])
        for first in range(len(values))
        for last in range(first + 1, min(len(values), first + longest) + 1)
    ]
    assert found[0][2] == max(every)
    assert all(sum(values[first : last + 1]) == worth for first, last, worth in found)
    places = sorted((first, last) for first, last, _ in found)
    assert all(before[1] < after[0] for before, after in pairwise(places))
