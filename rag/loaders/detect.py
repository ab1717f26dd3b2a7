"""Which reader a source needs: by its name, then by what a server said, then by its first bytes."""

from __future__ import annotations

from pathlib import PurePosixPath

from rag.loaders import IGNORED, MEDIA_TYPES, NAMES, READERS, SUFFIXES, UNSUPPORTED
from rag.loaders.part import Blob, Unreadable

__all__ = ["bare_name", "format_of", "kind_of_bytes", "suffix_of"]

BEGINNINGS = (
    (b"%pdf-", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"<!doctype html", "html"),
    (b"<html", "html"),
    (b"<?xml", "xml"),
)
MEMBERS = ((b"META-INF/container.xml", "epub"), (b"word/", "docx"), (b"ppt/", "pptx"), (b"xl/", "xlsx"))
SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP container"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Microsoft Office file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
)


def suffix_of(name: str) -> str:
    """The last suffix of a file name, lower case."""
    return PurePosixPath(name).suffix.lower()


def bare_name(name: str) -> str:
    """A file's name without its suffix; what stands behind the point of `GPL-2.1` is none."""
    path = PurePosixPath(name)
    return path.name if path.suffix[1:].isdigit() else path.stem


def kind_of_bytes(data: bytes) -> str:
    """What a file looks like, for messages; nothing where its first bytes say nothing."""
    return next((kind for mark, kind in SIGNATURES if data.startswith(mark)), "")


def format_of(blob: Blob) -> str:
    """A key of `READERS`.

    Raises:
        Unreadable: no reader knows this kind of file.
    """
    suffix = suffix_of(blob.name)
    declared = MEDIA_TYPES.get(blob.media_type, "")
    if suffix in SUFFIXES and not (declared == "html" and blob.source.startswith(("http://", "https://"))):
        return SUFFIXES[suffix]  # a server's text/html wins over `.php`, `.md` and the like in a URL
    if blob.name.lower() in NAMES:
        return "code"
    if declared:
        return declared
    if suffix in UNSUPPORTED:
        raise Unreadable(f"no reader for {suffix}: {UNSUPPORTED[suffix]}")
    if suffix in IGNORED:
        raise Unreadable(f"no reader for {suffix}: it holds no text")
    return _by_content(blob.data)


def _by_content(data: bytes) -> str:
    head = data[:1024].lstrip().lower()
    if found := next((name for mark, name in BEGINNINGS if head.startswith(mark)), ""):
        return found
    if data.startswith(b"PK\x03\x04"):
        names = data[:4096] + data[-65536:]
        if found := next((name for mark, name in MEMBERS if mark in names), ""):
            return found
    if kind := kind_of_bytes(data):
        raise Unreadable(f"no reader for this kind of file (it looks like {kind}); known: {', '.join(sorted(READERS))}")
    return "text"
