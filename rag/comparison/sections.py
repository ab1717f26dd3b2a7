"""Sections of passages: one passage may be about several things, each under a heading of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Section", "sections"]

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """`texts[passage][start : start + len(text)]`."""

    passage: int
    start: int
    text: str
    title: str
    """That of its passage, or its own heading where another one stands above it."""


def sections(texts: Sequence[str], titles: Sequence[str]) -> list[Section]:
    """The passages, each cut before every heading but a first line; in their order."""
    found: list[Section] = []
    for place, (text, title) in enumerate(zip(texts, titles, strict=True)):
        cuts = [match for match in _HEADING.finditer(text) if text[: match.start()].strip()]
        starts = [0, *(match.start() for match in cuts)]
        names = [title, *(match[1].strip() for match in cuts)]
        for start, end, name in zip(starts, [*starts[1:], len(text)], names, strict=True):
            found.append(Section(place, start, text[start:end], name))
    return found
