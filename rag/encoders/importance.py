"""How much each word of a text matters to its vector: what the vector moves when the word is left out (TCRA-LLM).

[1] Liu et al.: TCRA-LLM: Token Compression Retrieval Augmented Large Language Model for Inference Cost Reduction
    (2023), arXiv 2310.15556, section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.encoders.minilm import MiniLM
from rag.encoders.tokenizer import default_tokenizer
from rag.errors import UsageError
from rag.kinds import Encoder
from rag.segmenters.words import Word

__all__ = ["Method", "Piece", "Weighed", "counted", "importance", "weighed"]

Method = Literal["auto", "exact", "pooled"]
"""`exact`: a text with n words is encoded n + 1 times [1]. `pooled`: once; a word's token vectors are taken out of the
mean. `auto`: `pooled` where the encoder is the embedded one, whose vectors are such means, else `exact`."""

Piece = tuple[str, Sequence[Word]]
"""A text and its words."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The words of a text: what leaving each out does, and what else was seen on the way."""

    moved: NDArray[np.float64]
    """`[words]`, Euclidean distances of unit vectors."""
    tokens: NDArray[np.float32] | None
    """`[tokens, dimensions]`, unit vectors of the words' tokens in order; None by `exact`, which sees none."""
    bounds: NDArray[np.int64]
    """`[words + 1]`: word `i` has `tokens[bounds[i]:bounds[i + 1]]`."""


def importance(pieces: Sequence[Piece], encoder: Embeddings, method: Method = "auto") -> list[NDArray[np.float64]]:
    """Euclidean distances between a text's vector and that of the text without each of its words.

    A text longer than the encoder reads is read in windows of whole words; a word counts against its window.

    Returns:
        Of each text float64 `[words]`.
    """
    return [found.moved for found in weighed(pieces, encoder, method)]


def weighed(pieces: Sequence[Piece], encoder: Embeddings, method: Method = "auto") -> list[Weighed]:
    """`importance`, with the token vectors that it was read from where there are any."""
    windows = _windows(pieces, encoder.max_tokens if isinstance(encoder, Encoder) else 512)
    flat = [(text, part) for (text, _), parts in zip(pieces, windows, strict=True) for part in parts]
    pooled = isinstance(encoder, MiniLM) if method == "auto" else method == "pooled"
    found = iter(_pooled(flat, encoder) if pooled else _exact(flat, encoder))
    return [_joined([next(found) for _ in parts]) for parts in windows]


def counted(pieces: Sequence[Piece]) -> list[list[int]]:
    """The tokens of every word of each text; a word that stands in many places is counted once."""
    bare = [text[word.start : word.bare] for text, words in pieces for word in words]
    distinct = list(dict.fromkeys(bare))
    sizes = dict(zip(distinct, default_tokenizer().count(distinct), strict=True))
    each = iter(bare)
    return [[sizes[next(each)] for _ in words] for _, words in pieces]


def _windows(pieces: Sequence[Piece], limit: int) -> list[list[Sequence[Word]]]:
    """The words of each text, as many together as the encoder reads at once."""
    found: list[list[Sequence[Word]]] = []
    for (_, words), counts in zip(pieces, counted(pieces), strict=True):
        firsts: list[int] = []
        room = 0
        for place, count in enumerate(counts):
            if not firsts or count > room:
                firsts.append(place)
                room = limit
            room -= count
        found.append([words[start:end] for start, end in pairwise([*firsts, len(words)])])
    return found


def _joined(parts: Sequence[Weighed]) -> Weighed:
    """The windows of one text as one."""
    if len(parts) == 1:
        return parts[0]
    ends = np.cumsum([0, *(part.bounds[-1] for part in parts)])
    bounds = [part.bounds[1:] + end for part, end in zip(parts, ends[:-1], strict=True)]
    tokens = [part.tokens for part in parts if part.tokens is not None]
    return Weighed(
        np.concatenate([np.empty(0), *(part.moved for part in parts)]),
        np.concatenate(tokens) if tokens else None,
        np.concatenate([np.zeros(1, np.int64), *bounds]),
    )


def _exact(windows: Sequence[Piece], encoder: Embeddings) -> list[Weighed]:
    """Every window whole and without each of its words, all in one batch."""
    texts: list[str] = []
    for text, words in windows:
        parts = [text[word.start : word.end] for word in words]
        texts.append("".join(parts))
        texts += ["".join(parts[:place] + parts[place + 1 :]) for place in range(len(parts))]
    vectors = np.array(encoder.embed_documents(texts), np.float64)
    first = np.cumsum([0, *(1 + len(words) for _, words in windows)])
    return [
        Weighed(
            np.linalg.norm(vectors[start + 1 : end] - vectors[start], axis=1), None, np.zeros(end - start, np.int64)
        )
        for start, end in pairwise(first)
    ]


def _pooled(windows: Sequence[Piece], encoder: Embeddings) -> list[Weighed]:
    """Every window once; the mean without the tokens of a word stands for the vector without the word."""
    if not isinstance(encoder, MiniLM):
        raise UsageError(
            f"{type(encoder).__name__} gives no token vectors to take out of a mean: use `method: exact`, or the "
            "encoder `minilm`"
        )
    read = iter(
        default_tokenizer().ids([text[w.start : w.bare] for text, words in windows for w in words], encoder.max_tokens)
    )
    ids = [[next(read) for _ in words] for _, words in windows]
    vectors = encoder.encode_token_ids([[token for word in rows for token in word] for rows in ids])
    moved = []
    for rows, found in zip(ids, vectors, strict=True):
        total = found.sum(axis=0, dtype=np.float64)
        bounds = 1 + np.cumsum([0, *map(len, rows)])  # [CLS] is the first
        sums = np.concatenate([np.zeros((1, found.shape[1])), np.cumsum(found, axis=0, dtype=np.float64)])
        ends = np.minimum(bounds, len(found))
        without = total - (sums[ends[1:]] - sums[ends[:-1]])
        distances = np.linalg.norm(_unit(without) - _unit(total), axis=-1)
        moved.append(Weighed(distances, found[1:-1], np.minimum(bounds - 1, max(0, len(found) - 2))))
    return moved


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
