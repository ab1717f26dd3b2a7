"""Questions to a chat model on the side: their words reach no stream, and a failure costs the help, not the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, patch_config

from rag.generators.usage import usage_of
from rag.schema import Usage
from rag.spending.calls import LATE, OutOfTime, awithin, refusal, spent, within

__all__ = ["Said", "aask", "ask", "quiet", "without_thoughts"]

_LONGEST = 300
"""Characters of a failure that a trace shows."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said, or why it said nothing."""

    text: str = ""
    usage: Usage = field(default_factory=Usage)
    failure: str = ""
    refused: bool = False
    """Whether it was not asked, or not waited for, by the limits of the pipeline."""


def ask(llm: BaseChatModel, messages: Sequence[BaseMessage], config: RunnableConfig | None, name: str) -> Said:
    """What a model says to some messages; never raises for what the model does, nor for limits that forbid the call.

    Args:
        llm: any langchain-core chat model.
        messages: what it is told.
        config: of the step that asks.
        name: of the call, in traces of callbacks.
    """
    if refused := refusal(llm, messages):
        return Said(failure=refused, refused=True)
    try:
        return _heard(within(lambda: llm.invoke(list(messages), quiet(config, name))), messages)
    except OutOfTime:
        return _late(messages)
    except Exception as error:  # noqa: BLE001  # whatever a foreign chat model raises
        return _failed(error)


async def aask(llm: BaseChatModel, messages: Sequence[BaseMessage], config: RunnableConfig | None, name: str) -> Said:
    """`ask` without blocking the event loop."""
    if refused := refusal(llm, messages):
        return Said(failure=refused, refused=True)
    try:
        return _heard(await awithin(llm.ainvoke(list(messages), quiet(config, name))), messages)
    except OutOfTime:
        return _late(messages)
    except Exception as error:  # noqa: BLE001
        return _failed(error)


def quiet(config: RunnableConfig | None, name: str) -> RunnableConfig:
    """The configuration for a call whose words must not reach whoever streams the answer."""
    config = ensure_config(config)
    return {**patch_config(config), "tags": [*(config.get("tags") or ()), "nostream"], "run_name": name}


def without_thoughts(text: str) -> str:
    """What a model said, without what it thought aloud."""
    return re.sub(r"<think>.*?(?:</think>|\Z)", "", text, flags=re.DOTALL).strip()


def _heard(said: AIMessage, asked: Sequence[BaseMessage]) -> Said:
    text, usage = without_thoughts(str(said.text)), spent(usage_of(said, asked))
    return Said(text, usage, "" if text else "the model said nothing")


def _late(asked: Sequence[BaseMessage]) -> Said:
    """A call that was given up: it counts, and what the model would have said of its cost is not known."""
    return Said(usage=spent(usage_of(AIMessage(""), asked)), failure=LATE, refused=True)


def _failed(error: Exception) -> Said:
    return Said(failure=f"{type(error).__name__}: {error}"[:_LONGEST])
