"""How much each word has to do with what a collection is about: PageRank over related words, a graph a document."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.terms.candidates import Candidates
from rag.terms.pagerank import pagerank

__all__ = ["Relatedness", "importance"]

_BLOCK = 1_024
"""Words whose cosines to all others are held at once."""


@dataclass(frozen=True)
class Relatedness:
    """Which words are linked."""

    encoder: Embeddings
    least: float = 0.5
    """Cosine."""
    share: float = 0.15
    """Of all words, how many a word is linked to at most: its nearest."""


def importance(found: Candidates, seeds: Collection[str], related: Relatedness) -> dict[str, float]:
    """Stem to semantic importance in [0, 1]; a word that is related to no other has none.

    The nodes of a document's graph are the words of its phrases and what they are related to among the words of all
    phrases. The ranks of a document are divided by their highest, and their sums over documents likewise.

    Args:
        found: the phrases.
        seeds: stems at which walks start.
        related: which words are linked.
    """
    stems = sorted({stem for key in found.phrases for stem in key})
    place = {stem: number for number, stem in enumerate(stems)}
    start = np.array([stem in seeds for stem in stems], np.float64)
    near = _neighbours([found.forms[stem] for stem in stems], related)
    total = np.zeros(len(stems))
    for document in found.documents:
        words = np.unique([place[stem] for key in document for stem in key]).astype(np.int64)
        nodes, ranks = _ranks(near, words, start)
        if len(nodes):
            total[nodes] += ranks / ranks.max()
    highest = total.max(initial=0.0)
    return {stem: float(value / highest) for stem, value in zip(stems, total, strict=True) if value > 0}


def _ranks(
    near: list[NDArray[np.int64]], words: NDArray[np.int64], start: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The nodes of one document's graph and their PageRank."""
    from scipy.sparse import csr_array

    lists = [near[word] for word in words]
    heads = np.repeat(words, [len(one) for one in lists])
    tails = np.concatenate([np.empty(0, np.int64), *lists])
    nodes, numbers = np.unique(np.concatenate([heads, tails]), return_inverse=True)
    if not len(nodes):
        return nodes, np.empty(0)
    one, other = np.split(numbers, 2)
    both = (np.concatenate([one, other]), np.concatenate([other, one]))
    links = csr_array((np.ones(len(both[0])), both), shape=(len(nodes), len(nodes)))
    links.data[:] = 1  # two words that name each other are linked once
    return nodes, pagerank(links, start[nodes])


def _neighbours(words: list[str], related: Relatedness) -> list[NDArray[np.int64]]:
    """Of each word the places of those related to it, nearest first."""
    vectors = np.asarray(related.encoder.embed_documents(words), np.float32)
    most = max(1, int(related.share * len(words)))
    found: list[NDArray[np.int64]] = []
    for first in range(0, len(words), _BLOCK):
        cosines = vectors[first : first + _BLOCK] @ vectors.T
        cosines[np.arange(len(cosines)), np.arange(first, first + len(cosines))] = -2
        for row in cosines:
            close = np.flatnonzero(row >= related.least)
            found.append(close[np.argsort(-row[close], kind="stable")[:most]])
    return found
