"""Questions on their way: not too many at once, none of them on the event loop, none longer than its deadline."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

from langchain_core.messages import BaseMessage

from rag.schema import Delta
from rag.server.metrics import Metrics
from rag.server.models import Model
from rag.server.problems import Refusal
from rag.server.settings import Settings
from rag.server.tasks import Task

__all__ = ["Asked", "Work"]

T = TypeVar("T")
_FIRST_GUESS_S = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a model."""

    model: Model
    question: str
    history: tuple[BaseMessage, ...] = ()
    filter: dict[str, Any] | None = None
    task: Task | None = None
    """What a chat UI asks beside the conversation; goes to the language model alone."""


class _Gate:
    """Lets some in at once; the others wait in line, and too many are sent away."""

    def __init__(self, width: int, queue: int, metrics: Metrics) -> None:
        self.width = width
        self.queue = queue
        self.metrics = metrics
        self.waiting = 0
        self.mean_s = _FIRST_GUESS_S
        self._places = asyncio.Semaphore(width)

    def check(self) -> None:
        """Raises 429 where the line is full."""
        if self._places.locked() and self.waiting >= self.queue:
            wait = max(1, min(60, math.ceil(self.mean_s * self.waiting / self.width)))
            raise Refusal(
                429,
                f"{self.waiting} questions are waiting already: try again in {wait} s",
                type="rate_limit_error",
                code="queue_full",
                headers={"Retry-After": str(wait)},
            )

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place inside."""
        self.waiting += 1
        self.metrics.waiting.inc()
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
            self.metrics.waiting.dec()
        started = time.monotonic()
        self.metrics.running.inc()
        try:
            yield
        finally:
            self.metrics.running.dec()
            self._places.release()
            self.mean_s += 0.1 * (time.monotonic() - started - self.mean_s)


class Work:
    """Runs questions.

    A pipeline that only computes runs whole in one of few threads: the cores are the bound, and the first come are
    served first. One that waits for an endpoint runs on the event loop, its computing steps in threads, so that many
    wait at once.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="rag-turn")
        self._computing = _Gate(settings.threads, settings.queue, metrics)
        self._waiting = _Gate(settings.concurrency, settings.queue, metrics)
        self._tasks: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """Ends the threads once their work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def stream(self, asked: Asked) -> AsyncGenerator[Delta, None]:
        """The answer as it is written; the last delta carries the whole answer. Closing it stops the work.

        Raises:
            Refusal: too many wait, or the deadline passed.
        """
        gate = self._waiting if asked.model.waits else self._computing
        gate.check()
        if (task := asked.task) is not None:
            return self._bounded(gate, lambda: task.answer(asked.model.llm))
        pipeline = asked.model.pipeline
        options: dict[str, Any] = {"history": asked.history, "filter": asked.filter}
        if self.settings.otel:
            from rag.telemetry import Telemetry

            options["config"] = {"callbacks": [Telemetry()]}  # here: threads do not inherit the request's span
        if asked.model.waits:
            return self._bounded(gate, lambda: pipeline.astream(asked.question, **options))
        return self._bounded(gate, lambda: self._threaded(lambda: pipeline.stream(asked.question, **options)))

    async def run(self, call: Callable[[], T]) -> T:
        """One computation in a thread, under the same bounds."""
        self._computing.check()
        pieces = self._bounded(self._computing, lambda: self._threaded(lambda: iter([(call(),)])))
        try:
            (result,) = await anext(pieces)
            return result
        finally:
            await pieces.aclose()

    async def _bounded(self, gate: _Gate, make: Callable[[], AsyncIterator[T]]) -> AsyncGenerator[T, None]:
        """Pieces made by a task of their own, up to the deadline."""
        queue: asyncio.Queue[tuple[T | None, BaseException | None]] = asyncio.Queue()

        async def produce() -> None:
            try:
                async with gate.place():
                    async for piece in make():
                        queue.put_nowait((piece, None))
                queue.put_nowait((None, None))
            except Exception as error:  # noqa: BLE001  # handed to whoever reads
                queue.put_nowait((None, error))

        until = time.monotonic() + self.settings.timeout_s
        task = asyncio.create_task(produce())
        self._tasks.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._tasks.discard)
        try:
            while True:
                if queue.empty():
                    piece, error = await self._in_time(queue, until)
                else:  # what is there is given out, however slow its reader
                    piece, error = queue.get_nowait()
                if error is not None:
                    raise error
                if piece is None:
                    return
                yield piece
        finally:
            task.cancel()

    async def _in_time(self, queue: asyncio.Queue[T], until: float) -> T:
        try:
            return await asyncio.wait_for(queue.get(), max(0.0, until - time.monotonic()))
        except TimeoutError:
            said = f"the answer took longer than {self.settings.timeout_s:g} s"
            raise Refusal(504, said, type="server_error", code="deadline_exceeded") from None

    async def _threaded(self, make: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
        """Pieces made in a thread. Where nobody wants them any more it stops at its next one, and is waited for."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[T | None, BaseException | None]] = asyncio.Queue()
        unwanted = Event()

        def tell(piece: T | None, error: BaseException | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(queue.put_nowait, (piece, error))

        def work() -> None:
            try:
                for piece in make():
                    if unwanted.is_set():
                        return
                    tell(piece, None)
                tell(None, None)
            except BaseException as error:  # noqa: BLE001  # raised again on the loop
                tell(None, error)

        future = loop.run_in_executor(self._pool, work)
        try:
            while True:
                piece, error = await queue.get()
                if error is not None:
                    raise error
                if piece is None:
                    return
                yield piece
        finally:
            unwanted.set()
            await asyncio.wait([future])
