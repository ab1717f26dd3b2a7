"""How the words of a collection are written and how rare they are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Vocabulary"]

_LOWER = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_TELLING = 20
"""Texts from which frequencies say what is rare."""
_ARTICLES = ("the", "a", "an")
_CAPITAL = re.compile(r" (?:(?:of|and|the|for) )*[^\W\d_a-z]")
_BEFORE = re.compile(r"[\w,;)’'] $")


@dataclass(frozen=True)
class Vocabulary:
    """Counts over texts."""

    texts: int
    frequency: Counter[str]
    """Texts that hold a word, case-folded."""
    lower: Counter[str]
    """How often a word, case-folded, is written in lower case."""
    upper: Counter[str]
    """How often it begins with a capital in the middle of a sentence."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """Counts texts."""
        texts = list(texts)
        frequency, lower, upper = Counter[str](), Counter[str](), Counter[str]()
        for text in texts:
            seen = set()
            for match in _LOWER.finditer(text):
                word = match[0]
                key = word.casefold()
                seen.add(key)
                if word.islower():
                    lower[key] += 1
                elif _BEFORE.search(text, max(0, match.start() - 2), match.start()):
                    upper[key] += 1
            frequency.update(seen)
        return cls(len(texts), frequency, lower, upper)

    def idf(self, word: str) -> float:
        """The natural logarithm of one over the share of texts that hold a word."""
        return math.log((1 + self.texts) / (1 + self.frequency[word.casefold()]))

    @property
    def telling(self) -> bool:
        """Whether there are enough texts to say what is rare."""
        return self.texts >= _TELLING

    def rarity(self, word: str) -> float:
        """`idf` as a share of the highest there can be, 0 to 1."""
        return self.idf(word) / self.idf("")

    def inside(self, phrase: str) -> str:
        """A phrase that begins a sentence, as it would be written inside one."""
        first = _LOWER.match(phrase)
        if first is None or not first[0].istitle():
            return phrase
        key = first[0].casefold()
        if key in _ARTICLES:
            return phrase[0].lower() + phrase[1:]
        is_name = self.upper[key] > self.lower[key] or not self.lower[key]
        goes_on = _CAPITAL.match(phrase, first.end())  # `Song of Solomon`
        return phrase if is_name or goes_on else phrase[0].lower() + phrase[1:]
