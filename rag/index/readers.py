"""The reading side: connections that wait for the next question, and the state that its readers share."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from rag.errors import IndexMissing
from rag.index.database import FILE, connect, guarded, missing, no_file
from rag.index.snapshot import Snapshot
from rag.index.state import State, generation_of
from rag.index.view import View

__all__ = ["Readers"]

_PATIENCE = 20
"""Times a state is loaded again because a writer retired its files while it was being loaded."""


class Readers:
    """Snapshots of one index folder: taken for a turn, then given back. Threads and forks may share it."""

    def __init__(self, folder: Path, check: Callable[[State], None], view: Callable[[State, View], Any]) -> None:
        self.folder = folder
        self._check = check
        self._view = view
        self._lock = Lock()
        self._idle: list[sqlite3.Connection] = []
        self._state: State | None = None
        self._owner: tuple[int, int, int] | None = None

    def take(self) -> Snapshot:
        """The newest published state, held until `give`.

        Raises:
            IndexMissing: nothing is there, or nothing was published yet.
        """
        connection = self._connection()
        try:
            with guarded(self.folder):
                state = self._current(connection)
        except BaseException:
            connection.close()
            raise
        return Snapshot(state, connection, self._view)

    def give(self, snapshot: Snapshot) -> None:
        """Lets go of a state."""
        connection = snapshot.close()
        connection.execute("ROLLBACK")
        with self._lock:
            self._idle.append(connection)

    def close(self) -> None:
        """Closes what waits; a later `take` opens anew."""
        with self._lock:
            self._forget()

    def _connection(self) -> sqlite3.Connection:
        """One that belongs to this process and to the file that is there now."""
        try:
            found = (self.folder / FILE).stat()
        except FileNotFoundError:
            raise missing(self.folder) from None
        except NotADirectoryError:
            no_file(self.folder)
            raise
        owner = (os.getpid(), found.st_dev, found.st_ino)
        with self._lock:
            if owner != self._owner:
                self._forget()
                self._owner = owner
            if self._idle:
                return self._idle.pop()
        with guarded(self.folder):
            return connect(self.folder)

    def _forget(self) -> None:
        if self._owner and self._owner[0] == os.getpid():  # a connection must not be closed by a forked child
            for connection in self._idle:
                connection.close()
        self._idle, self._state = [], None

    def _current(self, connection: sqlite3.Connection) -> State:
        for _ in range(_PATIENCE):
            connection.execute("BEGIN")
            generation = generation_of(connection, self.folder)
            if generation == 0:
                raise IndexMissing(
                    f"nothing in {str(self.folder)!r} is finished yet: run ",
                    ("PATH...", "--index", str(self.folder)),
                    " again, to its end",
                )
            state = self._state
            if state is not None and state.generation == generation:
                return state
            with self._lock:
                if self._state is None or self._state.generation != generation:
                    state = State.load(connection, self.folder)
                    if not state.complete and generation != _peek(self.folder):
                        connection.execute("ROLLBACK")
                        continue
                    self._check(state)
                    self._state = state
                return self._state
        raise IndexMissing(f"{str(self.folder)!r} changes faster than it can be opened: try again")


def _peek(folder: Path) -> int:
    """The generation that is newest now."""
    connection = connect(folder)
    try:
        return generation_of(connection, folder)
    finally:
        connection.close()
