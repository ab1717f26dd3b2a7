"""Workbooks (Office Open XML): a sheet is a page with its name as heading, a line for a row, values as last computed.

Read as a stream of rows rather than through openpyxl: twice as fast, and a stylesheet that openpyxl cannot parse
costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.office import Office
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.pptx import attribute_id
from rag.loaders.table import write_rows
from rag.loaders.xlsx_values import Style, shown, styles_of, text_of
from rag.loaders.xmltree import Element, attribute, rows_of

__all__ = ["read"]

MOST_COLUMNS = 16_384


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part with all sheets, except those that only a program can unhide."""
    office = Office(blob.data, limits, "xlsx")
    relations = {relation.id: relation for relation in office.relations(office.main)}
    book = _Book(office)
    draft = Draft(limits)
    sheets: list[str] = []
    for sheet in office.root.iter("{*}sheet"):
        relation = relations.get(attribute_id(sheet))
        if relation is None or relation.kind != "worksheet" or attribute(sheet, "state") == "veryHidden":
            continue
        draft.gap()
        start = draft.position
        rows = Draft(limits)
        write_rows(rows, book.rows(office.archive.read(relation.target)))
        if rows.position:
            sheets.append(attribute(sheet, "name"))
            draft.heading(sheets[-1], 1)
            draft.write(rows.part().text)
            draft.page(start)
    if not draft.position:
        raise Unreadable("no values on any sheet")
    return [draft.part(sheets=sheets, **office.properties())]


class _Book:
    def __init__(self, office: Office) -> None:
        names = {relation.kind: relation.target for relation in office.relations(office.main)}
        shared = names.get("sharedStrings", "")
        known = office.archive.names
        self.strings = [text_of(node) for node in rows_of(office.archive.read(shared), "si")] if shared in known else []
        self.styles: list[Style] = styles_of(office.related("styles"))
        properties = office.root.find("{*}workbookPr")
        self.from_1904 = attribute(properties, "date1904") in {"1", "true"}

    def rows(self, data: bytes) -> Iterator[list[str]]:
        for row in rows_of(data, "row"):
            cells: list[str] = []
            for cell in row.iterfind("{*}c"):
                column = _column(attribute(cell, "r"))
                if column > MOST_COLUMNS:
                    raise Unreadable(f"damaged: a cell in column {column:,}")
                if column > len(cells) + 1:
                    cells.extend([""] * (column - 1 - len(cells)))
                cells.append(self.value(cell))
            yield cells

    def value(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return text_of(cell)
        found = cell.find("{*}v")
        value = (found.text or "") if found is not None else ""
        if not value or kind == "e":
            return ""
        if kind == "s":
            return self.strings[int(value)] if value.isdecimal() and int(value) < len(self.strings) else ""
        if kind == "b":
            return "yes" if value == "1" else "no"
        if kind != "n":
            return value
        style = cell.get("s", "")
        named = self.styles[int(style)] if style.isdecimal() and int(style) < len(self.styles) else ""
        return shown(value, named, from_1904=self.from_1904)


def _column(reference: str) -> int:
    """1-based column of `BC12`; 0 where the cell does not say (then it follows the one before)."""
    number = 0
    for letter in reference[:8]:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number
