"""What of a question the text around an answer lacks: the words, names and numbers that it does not speak of.

A reader finds what looks like an answer, also where the text speaks of another officer, another year or another town
than the question. That shows in words that have nothing like them there, by spelling or by their static vectors [1].

[1] Tulkens and van Dongen: model2vec (2024), as `rag.encoders.static`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process

from rag.encoders.static import summed
from rag.encoders.vectors import unit_rows
from rag.skills.agreement import NEGATION
from rag.skills.opposites import opposite_in
from rag.skills.particulars import numerals
from rag.words.analysis import Analyzer
from rag.words.stopwords import STOP_WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LACKING", "Text", "lacking", "parted", "read", "stemmed", "tells"]

LACKING = ("names", "numbers", "denied", "opposite", "exchanged", "nowhere")
"""What `lacking` gives, in order."""
MOST = 2.0
"""Names, numbers and the like are counted up to here."""
_BESIDE = 0.5
"""What a name or a number counts that another passage has: an answer may follow from several."""
_SPELT = 80
"""Of 100: from here on two words are spellings of one."""
_PIECES = 16
"""Tokens of a word that are read."""
_INITIALS = (2, 5)
"""Words that an acronym stands for, at least and at most."""
_ASKING = frozenset(
    (
        *("many", "much", "long", "often", "far", "old", "kind", "type", "sort", "name", "names", "called", "one"),
        *("ones", "way", "ways", "thing", "things", "according", "following", "please", "tell", "show", "give"),
        *(
            "find",
            "know",
            "say",
            "says",
            "said",
            "explain",
            "describe",
            "list",
            "mention",
            "mentioned",
            "mean",
            "means",
        ),
    )
)
"""Words of a question that say what is wanted and need not be in an answer's text."""
_DENIES = re.compile(
    r"\b(?:absen|avoid|declin|except|exclu|fail|forb|lack|prevent|prohibit|refus|unable)"
    r"|\b(?:rather than|instead|non)\b|\w{3}less\b",
    re.IGNORECASE,
)
"""Beside `NEGATION`, what says of a thing that it is not so."""
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’][^\W_]+)*")
_IDENTIFIER = re.compile(r"[a-z]{2,}(?:[A-Z][a-z]+)+")
_INNER = re.compile(r"[A-Z]?[a-z]+")


@dataclass(frozen=True)
class Text:
    """A text as it is compared."""

    written: tuple[str, ...]
    """Its words, in order."""

    @cached_property
    def low(self) -> tuple[str, ...]:
        """In lower case, without the genitive."""
        return tuple(word.lower().removesuffix("'s").removesuffix("’s") for word in self.written)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """One a word."""
        return tuple(map(stemmed, self.low))

    @cached_property
    def known(self) -> frozenset[str]:
        """Every stem and every word."""
        return frozenset(self.stems) | frozenset(self.low)

    @cached_property
    def different(self) -> tuple[str, ...]:
        """Each word once."""
        return tuple(dict.fromkeys(self.low))

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Of the different words, unit rows."""
        return unit_rows(summed(self.different, _PIECES))

    @cached_property
    def numbers(self) -> frozenset[float]:
        """However they are written."""
        return frozenset(number for word in self.written for number in numerals(word))

    @cached_property
    def initials(self) -> frozenset[str]:
        """Those of all runs of a few words."""
        first = "".join(word[0] for word in self.low)
        sizes = range(_INITIALS[0], _INITIALS[1] + 1)
        return frozenset(first[at : at + size] for size in sizes for at in range(len(first) - size + 1))

    @cached_property
    def acronyms(self) -> frozenset[str]:
        """Words in capitals."""
        return frozenset(word.lower() for word in self.written if len(word) > 1 and word.isupper())

    @cached_property
    def line(self) -> str:
        """The words with a space between."""
        return " ".join(self.written)


def lacking(question: str, around: str, passage: str, beside: Sequence[str] = ()) -> list[float]:
    """The features, by `LACKING`; 0 where nothing is lacking.

    Args:
        question: stand-alone, in English.
        around: what the answer stands in: its sentence, and the titles above it.
        passage: the passage of that sentence, titles in front of it.
        beside: other passages, where a name may stand as well.

    Returns:
        Names of the question that the passage has not, and numbers that the sentence has not, which count less where
        another passage has them; whether the question denies what the sentence does not; words that the sentence has
        the opposite of; words in whose place, between the same two, the sentence has another; and the length of the
        vector of the most telling word that nothing is like, times how far the likest is.
    """
    asked, near, whole = read(question), read(around), read(passage)
    telling = [place for place, word in enumerate(asked.low) if tells(word)]
    if not telling:
        return [0.0] * len(LACKING)
    sums = summed([asked.low[place] for place in telling], _PIECES)
    weights = np.linalg.norm(sums, axis=1) + 1e-6
    vectors = sums / weights[:, None]
    in_near = np.array([_held(asked, *pair, near) for pair in zip(telling, vectors, strict=True)])
    in_whole = np.array([_held(asked, *pair, whole) for pair in zip(telling, vectors, strict=True)])
    elsewhere = frozenset[str]().union(*(read(text).known for text in beside))
    named = np.array([place > 0 and asked.written[place][0].isupper() for place in telling])
    counted = np.array([any(map(str.isdigit, asked.low[place])) for place in telling])
    other = np.array([asked.stems[place] in elsewhere or asked.low[place] in elsewhere for place in telling])
    gaps = 1 - np.maximum(in_near, in_whole)
    doubt = np.where(other, _BESIDE, 1.0)
    missing = [place for place, likeness in zip(telling, in_near, strict=True) if likeness < 1]
    return [
        min(MOST, float((doubt * gaps)[named & ~counted].sum())),
        min(MOST, float((doubt * (1 - in_near))[counted].sum())),
        float(_denies_alone(asked.line, near.line)),
        min(MOST, float(sum(opposite_in(asked.stems[place], near.known) for place in missing))),
        min(MOST, float(sum(_exchanged(asked, place, near) for place in missing))),
        float((weights * gaps * ~other).max()),
    ]


def _held(asked: Text, place: int, vector: NDArray[np.float32], text: Text) -> float:
    """How much like a word of the question the likest of a text is, 0 to 1."""
    word, written = asked.low[place], asked.written[place]
    if word in text.known or asked.stems[place] in text.known:
        return 1.0
    if any(map(str.isdigit, word)):
        numbers = numerals(word)
        return float(bool(numbers) and text.numbers.issuperset(numbers))
    if (len(word) > 1 and written.isupper() and word in text.initials) or _abbreviated(asked, place, text):
        return 1.0
    spelt = process.extractOne(word, text.different, scorer=fuzz.ratio, score_cutoff=_SPELT) if len(word) > 3 else None
    cosine = float((text.vectors @ vector).max()) if text.different else 0.0
    return max(cosine, spelt[1] / 100 if spelt and spelt[0][0] == word[0] else 0.0)


def _abbreviated(asked: Text, place: int, text: Text) -> bool:
    """Whether a text has an acronym for words of the question that this one is among."""
    for size in range(_INITIALS[0], _INITIALS[1] + 1):
        for start in range(max(0, place - size + 1), min(place, len(asked.low) - size) + 1):
            if "".join(word[0] for word in asked.low[start : start + size]) in text.acronyms:
                return True
    return False


def _exchanged(asked: Text, place: int, text: Text) -> bool:
    """Whether a text has another word before the same noun: `helper B cells` and `helper T cells`.

    Only where the words before are the same, too. What follows a noun is put in other words too often to tell anything.
    """
    if not 0 < place < len(asked.stems) - 1 or not tells(asked.low[place + 1]):
        return False
    before, behind = asked.stems[place - 1], asked.stems[place + 1]
    others = (
        text.low[at]
        for at in range(1, len(text.stems) - 1)
        if text.stems[at - 1] == before and text.stems[at + 1] == behind and text.stems[at] not in asked.known
    )
    return any(tells(other) and fuzz.ratio(other, asked.low[place]) < _SPELT for other in others)


def _denies_alone(question: str, text: str) -> bool:
    return bool(NEGATION.search(question)) and not (NEGATION.search(text) or _DENIES.search(text))


def tells(word: str) -> bool:
    """Whether a word of a question must be spoken of where it is answered."""
    return word not in STOP_WORDS["en"] and word not in _ASKING and (len(word) > 1 or word.isdigit())


@lru_cache(maxsize=128)
def read(text: str) -> Text:
    """A text's words."""
    return Text(tuple(word for found in _WORD.finditer(text) for word, _, _ in parted(found)))


def parted(found: re.Match[str]) -> list[tuple[str, int, int]]:
    """A word as it is compared, with its characters in the text; of `bodyLimit` the two that people write: body, limit.

    `iPhone` and `YouTube` are names and stay whole.
    """
    if not _IDENTIFIER.fullmatch(found[0]):
        return [(found[0], *found.span())]
    at = found.start()
    return [(part[0].lower(), at + part.start(), at + part.end()) for part in _INNER.finditer(found[0])]


@lru_cache(maxsize=8192)
def stemmed(word: str) -> str:
    """A word in small letters without its ending."""
    return next(iter(Analyzer().terms(word)), word)
