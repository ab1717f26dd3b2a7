"""How alike two answers to a question are: their wording, their numbers and names, and what their words mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from rag.skills.agreement import NEGATION, agreement
from rag.skills.wording import ALIKE, alike

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.encoders.minilm import MiniLM

__all__ = ["FEATURES", "WORDS", "likeness"]

FEATURES = (
    *ALIKE,
    *("agreement", "length", "reference length", "question length"),
    *("denies", "reference denies", "declines", "numbers held", "other numbers", "other names", "place", "commas"),
    *("asks for a number", "asks for a name"),
    *("words meant", "least word meant", "meant of candidate", "best meant of candidate"),
    *("cosine with question", "cosine", "cosine of question and candidate"),
)
"""What `likeness` gives, in order."""
WORDS = 200
"""Words of a candidate that are looked at; what a long answer says first is what it answers."""

_DECLINES = re.compile(
    r"\b(?:sorry|unclear|unknown|cannot|can't|unable|not (?:clear|sure|possible|specified|provided|mentioned)"
    r"|no (?:information|specific|definitive))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b[A-Z][\w'-]+")
_HOW_MANY = re.compile(r"when\b|what year\b|how (?:many|much|old|long)\b", re.IGNORECASE)
_WHO = re.compile(r"(?:who|where)\b", re.IGNORECASE)


def likeness(triples: Sequence[tuple[str, str, str]]) -> NDArray[np.float32]:
    """The features of every (question, reference, candidate), float32 `[len(triples), len(FEATURES)]`."""
    short = [(question, reference, " ".join(said.split()[:WORDS])) for question, reference, said in triples]
    if not short:
        return np.zeros((0, len(FEATURES)), dtype=np.float32)
    spelt = np.array([_spelt(*triple) for triple in short], dtype=np.float32)
    return np.hstack([spelt, _meant(short)])


def _spelt(question: str, reference: str, candidate: str) -> list[float]:
    """Without any model."""
    asked, wanted = (set(_NUMBER.findall(text)) for text in (question, reference))
    given = set(_NUMBER.findall(candidate)) - asked
    known = f"{question} {reference}".casefold()
    at = candidate.casefold().find(reference.casefold())
    return [
        *alike(question, reference, candidate).tolist(),
        agreement(question, reference, candidate),
        *(float(np.log1p(len(text.split()))) for text in (candidate, reference, question)),
        float(bool(NEGATION.search(candidate))),
        float(bool(NEGATION.search(reference))),
        float(bool(_DECLINES.search(candidate))),
        len(wanted & given) / len(wanted) if wanted else -1.0,
        float(len(given - wanted)),
        float(sum(name.casefold() not in known for name in _NAME.findall(candidate))),
        at / max(1, len(candidate)) if at >= 0 else 1.5,
        float(candidate.count(",")),
        float(bool(_HOW_MANY.match(question))),
        float(bool(_WHO.match(question))),
    ]


def _meant(triples: Sequence[tuple[str, str, str]]) -> NDArray[np.float32]:
    """By the embedded encoder: how near each word of the one comes to some word of the other, and the texts as wholes.

    The first is the late interaction of ColBERT, both ways.
    """
    encoder = _encoder()
    answers = list(dict.fromkeys(text for _, *both in triples for text in both))
    words = dict(zip(answers, encoder.encode_tokens(answers), strict=True))
    together = {triple[:2]: f"{triple[0]} {triple[1]}" for triple in triples}
    whole = list(dict.fromkeys([*answers, *(question for question, _, _ in triples), *together.values()]))
    vectors = dict(zip(whole, encoder.encode(whole), strict=True))
    rows = []
    for question, reference, candidate in triples:
        mine, theirs = _inner(words[reference]), _inner(words[candidate])
        near = mine @ theirs.T
        held, backed = near.max(axis=1), near.max(axis=0)
        rows.append(
            [
                held.mean(),
                held.min(),
                backed.mean(),
                np.sort(backed)[-len(mine) :].mean(),
                vectors[together[question, reference]] @ vectors[candidate],
                vectors[reference] @ vectors[candidate],
                vectors[question] @ vectors[candidate],
            ]
        )
    return np.array(rows, dtype=np.float32)


def _inner(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without `[CLS]` and `[SEP]`, unless there is nothing else."""
    return words[1:-1] if len(words) > 2 else words


@cache
def _encoder() -> MiniLM:
    from rag.encoders.minilm import MiniLM

    return MiniLM()
