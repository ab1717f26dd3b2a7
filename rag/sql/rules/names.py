"""How people call the tables and columns of a schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from Stemmer import Stemmer

from rag.sql.linking import said
from rag.sql.rules.lexicon import GENERIC, SYNONYMS
from rag.sql.schema import Column, Schema, Table

__all__ = ["HEAD", "PART", "WHOLE", "Names", "Option", "stem", "stems"]

_TAIL = frozenset({"data", "info", "information", "list", "lists", "record", "records", "detail", "details", "table"})
"""Words at the end of a table's name that nobody says."""
_HEAD = frozenset({"ref", "tbl", "dim", "fact"})
_SHORT = {"fname": "first name", "lname": "last name", "dob": "date of birth", "num": "number", "desc": "description"}
WHOLE, HEAD = 0.99, 0.97
"""Weights of a column behind the name of its table, and behind the last word of that."""
PART = 0.55
"""Weight of a single word of a column's name."""
_DESCRIBED = 5
"""Words of a description up to which it is another name."""


class Option(NamedTuple):
    """What some words may stand for."""

    table: str
    column: str
    """Empty for the table itself."""
    weight: float
    """1 for the name itself, less for parts of it and for other words."""


class Names:
    """Phrases, as stems, and what they may stand for."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.phrases: dict[tuple[str, ...], dict[tuple[str, str], float]] = {}
        spoken = {stem(word) for table in schema.tables for word in said(table.name).lower().split()}
        for table in schema.tables:
            for weight, words in _table_phrases(table):
                self._add(words, table.name, "", weight)
            for column in table.columns:
                for weight, words in _column_phrases(table, column):
                    if weight == PART and stem(words[0]) in spoken:
                        continue
                    self._add(words, table.name, column.name, weight)
        self.roles = _roles(schema)
        self.longest = max(map(len, self.phrases), default=1)
        self.words = {word for phrase in self.phrases for word in phrase}

    def _add(self, words: Sequence[str], table: str, column: str, weight: float) -> None:
        phrase = tuple(stem(word) for word in words)
        if not phrase or (len(phrase) == 1 and len(phrase[0]) < 2):
            return
        held = self.phrases.setdefault(phrase, {})
        held[table, column] = max(held.get((table, column), 0.0), weight)

    def options(self, phrase: tuple[str, ...]) -> list[Option]:
        """What a phrase may stand for, likeliest first."""
        found = [Option(*place, weight) for place, weight in self.phrases.get(phrase, {}).items()]
        return sorted(found, key=lambda option: -option.weight)


def _roles(schema: Schema) -> frozenset[str]:
    """Words that several columns of a table begin with, as `winner` of `winner_name` and `winner_age`."""
    found = set()
    for table in schema.tables:
        own = {stem(word) for word in said(table.name).lower().split()}
        firsts = Counter(
            stem(words[0]) for column in table.columns if len(words := said(column.name).lower().split()) > 1
        )
        found |= {word for word, count in firsts.items() if count > 2 and word not in own and word not in GENERIC}
    return frozenset(found)


def _table_phrases(table: Table) -> Iterator[tuple[float, Sequence[str]]]:
    words = [_SHORT.get(word, word) for word in said(table.name).lower().split()]
    yield 1.0, words
    while len(words) > 1 and words[-1] in _TAIL:
        words = words[:-1]
        yield 0.95, words
    while len(words) > 1 and words[0] in _HEAD:
        words = words[1:]
        yield 0.95, words
    for first in range(1, len(words)):
        if words[first:] != ["id"] and words[-1] not in GENERIC:
            yield 0.8 if len(words) - first > 1 else 0.6, words[first:]
    yield from _otherwise(words)


def _column_phrases(table: Table, column: Column) -> Iterator[tuple[float, Sequence[str]]]:
    told = _SHORT.get(column.name.lower(), said(column.name).lower())
    words = " ".join(_SHORT.get(word, word) for word in told.split()).split()
    of = said(table.name).lower().split()
    yield 1.0, words
    if len(words) == 1 and words[0].endswith("id") and len(words[0]) > 3:  # petid
        words = [words[0][:-2], "id"]
    bare = words[1:] if len(words) > 1 and _begins(words[0], of) else words
    if bare != words:
        yield 0.95, bare
        yield 0.95, words
    whole = [word for word in of if word not in _TAIL | _HEAD]
    if whole:
        yield WHOLE, [*whole, *bare]
        yield HEAD, [whole[-1], *bare]
    if column.primary and len(table.primary) == 1 and bare[-1:] == ["id"]:
        yield 0.9, ["id"]
    yield from _naming(table, column, bare)
    for base in (words, bare):
        yield from _otherwise(base)
        if len(base) > 2:
            yield 0.8, base[:-1]
            yield 0.8, base[1:]
        for word in base if len(base) > 1 else ():
            if word not in GENERIC:
                yield PART, [word]
    if 0 < len(named := column.description.lower().split()) <= _DESCRIBED:
        yield 0.9, named


def _naming(table: Table, column: Column, bare: Sequence[str]) -> Iterator[tuple[float, Sequence[str]]]:
    """`name` for the column that names a row where none is called so."""
    names = [said(one.name).lower() for one in table.columns]
    if "name" in names:
        return
    called = [name for name in names if name.endswith("name")]
    own = [stem(word) for word in said(table.name).lower().split()]
    if called:
        if called == [said(column.name).lower()]:
            yield 0.8, ["name"]
    elif " ".join(bare) == "title" or (
        not column.numeric and [stem(word) for word in said(column.name).lower().split()] == own
    ):
        yield 0.7, ["name"]


def _otherwise(words: Sequence[str]) -> Iterator[tuple[float, Sequence[str]]]:
    """The same with other words for a part of it."""
    text = f" {' '.join(words)} "
    for group in SYNONYMS:
        for one in group:
            if f" {one} " in text:
                for other in group:
                    if other != one:
                        yield 0.85, text.replace(f" {one} ", f" {other} ").split()


def _begins(word: str, of: Sequence[str]) -> bool:
    """Whether a column's first word only names its table, in full or in short."""
    return any(stem(word) == stem(one) or (len(word) > 2 and one.startswith(word)) for one in of)


@lru_cache(8192)
def stem(word: str) -> str:
    """A lower-case word without its ending."""
    return str(_stemmer().stemWord(word)) if len(word) > 3 else word.removesuffix("s") if word == "ids" else word


def stems(text: str) -> tuple[str, ...]:
    """The words of a text without their endings."""
    return tuple(stem(word) for word in text.lower().split())


def _stemmer() -> Stemmer:
    return Stemmer("english", 0)  # threads must not share one
