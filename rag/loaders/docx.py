"""Word documents (Office Open XML): paragraphs, headings, lists, tables, charts, text boxes and footnotes in order.

Page headers and footers, comments and deleted text are left out. Walked directly rather than through python-docx,
which skips content controls, text boxes, tracked insertions and equations, and unpacks without limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.errors import LoadError
from rag.loaders.docx_math import linear
from rag.loaders.docx_numbers import Numbering
from rag.loaders.limits import Limits
from rag.loaders.office import Office
from rag.loaders.office_charts import charts_of, write_chart
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.plain import title_of
from rag.loaders.xmltree import Element, attribute, local

__all__ = ["read"]

HEADING = re.compile(r"heading ([1-9])")
WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "AlternateContent", "Choice"})
SILENT = frozenset({
    "Fallback", "del", "delText", "instrText", "moveFrom", "pPr", "rPr", "rt", "sdtPr", "sectPr", "tcPr",
    "tblPr",
})  # fmt: skip
SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": "\t"}


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part."""
    office = Office(blob.data, limits, "docx")
    body = office.root.find("{*}body")
    if body is None:
        raise Unreadable("not a Word document: it has no body")
    writer = _Writer(office, Draft(limits))
    writer.blocks(body)
    if not writer.draft.position:
        raise Unreadable("no text in it (only pictures?)")
    told = office.properties()
    title = told.pop("title", "") or writer.title or title_of(writer.draft.headings)
    return [writer.draft.part(title=title, **told)]


class _Writer:
    def __init__(self, office: Office, draft: Draft) -> None:
        self.draft = draft
        self.title = ""
        self.styles = _styles(office.related("styles"))
        self.numbering = Numbering.of(office.related("numbering"))
        self.charts = charts_of(office, office.main)
        self.notes = {
            (kind, attribute(note, "id")): note
            for kind in ("footnote", "endnote")
            for note in _members(office.related(f"{kind}s"))
            if not attribute(note, "type")
        }

    def blocks(self, parent: Element) -> None:
        """Everything in a body, a cell or a text box."""
        for node in _children(parent):
            if local(node) == "p":
                self.paragraph(node)
            elif local(node) == "tbl":
                self.table(node)

    def paragraph(self, node: Element) -> None:
        boxes: list[Element] = []
        notes: list[Element] = []
        text = "".join(self.runs(node, boxes, notes)).strip()
        style, level, (number, depth) = self.shape(node)
        if text:
            label = self.numbering.label(number, depth)
            if level:
                self.draft.heading(f"{label} {text}" if label not in {"", "-"} else text, level)
            elif label:
                self.draft.block(f"{label} {text}", "\n")
            else:
                self.draft.block(text)
            if style == "title" and not self.title:
                self.title = " ".join(text.split())
        for inner in (*boxes, *notes):
            if local(inner) == "chartSpace":
                write_chart(self.draft, inner)
            else:
                self.blocks(inner)

    def runs(self, node: Element, boxes: list[Element], notes: list[Element]) -> Iterator[str]:
        """The pieces of a paragraph's text; text boxes and notes in it are put aside."""
        for child in node:
            name = local(child)
            if name in SILENT:
                continue
            if name == "t":
                yield child.text or ""
            elif name in SIGNS:
                yield SIGNS[name]
            elif name == "sym":
                yield _symbol(child)
            elif name == "txbxContent":
                boxes.append(child)
            elif name in {"footnoteReference", "endnoteReference"}:
                if (note := self.notes.pop((name[:-9], attribute(child, "id")), None)) is not None:
                    notes.append(note)
            elif name == "oMath":
                yield linear(child)
            elif name == "chart" and (chart := self.charts.pop(attribute(child, "id"), None)) is not None:
                boxes.append(chart)
            else:
                yield from self.runs(child, boxes, notes)

    def shape(self, node: Element) -> tuple[str, int, tuple[str, int]]:
        """Style name, heading level (0: none) and list of a paragraph."""
        properties = node.find("{*}pPr")
        style, level, listed = "", 0, ("", 0)
        if properties is None:
            return style, level, listed
        style, level, listed = self.styles.get(attribute(properties.find("{*}pStyle"), "val"), ("", 0, ("", 0)))
        own_level, own_list = _outline(properties), _list(properties)
        return style, level if own_level is None else own_level, own_list or listed

    def table(self, node: Element) -> None:
        rows = [
            [cell for cell in _children(row) if local(cell) == "tc"] for row in _children(node) if local(row) == "tr"
        ]
        if len(rows) == 1 and len(rows[0]) == 1:  # a frame around text
            return self.blocks(rows[0][0])
        self.draft.gap()
        above: dict[int, str] = {}
        for row in rows:
            texts = [self.cell(cell) for cell in row]
            column = 0
            for number, cell in enumerate(row):  # a cell merged downwards says the same in every row
                texts[number] = above[column] = texts[number] or (above.get(column, "") if _goes_on(cell) else "")
                column += _span(cell)
            self.draft.block(" | ".join(texts).strip(" |"), "\n")
        self.draft.gap()
        return None

    def cell(self, node: Element) -> str:
        inner = Draft(self.draft.limits)
        outer, self.draft = self.draft, inner
        self.blocks(node)
        self.draft = outer
        return " ".join(inner.part().text.split())


def _goes_on(cell: Element) -> bool:
    merge = cell.find("{*}tcPr/{*}vMerge")
    return merge is not None and attribute(merge, "val") != "restart"


def _span(cell: Element) -> int:
    width = attribute(cell.find("{*}tcPr/{*}gridSpan"), "val")
    return int(width) if width.isdecimal() and len(width) < 5 else 1


def _children(parent: Element) -> Iterator[Element]:
    """Its children, those inside content controls and tracked insertions among them."""
    for node in parent:
        if local(node) in WRAPPERS:
            yield from _children(node)
        else:
            yield node


def _members(root: Element | None) -> list[Element]:
    return [] if root is None else list(root)


def _styles(root: Element | None) -> dict[str, tuple[str, int, tuple[str, int]]]:
    """Style id to its name, heading level and list; what a style does not say, the one it is based on says."""
    nodes = {attribute(node, "styleId"): node for node in _members(root) if local(node) == "style"}
    found: dict[str, tuple[str, int, tuple[str, int]]] = {}
    for name, node in nodes.items():
        level: int | None = None
        listed: tuple[str, int] | None = None
        seen: set[str] = set()
        current: Element | None = node
        while current is not None and (here := attribute(current, "styleId")) not in seen:
            seen.add(here)
            properties = current.find("{*}pPr")
            named = HEADING.fullmatch(attribute(current.find("{*}name"), "val").lower())
            if level is None:
                level = int(named[1]) if named else _outline(properties)
            listed = listed or _list(properties)
            current = nodes.get(attribute(current.find("{*}basedOn"), "val"))
        found[name] = (attribute(node.find("{*}name"), "val").lower(), level or 0, listed or ("", 0))
    return found


def _outline(properties: Element | None) -> int | None:
    """Heading level by outline level (0 is the highest, 9 is body text), or None where it says nothing."""
    value = attribute(properties.find("{*}outlineLvl"), "val") if properties is not None else ""
    return None if not value.isdecimal() else int(value) + 1 if int(value) < 9 else 0


def _list(properties: Element | None) -> tuple[str, int] | None:
    node = properties.find("{*}numPr") if properties is not None else None
    if node is None:
        return None
    depth = attribute(node.find("{*}ilvl"), "val")
    return attribute(node.find("{*}numId"), "val"), int(depth) if depth in set("012345678") else 0


def _symbol(node: Element) -> str:
    try:
        code = int(attribute(node, "char"), 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xE000 else ""  # private codes are pictures in a symbol font
