"""What a question needs of some passages, sentence by sentence, and which sentences share a number of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag import skills
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vocabulary import embedded
from rag.index.context import headings_context
from rag.passages.overlap import overlap
from rag.segmenters.sentences import sentences

__all__ = ["Needed", "fitting", "needed"]


_LATER = 0.01
"""What a place further down takes off a sentence that is judged by its words."""


@dataclass(frozen=True, slots=True)
class Needed:
    """The sentences of a passage."""

    spans: Sequence[tuple[int, int]]
    sizes: Sequence[int]
    """Tokens of each."""
    chances: NDArray[np.float64]
    """`[sentences]`: the probability that the question needs it."""
    worth: NDArray[np.float64]
    """The same beside the sentences of other passages: its root times the passage's relevance."""


def needed(passages: Sequence[Document], question: str, weights: str | None = None) -> list[Needed]:
    """What the embedded cross-encoder says of every sentence; behind `rerank` all of it is known.

    Where it cannot read the passages (another language), it takes no sentence for needless: all have a chance of a half
    at least, and those that share more words with the question more.

    Args:
        passages: in any order; titles and headings are read with them.
        question: stand-alone.
        weights: file or folder of weights, as `rag train cross` writes them; None for those that ship.
    """
    spans = [sentences(passage.page_content) for passage in passages]
    texts = [[p.page_content[start:end] for start, end in some] for p, some in zip(passages, spans, strict=True)]
    titles = [headings_context(passage.metadata) for passage in passages]
    if not embedded().known(question, passages).weight:
        return _by_words(question, spans, texts)
    chances, relevant = skills.load("keep", weights).judge([(question, some) for some in texts], titles)
    sizes = iter(default_tokenizer().count([text for some in texts for text in some]))
    return [
        Needed(some, [next(sizes) for _ in some], mine.astype(np.float64), np.sqrt(mine, dtype=np.float64) * chance)
        for some, mine, chance in zip(spans, chances, relevant.astype(np.float64), strict=True)
    ]


def _by_words(
    question: str, spans: Sequence[Sequence[tuple[int, int]]], texts: Sequence[Sequence[str]]
) -> list[Needed]:
    """The same by the words that sentences share with the question; of equals the earlier passage's is worth more."""
    flat = [text for some in texts for text in some]
    shared, sizes = iter(overlap(question, flat).tolist()), iter(default_tokenizer().count(flat))
    made = []
    for place, some in enumerate(spans):
        chances = np.array([(1 + next(shared)) / 2 for _ in some])
        made.append(Needed(some, [next(sizes) for _ in some], chances, chances - place * _LATER))
    return made


def fitting(worth: NDArray[np.float64], sizes: Sequence[int], room: int) -> NDArray[np.bool_]:
    """Which fit together into some room: the worthiest first, of equals the earlier; the very first in any case.

    Args:
        worth: `[n]`; what is worth -inf never stays.
        sizes: `[n]`, tokens.
        room: tokens.
    """
    stays = np.zeros(len(worth), np.bool_)
    for place in np.argsort(-worth, kind="stable"):
        if np.isneginf(worth[place]):
            break
        if sizes[place] <= room or not stays.any():
            stays[place] = True
            room -= sizes[place]
    return stays
