"""The sentences of a text that can be understood alone, and so can become questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from langchain_core.documents import Document

from rag.evaluation.synthesis.language import language_of, readable
from rag.evaluation.synthesis.windows import Window
from rag.segmenters.sentences import sentences

__all__ = ["MONTH", "Sentence", "askable", "is_prose"]

MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
"""A month's name, as a pattern; English."""
_WORDS = range(7, 36)
"""Words of a sentence: fewer say little, more say too much for one question."""
_CHARACTERS = range(12, 121)
"""Characters of a sentence in a script without spaces."""
_LETTERS = 0.75
"""Share of letters among the characters that are not white space: less is a table, code or a formula."""
_STOP = re.compile(r"[.。．।]$")
_CODE = re.compile(r"[|{}<>=\\`~^#@\t]|https?:|www\.|\.\.\.|…|::|[\w]_[\w]|\*\*|[\[\]]")
_BOILERPLATE = re.compile(  # small print and references
    r"copyright|all rights reserved|cookie|privacy policy|terms of (?:use|service)|subscribe|click here"
    r"|licen[sc]e[ds]?\b|table of contents|page \d|\bfig(?:ure|\.)|\btable \d|\bet al\b|correspondence|e-?mail"
    r"|archived from|as follows"
    r"|(?:is|are|was|were) shown|\bsee\b|lorem ipsum|consectetuer|\bcontributed to\b|supported by"
    r"|materials and methods",
    re.IGNORECASE,
)
_TWO = re.compile(r"[a-z]{3}\. [A-Z]")
"""Two sentences that were not told apart."""
_HANGING = re.compile(  # needs what was said before
    r"\b(?:he|she|this|these|those|here|there|above|below|following|former|latter|we|our|ours|us|i|my|me|you|your|such"
    r"|likewise|aforementioned|said)\b|^(?:\S+ ){0,4}(?:they|him|them|his|hers?|their|theirs)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(  # goes on with what was said before
    r"(?:it|its|that|but|and|or|nor|so|yet|then|also|however|therefore|thus|hence|moreover|furthermore|additionally"
    r"|instead|otherwise|similarly|finally|consequently|nevertheless|nonetheless|meanwhile|besides|indeed|another|other"
    r"|both|each|either|neither|one|two|three|some|most|all|many|several|few|first|second|third|next|again|for example"
    r"|for instance|in addition|as a result|in contrast|by contrast|on the other hand|at the same time|note|after that"
    r"|if|when|while|because|although|though|since|unless|until|which|who|what|where|why|how|surprisingly|yes|no|well"
    r"|here|there|conversely|in fact|of course|as)\b",
    re.IGNORECASE,
)
_PAIRS = (("(", ")"), ("“", "”"), ("«", "»"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, at its place in a document."""

    start: int
    end: int
    text: str
    """On one line, with its stop."""
    language: str
    """A code; empty where it is not known."""


def is_prose(document: Document) -> bool:
    """Whether a document has sentences at all: no table, no data, no source code."""
    return document.metadata.get("format") not in ("csv", "xlsx", "json", "xml") and not document.metadata.get(
        "language"
    )


def askable(window: Window) -> Iterator[Sentence]:
    """The sentences of a window that can become questions, in order.

    Left out are sentences that are too short or too long, that need what was said before (pronouns, connectives; known
    for English only), that are not closed by a full stop, and what looks like tables, code, references or small print.
    """
    language = language_of(window.text)
    if not readable(window.text, language):
        return
    for start, end in sentences(window.text):
        raw = window.text[start:end]
        text = " ".join(raw.split())
        if _fits(text, raw) and (language not in ("en", "") or not (_HANGING.search(text) or _OPENS.match(text))):
            yield Sentence(window.start + start, window.start + end, text, language)


def _fits(text: str, raw: str) -> bool:
    words = text.split()
    long_enough = len(words) in _WORDS or (len(words) < len(text) / 12 and len(text) in _CHARACTERS)
    if (
        not long_enough
        or "\n\n" in raw
        or not _STOP.search(text)
        or _CODE.search(text)
        or _BOILERPLATE.search(text)
        or _TWO.search(text)
    ):
        return False
    if text[0].islower() or not text[0].isalpha():
        return False
    solid = "".join(words)
    if sum(map(str.isalpha, solid)) < _LETTERS * len(solid) or text.count('"') % 2:
        return False
    return all(text.count(opening) == text.count(closing) for opening, closing in _PAIRS)
