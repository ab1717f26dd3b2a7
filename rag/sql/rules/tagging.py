"""A question's words, and what each of them may stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz

from rag.sql.rules.lexicon import AGGREGATES, COMPARISONS, NUMBERS, PHRASES, SILENT, SUPERLATIVES
from rag.sql.rules.names import Names, Option, stem
from rag.sql.values import Mention, quoted_in

__all__ = ["Tag", "tagged"]

_WORD = re.compile(r"\d[\d,]*(?:\.\d+)?(?!\w)|\w+")
_LIKE = 88
"""Percent of likeness from which a word is a misspelt name."""


@dataclass(slots=True)
class Tag:
    """Some words of a question."""

    kind: str
    """column, table, value, literal, number, aggregate, most, compare, concept, each, count, distinct, not, and, or,
    both, order, direction, like, skip or word."""
    text: str
    start: int
    end: int
    """Characters of the question."""
    options: list[Option] = field(default_factory=list)
    """Of a column or table; a word for both has both."""
    mentions: list[Mention] = field(default_factory=list)
    said: Any = None
    """What else the words say."""
    sentence: int = 0
    clause: int = 0
    """Counted on by every comma too."""
    used: bool = False

    @property
    def columns(self) -> list[Option]:
        """What it may stand for among columns."""
        return [option for option in self.options if option.column]

    @property
    def tables(self) -> list[Option]:
        """What it may stand for among tables."""
        return [option for option in self.options if not option.column]


@dataclass(slots=True)
class _Word:
    text: str
    stem: str
    start: int
    end: int


def tagged(question: str, names: Names, mentions: Sequence[Mention]) -> list[Tag]:
    """The tags of a question, in order; together they have all its words."""
    words = [_Word(m[0].lower(), stem(m[0].lower()), m.start(), m.end()) for m in _WORD.finditer(question)]
    quotes = quoted_in(question)
    tags: list[Tag] = []
    at = 0
    while at < len(words):
        tag, size = _quoted(question, words, at, quotes, mentions) or _best(question, words, at, names, mentions)
        tag.sentence = len(re.findall(r"[.?!;](?=\s)", question[: tag.start]))
        tag.clause = len(re.findall(r"[.?!;,](?=\s)", question[: tag.start]))
        tags.append(tag)
        at += size
    return _with_roles(_without_modifiers(tags), names)


def _without_modifiers(tags: list[Tag]) -> list[Tag]:
    """Of two tables side by side the second is meant: `car models`."""
    for one, other in pairwise(tags):
        if one.kind == "table" and other.tables and other.start - one.end <= 1 and not one.text.endswith("s"):
            one.kind, other.kind = "skip", "table"
    return tags


def _with_roles(tags: list[Tag], names: Names) -> list[Tag]:
    """`the age of the winners` is what `winner_age` holds; of `losers and winners`, what both do."""
    roles = [tag for tag in tags if stem(tag.text.lower()) in names.roles and tag.kind in ("column", "word")]
    made: list[Tag] = []
    for tag in tags:
        found = [
            (role, options)
            for role in roles
            if tag is not role
            and role.sentence == tag.sentence
            and tag.kind in ("column", "table", "naming", "word", "concept")
            if (options := _of_role(tag, role, names))
        ]
        if not found:
            made.append(tag)
            continue
        for role, options in found:
            role.kind = "skip"
            made.append(
                Tag(
                    "column",
                    tag.text,
                    tag.start,
                    tag.end,
                    options,
                    said="joint",
                    sentence=tag.sentence,
                    clause=tag.clause,
                )
            )
    for role in roles:
        if role.kind != "skip" and (options := names.options((stem(role.text.lower()), "name"))):
            role.kind, role.options = "column", options
    return made


def _of_role(tag: Tag, role: Tag, names: Names) -> list[Option]:
    phrase = (stem(role.text.lower()), *(stem(word) for word in tag.text.lower().split()))
    return [option for option in names.options(phrase) if option.weight >= 0.95]


def _quoted(
    question: str, words: Sequence[_Word], at: int, quotes: Sequence[tuple[str, int, int]], mentions: Sequence[Mention]
) -> tuple[Tag, int] | None:
    """What stands in quotes is a value, known or not."""
    for text, start, end in quotes:
        if start <= words[at].start < end:
            size = sum(start <= word.start < end for word in words)
            known = [one for one in mentions if start <= one.start and one.end <= end and _same(one.value, text)]
            return Tag("value" if known else "literal", text, start, end, mentions=known, said=text), size
    return None


def _same(value: str, text: str) -> bool:
    return re.sub(r"\W+", " ", value).strip().casefold() == re.sub(r"\W+", " ", text).strip().casefold()


def _best(question: str, words: Sequence[_Word], at: int, names: Names, mentions: Sequence[Mention]) -> tuple[Tag, int]:
    """The longest of a value, a name and a phrase.

    Of equally long ones the first of these counts; where the words are in lower case, a name before a value.
    """
    found: list[tuple[int, int, Tag]] = []
    if value := _value(question, words, at, mentions):
        lower = value[0].text.islower() or not value[0].mentions[0].exact
        found.append((value[1], 1 if lower else 3, value[0]))
    if name := _name(question, words, at, names) or _shared_head(question, words, at, names):
        found.append((name[1], 2, name[0]))
    if words[at].text == "one" and at and words[at - 1].text in ("the", "which", "this", "that", "each"):
        found.append((1, 0, Tag("skip", "one", words[at].start, words[at].end)))
    elif phrase := _phrase(question, words, at):
        found.append((phrase[1], 0, phrase[0]))
    if not found:
        return _misspelt(question, words[at], names), 1
    size, _, tag = max(found, key=lambda one: one[:2])
    return tag, size


def _value(question: str, words: Sequence[_Word], at: int, mentions: Sequence[Mention]) -> tuple[Tag, int] | None:
    here = [one for one in mentions if one.start == words[at].start]
    if not here:
        return None
    end = max(one.end for one in here)
    start = words[at].start
    size = sum(start <= word.start < end for word in words)
    return Tag("value", question[start:end], start, end, mentions=[one for one in here if one.end == end]), size


def _name(question: str, words: Sequence[_Word], at: int, names: Names) -> tuple[Tag, int] | None:
    """The longest name that begins here; an `of` or `the` within it counts for nothing."""
    for size in range(min(names.longest + 2, len(words) - at), 0, -1):
        here = words[at : at + size]
        if size > 1 and (here[0].text in _BETWEEN or here[-1].text in _BETWEEN):
            continue
        exact = tuple(word.stem for word in here)
        options = names.options(exact)
        if not options and size > 1:
            options = names.options(tuple(word.stem for word in here if word.text not in _BETWEEN))
        if options and (size > 1 or here[0].text not in SILENT or options[0].weight == 1):
            text = question[here[0].start : here[-1].end]
            return Tag("column" if options[0].column else "table", text, here[0].start, here[-1].end, options), size
    return None


def _shared_head(question: str, words: Sequence[_Word], at: int, names: Names) -> tuple[Tag, int] | None:
    """`first` of `first and last name`."""
    if at + 3 < len(words) and words[at + 1].text in ("and", "or"):
        options = names.options((words[at].stem, words[at + 3].stem))
        if options and names.options((words[at + 2].stem, words[at + 3].stem)):
            return Tag("column", question[words[at].start : words[at].end], words[at].start, words[at].end, options), 1
    return None


_BETWEEN = frozenset({"of", "the", "by"})


def _phrase(question: str, words: Sequence[_Word], at: int) -> tuple[Tag, int] | None:
    for size in range(min(6, len(words) - at), 0, -1):
        here = words[at : at + size]
        told = " ".join(word.text for word in here)
        start, end = here[0].start, here[-1].end
        text = question[start:end]
        if told in COMPARISONS:
            return Tag("compare", text, start, end, said=COMPARISONS[told]), size
        if told in PHRASES:
            kind, said = PHRASES[told]
            return Tag(kind, text, start, end, said=said), size
        if size == 1:
            one = _single(told, text, start, end)
            return (one, 1) if one else None
    return None


def _single(told: str, text: str, start: int, end: int) -> Tag | None:
    number = _number(told)
    if number is not None:
        return Tag("number", text, start, end, said=number)
    if told in ("name", "names"):
        return Tag("naming", text, start, end)
    if told in AGGREGATES:
        return Tag("aggregate", text, start, end, said=AGGREGATES[told])
    if told in SUPERLATIVES:
        return Tag("most", text, start, end, said=told)
    if told in SILENT:
        return Tag("skip", text, start, end)
    return None


def _number(told: str) -> int | float | None:
    if told in NUMBERS:
        return NUMBERS[told]
    plain = told.replace(",", "")
    if not re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return None
    return float(plain) if "." in plain else int(plain)


def _misspelt(question: str, word: _Word, names: Names) -> Tag:
    """A word that is nearly a name, or has its beginning; else a word that was not understood."""
    text, options = question[word.start : word.end], list[Option]()
    if len(word.stem) >= 4:
        near = [
            one
            for one in names.words
            if len(one) >= 4 and (fuzz.ratio(one, word.stem) >= _LIKE or _kin(one, word.stem))
        ]
        for one in sorted(near, key=lambda one: -fuzz.ratio(one, word.stem)):
            options += [Option(table, column, weight * 0.8) for table, column, weight in names.options((one,))]
    if options:
        options.sort(key=lambda option: -option.weight)
        return Tag("column" if options[0].column else "table", text, word.start, word.end, options)
    return Tag("word", text, word.start, word.end)


def _kin(one: str, other: str) -> bool:
    """`direct` and `director`, `product` and `produc`: words with one root."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= 5 and longer.startswith(shorter) and len(longer) - len(shorter) <= 3
