"""Bytes to characters, the same way for every format."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import islice

__all__ = ["Binary", "clean", "decode", "lines"]

BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What labels mean in practice: the supersets that the WHATWG Encoding Standard decodes them with.
SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
}
CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\b\x1b"))
HEAD = 1 << 16
WESTERN = "cp1252"
SURROGATE = re.compile("[\ud800-\udfff]")
HIGH_LINE = re.compile(rb"[^\n]{0,200}[\x80-\xff][^\n]{0,200}")


class Binary(ValueError):
    """The bytes are not text."""


def clean(text: str) -> str:
    """Newlines as line feeds, without NULs and lone surrogates (which JSON and SQLite cannot carry)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii() and SURROGATE.search(text):
        text = SURROGATE.sub("", text)
    return text


def decode(data: bytes, declared: str = "") -> str:
    """Clean text of bytes: by byte-order mark, as UTF-8, as declared, or as detected on a sample.

    Args:
        data: the whole file.
        declared: an encoding that a header named, in any spelling; may be wrong or unknown.

    Raises:
        Binary: these are not characters in any known encoding.
    """
    for mark, codec in BOMS:
        if data.startswith(mark):
            return clean(data[len(mark) :].decode(codec, "replace"))
    if wide := _wide(data):
        return clean(data.decode(wide, "replace"))
    if _is_binary(data):
        raise Binary
    declared = _known(declared)
    if declared.startswith("iso2022") and b"\x1b" in data:  # seven bits wide: it would pass for UTF-8
        return clean(data.decode(declared, "replace"))
    try:
        return clean(data.decode())
    except UnicodeDecodeError:
        return clean(_legacy(data, declared))


def lines(text: str) -> Iterator[str]:
    """Its lines without their ends, one at a time: a list of them would take the memory of the text again."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _legacy(data: bytes, declared: str) -> str:
    sample = b"\n".join(match[0] for match in islice(HIGH_LINE.finditer(data), 64))
    damaged = sample.decode(errors="replace")
    wrong = damaged.count("\ufffd")
    if wrong * 10 < sum(not char.isascii() for char in damaged):  # UTF-8 with a few bytes gone wrong
        return data.decode(errors="replace")
    if declared and declared != "utf-8":
        return data.decode(declared, "replace")
    from charset_normalizer import from_bytes

    found = from_bytes(sample)
    best = found.best()
    if best is None:
        raise Binary
    western = next((match for match in found if match.encoding == WESTERN), best)
    if (western.chaos, -western.coherence) <= (best.chaos, -best.coherence):  # where both read well, the commoner one
        best = western
    return data.decode(_known(best.encoding) or best.encoding, "replace")


def _known(label: str) -> str:
    """Python's name of an encoding of text, or nothing."""
    try:
        found = codecs.lookup(label.strip().strip("\"'"))
        "".encode(found.name)  # refuses codecs that are no text encodings, such as zlib
    except (LookupError, ValueError):
        return ""
    return SUPERSETS.get(found.name, found.name)


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    head = data[: HEAD & ~1]
    halves = (head[::2], "utf-16-le", head[1::2]), (head[1::2], "utf-16-be", head[::2])
    for letters, codec, zeros in halves:
        if len(zeros) >= 2 and zeros.count(0) > 0.4 * len(zeros) and not _is_binary(letters):
            return codec
    return ""


def _is_binary(data: bytes) -> bool:
    head = data[:HEAD]
    return len(head) - len(head.translate(None, CONTROL)) > 0.02 * len(head) + 1
