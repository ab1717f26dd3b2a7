"""What glossaries and the user's own index say of a term: senses, translations, sentences about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from langchain_core.documents import Document

from rag.passages.parts import cite
from rag.segmenters.sentences import sentences
from rag.translation.glossary import Entry
from rag.translation.graph import Candidate, Fact, Node, distinct
from rag.translation.languages import called
from rag.translation.wording import Wording

__all__ = ["entries_in", "from_glossary", "from_passages"]

_PARTED = re.compile(r"\s*(?:=|→|⇒|->|=>|\t|\|)\s*")
"""What stands between a term and its translation in a list of words."""
_LABELLED = re.compile(r"(?:^|[;|,(\t])\s*([\w .-]{2,30}?)\s*[:=]\s*([^;|\t\n)]+)")
"""`en: kernel; de: Kern`, as a row of a table becomes a line of a passage."""
_SIDES = (("term", "source", "source term"), ("translation", "target", "target term"))
_MEANS = ("note", "definition", "meaning", "comment", "description", "domain")
_LONGEST = 8
"""Words of a translation."""
_SENTENCES = 2
"""Sentences of a passage that are kept of a term."""


def from_glossary(node: Node, entries: Sequence[Entry], origin: Literal["glossary", "index"] = "glossary") -> Node:
    """A node with the senses that a glossary, or lists of words in the index, have of it, each with its place there."""
    candidates = []
    for entry in entries:
        fact = Fact(
            "glossary" if origin == "glossary" else "passage", entry.quote, entry.source, entry.start, entry.end
        )
        facts = (fact,) if entry.source else ()  # what stands in the configuration has no place
        candidates.append(Candidate(entry.translation, entry.meaning, origin, facts))
    return node.with_(candidates=distinct((*node.candidates, *candidates)))


def from_passages(
    node: Node, passages: Sequence[Document], source: Wording, languages: tuple[str, str]
) -> tuple[Node, list[Document]]:
    """A node with what passages say of it, and the passages that say something.

    A line that is a term and its translation (`kernel = Kern`, `en: kernel; de: Kern`, a row of a table) gives a
    candidate; a sentence that holds the term is a fact.

    Args:
        node: the term.
        passages: what a search for it found.
        source: wording of the language of the term.
        languages: codes of source and target.
    """
    facts: list[Fact] = []
    candidates: list[Candidate] = []
    used = []
    for passage in passages:
        text = passage.page_content
        if not source.has(node.term, text):
            continue
        used.append(passage)
        spoken = False
        for start, end in _lines(text):
            for term, translation, meaning in _listed(text[start:end], languages):
                if source.keys(term) != source.keys(node.term):
                    continue
                fact = _fact(passage, start, end)
                candidates.append(Candidate(translation, meaning, "index", (fact,)))
                spoken = True
        if not spoken:
            holding = [span for span in sentences(text) if source.has(node.term, text[slice(*span)])]
            facts += [_fact(passage, *span) for span in holding[:_SENTENCES]]
    found = node.with_(
        facts=tuple(dict.fromkeys((*node.facts, *facts))), candidates=distinct((*node.candidates, *candidates))
    )
    return found, used


def entries_in(passages: Sequence[Document], languages: tuple[str, str]) -> list[Entry]:
    """The lines of passages that are a term and its translation, as entries of a glossary."""
    found = []
    for passage in passages:
        text = passage.page_content
        for start, end in _lines(text):
            for term, translation, meaning in _listed(text[start:end], languages):
                fact = _fact(passage, start, end)
                found.append(Entry(term, translation, meaning, "", None, fact.source, fact.start, fact.end, fact.quote))
    return list(dict.fromkeys(found))


def _fact(passage: Document, start: int, end: int) -> Fact:
    place = cite([passage], 1, start, end)
    return Fact("passage", place.quote, place.source, place.start, place.end)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def _listed(line: str, languages: tuple[str, str]) -> Iterator[tuple[str, str, str]]:
    """A term, its translation, and what is said of its sense, of a line of a list of words."""
    cells = {name.strip().casefold(): cell.strip() for name, cell in _LABELLED.findall(line)}
    sides = [
        next((cell for name, cell in cells.items() if name in (*called(language), *names)), "")
        for language, names in zip(languages, _SIDES, strict=True)
    ]
    if all(sides):
        if _short(sides[1]):
            yield sides[0], sides[1], ": ".join(cells[name] for name in reversed(_MEANS) if name in cells)
        return
    parts = [part for part in _PARTED.split(line.strip(" \t|")) if part]
    if len(parts) > 1 and _short(parts[0]) and _short(parts[1]):
        yield parts[0], parts[1].strip(), " ".join(parts[2:])


def _short(text: str) -> bool:
    return 0 < len(text.split()) <= _LONGEST
