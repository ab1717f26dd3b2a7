"""How alike the wording of two texts is: what a small model need not learn by reading."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz

from rag.words.stopwords import STOP_WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ALIKE", "BORNE", "alike", "borne", "other_numbers"]

ALIKE = ("own words", "whole", "f1", "spelling", "numbers", "brevity")
"""What `alike` gives, in order."""
BORNE = ("words", "numbers")
"""What `borne` gives, in order."""

_WORDS = re.compile(r"[^\W_]+")
_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {name: str(number) for number, name in enumerate(_NAMES)}


def alike(question: str, reference: str, candidate: str) -> NDArray[np.float32]:
    """Six features of a candidate beside a reference, each 0 to 1, float32 `[6]`.

    How much of the reference's own words it holds, whether it holds all of it in order, token F1, likeness of spelling,
    how many of its numbers, and how short it is. Of several references (` / ` between them) those of the likest.
    """
    asked, said = _words(question), _words(candidate)
    return np.array(max(_alike(asked, _words(part), said) for part in reference.split(" / ")), dtype=np.float32)


def borne(claim: str, passage: str) -> NDArray[np.float32]:
    """Two features of a claim beside a passage, each 0 to 1: how many of its words and numbers the passage holds."""
    said, there = _carrying(_words(claim)), set(_words(passage))
    return np.array([_share(said, there), _share([word for word in said if word.isdigit()], there)], dtype=np.float32)


def other_numbers(question: str, reference: str, candidate: str) -> bool:
    """Whether the reference answers with numbers of which the candidate holds none, number words being numbers."""
    asked, wanted, said = (
        {word for word in _words(text) if word[0].isdigit()} for text in (question, reference, candidate)
    )
    return bool(wanted - asked) and not (wanted - asked) & said


def _alike(asked: Sequence[str], wanted: Sequence[str], said: Sequence[str]) -> tuple[float, ...]:
    own = [word for word in _carrying(wanted) if word not in asked] or list(wanted)
    held = _share(own, set(said))
    whole = float(bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(said)} ")
    f1 = 2 * sum((Counter(wanted) & Counter(said)).values()) / max(1, len(wanted) + len(said))
    spelling = fuzz.partial_ratio(" ".join(own), " ".join(said)) / 100 if said else 0.0
    numbers = [word for word in own if word.isdigit()]
    return held, whole, f1, spelling, _share(numbers, set(said)) if numbers else held, 1 / (1 + len(said) / 8)


def _share(words: Sequence[str], there: set[str]) -> float:
    """Of the words, how many are there; all of none."""
    return sum(word in there for word in words) / len(words) if words else 1.0


def _carrying(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in STOP_WORDS["en"]]


def _words(text: str) -> list[str]:
    """Lower case without accents; number words as digits, digits without separators."""
    folded = unicodedata.normalize("NFKD", re.sub(r"(?<=\d),(?=\d)", "", text.casefold()))
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return [_NUMBERS.get(word, word) for word in _WORDS.findall(plain)]
