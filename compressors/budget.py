"""A token budget: as many of the best passages as fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from rag.kinds import Compressor, Encoder, default_encoder
from rag.passages.parts import part
from rag.segmenters.sentences import sentences
from rag.words.analysis import Analyzer


class Budget(Compressor):
    """The best passages whose tokens together do not exceed `max_tokens`.

    The first passage that does not fit whole is shortened to those of its sentences in a row that fit and share most
    with the question; what comes after it is left out. A sentence is cut only where it alone exceeds the budget.
    """

    max_tokens: PositiveInt = 1600
    """Of all passages together."""
    encoder: Embeddings = Field(default_factory=default_encoder)
    """Its tokenizer counts."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The passages that fit, in the order given."""
        kept: list[Document] = []
        room = self.max_tokens
        for passage in documents:
            tokens = self._tokens(passage.page_content)
            if len(tokens) <= room:
                kept.append(passage)
                room -= len(tokens)
                continue
            span = _window(passage.page_content, tokens, room, query)
            if span is None and not kept:  # its sentences are all too long, and nothing else is there
                span = int(tokens[0][0]), int(tokens[room - 1][1])
            if span is not None:
                kept.append(part(passage, *span))
            break
        return kept

    def _tokens(self, text: str) -> NDArray[np.int64]:
        if isinstance(self.encoder, Encoder):
            return self.encoder.tokens(text)
        from rag.encoders.tokenizer import default_tokenizer

        return default_tokenizer().offsets(text)


def _window(text: str, tokens: NDArray[np.int64], room: int, query: str) -> tuple[int, int] | None:
    """The span of consecutive sentences that fit and hold most of the question's words; None where no sentence fits.

    Of those that hold as many the longest, of those the first.
    """
    spans = sentences(text)
    starts = np.searchsorted(tokens[:, 0], [start for start, _ in spans])
    ends = np.searchsorted(tokens[:, 0], [end for _, end in spans])
    analyzer = Analyzer()
    asked = set(analyzer.terms(query))
    said = [asked.intersection(analyzer.terms(text[start:end])) for start, end in spans]
    best: tuple[int, int, tuple[int, int]] | None = None
    for first in range(len(spans)):
        last = int(np.searchsorted(ends, starts[first] + room, side="right"))  # one behind the last that fits
        if last <= first:
            continue
        found = (len(set().union(*said[first:last])), int(ends[last - 1] - starts[first]))
        if best is None or found > best[:2]:
            best = (*found, (spans[first][0], spans[last - 1][1]))
    return best[2] if best else None
