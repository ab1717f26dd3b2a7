"""A glossary: terms with the translations that somebody decided on, found in a text in any form, the longest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rag.translation.wording import Word, Wording, fits

__all__ = ["Entry", "Glossary", "Match"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and one translation of it. A term of several senses has an entry for each."""

    term: str
    translation: str
    note: str = ""
    """A definition, or what else tells this sense from others."""
    domain: str = ""
    case: bool | None = None
    """Whether capitals count; where nobody says, those of acronyms and of words with capitals inside do."""
    source: str = ""
    """The file; empty where it comes from none."""
    start: int = 0
    end: int = 0
    """Where it stands there: `text[start:end]` is `quote`."""
    quote: str = ""

    @property
    def meaning(self) -> str:
        """What is known of the sense: domain and note."""
        return ": ".join(part for part in (self.domain, self.note) if part)


@dataclass(frozen=True, slots=True)
class Match:
    """A term of the glossary at `text[start:end]`, with every sense that it has there."""

    start: int
    end: int
    entries: tuple[Entry, ...]


@dataclass
class _Wanted:
    """An entry, its words read once."""

    entry: Entry
    words: list[Word] = field(default_factory=list)


class Glossary:
    """Entries that can be looked up in a text.

    Args:
        entries: in the order of the glossary: of senses that nothing tells apart the first one counts.
        wording: of the language of the terms.
    """

    def __init__(self, entries: Iterable[Entry], wording: Wording) -> None:
        self.entries = tuple(entries)
        self.wording = wording
        self._by_first: dict[str, list[_Wanted]] = defaultdict(list)
        for entry in self.entries:
            words = wording.words(entry.term)
            if words:
                self._by_first[words[0].key].append(_Wanted(entry, words))
        for listed in self._by_first.values():
            listed.sort(key=lambda wanted: -len(wanted.words))  # stable: the glossary's order among equals

    def __len__(self) -> int:
        return len(self.entries)

    def find(self, text: str, words: Sequence[Word] | None = None) -> list[Match]:
        """The terms that stand in a text, in order, none overlapping another: at each place the longest.

        Where a term stands as the glossary writes it, entries that only share its stems do not count: "universe" is
        not "university" as long as both are entries.

        Args:
            text: in the glossary's source language.
            words: those of the text, where they are known already.
        """
        words = self.wording.words(text) if words is None else words
        found: list[Match] = []
        place = 0
        while place < len(words):
            match, size = self._at(place, words, text)
            if match is not None:
                found.append(match)
            place += size
        return found

    def _at(self, place: int, words: Sequence[Word], text: str) -> tuple[Match | None, int]:
        """The longest term that begins at a word, and how many words it has."""
        fitting: list[_Wanted] = []
        for wanted in self._by_first.get(words[place].key, ()):
            size = len(wanted.words)
            if fitting and size < len(fitting[0].words):
                break
            here = words[place : place + size]
            entry = wanted.entry
            if len(here) == size and fits(wanted.words, entry.term, here, text, case=entry.case):
                fitting.append(wanted)
        if not fitting:
            return None, 1
        size = len(fitting[0].words)
        start, end = words[place].start, words[place + size - 1].end
        written = [word.text.casefold() for word in words[place : place + size]]
        exact = [one for one in fitting if [word.text.casefold() for word in one.words] == written]
        entries = tuple(dict.fromkeys(one.entry for one in exact or fitting))
        return Match(start, end, entries), size
