"""Files that a killed process leaves readable: lines that are appended, and whole files that are replaced."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import UsageError

__all__ = ["Held", "append", "entries", "line_of", "read_object", "replace_text"]


def append(path: Path, record: Mapping[str, Any], *, durable: bool = False) -> None:
    """One more line of JSON; `durable`: it is on the disk when this returns."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")  # the last line was cut off by a kill
        file.write(line_of(record).encode(errors="replace"))
        if durable:
            file.flush()
            os.fsync(file.fileno())


def line_of(record: Mapping[str, Any]) -> str:
    """A record as its line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, none where it is not there; a line that was cut off counts for nothing."""
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict):
                    yield record
    except FileNotFoundError:
        return


def read_object(path: Path) -> dict[str, Any] | None:
    """The object that a JSON file holds; None where there is no such file, or it holds none."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def replace_text(path: Path, text: str) -> None:
    """The whole file or the old one, never half."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8", errors="replace")
    new.replace(path)


class Held:
    """A folder that one process at a time works in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: FileLock | None = None

    def take(self, doing: str) -> None:
        """Makes the folder and holds it until `close`.

        Args:
            doing: what is done there, for the message to whoever comes second.

        Raises:
            UsageError: another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        held = FileLock(self.path / ".running")
        try:
            held.acquire(timeout=0)
        except Timeout:
            raise UsageError(f"{self.path}: another process is {doing} now") from None
        self._held = held

    def close(self) -> None:
        """Lets go of the folder; once is enough."""
        if self._held is not None:
            self._held.release()
            self._held = None
