"""An answer without links and pictures that its sources do not have: through them text can carry data away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from langchain_core.documents import Document

from rag.passages.parts import source_of

__all__ = ["Links"]

_ADDRESS = r"(?:(?:https?:)?//|(?<![\w.@/-])www\.)[^\s<>\"'`\])]+"
_TARGET = r"\(\s*<?(?P<{}>[^\s()>]*(?:\([^\s()]*\)[^\s()>]*)*)>?[^)\n]*\)"
_SCAN = re.compile(
    rf"!\[(?P<alt>[^\[\]\n]*)\]{_TARGET.format('picture')}"
    rf"|(?<!!)\[(?P<text>[^\[\]\n]*)\]{_TARGET.format('link')}"
    r"|^(?P<indent>[ ]{0,3})\[[^\[\]\n]+\]:[ \t]*<?(?P<reference>\S+?)>?(?:[ \t][^\n]*)?$"
    r"|<(?P<tag>/?(?:a|img|iframe|object|embed|script|style|link|meta|form|video|audio|source|base|svg)\b[^>]*)>"
    r"|(?P<bare>\b(?:https?|ftp|file|javascript|data):(?://)?[^\s<>\"'`\])]+"
    r"|(?<![\w/])//[\w-]+\.[\w.-]+[^\s<>\"'`\])]*|(?<![\w.@/-])www\.[^\s<>\"'`\])]+)",
    re.IGNORECASE | re.MULTILINE,
)
_LINK = re.compile(r"!?\[[^\[\]]*(?:\](?:\([^)]*)?)?")
_DEFINITION = re.compile(r"[ ]{0,3}\[[^\[\]]+\]:")
_ASCII = "".join(map(chr, range(33, 127)))
_LONGEST = 2000
"""Characters that are held back at most."""
_FOUND = re.compile(_ADDRESS, re.IGNORECASE)
_END = ".,;:!?)]}*_'\""
REMOVED = "[link removed]"


class Links:
    """Takes out of a text, while it streams, the links and pictures that do not stand in what it was written from.

    A link stays if its very address stands in a passage or in the question, or if the passages name its host and it
    carries no query and no fragment. A picture stays only if its very address does: it is fetched without a click.
    Of what goes the visible text stays. What has been given out never changes.

    Args:
        passages: what the answer was written from; suspicious ones (`guard`) vouch for nothing.
        question: what the user said.
    """

    def __init__(self, passages: Iterable[Document], question: str) -> None:
        texts = [question]
        for passage in passages:
            if "suspicious" not in passage.metadata:
                texts += [passage.page_content, source_of(passage)]
        self.known = {_trimmed(match) for text in texts for match in _FOUND.findall(text)}
        self.hosts = {host for address in self.known if (host := _host(address))}
        self.removed: list[str] = []
        """Hosts, or addresses without one, of what was taken out."""
        self._held = ""
        self._fresh = True  # whether what comes begins a line

    def add(self, piece: str) -> str:
        """What can be shown after a further piece of the text."""
        self._held += piece
        cut = self._settled()
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._give(ready)

    def _settled(self) -> int:
        """How much of what is held can no longer become a link, a picture, a tag or a definition."""
        held = self._held
        begins = held.rfind("\n") + 1
        line = held[begins:]
        opens = [len(held.rstrip(_ASCII))]  # an address may go on
        if (tag := line.rfind("<")) >= 0 and ">" not in line[tag:]:
            opens.append(begins + tag)
        bracket = line.rfind("[")
        bracket -= bracket > 0 and line[bracket - 1] == "!"
        if bracket >= 0 and _LINK.fullmatch(line, bracket):
            opens.append(begins + bracket)
        if (begins or self._fresh) and _DEFINITION.match(line):
            opens.append(begins)
        cut = min(opens)
        for match in _SCAN.finditer(held):
            if match.start() < cut < match.end():  # the last run is the end of something whole
                cut = match.start()
        return cut if len(held) - cut <= _LONGEST else len(held)

    def end(self) -> str:
        """What was held back, once nothing more comes."""
        ready, self._held = self._held, ""
        return self._give(ready)

    def _give(self, ready: str) -> str:
        given = _SCAN.sub(self._checked, ready)
        line = ready.rpartition("\n")
        self._fresh = not line[2].strip(" ") and (bool(line[1]) or self._fresh)
        return given

    def _checked(self, match: re.Match[str]) -> str:
        if match["reference"] and match.start() == 0 and not self._fresh:  # within a line it defines nothing
            return match[0][:1] + _SCAN.sub(self._checked, match[0][1:])
        address = next((match[name] for name in ("picture", "link", "reference", "bare") if match[name]), None)
        if match["tag"]:
            self.removed.append("<" + match["tag"].strip("/").split()[0].lower() + ">")
            return ""
        if address is None or self._allowed(address, picture=match["picture"] is not None):
            return match[0]
        self.removed.append(_host(address) or address[:60])
        if match["bare"]:
            return REMOVED + match["bare"][len(_trimmed(match["bare"])) :]
        return match["alt"] or match["text"] or match["indent"] or ""

    def _allowed(self, address: str, *, picture: bool) -> bool:
        address = _trimmed(address)
        if address in self.known:
            return True
        if address.startswith(("#", "mailto:")):
            return not picture
        host = _host(address)
        if not host:  # a path on whatever host shows the answer, or a scheme that runs or reads something
            return not picture and not re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE)
        parts = urlsplit(address if "//" in address else f"//{address}")
        plain = not (parts.query or parts.fragment or "@" in parts.netloc)
        return not picture and plain and host in self.hosts


def _trimmed(address: str) -> str:
    return address.rstrip(_END)


def _host(address: str) -> str:
    if address[:4].lower() == "www.":  # many pages make a link of it
        address = f"//{address}"
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:  # not an address that a browser would follow
        return ""
