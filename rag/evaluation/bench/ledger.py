"""What was measured, a JSON line each, so that a bench that was interrupted goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import UsageError

__all__ = ["Ledger"]


class Ledger:
    """Measurements by what they measure. Use it in a `with`: one process writes at a time.

    Args:
        folder: the bench's.
        fresh: forget what an earlier one measured.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.path = folder / "measured.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / ".running")
        self._fresh = fresh
        self._rows: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Ledger:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise UsageError(f"{self.path.parent}: another process is measuring there now") from None
        if self._fresh:
            self.path.unlink(missing_ok=True)
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                    self._rows[row["key"]] = row
                except (ValueError, KeyError, TypeError):
                    continue  # the line that a kill cut short
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def get(self, key: str) -> dict[str, Any] | None:
        """What was measured under that key."""
        return self._rows.get(key)

    def put(self, key: str, **measured: Any) -> None:
        """Keeps a measurement."""
        row = {"key": key, **measured}
        torn = self.path.is_file() and not self.path.read_bytes().endswith(b"\n") and self.path.stat().st_size > 0
        with self.path.open("a", encoding="utf-8") as file:
            file.write(("\n" if torn else "") + json.dumps(row) + "\n")
        self._rows[key] = row
