"""What an answer does with a reference's words: says them, denies them, leaves them open, or says something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from rag.skills.particulars import folded, own_words, unaccented
from rag.words.stopwords import STOP_WORDS

__all__ = ["STANCE", "stance"]

STANCE = (
    "denied",
    "preferred",
    "left open",
    "question held",
    "new words",
    "new words backed",
    "names backed",
    "last new word",
)
"""What `stance` gives, in order."""
ALIKE = 80
"""Of 100: from here on two words are spellings of one."""

_BEFORE = re.compile(
    r"\b(not|never|no|rather than|instead of|isn't|wasn't|aren't|weren't|didn't|unlike)((?:\W+\w+){0,4})\W*$"
)
_BEHIND = re.compile(r"^\W*(?:,|\bbut\b)?\s*(?:not|rather than|instead of|and not|isn't|wasn't)\b")
_TURN = re.compile(r"\bbut\b|[.;:]")
_NAME = re.compile(r"\b[A-Z][\w'-]+")


def stance(question: str, reference: str, candidate: str) -> list[float]:
    """The features; -1 stands for what cannot be told.

    Whether the reference's first own word stands behind a negation, whether a negation of something else follows it,
    or an `or` is beside it; how much of the question is said again; of the candidate's other words how many there are
    and how many the reference has, names likewise.
    """
    asked, wanted = folded(question), folded(reference)
    own, said = own_words(wanted, asked), folded(candidate)
    low = unaccented(candidate)
    known = set(asked) | STOP_WORDS["en"]
    new = list(dict.fromkeys(word for word in said if word not in known))
    names = [
        name for name in ("".join(folded(name)) for name in _NAME.findall(candidate)) if name and name not in known
    ]
    telling = [word for word in asked if word not in STOP_WORDS["en"]]
    return [
        *_mentions(low, own, asked),
        sum(word in said for word in telling) / len(telling) if telling else -1.0,
        float(min(20, len(new))),
        _backed(new, wanted),
        _backed(names, wanted),
        _backed(new[-1:], wanted),
    ]


def _mentions(low: str, own: Sequence[str], asked: Sequence[str]) -> list[float]:
    """Of the first mention of the first own word, or of the last: denied, preferred, left open.

    A negation that the question has too is a title's, say, and denies nothing.
    """
    for word in (*own[:1], *own[-1:]):
        at = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", low)
        if at:
            before, behind = low[: at.start()][-40:], low[at.end() :]
            ended = re.search(rf"(?<!\w){re.escape(own[-1])}(?!\w)", behind)
            behind = behind[ended.end() :] if ended and ended.start() < 30 else behind
            found = _BEFORE.search(before)
            denied = found[0] if found and found[1] not in asked else ""
            return [
                float(bool(denied) and not _TURN.search(denied) and len(folded(found[2] if found else "")) < 3),
                float(bool(_BEHIND.match(behind[:20])) or bool(denied and _TURN.search(denied))),
                float(bool(re.match(r"\W*or\b", behind)) or bool(re.search(r"\bor\W+(?:\w+\W+)?$", before))),
            ]
    return [-1.0] * 3


def _backed(words: Sequence[str], wanted: Sequence[str]) -> float:
    if not words:
        return -1.0
    return sum(
        process.extractOne(word, wanted, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None for word in words
    ) / len(words)
