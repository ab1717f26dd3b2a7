"""Clustered retrieval: all that is said about an item, sorted into opinions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import NonNegativeInt, PositiveInt

from rag.clusters import kmeans, silhouette
from rag.encoders.vocabulary import Vocabulary, of
from rag.index import Hits, Index, Snapshot, Vectors, View
from rag.index.nearest import Nearest
from rag.kinds import Retriever

_PROBE = 20
"""Passages nearest to the question that vote for their item."""
_MOST = 8
"""Clusters that `auto` tries at most."""


class Clustered(Retriever):
    """Every passage about the item that a question asks for, in clusters of passages that say alike [1].

    The whole set, not a top k: `cluster_summary` makes it short. Metadata: `cluster` (0 the largest), `cluster_size`
    and `cluster_of` (passages of the cluster, and of all), `subcluster` where there are clusters of clusters. Passages
    come nearest to the question first; their `score` is the cosine.

    An item is a value of the metadata under `item`. The 20 passages nearest to the question vote for theirs; a filter
    decides it from outside. Where they have none, the `top_k` passages nearest to the question are clustered instead.

    [1] Akesson, Santos: Clustered Retrieved Augmented Generation (CRAG) (2024), arXiv 2406.00029.
    """

    index: Index
    encoder: Embeddings
    scope: Literal["item", "question", "collection"] = "item"
    """What is clustered: the passages of an item, the `top_k` nearest to the question, or the whole index."""
    item: str = "item_id"
    """The metadata key that names what a passage is about; `source` takes each document for an item."""
    items: PositiveInt = 1
    """Items that a question may be about; each is clustered by itself."""
    top_k: PositiveInt = 40
    """Passages clustered where there is no item."""
    clusters: PositiveInt | Literal["auto"] = 4
    """Clusters of an item; `auto` takes the number from 2 to 8 that separates best. Never more than distinct texts."""
    subcluster_size: NonNegativeInt = 0
    """Clusters of clusters: passages that a small one holds on average, before small ones are clustered; 0 for none."""

    @cached_property
    def _view(self) -> Vectors:
        return Vectors(encoder=self.encoder)

    def views(self) -> Sequence[View]:
        """A vector for each passage."""
        return (self._view,)

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The encoder's."""
        return of(self.encoder)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, filter: Mapping[str, Any] | None = None
    ) -> list[Document]:
        with self.index.reading() as snapshot:
            nearest: Nearest = snapshot.view(self._view)
            asked = nearest.vector(query)
            found: list[Document] = []
            before = 0
            for rows in self._sets(snapshot, nearest, asked, filter):
                clustered = self._clustered(snapshot, nearest, rows)
                hits, places = _ordered(rows, nearest.vectors(rows) @ asked, snapshot.rows.keys)
                found += snapshot.documents(hits, **_columns(clustered[places], before, self.subcluster_size > 0))
                before += int(clustered[:, 0].max()) + 1
            return sorted(found, key=lambda passage: -passage.metadata["score"])

    def _sets(
        self,
        snapshot: Snapshot,
        nearest: Nearest,
        asked: NDArray[np.float32],
        filter: Mapping[str, Any] | None,
    ) -> list[NDArray[np.int64]]:
        """Rows to be clustered together, a set an item; in an order that the question does not change."""
        mask = snapshot.mask(filter)
        if self.scope == "collection":
            every = np.flatnonzero(snapshot.rows.alive if mask is None else mask)
            return [_stable(every, snapshot)] if len(every) else []
        if self.scope == "item":
            likely = snapshot.documents(nearest.nearest(asked, _PROBE, mask))
            if names := _elected(likely, self.item, self.items):
                masks = (snapshot.mask({"and": [dict(filter or {}), {self.item: {"eq": name}}]}) for name in names)
                return [_stable(np.flatnonzero(each), snapshot) for each in masks if each is not None]
        rows = nearest.nearest(asked, self.top_k, mask).rows
        return [_stable(rows, snapshot)] if len(rows) else []

    def _clustered(self, snapshot: Snapshot, nearest: Nearest, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Cluster and subcluster of each row, int64 `[n, 2]`; worked out once a state of the index."""
        settled = (self._view.name, self.clusters, self.subcluster_size, rows.tobytes())
        if len(rows) <= self.top_k:  # quick, and the rows of a question come but once
            return self._cluster(nearest.vectors(rows))
        memo = snapshot.state.memo.setdefault("clusters", {})
        if settled not in memo:
            memo[settled] = self._cluster(nearest.vectors(rows))
        labels: NDArray[np.int64] = memo[settled]
        return labels

    def _cluster(self, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        small = len(vectors) // self.subcluster_size if self.subcluster_size else 0
        if not small:
            labels = self._labels(vectors)
            return np.stack([labels, np.zeros_like(labels)], axis=1)
        inner = kmeans(vectors, small)
        means = np.stack([vectors[inner == one].mean(axis=0) for one in range(int(inner.max()) + 1)])
        outer = self._labels(means)[inner]
        order = np.argsort(-np.bincount(outer), kind="stable")  # by passages, not by small clusters
        return np.stack([np.argsort(order)[outer], inner], axis=1)

    def _labels(self, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        if self.clusters != "auto":
            return kmeans(vectors, self.clusters)
        tried = [kmeans(vectors, k) for k in range(2, min(_MOST, len(vectors)) + 1)] or [kmeans(vectors, 1)]
        return max(tried, key=lambda labels: silhouette(vectors, labels))


def _elected(passages: Sequence[Document], key: str, count: int) -> list[Any]:
    """The values under `item` that the passages, best first, vote for; a vote weighs less the further down."""
    votes: defaultdict[Any, float] = defaultdict(float)
    for rank, passage in enumerate(passages, 1):
        value = passage.metadata.get(key)
        if isinstance(value, str | int | float):
            votes[value] += 1 / rank
    return sorted(votes, key=lambda value: -votes[value])[:count]


def _stable(rows: NDArray[np.int64], snapshot: Snapshot) -> NDArray[np.int64]:
    """Rows by their passages' keys: the order of indexing changes no cluster."""
    ordered: NDArray[np.int64] = rows[np.argsort(snapshot.rows.keys[rows], kind="stable")]
    return ordered


def _ordered(
    rows: NDArray[np.int64], scores: NDArray[np.float32], keys: NDArray[np.uint64]
) -> tuple[Hits, NDArray[np.int64]]:
    """All rows, best first, and the place that each had."""
    places = np.lexsort((keys[rows], -scores))
    return Hits(rows[places], scores[places].astype(np.float32)), places


def _columns(labels: NDArray[np.int64], before: int, nested: bool) -> dict[str, list[int]]:
    """The metadata of clustered passages."""
    outer = labels[:, 0]
    columns = {
        "cluster": (outer + before).tolist(),
        "cluster_size": np.bincount(outer)[outer].tolist(),
        "cluster_of": [len(outer)] * len(outer),
    }
    return {**columns, "subcluster": labels[:, 1].tolist()} if nested else columns
