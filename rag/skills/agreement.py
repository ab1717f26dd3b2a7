"""How much of what a reference says an answer says too, in other words: answer equivalence [1] by rules.

Equivalent is a candidate with at least the reference's information and nothing that contradicts it. The rules look at
what the reference adds to the question: its numbers must be there, its negation too, and most of its words, in any
form or order, names also in part (`Röntgen` for `Wilhelm Conrad Röntgen`).

[1] Bulian et al.: Tomayto, Tomahto. Beyond Token-level Answer Equivalence for QA Evaluation (2022).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import Indel

from rag.words.analysis import Analyzer

__all__ = ["AGREED", "NEGATION", "agreement"]

AGREED = 0.5
"""Share of the reference's own words from which an answer counts. Measured: docs/decisions/evaluation.md."""
_ALIKE = 0.8
"""Similarity from which two words are spellings of one."""
_LAST = 0.6
"""Share that the last word of a name alone is worth."""
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
NEGATION = re.compile(r"\b(?:not|no|never|none|neither|nor|cannot|without)\b|n't\b", re.IGNORECASE)


def agreement(question: str, reference: str, candidate: str) -> float:
    """The share of the reference's own words that the candidate holds, 0 where a number or a negation is missing.

    Returns:
        0 to 1.
    """
    if not candidate.strip() or bool(NEGATION.search(reference)) != bool(NEGATION.search(_near(reference, candidate))):
        return float(_fold(reference) == _fold(candidate))
    wanted, given = _words(reference), _words(candidate)
    asked = set(_words(question))
    own = [word for word in wanted if word not in asked] or list(wanted)
    if not own:
        return float(_fold(reference) == _fold(candidate))
    numbers = [word for word in own if word[0].isdigit()]
    if any(number not in given for number in numbers):
        return 0.0
    found = [_in(word, given) for word in own]
    share = sum(found) / len(own)
    named = not numbers and reference[:1].isupper() and 1 < len(own) <= 4
    return max(share, _LAST) if named and found[-1] else share


def _near(reference: str, candidate: str) -> str:
    """The candidate's sentence that shares most with the reference: a `not` elsewhere says nothing about it."""
    sentences = re.split(r"(?<=[.!?;])\s+", candidate)
    wanted = set(_words(reference))
    return max(sentences, key=lambda sentence: len(wanted & set(_words(sentence))))


def _in(word: str, given: Sequence[str]) -> bool:
    return word in given or (
        len(word) > 3 and any(Indel.normalized_similarity(word, other, score_cutoff=_ALIKE) > 0 for other in given)
    )


def _fold(text: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)).strip()


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """Stems of the words that carry meaning; number words as digits, digits without separators."""
    folded = _DIGITS.sub(lambda match: match[0].replace(",", ""), _fold(text))
    return tuple(_ANALYZER.terms(_NUMBER.sub(lambda match: _NUMBERS[match[0]], folded)))


_ANALYZER = Analyzer()
