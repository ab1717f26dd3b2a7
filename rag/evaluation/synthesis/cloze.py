"""Cloze questions: a sentence without the words that matter most in it.

A rule for any language: the words are a number with its unit, a name, or a rare word, in this order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.evaluation.synthesis.askable import MONTH, Sentence
from rag.evaluation.synthesis.vocabulary import Vocabulary
from rag.words.stopwords import STOP_WORDS

__all__ = ["BLANK", "cloze"]

BLANK = "____"
_UNIT = (
    r"%|percent|per cent|hundred|thousand|million|billion|trillion|EUR|USD|GBP|euros?|dollars?|pounds?|cents?|seconds?"
    r"|minutes?|hours?|days?|weeks?|months?|years?|km|kilomet(?:er|re)s?|miles?|met(?:er|re)s?|feet|kg|kilograms?"
    r"|ton(?:ne)?s?|degrees|people|(?:working|calendar|business) days"
)
_DATE = re.compile(
    rf"\b(?:(?:\d{{1,2}} )?{MONTH}(?: \d{{1,2}},?)? (?:1\d|20)\d\d|\d{{1,2}} {MONTH}|{MONTH} \d{{1,2}})\b"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,/:+-])(?<!\d )[$€£]?\d+(?:[.,:]\d+)*(?P<unit>(?:(?:\s|-)?(?:{_UNIT})(?![\w-]))*)(?![\w/-]|[.,:]\d| \d)",
    re.IGNORECASE,
)
_CAPITALISED = r"(?:[^\W\d_a-z](?:[\w’'.]|-(?=[^\W\d_a-z]))+[^\W_](?!-))"
_NAME = re.compile(rf"(?<=[^\s.:!?] ){_CAPITALISED}(?: (?:of |of the |de |van |von |and )?{_CAPITALISED})*")
_BEGUN = re.compile(r"(?P<first>\w+)(?:['’]s)? (?:and |of |of the |de |v )?$")
"""A sentence's first word right before a name: part of it, unless it is a function word."""
_RARE = re.compile(r"(?:(?<= the )|(?<= of )|(?<= by )|(?<= with )|(?<= called )|(?<= for ))[^\W\d_A-Z]{8,}(?=[ ,.;])")
_ENDINGS = ("ly", "ing", "ed", "ous", "ful", "able", "ible", "ive", "est", "al", "ic", "ant", "ent")
"""Of English words that are seldom the point of a sentence."""
_RARITY = 0.75
"""From which a word is rare."""
_WHICH = re.compile(
    r"The (?P<noun>[a-z]+) (?:\w+(?:s|ed)|are|can|could|had|has|have|may|must|should|was|were|will|would)\b"
)
"""`The game takes place`: which one, unless the documents speak of one only?"""
_CONTEXT = 5
"""Words that must stand beside the blank."""


def cloze(sentence: Sentence, words: Vocabulary) -> tuple[str, str] | None:
    """The sentence as a question with a blank, and what fills it; None where nothing in it is worth asking for."""
    text = sentence.text
    which = _WHICH.match(text)
    if which and words.telling and words.rarity(which["noun"]) < _RARITY:
        return None
    for start, end in _salient(text, words):
        answer = text[start:end]
        rest = f"{text[:start]} {text[end:]}"
        if answer.casefold() in rest.casefold() or len(rest.split()) < _CONTEXT:
            continue
        return f"{text[:start]}{BLANK}{text[end:]}".rstrip(".。．। ") + "?", answer
    return None


def _salient(text: str, words: Vocabulary) -> list[tuple[int, int]]:
    """Spans worth asking for, the best first: amounts with a unit, dates, names, bare numbers, rare words."""
    taken = [match.span() for match in _QUOTED.finditer(text)]
    dates = _free(_DATE, text, taken)
    amounts = _free(_AMOUNT, text, [*taken, *dates])
    units = [span for span in amounts if not text[slice(*span)].replace(",", "").isdigit()]
    bare = [span for span in amounts if span not in units and span[1] - span[0] > 1]
    names = [span for span in _free(_NAME, text, [*taken, *dates]) if not _is_begun(text[: span[0]])]
    names.sort(key=lambda span: (-text.count(" ", *span), span))
    rare = [span for span in _free(_RARE, text, taken) if _is_rare(text[slice(*span)], words)]
    return [*units, *dates, *names, *bare, *sorted(rare, key=lambda span: -words.idf(text[slice(*span)]))]


def _free(pattern: re.Pattern[str], text: str, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Matches that begin in no span that is taken."""
    found = (match.span() for match in pattern.finditer(text))
    return [(start, end) for start, end in found if not any(a <= start < b for a, b in taken)]


def _is_begun(before: str) -> bool:
    """Whether a name has begun in front of what looks like one."""
    first = _BEGUN.match(before)
    return first is not None and first["first"].casefold() not in _FUNCTION


def _is_rare(word: str, words: Vocabulary) -> bool:
    return words.telling and not word.endswith(_ENDINGS) and words.rarity(word) >= _RARITY


_FUNCTION = frozenset().union(*STOP_WORDS.values())
_QUOTED = re.compile(r"\([^)]*\)|\"[^\"]*\"|“[^”]*”")
