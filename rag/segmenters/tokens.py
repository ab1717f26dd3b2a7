"""A document measured in tokens: tokenised once, then counted by binary search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.kinds import Encoder

__all__ = ["Ruler"]

_BLOCK = 1 << 22  # characters tokenised at a time: bounds memory
_LONG = 24  # characters: a longer token stands for something the vocabulary does not know
_WORD = 4  # characters a token of such a thing would have
_BLANK = 1000  # characters: a longer run of white space is not worth carrying either
_SHORT = 1000  # characters: a longer text may hold such a run


@dataclass(frozen=True)
class Ruler:
    """Counts the tokens between any two places of a text.

    A word of a script the tokenizer does not know is often one single `unknown` token, whatever its length; it is
    counted as one token for every four characters, as is a run that gave no token at all, so that no passage grows
    without bound.
    """

    text: str
    encoder: Encoder

    @classmethod
    def of(cls, encoder: Embeddings, text: str) -> Ruler:
        """A text with the tokenizer of any langchain-core embeddings."""
        if isinstance(encoder, Encoder):
            return cls(text, encoder)
        from rag.encoders.adapter import as_encoder

        return cls(text, as_encoder(encoder))

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each token begins, ascending."""
        parts = []
        for begin, end in _blocks(self.text):
            offsets = self.encoder.tokens(self.text[begin:end])
            parts.append(begin + offsets)
        offsets = np.concatenate(parts) if parts else np.empty((0, 2), np.int64)
        return _expanded(self.text, offsets[:, 0], offsets[:, 1])

    def index(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many tokens begin before each place."""
        return np.searchsorted(self.starts, places)

    def count(self, start: int, end: int) -> int:
        """Tokens of `text[start:end]`."""
        if "starts" not in self.__dict__ and self._short and not (self.text[:start] + self.text[end:]).strip():
            return self._all  # most documents that fit one passage never need to know where their tokens are
        low, high = np.searchsorted(self.starts, (start, end))
        return int(high - low)

    @cached_property
    def _short(self) -> bool:
        """Whether nothing in the text can call for `_expanded`, so that its tokens can just be counted."""
        return len(self.text) < _SHORT and self.text.isascii()

    @cached_property
    def _all(self) -> int:
        return self.encoder.count_tokens([self.text])[0]

    def true_count(self, start: int, end: int) -> int:
        """Tokens of `text[start:end]` read alone: differs where a place cuts a word."""
        return len(self.encoder.tokens(self.text[start:end]))


def _blocks(text: str) -> list[tuple[int, int]]:
    """Spans of at most `_BLOCK` characters, cut at line ends or spaces wherever there are any."""
    spans = []
    begin = 0
    while begin < len(text):
        end = begin + _BLOCK
        if end < len(text):
            for mark in ("\n", " "):
                cut = text.rfind(mark, begin + _BLOCK // 2, end)
                if cut > 0:
                    end = cut
                    break
        spans.append((begin, min(end, len(text))))
        begin = end
    return spans


def _expanded(text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The token starts, with those of overlong tokens and of silent runs added."""
    edges = np.append(starts, len(text))
    long = np.flatnonzero(np.diff(edges, prepend=0) > _LONG)
    extra = []
    for i in long.tolist():
        begin = int(edges[i - 1]) if i else 0
        end = int(edges[i])
        known = int(ends[i - 1]) if i else 0
        if known - begin <= _LONG:
            begin = known
        if end - begin > (_BLANK if text[begin:end].isspace() else _LONG):
            extra.append(np.arange(begin + _WORD, end, _WORD, dtype=np.int64))
    if not extra:
        return starts
    return np.sort(np.concatenate([starts, *extra]), kind="stable")
