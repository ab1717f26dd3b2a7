"""Reads a word that stands in no document as the one it is a slip away from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated

from langchain_core.runnables import RunnableConfig
from pydantic import Field, PositiveInt

from rag.encoders.tokenizer import default_tokenizer
from rag.errors import IndexMismatch, ViewMissing
from rag.index import Index, Lexical
from rag.index.inverted import Inverted
from rag.index.snapshot import Snapshot
from rag.kinds import Agent
from rag.schema import Turn
from rag.words.analysis import Analyzer, Language
from rag.words.spelling import likely

_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"[\"“„«‹`][^\"”“»›`]*[\"”“»›`]|(?:https?://|www\.)\S+|\S+@\S+|\S*[\\/._]\w\S*")
"""What is meant as it is written: quotations, addresses, paths, names with dots and underscores."""
_TEXTS = 4
"""Passages in which the spelling of a word is looked up."""
_MOST = 5
"""Unknown words of a question that are looked at."""


class Spelling(Agent):
    """Searches for "salary" where "salery" was asked for: a word of no passage becomes one that is a slip away.

    A slip is one letter wrong, missing or too many, or two that changed places. A word is let be if any passage has it,
    or if the encoder knows it as a whole (it is a word, only not one of these documents); so is everything in quotation
    marks, addresses, names with digits, dots or underscores, and what is written in capitals. Of several words that it
    may have been, one has to be clearly likelier, by how usual the slip is and how often passages have the word. Where
    many words of a question are unknown, its documents are in another language or about something else: then all are
    let be, unless every one of them is a slip away from a word.

    Without a model, in a few milliseconds, and only where a word is unknown. Letters of the Latin, Cyrillic and Greek
    scripts. Needs the inverted index of a `bm25` with the same `language`; without one the turn passes unchanged. The
    trace tells what was read as what; the answer still is to the question as it was asked.
    """

    index: Index
    """Whose words are known."""
    language: Language = "auto"
    """As that of `bm25`."""
    least: PositiveInt = 5
    """Letters of a word that is looked at; in shorter ones too many others are a slip away."""
    unknown: Annotated[float, Field(ge=0, le=1)] = 0.34
    """Share of the question's words of so many letters that may be unknown and stay so; one always may."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with `query` set, where a word was corrected."""
        places = self._places(turn.search)
        if not places:
            return turn
        with self.index.reading() as snapshot:
            try:
                inverted: Inverted = snapshot.view(self._view)
            except (ViewMissing, IndexMismatch):
                return turn
            known = inverted.counts(self._terms([word.casefold() for word in places.values()]))
            odd = {
                span: word
                for (span, word), count in zip(places.items(), known.tolist(), strict=True)
                if not count and not _is_whole(word)
            }
            if len(odd) > _MOST:
                return turn
            meant = {span: found for span, word in odd.items() if (found := self._meant(word, inverted, snapshot))}
        many = len(odd) > max(1.0, self.unknown * len(places))
        if not meant or (many and len(meant) < len(odd)):
            return turn
        query = turn.search
        for (start, end), word in sorted(meant.items(), reverse=True):
            query = query[:start] + word + query[end:]
        read = {places[span]: word for span, word in meant.items()}
        return turn.with_(query=query, notes={"respelled": read})

    @cached_property
    def _view(self) -> Lexical:
        return Lexical(Analyzer(language=self.language))

    def _places(self, text: str) -> dict[tuple[int, int], str]:
        """The words that may be corrected, and where they stand."""
        kept = [match.span() for match in _QUOTED.finditer(text)]
        return {
            match.span(): match[0]
            for match in _WORD.finditer(text)
            if len(match[0]) >= self.least
            and (match[0].islower() or match[0].istitle())
            and not any(start < match.end() and match.start() < end for start, end in kept)
            and not text[max(0, match.start() - 1) : match.start()].isdigit()
            and not text[match.end() : match.end() + 1].isdigit()
        }

    def _terms(self, words: Sequence[str]) -> list[str]:
        """Of each word its only term; nothing that any passage has where it is of several."""
        read = self._view.analyzer.batch(words)
        spans = zip(read.offsets[:-1].tolist(), read.offsets[1:].tolist(), strict=True)
        return [read.vocabulary[read.ids[start]] if end - start == 1 else "" for start, end in spans]

    def _meant(self, word: str, inverted: Inverted, snapshot: Snapshot) -> str | None:
        def counted(words: Sequence[str]) -> Mapping[str, tuple[str, int]]:
            terms = self._terms(words)
            found = inverted.counts(terms).tolist()
            return {word: (term, count) for word, term, count in zip(words, terms, found, strict=True) if count}

        found = likely(word.casefold(), counted)
        if not found:
            return None
        (term,) = self._terms(found[:1])
        passages = snapshot.passages(inverted.holding(term)[:_TEXTS])
        there = [match[0] for passage in passages for match in _WORD.finditer(passage.encoded.casefold())]
        # Of forms of one word those that are words for certain; else as a passage has it.
        certain = [one for one in found if one in there or _is_whole(one)]
        forms = [one for one, of in zip(there, self._terms(there), strict=True) if of == term]
        meant = next(iter(certain or forms), None)
        return meant.title() if meant and word.istitle() else meant


def _is_whole(word: str) -> bool:
    """Whether the embedded encoder has the word in one piece, as it has what English text often holds."""
    return default_tokenizer().engine.token_to_id(word.casefold()) is not None
