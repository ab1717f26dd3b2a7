"""Presentations (Office Open XML): a slide is a page, its title a heading; tables, charts and notes too."""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.office import Office, Relation
from rag.loaders.office_charts import charts_of, write_chart
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.xmltree import Element, attribute, local

__all__ = ["read"]

TITLES = frozenset({"title", "ctrTitle"})
FURNITURE = frozenset({"dt", "ftr", "hdr", "sldNum", "sldImg"})
FIELDS = ("slidenum", "datetime")


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part."""
    office = Office(blob.data, limits, "pptx")
    slides = {relation.id: relation for relation in office.relations(office.main) if relation.kind == "slide"}
    order = [attribute_id(node) for node in office.root.iter("{*}sldId")]
    draft = Draft(limits)
    for name in order:
        if (relation := slides.get(name)) is not None:
            draft.gap()
            start = draft.position
            _slide(draft, office, relation)
            draft.page(start)
    if not draft.position:
        raise Unreadable("no text on any slide (only pictures?)")
    told = office.properties()
    first = draft.headings[0][2] if draft.headings else ""
    return [draft.part(title=told.pop("title", "") or first, **told)]


def attribute_id(node: Element) -> str:
    """The relationship that a node names: `r:id`, beside an `id` of its own."""
    return next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")


def _slide(draft: Draft, office: Office, relation: Relation) -> None:
    root = office.part(relation.target)
    relations = office.relations(relation.target)
    shapes = [node for node in _shapes(root) if _placeholder(node) not in FURNITURE]
    titles = [node for node in shapes if _placeholder(node) in TITLES]
    for node in titles:
        draft.heading(" ".join(_paragraphs(node)), 1)
    for node in shapes:
        if _placeholder(node) not in TITLES:
            _shape(draft, node)
    for other in relations:
        if other.kind == "diagramData" and other.target in office.archive.names:
            _lines(draft, _paragraphs(office.part(other.target)))
    for chart in charts_of(office, relation.target).values():
        write_chart(draft, chart)
    for other in relations:
        if other.kind == "notesSlide" and other.target in office.archive.names:
            notes = [node for node in _shapes(office.part(other.target)) if _placeholder(node) not in FURNITURE]
            if text := "\n".join(line for node in notes for line in _paragraphs(node)):
                draft.block(f"Notes: {text}")


def _shapes(root: Element) -> Iterator[Element]:
    """Shapes and graphic frames in order, those in groups among them, each once."""
    for node in root.iter("{*}sp", "{*}graphicFrame"):
        if not any(local(parent) == "Fallback" for parent in node.iterancestors()):
            yield node


def _placeholder(node: Element) -> str:
    found = next(node.iter("{*}ph"), None)
    return "" if found is None else attribute(found, "type") or "body"


def _shape(draft: Draft, node: Element) -> None:
    rows = list(node.iter("{*}tr"))
    if not rows:
        _lines(draft, _paragraphs(node))
        return
    draft.gap()
    for row in rows:
        cells = (" ".join(" ".join(_paragraphs(cell)).split()) for cell in row.iterfind("{*}tc"))
        draft.block(" | ".join(cells).strip(" |"), "\n")
    draft.gap()


def _lines(draft: Draft, lines: Iterator[str]) -> None:
    draft.gap()
    for line in lines:
        draft.block(line, "\n")
    draft.gap()


def _paragraphs(node: Element) -> Iterator[str]:
    for paragraph in node.iter("{*}p"):
        pieces = []
        for run in paragraph.iter("{*}t", "{*}br", "{*}tab"):
            parent = run.getparent()
            if parent is not None and local(parent) == "fld" and attribute(parent, "type").startswith(FIELDS):
                continue
            pieces.append({"t": run.text or "", "br": "\n"}.get(local(run), "\t"))
        if text := "".join(pieces).strip():
            yield text
