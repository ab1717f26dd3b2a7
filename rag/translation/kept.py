"""What a translation must leave as it is: code, addresses, placeholders, tags, numbers, the marks of Markdown."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["blanked", "fences", "kept", "marks", "numbers"]

_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_KEPT = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<address>\b(?:https?|ftp)://[^\s<>\"')\]}]+[^\s<>\"')\]}.,;:!?]|\bmailto:\S+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<placeholder>\{\{[^{}\n]+\}\}|\$\{[^{}\n]+\}|\{[\w.:!-]*\}|%\(\w+\)[sdif]|%\d*\$?[sdif](?![\w])|%[\w]+%)"
    r"|(?P<tag></?[A-Za-z][\w:-]*(?:\s[^<>\n]*)?/?>)"
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,\u00a0\u202f' ]\d{3})*(?:[.,]\d+)?(?!\w)")
_MARKS = {
    "headings": re.compile(r"^#{1,6}(?= )", re.MULTILINE),
    "list items": re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])(?= )", re.MULTILINE),
    "table rows": re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE),
    "links": re.compile(r"(?<=\])\((?=[^\s)])"),
    "bold marks": re.compile(r"\*\*|(?<!_)__(?!_)"),
}


def fences(text: str) -> list[tuple[int, int]]:
    """Where blocks of code stand, their fences included."""
    return [match.span() for match in _FENCE.finditer(text)]


def kept(text: str) -> Counter[str]:
    """What must stand in a translation letter by letter, and how often."""
    return Counter(match[0] for match in _KEPT.finditer(text))


def blanked(text: str) -> str:
    """A text with what is no prose replaced by as many spaces: offsets stay."""
    spaced = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return _KEPT.sub(lambda match: " " * len(match[0]), spaced)


def numbers(text: str) -> Counter[str]:
    """The numbers of a text, without what parts their digits: `1,000.5` and `1.000,5` are one."""
    return Counter(re.sub(r"\D", "", match[0]) for match in _NUMBER.finditer(blanked(text)))


def marks(text: str) -> dict[str, int]:
    """How many headings, list items and the like a text has."""
    return {name: len(pattern.findall(text)) for name, pattern in _MARKS.items()}
