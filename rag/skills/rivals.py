"""Which of several answers of one kind a question asks for, by the words around each.

A reader finds what kind of thing is asked for; of three prices in a list it likes one as well as another. The text
tells them apart: each stands beside the name of what it is the price of.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.passages.overlap import overlap
from rag.segmenters.sentences import sentences
from rag.skills.lacking import parted, read, stemmed, tells
from rag.skills.particulars import numerals
from rag.words.stopwords import STOP_WORDS

__all__ = ["Rival", "alike", "spoken_for"]

_WORD = re.compile(r"[^\W_]+(?:[.,:]\d+)*(?:['’][^\W_]+)*|[^\w\s]|\n")
_WORDS = re.compile(r"[^\W\d_]+")
_CLOSED = re.compile(r"[`\"'”’)\]]")
"""Behind a number: it stands by itself, and what it counts is nowhere said."""
_NAMED, _BEFORE, _HELD = 1.0, 0.5, 1.0
"""Log-odds for a name or number of the question beside the answer, for another word that stands before one that tells,
and for all of the question's words in the sentence. Chosen on documents that no reader had learnt from:
docs/decisions/extraction.md."""
_IN_SENTENCE = 0.5
"""What a word counts that stands in the answer's sentence, but not near it."""
_REACH = 3.0
"""Words after which a word nearby counts less by a factor of e."""
_APART = {",": 4.0, ";": 6.0, "|": 1.0, ")": 1.0, "\n": 12.0}
"""How many words some marks stand for between two words."""
_SENTENCE = 12.0
"""How many the end of a sentence does."""


@dataclass(frozen=True, slots=True)
class Rival:
    """An answer that might be meant."""

    text: str
    """Of its passage."""
    start: int
    end: int
    """Its characters there."""
    around: str
    """Its sentence, with the headings above it."""


def alike(one: str, other: str, behind: tuple[str, str] = ("", "")) -> bool:
    """Whether two answers are of one kind: numbers of the same thing, or names.

    Args:
        one: an answer.
        other: another.
        behind: the text behind each: of `25` in `25 days` it tells what is counted. A number in quotes may count
            anything.
    """
    (counts, units), (others, theirs) = _kind(one), _kind(other)
    if counts is None or counts is not others:
        return False
    if counts and bool(units) != bool(theirs):
        if _CLOSED.match(behind[bool(units)]):
            return True
        (word,) = _WORDS.findall(behind[bool(units)])[:1] or [""]
        return stemmed(word.lower()) in units | theirs
    return not counts or bool(units & theirs) or not units


def _kind(answer: str) -> tuple[bool | None, frozenset[str]]:
    """Whether it counts something (with what), or names it; None for anything else."""
    words = [word for word in read(answer).written if word.lower() not in STOP_WORDS["en"]]
    numbers = [word for word in words if numerals(word)]
    if numbers:
        return True, frozenset(stemmed(word.lower()) for word in words if word not in numbers)
    return (False if words and all(word[0].isupper() for word in words) else None), frozenset()


def spoken_for(question: str, rivals: Sequence[Rival], texts: Sequence[str]) -> list[float]:
    """What the words around each answer add to its log-odds.

    Args:
        question: stand-alone, in English.
        rivals: the answers.
        texts: sentences of all that was read: a word that many of them have tells little.
    """
    asked = read(question)
    weights: dict[str, float] = {}
    for place, word in enumerate(asked.low):
        if tells(word):
            named = (place > 0 and asked.written[place][0].isupper()) or any(map(str.isdigit, word))
            before = place + 1 < len(asked.low) and tells(asked.low[place + 1])
            weights.setdefault(asked.stems[place], _NAMED if named else _BEFORE if before else 0.0)
    near = [_near(rival, weights) for rival in rivals]
    most = {word: max(one[word] for one in near) for word in weights}
    held = overlap(question, [*(rival.around for rival in rivals), *texts])[: len(rivals)]
    return [
        sum(weight * one[word] / most[word] for word, weight in weights.items() if most[word]) + _HELD * float(share)
        for one, share in zip(near, held, strict=True)
    ]


def _near(rival: Rival, words: Sequence[str] | dict[str, float]) -> dict[str, float]:
    """How near each of some words stands to an answer, 0 to 1."""
    own = set(read(rival.around).stems)
    found = {word: _IN_SENTENCE * (word in own) for word in words}
    places = _places(rival.text)
    inside = [at for _, start, end, at in places if start < rival.end and end > rival.start]
    if not inside:
        return found
    nearest: dict[str, float] = {}
    for word, start, end, at in places:
        if word in found and not (start < rival.end and end > rival.start):
            gap = inside[0] - at if start < rival.start else at - inside[-1]
            nearest[word] = min(gap, nearest.get(word, gap))
    for word, gap in nearest.items():
        found[word] += (1 - _IN_SENTENCE) * math.exp((1 - gap) / _REACH)
    return found


def _places(text: str) -> list[tuple[str, int, int, float]]:
    """The stems of a text's words, their characters, and how many words in it they stand."""
    ends = iter([end for _, end in sentences(text)])
    end = next(ends, len(text))
    at, found = 0.0, []
    for match in _WORD.finditer(text):
        if match.start() >= end:
            at += _SENTENCE
            end = next((one for one in ends if one > match.start()), len(text))
        if not match[0][0].isalnum():
            at += _APART.get(match[0], 0.0)
            continue
        for word, first, last in parted(match):
            at += 1
            found.append((stemmed(word.lower().removesuffix("'s").removesuffix("’s")), first, last, at))
    return found
