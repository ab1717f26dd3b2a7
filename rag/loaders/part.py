"""What a reader is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rag.loaders.limits import Limits
from rag.loaders.text import clean

__all__ = ["Blob", "Draft", "Part", "Unreadable"]


class Unreadable(ValueError):
    """Why a source cannot be read. Whoever called the reader adds the name of the source and makes it a `LoadError`."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of one source, and what is known about them."""

    data: bytes = field(repr=False)
    name: str
    """File name; its suffix decides the format."""
    source: str
    """What is cited."""
    media_type: str = ""
    """As a server or a mail declared it, lower case, without parameters."""
    charset: str = ""
    """As a server or a mail declared it."""
    depth: int = 0
    """In how many containers it lies."""

    def inside(self, data: bytes, name: str, *, media_type: str = "", charset: str = "") -> Blob:
        """A member of this container, cited as `source#name`."""
        return Blob(data, name, f"{self.source}#{name}", media_type, charset, self.depth + 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One extracted text. Offsets in `metadata` are characters of `text`."""

    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    """Names a part of a source: a record, an attachment. Cited as `source#key`."""


class Draft:
    """A text in the making, with the offsets of its headings and pages.

    What is written is cleaned first, so that offsets stay true.

    Raises:
        Unreadable: the text passes `limits.max_characters` or `limits.max_pages`.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.headings: list[tuple[int, int, str]] = []
        self.pages: list[tuple[int, int]] = []
        self._pieces: list[str] = []
        self._length = 0
        self._pending = ""

    @property
    def position(self) -> int:
        """Offset at which the next character will stand."""
        return self._length + len(self._pending)

    def gap(self, separator: str = "\n\n") -> None:
        """Ask for white space before whatever comes next; the longest request wins, and none at the start or end."""
        if self._length and len(separator) > len(self._pending):
            self._pending = separator

    def write(self, text: str) -> None:
        """Append text as it is."""
        text = clean(text)
        if not text:
            return
        if self._pending:
            self._pieces.append(self._pending)
            self._length += len(self._pending)
            self._pending = ""
        self._pieces.append(text)
        self._length += len(text)
        if self._length > self.limits.max_characters:
            raise Unreadable(f"more than {self.limits.max_characters:,} characters of text (max_characters)")

    def block(self, text: str, separator: str = "\n\n") -> None:
        """Append a block of its own, stripped; nothing where it is empty."""
        if text := text.strip():
            self.gap(separator)
            self.write(text)
            self.gap(separator)

    def join(self, text: str) -> int:
        """Append a block that goes on with the sentence before it, and return where it starts."""
        self._pending = " " if self._length else ""
        start = self.position
        self.write(text.strip())
        self.gap()
        return start

    def heading(self, text: str, level: int) -> None:
        """Append a heading, 1 being the highest level, on one line."""
        if text := " ".join(clean(text).split()):
            self.gap()
            self.headings.append((self.position, level, text))
            self.block(text)

    def page(self, start: int) -> None:
        """Close a page, slide or sheet that began at `start`."""
        self.pages.append((min(start, self._length), self._length))
        if len(self.pages) > self.limits.max_pages:
            raise Unreadable(f"more than {self.limits.max_pages:,} pages (max_pages)")

    def part(self, key: str = "", **metadata: Any) -> Part:
        """The finished text. Empty metadata is left out."""
        told = {"headings": self.headings, "pages": self.pages, **metadata}
        return Part("".join(self._pieces), {name: value for name, value in told.items() if value}, key)
