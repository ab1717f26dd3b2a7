"""Four bits for a few dimensions: vectors so small that all of them can be compared.

A codebook is trained once on a sample; a vector's code is 4 bits for each subspace of one to three dimensions (64 bytes
for 384 dimensions), and FAISS looks the partial products of a subspace up in registers [1]. The best of that scan are
candidates, whose true cosines the caller computes.

[1] Andre, Kermarrec, Le Scouarnec: Quicker ADC: Unlocking the Hidden Potential of Product Quantization with SIMD
    (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.index.stacked import Stacked

if TYPE_CHECKING:
    from faiss import IndexPQFastScan

__all__ = ["Codebook", "coded", "sample"]

_WIDE = 96
"""Dimensions for which each subspace gets one more, up to three: short vectors need finer codes."""
_SAMPLE = 16_384
"""Vectors that a codebook is trained on: 1,024 for each of its 16 centroids."""
_SEED = 20


@dataclass(frozen=True)
class Codebook:
    """Centroids float32 `[subspaces, 16, dimensions of a subspace]`."""

    centroids: NDArray[np.float32]

    @classmethod
    def train(cls, vectors: NDArray[np.float32]) -> Codebook:
        """Learns from vectors `[n, dimensions]`; equal vectors give an equal codebook."""
        import faiss

        width = min(3, max(1, vectors.shape[1] // _WIDE))
        padded = _padded(vectors, width)
        quantizer = faiss.ProductQuantizer(padded.shape[1], padded.shape[1] // width, 4)
        quantizer.cp.niter, quantizer.cp.seed, quantizer.cp.min_points_per_centroid = 10, _SEED, 1
        quantizer.train(padded)
        return cls(faiss.vector_to_array(quantizer.centroids).reshape(-1, 16, width).copy())

    @property
    def width(self) -> int:
        """Dimensions of a subspace."""
        return int(self.centroids.shape[2])

    @property
    def bytes(self) -> int:
        """Of one code."""
        return len(self.centroids) // 2

    def encode(self, vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Codes `[n, bytes]` of vectors `[n, dimensions]`."""
        made = self._empty()  # `made.pq` is a part of it and does not keep it alive
        codes: NDArray[np.uint8] = made.pq.compute_codes(_padded(vectors, self.width))
        return codes

    def scanner(self, codes: NDArray[np.uint8]) -> IndexPQFastScan:
        """What finds the highest inner products among some codes: FAISS's index, numbers in the order given."""
        import faiss

        plain = self._empty()
        faiss.copy_array_to_vector(np.ascontiguousarray(codes).ravel(), plain.codes)
        plain.ntotal = len(codes)
        return faiss.IndexPQFastScan(plain)

    def candidates(self, scanner: IndexPQFastScan, vector: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        """Numbers of the `count` codes with the highest approximate inner products, in no order that matters."""
        _, found = scanner.search(_padded(vector[None], self.width), min(count, scanner.ntotal))
        numbers: NDArray[np.int64] = found[0][found[0] >= 0]
        return numbers

    def _empty(self) -> Any:
        import faiss

        subspaces = len(self.centroids)
        made = faiss.IndexPQ(subspaces * self.width, subspaces, 4, faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(np.ascontiguousarray(self.centroids).ravel(), made.pq.centroids)
        made.is_trained = True
        return made


def sample(count: int) -> NDArray[np.int64]:
    """Rows to train on; the same for the same count."""
    return np.sort(np.random.default_rng(_SEED).permutation(count)[:_SAMPLE])


def coded(
    book: Codebook,
    vectors: Stacked,
    ids: NDArray[np.int64],
    known: NDArray[np.int64],
    codes: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """A code for each passage of `ids`: the one it has, where it is `known`, else a new one."""
    if np.array_equal(known, ids):
        return codes
    found = np.empty((len(ids), book.bytes), np.uint8)
    new = np.arange(len(ids))
    if len(known):
        order = np.argsort(known)
        at = order[np.minimum(np.searchsorted(known, ids, sorter=order), len(known) - 1)]
        there = known[at] == ids
        found[there], new = codes[at[there]], np.flatnonzero(~there)
    start = 0
    for block in vectors.blocks(new):
        found[new[start : start + len(block)]] = book.encode(block)
        start += len(block)
    return found


def _padded(vectors: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """With zeros up to an even number of subspaces: two codes share a byte."""
    short = -vectors.shape[1] % (2 * width)
    return np.ascontiguousarray(np.pad(vectors, ((0, 0), (0, short))), np.float32)
