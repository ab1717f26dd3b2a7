"""What can be looked up of a translation without reading it: terms, numbers, and what must stay as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.translation.graph import Pair
from rag.translation.kept import kept, marks, numbers
from rag.translation.wording import Wording

__all__ = ["Problem", "Sides", "checked", "coverage"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a translation."""

    kind: Literal["term", "inconsistent", "kept", "number", "markup", "empty"]
    told: str
    """In words that a model and a reader understand."""


@dataclass(frozen=True)
class Sides:
    """The wordings of both languages."""

    source: Wording
    target: Wording


def checked(source: str, translation: str, pairs: Sequence[Pair], sides: Sides) -> list[Problem]:
    """The problems of a translation; none where nothing was found.

    Args:
        source: what was translated.
        translation: what became of it.
        pairs: terms with the translation that each is to have; those count that stand in the source.
        sides: how words of both languages are compared.
    """
    if source.strip() and not translation.strip():
        return [Problem("empty", "nothing was translated")]
    return [*_terms(source, translation, pairs, sides), *_kept(source, translation), *_marks(source, translation)]


def coverage(source: str, translation: str, pairs: Sequence[Pair], sides: Sides) -> list[int]:
    """How often each term's translation is there, at most as often as the term; less how often another one is."""
    words, made = sides.source.words(source), sides.target.words(translation)

    def times(phrase: str) -> int:
        return len(sides.target.places(phrase, made, translation))

    return [
        min(len(sides.source.places(pair.term, words, source)), times(pair.translation)) - sum(map(times, pair.others))
        for pair in pairs
    ]


def _terms(source: str, translation: str, pairs: Sequence[Pair], sides: Sides) -> list[Problem]:
    """Terms that lack their translation, and those that have a second one beside it."""
    problems = []
    words = sides.source.words(source)
    wanted = [pair for pair in pairs if sides.source.places(pair.term, words, source)]
    required = {sides.target.keys(pair.translation) for pair in wanted}
    for pair in wanted:
        if not sides.target.has(pair.translation, translation):
            problems.append(Problem("term", f'"{pair.term}" must be translated as "{pair.translation}"'))
        for other in pair.others:
            keys = sides.target.keys(other)
            inside = any(_holds(one, keys) for one in required)
            if not inside and sides.target.has(other, translation):
                problems.append(
                    Problem(
                        "inconsistent", f'"{pair.term}" is translated as "{other}"; always use "{pair.translation}"'
                    )
                )
    return problems


def _holds(longer: tuple[str, ...], shorter: tuple[str, ...]) -> bool:
    size = len(shorter)
    return any(longer[place : place + size] == shorter for place in range(len(longer) - size + 1))


def _kept(source: str, translation: str) -> list[Problem]:
    missing = kept(source) - kept(translation)
    gone = [text for text in missing if translation.count(text) < source.count(text)]
    lost = numbers(source) - numbers(translation)
    digits = re.sub(r"\D", "", translation)
    return [
        *(Problem("kept", f"{text} must stay exactly as it is") for text in gone),
        *(Problem("number", f"the number {number} is missing") for number in lost if number not in digits),
    ]


def _marks(source: str, translation: str) -> list[Problem]:
    before, after = marks(source), marks(translation)
    return [
        Problem("markup", f"there are {after[name]} {name}, and {count} in the source")
        for name, count in before.items()
        if after[name] != count
    ]
