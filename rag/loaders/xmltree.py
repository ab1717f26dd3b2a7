"""XML without surprises: no entities, no network, no files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from rag.loaders.part import Unreadable

__all__ = ["Element", "attribute", "local", "parse_xml", "rows_of", "without_entities"]

Element: TypeAlias = Any
"""An lxml element: the library ships no types."""
SUBSET = re.compile(rb"<!DOCTYPE[^>\[]{0,4096}\[")
PROLOGUE = 1 << 16
WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def without_entities(data: bytes) -> bytes:
    """The same document as long as it defines no entities, in an encoding in which that could be seen.

    Raises:
        Unreadable: it defines entities, which can grow without bound.
    """
    for mark, codec in WIDE:
        if data.startswith(mark):
            data = DECLARATION.sub("", data.decode(codec, "replace").lstrip("\ufeff"), count=1).encode(
                "utf-8", "replace"
            )
            break
    if (subset := SUBSET.search(data[:PROLOGUE])) and data.find(b"<!ENTITY", subset.end()) > 0:
        raise Unreadable("XML that defines entities is not read: they can grow without bound")
    return data


def parse_xml(data: bytes) -> Element:
    """The root element.

    Raises:
        Unreadable: not well-formed, or it defines entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    data = without_entities(data)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not well-formed XML: {error}") from None


def rows_of(data: bytes, name: str) -> Iterator[Element]:
    """Every element of a local name, one after the other, each forgotten before the next: for long flat files."""
    stream = BytesIO(without_entities(data))
    found = etree.iterparse(
        stream, tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        for _, element in found:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not well-formed XML: {error}") from None


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its local name (strict and transitional Office files differ in namespaces), or nothing."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def local(element: Element) -> str:
    """An element's name without its namespace; nothing for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
