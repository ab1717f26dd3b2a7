"""What a question needs of some passages, sentence by sentence, and which sentences share a number of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag import skills
from rag.encoders.tokenizer import default_tokenizer
from rag.index.context import headings_context
from rag.segmenters.sentences import sentences

__all__ = ["Needed", "fitting", "needed"]


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

    Args:
        passages: in any order; titles and headings are read with them.
        question: stand-alone.
        weights: file or folder of weights, as `rag train cross` writes them; None for those that ship.
    """
    spans = [sentences(passage.page_content) for passage in passages]
    texts = [[p.page_content[start:end] for start, end in some] for p, some in zip(passages, spans, strict=True)]
    titles = [headings_context(passage.metadata) for passage in passages]
    chances, relevant = skills.load("keep", weights).judge([(question, some) for some in texts], titles)
    sizes = iter(default_tokenizer().count([text for some in texts for text in some]))
    return [
        Needed(some, [next(sizes) for _ in some], mine.astype(np.float64), np.sqrt(mine, dtype=np.float64) * chance)
        for some, mine, chance in zip(spans, chances, relevant.astype(np.float64), strict=True)
    ]


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
