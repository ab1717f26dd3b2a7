"""Passages without the sentences that the question does not need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from rag import skills
from rag.encoders.tokenizer import default_tokenizer
from rag.index.context import headings_context
from rag.kinds import Compressor
from rag.limits import GivesWay
from rag.passages import part
from rag.segmenters.sentences import sentences

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
        spans = [sentences(passage.page_content) for passage in documents]
        texts = [
            (query, [passage.page_content[start:end] for start, end in found])
            for passage, found in zip(documents, spans, strict=True)
        ]
        titles = [headings_context(passage.metadata) for passage in documents]
        needed, relevant = skills.load("keep", self.weights).judge(texts, titles)
        most = max((float(scores.max()) for scores in needed if len(scores)), default=0.0)
        line = min(self.keep, most)
        worth = [np.sqrt(scores) * chance for scores, chance in zip(needed, relevant, strict=True)]
        said = [text for _, some in texts for text in some]
        stays = self._fitting(said, np.concatenate([*needed, []]) >= line, np.concatenate([*worth, []]))
        kept: list[Document] = []
        for passage, found in zip(documents, spans, strict=True):
            mine, stays = stays[: len(found)], stays[len(found) :]
            kept += [part(passage, *run) for run in _runs(found, mine.tolist())]
        return kept

    def _fitting(self, texts: Sequence[str], stays: NDArray[np.bool_], worth: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the sentences that may stay do: the worthiest that fit, of equals the earlier one."""
        if self.share is None and self.max_tokens is None:
            return stays
        sizes = default_tokenizer().count(list(texts))
        room = min(math.floor((self.share or 1.0) * sum(sizes)), self.max_tokens or sum(sizes))
        order = np.argsort(-np.where(stays, worth, -1.0), kind="stable")
        fits = np.zeros(len(worth), np.bool_)
        fits[order[:1]] = True
        room -= sum(sizes[place] for place in order[:1])
        for place in order[1:]:
            if stays[place] and sizes[place] <= room:
                fits[place] = True
                room -= sizes[place]
        return fits


def _runs(spans: Sequence[tuple[int, int]], stays: Sequence[bool]) -> list[tuple[int, int]]:
    """From the first to the last character of neighbours that stay."""
    runs: list[tuple[int, int]] = []
    before = False
    for (start, end), stay in zip(spans, stays, strict=True):
        if stay:
            runs = [*runs[:-1], (runs[-1][0], end)] if before else [*runs, (start, end)]
        before = stay
    return runs
