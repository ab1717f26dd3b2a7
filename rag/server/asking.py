"""A question to a model and its answer, as every protocol of this server needs them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import BaseMessage
from starlette.requests import Request

from rag.schema import Answer, Delta
from rag.server.access import Caller, caller_of
from rag.server.citing import Link, Mark, extension, linker, marks, passages_of, text_of
from rag.server.messages import split
from rag.server.metrics import Metrics
from rag.server.schemas import Extension
from rag.server.sse import ClientGone, until_gone
from rag.server.state import state_of
from rag.server.tasks import task_of
from rag.server.work import Asked

__all__ = ["Exchange", "begin"]

_REASONS = {"length": "length", "content_filter": "content_filter"}


@dataclass
class Exchange:
    """One question while it is answered."""

    asked: Asked
    caller: Caller
    link: Link
    wanted: Extension
    pieces: AsyncGenerator[Delta, None]
    metrics: Metrics
    text: str = ""
    """What was given out so far."""
    answer: Answer = field(default_factory=lambda: Answer(""))
    created: int = field(default_factory=lambda: int(time.time()))
    _first: Delta | None = None

    async def wait(self, request: Request) -> None:
        """Until the first piece is there: what fails before it fails with a status.

        Raises:
            ClientGone: nobody waits any more.
        """
        started = time.perf_counter()
        try:
            self._first = await until_gone(request, anext(self.pieces))
        except ClientGone:
            self.metrics.cancelled.inc()
            raise
        self.metrics.first_token.labels(self.asked.model.name).observe(time.perf_counter() - started)

    async def finish(self, request: Request) -> None:
        """To the end."""
        await self.wait(request)

        async def rest() -> None:
            async for _ in self.deltas():
                pass

        await until_gone(request, rest())

    async def deltas(self) -> AsyncIterator[str]:
        """The text piece by piece; afterwards `answer` is there."""
        try:
            async with aclosing(self.pieces):
                if self._first is not None:
                    for text in self._take(self._first):
                        yield text
                async for delta in self.pieces:
                    for text in self._take(delta):
                        yield text
        except (asyncio.CancelledError, GeneratorExit):
            self.metrics.cancelled.inc()
            raise
        self._count()

    def _count(self) -> None:
        usage, name = self.answer.usage, self.asked.model.name
        self.metrics.tokens.labels(name, "prompt").inc(usage.prompt_tokens)
        self.metrics.tokens.labels(name, "completion").inc(usage.completion_tokens)

    def _take(self, delta: Delta) -> Sequence[str]:
        text = delta.text
        if delta.answer is not None:
            self.caller.require(passages_of(delta.answer))
            self.answer = delta.answer
            text = text or (text_of(delta.answer) if not self.text else "")
        self.text += text
        return [text] if text else []

    def marks(self) -> list[Mark]:
        """The citations in the text."""
        return marks(self.text, self.answer.citations, self.link)

    @property
    def reason(self) -> str:
        """Why the answer ended, in OpenAI's words."""
        told = (span.detail.get("finish_reason") for span in self.answer.trace)
        return next((_REASONS[reason] for reason in told if reason in _REASONS), "stop")

    def extension(self) -> dict[str, Any]:
        """`{"rag": ...}` where it was asked for."""
        told = extension(self.answer, self.wanted)
        return {} if told is None else {"rag": told}


def begin(request: Request, model: str | None, messages: Sequence[BaseMessage], wanted: Extension) -> Exchange:
    """Starts a question.

    Raises:
        Refusal: the model is unknown, there is no question, or too many wait.
    """
    state = state_of(request)
    chosen, caller = state.models.get(model), caller_of(request)
    task = task_of(messages)
    question, history = ("", ()) if task else split(messages)
    filter = caller.filter(wanted.filter, state.gone())
    asked = Asked(chosen, question, history, filter, task)
    return Exchange(asked, caller, linker(str(request.base_url)), wanted, state.work.stream(asked), state.metrics)
