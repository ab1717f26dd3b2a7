"""Markdown: the text as it was written, its headings, and its front matter as metadata."""

from __future__ import annotations

import re
from typing import Any

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.plain import Headings, title_of
from rag.loaders.text import decode

__all__ = ["headings", "read"]

FRONT = re.compile(r"(---|\+\+\+)[ \t]*\n(.{0,65536}?)\n(\1|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
OPENS_BLOCK = re.compile(r"[ \t]*(?:[-*+>|]|\d+[.)]\s)|\s*$")


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """The text after the front matter."""
    text = decode(blob.data, blob.charset)
    told: dict[str, Any] = {}
    if (front := FRONT.match(text)) and (known := _front_matter(front[2], front[1])):
        text = text[front.end() :]
        told = {"front_matter": known, "title": str(known.get("title") or "")}
    found = headings(text)
    told = {**told, "title": told.get("title") or title_of(found), "headings": found}
    return [Part(text, {key: value for key, value in told.items() if value})]


def headings(text: str) -> Headings:
    """Offset, level and title of every ATX or setext heading outside fenced code (CommonMark 0.31, 4.2 and 4.3)."""
    found: Headings = []
    fence, start, above, above_start = "", 0, "", 0
    for line in text.split("\n"):
        if opened := FENCE.match(line):
            if not fence:
                fence = opened[1]
            elif opened[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            above = ""
        elif not fence:
            if atx := ATX.match(line):
                found.append((start, len(atx[1]), (atx[2] or "").strip()))
                above = ""
            elif above and (under := SETEXT.match(line)):
                found.append((above_start, 1 if under[1][0] == "=" else 2, above.strip()))
                above = ""
            else:
                above, above_start = ("" if OPENS_BLOCK.match(line) else line), start
        start += len(line) + 1
    return [heading for heading in found if heading[2]]


def _front_matter(text: str, mark: str) -> dict[str, Any]:
    """A mapping, or nothing where the lines between the marks are not one: then they are text."""
    if mark == "+++":
        import tomllib

        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return {}
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.events import AliasEvent

    parser = YAML(typ="safe", pure=True)
    try:
        if any(isinstance(event, AliasEvent) for event in parser.parse(text)):
            return {}  # aliases can grow without bound when they are written out
        found = parser.load(text)
    except (YAMLError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
