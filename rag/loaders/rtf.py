"""Rich Text Format: the text without its formatting (RTF 1.9.1)."""

from __future__ import annotations

import codecs
import re

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Draft, Part, Unreadable

__all__ = ["read"]

TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.S
)
HIDDEN = frozenset({
    "author", "blipuid", "buptim", "colortbl", "comment", "company", "creatim", "datastore", "doccomm",
    "fldinst", "fonttbl", "footer", "footerf", "footerl", "footerr", "generator", "header", "headerf",
    "headerl", "headerr", "info", "keywords", "latentstyles", "listoverridetable", "listtable", "manager",
    "nonshppict", "object", "operator", "pict", "pgdsctbl", "printim", "private", "revtim", "rsidtbl",
    "stylesheet", "subject", "themedata", "title", "xmlnstbl",
})  # fmt: skip
WORDS = {
    "par": "\n\n", "sect": "\n\n", "page": "\n\n", "row": "\n", "line": "\n", "cell": " | ", "tab": "\t",
    "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "emspace": " ", "enspace": " ",
}  # fmt: skip
SYMBOLS = {"~": "\u00a0", "_": "\u2011", "-": "", "\n": "\n\n", "\r": "\n\n", "{": "{", "}": "}", "\\": "\\"}


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """One part."""
    if not blob.data.lstrip().startswith(b"{\\rtf"):
        raise Unreadable("not RTF: it does not begin with {\\rtf")
    draft = Draft(limits)
    units = "".join(_Reader().run(blob.data))
    text = units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins the halves of pairs
    for block in re.split(r"\n{2,}", text):
        draft.block("\n".join(line.strip(" |") for line in block.split("\n")))
    if not draft.position:
        raise Unreadable("no text in it")
    return [draft.part()]


class _Reader:
    """Keeps the state of a group: whether it is shown, and how many bytes repeat a Unicode character."""

    def __init__(self) -> None:
        self.codec = "cp1252"
        self.shown, self.fallback = True, 1
        self.groups: list[tuple[bool, int]] = []
        self.skip = 0
        self.out: list[str] = []
        self.bytes = bytearray()

    def run(self, data: bytes) -> list[str]:
        for match in TOKEN.finditer(data):
            word, number, code, symbol, brace, plain = match.groups()
            if code:
                self.put(bytes([int(code, 16)]))
            elif plain:
                self.put(plain)
            elif brace:
                self.brace(brace)
            elif symbol:
                self.symbol(symbol.decode("latin-1"))
            elif word:
                self.word(word.decode("ascii"), int(number) if number else None)
        self.flush()
        return self.out

    def put(self, data: bytes) -> None:
        skipped = min(self.skip, len(data))
        self.skip -= skipped
        if self.shown:
            self.bytes += data[skipped:]

    def flush(self) -> None:
        if self.bytes:
            self.out.append(self.bytes.decode(self.codec, "replace"))
            self.bytes.clear()

    def say(self, text: str) -> None:
        self.flush()
        if self.shown:
            self.out.append(text)

    def brace(self, brace: bytes) -> None:
        self.flush()
        self.skip = 0
        if brace == b"{":
            self.groups.append((self.shown, self.fallback))
        elif self.groups:
            self.shown, self.fallback = self.groups.pop()

    def symbol(self, symbol: str) -> None:
        if symbol == "*":
            self.shown = False
        elif symbol in SYMBOLS:
            self.say(SYMBOLS[symbol])

    def word(self, word: str, number: int | None) -> None:
        if word in WORDS:
            self.say(WORDS[word])
        elif word == "u" and number is not None:
            self.say(_char(number))
            self.skip = self.fallback
        elif word == "uc" and number is not None:
            self.fallback = max(0, number)
        elif word in HIDDEN:
            self.shown = False
        elif word == "ansicpg" and number:
            self.codec = _codec(number)


def _char(number: int) -> str:
    """A UTF-16 unit, written as a signed number; halves of a pair are joined later."""
    return chr(number % 65536)


def _codec(page: int) -> str:
    try:
        return codecs.lookup("utf-8" if page == 65001 else f"cp{page}").name
    except LookupError:
        return "cp1252"
