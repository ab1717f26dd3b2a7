"""gzip: whatever is inside."""

from __future__ import annotations

import zlib
from dataclasses import replace

from rag.errors import LoadError
from rag.loaders.inflate import Meter
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part, Unreadable
from rag.loaders.read import read as read_any

__all__ = ["read"]

MAGIC = b"\x1f\x8b"


def read(blob: Blob, limits: Limits) -> list[Part | LoadError]:
    """The parts of the file inside, cited as the outer file."""
    name = blob.name[:-3] if blob.name.lower().endswith(".gz") else blob.name + ".inner"
    data = _expand(blob.data, Meter(limits, len(blob.data)))
    return read_any(replace(blob, data=data, name=name, media_type="", depth=blob.depth + 1), limits)


def _expand(data: bytes, meter: Meter) -> bytes:
    if not data.startswith(MAGIC):
        raise Unreadable("not gzip: its first two bytes are not 1f 8b")
    pieces: list[bytes] = []
    while data.startswith(MAGIC):  # members follow one another; anything else after the last is padding
        inflater = zlib.decompressobj(wbits=31)
        while not inflater.eof:
            try:
                piece = inflater.decompress(data, 1 << 20)
            except zlib.error as error:
                raise Unreadable(f"damaged gzip: {error}") from None
            data = inflater.unconsumed_tail
            if not piece and not data and not inflater.eof:
                raise Unreadable("truncated gzip: it ends before its data do")
            meter.add(len(piece))
            pieces.append(piece)
        data = inflater.unused_data
    return b"".join(pieces)
