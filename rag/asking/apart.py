"""Pieces of an answer made in a context of their own, whoever consumes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextvars import Context

from rag.schema import Delta

__all__ = ["in_context", "in_context_async"]


def in_context(pieces: Iterator[Delta], context: Context) -> Iterator[Delta]:
    """Pieces made in a context of their own: what a turn pins must not leak to whoever consumes the stream."""
    try:
        while (piece := context.run(next, pieces, None)) is not None:
            yield piece
    finally:
        context.run(pieces.close)  # type: ignore[attr-defined]  # `observe` is a generator


async def in_context_async(pieces: AsyncIterator[Delta], context: Context) -> AsyncIterator[Delta]:
    """`in_context` for an asynchronous stream."""

    async def step() -> Delta | None:
        return await anext(pieces, None)

    try:
        while (piece := await asyncio.create_task(step(), context=context)) is not None:
            yield piece
    finally:
        await asyncio.create_task(pieces.aclose(), context=context)  # type: ignore[attr-defined]
