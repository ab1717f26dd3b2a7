"""Sections of passages: one passage may be about several things, each under a heading of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

__all__ = ["Section", "paragraphs", "sections"]

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a passage: `texts[passage][start : start + len(text)]` but for a row of a table."""

    passage: int
    start: int
    text: str
    """Of a row: with the names of its columns."""
    title: str
    """That of its passage, its own heading where another one stands above it, or what it begins with."""
    end: int | None = None
    """Of a row: the character behind it in the passage."""


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


_PARAGRAPH = re.compile(r"\S.*(?:\n(?!\s*\n).*)*")
_LEAST = 5
"""Words of a paragraph that says something of a thing."""


def paragraphs(section: Section, names: Collection[str]) -> list[Section]:
    """The paragraphs of a section that begin with a name, where there are others beside them; titled by the name.

    A page on several things tells of each in a paragraph: `The LS-400 is ... It weighs 12.5 kg.`
    """
    found = list(_PARAGRAPH.finditer(section.text))
    begins = {name: re.compile(rf"(?:the )?{re.escape(name)}(?!\w)", re.IGNORECASE) for name in names}
    return [
        Section(section.passage, section.start + match.start(), match[0], name)
        for match in (found if len(found) > 1 else ())
        for name, begin in begins.items()
        if begin.match(match[0]) and len(match[0].split()) >= _LEAST
    ]
