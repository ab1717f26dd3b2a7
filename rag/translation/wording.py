"""Words of a text with their places, compared by their stems: so that a term is found however it is inflected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import cast, get_args
from unicodedata import normalize

from rag.translation.languages import code_of
from rag.words.analysis import MARKS, Analyzer, Language

__all__ = ["Word", "Wording", "strict"]

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}][{MARKS}]*|(?:(?![{_UNSPACED}])[\w{MARKS}])+")
"""A run of letters, digits and marks; characters of scripts that put no space between words, and of Hangul, whose
particles hang on, stand alone."""
_JOINT = re.compile(r"[\s\-\u2010-\u2015/_'’\u00ad]*")
"""What may stand between the words of a term, whatever stands there in the glossary: `state-of-the-art`."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `text[start:end]`."""

    start: int
    end: int
    text: str
    key: str
    """Its stem: equal for the forms of a word."""


class Wording:
    """How a language's words are told and compared. Threads may share one.

    Args:
        language: a code such as `de`; of one that has no stemmer, words are compared as they stand, in small letters.
    """

    def __init__(self, language: str) -> None:
        code = code_of(language)
        self.language = cast(Language, code if code in get_args(Language) else "none")

    def words(self, text: str) -> list[Word]:
        """Every word, in order."""
        return [
            Word(match.start(), match.end(), match[0], _key(self.language, match[0])) for match in _WORD.finditer(text)
        ]

    def keys(self, text: str) -> tuple[str, ...]:
        """The stems alone."""
        return tuple(_key(self.language, match[0]) for match in _WORD.finditer(text))

    def places(
        self, phrase: str, words: Sequence[Word], text: str, *, case: bool | None = None
    ) -> list[tuple[int, int]]:
        """Where a phrase stands in a text, in any form, none overlapping another.

        Args:
            phrase: one word or several.
            words: of the text.
            text: the text.
            case: whether capitals count; where nobody says, those of acronyms and of words with capitals inside do.
        """
        wanted = self.words(phrase)
        found: list[tuple[int, int]] = []
        size, behind = len(wanted), 0
        first = wanted[0].key if wanted else None
        for place in [place for place, word in enumerate(words) if word.key == first]:
            here = words[place : place + size]
            if place >= behind and len(here) == size and fits(wanted, phrase, here, text, case=case):
                found.append((here[0].start, here[-1].end))
                behind = place + size
        return found

    def has(self, phrase: str, text: str) -> bool:
        """Whether a phrase stands in a text, in any form; one without a word (`%`) as it is written."""
        if not self.keys(phrase):
            return phrase.strip() in text
        return bool(self.places(phrase, self.words(text), text))


def fits(wanted: Sequence[Word], phrase: str, here: Sequence[Word], text: str, *, case: bool | None = None) -> bool:
    """Whether words of a text are a phrase's, in any form, with nothing between them that parts them."""
    for one, other in zip(wanted, here, strict=True):
        if one.key != other.key:
            return False
        exact = strict(one.text) if case is None else case
        if exact and not _same_case(one.text, other.text):
            return False
    for (one, after), (other, behind) in zip(pairwise(wanted), pairwise(here), strict=True):
        gap = text[other.end : behind.start]
        if not _JOINT.fullmatch(gap) and gap.split() != phrase[one.end : after.start].split():
            return False
    return True


def strict(word: str) -> bool:
    """Whether a word's capitals count: `IT`, `iPhone`, `mRNA`; not `Kernel`."""
    return any(map(str.isupper, word[1:]))


def _same_case(wanted: str, there: str) -> bool:
    """`RAG` is `RAGs`, but neither `rag` nor `Rag`; `iPhone` is `iPhones`."""
    if wanted.isupper():
        return there.startswith(wanted) or (there.isupper() and there.casefold() == wanted.casefold())
    common = min(len(wanted), len(there)) - 2  # the ends may be inflected
    return wanted[:common] == there[:common]


@cache
def _analyzer(language: Language) -> Analyzer:
    return Analyzer(language, stop_words=False, parts=False)


@lru_cache(100_000)
def _key(language: Language, word: str) -> str:
    folded = normalize("NFKC", word)
    if not any(map(str.isalpha, folded)):
        return folded
    terms = _analyzer(language).terms(folded)
    return "".join(terms) or folded.casefold()
