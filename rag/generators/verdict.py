"""Whether passages bear claims out: what the skill `support` says, beside what can be looked up."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag import skills
from rag.encoders.vocabulary import embedded
from rag.index.context import headings_context
from rag.passages.condensed import whole_of
from rag.segmenters.sentences import sentences
from rag.words.analysis import Analyzer
from rag.words.stopwords import STOP_WORDS

__all__ = ["BORNE", "BRIEF", "Claim", "Judge", "Verdict", "evidence", "judge", "verdicts"]

Judge = Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]]
"""How likely each passage bears its claim, 0 to 1, of (claim, passage)."""

UNSEEN_NAME = 0.5
"""What a name of the claim that stands nowhere in the passage leaves of its probability: a passage may say "he"."""

BORNE = 0.1
"""Probability from which a claim counts as supported: what each value costs is in docs/decisions/skills.md."""
BRIEF = 4
"""Words under which a statement is read with its question: `1734` alone claims nothing."""
_WORDS_SLOPE, _WORDS_SHIFT = 11.0, 5.5
"""From the share of a claim's words that a passage holds to a probability, where the skill cannot read them. Fitted on
questions with their answers beside their own and other paragraphs: docs/results/languages.md."""
ALIKE, FEWEST = 0.7, 5
"""Share of a claim's words, in order, that make it the same as a sentence; words under which that says nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of a claim beside a passage."""

    score: float
    """Probability that the passage bears it out, 0 to 1."""
    missing: tuple[str, ...] = ()
    """Numbers and names of the claim that the passage does not have."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an answer says, in one sentence or in a few words."""

    text: str
    question: str = ""
    """What the words answer, where they are no sentence: the model reads both, names are looked up in the words."""


def verdicts(pairs: Sequence[tuple[Claim, str]], support: Judge) -> list[Verdict]:
    """Judges claims beside passages.

    A sentence that stands in its passage word for word is borne out. One with a number that the passage does not have
    is not, whatever the model says: a number is never said in other words. Neither is one that repeats a sentence of
    the passage but for a name or a number in another's place. A name that is missing halves the probability. In another
    language than the skill reads, the share of the claim's words that the passage holds stands for what it says, and
    names, which it cannot tell from other nouns, are left alone.

    Args:
        pairs: claim and passage; the passage with its titles, see `evidence`.
        support: the skill's `score`.
    """
    foreign = [not embedded().known(_read(claim), [Document(passage)]).weight for claim, passage in pairs]
    told = [_standing(*pair, names=not other) for pair, other in zip(pairs, foreign, strict=True)]
    for place, (claim, passage) in enumerate(pairs):
        if told[place] is None and foreign[place]:
            told[place] = Verdict(_by_words(_read(claim), passage))
    unsure = [place for place, verdict in enumerate(told) if verdict is None]
    asked = [(_read(pairs[place][0]), pairs[place][1]) for place in unsure]
    for place, score in zip(unsure, support(asked).tolist() if asked else (), strict=True):
        names = _missing_names(pairs[place][0].text, pairs[place][1])
        told[place] = Verdict(score * UNSEEN_NAME if names else score, names)
    return [verdict for verdict in told if verdict is not None]


def judge(weights: str | None = None) -> Judge:
    """`verdicts` by the embedded skill, scores alone, float32 `[n]`.

    Args:
        weights: file or folder of weights, as `rag train cross` writes them; None for those that ship.
    """
    support: Judge = skills.load("support", weights).score

    def scores(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.array([one.score for one in verdicts([(Claim(said), at) for said, at in pairs], support)], np.float32)

    return scores


def evidence(passage: Document) -> str:
    """What a claim that cites a passage is checked against: titles, and the text that the source has at its place.

    Of a passage shortened inside that is the whole text; of a summary by a model, the texts it was made of.
    """
    members = passage.metadata.get("members")
    text = "\n".join(str(member["text"]) for member in members) if members else whole_of(passage)
    title = headings_context(passage.metadata)
    return f"{title}\n{text}" if title else text


def _read(claim: Claim) -> str:
    """A claim as the skill reads it."""
    return f"{claim.question} {claim.text}" if claim.question else claim.text


def _by_words(claim: str, passage: str) -> float:
    """The probability by the share of the claim's words that the passage holds."""
    said, there = set(Analyzer().terms(claim)), set(Analyzer().terms(passage))
    share = len(said & there) / len(said) if said else 1.0
    return 1 / (1 + math.exp(_WORDS_SHIFT - _WORDS_SLOPE * share))


def _standing(claim: Claim, passage: str, *, names: bool = True) -> Verdict | None:
    """What needs no model: a sentence that stands there, or a number that does not."""
    said, there = _plain(claim.text), _plain(passage)
    if said and not claim.question and f" {said} " in f" {there} ":
        return Verdict(1.0)
    held = _numbers(passage)
    missing = tuple(number for number in dict.fromkeys(_numbers(claim.text, words=False)) if number not in held)
    missing = missing or _exchanged(claim.text, passage, names=names)
    return Verdict(0.0, missing) if missing else None


def _exchanged(claim: str, passage: str, *, names: bool = True) -> tuple[str, ...]:
    """Names and numbers that stand where a sentence of the passage, otherwise the same, has others."""
    claim, passage = (_SEPARATOR.sub("", text) for text in (claim, passage))
    said = _WORD.findall(claim)
    if len(said) < FEWEST:
        return ()
    mine = [word.casefold() for word in said]
    for start, end in sentences(passage):
        found = _WORD.findall(passage[start:end])
        theirs = [word.casefold() for word in found]
        if len(set(mine).intersection(theirs)) < ALIKE * len(set(mine)):
            continue
        match = SequenceMatcher(None, mine, theirs, autojunk=False)
        if sum(block.size for block in match.get_matching_blocks()) < ALIKE * len(mine):
            continue
        for kind, a, b, c, d in match.get_opcodes():
            new, old = _telling(said[a:b], theirs, names), _telling(found[c:d], mine, names)
            if kind == "replace" and new and old:
                return tuple(new)
    return ()


def _telling(words: Sequence[str], beside: Sequence[str], names: bool) -> list[str]:
    """Names and numbers among some words that do not stand beside them as well."""
    return [
        word
        for word in words
        if ((names and word[0].isupper()) or word[0].isdigit())
        and word.casefold() not in STOP_WORDS["en"]
        and word.casefold() not in beside
    ]


_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SEPARATOR = re.compile(r"(?<=\d),(?=\d{3}\b)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMERALS: dict[str, str] = {}
for _names, _values in (
    ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen", range(1, 17)),
    ("first second third fourth fifth sixth seventh eighth ninth tenth", range(1, 11)),
    ("seventeen eighteen nineteen twenty", range(17, 21)),
    ("thirty forty fifty sixty seventy eighty ninety hundred", range(30, 110, 10)),
):
    _NUMERALS |= zip(_names.split(), map(str, _values), strict=True)
_NUMERAL = re.compile(rf"\b(?:{'|'.join(_NUMERALS)})\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w'’-]*\w")


def _numbers(text: str, *, words: bool = True) -> list[str]:
    """Numbers in figures, separators of thousands left out; with `words` also those in words."""
    found = _NUMBER.findall(_SEPARATOR.sub("", text))
    return found + ([_NUMERALS[match.lower()] for match in _NUMERAL.findall(text)] if words else [])


def _missing_names(claim: str, passage: str) -> tuple[str, ...]:
    """Capitalised words inside the claim that the passage has in no form."""
    there = set(_plain(passage).split())
    inside = (
        match[0] for match in _NAME.finditer(claim) if claim[: match.start()].rstrip(" \"'“‘(")[-1:] not in "?.!:"
    )
    return tuple(
        name
        for name in dict.fromkeys(inside)
        if not (words := _plain(name).split()) or not there.issuperset(words)
        if name.casefold() not in STOP_WORDS["en"]
    )


def _plain(text: str) -> str:
    """Words in lower case without accents and without the genitive, one space between them."""
    folded = unicodedata.normalize("NFKD", _SEPARATOR.sub("", text.casefold()))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(re.findall(r"[^\W_]+(?:\.\d+)?", re.sub(r"['’]s\b", "", bare)))
