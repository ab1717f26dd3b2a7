"""Unpacking within limits: what a container says about itself is checked, and what comes out of it is counted."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from rag.loaders.detect import kind_of_bytes
from rag.loaders.limits import Limits
from rag.loaders.part import Unreadable

__all__ = ["Archive", "Meter"]

FLOOR = 8 << 20
CHUNK = 1 << 20
FAULTS = (
    BadZipFile,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)


class Meter:
    """Counts what comes out of a container of `packed` bytes."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self.limits = limits
        self.most_by_ratio = max(FLOOR, packed * limits.max_ratio)
        self.unpacked = 0

    def add(self, count: int) -> None:
        """Count more bytes.

        Raises:
            Unreadable: too many by now.
        """
        self.unpacked += count
        self.check(self.unpacked)

    def check(self, unpacked: int) -> None:
        """Raise `Unreadable` where this many unpacked bytes are too many."""
        if unpacked > self.limits.max_expanded_bytes:
            most = f"{self.limits.max_expanded_bytes >> 20:,} MiB (max_expanded_bytes)"
            raise Unreadable(f"unpacks to more than {most}: a decompression bomb?")
        if unpacked > self.most_by_ratio:
            raise Unreadable(
                f"unpacks to more than {self.limits.max_ratio} times its size (max_ratio): a decompression bomb?"
            )


class Archive:
    """A ZIP container in memory (docx, pptx, xlsx, epub).

    Raises:
        Unreadable: not a whole ZIP container, or beyond the limits.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        if kind_of_bytes(data).startswith("an old"):
            raise Unreadable("encrypted, or in Microsoft's format before 2007: remove the password or save it anew")
        try:
            self._zip = ZipFile(BytesIO(data))
            members = self._zip.infolist()
        except FAULTS as error:
            raise Unreadable(f"truncated or damaged: not a whole ZIP container ({error})") from None
        if len(members) > limits.max_members:
            raise Unreadable(f"{len(members):,} files inside, more than {limits.max_members:,} (max_members)")
        self._meter = Meter(limits, len(data))
        self._meter.check(sum(member.file_size for member in members))
        self.names = frozenset(self._zip.namelist())

    def read(self, name: str) -> bytes:
        """A member's bytes, counted while they are unpacked: the directory may lie."""
        pieces: list[bytes] = []
        try:
            with self._zip.open(name) as member:
                while piece := member.read(CHUNK):
                    self._meter.add(len(piece))
                    pieces.append(piece)
        except Unreadable:
            raise
        except KeyError:
            raise Unreadable(f"damaged: {name} is missing inside") from None
        except FAULTS as error:
            raise Unreadable(f"truncated or damaged: {name} inside cannot be unpacked ({error})") from None
        return b"".join(pieces)
