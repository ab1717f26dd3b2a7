"""Calls of chat models within what is left of a question's limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextvars import copy_context
from queue import Empty, Queue
from threading import Thread
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from rag.schema import Usage
from rag.spending.allowance import Allowance, current

__all__ = ["LATE", "OutOfTime", "atimely", "awithin", "refusal", "spent", "timely", "within"]

Value = TypeVar("Value")

LATE = "latency_ms: the model was given up when the time was spent"
"""What a trace says of it."""


class OutOfTime(Exception):  # control flow: whoever waits says what it makes of it
    """A chat model did not answer in the time that was left."""


def refusal(llm: BaseChatModel, messages: Sequence[BaseMessage], *, last: bool = False) -> str:
    """Why the turn's limits forbid a call; empty where they do not. See `Allowance.no_call`."""
    allowance = current()
    return allowance.no_call(llm, messages, last=last) if allowance else ""


def spent(usage: Usage) -> Usage:
    """The usage of a call, counted against the turn's limits."""
    if allowance := current():
        allowance.called(usage)
    return usage


def within(work: Callable[[], Value]) -> Value:
    """What some work gives, if it does in the time that a chat model may take.

    Raises:
        OutOfTime: it does not; it goes on in a thread of its own, and what it gives is lost.
    """
    allowance = current()
    if allowance is None or allowance.limits.latency_ms is None:
        return work()
    for value in _pumped(lambda: iter([work()]), allowance):
        return value
    raise OutOfTime


def timely(pieces: Callable[[], Iterator[Value]]) -> Iterator[Value]:
    """Pieces while they come in time.

    Raises:
        OutOfTime: the next one did not.
    """
    allowance = current()
    if allowance is None or allowance.limits.latency_ms is None:
        return pieces()
    return _pumped(pieces, allowance)


async def awithin(work: Any) -> Any:
    """`within` for a coroutine, which is cancelled."""
    allowance = current()
    if allowance is None or allowance.limits.latency_ms is None:
        return await work
    try:
        return await asyncio.wait_for(work, max(0.0, allowance.seconds()))
    except TimeoutError:
        raise OutOfTime from None


async def atimely(pieces: AsyncIterator[Value]) -> AsyncIterator[Value]:
    """`timely` for asynchronous pieces."""
    end = object()
    while (piece := await awithin(anext(pieces, end))) is not end:
        yield piece


def _pumped(pieces: Callable[[], Iterator[Value]], allowance: Allowance) -> Iterator[Value]:
    """Pieces made in a thread: a model that hangs cannot be interrupted, only left alone."""
    made: Queue[tuple[str, Any]] = Queue()
    gone = False

    def work() -> None:
        try:
            for piece in pieces():
                if gone:
                    return
                made.put(("piece", piece))
            made.put(("end", None))
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            made.put(("error", error))

    Thread(target=copy_context().run, args=(work,), daemon=True, name="chat-model").start()
    try:
        while True:
            try:
                kind, value = made.get(timeout=max(0.0, allowance.seconds()))
            except Empty:
                raise OutOfTime from None
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    finally:
        gone = True
