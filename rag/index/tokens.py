"""The token view: a coded vector for every token of a passage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest

from rag.index.cells import Cells
from rag.index.codec import Bits, Codec
from rag.index.late import Late
from rag.index.ragged import Ragged
from rag.index.vectors import Vectors, stored
from rag.index.view import Arrays, Passage, Rows, Together, View
from rag.kinds import Both, TokenEncoder

__all__ = ["TokenVectors"]

_AT_ONCE = 128
"""Passages whose vectors are held in full while they are coded."""


@dataclass(frozen=True)
class TokenVectors(View):
    """Of a segment of n passages: `offsets` uint32 `[n + 1]`, `codes` `[tokens, ...]` (`rag.index.codec`)."""

    tokens: TokenEncoder
    bits: Bits = 2
    exact_up_to: int = 256
    """Passages up to which all are compared and no cells are made."""

    @cached_property
    def codec(self) -> Codec:
        """How vectors are stored."""
        return Codec(self.tokens.dimensions, self.bits)

    @cached_property
    def name(self) -> str:
        """`tokens` and what the codes depend on."""
        return f"tokens-{xxh3_64_hexdigest(f'{self.tokens.fingerprint} {self.bits}'.encode())[:8]}"

    @property
    def manifest(self) -> Mapping[str, str | int | float]:
        """The encoder and the bits."""
        return {"tokens": self.tokens.fingerprint, "bits": self.bits}

    def derive(self, passages: Sequence[Passage]) -> dict[str, NDArray[Any]]:
        """Encodes passages and codes their tokens."""
        return self._coded(self.tokens.encode(texts) for texts in _blocks(passages))

    def together(self, other: View) -> Together | None:
        """One pass of the encoder for both, where `other` holds vectors of the same model."""
        both = self.tokens.beside(other.encoder) if isinstance(other, Vectors) else None
        return None if both is None else partial(self._with_sentences, both)

    def _with_sentences(
        self, both: Both, passages: Sequence[Passage]
    ) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        whole: list[NDArray[np.float16]] = []

        def tokens() -> Iterator[list[NDArray[np.float32]]]:
            for texts in _blocks(passages):
                vectors, sentences = both(texts)
                whole.append(stored(sentences))
                yield vectors

        return self._coded(tokens()), {"vectors": np.concatenate(whole)}

    def _coded(self, blocks: Iterable[list[NDArray[np.float32]]]) -> dict[str, NDArray[Any]]:
        lengths, codes = [0], [self.codec.encode(np.empty((0, self.tokens.dimensions), np.float32))]
        for vectors in blocks:
            lengths += map(len, vectors)
            codes.append(self.codec.encode(np.concatenate(vectors)))
        return {"offsets": np.cumsum(lengths).astype(np.uint32), "codes": np.concatenate(codes)}

    def merge(self, parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> dict[str, NDArray[Any]]:
        """The codes of the marked passages, end to end."""
        lengths = [np.diff(arrays["offsets"])[mask] for arrays, mask in parts]
        codes = [arrays["codes"][np.repeat(mask, np.diff(arrays["offsets"]))] for arrays, mask in parts]
        offsets = np.cumsum(np.concatenate([np.zeros(1, np.uint32), *lengths]), dtype=np.uint32)
        return {"offsets": offsets, "codes": np.concatenate(codes)}

    def overlay(self, parts: Sequence[Arrays], rows: Rows, previous: Arrays | None) -> Arrays | None:
        """Lists of tokens by cell (`rag.index.cells`); None up to `exact_up_to` passages."""
        if rows.alive.sum() <= self.exact_up_to:
            return None
        if previous is not None and np.array_equal(previous["ids"], rows.ids):
            return previous
        old = Cells.of(previous) if previous is not None else None
        return Cells.make(self.codec, _ragged(parts), rows.ids, old).arrays()

    def open(self, parts: Sequence[Arrays], overlay: Arrays | None, rows: Rows) -> Late:
        """The searchable tokens."""
        cells = Cells.of(overlay) if overlay is not None else None
        return Late(self.tokens, self.codec, _ragged(parts), rows, cells)


def _blocks(passages: Sequence[Passage]) -> Iterator[list[str]]:
    for start in range(0, len(passages), _AT_ONCE):
        yield [passage.encoded for passage in passages[start : start + _AT_ONCE]]


def _ragged(parts: Sequence[Arrays]) -> Ragged:
    return Ragged([part["offsets"] for part in parts], [part["codes"] for part in parts])
