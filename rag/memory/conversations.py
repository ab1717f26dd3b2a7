"""Conversations that are kept: questions and answers in an SQLite file beside the index, each tied to who asked.

A turn follows another one, so a conversation may branch, as OpenAI's `previous_response_id` lets it. Deleted is
deleted: what it held is overwritten, and the write-ahead log is emptied.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from rag.errors import UsageError

__all__ = ["Conversations", "Said", "Thread", "beside", "messages"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS said (
  place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, thread TEXT NOT NULL,
  parent TEXT, question TEXT NOT NULL, answer TEXT NOT NULL, record TEXT NOT NULL, made REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS said_thread ON said (owner, thread);
CREATE INDEX IF NOT EXISTS said_made ON said (made);
"""
_COLUMNS = "id, owner, thread, parent, question, answer, record, made"
_DEEPEST = 200
"""Turns of one line of a conversation that are read."""
_BUSY_S = 10.0
_DAY_S = 86_400
_TITLE = 80
"""Characters of a first question that a list shows."""


@dataclass(frozen=True, slots=True)
class Said:
    """A question and its answer."""

    question: str
    answer: str
    owner: str = ""
    """Who asked; nobody else finds it."""
    parent: str | None = None
    """The turn before it."""
    thread: str = ""
    """Its conversation; a new one where neither this nor a parent is given."""
    record: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else is to be given back, as JSON has it."""
    id: str = field(default_factory=lambda: uuid4().hex)
    made: float = field(default_factory=time.time)
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation in a list."""

    id: str
    title: str
    """The beginning of its first question."""
    turns: int
    last: str
    """Its latest turn."""
    made: float
    """When that was, Unix seconds."""


def beside(index: Path) -> Path:
    """Where the conversations over an index are kept."""
    return index.with_name(f"{index.name}.conversations.sqlite")


def messages(said: Sequence[Said]) -> tuple[BaseMessage, ...]:
    """Turns as the history of a question."""
    return tuple(message for one in said for message in (HumanMessage(one.question), AIMessage(one.answer)))


class Conversations:
    """The file. Threads and processes may share it; only its owner may read it.

    Args:
        path: the file; made with its folder when something is kept.
        days: how long a turn is kept; for ever where None.

    Raises:
        UsageError: the file is no such database, or cannot be written; says what to do.
    """

    def __init__(self, path: Path, *, days: float | None = None) -> None:
        self.path = path
        self.days = days
        self._lock = RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(
                f"{path}: conversations cannot be kept there ({error}): make the folder writable, or move the file away"
            ) from error
        self.sweep()

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def keep(self, said: Said) -> Said:
        """Keeps a turn; on the disk when this returns. Gives it back with its conversation.

        Raises:
            KeyError: its parent is not there, or is somebody else's.
            UsageError: the disk is full or refuses.
        """
        with self._told():
            thread = said.thread
            if said.parent is not None:
                thread = self._one(said.owner, said.parent).thread
            row = (
                said.id, said.owner, thread or said.id, said.parent, said.question, said.answer,
                json.dumps(said.record, ensure_ascii=False), said.made,
            )  # fmt: skip
            self._db.execute(f"INSERT INTO said ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608
            return self._one(said.owner, said.id)

    def get(self, owner: str, id: str) -> Said | None:
        """The turn of that id; None where there is none, or it is somebody else's."""
        with suppress(KeyError):
            return self._one(owner, id)
        return None

    def until(self, owner: str, id: str) -> list[Said]:
        """The line of turns that ends with this one, oldest first; begins behind a turn that was deleted.

        Raises:
            KeyError: there is no such turn of this owner.
        """
        line = [self._one(owner, id)]
        while line[-1].parent is not None and len(line) < _DEEPEST:
            before = self.get(owner, line[-1].parent)
            if before is None:
                break
            line.append(before)
        return line[::-1]

    def threads(self, owner: str, most: int = 50) -> list[Thread]:
        """The conversations of an owner, the latest first."""
        with self._told():
            rows = self._db.execute(
                "SELECT thread, count(*), max(place) FROM said WHERE owner = ? GROUP BY thread "
                "ORDER BY max(place) DESC LIMIT ?",
                (owner, most),
            ).fetchall()
            found = []
            for thread, turns, place in rows:
                last, made = self._db.execute("SELECT id, made FROM said WHERE place = ?", (place,)).fetchone()
                chosen = "SELECT question FROM said WHERE owner = ? AND thread = ? ORDER BY place LIMIT 1"
                (first,) = self._db.execute(chosen, (owner, thread)).fetchone()
                found.append(Thread(thread, _short(first), turns, last, made))
        return found

    def delete(self, owner: str, id: str) -> bool:
        """Deletes one turn; those behind it begin a line of their own. False where there is none."""
        return self._gone("DELETE FROM said WHERE owner = ? AND id = ?", (owner, id)) > 0

    def delete_thread(self, owner: str, thread: str) -> int:
        """Deletes a conversation; how many turns it had."""
        return self._gone("DELETE FROM said WHERE owner = ? AND thread = ?", (owner, thread))

    def sweep(self) -> int:
        """Deletes what is older than `days`; how many turns."""
        if self.days is None:
            return 0
        return self._gone("DELETE FROM said WHERE made < ?", (time.time() - self.days * _DAY_S,))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """One at a time; what the disk does is told in words."""
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise UsageError(f"{self.path}: {error}: is the disk full, or the file in use?") from error

    def _gone(self, statement: str, values: tuple[Any, ...]) -> int:
        with self._told():
            count = self._db.execute(statement, values).rowcount
            if count:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def _one(self, owner: str, id: str) -> Said:
        with self._told():
            chosen = f"SELECT {_COLUMNS} FROM said WHERE id = ? AND owner = ?"  # noqa: S608
            row = self._db.execute(chosen, (id, owner)).fetchone()
        if row is None:
            raise KeyError(id)
        name, asker, thread, parent, question, answer, record, made = row
        return Said(question, answer, asker, parent, thread, json.loads(record), name, made)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…"
