"""Answers in tables: when a row is quoted in place of the reader's words, and which cell of it is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.documents import Document

from rag.generators.evidence import Evidence, Piece
from rag.generators.quotable import is_table, names_a_cell, row_around, stands_in_names
from rag.passages.rows import COLUMNS, places, tables
from rag.schema import Turn
from rag.skills.lacking import read, tells

if TYPE_CHECKING:
    from rag.skills.reader import Span

__all__ = ["better_a_row", "cell_is_named", "of_named_column", "within"]

_UNSURE = 0.2
"""Probability of words below which a row of a table is believed rather."""


def of_named_column(question: str, passage: Document, span: Span) -> Span:
    """The words of a span, or those of the cell beside them whose column the question names by more of its words.

    A reader of prose finds the row and something that might answer; of two dates side by side the names of the columns
    tell which is which, and these stand elsewhere. A column whose cell the question gives is not what is asked for.

    Args:
        question: stand-alone.
        passage: of the span.
        span: the likeliest words.
    """
    row = None if is_table(passage) else row_around(passage, span.start)
    names = _columns(passage, row[0]) if row else ()
    if row is None or not names or span.end > row[1]:
        return span
    text = passage.page_content
    cells = places(text[slice(*row)], row[0])
    asked = {stem for stem, word in zip(read(question).stems, read(question).low, strict=True) if tells(word)}
    said = question.casefold()
    named = {
        place: len(asked.intersection(read(name).stems))
        for place, (name, (start, end)) in enumerate(zip(names, cells, strict=False))
        if start < end and text[start:end].casefold() not in said
    }
    own = next((place for place, (start, end) in enumerate(cells) if start <= span.start < end), None)
    most = max(named.values(), default=0)
    best = [place for place, count in named.items() if count == most]
    if own is None or len(best) != 1 or most <= named.get(own, 0):
        return span
    start, end = cells[best[0]]
    return replace(span, text=text[start:end], start=start, end=end)


def _columns(passage: Document, start: int) -> tuple[str, ...]:
    """The names of the columns of the row that begins there; none where they are not known."""
    text = passage.page_content
    found = next((table.columns for table in tables(text) if table.start <= start < table.end), None)
    if found is not None:
        return found
    begun = text[:start].count("\n\n") == 0
    return tuple(map(str, passage.metadata.get(COLUMNS) or ())) if begun else ()


def better_a_row(turn: Turn, span: Span, evidence: Evidence) -> bool:
    """Whether the row of a table that the question's words point at should be quoted in place of the reader's words.

    Rows read alike, and the reader learnt from prose: it takes the right column of the wrong row, or runs over both, or
    the sentence that only speaks of the table.
    """
    best = evidence.pieces[0] if evidence.pieces else None
    if best is None:
        return False
    passage = turn.passages[span.passage]
    if stands_in_names(passage, span.start) or ("|" in span.text and row_around(passage, span.start)):
        return True
    if is_table(passage):
        return not within(span, best) or ": " in span.text
    if not best.quote.row or within(span, best):
        return False
    return span.score < _UNSURE or _of_another_row(turn, span, best)


def cell_is_named(turn: Turn, piece: Piece) -> bool:
    """Whether the question names a cell of a row."""
    text = turn.passages[piece.passage].page_content
    return names_a_cell(turn.search, text[piece.quote.start : piece.quote.end])


def _of_another_row(turn: Turn, span: Span, best: Piece) -> bool:
    """Whether words stand in a row that the question names no cell of, where it names one of the best row."""
    passage = turn.passages[span.passage]
    row = row_around(passage, span.start)
    if row is None:
        return False
    return cell_is_named(turn, best) and not names_a_cell(turn.search, passage.page_content[slice(*row)])


def within(span: Span, piece: Piece) -> bool:
    """Whether some words stand in a piece."""
    return piece.holds(span.passage, span.start, span.end)
