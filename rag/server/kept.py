"""Responses that are kept, so that the next one can go on from them (`previous_response_id`)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from rag.errors import UsageError
from rag.memory.conversations import Conversations, Said
from rag.server.problems import Refusal, logger

__all__ = ["Kept"]

T = TypeVar("T")
_SWEEP_S = 3600.0


class Kept:
    """The responses of a server, each found only with the key that asked. The file is opened when it is needed.

    Args:
        path: the file.
        days: how long they are kept; not at all where 0.
    """

    def __init__(self, path: Path, days: float) -> None:
        self.path = path
        self.days = days
        self._lock = Lock()
        self._store: Conversations | None = None
        self._swept = time.monotonic()

    async def before(self, owner: str, response: str) -> list[BaseMessage]:
        """The conversation up to a response, that one included.

        Raises:
            Refusal: there is none of that id.
        """
        found = await self._ask(lambda store: store.until(owner, response), response)
        return [message for said in found for message in _spoken(said)]

    async def one(self, owner: str, response: str) -> Said:
        """A response as it was given, under `record["response"]`.

        Raises:
            Refusal: there is none of that id.
        """
        return (await self._ask(lambda store: store.until(owner, response), response))[-1]

    async def delete(self, owner: str, response: str) -> None:
        """Deletes one.

        Raises:
            Refusal: there is none of that id.
        """
        if not await self._ask(lambda store: store.delete(owner, response), response):
            raise _missing(response)

    async def keep(
        self, owner: str, spoken: Sequence[BaseMessage], response: Mapping[str, Any], text: str, parent: str | None
    ) -> bool:
        """Keeps a response; False where that is switched off, or the disk refuses: the answer is given all the same.

        Args:
            owner: who asked.
            spoken: what this request said, the question last; without what was kept before.
            response: as it is given.
            text: of the answer.
            parent: the response that it goes on from.
        """
        said = [message for message in spoken if not isinstance(message, SystemMessage)]
        if not self.days or not said:
            return False
        told = [
            {"role": "user" if isinstance(one, HumanMessage) else "assistant", "text": str(one.text)} for one in said
        ]
        record = {"response": response, "input": told[:-1]}
        turn = Said(told[-1]["text"], text, owner, parent, record=record, id=str(response["id"]))
        try:
            await self._ask(lambda store: store.keep(turn), parent)
        except Refusal as error:  # the parent was deleted, or the disk is full, while the answer was made
            logger.warning("a response was not kept: %s", error.message)
            return False
        return True

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._store is not None:
                self._store.close()

    async def _ask(self, what: Callable[[Conversations], T], id: str | None) -> T:
        if not self.days:
            raise Refusal(
                400, "this server keeps no responses: send the conversation in `input`", code="unsupported_parameter"
            )

        def run() -> T:
            return what(self._opened())

        try:
            return await asyncio.to_thread(run)
        except KeyError:
            raise _missing(id or "") from None
        except (UsageError, OSError) as error:
            logger.error("kept responses cannot be read: %s", error)
            said = "kept responses cannot be read; the server's log says why"
            raise Refusal(503, said, type="server_error") from None

    def _opened(self) -> Conversations:
        with self._lock:
            if self._store is None:
                self._store = Conversations(self.path, days=self.days)
            elif time.monotonic() - self._swept > _SWEEP_S:
                self._swept = time.monotonic()
                self._store.sweep()
            return self._store


def _spoken(said: Said) -> list[BaseMessage]:
    earlier = [
        HumanMessage(one["text"]) if one["role"] == "user" else AIMessage(one["text"]) for one in said.record["input"]
    ]
    return [*earlier, HumanMessage(said.question), AIMessage(said.answer)]


def _missing(id: str) -> Refusal:
    return Refusal(404, f"there is no response {id!r}: it was not stored, or was deleted", code="response_not_found")
