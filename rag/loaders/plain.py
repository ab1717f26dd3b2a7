"""Plain text, source code, reStructuredText and Org: the text itself is what is stored."""

from __future__ import annotations

import re
from itertools import pairwise

from rag.errors import LoadError
from rag.loaders import LANGUAGES, NAMES
from rag.loaders.detect import suffix_of
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.text import decode

__all__ = ["read", "title_of"]

Headings = list[tuple[int, int, str]]

ORG_HEADING = re.compile(r"^(\*+) +(.+)$", re.MULTILINE)
ORG_TITLE = re.compile(r"^#\+TITLE:[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
UNDERLINE = frozenset("=-`:'\"~^_*+#<>.")


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """The text, with its headings (rst, org) or its programming language."""
    text = decode(blob.data, blob.charset)
    suffix = suffix_of(blob.name)
    language = LANGUAGES.get(suffix) or NAMES.get(blob.name.lower())
    if language and language != "text":
        return [Part(text, {"language": language})]
    headings = _rst(text) if suffix == ".rst" else _org(text) if suffix == ".org" else []
    title = ORG_TITLE.search(text) if suffix == ".org" else None
    metadata = {"headings": headings, "title": title[1].strip() if title else title_of(headings)}
    return [Part(text, {key: value for key, value in metadata.items() if value})]


def title_of(headings: Headings) -> str:
    """The first heading, where it is the only one of its level: what most authors mean as the title."""
    if not headings:
        return ""
    first = headings[0]
    return first[2] if all(level > first[1] for _, level, _ in headings[1:]) else ""


def _org(text: str) -> Headings:
    return [(match.start(), len(match[1]), match[2].strip()) for match in ORG_HEADING.finditer(text)]


def _rst(text: str) -> Headings:
    """Lines with a line of one punctuation mark below (and above); levels in order of first appearance."""
    headings: Headings = []
    styles: list[str] = []
    start, above = 0, ""
    for line, below in pairwise([*text.split("\n"), ""]):
        if line and not line.isspace() and _ruler(below) and not _ruler(line) and len(below) >= len(line.rstrip()):
            style = below[0] * (2 if _ruler(above) and above[0] == below[0] else 1)
            if style not in styles:
                styles.append(style)
            headings.append((start, styles.index(style) + 1, line.strip()))
        start, above = start + len(line) + 1, line
    return headings


def _ruler(line: str) -> bool:
    line = line.rstrip()
    return len(line) >= 3 and line[0] in UNDERLINE and line == line[0] * len(line)
