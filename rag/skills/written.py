"""How each token of a text is written: what an encoder of lower-case word pieces cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.tokenizer import default_tokenizer
from rag.segmenters.sentences import sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KINDS", "pieces", "written"]

KINDS = 32
"""Letters in four kinds, the gap behind in four, and whether a sentence ends there by rule."""


def pieces(text: str) -> tuple[list[int], NDArray[np.int64]]:
    """Token ids, and their character spans `[n, 2]`; every id has a character of its own."""
    encoded = default_tokenizer().engine.encode(text, add_special_tokens=False)
    spans = np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)
    kept = spans[:, 1] > spans[:, 0]
    return [token for token, keep in zip(encoded.ids, kept, strict=True) if keep], spans[kept]


def written(text: str, spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """The kind of each token, int64 `[n]` below `KINDS`.

    Lower case, capital first, capitals only or no letters; behind it nothing, space, a line's end or an empty line.
    """
    ends = {end for _, end in sentences(text)}
    kinds = np.empty(len(spans), dtype=np.int64)
    starts = [*spans[1:, 0].tolist(), len(text)][: len(spans)]
    for place, ((start, end), after) in enumerate(zip(spans.tolist(), starts, strict=True)):
        token, gap = text[start:end], text[end:after]
        if not any(char.isalpha() for char in token):
            letters = 3
        else:
            letters = 2 if token.isupper() and len(token) > 1 else int(token[0].isupper())
        behind = min(3, 1 + gap.count("\n")) if gap.isspace() else 0
        kinds[place] = (letters * 4 + behind) * 2 + (end in ends)
    return kinds
