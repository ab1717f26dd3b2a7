"""Named arrays on disk: safetensors files, checksummed, read through memory maps. Opening one runs no code."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_hexdigest

__all__ = ["Mapped", "Written", "sync_folder", "write"]

_TYPES = {
    "BOOL": np.bool_, "U8": np.uint8, "I8": np.int8, "U16": np.uint16, "I16": np.int16, "F16": np.float16,
    "U32": np.uint32, "I32": np.int32, "F32": np.float32, "U64": np.uint64, "I64": np.int64, "F64": np.float64,
}  # fmt: skip


class Written(NamedTuple):
    """What is noted of a file."""

    bytes: int
    checksum: str


def write(file: Path, arrays: Mapping[str, NDArray[Any]]) -> Written:
    """Writes arrays and waits until the disk has them. `file` must be new: a reader may hold the old one mapped."""
    from safetensors.numpy import save

    content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(file.parent)
    return Written(len(content), xxh3_64_hexdigest(content))


def sync_folder(folder: Path) -> None:
    """Waits until the disk has the folder's entries. Windows has no such call and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Mapped:
    """A file's bytes, mapped when made: deleting the file afterwards does not disturb this reader."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) if size else b""

    def arrays(self, expected: Written) -> dict[str, NDArray[Any]]:
        """The arrays, on the mapped memory itself.

        Raises:
            ValueError: the bytes are not those that were written.
        """
        if len(self._bytes) != expected.bytes:
            raise ValueError(f"it has {len(self._bytes)} bytes, {expected.bytes} were written")
        if xxh3_64_hexdigest(self._bytes) != expected.checksum:
            raise ValueError("checksum mismatch")
        start = 8 + int.from_bytes(self._bytes[:8], "little")
        header = json.loads(self._bytes[8:start])
        return {
            name: np.ndarray(
                tuple(entry["shape"]), _TYPES[entry["dtype"]], self._bytes, start + entry["data_offsets"][0]
            )
            for name, entry in header.items()
            if name != "__metadata__"
        }
