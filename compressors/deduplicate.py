"""Passages that say what a better one already says are left out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from pydantic import Field

from rag.encoders.vocabulary import ALL, Known, aside, of
from rag.kinds import Compressor, default_encoder
from rag.passages.condensed import is_condensed
from rag.passages.parts import end_of, source_of, spanning, start_of

_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|\\w+")
_SHINGLE = 3
"""Words that are compared at once."""


class Deduplicate(Compressor):
    """The passages without near-duplicates: of those that say the same, the best-ranked stays.

    Overlapping passages of one source become one. Texts that differ in a number are never taken for the same: a limit
    of 50 is not a limit of 60.

    By words, a passage goes if at least `threshold` of its shingles (three words in a row [1]) stand in one better
    passage; by vectors, if its cosine to a better passage is at least `threshold`. To an
    encoder that cannot read them (another language) all texts are alike: words are compared then.

    [1] Broder: On the resemblance and containment of documents (1997).
    """

    by: Literal["words", "vectors"] = "words"
    """What is compared."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Likeness from which a passage is left out."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Compares, where `by` is `vectors`."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages that say something new, in the order given."""
        passages = _united(documents)
        numbers = [_numbers(passage.page_content) for passage in passages]
        known = self._known(query, passages)
        like = self._by_vectors(passages) if self.by == "vectors" and known.weight else self._by_words(passages)
        kept: list[int] = []
        for place in range(len(passages)):
            said = [other for other in kept if like[place].get(other, 0.0) >= self.threshold]
            if not any(numbers[place] <= numbers[other] for other in said):
                kept.append(place)
        found = [passages[place] for place in kept]
        return found if known.weight else aside(found, "deduplicate", known)

    def _known(self, query: str, passages: Sequence[Document]) -> Known:
        """What the encoder knows of their words, where it is asked."""
        words = of(self.encoder) if self.by == "vectors" else None
        return ALL if words is None else words.known(query, passages)

    def _by_words(self, passages: Sequence[Document]) -> list[Mapping[int, float]]:
        """For each passage, the share of its shingles in each passage before it."""
        having: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        shares: list[Mapping[int, float]] = []
        for place, passage in enumerate(passages):
            shingles = _shingles(passage.page_content)
            shared = Counter(other for shingle in shingles for other in having[shingle])
            shares.append({other: count / len(shingles) for other, count in shared.items()})
            for shingle in shingles:
                having[shingle].append(place)
        return shares

    def _by_vectors(self, passages: Sequence[Document]) -> list[Mapping[int, float]]:
        vectors = np.array(self.encoder.embed_documents([passage.page_content for passage in passages]), np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        likeness = vectors @ vectors.T + 1e-6  # rounding must not separate equal texts at a threshold of 1
        return [dict(enumerate(row.tolist())) for row in likeness]


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))}


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def _united(passages: Sequence[Document]) -> list[Document]:
    """The passages with those of one source that overlap made one, at the place of the best of them."""
    groups: list[list[Document]] = []
    for passage in passages:
        near = [group for group in groups if any(_overlap(passage, other) for other in group)]
        if not near:
            groups.append([passage])
            continue
        near[0].append(passage)
        for group in near[1:]:
            near[0].extend(group)
            groups.remove(group)
    return [_union(group) for group in groups]


def _overlap(one: Document, other: Document) -> bool:
    """Whether they share characters of a source; where offsets are foreign and disagree with the text, they do not."""
    if source_of(one) != source_of(other) or "start" not in one.metadata or "start" not in other.metadata:
        return False
    if is_condensed(one) or is_condensed(other):
        return False
    start, end = max(start_of(one), start_of(other)), min(end_of(one), end_of(other))
    if start >= end:
        return False
    texts = [p.page_content[start - start_of(p) : end - start_of(p)] for p in (one, other)]
    return texts[0] == texts[1]


def _union(group: Sequence[Document]) -> Document:
    start = min(map(start_of, group))
    text = ""
    for passage in sorted(group, key=start_of):
        text += passage.page_content[max(0, start + len(text) - start_of(passage)) :]
    return spanning(group, text, start)
