"""Passages without the words that carry least (TCRA-LLM)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import Field

from rag.condensed import condensed
from rag.encoders.importance import Method, Piece, Weighed, weighed
from rag.encoders.nearness import by_sentence
from rag.encoders.tokenizer import default_tokenizer
from rag.kinds import Compressor, default_encoder
from rag.limits import GivesWay
from rag.segmenters.words import Word, words

__all__ = ["Semantic"]


class Semantic(Compressor):
    """Of every passage the words whose absence would move its vector most, in their order [1].

    Numbers, names, negation, quotes, code, the ends of sentences, the question's words, and of each passage the whole
    sentence that is nearest to the question stay whatever they weigh; a passage that has many of them may keep more
    than its share. Meant for chat models: what remains is no prose to quote. Citations quote the source as it is, the
    words between included.

    [1] Liu et al.: TCRA-LLM (2023), arXiv 2310.15556.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.SHORTENING

    keep: Annotated[float, Field(ge=0, le=1)] = 0.8
    """The share that stays, of every passage; one word always does."""
    of: Literal["tokens", "words"] = "tokens"
    """What the share is of: tokens of the embedded tokenizer, or words, as the paper's percentile."""
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
        read = weighed(pieces, self.encoder, self.method)
        if self.protect and query.strip():
            pieces = self._answering(query, pieces, read)
        return [
            condensed(passage, [(found[place].start, found[place].end) for place in self._staying(text, found, moved)])
            if found
            else passage
            for passage, (text, found), moved in zip(documents, pieces, (one.moved for one in read), strict=True)
        ]

    def _answering(self, query: str, pieces: Sequence[Piece], read: Sequence[Weighed]) -> list[Piece]:
        """The words, of which those of each text's sentence that is nearest to the question are protected."""
        made: list[Piece] = []
        for (text, found), some in zip(pieces, by_sentence(query, pieces, read, self.encoder), strict=True):
            start, end = some.spans[int(some.near.argmax())] if some.spans else (0, 0)
            made.append((text, [replace(w, protected=w.protected or start <= w.start < end) for w in found]))
        return made

    def _staying(self, text: str, found: Sequence[Word], scores: NDArray[np.float64]) -> list[int]:
        """The places of the words that stay. What a smaller share keeps is among what a greater one keeps."""
        sizes = self._sizes(text, found)
        leaving = math.floor((1 - self.keep) * sum(sizes) + 1e-9)
        gone: set[int] = set()
        for place in np.argsort(scores, kind="stable").tolist():  # of equals the earlier goes first
            if self.protect and found[place].protected:
                continue
            if sizes[place] > leaving or len(gone) == len(found) - 1:
                break
            leaving -= sizes[place]
            gone.add(place)
        staying: list[int] = []
        for place in range(len(found)):
            empty = found[place].stops and self.protect and (not staying or found[staying[-1]].stops)
            if place not in gone and not empty:  # the end of a sentence of which nothing is left goes, too
                staying.append(place)
        return staying or [int(scores.argmax())]

    def _sizes(self, text: str, found: Sequence[Word]) -> list[int]:
        if self.of == "words":
            return [1] * len(found)
        return default_tokenizer().count([text[word.start : word.bare] for word in found])
