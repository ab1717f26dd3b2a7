"""Makes a follow-up question stand alone, so that it can be searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from pydantic import PositiveInt

from rag.asking.standalone import standalone
from rag.generators.asking import quiet, without_thoughts
from rag.generators.prompts import filled, load
from rag.generators.usage import usage_of
from rag.kinds import Agent
from rag.schema import Turn
from rag.spending.calls import LATE, OutOfTime, awithin, refusal, spent, within
from rag.spending.limits import GivesWay


class Condense(Agent):
    """Rewrites a follow-up ("And abroad?") into a question of its own, which is searched for and answered.

    With a chat model, the model rewrites it. Without one, a question that refers back, or says too little by itself,
    takes over the content words of the questions before it. The first question of a conversation costs nothing.
    """

    llm: BaseChatModel | None = None
    """The model; none where the rewriting is done without one."""
    gives_way: ClassVar[GivesWay | None] = GivesWay.REWRITING
    history: PositiveInt = 6
    """Earlier messages that are looked at, the latest."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones; its key `condense` counts here."""
    then: Agent | None = None
    """Reads the question after that, a follow-up or not: `spelling`."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with `query` set, where the question does not stand alone."""
        alone = self._act(turn, config)
        return alone if self.then is None else self.then.act(alone, config)

    async def aact(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """`act` without blocking the event loop."""
        alone = await self._aact(turn, config)
        return alone if self.then is None else await self.then.aact(alone, config)

    def _act(self, turn: Turn, config: RunnableConfig | None) -> Turn:
        if not turn.history:
            return turn
        if self.llm is None:
            return _with_query(turn, standalone(turn.question, turn.history[-self.history :]))
        asked = self._asked(turn)
        if refused := refusal(self.llm, asked):
            return self._alone(turn, refused)
        model, calm = self.llm, quiet(config, "condense")
        try:
            return self._rewritten(turn, asked, within(lambda: model.invoke(asked, calm)))
        except OutOfTime:
            return self._alone(turn, LATE)

    async def _aact(self, turn: Turn, config: RunnableConfig | None) -> Turn:
        if not turn.history or self.llm is None:
            return self._act(turn, config)
        asked = self._asked(turn)
        if refused := refusal(self.llm, asked):
            return self._alone(turn, refused)
        try:
            said = await awithin(self.llm.ainvoke(asked, quiet(config, "condense")))
        except OutOfTime:
            return self._alone(turn, LATE)
        return self._rewritten(turn, asked, said)

    def _alone(self, turn: Turn, skipped: str) -> Turn:
        """Rewritten without the model, where limits forbid to ask it."""
        query = standalone(turn.question, turn.history[-self.history :])
        return _with_query(turn, query).with_(notes={"skipped": skipped})

    @cached_property
    def _prompt(self) -> str:
        return load(self.prompts).condense

    def _asked(self, turn: Turn) -> list[BaseMessage]:
        lines = (f"{_speaker(message)}: {message.text}" for message in turn.history[-self.history :])
        return [HumanMessage(filled(self._prompt, history="\n".join(lines), question=turn.question))]

    def _rewritten(self, turn: Turn, asked: Sequence[BaseMessage], said: AIMessage) -> Turn:
        query = _cleaned(str(said.text))
        if not query or len(query) > 4 * len(turn.question) + 300:  # an answer or a lecture, not a question
            query = standalone(turn.question, turn.history[-self.history :])
        return _with_query(turn, query).with_(usage=turn.usage + spent(usage_of(said, asked)))


def _with_query(turn: Turn, query: str) -> Turn:
    return turn if query == turn.question else turn.with_(query=query)


def _speaker(message: BaseMessage) -> str:
    return "Assistant" if isinstance(message, AIMessage) else "User"


def _cleaned(text: str) -> str:
    """The question that a model wrote: its last line that is one, without label and quotes."""
    lines = [line.strip() for line in without_thoughts(text).splitlines() if line.strip()]
    line = next((line for line in reversed(lines) if line.endswith(("?", "？", "؟"))), lines[-1] if lines else "")
    line = re.sub(r"^(?:(?:stand-?alone|rewritten|new|final)\s+)?question\s*:\s*", "", line, flags=re.IGNORECASE)
    return line.strip("\"'“”«» ")
