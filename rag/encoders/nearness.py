"""How near each sentence of a text is to a question, and to the text as a whole."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.encoders.importance import Piece, Weighed
from rag.encoders.minilm import MiniLM
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vectors import unit_rows
from rag.segmenters.sentences import sentences

__all__ = ["Sentences", "by_sentence"]


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of a text."""

    spans: Sequence[tuple[int, int]]
    near: NDArray[np.float32]
    """`[sentences]`: to the question; zeros where there is none. Comparable between texts."""
    central: NDArray[np.float32]
    """`[sentences]`: cosine to the text as a whole."""


def by_sentence(
    question: str, pieces: Sequence[Piece], read: Sequence[Weighed], encoder: Embeddings
) -> list[Sentences]:
    """The sentences of some texts.

    With the embedded encoder a sentence is what its tokens were in the passage: near is the cosine of their mean to the
    question's plus the mean, over the question's tokens, of the nearest token's cosine (late interaction); nothing
    but the question is read again. With another encoder both are cosines of the sentence's own vector.

    Args:
        question: may be empty.
        pieces: texts with their words.
        read: as `weighed` gives them, for the embedded encoder by `pooled`; empty where they were not read.
        encoder: the same.
    """
    spans = [[(start, end) for start, end in sentences(text) if end > start] for text, _ in pieces]
    asked = question if question.strip() else ""
    # A text without a sentence was not read; it must not change how the others are.
    whole = all(one.tokens is not None for one, some in zip(read, spans, strict=False) if some)
    if isinstance(encoder, MiniLM) and read and whole:
        return _in_place(asked, pieces, read, spans, encoder)
    return _alone(asked, [text for text, _ in pieces], spans, encoder)


def _in_place(
    question: str,
    pieces: Sequence[Piece],
    read: Sequence[Weighed],
    spans: Sequence[Sequence[tuple[int, int]]],
    encoder: MiniLM,
) -> list[Sentences]:
    tokens = encoder.encode_tokens([question])[0] if question else np.zeros((3, encoder.dimensions), np.float32)
    asked, tokens = unit_rows(tokens.mean(axis=0, keepdims=True))[0], tokens[1:-1]
    found = []
    for (_, words), one, some in zip(pieces, read, spans, strict=True):
        if one.tokens is None:
            found.append(Sentences(some, *np.zeros((2, 0), np.float32)))
            continue
        firsts = [bisect_left(words, start, key=lambda word: word.start) for start, _ in some]
        bounds = one.bounds[[*firsts, len(one.bounds) - 1]]
        topic = unit_rows(one.tokens.sum(axis=0, keepdims=True))[0]
        near, central = np.zeros((2, len(some)), np.float32)
        for place, (start, end) in enumerate(pairwise(bounds)):
            if end > start:
                mine = one.tokens[start:end]
                middle = unit_rows(mine.sum(axis=0, keepdims=True))[0]
                central[place] = middle @ topic
                near[place] = middle @ asked + ((tokens @ mine.T).max(axis=1).mean() if len(tokens) else 0)
        found.append(Sentences(some, near, central))
    return found


def _alone(
    question: str, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]], encoder: Embeddings
) -> list[Sentences]:
    said = [text[start:end] for text, some in zip(texts, spans, strict=True) for start, end in some]
    if not said:
        return [Sentences([], np.empty(0, np.float32), np.empty(0, np.float32)) for _ in texts]
    vectors = unit_rows(encoder.embed_documents(said))
    asked = unit_rows([encoder.embed_query(question)])[0] if question else np.zeros(vectors.shape[1], np.float32)
    sizes = np.array(default_tokenizer().count(said), np.float32)
    found, first = [], 0
    for some in spans:
        mine, counts = vectors[first : first + len(some)], sizes[first : first + len(some)]
        first += len(some)
        topic = unit_rows((mine * counts[:, None]).sum(axis=0, keepdims=True))[0]
        found.append(Sentences(some, mine @ asked, mine @ topic))
    return found
