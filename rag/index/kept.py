"""What was worked out from passages at a price and is asked for again: summaries, by the hash of what they rest on.

A file of its own beside the index, so that a reader may write it. It is a cache: deleting it costs time or money and
nothing else, and where it cannot be written things are made again each time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from xxhash import xxh3_128_hexdigest

__all__ = ["FILE", "Kept", "key_of"]

FILE = "kept.sqlite"
_BUSY_MS = 5_000
_AT_ONCE = 500


def key_of(*parts: str) -> str:
    """Names what was made of these texts by these settings."""
    return xxh3_128_hexdigest("\x1f".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass"))


class Kept:
    """Texts by key in an index's folder. Threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, keys: Sequence[str]) -> dict[str, str]:
        """Those that are there."""
        if not (self._folder / FILE).exists():
            return {}
        found: dict[str, str] = {}
        try:
            with closing(self._connect()) as connection:
                for start in range(0, len(keys), _AT_ONCE):
                    some = keys[start : start + _AT_ONCE]
                    marks = ",".join("?" * len(some))
                    query = f"SELECT key, text FROM kept WHERE key IN ({marks})"  # noqa: S608
                    found.update(connection.execute(query, tuple(some)).fetchall())
        except sqlite3.Error:  # a damaged or locked cache is an empty one
            return {}
        return found

    def put(self, texts: Mapping[str, str]) -> None:
        """Keeps them, where there is an index and its folder can be written to."""
        if not texts or not self._folder.is_dir():
            return
        try:
            with closing(self._connect()) as connection, connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, text TEXT NOT NULL)")
                connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", list(texts.items()))
        except sqlite3.Error:
            return

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._folder / FILE, timeout=_BUSY_MS / 1e3)
