"""Which language a text is in, as far as its function words tell."""

from __future__ import annotations

import re
from functools import cache

from rag.words.analysis import Analyzer
from rag.words.stopwords import STOP_WORDS

__all__ = ["content", "language_of", "readable"]

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 4000
"""Characters that are looked at."""
_LEAST = 0.15
"""Share of function words under which a text is in none of the languages: prose has 0.35 to 0.55."""
_ANALYZER = Analyzer(stop_words=False)


def language_of(text: str) -> str:
    """The code of the language with most of the text's words on its list of function words; empty where none has."""
    words = [word.casefold() for word in _WORD.findall(text[:_SAMPLE])]
    counts = {code: sum(word in stops for word in words) for code, stops in STOP_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= max(1, _LEAST * len(words)) else ""


def readable(text: str, language: str) -> bool:
    """Whether a text is prose: in a known language, or in a script of which no language is known."""
    letters = _WORD.findall(text[:_SAMPLE])
    return bool(language) or 2 * sum(word[0] > "\u024f" for word in letters) > len(letters)


def content(text: str, language: str) -> set[str]:
    """The stems of the words of a text that are no function words of a language."""
    return {term for term in _ANALYZER.terms(text) if term not in _function_words(language)}


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(_ANALYZER.terms(" ".join(STOP_WORDS.get(language, ()))))
