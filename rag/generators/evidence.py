"""How well each piece of the passages answers a question, without a language model."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vocabulary import ALL, Known, of
from rag.generators.quotable import Quotable, quotable
from rag.index.encoding import encoder_of
from rag.passages.overlap import overlap
from rag.spending.pace import portions
from rag.words.analysis import Analyzer

__all__ = ["Evidence", "Piece", "weigh"]

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    """A quotable piece and how much of the belief that something answers falls to it."""

    passage: int
    """Place of its passage, 0 the best-ranked."""
    quote: Quotable
    share: float
    """0 to 1; all pieces add up to 1."""
    vector: Vectors

    def holds(self, passage: int, start: int, end: int) -> bool:
        """Whether `passages[passage].page_content[start:end]` stands in it."""
        return self.passage == passage and self.quote.start <= start and end <= self.quote.end


@dataclass(frozen=True, slots=True)
class Evidence:
    """The pieces of the passages, most likely answer first."""

    pieces: tuple[Piece, ...]
    confidence: float
    """0 to 1: how likely the passages answer the question at all."""
    known: Known = ALL
    """What the encoder knows of their words: where that is little, words alone were compared."""
    late: bool = False
    """Whether words alone were compared because there was no time for more."""

    def weighted(self, odds: NDArray[np.float32]) -> Evidence:
        """The same pieces with so much added to the log-odds of each, `[pieces]`; the confidence is as it was."""
        scores = np.log(np.maximum([piece.share for piece in self.pieces], 1e-12)) + odds
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        order = np.argsort(-shares, kind="stable")
        return replace(self, pieces=tuple(replace(self.pieces[i], share=float(shares[i])) for i in order))


_COSINE, _OVERLAP = 6.0, 4.6
"""How much a cosine and the share of the question's words add to the log-odds of being the answer. Fitted on reviews
and forum posts, measured on Wikipedia: docs/decisions/extraction.md."""
_SLOPE, _SHIFT = 1.17, 4.9
"""From the best piece's log-odds to a probability: half right answers, half questions about something else."""
_WORDS, _WORDS_SLOPE, _WORDS_SHIFT = 12.0, 14.4, 3.9
"""The same by words alone, where the encoder cannot read them: docs/results/languages.md."""
_WORDS_RANK = 1.0
"""What the logarithm of a passage's rank takes off then: retrieval by words is what has read the whole passage."""
_RANK = 0.15
"""What the logarithm of a passage's rank takes off the overlap when it is decided which pieces are encoded."""
_ENCODED = 16
"""Pieces that are encoded, those with most of the question's words: 24 found no more answers, 12 and 9 fewer
(docs/decisions/extraction.md)."""


def weigh(question: str, passages: Sequence[Document], encoder: Embeddings, *, by_language: bool = True) -> Evidence:
    """Weighs every quotable piece of the passages.

    The score of a piece is its cosine to the question and the share of the question's words it holds, each word
    weighted by its inverse frequency among the pieces. Words count by their stems. Between equals the passage's rank
    decides. Where the encoder cannot read the passages, or there is no time for it, words alone count.

    Args:
        question: stand-alone.
        passages: best first.
        encoder: compares pieces and question.
        by_language: whether words alone count where the encoder cannot read them.
    """
    echo = _asking(question)
    found = [
        (place, quote)
        for place, passage in enumerate(passages)
        for quote in quotable(passage)
        if echo is None or not echo.search(quote.text)
    ]
    if _MINE.search(question):
        found = [(place, quote) for place, quote in found if not quote.row or _names_a_cell(question, quote)]
    if not found:
        return Evidence((), 0.0)
    texts = [f"{quote.context}\n{quote.text}" if quote.context else quote.text for _, quote in found]
    ranks = np.array([place for place, _ in found])
    shared = overlap(question, texts)
    words = of(encoder) if by_language else None
    known = ALL if words is None else words.known(question, passages)
    near = np.argsort(_RANK * np.log1p(ranks) - _OVERLAP * shared, kind="stable")[:_ENCODED]
    tried = [texts[i] for i in near]
    vectors = _vectors(question, tried, encoder) if known.weight else None
    late = vectors is None and known.weight > 0
    weight = known.weight
    if vectors is None:
        vectors, weight = _by_words(tried), 0.0
    near = near[: len(vectors) - 1]
    cosines = vectors[1:] @ vectors[0]
    read = _COSINE * cosines + _OVERLAP * shared[near]
    scores = weight * read + (1 - weight) * (_WORDS * shared[near] - _WORDS_RANK * np.log1p(ranks[near]))
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    order = np.lexsort((ranks[near], -scores))
    pieces = (Piece(found[near[i]][0], found[near[i]][1], float(shares[i]), vectors[i + 1]) for i in order)
    odds = weight * (_SLOPE * read.max() - _SHIFT)
    odds += (1 - weight) * (_WORDS_SLOPE * shared[near].max() - _WORDS_SHIFT)
    return Evidence(tuple(pieces), 1 / (1 + math.exp(-float(odds))), known, late)


_FEWEST_ASKED, _MOST_ASKED = 3, 100
"""Words of a question that is looked for in the passages. A pattern of 40,000 takes more than a second to make."""
_MINE = re.compile(r"\b(?:my|mine|me|I)\b|\b(?:MY|MINE|ME)\b")
"""Who asks for something of their own: a row of a table that does not say whose it is may be anybody's."""


def _names_a_cell(question: str, row: Quotable) -> bool:
    """Whether a row has a word of the question in a cell, and not only in the names of its columns."""
    cells = " ".join(cell.rpartition(": ")[2] for cell in row.text.split("; "))
    return bool(set(Analyzer().terms(question)) & set(Analyzer().terms(cells)))


def _vectors(question: str, texts: Sequence[str], encoder: Embeddings) -> Vectors | None:
    """The question's vector and those of as many texts as there is time for; None where there is none for any."""
    sizes, reading = default_tokenizer().count(list(texts)), encoder_of(encoder)
    read = [reading.encode(texts[start:end]) for start, end in portions("quotes", sizes, needed=False)]
    return np.concatenate([reading.encode([question], query=True), *read]) if read else None


def _by_words(texts: Sequence[str]) -> Vectors:
    """Unit vectors of each text's words, by which two can say the same; zeros in place of the question's."""
    terms = Analyzer().batch(texts)
    rows = np.repeat(np.arange(len(texts)), np.diff(terms.offsets))
    counts = np.zeros((len(texts) + 1, len(terms.vocabulary)), np.float32)
    np.add.at(counts, (rows + 1, terms.ids), 1.0)
    found: Vectors = counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-12)
    return found


def _asking(question: str) -> re.Pattern[str] | None:
    """Finds the question itself, asked: in an example or a list of questions it is no answer."""
    words = re.findall(r"\w+", question)
    if not _FEWEST_ASKED <= len(words) <= _MOST_ASKED:
        return None
    return re.compile(r"\W+".join(words) + r"\W*[?？؟]", re.IGNORECASE)
