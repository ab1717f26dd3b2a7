"""What of a passage can stand as an answer by itself: sentences, list items, table rows, blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile

from langchain_core.documents import Document

from rag.generators.plain import untagged
from rag.passages.rows import COLUMNS, ROW, RULE, cells, names_columns
from rag.segmenters.sentences import sentences

__all__ = ["Quotable", "is_table", "names_a_cell", "quotable", "row_around", "sentence_around", "stands_in_names"]

_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_HEADING = re.compile(r" {0,3}#{1,6}\s")
_UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})\s*$")
_BOLD = re.compile(r"(\*\*|__)[^*_]{1,80}\1[.:]?|\*\*[^*]{1,80}[.:]\*\*")
_BULLET = re.compile(r"\s*(?:[-*+•‣◦▪●○■□➢➤]|\(?(\d{1,3}|[a-zA-Z])[.)])\s+")
_LINKS = re.compile(r"\s*(?:(?:(?:[-*+•]|\d{1,3}[.)])\s*)?\[[^\]\n]*\]\(#[^)\s]*\)[\s,;|·]*)+")
_DOTS = re.compile(r"(?:\. ?){6}\s*$")
"""Lines of a table of contents: links within the page, dots from a title to its page number."""
_MARKS = "#*_=` \t"
_WORDS = re.compile(r"\w+")
_CODE = re.compile(r"(?<!\S)(?=\S*\d)(?=\d*[^\W\d]|\d+[.-]\d)\w+(?:[.-]\w+)*")
"""What tells one thing from another by a digit and more than that: `22.04`, `LS-400`, not `400`."""
_FEWEST_LETTERS = 3
"""Of a cell with the spaces around it: one letter names nothing."""
_TITLE_WORDS = 10
_LONGEST_LIST = 800
"""Characters to which a sentence that ends in a colon takes in what it announces."""


@dataclass(frozen=True, slots=True)
class Quotable:
    """A piece of a passage that can answer: `passage.page_content[start:end]`."""

    start: int
    end: int
    text: str
    """As it reads in an answer: on one line, a table's row with the names of its columns."""
    context: str = ""
    """What it is understood from: the heading above it, the question it replies to, the sentence that announces it."""
    row: bool = False
    """Whether it is a row of a table."""


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    """`heading`, `question`, `prose`, `item`, `row`, `rule` or `code`."""
    start: int
    end: int


def quotable(passage: Document) -> list[Quotable]:
    """The pieces of a passage that can answer, in order. Headings and questions are only context."""
    text, tabular = passage.page_content, is_table(passage)
    pieces = list(_pieces(text, passage))
    shows = untagged if passage.metadata.get("format") == "markdown" else str
    path = passage.metadata.get("headings") or ()
    heading = str(path[-1]) if path else ""
    question = lead = ""
    begun = [str(name) for name in passage.metadata.get(COLUMNS) or ()]
    header = begun
    found: list[Quotable] = []
    for place, piece in enumerate(pieces):
        said = " ".join(text[piece.start : piece.end].split())
        said = said if piece.kind == "code" else shows(said).strip()
        if piece.kind == "heading":
            heading, question, lead, header = said.strip(_MARKS), "", "", []
        elif piece.kind == "question":
            question = said
        elif not said or piece.kind == "rule" or _in_contents(text, piece):
            continue
        elif piece.kind == "row":
            row = cells(said)
            if not (begun and not place) and _is_header(text, pieces, place):
                header = row
                continue
            context = " > ".join(filter(None, (heading, lead)))
            found.append(Quotable(piece.start, piece.end, _labelled(header, row), context, row=True))
        else:
            context = " > ".join(filter(None, (heading, lead if piece.kind == "item" else "", question)))
            if steps := _steps(text, pieces, place):
                found.append(Quotable(steps.start, steps.end, text[steps.start : steps.end], context))
            whole = _with_what_it_announces(text, pieces, place) if said.endswith((":", "：")) else piece
            if whole is not None:
                shown = said if whole is piece and piece.kind != "code" else text[whole.start : whole.end]
                found.append(Quotable(whole.start, whole.end, shown, context, row=tabular))
            question = "" if piece.kind == "prose" else question
            lead = said if said.endswith((":", "：")) else "" if piece.kind == "prose" else lead
        if piece.kind not in ("row", "rule"):
            header = []
    return found


def is_table(passage: Document) -> bool:
    """Whether each line is a row, every value with its column's name."""
    form = passage.metadata.get("format")
    return form in ("csv", "xlsx") or (form == "json" and bool(passage.metadata.get("columns")))


def stands_in_names(passage: Document, start: int) -> bool:
    """Whether a character stands in a row that names the columns of a table: no answer to anything."""
    text = passage.page_content
    pieces = [] if is_table(passage) else list(_pieces(text, passage))
    if passage.metadata.get(COLUMNS):  # the names stand in the passage before
        pieces = list(dropwhile(_in_row, pieces))
    inside = (place for place, piece in enumerate(pieces) if piece.start <= start < piece.end)
    return any(pieces[place].kind == "row" and _is_header(text, pieces, place) for place in inside)


def row_around(passage: Document, start: int) -> tuple[int, int] | None:
    """The row of a table that a character stands in; None where it stands in none."""
    text = passage.page_content
    kinds = ("prose",) if is_table(passage) else ("row",)
    found = (piece for piece in _pieces(text, passage) if piece.kind in kinds and piece.start <= start < piece.end)
    return next(((piece.start, piece.end) for piece in found), None)


def names_a_cell(question: str, row: str) -> bool:
    """Whether a question has all words of one of a row's cells, one after the other, or the code it begins with."""
    asked, codes = _spaced(question), set(_CODE.findall(question.casefold()))
    row = untagged(row)
    own = cells(row) if "|" in row else [cell.partition(": ")[2] for cell in row.split("; ")]
    if any(len(cell) > _FEWEST_LETTERS and cell in asked for cell in map(_spaced, own)):
        return True
    return any(code[0] in codes for cell in own if (code := _CODE.match(cell.strip().casefold())))


def _spaced(text: str) -> str:
    """The words of a text with a space around each."""
    return f" {' '.join(_WORDS.findall(text.casefold()))} "


def sentence_around(passage: Document, start: int, end: int) -> tuple[int, int]:
    """The sentences that `page_content[start:end]` stands in, mostly one; of a table its row."""
    if row := row_around(passage, start):
        return row[0], max(row[1], end)
    inside = [(first, last) for first, last in sentences(passage.page_content) if first < end and start < last]
    return min(first for first, _ in inside), max(last for _, last in inside)


def _pieces(text: str, passage: Document) -> Iterator[_Piece]:
    """Every piece of a passage with its kind, in order."""
    if is_table(passage):
        for match in re.finditer(r"\S.*", text):
            yield _Piece("prose", match.start(), match.start() + len(match[0].rstrip()))
        return
    if passage.metadata.get("language"):  # source code: its blocks
        for match in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
            yield _Piece("code", match.start(), match.start() + len(match[0].rstrip()))
        return
    titles = {
        _plain(str(title)) for title in (*(passage.metadata.get("headings") or ()), passage.metadata.get("title"))
    }
    prose_from = at = 0
    fence_from = None
    lines = text.split("\n")
    for place, line in enumerate(lines):
        start, at = at, at + len(line) + 1
        below = lines[place + 1] if place + 1 < len(lines) else ""
        if _FENCE.match(line):
            if fence_from is None:
                yield from _prose(text, prose_from, start)
                fence_from = start
            else:
                yield _Piece("code", fence_from, start + len(line))
                fence_from, prose_from = None, at
            continue
        if fence_from is not None:
            continue
        kind = _kind_of_line(line, below, titles)
        if kind:
            yield from _prose(text, prose_from, start)
            yield _Piece(kind, start, start + len(line))
            prose_from = at
    if fence_from is not None:
        yield _Piece("code", fence_from, len(text.rstrip()))
    else:
        yield from _prose(text, prose_from, len(text))


def _kind_of_line(line: str, below: str, titles: set[str]) -> str:
    """What a line is by itself; nothing where it is prose."""
    if not line.strip():
        return ""
    if RULE.match(line) or _UNDERLINE.match(line):
        return "rule"
    if _HEADING.match(line) or _plain(line) in titles:
        return "heading"
    if ROW.match(line):
        return "row"
    return "heading" if _UNDERLINE.match(below) and len(line.split()) <= _TITLE_WORDS else ""


def _plain(line: str) -> str:
    return " ".join(line.strip(_MARKS).casefold().split())


def _prose(text: str, start: int, end: int) -> Iterator[_Piece]:
    """The sentences and list items of a stretch of prose; short lines without a stop above others are headings."""
    spans = [(start + first, start + last) for first, last in sentences(text[start:end])]
    for place, (first, last) in enumerate(spans):
        bullet = _BULLET.match(text, first, last)
        if bullet and _begins_line(text, first):
            yield _Piece("item", first if bullet[1] else bullet.end(), last)
        elif text[last - 1] in "?？؟":
            yield _Piece("question", first, last)
        else:
            alone = text[last : last + 1] in ("\n", "")
            title = _BOLD.fullmatch(text, first, last) or (alone and _is_title(text[first:last]))
            above = place + 1 < len(spans) and _begins_line(text, first)
            yield _Piece("heading" if above and title else "prose", first, last)


def _in_contents(text: str, piece: _Piece) -> bool:
    """Whether a piece is of a table of contents."""
    return bool(
        _LINKS.fullmatch(text, piece.start, piece.end)
        or _DOTS.search(text[max(piece.start, piece.end - 20) : piece.end])
    )


def _begins_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", 0, place) + 1 : place].strip()


def _is_title(line: str) -> bool:
    """Few words, no stop, no value: `Travel abroad`, not `Limit: 55`."""
    words = line.split()
    return (
        len(words) <= _TITLE_WORDS
        and "\n" not in line
        and line[-1] not in ".!:;,。！：；"
        and not any(char in line for char in ":=0123456789")
        and line[:1].isupper()
    )


def _steps(text: str, pieces: Sequence[_Piece], place: int) -> _Piece | None:
    """The numbered list that begins at a place right below a heading, which announces it as a colon would."""
    if not place or pieces[place - 1].kind != "heading" or pieces[place].kind != "item":
        return None
    items = list(takewhile(lambda piece: piece.kind == "item", pieces[place:]))
    numbers = [match[1] for piece in items if (match := _BULLET.match(text, piece.start))]
    first, last = items[0], items[-1]
    if len(items) < 2 or numbers != [str(number) for number in range(1, len(items) + 1)]:
        return None
    return replace(first, end=last.end) if last.end - first.start <= _LONGEST_LIST else None


def _with_what_it_announces(text: str, pieces: Sequence[_Piece], place: int) -> _Piece | None:
    """A sentence that ends in a colon with the items, rows or code below it; None where nothing follows."""
    whole = pieces[place]
    for piece in pieces[place + 1 :]:
        first = pieces[place + 1].kind
        like = piece.kind == first or {piece.kind, first} == {"row", "rule"}
        if first in ("heading", "question") or not like or piece.end - whole.start > _LONGEST_LIST:
            break
        whole = replace(whole, end=piece.end)
        if first in ("prose", "code"):
            break
    return whole if whole.end != pieces[place].end else None


def _is_header(text: str, pieces: Sequence[_Piece], place: int) -> bool:
    """Whether a row names columns: a rule is drawn below it, or only what is below has values."""
    if place + 1 < len(pieces) and pieces[place + 1].kind == "rule":
        return True
    if place and pieces[place - 1].kind in ("row", "rule"):
        return False
    return names_columns(*_first_and_rest(text, pieces, place))


def _first_and_rest(text: str, pieces: Sequence[_Piece], place: int) -> tuple[list[str], list[list[str]]]:
    first, *rest = (cells(text[piece.start : piece.end]) for piece in takewhile(_in_row, pieces[place:]))
    return first, rest


def _in_row(piece: _Piece) -> bool:
    return piece.kind == "row"


def _labelled(header: Sequence[str], cells: Sequence[str]) -> str:
    """`Country: France; Limit: 55`, or the cells alone where the columns have no names."""
    if not header:
        return " | ".join(filter(None, cells))
    names = [*header, *[""] * len(cells)]
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell)
