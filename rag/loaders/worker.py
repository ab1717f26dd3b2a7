"""The process that parses: reads requests on standard input, writes what it read to standard output.

A frame is its length in bytes (8, big-endian) and that many bytes. A request is a JSON header and the file; an answer
is JSON. No pickle: what comes back from a parser that met a hostile file is data and nothing else.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from rag.errors import LoadError
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Part
from rag.loaders.read import read

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["main", "pack", "unpack"]

WIDTH = 8


def pack(stream: BinaryIO, *frames: bytes) -> None:
    """Write frames and flush."""
    for frame in frames:
        stream.write(len(frame).to_bytes(WIDTH, "big"))
        stream.write(frame)
    stream.flush()


def unpack(stream: BinaryIO) -> bytes:
    """Read one frame.

    Raises:
        EOFError: the other side is gone.
    """
    width = stream.read(WIDTH)
    size = int.from_bytes(width, "big")
    frame = stream.read(size) if len(width) == WIDTH else b""
    if len(width) < WIDTH or len(frame) < size:
        raise EOFError
    return frame


def main() -> None:
    """Serve until standard input ends. Standard output is kept for answers: whatever a library prints goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our input
    requests = sys.stdin.buffer
    while True:
        try:
            header = json.loads(unpack(requests))
            data = unpack(requests)
        except EOFError:
            return
        limits = Limits(**header.pop("limits"))
        _cap_memory(limits.max_memory_bytes)
        results = [_told(item) for item in read(Blob(data, **header), limits)]
        answer = {"results": results, "is_swollen": _peak_memory() > limits.max_memory_bytes // 2}
        pack(answers, json.dumps(answer, ensure_ascii=False).encode())


def _told(item: Part | LoadError) -> dict[str, Any]:
    return {"source": item.source, "reason": item.reason} if isinstance(item, LoadError) else asdict(item)


def _cap_memory(size: int) -> None:
    """As far as the system can: not on Windows, and macOS ignores it."""
    if resource is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))


def _peak_memory() -> int:
    """Bytes this process has held at most; 0 where that is not known.

    Linux hands `ru_maxrss` down from the process that started this one, however large that was; `VmHWM` is our own.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        status = ""
    if own := re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE):
        return int(own[1]) * 1024
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
