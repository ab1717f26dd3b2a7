"""The chat-completions protocol: langchain-core messages to its JSON, and its answers to messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    InvalidToolCall,
    ToolCall,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import ToolCallChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

__all__ = ["Heard", "Prices", "chunk_of", "result_of", "to_wire"]

Prices = tuple[float, float]
"""US dollars per million tokens: prompt, completion."""


def to_wire(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """Messages as the protocol wants them."""
    converted = convert_to_openai_messages(list(messages))
    return converted if isinstance(converted, list) else [converted]


def result_of(completion: Any, prices: Prices | None) -> ChatResult:
    """A whole completion.

    Raises:
        ValueError: it is none.
    """
    try:
        choice = completion.choices[0]
        message = choice.message
        calls, invalid = _calls(message.tool_calls or ())
        said = AIMessage(
            content=message.content or "",
            tool_calls=calls,
            invalid_tool_calls=invalid,
            usage_metadata=_usage(completion.usage),
            additional_kwargs=_reasoning(message),
            response_metadata={
                **_finished(choice.finish_reason, completion.model, completion.usage, prices),
                **_logprobs(choice),
            },
            id=completion.id,
        )
    except (AttributeError, IndexError, TypeError) as error:
        raise ValueError(f"it sent no chat completion but {_short(completion)}") from error
    return ChatResult(generations=[ChatGeneration(message=said)])


def chunk_of(event: Any) -> ChatGenerationChunk | None:
    """What one event of a stream adds; None where it adds nothing.

    Raises:
        ValueError: it is no event of a chat completion.
    """
    try:
        if not event.choices:
            return None
        delta = event.choices[0].delta
        if delta is None:
            return None
        calls = [
            ToolCallChunk(
                name=call.function.name if call.function else None,
                args=call.function.arguments if call.function else None,
                id=call.id,
                index=call.index,
                type="tool_call_chunk",
            )
            for call in delta.tool_calls or ()
        ]
        text, more, weighed = delta.content or "", _reasoning(delta), _logprobs(event.choices[0])
    except (AttributeError, IndexError, TypeError) as error:
        raise ValueError(f"it sent no part of a chat completion but {_short(event)}") from error
    if not (text or calls or more or weighed):
        return None
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=text,
            tool_call_chunks=calls,
            additional_kwargs=more,
            response_metadata=weighed,
            id=event.id or None,
        )
    )


class Heard:
    """What has come of a stream.

    Usage is told once, at the end: servers send it with the last piece, after it, or with each.
    """

    def __init__(self, prices: Prices | None) -> None:
        self.text = ""
        self.begun = False
        """Whether anything came."""
        self._prices = prices
        self._usage: Any = None
        self._model: str | None = None
        self._reason: str | None = None

    def add(self, event: Any) -> ChatGenerationChunk | None:
        """What an event adds to the answer.

        Raises:
            ValueError: it is no event of a chat completion.
        """
        chunk = chunk_of(event)
        self.begun = True
        self._usage = event.usage or self._usage
        self._model = event.model or self._model
        if event.choices:
            self._reason = event.choices[0].finish_reason or self._reason
        self.text += chunk.text if chunk else ""
        return chunk

    def end(self) -> ChatGenerationChunk:
        """The chunk that closes the stream: usage, reason, model, cost.

        Raises:
            ValueError: the server closed it without saying that the answer is whole.
        """
        if self._reason is None:
            raise ValueError("the stream ended without a finish reason" if self.begun else "it sent no event")
        said = AIMessageChunk(
            content="",
            usage_metadata=_usage(self._usage),
            response_metadata=_finished(self._reason, self._model, self._usage, self._prices),
            chunk_position="last",
        )
        return ChatGenerationChunk(message=said)


def _finished(reason: str | None, model: str | None, usage: Any, prices: Prices | None) -> dict[str, Any]:
    """Why a completion ended, by which model, and its price in US dollars where there are prices."""
    told: dict[str, Any] = {"finish_reason": reason, "model_name": model}
    if usage is not None and prices is not None:
        told["cost"] = ((usage.prompt_tokens or 0) * prices[0] + (usage.completion_tokens or 0) * prices[1]) / 1e6
    return told


def _usage(usage: Any) -> UsageMetadata | None:
    if usage is None:
        return None
    given, made = usage.prompt_tokens or 0, usage.completion_tokens or 0
    return UsageMetadata(input_tokens=given, output_tokens=made, total_tokens=usage.total_tokens or given + made)


def _reasoning(message: Any) -> dict[str, Any]:
    """What servers of thinking models send beside the answer."""
    thought = getattr(message, "reasoning_content", None)
    return {"reasoning_content": thought} if thought else {}


def _logprobs(choice: Any) -> dict[str, Any]:
    """Log-probabilities of the tokens, where they were asked for and the server gives them."""
    given = getattr(choice, "logprobs", None)
    if given is None or not given.content:
        return {}
    return {"logprobs": {"content": [row.model_dump() for row in given.content]}}


def _calls(calls: Sequence[Any]) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    from langchain_core.exceptions import OutputParserException
    from langchain_core.output_parsers.openai_tools import make_invalid_tool_call, parse_tool_call

    parsed: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for call in calls:
        raw = call.model_dump()
        try:
            found = parse_tool_call(raw, return_id=True)
        except OutputParserException as error:
            invalid.append(make_invalid_tool_call(raw, str(error)))
            continue
        if found is not None:
            parsed.append(ToolCall(name=found["name"], args=found["args"], id=found["id"], type="tool_call"))
    return parsed, invalid


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return repr(text if len(text) <= 200 else text[:200] + "…")
