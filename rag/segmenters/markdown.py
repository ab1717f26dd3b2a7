"""Passages of Markdown: cut at headings, code and tables kept whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from langchain_core.documents import Document

from rag.segmenters.base import Prose
from rag.segmenters.packing import Level
from rag.segmenters.places import Places
from rag.segmenters.sentences import sentences
from rag.segmenters.tokens import Ruler
from rag.segmenters.units import Unit, units

__all__ = ["Markdown", "markdown_headings", "markdown_places", "markdown_units"]

_FENCE = re.compile(
    r"^ {0,3}(?P<mark>`{3,}|~{3,})[^\n]*(?:\n(?! {0,3}(?P=mark)[`~]*[ \t]*$)[^\n]*)*+(?:\n[^\n]*)?", re.MULTILINE
)
_HEADING = re.compile(
    r"^ {0,3}(?P<atx>#{1,6})(?=[ \t]|$)(?P<title>[^\n]*)"
    r"|^ {0,3}(?P<text>[^\s#>|*+=-][^\n]*)\n {0,3}(?P<line>=+|-+)[ \t]*$",
    re.MULTILINE,
)
_CLOSING = re.compile(r"(?:^|[ \t])#+$")
_TABLE = re.compile(r"^[^\n|]*\|[^\n]*\n[ \t]*(?=[ \t|:-]*-)[|:-][ \t|:-]*+$(?:\n[^\n|]*\|[^\n]*)*+", re.MULTILINE)
_LINE = re.compile(r"[^\n]*\S[^\n]*")


def markdown_headings(text: str) -> list[tuple[int, int, str]]:
    """The headings of a Markdown text outside code: (start, level from 1 to 6, title)."""
    found = []
    fences = [match.span() for match in _FENCE.finditer(text)]
    for start, end, fenced in _stretches(fences, 0, len(text)):
        for match in () if fenced else _HEADING.finditer(text, start, end):
            level = len(match["atx"]) if match["atx"] else 1 if match["line"][0] == "=" else 2
            title = _CLOSING.sub("", match["title"].strip()) if match["atx"] else match["text"]
            found.append((match.start(), level, title.strip()))
    return found


class Markdown(Prose):
    """Cuts at headings, which each passage keeps in `headings`; code fences and tables stay whole where they fit.

    A section is joined to another only where it is tiny and both have the same parent. Headings in the document's
    metadata win over those read from the text.
    """

    def _places(self, document: Document) -> Places:
        return markdown_places(document)

    def _units(self, ruler: Ruler, start: int, end: int, limit: int) -> list[Unit]:
        return markdown_units(ruler, start, end, limit)


def markdown_places(document: Document) -> Places:
    """The headings and pages of a Markdown document, its metadata first."""
    places = Places.of(document)
    return places if places.headings else replace(places, headings=markdown_headings(document.page_content))


def markdown_units(
    ruler: Ruler, start: int, end: int, limit: int, cut: Callable[[str], list[tuple[int, int]]] = sentences
) -> list[Unit]:
    """A part of a Markdown text as units: prose as by `units`, code fences and tables whole, else in lines."""
    text = ruler.text
    fences = [match.span() for match in _FENCE.finditer(text, start, end)]
    tables = [
        match.span()
        for first, last, fenced in _stretches(fences, start, end)
        if not fenced
        for match in _TABLE.finditer(text, first, last)
    ]
    found: list[Unit] = []
    for first, last, whole in _stretches(sorted(fences + tables), start, end):
        if not whole:
            found += units(ruler, first, last, limit, cut)
        elif ruler.count(first, last) <= limit:
            block = text[first:last]
            found.append(Unit(last - len(block.lstrip()), first + len(block.rstrip()), Level.PARAGRAPH))
        else:
            lines = [unit for line in _LINE.finditer(text, first, last) for unit in units(ruler, *line.span(), limit)]
            found += [lines[0], *(_inside(text, unit) for unit in lines[1:])]
    return found


def _inside(text: str, unit: Unit) -> Unit:
    """A unit of a block too long for a passage: best cut at a blank line, then at a line."""
    line = text.rfind("\n", 0, unit.start) + 1
    if text[line : unit.start].strip():
        return replace(unit, level=max(unit.level, Level.CLAUSE))
    blank = not text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : line].strip()
    return replace(unit, level=Level.LINE if blank else Level.SENTENCE)


def _stretches(blocks: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """What lies between blocks (False) and the blocks themselves (True), in order."""
    for first, last in blocks:
        if start < first:
            yield start, first, False
        yield first, last, True
        start = last
    if start < end:
        yield start, end, False
