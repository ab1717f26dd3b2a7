"""`POST /v1/chat/completions`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from rag.schema import Usage
from rag.server.asking import Exchange, begin
from rag.server.messages import conversation
from rag.server.problems import DOCUMENTED, Json, Refusal
from rag.server.schemas import ChatRequest
from rag.server.sse import DONE, Events, event

__all__ = ["router"]

router = APIRouter(tags=["chat"], responses=DOCUMENTED)


@router.post("/v1/chat/completions")
async def create_chat_completion(body: ChatRequest, request: Request) -> Response:
    """Answers a conversation from the indexed documents; the answer's [n] are its annotations."""
    if body.n not in (None, 1):
        raise Refusal(400, f"this server gives one answer, not {body.n}", param="n")
    exchange = begin(request, body.model, conversation(body.messages), body.rag)
    if not body.stream:
        await exchange.finish(request)
        return Json(_whole(exchange))
    await exchange.wait(request)
    with_usage = bool(body.stream_options and body.stream_options.include_usage)
    return Events(_chunks(exchange, with_usage=with_usage))


def _head(exchange: Exchange, kind: str) -> dict[str, Any]:
    name = exchange.asked.model.name
    return {"id": f"chatcmpl-{uuid4().hex}", "object": kind, "created": exchange.created, "model": name}


def _whole(exchange: Exchange) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": exchange.text,
        "refusal": None,
        "annotations": [mark.chat() for mark in exchange.marks()],
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": exchange.reason}
    return {
        **_head(exchange, "chat.completion"),
        "choices": [choice],
        "usage": _usage(exchange.answer.usage),
        **exchange.extension(),
    }


async def _chunks(exchange: Exchange, *, with_usage: bool) -> AsyncGenerator[bytes, None]:
    """The role, the text, the annotations, the end; then what it cost, and that is all."""
    head = _head(exchange, "chat.completion.chunk")
    counted: dict[str, Any] = {"usage": None} if with_usage else {}

    def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return event({**head, "choices": [choice], **counted, **more})

    yield chunk({"role": "assistant", "content": ""})
    async for text in exchange.deltas():
        yield chunk({"content": text})
    if found := exchange.marks():
        yield chunk({"annotations": [mark.chat() for mark in found]})
    yield chunk({}, exchange.reason, **exchange.extension())
    if with_usage:
        yield event({**head, "choices": [], "usage": _usage(exchange.answer.usage)})
    yield DONE


def _usage(usage: Usage) -> dict[str, Any]:
    """Tokens of the language model; none where no model was asked."""
    total = usage.prompt_tokens + usage.completion_tokens
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": total,
    }
