"""One writer an index."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexFault, IndexLocked
from rag.index.database import no_file

__all__ = ["writing"]

_OWNER = "writer.json"


@contextmanager
def writing(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Holds the index's write lock, making the folder where it is missing. A killed process lets go by itself.

    Args:
        folder: of the index.
        wait: seconds to wait for another writer.

    Raises:
        IndexLocked: another process, or thread, is writing.
        IndexFault: the folder cannot be written to.
    """
    no_file(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=wait, thread_local=False)
        lock.acquire()
    except Timeout:
        raise IndexLocked(f"{str(folder)!r} is being written by {_owner(folder)}: wait for it to end") from None
    except OSError as error:
        raise IndexFault(f"{str(folder)!r} cannot be written to: {error.strerror or error}") from error
    try:
        owner = {"pid": os.getpid(), "host": platform.node(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        (folder / _OWNER).write_text(json.dumps(owner), encoding="utf-8")
        yield
    finally:
        (folder / _OWNER).unlink(missing_ok=True)
        lock.release()


def _owner(folder: Path) -> str:
    try:
        owner = json.loads((folder / _OWNER).read_text(encoding="utf-8"))
        return f"process {owner['pid']} on {owner['host']} since {owner['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"  # it has only just begun
