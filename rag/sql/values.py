"""Which cell values a question mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.sql.schema import Schema
from rag.words.analysis import Analyzer

if TYPE_CHECKING:
    from rag.sql.database import Database

__all__ = ["Mention", "Values", "examples_of", "literal", "quoted_in"]

_WORD = re.compile(r"\w+(?:[.'’]\w+)*")
_QUOTED = re.compile(r"[\"“”]([^\"“”]+)[\"“”]|(?<!\w)['‘`]([^'’`]+(?:['’](?=\w)[^'’`]+)*)['’`](?!\w)")
_LONGEST = 80
"""Characters of a value that is remembered: longer ones are texts, which nobody names in a question."""
_ARTICLES = frozenset({"a", "an", "the", "all", "each", "every"})
_WORDS = 12
"""Words of a value at most."""


class Mention(NamedTuple):
    """A value that stands in a question."""

    table: str
    column: str
    value: str
    """As the database has it."""
    start: int
    end: int
    """Characters of the question."""
    exact: bool
    """Whether it stands there as it is, but for case and punctuation; else only its words' stems do."""


class _Place(NamedTuple):
    table: str
    column: str
    value: str


@dataclass
class Values:
    """An index of the different text values of a database, by their words.

    At most `most` values of a column are remembered, so that a question costs the same however large a table is.
    """

    exact: dict[tuple[str, ...], list[_Place]] = field(default_factory=dict)
    stemmed: dict[tuple[str, ...], list[_Place]] = field(default_factory=dict)
    longest: int = 1

    @classmethod
    def of(cls, database: Database, schema: Schema, most: int) -> Values:
        """Reads them.

        Args:
            database: is asked for each text column.
            schema: its tables.
            most: values of a column; 0 for none.
        """
        made = cls()
        for table in schema.tables if most else ():
            for column in table.columns:
                if not column.numeric:
                    found = database.values(table.name, column.name, most)
                    made.add(_Place(table.name, column.name, one) for one in found if isinstance(one, str))
        return made

    def add(self, places: Iterable[_Place]) -> None:
        """Remembers some values."""
        analyzer = Analyzer(stop_words=False, parts=False)
        for place in places:
            words = _words(place.value)
            if not words or len(place.value) > _LONGEST or len(words) > _WORDS or _a_number(place.value):
                continue
            self.longest = max(self.longest, len(words))
            self.exact.setdefault(tuple(words), []).append(place)
            self.stemmed.setdefault(tuple(analyzer.terms(place.value)), []).append(place)

    def mentioned(self, question: str) -> list[Mention]:
        """The values in a question, longest first where they overlap; a value of several columns comes once for each.

        A value of one letter counts only in quotes or as a capital by itself, and one that is only a function word
        only in quotes.
        """
        words = list(_WORD.finditer(question))
        taken = [False] * len(words)
        found: list[Mention] = []
        analyzer = Analyzer(stop_words=False, parts=False)
        quoted = [match.span() for match in _QUOTED.finditer(question)]
        for size in range(min(self.longest, len(words)), 0, -1):
            for first in range(len(words) - size + 1):
                if any(taken[first : first + size]):
                    continue
                start, end = words[first].start(), words[first + size - 1].end()
                said = question[start:end]
                places, exact = self.exact.get(tuple(_words(said)), []), True
                if not places:
                    places, exact = self.stemmed.get(tuple(analyzer.terms(said)), []), False
                if said.split()[0].casefold() in _ARTICLES:
                    places = [place for place in places if place.value == said]  # `the mountain` is no title
                in_quotes = any(low <= start and end <= high for low, high in quoted)
                if not places or not (in_quotes or _telling(said, exact)):
                    continue
                taken[first : first + size] = [True] * size
                found += [Mention(*place, start, end, exact) for place in places]
        return found


def quoted_in(question: str) -> list[tuple[str, int, int]]:
    """What stands in quotes in a question, with its characters, quotes included."""
    return [(match[1] or match[2], *match.span()) for match in _QUOTED.finditer(question)]


def literal(value: Any) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]


def _a_number(text: str) -> bool:
    return bool(re.fullmatch(r"[\d.,:%/ -]+", text.strip()))


@cache
def _stopped() -> frozenset[str]:
    """Function words, and verbs with which questions begin."""
    from rag.words.stopwords import STOP_WORDS

    return frozenset(STOP_WORDS["en"]) | {"show", "list", "find", "give", "name", "number", "many", "one"}


def _telling(said: str, exact: bool) -> bool:
    if said.casefold() in _stopped():
        return False
    return len(said) > 1 or (exact and said.isupper() and said not in {"A", "I"})


def examples_of(found: Sequence[Any], most: int, longest: int = 40) -> tuple[str, ...]:
    """Some values as they stand in a prompt."""
    return tuple(literal(one) for one in found if not isinstance(one, bytes) and len(str(one)) <= longest)[:most]
