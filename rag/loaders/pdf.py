"""PDF, by pypdfium2: text with its pages, paragraphs joined, headings from bookmarks or type size."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pypdfium2 as pdfium

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.pdf_layout import Block, blocks_of, body_size, without_running_heads
from rag.loaders.pdf_lines import Line, lines_of

__all__ = ["read"]

TAIL = 4096
MOST_BOOKMARKS = 10_000
PLACEHOLDERS = frozenset({"(anonymous)", "anonymous", "untitled", "(unspecified)"})
PDFIUM = threading.Lock()
"""The engine is not safe to use from several threads."""
LARGER = 1.15
"""Type size of a heading, as a multiple of the body's."""
LONGEST_HEADING = 200

Bookmark = tuple[int, int, str]
"""Page (0-based), level (from 1), title."""


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part."""
    with PDFIUM:
        pages, told, bookmarks = _parse(blob.data, limits)
    if not any(pages):
        raise Unreadable(f"no text on its {len(pages)} page{'s' * (len(pages) != 1)} (scanned? run OCR on it first)")
    draft = Draft(limits)
    _write(draft, without_running_heads(pages), by_size=not bookmarks)
    part = draft.part()
    metadata = dict(part.metadata)
    if bookmarks and (found := _found(bookmarks, part.text, draft.pages)):
        metadata["headings"] = found
    shown = _shown(pages) if bookmarks else ""
    first = metadata["headings"][0][2] if metadata.get("headings") else ""
    known = {"title": _said(told, "Title") or shown or first, "author": _said(told, "Author")}
    return [Part(part.text, metadata | {name: text for name, text in known.items() if text})]


def _parse(data: bytes, limits: Limits) -> tuple[list[list[Line]], dict[str, str], list[Bookmark]]:
    """Lines by page, properties and bookmarks: everything that needs the engine."""
    document = _open(data)
    try:
        if len(document) > limits.max_pages:
            raise Unreadable(f"{len(document):,} pages, more than {limits.max_pages:,} (max_pages)")
        pages = [list(_lines(document, number)) for number in range(len(document))]
        return pages, document.get_metadata_dict(), list(_bookmarks(document))
    except pdfium.PdfiumError as error:
        raise Unreadable(f"damaged PDF: {error}") from None
    finally:
        document.close()


def _said(told: dict[str, str], name: str) -> str:
    """A property, unless a program filled it in for want of one."""
    text = " ".join(told.get(name, "").split())
    return "" if text.lower() in PLACEHOLDERS else text


def _shown(pages: list[list[Line]]) -> str:
    """The title that its first page shows, which no bookmark tells: in larger type than anything else there is."""
    largest = max(line.size for page in pages for line in page)
    blocks = blocks_of(next(page for page in pages if page))
    title = next((block.text for block in blocks if block.size > 0.95 * largest), "")
    others = (line.text for page in pages for line in page if line.size > 0.95 * largest)
    is_title = len(title) > 2 and largest > LARGER * body_size(pages) and all(text in title for text in others)
    return " ".join(title.split()) if is_title and len(title) < LONGEST_HEADING else ""


def _open(data: bytes) -> pdfium.PdfDocument:
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("not a PDF: it does not begin with %PDF-")
    if b"%%EOF" not in data[-TAIL:]:
        raise Unreadable("truncated PDF: its end-of-file mark is missing")
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        reason = "it needs a password" if "assword" in str(error) else f"damaged PDF: {error}"
        raise Unreadable(reason) from None


def _lines(document: pdfium.PdfDocument, number: int) -> Iterator[Line]:
    """The lines of a page; a page that cannot be parsed has none."""
    page = document[number]
    text = page.get_textpage()
    try:
        yield from lines_of(text)
    finally:
        text.close()
        page.close()


def _write(draft: Draft, pages: list[list[Line]], *, by_size: bool) -> None:
    """Blocks in order. A sentence that runs over a page's end is not cut."""
    body = body_size(pages)
    larger = {round(line.size) for page in pages for line in page if line.size > LARGER * body}
    levels = {size: min(level, 6) for level, size in enumerate(sorted(larger, reverse=True), 1)}
    open_sentence = False
    for page in pages:
        start = draft.position
        for number, block in enumerate(blocks_of(page)):
            level = levels.get(round(block.size), 0) if by_size and block.size > LARGER * body else 0
            if level and _is_heading(block):
                draft.heading(block.text, level)
                continue
            if number == 0 and open_sentence and block.text[:1].islower():
                start = draft.join(block.text)
            else:
                draft.block(block.text)
            open_sentence = block.text[-1:].isalpha() or block.text[-1:] in {",", "-", "–"}
        draft.page(start)


def _is_heading(block: Block) -> bool:
    return (
        len(block.text) < LONGEST_HEADING and block.text.count("\n") < 3 and any(char.isalpha() for char in block.text)
    )


def _bookmarks(document: pdfium.PdfDocument) -> Iterator[Bookmark]:
    """Each entry of the outline that points into the document."""
    for number, entry in enumerate(document.get_toc(max_depth=6)):
        if number == MOST_BOOKMARKS:
            return
        target = entry.get_dest()
        page = target.get_index() if target is not None else None
        title = " ".join(entry.get_title().split())
        if page is not None and title:
            yield page, entry.level + 1, title


def _found(bookmarks: list[Bookmark], text: str, pages: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """Headings at the offsets of their titles, or of their pages where the title is not written there."""
    found = []
    for page, level, title in bookmarks:
        if page < len(pages):
            start, end = pages[page]
            at = text.find(title, start, end)
            found.append((at if at >= 0 else start, level, title))
    return sorted(found, key=lambda heading: heading[0])
