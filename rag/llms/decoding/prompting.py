"""Messages to what a model reads, safe from texts that hold a model's own control tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from langchain_core.messages import BaseMessage

__all__ = ["plain_prompt", "turns"]

ROLES = {"human": "user", "ai": "assistant"}
"""Where langchain-core's word is not the templates'."""


def turns(messages: Sequence[BaseMessage], special: Iterable[str]) -> list[dict[str, str]]:
    """Messages as role and content.

    Args:
        messages: what a model is told.
        special: control tokens. A passage that holds one could end its message and speak as somebody else, so it is
            broken by a space.
    """
    tokens = [token for token in special if len(token) > 1]
    return [
        {"role": ROLES.get(message.type, message.type), "content": _broken(str(message.text), tokens)}
        for message in messages
    ]


def _broken(text: str, tokens: Sequence[str]) -> str:
    for token in tokens:
        text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def plain_prompt(told: Sequence[Mapping[str, str]], *, bare: bool) -> str:
    """A conversation for a model without a chat template.

    Args:
        told: role and content.
        bare: texts alone, for encoder-decoders, which are trained on instructions without roles.
    """
    if bare:
        return "\n\n".join(turn["content"] for turn in told)
    said = [turn["content"] if turn["role"] == "system" else f"{_name(turn)}: {turn['content']}" for turn in told]
    return "\n\n".join([*said, "Assistant:"])


def _name(turn: Mapping[str, str]) -> str:
    return turn["role"].capitalize()
