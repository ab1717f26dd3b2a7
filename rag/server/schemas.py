"""Requests as clients send them. What is not named here is accepted and has no effect."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from rag.errors import did_you_mean

__all__ = ["ChatRequest", "EmbeddingRequest", "Extension", "Message", "ResponseRequest"]

MOST_MESSAGES = 2000
MOST_INPUTS = 2048


def _valid(text: str) -> str:
    """JSON can escape half of a surrogate pair; no encoder and no disk takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("not valid Unicode (half of a surrogate pair)") from None
    return text


Text = Annotated[str, AfterValidator(_valid)]


class Open(BaseModel):
    """Accepts what it does not know."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())


class Extension(BaseModel):
    """What this server offers beyond the protocol; `rag` in the request, `rag` in the response.

    Here nothing unknown is accepted: a filter that is misspelt would filter nothing.
    """

    model_config = ConfigDict(protected_namespaces=())

    passages: bool = False
    """Give back the passages."""
    trace: bool = False
    """Give back every step with its time, tokens and passages."""
    seen: bool = False
    """Give back the text of every passage that any step saw."""
    filter: dict[str, Any] | None = None
    """Only passages with this metadata: docs/index-and-updates.md, Filters."""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        names = tuple(cls.model_fields)
        for name in given if isinstance(given, dict) else ():
            if name not in names:
                near = did_you_mean(str(name), names) or "what a pipeline does is said by its configuration"
                raise ValueError(f"there is no {name!r}, only {', '.join(names)}; {near}")
        return given


class Part(Open):
    """A piece of a message."""

    type: str
    text: Text | None = None


class Message(Open):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[Part] | None = None


class StreamOptions(Open):
    """How to stream."""

    include_usage: bool | None = False


class ChatRequest(Open):
    """`POST /v1/chat/completions`."""

    model: str | None = None
    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    rag: Extension = Extension()


class Item(Open):
    """One item of a response's input; a message where no type is given."""

    type: str = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: Text | list[Part] | None = None


class ResponseRequest(Open):
    """`POST /v1/responses`."""

    model: str | None = None
    input: Text | Annotated[list[Item], Field(min_length=1, max_length=MOST_MESSAGES)]
    instructions: Text | None = None
    previous_response_id: Text | None = None
    store: bool | None = True
    conversation: Any = None
    stream: bool | None = False
    metadata: dict[str, Any] | None = None
    rag: Extension = Extension()


Tokens = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=8192)]


class EmbeddingRequest(Open):
    """`POST /v1/embeddings`."""

    model: str | None = None
    input: (
        Text
        | Annotated[list[Text], Field(min_length=1, max_length=MOST_INPUTS)]
        | Tokens
        | Annotated[list[Tokens], Field(min_length=1, max_length=MOST_INPUTS)]
    )
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = None
