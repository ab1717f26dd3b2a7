"""The sentences of some passages that stand for all of them, chosen by vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.encoders.tokenizer import default_tokenizer
from rag.index.encoding import encoder_of
from rag.segmenters.sentences import sentences

__all__ = ["Limits", "chosen"]

Quote = tuple[int, int, int]
"""Place of the passage, start and end in its text."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how varied a summary is."""

    tokens: int
    """At most, if any sentence is that short."""
    diversity: float = 0.2
    """0 to 1: how much likeness to what was chosen counts against a sentence."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    member: int
    place: int
    """Among the member's sentences."""
    start: int
    end: int
    tokens: int


def chosen(members: Sequence[Document], encoder: Embeddings, limits: Limits) -> list[Quote]:
    """Quotes in the order of the members; neighbours that were both chosen are one quote.

    A sentence is worth its cosine to the mean of all, less its likeness to those chosen before it. Where members have
    a `subcluster`, each of those is summarised first and the whole from their summaries: a large cluster is heard
    evenly.

    Args:
        members: at least one, with text.
        encoder: of the sentences; each is encoded once.
        limits: of the whole, and of each subcluster.
    """
    spans = [sentences(member.page_content) or [(0, len(member.page_content))] for member in members]
    texts = [member.page_content[a:b] for member, some in zip(members, spans, strict=True) for a, b in some]
    counts = iter(default_tokenizer().count(texts))
    every = [
        _Sentence(member, place, start, end, next(counts))
        for member, some in enumerate(spans)
        for place, (start, end) in enumerate(some)
    ]
    vectors = encoder_of(encoder).encode(texts)
    candidates = np.arange(len(every))
    inner = np.array([int(members[one.member].metadata.get("subcluster", 0)) for one in every])
    if len(small := np.unique(inner)) > 1:
        parts = [_pick(np.flatnonzero(inner == one), every, vectors, limits) for one in small]
        candidates = np.sort(np.concatenate(parts))
    return _quotes([every[i] for i in np.sort(_pick(candidates, every, vectors, limits))])


def _pick(
    candidates: NDArray[np.int64], every: Sequence[_Sentence], vectors: NDArray[np.float32], limits: Limits
) -> NDArray[np.int64]:
    """Maximal marginal relevance to the middle until no further sentence fits."""
    some = vectors[candidates]
    sizes = np.array([every[i].tokens for i in candidates])
    middle = some.mean(axis=0)
    worth = some @ (middle / max(float(np.linalg.norm(middle)), 1e-12))
    likeness = np.zeros(len(candidates), np.float32)
    free = np.ones(len(candidates), np.bool_)
    room = max(limits.tokens, int(sizes.min()))
    picked: list[int] = []
    while (fits := free & (sizes <= room)).any():
        scores = np.where(fits, (1 - limits.diversity) * worth - limits.diversity * likeness, -np.inf)
        best = int(scores.argmax())
        picked.append(best)
        free[best] = False
        room -= int(sizes[best])
        likeness = np.maximum(likeness, some @ some[best])
    return candidates[picked]


def _quotes(picked: Sequence[_Sentence]) -> list[Quote]:
    """Sentences in order as quotes; a run of neighbours is one."""
    runs = groupby(enumerate(picked), key=lambda pair: (pair[1].member, pair[1].place - pair[0]))
    quotes: list[Quote] = []
    for _, run in runs:
        inside = [one for _, one in run]
        quotes.append((inside[0].member, inside[0].start, inside[-1].end))
    return quotes
