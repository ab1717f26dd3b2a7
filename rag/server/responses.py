"""`POST /v1/responses`: the same answers in OpenAI's newer protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from rag.server.access import caller_of
from rag.server.asking import Exchange, begin
from rag.server.messages import items
from rag.server.problems import DOCUMENTED, Json, Refusal
from rag.server.schemas import ResponseRequest
from rag.server.sse import Events, event
from rag.server.state import state_of

__all__ = ["router"]

router = APIRouter(tags=["responses"], responses=DOCUMENTED)


@router.post("/v1/responses")
async def create_response(body: ResponseRequest, request: Request) -> Response:
    """Answers from the indexed documents; goes on from a response that was kept, or from the messages in `input`."""
    if body.conversation is not None:
        said = "this server has no conversation objects: send previous_response_id, or the messages"
        raise Refusal(400, said, param="conversation", code="unsupported_parameter")
    kept, owner = state_of(request).kept, caller_of(request).id
    spoken = items(body.input, body.instructions)
    before = await kept.before(owner, body.previous_response_id) if body.previous_response_id else []
    exchange = begin(request, body.model, [*before, *spoken], body.rag)

    async def keep(response: Mapping[str, Any]) -> None:
        if body.store is not False and not exchange.asked.task:
            plain = {key: value for key, value in response.items() if key != "rag"}  # passages and trace are asked anew
            await kept.keep(owner, spoken, plain, exchange.text, body.previous_response_id)

    told = _Told(exchange, body, keep, kept.days > 0)
    if not body.stream:
        await exchange.finish(request)
        await keep(response := told.response("completed"))
        return Json(response)
    await exchange.wait(request)
    return Events(told.events())


@router.get("/v1/responses/{response_id}")
async def retrieve_response(response_id: str, request: Request) -> Response:
    """A response that was kept."""
    said = await state_of(request).kept.one(caller_of(request).id, response_id)
    return Json(said.record["response"])


@router.get("/v1/responses/{response_id}/input_items")
async def list_input_items(response_id: str, request: Request) -> Response:
    """What was said in the request that it answered."""
    said = await state_of(request).kept.one(caller_of(request).id, response_id)
    spoken = [*said.record["input"], {"role": "user", "text": said.question}]
    data = [
        {
            "id": f"msg_{said.id.removeprefix('resp_')}_{place}",
            "type": "message",
            "status": "completed",
            "role": one["role"],
            "content": [{"type": "input_text" if one["role"] == "user" else "output_text", "text": one["text"]}],
        }
        for place, one in enumerate(spoken)
    ]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": False}
    return Json({"object": "list", "data": data, **ends})


@router.delete("/v1/responses/{response_id}")
async def delete_response(response_id: str, request: Request) -> Response:
    """Deletes a response from the disk; those that went on from it begin behind it."""
    await state_of(request).kept.delete(caller_of(request).id, response_id)
    return Json({"id": response_id, "object": "response", "deleted": True})


@dataclass
class _Told:
    """One response on its way to the client."""

    exchange: Exchange
    body: ResponseRequest
    keep: Callable[[Mapping[str, Any]], Awaitable[None]]
    """Is told the response when it is whole, before the client is."""
    storing: bool
    """Whether this server keeps any."""
    id: str = field(default_factory=lambda: f"resp_{uuid4().hex}")
    item: str = field(default_factory=lambda: f"msg_{uuid4().hex}")
    _number: int = 0

    def response(self, status: str) -> dict[str, Any]:
        """The response object; its text and cost where it is completed."""
        done = status == "completed"
        cut = done and self.exchange.reason != "stop"
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.exchange.created,
            "status": "incomplete" if cut else status,
            "model": self.exchange.asked.model.name,
            "output": [self._message("completed")] if done else [],
            "error": None,
            "incomplete_details": {"reason": _INCOMPLETE[self.exchange.reason]} if cut else None,
            "instructions": self.body.instructions,
            "metadata": self.body.metadata or {},
            "parallel_tool_calls": False,
            "previous_response_id": self.body.previous_response_id,
            "store": self.body.store is not False and self.storing,
            "temperature": None,
            "tool_choice": "none",
            "tools": [],
            "top_p": None,
            "usage": self._usage() if done else None,
            **(self.exchange.extension() if done else {}),
        }

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Everything that happens to it, in the protocol's order."""
        place = {"item_id": self.item, "output_index": 0, "content_index": 0}
        yield self._event("response.created", response=self.response("in_progress"))
        yield self._event("response.in_progress", response=self.response("in_progress"))
        yield self._event("response.output_item.added", output_index=0, item=self._message("in_progress"))
        yield self._event("response.content_part.added", **place, part=self._part(done=False))
        async for text in self.exchange.deltas():
            yield self._event("response.output_text.delta", **place, delta=text, logprobs=[])
        for number, mark in enumerate(self.exchange.marks()):
            told = {"annotation_index": number, "annotation": mark.response()}
            yield self._event("response.output_text.annotation.added", **place, **told)
        yield self._event("response.output_text.done", **place, text=self.exchange.text, logprobs=[])
        yield self._event("response.content_part.done", **place, part=self._part(done=True))
        yield self._event("response.output_item.done", output_index=0, item=self._message("completed"))
        response = self.response("completed")
        await self.keep(response)
        yield self._event(f"response.{response['status']}", response=response)

    def _event(self, kind: str, **more: Any) -> bytes:
        self._number += 1
        return event({"type": kind, "sequence_number": self._number - 1, **more}, kind)

    def _message(self, status: str) -> dict[str, Any]:
        content = [self._part(done=True)] if status == "completed" else []
        return {"id": self.item, "type": "message", "role": "assistant", "status": status, "content": content}

    def _part(self, *, done: bool) -> dict[str, Any]:
        text = self.exchange.text if done else ""
        found = [mark.response() for mark in self.exchange.marks()] if done else []
        return {"type": "output_text", "text": text, "annotations": found, "logprobs": []}

    def _usage(self) -> dict[str, Any]:
        usage = self.exchange.answer.usage
        return {
            "input_tokens": usage.prompt_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage.completion_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        }


_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
