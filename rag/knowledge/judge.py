"""How well passages fit a question, and how far an answer is consistent with them."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.documents import BaseDocumentCompressor, Document

from rag import skills
from rag.encoders.vocabulary import embedded
from rag.generators.statements import marks_in, statements
from rag.generators.verdict import BRIEF, Claim, Judge, evidence, verdicts
from rag.index.context import headings_context
from rag.knowledge.gather import marked
from rag.passages.overlap import overlap
from rag.passages.relevance import relevance
from rag.schema import Turn

__all__ = ["agreeing", "ranked"]

_STATEMENTS = 6
"""Statements of an answer that are compared with each passage."""


def ranked(
    question: str, passages: Sequence[Document], rerank: BaseDocumentCompressor | None, weights: str | None
) -> list[Document]:
    """Passages with their relevance, best first.

    A re-ranker's own judgement is taken where it notes one (`rerank_score`), else its scores. In a language that the
    embedded skill cannot read, relevance is the share of the question's words that a passage holds.

    Args:
        question: stand-alone.
        passages: as they were found.
        rerank: orders and judges; None for the skill `relevance`.
        weights: of the skill; None for those that ship.
    """
    if not passages:
        return []
    ordered = list(passages) if rerank is None else list(rerank.compress_documents(passages, question))
    texts, titles = [one.page_content for one in ordered], [headings_context(one.metadata) for one in ordered]
    if rerank is not None and all("rerank_score" in one.metadata for one in ordered):
        return [marked(one, float(one.metadata["rerank_score"])) for one in ordered]
    if not embedded().known(question, passages).weight:
        scores = overlap(question, texts).tolist()
    elif rerank is None:
        scores = skills.load("relevance", weights).score([(question, text) for text in texts], titles).tolist()
    else:
        told = relevance(ordered)
        scores = [0.0] * len(ordered) if told is None else told.tolist()
    pairs = list(zip(ordered, scores, strict=True))
    if rerank is None:
        pairs.sort(key=lambda pair: -pair[1])  # of equals the one found first
    return [marked(one, score) for one, score in pairs]


def agreeing(turn: Turn, passages: Sequence[Document], support: Judge) -> list[float]:
    """How far each passage bears out what an answer says, 0 to 1: the statement that it bears best.

    With no answer, or an abstention, nothing can be said of any passage, and all are 1.

    Args:
        turn: with its answer.
        passages: the evidence.
        support: the skill's `score`.
    """
    answer = turn.answer
    if answer is None or answer.abstained or not passages:
        return [1.0] * len(passages)
    said = statements(answer.text, marks_in(answer.text, len(passages)))[:_STATEMENTS]
    claims = [Claim(one.text, turn.search if len(one.text.split()) < BRIEF else "") for one in said if one.text]
    if not claims:
        return [1.0] * len(passages)
    found = verdicts([(claim, evidence(passage)) for passage in passages for claim in claims], support)
    scores = [verdict.score for verdict in found]
    return [max(scores[start : start + len(claims)]) for start in range(0, len(scores), len(claims))]
