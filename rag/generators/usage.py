"""What a call of a chat model cost."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage

from rag.passages.parts import context_tokens
from rag.schema import Usage

__all__ = ["usage_of"]


def usage_of(message: AIMessage, asked: Sequence[BaseMessage], shown: Sequence[Document] = ()) -> Usage:
    """What a call cost. Where the model does not count its tokens, the embedded tokenizer estimates them."""
    told = message.usage_metadata
    if told:
        given, made = told["input_tokens"], told["output_tokens"]
    else:
        from rag.encoders.tokenizer import default_tokenizer

        *parts, made = default_tokenizer().count([*(str(part.text) for part in asked), str(message.text)])
        given = sum(parts)
    calls = message.response_metadata.get("llm_calls", 1)  # a model of several models
    return Usage(calls, given, made, context_tokens(shown), message.response_metadata.get("cost"))
