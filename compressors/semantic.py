"""Passages without the words that carry least (TCRA-LLM)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import Field

from rag.encoders.importance import Method, Piece, counted, weighed
from rag.encoders.nearness import by_sentence
from rag.kinds import Compressor, default_encoder
from rag.passages.condensed import condensed
from rag.passages.relevance import relevance
from rag.segmenters.words import Word, words
from rag.spending.limits import GivesWay

__all__ = ["Semantic"]


class Semantic(Compressor):
    """Of the passages the words whose absence would move their vectors most, in their order [1].

    What must go is shared out by relevance, an idea of LongLLMLingua's [2]: the least relevant passage loses words
    until `least` of it is left, then the next, until `keep` of all is left. Those before them stay whole and are not
    even read. Relevance is the order of the scores, or of the list where a passage has none. Numbers, names, negation,
    quotes, code, the ends of sentences, the question's words, and of each passage the whole sentence that is nearest to
    the question stay whatever they weigh: where there are many of them more than `keep` may stay. Meant for chat
    models: what remains is no prose to quote. Citations quote the source as it is, the words between included.

    [1] Liu et al.: TCRA-LLM (2023), arXiv 2310.15556, section 3.2.
    [2] Jiang et al.: LongLLMLingua (2023), arXiv 2310.06839, on adaptive granular control: its shares fall evenly with
        the rank.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    keep: Annotated[float, Field(ge=0, le=1)] = 0.8
    """The share that stays, of all passages together; of each at least one word."""
    rooms: Literal["relevance", "even"] = "relevance"
    """How it is shared out: more to the more relevant, or to every passage `keep` of its own."""
    least: Annotated[float, Field(ge=0, le=1)] = 0.5
    """The share that a passage of little relevance keeps; where `keep` is below it, `keep` of every passage stays."""
    of: Literal["tokens", "words"] = "tokens"
    """What the shares are of: tokens of the embedded tokenizer, or words, as the paper's percentile."""
    protect: bool = True
    """Whether numbers, names, the sentence nearest to the question and so on stay."""
    method: Method = "auto"
    """`exact` encodes a passage once for every word, `pooled` once; `auto` is `pooled` with the embedded encoder."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Whose vectors say what a word is worth."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages, shortened, in the order given."""
        pieces: list[Piece] = [(one.page_content, words(one.page_content, query)) for one in documents]
        sizes = self._sizes(pieces)
        rest = self.keep if self.rooms == "even" else min(self.least, self.keep)
        most = [_share(1 - rest, some) for some in sizes]
        leaving = _share(1 - self.keep, np.concatenate([*sizes, np.empty(0, np.int64)]))
        made = list(documents)
        waiting = _least_relevant_first(documents)
        while waiting and leaving > 0:
            reached, might = [], 0  # so many are cut for certain, and are read together
            while waiting and might < leaving:
                reached.append(waiting.pop(0))
                might += min(most[reached[-1]], self._free(pieces[reached[-1]][1], sizes[reached[-1]]))
            for at, going in zip(reached, self._going([pieces[at] for at in reached], query), strict=True):
                ends = np.cumsum(sizes[at][going])
                gone = going[: np.searchsorted(ends, min(most[at], leaving), side="right")]
                made[at] = self._without(documents[at], pieces[at][1], gone.tolist())
                # Less what can go at most, not what went: what a smaller `keep` leaves is then part of this.
                leaving -= int(ends[ends <= most[at]].max(initial=0))
        return made

    def _sizes(self, pieces: Sequence[Piece]) -> list[NDArray[np.int64]]:
        """What each word of each text counts."""
        if self.of == "words":
            return [np.ones(len(found), np.int64) for _, found in pieces]
        return [np.array(some, np.int64) for some in counted(pieces)]

    def _free(self, found: Sequence[Word], sizes: NDArray[np.int64]) -> int:
        """What may go of a text as far as its words alone can tell."""
        return int(sizes[[not (self.protect and word.protected) for word in found]].sum())

    def _going(self, pieces: Sequence[Piece], query: str) -> list[NDArray[np.int64]]:
        """The places of the words that may go from each text, that which moves its vector least first."""
        read = weighed(pieces, self.encoder, self.method)
        whole = [(0, 0)] * len(pieces)
        if self.protect and query.strip():
            near = by_sentence(query, pieces, read, self.encoder)
            whole = [one.spans[int(one.near.argmax())] if one.spans else (0, 0) for one in near]
        orders = []
        for (_, found), one, (start, end) in zip(pieces, read, whole, strict=True):
            stays = [self.protect and (word.protected or start <= word.start < end) for word in found]
            order = np.argsort(one.moved, kind="stable")  # of equals the earlier goes first
            orders.append(order[~np.array(stays, np.bool_)[order]][: max(0, len(found) - 1)])
        return orders

    def _without(self, passage: Document, found: Sequence[Word], gone: Sequence[int]) -> Document:
        """The passage without some of its words."""
        if not gone:
            return passage
        left = set(range(len(found))).difference(gone)
        staying: list[Word] = []
        for place in sorted(left):
            # The end of a sentence of which nothing is left goes, too.
            if not (self.protect and found[place].stops and (not staying or staying[-1].stops)):
                staying.append(found[place])
        staying = staying or [found[gone[-1]]]
        return condensed(passage, [(word.start, word.end) for word in staying])


def _share(share: float, sizes: NDArray[np.int64]) -> int:
    return math.floor(share * int(sizes.sum()) + 1e-9)


def _least_relevant_first(documents: Sequence[Document]) -> list[int]:
    """Places of the passages; of equals the later comes first."""
    scores = relevance(documents)
    order = range(len(documents)) if scores is None else np.argsort(-scores, kind="stable").tolist()
    return list(reversed(order))
