"""An index that changed step by step is the index made at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.errors import UsageError
from rag.index import Index, Lexical, Vectors, View, maintain

THINGS = ("tram", "ferry", "bicycle", "taxi", "train", "sleeper", "bus", "lift", "plane", "canoe")
PLACES = ("Oslo", "Lisbon", "Kyoto", "Lima", "Accra", "Turin", "Quito", "Hanoi")


def trip(number: int, edition: int = 0) -> Document:
    chance = random.Random(number * 1000 + edition)
    sentences = [
        f"Trip {number} goes from {chance.choice(PLACES)} to {chance.choice(PLACES)} by {chance.choice(THINGS)}.",
        f"It costs {chance.randrange(900)} euros. ",
        f"The {chance.choice(THINGS)} leaves at {chance.randrange(24)}. ",
    ]
    return Document(" ".join(sentences), metadata={"source": f"{number}.txt"})


QUESTIONS = [f"{thing} to {place}" for thing in THINGS for place in PLACES[:3]]


def rankings(index: Index, views: Sequence[View]) -> list[Any]:
    with index.reading() as snapshot:
        found = []
        for view in views:
            for question in QUESTIONS:
                hits = snapshot.view(view).search(question, 10, snapshot.mask())
                found.append([(p.id, p.page_content, p.metadata["score"]) for p in snapshot.documents(hits)])
    return found


def contents(index: Index) -> set[tuple[str | None, str]]:
    with index.reading() as snapshot:
        return {(p.id, p.page_content) for source in snapshot.sources() for p in snapshot.passages_of(source)}


class Counting:
    """How many texts an encoder was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, encoder: Any) -> None:
        self.texts = 0
        inner = type(encoder).encode

        def encode(encoder: Any, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
            self.texts += 0 if query else len(texts)
            vectors: NDArray[np.float32] = inner(encoder, texts, query=query)
            return vectors

        monkeypatch.setattr(type(encoder), "encode", encode)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch, encoder: Any) -> Counting:
    return Counting(monkeypatch, encoder)


def test_changed_deleted_added_is_as_made_afresh(
    make: Callable[..., Index], views: Sequence[View], counting: Counting
) -> None:
    index = make("grown", batch_passages=64)
    index.add_documents([trip(i) for i in range(200)], views)
    first = counting.texts
    report = index.add_documents([trip(i, edition=int(i % 20 == 0)) for i in range(220)], views)
    assert (report.added, report.changed, report.unchanged) == (20, 10, 190)
    assert index.delete([f"{i}.txt" for i in range(5, 200, 20)], views).deleted == 10
    assert counting.texts - first < 0.2 * first

    fresh = make("fresh")
    left = [i for i in range(220) if not (i % 20 == 5 and i < 200)]
    fresh.add_documents([trip(i, edition=int(i % 20 == 0)) for i in left], views)
    assert contents(index) == contents(fresh)
    assert rankings(index, views) == rankings(fresh, views)


def test_only_the_passages_that_changed_are_encoded(
    make: Callable[..., Index], views: Sequence[View], counting: Counting
) -> None:
    index = make()
    text = "One is first. Two is second. Three is third. Four is fourth."
    index.add_documents([Document(text, metadata={"source": "count.txt"})], views)
    before = counting.texts
    report = index.add_documents([Document(f"Zero is new. {text}", metadata={"source": "count.txt"})], views)
    assert (report.passages, report.encoded, counting.texts - before) == (5, 1, 1)
    with index.reading() as snapshot:
        assert snapshot.passages_of("count.txt")[0].page_content == "Zero is new. "
        for view in views:
            hits = snapshot.view(view).search("third", 1, snapshot.mask())
            assert snapshot.documents(hits)[0].page_content == "Three is third. "


def test_segments_are_merged_and_the_dead_forgotten(make: Callable[..., Index], views: Sequence[View]) -> None:
    index = make()
    for i in range(40):
        index.add_documents([trip(i)], views)
    for i in range(40):
        index.add_documents([trip(i, edition=1)], views)
    stats = index.stats()
    assert stats.segments <= 2 * maintain.FANOUT
    assert stats.passages == len(contents(index))
    assert stats.dead <= stats.passages / 2
    fresh = make("fresh")
    fresh.add_documents([trip(i, edition=1) for i in range(40)], views)
    assert contents(index) == contents(fresh)
    assert rankings(index, views) == rankings(fresh, views)
    assert index.verify() == []
    files = {path.relative_to(index.folder).as_posix() for path in index.folder.glob("segments/*/*")}
    assert len(files) == stats.segments * len(views)


def test_another_segmenter_cuts_everything_again(
    make: Callable[..., Index], views: Sequence[View], counting: Counting
) -> None:
    index = make()
    index.add_documents([trip(i) for i in range(20)], views)
    segmenter: Any = type(index.segmenter)
    coarse = make(segment=segmenter(encoder=index.encoder, per_passage=2))
    report = coarse.add_documents([trip(0), trip(20)], views)
    assert (report.added, report.changed) == (1, 20)
    fresh = make("fresh", segment=segmenter(encoder=index.encoder, per_passage=2))
    fresh.add_documents([trip(i) for i in range(21)], views)
    assert contents(coarse) == contents(fresh)
    assert rankings(coarse, views) == rankings(fresh, views)


def test_a_view_that_was_missing_is_derived_from_what_is_stored(
    make: Callable[..., Index], views: Sequence[View], counting: Counting
) -> None:
    index = make()
    index.add_documents([trip(i) for i in range(30)], views[:1])
    assert counting.texts == 0
    index.add([], views)
    assert counting.texts == index.stats().passages
    fresh = make("fresh")
    fresh.add_documents([trip(i) for i in range(30)], views)
    assert rankings(index, views) == rankings(fresh, views)


def test_views_that_a_run_does_not_know_are_kept(make: Callable[..., Index], views: Sequence[View]) -> None:
    index = make()
    index.add_documents([trip(i) for i in range(30)], views)
    for i in range(30, 50):
        index.add_documents([trip(i)], views[:1])
    index.add([], views)
    assert all(view["segments"] == index.stats().segments for view in index.stats().views.values())


def test_large_collections_are_scanned_by_codes(make: Callable[..., Index], encoder: Any) -> None:
    views = (Lexical(), Vectors(encoder, exact_up_to=300))
    index = make(batch_passages=2000)
    index.add_documents([trip(i) for i in range(150)], views)
    with index.reading() as snapshot:
        assert not snapshot.view(views[1]).exact
        generation = snapshot.generation
    exact = rankings(index, (Vectors(encoder),))
    assert sum(a == b for a, b in zip(rankings(index, views[1:]), exact, strict=True)) > 0.9 * len(exact)
    index.add_documents([trip(i) for i in range(150)], views)
    with index.reading() as snapshot:
        assert snapshot.generation == generation
    index.delete([f"{i}.txt" for i in range(100)], views)
    with index.reading() as snapshot:
        assert snapshot.view(views[1]).exact


def test_nothing_new_changes_nothing(make: Callable[..., Index], views: Sequence[View]) -> None:
    index = make()
    index.add_documents([trip(i) for i in range(5)], views)
    with index.reading() as snapshot:
        before = snapshot.generation
    index.add_documents([trip(i) for i in range(5)], views)
    with index.reading() as snapshot:
        assert snapshot.generation == before


def test_deleting_what_is_not_there_is_reported(make: Callable[..., Index], views: Sequence[View]) -> None:
    index = make()
    index.add_documents([trip(1)], views)
    report = index.delete(["2.txt"], views)
    assert (report.deleted, report.failures[0].source) == (0, "2.txt")
    with pytest.raises(UsageError, match=r"did you mean '1.txt'"):
        index.text("11.txt")


def test_the_last_of_two_with_one_source_counts(make: Callable[..., Index], views: Sequence[View]) -> None:
    index = make()
    twins = [Document(text, metadata={"source": "twin.txt"}) for text in ("The elder.", "The younger.")]
    index.add_documents(twins, views)
    assert index.text("twin.txt") == "The younger."
    assert {text for _, text in contents(index)} == {"The younger."}


def test_one_document_alone_and_what_is_none(make: Callable[..., Index], views: Sequence[View]) -> None:
    index = make()
    assert index.add_documents(trip(1), views).added == 1
    with pytest.raises(UsageError, match="a str is no document: wrap it as Document"):
        index.add_documents([trip(2), "Trip 3 goes to Oslo."], views)  # type: ignore[list-item]
    assert index.sources() == ["1.txt"]
