"""Passages that look like an answer and are none, and questions that a passage only seems to answer."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

import numpy as np

from rag.index.lexical import Lexical
from rag.index.view import Passage, Rows
from rag.segmenters.sentences import sentences
from rag.training.cross.examples import Asked, Judged

__all__ = ["altered", "hard_negatives", "without_answer"]

NEAREST = 24
"""Passages by BM25 that are looked at for each question."""
KEPT = 12
"""Negatives that are kept for each question."""
DENIED = 0.15
"""How often a question is denied when its turn comes."""

_NAME = re.compile(r"(?<![.?!\"“] )(?<!^)\b(?:[A-Z][\w'’-]+)(?:\s+(?:of\s+|the\s+)?[A-Z][\w'’-]+)*")
_PAIRS = """
    first last|before after|earliest latest|early late|earlier later|most least|more less|more fewer|largest smallest
    larger smaller|large small|biggest smallest|big little|best worst|better worse|good bad|highest lowest|higher lower
    high low|oldest youngest|older younger|old new|north south|northern southern|east west|eastern western|left right
    increase decrease|increased decreased|rise fall|rose fell|win lose|won lost|always never|begin end|began ended
    start stop|started stopped|minimum maximum|with without|inside outside|above below|over under|male female|men women
    man woman|father mother|son daughter|husband wife|brother sister|he she|his her|longest shortest
    allowed forbidden|accepted rejected|strongest weakest|strong weak|same different|positive negative
    hot cold|rich poor|hard easy|cheap expensive|liked disliked|love hate|loved hated
"""
OPPOSITES: dict[str, str] = {}
for _pair in _PAIRS.replace("\n", "|").split("|"):
    if _pair.strip():
        _one, _other = _pair.split()
        OPPOSITES.setdefault(_one, _other)
        OPPOSITES.setdefault(_other, _one)
_WORD = re.compile(r"[A-Za-z]+")
_AUXILIARY = re.compile(r"\b(?:did|does|do|is|was|were|are|can|could|has|have|had|will|would|should)\b")
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


def without_answer(passage: Judged, answers: Sequence[str]) -> Judged | None:
    """The passage without the sentences that hold its answer; None where nothing is left, or an answer still is.

    It is about what is asked and does not say it: that a passage is to the point is not enough.
    """
    rest = " ".join(
        passage.text[start:end].strip()
        for start, end in sentences(passage.text)
        if not any(start < last and first < end for first, last in passage.answers)
    )
    if not rest or any(answer.casefold() in rest.casefold() for answer in answers):
        return None
    return Judged(rest, passage.document, passage.title, None, (), True, ())


def altered(question: str, passage: str, chance: random.Random) -> str | None:
    """The question asking for something else; None where no way to do so is found.

    A name or a number of the passage in place of its own, a word's opposite, or "not": what it then asks the passage
    does not say, though every word of it is there, as in the unanswerable questions that people wrote for SQuAD 2.0.
    """
    ways: list[Callable[[], str | None]] = [
        lambda: _exchanged(question, passage, _NAME, chance),
        lambda: _exchanged(question, passage, _NUMBER, chance),
        lambda: _opposite(question, chance),
        lambda: _denied(question, chance),
    ]
    chance.shuffle(ways)
    return next(filter(None, (way() for way in ways)), None)


def _exchanged(question: str, passage: str, pattern: re.Pattern[str], chance: random.Random) -> str | None:
    mine = [match[0] for match in pattern.finditer(question)]
    theirs = sorted({match[0] for match in pattern.finditer(passage)} - set(mine))
    theirs = [name for name in theirs if name.casefold() not in question.casefold()]
    return question.replace(chance.choice(mine), chance.choice(theirs), 1) if mine and theirs else None


def _opposite(question: str, chance: random.Random) -> str | None:
    found = [match for match in _WORD.finditer(question) if match[0].lower() in OPPOSITES]
    if not found:
        return None
    match = chance.choice(found)
    return question[: match.start()] + OPPOSITES[match[0].lower()] + question[match.end() :]


def _denied(question: str, chance: random.Random) -> str | None:
    """With "not" behind the subject's auxiliary: seldom, for a model would learn to look for nothing else."""
    match = _AUXILIARY.search(question)
    if match is None or chance.random() > DENIED:
        return None
    words = question[match.end() :].split(" ")
    at = min(len(words) - 1, 2)
    return question[: match.end()] + " ".join([*words[:at], "not", *words[at:]])
