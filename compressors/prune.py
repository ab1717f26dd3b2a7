"""Passages without the sentences that the question does not need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from pydantic import Field, PositiveInt

from rag.kinds import Compressor
from rag.passages.needed import fitting, needed
from rag.passages.parts import part
from rag.spending.limits import GivesWay

__all__ = ["Prune"]


class Prune(Compressor):
    """Of every passage the runs of sentences that a trained model would keep for the question [1].

    Each run becomes a passage of its own at its own place, in the order of the document; a passage of which nothing is
    needed is left out. Where nothing at all is needed, or nothing fits, the most needed sentence stays. Behind `rerank`
    with the embedded model it costs nothing: one reading gives both.

    [1] Chirkova et al.: Provence (2025), arXiv 2501.16214.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    keep: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Probability of being needed from which a sentence stays. What a value costs: docs/decisions/skills.md."""
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """Of all passages' tokens together, what may stay: the sentences that fit, by the root of their probability times
    their passage's relevance."""
    max_tokens: PositiveInt | None = None
    """The same as a number of tokens."""
    weights: str | None = None
    """File or folder of weights, as `rag train cross` writes them; None for those that ship."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The runs that stay, passages in the order given."""
        found = needed(documents, query, self.weights)
        chances = np.concatenate([*(one.chances for one in found), []])
        line = min(self.keep, float(chances.max(initial=0.0)))
        stays = chances >= line
        if self.share is not None or self.max_tokens is not None:
            sizes = [size for one in found for size in one.sizes]
            room = min(math.floor((self.share or 1.0) * sum(sizes)), self.max_tokens or sum(sizes))
            worth = np.where(stays, np.concatenate([*(one.worth for one in found), []]), -np.inf)
            stays = fitting(worth, sizes, room)
        kept: list[Document] = []
        for passage, one in zip(documents, found, strict=True):
            mine, stays = stays[: len(one.spans)], stays[len(one.spans) :]
            kept += [part(passage, *run) for run in _runs(one.spans, mine.tolist())]
        return kept


def _runs(spans: Sequence[tuple[int, int]], stays: Sequence[bool]) -> list[tuple[int, int]]:
    """From the first to the last character of neighbours that stay."""
    runs: list[tuple[int, int]] = []
    before = False
    for (start, end), stay in zip(spans, stays, strict=True):
        if stay:
            runs = [*runs[:-1], (runs[-1][0], end)] if before else [*runs, (start, end)]
        before = stay
    return runs
