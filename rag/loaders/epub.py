"""EPUB: the chapters of its spine, each a page of HTML."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from rag.errors import LoadError
from rag.loaders.html import write_html
from rag.loaders.inflate import Archive
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable
from rag.loaders.text import decode
from rag.loaders.xmltree import Element, parse_xml

__all__ = ["read"]


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part; chapters that the table of contents leaves out are read as well, the table itself is not."""
    book = Archive(blob.data, limits)
    if "META-INF/encryption.xml" in book.names and b"EncryptedData" in book.read("META-INF/encryption.xml"):
        raise Unreadable("encrypted (digital rights management)")
    container = parse_xml(book.read("META-INF/container.xml"))
    place = next((node.get("full-path", "") for node in container.iter("{*}rootfile")), "")
    package = parse_xml(book.read(place))
    draft = Draft(limits)
    for name in _chapters(package, posixpath.dirname(place)):
        if name in book.names:
            draft.gap()
            write_html(draft, decode(book.read(name)))
    if not draft.position:
        raise Unreadable("no text in it")
    return [draft.part(title=_first(package, "title"), author=_first(package, "creator"))]


def _chapters(package: Element, folder: str) -> list[str]:
    manifest = {item.get("id"): item for item in package.iter("{*}item")}
    spine = [manifest.get(reference.get("idref")) for reference in package.iter("{*}itemref")]
    return [
        posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in spine
        if item is not None and "nav" not in (item.get("properties") or "").split()
    ]


def _first(package: Element, name: str) -> str:
    return next((" ".join(node.text.split()) for node in package.iter(f"{{*}}{name}") if node.text), "")
