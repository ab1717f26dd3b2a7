"""How alike two answers to a question are: their wording, their numbers and names, and what their words mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from rag.encoders.static import token_vectors, token_weights
from rag.encoders.tokenizer import default_tokenizer
from rag.skills.agreement import NEGATION, agreement
from rag.skills.canonical import canonical
from rag.skills.footnotes import unmarked
from rag.skills.particulars import PARTICULARS, particulars
from rag.skills.stance import STANCE, stance
from rag.skills.wording import ALIKE, alike

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.encoders.minilm import MiniLM

__all__ = ["FEATURES", "SPELT", "WORDS", "likeness", "meant", "shortened", "spelt"]

FEATURES = (
    *ALIKE,
    *("agreement", "length", "reference length", "question length"),
    *("denies", "reference denies", "declines", "numbers held", "other numbers", "other names", "place", "commas"),
    *("asks for a number", "asks for a name"),
    *PARTICULARS,
    *STANCE,
    *("words meant", "least word meant", "meant of candidate", "best meant of candidate"),
    *("cosine", "cosine of question and candidate", "cosine of question and reference"),
    *("own words meant", "least own word meant", "nearest stretch"),
    *("telling words meant", "least telling word meant", "telling words held", "telling words backed"),
)
"""What `likeness` gives, in order."""
SPELT = 20 + len(PARTICULARS) + len(STANCE)
"""How many of them need no model: the first."""
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
    short = shortened(triples)
    return np.hstack([spelt(short), meant(short)])


def shortened(triples: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The candidates without footnotes, and no longer than is read; dates, units and countries written one way."""
    return [
        (
            canonical(question),
            canonical(reference),
            canonical(" ".join(unmarked(said, f"{question} {reference}").split()[:WORDS])),
        )
        for question, reference, said in triples
    ]


def spelt(triples: Sequence[tuple[str, str, str]]) -> NDArray[np.float32]:
    """The features that need no model, of shortened triples: float32 `[len(triples), SPELT]`."""
    rows = [[*_spelt(*triple), *particulars(*triple), *stance(*triple)] for triple in triples]
    return np.array(rows, dtype=np.float32).reshape(len(triples), SPELT)


def _spelt(question: str, reference: str, candidate: str) -> list[float]:
    """Wording, and what stands beside it."""
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


def meant(triples: Sequence[tuple[str, str, str]]) -> NDArray[np.float32]:
    """The features by the encoders, of shortened triples: float32 `[len(triples), len(FEATURES) - SPELT]`.

    How near each word of the one comes to some word of the other, and the texts as wholes. The first is the late
    interaction of ColBERT, both ways: of the embedded encoder's vectors, which know what stands around a word, and of
    the static ones, weighed by how telling a word is.
    """
    if not triples:
        return np.zeros((0, len(FEATURES) - SPELT), dtype=np.float32)
    texts = list(dict.fromkeys(text for triple in triples for text in triple))
    vectors, tokens = _encoder().encode_both(texts)
    ids = default_tokenizer().ids(texts, _encoder().max_tokens)
    read = {
        text: Read(vector, _inner(some), np.array(row[: max(1, len(some) - 2)], dtype=np.int64))
        for text, vector, some, row in zip(texts, vectors, tokens, ids, strict=True)
    }
    rows = [_meant(*(read[text] for text in triple)) for triple in triples]
    return np.array(rows, dtype=np.float32).reshape(len(triples), len(FEATURES) - SPELT)


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the encoders read it."""

    whole: NDArray[np.float32]
    words: NDArray[np.float32]
    """`[tokens, 384]`."""
    ids: NDArray[np.int64]
    """Of the tokens."""


def _meant(question: Read, reference: Read, candidate: Read) -> list[float]:
    mine, theirs = reference.words, candidate.words
    near = mine @ theirs.T
    held, backed = near.max(axis=1), near.max(axis=0)
    own = ~np.isin(reference.ids, question.ids)
    if len(own) != len(mine) or not own.any():
        own = np.ones(len(mine), dtype=bool)
    return [
        float(held.mean()),
        float(held.min()),
        float(backed.mean()),
        float(np.sort(backed)[-len(mine) :].mean()),
        float(reference.whole @ candidate.whole),
        float(question.whole @ candidate.whole),
        float(question.whole @ reference.whole),
        float(held[own].mean()),
        float(held[own].min()),
        _stretch(mine, theirs),
        *_telling(question.ids, reference.ids, candidate.ids, own),
    ]


def _stretch(mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    """The best cosine of the reference and as many tokens in a row."""
    width = min(len(mine), len(theirs))
    total = np.concatenate([np.zeros((1, theirs.shape[1]), dtype=np.float32), theirs.cumsum(axis=0)])
    sums, whole = total[width:] - total[:-width], mine.sum(axis=0)
    norms = np.linalg.norm(sums, axis=1) * np.linalg.norm(whole)
    return float(((sums @ whole) / np.maximum(norms, 1e-9)).max())


def _telling(
    asked: NDArray[np.int64], mine: NDArray[np.int64], theirs: NDArray[np.int64], own: NDArray[np.bool_]
) -> list[float]:
    """By static vectors; of the reference only what the question has not, of the candidate as well."""
    if not len(mine) or not len(theirs):
        return [0.0] * 4
    weights = token_weights()
    amount = weights[mine] * own
    if not amount.sum() > 0:
        amount = weights[mine] + 1e-6
    near = token_vectors(mine) @ token_vectors(theirs).T
    held, new = near.max(axis=1), weights[theirs] * ~np.isin(theirs, asked)
    return [
        float((amount * held).sum() / amount.sum()),
        float(held[amount > 0].min()),
        float((amount * np.isin(mine, theirs)).sum() / amount.sum()),
        float((new * near.max(axis=0)).sum() / max(1e-6, float(new.sum()))),
    ]


def _inner(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without `[CLS]` and `[SEP]`, unless there is nothing else."""
    return words[1:-1] if len(words) > 2 else words


@cache
def _encoder() -> MiniLM:
    from rag.encoders.minilm import MiniLM

    return MiniLM()
