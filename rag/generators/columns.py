"""The cell of a table's row whose column a question names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.documents import Document

from rag.generators.quotable import is_table, row_around
from rag.passages.rows import COLUMNS, places, tables
from rag.skills.lacking import read, tells

if TYPE_CHECKING:
    from rag.skills.reader import Span

__all__ = ["of_named_column"]


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
