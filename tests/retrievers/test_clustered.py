"""Clustered retrieval: the whole item and nothing else, every passage in one cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document

from rag.encoders.static import Static
from rag.index import Index
from rag.retrievers.clustered import Clustered

KETTLE = [
    "The kettle boils water fast, in two minutes.",
    "Water boils in under two minutes with this kettle.",
    "A very fast kettle: boiling takes two minutes.",
    "The lid broke after a week.",
    "After one week the lid of the kettle was broken.",
    "It arrived with a burnt plug that smelled of smoke.",
]
BOOTS = ["These hiking boots keep feet dry in rain.", "The boots are waterproof and dry.", "Boots too narrow for me."]

Make = Callable[..., Clustered]


def reviews(item: str, texts: list[str]) -> list[Document]:
    return [
        Document(text, metadata={"source": f"{item}-{number}", "item_id": item}) for number, text in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    encoder = Static()
    index = Index(path=str(tmp_path_factory.mktemp("index")), encoder=encoder)
    index.add_documents(
        [*reviews("kettle", KETTLE), *reviews("boots", BOOTS)], Clustered(index=index, encoder=encoder).views()
    )
    return lambda **fields: Clustered(index=index, encoder=encoder, **fields)


def clusters(passages: list[Document]) -> list[set[str]]:
    found: dict[int, set[str]] = {}
    for passage in passages:
        found.setdefault(passage.metadata["cluster"], set()).add(passage.page_content)
    return [found[name] for name in sorted(found)]


def test_the_whole_item_in_clusters_that_say_alike(make: Make) -> None:
    found = make(clusters=3).invoke("How fast does the kettle boil?")
    assert clusters(found) == [set(KETTLE[:3]), set(KETTLE[3:5]), {KETTLE[5]}]
    counts = Counter(p.metadata["cluster"] for p in found)
    assert all(p.metadata["cluster_size"] == counts[p.metadata["cluster"]] for p in found)
    assert {p.metadata["cluster_of"] for p in found} == {6}
    scores = [p.metadata["score"] for p in found]
    assert scores == sorted(scores, reverse=True)


def test_clusters_do_not_depend_on_the_question(make: Make) -> None:
    one, other = (make(clusters=3).invoke(text) for text in ("Is the kettle fast?", "kettle lid broken"))
    assert clusters(one) == clusters(other)


def test_a_filter_names_the_item(make: Make) -> None:
    found = make().invoke("How fast does the kettle boil?", filter={"item_id": "boots"})
    assert {p.page_content for p in found} == set(BOOTS)
    assert make().invoke("kettle", filter={"item_id": "radio"}) == []


def test_two_items_are_clustered_each_by_itself(make: Make) -> None:
    found = make(items=2, clusters=2).invoke("boots or kettle?")
    assert {p.page_content for p in found} == {*KETTLE, *BOOTS}
    items = {(p.metadata["cluster"], p.metadata["item_id"]) for p in found}
    assert len(items) == len({cluster for cluster, _ in items}) == 4


@pytest.mark.parametrize("fields", [{"scope": "question"}, {"item": "nothing"}])
def test_without_items_the_nearest_passages_are_clustered(make: Make, fields: dict[str, Any]) -> None:
    found = make(top_k=4, **fields).invoke("waterproof boots")
    assert len(found) == 4
    assert {p.page_content for p in found} >= set(BOOTS)


@pytest.mark.parametrize("clusters_wanted", ["auto", 3])
def test_the_collection_in_clusters_of_clusters(make: Make, clusters_wanted: Any) -> None:
    found = make(scope="collection", clusters=clusters_wanted, subcluster_size=2).invoke("What do people say?")
    assert sorted(p.page_content for p in found) == sorted([*KETTLE, *BOOTS])
    pairs = {(p.metadata["cluster"], p.metadata["subcluster"]) for p in found}
    assert len(pairs) == len({small for _, small in pairs}) == 4
    sizes = [len(some) for some in clusters(found)]
    assert sizes == sorted(sizes, reverse=True)


def test_the_order_of_indexing_changes_nothing(make: Make, tmp_path: Path) -> None:
    encoder = Static()
    index = Index(path=str(tmp_path), encoder=encoder)
    other = Clustered(index=index, encoder=encoder, clusters=3)
    for review in reversed(reviews("kettle", KETTLE)):
        index.add_documents([review], other.views())
    question = "How fast does the kettle boil?"
    assert clusters(other.invoke(question)) == clusters(make(clusters=3).invoke(question))


def test_more_clusters_than_texts_are_as_many_as_texts(make: Make) -> None:
    found = make(clusters=50).invoke("kettle", filter={"item_id": "boots"})
    assert [len(some) for some in clusters(found)] == [1, 1, 1]
