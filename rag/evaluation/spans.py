"""How well retrieved passages cover the evidence, in characters or tokens: recall, precision, IoU, Precision Omega [1].

With N the part of the references that lies in passages, U the part that does not: recall is N over the references,
precision N over the retrieved, IoU N over the retrieved and U together. Precision Omega is the precision of *all*
passages of the corpus that touch a reference: what perfect retrieval reaches with this segmenter. It does not depend on
the encoder.

Two modes. `corrected`: ranges are half open and every sum is of a union. `faithful`: as the code published with [2]
counts: a passage that ends where a reference begins touches it, lengths of overlapping passages and references are
added up, retrieved passages of other documents count in full.

[1] Domain-specific RAG with synthetic data and token-aware metrics (arXiv 2502.15854).
[2] Smith, Troynikov: Evaluating Chunking Strategies for Retrieval (Chroma technical report, 2024).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rag.errors import UsageError

__all__ = ["Mode", "Passages", "Ranges", "SpanScores", "in_tokens", "intersection", "ranges", "span_scores", "union"]

Mode = Literal["corrected", "faithful"]
Ranges = NDArray[np.int64]
"""`[n, 2]`: start and end of each."""


@dataclass(frozen=True, slots=True)
class SpanScores:
    """The figures of one question, each 0 to 1."""

    recall: float
    precision: float
    iou: float
    precision_omega: float


def ranges(pairs: ArrayLike) -> Ranges:
    """`[n, 2]` of pairs, also of none."""
    return np.asarray(pairs, dtype=np.int64).reshape(-1, 2)


def union(pairs: ArrayLike) -> Ranges:
    """The same characters as disjoint ranges in order; empty ranges are left out."""
    given = ranges(pairs)
    given = given[given[:, 1] > given[:, 0]]
    if not len(given):
        return given
    given = given[np.argsort(given[:, 0], kind="stable")]
    reach = np.maximum.accumulate(given[:, 1])
    first = np.concatenate([[True], given[1:, 0] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.column_stack([given[first, 0], reach[last]])


def intersection(a: ArrayLike, b: ArrayLike) -> Ranges:
    """The characters that both have, as disjoint ranges in order."""
    mine, theirs = union(a), union(b)
    if not (len(mine) and len(theirs)):
        return ranges([])
    low = np.searchsorted(theirs[:, 1], mine[:, 0], side="right")
    high = np.searchsorted(theirs[:, 0], mine[:, 1], side="left")
    counts = np.maximum(high - low, 0)
    left = np.repeat(np.arange(len(mine)), counts)
    right = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    return np.column_stack([np.maximum(mine[left, 0], theirs[right, 0]), np.minimum(mine[left, 1], theirs[right, 1])])


def in_tokens(pairs: ArrayLike, tokens: Ranges) -> Ranges:
    """Ranges of characters as ranges of the tokens that they overlap.

    Args:
        pairs: `[n, 2]` characters.
        tokens: `[m, 2]` characters of each token of the same text, in order and disjoint.
    """
    given = ranges(pairs)
    low = np.searchsorted(tokens[:, 1], given[:, 0], side="right")
    high = np.searchsorted(tokens[:, 0], given[:, 1], side="left")
    return np.column_stack([low, np.maximum(low, high)])


class Passages:
    """All passages of a corpus, ready to be asked which of them touch a range.

    Args:
        of: document to the ranges `[n, 2]` of its passages.
    """

    def __init__(self, of: Mapping[str, ArrayLike]) -> None:
        self._of = {source: self._sorted(ranges(pairs)) for source, pairs in of.items()}

    @staticmethod
    def _sorted(pairs: Ranges) -> tuple[Ranges, int]:
        """Passages by their start, and the longest: nothing that starts before `start - longest` can touch."""
        longest = int((pairs[:, 1] - pairs[:, 0]).max()) if len(pairs) else 0
        return pairs[np.argsort(pairs[:, 0], kind="stable")], longest

    def number_touching(self, references: Mapping[str, Ranges], *, closed: bool) -> int:
        """How many passages of the corpus share something with the references."""
        return sum(len(self.touching(source, pairs, closed=closed)) for source, pairs in references.items())

    def touching(self, source: str, references: Ranges, *, closed: bool) -> Ranges:
        """The passages of a document that share a character with one of the ranges; or only a border, if `closed`."""
        pairs, longest = self._of.get(source, (ranges([]), 0))
        hit = np.zeros(len(pairs), dtype=bool)
        for start, end in references:
            low = int(np.searchsorted(pairs[:, 0], start - longest, side="left"))
            high = int(np.searchsorted(pairs[:, 0], end, side="right" if closed else "left"))
            ends = pairs[low:high, 1]
            hit[low:high] |= ends >= start if closed else ends > start
        return pairs[hit]


def span_scores(
    references: Mapping[str, ArrayLike],
    retrieved: Sequence[tuple[str, int, int]],
    passages: Passages,
    *,
    mode: Mode = "corrected",
) -> SpanScores:
    """The figures of one question.

    Args:
        references: document to the ranges `[n, 2]` of its evidence.
        retrieved: document, start and end of each passage.
        passages: every passage of the corpus.
        mode: how ranges are counted.

    Raises:
        UsageError: the references hold no character.
    """
    wanted = {source: ranges(pairs) for source, pairs in references.items()}
    if not sum(_length(union(pairs)) for pairs in wanted.values()):
        raise UsageError("a question without references has no span figures: leave it out")
    found: dict[str, list[tuple[int, int]]] = {}
    for source, start, end in retrieved:
        found.setdefault(source, []).append((start, end))
    closed = mode == "faithful"

    def size(pairs: ArrayLike) -> int:
        return _length(ranges(pairs)) if closed else _length(union(pairs))

    covered = {source: _length(intersection(pairs, found.get(source, []))) for source, pairs in wanted.items()}
    missed = sum(_length(union(pairs)) - covered[source] for source, pairs in wanted.items())
    hit = sum(covered.values())
    total = sum(size(pairs) for pairs in wanted.values())
    shown = sum(size(pairs) for pairs in found.values())
    return SpanScores(
        hit / total, hit / shown if shown else 0.0, hit / (shown + missed), _omega(wanted, passages, closed=closed)
    )


def _omega(wanted: Mapping[str, Ranges], passages: Passages, *, closed: bool) -> float:
    """Precision of all passages that touch a reference, counting what they leave uncovered against them."""
    hit = whole = 0
    for source, pairs in wanted.items():
        touching = passages.touching(source, pairs, closed=closed)
        hit += _length(intersection(pairs, touching))
        whole += _length(union(np.vstack([touching, pairs])))
    return hit / whole


def _length(pairs: Ranges) -> int:
    return int((pairs[:, 1] - pairs[:, 0]).sum())
