"""What the words of a question may name of a table: columns, values of its cells, and what its rows are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from rag.sql.linking import said
from rag.sql.rules.names import stem
from rag.tabular.cells import are_plain_numbers, is_missing, may_be_numbers
from rag.tabular.lexicon import CONCEPTS, SAME, UNITS
from rag.tabular.table import Table

__all__ = ["Names", "Word", "words_of"]

_WORD = re.compile(r"[€$£]?\d+(?:[.,'’]\d+)*(?:%|(?![^\W_]))|[^\W_]+|[€$£%]")
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*")
_MOST_VALUES = 200_000
"""Different values of a table that are looked for in a question."""
_MOST_STEMMED = 2_000
"""Different values of a column that are also found by the stems of their words."""
_STEMMED = 3
"""Words of such a value."""
_LONGEST = 10
"""Words of a value that is looked for."""
_MOST_LISTS = 5_000
"""Different cells of a column that is looked at for lists."""
_LISTED_WORDS = 4
"""Words of a thing in such a list, in the mean."""
_TIME = frozenset(["day", "night", "week", "month", "year", "annum", "hour", "person", "seat", "user"])
_ROWS = frozenset(map(stem, ["row", "entry", "record", "item", "line", "one"]))
_GENERIC = frozenset(
    map(stem, ["name", "id", "no", "number", "code", "type", "value", "key", "title", "label", "index"])
)
_FILE = frozenset(map(stem, ["list", "table", "data", "dataset", "overview", "sheet", "export", "info", "file", "csv"]))
PART = 0.9
"""Of a column whose name only ends with the words."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question, or of a name."""

    text: str
    stem: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """The words of a text; numbers with their marks are one each."""
    return [Word(m[0].casefold(), stem(m[0].casefold()), m.start(), m.end()) for m in _WORD.finditer(text)]


@dataclass
class Names:
    """Phrases of a table, as stems, and what they name."""

    table: Table
    columns: dict[tuple[str, ...], dict[int, float]] = field(default_factory=dict)
    rows: set[tuple[str, ...]] = field(default_factory=set)
    """What a row may be called by its file, sheet or heading."""
    values: dict[tuple[str, ...], dict[int, str]] = field(default_factory=dict)
    """The values of each column, as they are written, in small letters."""
    stemmed: dict[tuple[str, ...], dict[int, str | None]] = field(default_factory=dict)
    """The same by stems; None where two values have the same."""
    within: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """By a word: the values of more words that have it."""
    lists: set[int] = field(default_factory=set)
    """Columns of which a cell lists several values."""
    unread: bool = False
    """Whether there are more values than are looked for."""

    @classmethod
    def of(cls, table: Table) -> Names:
        """The names of a table."""
        made = cls(table)
        for place, name in enumerate(table.names):
            for phrase, weight in _phrases(name):
                held = made.columns.setdefault(phrase, {})
                held[place] = max(weight, held.get(place, 0.0))
        for called in _rows_called(table):
            plain = re.sub(r"(?<=[^\W\d_])(?=\d)", " ", called)
            words = [word.stem for word in words_of(said(plain)) if not word.text[0].isdigit()]
            while words and words[-1] in _FILE:
                words.pop()
            if words and "and" not in words:
                made.rows |= {tuple(words), tuple(words[-1:]), *_same(tuple(words[-1:]))}
        made._read_values()
        return made

    def column(self, phrase: tuple[str, ...]) -> tuple[int, float] | None:
        """The one column that a phrase names best, and how well; None where it is none, or more than one."""
        found = self.columns.get(phrase)
        if not found:
            return None
        best = max(found.values())
        places = [place for place, weight in found.items() if weight == best]
        return (places[0], best) if len(places) == 1 else None

    def names_row(self, phrase: tuple[str, ...]) -> bool:
        """Whether a phrase is what a row may be called."""
        return phrase in self.rows or (len(phrase) == 1 and phrase[0] in _ROWS)

    def of_concept(self, concept: str, able: Sequence[int]) -> int | None:
        """The one column among some that is about something; None where it is none, or more than one."""
        words = set(map(stem, CONCEPTS[concept]))
        own = {place: self.content(place) for place in able}
        exact = [place for place, told in own.items() if len(told) == 1 and told[0] == stem(CONCEPTS[concept][0])]
        found = exact or [place for place, told in own.items() if told and (told[-1] in words or told[0] in words)]
        return found[0] if len(found) == 1 else None

    def about(self, column: int, words: frozenset[str]) -> bool:
        """Whether a column's name has one of some words."""
        return bool({word.stem for word in words_of(said(self.table.names[column]))} & set(map(stem, words)))

    def holds_more(self, phrase: tuple[str, ...], column: int) -> bool:
        """Whether another value of the same column has the phrase in it: `dark red` beside `red`."""
        longer = self.within.get(phrase[0], set())
        return any(
            column in self.values.get(value, {}) and len(value) > len(phrase) and _inside(phrase, value)
            for value in longer
        )

    def content(self, column: int) -> list[str]:
        """The stems of a column's name, without what is in brackets and its unit."""
        return _without_unit([word.stem for word in words_of(said(_BRACKETS.sub(" ", self.table.names[column])))])

    def _read_values(self) -> None:
        for place, cells in enumerate(self.table.columns):
            different = dict.fromkeys(cells)
            if are_plain_numbers(different) or (may_be_numbers(cells) and self.table.numbers(place) is not None):
                continue
            by_stems = len(different) <= _MOST_STEMMED
            if self._read_lists(place, different):
                continue
            if len(self.values) + len(different) > _MOST_VALUES:
                self.unread = True
                continue
            for cell in different:
                if is_missing(cell):
                    continue
                told = (cell.casefold(),) if cell.isalnum() else tuple(map(str.casefold, _WORD.findall(cell)))
                if not told or len(told) > _LONGEST:
                    continue
                self.values.setdefault(told, {})[place] = cell
                if by_stems and len(told) <= _STEMMED:
                    held = self.stemmed.setdefault(tuple(map(stem, told)), {})
                    before = held.get(place, cell)
                    held[place] = cell if before is not None and before.casefold() == cell.casefold() else None
                if len(told) > 1:
                    for word in told:
                        self.within.setdefault(word, set()).add(told)

    def _read_lists(self, place: int, different: Iterable[str]) -> bool:
        """Whether cells list several things, which then are the values: `SSO, audit logs`."""
        some = list(islice(different, _MOST_LISTS + 1))
        if len(some) > _MOST_LISTS or not any(", " in cell for cell in some) or self.table.numbers(place) is not None:
            return False
        parts = [(cell, part.strip()) for cell in some for part in cell.split(", ") if part.strip()]
        counts = Counter(part.casefold() for _, part in parts)
        words = sum(len(part.split()) for _, part in parts)
        if max(counts.values()) < 2 or words > _LISTED_WORDS * len(parts) or self.table.dates(place) is not None:
            return False
        self.lists.add(place)
        for _, part in parts:
            told = tuple(word.text for word in words_of(part))
            stems = tuple(word.stem for word in words_of(part))
            if told and not is_missing(part):
                self.values.setdefault(told, {})[place] = part
                self.stemmed.setdefault(stems, {})[place] = part
                for word in told if len(told) > 1 else ():
                    self.within.setdefault(word, set()).add(told)
        return True


def _rows_called(table: Table) -> Sequence[str]:
    """What may be said of the rows; of rows and columns exchanged, by the headings only where columns say no kind."""
    if not table.turned:
        return table.called
    if all(re.fullmatch(r"(?:FY ?)?(?:19|20)\d\d", name) for name in table.columns[0]):
        return ("year",)
    return table.called if table.names[0] else ()


def _inside(phrase: tuple[str, ...], value: tuple[str, ...]) -> bool:
    return any(value[at : at + len(phrase)] == phrase for at in range(len(value) - len(phrase) + 1))


def _phrases(name: str) -> Iterator[tuple[tuple[str, ...], float]]:
    """What a column may be called, as stems, with how well that names it."""
    whole = tuple(word.stem for word in words_of(said(name)))
    own = [word.stem for word in words_of(said(_BRACKETS.sub(" ", name)))]
    if not whole or not own:
        return
    yield whole, 1.0
    if name.isalnum():
        yield (stem(name.casefold()),), 1.0
    bare = _without_unit(own[1:] if own[0] in ("is", "has") and len(own) > 1 else own)
    told = {tuple(own), tuple(bare), *map(tuple, _shorter(bare))}
    if len(bare) > 2 and bare[-2] == "per" and bare[-1] in _TIME:
        bare = bare[:-2]
    for phrase in told:
        yield phrase, 1.0
        for other in _same(phrase):
            yield other, 0.97
    if "of" in bare or "per" in bare:
        return
    for first in range(1, len(bare)):
        if bare[-1] not in _GENERIC:
            yield tuple(bare[first:]), PART
            for other in _same(tuple(bare[first:])):
                yield other, PART


def _shorter(bare: list[str]) -> Iterator[list[str]]:
    """A column's name without words that only say what kind of column it is."""
    if len(bare) > 2 and bare[0] in ("number", "no", "num", "count", "amount") and bare[1] == "of":
        yield bare[2:]
    if len(bare) > 1 and bare[-1] in ("name", "titl", "id", "from", "in", "on", "at", "sinc", "by"):
        yield bare[:-1]
    if len(bare) > 1 and bare[-1] in ("number", "count") and bare[0] not in _GENERIC:
        yield bare[:-1]
    if len(bare) > 2 and bare[-2] == "per" and bare[-1] in _TIME:
        yield bare[:-2]


def _without_unit(stems: list[str]) -> list[str]:
    kept = list(stems)
    while len(kept) > 1 and (kept[-1] in UNITS or kept[-1] in {"€", "$", "£", "%"}):
        kept.pop()
        if len(kept) > 1 and kept[-1] == "in":
            kept.pop()
    return kept


_SAME = [[tuple(stem(word) for word in phrase.split()) for phrase in group] for group in SAME]


def _same(phrase: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [other for group in _SAME if phrase in group for other in group if other != phrase]
