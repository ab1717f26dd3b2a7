"""The dense view: a unit vector for each passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest

from rag.index.codes import Codebook, coded, sample
from rag.index.encoding import encoder_of
from rag.index.nearest import Nearest
from rag.index.stacked import Stacked
from rag.index.view import Arrays, Passage, Rows, View
from rag.kinds import Encoder

__all__ = ["Vectors", "stored"]

_GROWN = 4
"""Times a collection may grow before its codebook is trained again."""
_FEWEST = 256
"""Passages below which a codebook would learn nothing."""


@dataclass(frozen=True)
class Vectors(View):
    """Vectors in half precision: `vectors` float16 `[n, dimensions]` a segment."""

    encoder: Embeddings
    exact_up_to: int = 20_000
    """Passages up to which every vector is compared; they are held in memory, 4 bytes a dimension."""

    @cached_property
    def _encoder(self) -> Encoder:
        return encoder_of(self.encoder)

    @cached_property
    def name(self) -> str:
        """`vectors` and what they depend on."""
        return f"vectors-{xxh3_64_hexdigest(self._encoder.fingerprint.encode())[:8]}"

    @property
    def manifest(self) -> Mapping[str, str | int | float]:
        """The encoder."""
        return {"encoder": self._encoder.fingerprint}

    def derive(self, passages: Sequence[Passage]) -> dict[str, NDArray[Any]]:
        """Encodes passages."""
        return {"vectors": stored(self._encoder.encode([passage.encoded for passage in passages]))}

    def merge(self, parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> dict[str, NDArray[Any]]:
        """The marked vectors, end to end."""
        return {"vectors": np.concatenate([arrays["vectors"][mask] for arrays, mask in parts])}

    def overlay(self, parts: Sequence[Arrays], rows: Rows, previous: Arrays | None) -> Arrays | None:
        """Short codes of all vectors: `ids` int64 `[n]`, `codes` uint8 `[n, bytes]`, `centroids`, `trained` `[1]`.

        None up to `exact_up_to` passages. The codebook is trained again when the collection has quadrupled.
        """
        count = len(rows.ids)
        if rows.alive.sum() <= max(self.exact_up_to, _FEWEST):
            return None
        if previous is not None and np.array_equal(previous["ids"], rows.ids):
            return previous
        vectors = Stacked([part["vectors"] for part in parts])
        if previous is not None and count <= _GROWN * int(previous["trained"][0]):
            book, trained = Codebook(previous["centroids"]), previous["trained"]
            codes = coded(book, vectors, rows.ids, previous["ids"], previous["codes"])
        else:
            book = Codebook.train(vectors.rows(sample(count)))
            trained = np.array([count], np.int64)
            codes = coded(book, vectors, rows.ids, rows.ids[:0], np.empty((0, book.bytes), np.uint8))
        return {"ids": rows.ids, "codes": codes, "centroids": book.centroids, "trained": trained}

    def open(self, parts: Sequence[Arrays], overlay: Arrays | None, rows: Rows) -> Nearest:
        """The searchable vectors."""
        exact = int(rows.alive.sum()) <= self.exact_up_to
        return Nearest(self._encoder, [part["vectors"] for part in parts], rows, exact=exact, codes=overlay)


def stored(vectors: NDArray[np.float32]) -> NDArray[np.float16]:
    """Vectors as a segment holds them."""
    return vectors.astype(np.float16)
