"""The words of an answer as a person reads them: without the marks of Markdown that they stand among."""

from __future__ import annotations

import re

__all__ = ["plain", "said", "untagged", "whole"]

_LINK = re.compile(r"!?\[(?P<said>[^\[\]\n]*)\](?:\([^()\s]*(?:\s[^()\n]*)?\)|\[[^\[\]\n]*\])")
_CUT_BEHIND = re.compile(r"\]\([^()\s]*\)?$|\]\[[^\[\]\n]*\]?$")
_CODE = re.compile(r"(`+)(?P<said>[^`\n]+)\1")
_STRONG = re.compile(r"(?<![\w*])(\*\*\*|\*\*|\*)(?P<said>(?![\s*/.])[^*\n]*[^\s*])\1(?![\w*])")
_UNDERLINED = re.compile(r"(?<![\w_])(__|_)(?P<said>(?![\s_])[^_\n]*[^\s_])\1(?![\w_])")
_TAG = re.compile(
    r"</?(?:a|abbr|b|br|code|details|div|em|h[1-6]|hr|i|img|kbd|p|small|span|strong|sub|summary|sup|table|tbody|td|th|tr)"
    r"(?:\s[^<>\n]*)?/?>|<!--.*?-->",
    re.IGNORECASE,
)
"""HTML among Markdown: anchors, line breaks, what is centred."""
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+|\s+#+\s*$", re.MULTILINE)
_BEHIND_BOLD = re.compile(r"(?<=\w)[*_]{2,3}$")
_BEFORE_BOLD = re.compile(r"^\*{2,3}(?=\w)")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b\w+://[^\s<>()\[\]\"']+[\w/]|\b\w+(?:_\w+)+\b")
"""What is one word though it has signs within: addresses of mail and pages, names with underscores."""


_ANCHOR = re.compile(r"\[([^\[\]\n]+)\]\((#[^()\s]*)\)")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)


def said(text: str, start: int, end: int) -> str:
    """`text[start:end]` of a text in Markdown as it is said in an answer.

    Within a block of code the first line that it stands in, whole: of half a line of code nobody can tell what it does.
    Of a link within the page its text. Of anything else the words without marks.
    """
    if len(_FENCE.findall(text, 0, start)) % 2:
        first = text.rfind("\n", 0, start) + 1
        lines = text[first : (text + "\n").index("\n", end)].split("\n")
        return next((line.strip() for line in lines if line.strip() and not _FENCE.match(line)), text[start:end])
    for link in _ANCHOR.finditer(text):
        if link.start(2) <= start and end <= link.end(2):
            return plain(link[1])
    opened = text.count("`", text.rfind("\n", 0, start) + 1, start) % 2
    return plain("`" * opened + text[start:end]) or text[start:end]


def plain(words: str) -> str:
    """Words without marks of Markdown; what stands between marks of code is left as it is.

    Of a link its text is kept, of emphasis and headings the words. Marks whose other half was cut off go as well.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match["said"].strip() or match["said"])
        return f"\0{len(kept) - 1}\0"

    text = untagged(_HEADING.sub("", _CODE.sub(keep, words)).replace("`", ""))
    text = _LINK.sub(lambda match: match["said"], text)
    if "[" not in text:
        text = _CUT_BEHIND.sub("", text)
    for mark in (_STRONG, _UNDERLINED):
        text = mark.sub(lambda match: match["said"], text)
    text = _BEFORE_BOLD.sub("", _BEHIND_BOLD.sub("", text))
    if text.count("[") > text.count("]"):
        text = text.replace("[", "", 1)
    return re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], text).strip()


def untagged(words: str) -> str:
    """Words without tags of HTML: `<br>` is a space."""
    return _TAG.sub(lambda match: " " if match[0][1:3].lower() == "br" else "", words)


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Where `text[start:end]` begins and ends with no address or name with underscores cut in two."""
    first, last = max(0, text.rfind("\n", 0, start)), text.find("\n", end)
    for match in _ADDRESS.finditer(text, first, len(text) if last < 0 else last):
        if match.start() < start < match.end() or match.start() < end < match.end():
            start, end = min(start, match.start()), max(end, match.end())
    return start, end
