"""Cells: tokens near the same centroid, listed together, so that a question looks at few of all tokens.

Centroids are learnt from a sample of the collection's own tokens and serve until it has quadrupled; a token keeps its
cell for as long as they do, so what is added costs only what is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from rag.index.centroids import Centroids, learn
from rag.index.codec import Codec
from rag.index.ragged import Ragged, spread
from rag.index.view import Arrays

__all__ = ["Cells", "Nearest"]

_GROWN = 4
"""Times a collection may grow before its centroids are learnt again."""
_A_CENTROID = 48
"""Tokens of the sample for each centroid."""
_MOST = 8_192
_BLOCK = 32_768
"""Tokens decoded and compared at once."""
_SEED = 22


class Nearest(NamedTuple):
    """The cells nearest to each of some vectors, nearest first."""

    cells: NDArray[np.int64]
    """`[vectors, n]`."""
    enough: NDArray[np.int64]
    """How many of them hold the tokens that are wanted, `[vectors]`."""
    similarities: NDArray[np.float32]
    """Of their centroids, as `cells`."""


@dataclass(frozen=True)
class Cells:
    """Lists of tokens by cell. Tokens are numbered through the passages `ids`, laid end to end."""

    ids: NDArray[np.int64]
    """Passages, `[n]`."""
    lengths: NDArray[np.uint32]
    """Their tokens, `[n]`."""
    centroids: NDArray[np.float16]
    """`[cells, width]`."""
    starts: NDArray[np.int64]
    """Where each cell's list starts in `tokens`, `[cells + 1]`."""
    tokens: NDArray[np.uint32]
    """`[all tokens]`, by cell, then by number."""
    trained: NDArray[np.int64]
    """Tokens there were when the centroids were learnt, `[1]`."""

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        """From what `arrays` gave."""
        return cls(**arrays)

    @classmethod
    def make(cls, codec: Codec, ragged: Ragged, ids: NDArray[np.int64], previous: Cells | None) -> Self:
        """Of all tokens of some passages; with the centroids, and the cells, of the previous ones where they serve."""
        count = len(ragged)
        if previous is not None and count > _GROWN * int(previous.trained[0]):
            previous = None
        centroids = previous.centroids if previous is not None else _learn(codec, ragged)
        trained = previous.trained if previous is not None else np.array([count], np.int64)
        cells, new = _known(previous, ids, ragged) if previous is not None else (np.empty(count, np.uint16), None)
        if new is None:
            new = np.arange(count)
        table = Centroids(centroids.astype(np.float32), tokens=len(new))
        for start in range(0, len(new), _BLOCK):
            some = new[start : start + _BLOCK]
            cells[some] = table.nearest(codec.decode(ragged.take(some)))
        starts = np.zeros(len(centroids) + 1, np.int64)
        np.cumsum(np.bincount(cells, minlength=len(centroids)), out=starts[1:])
        tokens = np.argsort(cells, kind="stable").astype(np.uint32)
        return cls(ids, ragged.lengths.astype(np.uint32), centroids, starts, tokens, trained)

    def nearest(self, similarities: NDArray[np.float32], wanted: int) -> Nearest:
        """The nearest cells that hold so many tokens, or all; of equal ones the first come first.

        Args:
            similarities: of all centroids with some vectors, `[vectors, cells]`.
            wanted: tokens in the cells of each vector.
        """
        sizes, count = np.diff(self.starts), similarities.shape[1]
        few = 16 + int(2 * wanted * count / max(1, len(self.tokens)))
        while True:  # small cells: more of them are needed
            few = min(few, count)
            cells = np.sort(np.argpartition(-similarities, few - 1, axis=1)[:, :few], axis=1)
            near = np.take_along_axis(similarities, cells, axis=1)
            order = np.argsort(-near, axis=1, kind="stable")
            cells = np.take_along_axis(cells, order, axis=1)
            held = np.cumsum(sizes[cells], axis=1)
            if few == count or (held[:, -1] >= wanted).all():
                enough = np.minimum((held < wanted).sum(axis=1) + 1, few)
                return Nearest(cells, enough, np.take_along_axis(near, order, axis=1))
            few *= 4

    def arrays(self) -> Arrays:
        """What is stored."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def by_token(self) -> NDArray[np.uint16]:
        """The cell of each token."""
        cells = np.empty(len(self.tokens), np.uint16)
        cells[self.tokens] = np.repeat(np.arange(len(self.centroids), dtype=np.uint16), np.diff(self.starts))
        return cells


def _learn(codec: Codec, ragged: Ragged) -> NDArray[np.float16]:
    """Unit centroids, a power of two of them: about eight times the root of the number of tokens."""
    count = len(ragged)
    cells = min(_MOST, 1 << max(0, int(np.log2(max(1.0, 8 * count**0.5)))))
    cells = min(cells, count)
    chosen = np.sort(np.random.default_rng(_SEED).permutation(count)[: cells * _A_CENTROID])
    return learn(codec.decode(ragged.take(chosen)), cells).astype(np.float16)


def _known(previous: Cells, ids: NDArray[np.int64], ragged: Ragged) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """The cells of the tokens that had one, and the tokens that had none."""
    cells = np.zeros(len(ragged), np.uint16)
    order = np.argsort(previous.ids)
    at = order[np.minimum(np.searchsorted(previous.ids, ids, sorter=order), len(order) - 1)]
    there = previous.ids[at] == ids
    lengths = ragged.lengths[there]
    first = np.cumsum(previous.lengths, dtype=np.int64) - previous.lengths
    cells[spread(ragged.first[:-1][there], lengths)] = previous.by_token()[spread(first[at[there]], lengths)]
    return cells, spread(ragged.first[:-1][~there], ragged.lengths[~there])
