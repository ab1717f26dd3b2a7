"""A token encoder without a model, and vectors and rows for tests of the token view."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from rag.index.view import Rows
from rag.kinds import TokenEncoder

WORD = re.compile(r"\w+")


class Words(TokenEncoder):
    """Each word is a direction, bent a little by its neighbours: deterministic and contextual."""

    @property
    def dimensions(self) -> int:
        return 30  # no whole number of bytes at 2 bits

    def encode(self, texts: Sequence[str], *, query: bool = False) -> list[NDArray[np.float32]]:
        found = []
        for text in texts:
            words = WORD.findall(text.lower()) or [""]
            plain = np.stack(
                [np.random.default_rng(xxh3_64_intdigest(word.encode())).standard_normal(30) for word in words]
            )
            bent = plain + 0.2 * np.roll(plain, 1, axis=0)
            found.append((bent / np.linalg.norm(bent, axis=1, keepdims=True)).astype(np.float32))
        return found

    def spans(self, text: str, *, query: bool = False) -> NDArray[np.int64]:
        return np.array([match.span() for match in WORD.finditer(text)] or [(0, 0)], np.int64)


def units(count: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around 40 centres."""
    chance = np.random.default_rng(seed)
    found = np.random.default_rng(7).standard_normal((40, dimensions))[chance.integers(40, size=count)]
    found = found + 0.5 * chance.standard_normal((count, dimensions))
    unit: NDArray[np.float32] = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def rows_of(count: int) -> Rows:
    keys = np.random.default_rng(1).permutation(count).astype(np.uint64)
    return Rows(np.arange(100, 100 + count), keys, np.ones(count, np.bool_))
