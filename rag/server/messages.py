"""From a client's messages to a question and what was said before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from rag.server.problems import Refusal
from rag.server.schemas import Item, Message, Part

__all__ = ["conversation", "items", "split"]

MOST_CHARACTERS = 100_000
"""Of a question: some 25,000 tokens."""
_TEXT = ("text", "input_text", "output_text")


def conversation(messages: Iterable[Message]) -> list[BaseMessage]:
    """Chat messages as langchain-core's; those of tools are left out."""
    return [
        made
        for place, message in enumerate(messages)
        if (made := _message(message.role, message.content, f"messages.{place}.content")) is not None
    ]


def items(given: str | Sequence[Item], instructions: str | None) -> list[BaseMessage]:
    """A response's input as messages; reasoning and tool calls are left out."""
    head: list[BaseMessage] = [SystemMessage(instructions)] if instructions else []
    if isinstance(given, str):
        return [*head, HumanMessage(given)]
    for place, item in enumerate(given):
        if item.type == "item_reference":
            raise Refusal(
                400,
                "items cannot be referred to: send the messages themselves, or previous_response_id",
                param=f"input.{place}",
            )
        if item.type == "message":
            made = _message(item.role or "user", item.content, f"input.{place}.content")
            head += [made] if made is not None else []
    return head


def split(messages: Sequence[BaseMessage]) -> tuple[str, tuple[BaseMessage, ...]]:
    """The question, and the conversation before it.

    Raises:
        Refusal: the last who spoke is not the user, or said nothing or too much.
    """
    said = [message for message in messages if not isinstance(message, SystemMessage)]
    if not said or not isinstance(said[-1], HumanMessage):
        raise Refusal(400, "the last message must be the user's question", param="messages")
    question = str(said[-1].text).strip()
    if not question:
        raise Refusal(400, "the question is empty", param="messages")
    if len(question) > MOST_CHARACTERS:
        message = f"the question has {len(question):,} characters; at most {MOST_CHARACTERS:,} are read"
        raise Refusal(400, message, param="messages", code="context_length_exceeded")
    return question, tuple(said[:-1])


def _message(role: str, content: str | Sequence[Part] | None, param: str) -> BaseMessage | None:
    if role in ("tool", "function"):
        return None
    text = content or "" if isinstance(content, str) or content is None else _text(content, param)
    if role == "user":
        return HumanMessage(text)
    if role == "assistant":
        return AIMessage(text) if text else None  # it only called tools
    return SystemMessage(text)


def _text(parts: Sequence[Part], param: str) -> str:
    for part in parts:
        if part.type not in _TEXT:
            raise Refusal(400, f"content of type {part.type!r} is not read: this server answers text", param=param)
    return "\n".join(part.text or "" for part in parts)
