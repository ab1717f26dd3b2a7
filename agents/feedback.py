"""Searches twice: what the first search found says what else to look for. No model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt

from rag.errors import UsageError
from rag.index import Index, Lexical, Snapshot, Vectors
from rag.index.view import Hits
from rag.kinds import Agent, Retriever
from rag.schema import Turn
from rag.spending.limits import GivesWay


class Feedback(Agent):
    """Pseudo-relevance feedback: the best passages of a first search are taken to be right, and it searches again.

    With `bm25` by RM3 [1]: the words most likely in those passages join the question's, each with its weight. With
    `dense` by Rocchio's rule [2]: the question's vector moves towards the mean of theirs. It helps where the first
    passages are mostly right, and harms where they are not.

    [1] Lavrenko, Croft: Relevance-Based Language Models (2001); Abdul-Jaleel et al.: UMass at TREC 2004.
    [2] Rocchio: Relevance Feedback in Information Retrieval (1971).
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.HOPS

    retrieve: Retriever
    """`bm25` or `dense`."""
    passages: PositiveInt = 5
    """Of the first search, that are taken to be right."""
    terms: PositiveInt = 10
    """Words that join the question's, with `bm25`."""
    weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    """What the passages count: with `bm25` beside the question's `1 - weight`, with `dense` beside 1."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with the passages of the second search."""
        index, view, top_k = self._searched()
        with index.reading() as snapshot:
            search = self._by_terms if isinstance(view, Lexical) else self._by_vector
            hits, notes = search(snapshot, view, turn, top_k)
            return turn.with_passages(snapshot.documents(hits)).with_(notes=notes)

    def _searched(self) -> tuple[Index, Any, int]:
        """The index, the view and how many passages, of the retriever."""
        views = [view for view in self.retrieve.views() if isinstance(view, Lexical | Vectors)]
        index = getattr(self.retrieve, "index", None)
        if len(views) != 1 or not isinstance(index, Index):
            raise UsageError(
                f"feedback cannot search twice with {type(self.retrieve).__name__}: give it bm25 or dense, and fuse "
                "behind it"
            )
        return index, views[0], getattr(self.retrieve, "top_k", 20)

    def _by_terms(self, snapshot: Snapshot, view: Lexical, turn: Turn, top_k: int) -> tuple[Hits, Mapping[str, Any]]:
        """RM3."""
        inverted, mask = snapshot.view(view), snapshot.mask(turn.filter)
        shape = {"k1": getattr(self.retrieve, "k1", 1.5), "b": getattr(self.retrieve, "b", 0.75)}
        first = inverted.search(turn.search, self.passages, mask=mask, **shape)
        likely: Counter[str] = Counter()
        total = float(first.scores.sum()) or 1.0
        for passage, score in zip(snapshot.passages(first.rows), first.scores.tolist(), strict=True):
            said = Counter(view.analyzer.terms(passage.encoded))
            for term, count in said.items():
                likely[term] += score / total * count / said.total()
        best = dict(sorted(likely.items(), key=lambda pair: (-pair[1], pair[0]))[: self.terms])
        asked = Counter(view.analyzer.terms(turn.search))
        mixed: dict[str, float] = {}
        for share, some in ((1 - self.weight, asked), (self.weight, best)):
            whole = sum(some.values()) or 1.0
            for term, count in some.items():
                mixed[term] = mixed.get(term, 0.0) + share * count / whole
        hits = inverted.weighted({term: weight for term, weight in mixed.items() if weight}, top_k, mask, **shape)
        return hits, {"terms": {term: round(mixed[term], 4) for term in best}}

    def _by_vector(self, snapshot: Snapshot, view: Vectors, turn: Turn, top_k: int) -> tuple[Hits, Mapping[str, Any]]:
        """Rocchio's rule, without counter-examples."""
        nearest, mask = snapshot.view(view), snapshot.mask(turn.filter)
        asked = nearest.vector(turn.search)
        first = nearest.nearest(asked, self.passages, mask)
        if not len(first.rows):
            return first, {"passages": []}
        moved = asked + self.weight * nearest.vectors(first.rows).mean(axis=0)
        moved = (moved / max(float(np.linalg.norm(moved)), 1e-12)).astype(np.float32)
        found = [passage.id for passage in snapshot.documents(first)]
        return nearest.nearest(moved, top_k, mask), {"passages": found}
