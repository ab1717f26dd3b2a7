"""An engine behind standard input and output, one JSON object a line.

    {"do": "index", "passages": FILE, "folder": DIR, "modes": [..]}  ->  {"seconds", "passages", "peak_bytes"}
    {"do": "open", "passages": FILE, "folder": DIR, "modes": [..]}   ->  {"seconds"}
    {"do": "search", "query": TEXT, "k": 10, "mode": NAME}           ->  {"ids", "ms"}
    {"do": "facts"}                                                  ->  {"peak_bytes"}

FILE holds a JSON object `{"id", "text"}` a line. What goes wrong is `{"error": "..."}`; the process goes on. Whatever
the engine prints goes to standard error. The end of the input ends the process.

This file runs in environments where rag is not installed: it imports the standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

__all__ = ["CANDIDATES", "Engine", "Passage", "passages_of", "peak_bytes", "serve"]

CANDIDATES = 50
"""What a hybrid search takes from each of its rankings before they are made one."""


class Passage(NamedTuple):
    """What is indexed: already cut, so that every engine holds the same."""

    id: str
    text: str


class Engine:
    """What an adapter fills in. One engine serves one index, in one or more modes of asking."""

    def prepare(self, folder: Path, modes: Sequence[str]) -> None:
        """Loads what indexing needs, before its clock starts."""

    def index(self, passages: Sequence[Passage], folder: Path, modes: Sequence[str]) -> int | None:
        """Builds the index and leaves it in the folder, if it can be kept. May tell how many passages it cut itself."""
        raise TypeError(f"{type(self).__name__} has no index()")

    def open(self, folder: Path, passages: Path, modes: Sequence[str]) -> None:
        """Makes ready to be asked, models included. What could not be kept is built again from the passages."""
        raise TypeError(f"{type(self).__name__} has no open()")

    def search(self, query: str, k: int, mode: str) -> Sequence[str]:
        """The ids of the best `k` passages, best first."""
        raise TypeError(f"{type(self).__name__} has no search()")


def passages_of(file: Path | str) -> list[Passage]:
    """The passages of a file."""
    with Path(file).open(encoding="utf-8") as lines:
        return [Passage(row["id"], row["text"]) for row in map(json.loads, lines)]


def peak_bytes() -> int | None:
    """The most memory that this process has held; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def serve(engine: Engine) -> None:
    """Answers until the input ends."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as channel:
        os.dup2(2, 1)  # a library that prints must not be taken for an answer
        for line in sys.stdin:
            try:
                reply = _answer(engine, json.loads(line))
            except Exception as error:  # noqa: BLE001  # whatever a peer raises is a row of the table
                reply = {"error": f"{type(error).__name__}: {error}"}
            channel.write(json.dumps(reply) + "\n")
            channel.flush()


def _answer(engine: Engine, command: dict[str, Any]) -> dict[str, Any]:
    what = command.get("do")
    if what == "search":
        started = perf_counter()
        found = engine.search(command["query"], command["k"], command["mode"])
        ms = (perf_counter() - started) * 1e3
        return {"ids": [str(one) for one in found], "ms": ms}
    if what == "index":
        passages = passages_of(command["passages"])
        engine.prepare(Path(command["folder"]), command["modes"])
        started = perf_counter()
        told = engine.index(passages, Path(command["folder"]), command["modes"])
        seconds = perf_counter() - started
        return {
            "seconds": seconds,
            "passages": len(passages) if told is None else told,
            "peak_bytes": peak_bytes(),
        }
    if what == "open":
        started = perf_counter()
        engine.open(Path(command["folder"]), Path(command["passages"]), command["modes"])
        return {"seconds": perf_counter() - started}
    if what == "facts":
        return {"peak_bytes": peak_bytes()}
    raise ValueError(f"cannot {what!r}; can: index, open, search, facts")
