"""Answers that come in pieces: server-sent events, and clients that go away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import StreamingResponse

from rag.server.problems import as_refusal, dumps, logger

__all__ = ["DONE", "ClientGone", "Events", "event", "until_gone"]

T = TypeVar("T")
DONE = b"data: [DONE]\n\n"
QUIET_S = 15.0
"""Seconds of silence after which a comment is sent: proxies close what says nothing."""


class ClientGone(Exception):
    """Nobody is there to be answered."""


def event(data: Any, name: str | None = None) -> bytes:
    """One event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + dumps(data) + b"\n\n"


async def until_gone(request: Request, work: Awaitable[T]) -> T:
    """The result of some work, which is cancelled where the client goes away meanwhile.

    Raises:
        ClientGone: it did.
    """

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task, watch = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientGone
    finally:
        for one in (task, watch):
            if not one.done():
                one.cancel()
                with suppress(asyncio.CancelledError):
                    await one


class Events(StreamingResponse):
    """A stream of events. A failure in the middle becomes an event; the status is out by then."""

    media_type = "text/event-stream"

    def __init__(self, pieces: AsyncGenerator[bytes, None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_lively(pieces), headers=headers)


async def _lively(pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """The pieces, with a comment in every long silence."""
    waiting: asyncio.Task[bytes | None] | None = None
    try:
        while True:
            waiting = waiting or asyncio.create_task(_next(pieces))
            done, _ = await asyncio.wait({waiting}, timeout=QUIET_S)
            if not done:
                yield b": waiting\n\n"
                continue
            piece, waiting = waiting.result(), None
            if piece is None:
                return
            yield piece
    except Exception as error:  # noqa: BLE001  # told to the client, in the shape its library raises
        refusal = as_refusal(error)
        logger.error("a stream failed: %s: %s", type(error).__name__, error)
        yield event(refusal.body())
    finally:
        # A task of its own: this one may be inside a cancelled scope, where nothing more can be waited for.
        closing = asyncio.ensure_future(_close(pieces, waiting))
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)


_CLOSING: set[asyncio.Future[None]] = set()


async def _close(pieces: AsyncGenerator[bytes, None], waiting: asyncio.Task[bytes | None] | None) -> None:
    if waiting is not None:
        waiting.cancel()
        await asyncio.wait({waiting})
    await pieces.aclose()


async def _next(pieces: AsyncGenerator[bytes, None]) -> bytes | None:
    return await anext(pieces, None)
