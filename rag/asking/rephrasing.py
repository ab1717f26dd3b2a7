"""What agents share that have a chat model say what to search for."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from pydantic import PositiveInt

from rag.asking.searching import asearch, fused, search
from rag.generators.asking import Said, aask, ask
from rag.generators.prompts import Prompts, load
from rag.kinds import Agent
from rag.schema import Turn
from rag.spending.limits import GivesWay

__all__ = ["Rephrasing", "lines"]


class Rephrasing(Agent):
    """Searches with the question and with what a chat model makes of it; the rankings become one.

    Where the model fails or says nothing of use, the question alone is searched for, and the trace says why. The
    question itself stays what it was for every later step.
    """

    gives_way: ClassVar[GivesWay | None] = GivesWay.HOPS

    retrieve: BaseRetriever
    """Asked with each text."""
    llm: BaseChatModel
    """The model."""
    top_k: PositiveInt = 20
    """Passages carried on."""
    prompts: str | None = None
    """A file with prompts in place of the shipped ones."""

    @abstractmethod
    def asked(self, question: str) -> str:
        """What the model is told."""

    @abstractmethod
    def queries(self, said: str, question: str) -> list[str]:
        """What to search with beside the question; nothing where what was said is of no use."""

    def act(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """The turn with passages."""
        said = ask(self.llm, [HumanMessage(self.asked(turn.search))], config, self._name)
        texts = self._texts(said, turn)
        return self._found(turn, said, texts, search(self.retrieve, texts, turn.filter, config))

    async def aact(self, turn: Turn, config: RunnableConfig | None = None) -> Turn:
        """`act` without blocking the event loop."""
        said = await aask(self.llm, [HumanMessage(self.asked(turn.search))], config, self._name)
        texts = self._texts(said, turn)
        return self._found(turn, said, texts, await asearch(self.retrieve, texts, turn.filter, config))

    @cached_property
    def _prompts(self) -> Prompts:
        return load(self.prompts)

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _texts(self, said: Said, turn: Turn) -> list[str]:
        made = [] if said.failure else self.queries(said.text, turn.search)
        return list(dict.fromkeys([turn.search, *made]))

    def _found(self, turn: Turn, said: Said, texts: Sequence[str], rankings: Sequence[Sequence[Document]]) -> Turn:
        notes: dict[str, object] = {"queries": list(texts)}
        if len(texts) == 1:
            notes["fallback"] = said.failure or "the model said nothing to search with"
        passages = fused(rankings, self.top_k)
        return turn.with_passages(passages).with_(usage=turn.usage + said.usage, notes=notes)


_MARK = re.compile(r"\A(?:[-*•]|\(?\d{1,2}[.):])\s+")
_LONGEST = 400
"""Characters of a query; what is longer is an answer or a lecture."""


def lines(said: str, count: int) -> list[str]:
    """The first queries of a list that a model wrote, without numbers, bullets and quotes."""
    found = []
    for line in said.splitlines():
        text = _MARK.sub("", line.strip(), count=1)
        text = text.strip("\"'“”«» ")
        if text and len(text) <= _LONGEST and not text.endswith(":"):
            found.append(text)
    return found[:count]
