"""Conversations of the terminal that are kept from one `rag chat` to the next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from rag.cli.columns import Columns
from rag.cli.terminal import note
from rag.errors import UsageError
from rag.memory.conversations import Conversations, Said, Thread, messages
from rag.schema import Answer, Citation

__all__ = ["Memory"]

_OWNER = "terminal"
"""Apart from what the server keeps in the same file."""
_SHOWN = 20


class Memory:
    """What is kept, and the conversation that goes on. Nothing is kept where it has no file.

    Args:
        path: the file; made when the first answer is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._last: Said | None = None
        self._shown: Sequence[Thread] = ()
        self._refused = False

    @cached_property
    def _store(self) -> Conversations | None:
        if self._path is None:
            return None
        try:
            return Conversations(self._path)
        except UsageError as error:
            note(f"this conversation is not kept: {error}")
            return None

    def add(self, question: str, answer: Answer) -> None:
        """Keeps an answer behind the last one."""
        if self._store is None or self._refused:
            return
        record = {"citations": [asdict(citation) for citation in answer.citations], "abstained": answer.abstained}
        parent = self._last.id if self._last else None
        if parent and self._store.get(_OWNER, parent) is None:  # deleted in another terminal meanwhile
            parent = None
        try:
            self._last = self._store.keep(Said(question, answer.text, _OWNER, parent, record=record))
        except UsageError as error:
            self._refused = True
            note(f"from here on this conversation is not kept: {error}")

    def leave(self) -> None:
        """What follows is a new conversation."""
        self._last = None

    def print_list(self) -> None:
        """The latest conversations, numbered for `open` and `delete`."""
        if self._store is None:
            note("conversations are not kept here (--no-save, or questions from a pipe)")
            return
        self._shown = self._store.threads(_OWNER, _SHOWN)
        if not self._shown:
            note("there are none yet")
            return
        now = self._last.thread if self._last else None
        rows = [
            (f"{number}{'*' if thread.id == now else ''}", _when(thread.made), str(thread.turns), thread.title)
            for number, thread in enumerate(self._shown, 1)
        ]
        Columns(("", "when", "answers", "began with"), right=(0, 2), styles=("cyan", "dim", "", "")).print(rows)

    def latest(self) -> list[tuple[str, Answer]]:
        """The latest conversation, gone on with; empty where there is none."""
        found = self._store.threads(_OWNER, 1) if self._store else []
        return self._opened(found[0]) if found else []

    def open(self, number: str) -> list[tuple[str, Answer]]:
        """One of the list, gone on with.

        Raises:
            UsageError: the list has no such number.
        """
        return self._opened(self._chosen(number))

    def delete(self, number: str) -> str:
        """Deletes one of the list from the disk, or the one that goes on; what it began with.

        Raises:
            UsageError: the list has no such number, or there is nothing to delete.
        """
        if self._store is None:
            raise UsageError("nothing is kept here")
        if number:
            thread = self._chosen(number)
        elif self._last is not None:
            thread = next(one for one in self._store.threads(_OWNER, 1000) if one.id == self._last.thread)
        else:
            raise UsageError("nothing of this conversation is kept yet; /list shows others")
        self._store.delete_thread(_OWNER, thread.id)
        if self._last is not None and self._last.thread == thread.id:
            self._last = None
        return thread.title

    @property
    def goes_on(self) -> bool:
        """Whether something of this conversation is on the disk."""
        return self._last is not None

    def _chosen(self, number: str) -> Thread:
        if not self._shown:
            self.print_list()
        if number.isdecimal() and 1 <= int(number) <= len(self._shown):
            return self._shown[int(number) - 1]
        raise UsageError(
            f"the list has no {number or 'conversation without a number'!r}: /list, then one of its numbers"
        )

    def _opened(self, thread: Thread) -> list[tuple[str, Answer]]:
        assert self._store is not None
        try:
            line = self._store.until(_OWNER, thread.last)
        except KeyError:
            raise UsageError(f"{thread.title!r} was deleted meanwhile") from None
        self._last = line[-1]
        return [
            (
                said.question,
                Answer(
                    said.answer,
                    tuple(Citation(**citation) for citation in said.record.get("citations", ())),
                    history=messages(line[: place + 1]),
                    abstained=bool(said.record.get("abstained")),
                ),
            )
            for place, said in enumerate(line)
        ]


def _when(made: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(made))
