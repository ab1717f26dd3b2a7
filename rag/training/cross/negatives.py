"""Passages that look like an answer and are none, and questions that a passage only seems to answer."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np

from rag.index.lexical import Lexical
from rag.index.view import Passage, Rows
from rag.training.cross.examples import Asked, Judged

__all__ = ["altered", "hard_negatives"]

NEAREST = 24
"""Passages by BM25 that are looked at for each question."""
KEPT = 12
"""Negatives that are kept for each question."""

_NAME = re.compile(r"(?<![.?!\"“] )(?<!^)\b(?:[A-Z][\w'’-]+)(?:\s+(?:of\s+|the\s+)?[A-Z][\w'’-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def hard_negatives(asked: Sequence[Asked]) -> list[tuple[Judged, ...]]:
    """For each question the passages of its source that BM25 puts first, without its own and without its answers."""
    by_source: dict[str, list[int]] = {}
    for place, question in enumerate(asked):
        by_source.setdefault(question.source, []).append(place)
    found: list[tuple[Judged, ...]] = [()] * len(asked)
    for places in by_source.values():
        corpus = {passage.text: passage for place in places for passage in asked[place].passages}
        passages = list(corpus.values())
        view, count = Lexical(), len(passages)
        parts = [view.derive([Passage(passage.text, passage.title) for passage in passages])]
        rows = Rows(np.arange(count), np.arange(count, dtype=np.uint64), np.ones(count, dtype=np.bool_))
        index = view.open(parts, None, rows)
        for place in places:
            hits = index.search(asked[place].question, NEAREST).rows
            found[place] = _negatives(asked[place], [passages[hit] for hit in hits])
    return found


def _negatives(question: Asked, near: Sequence[Judged]) -> tuple[Judged, ...]:
    own = {passage.text for passage in question.passages}
    answers = [answer.casefold() for answer in question.answers]
    kept = [
        Judged(passage.text, passage.document, passage.title, False, (), True, ())
        for passage in near
        if passage.text not in own and not any(answer in passage.text.casefold() for answer in answers)
    ]
    return tuple(kept[:KEPT])


def altered(question: str, passage: str, chance: random.Random) -> str | None:
    """The question with a name or number in place of its own, taken from the passage; None where it has none.

    What it then asks the passage does not say, though every word of it is there, as in the unanswerable questions that
    people wrote for SQuAD 2.0.
    """
    for pattern in chance.sample((_NAME, _NUMBER), 2):
        mine = [match[0] for match in pattern.finditer(question)]
        theirs = sorted({match[0] for match in pattern.finditer(passage)} - set(mine))
        theirs = [name for name in theirs if name.casefold() not in question.casefold()]
        if mine and theirs:
            return question.replace(chance.choice(mine), chance.choice(theirs), 1)
    return None
